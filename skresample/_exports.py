"""Public names, which are imported when they are first used.

Each is one line of ``skresample/__init__.pyi``, which type checkers and editors read too.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["by_room", "exports"]

LINE = re.compile(r"^from (\S+) import (\w+) as \2( +# former name)?$", re.M)


@cache
def _lines() -> list[tuple[str, str, str]]:
    """Return the module of each name, the name, and a remark if it is a former one."""
    return LINE.findall(Path(__file__).with_name("__init__.pyi").read_text(encoding="utf-8"))


def by_room() -> dict[str, list[str]]:
    """Return the public names of each room, in their order, without former ones."""
    rooms: dict[str, list[str]] = {}
    for module, name, former in _lines():
        if not former:
            rooms.setdefault(module.split(".")[1], []).append(name)
    return rooms


def exports(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package."""
    inside = [line for line in _lines() if line[0].startswith(f"{package}.")]
    modules = {name: module for module, name, _ in inside}
    names = sorted(name for _, name, former in inside if not former)

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return get, lambda: names, names
