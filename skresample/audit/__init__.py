"""Are synthetic rows valid, faithful, varied, private, useful and fair?"""

from skresample._exports import exports

__getattr__, __dir__, __all__ = exports(__name__)
