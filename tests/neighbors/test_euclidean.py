"""The compiled searches, on tables so small that the project itself would not use them."""

import importlib.util
import multiprocessing
import os
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest
from joblib import Parallel, delayed
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist
from spaces import kneighbors
from test_neighbors import TestKneighbors as LawsOfNeighbors
from test_neighbors import by_brute_force, subsets

import skresample
from skresample.neighbors import numeric as neighbors
from skresample.neighbors._jit import jit


@pytest.fixture(autouse=True)
def compiled_from_the_first_pair(monkeypatch):
    monkeypatch.setattr(neighbors, "COMPILED_PAIRS", 0)


def draw(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d))


def length(values, of, found):
    """Return the mean distance of rows to what was found."""
    return np.mean([cdist(values[[i]], values[j]).mean() for i, j in zip(of, found, strict=True)])


class TestExact(LawsOfNeighbors):
    """What holds for the other ways to search."""

    @pytest.mark.parametrize("which", subsets(700))
    @pytest.mark.parametrize("d", [1, 2, 7, 30, 100, 700])
    @pytest.mark.parametrize("k", [1, 5, 20])
    def test_same_rows_as_brute_force(self, which, d, k):
        of, among = subsets(700)[which]
        values = draw(700, d)
        expected = by_brute_force(values, k, of, among)
        assert_array_equal(kneighbors(values, k, of=of, among=among, method="exact"), expected)

    def test_tables_larger_than_groups_and_parts(self):
        values = draw(9001, 3)
        of = np.arange(0, 9001, 7)
        found = kneighbors(values, 5, method="exact")
        assert_array_equal(found[of], by_brute_force(values, 5, of, np.arange(9001)))

    @pytest.mark.parametrize("offset", [0, 1e3, 1e6, 1e9])
    def test_far_apart_clusters(self, offset):
        """Rounding to float32 would tell no two rows of a cluster apart."""
        values = draw(600, 4) + offset * (np.arange(600) % 2)[:, np.newaxis]
        everything = np.arange(600)
        expected = by_brute_force(values, 5, everything, everything)
        assert_array_equal(kneighbors(values, 5, method="exact"), expected)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_of_equally_near_rows_the_first(self, dtype):
        values = np.random.default_rng(0).integers(0, 3, (800, 4)).astype(dtype)
        everything = np.arange(800)
        expected = by_brute_force(values, 5, everything, everything)
        assert_array_equal(kneighbors(values, 5, method="exact"), expected)

    @pytest.mark.parametrize("order", ["F", "reversed", "read-only"])
    def test_any_memory(self, order):
        values = draw(300, 5)
        given = {
            "F": np.asfortranarray(values),
            "reversed": values[::-1].copy()[::-1],
            "read-only": values.copy(),
        }[order]
        given.flags.writeable = order != "read-only"
        assert_array_equal(
            kneighbors(given, 4, method="exact"), kneighbors(values, 4, method="exact")
        )


def two_parts(offset):
    return lambda rows: rows + offset * (np.arange(len(rows)) % 2)[:, np.newaxis]


HARD = {
    "one column": lambda rows: rows[:, :1],
    "a line": lambda rows: rows[:, :1] * np.arange(1, 11),
    "two parts 1e3 apart": two_parts(1e3),
    "two parts 1e6 apart": two_parts(1e6),
    "copies of one row": lambda rows: np.where(np.arange(len(rows))[:, np.newaxis] % 10, 0, rows),
    "mostly zeros": lambda rows: np.where(np.abs(rows) > 1.6, rows, 0),
}


