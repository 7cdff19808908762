"""Threads that all compiled searches share."""

import multiprocessing
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
    """Say whether this process was forked from one that had imported this module.

    GNU's OpenMP, which scikit-learn's loops run on, does not survive a fork: a loop of several
    threads in the child waits for ever for those of the parent. One of a single thread runs.

    Returns
    -------
    forked : bool
        True if scikit-learn's loops must not start threads.
    """
    return os.getpid() != IMPORTED_IN


def limit_openmp(n_jobs: int | None = None, most: int | None = None) -> AbstractContextManager[Any]:
    """Limit the threads that scikit-learn's compiled loops start.

    Parameters
    ----------
    n_jobs : int or None, default=None
        See `n_threads`. None never raises a limit that the caller or ``OMP_NUM_THREADS`` has set.
    most : int or None, default=None
        The most threads, whatever `n_jobs` is; None for any number.

    Returns
    -------
    limits : context manager
        In a forked process, limits them to one.
    """
    if is_forked():
        return threadpool_limits(1, "openmp")
    now = _openmp_effective_n_threads()
    threads = min(n_threads(None), now) if n_jobs is None else n_threads(n_jobs)
    threads = threads if most is None else min(threads, most)
    # Asking all libraries takes half a millisecond.
    return nullcontext() if threads == now else threadpool_limits(threads, "openmp")


def n_threads(n_jobs: int | None) -> int:
    """Return how many threads a parameter ``n_jobs`` stands for.

    Parameters
    ----------
    n_jobs : int or None
        None for as many as there are processors; in a process that joblib started, for its
        share of them.

    Returns
    -------
    threads : int
        At least 1.
    """
    if n_jobs is not None:
        return int(effective_n_jobs(n_jobs))
    # A process of a pool is one of as many as there are processors.
    if multiprocessing.current_process().daemon:
        return 1
    # joblib tells others their share in the variables of the libraries that start threads.
    share = os.environ.get("NUMBA_NUM_THREADS", "")
    processors = int(effective_n_jobs(-1))
    return max(1, min(processors, int(share))) if share.isdecimal() else processors


def in_threads(
    function: Callable[[Any], Any], parts: Iterable[Any], n_jobs: int | None
) -> list[Any]:
    """Call a function for each part of the work, in threads.

    It must let go of the interpreter's lock, and no call may write what another reads.
    Whoever calls, from however many threads, shares one pool, so that there are never more
    busy threads than processors.

    Parameters
    ----------
    function : callable
        Of one part.
    parts : iterable
        The parts.
    n_jobs : int or None
        See `n_threads`.

    Returns
    -------
    results : list
        In the order of the parts.
    """
    parts = list(parts)
    threads = n_threads(n_jobs) if len(parts) > 1 else 1  # counting them takes time, too
    if threads == 1:
        return [function(part) for part in parts]
    return list(_pool(os.getpid(), threads).map(function, parts))


@cache
def _pool(process: int, threads: int) -> ThreadPoolExecutor:
    """Return the pool of a process: a forked one does not have its parent's threads."""
    return ThreadPoolExecutor(threads, thread_name_prefix="skresample")
