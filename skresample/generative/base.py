"""What learned generators share: the columns of a class that they get, and how rows are drawn."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from sklearn.utils import gen_batches

from skresample.numerics.levels import levels_of
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import BaseOverSampler, Task, filled
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block

__all__ = [
    "Calibration",
    "Encoding",
    "GenerativeOverSampler",
    "Generator",
    "Learned",
    "with_any",
]

# Rows drawn to estimate the distribution of a network's numbers, and quantiles kept of it.
N_DRAWN, N_QUANTILES = 20_000, 512

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Encoding:
    """The columns of a class, divided into continuous columns and columns of few levels.

    Constant columns are neither, and are restored by `decode`.

    Attributes
    ----------
    first : ndarray of shape (d + c,)
        A row of numbers and codes.
    is_continuous : ndarray of shape (d + c,)
        Whether each column is continuous.
    level_values : dict of ndarray
        The values of each column of levels, by its position.
    n_numbers : int
        Number of columns before the codes, d.
    """

    first: Floats
    is_continuous: npt.NDArray[np.bool_]
    level_values: dict[int, Floats]
    n_numbers: int

    @classmethod
    def of(cls, numbers: Floats, codes: npt.NDArray[np.signedinteger]) -> "Encoding":
        """Encode rows of numbers, without missing values, and of codes, -1 where missing."""
        table = np.column_stack([numbers, codes])
        first = table[0].astype(np.float64)
        is_continuous = np.zeros(table.shape[1], dtype=bool)
        level_values = {}
        for j, column in enumerate(table.T):
            if j >= numbers.shape[1]:
                values = np.unique(column[column >= 0])
                first[j] = values[0] if values.size else -1
            else:
                few = levels_of(column)
                is_continuous[j] = few is None
                values = column[:0] if few is None else few
            if values.size > 1:
                level_values[j] = values
        return cls(first, is_continuous, level_values, numbers.shape[1])

    @property
    def sizes(self) -> list[int]:
        """Number of levels of each column of levels."""
        return [values.size for values in self.level_values.values()]

    def encode(
        self, numbers: Floats, codes: npt.NDArray[np.signedinteger]
    ) -> tuple[Floats, Indices]:
        """Return the continuous columns, and positions among the levels of the others, -1 for none.

        `numbers`, (m, d), must not be missing; `codes`, (m, c), may be -1.
        """
        table = np.column_stack([numbers, codes])
        levels = np.empty((len(table), len(self.level_values)), dtype=np.intp)
        for i, (j, values) in enumerate(self.level_values.items()):
            column = table[:, j]
            missing = (column < 0) & (j >= self.n_numbers)
            levels[:, i] = np.where(missing, -1, np.searchsorted(values, column))
        return table[:, self.is_continuous].astype(np.float64), levels

    def decode(self, continuous: Floats, levels: Indices) -> tuple[Floats, Indices]:
        """Return all numbers and codes of rows; the code of a column without values is -1."""
        table = np.tile(self.first, (len(continuous), 1))
        table[:, self.is_continuous] = continuous
        for (j, values), level in zip(self.level_values.items(), levels.T, strict=True):
            table[:, j] = values[level]
        d = self.n_numbers
        return table[:, :d], table[:, d:].astype(np.intp)


class Generator(Protocol):
    """A model of the columns of an `Encoding`."""

    def draw(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw a row from each parent, a position in the class: continuous columns and levels."""
        ...


class Learned(NamedTuple):
    """What was learned about a class.

    Attributes
    ----------
    encoding : Encoding
        How its columns are encoded.
    generator : Generator or None
        None if all columns are constant.
    numbers_missing, codes_missing : ndarray of shape (m, d) and (m, c)
        Which values of the class are missing.
    """

    encoding: Encoding
    generator: Generator | None
    numbers_missing: npt.NDArray[np.bool_]
    codes_missing: npt.NDArray[np.bool_]


