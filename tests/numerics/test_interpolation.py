import numpy as np
import pytest
from scipy import sparse, stats

from skresample.numerics import interpolation
from skresample.numerics.interpolation import (
    draw_one,
    interpolate,
    reflect,
    round_stochastically,
    vote,
)


def draw(n, d, n_new, seed=0, dtype=np.float64, low=0.0, high=1.0):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, d)).astype(dtype)
    base, partner = rng.integers(n, size=(2, n_new))
    return values, base, partner, rng.uniform(low, high, n_new)


def plainly(values, base, partner, gap):
    gap = gap[:, np.newaxis].astype(values.dtype)
    return values[base] + gap * (values[partner] - values[base])


class TestInterpolate:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.5, 0), (-2, 3)])
    def test_against_plain_numpy(self, dtype, low, high):
        given = draw(20, 4, 500, dtype=dtype, low=low, high=high)
        new = interpolate(*given)
        assert new.dtype == dtype
        tolerance = 4 * np.finfo(dtype).eps
        np.testing.assert_allclose(new, plainly(*given), rtol=tolerance, atol=tolerance)

    @pytest.mark.parametrize("n_new", [0, 1, 2, 3, 4, 5, 8, 9])
    def test_borders_of_blocks(self, monkeypatch, n_new):
        given = draw(20, 5, n_new)
        monkeypatch.setattr(interpolation, "BLOCK_VALUES", 20)  # four rows of five features
        np.testing.assert_allclose(interpolate(*given), plainly(*given), atol=1e-15)

    def test_more_features_than_a_block_has_room(self, monkeypatch):
        given = draw(20, 5, 7)
        monkeypatch.setattr(interpolation, "BLOCK_VALUES", 3)
        np.testing.assert_allclose(interpolate(*given), plainly(*given), atol=1e-15)

    def test_many_rows(self):
        given = draw(50, 3, 100_000)
        np.testing.assert_allclose(interpolate(*given), plainly(*given), atol=1e-15)

    def test_inward_and_outward_steps_in_one_block(self):
        given = draw(20, 4, 500, low=-0.5, high=1)
        np.testing.assert_allclose(interpolate(*given), plainly(*given), rtol=1e-12, atol=1e-15)

    def test_input_is_left_alone(self):
        given = draw(20, 4, 30)
        for array in given:
            array.flags.writeable = False
        interpolate(*given)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_never_beyond_the_parents(self, dtype):
        rng = np.random.default_rng(0)
        nasty = [0.1, 0.3, 1 / 3, 0.7, 1e-3, 1.1, 3.3, 7.7, 123456.789, 1e7 + 0.1, -0.1, -1e5 / 3]
        tiny = np.finfo(dtype).tiny
        nasty += [0.0, -0.0, tiny, tiny / 4, -tiny, 1e30, -1e30, 1 + np.finfo(dtype).eps]
        values = np.array(nasty, dtype=dtype)[:, np.newaxis]
        base, partner = (a.ravel() for a in np.indices((len(nasty), len(nasty))))
        steps = [0.0, 1.0, 0.5, 1e-17, 1 - 2**-53, 1 - 2**-24, *rng.random(20)]
        low = np.minimum(values[base], values[partner])
        high = np.maximum(values[base], values[partner])
        for step in steps:
            gap = np.full(base.size, step)
            new = interpolate(values, base, partner, gap)
            assert (new >= low).all()
            assert (new <= high).all()
            gap[0] = -0.5  # an outward step in the same block changes nothing for the others
            np.testing.assert_array_equal(interpolate(values, base, partner, gap)[1:], new[1:])

    def test_step_0_is_the_base_and_a_row_with_itself_too(self):
        values, base, partner, gap = draw(20, 4, 30)
        at_base = interpolate(values, base, partner, np.zeros(30))
        np.testing.assert_array_equal(at_base, values[base])
        with_itself = interpolate(values, base, base, gap)
        np.testing.assert_array_equal(with_itself, values[base])

    def test_parents_further_apart_than_the_largest_number(self):
        values = np.array([[-1.5e308], [1.5e308]])
        base, partner, gap = np.array([0, 1, 0]), np.array([1, 0, 1]), np.array([0.25, 0.25, 0])
        new = interpolate(values, base, partner, gap)
        np.testing.assert_allclose(new[:, 0], [-0.75e308, 0.75e308, -1.5e308])

    @pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.5, 1)])
    def test_sparse_equals_dense(self, make, dtype, low, high):
        values, *rest = draw(20, 6, 300, dtype=dtype, low=low, high=high)
        values[values < 0] = 0
        new = interpolate(make(values), *rest)
        assert sparse.issparse(new)
        assert new.format == "csr"
        assert new.dtype == dtype
        tolerance = 4 * np.finfo(dtype).eps
        dense = interpolate(values, *rest)
        np.testing.assert_allclose(new.toarray(), dense, rtol=tolerance, atol=tolerance)
        both_zero = (values[rest[0]] == 0) & (values[rest[1]] == 0)
        assert (new.toarray()[both_zero] == 0).all()

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_sparse_never_beyond_the_parents(self, dtype):
        rng = np.random.default_rng(0)
        values = np.array([0, 0.1, 0.3, 1 / 3, 0.7, 1.1, 7.7, 1e7 + 0.1], dtype=dtype)[
            :, np.newaxis
        ]
        base, partner = (np.tile(a.ravel(), 300) for a in np.indices((8, 8)))
        gap = rng.random(base.size)
        gap[::3] = 1 - 2.0**-40 * rng.random(gap[::3].size)
        new = interpolate(sparse.csr_array(values), base, partner, gap).toarray()
        assert (new >= np.minimum(values[base], values[partner])).all()
        assert (new <= np.maximum(values[base], values[partner])).all()


