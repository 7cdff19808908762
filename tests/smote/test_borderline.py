"""Borderline-SMOTE: what the paper says, on data small enough to check by hand."""

import numpy as np
import pytest
from samplers import blobs, group_of, groups, nearest_rows, steps_of
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from skresample import BorderlineSMOTE

# (minority, majority) rows of groups of five: among the four nearest rows of a minority row
# there are as many majority rows as its group has.
SAFE_0, SAFE_1, DANGER_2, DANGER_3, NOISE_4 = (5, 0), (4, 1), (3, 2), (2, 3), (1, 4)


def fit_resample(X, y, n_new, **parameters):
    """Return the new rows of class 1 and their parents."""
    wanted = {1: int(np.sum(y == 1)) + n_new}
    sampler = BorderlineSMOTE(sampling_strategy=wanted, **{"random_state": 0, **parameters})
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :], sampler.parents_


class TestDanger:
    sizes = (SAFE_0, SAFE_1, DANGER_2, DANGER_3, NOISE_4, (0, 20))

    @pytest.mark.parametrize("kind", ["borderline-1", "borderline-2"])
    def test_from_half_to_less_than_all(self, kind):
        X, y = groups(*self.sizes)
        _, parents = fit_resample(X, y, 50, k_neighbors=1, m_neighbors=4, kind=kind)
        bases, counts = np.unique(parents[:, 0], return_counts=True)
        in_danger = np.isin(group_of(np.arange(len(X)), self.sizes), (2, 3)) & (y == 1)
        np.testing.assert_array_equal(bases, np.flatnonzero(in_danger))
        assert set(counts) == {10}

    def test_odd_number_of_neighbors(self):
        sizes = ((4, 0), (3, 1), (2, 2), (1, 3), (0, 20))
        X, y = groups(*sizes)
        _, parents = fit_resample(X, y, 50, k_neighbors=1, m_neighbors=3)
        assert set(group_of(parents[:, 0], sizes)) == {2}  # 2 of 3, but neither 1 nor 3

    def test_partners_are_nearest_minority_rows_safe_or_not(self):
        X, y = groups(*self.sizes)
        _, parents = fit_resample(X, y, 900, k_neighbors=4, m_neighbors=4)
        assert (y[parents] == 1).all()
        for base in np.unique(parents[:, 0]):
            nearest = nearest_rows(X, base, np.flatnonzero(y == 1), 4)
            assert set(parents[parents[:, 0] == base, 1]) == set(nearest)

    def test_estimator_counts_the_row_itself(self):
        X, y = groups(*self.sizes)
        by_number = fit_resample(X, y, 50, k_neighbors=1, m_neighbors=4)
        by_estimator = fit_resample(
            X,
            y,
            50,
            k_neighbors=NearestNeighbors(n_neighbors=2),
            m_neighbors=NearestNeighbors(n_neighbors=5),
        )
        np.testing.assert_array_equal(by_estimator[0], by_number[0])


class TestSteps:
    @pytest.fixture
    def table(self):
        return blobs((300, 60), seed=1)

    def test_borderline_1(self, table):
        X, y = table
        X_new, parents = fit_resample(X, y, 6000)
        assert (y[parents] == 1).all()
        assert stats.kstest(steps_of(X, X_new, parents), "uniform").pvalue > 1e-3

    def test_borderline_2(self, table):
        X, y = table
        X_new, parents = fit_resample(X, y, 6000, kind="borderline-2")
        assert (y[parents[:, 0]] == 1).all()
        step, across = steps_of(X, X_new, parents), y[parents[:, 1]] == 0
        towards_majority, towards_minority = step[across], step[~across]
        # U(0, 1/2), of mean .25; the product of two uniform steps would have mean .125.
        assert stats.kstest(towards_majority, "uniform", args=(0, 0.5)).pvalue > 1e-3
        assert abs(towards_majority.mean() - 0.25) < 5 * 0.5 / np.sqrt(12 * across.sum())
        assert stats.kstest(towards_minority, "uniform").pvalue > 1e-3
        # As many majority rows as minority rows are looked at, each as likely.
        assert abs(across.mean() - 0.5) < 5 * 0.5 / np.sqrt(6000)

    def test_borderline_2_looks_at_the_nearest_majority_rows(self, table):
        X, y = table
        _, parents = fit_resample(X, y, 6000, kind="borderline-2", k_neighbors=3)
        for base in np.unique(parents[:, 0]):
            nearest = nearest_rows(X, base, np.flatnonzero(y == 0), 3)
            partners = parents[parents[:, 0] == base, 1]
            assert set(partners[y[partners] == 0]) <= set(nearest)
        assert set(partners[y[partners] == 0]) == set(nearest)


@pytest.mark.parametrize("kind", ["borderline-1", "borderline-2"])
@pytest.mark.parametrize(
    "sizes",
    [((10, 0), (0, 30)), ((1, 4),) * 5 + ((0, 10),)],
    ids=["all safe", "all noise"],
)
def test_without_a_row_in_danger_says_so_and_uses_all(kind, sizes):
    X, y = groups(*sizes)
    sampler = BorderlineSMOTE(kind=kind, k_neighbors=2, m_neighbors=4, random_state=0)
    with pytest.warns(UserWarning, match="no row is in danger") as said:
        X_out, y_out = sampler.fit_resample(X, y)
    assert len(said) == 1
    for words in ("BorderlineSMOTE", "class 1", "used evenly, as in SMOTE"):
        assert words in str(said[0].message)
    n = np.sum(y == 0)
    assert np.bincount(y_out).tolist() == [n, n]
    counts = np.bincount(sampler.parents_[:, 0])[y[: sampler.parents_.max() + 1] == 1]
    assert counts.max() - counts.min() <= 1
    assert (y[sampler.parents_] == 1).all()
    step = steps_of(X, X_out[len(X) :], sampler.parents_)
    assert step.min() >= 0
    assert step.max() < 1
