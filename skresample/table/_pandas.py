"""What is special to pandas."""

import sys
from typing import Any

import narwhals as nw
import numpy as np

from skresample.table._library import Blocks, Library, NewColumn, NewColumns
from skresample.table.columns import Array, Positions, box, positions_by

__all__ = ["Pandas", "is_pandas_array"]


def is_pandas_array(y: Any) -> bool:
    """Return whether y is an array or an index of pandas, such as a Categorical."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(
        y, (pandas.Index, pandas.api.extensions.ExtensionArray)
    )


class Pandas(Library):
    """pandas, and libraries with its interface."""

    def labels(self, native: Any) -> Any:
        return native.columns

    def unnamed(self, native: Any) -> Any:
        return self.rename(native, range(native.shape[1])) if hasattr(native, "columns") else native

    def rename(self, native: Any, labels: Any) -> Any:
        native = native.copy(deep=False)  # set_axis would copy the values too
        native.columns = labels
        return native

    def arrow_types(self, native: Any) -> list[Any]:
        if not hasattr(native, "iloc"):
            return []
        dtypes = native.dtypes.tolist() if native.ndim > 1 else [native.dtype]
        return [getattr(dtype, "pyarrow_dtype", None) for dtype in dtypes]

    def recast(self, native: Any, dtypes: dict[int, Any]) -> Any:
        if not dtypes:
            return native
        if native.ndim == 1:
            return _cast(native, dtypes[0])
        native = native.copy(deep=False)
        for j, dtype in dtypes.items():
            native.isetitem(j, _cast(native.iloc[:, j], dtype))
        return native

    def column(self, y: Any) -> Any:
        return sys.modules["pandas"].Series(y) if is_pandas_array(y) else y

    def series(self, frame: Any, j: int) -> Any:
        return frame[:, j]

    def cast(self, native: Any, wanted: Any) -> Any:
        if getattr(wanted, "tz", None) is not None:
            native = native.dt.tz_localize("UTC")
        return native.astype(wanted)

    def number_blocks(self, frame: Any) -> Blocks:
        native = frame.to_native()
        return [
            (where, native.iloc[:, where].to_numpy())
            for dtype, where in positions_by(native.dtypes.tolist()).items()
            if isinstance(dtype, np.dtype) and dtype.kind in "iuf"
        ]

    def take(self, native: Any, rows: Positions, n_old: int, keep_index: bool) -> Any:
        if is_pandas_array(native):
            return native.take(rows)
        taken = native.iloc[rows]
        new = len(rows) - n_old
        taken.index = extend_index(native.index, new) if keep_index else range(len(rows))
        return taken

    def copy_index(self, native: Any, given: Any, rows: Positions) -> Any:
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
        return self.rename(space.concat(frames, ignore_index=True), native.columns)

    def bind(
        self, frame: Any, X: Any, new: NewColumns, n_new: int, originals: bool, keep_index: bool
    ) -> Any:
        bound = self._bind(frame, new, len(X) if originals else 0, n_new)
        bound.columns = X.columns
        if keep_index:
            bound.index = extend_index(X.index, n_new)
        return bound

    def to_pandas(self, native: Any) -> Any:
        return self.without_views(native).copy()

    def _bind(self, frame: Any, new: NewColumns, n_old: int, n_new: int) -> Any:
        """Return the first rows and the synthetic ones, with numbered columns.

        Columns of a NumPy dtype are written into one block of memory, which pandas uses without
        a copy; otherwise it would gather them, and hold all of them twice meanwhile.
        """
        native, pandas = frame.to_native(), frame.__native_namespace__()
        dtypes = native.dtypes.tolist()
        pieces: list[Any] = []
        others = {}
        for dtype, where in positions_by(dtypes).items():
            if isinstance(dtype, np.dtype):
                held = (native if len(where) == len(dtypes) else native.iloc[:, where]).to_numpy()
                block = np.empty((len(where), n_old + n_new), dtype=dtype)
                block[:, :n_old] = held[:n_old].T
                for i, j in enumerate(where.tolist()):
                    _write(block[i, n_old:], new(j), held[:, i])
                pieces.append(pandas.DataFrame(block.T, columns=where, dtype=dtype, copy=False))
                continue
            for j in where.tolist():
                series = frame[:, j]
                made = self.new_series(new(j), series)
                others[j] = (self.stack(series, made) if n_old else made).to_native()
                others[j].index = range(n_old + n_new)
        if others:
            pieces.append(pandas.DataFrame(others, copy=False))
        if len(pieces) > 1:
            lazily = {"copy": False} if int(pandas.__version__.partition(".")[0]) < 3 else {}
            pieces = [pandas.concat(pieces, axis=1, **lazily)]
        order = np.argsort(pieces[0].columns.to_numpy())
        in_order = (order == np.arange(len(order))).all()
        return pieces[0] if in_order else pieces[0].iloc[:, order]


def _write(out: Array, column: NewColumn, held: Array) -> None:
    """Write the values of synthetic rows into the memory of a column."""
    if column.values is None:
        out[:] = held[column.like]
        return
    out[:] = box(column.values, column.like, held) if held.dtype == object else column.values
    out[column.missing] = held[column.like[column.missing]]


def _cast(series: Any, dtype: Any) -> Any:
    """Return a Series with another type of Arrow; `astype` of pandas fails on missing values."""
    import pyarrow as pa

    values = pa.array(series.array).cast(dtype)
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
