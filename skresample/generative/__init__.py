"""Over-sampling by models that learn to generate rows."""

from skresample.generative.vae import VAEOverSampler

__all__ = ["VAEOverSampler"]
