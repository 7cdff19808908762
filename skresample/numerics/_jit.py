"""How functions are compiled; imported only where something is."""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import config, njit

__all__ = ["CAN_COMPILE", "jit"]

# Interpreted, as NUMBA_DISABLE_JIT=1 wants it, compiled searches would take hours.
CAN_COMPILE = not config.DISABLE_JIT  # type: ignore[attr-defined]
DIGEST_SIZE = hashlib.sha256().digest_size


def jit(*, reorder: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function that needs no lock, and keep it for the next process.

    Parameters
    ----------
    reorder : bool, default=False
        Whether sums may be computed in any order; there may be NaN and infinities all the same.

    Returns
    -------
    decorator : callable
        Where nothing can be written that numba knows of, what it compiles is not kept.
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
    """Have a function compiled anew where its files are damaged or cannot be written.

    Numba replaces whole files only, but a crash of the system or a copy that broke off leaves
    half of one, or zeros in it. Pickle fails on most of these; what it cannot see is machine code
    that is damaged, and that would end the process. So a digest follows the code.
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
