"""The tables of an audit, read as one: real, synthetic and held-out rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _num_samples

from skresample.compare.arrays import Array, Floats, Ints
from skresample.neighbors import Space, mismatch_cost, space_of_columns
from skresample.table import Rows, read_labels, read_like, read_rows, read_target, take_rows
from skresample.table.columns import kind_of

__all__ = ["FEWEST", "LEAST_ROWS", "Sample", "Tables", "read_tables"]

# Classes with fewer real rows are left out.
LEAST_ROWS = 12
# Synthetic rows of a class are compared with its real ones if there are at least this many.
FEWEST = 5
# Larger tables are subsampled to this many rows.
MOST_ROWS = 10_000


class Audit(BaseEstimator):
    """Whom messages about the tables name."""


@dataclass(frozen=True)
class Sample:
    """The rows of one table: X as passed, its columns, and the classes.

    Numbers (n, n_numbers) are in the units of the real table, NaN where missing; codes (n,
    n_categories) are those of the real table and, after these, of new categories, -1 where
    missing.
    """

    X: Any
    numeric: Floats
    codes: Ints
    labels: Ints | None

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, rows: Ints) -> "Sample":
        """Return some of the rows."""
        labels = None if self.labels is None else self.labels[rows]
        return Sample(take_rows(self.X, rows), self.numeric[rows], self.codes[rows], labels)

    def joined(self, other: "Sample") -> "Sample":
        """Return the rows of both, without labels and with the numbers as X."""
        numeric = np.concatenate([self.numeric, other.numeric])
        return Sample(numeric, numeric, np.concatenate([self.codes, other.codes]), None)


@dataclass(frozen=True)
class Tables:
    """All that is audited.

    Columns are numbered with the numerical ones (positions `numbers` in the table) before the
    categorical ones (positions `categories`, with the names of their codes). `deviation` has the
    standard deviations of the real numerical columns; `notes` say what was left out.
    """

    names: list[str]
    numbers: Ints
    categories: Ints
    classes: list[Any]
    category_names: list[list[Any]]
    real: Sample
    synthetic: Sample
    holdout: Sample | None
    notes: list[str]
    deviation: Floats

    def samples(self) -> dict[str, Sample]:
        """Return the tables that were passed, by their names here."""
        samples = {"real": self.real, "synthetic": self.synthetic, "holdout": self.holdout}
        return {name: one for name, one in samples.items() if one is not None}

    @property
    def labeled(self) -> bool:
        """Whether the classes of the synthetic rows are known."""
        return self.synthetic.labels is not None

    def name(self, j: int) -> str:
        """Return the name of a column, numerical ones before categorical ones."""
        return self.names[int(np.concatenate([self.numbers, self.categories])[j])]

    def strata(self, sample: Sample) -> Ints:
        """Return the classes within which rows are compared: one for all if they are unknown."""
        if self.labeled and sample.labels is not None:
            return sample.labels
        return np.zeros(len(sample), dtype=np.intp)

    def of_stratum(self, sample: Sample, stratum: int) -> Sample:
        """Return the rows of a class."""
        return sample.take(np.flatnonzero(self.strata(sample) == stratum))

    def class_name(self, stratum: int) -> str:
        """Return a class as it follows the word rows in a sentence."""
        return f" (class {self.classes[stratum]})" if self.labeled else ""

    def space(self, *samples: Sample) -> Space:
        """Return the space of the rows of several samples together."""
        numeric = np.concatenate([one.numeric for one in samples]) / self.deviation
        codes = np.concatenate([one.codes for one in samples])
        return space_of_columns(numeric, codes, self.cost)

    @cached_property
    def cost(self) -> float:
        """The distance of two different categories."""
        return mismatch_cost(self.real.numeric / self.deviation)

    def subsampled(self, rng: np.random.Generator) -> "Tables":
        """Return the tables with at most 10,000 rows each."""
        notes = list(self.notes)
        samples: dict[str, Any] = {}
        for name, sample in self.samples().items():
            if len(sample) > MOST_ROWS:
                notes.append(
                    f"{MOST_ROWS:,} of the {len(sample):,} {name} rows, drawn at random, are used "
                    "for all questions but validity"
                )
                samples[name] = sample.take(np.sort(_draw_rows(self.strata(sample), rng)))
        return replace(self, notes=notes, **samples)


def _draw_rows(strata: Ints, rng: np.random.Generator) -> Ints:
    """Draw rows of a large table, with at least 12 of each class as far as there are any."""
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
    """Read the tables of an audit as one; y_syn and the holdout may be None."""
    if (X_holdout is None) != (y_holdout is None):
        raise ValueError("Pass both X_holdout and y_holdout, or neither.")
    for name, table in (("X_real", X_real), ("X_syn", X_syn), ("X_holdout", X_holdout)):
        if table is not None:
            _check_is_table(name, table)
    reader = Audit()
    with _about("X_real"):
        real = read_rows(X_real, reader, numeric=True)
    with _about("y_real"):
        _check_length("y_real", y_real, len(real))
        target = read_target(y_real, len(real), "audit")
    columns, classes = real.columns, target.classes.tolist()
    names = [
        real.column(int(j)).values[columns.first_rows[i]].tolist()
        for i, j in enumerate(columns.categories)
    ]
    samples = {}
    for side, X, y in (("syn", X_syn, y_syn), ("holdout", X_holdout, y_holdout)):
        if X is None:
            continue
        with _about(f"X_{side}"):
            rows = read_rows(X, Audit(), numeric=False)
        _check_columns(rows, real, f"X_{side}")
        numeric, codes = read_like(X, real, reader)
        for i, j in enumerate(columns.categories):
            n_seen = len(columns.first_rows[i])
            _number_unseen(codes[:, i], rows.column(int(j)).values, names[i], n_seen)
        infinite = columns.numbers[np.isinf(numeric).any(axis=0)]
        if infinite.size:
            raise ValueError(
                f"X_{side} has infinite values in column {real.names[infinite[0]]!r}: replace "
                "them by missing values."
            )
        X = X if hasattr(X, "shape") else np.array(X, dtype=real.X.dtype)
        labels = None if y is None else _read_labels(y, len(rows), classes, f"y_{side}")
        samples[side] = Sample(X, numeric, codes, labels)
    numeric = np.asarray(columns.numeric, dtype=np.float64)
    tables = Tables(
        names=real.names,
        numbers=columns.numbers,
        categories=columns.categories,
        classes=classes,
        category_names=names,
        real=Sample(real.X, numeric, columns.codes.astype(np.intp), target.codes.astype(np.intp)),
        synthetic=samples["syn"],
        holdout=samples.get("holdout"),
        notes=[],
        deviation=real.deviation.astype(np.float64),
    )
    tables = _without_small_classes(tables, target.counts)
    return replace(tables, notes=[*tables.notes, *_notes_on_few(tables)])


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Add the name of the parameter to errors of reading it."""
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
        table = name.replace("y_", "X_")
        raise ValueError(f"{name} has {length:,} labels, but {table} has {n:,} rows.")


