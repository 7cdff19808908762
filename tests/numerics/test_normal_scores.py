"""Normal scores and the way back, against ranks, integrals and samples."""

import numpy as np
import pytest
from scipy import stats

from skresample.numerics.normal_scores import Marginal, NormalScores, spread_ties

COLUMNS = {
    "different": np.random.default_rng(0).normal(size=60),
    "skewed": np.random.default_rng(0).lognormal(sigma=3, size=200),
    "whole": np.random.default_rng(0).integers(0, 6, 80).astype(float),
    "part zero": np.maximum(np.random.default_rng(0).normal(size=90), 0),
    "atom on top": np.minimum(np.random.default_rng(0).normal(size=90), 0.5),
    "atoms side by side": np.array([3.0, 1, 1, 2, 2, 2, 0, 5]),
    "two": np.array([4.0, -1.0]),
    "two values": np.repeat([0.0, 1.0], [3, 7]),
    "huge": np.random.default_rng(0).normal(size=30) * 1e300,
    "tiny": np.random.default_rng(0).normal(size=30) * 1e-300,
    "far": np.array([1e12, 1e12 + 1, 1e12 + 2, 1e12 + 2, -7]),
}
every_column = pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)


def scores_of(column, **options):
    return NormalScores(column[:, np.newaxis], np.random.default_rng(0), **options)


class TestMarginal:
    @every_column
    @pytest.mark.parametrize("atoms", [False, True])
    def test_quantiles_are_in_order_and_in_range(self, column, atoms):
        marginal = Marginal.of(column, atoms)
        edges = np.concatenate([marginal.low, marginal.high])
        q = np.concatenate([np.linspace(0, 1, 2001), edges])
        q = np.sort(
            np.clip(np.concatenate([q, np.nextafter(edges, 0), np.nextafter(edges, 1)]), 0, 1)
        )
        found = marginal.ppf(q)
        assert (np.diff(found) >= 0).all()
        assert found[0] == column.min()
        assert found[-1] == column.max()

    @every_column
    def test_each_value_has_its_probability(self, column):
        """As many draws are a value as rows are, if several are."""
        marginal = Marginal.of(column)
        drawn = marginal.ppf((np.arange(40_000) + 0.5) / 40_000)
        for value, count in zip(*np.unique(column, return_counts=True), strict=True):
            if count > 1:
                assert (drawn == value).mean() == pytest.approx(count / column.size, abs=1e-3)
            elif value not in (column.min(), column.max()):
                below = (drawn < value).mean() + (drawn == value).mean() / 2
                assert below == pytest.approx(
                    ((column < value).sum() + 0.5) / column.size, abs=1e-3
                )

    def test_of_three_by_hand(self):
        marginal = Marginal.of(np.array([2.0, 0.0, 10.0]))
        # 0 until 1/6, 2 at 1/2, 10 from 5/6, and lines between.
        q = np.array([0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 1])
        np.testing.assert_allclose(marginal.ppf(q), [0, 0, 1, 2, 6, 10, 10])

    def test_of_an_atom_by_hand(self):
        marginal = Marginal.of(np.array([1.0, 1, 3, 7]))
        # 1 until 1/2, 3 at 5/8, 7 from 7/8.
        q = np.array([0, 1 / 4, 1 / 2, 9 / 16, 5 / 8, 3 / 4, 7 / 8, 1])
        np.testing.assert_allclose(marginal.ppf(q), [1, 1, 1, 2, 3, 5, 7, 7])
        low, high, density = marginal._at(np.array([0.0, 1, 2, 5, 7, 8]))
        np.testing.assert_allclose(low, [0, 0, 9 / 16, 3 / 4, 7 / 8, 1])
        np.testing.assert_allclose(high, [0, 1 / 2, 9 / 16, 3 / 4, 1, 1])
        np.testing.assert_allclose(density, [0, 1 / 2, 1 / 16, 1 / 16, 1 / 8, 0])

    @every_column
    def test_of_atoms_has_no_other_values(self, column):
        marginal = Marginal.of(column, atoms=True)
        drawn = marginal.ppf(np.random.default_rng(0).random(5000))
        values, counts = np.unique(column, return_counts=True)
        assert np.isin(drawn, values).all()
        low, high, density = marginal._at(values)
        np.testing.assert_allclose(high - low, counts / column.size)
        np.testing.assert_allclose(density, counts / column.size)
        between = (values[1:] + values[:-1]) / 2
        new = ~np.isin(between, values)
        np.testing.assert_array_equal(marginal._at(between[new])[2], 0)

    @every_column
    def test_probabilities_lead_back(self, column):
        marginal = Marginal.of(column)
        q = np.random.default_rng(0).random(500)
        low, high, _ = marginal._at(marginal.ppf(q))
        room = 1e-9 if column is not COLUMNS["far"] else 1e-4  # floats have steps there
        assert (low <= q + room).all()
        assert (q <= high + room).all()
        assert (low[high > low] >= 0).all()

    @every_column
    def test_probabilities_at_the_values_are_those_kept(self, column):
        marginal = Marginal.of(column)
        low, high, density = marginal._at(marginal.values)
        np.testing.assert_array_equal(low, marginal.low)
        np.testing.assert_array_equal(high, marginal.high)
        assert (density > 0).all()

    @pytest.mark.parametrize("name", ["different", "skewed", "part zero", "huge", "tiny"])
    def test_density_is_the_slope_of_the_probabilities(self, name):
        marginal = Marginal.of(COLUMNS[name])
        gap = np.diff(marginal.values)
        left, right = marginal.values[:-1] + gap / 4, marginal.values[:-1] + gap / 2
        (a, _, density), (b, _, _) = marginal._at(left), marginal._at(right)
        np.testing.assert_allclose(density, (b - a) / (right - left), rtol=1e-6)

    def test_out_of_range_there_is_none(self):
        low, high, density = Marginal.of(COLUMNS["different"])._at(np.array([-9e9, 9e9]))
        np.testing.assert_array_equal([low, high], [[0, 1], [0, 1]])
        np.testing.assert_array_equal(density, 0)

    def test_of_values_as_near_as_floats_are(self):
        marginal = Marginal.of(np.array([0.0, 5e-324, 1.0]))
        np.testing.assert_allclose(marginal._at(np.array([0.5]))[0], 0.5 + 1 / 6)
        assert marginal._at(np.array([5e-324]))[1] == 0.5


