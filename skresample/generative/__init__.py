"""Over-sampling by models that learn to generate rows."""

from skresample.generative.arf import ARFOverSampler
from skresample.generative.vae import VAEOverSampler

__all__ = ["ARFOverSampler", "VAEOverSampler"]
