"""The samplers from densities, against what the papers say and what can be computed by hand."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from samplers import blobs
from scipy import stats
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf
from sklearn.exceptions import NotFittedError

from skresample import (
    ROSE,
    GaussianCopulaOverSampler,
    KDEOverSampler,
    MarginalSampler,
    MultivariateGaussianSMOTE,
    RWOSampling,
)
from skresample.density import kde as kde_module

SAMPLERS = [
    KDEOverSampler(random_state=0),
    KDEOverSampler(covariance="diagonal", bandwidth="isj", random_state=0),
    KDEOverSampler(covariance="full", kernel="gaussian", random_state=0),
    KDEOverSampler(adaptive=True, kernel="epanechnikov", random_state=0),
    KDEOverSampler(marginals="normal_score", random_state=0),
    ROSE(random_state=0),
    RWOSampling(random_state=0),
    MultivariateGaussianSMOTE(random_state=0),
    GaussianCopulaOverSampler(random_state=0),
]
every_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
WITH_DENSITY = [s for s in SAMPLERS if "epanechnikov" not in str(s)]


def bent(n=200, seed=0):
    """Return rows around half a circle, and as many others, as two classes."""
    rng = np.random.default_rng(seed)
    angle = np.pi * rng.random(n)
    rows = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(n, 2))
    return np.concatenate([rows, rng.normal(size=(2 * n, 2)) * 3]), np.repeat([1, 0], [n, 2 * n])


def skewed(n=300, seed=0):
    """Return a class of columns that are skewed, whole, partly zero and correlated."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    z = common + rng.normal(size=(n, 4))
    X = np.column_stack(
        [np.exp(z[:, 0]), np.round(3 * z[:, 1]), np.maximum(z[:, 2], 0), stats.norm.cdf(z[:, 3])]
    )
    return np.concatenate([X, X + 1]), np.repeat([1, 0], n)


@pytest.mark.parametrize("exponent", [900, -900])
@pytest.mark.parametrize("sampler", [*SAMPLERS[:3], ROSE(random_state=0)], ids=str)
def test_densities_are_in_the_units_of_the_table(sampler, exponent):
    X, y = blobs()
    usual = clone(sampler).fit(X, y).score_samples(X, label=1)
    X = np.ldexp(X, exponent)
    moved = clone(sampler).fit(X, y).score_samples(X, label=1)
    np.testing.assert_allclose(moved, usual - 3 * exponent * np.log(2), rtol=1e-9)


class TestVariance:
    @pytest.mark.parametrize("adaptive", [False, True])
    @pytest.mark.parametrize("covariance", ["full", "diagonal", "local"])
    def test_is_kept(self, covariance, adaptive):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(120, 3)) @ rng.normal(size=(3, 3)) * [1, 10, 1000]
        y = np.repeat([1, 0], 60)
        sampler = KDEOverSampler(covariance=covariance, adaptive=adaptive, random_state=0)
        new = sampler.fit(X, y).sample(300_000, label=1)
        wanted = np.cov(X[:60], rowvar=False)
        deviation = np.sqrt(np.diag(wanted))
        off = (np.cov(new, rowvar=False) - wanted) / np.outer(deviation, deviation)
        assert np.abs(off).max() < 0.01
        np.testing.assert_allclose(
            new.mean(axis=0), X[:60].mean(axis=0), atol=4e-3 * deviation.max()
        )

    def test_grows_by_the_kernels_where_it_is_not_kept(self):
        X = np.random.default_rng(0).normal(size=(300, 3))
        y = np.repeat([1, 0], [200, 100])
        sampler = KDEOverSampler(
            bandwidth="silverman", covariance="full", preserve_variance=False, random_state=0
        )
        new = sampler.fit(X, y).sample(200_000, label=1)
        h = (4 / (5 * 200)) ** (1 / 7)
        ratio = np.diag(np.cov(new.T)) / np.diag(np.cov(X[:200].T))
        np.testing.assert_allclose(ratio, 1 + h**2, atol=0.02)

    def test_of_rwo_grows_by_an_nth(self):
        X = np.random.default_rng(0).normal(size=(30, 2)) * [1, 100]
        y = np.repeat([1, 0], [10, 20])
        new = RWOSampling(random_state=0).fit(X, y).sample(400_000, label=1)
        np.testing.assert_allclose(new.var(axis=0) / X[:10].var(axis=0), 1.1, rtol=0.01)

    def test_of_rose_grows_by_its_formula_of_the_class(self):
        X = np.random.default_rng(0).normal(size=(1020, 2)) * [1, 100]
        y = np.repeat([1, 0], [20, 1000])
        new = ROSE(random_state=0).fit(X, y).sample(400_000, label=1)
        h = (4 / (4 * 20)) ** (1 / 6)
        sample = X[:20].var(axis=0, ddof=1)
        np.testing.assert_allclose(new.var(axis=0), X[:20].var(axis=0) + h**2 * sample, rtol=0.01)

    def test_of_a_neighbourhood_is_that_of_mgs(self):
        # With all others as neighbours there is one neighbourhood.
        X = np.random.default_rng(0).normal(size=(36, 2))
        y = np.repeat([1, 0], [6, 30])
        sampler = MultivariateGaussianSMOTE(k_neighbors=5, scale=2.0, random_state=0)
        new = sampler.fit(X, y).sample(400_000, label=1)
        np.testing.assert_allclose(np.cov(new.T), 2 * np.cov(X[:6].T, ddof=0), atol=0.03)
        np.testing.assert_allclose(new.mean(axis=0), X[:6].mean(axis=0), atol=0.01)


