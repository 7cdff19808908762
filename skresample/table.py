"""The door: any table comes in as `Rows`, new rows go out in the make of the table."""

from abc import ABC, abstractmethod
from functools import cached_property
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_array, validate_data

from skresample.numerics.interpolation import round_stochastically

__all__ = ["Output", "Rows", "Synthetic", "Target", "read_rows", "read_target"]


class Synthetic(NamedTuple):
    """New rows of one class, and the input rows that they came from.

    Attributes
    ----------
    parents : ndarray of shape (n, p)
        Positions of the input rows behind each new row, -1 for none. Whatever a method
        does not compute is copied from the first parent.
    numeric : {ndarray, CSR matrix} of shape (n, d) or None
        The numeric features; None for copies of the first parent.
    """

    parents: npt.NDArray[np.intp]
    numeric: Any = None


class Rows:
    """A table behind the door.

    Parameters
    ----------
    X : {ndarray, CSR or CSC matrix or array, pandas DataFrame} of shape (n, d)
        The table, already checked.
    as_list : bool, default=False
        Whether it came as a list of lists, and goes out as one.
    """

    def __init__(self, X: Any, *, as_list: bool = False):
        self.X = X
        self.as_list = as_list

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def __getstate__(self) -> dict[str, Any]:
        # What can be computed again need not be pickled.
        return {"X": self.X, "as_list": self.as_list}

    @cached_property
    def numeric(self) -> Any:
        """The features as floats: an ndarray or, for a sparse table, a CSR matrix.

        The user's own memory where it holds floats already: not to be written to.
        """
        if sparse.issparse(self.X):
            return self.X.tocsr().astype(_float_dtype([self.X.dtype]), copy=False)
        if isinstance(self.X, np.ndarray):
            return self.X.astype(_float_dtype([self.X.dtype]), copy=False)
        dtype = _float_dtype(list(self.X.dtypes))
        numeric = np.empty(self.X.shape, dtype=dtype)
        for j in range(numeric.shape[1]):
            numeric[:, j] = self.X.iloc[:, j].to_numpy(dtype=dtype, na_value=np.nan)
        return numeric

    def open(self, n_new: int, *, originals: bool) -> "Output":
        """Allocate a table for ``n_new`` rows, after the original ones if these are wanted."""
        if sparse.issparse(self.X):
            return _SparseOutput(self, n_new, originals)
        if isinstance(self.X, np.ndarray):
            return _ArrayOutput(self, n_new, originals)
        return _FrameOutput(self, n_new, originals)


class Output(ABC):
    """A table being written: `room` to write floats into, `put` per class, then `close`.

    Parameters
    ----------
    rows : Rows
        The input.
    n_new : int
        How many rows are to come.
    originals : bool
        Whether the input's own rows come first.
    """

    def __init__(self, rows: Rows, n_new: int, originals: bool):
        self.rows = rows
        self.originals = originals
        self.filled = 0
        self._allocate(n_new)

    @abstractmethod
    def _allocate(self, n_new: int) -> None:
        """Make the space."""

    def room(self, n: int) -> npt.NDArray[np.floating] | None:
        """Return the place of the next ``n`` rows, or None where there is none to write into."""
        return None

    def put(self, new: Synthetic, rng: np.random.Generator) -> None:
        """Take the next rows; random numbers are for rounding."""
        part = slice(self.filled, self.filled + len(new.parents))
        self._put(part, new, rng)
        self.filled = part.stop

    @abstractmethod
    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        """Write the new rows with the positions of a slice."""

    @abstractmethod
    def close(self) -> Any:
        """Return the table."""


class _ArrayOutput(Output):
    def _allocate(self, n_new: int) -> None:
        X = self.rows.X
        n_old = len(X) if self.originals else 0
        self.table = np.empty((n_old + n_new, X.shape[1]), dtype=X.dtype)
        self.table[:n_old] = X[:n_old]
        self.new = self.table[n_old:]

    def room(self, n: int) -> npt.NDArray[np.floating] | None:
        return self.new[self.filled : self.filled + n] if _is_float(self.new.dtype) else None

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        if new.numeric is None:
            # Without a mode, take fills a buffer as large as the output first.
            np.take(self.rows.X, new.parents[:, 0], axis=0, out=self.new[part], mode="clip")
        elif not np.may_share_memory(new.numeric, self.new):
            self.new[part] = _as_dtype(new.numeric, self.new.dtype, rng)

    def close(self) -> Any:
        return self.table.tolist() if self.rows.as_list else self.table


