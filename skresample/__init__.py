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
from skresample.generative import GANOverSampler, GeneratorSampler
from skresample.hybrid import CCR, SMOTEENN, SMOTEIPF, SMOTETomek
from skresample.model import ResampledClassifier
from skresample.random import RandomOverSampler
from skresample.smote import (
    ADASYN,
    LVQSMOTE,
    MWMOTE,
    SMOBD,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    AssembledSMOTE,
    BorderlineSMOTE,
    GeometricSMOTE,
    KMeansSMOTE,
    LeeSMOTE,
    LoRAS,
    PolynomialFitSMOTE,
    ProWSyn,
    SafeLevelSMOTE,
)

__all__ = [
    "ADASYN",
    "CCR",
    "LVQSMOTE",
    "MWMOTE",
    "ROSE",
    "SMOBD",
    "SMOTE",
    "SMOTEENN",
    "SMOTEIPF",
    "SMOTEN",
    "SMOTENC",
    "SVMSMOTE",
    "AssembledSMOTE",
    "BorderlineSMOTE",
    "Comparison",
    "GANOverSampler",
    "GaussianCopulaOverSampler",
    "GeneratorSampler",
    "GeometricSMOTE",
    "KDEOverSampler",
    "KMeansSMOTE",
    "LeeSMOTE",
    "LoRAS",
    "MultivariateGaussianSMOTE",
    "PolynomialFitSMOTE",
    "ProWSyn",
    "RWOSampling",
    "RandomOverSampler",
    "ResampledClassifier",
    "SMOTETomek",
    "SafeLevelSMOTE",
    "TableEncoder",
    "__version__",
    "compare",
]
