"""How functions are compiled; imported only where something is."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from numba import config, njit

__all__ = ["CAN_COMPILE", "jit"]

# Interpreted, as NUMBA_DISABLE_JIT=1 wants it, compiled searches would take hours.
CAN_COMPILE = not config.DISABLE_JIT  # type: ignore[attr-defined]


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
            save = compiled._cache.save_overload

            def save_if_possible(*args: Any) -> None:
                with suppress(OSError):  # a full disk, or one that is read-only by now
                    save(*args)

            compiled._cache.save_overload = save_if_possible
        return compiled

    return decorate