class TestRoundStochastically:
    def test_whole_numbers_stay(self):
        whole = np.array([-(2.0**60), -3, -1, -0.0, 0, 1, 2, 255, 2.0**53, 1e300])
        for seed in range(50):
            rounded = round_stochastically(whole, np.random.default_rng(seed).random(whole.shape))
            np.testing.assert_array_equal(rounded, whole)

    @pytest.mark.parametrize("value", [0.1, 0.5, 2.9, -0.3, -7.75, 1e6 + 0.25])
    def test_unbiased_to_one_of_the_two_neighbours(self, value):
        n = 40_000
        rounded = round_stochastically(
            np.full((n // 4, 4), value), np.random.default_rng(0).random((n // 4, 4))
        )
        assert set(np.unique(rounded)) == {np.floor(value), np.ceil(value)}
        up = int((rounded == np.ceil(value)).sum())
        assert stats.binomtest(up, n, value - np.floor(value)).pvalue > 1e-4

    @pytest.mark.parametrize("base", [-3.0, 0.0, 2.0, 5.0])
    def test_unbiased_from_any_base(self, base):
        draws = np.random.default_rng(0).random(40_000)
        rounded = round_stochastically(np.full(draws.size, 2.3), draws, base)
        assert set(np.unique(rounded)) == {2, 3}
        assert stats.binomtest(int((rounded == 3).sum()), draws.size, 0.3).pvalue > 1e-4

    def test_what_two_rows_agree_on_holds_between_them(self):
        """Of all pairs of two numbers with x <= y, or x < y, in one row and in another."""
        x, y, p, q = (a.ravel().astype(float) for a in np.indices((5, 5, 5, 5)))
        some = (x <= y) & (p <= q)
        x, y, p, q = x[some], y[some], p[some], q[some]
        strict = (x < y) & (p < q)
        rng = np.random.default_rng(0)
        for _ in range(200):
            step, draws = rng.random(x.size), rng.random(x.size)
            left = round_stochastically(x + step * (p - x), draws, x)
            right = round_stochastically(y + step * (q - y), draws, y)
            assert (left <= right).all()
            assert (left < right)[strict].all()


class TestDrawOne:
    def test_in_proportion(self):
        n = 40_000
        weights = np.tile([0.5, -1.0, 0.3, 0.0, 0.2], (n, 1))
        draws = np.random.default_rng(0).random(n)
        for own in (-1, 0, 2, 4):
            chosen = draw_one(weights.copy(), np.full(n, own), draws, np.ones(5))
            assert set(chosen.tolist()) == {0, 2, 4}
            counts = np.bincount(chosen, minlength=5)[[0, 2, 4]]
            assert stats.chisquare(counts, n * np.array([0.5, 0.3, 0.2])).pvalue > 1e-4

    def test_own_comes_last(self):
        """So that between two rows, the draw decides as it does for whole numbers."""
        step = np.random.default_rng(0).random(500)
        draws = np.random.default_rng(1).random(500)
        weights = np.column_stack([step, np.zeros(500), 1 - step])
        chosen = draw_one(weights, np.full(500, 2), draws, np.ones(3))
        np.testing.assert_array_equal(chosen == 0, draws < step)

    def test_without_any_weight(self):
        weights = np.array([[0.0, -1.0, 0.0]] * 3)
        draws = np.array([0.0, 0.3, 1 - 2.0**-53])
        own = np.array([1, -1, -1])
        assert draw_one(weights, own, draws, np.array([0.0, 0.9, 3.0])).tolist() == [1, 2, 2]

    def test_the_last_draw_leads_to_one_with_a_weight(self):
        rng = np.random.default_rng(0)
        weights = rng.random((1000, 7)) * (rng.random((1000, 7)) < 0.5)
        weights[:, 2] += 1e-9
        draws = np.full(1000, 1 - 2.0**-53)
        chosen = draw_one(weights.copy(), np.full(1000, -1), draws, np.ones(7))
        assert (weights[np.arange(1000), chosen] > 0).all()


class TestHoles:
    @pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.5, 0.5)])
    def test_missing_where_the_base_is(self, low, high):
        values, base, partner, gap = draw(30, 4, 500, low=low, high=high)
        values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
        new = interpolate(values, base, partner, gap)
        start, end = values[base], values[partner]
        np.testing.assert_array_equal(np.isnan(new), np.isnan(start))
        alone = np.isnan(end) & ~np.isnan(start)
        np.testing.assert_array_equal(new[alone], start[alone])
        both = ~np.isnan(end) & ~np.isnan(start)
        plain = start + gap[:, np.newaxis] * (end - start)
        np.testing.assert_allclose(new[both], plain[both], rtol=1e-12, atol=1e-15)


