"""The interpolation family: new rows on lines between old ones."""

from skresample.smote.adasyn import ADASYN
from skresample.smote.borderline import BorderlineSMOTE
from skresample.smote.kmeans import KMeansSMOTE
from skresample.smote.smote import SMOTE
from skresample.smote.svm import SVMSMOTE

__all__ = ["ADASYN", "SMOTE", "SVMSMOTE", "BorderlineSMOTE", "KMeansSMOTE"]
