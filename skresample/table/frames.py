"""Frames of any library that narwhals knows: pandas, polars, pyarrow and others."""

from collections.abc import Callable
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import _safe_indexing

from skresample.table.columns import Values, box

__all__ = [
    "NewColumn",
    "append_table",
    "bind",
    "is_column",
    "is_frame",
    "number_blocks",
    "open_frame",
    "read_series",
    "series_of",
    "take",
    "take_rows",
]

# What is read in blocks, by the names that narwhals has for it.
SINGLE_AND_DOUBLE = (nw.Float32, nw.Float64)
INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64)


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
    return nw.from_native(_unnamed(_without_views(X)), eager_only=True)


def series_of(frame: Any, j: int) -> Any:
    """Return a column of a frame, in a time that does not depend on how many there are.

    Parameters
    ----------
    frame : narwhals.DataFrame
        The frame.
    j : int
        The position of the column.

    Returns
    -------
    series : narwhals.Series
        The column.
    """
    native = frame.to_native()
    if frame.implementation.is_polars():
        return nw.from_native(native.to_series(j), series_only=True)
    if frame.implementation.is_pyarrow():
        return nw.from_native(native.column(j), series_only=True).alias(native.field(j).name)
    return frame[:, j]


def number_blocks(frame: Any) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]:
    """Return the columns of plain integers and floats, all of one type at once.

    Parameters
    ----------
    frame : narwhals.DataFrame
        The frame.

    Returns
    -------
    blocks : list of (ndarray of shape (k,), ndarray of shape (n, k))
        Positions and values: floats are NaN where a value is missing, and integers that miss any
        are left out, as are those of all types that some library adds to NumPy's.
    """
    native = frame.to_native()
    if hasattr(native, "iloc"):
        by_type = _positions_by(native.dtypes.tolist(), lambda t: _is_plain(t) and t.kind in "iuf")
        return [(where, native.iloc[:, where].to_numpy()) for where in by_type.values()]
    if not (frame.implementation.is_polars() or frame.implementation.is_pyarrow()):
        return []
    names, dtypes = frame.columns, frame.schema.dtypes()
    by_type = _positions_by(dtypes, lambda t: t in SINGLE_AND_DOUBLE or t in INTEGERS)
    blocks = []
    for dtype, where in by_type.items():
        some = frame.select([names[j] for j in where])
        if dtype in INTEGERS:
            some_missing = np.array(some.select(nw.all().null_count()).row(0)) > 0
            where = where[~some_missing]
            some = frame.select([names[j] for j in where])
        if where.size:
            blocks.append((where, some.to_numpy()))
    return blocks


def _positions_by(dtypes: list[Any], wanted: Any) -> dict[Any, npt.NDArray[np.intp]]:
    """Return the positions of the columns of each type that is wanted."""
    found: dict[Any, list[int]] = {}
    for j, dtype in enumerate(dtypes):
        if wanted(dtype):
            found.setdefault(dtype, []).append(j)
    return {dtype: np.array(where, dtype=np.intp) for dtype, where in found.items()}


def _is_plain(dtype: Any) -> bool:
    """Say whether a type of pandas is one of NumPy."""
    return isinstance(dtype, np.dtype)


def _views(native: Any) -> dict[int, tuple[Any, Any]]:
    """Return which columns are Arrow's views of text or bytes, their types, and plain ones.

    Of views, neither Arrow nor pandas takes rows.
    """
    if hasattr(native, "dtypes") and hasattr(native, "iloc"):
        dtypes = native.dtypes.tolist() if native.ndim > 1 else [native.dtype]
    elif hasattr(native, "schema") and hasattr(native, "set_column"):
        dtypes = native.schema.types
    else:
        dtypes = [native.type] if hasattr(native, "type") else []
    found: dict[int, tuple[Any, Any]] = {}
    for dtype in set(dtypes):
        arrow = getattr(dtype, "pyarrow_dtype", dtype)
        if "_view" not in str(arrow):
            continue
        import pyarrow as pa

        plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
        if pa.types.is_dictionary(arrow) and arrow.value_type in plain:
            # Not large ones, which early releases of pyarrow do not turn into arrays.
            texts = pa.string() if arrow.value_type == pa.string_view() else pa.binary()
            wanted = pa.dictionary(arrow.index_type, texts, arrow.ordered)
        elif arrow in plain:
            wanted = plain[arrow]
        else:
            continue
        wanted = wanted if arrow is dtype else type(dtype)(wanted)
        found |= {j: (dtype, wanted) for j, one in enumerate(dtypes) if one == dtype}
    return found


