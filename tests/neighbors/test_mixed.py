from dataclasses import replace

import numpy as np
import pytest
from imblearn.metrics.pairwise import ValueDifferenceMetric
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.pairwise import nan_euclidean_distances

from skresample.neighbors import mixed
from skresample.neighbors.mixed import (
    Mixed,
    class_proportions,
    mismatch_cost,
    paired_squared_distances,
    squared_distances,
)
from skresample.numerics.spread import standard_deviation
from skresample.smote._clusters import k_prototypes


def draw(n, d=3, c=2, missing_rate=0.0, seed=0, whole=False, cost=1.5):
    """Return mixed rows; whole numbers have many ties, and distances that are exact."""
    rng = np.random.default_rng(seed)
    numeric = rng.integers(0, 4, (n, d)).astype(float) if whole else rng.standard_normal((n, d))
    codes = rng.integers(0, 4, (n, c)).astype(np.int32)
    numeric[rng.random((n, d)) < missing_rate] = np.nan
    codes[rng.random((n, c)) < missing_rate] = -1
    return Mixed(numeric, codes, cost)


def one_by_one(left, right):
    """Return the squared distances of the docstring, a value at a time."""
    found = np.empty((len(left), len(right)))
    for i in range(len(left)):
        for k in range(len(right)):
            total, present = 0.0, 0
            for a, b in zip(left.numeric[i], right.numeric[k], strict=True):
                if not (np.isnan(a) or np.isnan(b)):
                    total, present = total + (a - b) ** 2, present + 1
            for a, b in zip(left.codes[i], right.codes[k], strict=True):
                if a >= 0 and b >= 0:
                    total, present = total + left.cost**2 * (a != b), present + 1
            found[i, k] = total * left.n_features / present if present else np.inf
    return found


def nearest_one_by_one(table, k, of, among):
    distances = one_by_one(table.take(of), table.take(among))
    distances = np.minimum(distances, 1e300)  # rows with nothing in common are the last
    distances[of[:, np.newaxis] == among] = np.inf
    return among[np.argsort(distances, axis=1, kind="stable")[:, :k]]


SHAPES = [(3, 2), (4, 0), (0, 3), (1, 1), (12, 9)]
every_shape = pytest.mark.parametrize(("d", "c"), SHAPES)
every_missing_rate = pytest.mark.parametrize("missing_rate", [0.0, 0.1, 0.6, 0.95])


class TestSquaredDistances:
    def test_the_example_of_the_paper(self):
        """(1, 2, 3, A, B, C) and (4, 6, 5, A, D, E): 9 + 16 + 4 + Med² + Med²."""
        rows = Mixed(np.array([[1.0, 2, 3], [4, 6, 5]]), np.array([[0, 0, 0], [0, 1, 1]]), 1.7)
        assert squared_distances(rows, rows)[0, 1] == pytest.approx(29 + 2 * 1.7**2, rel=1e-15)
        assert squared_distances(rows, rows)[0, 0] == 0

    @every_shape
    @every_missing_rate
    @pytest.mark.parametrize("dtype", [np.int8, np.int32])
    def test_against_loops(self, d, c, missing_rate, dtype):
        left, right = draw(23, d, c, missing_rate), draw(17, d, c, missing_rate, seed=1)
        left, right = (replace(part, codes=part.codes.astype(dtype)) for part in (left, right))
        expected = np.minimum(one_by_one(left, right), mixed.UNKNOWN)
        np.testing.assert_allclose(squared_distances(left, right), expected, rtol=1e-13)

    @every_missing_rate
    def test_numbers_alone_against_scikit_learn(self, missing_rate):
        rows = draw(40, 5, 0, missing_rate)
        theirs = nan_euclidean_distances(rows.numeric, squared=True)
        known = ~np.isnan(theirs)
        ours = squared_distances(rows, rows)
        np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-7, atol=1e-12)
        assert (ours[~known] == mixed.UNKNOWN).all()

    @every_missing_rate
    def test_single_precision_is_measured_in_double(self, missing_rate):
        rows = draw(20, 3, 2, missing_rate)
        single = replace(rows, numeric=(rows.numeric + 1e5).astype(np.float32))
        double = replace(single, numeric=single.numeric.astype(np.float64))
        np.testing.assert_array_equal(
            squared_distances(single, single), squared_distances(double, double)
        )

    def test_sparse_numbers(self):
        rows = draw(30, 6, 2)
        numeric = np.maximum(rows.numeric, 0)
        thin = replace(rows, numeric=sparse.csr_array(numeric))
        expected = one_by_one(replace(rows, numeric=numeric), replace(rows, numeric=numeric))
        np.testing.assert_allclose(squared_distances(thin, thin), expected, atol=1e-12)

    @every_missing_rate
    def test_sparse_numbers_of_single_precision(self, missing_rate):
        """Far beyond which is the distance of rows without a common feature."""
        rows = draw(30, 6, 2, missing_rate)
        numeric = np.nan_to_num(np.maximum(rows.numeric, 0)).astype(np.float32)
        thin = replace(rows, numeric=sparse.csr_array(numeric))
        wanted = one_by_one(replace(rows, numeric=numeric), replace(rows, numeric=numeric))
        found = squared_distances(thin, thin)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
        pairs = paired_squared_distances(thin, thin.take(np.arange(30)[::-1]))
        np.testing.assert_allclose(pairs, np.diagonal(wanted[:, ::-1]), rtol=1e-4, atol=1e-4)

    def test_input_is_left_alone(self):
        rows = draw(20, missing_rate=0.3)
        for array in (rows.numeric, rows.codes):
            array.flags.writeable = False
        squared_distances(rows, rows)


