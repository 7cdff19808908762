"""A library of DataFrames that narwhals reads: polars, and what others override."""

from collections.abc import Callable
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt

from skresample.table.columns import Array, Positions, box, positions_by

__all__ = ["Blocks", "Library", "NewColumn", "NewColumns"]

# The types that are read in blocks, as narwhals names them.
INTEGERS = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32, nw.UInt64)
NUMBERS = (*INTEGERS, nw.Float32, nw.Float64)

# Positions (k,) of columns and their values (n, k).
Blocks = list[tuple[Positions, Array]]


class NewColumn(NamedTuple):
    """The values of synthetic rows in a column."""

    # A row of the table for each synthetic one. A missing value is a copy of that row's, since
    # some types have several kinds of missing values; -1 is allowed for other computed values.
    like: Positions
    # Computed values, in the NumPy dtype that the column is read with; None to copy all.
    values: Array | None = None
    missing: npt.NDArray[np.bool_] = np.zeros(0, dtype=bool)  # where a computed value is missing


# Returns the values of synthetic rows in the column at a position.
NewColumns = Callable[[int], NewColumn]


class Library:
    """What libraries of DataFrames do in their own way; the methods here are for polars."""

    def labels(self, native: Any) -> list[Any]:
        """Return the names of the columns, of any type."""
        return list(native.columns)

    def unnamed(self, native: Any) -> Any:
        """Return a DataFrame without names that narwhals refuses, such as repeated ones."""
        return native

    def without_views(self, native: Any) -> Any:
        """Return a DataFrame or column without views of text or bytes.

        Arrow cannot select rows of views, which therefore get plain types.
        """
        plain = enumerate(map(_plain_type, self.arrow_types(native)))
        return self.recast(native, {j: dtype for j, dtype in plain if dtype is not None})

    def with_views(self, native: Any, given: Any) -> Any:
        """Return a DataFrame or column with the types that `without_views` replaced in `given`."""
        types = enumerate(self.arrow_types(given))
        return self.recast(native, {j: dtype for j, dtype in types if _plain_type(dtype)})

    def arrow_types(self, native: Any) -> list[Any]:
        """Return the type of each column, if it is one of Arrow."""
        return []

    def recast(self, native: Any, dtypes: dict[int, Any]) -> Any:
        """Return a DataFrame or column with other types of Arrow at some positions."""
        return native

    def column(self, y: Any) -> Any:
        """Return a column in a form that narwhals opens as a Series."""
        return y

    def series(self, frame: Any, j: int) -> Any:
        """Return a column of a narwhals DataFrame in constant time."""
        return nw.from_native(frame.to_native().to_series(j), series_only=True)

    def dtype(self, native: Any) -> Any:
        """Return the type of a column."""
        return native.dtype

    def cast(self, native: Any, wanted: Any) -> Any:
        """Return a column with another type; times without a time zone are in UTC."""
        return native.cast(wanted)

    def number_blocks(self, frame: Any) -> Blocks:
        """Return the plain numbers of each type.

        NaN where a float is missing. Integer columns with missing values and types that are not
        NumPy's are left out.
        """
        names, blocks = frame.columns, []
        for dtype, where in positions_by(frame.schema.dtypes()).items():
            if dtype not in NUMBERS:
                continue
            some = frame.select([names[j] for j in where])
            if dtype in INTEGERS:
                where = where[np.array(some.select(nw.all().null_count()).row(0)) == 0]
                some = frame.select([names[j] for j in where])
            if where.size:
                blocks.append((where, some.to_numpy()))
        return blocks

    def take(self, native: Any, rows: Positions, n_old: int, keep_index: bool) -> Any:
        """Return some rows of a DataFrame or column; see `frames.take`."""
        return nw.from_native(native, allow_series=True, eager_only=True)[rows].to_native()

    def copy_index(self, native: Any, given: Any, rows: Positions) -> Any:
        """Return a DataFrame or column with the labels of some rows of another one."""
        return native

    def stack(self, series: Any, new: Any) -> Any:
        """Return one column below another."""
        new = new.alias(series.name)
        return nw.concat([series.to_frame(), new.to_frame()], how="vertical")[:, 0]

    def append(self, native: Any, new: Any) -> Any:
        """Return one DataFrame below another; numbers of different types become doubles."""
        frames = [nw.from_native(one, eager_only=True) for one in (native, new)]
        for name, dtype in frames[0].schema.items():
            other = frames[1].schema[name]
            if dtype != other:
                numbers = dtype.is_numeric() and other.is_numeric()
                both = nw.col(name).cast(nw.Float64 if numbers else dtype)
                frames = [frame.with_columns(both) for frame in frames]
        return nw.concat(frames, how="vertical").to_native()

    def bind(
        self, frame: Any, X: Any, new: NewColumns, n_new: int, originals: bool, keep_index: bool
    ) -> Any:
        """Return a DataFrame with synthetic rows; see `frames.bind`."""
        bound = nw.from_native(type(frame.to_native())(self._new_columns(frame, new)))
        return (nw.concat([frame, bound], how="vertical") if originals else bound).to_native()

    def to_pandas(self, native: Any) -> Any:
        """Return a copy of a DataFrame in pandas, with dates as datetimes."""
        import pyarrow as pa

        table = nw.from_native(native, eager_only=True).to_arrow()
        for j, column in enumerate(table.schema):
            kind = column.type
            # Not every release of pyarrow converts unsigned keys, such as those of polars.
            if pa.types.is_dictionary(kind) and pa.types.is_unsigned_integer(kind.index_type):
                signed = pa.dictionary(pa.int64(), kind.value_type, kind.ordered)
                table = table.set_column(j, column.with_type(signed), table.column(j).cast(signed))
        return table.to_pandas(date_as_object=False)

    def _new_columns(self, frame: Any, new: NewColumns) -> dict[str, Any]:
        """Return the values of synthetic rows by name: arrays of plain numbers, else columns."""
        made: dict[str, Any] = {}
        for j, (name, dtype) in enumerate(frame.schema.items()):
            column = new(j)
            if dtype in NUMBERS and column.values is not None and not column.missing.any():
                made[name] = column.values
            else:
                made[name] = self.new_series(column, self.series(frame, j)).to_native()
        return made

    def new_series(self, column: NewColumn, series: Any) -> Any:
        """Return the values of synthetic rows as a column of the type of `series`."""
        values, missing, like = column.values, column.missing, column.like
        if values is None or missing.all():
            return series[like]
        wanted = self.dtype(series.to_native())
        is_time = values.dtype.kind in "mM"
        if series.dtype == nw.Object and is_time:
            held = series.to_numpy()
            boxed = box(values, like, held)
            boxed[missing] = held[like[missing]]
            return nw.new_series(series.name, boxed, nw.Object, backend=series.implementation)
        if not missing.any():
            return self._typed(values, series, wanted)
        # Times have a single kind of missing value, and so do the sparse columns of pandas, whose
        # values cannot be set.
        if is_time or hasattr(wanted, "subtype"):
            none = np.array("NaT", values.dtype) if is_time else np.nan
            return self._typed(np.where(missing, none, values), series, wanted)
        # Every library can stack columns of any type, but not set missing values of any kind.
        both = self.stack(series, self._typed(values[~missing], series, wanted))
        return both[np.where(missing, like, len(series) + np.cumsum(~missing) - 1)]

    def _typed(self, values: Array, series: Any, wanted: Any) -> Any:
        """Return values as a column of a type of the library."""
        new = nw.new_series(series.name, values, backend=series.implementation)
        native = new.to_native()
        if self.dtype(native) == wanted:
            return new
        cast = self.cast(native, wanted)
        return nw.from_native(cast, series_only=True).alias(series.name)


def _plain_type(dtype: Any) -> Any:
    """Return the plain type of a view of text or bytes of Arrow; None for other types."""
    if "_view" not in str(dtype):
        return None
    import pyarrow as pa

    if pa.types.is_dictionary(dtype):
        # Not large ones, which early releases of pyarrow do not convert to arrays.
        plain = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
        values = plain.get(dtype.value_type)
        return values and pa.dictionary(dtype.index_type, values, dtype.ordered)
    return {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}.get(dtype)
