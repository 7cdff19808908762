"""Synthetic data from named distributions and from schemas."""

from skresample.spec.marginal_sampler import MarginalSampler, RandomGenerator

__all__ = ["MarginalSampler", "RandomGenerator"]
