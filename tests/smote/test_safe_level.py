"""Safe-Level-SMOTE: levels, and the interval of the step that follows from their ratio."""

import numpy as np
import pytest
from samplers import group_of, groups, steps_of

from skresample import SafeLevelSMOTE


def drawn(sizes, k, n_new=4000):
    """Return the steps, and the groups of bases and partners."""
    X, y = groups(*sizes)
    sampler = SafeLevelSMOTE(k_neighbors=k, random_state=0, sampling_strategy={1: y.sum() + n_new})
    sampler.set_params(sampling_strategy={1: int(y.sum()) + n_new, 0: int((y == 0).sum())})
    X_out, _ = sampler.fit_resample(X, y)
    return X, y, sampler.parents_, steps_of(X, X_out[len(X) :], sampler.parents_)


def levels_of(X, y, k):
    distance = np.abs(X - X.T)
    np.fill_diagonal(distance, np.inf)
    return y[np.argsort(distance, axis=1, kind="stable")[:, :k]].sum(axis=1)


class TestStep:
    def test_interval_follows_from_the_ratio_of_levels(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(300, 2))
        y = (rng.random(300) < 0.35).astype(int)
        sampler = SafeLevelSMOTE(k_neighbors=4, random_state=0)
        sampler.set_params(sampling_strategy={1: 20_000})
        X_out, _ = sampler.fit_resample(X, y)
        parents = sampler.parents_
        step = steps_of(X, X_out[300:], parents)
        distance = np.linalg.norm(X[:, np.newaxis] - X, axis=2)
        np.fill_diagonal(distance, np.inf)
        level = y[np.argsort(distance, axis=1)[:, :4]].sum(axis=1)
        own, other = level[parents].T
        assert not ((own == 0) & (other == 0)).any()
        assert (step[other == 0] == 0).all()  # copies of the base
        for s, t in np.unique(level[parents], axis=0):
            if t == 0:
                continue
            here = step[(own == s) & (other == t)]
            ratio = s / t
            low, high = (0, 1 / ratio) if ratio >= 1 else (1 - ratio, 1)
            assert (here >= low - 1e-9).all()
            assert (here <= high + 1e-9).all()
            if here.size > 200:
                assert here.mean() == pytest.approx((low + high) / 2, abs=0.1 * (high - low) + 1e-9)

    def test_of_equal_levels_is_that_of_smote(self):
        X, y, _, step = drawn([(8, 0), (0, 30)], k=3)
        assert (levels_of(X, y, 3)[y == 1] == 3).all()
        assert 0 <= step.min() < 0.01
        assert 0.99 < step.max() < 1


class TestBases:
    def test_isolated_rows_are_not_joined_with_each_other(self):
        """A group of two minority rows among four others each: with k = 1, a level of 1 or 0."""
        sizes = [(1, 6), (1, 6), (5, 0)]
        _, _, parents, _ = drawn(sizes, k=2)
        group = group_of(parents, sizes)
        assert not ((group[:, 0] < 2) & (group[:, 1] < 2)).any()

    def test_without_any_level_says_so_and_uses_all(self):
        X, y = groups((1, 6), (1, 6), (1, 6))
        with pytest.warns(UserWarning, match=r"no row and none of its nearest .* as in SMOTE"):
            _, y_out = SafeLevelSMOTE(k_neighbors=2, random_state=0).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [18, 18]
