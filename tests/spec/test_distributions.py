"""Named distributions against SciPy, and against what the draws came from."""

import numpy as np
import pytest
from scipy import integrate, stats

from skresample.spec._distributions import CANDIDATES, Named, are_whole, fit_named

TRUE = {
    "norm": lambda rng, n: rng.normal(-3, 2, n),
    "t": lambda rng, n: 5 + 2 * rng.standard_t(3, n),
    "laplace": lambda rng, n: rng.laplace(1, 4, n),
    "uniform": lambda rng, n: rng.uniform(-2, 7, n),
    "gumbel_r": lambda rng, n: rng.gumbel(-1, 2, n),
    "gumbel_l": lambda rng, n: -rng.gumbel(-1, 2, n),
    "expon": lambda rng, n: rng.exponential(3, n),
    "gamma": lambda rng, n: rng.gamma(3, 10, n),
    "lognorm": lambda rng, n: rng.lognormal(8, 0.6, n),
    "weibull_min": lambda rng, n: 1e6 * rng.weibull(3, n),
    "beta": lambda rng, n: rng.beta(0.7, 0.5, n),
    "bernoulli": lambda rng, n: rng.integers(0, 2, n),
    "poisson": lambda rng, n: rng.poisson(3, n),
    "nbinom": lambda rng, n: rng.negative_binomial(2, 0.1, n),
    "geom": lambda rng, n: rng.geometric(0.2, n),
    "randint": lambda rng, n: rng.integers(-3, 9, n),
}


class TestFit:
    @pytest.mark.parametrize("name", TRUE)
    def test_finds_what_the_values_came_from(self, name):
        values = TRUE[name](np.random.default_rng(0), 3000).astype(float)
        best, second = fit_named(values, CANDIDATES, values_a_parameter=5)[:2]
        assert best.distribution.name == name
        if name == "randint":  # of whole numbers, the rounded uniform one is the same
            assert second.distribution.name == "uniform"
        else:
            assert best.bic < second.bic
        assert best.distance < 0.04

    @pytest.mark.parametrize(
        "name", ["norm", "laplace", "gamma", "lognorm", "weibull_min", "expon"]
    )
    def test_parameters_are_as_likely_as_scipys(self, name):
        values = np.random.default_rng(0).gamma(2, 5, 200)
        family, fixed = getattr(stats, name), {}
        if name in ("gamma", "lognorm", "weibull_min", "expon"):
            fixed = {"floc": 0}
        wanted = family.logpdf(values, *family.fit(values, **fixed)).sum()
        [found] = fit_named(values, [name])
        k = 1 if name == "expon" else 2
        np.testing.assert_allclose(k * np.log(200) - 2 * wanted, found.bic, rtol=1e-5)

    def test_students_is_nearly_as_likely_as_scipys(self):
        values = 3 + 2 * np.random.default_rng(0).standard_t(4.4, 500)
        wanted = stats.t.logpdf(values, *stats.t.fit(values)).sum()
        [found] = fit_named(values, ["t"])
        assert abs((3 * np.log(500) - found.bic) / 2 - wanted) < 0.5

    def test_negative_binomial_solves_the_likelihood_equation(self):
        values = np.random.default_rng(0).negative_binomial(2, 0.1, 500).astype(float)
        [found] = fit_named(values, ["nbinom"])
        n, p = found.distribution.parameters["n"], found.distribution.parameters["p"]
        for other in (0.98, 1.02):
            worse = stats.nbinom.logpmf(values, n * other, n * other / (n * other + values.mean()))
            assert worse.sum() < stats.nbinom.logpmf(values, n, p).sum()

    def test_distance_is_that_of_kolmogorov_and_smirnov(self):
        values = np.random.default_rng(0).gamma(2, 5, 200)
        [found] = fit_named(values, ["norm"])
        wanted = stats.kstest(values, "norm", args=(values.mean(), values.std())).statistic
        np.testing.assert_allclose(found.distance, wanted, rtol=1e-9)

    def test_whole_numbers_are_rounded_draws(self):
        """P(k) is that of k - 1/2 to k + 1/2, held against Poisson's of the same numbers."""
        values = np.array([3.0, 4, 4, 5, 7])
        fits = {fit.distribution.name: fit for fit in fit_named(values, ["norm", "poisson"])}
        normal = stats.norm(values.mean(), values.std())
        by_hand = (
            2 * np.log(5) - 2 * np.log(normal.cdf(values + 0.5) - normal.cdf(values - 0.5)).sum()
        )
        np.testing.assert_allclose(fits["norm"].bic, by_hand)
        by_hand = np.log(5) - 2 * stats.poisson.logpmf(values, 4.6).sum()
        np.testing.assert_allclose(fits["poisson"].bic, by_hand)

    def test_what_cannot_have_such_values_is_left_out(self):
        values = np.array([-1.0, 0.5, 2.0])
        names = {fit.distribution.name for fit in fit_named(values, CANDIDATES)}
        assert names.isdisjoint({"gamma", "lognorm", "weibull_min", "expon", "poisson", "randint"})
        assert fit_named(values, ["lognorm", "poisson"]) == []

    @pytest.mark.parametrize("n", [2, 3, 4, 5, 9, 10, 14, 15])
    def test_few_values_have_few_parameters(self, n):
        values = np.random.default_rng(0).gamma(2, 5, n)
        names = {f.distribution.name for f in fit_named(values, CANDIDATES, values_a_parameter=5)}
        assert "norm" in names
        assert ("expon" in names) == (n >= 5)
        assert ("gamma" in names) == (n >= 10)
        assert ("t" in names) == (n >= 15)

    @pytest.mark.parametrize(
        "values",
        [
            np.r_[np.zeros(99), 1e150],
            np.random.default_rng(0).normal(size=50) * 1e300,
            1e9 + np.random.default_rng(0).normal(size=50),
            np.random.default_rng(0).normal(size=50) * 1e-300,
            np.r_[np.zeros(20_000), 1.0],
        ],
        ids=["far", "huge", "shifted", "tiny", "rare"],
    )
    def test_of_any_size(self, values):
        best = fit_named(values, CANDIDATES, values_a_parameter=5)[0].distribution
        drawn = best.ppf(np.random.default_rng(1).random(1000))
        assert np.isfinite(drawn).all()
        assert drawn.size == 1000

    def test_many_values_are_told_by_their_quantiles(self):
        values = np.random.default_rng(0).gamma(2, 5, 60_000)
        [found] = fit_named(values, ["gamma"])
        wanted = (
            2 * np.log(60_000)
            - 2 * stats.gamma.logpdf(values, *stats.gamma.fit(values, floc=0)).sum()
        )
        np.testing.assert_allclose(found.bic, wanted, rtol=1e-3)
        [found] = fit_named(values, ["uniform"])
        parameters = found.distribution.parameters
        assert parameters["loc"] == values.min()
        np.testing.assert_allclose(parameters["loc"] + parameters["scale"], values.max())