def subsets(n):
    rng = np.random.default_rng(5)
    return {
        "all": (np.arange(n), np.arange(n)),
        "some among all": (np.arange(0, n, 3), np.arange(n)),
        "some among others": (np.arange(0, n, 3), np.arange(1, n, 3)),
        "overlapping, in mixed order": (rng.permutation(n)[:40], rng.permutation(n)[:60]),
    }


class TestNearest:
    @pytest.mark.parametrize("which", subsets(90))
    @every_missing_rate
    @pytest.mark.parametrize("whole", [False, True])
    def test_against_loops(self, which, missing_rate, whole):
        table = draw(90, missing_rate=missing_rate, whole=whole, cost=2.0)
        of, among = subsets(90)[which]
        expected = nearest_one_by_one(table, 5, of, among)
        np.testing.assert_array_equal(table.kneighbors(5, of=of, among=among), expected)

    def test_borders_of_blocks(self, monkeypatch):
        table, rows = draw(50), np.arange(50)
        once = table.kneighbors(4, of=rows, among=rows)
        for size in (1, 49, 50, 51, 100, 149):
            monkeypatch.setattr(mixed, "BLOCK_VALUES", size)
            np.testing.assert_array_equal(table.kneighbors(4, of=rows, among=rows), once)

    def test_as_many_as_there_are(self):
        table, rows = draw(6), np.arange(6)
        found = table.kneighbors(5, of=rows, among=rows)
        for i in rows:
            assert sorted([i, *found[i]]) == rows.tolist()

    @pytest.mark.parametrize("k", [0, 3])
    def test_nothing_to_find(self, k):
        table = draw(6)
        none = np.empty(0, dtype=np.intp)
        assert table.kneighbors(k, of=none, among=np.arange(6)).shape == (0, k)
        assert table.kneighbors(0, of=np.arange(6), among=np.arange(6)).shape == (6, 0)


