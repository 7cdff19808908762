"""Tables from specs: drawn as they say, or refused by column and key."""

import functools
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import clone
from typer.testing import CliRunner

from skresample import MarginalSampler, cli

ISSUE = {
    "age": {"dist": "norm", "loc": 40, "scale": 12, "min": 18, "max": 99, "dtype": "int"},
    "sex": {"values": ["f", "m"], "p": [0.5, 0.5]},
    "name": {"provider": "faker.name"},
}

NORM = {"dist": "norm"}


def sample(spec, n=20_000, seed=0):
    return MarginalSampler.from_spec(spec, random_state=seed).sample(n)


def refusal(spec):
    try:
        sample(spec, 3)
    except ValueError as error:
        return str(error)
    return ""


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

    @pytest.mark.parametrize("low", [15_000, 14_999.7, "2011-01-26", date(2011, 1, 26)])
    def test_bounds_of_dates_are_dates_or_days(self, low):
        told = {"dist": "uniform", "scale": 40_000, "min": low, "max": 15_002, "dtype": "date"}
        days = sample({"x": told}, 500)["x"].dt.strftime("%Y-%m-%d")
        assert sorted(set(days)) == ["2011-01-26", "2011-01-27", "2011-01-28"]

    def test_bounds_of_times_in_days(self):
        told = {"dist": "uniform", "scale": 40_000, "min": 15_000.25, "max": 15_000.5}
        x = sample({"x": {**told, "dtype": "datetime"}}, 5000)["x"]
        assert x.between("2011-01-26 06:00", "2011-01-26 12:00").all()
        assert x.max() - x.min() > pd.Timedelta("5h")

    @pytest.mark.parametrize(
        ("told", "wanted"),
        [
            ({"min": 0.14, "max": 0.46, "decimals": 1}, [0.2, 0.3, 0.4]),
            ({"min": 0.3, "max": 0.7, "decimals": 1}, [0.3, 0.4, 0.5, 0.6, 0.7]),
            ({"min": 1.1, "max": 1.2, "decimals": 1}, [1.1, 1.2]),
            ({"min": 0.26, "max": 0.34, "decimals": 1}, [0.3]),
            ({"min": 0.5, "max": 2.5, "decimals": 0}, [1, 2]),
            ({"min": 120, "max": 480, "decimals": -2}, [200, 300, 400]),
        ],
    )
    def test_decimals_stay_within_bounds(self, told, wanted):
        told = {"dist": "uniform", "scale": 1000 if told["decimals"] < 0 else 3, **told}
        assert np.unique(sample({"x": told}, 2000)["x"]).tolist() == wanted

    def test_without_decimals_bounds_are_as_likely_as_the_rest(self):
        told = {"dist": "uniform", "loc": -5, "scale": 20, "min": 1, "max": 3}
        for rounded in ({"decimals": 0}, {"dtype": "int"}):
            shares = sample({"x": {**told, **rounded}})["x"].value_counts(normalize=True)
            np.testing.assert_allclose(shares, 1 / 3, atol=0.015)

    def test_decimals_beyond_floats_leave_numbers_as_they_are(self):
        told = {"dist": "uniform", "loc": 1e300, "scale": 1e300, "decimals": 15}
        assert sample({"x": told}, 50)["x"].between(1e300, 2e300).all()

    def test_steps_of_times(self):
        told = {"dist": "uniform", "loc": 19_000, "scale": 5_000, "dtype": "datetime"}
        told |= {"min": "2024-02-29T01:00", "max": "2024-02-29T11:59", "step": 10_800}
        x = sample({"x": told}, 2000)["x"]
        assert sorted(x.dt.strftime("%d %H:%M:%S").unique()) == [
            "29 03:00:00",
            "29 06:00:00",
            "29 09:00:00",
        ]

    @pytest.mark.parametrize("dtype", ["date", "datetime"])
    def test_levels_that_are_dates(self, dtype):
        levels = ["2024-02-28", date(2024, 3, 1), 19_782]
        told = {"dist": "empirical", "levels": levels, "counts": [1, 8, 1], "dtype": dtype}
        x = sample({"x": told})["x"]
        assert (str(x.min())[:10], str(x.max())[:10]) == ("2024-02-28", "2024-03-01")
        assert abs((x == "2024-03-01").mean() - 0.8) < 0.05

    @pytest.mark.parametrize(
        ("values", "dtype", "wanted"),
        [
            (["2024-02-29", "1500-01-01"], "date", ["2024-02-29", "1500-01-01"]),
            ([date(2024, 2, 29)], None, ["2024-02-29"]),
            ([np.datetime64("2024-02-29", "ns")], None, ["2024-02-29"]),
            ([np.datetime64("2024-02-29T13:05:07")], None, ["2024-02-29 13:05:07"]),
            ([datetime(2024, 2, 29, 13, tzinfo=UTC)], None, ["2024-02-29 13:00:00"]),
            (["2024-02-29T13:00:00.5+01:00"], "datetime", ["2024-02-29 12:00:00.500000"]),
            ([19_782], "date", ["2024-02-29"]),
        ],
    )
    def test_values_that_are_dates(self, values, dtype, wanted):
        told = {"values": values, "missing": 0.2} | ({"dtype": dtype} if dtype else {})
        x = sample({"x": told}, 200)["x"]
        assert x.dtype.kind == "M"
        assert x.isna().any()
        expected = np.sort(np.array(wanted, "datetime64[us]"))
        np.testing.assert_array_equal(np.unique(x.dropna().to_numpy("datetime64[us]")), expected)

    def test_counts_are_proportions_and_take_no_memory(self):
        levels, counts = [6, 0, 5, 0], [1, 3, 1, 5]
        plain = sample({"x": {"dist": "empirical", "levels": levels, "counts": counts}})
        rows = np.repeat(levels, counts).tolist()
        pd.testing.assert_frame_equal(sample({"x": {"dist": "empirical", "levels": rows}}), plain)
        large = [10**14 * count for count in counts]
        x = sample({"x": {"dist": "empirical", "levels": levels, "counts": large}})["x"]
        np.testing.assert_allclose((x == 0).mean(), 0.8, atol=0.015)

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
        one, other = (MarginalSampler.from_spec(ISSUE, random_state=3) for _ in range(2))
        first, second = one.sample(20), one.sample(20)
        pd.testing.assert_frame_equal(other.sample(20), first)
        assert not first.equals(second)
        pd.testing.assert_frame_equal(
            one.sample(5, random_state=1), other.sample(5, random_state=1)
        )

    def test_a_column_does_not_depend_on_those_that_come_later(self):
        fewer = sample({"age": ISSUE["age"]}, 20)
        pd.testing.assert_series_equal(fewer["age"], sample(ISSUE, 20)["age"])

    def test_a_seed_that_is_set_later_counts(self):
        spec = {"x": NORM}
        generator = MarginalSampler.from_spec(spec, random_state=3)
        first = generator.sample(5)
        generator.set_params(random_state=5)
        pd.testing.assert_frame_equal(generator.sample(5), sample(spec, 5, seed=5))
        generator.set_params(random_state=5)
        assert not generator.sample(5).equals(sample(spec, 5, seed=5))
        generator.set_params(random_state=3)
        pd.testing.assert_frame_equal(generator.sample(5), first)

    def test_clone_draws_the_same(self):
        generator = MarginalSampler.from_spec(ISSUE, random_state=3)
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
            assert MarginalSampler.from_spec(source).spec == wanted

    @pytest.mark.parametrize(
        ("name", "text", "error", "words"),
        [
            ("a.toml", "a = [", ValueError, r"a\.toml cannot be read as TOML"),
            ("a.json", "{", ValueError, r"a\.json cannot be read as JSON"),
            ("a.json", "[]", ValueError, "a mapping for each column"),
            ("a.yaml", "a: 1", ValueError, r"must end in \.json or \.toml"),
            ("a.toml", None, FileNotFoundError, "There is no file"),
            ("a=1.toml", None, FileNotFoundError, r"There is no file .*a=1\.toml"),
            ("a.toml", b"a = {values = ['\xe9']}", ValueError, r"a\.toml is not in UTF-8"),
            ("a.json", "[" * 100_000, ValueError, "as JSON: it is nested too deeply"),
            ("a.json", '{"a":' * 100_000, ValueError, "as JSON: it is nested too deeply"),
            ("a.toml", "a = " + "[" * 100_000, ValueError, "as TOML: it is nested too deeply"),
            (
                "a.json",
                '{"a": {}, "b": {}, "a": {}}',
                ValueError,
                "'a' is given twice in one object",
            ),
            (
                "a.json",
                '{"a": {"min": 1, "min": 2}}',
                ValueError,
                "'min' is given twice in one object",
            ),
            ("a.toml", "a = {min = 1, min = 2}", ValueError, "cannot be read as TOML"),
            ("a.json", '{"a": ' + "9" * 5000 + "}", ValueError, "cannot be read as JSON"),
        ],
    )
    def test_files_that_cannot_be_read(self, tmp_path, name, text, error, words):
        if text is not None:
            text = text.encode() if isinstance(text, str) else text
            (tmp_path / name).write_bytes(text)
        for source in (tmp_path / name, str(tmp_path / name)):
            with pytest.raises(error, match=words):
                MarginalSampler.from_spec(source)

    @pytest.mark.parametrize("name", ["a.toml", "a.json"])
    def test_a_byte_order_mark_is_no_part_of_it(self, tmp_path, name):
        text = '{"a": {"values": [1]}}' if name == "a.json" else "a = { values = [1] }"
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        assert MarginalSampler.from_spec(tmp_path / name).spec == {"a": {"values": [1]}}

    def test_one_line_of_toml(self):
        assert MarginalSampler.from_spec('a = {dist="norm"}').spec == {"a": {"dist": "norm"}}

    @pytest.mark.parametrize("source", [[1], 3, b"{}", None])
    def test_what_is_no_spec(self, source):
        with pytest.raises(TypeError, match="A spec is a mapping for each column"):
            MarginalSampler.from_spec(source)

    def test_it_is_copied_in_and_out(self):
        given = {"a": {"values": [1, 2], "p": [0.5, 0.5], "correlations": {"b": 0.2}}, "b": NORM}
        generator = MarginalSampler.from_spec(given)
        kept = json.loads(json.dumps(given))
        given["a"]["values"].append(3)
        given["a"]["correlations"]["b"] = 0.9
        told = generator.to_spec()
        assert told == generator.spec == kept
        told["a"]["p"][0] = 7
        assert generator.to_spec() == kept

    @pytest.mark.parametrize("ending", ["json", "toml"])
    def test_what_either_kind_lacks_is_written_so_that_it_is_read_alike(self, tmp_path, ending):
        spec = {
            "day": {"dist": "uniform", "loc": 11_000, "scale": 900, "dtype": "date"},
            "dates": {"values": [date(2001, 1, 1), date(2001, 5, 1)]},
            "times": {"values": [datetime(2001, 1, 1, 3), pd.Timestamp("2001-05-01")]},
            "level": {"dist": "empirical", "levels": [date(2001, 1, 1)], "dtype": "date"},
            "number": {"dist": "norm", "loc": Decimal("3.5"), "scale": np.float32(2)},
            "value": {"values": [np.int64(1), Decimal("2.5")], "p": [np.float64(0.5), 0.5]},
            "truth": {"values": [np.True_, np.False_], "missing": np.float64(0.5)},
            "name": {"provider": "faker.name", "locale": None},
        }
        spec["day"] |= {"min": date(2001, 1, 1), "max": np.datetime64("2001-03-01")}
        generator = MarginalSampler.from_spec(spec, random_state=0)
        generator.to_spec(tmp_path / f"a.{ending}")
        again = MarginalSampler.from_spec(tmp_path / f"a.{ending}", random_state=0)
        assert again.spec == generator.spec == MarginalSampler(spec=spec).to_spec()
        frame = generator.sample(300)
        pd.testing.assert_frame_equal(again.sample(300), frame)
        assert frame["day"].between("2001-01-01", "2001-03-01").all()
        assert [frame[name].dtype.kind for name in ("dates", "times", "level")] == ["M"] * 3

    def test_dates_of_toml_are_written_as_json(self, tmp_path):
        text = "[a]\ndist = 'uniform'\nscale = 20000\ndtype = 'date'\nmin = 2001-01-01\n"
        text += "[b]\nvalues = [2001-01-01]\n"
        MarginalSampler.from_spec(text).to_spec(tmp_path / "a.json")
        again = MarginalSampler.from_spec(tmp_path / "a.json").sample(50)
        assert again["a"].min() >= pd.Timestamp("2001-01-01")
        assert (again["b"] == "2001-01-01").all()

    def test_a_spec_that_is_wrong_is_not_written(self, tmp_path):
        with pytest.raises(ValueError, match="Column 'a', key 'values'"):
            MarginalSampler(spec={"a": {"values": [object()]}}).to_spec(tmp_path / "a.json")
        assert not list(tmp_path.iterdir())


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
            ({"dist": "lognorm"}, "s", "is required by lognorm"),
            ({"dist": "beta", "a": -1, "b": 2}, "dist", "beta does not take a=-1"),
            ({**NORM, "min": 3, "max": 1}, "min", "3 is more than the max, 1"),
            ({**NORM, "min": 100}, "min", "no probability from 100"),
            ({**NORM, "dtype": "text"}, "dtype", "float, int"),
            ({**NORM, "dtype": "int", "decimals": 1}, "decimals", "a whole number"),
            ({**NORM, "decimals": 16}, "decimals", "from -15 to 15"),
            ({**NORM, "min": 0.14, "max": 0.16, "decimals": 1}, "min", "no number with decimals=1"),
            ({**NORM, "min": 0.2, "max": 0.8, "dtype": "int"}, "min", "no whole number is from"),
            ({**NORM, "step": 60}, "step", "of a dtype datetime"),
            ({**NORM, "dtype": "datetime", "step": 0}, "step", "a whole number of seconds"),
            ({**NORM, "dtype": "date", "min": "soon"}, "min", "such as 2024-02-29"),
            ({**NORM, "dtype": "date", "min": True}, "min", "such as 2024-02-29"),
            ({**NORM, "dtype": "date", "min": 1e7}, "min", "not in the years 1 to 9999"),
            ({**NORM, "dtype": "date", "loc": 1e7}, "dtype", "years 1 to 9999: give min and max"),
            ({**NORM, "dtype": "int", "loc": 1e19}, "dtype", "64 bits: give min and max"),
            ({**NORM, "loc": 10**400}, "loc", "a finite number"),
            ({**NORM, "correlations": {"the colum": 0.1}}, "correlations.the colum", "no other"),
            ({**NORM, "missing": 1.1}, "missing", "from 0 to 1"),
            ({**NORM, "correlations": {"y": 0.1}}, "correlations.y", "no other column"),
            ({**NORM, "correlations": {"other": 2}}, "correlations.other", "from -1 to 1"),
            ({**NORM, "correlations": {"name": 0.1}}, "correlations.name", "a provider"),
            ({**NORM, "correlations": 0.1}, "correlations", "a mapping"),
            ({"values": []}, "values", "a list of at least one value"),
            ({"values": [[1]]}, "values", "text, numbers"),
            ({"values": [1, 2], "p": [0.5, 0.6]}, "p", "sum to 1, not to 1.1"),
            ({"values": [1, 2], "p": [1.5, -0.5]}, "p", "below 0"),
            ({"values": [1, 2], "p": [1]}, "p", "a list of 2"),
            ({"values": [1], "min": 0}, "min", "no such key"),
            ({"values": [1, float("nan")]}, "values", "not nan: for missing values, there is"),
            ({"values": [1, float("inf")]}, "values", "not inf"),
            ({"values": ["a", None]}, "values", "the key missing"),
            ({"values": [np.datetime64("12000-01-01")]}, "values", "12000-01-01"),
            ({"values": [np.timedelta64(3, "ns")]}, "values", "timedelta"),
            ({"values": [1, 2.5, "x", True]}, "values", "numbers, text, true or false"),
            ({"values": [1, True]}, "values", "of one kind"),
            ({"values": [date(2024, 2, 29), "2024-03-01"]}, "values", "are dates, text"),
            ({"values": [date(2024, 2, 29), 3]}, "values", "are dates, numbers"),
            ({"values": ["x"], "dtype": "int"}, "dtype", "must be date or datetime"),
            ({"values": ["x"], "dtype": "date"}, "values", "such as 2024-02-29"),
            ({"values": ["2024-02-29T13:00"], "dtype": "date"}, "values", "take dtype datetime"),
            ({"dist": "empirical"}, "levels", "a list of at least one number"),
            ({"dist": "empirical", "levels": [1], "counts": [0.5]}, "counts", "whole numbers"),
            ({"dist": "empirical", "levels": [1], "counts": [10**30]}, "counts", "they sum to"),
            ({"values": ["a", "\ud800"]}, "values", "'\\ud800' has half of a surrogate pair"),
            ({"values": [1, 10**30]}, "values", "beyond 64 bits"),
            ({"values": [-1, 2**63]}, "values", "beyond 64 bits"),
            ({"dist": "invgauss", "mu": 1e-320}, "mu", "too small"),
            ({"dist": "foldcauchy", "c": 1e308}, "dist", "SciPy cannot compute it"),
            ({"dist": "poisson_binom", "p": 2}, "dist", "SciPy cannot compute it"),
            ({"provider": "faker.nmae"}, "provider", "Did you mean 'name'?"),
            ({"provider": "mimesis.person.fullname"}, "provider", "Did you mean 'full_name'?"),
            ({"provider": "names.first"}, "provider", "must be written as 'faker.name'"),
            ({"provider": "faker._faker"}, "provider", "must be written as 'faker.name'"),
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
            MarginalSampler.from_spec(spec)
        assert f"Column 'the column', key {key!r}" in str(caught.value)
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ({}, "needs at least one column"),
            ({1: {"dist": "norm"}}, "Column 1: a name must be text, such as '1'"),
            ({"x": 3}, "'x' must be a mapping"),
            ({"\udc80": NORM}, r"'\\udc80': the name has half of a surrogate pair"),
            ({"x": {}}, "'x' must have one of the keys dist, values, provider, and has none"),
            ({"x": {"dist": "norm", "values": [1]}}, "has dist and values"),
        ],
    )
    def test_of_no_column_or_kind(self, spec, words):
        with pytest.raises(ValueError, match=words):
            MarginalSampler.from_spec(spec)

    ODD: ClassVar = [
        *(None, True, 0, -1, 0.5, 1e308, 1e-320, float("inf"), 10**30, 10**400, "", "x" * 10_000),
        *("2024-02-29", "norm", "\x1b[31m", "\ud800", b"x", [], [1], ["a", 1], [[]], [10**30], {}),
        *({"a": 1}, {"other": 0.5}, {"other": "x"}, 10**12, [1e308, -1e308], 86_400, "date", "int"),
    ]
    DEEP: ClassVar = functools.reduce(lambda inner, _: [inner], range(5000), [])

    @pytest.mark.parametrize(
        "told",
        [
            {"dist": "norm"},
            {"dist": "poisson", "mu": 3},
            {"dist": "uniform", "dtype": "datetime", "scale": 9000},
            {"dist": "uniform", "dtype": "date", "scale": 9000},
            {"dist": "empirical", "levels": [1, 2]},
            {"values": [1, 2]},
            {"values": ["2024-02-29", "2024-03-01"], "dtype": "date"},
            {"provider": "faker.name"},
        ],
    )
    def test_whatever_is_said_is_followed_or_refused_by_name_and_shortly(self, told):
        keys = {*told, "min", "max", "decimals", "step", "missing", "p", "counts", "correlations"}
        for key in sorted(keys | {"loc", "scale", "dtype", "locale", "odd"}):
            for value in (*self.ODD, self.DEEP):
                spec = {"the column": {**told, key: value}, "other": NORM}
                said = refusal(spec)
                if said:
                    assert said.startswith("Column 'the column'"), (key, said)
                    assert len(said) < 1000, key
                    assert "\n" not in said, (key, said)

    def test_a_column_is_not_meant_to_be_correlated_with_itself(self):
        with pytest.raises(ValueError, match=r"key 'correlations\.a': no other .* name\.$"):
            MarginalSampler.from_spec({"a": {**NORM, "correlations": {"a": 0.2}}})

    @pytest.mark.parametrize(
        ("told", "key", "remedy"),
        [
            ({"dist": "pareto", "b": 0.1, "dtype": "int"}, "dtype", "64 bits: give min and max"),
            ({"dist": "cauchy", "scale": 1e4, "dtype": "date"}, "dtype", "give min and max"),
            ({"dist": "cauchy", "scale": 1e4, "dtype": "datetime"}, "dtype", "give min and max"),
            ({"dist": "lognorm", "s": 300}, "dist", "floats: give min and max"),
        ],
    )
    def test_draws_that_nothing_holds(self, told, key, remedy):
        generator = MarginalSampler.from_spec({"other": NORM, "x": told}, random_state=0)
        with pytest.raises(ValueError, match=f"Column 'x', key '{key}': .* {remedy}"):
            generator.sample(50_000)
        bounds = {"min": 1, "max": 1000}
        x = sample({"x": {**told, **bounds}}, 50_000)["x"]
        assert x.notna().all()

    def test_a_provider_that_fails_while_drawing(self, tmp_path):
        spec = {"x": NORM, "truth": {"provider": "faker.unique.boolean"}}
        words = r"'truth', key 'provider': 'faker\.unique\.boolean' failed: Uniqueness.*Got dupl"
        with pytest.raises(ValueError, match=words):
            sample(spec, 5)
        (tmp_path / "a.json").write_text(json.dumps(spec))
        command = ["generate", str(tmp_path / "a.json"), "--n", "5", "--output"]
        result = CliRunner().invoke(cli.app, [*command, str(tmp_path / "a.csv")])
        assert result.exit_code == 2
        assert "Column 'truth', key 'provider'" in result.stderr
        assert list(tmp_path.iterdir()) == [tmp_path / "a.json"]

    def test_correlations_that_cannot_be(self):
        spec = {
            "a": {**NORM, "correlations": {"b": 0.9, "c": 0.9}},
            "b": {**NORM, "correlations": {"c": -0.9}},
            "c": NORM,
        }
        with pytest.raises(ValueError, match="no 3 columns have these correlations at once"):
            MarginalSampler.from_spec(spec)
        spec["b"] = {**NORM, "correlations": {"a": 0.8}}
        with pytest.raises(ValueError, match="column 'a' has another number"):
            MarginalSampler.from_spec(spec)

    @pytest.mark.parametrize("library", ["faker", "mimesis"])
    def test_the_extra_is_named_where_it_is_missing(self, monkeypatch, library):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(
            ImportError, match=rf'needs {library}: pip install "skresample\[fake\]"'
        ):
            MarginalSampler.from_spec({"x": {"provider": f"{library}.person.name"}})

    def test_providers_are_imported_only_where_asked_for(self):
        import subprocess

        program = (
            "import sys; from skresample import MarginalSampler; "
            "MarginalSampler.from_spec({'x': {'values': [1]}}).sample(3); "
            "assert not {'faker', 'mimesis'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_a_spec_learns_from_no_table(self):
        generator = MarginalSampler.from_spec({"x": NORM})
        with pytest.raises(ValueError, match="leave spec out"):
            generator.fit([[1.0], [2.0], [3.0]], [1, 1, 0])
        with pytest.raises(ValueError, match="a spec has no classes"):
            generator.sample(3, label=1)
        with pytest.raises(ValueError, match="a spec has no classes"):
            generator.to_spec(label="zzz")
        with pytest.raises(ValueError, match="at least 0"):
            generator.sample(-1)

    def test_a_spec_that_is_set_is_checked_when_it_is_drawn_from(self):
        with pytest.raises(ValueError, match="'x', key 'dist'"):
            MarginalSampler(spec={"x": {"dist": "nrom"}}).sample(3)
        with pytest.raises(ValueError, match="'spec' parameter"):
            MarginalSampler(spec="norm").sample(3)


@pytest.mark.parametrize("dist", ["levy_stable", "norminvgauss", "studentized_range"])
def test_a_slow_distribution_says_so_before_it_starts(dist, monkeypatch):
    shapes = {"levy_stable": (1.8, -0.5), "norminvgauss": (1.25, 0.5), "studentized_range": (3, 10)}
    names = [name.strip() for name in getattr(stats, dist).shapes.split(",")]
    told = {"dist": dist} | dict(zip(names, shapes[dist], strict=True))

    def drawn(self, share):
        if share.size > 3:  # as many are tried when the spec is read
            raise RuntimeError("drawn")

    monkeypatch.setattr("skresample.spec._columns.NumberColumn.ppf", drawn)
    sampler = MarginalSampler.from_spec({"wait": told}, random_state=0)
    with (
        pytest.warns(UserWarning, match=rf"Column 'wait': 2,000 values of '{dist}' take about"),
        pytest.raises(RuntimeError, match="drawn"),
    ):
        sampler.sample(2000)
    with pytest.raises(RuntimeError, match="drawn"):
        sampler.sample(20)
