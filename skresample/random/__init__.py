"""Random over-sampling, rows from named distributions, and rows changed."""

from skresample.random.generator import RandomGenerator
from skresample.random.over_sampler import RandomOverSampler
from skresample.random.perturbation import Perturbation

__all__ = ["Perturbation", "RandomGenerator", "RandomOverSampler"]
