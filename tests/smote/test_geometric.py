"""Geometric SMOTE: balls around rows, cut off and flattened."""

import numpy as np
import pytest
from samplers import blobs, steps_of
from scipy import stats

from skresample import GeometricSMOTE

X, Y = blobs((80, 30), d=3)


def drawn(n_new=6000, **given):
    sampler = GeometricSMOTE(standardize=False, random_state=0, **given)
    sampler.set_params(sampling_strategy={1: 30 + n_new, 0: 80})
    X_out, _ = sampler.fit_resample(X, Y)
    return X_out[len(X) :], sampler.parents_


def in_units(new, parents):
    """Return rows as points of the unit ball, and how far along the axis each is."""
    away = X[parents[:, 1]] - X[parents[:, 0]]
    radius = np.linalg.norm(away, axis=1, keepdims=True)
    points = (new - X[parents[:, 0]]) / radius
    return points, (points * away / radius).sum(axis=1)


class TestBall:
    @pytest.mark.parametrize("strategy", ["combined", "minority", "majority"])
    def test_reaches_to_the_surface_point(self, strategy):
        points, _ = in_units(*drawn(selection_strategy=strategy, truncation_factor=0.0))
        length = np.linalg.norm(points, axis=1)
        assert length.max() <= 1 + 1e-9
        # Uniform in the ball: the probability of at most r is r³.
        assert stats.kstest(length, lambda r: np.clip(r, 0, 1) ** 3).pvalue > 1e-3

    @pytest.mark.parametrize("t", [-1.0, -0.4, 0.0, 0.6, 1.0])
    def test_is_cut_off(self, t):
        _, along = in_units(*drawn(truncation_factor=t))
        assert (np.abs(t - along) <= 1 + 1e-9).all()
        if t:
            assert (along * np.sign(t)).min() < -(1 - abs(t)) + 0.1

    def test_half_of_it_is_towards_the_surface_point_by_default(self):
        _, along = in_units(*drawn())
        assert (along >= -1e-12).all()

    def test_flattened_wholly_it_is_a_line(self):
        new, parents = drawn(deformation_factor=1.0, selection_strategy="minority")
        step = steps_of(X, new, parents)
        assert step.min() >= 0
        assert step.max() <= 1

    @pytest.mark.parametrize("a", [0.3, 0.8])
    def test_flattened_partly(self, a):
        points, along = in_units(*drawn(deformation_factor=a, truncation_factor=0.0))
        upright = np.sqrt(np.maximum((points**2).sum(axis=1) - along**2, 0))
        assert ((along**2 + (upright / (1 - a)) ** 2) <= 1 + 1e-9).all()
        assert upright.max() > 0.9 * (1 - a)


class TestSurface:
    def test_by_strategy(self):
        of = {s: Y[drawn(selection_strategy=s)[1][:, 1]] for s in ("minority", "majority")}
        assert (of["minority"] == 1).all()
        assert (of["majority"] == 0).all()

    def test_majority_is_the_nearest(self):
        _, parents = drawn(selection_strategy="majority", n_new=60)
        others = np.flatnonzero(Y == 0)
        distance = np.linalg.norm(X[parents[:, :1]] - X[others], axis=2)
        np.testing.assert_array_equal(parents[:, 1], others[distance.argmin(axis=1)])

    def test_combined_is_the_nearer(self):
        _, parents = drawn(selection_strategy="combined")
        others = np.flatnonzero(Y == 0)
        nearest = np.linalg.norm(X[parents[:, :1]] - X[others], axis=2).min(axis=1)
        radius = np.linalg.norm(X[parents[:, 0]] - X[parents[:, 1]], axis=1)
        assert (radius <= nearest + 1e-9).all()
        assert set(Y[parents[:, 1]]) == {0, 1}


def test_columns_that_do_not_vary_in_the_class_stay():
    table = np.column_stack([X, np.where(Y == 1, 5.0, X[:, 0])])
    new = GeometricSMOTE(random_state=0).fit(table, Y).sample(100, label=1)
    assert (new[:, 3] == 5).all()


def test_standardised_it_does_not_depend_on_units():
    one = GeometricSMOTE(random_state=0).fit(X, Y).sample(50, label=1)
    scale = np.array([1.0, 1e3, 1e-3])
    other = GeometricSMOTE(random_state=0).fit(X * scale, Y)
    np.testing.assert_allclose(other.sample(50, label=1), one * scale, rtol=1e-6)


def test_bounds_hold():
    given = {"truncation_factor": -1.0, "bounds": "observed", "random_state": 0}
    new = GeometricSMOTE(**given).fit(X, Y).sample(2000, label=1)
    assert (new >= X.min(axis=0)).all()
    assert (new <= X.max(axis=0)).all()
