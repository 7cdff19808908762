"""What users pass, checked and read: tables, labels, groups, samplers and classifiers."""

from collections.abc import Iterator, Mapping
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone, is_clusterer, is_outlier_detector, is_regressor
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    validate_parameter_constraints,
)
from sklearn.utils.validation import _num_samples

from skresample.compare.arrays import Array, Ints
from skresample.pipeline.validation import last_step
from skresample.table import Target, is_frame, labels_of, read_target, rename
from skresample.table.columns import is_missing

__all__ = [
    "Data",
    "check_parameters",
    "distinct_names",
    "name_classifiers",
    "name_estimators",
    "read_data",
]

# More processes than this are a typing error.
MOST_JOBS = 10_000
CONSTRAINTS: dict[str, Any] = {
    "X": ["array-like", "sparse matrix"],
    "y": ["array-like", "sparse matrix", None],
    "cv": [
        Interval(Integral, 2, None, closed="left"),
        HasMethods(["split"]),
        "array-like",
        Iterator,
        None,
    ],
    "groups": ["array-like", None],
    "n_jobs": [
        Interval(Integral, -MOST_JOBS, -1, closed="both"),
        Interval(Integral, 1, MOST_JOBS, closed="both"),
        None,
    ],
    "random_state": ["random_state"],
    "progress": [callable, None],
}


class Data(NamedTuple):
    """What is fitted and scored: the table, its labels and groups.

    Estimators get `names` for the `classes` that the user passed: one per row in `labels`, with
    the positions in `codes`; `counts` are the rows per class, `groups` codes.
    """

    X: Any
    classes: list[Any]
    names: Array
    labels: Array
    codes: Ints
    counts: Ints
    groups: Ints | None

    @property
    def n_features(self) -> int:
        """The number of columns of the table, 1 for a list of texts."""
        X = self.X
        width = X.shape[1:] if hasattr(X, "shape") else np.shape(X[0])
        return int(width[0]) if width else 1

    def relabel(self, estimator: Any) -> Any:
        """Return an estimator with these names of the classes in the dicts among its parameters."""
        if self.names.tolist() == self.classes or not hasattr(estimator, "get_params"):
            return estimator
        known = dict(zip(self.classes, self.names.tolist(), strict=True))
        changed = {}
        for name, value in estimator.get_params().items():
            if isinstance(value, dict) and value and all(key in known for key in value):
                changed[name] = {known[key]: one for key, one in value.items()}
        return clone(estimator).set_params(**changed) if changed else estimator


def read_data(X: Any, y: Any, groups: Any, **others: Any) -> Data:
    """Check the parameters of `compare`, and read a table, its class labels and its groups."""
    check_parameters("compare", CONSTRAINTS, X=X, y=y, groups=groups, **others)
    if y is not None:
        _count_rows("y", y)
    target = read_target(y, _count_rows("X", X), "compare")
    names, labels = _plain_labels(target)
    return Data(
        X=distinct_names(X),
        classes=target.classes.tolist(),
        names=names,
        labels=labels,
        codes=target.codes,
        counts=target.counts,
        groups=_read_groups(groups, len(labels)),
    )


def check_parameters(caller: str, constraints: dict[str, Any], **given: Any) -> None:
    """Raise an error that names the parameter if one has a wrong type or value."""
    for name in sorted({"cv", "n_jobs", "random_state"} & set(given)):
        if isinstance(given[name], (bool, np.bool_)):  # which Python counts as 0 and 1
            raise InvalidParameterError(
                f"The {name!r} parameter of {caller} must be an int or None, not a boolean. Got "
                f"{given[name]!r} instead."
            )
    validate_parameter_constraints(constraints, given, caller_name=caller)