class TestNormalScores:
    @every_column
    def test_lead_back(self, column):
        found = scores_of(column)
        back = found.values(found.scores)[:, 0]
        values, counts = np.unique(column, return_counts=True)
        several = np.isin(column, values[counts > 1])
        np.testing.assert_array_equal(back[several], column[several])
        np.testing.assert_allclose(back, column, rtol=1e-6, atol=1e-14 * np.ptp(column))

    @every_column
    def test_are_those_of_the_ranks(self, column):
        found = scores_of(column).scores[:, 0]
        wanted = stats.norm.ppf((np.arange(column.size) + 0.5) / column.size)
        np.testing.assert_allclose(np.sort(found), wanted)
        # In the order of the values.
        np.testing.assert_array_equal(column[np.argsort(found)], np.sort(column))

    def test_of_equal_values_are_in_any_order(self):
        column = np.zeros((4, 1))
        rng = np.random.default_rng(0)
        first = [int(np.argmin(NormalScores(column, rng).scores)) for _ in range(2000)]
        assert stats.chisquare(np.bincount(first, minlength=4)).pvalue > 1e-4

    @every_column
    def test_values_are_in_range(self, column):
        drawn = np.random.default_rng(0).normal(0, 3, (3000, 1))
        extreme = np.array([[-50.0], [50.0], [-np.inf], [np.inf]])
        back = scores_of(column).values(np.concatenate([drawn, extreme]))
        assert back.min() == column.min()
        assert back.max() == column.max()
        np.testing.assert_array_equal(back[[-4, -2]], column.min())
        np.testing.assert_array_equal(back[[-3, -1]], column.max())

    @every_column
    def test_values_of_normal_scores_have_the_distribution(self, column):
        drawn = np.random.default_rng(0).normal(size=(20_000, 1))
        back = scores_of(column).values(drawn)[:, 0]
        assert stats.ks_2samp(back, column).statistic < 0.5 / column.size + 0.015

    def test_columns_are_apart(self):
        both = np.column_stack([COLUMNS["part zero"], COLUMNS["atom on top"]])
        space = NormalScores(both, np.random.default_rng(0), atoms=np.array([True, False]))
        for j, column in enumerate(both.T):
            alone = Marginal.of(column, atoms=j == 0)
            q = np.linspace(0.01, 0.99, 50)
            np.testing.assert_array_equal(space.marginals[j].ppf(q), alone.ppf(q))

    def test_scores_that_are_mapped_back_are_left_alone(self):
        space = scores_of(COLUMNS["skewed"])
        scores = np.zeros((3, 1))
        scores.flags.writeable = False
        space.values(scores)
        np.testing.assert_array_equal(scores, 0)

    def test_of_no_columns(self):
        space = NormalScores(np.empty((4, 0)), np.random.default_rng(0))
        assert space.values(np.empty((2, 0))).shape == (2, 0)
        assert space.map(np.empty((2, 0)))[0].shape == (2, 0)

    def test_of_whole_numbers(self):
        column = np.random.default_rng(0).permutation(30)
        found = scores_of(column)
        np.testing.assert_allclose(found.values(found.scores)[:, 0], column, atol=1e-12)


