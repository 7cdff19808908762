"""SMOBD: weights by density, and noise."""

import numpy as np
import pytest
from samplers import blobs, nearest_rows
from scipy.spatial.distance import cdist
from sklearn.cluster import OPTICS

from skresample import SMOBD


def pairing(X, y, **given):
    return SMOBD(standardize=False, random_state=0, **given).fit(X, y)._fitted_class(1)[1]


def weights_by_optics(rows, min_samples, eta, noise_factor, radius):
    """Return the weights with core distances and reachabilities of scikit-learn."""
    core = OPTICS(min_samples=min_samples).fit(rows).core_distances_
    order = np.roll(np.arange(len(rows)), -int(core.argmin()))
    reach = np.empty(len(rows))
    reach[order] = OPTICS(min_samples=min_samples).fit(rows[order]).reachability_
    radius = core.mean() if radius is None else radius
    count = (cdist(rows, rows) <= radius).sum(axis=1) - 1
    weights = eta * core / core.max() + (1 - eta) * count / count.max()
    far = [v > noise_factor * v[np.isfinite(v)].mean() for v in (core, reach)]
    return np.where(far[0] & far[1], 0, weights)


class TestWeights:
    @pytest.mark.parametrize(
        "given",
        [
            {"min_samples": 5, "eta": 0.5, "noise_factor": 1.8, "radius": None},
            {"min_samples": 3, "eta": 0.2, "noise_factor": 1.3, "radius": 0.8},
            {"min_samples": 9, "eta": 1.0, "noise_factor": 1.2, "radius": 2.0},
        ],
        ids=str,
    )
    def test_against_optics(self, given):
        X, y = blobs((90, 50), seed=3)
        X[np.flatnonzero(y == 1)[7]] = 9.0
        wanted = weights_by_optics(X[y == 1], **given)
        assert 0 < (wanted == 0).sum() < 10
        np.testing.assert_allclose(pairing(X, y, **given).weights, wanted, rtol=1e-9)

    def test_by_hand(self):
        """Core distances of 2 rows counted: 1, 1, 1, 2; within 2 are 2, 2, 3, 1 others."""
        X = np.array([[0.0], [1.0], [2.0], [4.0], *([[100.0 + i] for i in range(8)])])
        y = np.repeat([1, 0], [4, 8])
        weights = pairing(X, y, k_neighbors=3, min_samples=2, radius=2.0, noise_factor=9).weights
        wanted = 0.5 * np.array([1, 1, 1, 2]) / 2 + 0.5 * np.array([2, 2, 3, 1]) / 3
        np.testing.assert_allclose(weights, wanted)

    def test_radius_is_the_mean_core_distance(self):
        X, y = blobs((60, 25))
        core = OPTICS(min_samples=5).fit(X[y == 1]).core_distances_
        one, other = pairing(X, y), pairing(X, y, radius=core.mean())
        np.testing.assert_array_equal(one.weights, other.weights)

    def test_the_order_of_the_table_does_not_matter(self):
        X, y = blobs((60, 25))
        order = np.random.default_rng(0).permutation(85)
        one, other = pairing(X, y).weights, pairing(X[order], y[order]).weights
        np.testing.assert_allclose(np.sort(one), np.sort(other))

    def test_fewer_rows_than_min_samples_use_what_there_is(self):
        X, y = blobs((40, 6))
        given = {"k_neighbors": 2, "radius": 1.0}
        few = pairing(X, y, min_samples=30, **given)
        np.testing.assert_array_equal(few.weights, pairing(X, y, min_samples=6, **given).weights)

    def test_equal_rows_weigh_the_same(self):
        X, y = blobs((40, 10))
        X[y == 1] = 0.1
        for eta in (0, 0.5, 1):
            assert np.ptp(pairing(X, y, eta=eta).weights) == 0

    def test_no_row_within_the_radius(self):
        X, y = blobs((40, 10))
        weights = pairing(X, y, eta=0.0, radius=1e-9, noise_factor=9.0).weights
        assert weights.tolist() == [1.0] * 10


class TestNoise:
    def test_is_no_base(self):
        X, y = blobs((60, 30))
        far = np.flatnonzero(y == 1)[4]
        X[far] = 60.0
        sampler = SMOBD(standardize=False, random_state=0)
        sampler.fit_resample(X, y)
        assert far not in sampler.parents_[:, 0]
        sampler = SMOBD(standardize=False, noise_factor=100, random_state=0)
        sampler.fit_resample(X, y)
        assert far in sampler.parents_[:, 0]

    def test_far_rows_that_are_together_are_none(self):
        """Their core distance is small."""
        X, y = blobs((60, 30))
        far = np.flatnonzero(y == 1)[:6]
        X[far] = 60.0 + np.arange(6)[:, np.newaxis] / 100
        assert (pairing(X, y).weights[:6] > 0).all()

    def test_all_noise_says_so_and_uses_all(self):
        X, y = blobs((60, 30))
        with pytest.warns(UserWarning, match=r"every row is noise .see noise_factor.*as in SMOTE"):
            _, y_out = SMOBD(standardize=False, noise_factor=1e-6, random_state=0).fit_resample(
                X, y
            )
        assert np.bincount(y_out).tolist() == [60, 60]


def test_partners_are_nearest_minority_rows():
    X, y = blobs((60, 30))
    minority = np.flatnonzero(y == 1)
    partners = pairing(X, y, k_neighbors=3).partners.positions
    for base, found in zip(minority, partners, strict=True):
        assert sorted(found) == sorted(nearest_rows(X, base, minority, 3))
