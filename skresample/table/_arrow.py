"""What is special to pyarrow."""

from collections.abc import Callable, Iterable
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from skresample.table._library import Library, NewColumn

__all__ = ["Arrow", "plain_types"]


def plain_types(dtypes: Iterable[Any]) -> dict[Any, Any]:
    """Return plain types for views of text or bytes, of which Arrow cannot select rows."""
    found = {}
    for dtype in dtypes:
        if "_view" not in str(dtype):
            continue
        import pyarrow as pa

        plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
        if dtype in plain:
            found[dtype] = plain[dtype]
        elif pa.types.is_dictionary(dtype) and dtype.value_type in plain:
            # Not large ones, which early releases of pyarrow do not convert to arrays.
            texts = pa.string() if dtype.value_type == pa.string_view() else pa.binary()
            found[dtype] = pa.dictionary(dtype.index_type, texts, dtype.ordered)
    return found


class Arrow(Library):
    """Tables and arrays of pyarrow."""

    def labels(self, native: Any) -> list[Any]:
        return list(native.column_names)

    def without_views(self, native: Any) -> Any:
        types = _types(native)
        plain = plain_types(set(types))
        return _cast_all(native, {j: plain[one] for j, one in enumerate(types) if one in plain})

    def with_views(self, native: Any, given: Any) -> Any:
        types = _types(given)
        views = plain_types(set(types))
        return _cast_all(native, {j: one for j, one in enumerate(types) if one in views})

    def series(self, frame: Any, j: int) -> Any:
        native = frame.to_native()
        return nw.from_native(native.column(j), series_only=True).alias(native.field(j).name)

    def dtype(self, native: Any) -> Any:
        return native.type

    def take(self, native: Any, rows: npt.NDArray[np.intp], n_old: int, keep_index: bool) -> Any:
        if hasattr(native, "__arrow_c_array__"):
            return native.take(rows)
        return super().take(native, rows, n_old, keep_index)

    def bind(
        self,
        frame: Any,
        X: Any,
        new: Callable[[int], NewColumn],
        n_new: int,
        originals: bool,
        keep_index: bool,
    ) -> Any:
        import pyarrow as pa

        columns = []
        made = self._new_columns(frame, new)
        for old, more in zip(frame.to_native().columns, made.values(), strict=True):
            chunks = more.chunks if hasattr(more, "chunks") else [pa.array(more)]
            chunks = [*old.chunks, *chunks] if originals else chunks
            columns.append(pa.chunked_array(chunks, type=old.type))
        return pa.Table.from_arrays(columns, names=frame.columns)


def _types(native: Any) -> list[Any]:
    if hasattr(native, "set_column"):
        return list(native.schema.types)
    return [native.type] if hasattr(native, "type") else []


def _cast_all(native: Any, dtypes: dict[int, Any]) -> Any:
    """Return a table or array with other types."""
    if dtypes and not hasattr(native, "set_column"):
        return native.cast(dtypes[0])
    for j, dtype in dtypes.items():
        field = native.schema.field(j).with_type(dtype)
        native = native.set_column(j, field, native.column(j).cast(dtype))
    return native