class TestMap:
    @every_column
    def test_of_values_there_once_is_their_score(self, column):
        space = scores_of(column)
        values, counts = np.unique(column, return_counts=True)
        once = np.isin(column, values[counts == 1]) & (column > values[0]) & (column < values[-1])
        found = space.map(column[:, np.newaxis])[0]
        np.testing.assert_allclose(found[once], space.scores[once], atol=1e-12)

    def test_of_an_atom_is_the_middle_of_its_probability(self):
        space = scores_of(np.array([0.0, 0, 0, 1, 2, 3]))
        scores, log_slope = space.map(np.array([[0.0]]))
        z = stats.norm.ppf(0.25)
        np.testing.assert_allclose(scores, [[z]])
        np.testing.assert_allclose(log_slope, [[np.log(0.5) - stats.norm.logpdf(z)]])

    def test_out_of_range_has_no_density(self):
        scores, log_slope = scores_of(COLUMNS["different"]).map(np.array([[-99.0], [99.0]]))
        assert np.isfinite(scores).all()
        assert (log_slope == -np.inf).all()

    @pytest.mark.parametrize("law", [stats.norm(), stats.norm(0.4, 0.7), stats.t(5)])
    @pytest.mark.parametrize("name", ["different", "skewed"])
    def test_slope_makes_a_density_of_one_of_scores(self, name, law):
        """It integrates to one, with what the law has at both ends."""
        column = COLUMNS[name]
        space = scores_of(column)
        # Inside of each gap by its middle points, so that no value itself is met.
        values = np.unique(column)
        q = (np.arange(200) + 0.5) / 200
        x = values[:-1, np.newaxis] + np.diff(values)[:, np.newaxis] * q
        scores, log_slope = space.map(x.reshape(-1, 1))
        density = np.exp(law.logpdf(scores) + log_slope).reshape(x.shape)
        inside = (density.mean(axis=1) * np.diff(values)).sum()
        end = stats.norm.ppf(0.5 / column.size)
        assert inside == pytest.approx(law.cdf(-end) - law.cdf(end), abs=1e-3)

    def test_density_is_that_of_the_draws(self):
        column = COLUMNS["skewed"]
        space = scores_of(column)
        law = stats.norm(0.4, 0.7)
        drawn = space.values(law.rvs((100_000, 1), random_state=0))[:, 0]
        for low, high in ((0.1, 0.5), (0.5, 2), (2, 50)):
            x = np.linspace(low, high, 20_001)
            scores, log_slope = space.map(x[:, np.newaxis])
            density = np.exp(law.logpdf(scores) + log_slope)[:, 0]
            found = ((drawn > low) & (drawn < high)).mean()
            assert np.trapezoid(density, x) == pytest.approx(found, abs=0.01)


class TestSpread:
    def test_different_values_are_left_alone(self):
        values = np.column_stack([COLUMNS["different"], np.arange(60)])
        found = spread_ties(values, np.random.default_rng(0))
        np.testing.assert_array_equal(found, values)
        assert found is not values

    def test_only_values_there_several_times_move(self):
        column = COLUMNS["part zero"][:, np.newaxis]
        found = spread_ties(column, np.random.default_rng(0))
        once = column > 0
        np.testing.assert_array_equal(found[once], column[once])
        assert np.unique(found[~once]).size == (~once).sum()
        assert (column == 0).any()  # the given ones are as they were

    @every_column
    def test_stay_half_way_to_their_neighbours(self, column):
        found = spread_ties(np.tile(column[:, np.newaxis], 3), np.random.default_rng(0))
        values = np.unique(column)
        middles = values[:-1] + np.diff(values) / 2
        # At both ends, as far outside as inside.
        ends = [2 * values[0] - middles[0], 2 * values[-1] - middles[-1]]
        low, high = np.insert(middles, 0, ends[0]), np.append(middles, ends[1])
        which = np.searchsorted(values, column)
        assert (found >= low[which, np.newaxis]).all()
        assert (found <= high[which, np.newaxis]).all()

    def test_whole_numbers_are_spread_evenly_around_themselves(self):
        values = np.repeat(np.arange(5), 4000)[:, np.newaxis]
        found = spread_ties(values, np.random.default_rng(0))
        off = (found - values)[:, 0]
        assert stats.kstest(off, stats.uniform(-0.5, 1).cdf).pvalue > 1e-3
        np.testing.assert_array_equal(np.rint(found), values)
        np.testing.assert_allclose(found.mean(axis=0), values.mean(), atol=0.01)
        # As Sheppard has it, by a twelfth.
        np.testing.assert_allclose(found.var(), values.var() + 1 / 12, rtol=0.02)

    def test_constant_columns_stay(self):
        values = np.column_stack([np.full(9, 0.1), np.repeat([1.0, 2, 3], 3)])
        found = spread_ties(values, np.random.default_rng(0))
        np.testing.assert_array_equal(found[:, 0], 0.1)
        assert np.unique(found[:, 1]).size == 9

    def test_zero_and_minus_zero_are_one_value(self):
        found = spread_ties(np.array([[0.0], [-0.0], [1.0]]), np.random.default_rng(0))
        assert np.unique(found).size == 3
        assert np.abs(found[:2]).max() <= 0.5

    @pytest.mark.parametrize("shape", [(1, 2), (3, 0)])
    def test_of_little(self, shape):
        found = spread_ties(np.ones(shape), np.random.default_rng(0))
        np.testing.assert_array_equal(found, np.ones(shape))
