"""A pool of threads for all compiled loops."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from joblib import effective_n_jobs
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

__all__ = ["in_threads", "is_forked", "limit_openmp", "n_threads"]

IMPORTED_IN = os.getpid()


def is_forked() -> bool:
    """Return whether this process was forked from one that had imported this module.

    GNU's OpenMP, which runs scikit-learn's loops, does not survive a fork: a loop with several
    threads in the child waits for those of the parent forever. A single thread works.
    """
    return os.getpid() != IMPORTED_IN


def limit_openmp(n_jobs: int | None = None, most: int | None = None) -> AbstractContextManager[Any]:
    """Return a context that limits the threads of scikit-learn's compiled loops, also to `most`.

    ``n_jobs=None`` leaves the limit set by the caller or by ``OMP_NUM_THREADS``, as in
    scikit-learn. In a forked process, the limit is one thread.
    """
    if is_forked():
        return threadpool_limits(1, "openmp")
    now = _openmp_effective_n_threads()
    threads = now if n_jobs is None else n_threads(n_jobs)
    threads = threads if most is None else min(threads, most)
    # Asking all libraries takes half a millisecond.
    return nullcontext() if threads == now else threadpool_limits(threads, "openmp")


def n_threads(n_jobs: int | None) -> int:
    """Return the number of threads for ``n_jobs``, which means what it means in scikit-learn.

    None is 1, unless :func:`joblib.parallel_config` says otherwise; -1 is all processors.
    """
    return max(1, int(effective_n_jobs(n_jobs)))


def in_threads(
    function: Callable[[Any], Any], parts: Iterable[Any], n_jobs: int | None
) -> list[Any]:
    """Call a function for each part of the work, in threads, and return the results in order.

    The function must release the interpreter's lock, and no call may write what another reads.
    All callers share one pool, so that there are never more busy threads than processors.
    """
    parts = list(parts)
    threads = n_threads(n_jobs) if len(parts) > 1 else 1  # counting takes time, too
    if threads == 1:
        return [function(part) for part in parts]
    return list(_pool(os.getpid(), threads).map(function, parts))


@cache
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Return the pool of a process: a forked one does not have its parent's threads."""
    return ThreadPoolExecutor(threads, thread_name_prefix="skresample")