def test_whole_numbers_are_told():
    assert are_whole(np.array([1.0, -2.0]))
    assert not are_whole(np.array([1.0, 0.5]))
    assert not are_whole(np.array([1.0, 2.0**60]))


NORMAL, COUNTS = {"loc": 1.0, "scale": 2.0}, {"mu": 4.0}
CUT = [
    Named("norm", NORMAL),
    Named("norm", NORMAL, 0.0, 3.0),
    Named("norm", NORMAL, whole=True),
    Named("norm", NORMAL, -1.0, 4.0, whole=True),
    Named("poisson", COUNTS),
    Named("poisson", COUNTS, 2.0, 6.0),
    Named("poisson", {"mu": 4.0, "loc": -3.0}, -1.0, 3.0, whole=True),
    Named("gamma", {"a": 2.0, "scale": 3.0}, 1.0),
]


class TestNamed:
    @pytest.mark.parametrize("named", CUT, ids=str)
    def test_draws_follow_its_probabilities(self, named):
        drawn = named.ppf(np.random.default_rng(0).random(40_000))
        assert drawn.min() >= named.low
        assert drawn.max() <= named.high
        values, counts = np.unique(drawn, return_counts=True)
        below, up_to, density = named.cdf_below(values), named.cdf(values), named.pdf(values)
        ends = np.cumsum(counts) / drawn.size
        assert np.abs(up_to - ends).max() < 0.01
        assert np.abs(below - (ends - counts / drawn.size)).max() < 0.01
        if named.whole or named.is_discrete:
            assert (drawn == np.floor(drawn)).all()
            np.testing.assert_allclose(density, up_to - below, atol=1e-12)

    def test_bounds_cut_off_and_the_rest_is_as_before(self):
        named = CUT[1]
        wanted = stats.truncnorm((0 - 1) / 2, (3 - 1) / 2, loc=1, scale=2)
        q = np.linspace(0, 1, 21)[1:-1]
        np.testing.assert_allclose(named.ppf(q), wanted.ppf(q))
        grid = np.linspace(-1, 4, 30)
        np.testing.assert_allclose(named.cdf(grid), wanted.cdf(grid), atol=1e-12)
        np.testing.assert_allclose(named.pdf(grid), wanted.pdf(grid), atol=1e-12)

    def test_density_integrates_to_one(self):
        total = integrate.quad(lambda x: CUT[7].pdf(np.array([x]))[0], 1, 200)[0]
        np.testing.assert_allclose(total, 1, rtol=1e-6)

    @pytest.mark.parametrize("q", [0.0, 1.0])
    def test_ends_are_finite(self, q):
        for named in CUT:
            assert np.isfinite(named.ppf(np.array([q]))).all()
