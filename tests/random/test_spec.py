"""Tables from specs: drawn as they say, or refused by column and key."""

import json
import sys
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone

from skresample import RandomGenerator

ISSUE = {
    "age": {"dist": "norm", "loc": 40, "scale": 12, "min": 18, "max": 99, "dtype": "int"},
    "sex": {"values": ["f", "m"], "p": [0.5, 0.5]},
    "name": {"provider": "faker.name"},
}


def sample(spec, n=20_000, seed=0):
    return RandomGenerator.from_spec(spec, random_state=seed).sample(n)


class TestDraws:
    def test_the_first_example(self):
        frame = sample(ISSUE, 500)
        assert frame["age"].dtype == np.int64
        assert frame["age"].between(18, 99).all()
        assert abs(frame["age"].mean() - 40.5) < 2
        assert set(frame["sex"]) == {"f", "m"}
        assert frame["name"].map(type).eq(str).all()
        assert frame["name"].nunique() > 400

    @pytest.mark.parametrize(
        ("told", "law"),
        [
            ({"dist": "norm", "loc": 3, "scale": 2}, stats.norm(3, 2)),
            ({"dist": "triang", "c": 0.3}, stats.triang(0.3)),
            ({"dist": "gamma", "a": 2, "scale": 5}, stats.gamma(2, scale=5)),
            ({"dist": "expon", "min": 1}, stats.expon(1)),
            ({"dist": "norm", "min": -1, "max": 2}, stats.truncnorm(-1, 2)),
        ],
    )
    def test_distributions(self, told, law):
        assert stats.kstest(sample({"x": told})["x"], law.cdf).pvalue > 1e-3

    def test_counts(self):
        x = sample({"x": {"dist": "poisson", "mu": 3, "max": 6}})["x"]
        assert x.dtype == np.int64
        wanted = stats.poisson.pmf(np.arange(7), 3)
        counts = np.bincount(x)
        assert stats.chisquare(counts, counts.sum() * wanted / wanted.sum()).pvalue > 1e-3

    def test_values_and_missing(self):
        told = {"values": ["a", "b", "c"], "p": [0.2, 0.7, 0.1], "missing": 0.25}
        x = sample({"x": told})["x"]
        assert abs(x.isna().mean() - 0.25) < 0.015
        np.testing.assert_allclose(
            x.value_counts(normalize=True)[["a", "b", "c"]], [0.2, 0.7, 0.1], atol=0.015
        )

    @pytest.mark.parametrize(
        ("values", "dtype", "with_holes"),
        [
            ([1, 2], "int64", "Int64"),
            ([1.5, 2], "float64", "float64"),
            ([True, False], "bool", "boolean"),
            ([datetime(2024, 2, 29)], "datetime64", "datetime64"),
        ],
    )
    def test_types_of_values(self, values, dtype, with_holes):
        assert str(sample({"x": {"values": values}}, 50)["x"].dtype).startswith(dtype)
        holes = sample({"x": {"values": values, "missing": 0.5}}, 50)["x"]
        assert str(holes.dtype).startswith(with_holes)
        assert 0 < holes.isna().sum() < 50

    def test_decimals_dates_and_times(self):
        frame = sample(
            {
                "price": {"dist": "uniform", "scale": 9, "decimals": 2},
                "day": {
                    "dist": "uniform",
                    "loc": 19_000,
                    "scale": 5_000,
                    "min": "2024-01-01",
                    "max": "2024-01-03",
                    "dtype": "date",
                },
                "when": {"dist": "uniform", "loc": 1, "scale": 1, "dtype": "datetime"},
            },
            3000,
        )
        np.testing.assert_array_equal(frame["price"], frame["price"].round(2))
        days = frame["day"].value_counts(normalize=True)
        assert [str(d.date()) for d in sorted(days.index)] == [f"2024-01-0{d}" for d in (1, 2, 3)]
        np.testing.assert_allclose(days, 1 / 3, atol=0.04)
        assert frame["when"].between("1970-01-02", "1970-01-03").all()
        assert frame["when"].nunique() > 2500

    def test_bounds_in_a_zone_are_of_that_moment(self):
        told = {"dist": "uniform", "loc": 19_000, "scale": 5_000, "dtype": "datetime"}
        told |= {"min": "2024-02-29T01:00:00+01:00", "max": "2024-02-29T00:00:05Z"}
        when = sample({"x": told}, 2000)["x"]
        assert str(when.min()) == "2024-02-29 00:00:00"
        assert str(when.max()) == "2024-02-29 00:00:05"

    def test_empirical(self):
        x = sample({"x": {"dist": "empirical", "levels": [0, 5, 6], "counts": [8, 1, 1]}})["x"]
        assert abs((x == 0).mean() - 0.8) < 0.015
        assert x.max() == 6
        assert ((x > 0) & (x < 5)).any()

    def test_correlations(self):
        spec = {
            "a": {"dist": "norm", "correlations": {"b": 0.8, "c": -0.5}},
            "b": {"dist": "expon", "correlations": {"a": 0.8}},
            "c": {"values": [0, 1], "p": [0.5, 0.5]},
            "d": {"dist": "norm"},
        }
        frame = sample(spec, 40_000)
        # Of normal variables with the correlation r, Spearman's is 6/π arcsin(r/2).
        wanted = 6 / np.pi * np.arcsin(0.4)
        assert abs(stats.spearmanr(frame["a"], frame["b"]).statistic - wanted) < 0.02
        # Cut in halves at 0, the deviation of one half's mean is r √(2/π).
        found = frame.groupby("c")["a"].mean()
        np.testing.assert_allclose(found, np.array([1, -1]) * 0.5 * np.sqrt(2 / np.pi), atol=0.02)
        assert abs(frame["a"].corr(frame["d"])) < 0.02

    def test_mimesis_and_locales(self):
        frame = sample(
            {
                "name": {"provider": "mimesis.person.full_name", "locale": "de"},
                "city": {"provider": "faker.city", "locale": "fr_FR"},
            },
            50,
        )
        assert frame["name"].nunique() > 40
        assert frame["city"].nunique() > 30