def _without_views(native: Any) -> Any:
    """Return a frame or a column with plain text and bytes instead of views of them."""
    return _cast(native, {j: plain for j, (_, plain) in _views(native).items()})


def _with_views(native: Any, given: Any) -> Any:
    """Return a frame or a column with views of text and bytes where another one has them."""
    return _cast(native, {j: dtype for j, (dtype, _) in _views(given).items()})


def _cast(native: Any, dtypes: dict[int, Any]) -> Any:
    """Return a frame or a column of pandas or Arrow with other types."""
    if not dtypes:
        return native
    if hasattr(native, "set_column"):
        for j, dtype in dtypes.items():
            field = native.schema.field(j).with_type(dtype)
            native = native.set_column(j, field, native.column(j).cast(dtype))
        return native
    if not hasattr(native, "iloc"):
        return native.cast(dtypes[0])
    if not hasattr(native, "isetitem"):
        return _cast_of_pandas(native, dtypes[0])
    native = native.copy(deep=False)
    for j, dtype in dtypes.items():
        native.isetitem(j, _cast_of_pandas(native.iloc[:, j], dtype))
    return native


def _cast_of_pandas(series: Any, dtype: Any) -> Any:
    """Return a Series of Arrow's with another type of it; pandas itself fails where any miss."""
    import pyarrow as pa

    values = pa.array(series.array).cast(dtype.pyarrow_dtype)
    return type(series)(type(series.array)(values), index=series.index, name=series.name)


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
    given, native = native, _without_views(native)
    if hasattr(native, "iloc"):
        taken = native.iloc[rows]
        taken.index = (
            extend_index(native.index, len(rows) - n_old) if keep_index else range(len(rows))
        )
    elif hasattr(native, "__arrow_c_array__"):
        taken = native.take(rows)
    else:
        taken = nw.from_native(native, allow_series=True, eager_only=True)[rows].to_native()
    return _with_views(taken, given)


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
    if sparse.issparse(table) and table.format not in ("csr", "csc"):  # such as a target
        return type(table)(table.tocsr()[rows])
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
    if series.dtype == nw.Object and values.dtype.kind in "mM":
        held = series.to_numpy()
        boxed = box(values, like, held)
        boxed[missing] = held[like[missing]]
        return nw.new_series(series.name, boxed, nw.Object, backend=series.implementation)
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
    return _stack(series, new)[np.where(missing, like, len(series) + np.cumsum(~missing) - 1)]


class NewColumn(NamedTuple):
    """The values of new rows in a column.

    Attributes
    ----------
    like : ndarray of shape (n_new,)
        A row of the table for each new one. A value that is missing is missing as it is there,
        since some types have more than one way; elsewhere, it may be -1 for computed values.
    values : ndarray of shape (n_new,) or None
        What was computed, of the plain dtype that the column was read with; None where all are
        copied.
    missing : ndarray of shape (n_new,)
        Of what was computed, where there is no value.
    """

    like: npt.NDArray[np.intp]
    values: npt.NDArray[Any] | None = None
    missing: npt.NDArray[np.bool_] = np.zeros(0, dtype=bool)