class TestApproximate:
    @pytest.mark.parametrize("which", subsets(6000))
    @pytest.mark.parametrize("d", [3, 20])
    def test_nearly_as_near_as_the_nearest(self, which, d):
        of, among = subsets(6000)[which]
        values = draw(6000, d)
        found = kneighbors(values, 5, of=of, among=among, method="approximate")
        assert found.shape == (of.size, 5)
        assert np.isin(found, among).all()
        assert (found != of[:, np.newaxis]).all()
        assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()
        exact = kneighbors(values, 5, of=of, among=among, method="exact")
        assert length(values, of, found) <= 1.02 * length(values, of, exact)

    @pytest.mark.parametrize("table", HARD)
    def test_nearly_as_near_in_hard_tables(self, table):
        values = HARD[table](draw(20_000, 10))
        of = np.arange(0, 20_000, 20)
        if table == "copies of one row":
            of = of[values[of].any(axis=1)]
        found = kneighbors(values, 5, method="approximate")[of]
        exact = kneighbors(values, 5, of=of, method="exact")
        assert length(values, of, found) <= 1.02 * length(values, of, exact)

    def test_nearly_as_near_where_few_rows_are_looked_through(self):
        values, of = draw(20_000, 10), np.arange(19_000)
        among = np.arange(19_000, 20_000)
        found = kneighbors(values, 5, of=of, among=among, method="approximate")
        exact = kneighbors(values, 5, of=of, among=among, method="exact")
        assert length(values, of, found) <= 1.02 * length(values, of, exact)

    def test_nearest_first(self):
        values = draw(3000, 10)
        found = kneighbors(values, 5, method="approximate")
        distances = np.linalg.norm(values[:, np.newaxis] - values[found], axis=2)
        assert (np.diff(distances, axis=1) >= 0).all()

    def test_few_base_rows_among_many_queries(self):
        """Leaves may then have none."""
        values, among = draw(5000, 4), np.array([3, 1000, 2000, 4000, 4001])
        found = kneighbors(values, 5, of=np.arange(10, 900), among=among, method="approximate")
        assert_array_equal(np.sort(found, axis=1), np.tile(among, (890, 1)))

    def test_rows_asked_for_twice(self):
        values = draw(900, 4)
        of = np.array([5, 7, 5])
        found = kneighbors(values, 3, of=of, method="approximate")
        assert_array_equal(found[0], found[2])


both = pytest.mark.parametrize("method", ["exact", "approximate"])


@both
class TestBadCircumstances:
    def test_copies_by_the_thousand(self, method):
        values = np.repeat(draw(3, 4), [4000, 1000, 2], axis=0)
        found = kneighbors(values, 5, method=method)
        assert_array_equal(values[found[:5000]], np.repeat(values[:5000, np.newaxis], 5, axis=1))
        assert (found != np.arange(len(values))[:, np.newaxis]).all()
        assert found[5000:, 0].tolist() == [5001, 5000]

    def test_constant_table(self, method):
        found = kneighbors(np.full((2000, 3), 0.1), 4, method=method)
        assert (found != np.arange(2000)[:, np.newaxis]).all()
        assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()

    @pytest.mark.parametrize("size", [1e300, 1e-300, 1e160, 1e-160])
    def test_very_large_and_small_numbers(self, method, size):
        values = draw(400, 5)
        expected = kneighbors(values, 4, method=method)
        assert_array_equal(kneighbors(values * size, 4, method=method), expected)

    @pytest.mark.parametrize("size", [1e20, 1e150, 1e300])
    def test_one_column_without_bounds(self, method, size):
        values = draw(400, 5)
        values[:7, 2] *= size
        found = kneighbors(values, 4, method=method)[7:]
        assert_array_equal(found, 7 + kneighbors(values[7:], 4, method=method))

    @pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 17])
    def test_as_many_as_there_are(self, method, n):
        found = kneighbors(draw(n, 3), 5, method=method)
        assert found.shape == (n, min(5, n - 1))
        assert (found != np.arange(n)[:, np.newaxis]).all()

    def test_the_same_at_any_number_of_threads(self, method):
        values = draw(5000, 6)
        one = kneighbors(values, 5, method=method, n_jobs=1)
        for n_jobs in (2, 3, None):
            assert_array_equal(kneighbors(values, 5, method=method, n_jobs=n_jobs), one)

    def test_from_several_threads_at_once(self, method):
        values = draw(3000, 6)
        one = kneighbors(values, 5, method=method)
        with ThreadPoolExecutor(4) as pool:
            for found in pool.map(lambda _: kneighbors(values, 5, method=method), range(8)):
                assert_array_equal(found, one)

    @pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
    def test_inside_joblib(self, method, backend):
        X, y = draw(2000, 6), np.repeat([0, 0, 0, 1], 500)
        smote = skresample.SMOTE(random_state=0, algorithm=method)
        expected = smote.fit_resample(X, y)[0]
        run = Parallel(n_jobs=2, backend=backend)(delayed(resample)(method, X, y) for _ in range(3))
        for found in run:
            assert_array_equal(found, expected)


def in_a_pool(n):
    """Resample in a process of a pool, and count its threads and its warnings."""
    X, y = draw(n, 10), np.arange(n) % 4 == 0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        X_out, _ = skresample.SMOTE(random_state=0).fit_resample(X, y)
    names = [thread.name for thread in threading.enumerate()]
    return X_out, sum("skresample" in name for name in names), list(map(str, caught))


def test_in_processes_of_a_pool():
    """Each is one of as many as there are processors, and must not start threads."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        X_out, n_threads, caught = pool.apply(in_a_pool, (16_000,))
    assert_array_equal(X_out, in_a_pool(16_000)[0])
    assert n_threads == 0
    assert not caught


def test_a_cache_that_cannot_be_written_any_more(monkeypatch):
    def no_space(*args):
        raise OSError(28, "No space left on device")

    from numba.core.caching import FunctionCache

    monkeypatch.setattr(FunctionCache, "save_overload", no_space)
    add = jit()(lambda x: x + 1)
    assert add(1) == 2


KERNEL = """
from skresample.neighbors._jit import jit