class TestMarginals:
    def test_of_kde_are_the_smoothed_ones(self):
        X, y = np.random.default_rng(0).exponential(size=(90, 2)), np.repeat([1, 0], [40, 50])
        sampler = KDEOverSampler(covariance="full", kernel="gaussian", random_state=0).fit(X, y)
        new = sampler.sample(50_000, label=1)
        fitted = sampler._fitted_class(1)[1].numbers
        for j in range(2):
            centers = fitted.kernels.centers[:, j] * fitted.space.scale[j] + fitted.space.center[j]
            root = fitted.kernels.roots[j] * fitted.space.scale[j]
            deviation = np.sqrt(root @ root)
            grid = np.linspace(new[:, j].min() - 1, new[:, j].max() + 1, 10_001)
            share = stats.norm.cdf(grid[:, np.newaxis], centers, deviation).mean(axis=1)
            found = stats.norm.ppf(np.interp(new[:, j], grid, share))
            assert stats.kstest(found, "norm").pvalue > 1e-3

    @pytest.mark.parametrize("sampler", SAMPLERS[4:5] + SAMPLERS[8:], ids=str)
    def test_by_normal_scores_keep_ranges_and_atoms(self, sampler):
        sampler = clone(sampler)
        X, y = skewed()
        new = sampler.fit(X, y).sample(50_000, label=1)
        real = X[y == 1]
        assert (new.min(axis=0) >= real.min(axis=0)).all()
        assert (new.max(axis=0) <= real.max(axis=0)).all()
        assert abs((new[:, 2] == 0).mean() - (real[:, 2] == 0).mean()) < 0.03
        for j in range(4):
            assert stats.ks_2samp(new[:, j], real[:, j]).statistic < 0.05

    def test_copula_keeps_rank_correlations(self):
        X, y = skewed(1000)
        new = GaussianCopulaOverSampler(random_state=0).fit(X, y).sample(50_000, label=1)
        np.testing.assert_allclose(
            stats.spearmanr(new).statistic, stats.spearmanr(X[y == 1]).statistic, atol=0.05
        )

    @pytest.mark.parametrize("n", [60, 400])
    @pytest.mark.parametrize("kind", ["normal", "skewed", "whole", "booleans", "bent", "holes"])
    @pytest.mark.parametrize("method", [GaussianCopulaOverSampler, MarginalSampler])
    def test_copula_keeps_every_rank_correlation(self, method, kind, n):
        """As near as those of as many rows drawn as are compared."""
        rng = np.random.default_rng(n)
        X = rng.normal(size=(n, 5)) @ rng.normal(size=(5, 5))
        if kind == "skewed":
            X = np.exp(X)
        elif kind == "whole":
            X = np.round(X)
        elif kind == "booleans":
            X[:, :3] = X[:, :3] > [0, 1, -1]
        elif kind == "bent":
            X[:, 1] = X[:, 0] ** 2 + X[:, 2]
        elif kind == "holes":
            X[rng.random(X.shape) < 0.3] = np.nan
        wanted = pd.DataFrame(X).corr("spearman").to_numpy()
        sampler = method(random_state=0)
        if method is MarginalSampler:
            sampler.set_params(dependence="gaussian", distributions="empirical")
        new = sampler.fit(X).sample(20_000)
        found = pd.DataFrame(new).corr("spearman").to_numpy()
        # Of few rows, not even the normal variables have all the correlations at once.
        atol = 0.07 if kind in ("holes", "booleans") else 0.03
        np.testing.assert_allclose(found, wanted, atol=atol)

    def test_copula_of_fewer_rows_than_columns(self):
        """No variables have all its correlations with a density: nearly these."""
        X = np.random.default_rng(0).normal(size=(15, 40))
        new = GaussianCopulaOverSampler(random_state=0).fit(X).sample(20_000)
        wanted = stats.spearmanr(X).statistic
        off = np.abs(stats.spearmanr(new).statistic - wanted)
        assert off.max() < 0.1

    def test_copula_of_many_columns(self, monkeypatch):
        """Held by factors, it has the correlations of normal scores."""
        monkeypatch.setattr("skresample.density.copula.MOST_DENSE", 3)
        X = np.random.default_rng(0).exponential(size=(15, 40))
        sampler = GaussianCopulaOverSampler(random_state=0).fit(X)
        new = sampler.sample(20_000)
        assert (new.min(axis=0) >= X.min(axis=0)).all()
        wanted = (
            6
            / np.pi
            * np.arcsin(np.corrcoef(stats.norm.ppf((stats.rankdata(X, axis=0) - 0.5) / 15).T) / 2)
        )
        assert np.abs(stats.spearmanr(new).statistic - wanted).max() < 0.03
        assert np.isfinite(sampler.score_samples(X)).all()

    def test_copula_has_no_parents(self):
        X, y = skewed()
        y[:100] = 0
        sampler = GaussianCopulaOverSampler(random_state=0)
        sampler.fit_resample(X, y)
        assert (sampler.parents_ == -1).all()

    def test_copula_of_a_class_with_holes_and_one_without(self):
        """Rows of the one have parents, those of the other have none."""
        X = pa.table({"x": [0.1, -0.1, 0.6, None, -0.5, None, 1.3, 0.9]})
        sampler = GaussianCopulaOverSampler(sampling_strategy={0: 9, 1: 5}, random_state=0)
        X_out, _ = sampler.fit_resample(X, [0, 1, 0, 2, 1, 0, 0, 2])
        new = X_out["x"].to_pylist()[8:]
        assert (sampler.parents_[5:] == -1).all()
        assert [v is None for v in new] == [p in (3, 5) for p in sampler.parents_[:, 0]]


