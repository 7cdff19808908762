"""Synthetic data from named distributions and from schemas."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