class _SparseOutput(Output):
    def _allocate(self, n_new: int) -> None:
        self.blocks = [self.rows.X] if self.originals else []

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        X = self.rows.X
        if new.numeric is None:
            self.blocks.append(X.tocsr()[new.parents[:, 0]])
            return
        block = (
            sparse.csr_array(new.numeric) if isinstance(new.numeric, np.ndarray) else new.numeric
        )
        block.data = _as_dtype(block.data, X.dtype, rng)
        self.blocks.append(block.astype(X.dtype, copy=False))

    def close(self) -> Any:
        X = self.rows.X
        if not self.blocks:
            return X[:0]
        return type(X)(sparse.vstack(self.blocks, format=X.format, dtype=X.dtype))


class _FrameOutput(Output):
    def _allocate(self, n_new: int) -> None:
        self.pieces: list[Any] = []

    def _put(self, part: slice, new: Synthetic, rng: np.random.Generator) -> None:
        import pandas as pd

        X = self.rows.X
        if new.numeric is None:
            self.pieces.append(X.iloc[new.parents[:, 0]])
            return
        columns = []
        for j, dtype in enumerate(X.dtypes):
            plain = np.dtype(np.float64) if _is_float(dtype) else _numpy_dtype(dtype)
            column = _as_dtype(new.numeric[:, j], plain, rng)
            columns.append(pd.Series(column).astype(dtype))
        piece = pd.concat(columns, axis=1)
        piece.columns = X.columns
        self.pieces.append(piece)

    def close(self) -> Any:
        import pandas as pd

        X = self.rows.X
        if not self.pieces:
            return (X if self.originals else X.iloc[:0]).reset_index(drop=True).copy()
        originals = [X] if self.originals else []
        return pd.concat([*originals, *self.pieces], ignore_index=True)


def read_rows(X: Any, estimator: Any, *, numeric: bool) -> Rows:
    """Check a table and set ``n_features_in_`` and ``feature_names_in_`` of an estimator.

    Parameters
    ----------
    X : {array-like, sparse matrix, pandas DataFrame} of shape (n, d)
        The table.
    estimator : estimator
        Who asks: named in the messages, and given the two attributes.
    numeric : bool
        Whether all features must be finite numbers. Otherwise anything goes, since rows
        are only copied.

    Returns
    -------
    rows : Rows
        The table behind the door.

    Raises
    ------
    ValueError
        If the table is empty or not two-dimensional or, for `numeric`, a column holds
        strings, missing or infinite values: the columns are named.
    TypeError
        If it is a frame of another library than pandas.
    """
    if _is_pandas(X):
        validate_data(estimator, X, skip_check_array=True)
        check_array(np.broadcast_to(0.0, X.shape), estimator=estimator)  # not empty
        names = [str(name) for name in X.columns]
        if numeric:
            _refuse_other_columns(X, names, estimator)
        rows = Rows(X)
    else:
        if hasattr(X, "__arrow_c_stream__") or hasattr(X, "__dataframe__"):
            raise TypeError(
                f"{type(estimator).__name__} reads NumPy arrays, SciPy sparse matrices and pandas "
                f"frames, not {type(X).__module__}.{type(X).__name__}: pass X.to_pandas()."
            )
        as_list = isinstance(X, (list, tuple))
        if as_list and not numeric:
            X = np.array(X, dtype=object)  # a list of lists may mix what is copied
        checked = _check_matrix(X, estimator, numeric=numeric)
        names = [str(j) for j in range(checked.shape[1])]
        rows = Rows(checked, as_list=as_list)
    if numeric:
        _refuse_not_finite(rows.numeric, names, estimator)
    return rows


