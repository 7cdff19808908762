"""Synthetic samples from named distributions: what is chosen, kept and logged."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from sklearn.base import clone

import skresample
from skresample import MarginalSampler
from skresample.density.copula import CopulaOverSampler


def people(n=1000, seed=0):
    """Return a frame whose columns come from distributions that are known, and two classes."""
    rng = np.random.default_rng(seed)
    height = rng.normal(170, 10, n)
    frame = pd.DataFrame(
        {
            "height": height,
            "weight": 0.7 * height + rng.normal(0, 5, n),
            "income": np.round(rng.lognormal(8, 0.5, n), 2),
            "children": rng.poisson(1.3, n),
            "age": np.rint(rng.normal(45, 8, n)).astype(int),
            "job": rng.choice(["smith", "clerk", "nurse"], n, p=[0.2, 0.5, 0.3]),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
            "moved": rng.random(n) < 0.2,
            "planet": "earth",
            "legs": 2,
        }
    )
    frame.loc[rng.random(n) < 0.25, "income"] = np.nan
    frame.loc[rng.random(n) < 0.1, "job"] = None
    return frame, np.repeat(["a", "b"], [n // 2, n - n // 2])


def drawn(n=20_000, label="a", **parameters):
    frame, y = people()
    sampler = MarginalSampler(random_state=0, **parameters).fit(frame, y)
    return frame[y == label], sampler.sample(n, label=label), sampler


class TestColumns:
    def test_what_is_chosen(self):
        frame, y = people(4000)
        sampler = MarginalSampler(sampling_strategy={"a": 2001}, random_state=0).fit(frame, y)
        log = {entry["column"]: entry for entry in sampler.fit_log_}
        assert {name: entry["distribution"] for name, entry in log.items()} == {
            "height": "norm",
            "weight": "norm",
            "income": "lognorm",
            "children": "poisson",
            "age": "norm",
            "job": "frequencies",
            "since": "randint",
            "moved": "frequencies",
            "planet": "frequencies",
            "legs": "constant",
        }
        assert all(entry["class"] == "a" for entry in log.values())
        assert log["income"]["bic"] < log["income"]["runner_up_bic"]
        assert log["income"]["runner_up"] in ("gamma", "weibull_min", "gumbel_r")
        assert log["income"]["distance"] < 0.03
        assert log["income"]["values"] == frame["income"][:2000].notna().sum()
        assert log["income"]["missing"] == frame["income"][:2000].isna().mean()

    @pytest.mark.parametrize("dependence", ["none", "gaussian"])
    @pytest.mark.parametrize("distributions", ["auto", "empirical"])
    def test_distributions_are_kept(self, distributions, dependence):
        real, new, _ = drawn(distributions=distributions, dependence=dependence)
        for name in ("height", "weight", "income", "children", "age"):
            distance = stats.ks_2samp(real[name].dropna(), new[name].dropna()).statistic
            assert distance < 0.06, name
        for name in ("job", "moved"):
            wanted, found = (f[name].value_counts(normalize=True) for f in (real, new))
            np.testing.assert_allclose(found.reindex(wanted.index), wanted, atol=0.015)
        for name in ("income", "job"):
            assert abs(new[name].isna().mean() - real[name].isna().mean()) < 1e-4
        assert (new["planet"] == "earth").all()
        assert (new["legs"] == 2).all()
        pd.testing.assert_series_equal(new.dtypes, real.dtypes)
        np.testing.assert_array_equal(new["income"], new["income"].round(2))

    @pytest.mark.parametrize("dependence", ["none", "gaussian"])
    def test_dependence(self, dependence):
        real, new, _ = drawn(dependence=dependence)
        wanted = stats.spearmanr(real["height"], real["weight"]).statistic
        found = stats.spearmanr(new["height"], new["weight"]).statistic
        assert wanted > 0.7
        # Correlations are shrunk, by the less the more rows there are.
        assert abs(found - (wanted if dependence == "gaussian" else 0)) < 0.07

    def test_each_class_by_itself(self):
        rng = np.random.default_rng(0)
        X = np.concatenate([rng.normal(5, 1, 400), rng.exponential(100, 300)])[:, np.newaxis]
        sampler = MarginalSampler(random_state=0).fit(X, np.repeat([0, 1], [400, 300]))
        assert [(e["class"], e["distribution"]) for e in sampler.fit_log_] == [(1, "expon")]
        sampler.sample(1, label=0)
        assert [(e["class"], e["distribution"]) for e in sampler.fit_log_][1:] == [(0, "norm")]
        assert abs(sampler.sample(20_000, label=0).mean() - 5) < 0.1

    def test_scores_are_the_logarithm_of_the_density(self):
        rng = np.random.default_rng(0)
        X = np.column_stack([rng.normal(5, 2, 400), rng.gamma(3, 2, 400)])
        sampler = MarginalSampler(bounds=None, distributions=["norm", "gamma"], random_state=0)
        sampler.fit(X, np.repeat([1, 0], 200))
        a, _, scale = stats.gamma.fit(X[:200, 1], floc=0)
        wanted = stats.norm.logpdf(X[:, 0], X[:200, 0].mean(), X[:200, 0].std())
        wanted += stats.gamma.logpdf(X[:, 1], a, scale=scale)
        np.testing.assert_allclose(sampler.score_samples(X, label=1), wanted, rtol=1e-5)


class TestBounds:
    X = np.random.default_rng(0).normal(10, 3, (60, 1))
    Y = np.repeat([1, 0], 30)

    def new(self, X=None, **parameters):
        sampler = MarginalSampler(distributions=["norm"], random_state=0, **parameters)
        return sampler.fit(self.X if X is None else X, self.Y).sample(20_000, label=1)

    def test_padded(self):
        low, high = self.X[:30].min(), self.X[:30].max()
        room = 0.1 * (high - low)
        new = self.new()
        assert low - room <= new.min() < low
        assert high < new.max() <= high + room

    def test_nothing_is_padded_beyond_zero(self):
        for sign in (1, -1):
            X = sign * np.random.default_rng(0).exponential(1, (60, 1))
            new = sign * self.new(X)
            assert 0 <= new.min() < 0.05

    def test_observed(self):
        new = self.new(bounds="observed")
        assert new.min() >= self.X[:30].min()
        assert new.max() <= self.X[:30].max()

    def test_none(self):
        new = self.new(bounds=None)
        assert new.max() > self.X.max() + 2
        assert (
            stats.kstest(new[:, 0], "norm", (self.X[:30].mean(), self.X[:30].std())).pvalue > 0.01
        )

    def test_mapping_and_the_ends_that_it_leaves_are_padded(self):
        X = np.column_stack([self.X, self.X])
        new = self.new(X, bounds={0: (0, None)})
        high = X[:30].max()
        room = 0.1 * np.ptp(X[:30, 0])
        assert 0 <= new[:, 0].min() < new[:, 1].min()
        assert new[:, 1].min() >= X[:30].min() - room
        assert (new.max(axis=0) <= high + room).all()
        frame = pd.DataFrame(X, columns=["a", "b"])
        with pytest.raises(ValueError, match=r"'a' are .*beyond them"):
            MarginalSampler(bounds={"a": (0, 1)}, sampling_strategy={1: 31}).fit(frame, self.Y)

    def test_whole_numbers_stay_within(self):
        X = np.rint(self.X).astype(int)
        new = self.new(X, bounds={0: (-0.5, 30.5)})
        assert new.dtype == X.dtype
        assert new.min() >= 0
        assert new.max() <= 30


class TestLittleData:
    @pytest.mark.parametrize("m", range(2, 11))
    def test_few_rows(self, m):
        frame, _ = people()
        y = np.repeat([1, 0], [m, 1000 - m])
        sampler = MarginalSampler(random_state=0).fit(frame, y)
        new = sampler.sample(200, label=1)
        assert len(new) == 200
        numbers = [e for e in sampler.fit_log_ if e["column"] == "height"]
        assert {e["distribution"] for e in numbers} <= {"norm", "expon"} or m == 10
        for name in ("height", "age"):
            room = 0.1 * np.ptp(frame[name][:m]) + 1
            assert new[name].min() >= frame[name][:m].min() - room
            assert new[name].max() <= frame[name][:m].max() + room
        assert set(new["job"].dropna()) <= set(frame["job"][:m].dropna())

    def test_one_row_is_refused_with_the_remedy(self):
        with pytest.raises(ValueError, match=r"has 1 row: use RandomOverSampler"):
            MarginalSampler().fit([[1.0], [2.0], [3.0]], [1, 0, 0])

    def test_distributions_that_do_not_fit_are_refused_by_column_and_class(self):
        frame = pd.DataFrame({"gain": [-1.0, 2, 5, -7, 3, 1]})
        sampler = MarginalSampler(distributions=["lognorm"])
        with pytest.raises(ValueError, match=r"column 'gain' of class 1, with 2 .*add 'norm'"):
            sampler.fit(frame, [1, 1, 0, 0, 0, 0])

    @pytest.mark.parametrize("wrong", [["norma"], [], "norm"])
    def test_unknown_distributions(self, wrong):
        with pytest.raises(ValueError, match="distributions"):
            MarginalSampler(distributions=wrong).fit([[1.0], [2.0], [3.0]], [1, 1, 0])

    def test_a_list_of_distributions_needs_no_number_of_values(self):
        X = np.array([[1.0], [2], [4], [9], [7], [8], [9]])
        sampler = MarginalSampler(distributions=["gamma"]).fit(X, [1, 1, 1, 0, 0, 0, 0])
        assert sampler.fit_log_[0]["distribution"] == "gamma"


class TestToSpec:
    @pytest.mark.parametrize("dependence", ["none", "gaussian"])
    @pytest.mark.parametrize("distributions", ["auto", "empirical"])
    @pytest.mark.parametrize("ending", ["json", "toml"])
    def test_and_back_gives_the_same_rows_in_distribution(
        self, tmp_path, ending, distributions, dependence
    ):
        _, new, sampler = drawn(distributions=distributions, dependence=dependence)
        path = tmp_path / f"spec.{ending}"
        spec = sampler.to_spec(path, label="a")
        read = MarginalSampler.from_spec(path, random_state=1)
        assert read.spec == spec
        again = read.sample(20_000)
        assert list(again.columns) == list(new.columns)
        for name in ("height", "weight", "income", "children", "age"):
            assert stats.ks_2samp(new[name].dropna(), again[name].dropna()).statistic < 0.03, name
        middle = abs(again["since"].median() - new["since"].median())
        assert middle < pd.Timedelta(20, "D")
        assert again["since"].dt.normalize().equals(again["since"])
        for name in ("income", "job"):
            assert abs(again[name].isna().mean() - new[name].isna().mean()) < 0.015
        for name in ("job", "moved"):
            wanted, found = (f[name].value_counts(normalize=True) for f in (new, again))
            np.testing.assert_allclose(found.reindex(wanted.index), wanted, atol=0.02)
        assert again["age"].dtype == np.int64
        one, other = (f[["height", "weight"]].corr().iloc[0, 1] for f in (new, again))
        assert abs(one - other) < 0.03

    def test_of_a_spec_is_the_spec(self):
        spec = {"a": {"values": [1, 2]}}
        assert MarginalSampler.from_spec(json.dumps(spec)).to_spec() == spec

    def test_no_file_is_replaced_unasked(self, tmp_path):
        path = tmp_path / "spec.json"
        path.write_text("mine")
        generator = MarginalSampler.from_spec({"a": {"values": [1]}})
        with pytest.raises(FileExistsError, match="exists"):
            generator.to_spec(path)
        assert path.read_text() == "mine"
        generator.to_spec(path, overwrite=True)
        assert "values" in path.read_text()

    def test_what_a_spec_cannot_say_is_refused_by_name(self):
        long = pd.DataFrame({"long": pd.to_timedelta(np.arange(6) ** 2, "h")})
        sampler = MarginalSampler().fit(long, [1, 1, 1, 0, 0, 0])
        with pytest.raises(ValueError, match="'long' holds durations"):
            sampler.to_spec(label=1)
        raw = pl.DataFrame({"raw": [b"a", b"b", b"a", b"b"]})
        sampler = MarginalSampler(categorical_features=["raw"]).fit(raw, [1, 1, 0, 0])
        with pytest.raises(ValueError, match="'raw', key 'values'"):
            sampler.to_spec(label=1)

    def test_whole_floats_keep_their_distribution(self):
        X = np.random.default_rng(0).integers(0, 4, (400, 1)).astype(float)
        sampler = MarginalSampler(bounds="observed", distributions=["uniform"], random_state=0)
        sampler.fit(X, np.repeat([1, 0], 200))
        again = MarginalSampler.from_spec(sampler.to_spec(label=1), random_state=0).sample(20_000)
        proportions = [
            np.bincount(rows.astype(int)) / 20_000
            for rows in (sampler.sample(20_000, label=1)[:, 0], again["0"].to_numpy())
        ]
        np.testing.assert_allclose(proportions[1], proportions[0], atol=0.015)

    @pytest.mark.parametrize("distributions", ["auto", "empirical"])
    @pytest.mark.parametrize("unit", ["s", "ns"])
    def test_times_keep_their_step(self, unit, distributions):
        hours = np.array([0, 3, 6, 27, 30, 99, 300, 303])
        when = pd.Series(pd.Timestamp("2024-02-29 01:30") + pd.to_timedelta(hours, "h"))
        frame = pd.DataFrame({"when": when.astype(f"datetime64[{unit}]")})
        sampler = MarginalSampler(distributions=distributions, random_state=0)
        sampler.fit(frame, [1] * 6 + [0] * 2)
        spec = sampler.to_spec(label=1)
        assert spec["when"]["step"] == 1800
        for rows in (sampler.sample(500, label=1), MarginalSampler.from_spec(spec).sample(500)):
            assert (rows["when"].dt.floor("30min") == rows["when"]).all()

    def test_levels_of_times_are_text(self):
        days = pd.to_datetime(["2024-02-28", "2024-02-29", "2024-03-02", "2024-03-09"])
        frame = pd.DataFrame({"day": days, "when": days + pd.Timedelta(3661, "s")})
        sampler = MarginalSampler(distributions="empirical").fit(frame, [1, 1, 0, 0])
        spec = sampler.to_spec(label=1)
        assert spec["day"]["levels"] == ["2024-02-28", "2024-02-29"]
        assert spec["when"]["levels"] == ["2024-02-28T01:01:01", "2024-02-29T01:01:01"]

    @pytest.mark.parametrize("unit", ["s", "ns"])
    @pytest.mark.parametrize("ending", ["json", "toml"])
    def test_categories_that_are_dates(self, tmp_path, unit, ending):
        day = pd.Series(pd.to_datetime(["2024-02-29", "2024-03-01"] * 3))
        frame = pd.DataFrame({"day": day.astype(f"datetime64[{unit}]")})
        sampler = MarginalSampler(categorical_features=["day"]).fit(frame, [1, 1, 1, 0, 0, 0])
        path = tmp_path / f"a.{ending}"
        sampler.to_spec(path, label=1)
        again = MarginalSampler.from_spec(path, random_state=0).sample(2000)["day"]
        assert set(again) == set(day)
        assert abs((again == "2024-02-29").mean() - 2 / 3) < 0.05

    def test_dates_that_stand_for_the_end_of_time(self):
        days = np.array(["2024-02-29", "2024-03-01", "9999-12-31"], "datetime64[s]")
        frame = pd.DataFrame({"day": days})
        spec = MarginalSampler().fit(frame.loc[[0, 1, 2, 0, 1]], [1, 1, 1, 0, 0]).to_spec(label=1)
        assert spec["day"]["max"] == "9999-12-31"

    def test_the_log_of_times_says_what_the_spec_says(self):
        _, _, sampler = drawn(10)
        log = {entry["column"]: entry for entry in sampler.fit_log_ if entry["class"] == "a"}
        spec = sampler.to_spec(label="a")
        for name in ("since", "age", "height"):
            for key, value in log[name]["parameters"].items():
                assert spec[name][key] == value, (name, key)
        assert log["since"]["parameters"]["loc"] > 18_000

    def test_times_and_columns_without_any_value(self):
        when = pd.Timestamp("2024-02-29 13:05:07") + pd.to_timedelta([0, 77, 999, 5_001, 3], "s")
        frame = pd.DataFrame({"when": when, "none": np.nan, "what": [None] * 5})
        frame["what"] = frame["what"].astype("category")
        spec = MarginalSampler().fit(frame, [1, 1, 1, 0, 0]).to_spec(label=1)
        new = MarginalSampler.from_spec(spec, random_state=0).sample(50)
        assert new["when"].between("2024-02-29 13:03", "2024-02-29 13:25").all()
        assert new["none"].isna().all()
        assert new["what"].isna().all()


def test_it_is_of_the_family_of_copulas():
    """So that what is tested for these is tested for it."""
    assert issubclass(MarginalSampler, CopulaOverSampler)
    sampler = clone(MarginalSampler(random_state=0))
    sampler.fit_resample(np.arange(12.0).reshape(6, 2), [1, 1, 0, 0, 0, 0])
    assert (sampler.parents_ == -1).all()


class TestFormerName:
    def test_it_warns_and_does_the_same(self):
        for module in (skresample, skresample.spec):
            with pytest.warns(FutureWarning, match="use MarginalSampler"):
                old = module.RandomGenerator(dependence="gaussian", random_state=0)
        new = MarginalSampler(dependence="gaussian", random_state=0)
        assert isinstance(old, MarginalSampler)
        assert old.get_params() == new.get_params()
        X, y = np.random.default_rng(0).normal(size=(30, 2)), [1] * 10 + [0] * 20
        np.testing.assert_array_equal(old.fit_resample(X, y)[0], new.fit_resample(X, y)[0])

    @pytest.mark.filterwarnings("ignore::FutureWarning")
    def test_clones_pickles_and_specs(self):
        old = skresample.RandomGenerator(dependence="gaussian", random_state=0)
        for again in (clone(old), pickle.loads(pickle.dumps(old))):
            assert type(again) is skresample.RandomGenerator
            assert again.get_params() == old.get_params()
        drawn = skresample.RandomGenerator.from_spec({"a": {"values": [1]}}).sample(2)
        assert drawn["a"].tolist() == [1, 1]
