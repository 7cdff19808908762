"""Public names, which are imported when they are first used.

Each is one line of ``skresample/__init__.pyi``, which type checkers and editors read too.
"""

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["exports"]


@cache
def _modules() -> dict[str, str]:
    """Return the module of each public name."""
    stub = ast.parse(Path(__file__).with_name("__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def exports(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package."""
    inside = {name: path for name, path in _modules().items() if path.startswith(f"{package}.")}
    names = sorted(inside)

    def get(name: str) -> Any:
        if name not in inside:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(inside[name]), name)

    return get, lambda: names, names
