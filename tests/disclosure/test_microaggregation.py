"""GroupMoments, exchanges and post-randomization, counted by hand."""

import numpy as np
import pytest
from scipy import stats
from spaces import space

from skresample.disclosure._masking import (
    MOST_GROUPED,
    GroupMoments,
    draw_anew,
    linkage_proportion,
    microaggregate,
    swap_ranks,
)


class TestMicroaggregate:
    def test_by_hand(self):
        """The mean is 4.9: 12 is furthest, its group is 12 11; furthest from that is -1."""
        points = np.array([[0.0], [1], [5], [6], [11], [12], [-1]])
        groups = microaggregate(points, 2)
        members = {tuple(np.flatnonzero(groups == g)) for g in set(groups)}
        assert members == {(4, 5), (0, 6), (1, 2, 3)}

    @pytest.mark.parametrize("size", [2, 3, 10])
    @pytest.mark.parametrize("m", [1, 2, 5, 30, 301])
    def test_sizes(self, m, size):
        points = np.random.default_rng(0).normal(size=(m, 3))
        counts = np.bincount(microaggregate(points, size))
        assert counts.sum() == m
        assert counts.min() >= min(size, m)
        assert counts.max() <= max(2 * size - 1, size)

    def test_groups_are_tighter_than_chance(self):
        points = np.random.default_rng(0).normal(size=(600, 2))
        groups = microaggregate(points, 3)
        inside = GroupMoments.of(points, groups, spread=True).deviations
        # For three rows at random, the mean of the squares would be 2/3 per column.
        assert (inside**2).sum() / len(inside) / 2 < 0.03

    def test_many_rows_are_grouped_in_parts(self):
        points = np.random.default_rng(0).normal(size=(3 * MOST_GROUPED, 2))
        counts = np.bincount(microaggregate(points, 4))
        assert counts.min() >= 4
        assert counts.max() <= 7

    def test_equal_rows(self):
        counts = np.bincount(microaggregate(np.zeros((50, 2)), 3))
        assert counts.min() >= 3


class TestGroupMoments:
    POINTS = np.array([[0.0, 0], [3, 0], [0, 3], [10, 10], [12, 10]])
    GROUPS = np.array([0, 0, 0, 1, 1])

    def test_means(self):
        groups = GroupMoments.of(self.POINTS, self.GROUPS, spread=False)
        drawn = groups.draw(np.array([0, 4, 2]), np.random.default_rng(0))
        np.testing.assert_allclose(drawn, [[1, 1], [11, 10], [1, 1]])

    @pytest.mark.parametrize("g", [0, 1])
    def test_draws_have_mean_and_covariance_of_their_group(self, g):
        groups = GroupMoments.of(self.POINTS, self.GROUPS, spread=True)
        drawn = groups.draw(np.full(200_000, 3 * g), np.random.default_rng(0))
        rows = self.POINTS[g == self.GROUPS]
        np.testing.assert_allclose(drawn.mean(axis=0), rows.mean(axis=0), atol=0.02)
        np.testing.assert_allclose(np.cov(drawn.T), np.cov(rows.T, ddof=0), atol=0.03)

    def test_rescaled(self):
        groups = GroupMoments.of(self.POINTS, self.GROUPS, spread=True)
        which, scale = np.arange(5), np.array([2.0, 3.0])
        one = groups.draw(which, np.random.default_rng(0)) * scale + [5, 6]
        other = groups.rescaled(scale, np.array([5.0, 6])).draw(which, np.random.default_rng(0))
        np.testing.assert_allclose(one, other)


class TestSwapRanks:
    @pytest.mark.parametrize("proportion", [0.01, 0.1, 1.0])
    def test_values_stay_and_ranks_move_less_than_the_window(self, proportion):
        values = np.random.default_rng(0).normal(size=(200, 3))
        swapped = swap_ranks(values, proportion, 4, np.random.default_rng(1))
        assert swapped.shape == (4, 200, 3)
        moved = 0.0
        for one in swapped:
            np.testing.assert_array_equal(np.sort(one, axis=0), np.sort(values, axis=0))
            away = np.abs(stats.rankdata(one, axis=0) - stats.rankdata(values, axis=0))
            assert away.max() < max(2, proportion * 200)
            moved += (away > 0).mean()
        assert moved > 0.1

    def test_missing_values_stay_where_they_are(self):
        values = np.random.default_rng(0).normal(size=(50, 2))
        values[::4, 0] = np.nan
        [one] = swap_ranks(values, 0.5, 1, np.random.default_rng(1))
        np.testing.assert_array_equal(np.isnan(one), np.isnan(values))
        np.testing.assert_array_equal(np.sort(one, axis=0), np.sort(values, axis=0))


class TestDrawAnew:
    @pytest.mark.parametrize("proportion", [0.0, 0.3, 1.0])
    def test_frequencies_stay(self, proportion):
        codes = np.repeat([0, 1, 2, -1], [500, 300, 100, 100])[:, np.newaxis]
        which = np.tile(np.arange(1000), 100)
        new = draw_anew(codes, which, proportion, np.random.default_rng(0))[:, 0]
        before = codes[which, 0]
        np.testing.assert_array_equal(new < 0, before < 0)
        counts = np.bincount(new[new >= 0]) / 90_000
        np.testing.assert_allclose(counts, [5 / 9, 3 / 9, 1 / 9], atol=0.01)
        # A category is another one if it is drawn anew and that is not its own.
        other = proportion * (1 - 5 / 9)
        assert abs((new != before)[before == 0].mean() - other) < 0.01

    def test_a_column_without_any(self):
        codes = np.full((3, 1), -1)
        new = draw_anew(codes, np.array([0, 2]), 1.0, np.random.default_rng(0))
        assert (new == -1).all()


class TestLinkageProportion:
    def test_by_hand(self):
        """1 and 9 are nearest to their own, 0 and 10; 8 is nearer to 10 than to its own, 5."""
        features = np.array([[0.0], [5], [10], [1], [8], [9]])
        own, once = np.array([0, 1, 2]), np.ones(3, dtype=int)
        assert linkage_proportion(space(features), 3, own, once) == pytest.approx(2 / 3)

    def test_copies_are_found_by_chance(self):
        features = np.array([[0.0], [0], [10], [1], [2], [9]])
        own = np.array([0, 1, 2])
        assert linkage_proportion(space(features), 3, own, np.array([2, 2, 1])) == pytest.approx(
            2 / 3
        )
