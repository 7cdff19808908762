"""What is timed side by side: one short file each.

A competitor says its ``NAME``, which ``--peer`` takes, the ``PACKAGE`` that installs it, and
has a ``runner(case, X, y)`` that returns what to call, or None where it has no such method. It
imports its package in there. Where two files have one name, the faster counts. ``COLD`` is, if
there, the line that imports its SMOTE in a process of its own, ``MOST_VALUES`` the size of the
largest table that it is given.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

__all__ = ["all_competitors"]


def all_competitors() -> dict[str, ModuleType]:
    """List the files by their name, ours first."""
    names = sorted((found.name for found in iter_modules(__path__)), key=lambda n: (n != "ours", n))
    return {name: import_module(f"{__name__}.{name}") for name in names}
