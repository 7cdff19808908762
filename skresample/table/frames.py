"""Frames of any library that narwhals knows: pandas, polars, pyarrow and others."""

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from sklearn.utils import _safe_indexing

from skresample.table.columns import Values

__all__ = [
    "append_table",
    "as_series",
    "bind",
    "extend_index",
    "is_column",
    "is_frame",
    "open_frame",
    "read_series",
    "stack",
    "take",
    "take_rows",
]


def is_frame(X: Any) -> bool:
    """Say whether something is a frame that is all in memory.

    Parameters
    ----------
    X : object
        Anything.

    Returns
    -------
    is_frame : bool
        As narwhals sees it.

    Raises
    ------
    ValueError
        If it is one of Arrow with two columns of one name.
    """
    if isinstance(X, (np.ndarray, list, tuple)):
        return False  # which narwhals takes its time to find out
    try:
        found = nw.from_native(_unnamed(X), eager_only=True, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise ValueError(f"X has several columns of one name: {error}") from error
    return isinstance(found, nw.DataFrame)


def open_frame(X: Any) -> Any:
    """Return a frame under narwhals; the names of pandas' columns, which may repeat, are left out.

    Parameters
    ----------
    X : frame
        Of any library.

    Returns
    -------
    frame : narwhals.DataFrame
        The same columns in the same order, not copied.
    """
    return nw.from_native(_unnamed(X), eager_only=True)


def _unnamed(X: Any) -> Any:
    """Return a frame of pandas with its columns numbered, and anything else as it is."""
    if not hasattr(X, "iloc") or not hasattr(X, "columns"):
        return X
    X = X.copy(deep=False)  # set_axis would copy the values too
    X.columns = range(X.shape[1])
    return X


def is_column(y: Any) -> bool:
    """Say whether something is a Series, or an array of Arrow."""
    if isinstance(y, (np.ndarray, list, tuple)):
        return False
    column = nw.from_native(y, allow_series=True, eager_only=True, pass_through=True)
    return isinstance(column, nw.Series) or hasattr(y, "__arrow_c_array__")


def take(native: Any, rows: npt.NDArray[np.intp], *, n_old: int, keep_index: bool) -> Any:
    """Return some rows of a Series, array of Arrow or frame.

    Parameters
    ----------
    native : Series, array or frame
        Of any library.
    rows : ndarray of shape (n_out,)
        Positions: first those of all its rows, then others.
    n_old : int
        How many are the first.
    keep_index : bool
        Whether the first keep the labels that they have in pandas; see `extend_index`.

    Returns
    -------
    taken : Series, array or frame
        Of the same type.
    """
    if hasattr(native, "iloc"):
        taken = native.iloc[rows]
        taken.index = (
            extend_index(native.index, len(rows) - n_old) if keep_index else range(len(rows))
        )
        return taken
    if hasattr(native, "__arrow_c_array__"):
        return native.take(rows)
    return nw.from_native(native, allow_series=True, eager_only=True)[rows].to_native()


def take_rows(table: Any, rows: npt.NDArray[np.intp], *, keep_index: bool = False) -> Any:
    """Return some rows of a table or a target of any make.

    Parameters
    ----------
    table : {array-like, sparse matrix, frame or column} of n rows
        The table, or the target.
    rows : ndarray of shape (n_out,)
        Positions.
    keep_index : bool, default=False
        Whether the labels that the table's first rows have in pandas stay in their places.

    Returns
    -------
    taken : {array-like, sparse matrix, frame or column} of n_out rows
        Of the type that was given; rows of pandas are numbered anew, or keep the labels.
    """
    if is_frame(table) or is_column(table):
        taken = take(table, rows, n_old=0, keep_index=False)
        if keep_index and hasattr(table, "iloc"):
            taken.index = table.index[: len(rows)]
        return taken
    return _safe_indexing(table, rows)


def read_series(series: Any) -> Values:
    """Return a column as NumPy holds it.

    Parameters
    ----------
    series : narwhals.Series
        The column.

    Returns
    -------
    column : Values
        Values of 64-bit integers stay exact also where others are missing.
    """
    dtype = series.dtype
    decimals = None
    if isinstance(dtype, nw.Decimal | nw.Int128 | nw.UInt128):
        decimals = dtype.scale if isinstance(dtype, nw.Decimal) else 0
        series = series.cast(nw.Float64)
    missing = series.is_null().to_numpy().astype(bool)
    if missing.any() and (dtype.is_integer() or dtype == nw.Boolean):
        series = series.fill_null(False if dtype == nw.Boolean else 0)
    named = dtype in (nw.Categorical, nw.Enum)
    # A dictionary of Arrow without any value cannot be turned into an array.
    nothing = named and bool(missing.all())
    values = np.full(len(missing), None) if nothing else series.to_numpy()
    if values.dtype == object and hasattr(_native_dtype(series), "tz"):
        # pandas gives times of UTC when it is asked for, and else objects of some zones.
        values = series.to_native().to_numpy(dtype=f"M8[{_native_dtype(series).unit}]")
    if values.ndim > 1:  # of lists or records, which are refused by name
        values = np.fromiter(series.to_list(), dtype=object, count=len(series))
    if dtype == nw.Boolean:
        values = values.astype(bool)
    elif dtype == nw.Date:
        if values.dtype == object:  # pandas gives objects for dates of Arrow
            values = values.copy()
            values[missing] = None
            values = values.astype("M8[D]")
    elif dtype == nw.Float32:
        values = values.astype(np.float32)
    if values.dtype.kind in "fmM":
        missing = missing | (np.isnan(values) if values.dtype.kind == "f" else np.isnat(values))
    return Values(values, missing, decimals, named)


def as_series(
    values: npt.NDArray[Any],
    missing: npt.NDArray[np.bool_],
    series: Any,
    like: npt.NDArray[np.intp],
) -> Any:
    """Return new values as a column of another one's type.

    Parameters
    ----------
    values : ndarray of shape (n_new,)
        Of the plain dtype that the column was read with.
    missing : ndarray of shape (n_new,)
        Where there is no value.
    series : narwhals.Series
        The column whose type is wanted.
    like : ndarray of shape (n_new,)
        Rows of it; where a new value is missing, that of the row is, and is copied, since
        some types have more than one way to be missing. Else it may be -1.

    Returns
    -------
    new : narwhals.Series
        The new column.
    """
    if missing.all():
        return series[like]
    wanted = _native_dtype(series)
    if not missing.any():
        return _of_type(_new(values, series), wanted)
    # Times have one way to be missing, and so have pandas' sparse columns, whose values cannot
    # be set.
    if values.dtype.kind in "mM":
        return _of_type(
            _new(np.where(missing, np.array("NaT", values.dtype), values), series), wanted
        )
    if hasattr(wanted, "subtype"):
        return _of_type(_new(np.where(missing, np.nan, values), series), wanted)
    # Rows of both, one after the other, as each library can put those together of any type.
    new = _of_type(_new(values[~missing], series), wanted)
    return stack(series, new)[np.where(missing, like, len(series) + np.cumsum(~missing) - 1)]


def stack(series: Any, new: Any) -> Any:
    """Return one column after the other.

    Parameters
    ----------
    series, new : narwhals.Series
        Of one type.

    Returns
    -------
    stacked : narwhals.Series
        Both.
    """
    new = new.alias(series.name)
    if hasattr(series.to_native(), "iloc"):
        # Else pandas would join the labels of the rows too, which take as much as the values.
        both = [series.to_native(), new.to_native()]
        stacked = series.__native_namespace__().concat(both, ignore_index=True)
        return nw.from_native(stacked, series_only=True)
    return nw.concat([series.to_frame(), new.to_frame()], how="vertical")[:, 0]


def bind(frame: Any, columns: list[Any], X: Any, *, n_old: int, keep_index: bool) -> Any:
    """Return columns as a frame of the type and with the names of another.

    Parameters
    ----------
    frame : narwhals.DataFrame
        What `open_frame` made of `X`.
    columns : list of narwhals.Series
        A column for each of its own.
    X : frame
        As the user gave it.
    n_old : int
        How many of the rows are those of `X`.
    keep_index : bool
        Whether these keep the labels that they have in pandas; see `extend_index`.

    Returns
    -------
    frame : frame
        Without a copy.
    """
    if not hasattr(X, "iloc"):
        return nw.concat([column.to_frame() for column in columns], how="horizontal").to_native()
    # pandas would gather the columns into one block, and hold all of them twice meanwhile.
    named = {j: column.to_native() for j, column in enumerate(columns)}
    for column in named.values():
        column.index = range(len(column))
    bound = frame.__native_namespace__().DataFrame(named, copy=False)
    bound.columns = X.columns
    if keep_index:
        bound.index = extend_index(X.index, len(bound) - n_old)
    return bound


def append_table(X: Any, new: Any) -> Any:
    """Return a table with the rows of another below.

    Parameters
    ----------
    X, new : {ndarray, frame} of n and m rows
        With the same columns, of one library.

    Returns
    -------
    table : {ndarray, frame} of n + m rows
        A column whose types differ gets one that holds both.

    Raises
    ------
    TypeError
        If the tables are of different libraries.
    """
    if isinstance(X, np.ndarray) and isinstance(new, np.ndarray):
        return np.concatenate([X, new])
    if type(X) is not type(new):
        raise TypeError(
            f"The tables are a {type(X).__module__}.{type(X).__name__} and a "
            f"{type(new).__module__}.{type(new).__name__}: make one of the other."
        )
    frames = [open_frame(X), open_frame(new)]
    if hasattr(X, "iloc"):
        both = (
            frames[0]
            .__native_namespace__()
            .concat([frame.to_native() for frame in frames], ignore_index=True)
        )
        both.columns = X.columns
        return both
    for name, dtype in frames[0].schema.items():
        other = frames[1].schema[name]
        if dtype != other:
            numbers = dtype.is_numeric() and other.is_numeric()
            both = nw.col(name).cast(nw.Float64 if numbers else dtype)
            frames = [frame.with_columns(both) for frame in frames]
    return nw.concat(frames, how="vertical").to_native()


def extend_index(index: Any, n_new: int) -> Any:
    """Return an index of pandas with labels for new rows.

    Parameters
    ----------
    index : pandas.Index
        The labels of the rows that were given.
    n_new : int
        How many rows come after them.

    Returns
    -------
    index : pandas.Index
        Whole numbers count on from the largest; of any other kind, new rows have no label
        (NaN, NaT or None).
    """
    import pandas as pd

    if pd.api.types.is_integer_dtype(index.dtype):
        first = int(index.max()) + 1 if len(index) else 0
        return index.append(pd.RangeIndex(first, first + n_new, name=index.name))
    labels = np.concatenate([np.arange(len(index)), np.full(n_new, -1)])
    nullable = index if index.dtype != bool else index.astype(object)
    return nullable.take(labels, fill_value=np.nan)


def _new(values: npt.NDArray[Any], series: Any) -> Any:
    return nw.new_series(series.name, values, backend=series.implementation)


def _of_type(series: Any, wanted: Any) -> Any:
    """Return a column as one of a type of its own library; times without a zone are UTC."""
    if _native_dtype(series) == wanted:
        return series
    native = series.to_native()
    if getattr(wanted, "tz", None) is not None and hasattr(native, "dt"):
        native = native.dt.tz_localize("UTC")
    cast = native.astype if hasattr(native, "astype") else native.cast
    return nw.from_native(cast(wanted), series_only=True).alias(series.name)


def _native_dtype(series: Any) -> Any:
    native = series.to_native()
    return native.dtype if hasattr(native, "dtype") else native.type