class TestSeeds:
    def test_same_seed_same_rows_and_each_draw_others(self):
        one, other = (RandomGenerator.from_spec(ISSUE, random_state=3) for _ in range(2))
        first, second = one.sample(20), one.sample(20)
        pd.testing.assert_frame_equal(other.sample(20), first)
        assert not first.equals(second)
        pd.testing.assert_frame_equal(
            one.sample(5, random_state=1), other.sample(5, random_state=1)
        )

    def test_a_column_does_not_depend_on_those_that_come_later(self):
        fewer = sample({"age": ISSUE["age"]}, 20)
        pd.testing.assert_series_equal(fewer["age"], sample(ISSUE, 20)["age"])

    def test_clone_draws_the_same(self):
        generator = RandomGenerator.from_spec(ISSUE, random_state=3)
        pd.testing.assert_frame_equal(clone(generator).sample(9), generator.sample(9))

    def test_no_rows(self):
        frame = sample(ISSUE, 0)
        assert frame.shape == (0, 3)


class TestReading:
    TOML = 'age = { dist = "norm", loc = 40, scale = 12 }\n[sex]\nvalues = ["f", "m"]\n'

    def test_text_and_files_of_both_kinds(self, tmp_path):
        wanted = {
            "age": {"dist": "norm", "loc": 40, "scale": 12},
            "sex": {"values": ["f", "m"]},
        }
        (tmp_path / "a.toml").write_text(self.TOML)
        (tmp_path / "a.json").write_text(json.dumps(wanted))
        for source in (
            self.TOML,
            json.dumps(wanted),
            tmp_path / "a.toml",
            str(tmp_path / "a.json"),
            wanted,
        ):
            assert RandomGenerator.from_spec(source).spec == wanted

    @pytest.mark.parametrize(
        ("name", "text", "error", "words"),
        [
            ("a.toml", "a = [", ValueError, r"a\.toml cannot be read as TOML"),
            ("a.json", "{", ValueError, r"a\.json cannot be read as JSON"),
            ("a.json", "[]", ValueError, "a mapping for each column"),
            ("a.yaml", "a: 1", ValueError, r"must end in \.json or \.toml"),
            ("a.toml", None, FileNotFoundError, "There is no file"),
        ],
    )
    def test_files_that_cannot_be_read(self, tmp_path, name, text, error, words):
        if text is not None:
            (tmp_path / name).write_text(text)
        with pytest.raises(error, match=words):
            RandomGenerator.from_spec(tmp_path / name)


