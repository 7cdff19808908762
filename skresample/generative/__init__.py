"""Over-sampling by models that learn to generate rows."""

from skresample.generative.arf import ARFOverSampler
from skresample.generative.gan import GANOverSampler
from skresample.generative.generator_sampler import GeneratorSampler
from skresample.generative.vae import VAEOverSampler

__all__ = ["ARFOverSampler", "GANOverSampler", "GeneratorSampler", "VAEOverSampler"]