def distinct_names(X: Any) -> Any:
    """Return a frame of pandas with repeated column names numbered, ``a (1)``, ``a (2)``.

    scikit-learn does not accept repeated names.
    """
    names = list(labels_of(X)) if is_frame(X) else []
    if len(set(names)) == len(names):
        return X
    taken, numbers, distinct = set(names), dict.fromkeys(names, 0), []
    for name in names:
        own = name
        while names.count(name) > 1 and own in taken:
            numbers[name] += 1
            own = f"{name} ({numbers[name]})"
        taken.add(own)
        distinct.append(own)
    return rename(X, distinct)


def _plain_labels(target: Target) -> tuple[Array, Array]:
    """Return the classes and the label of each row as scikit-learn's classifiers accept them.

    Whole numbers and booleans in an array of objects become plain ones. Other labels, such as
    intervals of ``pandas.cut``, become strings.
    """
    if target.is_plain:
        return target.classes, target.labels
    labels, kind = target.classes.tolist(), target.labels.dtype.kind
    names = np.array(labels) if all(isinstance(one, (bool, int)) for one in labels) else None
    if names is None or names.dtype.kind not in "biu" or len(np.unique(names)) < len(labels):
        names = np.array([str(label) for label in (labels if kind == "O" else target.classes)])
    if len(np.unique(names)) < len(labels):
        raise ValueError("y has different classes with the same text: rename the labels.")
    return names, names[target.codes]


def _count_rows(name: str, table: Any) -> int:
    try:
        n_rows = int(_num_samples(table))
    except TypeError as error:
        raise TypeError(f"{name} must be a table of rows, not {type(table).__name__}.") from error
    if not n_rows:
        raise ValueError(f"{name} has no rows.")
    return n_rows


def _read_groups(groups: Any, n_rows: int) -> Ints | None:
    """Return the groups as codes."""
    if groups is None:
        return None
    values = np.asarray(groups)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or len(values) != n_rows:
        raise ValueError(
            f"groups must be one label for each of the {n_rows} rows of X, and has the shape "
            f"{values.shape}."
        )
    if is_missing(values).any():
        raise ValueError("groups has missing labels: give each of these rows a group of its own.")
    try:
        return np.unique(values, return_inverse=True)[1]
    except TypeError as error:
        raise ValueError(
            "groups mixes labels that cannot be ordered, such as numbers and strings: use one type."
        ) from error


def name_classifiers(given: Any, parameter: str) -> dict[str, Any]:
    """Return classifiers by name, or raise an error if one is something else."""
    named = name_estimators(given, "predict", parameter)
    for name, one in named.items():
        if is_regressor(one) or is_clusterer(one) or is_outlier_detector(one):
            raise ValueError(f"{parameter}: {name} is not a classifier.")
    return named


def name_estimators(given: Any, method: str, parameter: str) -> dict[str, Any]:
    """Return objects by name; a single one or a list is named after the classes."""
    if isinstance(given, Mapping):
        named = dict(given)
        for name in named:
            if not isinstance(name, str):
                raise TypeError(f"{parameter}: the keys of the dict must be strings, got {name!r}.")
    else:
        single = isinstance(given, (str, bytes, type)) or hasattr(given, method)
        if not single and not isinstance(given, (list, tuple)):
            raise TypeError(
                f"{parameter} must be an object with {method}, or a list or dict of such objects, "
                f"not {type(given).__name__}."
            )
        ones = [given] if single else list(given)
        classes = [type(last_step(one)) for one in ones]
        named = {}
        for one, cls in zip(ones, classes, strict=True):
            name = cls.__name__
            if classes.count(cls) > 1:  # with the parameters that differ from the defaults
                name = " ".join(repr(one).split())
            while name in named:
                name += "'"
            named[name] = one
    for name, one in named.items():
        if isinstance(one, type):
            raise TypeError(
                f"{parameter}: {one.__name__} is a class: pass an instance, {one.__name__}()."
            )
        if not hasattr(one, method):
            raise TypeError(f"{parameter}: {one!r}, with the name {name!r}, has no {method}.")
        if not hasattr(one, "get_params"):
            raise TypeError(
                f"{parameter}: {one!r} has no get_params and cannot be cloned: derive its class "
                "from sklearn.base.BaseEstimator."
            )
    return named
