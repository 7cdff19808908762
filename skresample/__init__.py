"""Oversampling of imbalanced data, and cross-validated reports that show whether it helps."""

import sys
from types import ModuleType
from typing import Any

from skresample._exports import exports
from skresample._version import __version__

__getattr__, __dir__, __all__ = exports(__name__)
__all__ += ["__version__"]


class _Package(ModuleType):
    """This package: its functions `audit` and `compare` have the names of their packages.

    Python makes a package an attribute of the one that it is in, which would hide the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in ("audit", "compare")):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
