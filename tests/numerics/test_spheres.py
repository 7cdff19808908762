import numpy as np
import pytest
from scipy import stats

from skresample.numerics.spheres import draw_in_ball, fold, reshape_ball

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


def test_fold_turns_back_at_the_reach():
    steps = np.array([0.3, -0.9, 1.0, 1.25, -1.25, 2.5, 3.75, -4.5, 8.125])[:, np.newaxis]
    folded = fold(steps, np.ones(1))[:, 0]
    assert folded.tolist() == [0.3, -0.9, 1.0, 0.75, -0.75, -0.5, -0.25, -0.5, 0.125]


def test_fold_never_leads_beyond():
    rng = np.random.default_rng(0)
    steps = rng.standard_normal((500, 3)) * 10.0 ** rng.integers(-20, 150, (500, 1))
    reach = np.array([1e-12, 0.3, 1e20])
    folded = fold(steps, reach)
    assert (np.abs(folded) <= reach).all()
    short = np.abs(steps) <= reach
    np.testing.assert_array_equal(folded[short], steps[short])
