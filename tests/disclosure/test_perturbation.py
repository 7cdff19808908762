"""Perturbed samples: what is kept of the table, and the re-identification risk."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from samplers import blobs
from scipy import sparse, stats

from skresample import Perturbation

NUMERIC = ["noise", "correlated_noise", "microaggregation", "rank_swap"]
every_method = pytest.mark.parametrize("method", NUMERIC)


def table(n=2000, seed=0):
    """Return columns that are correlated, skewed, whole, categorical, and have missing values."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "size": 170 + 10 * common,
            "weight": 70 + 8 * common + 6 * rng.normal(size=n),
            "income": np.round(rng.lognormal(8, 0.5, n), 2),
            "age": rng.integers(18, 90, n),
            "job": rng.choice(["smith", "clerk", "nurse"], n, p=[0.2, 0.5, 0.3]),
            "moved": rng.random(n) < 0.3,
        }
    )
    frame.loc[rng.random(n) < 0.2, "income"] = np.nan
    frame.loc[rng.random(n) < 0.1, "job"] = None
    return frame


class TestWholeTable:
    @pytest.mark.parametrize("method", [*NUMERIC, "pram"])
    def test_names_that_repeat(self, method):
        X = table(200)
        X.columns = ["a", "a", "b", "b", "c", "c"]
        assert list(Perturbation(method=method, random_state=0).perturb(X)) == list(X)

    @every_method
    def test_rows_stay_in_their_order(self, method):
        X = np.arange(300.0)[:, np.newaxis] * [1, -1]
        out = Perturbation(method=method, scale=1e-3, window=0.01, random_state=0).perturb(X)
        assert np.abs(stats.spearmanr(X[:, 0], out[:, 0]).statistic) > 0.99

    @every_method
    def test_rows_types_and_missing_values_stay(self, method):
        X = table()
        out = Perturbation(method=method, random_state=0).perturb(X)
        assert out.shape == X.shape
        pd.testing.assert_series_equal(out.dtypes, X.dtypes)
        pd.testing.assert_frame_equal(out.isna(), X.isna())
        np.testing.assert_array_equal(out["income"], out["income"].round(2))
        assert set(out["job"].dropna()) == set(X["job"].dropna())
        for name in ("size", "weight", "age"):
            assert (out[name] != X[name]).mean() > 0.5
            assert out[name].between(X[name].min(), X[name].max()).all()

    @every_method
    def test_variance_is_kept(self, method):
        X = np.random.default_rng(0).normal(size=(20_000, 3)) @ np.diag([1, 10, 1000]) + 50
        scale = 1.0 if "noise" in method else 0.1
        out = Perturbation(method=method, scale=scale, bounds=None, random_state=0).perturb(X)
        np.testing.assert_allclose(out.var(axis=0), X.var(axis=0), rtol=0.03)
        error = 3 * X.std(axis=0) / np.sqrt(len(X))
        assert (np.abs(out.mean(axis=0) - X.mean(axis=0)) < error).all()

    def test_noise_is_as_the_formula_says(self):
        X = np.random.default_rng(0).gamma(2, size=(40_000, 2)) * [1, 100]
        out = Perturbation(scale=0.5, bounds=None, random_state=0).perturb(X)
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        noise = (out - mean) * np.sqrt(1 + 0.5**2) - (X - mean)
        for column, one in zip((noise / (0.5 * deviation)).T, X.T, strict=True):
            assert stats.kstest(column, "norm").pvalue > 1e-3
            assert abs(np.corrcoef(column, one)[0, 1]) < 0.02

    def test_without_preserving_it_grows_or_shrinks(self):
        X = np.random.default_rng(0).normal(size=(20_000, 2))
        grown = Perturbation(scale=0.5, preserve_variance=False, bounds=None, random_state=0)
        np.testing.assert_allclose(grown.perturb(X).var(axis=0), 1.25 * X.var(axis=0), rtol=0.03)
        means = Perturbation(
            method="microaggregation", group_size=5, preserve_variance=False, random_state=0
        ).perturb(X[:300])
        _, counts = np.unique(means, axis=0, return_counts=True)
        assert counts.min() >= 5
        np.testing.assert_allclose(means.mean(axis=0), X[:300].mean(axis=0))

    @pytest.mark.parametrize(
        ("method", "kept"),
        [("noise", 0.5), ("correlated_noise", 1), ("microaggregation", 1), ("rank_swap", 1)],
    )
    def test_correlation(self, method, kept):
        """Independent noise of the deviation 1 leaves half of a correlation."""
        rng = np.random.default_rng(0)
        common = rng.normal(size=(20_000, 1))
        X = common + 0.5 * rng.normal(size=(20_000, 2))
        out = Perturbation(method=method, scale=1.0, bounds=None, random_state=3).perturb(X)
        wanted, found = np.corrcoef(X.T)[0, 1], np.corrcoef(out.T)[0, 1]
        assert abs(found / wanted - kept) < 0.03

    @pytest.mark.parametrize("scale", [0.1, 1.0])
    @every_method
    def test_levels_and_crowded_ends_are_as_frequent_as_they_were(self, method, scale):
        rng = np.random.default_rng(0)
        n = 20_000
        rich = rng.random(n) < 0.3
        X = pd.DataFrame(
            {
                "ill": (rng.random(n) < 0.02).astype(int),
                "calls": rng.poisson(0.1, n),
                "gain": np.where(rich, rng.lognormal(3, 0.4, n), 0.0),
                "score": np.minimum(rng.normal(85, 12, n), 100),
                "size": rng.normal(size=n),
            }
        )
        out = Perturbation(method=method, scale=scale, random_state=0).perturb(X)
        error = X.std() / np.sqrt(n)
        assert ((out.mean() - X.mean()).abs() < 4 * error).all()
        np.testing.assert_allclose(out.std(), X.std(), rtol=0.05)
        for name, end in (("ill", 0), ("calls", 0), ("gain", 0), ("score", 100)):
            assert (out[name] == end).mean() == pytest.approx((X[name] == end).mean(), abs=0.01)
        assert (out != X).any(axis=0).all()
        if "noise" in method:
            gone = (out["gain"] == 0) & rich
            assert gone.mean() == pytest.approx(0.1 * 0.7 * 0.3, abs=0.005)

    def test_exchanged_values_are_those_of_the_column(self):
        X = table()
        out = Perturbation(method="rank_swap", random_state=0).perturb(X)
        for name in ("size", "weight", "income", "age"):
            np.testing.assert_array_equal(np.sort(out[name]), np.sort(X[name]))
        ranks = X["size"].rank(), out["size"].rank()
        assert 50 < np.abs(ranks[0] - ranks[1]).max() < 200

    @pytest.mark.parametrize("method", [*NUMERIC, "pram"])
    def test_categories_are_as_frequent_and_change_as_often_as_asked(self, method):
        X = table(20_000)
        out = Perturbation(method=method, change=0.4, random_state=0).perturb(X)
        for name in ("job", "moved"):
            frequency = X[name].value_counts(normalize=True)
            np.testing.assert_allclose(
                out[name].value_counts(normalize=True).reindex(frequency.index),
                frequency,
                atol=0.015,
            )
            there = X[name].notna()
            changed = (out[name] != X[name])[there].mean()
            assert abs(changed - 0.4 * (1 - (frequency**2).sum())) < 0.015

    def test_pram_leaves_numbers_and_no_change_leaves_categories(self):
        X = table()
        out = Perturbation(method="pram", random_state=0).perturb(X)
        numbers = ["size", "weight", "income", "age"]
        pd.testing.assert_frame_equal(out[numbers], X[numbers])
        assert not out["job"].equals(X["job"])
        out = Perturbation(change=0, random_state=0).perturb(X)
        pd.testing.assert_frame_equal(out[["job", "moved"]], X[["job", "moved"]])

    def test_bounds(self):
        X = np.random.default_rng(0).exponential(size=(500, 1))
        free = Perturbation(scale=0.5, bounds=None, random_state=0).perturb(X)
        assert free.min() < -0.1
        within = Perturbation(scale=0.5, bounds={0: (0, None)}, random_state=0).perturb(X)
        inside = free >= 0
        np.testing.assert_allclose(within, np.abs(free))
        assert inside.mean() > 0.8

    @pytest.mark.parametrize(
        "make", [np.asarray, pl.DataFrame, sparse.csr_array, np.ndarray.tolist]
    )
    @every_method
    def test_any_make(self, method, make):
        X = np.maximum(blobs()[0], 0)
        sampler = Perturbation(method=method, random_state=0)
        out = sampler.perturb(make(X))
        assert type(out) is type(make(X))
        out = out.toarray() if sparse.issparse(out) else np.asarray(out)
        assert out.shape == X.shape
        assert out.min() >= 0
        assert 0 <= sampler.linkage_ <= 1

    def test_index_is_kept_where_asked(self):
        X = table(50)
        X.index = [f"row {i}" for i in range(50)]
        assert Perturbation(keep_index=True).perturb(X).index.equals(X.index)
        assert Perturbation().perturb(X).index.equals(pd.RangeIndex(50))

    def test_seeds(self):
        X = table(100)
        one, other = (Perturbation(random_state=0).perturb(X) for _ in range(2))
        pd.testing.assert_frame_equal(one, other)
        assert not one.equals(Perturbation(random_state=1).perturb(X))


