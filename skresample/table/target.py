"""`Target`: what is balanced, and how many samples each class is to gain or may lose.

No other room knows what kind of target there is.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from imblearn.utils import check_sampling_strategy
from scipy import sparse

from skresample.table.frames import is_column, is_frame, take, take_rows

if TYPE_CHECKING:
    from skresample.table.rows import Rows

__all__ = ["ALL_ROWS", "MOST_ROWS", "Target", "Task", "is_count", "part_of"]

# The label of the only class where there is no target.
ALL_ROWS = "all rows"
# More rows than any machine has memory for.
MOST_ROWS = 1 << 40

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Task:
    """One class of a table against the rest of it.

    Attributes
    ----------
    label : object
        The class, as the user calls it.
    rows : Rows
        The whole table.
    minority, majority : ndarray of shape (m,) and (n - m,)
        Positions in the table of the samples of the class, and of all others.
    rng : numpy.random.Generator
        The random stream for fitting this class.
    """

    label: Any
    rows: "Rows"
    minority: Positions
    majority: Positions
    rng: np.random.Generator

    @property
    def numeric(self) -> Any:
        """The numerical columns of the whole table as floats, of shape (n, d)."""
        return self.rows.numeric

    @property
    def is_minority(self) -> npt.NDArray[np.bool_]:
        """Whether each sample of the table is of the class, of shape (n,)."""
        mask = np.zeros(len(self.rows), dtype=bool)
        mask[self.minority] = True
        return mask

    @property
    def larger(self) -> Positions:
        """Positions of the samples of all larger classes."""
        target = self.rows.target
        return np.flatnonzero(target.counts[target.codes] > len(self.minority))


@dataclass(eq=False, repr=False)
class Target:
    """A target of classes.

    Parameters
    ----------
    y : {ndarray, list, Series, ChunkedArray, pandas array, DataFrame, sparse matrix}
        The target as the user passed it.
    classes : ndarray of shape (n_classes,)
        The labels, sorted; labels that have no order, such as sets, by first appearance.
    codes : ndarray of shape (n,)
        Positions in `classes`.
    """

    y: Any
    classes: npt.NDArray[Any]
    codes: Positions

    @cached_property
    def counts(self) -> Positions:
        """The number of samples of each class, of shape (n_classes,)."""
        return np.bincount(self.codes, minlength=len(self.classes))

    @cached_property
    def first_rows(self) -> Positions:
        """The first row of each class, whose label is copied to write the class."""
        rows = np.zeros(len(self.classes), dtype=np.intp)
        rows[self.codes[::-1]] = np.arange(len(self.codes))[::-1]
        return rows

    @cached_property
    def names(self) -> list[Any]:
        """What the user calls the classes."""
        return self.classes.tolist()

    @property
    def labels(self) -> npt.NDArray[Any]:
        """The label of each row, of shape (n,)."""
        return self.classes[self.codes]

    @property
    def is_plain(self) -> bool:
        """Whether scikit-learn's classifiers accept the labels: numbers, booleans or strings."""
        if self.classes.dtype == object:
            return all(isinstance(label, str) for label in self.names)
        return self.classes.dtype.kind in "biufU"

    def position(self, label: Any) -> int:
        """Return the position of a class; of the smallest for None."""
        if label is None:
            return int(np.argmin(self.counts))
        if label not in self.names:
            raise ValueError(f"There is no class {label!r}: the classes are {self.names}.")
        return self.names.index(label)

    def task(self, position: int, rows: "Rows", rng: np.random.Generator) -> Task:
        """Return a class against the rest of a table."""
        inside = self.codes == position
        where = np.flatnonzero(inside), np.flatnonzero(~inside)
        return Task(self.names[position], rows, *where, rng)

    def extend(
        self, new: Positions, *, originals: bool = True, keep_index: bool = False
    ) -> "Target":
        """Return the target with rows of new classes below, or without `originals` only these."""
        n_old = len(self.codes) if originals else 0
        rows = np.concatenate([np.arange(n_old), self.first_rows[new]])
        y: Any
        if is_column(self.y) or is_frame(self.y):
            y = take(self.y, rows, n_old=n_old, keep_index=keep_index)
        elif isinstance(self.y, (list, tuple)):
            y = [self.y[row] for row in rows]
        elif sparse.issparse(self.y):
            y = type(self.y)(self.y.tocsr()[rows])
        else:
            y = np.asarray(self.y)[rows]
        return Target(y, self.classes, np.concatenate([self.codes[:n_old], new]))

    def take(self, rows: Positions, index: Positions | None = None) -> "Target":
        """Return the target of some rows; see `take_rows`."""
        return Target(take_rows(self.y, rows, index), self.classes, self.codes[rows])

    def plan(self, strategy: Any) -> dict[Any, int]:
        """Return the number of new samples per label that a `sampling_strategy` asks for.

        imbalanced-learn's rules, but for a ratio that is already reached: nothing is added, and
        a warning says so. There it is an error, which inside cross-validation depends on the fold.
        """
        have = dict(zip(self.names, self.counts.tolist(), strict=True))
        if callable(strategy):
            returned = strategy(self.labels)
            if not isinstance(returned, Mapping):
                raise ValueError(
                    f"sampling_strategy={strategy!r} returned {returned!r}: it must return a dict "
                    "with the wanted rows per class."
                )
            strategy = returned
        if isinstance(strategy, Mapping):
            self._refuse_unknown(strategy)
            for label, wanted in strategy.items():
                if not is_count(wanted) or wanted < have[label]:
                    raise ValueError(
                        f"sampling_strategy asks for {wanted!r} rows of class {label!r}, which has "
                        f"{have[label]}: oversampling only adds rows, so give a whole number of at "
                        f"least that and at most {MOST_ROWS}, or leave the class out."
                    )
            return {
                label: int(strategy[label]) - n for label, n in have.items() if label in strategy
            }
        if isinstance(strategy, Real):
            return self._plan_ratio(strategy, have)
        # Codes, since labels may be objects that cannot be sorted.
        counts = check_sampling_strategy(strategy, self.codes, "over-sampling")
        return {label: int(counts[i]) for i, label in enumerate(have) if i in counts}

    def _plan_ratio(self, ratio: Real, have: dict[Any, int]) -> dict[Any, int]:
        if len(have) != 2:
            raise ValueError(
                f"sampling_strategy={ratio} is a ratio of two classes, and there are {len(have)}: "
                f"{self.names}. Give a dict with the wanted rows per class."
            )
        if not 0 < float(ratio) <= 1:
            raise ValueError(
                f"sampling_strategy={ratio} is a ratio, and must be above 0 and at most 1."
            )
        small, large = sorted(have, key=lambda label: have[label])
        wanted = part_of(ratio, have[large])
        if wanted < have[small]:
            warnings.warn(
                f"sampling_strategy={ratio} is already reached: class {small!r} has {have[small]} "
                f"rows and class {large!r} has {have[large]}, so no row is added.",
                UserWarning,
                stacklevel=2,
            )
        return {small: max(wanted - have[small], 0)}

    def check_plan(self, wanted: Mapping[Any, int], sampler: str) -> dict[Any, int]:
        """Check the numbers of new samples that a caller has put into ``sampling_strategy_``."""
        for label, n_new in wanted.items():
            if label not in self.names or not is_count(n_new):
                raise ValueError(
                    f"{sampler}: sampling_strategy_ asks for {n_new!r} new rows of class "
                    f"{label!r}, and must have a whole number of at least 0 per class; the classes "
                    f"are {self.names}."
                )
        return {label: int(wanted[label]) for label in self.names if label in wanted}

    def may_lose(self, strategy: Any) -> list[Any]:
        """Return the labels of the classes that cleaning by a `sampling_strategy` is for."""
        if callable(strategy):
            strategy = strategy(self.labels)
        if not isinstance(strategy, str):
            try:
                chosen = list(strategy)
            except TypeError:
                raise ValueError(
                    "sampling_strategy must name the classes that may lose samples by a word, such "
                    f"as 'majority', or in a list, not {strategy!r}."
                ) from None
            self._refuse_unknown(chosen)
            return [label for label in self.names if label in chosen]
        codes = check_sampling_strategy(strategy, self.codes, "clean-sampling")
        return [label for i, label in enumerate(self.names) if i in codes]

    def _refuse_unknown(self, strategy: Any) -> None:
        unknown = [label for label in strategy if label not in self.names]
        if unknown:
            raise ValueError(
                f"sampling_strategy names {unknown}, which is not in y: the classes are "
                f"{self.names}."
            )


def is_count(n: Any) -> bool:
    """Return whether a value is a number of rows: a whole number that is not too large."""
    return isinstance(n, Integral) and not isinstance(n, bool) and 0 <= int(n) <= MOST_ROWS


def part_of(ratio: Any, n: int) -> int:
    """Return the whole part of a ratio of a number, as in imbalanced-learn.

    Of the ratio as it is written: 0.29 of 100 is 29, though the nearest float is below 0.29.
    """
    # A float of single precision is the decimal that it is shown as, too.
    exact = float(str(ratio)) if isinstance(ratio, np.floating) else float(ratio)
    # Of a ratio and a product, each rounded, the sum of errors is below a spacing of floats.
    return int(exact * n * (1 + 2 * np.finfo(float).eps))
