"""What is special to pyarrow."""

from typing import Any

import narwhals as nw

from skresample.table._library import Library, NewColumns
from skresample.table.columns import Positions

__all__ = ["Arrow"]


class Arrow(Library):
    """Tables and arrays of pyarrow."""

    def labels(self, native: Any) -> list[Any]:
        return list(native.column_names)

    def arrow_types(self, native: Any) -> list[Any]:
        if hasattr(native, "set_column"):
            return list(native.schema.types)
        return [native.type] if hasattr(native, "type") else []

    def recast(self, native: Any, dtypes: dict[int, Any]) -> Any:
        if dtypes and not hasattr(native, "set_column"):
            return native.cast(dtypes[0])
        for j, dtype in dtypes.items():
            field = native.schema.field(j).with_type(dtype)
            native = native.set_column(j, field, native.column(j).cast(dtype))
        return native

    def series(self, frame: Any, j: int) -> Any:
        native = frame.to_native()
        return nw.from_native(native.column(j), series_only=True).alias(native.field(j).name)

    def dtype(self, native: Any) -> Any:
        return native.type

    def take(self, native: Any, rows: Positions, n_old: int, keep_index: bool) -> Any:
        if hasattr(native, "__arrow_c_array__"):
            return native.take(rows)
        return super().take(native, rows, n_old, keep_index)

    def bind(
        self, frame: Any, X: Any, new: NewColumns, n_new: int, originals: bool, keep_index: bool
    ) -> Any:
        import pyarrow as pa

        columns = []
        made = self._new_columns(frame, new)
        for old, more in zip(frame.to_native().columns, made.values(), strict=True):
            chunks = more.chunks if hasattr(more, "chunks") else [pa.array(more)]
            chunks = [*old.chunks, *chunks] if originals else chunks
            columns.append(pa.chunked_array(chunks, type=old.type))
        return pa.Table.from_arrays(columns, names=frame.columns)