def bind(
    frame: Any,
    X: Any,
    new: Callable[[int], NewColumn],
    n_new: int,
    *,
    originals: bool,
    keep_index: bool,
) -> Any:
    """Return a frame with new rows, of the type and with the names of another.

    Parameters
    ----------
    frame : narwhals.DataFrame
        What `open_frame` made of `X`.
    X : frame
        As the user gave it.
    new : callable
        Given the position of a column, returns what new rows have there. It is called once for
        each.
    n_new : int
        How many rows are new.
    originals : bool
        Whether the rows of `X` come first.
    keep_index : bool
        Whether these keep the labels that they have in pandas; see `extend_index`.

    Returns
    -------
    frame : frame
        In pandas, of one block of memory for each of NumPy's types.
    """
    if hasattr(X, "iloc"):
        n_old = len(X) if originals else 0
        bound = _bind_pandas(frame, new, n_old, n_new)
        bound.columns = X.columns
        if keep_index:
            bound.index = extend_index(X.index, n_new)
        return _with_views(bound, X)
    native, dtypes = frame.to_native(), frame.schema.dtypes()
    made: dict[str, Any] = {}
    for j, name in enumerate(frame.columns):
        column, is_plain = new(j), dtypes[j] in SINGLE_AND_DOUBLE or dtypes[j] in INTEGERS
        if is_plain and column.values is not None and not column.missing.any():
            made[name] = column.values
        else:
            made[name] = _series(column, series_of(frame, j)).to_native()
    if not frame.implementation.is_pyarrow():
        bound = nw.from_native(type(native)(made), eager_only=True)
        return (nw.concat([frame, bound], how="vertical") if originals else bound).to_native()
    import pyarrow as pa

    columns = []
    for old, more in zip(native.columns, made.values(), strict=True):
        chunks = more.chunks if hasattr(more, "chunks") else [pa.array(more)]
        chunks = [*old.chunks, *chunks] if originals else chunks
        columns.append(pa.chunked_array(chunks, type=old.type))
    return _with_views(pa.Table.from_arrays(columns, names=frame.columns), X)


def _series(column: NewColumn, series: Any) -> Any:
    """Return values of new rows as a column of another one's type."""
    if column.values is None:
        return series[column.like]
    return as_series(column.values, column.missing, series, column.like)


def _bind_pandas(frame: Any, new: Callable[[int], NewColumn], n_old: int, n_new: int) -> Any:
    """Return a frame of pandas, its columns numbered.

    Columns of a type of NumPy are written into one block of memory, which pandas takes as it is:
    else it would gather them, and hold all of them twice meanwhile.
    """
    native, pandas = frame.to_native(), frame.__native_namespace__()
    dtypes = native.dtypes.tolist()
    pieces = []
    for dtype, where in _positions_by(dtypes, _is_plain).items():
        held = (native if len(where) == len(dtypes) else native.iloc[:, where]).to_numpy()
        block = np.empty((len(where), n_old + n_new), dtype=dtype)
        block[:, :n_old] = held[:n_old].T
        for i, j in enumerate(where.tolist()):
            _write(block[i, n_old:], new(j), held[:, i])
        pieces.append(pandas.DataFrame(block.T, columns=where, dtype=dtype, copy=False))
    others = {}
    for j in range(len(dtypes)):
        if not _is_plain(dtypes[j]):
            series = frame[:, j]
            made = _series(new(j), series)
            others[j] = (_stack(series, made) if n_old else made).to_native()
            others[j].index = range(n_old + n_new)
    if others:
        pieces.append(pandas.DataFrame(others, copy=False))
    if len(pieces) == 1:
        return pieces[0]
    lazily = {"copy": False} if int(pandas.__version__.partition(".")[0]) < 3 else {}
    bound = pandas.concat(pieces, axis=1, **lazily)
    return bound.iloc[:, np.argsort(bound.columns.to_numpy())]


def _write(out: npt.NDArray[Any], column: NewColumn, held: npt.NDArray[Any]) -> None:
    """Write the values of new rows into the memory of a column."""
    if column.values is None:
        out[:] = held[column.like]
        return
    out[:] = box(column.values, column.like, held) if held.dtype == object else column.values
    out[column.missing] = held[column.like[column.missing]]


def _stack(series: Any, new: Any) -> Any:
    """Return one column after the other."""
    new = new.alias(series.name)
    if hasattr(series.to_native(), "iloc"):
        # Else pandas would join the labels of the rows too, which take as much as the values.
        both = [series.to_native(), new.to_native()]
        stacked = series.__native_namespace__().concat(both, ignore_index=True)
        return nw.from_native(stacked, series_only=True)
    return nw.concat([series.to_frame(), new.to_frame()], how="vertical")[:, 0]


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
    if isinstance(X, np.ma.MaskedArray) or isinstance(new, np.ma.MaskedArray):
        return np.ma.concatenate([X, new])
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
