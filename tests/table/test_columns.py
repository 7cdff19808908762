"""A new value is one that its column can hold: whole, of few decimals, a day, true or false."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from checks import column_of, columns_of, decimals_of
from samplers import INTERPOLANTS, VARIANTS, WITH_PARENTS, blobs, name_of
from scipy import sparse, stats
from sklearn.base import clone

from skresample import (
    MWMOTE,
    SMOBD,
    SMOTE,
    SMOTEN,
    SVMSMOTE,
    LeeSMOTE,
    RandomOverSampler,
    SafeLevelSMOTE,
)
from skresample.table.columns import FloatCodec, keep_squares

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
]
# What only copies values takes any of them.
every_computing = pytest.mark.parametrize(
    "sampler",
    [s for s in VARIANTS if s._computes and not isinstance(s, SMOTEN)],
    ids=name_of,
)
every_sampler = pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
every_interpolant = pytest.mark.parametrize("sampler", INTERPOLANTS, ids=name_of)
INWARD = [s for s in INTERPOLANTS if not isinstance(s, SVMSMOTE)]
every_inward = pytest.mark.parametrize("sampler", INWARD, ids=name_of)
EXTRAPOLATING = [
    SVMSMOTE(random_state=0, out_step=2.0),
    RandomOverSampler(random_state=0, shrinkage=3),
]
every_extrapolating = pytest.mark.parametrize("sampler", EXTRAPOLATING, ids=name_of)
LEVEL = 1e-4
N_NEW = 12_000

# Two values that three steps of the column lie between, and the values of the column.
STEPS = {
    "array of int8": lambda v: np.array(v, dtype=np.int8)[:, np.newaxis],
    "array of uint64": lambda v: np.array(v, dtype=np.uint64)[:, np.newaxis],
    "list": lambda v: [[x] for x in v],
    "array of objects": lambda v: np.array(v, dtype=object)[:, np.newaxis],
    "csr of int64": lambda v: sparse.csr_array(np.array(v)[:, np.newaxis]),
    "csc of int32": lambda v: sparse.csc_matrix(np.array(v, dtype=np.int32)[:, np.newaxis]),
    "pandas int64": lambda v: pd.DataFrame({"x": v}),
    "pandas UInt8": lambda v: pd.DataFrame({"x": pd.array(v, dtype="UInt8")}),
    "pandas int32[pyarrow]": lambda v: pd.DataFrame({"x": pd.array(v, dtype="int32[pyarrow]")}),
    "pandas float64": lambda v: pd.DataFrame({"x": np.array(v, dtype=float)}),
    "pandas Float32": lambda v: pd.DataFrame({"x": pd.array(v, dtype="Float32")}),
    "polars Int16": lambda v: pl.DataFrame({"x": v}, schema={"x": pl.Int16}),
    "pyarrow uint32": lambda v: pa.table({"x": pa.array(v, pa.uint32())}),
    "pandas far from 0": lambda v: pd.DataFrame({"x": np.array(v) + 2**61}),
    "array far from 0": lambda v: np.array(v)[:, np.newaxis] - 2**61,
    "array far up": lambda v: np.array(v, dtype=np.uint64)[:, np.newaxis] + np.uint64(2**63),
    "tenths": lambda v: pd.DataFrame({"x": np.array(v) / 10}),
    "hundredths, polars": lambda v: pl.DataFrame({"x": np.array(v) / 100}),
    "thousandths, float32": lambda v: pd.DataFrame({"x": (np.array(v) / 1000).astype("f4")}),
    "cents": lambda v: pl.DataFrame({"x": [Decimal(x) / 100 for x in v]}),
    "days": lambda v: pd.DataFrame({"x": pd.Timestamp("1999-12-31") + pd.to_timedelta(v, "D")}),
    "dates": lambda v: pl.DataFrame({"x": [date(1960, 2, 28) + timedelta(days=x) for x in v]}),
    "date32": lambda v: pa.table({"x": [date(1960, 2, 28) + timedelta(days=x) for x in v]}),
    "hours": lambda v: pd.DataFrame({"x": pd.to_timedelta(v, "h")}),
    "minutes, polars": lambda v: pl.DataFrame({"x": [timedelta(minutes=x) for x in v]}),
    "seconds": lambda v: pl.DataFrame({"x": [datetime(2020, 1, 1, 5, 3, x) for x in v]}),
    "microseconds": lambda v: pl.DataFrame({"x": [datetime(1960, 1, 1, 0, 0, 0, x) for x in v]}),
    "nanoseconds": lambda v: pd.DataFrame({"x": pd.to_datetime([10**18 + x for x in v])}),
}


class TestRounding:
    """Between 0 and 3 steps lie 0, 1, 2 and 3 with the chances 1/6, 1/3, 1/3 and 1/6.

    A step of length u leads to 3u, which is rounded up as often as it is beyond the number
    below: to 1 with the chance of 3u if it is under 1, and of 2 - 3u if it is under 2, of
    which the means over u sum to 1/3.
    """

    @pytest.mark.parametrize("make", STEPS)
    def test_unbiased(self, make):
        steps = [0, 3] + [0, 1, 2, 3] * 5
        y = [1, 1] + [0] * 20
        X = STEPS[make](steps)
        sampler = SMOTE(sampling_strategy={1: 2 + N_NEW}, k_neighbors=1, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        values = columns_of(X_out)[0]
        order = values[2:6]
        assert len(set(order)) == 4
        counts = [values[22:].count(value) for value in order]
        assert sum(counts) == N_NEW, "a value that is no whole step"
        expected = np.array([1, 2, 2, 1]) * N_NEW / 6
        assert stats.chisquare(counts, expected).pvalue > LEVEL

    @every_sampler
    @pytest.mark.parametrize("make", [m for m in STEPS if "micro" not in m and "nano" not in m])
    def test_whole_steps_in_every_sampler(self, sampler, make):
        rng = np.random.default_rng(0)
        steps = rng.integers(0, 50, 60).tolist()
        X, y = STEPS[make](steps), rng.permutation([0] * 40 + [1] * 20)
        X_out, _ = clone(sampler).fit_resample(X, y)
        values = columns_of(X_out)[0]
        scale = {"tenths": 10, "hundredths, polars": 100, "thousandths, float32": 1000}
        if make in scale:
            new = np.array(values) * scale[make]
            np.testing.assert_allclose(new, np.round(new), rtol=1e-6, atol=1e-9)
            return
        known = sorted(set(values[:60]))
        step = min(b - a for a, b in pairwise(known))
        assert all((value - known[0]) % step == 0 for value in values)


def pairs_of(values, n_other=30):
    """Return a column with the values for the minority, and the labels."""
    other = [values[0]] * (n_other - 1) + [values[-1]]
    return [*values, *other], [1] * len(values) + [0] * n_other


TRUTHS = {
    "array": lambda v: np.array(v)[:, np.newaxis],
    "csr": lambda v: sparse.csr_array(np.array(v)[:, np.newaxis]),
    "objects": lambda v: np.array(v, dtype=object)[:, np.newaxis],
    "pandas": lambda v: pd.DataFrame({"x": v}),
    "pandas boolean": lambda v: pd.DataFrame({"x": pd.array(v, dtype="boolean")}),
    "pandas Arrow": lambda v: pd.DataFrame({"x": pd.array(v, dtype="bool[pyarrow]")}),
    "polars": lambda v: pl.DataFrame({"x": v}),
    "pyarrow": lambda v: pa.table({"x": v}),
}
ONES = {
    "array of floats": lambda v: np.array(v, dtype=float)[:, np.newaxis],
    "array of float32": lambda v: np.array(v, dtype=np.float32)[:, np.newaxis],
    "array of uint8": lambda v: np.array(v, dtype=np.uint8)[:, np.newaxis],
    "csr of floats": lambda v: sparse.csr_array(np.array(v, dtype=float)[:, np.newaxis]),
    "csc of int64": lambda v: sparse.csc_array(np.array(v, dtype=int)[:, np.newaxis]),
    "list": lambda v: [[float(x)] for x in v],
    "pandas floats": lambda v: pd.DataFrame({"x": np.array(v, dtype=float)}),
    "pandas Int8": lambda v: pd.DataFrame({"x": pd.array(np.array(v, int), dtype="Int8")}),
    "polars floats": lambda v: pl.DataFrame({"x": np.array(v, dtype=float)}),
    "pyarrow whole": lambda v: pa.table({"x": np.array(v, dtype=np.int8)}),
}


class TestTwoValues:
    """Of ten rows three are true, each may be joined with each: so are three in ten new ones.

    A vote would leave none.
    """

    @pytest.mark.parametrize("make", [*TRUTHS, *ONES])
    @pytest.mark.parametrize("none", [False, True])
    def test_rate(self, make, none):
        values, y = pairs_of([True] * 3 + [False] * 7)
        X = {**TRUTHS, **ONES}[make](values)
        sampler = SMOTE(sampling_strategy={1: 10 + N_NEW}, k_neighbors=9, random_state=0)
        if none and make in TRUTHS:
            sampler.set_params(categorical_features=None)  # so that booleans are numbers
        X_out, _ = sampler.fit_resample(X, y)
        new = columns_of(X_out)[0][len(y) :]
        assert set(new) == {0, 1}
        assert {type(value) for value in new} == {type(value) for value in columns_of(X)[0]}
        assert stats.binomtest(sum(map(int, new)), N_NEW, 0.3).pvalue > LEVEL

    @every_sampler
    @pytest.mark.parametrize("make", [*TRUTHS, *ONES])
    def test_stay_two_in_every_sampler(self, sampler, make):
        rng = np.random.default_rng(0)
        values = (rng.random(60) < 0.4).tolist()
        X, y = {**TRUTHS, **ONES}[make](values), rng.permutation([0] * 40 + [1] * 20)
        X_out, _ = clone(sampler).fit_resample(X, y)
        new = columns_of(X_out)[0][60:]
        assert set(new) <= {0, 1}
        assert {type(value) for value in new} == {type(value) for value in columns_of(X)[0]}

    @pytest.mark.parametrize(
        "sampler",
        [
            s
            for s in INWARD
            if not any(n in name_of(s) for n in ("Borderline", "ADASYN", "SafeLevel", "MWMOTE"))
        ],
        ids=name_of,
    )
    def test_rate_beside_numbers(self, sampler):
        """The chance of True is the mean of the steps towards it: exact, given the parents."""
        X, y = blobs((200, 60))
        yes = np.random.default_rng(0).random(260) < 0.35
        sampler = clone(sampler).set_params(sampling_strategy={1: 60 + N_NEW})
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "yes": yes})
        X_out, _ = sampler.fit_resample(frame, y)
        first, second = (yes[sampler.parents_[:, p]] for p in (0, 1))
        new = X_out["yes"].to_numpy()[260:]
        np.testing.assert_array_equal(new[first == second], first[first == second])
        differ = first != second
        taken = int((new == second)[differ].sum())
        assert stats.binomtest(taken, int(differ.sum()), 0.5).pvalue > LEVEL


class TestTimes:
    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    @pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin", "America/New_York", "+02:30"])
    def test_keep_unit_and_zone(self, unit, zone):
        rng = np.random.default_rng(0)
        when = pd.to_datetime(rng.integers(0, 2 * 10**9, 60), unit="s")
        when = when.tz_localize("UTC").tz_convert(zone).as_unit(unit)
        X = pd.DataFrame({"when": when})
        y = rng.permutation([0] * 40 + [1] * 20)
        sampler = SMOTE(random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert X_out["when"].dtype == X["when"].dtype
        new = X_out["when"].iloc[60:]
        one, other = (X["when"].iloc[sampler.parents_[:, p]] for p in (0, 1))
        for value, a, b in zip(new, one, other, strict=True):
            assert min(a, b) <= value <= max(a, b)
        assert (new.dt.microsecond == 0).all()
        assert new.nunique() > 15

    @every_interpolant
    @pytest.mark.parametrize("zone", [None, "Asia/Tokyo", "America/Bogota"])
    def test_midnights_of_a_zone_without_summer_time_stay_that(self, sampler, zone):
        X, y = blobs((40, 20))
        days = pd.date_range("2021-03-01", periods=60, freq="D", tz=zone)
        frame = pd.DataFrame({"x": X[:, 0], "day": days})
        X_out, _ = clone(sampler).fit_resample(frame, y)
        assert (X_out["day"] == X_out["day"].dt.normalize()).all()

    @every_interpolant
    def test_midnights_of_a_zone_across_the_change_to_summer_time(self, sampler):
        """Local midnights are whole hours of UTC, and new ones stay that."""
        X, y = blobs((40, 20))
        days = pd.date_range("2021-03-01", periods=60, freq="D", tz="Europe/Berlin")
        frame = pd.DataFrame({"x": X[:, 0], "day": days})
        X_out, _ = clone(sampler).fit_resample(frame, y)
        new = X_out["day"].iloc[60:]
        assert X_out["day"].dtype == frame["day"].dtype
        assert ((new.dt.minute == 0) & (new.dt.second == 0)).all()
        assert X_out["day"].iloc[:60].tolist() == days.tolist()

    def test_distances_are_counted_in_days(self):
        """The row a day away is nearer than the one 1.5 away, in any unit."""
        day = [
            datetime(2020, 1, 1),
            datetime(2020, 1, 2),
            datetime(2020, 1, 1),
            datetime(2020, 6, 1),
        ]
        x = [0.0, 0.0, 1.5, 9.0]
        for unit in ("s", "ms", "us", "ns"):
            X = pd.DataFrame({"x": x, "day": np.array(day, dtype=f"M8[{unit}]")})
            sampler = SMOTE(k_neighbors=1, random_state=0, sampling_strategy={1: 9})
            sampler.fit_resample(pd.concat([X] + [X.tail(1)] * 5), [1, 1, 1, 0] + [0] * 5)
            partners = dict(sampler.parents_.tolist())
            assert partners == {0: 1, 1: 0, 2: 0}

    @every_sampler
    def test_far_apart(self, sampler):
        """A range that nanoseconds as floats would not resolve, and dates before 1970."""
        rng = np.random.default_rng(0)
        seconds = rng.integers(-(5 * 10**10), 5 * 10**10, 60)
        X = pd.DataFrame({"when": seconds.astype("M8[s]"), "x": rng.normal(size=60)})
        y = rng.permutation([0] * 40 + [1] * 20)
        X_out, _ = clone(sampler).fit_resample(X, y)
        assert not X_out["when"].isna().any()
        if sampler in INWARD:
            assert X_out["when"].between(X["when"].min(), X["when"].max()).all()

    @pytest.mark.parametrize("sampler", WITH_PARENTS, ids=name_of)
    def test_not_a_time(self, sampler):
        rng = np.random.default_rng(0)
        when = pd.Series(pd.date_range("2020-01-01", periods=60))
        when[rng.random(60) < 0.3] = pd.NaT
        X, y = pd.DataFrame({"when": when}), rng.permutation([0] * 40 + [1] * 20)
        own = clone(sampler)
        X_out, _ = own.fit_resample(X, y)
        missing = X["when"].isna().to_numpy()[own.parents_[:, 0]]
        np.testing.assert_array_equal(X_out["when"].isna()[60:], missing)
        # These avoid rows that are near to none of their class.
        assert missing.any() or isinstance(sampler, (LeeSMOTE, MWMOTE, SMOBD))


class TestDecimals:
    @every_sampler
    @pytest.mark.parametrize("decimals", [0, 1, 2, 4, 6])
    def test_as_many_as_the_column_has(self, sampler, decimals):
        rng = np.random.default_rng(0)
        values = np.round(rng.uniform(-50, 50, 60), decimals)
        X = pd.DataFrame({"few": values, "many": rng.normal(size=60)})
        y = rng.permutation([0] * 40 + [1] * 20)
        X_out, _ = clone(sampler).fit_resample(X, y)
        few, many = (X_out[name].iloc[60:].tolist() for name in ("few", "many"))
        assert decimals_of(few) <= decimals
        if not (isinstance(sampler, RandomOverSampler) and not sampler.shrinkage) and hasattr(
            sampler, "standardize"
        ):
            assert decimals_of(many) is None or name_of(sampler).startswith("SMOTEN(")

    @every_interpolant
    def test_arrays_say_nothing_about_decimals(self, sampler):
        X, y = blobs()
        X_out, _ = clone(sampler).fit_resample(np.round(X, 1), y)
        assert decimals_of(X_out[len(X) :].ravel().tolist()) is None

    def test_of_a_decimal_type(self):
        """The type says how many: 0.50 has two, though one would do."""
        values, y = pairs_of([Decimal("0.50"), Decimal("0.90")])
        X = pl.DataFrame({"x": pl.Series(values, dtype=pl.Decimal(10, 2))})
        sampler = SMOTE(k_neighbors=1, sampling_strategy={1: 500}, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert set(column_of(X_out["x"])) == {Decimal(c) / 100 for c in range(50, 91)}


class TestRange:
    """Interpolating samplers never leave the observed range; others do not with `bounds`."""

    @pytest.mark.parametrize("sampler", INWARD, ids=name_of)
    @pytest.mark.parametrize("seed", range(3))
    def test_interpolants(self, sampler, seed):
        rng = np.random.default_rng(seed)
        y = rng.permutation([0] * 60 + [1] * 20)
        X = pd.DataFrame(
            {
                "third": rng.integers(0, 9, 80) / 3,
                "cent": rng.integers(0, 500, 80) / 100,
                "single": (rng.integers(0, 500, 80) / 100).astype(np.float32),
                "whole": rng.integers(-128, 128, 80).astype(np.int8),
                "all of int64": rng.integers(-(2**63), 2**63, 80, dtype=np.int64),
                "all of uint64": rng.integers(0, 2**64, 80, dtype=np.uint64),
                "time": rng.integers(-(2**62), 2**62, 80).astype("M8[ns]"),
            }
        )
        if isinstance(sampler, SafeLevelSMOTE):  # a whole step ends on the float next to a number
            X = X.iloc[:, :4]
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        for name in X:
            new = X_out[name].iloc[80:].tolist()
            for value, p, q in zip(new, *sampler.parents_.T.tolist(), strict=True):
                one, other = X[name][p], X[name][q]
                assert min(one, other) <= value <= max(one, other), name

    @every_extrapolating
    @pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, sparse.csr_array])
    def test_observed(self, sampler, make):
        X, y = blobs()
        X = np.abs(X)
        free, _ = clone(sampler).fit_resample(make(X), y)
        held, _ = clone(sampler).set_params(bounds="observed").fit_resample(make(X), y)
        free, held = (np.array(columns_of(table)).T for table in (free, held))
        low, high = X.min(axis=0), X.max(axis=0)
        assert ((free < low) | (free > high)).any()
        assert ((held >= low) & (held <= high)).all()
        # Reflected, so that no heap of equal values stands on the bound.
        assert np.unique(held[len(X) :], axis=0).shape == held[len(X) :].shape
        inside = ((free >= low) & (free <= high)).all(axis=1)
        np.testing.assert_allclose(held[inside], free[inside], rtol=1e-12)

    @every_extrapolating
    def test_pairs_by_name(self, sampler):
        X, y = blobs()
        frame = pd.DataFrame({"a": np.abs(X[:, 0]), "b": X[:, 1], "n": np.arange(120) % 7})
        bounds = {"a": (0, None), "n": (0, 8)}
        sampler = clone(sampler).set_params(sampling_strategy={1: 2000})
        free, _ = sampler.fit_resample(frame, y)
        held, _ = sampler.set_params(bounds=bounds).fit_resample(frame, y)
        assert free["a"].min() < 0
        assert held["a"].min() >= 0
        assert held["a"].max() > frame["a"].max()
        if isinstance(sampler, RandomOverSampler):
            assert not free["n"].between(0, 8).all()
        assert held["n"].between(0, 8).all()
        assert held["b"].equals(free["b"])

    @every_extrapolating
    def test_pairs_by_position(self, sampler):
        X, y = blobs()
        X = np.abs(X)
        sampler = clone(sampler).set_params(sampling_strategy={1: 2000})
        free, _ = sampler.fit_resample(X, y)
        held, _ = sampler.set_params(bounds={0: (0, 20), -1: (0, None)}).fit_resample(X, y)
        assert (free < 0).any(axis=0).all()
        np.testing.assert_array_equal((held < 0).any(axis=0), [False, True, False])

    @every_extrapolating
    def test_of_times(self, sampler):
        X, y = blobs()
        days = pd.Series(pd.date_range("2020-01-01", periods=120))
        frame = pd.DataFrame({"x": X[:, 0], "day": days})
        low, high = pd.Timestamp("2019-12-25"), pd.Timestamp("2020-05-01")
        sampler = clone(sampler).set_params(bounds={"day": (low, high)})
        X_out, _ = sampler.fit_resample(frame, y)
        assert X_out["day"].between(low, high).all()
        assert ((X_out["day"] - low) % pd.Timedelta("1D") == pd.Timedelta(0)).all()

    @every_extrapolating
    def test_of_missing_values(self, sampler):
        X, y = blobs()
        X[::4, 0] = np.nan
        own = clone(sampler).set_params(bounds="observed")
        X_out, _ = own.fit_resample(X, y)
        missing = np.isnan(X[own.parents_[:, 0], 0])
        np.testing.assert_array_equal(np.isnan(X_out[120:, 0]), missing)
        known = X_out[120:, 0][~missing]
        assert known.min() >= np.nanmin(X[:, 0])
        assert known.max() <= np.nanmax(X[:, 0])

    @every_extrapolating
    @pytest.mark.parametrize(
        ("bounds", "message"),
        [
            ({"a": (0, None)}, "column 'a' are .* goes beyond"),
            ({"a": (None, 1)}, "column 'a' are .* goes beyond"),
            ({"a": (5, -5)}, "column 'a'"),
            ({"c": (0, 1)}, "column 'c' holds categories"),
            ({"z": (0, 1)}, "'z'"),
            ({"a": 3}, "pair"),
            ({7: (0, 1)}, "column 7"),
        ],
        ids=str,
    )
    def test_refused(self, sampler, bounds, message):
        X, y = blobs()
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.array(["u", "v"])[y]})
        with pytest.raises(ValueError, match=message):
            clone(sampler).set_params(bounds=bounds).fit_resample(frame, y)

    @every_extrapolating
    def test_rows_that_a_whole_number_bound_leaves_out(self, sampler):
        """5.5 as the highest of whole numbers is 5, which a row with 6 goes beyond."""
        X, y = blobs()
        frame = pd.DataFrame({"a": X[:, 0], "n": np.arange(120) % 7})
        with pytest.raises(ValueError, match="'n'"):
            clone(sampler).set_params(bounds={"n": (0, 5.5)}).fit_resample(frame, y)


class TestHalfFloatCodec:
    @every_inward
    def test_stay_between_their_parents(self, sampler):
        """Most half floats are the nearest to a number of four decimals, which they are not."""
        _, y = blobs()
        values = np.random.default_rng(0).uniform(0.13, 0.25, (len(y), 3))
        values[:, 1:] = values[:2, 1:].repeat(len(y) // 2, axis=0)
        frame = pd.DataFrame(values).astype(np.float16)
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(frame, y)
        new = X_out.to_numpy()[len(y) :]
        one, other = (frame.to_numpy()[sampler.parents_[:, p]] for p in (0, 1))
        assert ((np.minimum(one, other) <= new) & (new <= np.maximum(one, other))).all()


class TestInfinite:
    @every_computing
    @pytest.mark.parametrize("value", [np.inf, -np.inf])
    @pytest.mark.parametrize("dtype", ["float64", "float32", "Float64", "object"])
    def test_refused_by_name(self, sampler, value, dtype):
        X, y = blobs()
        X[3, 1] = value
        frame = pd.DataFrame(X, columns=["age", "in come", "c"]).astype(dtype)
        with pytest.raises(ValueError, match=r"infinity in column 'in come'"):
            clone(sampler).fit_resample(frame, y)

    @every_computing
    def test_refused_by_position(self, sampler):
        X, y = blobs()
        X[3, 1], X[5, 2] = np.inf, -np.inf
        for make in (np.asarray, sparse.csr_array, sparse.csc_array, pl.DataFrame):
            table = make(X)
            with pytest.raises(
                ValueError, match=r"infinity in columns '(column_)?1', '(column_)?2'"
            ):
                clone(sampler).fit_resample(table, y)

    def test_copies_take_them(self):
        X, y = blobs()
        X[:, 1] = np.inf
        X_out, _ = RandomOverSampler(random_state=0).fit_resample(X, y)
        assert np.isinf(X_out[:, 1]).all()


class TestKeepSquares:
    """Columns far from 1 are scaled by powers of two, and nothing else is touched."""

    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
    def test_columns_far_from_1(self, make):
        X = np.random.default_rng(0).normal(size=(20, 5))
        X[:, [0, 1]] *= 2.0**900, 2.0**990
        X[:, [2, 3]] *= 2.0**-1030, 2.0**-600
        numeric, codecs = keep_squares(make(X), [(slice(None), FloatCodec(X.dtype))])
        numeric = numeric.toarray() if sparse.issparse(numeric) else numeric
        assert np.isfinite(numeric**2).all()
        assert (numeric**2 > 0).all()
        scale = np.ones(5)
        for chosen, codec in codecs[1:]:
            scale[chosen] = codec.scale
        assert scale[0] == scale[1] < 1 < scale[3] < scale[2]
        assert scale[4] == 1
        np.testing.assert_array_equal(numeric, X * scale)
        for chosen, codec in codecs[1:]:
            back = codec.decode(numeric[:, chosen], np.zeros((20, 1)))
            np.testing.assert_array_equal(back, X[:, chosen])

    @pytest.mark.parametrize("size", [2.0**-499, 1e-140, 1.0, 1e140, 2.0**498])
    def test_others_are_the_memory_of_the_user(self, size):
        X = np.random.default_rng(0).uniform(-1, 1, size=(20, 5)) * size
        X[0] = size
        X[:, 1] = 0
        X[3, 2] = np.nan
        codecs = [(slice(None), FloatCodec(X.dtype))]
        assert keep_squares(X, codecs)[0] is X

    def test_single_precision_becomes_double(self):
        X = np.array([[1e30, 1.0], [-3e38, 2.0]], dtype=np.float32)
        numeric, codecs = keep_squares(X, [(slice(None), FloatCodec(X.dtype))])
        assert numeric.dtype == np.float64
        assert len(codecs) == 1
        np.testing.assert_array_equal(numeric, X)
        assert codecs[0][1].decode(np.full((1, 2), 1e300), np.zeros((1, 1))).tolist() == [
            [np.finfo(np.float32).max] * 2
        ]

    def test_missing_values_and_columns_without_any(self):
        X = np.array([[np.nan, 1e300, np.nan], [np.nan, np.nan, 1e-310]])
        numeric, _ = keep_squares(X, [(slice(None), FloatCodec(X.dtype))])
        np.testing.assert_array_equal(np.isnan(numeric), np.isnan(X))
        assert np.isfinite(np.nansum(numeric**2))
