"""From a table to `Columns`: numerical columns as floats, categorical ones as codes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.table._library import Blocks
from skresample.table._refusals import columns_text, unusable
from skresample.table._source import Source
from skresample.table.columns import (
    EXACT,
    Array,
    Category,
    Codec,
    Codecs,
    Positions,
    Values,
    codec_of,
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


@dataclass(frozen=True)
class Columns:
    """The columns of a table as samplers compute with them."""

    # (n, d) array or CSR matrix of floats, NaN where a value is missing. Read-only, since it
    # shares the user's memory where possible.
    numeric: Any
    codes: npt.NDArray[np.signedinteger]  # (n, c) categories, -1 where a value is missing
    numbers: Positions  # positions of the d numerical columns in the table
    categories: Positions  # positions of the c categorical columns in the table
    codecs: Codecs  # how groups of columns of `numeric` are decoded; later ones prevail
    first_rows: list[Positions]  # by column and code, a row with that category
    is_boolean: npt.NDArray[np.bool_]
    is_binary: npt.NDArray[np.bool_]  # whether the codes of a column are its values

    @cached_property
    def has_missing(self) -> bool:
        """Whether any value is missing."""
        numeric = self.numeric
        if (self.codes < 0).any() or sparse.issparse(numeric) or not numeric.size:
            return bool((self.codes < 0).any())
        with np.errstate(over="ignore", invalid="ignore"):
            # The sum is fast, and finite for nearly all tables.
            return not np.isfinite(numeric.sum()) and bool(np.isnan(numeric).any())


def read_columns(rows: Source, asked: set[int] | None) -> Columns:
    """Read a table; `asked` are the categorical columns, None to decide by the types."""
    X = rows.X
    is_sparse = sparse.issparse(X)
    is_plain = is_sparse or (isinstance(X, np.ndarray) and X.dtype.kind in "buif")
    blocks = [] if is_plain else rows.blocks()
    if is_plain:
        by_column = Source(X.tocsc(), rows.names, rows.sampler) if is_sparse else rows
        read = {j: Category.read(by_column.column(j)) for j in sorted(asked or ())}
    else:
        read = _read_categories(rows, asked, blocks)
    categories = np.array(list(read), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(len(rows.names)), categories)
    if is_plain:
        numeric, codecs = (_read_sparse if is_sparse else _read_array)(rows, numbers)
    else:
        numeric, codecs = _read_numbers(rows, numbers, blocks)
    found = list(read.values())
    dtype = np.result_type(np.int8, *(category.codes.dtype for category in found))
    codes = np.empty((len(rows), len(found)), dtype=dtype)
    for i, category in enumerate(found):
        codes[:, i] = category.codes
    numeric, codecs = keep_squares(numeric, codecs)
    return Columns(
        numeric,
        codes,
        numbers,
        categories,
        codecs,
        first_rows=[category.first_rows for category in found],
        is_boolean=np.array([category.is_boolean for category in found], dtype=bool),
        is_binary=np.array([category.is_binary for category in found], dtype=bool),
    )


def _read_array(rows: Source, numbers: Positions) -> tuple[Any, Codecs]:
    """Read columns of an array of numbers."""
    values, mask = rows.X, rows.mask
    if numbers.size < values.shape[1]:
        values, mask = values[:, numbers], None if mask is None else mask[:, numbers]
    if mask is not None:
        # Any number may lie under a mask: replace it by one that the column has anyway.
        first = values[np.argmin(mask, axis=0), np.arange(values.shape[1])]
        first = np.where(mask.all(axis=0), values.dtype.type(0), first)
        values = np.where(mask, first, values)
    dtype = np.dtype(np.float32 if values.dtype == np.float32 else np.float64)
    codecs: Codecs
    is_integer = values.dtype.kind in "iu" and values.size > 0
    if is_integer and max(int(values.max()), -int(values.min())) > EXACT:
        # Floats are too imprecise: subtract the smallest value of each column.
        numeric = np.empty(values.shape)
        codecs = [*codecs_of(values, keep_decimals=False)]
        for chosen, codec in codecs:
            numeric[:, chosen] = codec.encode(values[:, chosen])
    else:
        numeric = values.astype(dtype, copy=False)
        codecs = _codecs(values.dtype, np.flatnonzero(is_binary(values)))
    return numeric if mask is None else np.where(mask, dtype.type(np.nan), numeric), codecs


def _read_sparse(rows: Source, numbers: Positions) -> tuple[Any, Codecs]:
    """Read columns of a sparse matrix of numbers."""
    X = rows.X.tocsr()
    if X.dtype.kind == "f" and (nan := np.isnan(X.data)).any():
        names = [rows.names[j] for j in np.unique(X.indices[nan])]
        raise ValueError(
            f"Input X contains NaN in {columns_text(names)}. {rows.sampler} accepts missing values "
            "in dense tables only: pass X.toarray()."
        )
    values = X[:, numbers] if numbers.size < X.shape[1] else X
    numeric: Any = values.astype(np.float32 if X.dtype == np.float32 else np.float64, copy=False)
    if not numbers.size:
        numeric = numeric.toarray()  # scikit-learn computes no distances without columns
    elif numeric.indices.dtype != np.int32 and max(numeric.nnz, *numeric.shape) <= MOST_INT32:
        # Not all of scikit-learn accepts other indices.
        indices, indptr = (part.astype(np.int32) for part in (numeric.indices, numeric.indptr))
        numeric = type(numeric)((numeric.data, indices, indptr), shape=numeric.shape)
    other = np.unique(values.indices[(values.data != 0) & (values.data != 1)])
    return numeric, _codecs(X.dtype, np.setdiff1d(np.unique(values.indices), other))


def _read_categories(rows: Source, asked: set[int] | None, blocks: Blocks) -> dict[int, Category]:
    """Read the categorical columns of a DataFrame, or of an array of objects or strings."""
    read: dict[int, Category] = {}
    refused = {}
    is_plain = np.isin(np.arange(len(rows.names)), np.concatenate([[], *(w for w, _ in blocks)]))
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
            try:
                read[j] = Category.read(column)
            except TypeError as error:
                raise TypeError(
                    f"Column {rows.names[j]!r} cannot be read as categories ({error}): each "
                    "argument must be a string or a real number."
                ) from error
        elif kind not in ("number", "boolean"):
            refused[rows.names[j]] = (kind, column)
    if isinstance(rows.X, np.ndarray):
        refused |= _numbers_as_strings(rows, asked or set())
    if refused:
        raise unusable(refused, rows.sampler, auto=asked is None)
    return read


def _read_numbers(rows: Source, numbers: Positions, blocks: Blocks) -> tuple[Any, Codecs]:
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
    """Return the columns of an array that hold numbers as strings, if this is a mistake."""
    others = set(range(len(rows.names))) - asked
    numeric = {j for j in others if _are_strings_of_numbers(rows.X[:, j])}
    if numeric and numeric == others:
        raise ValueError(
            f"{rows.sampler} computes with numbers, but X holds them as strings: pass "
            "X.astype(float), or name the columns in categorical_features."
        )
    if rows.X.dtype == object:
        return {}
    return {rows.names[j]: ("number", rows.column(j)) for j in sorted(numeric)}


def _are_strings_of_numbers(values: Array) -> bool:
    if not all(isinstance(value, str | bytes) for value in values[:100]):
        return False
    try:
        values[:100].astype(np.float64)
        values.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _codecs(dtype: np.dtype, binary: Positions) -> Codecs:
    """Return the codecs of a matrix, of which the `binary` columns stay 0 and 1."""
    every: Codecs = [(slice(None), codec_of(dtype))]
    if not binary.size or dtype.kind == "b":
        return every
    return [*every, (binary, codec_of(dtype, binary=True))]
