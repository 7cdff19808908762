"""Over-sampling that also moves or removes rows, the given ones included."""

from skresample.hybrid.ccr import CCR
from skresample.hybrid.enn import SMOTEENN
from skresample.hybrid.ipf import SMOTEIPF
from skresample.hybrid.tomek import SMOTETomek

__all__ = ["CCR", "SMOTEENN", "SMOTEIPF", "SMOTETomek"]
