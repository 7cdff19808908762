"""Bandwidths, against SciPy, brute force in double precision, and laws of scale."""

import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist
from scipy.special import eval_hermitenorm, gammaln

from skresample.numerics import bandwidth
from skresample.numerics.bandwidth import (
    isj,
    likelihood_cv,
    lscv,
    scott,
    silverman,
    silverman_factor,
)

SELECTORS = {
    "normal": likelihood_cv,
    "student": lambda rows, **options: likelihood_cv(rows, freedom=5.0, **options),
    "lscv": lscv,
}
every_selector = pytest.mark.parametrize("select", SELECTORS.values(), ids=SELECTORS)
selectors_and_isj = pytest.mark.parametrize(
    "select", [*SELECTORS.values(), isj], ids=[*SELECTORS, "isj"]
)


def samples():
    rng = np.random.default_rng(3)
    two = np.concatenate([rng.normal(-4, 0.5, (80, 1)), rng.normal(4, 1, (60, 1))])
    return {
        "normal": rng.normal(size=(150, 1)),
        "two parts": two,
        "skewed": rng.lognormal(size=(120, 1)),
        "far row": np.append(rng.normal(size=(100, 1)), [[60.0]], axis=0),
        "plane": rng.normal(size=(200, 2)) * [1, 3],
        "two parts of five": np.concatenate([rng.normal(size=(90, 5)), rng.normal(5, 1, (90, 5))]),
        "few of many": rng.normal(size=(8, 12)),
        "more than are left out at first": rng.standard_t(3, size=(520, 2)),
    }


SAMPLES = samples()
every_sample = pytest.mark.parametrize("rows", SAMPLES.values(), ids=SAMPLES)


def left_out(log_kernel, log_h):
    """Return minus the log-likelihood of each row under the density of the others."""
    log = log_kernel(np.exp(log_h))
    np.fill_diagonal(log, -np.inf)
    return -np.logaddexp.reduce(log, axis=1).sum() + len(log) * np.log(len(log) - 1)


def normal_kernel(rows):
    squared, d = cdist(rows, rows, "sqeuclidean"), rows.shape[1]
    return lambda h: -squared / (2 * h**2) - d / 2 * np.log(2 * np.pi * h**2)


def student_kernel(rows, freedom=5.0):
    squared, d = cdist(rows, rows, "sqeuclidean"), rows.shape[1]
    constant = gammaln((freedom + d) / 2) - gammaln(freedom / 2)

    def log(h):
        size = (freedom - 2) * h**2
        return (
            constant - d / 2 * np.log(size * np.pi) - (freedom + d) / 2 * np.log1p(squared / size)
        )

    return log


def squared_error(rows, log_h):
    n, h, kernel = len(rows), np.exp(log_h), normal_kernel(rows)
    narrow = np.exp(kernel(h))
    np.fill_diagonal(narrow, 0)
    return np.exp(kernel(np.sqrt(2) * h)).sum() / n**2 - 2 * narrow.sum() / (n * (n - 1))


def brute_force(loss, rows):
    """Return where a loss is least, among the bandwidths that can be selected."""
    n, d = rows.shape
    middle = np.log(silverman_factor(n, d) * np.sqrt(rows.var(axis=0).mean()))
    grid = np.linspace(middle - np.log(20), middle + np.log(4), 60)
    best = grid[np.argmin([loss(log_h) for log_h in grid])]
    low, high = max(grid[0], best - 0.1), min(grid[-1], best + 0.1)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6})
    return np.exp(found.x)


class TestFactors:
    @pytest.mark.parametrize("n", [2, 10, 357])
    @pytest.mark.parametrize("d", [1, 3, 20])
    def test_against_scipy(self, n, d):
        data = np.random.default_rng(0).standard_normal((d, max(n, d + 2)))
        kde = stats.gaussian_kde(data)
        np.testing.assert_allclose(silverman_factor(data.shape[1], d), kde.silverman_factor())
        np.testing.assert_allclose(silverman(data.T), kde.silverman_factor())
        np.testing.assert_allclose(scott(data.T), kde.scotts_factor())

    def test_silvermans_in_one_dimension_is_the_rule_of_thumb(self):
        np.testing.assert_allclose(silverman_factor(50, 1), (4 / 3) ** 0.2 * 50**-0.2)