def _check_matrix(X: Any, estimator: Any, *, numeric: bool) -> Any:
    try:
        X = validate_data(
            estimator,
            X,
            accept_sparse=["csr", "csc"],
            dtype="numeric" if numeric else None,
            ensure_all_finite=False,
        )
    except ValueError as error:
        if "could not convert string" not in str(error) and "bytes/strings" not in str(error):
            raise
        array = np.asarray(X, dtype=object)
        bad = {str(j): array[:, j] for j in range(array.shape[1]) if not _is_numeric(array[:, j])}
        if not bad:
            raise ValueError(
                f"{type(estimator).__name__} computes new rows from numbers, and X holds them as "
                "strings: pass X.astype(float)."
            ) from error
        raise ValueError(_not_numeric(bad, estimator)) from error
    if numeric and X.dtype.kind not in "buif":
        raise ValueError(
            f"{type(estimator).__name__} computes new rows from numbers, and X is of dtype "
            f"{X.dtype}: convert it, or copy whole rows with RandomOverSampler."
        )
    return X


def _refuse_other_columns(X: Any, names: list[str], estimator: Any) -> None:
    from pandas.api.types import is_complex_dtype, is_numeric_dtype, is_object_dtype

    bad = {}
    for j, (name, dtype) in enumerate(zip(names, X.dtypes, strict=True)):
        if is_complex_dtype(dtype):
            raise ValueError(f"Complex data not supported: column {name!r}.")
        numeric = is_numeric_dtype(dtype) or dtype.kind == "b"  # the latter for booleans of Arrow
        if not numeric and not (is_object_dtype(dtype) and _holds_numbers(X.iloc[:, j].to_numpy())):
            bad[name] = X.iloc[:, j]
    if bad:
        raise ValueError(_not_numeric(bad, estimator))


def _not_numeric(bad: dict[str, Any], estimator: Any) -> str:
    example = next(iter(bad))
    value = next((v for v in np.asarray(bad[example]) if v is not None), None)
    return (
        f"{type(estimator).__name__} computes new rows from numbers, and could not convert "
        f"column{'s' if len(bad) > 1 else ''} {', '.join(map(repr, bad))} (for example '{value}' "
        f"in {example!r}). Encode names (sklearn.preprocessing.OneHotEncoder, or "
        "OrdinalEncoder where they have an order), turn dates into numbers, leave the column out, "
        "or copy whole rows with RandomOverSampler."
    )


def _refuse_not_finite(numeric: Any, names: list[str], estimator: Any) -> None:
    data = numeric.data if sparse.issparse(numeric) else numeric
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(data.sum()) or np.isfinite(data).all():
            return
    nan, inf = np.isnan(data), np.isinf(data)
    kind, where = ("NaN", nan) if nan.any() else ("infinity", inf)
    if sparse.issparse(numeric):
        columns = np.unique(numeric.indices[where])
    else:
        columns = np.flatnonzero(where.any(axis=0))
    raise ValueError(
        f"Input X contains {kind} in column{'s' if len(columns) > 1 else ''} "
        f"{', '.join(repr(names[j]) for j in columns[:20])}. {type(estimator).__name__} takes "
        "finite numbers only: impute first (sklearn.impute.SimpleImputer), drop those rows, or "
        "copy whole rows with RandomOverSampler."
    )


def _is_missing(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Say where an array of any dtype has NaN, NaT, None or pandas' NA."""
    if values.dtype.kind in "fcmM":
        return np.isnat(values) if values.dtype.kind in "mM" else np.isnan(values)
    if values.dtype != object:
        return np.zeros(values.shape, dtype=bool)
    # What is missing is not equal to itself; of pandas' NA, not even that can be said.
    return np.array([v is None or (v == v) is not True for v in values.ravel()]).reshape(
        values.shape
    )


def _is_pandas(X: Any) -> bool:
    return hasattr(X, "iloc") and hasattr(X, "columns")


def _is_numeric(column: npt.NDArray[Any]) -> bool:
    try:
        column.astype(np.float64)
    except (ValueError, TypeError):
        return False
    return True


def _holds_numbers(column: npt.NDArray[Any]) -> bool:
    """Say whether a column of objects holds only whole numbers and floats, or nothing."""
    held = column[~_is_missing(column)]
    return all(isinstance(v, Real) and not isinstance(v, bool | np.bool_) for v in held)


def _numpy_dtype(dtype: Any) -> np.dtype:
    """Return the NumPy dtype of the values of a NumPy, nullable, sparse or Arrow column."""
    plain = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype))
    return np.dtype(np.float64) if plain == np.dtype(object) else np.dtype(plain)


def _is_float(dtype: Any) -> bool:
    return _numpy_dtype(dtype) in (np.float32, np.float64)


