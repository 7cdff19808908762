"""How many threads work, and what is left of them in a process that was forked."""

import multiprocessing
import os
import subprocess
import sys

import pytest
from joblib import Parallel, cpu_count, delayed, parallel_config
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from threadpoolctl import threadpool_limits

from skresample.numerics.threads import is_forked, limit_openmp, n_threads

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

# The parent and the child do the same; a child that waits for ever is ended by the alarm.
FORK = """
import os, signal, sys, warnings
import numpy as np
warnings.simplefilter("ignore")
import skresample
from samplers import REMOVING, VARIANTS
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import NearestNeighbors

from skresample.audit import fidelity
from skresample.compare import fitting
from skresample.neighbors import numeric as neighbors

fidelity.ROWS_FOR_THREADS = fitting.ROWS_FOR_THREADS = 0
rng = np.random.default_rng(0)
X = rng.normal(size=(1050, 8))
y = np.tile([0, 0, 0, 1, 0, 1, 1], 150)
boosting = HistGradientBoostingClassifier(max_iter=2)

def work():
    for sampler in [
        *map(clone, VARIANTS),
        *(cls() for cls in REMOVING),
        skresample.SMOTE(k_neighbors=NearestNeighbors(n_neighbors=6, algorithm="brute")),
        skresample.SMOTE(n_jobs=2),
        skresample.SMOTE(algorithm="approximate"),
    ]:
        print(sampler, flush=True)
        neighbors.COMPILED_PAIRS = 0 if "approximate" in str(sampler) else 10_000_000
        sampler.fit_resample(X, y)
    print("compare", flush=True)
    more = skresample.RandomOverSampler()
    skresample.compare(X, y, samplers=more, estimators=boosting, cv=2, n_jobs=1)
    print("audit", flush=True)
    skresample.audit(X[::2], y[::2], X[1::2], y[1::2])

work()
child = os.fork()
if child == 0:
    signal.alarm(120)
    work()
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1] != 0)
"""


@forks
def test_everything_works_in_a_process_that_was_forked_after_use():
    run = subprocess.run(
        [sys.executable, "-c", FORK],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, (run.stdout.splitlines()[-1:], run.stderr)


def test_n_jobs_means_what_it_means_in_scikit_learn():
    assert n_threads(None) == 1
    assert n_threads(3) == 3
    assert n_threads(-1) == cpu_count()
    with parallel_config(n_jobs=5):
        assert n_threads(None) == 5
        assert n_threads(2) == 2
    assert Parallel(n_jobs=2)(delayed(n_threads)(None) for _ in range(3)) == [1, 1, 1]


@pytest.mark.parametrize("most", [None, 1, 3])
def test_loops_have_no_more_threads_than_the_caller_allows(most):
    with threadpool_limits(1, "openmp"), limit_openmp(None, most):
        assert _openmp_effective_n_threads() == 1


def test_loops_have_as_many_threads_as_are_asked_for():
    processors = _openmp_effective_n_threads()
    with threadpool_limits(1, "openmp"), limit_openmp(2):
        assert _openmp_effective_n_threads() == min(2, processors)
    with threadpool_limits(2, "openmp"), limit_openmp(2, most=1):
        assert _openmp_effective_n_threads() == 1
    with limit_openmp():
        assert _openmp_effective_n_threads() == processors


def tell(pipe):
    with threadpool_limits(4, "openmp"), limit_openmp(2):
        pipe.send((is_forked(), _openmp_effective_n_threads()))


@forks
def test_a_forked_process_has_one():
    assert not is_forked()
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=tell, args=(there,))
    child.start()
    assert here.poll(60)
    assert here.recv() == (True, 1)
    child.join()
