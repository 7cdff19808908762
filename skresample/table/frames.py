"""DataFrames and columns of any library: pandas, polars, pyarrow and others."""

from typing import Any

import narwhals as nw
import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing

from skresample.table._arrow import Arrow
from skresample.table._library import Library, NewColumn, NewColumns
from skresample.table._pandas import Pandas, is_pandas_array
from skresample.table.columns import Positions, Values, is_missing

__all__ = [
    "NewColumn",
    "append_table",
    "bind",
    "copy_index",
    "is_column",
    "is_frame",
    "labels_of",
    "library_of",
    "open_frame",
    "read_column",
    "read_series",
    "rename",
    "take",
    "take_rows",
    "to_pandas",
]

PANDAS, ARROW, POLARS = Pandas(), Arrow(), Library()


def library_of(native: Any) -> Library:
    """Return the library of a DataFrame or column."""
    if hasattr(native, "iloc") or is_pandas_array(native):
        return PANDAS
    is_arrow = hasattr(native, "__arrow_c_array__") or type(native).__module__[:7] == "pyarrow"
    return ARROW if is_arrow else POLARS


def is_frame(X: Any) -> bool:
    """Return whether X is a DataFrame in memory.

    Raises a ValueError for an Arrow table with repeated column names.
    """
    if isinstance(X, (np.ndarray, list, tuple)):
        return False  # narwhals takes long to find out
    unnamed = X if is_pandas_array(X) else library_of(X).unnamed(X)
    try:
        found = nw.from_native(unnamed, eager_only=True, pass_through=True)
    except nw.exceptions.DuplicateError as error:
        raise ValueError(
            f"X has several columns with the same name: {error}. Rename all but one of them."
        ) from error
    return isinstance(found, nw.DataFrame)


def is_column(y: Any) -> bool:
    """Return whether y is a Series, an Arrow array, or a pandas array or index."""
    if isinstance(y, (np.ndarray, list, tuple)):
        return False
    if is_pandas_array(y) or hasattr(y, "__arrow_c_array__"):
        return True
    column = nw.from_native(y, allow_series=True, eager_only=True, pass_through=True)
    return isinstance(column, nw.Series)


def open_frame(X: Any) -> Any:
    """Return a DataFrame in narwhals without a copy; columns of pandas are numbered."""
    library = library_of(X)
    return nw.from_native(library.unnamed(library.without_views(X)), eager_only=True)


def labels_of(X: Any) -> Any:
    """Return the names of the columns of a DataFrame, of any type."""
    return library_of(X).labels(X)


def rename(X: Any, labels: list[Any]) -> Any:
    """Return a DataFrame of pandas with other column names; only pandas lets names repeat."""
    return PANDAS.rename(X, labels)


def take(native: Any, rows: Positions, *, n_old: int, keep_index: bool) -> Any:
    """Return some rows of a DataFrame or column, in its own type.

    The first `n_old` of `rows` are all rows of the table. With `keep_index`, these keep their
    labels in pandas; see `extend_index`.
    """
    library = library_of(native)
    taken = library.take(library.without_views(native), rows, n_old, keep_index)
    return library.with_views(taken, native)


def take_rows(table: Any, rows: Positions, index: Positions | None = None) -> Any:
    """Return some rows of a table or target, in its own type.

    In pandas, they get the labels of the rows `index` of the table, without it 0, 1, 2, ...
    """
    if is_frame(table) or is_column(table):
        taken = take(table, rows, n_old=0, keep_index=False)
        return taken if index is None else copy_index(taken, table, index)
    if sparse.issparse(table) and table.format not in ("csr", "csc"):  # such as a target
        return type(table)(table.tocsr()[rows])
    return _safe_indexing(table, rows)


def copy_index(table: Any, given: Any, rows: Positions) -> Any:
    """Return a table with the labels that some rows of another one have in pandas."""
    return library_of(given).copy_index(table, given, rows)


def to_pandas(frame: Any) -> Any:
    """Return a copy of a DataFrame in pandas, with dates as datetimes."""
    return library_of(frame).to_pandas(frame)


def read_column(y: Any) -> Values:
    """Return a Series, or a pandas array or index, as NumPy holds it."""
    return read_series(nw.from_native(library_of(y).column(y), series_only=True))


def read_series(series: Any) -> Values:
    """Return a narwhals Series as NumPy holds it; integers remain integers if some are missing."""
    dtype = series.dtype
    decimals = None
    if isinstance(dtype, nw.Decimal | nw.Int128 | nw.UInt128):
        decimals = dtype.scale if isinstance(dtype, nw.Decimal) else 0
        series = series.cast(nw.Float64)
    missing = series.is_null().to_numpy().astype(bool)
    if missing.any() and (dtype.is_integer() or dtype == nw.Boolean):
        series = series.fill_null(False if dtype == nw.Boolean else 0)
    is_categorical = dtype in (nw.Categorical, nw.Enum)
    # Arrow cannot convert a dictionary without any value to an array.
    is_empty = is_categorical and bool(missing.all())
    values = np.full(len(missing), None) if is_empty else series.to_numpy()
    native = series.to_native()
    if values.dtype == object and hasattr(getattr(native, "dtype", None), "tz"):
        # pandas converts to UTC only if asked to; otherwise it returns objects for some zones.
        values = native.to_numpy(dtype=f"M8[{native.dtype.unit}]")
    if values.ndim > 1:  # lists or records, which raise an error that names the column
        values = np.fromiter(series.to_list(), dtype=object, count=len(series))
    if dtype == nw.Boolean:
        values = values.astype(bool)
    elif dtype == nw.Date and values.dtype == object:  # pandas returns objects for Arrow's dates
        values = values.copy()
        values[missing] = None
        values = values.astype("M8[D]")
    elif dtype == nw.Float32:
        values = values.astype(np.float32)
    if values.dtype.kind in "fmM":
        missing = missing | is_missing(values)
    return Values(values, missing, decimals, is_categorical)


def bind(
    frame: Any, X: Any, new: NewColumns, n_new: int, *, originals: bool, keep_index: bool
) -> Any:
    """Return a DataFrame with `n_new` synthetic rows, of the types and names of `X`.

    `frame` is `open_frame(X)`. `new` is called once for each position. With `originals`, the
    rows of `X` come first; with `keep_index`, they keep their labels in pandas.
    """
    library = library_of(X)
    bound = library.bind(frame, X, new, n_new, originals, keep_index)
    return library.with_views(bound, X)


def append_table(X: Any, new: Any) -> Any:
    """Return a table with the rows of another one of the same library appended.

    Columns whose types differ get a type that holds both.
    """
    if isinstance(X, np.ma.MaskedArray) or isinstance(new, np.ma.MaskedArray):
        return np.ma.concatenate([X, new])
    if isinstance(X, np.ndarray) and isinstance(new, np.ndarray):
        return np.concatenate([X, new])
    if type(X) is not type(new):
        raise TypeError(
            "Tables can only be appended to tables of the same type, but these are a "
            f"{type(X).__module__}.{type(X).__name__} and a "
            f"{type(new).__module__}.{type(new).__name__}: convert one of them."
        )
    library = library_of(X)
    return library.append(library.without_views(X), library.without_views(new))