class TestShrinkage:
    @pytest.mark.parametrize("kind", ["correlated", "whole numbers", "one column"])
    @pytest.mark.parametrize("bandwidth", ["scott", "silverman", 0.7])
    def test_without_it_the_density_is_scipys(self, kind, bandwidth):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(100, 3)) @ rng.normal(size=(3, 3)) * [1, 10, 1000] + [0, 5, -1e3]
        if kind == "whole numbers":
            X = np.round(X)
        elif kind == "one column":
            X = X[:, :1]
        for given in ({}, {"shrinkage": None}, {"shrinkage": 0.0}):
            sampler = KDEOverSampler(
                bandwidth=bandwidth,
                covariance="full",
                kernel="gaussian",
                preserve_variance=False,
                **given,
            )
            at = np.concatenate([X, X + 3 * X.std(axis=0)])
            wanted = stats.gaussian_kde(X.T, bandwidth).logpdf(at.T)
            found = sampler.fit(X).score_samples(at)
            np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-8)

    @pytest.mark.parametrize("shrinkage", [0.3, "ledoit_wolf"])
    def test_is_as_told(self, shrinkage):
        X = np.random.default_rng(0).normal(size=(40, 3)) @ np.diag([1, 1, 2]) + 5
        X[:, 1] += X[:, 0]
        scaled = (X - X.mean(axis=0)) / X.std(axis=0)
        if shrinkage == "ledoit_wolf":
            wanted = ledoit_wolf(scaled)[0]
        else:
            wanted = 0.7 * np.cov(scaled.T, ddof=0) + 0.3 * np.eye(3)
        sampler = KDEOverSampler(
            bandwidth=1.0, covariance="full", preserve_variance=False, shrinkage=shrinkage
        )
        kernels = sampler.fit(X)._fitted_class(0)[1].numbers.kernels
        np.testing.assert_allclose(kernels.covariance(), wanted * 40 / 39, rtol=1e-9)

    @pytest.mark.parametrize("n", [8, 60])
    def test_none_is_refused_where_there_is_no_density(self, n):
        X = np.random.default_rng(0).normal(size=(n, 20))
        X[:, 1] = X[:, 0]
        sampler = KDEOverSampler(covariance="full", shrinkage=None)
        with pytest.raises(ValueError, match=r"singular in 20 columns.*shrinkage='auto'"):
            sampler.fit(X)
        sampler.set_params(shrinkage="auto", random_state=0)
        assert np.isfinite(sampler.fit(X).sample(10)).all()
        sampler.set_params(shrinkage=None, covariance="diagonal")
        assert np.isfinite(sampler.fit(X).sample(10)).all()


