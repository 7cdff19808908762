"""The libraries that the benchmark times, one short file each.

A file defines:

- ``NAME``: the name that ``--competitor`` takes; of two files with one name, the faster counts;
- ``PACKAGE``: the package that installs the library;
- ``runner(case, X, y)``: imports the library and returns the function to time, or None if the
  library does not support the case;
- ``COLD`` (optional): the code that imports its SMOTE in a new process;
- ``MOST_VALUES`` (optional): the size of the largest table for this library.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

__all__ = ["all_competitors"]


def all_competitors() -> dict[str, ModuleType]:
    """Return the modules by name, skresample first."""
    names = sorted((found.name for found in iter_modules(__path__)), key=lambda n: (n != "ours", n))
    return {name: import_module(f"{__name__}.{name}") for name in names}
