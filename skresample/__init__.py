"""Over-sampling of imbalanced tables, and honest reports of what it gains."""

from skresample._version import __version__
from skresample.audit import AuditReport, audit
from skresample.cleaning import CCR, SMOTEENN, SMOTEIPF, SMOTETomek
from skresample.compare import Comparison, compare
from skresample.density import (
    ROSE,
    GaussianCopulaOverSampler,
    KDEOverSampler,
    MultivariateGaussianSMOTE,
    RandomOverSampler,
    RWOSampling,
)
from skresample.disclosure import Perturbation
from skresample.generative import (
    ARFOverSampler,
    GANOverSampler,
    GeneratorSampler,
    VAEOverSampler,
)
from skresample.pipeline.classifier import ResampledClassifier
from skresample.pipeline.encoder import TableEncoder
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
from skresample.spec import MarginalSampler
from skresample.spec import RandomGenerator as RandomGenerator  # the former name, for one version

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
    "MarginalSampler",
    "MultivariateGaussianSMOTE",
    "Perturbation",
    "PolynomialFitSMOTE",
    "ProWSyn",
    "RWOSampling",
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