class TestLinkage:
    def by_hand(self, X, out):
        """The proportion of rows whose nearest of all is their own, in deviations."""
        X, out = X / X.std(axis=0), out / X.std(axis=0)
        nearest = ((out[:, np.newaxis] - X) ** 2).sum(axis=2).argmin(axis=1)
        return np.mean(nearest == np.arange(len(X)))

    @every_method
    def test_by_hand(self, method):
        X = np.random.default_rng(0).normal(size=(300, 3)) * [1, 10, 100]
        sampler = Perturbation(method=method, scale=0.3, random_state=0)
        out = sampler.perturb(X)
        assert sampler.linkage_ == pytest.approx(self.by_hand(X, out))
        assert 0.02 < sampler.linkage_ < 0.98

    def test_falls_with_the_noise_and_the_size_of_the_groups(self):
        X = np.random.default_rng(0).normal(size=(500, 4))
        risks = []
        for scale in (0.01, 0.1, 0.3, 1.0, 3.0):
            sampler = Perturbation(scale=scale, random_state=0)
            sampler.perturb(X)
            risks.append(sampler.linkage_)
        assert risks == sorted(risks, reverse=True)
        assert risks[0] == 1
        assert risks[1] > 0.8  # little noise does not prevent re-identification
        assert risks[-1] < 0.05
        for size, most in ((3, 0.5), (10, 0.2), (50, 0.06)):
            sampler = Perturbation(method="microaggregation", group_size=size, random_state=0)
            sampler.perturb(X)
            assert sampler.linkage_ < most

    def test_copies_are_found_by_chance(self):
        X = np.repeat(np.arange(20.0), 4)[:, np.newaxis]
        sampler = Perturbation(scale=0.001, change=0, random_state=0)
        sampler.perturb(X)
        assert sampler.linkage_ == pytest.approx(1 / 4)

    def test_with_categories_and_missing_values(self):
        X = table(400)
        little, much = (
            Perturbation(scale=0.01, change=0, random_state=0),
            Perturbation(scale=3, change=1, random_state=0),
        )
        little.perturb(X)
        much.perturb(X)
        assert little.linkage_ > 0.95
        assert much.linkage_ < 0.2

    def test_of_over_sampling(self):
        X, y = blobs((90, 30))
        sampler = Perturbation(scale=1e-6, random_state=0)
        sampler.fit_resample(X, y)
        assert sampler.linkage_ == 1
        sampler.fit(X, y)
        assert not hasattr(sampler, "linkage_")
        sampler.fit_resample(*blobs((30, 30)))
        assert np.isnan(sampler.linkage_)

    def test_of_many_rows_some_are_looked_at(self, monkeypatch):
        monkeypatch.setattr("skresample.disclosure.perturbation.MOST_LINKED", 200)
        X = np.random.default_rng(0).normal(size=(2000, 2))
        sampler = Perturbation(random_state=0)
        out = sampler.perturb(X)
        assert sampler.linkage_ != self.by_hand(X, out)
        assert abs(sampler.linkage_ - self.by_hand(X, out)) < 0.12


