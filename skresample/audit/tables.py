"""The tables of an audit, read as one: real rows, synthetic ones, and real ones held out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _num_samples

from skresample.neighbors import Space, mismatch_cost, space_of_columns
from skresample.table import (
    Rows,
    read_labels,
    read_like,
    read_rows,
    read_target,
    take_rows,
)
from skresample.table.columns import kind_of

__all__ = ["FEWEST", "LEAST_ROWS", "Side", "Tables", "read_tables"]

# Of a class with fewer real rows nothing is said.
LEAST_ROWS = 12
# Fewer synthetic rows of a class are not held against its real ones.
FEWEST = 5
# Statistics are computed of at most so many rows of a table.
MOST_ROWS = 10_000
# What one class of unlabelled rows is called.
ALL = 0


class Audit(BaseEstimator):
    """Who asks for the tables, in messages."""


@dataclass(frozen=True)
class Side:
    """One of the tables, behind the door.

    Attributes
    ----------
    X : {ndarray, DataFrame} of shape (n, d)
        As it came.
    numeric : ndarray of shape (n, n_numbers)
        Numbers in the units of the real table, NaN where missing.
    codes : ndarray of shape (n, n_categories)
        Categories as numbered in the real table, -1 where missing; those that are not in it
        have the numbers that follow.
    labels : ndarray of shape (n,) or None
        Class of each row, as a position in the classes; None if that is not known.
    """

    X: Any
    numeric: npt.NDArray[np.float64]
    codes: npt.NDArray[np.intp]
    labels: npt.NDArray[np.intp] | None

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, rows: npt.NDArray[np.intp]) -> "Side":
        """Return some of the rows."""
        labels = None if self.labels is None else self.labels[rows]
        return Side(take_rows(self.X, rows), self.numeric[rows], self.codes[rows], labels)

    def joined(self, other: "Side") -> "Side":
        """Return the rows of both, of no class and with numbers in place of what came."""
        numeric = np.concatenate([self.numeric, other.numeric])
        return Side(numeric, numeric, np.concatenate([self.codes, other.codes]), None)


@dataclass(frozen=True)
class Tables:
    """All that is audited.

    Attributes
    ----------
    names : list of str
        Of the columns.
    numbers, categories : ndarray
        Which columns are of which kind.
    classes : list
        Class labels.
    category_names : list of list
        For each column of categories what its codes stand for.
    real, synthetic : Side
        The rows that the others were made of, and these.
    holdout : Side or None
        Real rows that nobody has seen.
    notes : list of str
        What was left out.
    deviation : ndarray of shape (n_numbers,)
        Standard deviations of the real numbers.
    """

    names: list[str]
    numbers: npt.NDArray[np.intp]
    categories: npt.NDArray[np.intp]
    classes: list[Any]
    category_names: list[list[Any]]
    real: Side
    synthetic: Side
    holdout: Side | None
    notes: list[str]
    deviation: npt.NDArray[np.float64]

    @property
    def labelled(self) -> bool:
        """Whether the classes of the synthetic rows are known."""
        return self.synthetic.labels is not None

    def name(self, j: int) -> str:
        """Return the name of a column, numbers before categories."""
        return self.names[int(np.concatenate([self.numbers, self.categories])[j])]

    def strata(self, side: Side) -> npt.NDArray[np.intp]:
        """Return which rows are compared with which: those of a class, if it is known."""
        if self.labelled and side.labels is not None:
            return side.labels
        return np.full(len(side), ALL)

    def space(self, *sides: Side) -> Space:
        """Return the space of the rows of several tables together."""
        numeric = np.concatenate([side.numeric for side in sides]) / self.deviation
        codes = np.concatenate([side.codes for side in sides])
        return space_of_columns(numeric, codes, self.cost)

    @cached_property
    def cost(self) -> float:
        """What two different categories are apart."""
        return mismatch_cost(self.real.numeric / self.deviation)

    def class_name(self, stratum: int) -> str:
        """Say of which rows a stratum is, to be put after what was found."""
        return f" (class {self.classes[stratum]})" if self.labelled else ""

    def thinned(self, rng: np.random.Generator) -> "Tables":
        """Return the tables with at most 10,000 rows each."""
        notes, sides = list(self.notes), {}
        for name in ("real", "synthetic", "holdout"):
            side = getattr(self, name)
            if side is not None and len(side) > MOST_ROWS:
                notes.append(
                    f"of the {len(side):,} {name} rows, {MOST_ROWS:,} drawn at random are looked "
                    "at, except for the first question"
                )
                side = side.take(np.sort(_draw_rows(self.strata(side), rng)))
            sides[name] = side
        return replace(self, notes=notes, **sides)


def _draw_rows(strata: npt.NDArray[np.intp], rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw rows of a large table, and so many of each class that it is not lost."""
    drawn = rng.choice(len(strata), MOST_ROWS, replace=False)
    counts = np.bincount(strata[drawn], minlength=int(strata.max()) + 1)
    added = []
    for stratum in np.flatnonzero(counts < LEAST_ROWS):
        others = np.setdiff1d(np.flatnonzero(strata == stratum), drawn)
        few = min(LEAST_ROWS - counts[stratum], len(others))
        added.append(rng.choice(others, few, replace=False))
    return np.concatenate([drawn, *added])


