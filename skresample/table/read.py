"""The door in: a table of any type is checked and becomes `Rows`."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import check_array, validate_data

from skresample.table._refusals import columns_text, refuse_not_in_memory
from skresample.table.columns import Values, encode_like, is_missing
from skresample.table.frames import is_frame, labels_of, open_frame
from skresample.table.rows import Rows

__all__ = ["read_like", "read_rows", "with_unique_names"]


def read_rows(
    X: Any, estimator: Any, *, numeric: bool, categorical: Any = "auto", allow_nd: bool = False
) -> Rows:
    """Check a table and set ``n_features_in_`` and ``feature_names_in_`` of an estimator.

    `numeric` is whether values are computed, so that columns must be numerical or categorical; if
    False, rows are only copied. `categorical` is the parameter `categorical_features`. With
    `allow_nd`, an array may have more dimensions, such as one of images, whose columns are never
    read. Errors name the estimator and the columns.
    """
    sampler = type(estimator).__name__
    refuse_not_in_memory(X, sampler)
    row_types = mask = fill_value = None
    if is_frame(X):
        names = list(map(str, labels_of(X)))
        validate_data(estimator, with_unique_names(X, names), skip_check_array=True)
        check_array(np.broadcast_to(0.0, X.shape), estimator=estimator)  # not empty
    else:
        if isinstance(X, (list, tuple)):
            row_types = [_row_type(row) for row in X]
            X = _from_list(X, numeric=numeric)
        if isinstance(X, np.ma.MaskedArray):
            mask, fill_value = np.ma.getmaskarray(X), X.fill_value
        X = _check_matrix(X, estimator, numeric=numeric, allow_nd=allow_nd)
        names = [str(j) for j in range(X.shape[1])]
    rows = Rows(X, names, sampler, mask, categorical, row_types, fill_value)
    if numeric:
        _refuse_infinite(rows)
    return rows


def read_like(
    X: Any, fitted: Rows, estimator: Any
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Encode another table with the codecs and categories of a fitted one.

    Returns the numerical columns (n, d), NaN where missing, and the codes (n, c): -1 where
    missing, the number of known categories for an unknown one.
    """
    rows = read_rows(X, clone(estimator), numeric=False)
    named = with_unique_names(rows.X, rows.names)
    validate_data(estimator, named, reset=False, skip_check_array=True)
    if sparse.issparse(rows.X):
        rows = replace(rows, X=rows.X.toarray())
    return _numbers_like(rows, fitted), _codes_like(rows, fitted)


def _numbers_like(rows: Rows, fitted: Rows) -> npt.NDArray[np.float64]:
    numbers = fitted.columns.numbers
    numeric = np.empty((len(rows), numbers.size))
    plain = {j: values[:, k] for where, values in rows.blocks() for k, j in enumerate(where)}
    for i, j in enumerate(numbers.tolist()):
        codec = fitted.codec(i)
        column = Values(plain[j], is_missing(plain[j])) if j in plain else rows.column(j)
        try:
            numeric[:, i] = encode_like(column, codec)
        except (TypeError, ValueError, OverflowError) as error:
            held = "times" if codec.dtype.kind in "mM" else "numbers"
            raise ValueError(
                f"Column {rows.names[j]!r} held {held} in fit, but now holds other values: "
                f"{error}. Convert them, or fit again."
            ) from error
    return numeric


def _codes_like(rows: Rows, fitted: Rows) -> npt.NDArray[np.intp]:
    columns = fitted.columns
    codes = np.full((len(rows), columns.categories.size), -1)
    for i, j in enumerate(columns.categories):
        known = fitted.column(j).values[columns.first_rows[i]].tolist()
        code_of = {value: code for code, value in enumerate(known)}
        column = rows.column(j)
        present = np.flatnonzero(~column.missing)
        values = column.values[present].tolist()
        codes[present, i] = [code_of.get(value, len(known)) for value in values]
    return codes


def with_unique_names(X: Any, names: list[str]) -> Any:
    """Return a table with numbered columns if names repeat, which scikit-learn refuses."""
    return X if len(set(names)) == len(names) else open_frame(X).to_native()


def _refuse_infinite(rows: Rows) -> None:
    """Raise a ValueError that names the columns with infinite values."""
    numeric = rows.numeric
    data = numeric.data if sparse.issparse(numeric) else numeric
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(data.sum()) or not np.isinf(data).any():
            return
    where = np.isinf(data)
    if sparse.issparse(numeric):
        found = np.unique(numeric.indices[where])
    else:
        found = np.flatnonzero(where.any(axis=0))
    names = [rows.names[j] for j in rows.columns.numbers[found]]
    raise ValueError(
        f"Input X contains infinity in {columns_text(names)}. {rows.sampler} accepts finite "
        "numbers and missing values: replace them, drop these rows, or copy whole rows with "
        "RandomOverSampler."
    )


def _row_type(row: Any) -> Any:
    """Return the function that makes such a row from a list of values."""
    return getattr(type(row), "_make", tuple) if isinstance(row, tuple) else list


def _from_list(X: Any, *, numeric: bool) -> Any:
    """Return a list of rows as an array, of objects where values are of several types.

    As objects, values keep their types, and each column has a type of its own.
    """
    masked = [isinstance(row, np.ma.MaskedArray) for row in X]
    X = [row.tolist() if is_masked else row for row, is_masked in zip(X, masked, strict=True)]
    if not all(isinstance(row, (list, tuple)) for row in X):
        return X if numeric else np.array(X, dtype=object)
    types = {type(value) for row in X for value in row}
    if type(np.ma.masked) in types:
        X = [[None if value is np.ma.masked else value for value in row] for row in X]
    elif numeric and len(types) == 1:
        kinds = {float: "f", int: "iu", bool: "b"}.get(types.pop(), "biufm")
        try:
            if (plain := np.asarray(X)).dtype.kind in kinds:
                return plain
        except ValueError:
            pass
    try:
        return np.array(X, dtype=object)
    except ValueError:  # rows of different lengths, which check_array refuses
        return X


def _check_matrix(X: Any, estimator: Any, *, numeric: bool, allow_nd: bool) -> Any:
    """Return a checked array or sparse matrix."""
    name = type(estimator).__name__
    shape = getattr(X, "shape", ())
    if len(shape) > 2 and not allow_nd:
        raise ValueError(
            f"Found array with dim {len(shape)}, while dim <= 2 is required by {name}: X has the "
            f"shape {shape}. Reshape it, X.reshape(len(X), -1), or copy whole rows with "
            "RandomOverSampler."
        )
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ValueError(
            f"{name} needs a table of rows and columns, but X is a structured array of shape "
            f"{shape} with the fields {', '.join(X.dtype.names)}: pass pandas.DataFrame(X)."
        )
    X = validate_data(
        estimator,
        X,
        accept_sparse=["csr", "csc"],
        dtype=None,
        ensure_all_finite=False,
        allow_nd=allow_nd,
    )
    if numeric and X.dtype.kind not in "buifOUS":
        raise ValueError(
            f"{name} computes with numbers, but X is of dtype {X.dtype}: convert it, or copy whole "
            "rows with RandomOverSampler."
        )
    return X
