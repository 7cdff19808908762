"""MWMOTE: who is left out, what the border needs, and clusters."""

import numpy as np
import pytest
from samplers import blobs, group_of, groups

from skresample import MWMOTE


def weights_by_hand(X, y, k1, k2, k3):
    """Return the weights of the minority rows as the paper computes them, loop by loop."""
    minority, majority = np.flatnonzero(y == 1), np.flatnonzero(y == 0)

    def nearest(row, among, k):
        among = among[among != row]
        return among[np.argsort(np.linalg.norm(X[among] - X[row], axis=1), kind="stable")[:k]]

    kept = [x for x in minority if y[nearest(x, np.arange(len(X)), k1)].any()]
    border = sorted({b for x in kept for b in nearest(x, majority, k2)})
    weights = dict.fromkeys(minority.tolist(), 0.0)
    for b in border:
        needed = nearest(b, np.array(kept), max(1, len(kept) // 2) if k3 == "half" else k3)
        close = [min(X.shape[1] / np.linalg.norm(X[b] - X[x]), 5) / 5 * 2 for x in needed]
        for x, c in zip(needed, close, strict=True):
            weights[int(x)] += c * (c / sum(close))
    return np.array(list(weights.values()))


class TestWeights:
    @pytest.mark.parametrize("k3", ["half", 4])
    def test_by_hand(self, k3):
        X, y = blobs((90, 40), d=3)
        sampler = MWMOTE(standardize=False, k3=k3, cut_off=100.0, random_state=0)
        pairing = sampler.fit(X, y)._fitted_class(1)[1]
        wanted = weights_by_hand(X, y, 5, 3, k3)
        assert (wanted > 0).sum() > 10
        np.testing.assert_allclose(pairing.weights, wanted, rtol=1e-9)

    def test_isolated_rows_are_no_bases(self):
        sizes = [(6, 4), (1, 9), (1, 9)]
        X, y = groups(*sizes)
        sampler = MWMOTE(standardize=False, cut_off=1e6, random_state=0)
        sampler.fit_resample(X, y)
        assert (group_of(sampler.parents_[:, 0], sizes) == 0).all()

    @pytest.mark.filterwarnings("ignore:MWMOTE. k1 asks for 5 neighbors")
    def test_all_isolated_says_so_and_uses_all(self):
        X, y = groups((1, 9), (1, 9), (1, 9))
        with pytest.warns(UserWarning, match=r"every row is isolated.*as in SMOTE"):
            _, y_out = MWMOTE(standardize=False, random_state=0).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [27, 27]


class TestClusters:
    def test_partner_is_of_the_same_cluster(self):
        sizes = [(8, 3), (5, 3), (0, 20)]
        X, y = groups(*sizes)
        sampler = MWMOTE(standardize=False, random_state=0)
        sampler.fit_resample(X, y)
        group = group_of(sampler.parents_, sizes)
        np.testing.assert_array_equal(group[:, 0], group[:, 1])
        assert set(group[:, 0]) == {0, 1}

    def test_wide_enough_a_cut_makes_one(self):
        sizes = [(8, 3), (5, 3), (0, 20)]
        X, y = groups(*sizes)
        sampler = MWMOTE(standardize=False, cut_off=1e6, random_state=0)
        sampler.fit_resample(X, y)
        group = group_of(sampler.parents_, sizes)
        assert (group[:, 0] != group[:, 1]).any()

    def test_many_rows_with_categories_are_refused_with_the_remedy(self, monkeypatch):
        from skresample.smote import mwmote

        monkeypatch.setattr(mwmote, "LINKED", 20)
        X, y = blobs((90, 40))
        X[3, 1] = np.nan
        with pytest.raises(ValueError, match=r"class 1 has 40 rows.*ProWSyn"):
            MWMOTE(standardize=False).fit_resample(X, y)


def test_what_the_border_needs_is_estimated_of_many_rows(monkeypatch):
    X, y = blobs((900, 300))
    exact = MWMOTE(standardize=False, random_state=0).fit(X, y)._fitted_class(1)[1]
    monkeypatch.setattr("skresample.smote.mwmote.MOST_ROWS", 100)
    monkeypatch.setattr("skresample.smote.mwmote.MOST_PAIRS", 20_000)
    few = MWMOTE(standardize=False, random_state=0).fit(X, y)._fitted_class(1)[1]
    assert (exact.weights[few.weights > 0] > 0).all()
    assert np.count_nonzero(few.weights) > 0.9 * np.count_nonzero(exact.weights)
    assert few.weights.sum() < exact.weights.sum()  # one for each row of the border
    assert np.corrcoef(few.weights, exact.weights)[0, 1] > 0.9
