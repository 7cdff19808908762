"""What over-sampling gains, measured on held-out rows beside what it must beat."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
