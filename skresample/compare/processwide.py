"""What belongs to a whole process, for fits that may share one: warnings and numbers of threads."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

__all__ = ["fit_alone"]

_lock = threading.Lock()
_mine = threading.local()
_entered = 0
_restore = ExitStack()
_show_as_before: Any = None


def _show(
    message: Any, category: Any, filename: Any, lineno: Any, *rest: Any, **named: Any
) -> None:
    """Give a warning to the fit of the thread that it was raised in."""
    caught = getattr(_mine, "caught", None)
    if caught is None:
        _show_as_before(message, category, filename, lineno, *rest, **named)
    else:
        caught.append(str(message))


@contextmanager
def fit_alone(n_threads: int | None) -> Iterator[list[str]]:
    """Collect the warnings of one fit, and limit the threads of compiled libraries.

    Both are settings of the whole process, and joblib may run several fits in the threads of
    one. A setting that each fit made and took back would be taken back in the midst of
    another, and the last one to end would leave that of the first but one. So they are made
    when the first fit begins and taken back when the last one ends, and each warning goes to
    the thread that it was raised in. (What is lost is a warning that is raised while another
    thread is inside ``warnings.catch_warnings``.)

    Parameters
    ----------
    n_threads : int or None
        Most threads of BLAS and OpenMP; None for no limit. Of fits that run at the same time
        in one process, the first one decides.

    Yields
    ------
    caught : list of str
        What was warned of so far in this thread.
    """
    global _entered, _show_as_before
    with _lock:
        if not _entered:
            _restore.enter_context(warnings.catch_warnings())
            _restore.enter_context(threadpool_limits(n_threads))
            _show_as_before = warnings.showwarning
        # Each time, since other threads that leave ``warnings.catch_warnings`` change it.
        warnings.showwarning = _show
        warnings.simplefilter("always")
        _entered += 1
    outer = getattr(_mine, "caught", None)
    _mine.caught = []
    try:
        yield _mine.caught
    finally:
        _mine.caught = outer
        with _lock:
            _entered -= 1
            if not _entered:
                _restore.close()
