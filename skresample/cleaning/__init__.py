"""Cleaners, hybrids of an oversampler and a cleaner, and CCR, which moves samples."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