@jit()
def total(n):
    s = 0.0
    for i in range(n):
        s += i
    return s
"""


def damage(content, how):
    """Return what a crash, a broken copy or a bad disk may have made of a file."""
    half = len(content) // 2
    return {
        "empty": b"",
        "half": content[:half],
        "zeros": bytes(len(content)),
        "zeros at the end": content[:half] + bytes(len(content) - half),
        "other bytes in the middle": content[: half - 64] + b"\xa5" * 128 + content[half + 64 :],
    }[how]


@pytest.mark.parametrize(
    "how", ["empty", "half", "zeros", "zeros at the end", "other bytes in the middle"]
)
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_damaged_files_of_the_cache_are_compiled_anew(kind, how, tmp_path, monkeypatch):
    """And replaced, so that the next process finds sound ones."""
    cache = tmp_path / "cache"
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(cache))
    source = tmp_path / "kernel.py"
    source.write_text(KERNEL)

    def hits():
        """Import the kernel as a new process would, and say whether the cache had it."""
        spec = importlib.util.spec_from_file_location("kernel", source)
        kernel = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(kernel)
        assert kernel.total(10) == 45
        return sum(kernel.total.stats.cache_hits.values())

    assert [hits(), hits()] == [0, 1]
    [file] = cache.rglob(f"*.{kind}")
    file.write_bytes(damage(file.read_bytes(), how))
    assert [hits(), hits()] == [0, 1]


def resample(method, X, y):
    neighbors.COMPILED_PAIRS = 0  # in a process of its own, the fixture has not done so
    return skresample.SMOTE(random_state=0, algorithm=method).fit_resample(X, y)[0]


LARGE = """
import sys
import numpy as np
from skresample.neighbors import Dense
X = np.random.default_rng(0).standard_normal((7500, 8))
found = Dense(X).kneighbors(3, algorithm="{method}")
one = np.linalg.norm(X - X[77], axis=1).argsort()[1:4]
assert (found[77] == one).all(), (found[77], one)
print("skresample.neighbors._euclidean_kernel" in sys.modules)
"""


@both
@pytest.mark.parametrize(
    ("variable", "value", "compiled"),
    [
        ("NUMBA_DISABLE_JIT", "1", "False"),
        ("NUMBA_CACHE_DIR", "/dev/null/nothing", "True"),
        ("NUMBA_NUM_THREADS", "1", "True"),
    ],
)
def test_in_another_environment(method, variable, value, compiled):
    run = subprocess.run(
        [sys.executable, "-c", LARGE.format(method=method)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "0", variable: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == compiled


def test_where_nothing_can_be_kept():
    """As of a package on a disk that cannot be written to, without a home."""
    space = {}
    exec("def double(x):\n    return 2 * x", space)
    assert jit()(space["double"])(21) == 42


def test_small_work_does_not_load_numba():
    code = (
        "import sys, numpy as np, skresample\n"
        "X = np.random.default_rng(0).standard_normal((1000, 10))\n"
        "skresample.SMOTE(random_state=0).fit_resample(X, np.arange(1000) % 10 == 0)\n"
        "print('numba' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


class TestSamplers:
    @both
    @pytest.mark.parametrize(
        "name", ["SMOTE", "BorderlineSMOTE", "SVMSMOTE", "KMeansSMOTE", "ADASYN"]
    )
    def test_new_rows_lie_between_rows_of_the_class(self, name, method):
        X, y = draw(3000, 4), (np.arange(3000) % 5 == 0).astype(int)
        more = {"cluster_balance_threshold": 0.1} if name == "KMeansSMOTE" else {}
        sampler = getattr(skresample, name)(random_state=0, algorithm=method, **more)
        new = sampler.fit_resample(X, y)[0][3000:]
        assert len(new) == 1800
        first, second = X[sampler.parents_].transpose(1, 0, 2)
        assert (y[sampler.parents_] == 1).all()
        if name != "SVMSMOTE":  # which steps outwards too
            assert_allclose(
                np.linalg.norm(new - first, axis=1) + np.linalg.norm(new - second, axis=1),
                np.linalg.norm(first - second, axis=1),
            )

    def test_unknown_word(self):
        X, y = draw(40, 3), np.repeat([0, 0, 0, 1], 10)
        with pytest.raises(ValueError, match="algorithm"):
            skresample.SMOTE(algorithm="fast").fit_resample(X, y)