class TestWide:
    """Tables of more columns than rows, and kernels that are too many numbers."""

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"covariance": "diagonal"},
            {"kernel": "gaussian", "preserve_variance": False},
            {"adaptive": True},
            {"shrinkage": 0.5},
            {"marginals": "normal_score"},
        ],
        ids=str,
    )
    def test_without_matrices_of_columns_the_density_is_the_same(self, given):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(12, 4)) @ rng.normal(size=(4, 30)) + rng.normal(size=(12, 30))
        at = np.concatenate([X, (X[:-1] + X[1:]) / 2])
        with_holes = np.where(rng.random(at.shape) < 0.2, np.nan, at)
        # What a function returns may be different by axis: for it, there are matrices.
        few, many = (
            KDEOverSampler(bandwidth=bandwidth, random_state=0, **given).fit(X)
            for bandwidth in (0.4, lambda rows: 0.4)
        )
        for rows in (at, with_holes):
            np.testing.assert_allclose(few.score_samples(rows), many.score_samples(rows), rtol=1e-7)
        covariances = [np.cov(sampler.sample(100_000).T) for sampler in (few, many)]
        np.testing.assert_allclose(*covariances, atol=0.05 * covariances[0].max())

    def test_local_covariances_of_a_whole_class_are_full(self):
        X = np.random.default_rng(0).normal(size=(20, 12))
        one, other = (
            KDEOverSampler(covariance=covariance).fit(X).score_samples(X)
            for covariance in ("local", "full")
        )
        np.testing.assert_array_equal(one, other)

    def test_auto_is_full_where_local_is_too_much(self, monkeypatch):
        X, y = bent()
        found = []
        for covariance in ("local", "full", "auto"):
            sampler = KDEOverSampler(covariance=covariance, random_state=0).fit(X, 1 - y)
            found.append(sampler.score_samples(X, label=0))
        np.testing.assert_array_equal(found[0], found[2])
        monkeypatch.setattr(kde_module, "MOST_LOCAL", 799)
        sampler = KDEOverSampler(random_state=0).fit(X, 1 - y)
        np.testing.assert_array_equal(sampler.score_samples(X, label=0), found[1])

    def test_local_is_refused_by_size(self, monkeypatch):
        monkeypatch.setattr(kde_module, "MOST_EVER", 799)
        X, y = bent()
        with pytest.raises(ValueError, match=r"2 × 2 numbers.*200 rows.*0\.0 GiB.*'full'"):
            KDEOverSampler(covariance="local").fit(X, 1 - y)

    @pytest.mark.parametrize("sampler", SAMPLERS[:1] + SAMPLERS[2:], ids=str)
    def test_memory(self, sampler):
        """A matrix of the columns would be 50 MB."""
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(60, 2500)), np.repeat([1, 0], [20, 40])
        tracemalloc.start()
        try:
            clone(sampler).fit_resample(X, y)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 40e6


