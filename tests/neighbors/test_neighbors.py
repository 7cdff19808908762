import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist, pdist
from sklearn.neighbors import NearestNeighbors
from spaces import distances, kneighbors, mean_distance, paired_distances

from skresample.neighbors.mixed import Mixed
from skresample.smote.base import majority_proportion


def by_brute_force(values, k, of, among):
    """Return the k nearest rows, itself excluded by position."""
    distances = cdist(values[of], values[among])
    distances[of[:, np.newaxis] == among] = np.inf
    return among[np.argsort(distances, axis=1, kind="stable")[:, :k]]


def rng():
    return np.random.default_rng(0)


def subsets(n, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "all": (np.arange(n), np.arange(n)),
        "some among themselves": (np.arange(0, n, 3), np.arange(0, n, 3)),
        "some among all": (np.arange(0, n, 3), np.arange(n)),
        "some among others": (np.arange(0, n, 3), np.arange(1, n, 3)),
        "overlapping, in mixed order": (rng.permutation(n)[:40], rng.permutation(n)[:60]),
    }


class TestKneighbors:
    @pytest.mark.parametrize("which", subsets(90))
    @pytest.mark.parametrize("d", [1, 3, 15, 16, 40])
    def test_against_brute_force(self, which, d):
        values = np.random.default_rng(0).standard_normal((90, d))
        of, among = subsets(90)[which]
        for dtype in (np.float64, np.float32):
            given = values.astype(dtype)
            expected = by_brute_force(given.astype(np.float64), 4, of, among)
            np.testing.assert_array_equal(kneighbors(given, 4, of=of, among=among), expected)

    @pytest.mark.parametrize("which", subsets(900))
    def test_matrix_product_against_brute_force(self, which):
        """More rows and features than go to a tree."""
        values = np.random.default_rng(0).standard_normal((900, 12))
        of, among = subsets(900)[which]
        expected = by_brute_force(values, 4, of, among)
        np.testing.assert_array_equal(kneighbors(values, 4, of=of, among=among), expected)

    def test_all_rows_in_another_order(self):
        values = np.random.default_rng(0).standard_normal((400, 8))
        among = np.random.default_rng(1).permutation(400)
        np.testing.assert_array_equal(
            kneighbors(values, 3, among=among), kneighbors(values, 3, among=np.sort(among))
        )

    @pytest.mark.parametrize("n", [90, 900])
    @pytest.mark.parametrize("size", [1e9, 1e12, 1e100, 1e200, 1e300])
    def test_one_outlier_leaves_the_other_rows_their_neighbors(self, n, size):
        values = np.random.default_rng(0).standard_normal((n, 8))
        expected = kneighbors(values, 4, among=np.arange(1, n))
        values[0, 0] = size
        found = kneighbors(values, 4, among=np.arange(1, n))
        np.testing.assert_array_equal(found[1:], expected[1:])
        with_it = kneighbors(values, 4)
        np.testing.assert_array_equal(with_it[1:], expected[1:])

    @pytest.mark.parametrize("n", [90, 900])
    @pytest.mark.parametrize("size", [1e-300, 1e-170, 1e160, 1e300])
    def test_very_small_and_very_large_numbers(self, n, size):
        values = np.random.default_rng(0).standard_normal((n, 8))
        np.testing.assert_array_equal(kneighbors(values * size, 4), kneighbors(values, 4))

    @pytest.mark.parametrize("d", [3, 12])
    def test_ties_do_not_depend_on_threads(self, d):
        values = np.random.default_rng(0).integers(0, 3, size=(3000, d)).astype(float)
        once = kneighbors(values, 5, n_jobs=1)
        for n_jobs in (2, -1, None):
            np.testing.assert_array_equal(kneighbors(values, 5, n_jobs=n_jobs), once)

    @pytest.mark.parametrize("which", subsets(90))
    def test_sparse_against_brute_force(self, which):
        values = np.maximum(np.random.default_rng(0).standard_normal((90, 8)), 0)
        of, among = subsets(90)[which]
        expected = by_brute_force(values, 4, of, among)
        for make in (sparse.csr_matrix, sparse.csr_array):
            np.testing.assert_array_equal(kneighbors(make(values), 4, of=of, among=among), expected)

    @pytest.mark.parametrize("n", [90, 900])
    @pytest.mark.parametrize("d", [3, 20])
    @pytest.mark.parametrize("offset", [0.0, 2.0**30])
    def test_far_from_the_origin(self, n, d, offset):
        values = np.random.default_rng(0).integers(0, 2**20, size=(n, d)) / 8
        everything = np.arange(n)
        expected = by_brute_force(values, 3, everything, everything)
        np.testing.assert_array_equal(kneighbors(values + offset, 3), expected)

    @pytest.mark.parametrize("d", [2, 20])
    def test_ties_are_as_near_as_any(self, d):
        values = np.random.default_rng(0).integers(0, 2, size=(120, d)).astype(float)
        found = kneighbors(values, 5)
        distances = cdist(values, values)
        np.fill_diagonal(distances, np.inf)
        nearest = np.sort(distances, axis=1)[:, :5]
        of_found = np.take_along_axis(distances, found, axis=1)
        np.testing.assert_allclose(np.sort(of_found, axis=1), nearest, atol=1e-6)
        assert all(len(set(row)) == 5 for row in found.tolist())

    @pytest.mark.parametrize("d", [2, 20])
    @pytest.mark.parametrize("k", [1, 3, 7, 8])
    def test_copies_are_neighbors_of_each_other(self, d, k):
        values = np.repeat([np.full(d, 1.1), np.full(d, 100.3)], [8, 20], axis=0)
        found = kneighbors(values, k)
        assert (found != np.arange(28)[:, np.newaxis]).all()
        assert (found[:8, : min(k, 7)] < 8).all()
        assert (found[8:] >= 8).all()
        assert all(len(set(row)) == k for row in found.tolist())

    @pytest.mark.parametrize("k", [5, 6, 100])
    def test_fewer_rows_than_asked_for(self, k):
        values = np.random.default_rng(0).standard_normal((20, 3))
        of, among = np.arange(6), np.arange(6)
        found = kneighbors(values, k, of=of, among=among)
        assert found.shape == (6, 5)
        np.testing.assert_array_equal(found, by_brute_force(values, 5, of, among))
        others = kneighbors(values, k, of=of, among=np.arange(6, 10))
        assert others.shape == (6, 4)

    def test_nobody_else(self):
        values = np.zeros((4, 2))
        one = np.array([2])
        assert kneighbors(values, 3, of=one, among=one).shape == (1, 0)
        none = np.empty(0, dtype=np.intp)
        assert kneighbors(values, 3, of=none, among=np.arange(4)).shape[0] == 0

    def test_values_are_left_alone(self):
        for d in (3, 20):
            values = np.random.default_rng(0).standard_normal((30, d))
            before = values.copy()
            values.flags.writeable = False
            kneighbors(values, 3)
            np.testing.assert_array_equal(values, before)

    @pytest.mark.parametrize("d", [3, 16])
    def test_any_number_of_threads(self, d):
        # More queries than scikit-learn splits by threads, on distances full of ties.
        values = np.random.default_rng(0).integers(0, 2, size=(2500, d)).astype(float)
        one = kneighbors(values, 5, n_jobs=1)
        for n_jobs in (None, 2, -1):
            np.testing.assert_array_equal(kneighbors(values, 5, n_jobs=n_jobs), one)

    def test_estimator_finds_them_instead(self):
        values = np.random.default_rng(0).standard_normal((60, 3)) * [1, 1, 100]
        of, among = np.arange(0, 60, 2), np.arange(60)
        search = NearestNeighbors(n_neighbors=2, metric="chebyshev")
        found = kneighbors(values, 4, of=of, among=among, search=search)
        distances = cdist(values[of], values, "chebyshev")
        distances[np.arange(30), of] = np.inf
        np.testing.assert_array_equal(found, np.argsort(distances, axis=1)[:, :4])
        assert not hasattr(search, "n_samples_fit_")
        assert search.n_neighbors == 2


