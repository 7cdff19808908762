"""What holds for new rows of any table, whatever library it comes from.

A table is read here as lists of Python's values, column by column, so that nothing of the
package's own reading takes part in its judgement.
"""

import math
import struct

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from samplers import NO_PARENTS, Bootstrap, unmoved
from scipy import sparse

from skresample import (
    SMOTEN,
    SVMSMOTE,
    BorderlineSMOTE,
    GeneratorSampler,
    GeometricSMOTE,
    Perturbation,
    RandomOverSampler,
)
from skresample.density.base import DensityOverSampler
from skresample.generative.base import GenerativeOverSampler


class NotATime:
    """Stands for a missing point in time."""

    def __repr__(self):
        return "NaT"


NAT = NotATime()


def columns_of(table):
    """Return the columns as lists of Python's values; times are whole numbers."""
    if isinstance(table, pd.DataFrame):
        return [_of_pandas(table.iloc[:, j]) for j in range(table.shape[1])]
    if isinstance(table, pl.DataFrame):
        return [_of_polars(series) for series in table.iter_columns()]
    if isinstance(table, pa.Table):
        return [_of_arrow(column) for column in table.columns]
    if sparse.issparse(table):
        table = table.toarray()
    if isinstance(table, list):
        return [list(column) for column in zip(*table, strict=True)]
    return [_of_numpy(table[:, j]) for j in range(table.shape[1])]


def column_of(column):
    """Return a Series, an array of Arrow or of NumPy as a list of Python's values."""
    if isinstance(column, pd.Series):
        return _of_pandas(column)
    if isinstance(column, pl.Series):
        return _of_polars(column)
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return _of_arrow(column)
    return list(column) if isinstance(column, list) else _of_numpy(column)


def _of_numpy(column):
    return _counted(column.view(np.int64)) if column.dtype.kind in "mM" else column.tolist()


def _counted(numbers):
    least = np.iinfo(np.int64).min
    return [NAT if number == least else number for number in np.asarray(numbers).tolist()]


def _of_pandas(series):
    if isinstance(series.dtype, np.dtype):
        return _of_numpy(series.to_numpy())
    if isinstance(series.dtype, pd.ArrowDtype):
        return [pd.NA if v is None else v for v in _of_arrow(pa.array(series.array))]
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return _counted(series.array.view("i8"))
    return list(series)


def _of_polars(series):
    return (series.to_physical() if series.dtype.is_temporal() else series).to_list()


def _of_arrow(column):
    kind = column.type
    if pa.types.is_temporal(kind):
        column = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    return column.to_pylist()


def types_of(table):
    """Return what must stay of a table besides its values."""
    if isinstance(table, pd.DataFrame):
        return type(table), list(table.columns), [(d, repr(d)) for d in table.dtypes]
    if isinstance(table, pl.DataFrame):
        return type(table), table.columns, table.dtypes
    if isinstance(table, pa.Table):
        return type(table), table.column_names, table.schema.types
    if isinstance(table, list):
        return list, len(table[0]), type(table[0])
    if isinstance(table, np.ma.MaskedArray):
        return type(table), table.shape[1], table.dtype, table.fill_value
    return type(table), table.shape[1], table.dtype


def is_missing(value):
    """Return whether a value is missing."""
    if value is None or value is NAT or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float) and math.isnan(value)


def bits(value):
    """Return what tells values apart to the bit, also kinds of missing."""
    if isinstance(value, float):
        return struct.pack("<d", value)
    return type(value).__name__, value if not is_missing(value) else None


def same_bits(left, right):
    """Return whether two columns are equal to the bit."""
    return list(map(bits, left)) == list(map(bits, right))


def assert_originals(X, X_out, sampler=None):
    """The rows that were given come first, to the bit, in a table of the same make.

    But for numbers of rows that a sampler says it has moved.
    """
    assert types_of(X_out) == types_of(X)
    for j, (before, after) in enumerate(zip(columns_of(X), columns_of(X_out), strict=True)):
        same = range(len(before))
        if hasattr(sampler, "is_moved_") and j not in sampler.categorical_features_:
            same = unmoved(sampler, len(before))
            assert list(map(is_missing, after[: len(before)])) == list(map(is_missing, before))
        changed = f"column {j} of the originals changed"
        assert same_bits([after[i] for i in same], [before[i] for i in same]), changed


def assert_laws(sampler, X, y, X_out, y_out):
    """What every sampler keeps, for a table of any make and a target of labels."""
    assert_originals(X, X_out, sampler)
    y, y_out = column_of(y), column_of(y_out)
    n, made = len(y), sampler.sampling_strategy_
    assert len(y_out) == n + sum(made.values())
    assert same_bits(y_out[:n], y)
    for label in set(y):
        assert y_out.count(label) == y.count(label) + made.get(label, 0)
    assert_new_rows(sampler, X, y, X_out, y_out, np.arange(n, len(y_out)), sampler.parents_)