class TestScores:
    def test_equal_scipys(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(100, 3)) @ rng.normal(size=(3, 3)) * [1, 10, 100]
        y = np.repeat([1, 0], 50)
        sampler = ROSE(random_state=0).fit(X, y)
        rows, at = X[:50], X
        h = (4 / (5 * 50)) ** (1 / 7) * rows.std(axis=0, ddof=1)
        by_hand = stats.norm.logpdf(at[:, None], rows, h).sum(axis=2)
        wanted = np.logaddexp.reduce(by_hand, axis=1) - np.log(50)
        np.testing.assert_allclose(sampler.score_samples(at, label=1), wanted, rtol=1e-8)

    @pytest.mark.parametrize("sampler", WITH_DENSITY, ids=str)
    def test_integrate_to_one(self, sampler):
        sampler = clone(sampler)
        rng = np.random.default_rng(0)
        X, y = rng.gamma(2, size=(60, 1)), np.repeat([1, 0], 30)
        sampler.fit(X, y)
        low, high = X[:30].min(), X[:30].max()
        inside = "normal_score" in str(sampler) or "Copula" in str(sampler)
        room = 0 if inside else 6 * (high - low)
        grid = np.linspace(low - room, high + room, 100_001)
        density = np.exp(sampler.score_samples(grid[:, np.newaxis], label=1))
        if inside:  # the ends are atoms
            atoms = density[0] + density[-1]
            density[[0, -1]] = density[[1, -2]]
            assert atoms < 0.06
        else:
            atoms = 0
        assert abs(np.trapezoid(density, grid) + atoms - 1) < 0.02

    @every_sampler
    def test_are_higher_where_rows_are(self, sampler):
        sampler = clone(sampler)
        X, y = bent()
        scores = sampler.fit(X, y).score_samples(np.concatenate([X[:200], X[:200] + 20]), label=1)
        assert np.isfinite(scores[:200]).mean() > 0.9
        assert scores[:200].max() > scores[200:].max()

    def test_of_categories(self):
        X = pd.DataFrame({"a": list("xxxxyz") * 10, "b": list("uuvvuv") * 10})
        y = np.repeat([1, 0], 30)
        everything = pd.MultiIndex.from_product([list("xyz"), list("uv")]).to_frame(index=False)
        everything.columns = ["a", "b"]
        for sampler in (KDEOverSampler(), GaussianCopulaOverSampler()):
            sampler.set_params(random_state=0).fit(X, y)
            total = np.exp(sampler.score_samples(everything, label=1)).sum()
            if isinstance(sampler, KDEOverSampler):
                assert total == pytest.approx(1)
            unknown = everything.assign(a="w")
            assert (sampler.score_samples(unknown, label=1) == -np.inf).all()

    def test_leave_missing_values_out(self):
        X, y = np.random.default_rng(0).normal(size=(80, 2)), np.repeat([1, 0], 40)
        sampler = KDEOverSampler(covariance="full", kernel="gaussian", random_state=0).fit(X, y)
        holes = X.copy()
        holes[:, 1] = np.nan
        fitted = sampler._fitted_class(1)[1].numbers
        root = fitted.kernels.roots[0]
        centers = fitted.kernels.centers[:, 0] * fitted.space.scale[0] + fitted.space.center[0]
        deviation = np.sqrt(root @ root) * fitted.space.scale[0]
        wanted = np.log(stats.norm.pdf(X[:, :1], centers, deviation).mean(axis=1))
        np.testing.assert_allclose(sampler.score_samples(holes, label=1), wanted, rtol=1e-8)

    @every_sampler
    def test_leave_out_a_column_without_values_in_the_class(self, sampler):
        X, y = bent()
        X = np.column_stack([X, np.where(y == 1, np.nan, 1.0)])
        sampler = clone(sampler).fit(X, y)
        assert np.isnan(sampler.sample(9, label=1)[:, 2]).all()
        if "epanechnikov" not in str(sampler):
            scores = sampler.score_samples(np.nan_to_num(X[:200], nan=3.0), label=1)
            assert np.isfinite(scores).mean() > 0.9

    @pytest.mark.parametrize(
        "make", [pl.from_pandas, pa.Table.from_pandas], ids=["polars", "arrow"]
    )
    def test_of_a_frame_of_any_library(self, make):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame(
            {"x": rng.normal(size=80), "n": rng.integers(0, 9, 80), "c": rng.choice(["a", "b"], 80)}
        )
        y = np.repeat([1, 0], 40)
        one, other = KDEOverSampler(random_state=0), KDEOverSampler(random_state=0)
        expected = one.fit(frame, y).score_samples(frame, label=1)
        found = other.fit(make(frame), y).score_samples(make(frame), label=1)
        np.testing.assert_allclose(found, expected)

    def test_refuse_what_is_no_such_row(self):
        X, y = bent()
        sampler = KDEOverSampler(random_state=0)
        with pytest.raises(NotFittedError):
            sampler.score_samples(X)
        frame = pd.DataFrame(X, columns=["a", "b"])
        sampler.fit(frame, y)
        with pytest.raises(ValueError, match=r"no class 7: the classes are \[0, 1\]"):
            sampler.score_samples(frame, label=7)
        with pytest.raises(ValueError, match="feature names should match"):
            sampler.score_samples(frame[["b", "a"]])
        with pytest.raises(ValueError, match="Column 'b' held numbers in fit"):
            sampler.score_samples(frame.assign(b="high"))

    def test_read_dates_as_fit_did(self):
        days = pd.date_range("2020-01-01", periods=80).to_numpy()
        X = pd.DataFrame({"day": np.random.default_rng(0).permutation(days)})
        y = np.repeat([1, 0], 40)
        sampler = KDEOverSampler(random_state=0).fit(X, y)
        earlier = pd.DataFrame({"day": days - np.timedelta64(1000, "D")})
        assert (
            sampler.score_samples(X, label=1).min() > sampler.score_samples(earlier, label=1).max()
        )


