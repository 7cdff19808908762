import numpy as np
import pytest
from scipy import stats

from skresample.numerics.spheres import draw_in_ball, reshape_ball

RNG = np.random.default_rng


@pytest.mark.parametrize("d", [1, 2, 7])
def test_even_in_the_ball(d):
    points = draw_in_ball(20_000, d, RNG(0))
    assert points.shape == (20_000, d)
    length = np.linalg.norm(points, axis=1)
    assert stats.kstest(length**d, "uniform").pvalue > 1e-3
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.03)


def test_no_points():
    assert draw_in_ball(0, 3, RNG(0)).shape == (0, 3)


@pytest.mark.parametrize("t", [-1.0, -0.5, 0.0, 0.5, 1.0])
def test_cut_off_by_mirroring(t):
    points = draw_in_ball(5000, 3, RNG(0))
    axis = np.tile([0.0, 0.6, 0.8], (5000, 1))
    new = reshape_ball(points, axis, t, 0.0)
    before, after = points @ axis[0], new @ axis[0]
    assert (np.abs(t - after) <= 1).all()
    moved = np.abs(t - before) > 1
    np.testing.assert_array_equal(new[~moved], points[~moved])
    np.testing.assert_allclose(after[moved], -before[moved], atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(new, axis=1), np.linalg.norm(points, axis=1), rtol=1e-9
    )


@pytest.mark.parametrize("a", [0.0, 0.3, 1.0])
def test_flattened_towards_the_axis(a):
    points = draw_in_ball(100, 2, RNG(0))
    axis = np.tile([1.0, 0.0], (100, 1))
    new = reshape_ball(points, axis, 0.0, a)
    np.testing.assert_allclose(new, points * [1, 1 - a], atol=1e-12)


def test_nothing_is_done_without_an_axis():
    points = draw_in_ball(100, 3, RNG(0))
    np.testing.assert_array_equal(reshape_ball(points, np.zeros((100, 3)), 1.0, 1.0), points)
