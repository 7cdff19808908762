"""The interpolation family: new rows on lines between old ones."""

from skresample.smote.adasyn import ADASYN
from skresample.smote.borderline import BorderlineSMOTE
from skresample.smote.kmeans import KMeansSMOTE
from skresample.smote.smote import SMOTE
from skresample.smote.smoten import SMOTEN
from skresample.smote.smotenc import SMOTENC
from skresample.smote.svm import SVMSMOTE

__all__ = ["ADASYN", "SMOTE", "SMOTEN", "SMOTENC", "SVMSMOTE", "BorderlineSMOTE", "KMeansSMOTE"]
