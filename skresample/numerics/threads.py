"""Threads that all compiled searches share."""

import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from joblib import effective_n_jobs

__all__ = ["in_threads", "n_threads"]


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