@pytest.mark.filterwarnings("ignore:isj. the equation has no solution")
class TestSingular:
    @every_sampler
    def test_constant_columns_stay(self, sampler):
        sampler = clone(sampler)
        X, y = bent()
        X = np.column_stack([X, np.full(len(X), 7.0)])
        new = sampler.fit(X, y).sample(50, label=1)
        assert (new[:, 2] == 7).all()
        other = X[:1] + np.array([0, 0, 1])
        assert sampler.score_samples(other, label=1)[0] == -np.inf

    @every_sampler
    def test_collinear_columns(self, sampler):
        sampler = clone(sampler)
        X, y = bent()
        X = np.column_stack([X, X[:, 0] + X[:, 1]])
        new = sampler.fit(X, y).sample(200, label=1)
        assert np.isfinite(new).all()
        assert np.isfinite(sampler.score_samples(X[:5], label=1)).any()

    @every_sampler
    def test_more_columns_than_rows(self, sampler):
        sampler = clone(sampler)
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(30, 20)), np.repeat([1, 0], [8, 22])
        new = sampler.fit(X, y).sample(100, label=1)
        assert np.isfinite(new).all()
        assert len(np.unique(new, axis=0)) == 100

    @every_sampler
    @pytest.mark.parametrize("m", [2, 3])
    def test_few_rows(self, sampler, m):
        sampler = clone(sampler)
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(20, 3)), np.repeat([1, 0], [m, 20 - m])
        assert np.isfinite(sampler.fit(X, y).sample(10, label=1)).all()

    @every_sampler
    def test_one_row_is_an_error(self, sampler):
        sampler = clone(sampler)
        X, y = np.zeros((5, 2)), [1, 0, 0, 0, 0]
        with pytest.raises(ValueError, match=r"class 1 has 1 row.*RandomOverSampler"):
            sampler.fit_resample(X, y)

    @every_sampler
    def test_duplicates(self, sampler):
        sampler = clone(sampler)
        rng = np.random.default_rng(0)
        X = np.repeat(rng.normal(size=(10, 2)), 10, axis=0)
        X, y = np.concatenate([X, rng.normal(size=(150, 2))]), np.repeat([1, 0], [100, 150])
        new = sampler.fit(X, y).sample(500, label=1)
        if "normal_score" not in str(sampler) and "Copula" not in str(sampler):
            assert len(np.unique(new, axis=0)) > 400


