"""The target behind the door."""

from numbers import Real
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _num_samples, check_array

from skresample.table.columns import is_missing
from skresample.table.frames import is_column, is_frame, read_series, take

__all__ = ["ALL_ROWS", "Target", "one_class", "read_labels", "read_target"]

# What the class is called where there is no target.
ALL_ROWS = "all rows"


class Target:
    """The target behind the door.

    Parameters
    ----------
    y : {ndarray, list, Series, ChunkedArray, DataFrame, sparse matrix}
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

    @property
    def is_plain(self) -> bool:
        """Whether classifiers of scikit-learn take the labels: numbers, booleans or strings."""
        if self.labels.dtype == object:
            return all(isinstance(label, str) for label in self.classes.tolist())
        return self.labels.dtype.kind in "biufU"

    def extend(
        self, classes: npt.NDArray[np.intp], *, originals: bool = True, keep_index: bool = False
    ) -> Any:
        """Return the target with a row more for each of ``classes``, in the make of the target.

        Without `originals`, only these rows.
        """
        n_old = len(self.codes) if originals else 0
        rows = np.concatenate([np.arange(n_old), self._first[classes]])
        if is_column(self.y) or is_frame(self.y):
            return take(self.y, rows, n_old=n_old, keep_index=keep_index)
        if isinstance(self.y, (list, tuple)):
            return [self.y[row] for row in rows]
        if sparse.issparse(self.y):
            return type(self.y)(self.y.tocsr()[rows])
        return np.asarray(self.y)[rows]


def one_class(n_rows: int) -> Target:
    """Return the target of a table without one: all rows are of one class.

    Parameters
    ----------
    n_rows : int
        How many.

    Returns
    -------
    target : Target
        Of the class ``'all rows'``.
    """
    labels = np.full(n_rows, ALL_ROWS, dtype=object)
    return Target(labels, labels)


def read_target(y: Any, n_rows: int, name: str) -> Target:
    """Check a target that is to be balanced.

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
    target = read_labels(y, n_rows, name)
    if len(target.classes) < 2:
        raise ValueError(
            f"{name} needs at least 2 classes to balance, and y has only 1 class: "
            f"{target.classes.tolist()[0]!r}. Check that y is the target column and that the rows "
            "were not filtered by it."
        )
    return target


def read_labels(y: Any, n_rows: int, name: str) -> Target:
    """Check a target of any number of classes.

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
        or has missing values or labels that cannot be ordered.
    """
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")
    length = _num_samples(y)
    if length != n_rows:
        raise ValueError(
            f"X and y are of different length: inconsistent numbers of samples, X has {n_rows} "
            f"rows and y has {length}."
        )
    checked = y if sparse.issparse(y) else _check_values(y, n_rows, name)
    try:
        if not sparse.issparse(checked) and checked.ndim == 1 and checked.dtype.kind in "iub":
            target = Target(y, checked)  # whole numbers are labels, whatever they are
            if 2 * len(target.classes) <= n_rows:
                return target
        return Target(y, _check_labels(checked, name))
    except TypeError as error:
        raise ValueError(
            "y mixes labels that cannot be ordered, such as numbers and strings: make them all of "
            "one type."
        ) from error


def _check_values(y: Any, n_rows: int, name: str) -> npt.NDArray[Any]:
    """Return a dense target as NumPy holds it, without missing labels."""
    missing: Any = False
    if isinstance(y, np.ma.MaskedArray):
        y, missing = y.data, np.ma.getmaskarray(y)
    elif is_column(y) and not hasattr(y, "__arrow_c_array__"):
        # As its library means them: of integers or booleans, scikit-learn makes floats.
        y, missing, *_ = read_series(nw.from_native(y, series_only=True))
    checked = check_array(
        y,
        ensure_2d=False,
        dtype=None,
        input_name="y",
        ensure_min_samples=0,
        ensure_all_finite=False,
        estimator=name,
    )
    n_missing = int(np.count_nonzero(is_missing(checked) | missing))
    if n_missing:
        raise ValueError(
            f"Input y contains NaN, None or another mark of a missing label in {n_missing} of "
            f"{n_rows} rows: fill them in, or drop those rows."
        )
    if checked.dtype == object:
        checked = _unboxed(checked)
    elif checked.dtype.kind in "mM":
        checked = _as_objects(checked)
    if checked.dtype.kind == "S" or any(isinstance(v, bytes) for v in checked.flat[:1]):
        raise ValueError(
            "y holds bytes, which are not text yet: decode them, for example by "
            "numpy.char.decode(numpy.asarray(y, dtype='S'), 'utf-8')."
        )
    if checked.dtype.kind == "f" and not np.isfinite(checked).all():
        raise ValueError("Input y contains infinity, which is no class label.")
    return checked


def _as_objects(times: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return dates or durations as Python has them, by which users call their classes."""
    whole = times.astype(f"{times.dtype.kind}8[us]")
    if (whole != times).any():
        raise ValueError("y holds times with fractions of microseconds: round them, or use text.")
    return whole.astype(object)


def _unboxed(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return objects that are all booleans or all numbers as such, and any others as they are."""
    held = values.ravel().tolist()
    types = set(map(type, held))
    booleans = [t for t in types if issubclass(t, bool | np.bool_)]
    if len(booleans) == len(types):
        return values.astype(bool)
    if booleans or not all(issubclass(t, Real) for t in types):
        return values
    plain = np.array(held)
    return plain.reshape(values.shape) if plain.dtype.kind in "iuf" else values


def _check_labels(checked: Any, name: str) -> npt.NDArray[Any]:
    """Return one label per row of a target of any kind, or refuse it."""
    kind = type_of_target(checked, input_name="y")
    if kind.startswith("continuous"):
        raise ValueError(
            f"Unknown label type: {kind}. {name} balances classes, and y looks like a regression "
            "target: cut it into classes first (numpy.digitize or pandas.cut)."
        )
    if kind == "multilabel-indicator" and (np.asarray(checked.sum(axis=1)) == 0).any():
        raise ValueError("y has rows without a class: each row of a one-hot target has a single 1.")
    return np.asarray(check_target_type(checked)).ravel()  # of a matrix, a column
