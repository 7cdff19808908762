"""Columns of every dtype that the libraries for frames have, with missing values.

``COLUMNS[library][kind](rng, n, missing)`` is a column of `n` values, of which about the proportion
`missing` is missing; ``FRAMES[library](columns)`` makes a frame of a dict of them. Kinds in
WHOLE have a dtype that cannot be missing.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

START = datetime(2020, 1, 1)
ZONE = "Europe/Berlin"
UNITS = ("s", "ms", "us", "ns")


def normal(rng, n):
    return rng.normal(size=n).astype(np.float16).tolist()


def money(rng, n):
    return (rng.integers(0, 10_000, n) / 100).tolist()


def prices(rng, n):
    return [Decimal(cents) / 100 for cents in rng.integers(0, 10_000, n).tolist()]


def small(rng, n):
    return rng.integers(0, 100, n).tolist()


def large(rng, n):
    return (rng.integers(0, 2**50, n) + 2**60 + 1).tolist()


def binary(rng, n):
    return rng.integers(0, 2, n).tolist()


def truth(rng, n):
    return (rng.random(n) < 0.4).tolist()


def names(rng, n):
    return np.array(["ash", "birch", "", "oak"], dtype=object)[rng.integers(0, 4, n)].tolist()


def raw(rng, n):
    return [name.encode() for name in names(rng, n)]


def mixed(rng, n):
    return [value if value > 30 else "few" for value in small(rng, n)]


def zoned(*zones):
    """Return what makes Timestamps, or datetimes, each of one of some zones."""

    def values(rng, n):
        chosen = [zones[i] for i in rng.integers(0, len(zones), n)]
        return [pd.Timestamp(m, tz=z) for m, z in zip(moments(rng, n), chosen, strict=True)]

    return values


def moments(rng, n):
    return [START + timedelta(seconds=s) for s in rng.integers(0, 10**7, n).tolist()]


def in_utc(rng, n):
    return [moment.replace(tzinfo=UTC) for moment in moments(rng, n)]


def days(rng, n):
    return [START + timedelta(days=d) for d in rng.integers(-9999, 999, n).tolist()]


def dates(rng, n):
    return [day.date() for day in days(rng, n)]


def durations(rng, n):
    return [timedelta(seconds=s) for s in rng.integers(-(10**6), 10**6, n).tolist()]


def nothing(rng, n):
    return [None] * n


def with_missing(values, rng, missing, mark):
    where = rng.random(len(values)) < missing
    return [mark if is_missing else v for is_missing, v in zip(where, values, strict=True)]


def with_nan_too(rng, n):
    return [float("nan") if rng.random() < 0.1 else value for value in normal(rng, n)]


def pandas(values, dtype, mark=None):
    def column(rng, n, missing):
        return pd.Series(with_missing(values(rng, n), rng, missing, mark), dtype=dtype)

    return column


def polars(values, dtype):
    def column(rng, n, missing):
        return pl.Series(with_missing(values(rng, n), rng, missing, None), dtype=dtype)

    return column


def polars_zone(unit):
    def column(rng, n, missing):
        series = polars(moments, pl.Datetime(unit))(rng, n, missing)
        return series.dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)

    return column


def arrow(values, dtype):
    def column(rng, n, missing):
        return pa.array(with_missing(values(rng, n), rng, missing, None), type=dtype)

    return column


def pandas_zone(unit):
    def column(rng, n, missing):
        moments = with_missing(in_utc(rng, n), rng, missing, None)
        return pd.Series(pd.to_datetime(moments, utc=True)).astype(f"datetime64[{unit}, {ZONE}]")

    return column


def sparse_of_pandas(fill):
    def column(rng, n, missing):
        values = with_missing([max(v, 0.0) for v in normal(rng, n)], rng, missing, np.nan)
        return pd.Series(pd.arrays.SparseArray(values, fill_value=fill))

    return column


def ordered(rng, n, missing):
    values = with_missing(names(rng, n), rng, missing, None)
    return pd.Series(pd.Categorical(values, ["oak", "elm", "", "birch", "ash"], ordered=True))


def categories_of_numbers(rng, n, missing):
    return pd.Series(with_missing(small(rng, n), rng, missing, None)).astype("category")


def of_arrow(kind):
    return pd.ArrowDtype(kind)


KEYS = pa.dictionary(pa.int8(), pa.string())


def view_keys(rng, n, missing):
    return pa.array(
        with_missing(names(rng, n), rng, missing, None), pa.string_view()
    ).dictionary_encode()


def pandas_view_keys(rng, n, missing):
    return pd.Series(pd.arrays.ArrowExtensionArray(view_keys(rng, n, missing)))


NUMPY_WHOLE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]

PANDAS = {
    **{kind: pandas(normal, kind, np.nan) for kind in ("float16", "float32", "float64")},
    "money": pandas(money, "float64", np.nan),
    **{kind: pandas(small, kind) for kind in NUMPY_WHOLE},
    "large int64": pandas(large, "int64"),
    "bool": pandas(truth, "bool"),
    "binary": pandas(binary, "int64"),
    "binary float": pandas(binary, "float64"),
    **{kind: pandas(small, kind) for kind in ("Int8", "Int16", "Int32", "UInt8", "UInt64")},
    "Int64": pandas(large, "Int64"),
    "Float32": pandas(normal, "Float32"),
    "Float64": pandas(normal, "Float64"),
    "boolean": pandas(truth, "boolean"),
    "booleans as objects": pandas(truth, object),
    "string[python]": pandas(names, "string[python]"),
    "string[pyarrow]": pandas(names, "string[pyarrow]"),
    "str": pandas(names, "str"),
    "strings as objects": pandas(names, object, np.nan),
    "category": pandas(names, "category"),
    "ordered category": ordered,
    "category of numbers": categories_of_numbers,
    "whole numbers as objects": pandas(small, object),
    "floats as objects": pandas(normal, object, np.nan),
    "strings and numbers": pandas(mixed, object),
    "bytes as objects": pandas(raw, object),
    "Timestamps as objects": pandas(zoned(None), object),
    "Timestamps of several zones": pandas(zoned(ZONE, "UTC", "Asia/Tokyo"), object),
    "datetimes as objects": pandas(in_utc, object),
    "timedeltas as objects": pandas(durations, object),
    "datetime of days": pandas(days, "datetime64[ns]"),
    **{f"datetime64[{u}]": pandas(moments, f"datetime64[{u}]") for u in UNITS},
    **{f"datetime64[{u}, {ZONE}]": pandas_zone(u) for u in UNITS},
    **{f"timedelta64[{u}]": pandas(durations, f"timedelta64[{u}]") for u in UNITS},
    "sparse": sparse_of_pandas(0.0),
    "sparse of nan": sparse_of_pandas(np.nan),
    "int8[pyarrow]": pandas(small, "int8[pyarrow]"),
    "int64[pyarrow]": pandas(large, "int64[pyarrow]"),
    "uint64[pyarrow]": pandas(small, "uint64[pyarrow]"),
    "float[pyarrow]": pandas(normal, "float[pyarrow]"),
    "double[pyarrow]": pandas(normal, "double[pyarrow]"),
    "bool[pyarrow]": pandas(truth, "bool[pyarrow]"),
    "strings of Arrow": pandas(names, of_arrow(pa.string())),
    "large strings of Arrow": pandas(names, of_arrow(pa.large_string())),
    "dictionary of Arrow": pandas(names, of_arrow(KEYS)),
    "string views of Arrow": pandas(names, of_arrow(pa.string_view())),
    "bytes of Arrow": pandas(raw, of_arrow(pa.large_binary())),
    "dictionary of views of Arrow": pandas_view_keys,
    "decimals of Arrow": pandas(prices, of_arrow(pa.decimal128(10, 2))),
    "dates of Arrow": pandas(dates, of_arrow(pa.date32())),
    **{f"timestamp[{u}] of Arrow": pandas(moments, of_arrow(pa.timestamp(u))) for u in UNITS},
    "timestamps of Arrow in a zone": pandas(in_utc, of_arrow(pa.timestamp("us", ZONE))),
    **{f"duration[{u}] of Arrow": pandas(durations, of_arrow(pa.duration(u))) for u in UNITS},
}
POLARS_WHOLE = ("Int8", "Int16", "Int32", "UInt8", "UInt16", "UInt32", "UInt64")
POLARS = {
    "Float64": polars(normal, pl.Float64),
    "Float32": polars(normal, pl.Float32),
    "nan and null": polars(with_nan_too, pl.Float64),
    "money": polars(money, pl.Float64),
    **{kind: polars(small, getattr(pl, kind)) for kind in POLARS_WHOLE},
    "Int64": polars(large, pl.Int64),
    "binary": polars(binary, pl.Int64),
    "Boolean": polars(truth, pl.Boolean),
    "String": polars(names, pl.String),
    "Categorical": polars(names, pl.Categorical),
    "Enum": polars(names, pl.Enum(["oak", "elm", "", "birch", "ash"])),
    "Decimal": polars(prices, pl.Decimal(10, 2)),
    "Binary": polars(raw, pl.Binary),
    "Date": polars(dates, pl.Date),
    **{f"Datetime({u})": polars(moments, pl.Datetime(u)) for u in UNITS[1:]},
    **{f"Datetime({u}, {ZONE})": polars_zone(u) for u in UNITS[1:]},
    **{f"Duration({u})": polars(durations, pl.Duration(u)) for u in UNITS[1:]},
    "Null": polars(nothing, pl.Null),
}
PYARROW = {
    # Of Python's floats, pyarrow makes half floats only since version 21.
    "halffloat": arrow(lambda *args: [np.float16(x) for x in normal(*args)], pa.float16()),
    "float": arrow(normal, pa.float32()),
    "double": arrow(normal, pa.float64()),
    "nan and null": arrow(with_nan_too, pa.float64()),
    "money": arrow(money, pa.float64()),
    **{kind: arrow(small, getattr(pa, kind)()) for kind in NUMPY_WHOLE if kind != "int64"},
    "int64": arrow(large, pa.int64()),
    "binary": arrow(binary, pa.int64()),
    "bool": arrow(truth, pa.bool_()),
    "string": arrow(names, pa.string()),
    "large_string": arrow(names, pa.large_string()),
    "dictionary": arrow(names, KEYS),
    "bytes": arrow(raw, pa.binary()),
    "string_view": arrow(names, pa.string_view()),
    "binary_view": arrow(raw, pa.binary_view()),
    "large_binary": arrow(raw, pa.large_binary()),
    "dictionary of views": view_keys,
    "decimal128": arrow(prices, pa.decimal128(10, 2)),
    "date32": arrow(dates, pa.date32()),
    "date64": arrow(dates, pa.date64()),
    **{f"timestamp[{u}]": arrow(moments, pa.timestamp(u)) for u in UNITS},
    **{f"timestamp[{u}, {ZONE}]": arrow(moments, pa.timestamp(u, ZONE)) for u in UNITS},
    **{f"duration[{u}]": arrow(durations, pa.duration(u)) for u in UNITS},
    "null": arrow(nothing, pa.null()),
}
COLUMNS = {"pandas": PANDAS, "polars": POLARS, "pyarrow": PYARROW}
WHOLE = {*NUMPY_WHOLE, "large int64", "bool", "binary"}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def can_miss(library, kind):
    """Return whether a kind of column can have missing values."""
    return library != "pandas" or kind not in WHOLE


def frame_of(library, kinds, n, seed, missing=0.0):
    """Return a frame with a column of each kind."""
    return FRAMES[library](_columns(library, tuple(kinds), n, seed, missing))


@cache
def _columns(library, kinds, n, seed, missing):
    """Return the columns of a frame, which copies them."""
    rng = np.random.default_rng(seed)
    return {
        f"{j} {kind}": COLUMNS[library][kind](rng, n, missing if can_miss(library, kind) else 0)
        for j, kind in enumerate(kinds)
    }