class TestVote:
    def by_hand(self, codes, own, n=6000):
        """Return how often each code wins."""
        rows = np.tile(np.array(codes, dtype=np.int32), (n, 1))
        winners = vote(rows, np.full(n, own, dtype=np.int32), np.random.default_rng(0))
        found, counts = np.unique(winners, return_counts=True)
        return dict(zip(found.tolist(), counts.tolist(), strict=True))

    @pytest.mark.parametrize(
        ("codes", "own", "winner"),
        [
            ([3, 1, 3], 0, 3),
            ([0, 5, 5, 5, 0], 0, 5),
            ([2], 7, 2),
            ([-1, -1, 4], 7, 4),
            ([-1, -1, -1], 7, 7),
            ([1, 1, 1], -1, -1),
            ([-1, -1], -1, -1),
            ([-1, -1, -1, 0], 7, 0),
        ],
        ids=str,
    )
    def test_winner(self, codes, own, winner):
        assert self.by_hand(codes, own, 50) == {winner: 50}

    @pytest.mark.parametrize(
        "codes", [[0, 9], [9, 0, 9, 0], [4, 2, 7], [1, 1, 0, 0, 5, -1], [0, 1, 2, 3, 4, 5, 6]]
    )
    def test_ties_are_drawn_evenly(self, codes):
        most = max(codes.count(code) for code in codes if code >= 0)
        tied = {code for code in codes if code >= 0 and codes.count(code) == most}
        won = self.by_hand(codes, 0)
        assert set(won) == tied
        assert stats.chisquare(list(won.values())).pvalue > 1e-4

    @pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
    def test_against_counting(self, dtype):
        rng = np.random.default_rng(0)
        codes = rng.integers(-1, 5, (2000, 7)).astype(dtype)
        own = rng.integers(-1, 5, 2000).astype(dtype)
        winners = vote(codes, own, rng)
        assert winners.dtype == dtype
        for row, base, winner in zip(codes, own, winners, strict=True):
            counts = np.bincount(row[row >= 0], minlength=5)
            if base < 0 or not counts.any():
                assert winner == base
            else:
                assert counts[winner] == counts.max()

    def test_is_repeatable_and_leaves_its_input(self):
        codes = np.random.default_rng(0).integers(0, 3, (50, 6)).astype(np.int32)
        own = codes[:, 0].copy()
        for array in (codes, own):
            array.flags.writeable = False
        first, second = (vote(codes, own, np.random.default_rng(4)) for _ in range(2))
        np.testing.assert_array_equal(first, second)


class TestReflect:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_by_hand(self, dtype):
        values = np.array([[-0.25], [0.0], [0.5], [1.0], [1.25], [-1.0], [2.0]], dtype=dtype)
        reflect(values, np.zeros(1), np.ones(1))
        expected = np.array([0.25, 0, 0.5, 1, 0.75, 1, 0], dtype=dtype)
        np.testing.assert_array_equal(values[:, 0], expected)

    def test_far_outside_is_inside_too(self):
        values = np.random.default_rng(0).normal(scale=50, size=(1000, 2))
        low, high = np.array([-1.0, 0.0]), np.array([1.0, 0.5])
        reflect(values, low, high)
        assert ((values >= low) & (values <= high)).all()

    def test_open_ends(self):
        values = np.array([[-3.0, -3.0, -3.0], [8.0, 8.0, 8.0]])
        reflect(values, np.array([0, -np.inf, -np.inf]), np.array([np.inf, 5, np.inf]))
        np.testing.assert_array_equal(values, [[3, -3, -3], [8, 2, 8]])

    def test_missing_stays_missing(self):
        values = np.array([[np.nan, 2.0]])
        reflect(values, np.zeros(2), np.ones(2))
        np.testing.assert_array_equal(values, [[np.nan, 0.0]])

    def test_a_single_value_is_allowed(self):
        values = np.array([[0.7], [-3.0], [9.0]])
        reflect(values, np.array([0.7]), np.array([0.7]))
        assert (values == 0.7).all()
