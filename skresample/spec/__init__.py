"""Synthetic data from named distributions and from schemas."""

from skresample.spec.marginal_sampler import RandomGenerator

__all__ = ["RandomGenerator"]
