"""From a table to `Columns`: numerical columns as floats, categorical ones as codes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.table._refusals import columns_text, unusable
from skresample.table._source import Source
from skresample.table.columns import (
    EXACT,
    Category,
    Codec,
    FloatCodec,
    IntegerCodec,
    Values,
    codecs_of,
    is_binary,
    keep_squares,
    kind_of,
    read_number,
)

__all__ = ["Columns", "read_columns"]

MOST_INT32 = np.iinfo(np.int32).max
# How many values are read at once.
VALUES_AT_ONCE = 1 << 20

Blocks = list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]
Codecs = list[tuple[Any, Codec]]


@dataclass(frozen=True)
class Columns:
    """The columns of a table as samplers compute with them.

    Attributes
    ----------
    numeric : {ndarray, CSR matrix or array} of shape (n, d)
        The numerical columns as floats, NaN where a value is missing. Read-only, since it shares
        the user's memory where possible.
    codes : ndarray of shape (n, c)
        The categorical columns as integers, -1 where a value is missing.
    numbers, categories : ndarray of shape (d,) and (c,)
        Positions of these columns in the table.
    codecs : list of (slice or ndarray, FloatCodec or IntegerCodec)
        How groups of columns of `numeric` are decoded; together, all of them.
    first_rows : list of ndarray
        For each categorical column and code, a row with that category.
    is_boolean : ndarray of shape (c,)
        Whether a categorical column is boolean.
    is_binary : ndarray of shape (c,)
        Whether the codes of a categorical column are its values: 0 and 1.
    """

    numeric: Any
    codes: npt.NDArray[np.signedinteger]
    numbers: npt.NDArray[np.intp]
    categories: npt.NDArray[np.intp]
    codecs: Codecs
    first_rows: list[npt.NDArray[np.intp]]
    is_boolean: npt.NDArray[np.bool_]
    is_binary: npt.NDArray[np.bool_]

    @cached_property
    def has_missing(self) -> bool:
        """Whether any value is missing."""
        if (self.codes < 0).any():
            return True
        return not sparse.issparse(self.numeric) and _any_nan(self.numeric)


def read_columns(rows: Source, asked: set[int] | None) -> Columns:
    """Read a table; `asked` are the categorical columns, None to decide by the types."""
    if sparse.issparse(rows.X):
        return _read_sparse(rows, asked or set())
    if isinstance(rows.X, np.ndarray) and rows.X.dtype.kind in "buif":
        return _read_array(rows, asked or set())
    return _read_by_column(rows, asked)


def _read_array(rows: Source, asked: set[int]) -> Columns:
    """Read an array of numbers."""
    X, mask = rows.X, rows.mask
    categories = np.array(sorted(asked), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(X.shape[1]), categories)
    values = X[:, numbers] if asked else X
    if mask is not None:
        mask = mask[:, numbers] if asked else mask
        # Any number may lie under a mask: replace it by one that the column has anyway.
        first = values[np.argmin(mask, axis=0), np.arange(values.shape[1])]
        first = np.where(mask.all(axis=0), values.dtype.type(0), first)
        values = np.where(mask, first, values)
    dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
    if X.dtype.kind in "iu" and values.size and max(int(values.max()), -int(values.min())) > EXACT:
        # Integers beyond the precision of floats: subtract each column's smallest value.
        numeric = np.empty(values.shape)
        codecs: Codecs = []
        for i in range(values.shape[1]):
            missing = np.zeros(len(X), dtype=bool) if mask is None else mask[:, i]
            codec, numeric[:, i] = read_number(Values(values[:, i], missing), keep_decimals=False)
            codecs.append(([i], codec))
    else:
        numeric = values.astype(dtype, copy=False)
        codecs = _codecs(X.dtype, np.flatnonzero(is_binary(values)))
        if mask is not None:
            numeric = np.where(mask, dtype.type(np.nan), numeric)
    read = [Category.read(rows.column(j)) for j in categories]
    return _columns(numeric, numbers, categories, codecs, read, len(X))


def _read_sparse(rows: Source, asked: set[int]) -> Columns:
    """Read a sparse matrix of numbers."""
    X = rows.X
    nan = np.isnan(X.data) if X.dtype.kind == "f" else np.zeros(0, dtype=bool)
    if nan.any():
        columns = np.unique(X.tocsr().indices[np.isnan(X.tocsr().data)])
        raise ValueError(
            f"Input X contains NaN in {columns_text([rows.names[j] for j in columns])}. "
            f"{rows.sampler} accepts missing values in dense tables only: pass X.toarray()."
        )
    categories = np.array(sorted(asked), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(X.shape[1]), categories)
    values = X.tocsr()
    values = values[:, numbers] if asked else values
    numeric: Any = values.astype(np.float32 if X.dtype == np.float32 else np.float64, copy=False)
    if not numbers.size:
        numeric = numeric.toarray()  # scikit-learn computes no distances without columns
    elif numeric.indices.dtype != np.int32 and max(numeric.nnz, *numeric.shape) <= MOST_INT32:
        parts = (numeric.indices, numeric.indptr)  # not all of scikit-learn accepts other indices
        numeric = type(numeric)(
            (numeric.data, *(part.astype(np.int32) for part in parts)), shape=numeric.shape
        )
    other = np.unique(values.indices[(values.data != 0) & (values.data != 1)])
    binary = np.setdiff1d(np.unique(values.indices), other)
    by_column = X.tocsc()
    read = [
        Category.read(Values(by_column[:, [j]].toarray().ravel(), np.zeros(X.shape[0], dtype=bool)))
        for j in categories
    ]
    return _columns(numeric, numbers, categories, _codecs(X.dtype, binary), read, X.shape[0])


def _read_by_column(rows: Source, asked: set[int] | None) -> Columns:
    """Read a DataFrame, or an array of objects or strings, column by column."""
    n_columns, read, refused = len(rows.names), {}, {}
    blocks = rows.blocks()
    is_plain = np.isin(np.arange(n_columns), np.concatenate([[], *(w for w, _ in blocks)]))
    is_plain[list(asked or ())] = False
    for j in np.flatnonzero(~is_plain).tolist():
        column = rows.column(j)
        kind = kind_of(column)
        if kind == "complex":
            raise ValueError(
                f"Complex data not supported: column {rows.names[j]!r}. Pass its real and its "
                "imaginary part as two columns."
            )
        if (kind in ("name", "boolean")) if asked is None else (j in asked):
            read[j] = _read_category(rows.names[j], column)
        elif kind not in ("number", "boolean"):
            refused[rows.names[j]] = (kind, column)
    if isinstance(rows.X, np.ndarray):
        refused |= _numbers_as_strings(rows, asked or set())
    if refused:
        raise unusable(refused, rows.sampler, auto=asked is None)
    categories = np.array(list(read), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(n_columns), categories)
    numeric, codecs = _read_numbers(rows, numbers, blocks)
    return _columns(numeric, numbers, categories, codecs, list(read.values()), len(rows))


def _read_category(name: str, column: Values) -> Category:
    try:
        return Category.read(column)
    except TypeError as error:
        raise TypeError(
            f"Column {name!r} cannot be read as categories ({error}): each argument must be a "
            "string or a real number."
        ) from error


def _read_numbers(
    rows: Source, numbers: npt.NDArray[np.intp], blocks: Blocks
) -> tuple[npt.NDArray[np.floating], Codecs]:
    """Read numerical columns, plain ones in blocks."""
    numeric: Any = np.empty((len(rows), len(numbers)))
    place = np.full(len(rows.names), -1)
    place[numbers] = np.arange(len(numbers))
    found: dict[Codec, list[int]] = {}
    at_once = max(1, VALUES_AT_ONCE // max(1, len(rows)))
    for where, values in blocks:
        for part in gen_batches(len(where), at_once):
            among = np.flatnonzero(place[where[part]] >= 0) + part.start
            some = values[:, part] if len(among) == part.stop - part.start else values[:, among]
            for chosen, codec in codecs_of(some, keep_decimals=True):
                places = place[where[among[chosen]]]
                numeric[:, places] = codec.encode(some[:, chosen])
                found.setdefault(codec, []).extend(places.tolist())
        place[where] = -1
    for j in np.flatnonzero(place >= 0).tolist():
        try:
            codec, numeric[:, place[j]] = read_number(rows.column(j), keep_decimals=True)
        except OverflowError as error:
            raise ValueError(
                f"{rows.sampler} cannot compute with column {rows.names[j]!r}, since {error}: "
                "divide its values, leave the column out, or name it in categorical_features."
            ) from error
        found.setdefault(codec, []).append(int(place[j]))
    codecs: Codecs = [(np.sort(places), codec) for codec, places in found.items()]
    single = all(codec.dtype == np.float32 for codec in found) and len(found) > 0
    return numeric.astype(np.float32) if single else numeric, codecs


def _numbers_as_strings(rows: Source, asked: set[int]) -> dict[str, tuple[str, Values]]:
    """Return the columns of an array that hold numbers as strings, where that is wrong."""
    others = set(range(len(rows.names))) - asked
    numeric = {j for j in others if _are_strings_of_numbers(rows.X[:, j])}
    if numeric and numeric == others:
        raise ValueError(
            f"{rows.sampler} computes new rows from numbers, and X holds them as strings: "
            "pass X.astype(float), or name the columns in categorical_features."
        )
    if rows.X.dtype == object:
        return {}
    return {rows.names[j]: ("number", rows.column(j)) for j in sorted(numeric)}


def _are_strings_of_numbers(values: npt.NDArray[Any]) -> bool:
    if not all(isinstance(value, str | bytes) for value in values[:100]):
        return False
    try:
        values[:100].astype(np.float64)
        values.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _columns(
    numeric: Any,
    numbers: npt.NDArray[np.intp],
    categories: npt.NDArray[np.intp],
    codecs: Codecs,
    read: list[Category],
    n_rows: int,
) -> Columns:
    dtype = np.result_type(np.int8, *(category.codes.dtype for category in read))
    codes = np.empty((n_rows, len(read)), dtype=dtype)
    for i, category in enumerate(read):
        codes[:, i] = category.codes
    numeric, codecs = keep_squares(numeric, codecs)
    return Columns(
        numeric,
        codes,
        numbers,
        categories,
        codecs,
        first_rows=[category.first_rows for category in read],
        is_boolean=np.array([category.is_boolean for category in read], dtype=bool),
        is_binary=np.array([category.is_binary for category in read], dtype=bool),
    )


def _codecs(dtype: np.dtype, binary: npt.NDArray[np.intp]) -> Codecs:
    """Return the codecs of a matrix, of which the `binary` columns stay 0 and 1."""
    is_float = dtype.kind == "f"
    codec: Codec = FloatCodec(dtype) if is_float else IntegerCodec(dtype)
    if not binary.size or dtype.kind == "b":
        return [(slice(None), codec)]
    zero_one: Codec = (
        FloatCodec(dtype, 0, (0.0, 1.0)) if is_float else IntegerCodec(dtype, limits=(0, 1))
    )
    return [(slice(None), codec), (binary, zero_one)]


def _any_nan(values: npt.NDArray[np.floating]) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(values.size) and not np.isfinite(values.sum()) and bool(np.isnan(values).any())