class TestSearch:
    """The compiled search finds what NumPy does, at any number of threads."""

    @pytest.mark.parametrize("which", subsets(700))
    @every_missing_rate
    @pytest.mark.parametrize("whole", [False, True])
    def test_equals_numpy(self, which, missing_rate, whole):
        # Whole numbers, and 6 features: every distance is exact, and there are many ties.
        table = draw(700, 4, 2, missing_rate, whole=whole, cost=2.0)
        of, among = subsets(700)[which]
        expected = table.kneighbors(6, of=of, among=among)
        for n_threads in (1, 2, 5):
            found = table._compiled(6, of, among, n_threads)
            np.testing.assert_array_equal(found, expected)

    @every_shape
    @every_missing_rate
    def test_shapes(self, d, c, missing_rate):
        table, rows = draw(90, d, c, missing_rate, whole=True, cost=1.0), np.arange(90)
        found = table._compiled(3, rows, rows, 2)
        if missing_rate:  # 7/3 of a sum may be rounded either way
            ours = one_by_one(table, table)
            theirs = np.take_along_axis(ours, table.kneighbors(3, of=rows, among=rows), axis=1)
            found = np.take_along_axis(ours, found, axis=1)
            np.testing.assert_allclose(found, theirs, rtol=1e-12)
            return
        np.testing.assert_array_equal(found, table.kneighbors(3, of=rows, among=rows))

    @pytest.mark.parametrize("n", [2, 255, 256, 257, 513])
    def test_borders_of_blocks(self, n):
        table, rows = draw(n, whole=True, cost=2.0), np.arange(n)
        k = min(4, n - 1)
        expected = table.kneighbors(k, of=rows, among=rows)
        np.testing.assert_array_equal(table._compiled(k, rows, rows, 3), expected)

    @pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
    def test_codes_of_any_size_and_single_precision(self, dtype):
        table, rows = draw(300, missing_rate=0.2, whole=True, cost=2.0), np.arange(300)
        small = Mixed(table.numeric.astype(np.float32), table.codes.astype(dtype), 2.0)
        expected = table._compiled(4, rows, rows, 1)
        np.testing.assert_array_equal(small._compiled(4, rows, rows, 1), expected)

    def test_is_what_nearest_does_with_many_rows(self, monkeypatch):
        table, rows = draw(200, missing_rate=0.1), np.arange(200)
        expected = table.kneighbors(4, of=rows, among=rows)
        monkeypatch.setattr(mixed, "COMPILED_FROM", 0)
        for n_jobs in (None, 1, 2, -1):
            found = table.kneighbors(4, of=rows, among=rows, n_jobs=n_jobs)
            np.testing.assert_array_equal(found, expected)

    def test_input_is_left_alone(self):
        table, rows = draw(60, missing_rate=0.2), np.arange(60)
        for array in (table.numeric, table.codes, rows):
            array.flags.writeable = False
        table._compiled(3, rows, rows, 2)


class TestMismatchCost:
    def test_by_hand(self):
        """Deviations 1, 2 and 4: the median is 2; the values have mean 0."""
        values = np.array([[1.0, 2, 4], [-1, -2, -4]])
        assert mismatch_cost(values) == pytest.approx(2, rel=1e-15)

    def test_half_of_the_columns_constant(self):
        values = np.array([[1.0, 3, 7, 7], [-1, -3, 7, 7], [1, 3, 7, 7], [-1, -3, 7, 7]])
        assert np.median(values.std(axis=0)) == 0.5
        assert mismatch_cost(values) == pytest.approx(0.5)
        constant = np.hstack([values, values[:, 2:3]])  # deviations 1, 3, 0, 0, 0
        assert np.median(constant.std(axis=0)) == 0
        assert mismatch_cost(constant) == pytest.approx(2)

    @pytest.mark.parametrize("shape", [(5, 3), (1, 3), (5, 0), (0, 2)])
    def test_no_deviation_at_all(self, shape):
        assert mismatch_cost(np.full(shape, 0.1)) == 1

    def test_missing_values_are_left_out(self):
        values = np.array([[1.0, np.nan], [-1, 3], [np.nan, 9]])
        assert mismatch_cost(values) == pytest.approx((1 + 3) / 2)

    @pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
    def test_any_scale(self, scale):
        values = np.random.default_rng(0).standard_normal((40, 3))
        expected = np.median(values.std(axis=0)) * scale
        assert mismatch_cost(values * scale) == pytest.approx(expected, rel=1e-12)

    @pytest.mark.parametrize("missing_rate", [0, 0.4])
    def test_deviation_against_numpy(self, missing_rate):
        values = draw(50, 4, 0, missing_rate).numeric + 1e3
        expected = np.nanstd(values, axis=0)
        np.testing.assert_allclose(standard_deviation(values), expected, rtol=1e-9)
        if not missing_rate:
            thin = sparse.csr_array(values)
            np.testing.assert_allclose(standard_deviation(thin), expected, rtol=1e-6)


