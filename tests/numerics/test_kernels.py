"""Densities that are sums of kernels, against SciPy, scikit-learn and loops."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.special import gamma
from sklearn.covariance import ledoit_wolf

from skresample.numerics import kernels as module
from skresample.numerics.bandwidth import likelihood_cv, silverman_factor
from skresample.numerics.kernels import (
    FREEDOM,
    KERNELS,
    MOST_ADAPTED,
    Kernels,
    Neighborhoods,
    Spiked,
    abramson_factors,
    best_scale,
    ledoit_wolf_weight,
    matrix_sqrt,
    shrunk_covariances,
    with_covariance,
)

every_shape = pytest.mark.parametrize("kernel", KERNELS)
every_width = pytest.mark.parametrize("own", [False, True], ids=["one root", "own roots"])
every_scale = pytest.mark.parametrize("scaled", [False, True], ids=["one scale", "own scales"])


def some(own=False, scaled=False, kernel="gaussian", m=7, d=3, seed=0):
    """Return a density of m kernels in d dimensions."""
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(m, d, d) if own else (d, d)) + 1.5 * np.eye(d)
    scales = rng.uniform(0.3, 2, m) if scaled else None
    return Kernels(3 * rng.normal(size=(m, d)) + 10, roots, scales, kernel)


def covariances(density):
    """Return the covariance of each kernel."""
    m, d = density.centers.shape
    roots = np.broadcast_to(density.roots, (m, d, d))
    scales = np.ones(m) if density.scales is None else density.scales
    return np.array([s**2 * root @ root.T for s, root in zip(scales, roots, strict=True)])


def log_kernel(x, centre, covariance, kernel):
    """Return the logarithm of one kernel at each row."""
    d = centre.size
    if kernel == "gaussian":
        return stats.multivariate_normal(centre, covariance).logpdf(x)
    if kernel == "student":
        shape = covariance * (FREEDOM - 2) / FREEDOM
        return stats.multivariate_t(centre, shape, FREEDOM).logpdf(x)
    # (d + 2) / 2 over the volume of the ellipsoid, whose half axes are sqrt(d + 4) deviations.
    volume = np.pi ** (d / 2) / gamma(d / 2 + 1) * np.sqrt(np.linalg.det((d + 4) * covariance))
    away = np.einsum("ni,ij,nj->n", x - centre, np.linalg.inv(covariance), x - centre)
    with np.errstate(divide="ignore"):
        return np.log((d + 2) / 2 / volume * np.maximum(0, 1 - away / (d + 4)))


def by_hand(density, x):
    return np.column_stack(
        [
            log_kernel(x, centre, covariance, density.kernel)
            for centre, covariance in zip(density.centers, covariances(density), strict=True)
        ]
    )


def around(density, n=40, seed=1):
    """Return rows near the kernels and a few far away."""
    rng = np.random.default_rng(seed)
    rows = density.centers[rng.integers(0, len(density.centers), n)]
    return rows + rng.normal(size=rows.shape) * np.geomspace(0.1, 30, n)[:, np.newaxis]


class TestLogDensity:
    @every_shape
    @every_width
    @every_scale
    @pytest.mark.parametrize("d", [1, 3])
    def test_against_scipy(self, kernel, own, scaled, d):
        density = some(own, scaled, kernel, d=d)
        x = around(density)
        each = by_hand(density, x)
        np.testing.assert_allclose(density.log_kernels(x), each, rtol=1e-8, atol=1e-8)
        wanted = np.logaddexp.reduce(each, axis=1) - np.log(7)
        np.testing.assert_allclose(density.log_density(x), wanted, rtol=1e-8, atol=1e-8)

    def test_against_scipys_kde(self):
        rows = np.random.default_rng(0).normal(size=(50, 2)) @ [[1, 2], [0, 0.5]] + [100, -5]
        kde = stats.gaussian_kde(rows.T, "silverman")
        density = Kernels(rows, np.linalg.cholesky(kde.covariance))
        x = around(density, 100)
        np.testing.assert_allclose(density.log_density(x), kde.logpdf(x.T), rtol=1e-8)

    @every_shape
    @every_scale
    def test_integrates_to_one(self, kernel, scaled):
        density = some(False, scaled, kernel, d=1)
        x = np.linspace(-400, 400, 400_001)[:, np.newaxis] + 10
        assert np.trapezoid(np.exp(density.log_density(x)), x[:, 0]) == pytest.approx(1, abs=1e-6)

    @every_shape
    def test_integrates_to_one_in_a_plane(self, kernel):
        density = some(True, True, kernel, m=2, d=2)
        x = np.linspace(-60, 80, 701)
        grid = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
        total = np.exp(density.log_density(grid)).sum() * (x[1] - x[0]) ** 2
        assert total == pytest.approx(1, abs=2e-3)

    @every_width
    def test_of_own_weights(self, own):
        density = some(own)
        x = around(density)
        weights = np.log(np.random.default_rng(0).random((len(x), 7)))
        weights[3, :6] = -np.inf
        weights[5] = -np.inf
        with np.errstate(divide="ignore"):
            wanted = np.log(np.exp(by_hand(density, x) + weights).mean(axis=1))
        keep = np.isfinite(wanted)
        found = density.log_density(x, weights)
        np.testing.assert_allclose(found[keep], wanted[keep], rtol=1e-8)
        assert found[5] == -np.inf

    def test_far_away_does_not_underflow(self):
        x = np.full((1, 3), 1e6)
        assert -1e14 < some().log_density(x)[0] < -1e10
        assert some(kernel="epanechnikov").log_density(x)[0] == -np.inf

    @every_width
    def test_in_parts(self, own, monkeypatch):
        density = some(own)
        x = around(density)
        wanted = density.log_density(x)
        monkeypatch.setattr(module, "BLOCK_VALUES", 64)
        np.testing.assert_allclose(density.log_density(x), wanted, rtol=1e-12)

    @every_width
    def test_of_no_columns_is_one(self, own):
        density = some(own).marginal(np.arange(0))
        np.testing.assert_allclose(density.log_density(np.empty((4, 0))), 0, atol=1e-14)

    def test_of_whole_numbers(self):
        centers = np.arange(6).reshape(3, 2)
        x = centers[::-1] + 1
        found = Kernels(centers, np.eye(2, dtype=int)).log_density(x)
        np.testing.assert_allclose(found, Kernels(centers * 1.0, np.eye(2)).log_density(x * 1.0))


class TestDraw:
    @every_shape
    @every_width
    @every_scale
    def test_has_the_covariance_that_it_says(self, kernel, own, scaled):
        density = some(own, scaled, kernel)
        wanted = covariances(density).mean(axis=0)
        np.testing.assert_allclose(density.covariance(), wanted, rtol=1e-12)
        which = np.repeat(np.arange(7), 30_000)
        off = density.draw(which, np.random.default_rng(0)) - density.centers[which]
        deviation = np.sqrt(np.diag(wanted))
        np.testing.assert_allclose(off.mean(axis=0) / deviation, 0, atol=0.012)
        error = (off.T @ off / which.size - wanted) / np.outer(deviation, deviation)
        assert np.abs(error).max() < 0.03

    @every_shape
    @pytest.mark.parametrize("d", [1, 4])
    def test_lengths_are_those_of_the_shape(self, kernel, d):
        density = Kernels(np.zeros((1, d)), np.eye(d), None, kernel)
        drawn = density.draw(np.zeros(4000, dtype=np.intp), np.random.default_rng(0))
        squared = (drawn**2).sum(axis=1)
        law = {
            "gaussian": stats.chi2(d),
            "student": stats.f(d, FREEDOM, scale=d * (FREEDOM - 2) / FREEDOM),
            "epanechnikov": stats.beta(d / 2, 2, scale=d + 4),
        }[kernel]
        assert stats.kstest(squared, law.cdf).pvalue > 1e-3
        # No direction is preferred.
        signs = (drawn > 0) @ (1 << np.arange(d))
        assert stats.chisquare(np.bincount(signs, minlength=1 << d)).pvalue > 1e-3

    @pytest.mark.parametrize(
        "which",
        [
            np.repeat(np.arange(7), 5),
            np.repeat(np.arange(7), [1, 40, 0, 3, 0, 2, 9]),
            np.random.default_rng(0).integers(0, 7, 60),
            np.array([6, 6, 0, 0, 0, 6, 3, 0]),
            np.array([4]),
        ],
        ids=["even runs", "uneven runs", "in no order", "returning", "one"],
    )
    @every_scale
    @every_shape
    def test_of_own_roots_is_a_loop_over_rows(self, which, scaled, kernel):
        density = some(True, scaled, kernel)
        # One kernel after the other has the same noise as the root of one.
        plain = replace(density, centers=np.zeros((7, 3)), roots=np.eye(3))
        noise = plain.draw(which, np.random.default_rng(3))
        wanted = [
            density.roots[j] @ z + density.centers[j] for j, z in zip(which, noise, strict=True)
        ]
        found = density.draw(which, np.random.default_rng(3))
        np.testing.assert_allclose(found, wanted, rtol=1e-12)

    @every_shape
    @every_width
    def test_of_none(self, kernel, own):
        density = some(own, True, kernel)
        empty = np.empty(0, dtype=np.intp)
        assert density.draw(empty, np.random.default_rng(0)).shape == (0, 3)

    @every_width
    @pytest.mark.parametrize("kernel", ["gaussian", "student"])
    def test_of_no_columns(self, kernel, own):
        density = some(own, True, kernel).marginal(np.arange(0))
        assert density.draw(np.arange(5), np.random.default_rng(0)).shape == (5, 0)

    def test_leaves_its_attributes_alone(self):
        density = some(True, True)
        for values in (density.centers, density.roots, density.scales):
            values.flags.writeable = False
        density.draw(np.arange(7), np.random.default_rng(0))
        density.log_density(around(density))


@every_width
@every_scale
class TestDerived:
    @pytest.mark.parametrize("kernel", ["gaussian", "student"])
    @pytest.mark.parametrize("columns", [[0], [2], [0, 2], [0, 1, 2]])
    def test_marginal(self, own, scaled, kernel, columns):
        density = some(own, scaled, kernel)
        x = around(density)[:, columns]
        marginal = [
            log_kernel(x, centre[columns], covariance[np.ix_(columns, columns)], kernel)
            for centre, covariance in zip(density.centers, covariances(density), strict=True)
        ]
        wanted = np.logaddexp.reduce(marginal, axis=0) - np.log(7)
        found = density.marginal(np.array(columns)).log_density(x)
        np.testing.assert_allclose(found, wanted, rtol=1e-8)

    def test_marginal_has_the_columns_in_the_order_given(self, own, scaled):
        density = some(own, scaled)
        x, turned = around(density), np.array([2, 0, 1])
        found = density.marginal(turned).log_density(x[:, turned])
        np.testing.assert_allclose(found, density.log_density(x), rtol=1e-8)

    @every_shape
    def test_mapped(self, own, scaled, kernel):
        density = some(own, scaled, kernel)
        rng = np.random.default_rng(5)
        matrix, offset = rng.normal(size=(3, 3)), rng.normal(size=3)
        x = around(density)
        mapped = density.mapped(matrix, offset)
        wanted = density.log_density(x) - np.linalg.slogdet(matrix)[1]
        np.testing.assert_allclose(mapped.log_density(x @ matrix.T + offset), wanted, rtol=1e-7)
        which = np.arange(7)
        drawn = density.draw(which, np.random.default_rng(0)) @ matrix.T + offset
        np.testing.assert_allclose(mapped.draw(which, np.random.default_rng(0)), drawn, rtol=1e-9)

    def test_take(self, own, scaled):
        density = some(own, scaled)
        x, which = around(density), np.array([5, 0, 5, 2])
        found = density.take(which).log_kernels(x)
        np.testing.assert_allclose(found, density.log_kernels(x)[:, which], rtol=1e-8)

    def test_squared_distances(self, own, scaled):
        density = some(own, scaled, m=40)
        squared = density.squared_distances()
        inverses = np.linalg.inv(covariances(density))
        off = density.centers[:, np.newaxis] - density.centers
        wanted = np.einsum("nmi,mij,nmj->nm", off, inverses, off)
        np.fill_diagonal(wanted, np.inf)
        # In single precision, of what is far from the mean.
        scale = wanted[np.isfinite(wanted)].max()
        np.testing.assert_allclose(squared, wanted, rtol=2e-4, atol=1e-6 * scale)
        assert squared.dtype == np.float32
        heights = [
            log_kernel(centre[np.newaxis], centre, covariance, "gaussian")
            for centre, covariance in zip(density.centers, covariances(density), strict=True)
        ]
        np.testing.assert_allclose(density.log_heights(), np.ravel(heights), rtol=1e-8)

    @every_shape
    def test_with_covariance(self, own, scaled, kernel):
        rng = np.random.default_rng(2)
        density = some(own, scaled, kernel)
        target = np.cov(rng.normal(size=(3, 10)) * [[1], [100], [0.01]])
        found = with_covariance(density, target)
        of_centers = np.cov(found.centers.T, ddof=0)
        np.testing.assert_allclose(
            of_centers + found.covariance(), target, rtol=1e-8, atol=1e-8 * np.abs(target).min()
        )
        np.testing.assert_allclose(found.centers.mean(axis=0), density.centers.mean(axis=0))


@every_width
def test_marginal_of_epanechnikovs_is_an_error(own):
    density = some(own, kernel="epanechnikov")
    with pytest.raises(ValueError, match=r"epanechnikov.*another kernel"):
        density.marginal(np.array([1]))
    assert density.marginal(np.arange(3)) is density


def test_with_covariance_moves_centers_towards_the_mean():
    """With the covariance of the centers as the target, by S^(1/2) (S + H)^(-1/2)."""
    rows = np.random.default_rng(0).normal(size=(30, 1)) + 4
    found = with_covariance(Kernels(rows, np.array([[0.5]])), np.array([[rows.var()]]))
    factor = np.sqrt(rows.var() / (rows.var() + 0.25))
    np.testing.assert_allclose(found.centers, rows.mean() + factor * (rows - rows.mean()))
    np.testing.assert_allclose(found.roots, 0.5 * factor)


class TestMatrixRoot:
    @pytest.mark.parametrize("d", [1, 2, 6])
    @pytest.mark.parametrize("size", [1e-150, 1.0, 1e150])
    def test_is_symmetric_and_squares_to_the_matrix(self, d, size):
        matrix = size * stats.wishart.rvs(d + 2, np.eye(d), random_state=0).reshape(d, d)
        root, inverse = matrix_sqrt(matrix), matrix_sqrt(matrix, inverse=True)
        np.testing.assert_allclose(root, root.T, rtol=1e-12, atol=1e-13 * np.sqrt(size))
        np.testing.assert_allclose(root @ root, matrix, rtol=1e-9, atol=1e-13 * size)
        np.testing.assert_allclose(root @ inverse, np.eye(d), atol=1e-10)

    def test_of_a_singular_matrix(self):
        root = matrix_sqrt(np.ones((2, 2)))
        np.testing.assert_allclose(root @ root, np.ones((2, 2)), atol=1e-7)


class TestShrunk:
    @pytest.mark.parametrize(("k", "d"), [(2, 1), (2, 4), (5, 3), (300, 2), (6, 30)])
    def test_against_sklearn(self, k, d):
        rows = np.random.default_rng(0).normal(size=(3, k, d)) * np.arange(1, d + 1) + 7
        for own, found in zip(rows, shrunk_covariances(rows), strict=True):
            wanted = np.atleast_2d(ledoit_wolf(own)[0])
            np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-12)

    def test_is_not_singular(self):
        rows = np.random.default_rng(0).normal(size=(1, 3, 10))
        assert np.linalg.eigvalsh(shrunk_covariances(rows)[0]).min() > 0.01

    def test_of_rows_at_one_place_is_zero(self):
        np.testing.assert_array_equal(shrunk_covariances(np.full((2, 4, 3), 0.1)), 0)


class TestNeighborhoods:
    rows = np.random.default_rng(0).normal(size=(20, 2)) @ [[2, 1], [0, 0.5]] + [50, -3]
    around = np.array([np.arange(6), np.arange(5, 11), np.arange(13, 19)])

    @pytest.mark.parametrize("scale", [1.0, 0.3])
    def test_draws_have_the_moments_of_the_neighbourhood(self, scale):
        density = Neighborhoods(self.rows, self.around, scale)
        drawn = density.draw(np.repeat(np.arange(3), 60_000), np.random.default_rng(0))
        for near, new in zip(self.around, drawn.reshape(3, -1, 2), strict=True):
            wanted = scale * np.cov(self.rows[near].T, ddof=0)
            deviation = np.sqrt(np.diag(wanted))
            off = (np.cov(new.T) - wanted) / np.outer(deviation, deviation)
            assert np.abs(off).max() < 0.03
            far = (new.mean(axis=0) - self.rows[near].mean(axis=0)) / deviation
            np.testing.assert_allclose(far, 0, atol=0.02)
            assert (
                stats.kstest(new[:5000, 0], "norm", (new[:, 0].mean(), new[:, 0].std()))[1] > 1e-3
            )

    @pytest.mark.parametrize("columns", [[0, 1], [1]])
    def test_log_density_against_scipy(self, columns):
        x = self.rows[:, columns] + 0.1
        each = [
            stats.multivariate_normal(
                self.rows[near][:, columns].mean(axis=0),
                0.7 * np.cov(self.rows[near][:, columns].T, ddof=0),
            ).logpdf(x)
            for near in self.around
        ]
        density = Neighborhoods(self.rows, self.around, 0.7).marginal(np.array(columns))
        np.testing.assert_allclose(density.log_kernels(x), np.transpose(each), rtol=1e-8)
        wanted = np.logaddexp.reduce(each, axis=0) - np.log(3)
        np.testing.assert_allclose(density.log_density(x), wanted, rtol=1e-8)
        np.testing.assert_allclose(density.take(np.array([1])).log_density(x), each[1], rtol=1e-8)

    def test_rescaled(self):
        scale, offset = np.array([2.0, 3.0]), np.array([5.0, -1.0])
        density = Neighborhoods(self.rows, self.around, 0.7)
        rescaled = density.rescaled(scale, offset)
        which = np.array([2, 0, 1, 1])
        drawn = density.draw(which, np.random.default_rng(0)) * scale + offset
        np.testing.assert_allclose(rescaled.draw(which, np.random.default_rng(0)), drawn)
        wanted = density.log_density(self.rows) - np.log(6)
        found = rescaled.log_density(self.rows * scale + offset)
        np.testing.assert_allclose(found, wanted, rtol=1e-8)

    def test_in_parts(self, monkeypatch):
        density, which = Neighborhoods(self.rows, self.around, 0.7), np.array([0, 0, 2, 1, 1])
        drawn = density.draw(which, np.random.default_rng(0))
        log = density.log_density(self.rows)
        monkeypatch.setattr(module, "BLOCK_VALUES", 1)
        found = density.draw(which, np.random.default_rng(0))
        np.testing.assert_allclose(found, drawn, rtol=1e-12)
        np.testing.assert_allclose(density.log_density(self.rows), log, rtol=1e-12)

    @pytest.mark.parametrize("seed", range(12))
    def test_flat_ones_are_shrunk(self, seed):
        # Four rows of four features are in a hyperplane, if not for the sake of rounding.
        rows = np.random.default_rng(seed).normal(size=(4, 4))
        density = Neighborhoods(rows, np.arange(4)[np.newaxis], 0.5)
        shrunk = 0.5 * ledoit_wolf(rows)[0]
        wanted = stats.multivariate_normal(rows.mean(axis=0), shrunk).logpdf(rows + 0.1)
        np.testing.assert_allclose(density.log_density(rows + 0.1), wanted, rtol=1e-5)

    def test_of_one_row_is_narrow(self):
        density = Neighborhoods(self.rows, np.zeros((1, 4), dtype=np.intp))
        drawn = density.draw(np.zeros(3, dtype=np.intp), np.random.default_rng(0))
        np.testing.assert_allclose(drawn, np.tile(self.rows[0], (3, 1)), rtol=1e-12)
        assert np.isfinite(density.log_density(self.rows[:1])).all()


class TestAbramson:
    def test_by_hand(self):
        # The geometric mean of 1, 4 and 16 is 4.
        np.testing.assert_allclose(abramson_factors(np.log([1.0, 4.0, 16.0])), [2, 1, 0.5])

    def test_does_not_depend_on_the_unit(self):
        log = np.random.default_rng(0).normal(size=30)
        np.testing.assert_allclose(abramson_factors(log + 700), abramson_factors(log))

    def test_is_kept_in_bounds(self):
        log = np.array([-1e5, 0.0, 0.0, 1e5])
        np.testing.assert_allclose(abramson_factors(log), [MOST_ADAPTED, 1, 1, 1 / MOST_ADAPTED])

    def test_of_a_row_without_density_is_the_greatest(self):
        # Epanechnikov's kernels end; with some of the rows as pilots, others may be beyond.
        found = abramson_factors(np.array([-np.inf, *np.log([1.0, 4.0, 16.0])]))
        np.testing.assert_allclose(found, [MOST_ADAPTED, 2, 1, 0.5])


class TestBestScale:
    def brute_force(self, density):
        """Return the factor by which kernels make each row most likely, without its own."""
        rows = density.centers

        def loss(log_h):
            h = np.exp(log_h)
            log = replace(density, roots=density.roots * h).log_kernels(rows)
            np.fill_diagonal(log, -np.inf)
            return -np.logaddexp.reduce(log, axis=1).mean()

        middle = np.log(silverman_factor(*rows.shape))
        grid = np.linspace(middle - np.log(20), middle + np.log(4), 60)
        best = grid[np.argmin([loss(log_h) for log_h in grid])]
        found = minimize_scalar(
            loss, bounds=(best - 0.1, min(best + 0.1, grid[-1])), method="bounded"
        )
        return np.exp(found.x)

    @pytest.mark.parametrize("kernel", ["gaussian", "student"])
    @every_width
    @every_scale
    def test_against_brute_force(self, kernel, own, scaled):
        density = some(own, scaled, kernel, m=80, d=2)
        assert best_scale(density) == pytest.approx(self.brute_force(density), rel=0.01)

    @pytest.mark.parametrize("kernel", ["gaussian", "student"])
    @pytest.mark.parametrize("d", [10, 40, 60])
    def test_of_kernels_of_very_different_volumes(self, kernel, d):
        # As far apart as adapted ones can be: 25^40 is more than single precision holds.
        rng = np.random.default_rng(0)
        scales = np.repeat([1 / MOST_ADAPTED, MOST_ADAPTED], 50)
        density = Kernels(scales[:, np.newaxis] * rng.normal(size=(100, d)), np.eye(d), scales)
        density = replace(density, kernel=kernel)
        assert best_scale(density) == pytest.approx(self.brute_force(density), rel=0.01)

    def test_of_one_root_is_the_likelihoods_bandwidth(self):
        rows = np.random.default_rng(0).normal(size=(120, 3))
        assert best_scale(Kernels(rows, np.eye(3))) == pytest.approx(likelihood_cv(rows), rel=5e-3)

    @every_width
    def test_follows_the_roots(self, own):
        density = some(own, m=80)
        density = replace(density, roots=density.roots * 9)
        smaller = replace(density, roots=density.roots * 0.5)
        assert best_scale(smaller) == pytest.approx(2 * best_scale(density), rel=5e-3)

    def test_of_more_rows_than_are_used(self, monkeypatch):
        density = some(True, m=90)
        monkeypatch.setattr(module, "MOST_ROWS", 30)
        wanted = best_scale(density.take(np.arange(0, 90, 3))) * (30 / 90) ** (1 / 7)
        assert best_scale(density) == pytest.approx(wanted)

    def test_same_at_any_number_of_threads(self):
        density = some(True, True, m=1100, d=2)
        assert len({best_scale(density, n_jobs=n) for n in (1, 2, 3, None)}) == 1


class TestSpiked:
    rows = np.random.default_rng(0).normal(size=(3, 6))
    root = Spiked.of(0.5, rows)
    covariance = 0.5 * np.eye(6) + rows.T @ rows
    # With less along its axes than elsewhere.
    inner = Spiked(2.0, root.axes, np.array([1.0, -1.5, -0.5]))

    def test_is_a_root(self):
        root = self.root.apply(np.eye(6))
        np.testing.assert_allclose(root @ root, self.covariance, atol=1e-12)
        np.testing.assert_allclose(self.root.solve(root), np.eye(6), atol=1e-12)
        half = np.linalg.slogdet(self.covariance)[1] / 2
        assert self.root.log_determinant() == pytest.approx(half)
        np.testing.assert_allclose(self.root.scaled(3).apply(np.eye(6)), 3 * root)

    @pytest.mark.parametrize("columns", [[0, 2], [1, 2, 3, 5], [4]])
    @pytest.mark.parametrize("name", ["root", "inner"])
    def test_marginal(self, name, columns):
        root = getattr(self, name)
        wanted = (root.apply(np.eye(6)) @ root.apply(np.eye(6)))[np.ix_(columns, columns)]
        found = root.marginal(np.array(columns)).apply(np.eye(len(columns)))
        np.testing.assert_allclose(found @ found, wanted, atol=1e-12)

    @every_shape
    @every_scale
    def test_kernels_are_those_of_the_matrix(self, kernel, scaled):
        dense = some(False, scaled, kernel, d=6)
        dense = replace(dense, roots=self.inner.apply(np.eye(6)))
        spiked = replace(dense, roots=self.inner)
        x = around(dense)
        np.testing.assert_allclose(spiked.log_density(x), dense.log_density(x), rtol=1e-9)
        for name in ("squared_distances", "log_heights"):
            found, wanted = getattr(spiked, name)(), getattr(dense, name)()
            np.testing.assert_allclose(found, wanted, rtol=1e-4)
        np.testing.assert_allclose(spiked.covariance(), dense.covariance(), rtol=1e-9, atol=1e-12)
        which = np.array([0, 0, 3])
        drawn = [one.draw(which, np.random.default_rng(0)) for one in (spiked, dense)]
        np.testing.assert_allclose(*drawn)
        if kernel != "epanechnikov":
            columns = np.array([1, 4])
            found = spiked.marginal(columns).log_density(x[:, columns])
            wanted = dense.marginal(columns).log_density(x[:, columns])
            np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_weight_of_ledoit_and_wolf_without_the_covariance():
    rows = np.random.default_rng(0).normal(size=(7, 20)) * np.arange(1, 21)
    assert ledoit_wolf_weight(rows) == pytest.approx(ledoit_wolf(rows)[1])
