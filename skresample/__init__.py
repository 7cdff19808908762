"""Over-sampling of imbalanced tables, and honest reports of what it gains."""

from skresample._version import __version__
from skresample.audit import AuditReport, audit
from skresample.compare import Comparison, compare
from skresample.density import (
    ROSE,
    GaussianCopulaOverSampler,
    KDEOverSampler,
    MultivariateGaussianSMOTE,
    RWOSampling,
)
from skresample.encoding import TableEncoder
from skresample.generative import (
    ARFOverSampler,
    GANOverSampler,
    GeneratorSampler,
    VAEOverSampler,
)
from skresample.hybrid import CCR, SMOTEENN, SMOTEIPF, SMOTETomek
from skresample.model import ResampledClassifier
from skresample.random import Perturbation, RandomGenerator, RandomOverSampler
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
    "ARFOverSampler",
    "AssembledSMOTE",
    "AuditReport",
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
    "Perturbation",
    "PolynomialFitSMOTE",
    "ProWSyn",
    "RWOSampling",
    "RandomGenerator",
    "RandomOverSampler",
    "ResampledClassifier",
    "SMOTETomek",
    "SafeLevelSMOTE",
    "TableEncoder",
    "VAEOverSampler",
    "__version__",
    "audit",
    "compare",
]
