"""Random over-sampling."""

from skresample.random.over_sampler import RandomOverSampler

__all__ = ["RandomOverSampler"]
