"""Every space against distances by brute force, and metrics against scikit-learn."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from imblearn.metrics.pairwise import ValueDifferenceMetric
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import manhattan_distances
from sklearn.neighbors import NearestNeighbors

from skresample.neighbors import (
    Dense,
    Mixed,
    Numbers,
    UserSearch,
    ValueDifference,
    mismatch_cost,
    space_of,
    space_of_columns,
)

N = 60
RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(N, 4))
THIN = np.where(ROWS > 0, ROWS, 0)
HOLED = np.where(ROWS > 1.3, np.nan, ROWS)
CODES = RNG.integers(-1, 3, (N, 2)).astype(np.int8)
KNOWN = RNG.integers(0, 5, (N, 6)).astype(np.int8)
IS_MINORITY = np.arange(N) % 3 == 0
NO_CODES = np.empty((N, 0), dtype=np.int8)


def lopsided(a, b):
    """Keep no triangle inequality: squares, and one feature counts more."""
    return float((np.array([3, 1, 1, 1]) * (a - b) ** 2).sum())


def of_mixed(numeric, codes, cost):
    """Return the distances of the docstring of `Mixed`, one by one."""
    found = np.empty((N, N))
    for i in range(N):
        numbers = (numeric - numeric[i]) ** 2
        names = np.where((codes >= 0) & (codes[i] >= 0), (codes != codes[i]) * cost**2, np.nan)
        both = np.hstack([numbers, names])
        known = ~np.isnan(both)
        with np.errstate(divide="ignore", invalid="ignore"):
            squared = np.nansum(both, axis=1) * both.shape[1] / known.sum(axis=1)
        found[i] = np.sqrt(np.where(known.any(axis=1), squared, 1e300))
    return found


def of_values(codes):
    """Return the value difference metric of imbalanced-learn, a root of which is taken here."""
    y = IS_MINORITY.astype(int)
    squared = ValueDifferenceMetric().fit(codes.astype(np.int64), y).pairwise(codes)
    return np.sqrt(squared)


SPACES = {
    "dense": (Dense(ROWS), cdist(ROWS, ROWS)),
    "single precision": (Dense(ROWS.astype(np.float32)), cdist(*[ROWS.astype(np.float32)] * 2)),
    "sparse": (Numbers(sparse.csr_array(THIN)), cdist(THIN, THIN)),
    "sparse matrix": (Numbers(sparse.csr_matrix(THIN)), cdist(THIN, THIN)),
    "mixed": (Mixed(HOLED, CODES, 0.7), of_mixed(HOLED, CODES, 0.7)),
    "sparse mixed": (Mixed(sparse.csr_array(THIN), KNOWN, 0.7), of_mixed(THIN, KNOWN, 0.7)),
    "value difference": (ValueDifference(KNOWN, IS_MINORITY), of_values(KNOWN)),
    "manhattan": (Numbers(ROWS, "manhattan"), cdist(ROWS, ROWS, "cityblock")),
    "sparse manhattan": (Numbers(sparse.csr_array(THIN), "manhattan"), manhattan_distances(THIN)),
    "function": (Numbers(ROWS, lopsided), cdist(ROWS, ROWS, lopsided)),
}
every_space = pytest.mark.parametrize("name", SPACES)
SUBSETS = {
    "all": (None, None),
    "some among all": (np.arange(0, N, 3), None),
    "all among some": (None, np.arange(0, N, 4)),
    "some among others": (np.arange(0, N, 3), np.arange(1, N, 3)),
    "in mixed order": (RNG.permutation(N)[:25], RNG.permutation(N)[:31]),
}


def check_neighbors(found, apart, k, of, among):
    """Check that nobody nearer was missed, whichever of equally near rows was found."""
    of = np.arange(N) if of is None else of
    among = np.arange(N) if among is None else among
    assert np.isin(found, among).all()
    assert (found != of[:, np.newaxis]).all()
    assert all(len(set(row)) == found.shape[1] for row in found.tolist())
    wanted = apart[np.ix_(of, among)].copy()
    wanted[of[:, np.newaxis] == among] = np.inf
    ours = np.take_along_axis(apart[of], found, axis=1)
    np.testing.assert_allclose(ours, np.sort(wanted, axis=1)[:, :k], rtol=1e-6, atol=1e-7)


@every_space
class TestEverySpace:
    @pytest.mark.parametrize("which", SUBSETS)
    @pytest.mark.parametrize("k", [1, 4])
    def test_kneighbors(self, name, which, k):
        space, apart = SPACES[name]
        of, among = SUBSETS[which]
        check_neighbors(space.kneighbors(k, of=of, among=among), apart, k, of, among)

    def test_any_number_of_threads(self, name):
        space, _ = SPACES[name]
        one = space.kneighbors(4, n_jobs=1)
        for n_jobs in (2, None):
            np.testing.assert_array_equal(space.kneighbors(4, n_jobs=n_jobs), one)

    def test_distances(self, name):
        space, apart = SPACES[name]
        of, among = np.array([3, 0, 7, 7]), np.array([1, 3, 8])
        wanted = apart[np.ix_(of, among)]
        np.testing.assert_allclose(space.distances(of, among), wanted, rtol=1e-6, atol=1e-7)
        others = np.array([5, 0, 1, 59])
        found = space.paired_distances(of, others)
        np.testing.assert_allclose(found, apart[of, others], rtol=1e-6, atol=1e-7)

    def test_mean_distance(self, name):
        space, apart = SPACES[name]
        of = np.array([4, 9, 11, 30, 31])
        wanted = apart[np.ix_(of, of)].sum() / 20
        found = space.mean_distance(of, np.random.default_rng(0))
        np.testing.assert_allclose(found, wanted, rtol=1e-6)

    def test_take(self, name):
        space, apart = SPACES[name]
        rows = np.array([9, 2, 30, 31, 50])
        taken, everything = space.take(rows), np.arange(5)
        assert (len(space), len(taken)) == (N, 5)
        assert taken.n_features == space.n_features
        found = taken.distances(everything, everything)
        np.testing.assert_allclose(found, apart[np.ix_(rows, rows)], rtol=1e-6, atol=1e-7)

    def test_coordinates_are_those_of_euclidean_distances(self, name):
        space, apart = SPACES[name]
        assert (space.coordinates is not None) == isinstance(space, Dense)
        if space.coordinates is not None:
            assert space.coordinates is space.values  # nothing is copied
            found = cdist(space.coordinates, space.coordinates)
            np.testing.assert_allclose(found, apart, atol=1e-7)

    def test_encode(self, name):
        space, _ = SPACES[name]
        found = space.encode(IS_MINORITY)
        assert found.shape[0] == N
        values = found.data if sparse.issparse(found) else found
        assert np.isfinite(values).all()


class TestAppendAndWithout:
    def test_dense(self):
        more = Dense(ROWS).append(ROWS[:3] + 1, NO_CODES[:3])
        assert isinstance(more, Dense)
        np.testing.assert_array_equal(more.values, np.vstack([ROWS, ROWS[:3] + 1]))
        np.testing.assert_array_equal(more.without(1).values, np.delete(more.values, 1, axis=1))

    def test_sparse_keeps_its_metric(self):
        more = Numbers(sparse.csr_array(THIN), "manhattan")
        more = more.append(sparse.csr_array(THIN[:3]), NO_CODES[:3])
        assert (len(more), more.metric) == (N + 3, "manhattan")
        np.testing.assert_array_equal(more.values.toarray(), np.vstack([THIN, THIN[:3]]))

    def test_mixed(self):
        more = Mixed(HOLED, CODES, 0.7).append(HOLED[:3], CODES[3:6])
        np.testing.assert_array_equal(more.numeric, np.vstack([HOLED, HOLED[:3]]))
        np.testing.assert_array_equal(more.codes, np.vstack([CODES, CODES[3:6]]))
        assert more.without(5).codes.tolist() == more.codes[:, :1].tolist()
        np.testing.assert_array_equal(more.without(0).numeric, more.numeric[:, 1:])
        assert more.without(0).cost == more.cost == 0.7


class TestEncode:
    def test_mixed_by_hand(self):
        numeric = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan], [2.0, np.nan]])
        codes = np.array([[0], [0], [1], [1]])
        found = Mixed(numeric, codes, 10.0).encode(np.array([True, True, False, False]))
        # A category counts as if it had a row more, half of it of the minority class.
        np.testing.assert_allclose(found, [[1, 25 / 3], [3, 25 / 3], [2, 5 / 3], [2, 5 / 3]])

    def test_sparse_rows_of_the_user_are_left_alone(self):
        given = sparse.csr_array((np.array([1.0, 2]), np.array([3, 0]), np.array([0, 2])))
        found = Numbers(given).encode(np.array([True]))
        assert given.indices.tolist() == [3, 0]
        assert found.indices.tolist() == [0, 3]

    def test_far_from_the_origin(self):
        assert np.abs(Dense(ROWS + 1e9).encode(IS_MINORITY)).max() < 10
        assert Dense(ROWS).encode(IS_MINORITY) is ROWS


class TestValueDifference:
    def test_missing_values_count_as_in_mixed(self):
        space = ValueDifference(CODES, IS_MINORITY)
        assert np.isnan(space.numeric).sum() == (CODES < 0).sum()
        apart = of_mixed(space.numeric, NO_CODES, 1.0)
        check_neighbors(space.kneighbors(4), apart, 4, None, None)

    def test_an_estimator_of_the_user(self):
        search = UserSearch(NearestNeighbors(metric="manhattan"), "k_neighbors")
        space = ValueDifference(KNOWN, IS_MINORITY)
        apart = cdist(space.numeric, space.numeric, "cityblock")
        check_neighbors(space.kneighbors(3, algorithm=search), apart, 3, None, None)
        with pytest.raises(ValueError, match="missing values: give a number of neighbors"):
            ValueDifference(CODES, IS_MINORITY).kneighbors(3, algorithm=search)


def table(numeric, codes=NO_CODES):
    """Return what `space_of` reads of a table."""
    missing = (codes < 0).any()
    missing |= not sparse.issparse(numeric) and bool(np.isnan(numeric).any())
    return SimpleNamespace(
        numeric=numeric,
        standardized=numeric * 2,
        codes=codes,
        columns=SimpleNamespace(has_missing=missing, categories=np.arange(codes.shape[1])),
    )


class TestSpaceOf:
    def test_kind_of_table(self):
        assert type(space_of(table(ROWS))) is Dense
        assert space_of(table(ROWS)).values is ROWS  # nothing is copied
        assert type(space_of(table(sparse.csr_array(THIN)))) is Numbers
        assert type(space_of(table(HOLED))) is Mixed
        assert type(space_of(table(ROWS, KNOWN))) is Mixed
        assert type(space_of_columns(ROWS, NO_CODES, 1.0)) is Dense
        assert type(space_of_columns(HOLED, NO_CODES, 1.0)) is Mixed

    def test_standardize(self):
        np.testing.assert_array_equal(space_of(table(ROWS), standardize=True).values, ROWS * 2)

    def test_like(self):
        like = np.arange(20)
        found = space_of(table(HOLED, KNOWN), like=like)
        assert found.cost == mismatch_cost(HOLED[:20])
        assert space_of(table(HOLED, KNOWN)).cost == mismatch_cost(HOLED)

    @pytest.mark.parametrize("metric", ["euclidean", "l2", "minkowski"])
    def test_names_of_the_euclidean_metric(self, metric):
        assert type(space_of(table(ROWS), metric=metric)) is Dense
        assert type(space_of(table(HOLED), metric=metric)) is Mixed

    @pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "cosine", lopsided])
    @pytest.mark.parametrize("which", SUBSETS)
    def test_against_scikit_learn(self, metric, which):
        space = space_of(table(ROWS), metric=metric)
        of, among = (np.arange(N) if rows is None else rows for rows in SUBSETS[which])
        theirs = NearestNeighbors(metric=metric, algorithm="brute").fit(ROWS[among])
        far, found = theirs.kneighbors(ROWS[of], n_neighbors=5)
        found = among[found]
        wanted = [row[row != own][:4].tolist() for row, own in zip(found, of, strict=True)]
        assert space.kneighbors(4, of=of, among=among).tolist() == wanted
        apart = np.sort(space.distances(of, among), axis=1)[:, :5]
        np.testing.assert_allclose(apart, far, atol=1e-7)

    @pytest.mark.parametrize("metric", ["manhattan", "cosine"])
    def test_sparse_against_scikit_learn(self, metric):
        thin = THIN + np.eye(N, 4) + 0.01
        apart = pairwise_distances(thin, metric=metric)
        space = space_of(table(sparse.csr_array(thin)), metric=metric)
        check_neighbors(space.kneighbors(4), apart, 4, None, None)

    def test_sparse_with_a_function(self):
        def metric(a, b):
            return float(abs(a - b).sum())

        space = space_of(table(sparse.csr_array(THIN)), metric=metric)
        check_neighbors(space.kneighbors(3), manhattan_distances(THIN), 3, None, None)

    @pytest.mark.parametrize("rows", [table(HOLED), table(ROWS, KNOWN)])
    @pytest.mark.parametrize("metric", ["manhattan", lopsided])
    def test_categories_and_missing_values_refuse_other_metrics(self, rows, metric):
        with pytest.raises(ValueError, match="measures distances between numbers") as refused:
            space_of(rows, metric=metric)
        assert "leave metric='euclidean'" in str(refused.value)

    @pytest.mark.parametrize("metric", ["manhatten", "mahalanobis", "precomputed", None])
    def test_other_names_are_refused(self, metric):
        with pytest.raises(ValueError, match=r"one of .*manhattan"):
            space_of(table(ROWS), metric=metric)
        with pytest.raises(ValueError, match="a sparse table"):
            space_of(table(sparse.csr_array(THIN)), metric="chebyshev")

    @pytest.mark.parametrize("numeric", [HOLED, ROWS])
    def test_an_estimator_of_the_user(self, numeric):
        search = UserSearch(NearestNeighbors(metric="manhattan"), "m_neighbors")
        space = space_of(table(numeric))
        if numeric is ROWS:
            apart = cdist(ROWS, ROWS, "cityblock")
            check_neighbors(space.kneighbors(3, algorithm=search), apart, 3, None, None)
            return
        with pytest.raises(ValueError, match=r"m_neighbors=NearestNeighbors.*give a number"):
            space.kneighbors(3, algorithm=search)


def test_small_work_does_not_import_numba():
    code = (
        "import sys, numpy as np, skresample\n"
        "X, y = np.random.default_rng(0).normal(size=(300, 4)), np.arange(300) % 5 == 0\n"
        "skresample.SMOTE().fit_resample(X, y)\n"
        "X[0, 0] = np.nan\n"
        "skresample.SMOTE().fit_resample(X, y)\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