class TestClassShares:
    def test_by_hand(self):
        """Of the rows with 0 one in two is of the minority, with 1 none, with 2 the only one."""
        codes = np.array([[0], [0], [1], [1], [2], [-1]], dtype=np.int8)
        is_minority = np.array([True, False, False, False, True, False])
        proportions = class_proportions(codes, is_minority, extra=0)
        np.testing.assert_allclose(proportions[:, 0], [1 / 2, 1 / 2, 0, 0, 1, 1 / 3])
        # A row more of each, a third of it of the minority.
        proportions = class_proportions(codes, is_minority)
        expected = [(1 + 1 / 3) / 3] * 2 + [(1 / 3) / 3] * 2 + [(1 + 1 / 3) / 2, 1 / 3]
        np.testing.assert_allclose(proportions[:, 0], expected)

    def test_against_the_value_difference_metric_of_imbalanced_learn(self):
        rng = np.random.default_rng(0)
        codes = rng.integers(0, 5, (80, 4)).astype(np.int32)
        y = (rng.random(80) < 0.3).astype(int)
        theirs = ValueDifferenceMetric().fit(codes, y).pairwise(codes)
        proportions = 2 * class_proportions(codes, y == 1, extra=0)
        ours = squared_distances(*[Mixed(proportions, np.empty((80, 0), dtype=np.int8))] * 2)
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


class TestKPrototypes:
    def test_groups_of_numbers(self):
        rng = np.random.default_rng(0)
        group = rng.integers(0, 4, 200)
        numeric = 100.0 * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[group]
        numeric += rng.standard_normal((200, 2))
        table = Mixed(numeric, np.empty((200, 0), dtype=np.int32))
        labels = k_prototypes(table, 4, np.random.default_rng(0))
        theirs = KMeans(4, n_init=5, random_state=0).fit_predict(numeric)
        assert adjusted_rand_score(labels, theirs) == 1
        assert adjusted_rand_score(labels, group) == 1

    def test_groups_of_categories(self):
        rng = np.random.default_rng(0)
        group = rng.integers(0, 3, 150)
        codes = np.repeat(group[:, np.newaxis], 6, axis=1).astype(np.int32)
        codes[np.arange(150), rng.integers(0, 6, 150)] = 3  # one in six says nothing
        table = Mixed(np.empty((150, 0)), codes)
        labels = k_prototypes(table, 3, np.random.default_rng(1))
        assert adjusted_rand_score(labels, group) == 1

    @every_missing_rate
    @pytest.mark.parametrize("seed", range(5))
    def test_every_row_is_with_the_nearest_prototype(self, missing_rate, seed):
        table = draw(120, 3, 2, missing_rate, seed=seed)
        labels = k_prototypes(table, 5, np.random.default_rng(seed))
        assert labels.min() >= 0
        assert labels.max() < 5
        numeric, codes = np.full((5, 3), np.nan), np.full((5, 2), -1, dtype=np.int32)
        for cluster in np.unique(labels):
            inside = table.take(labels == cluster)
            for j in range(3):
                known = inside.numeric[~np.isnan(inside.numeric[:, j]), j]
                numeric[cluster, j] = known.mean() if known.size else np.nan
            for j in range(2):
                known = inside.codes[inside.codes[:, j] >= 0, j]
                codes[cluster, j] = np.bincount(known).argmax() if known.size else -1
        used = np.unique(labels)
        prototypes = Mixed(numeric[used], codes[used], table.cost)
        distances = np.minimum(one_by_one(table, prototypes), 1e300)
        own = distances[np.arange(120), np.searchsorted(used, labels)]
        np.testing.assert_allclose(own, distances.min(axis=1), rtol=1e-9)

    @pytest.mark.parametrize("n_clusters", [1, 7])
    def test_few_rows(self, n_clusters):
        labels = k_prototypes(draw(7), n_clusters, np.random.default_rng(0))
        assert len(np.unique(labels)) == n_clusters

    def test_rows_without_any_value(self):
        table = Mixed(np.full((9, 2), np.nan), np.full((9, 1), -1, dtype=np.int32))
        labels = k_prototypes(table, 3, np.random.default_rng(0))
        assert ((labels >= 0) & (labels < 3)).all()

    def test_same_rows(self):
        table = Mixed(np.full((9, 2), 0.3), np.zeros((9, 1), dtype=np.int32))
        assert len(k_prototypes(table, 3, np.random.default_rng(0))) == 9
