"""Fits at the same time: warnings, numbers of threads, and the backend that is set."""

import threading
import time
import warnings

import joblib
import numpy as np
import pytest
from joblib import register_parallel_backend
from joblib._parallel_backends import ThreadingBackend
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_info

from skresample import SMOTE, compare
from skresample.compare import processwide
from skresample.compare.processwide import fit_alone

SETTINGS = {"samplers": SMOTE(), "estimators": DecisionTreeClassifier(max_depth=2), "cv": 2}


@pytest.fixture(scope="module")
def table():
    return make_classification(80, n_features=4, weights=[0.7], random_state=0)


@pytest.fixture(scope="module")
def expected(table):
    return compare(*table, random_state=0, **SETTINGS).scores


class AtOnce(ThreadingBackend):
    """Threads that give all results at the end, as clusters do."""

    supports_return_generator = False
    calls = 0

    def configure(self, *arguments, **named):
        AtOnce.calls += 1
        return super().configure(*arguments, **named)


@pytest.fixture(autouse=True)
def _registered():
    register_parallel_backend("at once", AtOnce)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing", "at once"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_any_backend_brings_the_same(table, expected, backend, n_jobs):
    calls = []
    with joblib.parallel_config(backend=backend, n_jobs=2):
        found = compare(
            *table,
            random_state=0,
            n_jobs=n_jobs,
            progress=lambda done, total: calls.append((done, total)),
            **SETTINGS,
        )
    np.testing.assert_array_equal(found.scores, expected)
    assert calls == [(i + 1, 24) for i in range(24)]
    in_threads = backend in ("threading", "at once")
    assert [note[:26] for note in found.notes] == ["The fits ran in threads of"] * in_threads


class Where(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight=None):
        warnings.warn(
            f"thread {threading.current_thread() is threading.main_thread()}", stacklevel=2
        )
        return super().fit(X, y, sample_weight=sample_weight)


def test_the_backend_that_is_set_is_used(table):
    settings = SETTINGS | {"estimators": Where()}
    before = AtOnce.calls
    with joblib.parallel_config(backend="at once", n_jobs=2):
        found = compare(*table, **settings)
    assert AtOnce.calls == before + 1
    assert any("thread False" in note for note in found.notes)
    assert not any("thread True" in note for note in found.notes)
    assert not compare(*table, n_jobs=2, **SETTINGS).notes  # processes are the default


class Warns(LogisticRegression):
    """Warns of its own number, after a while."""

    def fit(self, X, y, sample_weight=None):
        time.sleep(0.002)
        warnings.warn(f"C={self.C}", stacklevel=2)
        return super().fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_warnings_stay_with_the_fit_that_they_are_of(table, backend):
    estimators = {str(c): Warns(C=c) for c in (0.25, 0.5, 1.0, 2.0)}
    before = warnings.filters[:], warnings.showwarning
    with joblib.parallel_config(backend=backend, n_jobs=2):
        result = compare(*table, **SETTINGS | {"estimators": estimators, "samplers": []})
    notes = [note for note in result.notes if note.startswith("no resampling: C=")]
    assert notes == [f"no resampling: C={c} ({c} in 4 of 4 folds)" for c in estimators]
    assert (warnings.filters[:], warnings.showwarning) == before


def blas_threads():
    return [pool["num_threads"] for pool in threadpool_info()]


def test_threads_that_overlap_leave_the_process_as_it_was():
    before = blas_threads(), warnings.filters[:], warnings.showwarning
    inside, found = threading.Barrier(2), {}

    def first():
        with fit_alone(1) as caught:
            inside.wait()
            warnings.warn("first", stacklevel=1)
            found["first"] = caught
        inside.wait()

    def second():
        inside.wait()
        with fit_alone(1) as caught:
            inside.wait()  # until the first one has left
            warnings.warn("second", stacklevel=1)
            found["second"], found["threads"] = caught, blas_threads()

    threads = [threading.Thread(target=one) for one in (first, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found["first"] == ["first"]
    assert found["second"] == ["second"]
    assert (blas_threads(), warnings.filters[:], warnings.showwarning) == before


def test_warnings_of_other_threads_are_shown_as_before():
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with fit_alone(None) as caught:
            other = threading.Thread(target=lambda: warnings.warn("theirs", stacklevel=1))
            other.start()
            other.join()
            warnings.warn("ours", stacklevel=1)
    assert caught == ["ours"]
    assert [str(one.message) for one in shown] == ["theirs"]


class Interrupts(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight=None):
        raise KeyboardInterrupt


@pytest.mark.parametrize("backend", ["threading", "at once"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupt_ends_the_comparison_and_restores_the_process(table, backend, n_jobs):
    before = warnings.filters[:], warnings.showwarning, blas_threads()
    with joblib.parallel_config(backend=backend), pytest.raises(KeyboardInterrupt):
        compare(*table, n_jobs=n_jobs, **SETTINGS | {"estimators": Interrupts()})
    until = time.monotonic() + 10  # another thread may still be in its fit
    while processwide._entered and time.monotonic() < until:
        time.sleep(0.01)
    assert (warnings.filters[:], warnings.showwarning, blas_threads()) == before
