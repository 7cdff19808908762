"""Modes of columns, and offsets from them."""

import numpy as np
import pytest
from scipy import stats

from skresample.generative._modes import LEAST_DEVIATION, Modes


def two_hills(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    of_second = rng.random(n) < 0.25
    return np.where(of_second, rng.normal(3, 0.2, n), rng.normal(-1, 0.5, n)), of_second


class TestModes:
    def test_the_mixture_is_the_distribution_of_the_column(self):
        column, _ = two_hills()
        modes = Modes.of(column, 0)
        assert modes.weights.sum() == pytest.approx(1)
        at = np.linspace(-4, 5, 200)[:, np.newaxis]
        found = (modes.weights * stats.norm(modes.means, modes.deviations).cdf(at)).sum(axis=1)
        wanted = (stats.norm([-1, 3], [0.5, 0.2]).cdf(at) * [0.75, 0.25]).sum(axis=1)
        np.testing.assert_allclose(found, wanted, atol=0.03)
        # No mode has rows of both components.
        assert ((modes.deviations < 0.7) & (np.abs(modes.means - 1) > 0.5)).all()

    def test_split_and_join_are_inverse(self):
        column, _ = two_hills()
        modes = Modes.of(column, 0)
        mode, place = modes.split(column, np.random.default_rng(0))
        assert np.abs(place).max() <= 4
        inside = np.abs(place) < 4
        np.testing.assert_allclose(modes.join(mode, place)[inside], column[inside], atol=1e-12)
        by_hand = (column - modes.means[mode]) / modes.deviations[mode]
        np.testing.assert_allclose(place[inside], by_hand[inside])

    def test_modes_are_drawn_by_their_probability(self):
        modes = Modes(np.array([0.0, 1.0]), np.array([1.0, 0.5]), np.array([0.3, 0.7]))
        column = np.full(20_000, 0.4)
        mode, _ = modes.split(column, np.random.default_rng(0))
        weight = modes.weights * stats.norm(modes.means, modes.deviations).pdf(0.4)
        assert mode.mean() == pytest.approx(weight[1] / weight.sum(), abs=0.01)

    def test_outliers_are_clipped(self):
        modes = Modes(np.array([0.0]), np.array([1.0]), np.array([1.0]))
        mode, place = modes.split(np.array([-9.0, 2.0, 1e6]), np.random.default_rng(0))
        assert place.tolist() == [-4, 2, 4]
        assert modes.join(mode, place).tolist() == [-4, 2, 4]

    @pytest.mark.parametrize("column", [[0.0, 1.0], [0.0] * 40 + [1.0] * 3, [1.0, 1.0, 1.0 + 1e-9]])
    def test_few_values(self, column):
        column = np.array(column)
        modes = Modes.of(column, 0)
        assert 1 <= len(modes.means) <= 2
        assert (modes.deviations >= LEAST_DEVIATION).all()
        mode, place = modes.split(column, np.random.default_rng(0))
        np.testing.assert_allclose(modes.join(mode, place), column, atol=0.05)