class TestLikelihood:
    @every_sample
    def test_against_brute_force(self, rows):
        kernel = normal_kernel(rows)
        wanted = brute_force(lambda log_h: left_out(kernel, log_h), rows)
        assert likelihood_cv(rows) == pytest.approx(wanted, rel=0.01)

    @every_sample
    def test_of_students_kernels_against_brute_force(self, rows):
        kernel = student_kernel(rows)
        wanted = brute_force(lambda log_h: left_out(kernel, log_h), rows)
        assert likelihood_cv(rows, freedom=5.0) == pytest.approx(wanted, rel=0.01)

    def test_students_kernels_are_normal_ones_with_much_freedom(self):
        rows = SAMPLES["plane"]
        assert likelihood_cv(rows, freedom=1e5) == pytest.approx(likelihood_cv(rows), rel=1e-2)

    @pytest.mark.parametrize("d", [1, 2, 5])
    def test_of_two_rows_is_their_distance_over_the_root_of_d(self, d):
        # Both are most likely where h^-d exp(-r² / 2h²) is greatest.
        rows = np.zeros((2, d))
        rows[1, 0] = 3
        assert likelihood_cv(rows) == pytest.approx(3 / np.sqrt(d), rel=0.01)

    def test_far_row_makes_normal_kernels_wider_than_students(self):
        rows = SAMPLES["far row"]
        assert likelihood_cv(rows) > 3 * likelihood_cv(rows, freedom=5.0)


class TestLeastSquares:
    @every_sample
    def test_against_the_formula(self, rows):
        wanted = brute_force(lambda log_h: squared_error(rows, log_h), rows)
        least = squared_error(rows, np.log(wanted))
        found = lscv(rows)
        # Where it is flat, there is more than one nearly as good.
        assert squared_error(rows, np.log(found)) < least + 0.02 * abs(least)
        assert found == pytest.approx(wanted, rel=0.01 if rows.shape[1] < 3 else 0.05)


class TestSelected:
    @selectors_and_isj
    @pytest.mark.parametrize("c", [1e-150, 0.003, 700.0, 1e150])
    def test_follow_the_units(self, select, c):
        rows = SAMPLES["plane"]
        np.testing.assert_allclose(select(rows * c) / c, select(rows), rtol=1e-3)

    @selectors_and_isj
    @pytest.mark.parametrize("c", [1e-200, 1e200])
    def test_follow_them_to_where_squares_are_beyond_floats(self, select, c):
        rows = SAMPLES["plane"]
        np.testing.assert_allclose(select(rows * c) / c, select(rows), rtol=1e-3)

    @selectors_and_isj
    def test_do_not_depend_on_where_rows_are(self, select):
        rows = SAMPLES["plane"]
        np.testing.assert_allclose(select(rows + np.array([1e6, -300])), select(rows), rtol=1e-3)

    @every_selector
    def test_do_not_depend_on_axes_nor_order(self, select):
        rows = SAMPLES["two parts of five"]
        turn = stats.ortho_group.rvs(5, random_state=0)
        assert select(rows @ turn) == pytest.approx(select(rows), rel=1e-3)
        assert select(rows[::-1]) == select(rows)

    @every_selector
    def test_duplicates_count_once(self, select):
        rows = SAMPLES["plane"]
        assert select(np.repeat(rows, 4, axis=0)) == select(rows)
        assert select(np.append(rows, rows[:7], axis=0)) == select(rows)

    @every_selector
    def test_many_copies_of_few_points(self, select):
        points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
        found = select(np.repeat(points, 1000, axis=0))
        assert found == select(points)
        assert 0.1 < found < 10

    @every_selector
    def test_rows_that_nearly_coincide_give_the_floor(self, select):
        rng = np.random.default_rng(0)
        points = np.repeat(rng.normal(size=(5, 2)), 40, axis=0)
        rows = points + 1e-9 * rng.normal(size=points.shape)
        floor = silverman_factor(200, 2) * np.sqrt(rows.var(axis=0).mean()) / 20
        assert select(rows) == pytest.approx(floor, rel=1e-6)

    @every_selector
    def test_of_two_rows(self, select):
        found = select(np.array([[0.0, 1.0], [2.0, 1.0]]))
        assert type(found) is float
        assert 0 < found < 10

    @every_selector
    @pytest.mark.parametrize("n", [1, 3])
    def test_of_one_different_row_are_an_error(self, select, n):
        with pytest.raises(ValueError, match="at least two different rows"):
            select(np.ones((n, 2)))

    @every_selector
    def test_of_whole_numbers_and_single_precision(self, select):
        rows = np.random.default_rng(0).integers(-50, 50, (60, 2))
        assert select(rows) == select(rows.astype(np.float64))
        assert select(rows.astype(np.float32)) == pytest.approx(select(rows), rel=1e-3)

    @every_selector
    def test_rows_are_left_alone(self, select):
        rows = SAMPLES["plane"].copy()
        rows.flags.writeable = False
        select(rows)

    @every_selector
    def test_constant_column_does_not_count_but_as_a_dimension(self, select):
        rows = SAMPLES["normal"]
        flat = np.column_stack([rows, np.full(len(rows), 4.0)])
        turned = flat @ np.array([[0.6, 0.8], [-0.8, 0.6]])
        assert np.isfinite(select(flat))
        assert select(turned) == pytest.approx(select(flat), rel=1e-3)

    @every_selector
    def test_of_more_rows_than_are_used(self, select, monkeypatch):
        rng = np.random.default_rng(0)
        rows = rng.normal(size=(900, 2))
        in_order = rows[np.lexsort(rows.T[::-1])]
        monkeypatch.setattr(bandwidth, "MOST_ROWS", 300)
        wanted = select(in_order[::3]) * (300 / 900) ** (1 / 6)
        assert select(rows) == pytest.approx(wanted, rel=2e-3)

    def test_of_more_than_5000_rows_are_near_those_of_all(self, monkeypatch):
        rows = np.random.default_rng(0).normal(size=(5500, 1))
        some = likelihood_cv(rows)
        monkeypatch.setattr(bandwidth, "MOST_ROWS", 5500)
        assert some == pytest.approx(likelihood_cv(rows), rel=0.1)

    @every_selector
    def test_same_at_any_number_of_threads(self, select):
        rows = np.random.default_rng(0).normal(size=(1100, 3))
        one = select(rows, n_jobs=1)
        assert [select(rows, n_jobs=n) for n in (2, 3, -1, None)] == [one] * 4