class TestCategories:
    def test_are_switched_where_that_makes_rows_likely(self):
        rng = np.random.default_rng(0)
        a = rng.integers(0, 3, 400)
        # The second says the same as the first, or nothing of it.
        for second, low, high in ((a, 0.0, 0.01), (rng.integers(0, 3, 400), 0.3, 1.0)):
            X = pd.DataFrame({"a": a.astype(str), "b": second.astype(str)})
            y = np.repeat([1, 0], [300, 100])
            sampler = KDEOverSampler(random_state=0).fit(X, y)
            assert low <= sampler._fitted_class(1)[1].categories.probability <= high

    @every_sampler
    def test_are_those_of_the_table(self, sampler):
        sampler = clone(sampler)
        rng = np.random.default_rng(0)
        X = pd.DataFrame(
            {
                "x": rng.normal(size=90),
                "name": rng.choice(["a", "b", None], 90),
                "yes": rng.random(90) < 0.3,
                "n": rng.integers(0, 5, 90),
            }
        )
        y = np.repeat([1, 0], [30, 60])
        X.loc[::7, "x"] = np.nan
        X_new, _ = sampler.fit_resample(X, y)
        assert (X_new.dtypes == X.dtypes).all()
        new = X_new[90:]
        assert set(new["name"].dropna()) <= {"a", "b"}
        assert new["n"].between(-8, 12).all()
        share = X[:30]["x"].isna().mean()
        assert abs(new["x"].isna().mean() - share) <= 0.05
        if "epanechnikov" in str(sampler):
            with pytest.raises(ValueError, match=r"epanechnikov.*marginal.*another kernel"):
                sampler.score_samples(X[:30], label=1)
        else:
            assert np.isfinite(sampler.score_samples(X[:30], label=1)).any()


class TestBoth:
    def test_classes_are_drawn_anew(self):
        X, y = bent()
        sampler = ROSE(both_classes=True, random_state=0)
        X_new, y_new = sampler.fit_resample(X, y)
        assert np.bincount(y_new).tolist() == [400, 400]
        assert sampler.is_synthetic_.all()
        assert sampler.parents_.shape == (800, 1)
        assert not (X_new[:, np.newaxis] == X[np.newaxis, :20]).all(axis=2).any()
        np.testing.assert_array_equal(y[sampler.parents_[:, 0]], y_new)

    def test_as_many_as_there_would_be_and_no_labels_of_rows_that_are_gone(self):
        X, y = bent()
        frame, target = pd.DataFrame(X).set_index(np.arange(600) + 9), pd.Series(y)
        sampler = ROSE(both_classes=True, sampling_strategy=0.8, keep_index=True, random_state=0)
        X_new, y_new = sampler.fit_resample(frame, target)
        assert y_new.value_counts().to_dict() == {0: 400, 1: 320}
        assert X_new.index.equals(pd.RangeIndex(720))
        assert y_new.index.equals(pd.RangeIndex(720))

    def test_of_a_frame(self):
        X, y = bent()
        frame, target = pd.DataFrame(X, columns=["a", "b"]), pd.Series(y, name="t")
        X_new, y_new = ROSE(both_classes=True, random_state=0).fit_resample(frame, target)
        assert list(X_new.columns) == ["a", "b"]
        assert y_new.name == "t"
        assert len(X_new) == len(y_new) == 800