def assert_cleaned(sampler, X, y, X_out, y_out):
    """What every sampler keeps that also removes rows, for a table of any make."""
    assert types_of(X_out) == types_of(X)
    y, y_out = column_of(y), column_of(y_out)
    given = np.flatnonzero(~sampler.is_synthetic_)
    of = sampler.sample_indices_[given]
    assert (np.diff(of) > 0).all()
    assert len(sampler.is_synthetic_) == len(sampler.sample_indices_) == len(y_out)
    for before, after in zip([*columns_of(X), y], [*columns_of(X_out), y_out], strict=True):
        assert same_bits([after[i] for i in given], [before[i] for i in of])
    for label in set(y):
        made = sampler.sampling_strategy_.get(label, 0)
        assert y_out.count(label) == y.count(label) + made - sampler.n_removed_[label] > 0
    new = np.flatnonzero(sampler.is_synthetic_)
    assert_new_rows(sampler.sampler_, X, y, X_out, y_out, new, sampler.parents_)


def assert_new_rows(sampler, X, y, X_out, y_out, which, parents):
    """New rows are of the class and the make of their parents."""
    labels = [y_out[i] for i in which]
    assert len(parents) == len(labels)
    made_from = parents[:, 0] >= 0
    assert made_from.all() or isinstance(sampler, NO_PARENTS)
    assert [y[p] for p in parents[made_from, 0]] == [labels[i] for i in np.flatnonzero(made_from)]
    before = columns_of(X)
    after = [[column[i] for i in which] for column in columns_of(X_out)]
    if isinstance(sampler, RandomOverSampler) and not sampler.shrinkage:
        for old, new in zip(before, after, strict=True):
            assert same_bits(new, [old[p] for p in parents[:, 0]])
        return
    if isinstance(sampler, GeneratorSampler):
        assert isinstance(sampler.generator, Bootstrap)  # which repeats rows of the class
        assert rows_in(labels, after) <= rows_in(y, before)
        return
    categories = set(sampler.categorical_features_.tolist())
    for j, (old, new) in enumerate(zip(before, after, strict=True)):
        assert len(new) == len(labels)
        # What has no parent has no missing values.
        a_value = next((value for value in old if not is_missing(value)), None)
        first = [old[p] if p >= 0 else a_value for p in parents[:, 0]]
        second = [old[p] if p >= 0 else a_value for p in parents[:, -1]]
        assert_missing(new, first)
        known = [i for i, value in enumerate(new) if not is_missing(value)]
        parts = ([column[i] for i in known] for column in (new, first, second))
        if j in categories:
            classes = [labels[i] for i in known]
            assert_category(sampler, *parts, classes, old, y)
        else:
            assert_number(sampler, *parts, old)


def rows_in(labels, columns):
    """Return what rows of a table hold, as much of it as outlives a frame of pandas.

    There, missing values are of one kind, and a column of integers with any is of floats.
    """

    def kept(value):
        if is_missing(value):
            return None
        if isinstance(value, float):
            return value + 0.0  # one zero, not two
        if isinstance(value, pd.Timestamp):
            return value.timestamp()  # what is drawn has no row that would say of which zone
        return f"{value:.12g}" if isinstance(value, int) and abs(value) > 2**53 else value

    return {repr(row) for row in zip(labels, *(map(kept, c) for c in columns), strict=True)}


def assert_missing(new, first):
    """A value is missing where its first parent's is, and in the same way."""
    assert list(map(is_missing, new)) == list(map(is_missing, first))
    missing = [i for i, value in enumerate(first) if is_missing(value)]
    assert same_bits([new[i] for i in missing], [first[i] for i in missing])


def assert_category(sampler, new, first, second, classes, old, y):
    """A new category is one that a row of the class has; True is one of the parents'."""
    if isinstance(sampler, RandomOverSampler):
        assert new == first
        return
    is_boolean = all(isinstance(value, bool) for value in old if not is_missing(value))
    drawn = SMOTEN, DensityOverSampler, GenerativeOverSampler, Perturbation
    if is_boolean and not isinstance(sampler, drawn):
        for value, *both in zip(new, first, second, strict=True):
            assert value in both
        return
    of_class = {}
    for value, label in zip(old, y, strict=True):
        of_class.setdefault(label, set()).add(value if not is_missing(value) else None)
    for value, label in zip(new, classes, strict=True):
        assert value in of_class[label]


def decimals_of(values):
    """Return how many decimals suffice for all values, None if that is more than six."""
    return next((d for d in range(7) if all(round(v, d) == v for v in values)), None)


def assert_number(sampler, new, first, second, old):
    """A new number is between its parents' and as coarse as the column."""
    present = [value for value in old if not is_missing(value)]
    if all(value in (0, 1) for value in present):
        assert set(new) <= {0, 1}
    beyond = isinstance(sampler, SVMSMOTE) or not getattr(sampler, "_on_lines", False)
    if not beyond or getattr(sampler, "bounds", None) == "observed":
        assert all(min(present) <= value <= max(present) for value in new)
    if beyond:
        return
    for value, one, other in zip(new, first, second, strict=True):
        other = one if is_missing(other) else other
        assert min(one, other) <= value <= max(one, other)


def swaps_class(sampler):
    """Return whether partners may be of another class."""
    if isinstance(sampler, GeometricSMOTE):
        return sampler.selection_strategy != "minority"
    return isinstance(sampler, BorderlineSMOTE) and sampler.kind == "borderline-2"