class Calibration(NamedTuple):
    """Maps drawn numbers by their quantiles to the distribution of each column.

    Attributes
    ----------
    normal : ndarray of shape (N_QUANTILES,)
        Quantiles of the normal distribution, evenly spaced, from the expected least drawn value to
        the expected greatest one, so that the tails have as many as the center.
    quantiles : ndarray of shape (N_QUANTILES, d)
        Quantiles of the drawn numbers.
    scores : NormalScores
        Of the columns.
    """

    normal: Floats
    quantiles: Floats
    scores: NormalScores

    @classmethod
    def of(
        cls,
        draw: Callable[[Indices, np.random.Generator], tuple[Floats, Indices]],
        m: int,
        scores: NormalScores,
        rng: np.random.Generator,
    ) -> "Calibration":
        """Estimate quantiles from draws for the m rows of a class.

        `draw` returns the numbers of the network itself. If they are not finite, a
        FloatingPointError is raised.
        """
        n = max(N_DRAWN, m)
        parents = np.resize(np.arange(m), n)
        drawn = np.concatenate([draw(parents[part], rng)[0] for part in gen_batches(n, 4096)])
        if not np.isfinite(drawn).all():
            raise FloatingPointError("the network draws numbers that are not finite")
        end = -float(ndtri(0.5 / n))
        normal = np.linspace(-end, end, N_QUANTILES)
        return cls(normal, np.quantile(drawn, ndtr(normal), axis=0), scores)

    def values(self, drawn: Floats) -> Floats:
        """Map drawn rows, of shape (n, d)."""
        scores = np.empty(drawn.shape)
        for j, quantiles in enumerate(self.quantiles.T):
            scores[:, j] = np.interp(drawn[:, j], quantiles, self.normal)
        return self.scores.values(scores)


def with_any(levels: Indices, rng: np.random.Generator) -> Indices:
    """Return levels of rows, (m, q), with a random level of the column in place of each -1."""
    levels = levels.copy()
    for j in np.flatnonzero((levels < 0).any(axis=0)):
        missing = levels[:, j] < 0
        levels[missing, j] = rng.choice(levels[~missing, j], np.count_nonzero(missing))
    return levels


class GenerativeOverSampler(BaseOverSampler):
    """Base class of the methods that learn a generative model of each class.

    `_fit_generator` of a method learns from continuous columns and columns of few levels. Each new
    row has a parent in the class. Values that are missing in the parent are missing in the new row.
    """

    _knows_others: ClassVar[bool] = False

    _min_rows: ClassVar[int] = 2

    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    @abstractmethod
    def _fit_generator(
        self,
        task: Task,
        continuous: Floats,
        levels: Indices,
        sizes: list[int],
        missing: npt.NDArray[np.bool_],
    ) -> Generator:
        """Learn from one class.

        Missing values of `continuous`, (m, d), are replaced by random values of the column, and
        those of `levels`, (m, q), by -1. `sizes` are the numbers of levels of each column.
        `missing`, (m, d + q), marks the missing values.
        """

    @contextmanager
    def _training(self, task: Task, learning_rate: float) -> Iterator[None]:
        """Name the class and the remedy in errors of a training that diverges."""
        try:
            yield
        except FloatingPointError as error:
            raise ValueError(
                f"{type(self).__name__} cannot be trained on class {task.label!r}: {error}. Set "
                f"learning_rate below {learning_rate:g}."
            ) from error

    def _fit_class(self, task: Task) -> Learned:
        numbers, numbers_missing = filled(task)
        codes = task.rows.codes[task.minority]
        encoding = Encoding.of(numbers, codes)
        continuous, levels = encoding.encode(numbers, codes)
        missing = np.column_stack([numbers_missing, codes < 0])
        missing = missing[:, [*np.flatnonzero(encoding.is_continuous), *encoding.level_values]]
        generator = None
        if missing.shape[1]:
            generator = self._fit_generator(task, continuous, levels, encoding.sizes, missing)
        return Learned(encoding, generator, numbers_missing, codes < 0)

    def _base_weights(self, task: Task, fitted: Learned) -> Floats:
        return np.ones(len(task.minority))

    def _draw(
        self, task: Task, fitted: Learned, parents: Indices, rng: np.random.Generator
    ) -> Block:
        encoding, generator, numbers_missing, codes_missing = fitted
        codes = np.empty((parents.size, codes_missing.shape[1]), dtype=np.intp)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            """Return the numbers of new rows; their codes are written to `codes` meanwhile."""
            n = part.stop - part.start
            drawn: tuple[Floats, Indices] = np.empty((n, 0)), np.empty((n, 0), dtype=np.intp)
            if generator is not None:
                drawn = generator.draw(parents[part], rng)
            numbers, codes[part] = encoding.decode(*drawn)
            numbers[numbers_missing[parents[part]]] = np.nan
            codes[part][codes_missing[parents[part]]] = -1
            return numbers

        numeric = self._in_batches(task, draw, parents.size, rng)
        return Block(task.minority[parents][:, np.newaxis], numeric, codes)