class TestParameters:
    def test_bandwidth_means_the_same_of_local_kernels_on_average(self):
        X, y = bent()
        volumes = []
        for covariance in ("local", "full"):
            sampler = KDEOverSampler(
                bandwidth=0.5, covariance=covariance, preserve_variance=False, random_state=0
            )
            roots = sampler.fit(X, 1 - y)._fitted_class(0)[1].numbers.kernels.roots
            volumes.append(np.linalg.slogdet(roots)[1].mean())
        assert volumes[0] == pytest.approx(volumes[1])

    def test_callable_is_given_whitened_rows(self):
        rng = np.random.default_rng(0)
        X = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 3000) * [1, 100]
        y = np.repeat([1, 0], [2000, 1000])
        given = []

        def bandwidth(rows):
            given.append(rows)
            return 0.5

        KDEOverSampler(bandwidth=bandwidth).fit_resample(X, 1 - y)
        np.testing.assert_allclose(np.cov(given[0].T), np.eye(2), atol=0.02)

    @pytest.mark.parametrize("value", [0.0, -1.0, np.nan, [1.0, 2.0, 3.0], "x"])
    def test_what_a_callable_returns_is_checked(self, value):
        X, y = bent()
        with pytest.raises(ValueError, match="bandwidth"):
            KDEOverSampler(bandwidth=lambda rows: value).fit(X, y)

    def test_epanechnikov_ends(self):
        X, y = np.array([[0.0], [1.0], [5.0], [6.0]]), [1, 1, 0, 0]
        sampler = KDEOverSampler(
            kernel="epanechnikov", bandwidth=0.1, preserve_variance=False, random_state=0
        )
        new = sampler.fit(X, y).sample(10_000, label=1)
        reach = np.abs(new - np.rint(new)).max()
        assert 0.95 < reach / (0.1 * np.sqrt(0.5) * np.sqrt(5)) <= 1 + 1e-9
        assert np.isfinite(sampler.score_samples(new, label=1)).all()
        assert sampler.score_samples([[0.5]], label=1)[0] == -np.inf

    def test_a_row_far_from_all_pilots_is_drawn_from_too(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(5_400, 1))
        X[1] = 1e4  # not among the pilots, which are every other
        y = np.repeat([1, 0], [5_200, 200])
        sampler = KDEOverSampler(
            adaptive=True, kernel="epanechnikov", bandwidth="silverman", covariance="full"
        )
        new = sampler.set_params(random_state=0).fit(X, y).sample(5_200, label=1)
        assert np.isfinite(new).all()
        assert np.count_nonzero(new > 1000) == 1

    def test_bounds_hold(self):
        X, y = bent()
        X = np.clip(X, -1, 1)
        for bounds in ("observed", {0: (-1, 1)}):
            for sampler in (KDEOverSampler(), ROSE(), MultivariateGaussianSMOTE()):
                sampler.set_params(bounds=bounds, random_state=0)
                new = sampler.fit(X, y).sample(2000, label=1)
                assert np.abs(new[:, 0]).max() <= 1
                assert (np.abs(new[:, 0]) == 1).mean() < 0.2  # reflected, not piled up

    def test_same_rows_at_any_number_of_threads(self):
        X, y = bent()
        one, two = (
            KDEOverSampler(random_state=0, n_jobs=n).fit(X, y).sample(20_000, label=1)
            for n in (1, 2)
        )
        np.testing.assert_array_equal(one, two)


def test_shrinkage_is_that_of_ledoit_and_wolf():
    from skresample.numerics.kernels import shrunk_covariances

    rows = np.random.default_rng(0).normal(size=(4, 12, 3)) * [1, 2, 5]
    for own, found in zip(rows, shrunk_covariances(rows), strict=True):
        np.testing.assert_allclose(found, ledoit_wolf(own)[0], rtol=1e-9)


@pytest.mark.parametrize("marginals", ["identity", "normal_score"])
@pytest.mark.parametrize("m", [2, 3, 4])
def test_categories_beside_many_numbers_of_a_class_of_few_rows(m, marginals):
    """The covariance of two rows has one direction only, whatever is preserved of it."""
    rng = np.random.default_rng(0)
    numbers = 3 * rng.normal(size=(40, 1)) * np.ones((1, 7)) + 0.3 * rng.normal(size=(40, 7))
    frame = pd.DataFrame(numbers, columns=list("abcdefg")).assign(name=rng.choice(["u", "v"], 40))
    for seed in range(10):
        y = np.zeros(40, dtype=int)
        few = np.random.default_rng(seed).choice(40, m, replace=False)
        y[few] = 1
        frame.loc[few, "name"] = ["u", "v", "u", "v"][:m]
        sampler = KDEOverSampler(marginals=marginals, random_state=0)
        new, labels = sampler.fit_resample(frame, y)
        assert np.bincount(labels).tolist() == [40 - m, 40 - m]
        assert np.isfinite(new[list("abcdefg")].to_numpy()).all()
        assert np.isfinite(sampler.score_samples(frame.iloc[few], label=1)).all()
