"""SMOTE: what the paper says, on data small enough to check by hand."""

import numpy as np
import pytest
from samplers import blobs, steps_of
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.neighbors import KNeighborsTransformer, NearestNeighbors

from skresample import SMOTE


def fit_resample(X, y, n_new, **parameters):
    """Return the new rows of class 1 and their parents."""
    wanted = {1: int(np.sum(y == 1)) + n_new}
    sampler = SMOTE(sampling_strategy=wanted, **{"random_state": 0, **parameters})
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :], sampler.parents_


def pairs(parents):
    return set(map(tuple, parents.tolist()))


class TestBases:
    @pytest.mark.parametrize("n_new", [1, 6, 7, 17, 700, 701])
    def test_spread_evenly(self, n_new):
        X, y = blobs((20, 7))
        for seed in range(5):
            _, parents = fit_resample(X, y, n_new, random_state=seed)
            counts = np.bincount(parents[:, 0], minlength=len(X))[y == 1]
            assert counts.sum() == n_new
            assert set(counts) <= {n_new // 7, -(-n_new // 7)}

    def test_who_gives_one_more_is_drawn(self):
        X, y = blobs((20, 7))
        favoured = [
            np.bincount(fit_resample(X, y, 10, random_state=seed)[1][:, 0], minlength=27)[y == 1]
            for seed in range(200)
        ]
        # Each mean is of 200 draws with deviation .5; five of its standard errors.
        np.testing.assert_allclose(np.mean(favoured, axis=0), 10 / 7, atol=5 * 0.5 / np.sqrt(200))


class TestPartners:
    X = np.array([0.0, 1, 3, 7, 15, 31] + [100 + i for i in range(20)])[:, np.newaxis]
    y = np.repeat([1, 0], [6, 20])

    def test_nearest_of_the_class(self):
        _, parents = fit_resample(self.X, self.y, 60, k_neighbors=1)
        assert pairs(parents) == {(0, 1), (1, 0), (2, 1), (3, 2), (4, 3), (5, 4)}

    def test_two_nearest(self):
        _, parents = fit_resample(self.X, self.y, 600, k_neighbors=2)
        two = {0: (1, 2), 1: (0, 2), 2: (0, 1), 3: (1, 2), 4: (2, 3), 5: (3, 4)}
        assert pairs(parents) == {(base, partner) for base in two for partner in two[base]}

    def test_majority_rows_are_no_partners(self):
        X = self.X.copy()
        X[6:] = np.linspace(0.1, 0.9, 20)[:, np.newaxis]  # between the first two
        _, parents = fit_resample(X, self.y, 60, k_neighbors=1)
        assert pairs(parents) == {(0, 1), (1, 0), (2, 1), (3, 2), (4, 3), (5, 4)}

    def test_each_as_likely(self):
        X, y = blobs((20, 7))
        _, parents = fit_resample(X, y, 7 * 3000, k_neighbors=3)
        for base in np.unique(parents[:, 0]):
            counts = np.unique(parents[parents[:, 0] == base, 1], return_counts=True)[1]
            assert counts.size == 3
            assert stats.chisquare(counts).pvalue > 1e-4

    def test_itself_is_excluded_by_position_where_rows_repeat(self):
        X = np.array([5.0, 5, 5, 5, 20, 30] + [100] * 9)[:, np.newaxis]
        y = np.repeat([1, 0], [6, 9])
        _, parents = fit_resample(X, y, 600, k_neighbors=3)
        assert (parents[:, 0] != parents[:, 1]).all()
        of_copies = parents[parents[:, 0] < 4]
        assert pairs(of_copies) == {(i, j) for i in range(4) for j in range(4) if i != j}
        # The nearest row of two copies is the other copy, not the third row.
        X = np.array([0.0, 0, 1, 9, 9] + [100] * 9)[:, np.newaxis]
        y = np.repeat([1, 0], [5, 9])
        _, parents = fit_resample(X, y, 60, k_neighbors=1)
        assert {(0, 1), (1, 0), (3, 4), (4, 3)} < pairs(parents)


class TestStep:
    def test_uniform(self):
        X, y = blobs((40, 20))
        X_new, parents = fit_resample(X, y, 4000)
        step = steps_of(X, X_new, parents)
        assert stats.kstest(step, "uniform").pvalue > 1e-3

    def test_one_for_all_features(self):
        X = np.vstack([np.zeros(50), np.full(50, 2.0**10), np.full((6, 50), -1e6)])
        y = np.array([1, 1, 0, 0, 0, 0, 0, 0])
        X_new, _ = fit_resample(X, y, 100, k_neighbors=1)
        assert (X_new == X_new[:, :1]).all()
        assert np.unique(X_new[:, 0]).size == 100

    @pytest.mark.parametrize(("m", "d"), [(10, 3), (200, 2)])
    def test_covariance_with_all_as_partners(self, m, d):
        """With k = m - 1 the covariance is S (2/3 - 1/(3(m - 1)))."""
        rng = np.random.default_rng(0)
        P = rng.standard_normal((m, d)) @ rng.standard_normal((d, d))
        X, y = np.vstack([P, np.zeros((m + 1, d))]), np.repeat([1, 0], [m, m + 1])
        n_new = 1_000_000
        X_new, _ = fit_resample(X, y, n_new, k_neighbors=m - 1)
        S = np.cov(P.T, ddof=0)
        whiten = np.linalg.inv(np.linalg.cholesky(S))
        ratio = whiten @ np.cov(X_new.T, ddof=0) @ whiten.T
        # Sampling error of an entry is about 1e-3; 2/3 itself is off by 5e-3 or more on average.
        expected = 2 / 3 - 1 / (3 * (m - 1))
        np.testing.assert_allclose(ratio, expected * np.eye(d), atol=4e-3)
        np.testing.assert_allclose(np.trace(ratio) / d, expected, atol=1.5e-3)
        np.testing.assert_allclose(whiten @ (X_new.mean(axis=0) - P.mean(axis=0)), 0, atol=4e-3)


class Nearest(BaseEstimator):
    """As little as is asked of an estimator of neighbors."""

    def __init__(self, n_neighbors=6):
        self.n_neighbors = n_neighbors

    def fit(self, X, y=None):
        self.X_ = X
        return self

    def kneighbors(self, X, n_neighbors=None, return_distance=True):
        assert not return_distance
        distances = ((X[:, np.newaxis] - self.X_) ** 2).sum(axis=2)
        return np.argsort(distances, axis=1)[:, :n_neighbors]


class TestNeighborsEstimator:
    @pytest.mark.parametrize(
        "estimator",
        [
            NearestNeighbors(n_neighbors=6),
            NearestNeighbors(n_neighbors=6, algorithm="brute"),
            KNeighborsTransformer(n_neighbors=6),
            Nearest(6),
        ],
        ids=lambda estimator: type(estimator).__name__,
    )
    def test_counts_the_row_itself(self, estimator):
        X, y = blobs()
        by_number = fit_resample(X, y, 100, k_neighbors=5)
        by_estimator = fit_resample(X, y, 100, k_neighbors=estimator)
        np.testing.assert_array_equal(by_estimator[1], by_number[1])
        np.testing.assert_array_equal(by_estimator[0], by_number[0])

    def test_is_not_fitted_itself(self):
        X, y = blobs()
        estimator = Nearest(4)
        fit_resample(X, y, 10, k_neighbors=estimator)
        assert not hasattr(estimator, "X_")

    def test_metric_is_honoured(self):
        # From the first row the second is nearer by Manhattan, the third by Euclid.
        X = np.array([[0.0, 0], [3, 0], [2, 2], [90, 90], [91, 90], [92, 90], [93, 90]])
        y = np.array([1, 1, 1, 0, 0, 0, 0])
        for metric, partner in (("euclidean", 2), ("manhattan", 1)):
            search = NearestNeighbors(n_neighbors=2, metric=metric)
            _, parents = fit_resample(X, y, 30, k_neighbors=search)
            assert set(parents[parents[:, 0] == 0, 1]) == {partner}
        _, parents = fit_resample(X, y, 30, k_neighbors=1)
        assert set(parents[parents[:, 0] == 0, 1]) == {2}
