"""Learnt models that rows are drawn from."""

from skresample.generative.gan import GANOverSampler
from skresample.generative.generator_sampler import GeneratorSampler

__all__ = ["GANOverSampler", "GeneratorSampler"]