def test_majority_proportion():
    is_minority = np.array([True, True, False, False, False])
    neighbors = np.array([[0, 1, 0, 1], [1, 2, 0, 0], [2, 3, 4, 0], [2, 3, 4, 3]])
    np.testing.assert_array_equal(majority_proportion(neighbors, is_minority), [0, 0.25, 0.75, 1])


class TestMeanDistance:
    @pytest.mark.parametrize("d", [1, 3, 20])
    def test_against_scipy(self, d):
        values = np.random.default_rng(0).standard_normal((50, d))
        of = np.array([3, 7, 20, 21, 40])
        np.testing.assert_allclose(
            mean_distance(values, of, rng()), pdist(values[of]).mean(), rtol=1e-12
        )
        np.testing.assert_allclose(
            mean_distance(sparse.csr_array(values), of, rng()), pdist(values[of]).mean(), rtol=1e-9
        )
        np.testing.assert_allclose(mean_distance(values, of[:2], rng()), pdist(values[of[:2]])[0])

    @pytest.mark.parametrize("m", [448, 449, 2000])
    def test_over_some_pairs_is_near_that_over_all(self, m):
        """Though rows differ in how far they are from the others."""
        values = rng().standard_normal((m, 3)) * rng().lognormal(size=(m, 1))
        found = mean_distance(values, np.arange(m), rng())
        np.testing.assert_allclose(found, pdist(values).mean(), rtol=5e-3)

    def test_float32(self):
        values = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
        of = np.arange(50)
        np.testing.assert_allclose(
            mean_distance(values, of, rng()), pdist(values).mean(), rtol=1e-5
        )

    @pytest.mark.parametrize("offset", [1e6, 1e9])
    def test_far_from_the_origin(self, offset):
        values = np.random.default_rng(0).integers(0, 1000, size=(30, 3)) / 8
        expected = pdist(values).mean()
        np.testing.assert_allclose(mean_distance(values + offset, np.arange(30), rng()), expected)

    def test_of_copies_is_zero(self):
        values = np.full((9, 3), [0.1, 1 / 3, 1e6 + 0.7])
        assert mean_distance(values, np.arange(9), rng()) == 0

    @pytest.mark.parametrize("size", [1e-300, 1e-170, 1e160, 1e300])
    def test_very_small_and_very_large_numbers(self, size):
        values = np.random.default_rng(0).standard_normal((30, 4))
        everything = np.arange(30)
        found = mean_distance(values * size, everything, rng())
        np.testing.assert_allclose(found / size, pdist(values).mean(), rtol=1e-12)