COLUMNS = {
    "normal": np.random.default_rng(0).normal(size=300),
    "two parts": np.concatenate(
        [
            np.random.default_rng(1).normal(-5, 0.5, 150),
            np.random.default_rng(2).normal(5, 1, 150),
        ]
    ),
    "skewed": np.random.default_rng(0).lognormal(size=300),
    "heavy": np.random.default_rng(0).standard_t(2, size=300),
    "far row": np.append(np.random.default_rng(0).normal(size=300), 60.0),
}


class TestISJ:
    """The equation, from pairs of rows; the method has it from a binned cosine transform."""

    @staticmethod
    def norm(x, s, t):
        """Return the squared norm of a derivative of the density with kernels of variance t."""
        deviation = np.sqrt(2 * t)
        z = np.subtract.outer(x, x) / deviation
        derivatives = eval_hermitenorm(2 * s, z) * stats.norm.pdf(z) / deviation ** (2 * s + 1)
        return (-1) ** s * derivatives.mean()

    def off(self, x, t):
        f = self.norm(x, 7, t)
        for s in range(6, 1, -1):
            moment = np.prod(np.arange(1, 2 * s, 2)) / np.sqrt(2 * np.pi)
            stage = 2 * (1 + 2 ** -(s + 0.5)) / 3 * moment / (x.size * f)
            f = self.norm(x, s, stage ** (2 / (3 + 2 * s)))
        return t - (2 * x.size * np.sqrt(np.pi) * f) ** (-2 / 5)

    @pytest.mark.parametrize("x", COLUMNS.values(), ids=COLUMNS)
    def test_solves_the_equation(self, x):
        h = isj(x[:, np.newaxis])[0]
        assert self.off(x, (0.985 * h) ** 2) < 0 < self.off(x, (1.015 * h) ** 2)
        # There is no smaller solution.
        assert all(self.off(x, (share * h) ** 2) < 0 for share in np.geomspace(0.2, 0.9, 5))

    def test_is_near_silvermans_for_normal_data(self):
        x = np.random.default_rng(0).normal(size=(3000, 1))
        assert isj(x)[0] == pytest.approx(silverman_factor(3000, 1), rel=0.2)

    def test_is_narrower_for_two_parts(self):
        x = COLUMNS["two parts"][:, np.newaxis]
        assert isj(x)[0] < 0.3 * silverman_factor(300, 1) * x.std()

    @pytest.mark.parametrize("d", [2, 4])
    def test_of_many_dimensions(self, d):
        rows = np.random.default_rng(0).normal(size=(400, d)) ** 3
        alone = np.array([isj(rows[:, [j]])[0] for j in range(d)])
        np.testing.assert_allclose(isj(rows), alone * 400 ** (1 / 5 - 1 / (d + 4)))

    @pytest.mark.parametrize("n", [2, 3])
    def test_of_a_few_rows_is_silvermans_and_says_so(self, n):
        x = np.arange(n, dtype=float)[:, np.newaxis] ** 2
        with pytest.warns(UserWarning, match=rf"no solution in 1 of 1 columns of {n} rows.*Silv"):
            found = isj(x)
        np.testing.assert_allclose(found, silverman_factor(n, 1) * x.std(axis=0))

    def test_of_a_constant_column_is_nothing_and_says_so(self):
        x = COLUMNS["normal"]
        with pytest.warns(UserWarning, match="no solution in 1 of 2 columns"):
            found = isj(np.column_stack([x, np.full(300, 7.0)]))
        assert found[1] == 0
        np.testing.assert_allclose(found[0], isj(x[:, np.newaxis])[0] * 300 ** (1 / 5 - 1 / 6))

    def test_of_whole_numbers(self):
        x = np.random.default_rng(0).permutation(1000)[:200, np.newaxis]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            np.testing.assert_array_equal(isj(x), isj(x.astype(np.float64)))
