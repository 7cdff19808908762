"""ADASYN: what the paper says, on data small enough to check by hand."""

import numpy as np
import pytest
from samplers import blobs, groups, nearest_rows, steps_of
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from skresample import ADASYN

SIZES = ((5, 0), (4, 1), (3, 2), (2, 3), (1, 4), (0, 100))
SHARES = np.repeat([0, 1 / 4, 2 / 4, 3 / 4, 1], [5, 4, 3, 2, 1])  # of the 15 minority rows


def fit_resample(X, y, n_new, **parameters):
    """Return the new rows of class 1 and their parents."""
    wanted = {1: int(np.sum(y == 1)) + n_new}
    sampler = ADASYN(sampling_strategy=wanted, **{"random_state": 0, **parameters})
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :], sampler.parents_


def counts_of(parents, y):
    return np.bincount(parents[:, 0], minlength=len(y))[y == 1]


@pytest.mark.parametrize("n_new", [1, 2, 3, 10, 37, 50, 100, 501])
def test_rows_per_base_follow_the_share_and_sum_exactly(n_new):
    X, y = groups(*SIZES)
    quota = n_new * SHARES / SHARES.sum()
    for seed in range(5):
        _, parents = fit_resample(X, y, n_new, n_neighbors=4, random_state=seed)
        counts = counts_of(parents, y)
        assert counts.sum() == n_new
        assert (counts >= np.floor(quota - 1e-9)).all()
        assert (counts <= np.ceil(quota + 1e-9)).all()


def test_rows_per_base_are_the_quota_on_average():
    X, y = groups(*SIZES)
    quota = 8 * SHARES / SHARES.sum()
    made = [fit_resample(X, y, 8, n_neighbors=4, random_state=seed)[1] for seed in range(200)]
    counts = [counts_of(parents, y) for parents in made]
    # Each mean is of 200 draws with a deviation of at most .5; five of its standard errors.
    np.testing.assert_allclose(np.mean(counts, axis=0), quota, atol=5 * 0.5 / np.sqrt(200))


def test_shares_at_a_size_where_rounding_each_would_miss_the_total():
    X, y = groups((2, 3), (2, 3), (2, 3), (0, 20))  # six rows with the same proportion
    _, parents = fit_resample(X, y, 9, n_neighbors=4)
    assert len(parents) == 9
    assert sorted(counts_of(parents, y)) == [1, 1, 1, 2, 2, 2]


def test_partner_is_one_of_the_nearest_minority_rows():
    X, y = blobs((90, 40))
    X_new, parents = fit_resample(X, y, 4000, n_neighbors=3)
    for base in np.unique(parents[:, 0]):
        nearest = nearest_rows(X, base, np.flatnonzero(y == 1), 3)
        assert set(parents[parents[:, 0] == base, 1]) == set(nearest)
    assert stats.kstest(steps_of(X, X_new, parents), "uniform").pvalue > 1e-3


def test_row_among_the_majority_only_has_a_minority_partner():
    X, y = groups((1, 4), (5, 0), (0, 20))
    _, parents = fit_resample(X, y, 30, n_neighbors=4)
    assert set(parents[:, 0]) == {0}
    assert set(parents[:, 1]) == {5, 6, 7, 8}


def test_rows_of_a_third_class_count_as_majority():
    X, y = groups((2, 3), (3, 2), (5, 0), (0, 20))
    y[2:5] = 2
    _, parents = fit_resample(X, y, 120, n_neighbors=4)
    assert counts_of(parents, y).tolist() == [30, 30, 20, 20, 20, 0, 0, 0, 0, 0]


def test_no_majority_neighbor_says_so_and_spreads_evenly():
    X, y = groups((10, 0), (0, 33))
    sampler = ADASYN(random_state=0)
    with pytest.warns(UserWarning, match="no row has a majority row") as said:
        _, y_out = sampler.fit_resample(X, y)
    assert len(said) == 1
    for words in ("ADASYN", "class 1", "used evenly, as in SMOTE"):
        assert words in str(said[0].message)
    assert np.bincount(y_out).tolist() == [33, 33]
    assert set(counts_of(sampler.parents_, y)) == {2, 3}


def test_estimator_counts_the_row_itself():
    X, y = groups(*SIZES)
    by_number = fit_resample(X, y, 50, n_neighbors=4)
    by_estimator = fit_resample(X, y, 50, n_neighbors=NearestNeighbors(n_neighbors=5))
    np.testing.assert_array_equal(by_estimator[0], by_number[0])
