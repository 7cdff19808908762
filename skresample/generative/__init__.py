"""Over-sampling by models that learn to generate rows."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