class TestDistances:
    """Against brute force, of any kind of table."""

    OF, AMONG = np.array([3, 0, 7, 7]), np.array([1, 3, 8, 0])

    @pytest.mark.parametrize("size", [1.0, 1e200, 1e-200])
    @pytest.mark.parametrize("make", [np.asarray, lambda X: X.astype(np.float32), sparse.csr_array])
    def test_of_numbers(self, make, size):
        values = np.random.default_rng(0).normal(size=(9, 4))
        table = make(values)
        if size != 1.0:
            if table.dtype != np.float64 or sparse.issparse(table):
                return
            table = table * size
        wanted = np.linalg.norm(values[self.OF][:, np.newaxis] - values[self.AMONG], axis=2)
        np.testing.assert_allclose(
            distances(table, self.OF, self.AMONG) / size, wanted, rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            paired_distances(table, self.OF, self.AMONG) / size,
            np.diagonal(wanted),
            rtol=1e-5,
            atol=1e-6,
        )

    def test_of_categories_and_holes(self):
        numeric = np.array([[0.0], [3.0], [np.nan]])
        mixed = Mixed(numeric, np.array([[0], [1], [1]]), 4.0)
        everything = np.arange(3)
        found = distances(mixed, everything, everything)
        # Of the last row, only the category is known: its square counts twice.
        np.testing.assert_allclose(found, [[0, 5, np.sqrt(32)], [5, 0, 0], [np.sqrt(32), 0, 0]])
        pairs = paired_distances(mixed, everything, everything[::-1])
        np.testing.assert_allclose(pairs, np.diagonal(found[:, ::-1]))