def _check_is_table(name: str, table: Any) -> None:
    """Raise an error that names the parameter unless it has rows and columns."""
    try:
        shape = np.shape(table) if not hasattr(table, "shape") else table.shape
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths.") from error
    if shape[:1] == (0,):
        raise ValueError(f"{name} has no rows.")
    if len(shape) != 2:
        raise ValueError(
            f"{name} must have 2 dimensions, rows and columns, but has {len(shape)}: reshape it."
        )


def _check_columns(rows: Rows, real: Rows, name: str) -> None:
    """Raise an error if a table has other columns than the real one, or of another kind."""
    if rows.names != real.names:
        missing = [one for one in real.names if one not in rows.names]
        extra = [one for one in rows.names if one not in real.names]
        found = [f"{name} has no column {missing[0]!r}"] if missing else []
        found += [f"{name} has a column {extra[0]!r} that X_real does not have"] if extra else []
        found = found or [f"the columns of {name} are in another order than those of X_real"]
        raise ValueError(f"{'; '.join(found)}: pass the same columns in the same order.")
    for j, column in enumerate(real.names):
        wanted, given = _kind(real, j), _kind(rows, j)
        if wanted != given and None not in (wanted, given):
            raise ValueError(
                f"Column {column!r} holds {wanted} in X_real but {given} in {name}: convert one "
                "to the dtype of the other."
            )


def _kind(rows: Rows, j: int) -> str | None:
    """Return what a column holds, or None if all its values are missing."""
    column = rows.column(j)
    if column.missing.all():
        return None
    kind = kind_of(column)
    times = {"M": "dates", "m": "durations"}.get(column.values.dtype.kind)
    return times or {"number": "numbers", "name": "strings", "boolean": "booleans"}.get(kind, kind)


def _number_unseen(codes: Ints, values: Array, names: list[Any], n_seen: int) -> None:
    """Give each category without a code of its own the next one, and add it to the names."""
    number = {value: code for code, value in enumerate(names)}
    for row in np.flatnonzero(codes >= n_seen):
        value = values[row : row + 1].tolist()[0]
        codes[row] = number.setdefault(value, len(number))
    names[:] = list(number)


def _read_labels(y: Any, n: int, classes: list[Any], name: str) -> Ints:
    """Return labels as positions in the classes."""
    with _about(name):
        _check_length(name, y, n)
        labels = read_labels(y, n, "audit").labels.tolist()
    known = {label: code for code, label in enumerate(classes)}
    others = [label for label in labels if label not in known]
    if others:
        raise ValueError(
            f"{name} has the label {others[0]!r}, which y_real does not have: its classes are "
            f"{', '.join(map(str, classes))}."
        )
    return np.array([known[label] for label in labels], dtype=np.intp)


def _without_small_classes(tables: Tables, counts: Ints) -> Tables:
    """Leave out classes with too few real rows, and add a note on each."""
    if not tables.labeled:  # rows of a small class cannot be told from the other synthetic rows
        counts = np.where(counts.sum() < LEAST_ROWS, counts, LEAST_ROWS)
    small = np.flatnonzero(counts < LEAST_ROWS)
    if not small.size:
        return tables
    notes = [
        f"class {tables.classes[c]} has {counts[c]} real row{'s' if counts[c] > 1 else ''}, fewer "
        f"than {LEAST_ROWS}: it is left out"
        for c in small
    ]
    samples: dict[str, Any] = {
        name: sample.take(np.flatnonzero(~np.isin(sample.labels, small)))
        for name, sample in tables.samples().items()
        if sample.labels is not None
    }
    return replace(tables, notes=notes, **samples)


def _notes_on_few(tables: Tables) -> list[str]:
    """Return a note on each class with too few synthetic rows for a comparison."""
    counts = np.unique(tables.strata(tables.synthetic), return_counts=True)
    return [
        f"class {tables.classes[stratum]} has {n} synthetic row{'s' if n > 1 else ''}, fewer than "
        f"{FEWEST}: its fidelity, diversity and privacy are not judged"
        for stratum, n in zip(*map(np.ndarray.tolist, counts), strict=True)
        if n < FEWEST and tables.labeled
    ]
