"""Over-sampling that also moves or removes rows, the given ones included."""

from skresample.cleaning.ccr import CCR
from skresample.cleaning.enn import SMOTEENN
from skresample.cleaning.ipf import SMOTEIPF
from skresample.cleaning.tomek import SMOTETomek

__all__ = ["CCR", "SMOTEENN", "SMOTEIPF", "SMOTETomek"]
