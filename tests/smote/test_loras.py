"""LoRAS: random means of shadows of a neighborhood."""

import numpy as np
import pytest
from samplers import blobs, nearest_rows

from skresample import LoRAS

X, Y = blobs((80, 30), d=3)


def drawn(n_new=6000, **given):
    sampler = LoRAS(standardize=False, random_state=0, **given)
    sampler.set_params(sampling_strategy={1: 30 + n_new, 0: 80})
    X_out, _ = sampler.fit_resample(X, Y)
    return X_out[len(X) :], sampler.parents_


def test_without_noise_inside_the_hull_of_the_neighborhood():
    from scipy.optimize import linprog

    new, parents = drawn(n_new=60, noise=0.0)
    minority = np.flatnonzero(Y == 1)
    for row, base in zip(new, parents[:, 0], strict=True):
        around = X[[base, *nearest_rows(X, base, minority, 5)]]
        equations = np.vstack([around.T, np.ones(6)])
        found = linprog(np.zeros(6), A_eq=equations, b_eq=[*row, 1], bounds=(0, 1))
        assert found.success


@pytest.mark.parametrize("n_affine", [2, 5, 40])
def test_variance_around_the_middle_falls_with_the_shadows(n_affine):
    """Of Dirichlet weights of n rows drawn with replacement, Σw² is 2 / (n + 1) on average."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(6, 2))
    table = np.concatenate([rows, rng.normal(size=(40, 2)) + 50])
    y = np.repeat([1, 0], [6, 40])
    new = (
        LoRAS(standardize=False, n_affine=n_affine, noise=0.0, random_state=0)
        .fit(table, y)
        .sample(60_000, label=1)
    )
    wanted = np.cov(rows.T, ddof=0) * 2 / (n_affine + 1)
    np.testing.assert_allclose(np.cov(new.T), wanted, atol=0.02 * np.trace(wanted))
    np.testing.assert_allclose(new.mean(axis=0), rows.mean(axis=0), atol=0.02)


def test_noise_is_in_deviations_of_the_class():
    rows = np.array([[0.0, 0.0], [1.0, 1000.0]])
    table = np.concatenate([np.repeat(rows, 3, axis=0), np.full((40, 2), 1e4)])
    y = np.repeat([1, 0], [6, 40])
    given = {"n_affine": 2, "k_neighbors": 2, "noise": 0.1, "random_state": 0}
    new = LoRAS(standardize=False, **given).fit(table, y).sample(40_000, label=1)
    off = new - rows[(new[:, 0] > 0.5).astype(int)]
    # Two shadows, weights (w, 1 - w): E[w² + (1 - w)²] is 2/3.
    np.testing.assert_allclose(
        off.std(axis=0), 0.1 * np.sqrt(2 / 3) * table[:6].std(axis=0), rtol=0.02
    )


def test_fewer_shadows_than_features_or_neighbors_by_default():
    wide, y = blobs((80, 30), d=20)
    sampler = LoRAS(standardize=False, k_neighbors=4, noise=0.0, random_state=0).fit(wide, y)
    new = sampler.sample(3000, label=1)
    sampler.set_params(n_affine=5)
    np.testing.assert_array_equal(new, sampler.fit(wide, y).sample(3000, label=1))
