"""Settings of a whole process for fits that may share one: warnings and numbers of threads."""

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
    """Assign a warning to the fit that runs in the thread that raised it."""
    caught = getattr(_mine, "caught", None)
    if caught is None:
        _show_as_before(message, category, filename, lineno, *rest, **named)
    else:
        caught.append(str(message))


@contextmanager
def fit_alone(n_threads: int | None) -> Iterator[list[str]]:
    """Collect the warnings of one fit, and limit the threads of BLAS and OpenMP; None is no limit.

    Both are settings of the process, and joblib may run several fits in threads of one process.
    If each fit restored them, it would do so in the middle of another fit. So the first fit
    changes them and the last one restores them; each warning goes to the fit of its thread.
    Lost is a warning raised while another thread is inside ``warnings.catch_warnings``. The limit
    of the first fit holds for all that run at the same time.
    """
    global _entered, _show_as_before
    with _lock:
        if not _entered:
            _restore.enter_context(warnings.catch_warnings())
            _restore.enter_context(threadpool_limits(n_threads))
            _show_as_before = warnings.showwarning
        # Each time: another thread that leaves ``warnings.catch_warnings`` changes it.
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