def read_tables(
    X_real: Any, y_real: Any, X_syn: Any, y_syn: Any, X_holdout: Any, y_holdout: Any
) -> Tables:
    """Read the tables of an audit as one.

    Parameters
    ----------
    X_real, X_syn, X_holdout : {array-like, DataFrame} of shape (n, d)
        The tables; the last may be None.
    y_real, y_syn, y_holdout : array-like of shape (n,)
        Class labels; the last two may be None.

    Returns
    -------
    tables : Tables
        Without the classes of which too few rows are real.

    Raises
    ------
    ValueError
        If a table is empty, or its columns, what they hold or its labels do not match those of
        the real one.
    TypeError
        If a column can be neither computed with nor counted.
    """
    if (X_holdout is None) != (y_holdout is None):
        raise ValueError("X_holdout and y_holdout go together: give both, or none.")
    given = {"X_real": X_real, "X_syn": X_syn, "X_holdout": X_holdout}
    for name, table in given.items():
        if table is not None:
            _check_is_table(name, table)
    reader = Audit()
    with _about("X_real"):
        fitted = read_rows(X_real, reader, numeric=True)
    columns = fitted.columns
    others = {}
    for name in ("X_syn", "X_holdout"):
        if given[name] is not None:
            with _about(name):
                others[name] = read_rows(given[name], Audit(), numeric=False)
            _check_columns(others[name], fitted, name)
    with _about("y_real"):
        _check_length("y_real", y_real, len(fitted))
        target = read_target(y_real, len(fitted), "audit")
    classes = target.classes.tolist()
    names = [
        fitted.column(int(j)).values[columns.first_rows[i]].tolist()
        for i, j in enumerate(columns.categories)
    ]
    sides = {
        "real": Side(
            fitted.X,
            np.asarray(columns.numeric, dtype=np.float64),
            columns.codes.astype(np.intp),
            target.codes.astype(np.intp),
        )
    }
    for name, X, y in (("syn", X_syn, y_syn), ("holdout", X_holdout, y_holdout)):
        if X is None:
            continue
        numeric, codes = read_like(X, fitted, reader)
        for i, j in enumerate(columns.categories):
            _number_unseen(
                codes[:, i],
                others[f"X_{name}"].column(int(j)).values,
                names[i],
                len(columns.first_rows[i]),
            )
        if np.isinf(numeric).any():
            j = columns.numbers[np.flatnonzero(np.isinf(numeric).any(axis=0))[0]]
            raise ValueError(f"X_{name} has infinite values in column {fitted.names[j]!r}.")
        labels = None if y is None else _read_labels(y, len(numeric), classes, f"y_{name}")
        X = X if hasattr(X, "shape") else np.array(X, dtype=fitted.X.dtype)
        sides[name] = Side(X, numeric, codes, labels)
    tables = Tables(
        names=fitted.names,
        numbers=columns.numbers,
        categories=columns.categories,
        classes=classes,
        category_names=names,
        real=sides["real"],
        synthetic=sides["syn"],
        holdout=sides.get("holdout"),
        notes=[],
        deviation=fitted.deviation.astype(np.float64),
    )
    return _with_notes_on_few(_without_small_classes(tables, target.counts))


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Have errors of reading a table or labels name the parameter."""
    try:
        yield
    except (ValueError, TypeError) as error:
        if name in str(error):
            raise
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(f"{name}: {error}") from error


def _check_length(name: str, y: Any, n: int) -> None:
    length = _num_samples(y)
    if length != n:
        raise ValueError(f"{name} has {length:,} labels for {n:,} rows.")


def _check_is_table(name: str, table: Any) -> None:
    """Refuse what has no rows and columns, by the name of the parameter."""
    try:
        shape = np.shape(table) if not hasattr(table, "shape") else table.shape
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths.") from error
    if shape[:1] == (0,):
        raise ValueError(f"{name} has no rows.")
    if len(shape) != 2:
        raise ValueError(
            f"{name} must be a table of rows and columns, and has {len(shape)} dimension"
            f"{'' if len(shape) == 1 else 's'}. Reshape it."
        )


def _check_columns(rows: Rows, real: Rows, name: str) -> None:
    """Refuse a table whose columns are other ones, or hold something else."""
    if rows.names != real.names:
        missing = [one for one in real.names if one not in rows.names]
        extra = [one for one in rows.names if one not in real.names]
        said = [f"{name} has no column {missing[0]!r}"] if missing else []
        said += [f"{name} has a column {extra[0]!r}, which X_real has not"] if extra else []
        said = said or [f"the columns of {name} are in another order than those of X_real"]
        raise ValueError(f"{'; '.join(said)}: both need the same columns, in the same order.")
    for j, column in enumerate(real.names):
        wanted, found = _holds(real, j), _holds(rows, j)
        if wanted != found and None not in (wanted, found):
            raise ValueError(
                f"Column {column!r} holds {wanted} in X_real and {found} in {name}: convert one "
                "to the dtype of the other."
            )


def _holds(rows: Rows, j: int) -> str | None:
    """Say what a column holds; None if it has no values."""
    column = rows.column(j)
    if column.missing.all():
        return None
    kind = kind_of(column)
    times = {"M": "dates", "m": "durations"}.get(column.values.dtype.kind)
    return times or {"number": "numbers", "name": "names", "boolean": "booleans"}.get(kind, kind)


def _number_unseen(
    codes: npt.NDArray[np.intp], values: npt.NDArray[Any], names: list[Any], n_seen: int
) -> None:
    """Give each category that has no number yet one of its own, and add it to the names."""
    number = {value: code for code, value in enumerate(names)}
    for row in np.flatnonzero(codes >= n_seen):
        value = values[row : row + 1].tolist()[0]
        codes[row] = number.setdefault(value, len(number))
    names[:] = list(number)


def _read_labels(y: Any, n: int, classes: list[Any], name: str) -> npt.NDArray[np.intp]:
    """Return labels as positions in the classes."""
    with _about(name):
        _check_length(name, y, n)
        labels = read_labels(y, n, "audit").labels.tolist()
    known = {label: code for code, label in enumerate(classes)}
    others = [label for label in labels if label not in known]
    if others:
        raise ValueError(
            f"{name} has the label {others[0]!r}, which y_real has not: the classes are "
            f"{', '.join(map(str, classes))}."
        )
    return np.array([known[label] for label in labels], dtype=np.intp)


def _without_small_classes(tables: Tables, counts: npt.NDArray[np.intp]) -> Tables:
    """Leave out the rows of classes of which too few are real, and say so."""
    if not tables.labelled:  # its rows are among the synthetic ones, and nobody knows which
        counts = np.where(counts.sum() < LEAST_ROWS, counts, LEAST_ROWS)
    small = np.flatnonzero(counts < LEAST_ROWS)
    if not small.size:
        return tables
    notes = [
        f"class {tables.classes[c]} has {counts[c]} real row{'s' if counts[c] > 1 else ''}, fewer "
        f"than {LEAST_ROWS}: nothing is said about it, and its rows are left out"
        for c in small
    ]
    sides: dict[str, Any] = {}
    for name in ("real", "synthetic", "holdout"):
        side = getattr(tables, name)
        if side is not None and side.labels is not None:
            side = side.take(np.flatnonzero(~np.isin(side.labels, small)))
        sides[name] = side
    return replace(tables, notes=notes, **sides)


def _with_notes_on_few(tables: Tables) -> Tables:
    """Say of which classes there are too few synthetic rows to be compared."""
    counts = np.unique(tables.strata(tables.synthetic), return_counts=True)
    notes = [
        f"class {tables.classes[stratum]} has {n} synthetic row{'s' if n > 1 else ''}, fewer than "
        f"{FEWEST}: whether they are faithful, varied and private is not looked at"
        for stratum, n in zip(*map(np.ndarray.tolist, counts), strict=True)
        if n < FEWEST and tables.labelled
    ]
    return replace(tables, notes=[*tables.notes, *notes])
