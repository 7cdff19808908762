"""`Rows`: a table of any type as samplers compute with it."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.sparsefuncs import min_max_axis

from skresample.numerics.spread import standard_deviation
from skresample.table._reading import Columns, read_columns
from skresample.table._selection import positions_of
from skresample.table._source import Source
from skresample.table.columns import Codec, FloatCodec, kind_of, read_number
from skresample.table.frames import take_rows
from skresample.table.one_hot import OneHot, find_groups, read_group, split_groups

__all__ = ["Columns", "Rows"]

# Up to this many different numbers may well be categories.
FEW_LEVELS = 10


@dataclass(eq=False, repr=False)
class Rows(Source):
    """A table that is checked.

    Parameters
    ----------
    X : {ndarray, CSR or CSC matrix or array, DataFrame} of shape (n, d)
        The table.
    names : list of str
        The column names, for messages.
    sampler : str
        The estimator that reads the table, for messages.
    mask : ndarray of shape (n, d), default=None
        The mask of a masked array.
    categorical : object, default='auto'
        The parameter `categorical_features`.
    row_types : list of callable, default=None
        For a table that is a list, what makes each of its rows: list or tuple.
    fill_value : object, default=None
        The fill value of a masked array.
    target : Target, default=None
        The target, which takes no part in distances.
    """

    X: Any
    names: list[str]
    sampler: str
    mask: npt.NDArray[np.bool_] | None = None
    categorical: Any = "auto"
    row_types: list[Any] | None = None
    fill_value: Any = None
    target: Any = None

    def __getstate__(self) -> dict[str, Any]:
        # Cached properties can be computed again.
        return {field.name: self.__dict__[field.name] for field in fields(self)}

    def take(self, rows: npt.NDArray[np.intp], index: npt.NDArray[np.intp] | None = None) -> "Rows":
        """Return some of the rows; see `take_rows`."""
        return replace(
            self,
            X=take_rows(self.X, rows, index),
            mask=None if self.mask is None else self.mask[rows],
            row_types=self.row_types and [self.row_types[row] for row in rows.tolist()],
            target=self.target and self.target.take(rows, index),
        )

    def export(self) -> Any:
        """Return the table in the type that the user passed."""
        if self.mask is not None:
            return np.ma.array(self.X, mask=self.mask, fill_value=self.fill_value)
        if self.row_types is None:
            return self.X
        return [make(row) for make, row in zip(self.row_types, self.X.tolist(), strict=True)]

    @cached_property
    def columns(self) -> Columns:
        """The numerical and categorical columns; read at the first use."""
        given, _ = split_groups(self.categorical)
        return read_columns(self, self._positions(given))

    def _positions(self, given: Any) -> set[int] | None:
        what = f"{self.sampler}: categorical_features"
        return positions_of(given, self.X, self.names, what)

    @property
    def numeric(self) -> Any:
        """The numerical columns as floats, of shape (n, d)."""
        return self.columns.numeric

    @property
    def codes(self) -> npt.NDArray[np.signedinteger]:
        """The categorical columns as codes, of shape (n, c)."""
        return self.columns.codes

    @cached_property
    def codecs_by_column(self) -> list[Codec]:
        """The codec of each numerical column."""
        found: list[Any] = [None] * self.columns.numbers.size
        for chosen, codec in self.columns.codecs:
            for i in np.arange(len(found))[chosen].tolist():
                found[i] = codec
        return found

    def codec(self, i: int) -> Codec:
        """Return the codec of a column of `numeric`."""
        return self.codecs_by_column[i]

    @cached_property
    def one_hot(self) -> list[OneHot]:
        """The one-hot groups: those that the user names, and those found in the table."""
        columns = self.columns
        groups = []
        for given in split_groups(self.categorical)[1]:
            positions = self._positions(given) or set()
            members = np.flatnonzero(np.isin(columns.numbers, list(positions)))
            if members.size < len(positions):
                raise ValueError(
                    f"The group {given!r} in categorical_features has a column that is also "
                    "named as a category: name it once."
                )
            groups.append(read_group(columns.numeric, members, repr(given)))
        is_binary = np.array([codec.is_binary for codec in self.codecs_by_column], dtype=bool)
        for group in groups:
            is_binary[group.members] = False
        groups += find_groups(columns.numeric, np.flatnonzero(is_binary))
        binary = np.flatnonzero(columns.is_binary)
        if binary.size > 1:
            codes = columns.codes[:, binary]
            values = np.where(codes < 0, np.float32(np.nan), codes)
            for group in find_groups(values, np.arange(binary.size)):
                groups.append(group._replace(members=binary[group.members], of_codes=True))
        return groups

    @cached_property
    def deviation(self) -> npt.NDArray[np.float64]:
        """The standard deviations of the numerical columns, 1 for constant ones.

        They have the 24 significant bits of single precision: so many agree when they are merged
        from parts of the table, in whatever order.
        """
        mantissa, exponent = np.frexp(standard_deviation(self.numeric))
        deviation = np.ldexp(mantissa.astype(np.float32).astype(np.float64), exponent)
        deviation[deviation == 0] = 1
        return deviation

    @cached_property
    def standardized(self) -> Any:
        """The numerical columns, divided by their standard deviations."""
        if sparse.issparse(self.numeric):
            return (self.numeric @ sparse.diags_array(1 / self.deviation)).tocsr()
        return self.numeric / self.deviation.astype(self.numeric.dtype)

    def unit(self, *, standardize: bool) -> npt.NDArray[np.float64]:
        """Return the unit of distance in each numerical column: its deviation, or 1."""
        return self.deviation if standardize else np.ones(self.numeric.shape[1])

    def bounds(self, given: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
        """Return the least and greatest allowed value of each numerical column, encoded.

        `given` is None for no bounds, 'observed' for the range of the table, or a mapping from
        names or positions to pairs, in which None is no bound. Raises a ValueError for an unknown
        or categorical column, and for a table that exceeds its bounds.
        """
        if given is None:
            return None
        lowest, highest = _range(self.numeric)
        if isinstance(given, str):
            return lowest, highest
        low, high = np.full(len(lowest), -np.inf), np.full(len(lowest), np.inf)
        for key, pair in given.items():
            positions = positions_of([key], self.X, self.names, f"{self.sampler}: bounds") or set()
            where = np.flatnonzero(np.isin(self.columns.numbers, list(positions)))
            if not where.size:
                raise ValueError(f"bounds: column {key!r} holds categories, not numbers.")
            i = int(where[0])
            try:
                least, most = pair
            except (TypeError, ValueError):
                raise ValueError(
                    f"bounds of column {key!r} must be a pair (lowest, highest), not {pair!r}."
                ) from None
            codec = self.codec(i)
            low[i] = -np.inf if least is None else codec.limit(least)
            high[i] = np.inf if most is None else codec.limit(most)
            if low[i] > lowest[i] or high[i] < highest[i]:
                raise ValueError(
                    f"bounds of column {key!r} are {pair!r}, and the table goes beyond them: "
                    "correct the bounds, or the table."
                )
            if codec.dtype.kind in "iu":  # rounding must not exceed them
                low[i], high[i] = np.ceil(low[i]), np.floor(high[i])
        return low, high

    @property
    def scale(self) -> npt.NDArray[np.float64]:
        """The factors of the numerical columns, of shape (d,); see `keep_squares`."""
        return np.array([getattr(codec, "scale", 1.0) for codec in self.codecs_by_column])

    @property
    def common_scale(self) -> float:
        """The factor from lengths in the units of the table to those in `numeric`."""
        scale = self.scale
        return 1.0 if not scale.size or (scale == 1).any() else float(scale.min())

    def continuous_categories(self) -> list[str]:
        """Return the names of categorical columns that hold continuous numbers.

        These are floats, not all integers, of which most occur once.
        """
        columns, names = self.columns, []
        for i, j in enumerate(columns.categories.tolist()):
            levels = columns.first_rows[i]
            n_present = np.count_nonzero(columns.codes[:, i] >= 0)
            if len(levels) <= max(FEW_LEVELS, n_present / 2):
                continue
            column = self.column(j)
            if kind_of(column) != "number":
                continue
            codec, numeric = read_number(column, keep_decimals=False)
            has_fractions = (np.floor(numeric[levels]) != numeric[levels]).any()
            if isinstance(codec, FloatCodec) and has_fractions:
                names.append(self.names[j])
        return names

    def row_with_missing(self, j: int) -> int:
        """Return the first row whose value is missing in a column of the table, -1 for none."""
        columns = self.columns
        if sparse.issparse(columns.numeric):
            return -1
        among = np.flatnonzero(columns.numbers == j)
        if among.size:
            missing = np.isnan(columns.numeric[:, among[0]])
        else:
            missing = columns.codes[:, np.flatnonzero(columns.categories == j)[0]] < 0
        return int(np.argmax(missing)) if missing.any() else -1


def _range(numeric: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the least and greatest value of each column; infinite without any value."""
    if sparse.issparse(numeric):
        low, high = min_max_axis(numeric, axis=0)
        return low.astype(np.float64), high.astype(np.float64)
    low = np.fmin.reduce(numeric, axis=0).astype(np.float64)
    high = np.fmax.reduce(numeric, axis=0).astype(np.float64)
    return np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
