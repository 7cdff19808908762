"""Over-sampling from densities."""

from skresample.density.copula import GaussianCopulaOverSampler
from skresample.density.kde import KDEOverSampler
from skresample.density.mgs import MultivariateGaussianSMOTE
from skresample.density.random_over_sampler import RandomOverSampler
from skresample.density.rose import ROSE
from skresample.density.rwo import RWOSampling

__all__ = [
    "ROSE",
    "GaussianCopulaOverSampler",
    "KDEOverSampler",
    "MultivariateGaussianSMOTE",
    "RWOSampling",
    "RandomOverSampler",
]
