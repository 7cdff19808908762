import numpy as np
import pytest
from scipy import stats

from skresample.numerics.allocation import allocate, draw_mates, draw_slots, keep_slots

WEIGHTS = {
    "even": np.ones(7),
    "one": np.array([0.3]),
    "tenths": np.array([0.1, 0.2, 0.3, 0.4]),
    "thirds": np.array([1 / 3, 2 / 3, 1 / 3, 1, 2 / 3]),
    "with zeros": np.array([0, 1, 0, 0, 2, 3, 0]),
    "skew": 10.0 ** -np.arange(12),
    "tiny": np.array([1e-300, 3e-300, 2e-300]),
    "huge": np.array([1e300, 1.5e308, 1e300, 9e307]),
    "many": np.random.default_rng(1).pareto(1.0, size=1000),
}
TOTALS = [1, 2, 3, 7, 10, 64, 99, 12345]


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_sums_exactly_and_each_is_its_quota_rounded(weights, total):
    relative = weights / weights.max()
    quota = total * (relative / relative.sum())
    for seed in range(20):
        counts = allocate(weights, total, np.random.default_rng(seed))
        assert counts.shape == weights.shape
        assert counts.sum() == total
        assert (counts >= np.floor(quota - 1e-8)).all()
        assert (counts <= np.ceil(quota + 1e-8)).all()
        assert (counts[weights == 0] == 0).all()


def test_expectation_is_the_quota():
    weights = np.array([0, 0.1, 0.2, 0.5, 1, 1, 2.3, 4.4])
    total, n_draws = 5, 4000
    rng = np.random.default_rng(0)
    counts = np.array([allocate(weights, total, rng) for _ in range(n_draws)])
    quota = total * weights / weights.sum()
    part = quota % 1
    # A count is its floor plus a coin of chance `part`: squared errors in units of their
    # variance, of which hardly one sum in 10,000 is larger than the bound.
    coin = part > 0
    z = (counts.mean(axis=0) - quota)[coin] / np.sqrt((part * (1 - part))[coin] / n_draws)
    assert (z**2).sum() < stats.chi2.isf(1e-4, coin.sum())
    np.testing.assert_array_equal(counts[:, ~coin] - quota[~coin], 0)


def test_fewer_rows_than_bases_still_reach_the_light_ones():
    weights = np.array([1.0] * 9 + [3.0])  # giving to the largest remainders would favour the last
    rng = np.random.default_rng(0)
    counts = sum(allocate(weights, 1, rng) for _ in range(6000))
    assert stats.chisquare(counts, 6000 * weights / weights.sum()).pvalue > 1e-4


def test_order_of_the_rows_does_not_pair_them():
    """Neighbours in the table get their extra rows independently of each other, nearly."""
    rng = np.random.default_rng(0)
    counts = np.array([allocate(np.ones(10), 5, rng) for _ in range(3000)])
    together = (counts[:, 0] * counts[:, 1]).mean()
    np.testing.assert_allclose(together, 5 / 10 * 4 / 9, atol=5 * 0.5 / np.sqrt(3000))


def test_extremes_in_one_call():
    counts = allocate([1e-300, 1e300, 1e-300, 1e300, 0], 7, np.random.default_rng(0))
    assert counts[[0, 2, 4]].tolist() == [0, 0, 0]
    assert sorted(counts[[1, 3]].tolist()) == [3, 4]


def test_nothing_to_hand_out():
    assert allocate([1.0, 2.0], 0, np.random.default_rng(0)).tolist() == [0, 0]


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_no_positive_weight_is_refused(weights):
    with pytest.raises(ValueError, match="at least one positive weight"):
        allocate(weights, 3, np.random.default_rng(0))


def test_weights_are_left_alone():
    weights = np.array([1.0, 2.0, 3.0])
    weights.flags.writeable = False
    allocate(weights, 3, np.random.default_rng(0))


class TestDrawSlots:
    partners = np.array([[4, 5, 6], [4, 5, -1], [7, -1, -1]])

    def test_only_filled_ones_evenly(self):
        base = np.repeat([2, 0, 1], 6000)
        slots = draw_slots(self.partners, base, np.random.default_rng(0))
        assert slots.shape == base.shape
        for row, filled in ((0, 3), (1, 2), (2, 1)):
            counts = np.bincount(slots[base == row], minlength=filled)
            assert counts.size == filled
            assert filled == 1 or stats.chisquare(counts).pvalue > 1e-4

    def test_of_no_rows(self):
        base = np.empty(0, dtype=np.intp)
        assert draw_slots(self.partners, base, np.random.default_rng(0)).size == 0


class TestDrawMates:
    GROUPS = np.array([0, 2, 0, 1, 2, 0, 4, 1])

    def test_are_of_the_group_and_others(self):
        base = np.repeat([0, 1, 2, 3, 4, 5, 7], 300)
        mates = draw_mates(self.GROUPS, base, np.random.default_rng(0))
        np.testing.assert_array_equal(self.GROUPS[mates], self.GROUPS[base])
        assert (mates != base).all()

    def test_each_is_as_likely(self):
        base = np.zeros(10_000, dtype=np.intp)
        mates = draw_mates(self.GROUPS, base, np.random.default_rng(0))
        counts = np.bincount(mates, minlength=8)
        assert counts[[2, 5]].sum() == 10_000
        assert abs(counts[2] - 5000) < 300

    def test_none_are_drawn_of_none(self):
        none = np.empty(0, dtype=np.intp)
        assert draw_mates(self.GROUPS, none, np.random.default_rng(0)).size == 0


def test_kept_slots_move_to_the_left():
    partners = np.array([[4, 5, 6], [7, 8, 9], [1, 2, 3]])
    kept = np.array([[False, True, True], [True, False, True], [False, False, False]])
    steps = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
    moved, along = keep_slots(partners, kept, steps)
    assert moved.tolist() == [[5, 6, -1], [7, 9, -1], [-1, -1, -1]]
    assert along[0, :2].tolist() == [0.2, 0.3]
    assert along[1, :2].tolist() == [0.4, 0.6]
