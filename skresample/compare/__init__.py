"""Cross-validated comparison of samplers and baselines."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
