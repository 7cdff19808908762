"""What is special to pandas."""

import sys
from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from skresample.table._arrow import plain_types
from skresample.table._library import Library, NewColumn, positions_by_type
from skresample.table.columns import box

__all__ = ["Pandas", "is_pandas_array"]


def is_pandas_array(y: Any) -> bool:
    """Return whether something is an array or an index of pandas, such as a Categorical."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(
        y, (pandas.Index, pandas.api.extensions.ExtensionArray)
    )


class Pandas(Library):
    """pandas, and libraries with its interface."""

    def labels(self, native: Any) -> Any:
        return native.columns

    def unnamed(self, native: Any) -> Any:
        if not hasattr(native, "columns"):
            return native
        return self.rename(native, range(native.shape[1]))

    def rename(self, native: Any, labels: Any) -> Any:
        native = native.copy(deep=False)  # set_axis would copy the values too
        native.columns = labels
        return native

    def without_views(self, native: Any) -> Any:
        return _cast_all(native, {j: plain for j, (_, plain) in _views(native).items()})

    def with_views(self, native: Any, given: Any) -> Any:
        return _cast_all(native, {j: dtype for j, (dtype, _) in _views(given).items()})

    def column(self, y: Any) -> Any:
        return sys.modules["pandas"].Series(y) if is_pandas_array(y) else y

    def series(self, frame: Any, j: int) -> Any:
        return frame[:, j]

    def cast(self, native: Any, wanted: Any) -> Any:
        if getattr(wanted, "tz", None) is not None:
            native = native.dt.tz_localize("UTC")
        return native.astype(wanted)

    def number_blocks(self, frame: Any) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]:
        native = frame.to_native()
        by_type = positions_by_type(
            native.dtypes.tolist(), lambda dtype: _is_numpy(dtype) and dtype.kind in "iuf"
        )
        return [(where, native.iloc[:, where].to_numpy()) for where in by_type.values()]

    def take(self, native: Any, rows: npt.NDArray[np.intp], n_old: int, keep_index: bool) -> Any:
        if is_pandas_array(native):
            return native.take(rows)
        taken = native.iloc[rows]
        new = len(rows) - n_old
        taken.index = extend_index(native.index, new) if keep_index else range(len(rows))
        return taken

    def copy_index(self, native: Any, given: Any, rows: npt.NDArray[np.intp]) -> Any:
        if hasattr(given, "iloc"):
            native.index = given.index[rows]
        return native

    def stack(self, series: Any, new: Any) -> Any:
        # narwhals would join the row labels too, which take as much memory as the values.
        both = [series.to_native(), new.alias(series.name).to_native()]
        stacked = series.__native_namespace__().concat(both, ignore_index=True)
        return nw.from_native(stacked, series_only=True)

    def append(self, native: Any, new: Any) -> Any:
        frames = [self.unnamed(native), self.unnamed(new)]
        space = nw.from_native(frames[0], eager_only=True).__native_namespace__()
        both = space.concat(frames, ignore_index=True)
        both.columns = native.columns
        return both

    def bind(
        self,
        frame: Any,
        X: Any,
        new: Callable[[int], NewColumn],
        n_new: int,
        originals: bool,
        keep_index: bool,
    ) -> Any:
        bound = self._bind(frame, new, len(X) if originals else 0, n_new)
        bound.columns = X.columns
        if keep_index:
            bound.index = extend_index(X.index, n_new)
        return bound

    def to_pandas(self, native: Any) -> Any:
        return self.without_views(native).copy()

    def _bind(self, frame: Any, new: Callable[[int], NewColumn], n_old: int, n_new: int) -> Any:
        """Return the first rows and the synthetic ones, the columns numbered.

        Columns of a NumPy dtype are written into one block of memory, which pandas uses without
        a copy; otherwise it would gather them, and hold all of them twice meanwhile.
        """
        native, pandas = frame.to_native(), frame.__native_namespace__()
        dtypes = native.dtypes.tolist()
        pieces = []
        for dtype, where in positions_by_type(dtypes, _is_numpy).items():
            held = (native if len(where) == len(dtypes) else native.iloc[:, where]).to_numpy()
            block = np.empty((len(where), n_old + n_new), dtype=dtype)
            block[:, :n_old] = held[:n_old].T
            for i, j in enumerate(where.tolist()):
                _write(block[i, n_old:], new(j), held[:, i])
            pieces.append(pandas.DataFrame(block.T, columns=where, dtype=dtype, copy=False))
        others = {}
        for j, dtype in enumerate(dtypes):
            if not _is_numpy(dtype):
                series = frame[:, j]
                made = self.new_series(new(j), series)
                others[j] = (self.stack(series, made) if n_old else made).to_native()
                others[j].index = range(n_old + n_new)
        if others:
            pieces.append(pandas.DataFrame(others, copy=False))
        if len(pieces) == 1:
            return pieces[0]
        lazily = {"copy": False} if int(pandas.__version__.partition(".")[0]) < 3 else {}
        bound = pandas.concat(pieces, axis=1, **lazily)
        return bound.iloc[:, np.argsort(bound.columns.to_numpy())]


def _is_numpy(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype)


def _write(out: npt.NDArray[Any], column: NewColumn, held: npt.NDArray[Any]) -> None:
    """Write the values of synthetic rows into the memory of a column."""
    if column.values is None:
        out[:] = held[column.like]
        return
    out[:] = box(column.values, column.like, held) if held.dtype == object else column.values
    out[column.missing] = held[column.like[column.missing]]


def _views(native: Any) -> dict[int, tuple[Any, Any]]:
    """Return the columns that are Arrow's views, their types and plain types."""
    if not hasattr(native, "iloc"):
        return {}
    dtypes = native.dtypes.tolist() if native.ndim > 1 else [native.dtype]
    plain = plain_types({getattr(dtype, "pyarrow_dtype", None) for dtype in set(dtypes)})
    return {
        j: (dtype, type(dtype)(plain[dtype.pyarrow_dtype]))
        for j, dtype in enumerate(dtypes)
        if plain and getattr(dtype, "pyarrow_dtype", None) in plain
    }


def _cast_all(native: Any, dtypes: dict[int, Any]) -> Any:
    """Return a DataFrame or Series with other types of Arrow."""
    if not dtypes:
        return native
    if native.ndim == 1:
        return _cast(native, dtypes[0])
    native = native.copy(deep=False)
    for j, dtype in dtypes.items():
        native.isetitem(j, _cast(native.iloc[:, j], dtype))
    return native


def _cast(series: Any, dtype: Any) -> Any:
    """Return a Series with another type of Arrow; pandas' astype fails on missing values."""
    import pyarrow as pa

    values = pa.array(series.array).cast(dtype.pyarrow_dtype)
    return type(series)(type(series.array)(values), index=series.index, name=series.name)


def extend_index(index: Any, n_new: int) -> Any:
    """Return an index with labels for `n_new` more rows.

    Integers continue from the largest; otherwise, new labels are missing (NaN, NaT or None).
    """
    import pandas as pd

    if pd.api.types.is_integer_dtype(index.dtype):
        first = int(index.max()) + 1 if len(index) else 0
        return index.append(pd.RangeIndex(first, first + n_new, name=index.name))
    labels = np.concatenate([np.arange(len(index)), np.full(n_new, -1)])
    nullable = index if index.dtype != bool else index.astype(object)
    return nullable.take(labels, fill_value=np.nan)
