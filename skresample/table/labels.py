"""The door in for the target: class labels of any type, or their one-hot encoding."""

from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _num_samples, check_array

from skresample.table.columns import Category, Values, is_missing
from skresample.table.frames import is_column, read_column
from skresample.table.target import ALL_ROWS, Target

__all__ = ["one_class", "read_labels", "read_target"]


def one_class(n_rows: int) -> Target:
    """Return the target of a table without one: all rows have the class ``'all rows'``."""
    labels = np.full(n_rows, ALL_ROWS, dtype=object)
    return _target(labels, labels)


def read_target(y: Any, n_rows: int, name: str) -> Target:
    """Read a target as `read_labels` does, and raise an error if it has a single class."""
    target = read_labels(y, n_rows, name)
    if len(target.classes) < 2:
        raise ValueError(
            f"{name} needs at least 2 classes to balance, and y has only 1 class: "
            f"{target.classes.tolist()[0]!r}. Check that y is the target column and that the rows "
            "were not filtered by it."
        )
    return target


def read_labels(y: Any, n_rows: int, name: str) -> Target:
    """Read class labels, or their one-hot encoding, for a table of `n_rows` rows.

    `name` is the estimator in messages. Raises a ValueError for a missing or infinite label,
    another length, a regression or multi-label target, and labels of types that do not mix.
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
    if sparse.issparse(checked) or checked.ndim != 1:
        return _target(y, _check_labels(checked, name))
    if checked.dtype.kind in "iub":
        target = _target(y, checked)  # integers are labels, whatever their values
        return (
            target
            if 2 * len(target.classes) <= n_rows
            else _target(y, _check_labels(checked, name))
        )
    if checked.dtype == object and not all(isinstance(label, str) for label in checked):
        return _target(y, checked)  # scikit-learn knows no other objects
    return _target(y, _check_labels(checked, name))


def _target(y: Any, labels: npt.NDArray[Any]) -> Target:
    """Return the target of a label per row."""
    if labels.dtype == object:
        return Target(y, *_number(labels))
    # With the index, NumPy sorts stably, which is several times faster where few labels repeat.
    classes, _, codes = np.unique(labels, return_index=True, return_inverse=True)
    return Target(y, classes, codes)


def _number(
    labels: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Return the different objects, and each row's position in them."""
    types = sorted({type(label).__name__ for label in labels})
    try:
        category = Category.read(Values(labels, np.zeros(len(labels), dtype=bool)))
    except TypeError as error:
        raise ValueError(
            f"y holds labels of type {', '.join(types)}, which cannot be hashed: pass one label "
            "per row, such as a string or a tuple. Multi-label targets are not supported."
        ) from error
    classes = labels[category.first_rows]
    try:
        order = np.array(sorted(range(len(classes)), key=classes.tolist().__getitem__), np.intp)
        # Subset relations, which `<` means for sets, do not order them.
        is_ordered = all(left < right for left, right in pairwise(classes[order].tolist()))
    except TypeError as error:
        if len(types) > 1:
            raise ValueError(
                "y mixes labels that cannot be ordered, such as numbers and strings: make them all "
                f"of one type, instead of {', '.join(types)}."
            ) from error
        is_ordered = False
    if not is_ordered:
        order = np.argsort(category.first_rows)
    position = np.empty(len(order), dtype=np.intp)
    position[order] = np.arange(len(order))
    return classes[order], position[category.codes]


def _check_values(y: Any, n_rows: int, name: str) -> npt.NDArray[Any]:
    """Return a dense target as an array without missing labels."""
    missing: Any = False
    if isinstance(y, np.ma.MaskedArray):
        y, missing = y.data, np.ma.getmaskarray(y)
    elif is_column(y) and not hasattr(y, "__arrow_c_array__"):
        # check_array turns nullable integers and booleans into floats.
        y, missing, *_ = read_column(y)
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
        checked = _unbox(checked)
    elif checked.dtype.kind in "mM":
        checked = _to_python_times(checked)
    if checked.dtype.kind == "S" or any(isinstance(v, bytes) for v in checked.flat[:1]):
        raise ValueError(
            "y holds bytes, not text: decode them, for example with "
            "numpy.char.decode(numpy.asarray(y, dtype='S'), 'utf-8')."
        )
    if checked.dtype.kind == "f" and not np.isfinite(checked).all():
        raise ValueError(
            "Input y contains infinity, which is not a class label: correct or drop those rows."
        )
    return checked


def _to_python_times(times: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return dates or durations as Python's objects, which users name their classes by."""
    whole = times.astype(f"{times.dtype.kind}8[us]")
    if (whole != times).any():
        raise ValueError(
            "y holds times with fractions of microseconds, which Python's times cannot hold: "
            "round them, or use text."
        )
    return whole.astype(object)


def _unbox(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return objects that are all booleans or all numbers in a NumPy dtype, others unchanged."""
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
    """Return one label per row, or raise an error for a target that is not of classes."""
    try:
        kind = type_of_target(checked, input_name="y")
        if not kind.startswith("continuous"):
            if kind == "multilabel-indicator" and (np.asarray(checked.sum(axis=1)) == 0).any():
                raise ValueError(
                    "y has rows without a class: each row of a one-hot target needs a single 1."
                )
            return np.asarray(check_target_type(checked)).ravel()  # a matrix may be a column
    except TypeError as error:
        raise ValueError(
            "y mixes labels that cannot be ordered, such as numbers and strings: make them all of "
            "one type."
        ) from error
    raise ValueError(
        f"Unknown label type: {kind}. {name} balances classes, and y looks like a regression "
        "target: cut it into classes first (numpy.digitize or pandas.cut)."
    )
