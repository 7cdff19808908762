"""Over-sampling that also removes rows, the given ones included."""

from skresample.hybrid.enn import SMOTEENN
from skresample.hybrid.ipf import SMOTEIPF
from skresample.hybrid.tomek import SMOTETomek

__all__ = ["SMOTEENN", "SMOTEIPF", "SMOTETomek"]
