"""Over-sampling of imbalanced tables, and honest reports of what it gains."""

from skresample._version import __version__
from skresample.compare import Comparison, compare
from skresample.density import (
    ROSE,
    GaussianCopulaOverSampler,
    KDEOverSampler,
    MultivariateGaussianSMOTE,
    RWOSampling,
)
from skresample.encoding import TableEncoder
from skresample.model import ResampledClassifier
from skresample.random import RandomOverSampler
from skresample.smote import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
)

__all__ = [
    "ADASYN",
    "ROSE",
    "SMOTE",
    "SMOTEN",
    "SMOTENC",
    "SVMSMOTE",
    "BorderlineSMOTE",
    "Comparison",
    "GaussianCopulaOverSampler",
    "KDEOverSampler",
    "KMeansSMOTE",
    "MultivariateGaussianSMOTE",
    "RWOSampling",
    "RandomOverSampler",
    "ResampledClassifier",
    "TableEncoder",
    "__version__",
    "compare",
]
