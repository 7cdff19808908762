"""Kernels over categories, against sums over all of them and draws."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

from skresample.density._categories import TRIED, CategoryKernels

# The second column misses one, the codes of the third have gaps.
CODES = np.array([[0, 1, 7], [2, 0, 7], [1, -1, 3], [0, 0, 9], [2, 1, 3]])
PROBABILITIES = [0.0, 0.3, 1.0]
every_probability = pytest.mark.parametrize("probability", PROBABILITIES)


def kernels(probability=0.0, codes=CODES):
    return replace(CategoryKernels.on(codes), probability=probability)


def everything(density):
    """Return all rows of the categories that there are."""
    return np.array(list(product(*density.levels)))


def draws(density, row, n=12_000):
    return density.draw(np.full(n, row), np.random.default_rng(row))


class TestProbability:
    @every_probability
    def test_sums_to_one(self, probability):
        density = kernels(probability)
        total = np.exp(density.log_probability(everything(density))).sum(axis=0)
        np.testing.assert_allclose(total, 1)

    @every_probability
    def test_is_that_of_aitchison_and_aitken(self, probability):
        density = kernels(probability)
        x = everything(density)
        found = np.exp(density.log_probability(x))
        for j, own in enumerate(CODES):
            wanted = np.ones(len(x))
            for column, category, levels in zip(x.T, own, density.levels, strict=True):
                c = len(levels)
                switches = probability * (c - 1) / c
                one = np.where(column == category, 1 - switches, switches / (c - 1))
                wanted *= one if category >= 0 else 1 / c
            np.testing.assert_allclose(found[:, j], wanted)

    def test_without_switches_is_of_the_row_only(self):
        density = kernels()
        log = density.log_probability(CODES)
        np.testing.assert_array_equal(log[np.ix_([0, 1, 3, 4], [0, 1, 3, 4])] == 0, np.eye(4))

    @every_probability
    def test_of_an_unknown_category_is_zero(self, probability):
        for row in ([3, 0, 7], [0, 2, 7], [0, 0, 5], [0, 0, 10], [3, -1, 5]):
            assert (kernels(probability).log_probability(np.array([row])) == -np.inf).all()

    @every_probability
    def test_of_what_is_missing_is_left_out(self, probability):
        density = kernels(probability)
        found = density.log_probability(np.array([[-1, 1, 7], [-1, -1, -1]]))
        rest = kernels(probability, CODES[:, 1:]).log_probability(np.array([[1, 7]]))
        np.testing.assert_allclose(found, np.concatenate([rest, np.zeros((1, 5))]))

    @every_probability
    def test_of_a_column_of_one_category(self, probability):
        density = kernels(probability, np.array([[4], [4]]))
        np.testing.assert_array_equal(
            density.log_probability(np.array([[4], [3], [-1]])), [[0, 0], [-np.inf] * 2, [0, 0]]
        )
        assert (draws(density, 0) == 4).all()

    @every_probability
    def test_of_a_column_without_any(self, probability):
        density = kernels(probability, np.array([[-1, 0], [-1, 1]]))
        rest = kernels(probability, np.array([[0], [1]]))
        x = np.array([[0], [1]])
        found = density.log_probability(np.column_stack([[-1, -1], x]))
        np.testing.assert_array_equal(found, rest.log_probability(x))
        assert (density.log_probability(np.array([[0, 0]])) == -np.inf).all()
        drawn = draws(density, 0)
        assert (drawn[:, 0] == -1).all()
        assert (drawn[:, 1] >= 0).all()

    @every_probability
    def test_of_no_columns(self, probability):
        density = kernels(probability, np.empty((3, 0), dtype=int))
        np.testing.assert_array_equal(density.log_probability(np.empty((2, 0), dtype=int)), 0)
        assert density.draw(np.array([0, 2]), np.random.default_rng(0)).shape == (2, 0)


class TestDraw:
    @pytest.mark.parametrize("probability", [0.2, 1.0])
    def test_has_the_frequencies_of_the_probability(self, probability):
        density = kernels(probability)
        x = everything(density)
        for row in (0, 1, 3, 4):
            counts = (draws(density, row)[:, np.newaxis] == x).all(axis=2).sum(axis=0)
            wanted = np.exp(density.log_probability(x))[:, row] * 12_000
            assert stats.chisquare(counts, wanted).pvalue > 1e-4

    @every_probability
    def test_missing_stays_missing(self, probability):
        drawn = draws(kernels(probability), 2)
        assert (drawn[:, 1] == -1).all()
        assert (drawn[:, [0, 2]] >= 0).all()
        assert (draws(kernels(probability), 0) >= 0).all()

    def test_without_switches_copies(self):
        which = np.random.default_rng(0).integers(0, 5, 100)
        drawn = kernels().draw(which, np.random.default_rng(0))
        np.testing.assert_array_equal(drawn, CODES[which])

    def test_of_some_rows(self):
        some = kernels().take(np.array([4, 2]))
        drawn = some.draw(np.array([1, 0, 1]), np.random.default_rng(0))
        np.testing.assert_array_equal(drawn, CODES[[2, 4, 2]])
        # All categories can still be drawn.
        assert set(draws(replace(some, probability=1.0), 0)[:, 2]) == {3, 7, 9}

    def test_of_none(self):
        empty = np.empty(0, dtype=np.intp)
        assert kernels(0.5).draw(empty, np.random.default_rng(0)).shape == (0, 3)


class TestBestProbability:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 300), rng.integers(0, 4, 300)

    def test_is_small_where_a_column_says_the_other(self):
        density = CategoryKernels.on(np.column_stack([self.a, self.a]))
        assert density.with_best_probability(np.zeros((300, 300))).probability <= 0.01

    def test_is_large_where_it_does_not(self):
        density = CategoryKernels.on(np.column_stack([self.a, self.b]))
        assert density.with_best_probability(np.zeros((300, 300))).probability > 0.5

    def test_is_small_where_numbers_say_the_category(self):
        x = self.a + 0.1 * self.rng.normal(size=300)
        log = -((x[:, np.newaxis] - x) ** 2) / (2 * 0.1**2)
        for column, low, high in ((self.a, 0, 0.02), (self.b, 0.3, 1)):
            probability = (
                CategoryKernels.on(column[:, np.newaxis]).with_best_probability(log).probability
            )
            assert low <= probability <= high

    def test_is_the_most_likely_one_without_each_row(self):
        few = slice(40)
        codes = np.column_stack([self.a, np.where(self.rng.random(300) < 0.8, self.a, self.b)])
        codes = codes[few]
        codes[3, 0] = -1
        log = self.rng.normal(size=(40, 40))
        density = CategoryKernels.on(codes)

        def likelihood(probability):
            each = replace(density, probability=probability).log_probability(codes) + log
            return sum(np.logaddexp.reduce(np.delete(row, i)) for i, row in enumerate(each))

        best = TRIED[np.argmax([likelihood(probability) for probability in TRIED])]
        assert 1e-3 < best < 1
        assert density.with_best_probability(log).probability == best

    def test_does_not_depend_on_the_size_of_the_kernels(self):
        density = CategoryKernels.on(np.column_stack([self.a, self.b]))
        log = self.rng.normal(size=(300, 300))
        wanted = density.with_best_probability(log).probability
        assert (
            density.with_best_probability(log - 1e5 * np.arange(300)[:, np.newaxis]).probability
            == wanted
        )

    @pytest.mark.filterwarnings("error")
    def test_row_that_no_other_kernel_reaches_has_no_say(self):
        # As with Epanechnikov's kernels and a row far from all others.
        codes = np.column_stack([self.a, self.b])
        wanted = (
            CategoryKernels.on(codes[1:]).with_best_probability(np.zeros((299, 299))).probability
        )
        log = np.zeros((300, 300))
        log[0, 1:] = log[1:, 0] = -np.inf
        assert CategoryKernels.on(codes).with_best_probability(log).probability == wanted

    def test_changes_nothing_else(self):
        log = np.zeros((5, 5))
        log.flags.writeable = False
        density = kernels()
        found = density.with_best_probability(log)
        assert density.probability == 0
        assert 0 < found.probability <= 1
        np.testing.assert_array_equal(found.indices, density.indices)

    @pytest.mark.parametrize("codes", [[[-1], [-1]], [[0], [0]], [[0], [1]], [[0]]])
    def test_of_few(self, codes):
        codes = np.array(codes)
        log = np.zeros((len(codes), len(codes)))
        assert 0 <= CategoryKernels.on(codes).with_best_probability(log).probability <= 1
