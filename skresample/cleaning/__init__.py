"""Over-sampling that also moves or removes rows, the given ones included."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
