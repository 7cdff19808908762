"""Cross-validation folds: made, checked before anything is fitted, and described."""

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)

from skresample.compare.arrays import Ints
from skresample.compare.inputs import Data

__all__ = ["Fold", "describe_folds", "make_folds", "note_missing_classes"]

# Positions of the training rows and of the held-out rows.
Fold = tuple[Ints, Ints]
REPEATS = 2


def make_folds(cv: Any, data: Data, rng: np.random.RandomState) -> list[Fold]:
    """Return the folds of `cv`, or raise an error that says what to change."""
    smallest = int(data.counts.min())
    label = data.classes[int(data.counts.argmin())]
    if smallest < 2:
        raise ValueError(
            f"class {label!r} has 1 row, and each class needs a row to train on and a row to hold "
            "out: merge the class with another or leave it out."
        )
    n_splits = None
    if _is_number(cv):
        n_splits = min(5, smallest) if cv is None else int(cv)
    elif isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold)):
        n_splits = cv.get_n_splits() // getattr(cv, "n_repeats", 1)
    if n_splits is not None and n_splits > smallest:
        raise ValueError(
            f"cv: {n_splits} folds need at least {n_splits} rows of each class, and "
            f"class {label!r} has {smallest}: use at most {smallest} folds, or merge the class "
            "with another or leave it out."
        )
    if not _is_number(cv):
        splitters = [check_cv(_listed(cv), data.labels, classifier=True)]
    elif data.groups is None:
        splitters = [
            RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=REPEATS, random_state=rng)
        ]
    else:
        splitters = [
            StratifiedGroupKFold(n_splits=n_splits, shuffle=True, random_state=rng)
            for _ in range(REPEATS)
        ]
    folds = []
    try:
        with warnings.catch_warnings():
            # From a splitter that ignores groups: the check below finds what that breaks.
            warnings.filterwarnings("ignore", "The groups parameter is ignored", UserWarning)
            for splitter in splitters:
                for train, test in splitter.split(data.X, data.labels, data.groups):
                    folds.append((_positions(train, data), _positions(test, data)))
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"cv cannot split the rows: {error}") from error
    if not folds:
        raise ValueError("cv has no folds: give at least one pair of training and held-out rows.")
    for i, fold in enumerate(folds, start=1):
        _check_fold(f"fold {i} of {len(folds)}", *fold, data)
    return folds


def _is_number(cv: Any) -> bool:
    return cv is None or isinstance(cv, Integral)


def _listed(cv: Any) -> Any:
    """Return the folds of an iterable as a list, also of an iterator; a splitter as it is."""
    if hasattr(cv, "split"):
        return cv
    try:
        return list(cv)
    except TypeError as error:
        raise ValueError(
            f"cv must be an int, a splitter or an iterable of folds, not {type(cv).__name__}."
        ) from error


def _positions(rows: Any, data: Data) -> Ints:
    """Return the positions of rows, which may be given as a boolean mask."""
    rows = np.asarray(rows)
    return np.arange(len(data.labels))[rows if rows.size else rows.astype(np.intp)]


def _check_fold(name: str, train: Ints, test: Ints, data: Data) -> None:
    if not len(train) or not len(test):
        raise ValueError(
            f"cv: {name} trains on {len(train)} rows and holds out {len(test)} rows; it needs both."
        )
    if np.isin(test, train).any():
        raise ValueError(
            f"cv: {name} holds out rows that it trains on, which is data leakage: use disjoint "
            "training and held-out rows."
        )
    if data.groups is not None and np.isin(data.groups[test], data.groups[train]).any():
        raise ValueError(
            f"cv: {name} holds out rows of groups that it trains on: use a splitter that keeps "
            "groups together, such as GroupKFold or StratifiedGroupKFold, or leave groups out."
        )
    counts = np.bincount(data.codes[train], minlength=len(data.names))
    if counts.min() < 2:
        label, n = data.classes[int(counts.argmin())], int(counts.min())
        raise ValueError(
            f"cv: {name} trains on {n} row{'' if n == 1 else 's'} of class {label!r}, and samplers "
            "and tuned thresholds need at least 2: use more folds or stratified folds, or merge "
            "the class with another or leave it out."
        )


def note_missing_classes(data: Data, folds: list[Fold]) -> list[str]:
    """Name the classes that some folds do not hold out, whose scores there mean little."""
    held_out = [np.bincount(data.codes[test], minlength=len(data.names)) for _, test in folds]
    missing = (np.array(held_out) == 0).sum(axis=0)
    return [
        f"class {label} has no held-out rows in {n} of {len(folds)} folds: its precision, recall "
        "and F1 count as 0 there"
        for label, n in zip(data.classes, missing.tolist(), strict=True)
        if n
    ]


def describe_folds(cv: Any, grouped: bool, folds: list[Fold]) -> str:
    """Return the folds in words."""
    if not (_is_number(cv) or isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold))):
        return f"{len(folds)} folds of {type(cv).__name__}"
    repeats = REPEATS if _is_number(cv) else getattr(cv, "n_repeats", 1)
    once = f"{len(folds) // repeats}-fold stratified cross-validation"
    once += " that keeps groups together" if grouped else ""
    return once if repeats == 1 else f"{once}, repeated {repeats} times"