def _float_dtype(dtypes: list[Any]) -> np.dtype:
    single = bool(dtypes) and all(_numpy_dtype(dtype) == np.float32 for dtype in dtypes)
    return np.dtype(np.float32 if single else np.float64)


def _as_dtype(
    values: npt.NDArray[np.floating], dtype: np.dtype, rng: np.random.Generator
) -> npt.NDArray[Any]:
    """Cast computed floats to a column's dtype: whole numbers by unbiased rounding."""
    if dtype.kind not in "bui":
        return values.astype(dtype, copy=False)
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    top = float(high) if int(float(high)) <= high else np.nextafter(float(high), 0)
    return np.clip(round_stochastically(values, rng), low, top).astype(dtype)


class Target:
    """The target behind the door.

    Parameters
    ----------
    y : {ndarray, list, pandas Series or DataFrame, sparse matrix}
        The target as it came.
    labels : ndarray of shape (n,)
        One label per row.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    codes : ndarray of shape (n,)
        Positions in `classes`.
    counts : ndarray of shape (n_classes,)
        Rows per class.
    """

    def __init__(self, y: Any, labels: npt.NDArray[Any]):
        self.y = y
        self.labels = labels
        self.classes, self._first, self.codes, self.counts = np.unique(
            labels, return_index=True, return_inverse=True, return_counts=True
        )

    def extend(self, classes: npt.NDArray[np.intp]) -> Any:
        """Return the target with a row more for each of ``classes``, in the make of the target."""
        rows = np.concatenate([np.arange(len(self.codes)), self._first[classes]])
        if hasattr(self.y, "iloc"):
            return self.y.iloc[rows].reset_index(drop=True)
        if isinstance(self.y, (list, tuple)):
            return [self.y[row] for row in rows]
        if sparse.issparse(self.y):
            return type(self.y)(self.y.tocsr()[rows])
        return np.asarray(self.y)[rows]


def read_target(y: Any, n_rows: int, name: str) -> Target:
    """Check a target.

    Parameters
    ----------
    y : array-like of shape (n,) or (n, n_classes)
        Class labels, or their one-hot encoding.
    n_rows : int
        Rows of the table that it belongs to.
    name : str
        Who asks: named in the messages.

    Returns
    -------
    target : Target
        The target behind the door.

    Raises
    ------
    ValueError
        If it is missing, of another length, a regression target, a multi-label target,
        or has missing values or only one class.
    """
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")
    length = y.shape[0] if hasattr(y, "shape") and len(y.shape) else len(y)
    if length != n_rows:
        raise ValueError(
            f"X and y are of different length: inconsistent numbers of samples, X has {n_rows} "
            f"rows and y has {length}."
        )
    if sparse.issparse(y):
        checked = y
    else:
        checked = check_array(
            y,
            ensure_2d=False,
            dtype=None,
            input_name="y",
            ensure_min_samples=0,
            ensure_all_finite=False,
            estimator=name,
        )
        missing = int(np.count_nonzero(_is_missing(checked)))
        if missing:
            raise ValueError(
                f"Input y contains NaN, None or another mark of a missing label in {missing} of "
                f"{n_rows} rows: fill them in, or drop those rows."
            )
        if checked.dtype.kind == "f" and not np.isfinite(checked).all():
            raise ValueError("Input y contains infinity, which is no class label.")
    try:
        kind = type_of_target(checked, input_name="y")
    except TypeError as error:
        raise ValueError(
            "y mixes labels that cannot be ordered, such as numbers and strings: make them all of "
            "one type."
        ) from error
    if kind.startswith("continuous"):
        raise ValueError(
            f"Unknown label type: {kind}. {name} balances classes, and y looks like a regression "
            "target: cut it into classes first (numpy.digitize or pandas.cut)."
        )
    if kind == "multilabel-indicator" and (np.asarray(checked.sum(axis=1)) == 0).any():
        raise ValueError("y has rows without a class: each row of a one-hot target has a single 1.")
    target = Target(y, np.asarray(check_target_type(checked)))
    if len(target.classes) < 2:
        raise ValueError(
            f"{name} needs at least 2 classes to balance, and y has only 1 class: "
            f"{target.classes[0]!r}. Check that y is the target column and that the rows were not "
            "filtered by it."
        )
    return target
