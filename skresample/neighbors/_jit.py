"""Compilation with numba; imported only where a function is compiled."""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import config, njit

__all__ = ["CAN_COMPILE", "jit"]

# With NUMBA_DISABLE_JIT=1, interpreted loops would take hours.
CAN_COMPILE = not config.DISABLE_JIT  # type: ignore[attr-defined]
DIGEST_SIZE = hashlib.sha256().digest_size


def jit(*, reorder: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function without the interpreter's lock, and caches it.

    With `reorder`, sums may be computed in any order; NaN and infinity are allowed all the same.
    Where numba cannot write its cache, the function is compiled in each process.
    """
    options: dict[str, Any] = {"nogil": True}
    if reorder:
        options["fastmath"] = {"contract", "reassoc", "nsz"}

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            compiled = njit(cache=True, **options)(function)
        except RuntimeError:
            return njit(**options)(function)
        if CAN_COMPILE:
            _guard(compiled._cache)
        return compiled

    return decorate


def _guard(cache: Any) -> None:
    """Compile a function again where its cache files are damaged or cannot be written.

    Numba replaces whole files only, but a crash of the system or a copy that broke off leaves
    half of one, or zeros in it. Pickle detects most of these, but not damaged machine code, which
    would end the process. Therefore, a digest follows the code.
    """
    file, load, save = cache._cache_file, cache.load_overload, cache.save_overload
    dump = file._dump

    def dump_with_digest(content: Any) -> bytes:
        data: bytes = dump(content)
        return data + hashlib.sha256(data).digest()

    def load_checked(name: str) -> Any:
        content = Path(file._data_path(name)).read_bytes()
        data, digest = content[:-DIGEST_SIZE], content[-DIGEST_SIZE:]
        if hashlib.sha256(data).digest() != digest:
            raise ValueError(f"{name} is damaged.")
        return pickle.loads(data)

    def load_if_sound(*args: Any) -> Any:
        try:
            return load(*args)
        except Exception:  # pickle may raise anything
            with suppress(OSError):
                cache.flush()
            return None

    def save_if_possible(*args: Any) -> None:
        # A full disk, one that is read-only by now, or damaged files there.
        with suppress(Exception):
            save(*args)

    file._dump, file._load_data = dump_with_digest, load_checked
    cache.load_overload, cache.save_overload = load_if_sound, save_if_possible
