"""The interpolation family: new rows on lines between old ones."""

from skresample.smote.adasyn import ADASYN
from skresample.smote.assembled import AssembledSMOTE
from skresample.smote.borderline import BorderlineSMOTE
from skresample.smote.geometric import GeometricSMOTE
from skresample.smote.kmeans import KMeansSMOTE
from skresample.smote.lee import LeeSMOTE
from skresample.smote.loras import LoRAS
from skresample.smote.lvq import LVQSMOTE
from skresample.smote.mwmote import MWMOTE
from skresample.smote.polynomial import PolynomialFitSMOTE
from skresample.smote.prowsyn import ProWSyn
from skresample.smote.safe_level import SafeLevelSMOTE
from skresample.smote.smobd import SMOBD
from skresample.smote.smote import SMOTE
from skresample.smote.smoten import SMOTEN
from skresample.smote.smotenc import SMOTENC
from skresample.smote.svm import SVMSMOTE

__all__ = [
    "ADASYN",
    "LVQSMOTE",
    "MWMOTE",
    "SMOBD",
    "SMOTE",
    "SMOTEN",
    "SMOTENC",
    "SVMSMOTE",
    "AssembledSMOTE",
    "BorderlineSMOTE",
    "GeometricSMOTE",
    "KMeansSMOTE",
    "LeeSMOTE",
    "LoRAS",
    "PolynomialFitSMOTE",
    "ProWSyn",
    "SafeLevelSMOTE",
]