class TestOverSampling:
    @every_method
    def test_new_rows_are_those_of_the_class_each_as_often(self, method):
        X, y = blobs((90, 30))
        sampler = Perturbation(method=method, bounds=None, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert np.bincount(sampler.parents_[:, 0], minlength=120)[y == 1].tolist() == [2] * 30
        moved = (X_out[120:] != X[sampler.parents_[:, 0]]).mean()
        assert moved > (0.3 if method == "rank_swap" else 0.99)  # with three ranks to go to

    def test_noise_is_that_of_the_class(self):
        X, y = blobs((900, 100))
        X[y == 1] *= 0.01
        new = Perturbation(scale=1, bounds=None, random_state=0).fit(X, y).sample(50_000, label=1)
        np.testing.assert_allclose(new.std(axis=0), X[y == 1].std(axis=0), rtol=0.02)

    def test_exchanged_values_are_those_of_the_class(self):
        X, y = blobs((90, 30))
        sampler = Perturbation(method="rank_swap", random_state=0).fit(X, y)
        for n in (1, 7, 30, 95):
            for column, own in zip(sampler.sample(n, label=1).T, X[y == 1].T, strict=True):
                assert set(column) <= set(own)
                most = np.unique(column, return_counts=True)[1].max()
                assert most <= -(-n // 30)


class TestRefusals:
    @pytest.mark.parametrize(
        ("X", "parameters"),
        [
            (np.arange(12.0).reshape(6, 2), {"method": "pram"}),
            (pd.DataFrame({"c": list("abcabc")}), {"change": 0}),
            (pd.DataFrame({"c": list("abcabc")}), {"method": "pram", "change": 0}),
        ],
    )
    def test_nothing_to_change(self, X, parameters):
        for call in (lambda s: s.perturb(X), lambda s: s.fit_resample(X, [1, 1, 0, 0, 0, 0])):
            with pytest.raises(ValueError, match=r"changes nothing in a table of .*take 'noise'"):
                call(Perturbation(**parameters))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"method": "blur"},
            {"scale": 0},
            {"group_size": 1},
            {"window": 0},
            {"window": 1.5},
            {"change": 1.1},
        ],
    )
    def test_parameters(self, wrong):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"The '{name}' parameter of Perturbation must be"):
            Perturbation(**wrong).perturb(np.arange(12.0).reshape(6, 2))

    def test_one_row(self):
        with pytest.raises(ValueError, match="needs at least 2 rows, got 1"):
            Perturbation().perturb([[1.0, 2.0]])

    def test_fewer_rows_than_a_group_has(self):
        sampler = Perturbation(method="microaggregation", group_size=9)
        with pytest.warns(UserWarning, match="group_size asks for 9 .* there are 6 to choose from"):
            sampler.perturb(np.arange(12.0).reshape(6, 2) ** 2)

    def test_infinite_values_are_refused_by_name(self):
        with pytest.raises(ValueError, match="infinity in column 'a'"):
            Perturbation().perturb(pd.DataFrame({"a": [1.0, np.inf], "b": [1.0, 2]}))
