"""The SMOTE family: synthetic samples between minority samples."""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