NORM = {"dist": "norm"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("told", "key", "words"),
        [
            ({"dist": "nrom"}, "dist", "no distribution 'nrom'. Did you mean 'norm'?"),
            ({**NORM, "sclae": 1}, "sclae", "Did you mean 'scale'?"),
            ({"distt": "norm"}, "distt", "Did you mean 'dist'?"),
            ({**NORM, "scale": -1}, "scale", "above 0"),
            ({**NORM, "scale": 0}, "scale", "above 0"),
            ({**NORM, "loc": "x"}, "loc", "a finite number"),
            ({**NORM, "loc": float("nan")}, "loc", "a finite number"),
            ({"dist": "lognorm"}, "s", "lognorm needs it"),
            ({"dist": "beta", "a": -1, "b": 2}, "dist", "beta does not take a=-1"),
            ({**NORM, "min": 3, "max": 1}, "min", "3 is more than the max, 1"),
            ({**NORM, "min": 100}, "min", "no probability from 100"),
            ({**NORM, "dtype": "text"}, "dtype", "float, int"),
            ({**NORM, "dtype": "int", "decimals": 1}, "decimals", "a whole number"),
            ({**NORM, "dtype": "date", "min": "soon"}, "min", "such as 2024-02-29"),
            ({**NORM, "missing": 1.1}, "missing", "from 0 to 1"),
            ({**NORM, "correlations": {"y": 0.1}}, "correlations.y", "no other column"),
            ({**NORM, "correlations": {"other": 2}}, "correlations.other", "from -1 to 1"),
            ({**NORM, "correlations": {"name": 0.1}}, "correlations.name", "a provider"),
            ({**NORM, "correlations": 0.1}, "correlations", "a mapping"),
            ({"values": []}, "values", "a list of one value"),
            ({"values": [[1]]}, "values", "text, numbers"),
            ({"values": [1, 2], "p": [0.5, 0.6]}, "p", "sum to 1, and these to 1.1"),
            ({"values": [1, 2], "p": [1.5, -0.5]}, "p", "below 0"),
            ({"values": [1, 2], "p": [1]}, "p", "a list of 2"),
            ({"values": [1], "min": 0}, "min", "no such key"),
            ({"dist": "empirical"}, "levels", "a list of one number"),
            ({"dist": "empirical", "levels": [1], "counts": [0.5]}, "counts", "whole numbers"),
            ({"provider": "faker.nmae"}, "provider", "Did you mean 'name'?"),
            ({"provider": "mimesis.person.fullname"}, "provider", "Did you mean 'full_name'?"),
            ({"provider": "names.first"}, "provider", "write it as 'faker.name'"),
            ({"provider": "faker._faker"}, "provider", "write it as 'faker.name'"),
            ({"provider": "faker.seed_instance"}, "provider", "not one value"),
            ({"provider": "faker.profile"}, "provider", "not one value"),
            ({"provider": "faker.name", "locale": "xx"}, "locale", "'xx'"),
            ({"provider": "mimesis.person.name", "locale": "xx"}, "locale", "'xx'"),
            ({"provider": "faker.name", "locale": 3}, "locale", "text such as 'de'"),
        ],
    )
    def test_by_column_and_key(self, told, key, words):
        spec = {"other": NORM, "the column": told, "name": {"provider": "faker.name"}}
        with pytest.raises(ValueError) as caught:
            RandomGenerator.from_spec(spec)
        assert f"Column 'the column', key {key!r}" in str(caught.value)
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ({}, "needs a column"),
            ({"x": 3}, "'x' must be a mapping"),
            ({"x": {}}, "'x' must have one of the keys dist, values, provider, and has none"),
            ({"x": {"dist": "norm", "values": [1]}}, "has dist and values"),
        ],
    )
    def test_of_no_column_or_kind(self, spec, words):
        with pytest.raises(ValueError, match=words):
            RandomGenerator.from_spec(spec)

    def test_correlations_that_cannot_be(self):
        spec = {
            "a": {**NORM, "correlations": {"b": 0.9, "c": 0.9}},
            "b": {**NORM, "correlations": {"c": -0.9}},
            "c": NORM,
        }
        with pytest.raises(ValueError, match="no 3 columns have these correlations at once"):
            RandomGenerator.from_spec(spec)
        spec["b"] = {**NORM, "correlations": {"a": 0.8}}
        with pytest.raises(ValueError, match="column 'a' says another number"):
            RandomGenerator.from_spec(spec)

    @pytest.mark.parametrize("library", ["faker", "mimesis"])
    def test_the_extra_is_named_where_it_is_missing(self, monkeypatch, library):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(
            ImportError, match=rf'needs {library}: pip install "skresample\[fake\]"'
        ):
            RandomGenerator.from_spec({"x": {"provider": f"{library}.person.name"}})

    def test_providers_are_imported_only_where_asked_for(self):
        import subprocess

        program = (
            "import sys; from skresample import RandomGenerator; "
            "RandomGenerator.from_spec({'x': {'values': [1]}}).sample(3); "
            "assert not {'faker', 'mimesis'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_a_spec_learns_from_no_table(self):
        generator = RandomGenerator.from_spec({"x": NORM})
        with pytest.raises(ValueError, match="leave spec out"):
            generator.fit([[1.0], [2.0], [3.0]], [1, 1, 0])
        with pytest.raises(ValueError, match="a spec has no classes"):
            generator.sample(3, label=1)
        with pytest.raises(ValueError, match="at least 0"):
            generator.sample(-1)

    def test_a_spec_that_is_set_is_checked_when_it_is_drawn_from(self):
        with pytest.raises(ValueError, match="'x', key 'dist'"):
            RandomGenerator(spec={"x": {"dist": "nrom"}}).sample(3)
        with pytest.raises(ValueError, match="'spec' parameter"):
            RandomGenerator(spec="norm").sample(3)
