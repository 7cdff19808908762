"""Oversampling of imbalanced data, and cross-validated reports that show whether it helps."""

import sys
from types import ModuleType
from typing import Any

from skresample._exports import exports
from skresample._former import FormerModules, pickled
from skresample._version import __version__

__getattr__, __dir__, __all__ = exports(__name__)
__all__ += ["__version__"]


class _Module(ModuleType):
    """A module of this package, whose pickles of former versions may name classes that are gone.

    Python makes a module an attribute of the package that it is in. Of this package, `audit` and
    `compare` are functions, which their packages must not hide.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}":
            value.__class__ = _Module
            if value.__name__ in ("skresample.audit", "skresample.compare"):
                return
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        return pickled(self.__name__, name)


sys.modules[__name__].__class__ = _Module
sys.meta_path.append(FormerModules())
