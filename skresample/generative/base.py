"""What learned generators share: the columns of a class that they get, and how rows are drawn."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from sklearn.utils import gen_batches

from skresample.generative._progress import progress
from skresample.numerics.levels import levels_of
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import BaseOverSampler, Task, filled
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block, Rows

__all__ = [
    "Calibration",
    "ClassData",
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
Mask = npt.NDArray[np.bool_]


class ClassData(NamedTuple):
    """The d continuous columns of a class, and its q columns of few levels, none of them constant.

    In place of missing values, `continuous` has random ones and `levels` -1 (or a random number).
    `sizes` are the numbers of levels, and `missing` has shape (m, d + q).
    """

    continuous: Floats
    levels: Indices
    sizes: list[int]
    missing: Mask


class Generator(Protocol):
    """A model of the columns of a class."""

    def draw(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw a row from each parent, a position in the class: continuous columns and levels."""
        ...


@dataclass(frozen=True)
class Encoding:
    """How numbers and codes, (d + c), become continuous columns and columns of levels, and back.

    Constant columns are neither; `first` is a row that has their values. `level_values` are the
    sorted values of each column of levels, by position. The first `n_numbers` columns are numbers.
    """

    first: Floats
    is_continuous: Mask
    level_values: dict[int, Floats]
    n_numbers: int

    def decode(self, continuous: Floats, levels: Indices) -> tuple[Floats, Indices]:
        """Return all numbers and codes of rows; the code of a column without values is -1."""
        table = np.tile(self.first, (len(continuous), 1))
        table[:, self.is_continuous] = continuous
        for (j, values), level in zip(self.level_values.items(), levels.T, strict=True):
            table[:, j] = values[level]
        return table[:, : self.n_numbers], table[:, self.n_numbers :].astype(np.intp)


class Learned(NamedTuple):
    """What was learned about a class: `generator` is None if all columns are constant.

    `numbers_missing` and `codes_missing`, (m, d) and (m, c), mark the missing values of the class.
    """

    encoding: Encoding
    generator: Generator | None
    numbers_missing: Mask
    codes_missing: Mask


class Calibration(NamedTuple):
    """Maps drawn numbers by their `quantiles`, (N_QUANTILES, d), to the distributions of `scores`.

    `normal` are evenly spaced quantiles of the normal distribution, from the expected least drawn
    value to the expected greatest one, so that the tails have as many as the center.
    """

    normal: Floats
    quantiles: Floats
    scores: NormalScores

    @classmethod
    def of(
        cls,
        draw: Callable[[Indices, np.random.Generator], tuple[Floats, Indices]],
        scores: NormalScores,
        rng: np.random.Generator,
    ) -> "Calibration":
        """Estimate quantiles of the numbers that `draw`, the network itself, returns."""
        m = len(scores.scores)
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
    def _fit_generator(self, task: Task, data: ClassData) -> Generator:
        """Learn from one class."""

    @contextmanager
    def _training(
        self, task: Task, unit: str = "epoch", measure: str = "loss"
    ) -> Iterator[Callable[[int, float], None]]:
        """Show the progress of a training; name the class and the remedy if it diverges."""
        sampler: Any = self
        title = f"{type(self).__name__}, class {task.label!r}"
        try:
            with progress(sampler.verbose, sampler.max_iter, title, unit, measure) as each:
                yield each
        except FloatingPointError as error:
            raise ValueError(
                f"{type(self).__name__} cannot be trained on class {task.label!r}: {error}. Set "
                f"learning_rate below {sampler.learning_rate:g}."
            ) from error

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        self.history_: dict[Any, Any] = {}

    def _fit_class(self, task: Task) -> Learned:
        numbers, numbers_missing = filled(task)
        codes = task.rows.codes[task.minority]
        missing = np.column_stack([numbers_missing, codes < 0])
        table = np.column_stack([numbers, codes]).astype(np.float64)
        d, first, is_continuous = numbers.shape[1], table[0].copy(), np.zeros(len(table.T), bool)
        levels, level_values = [np.empty((0, len(table)))], {}
        for j, column in enumerate(table.T):
            own = levels_of(column) if j < d else np.unique(column[column >= 0])
            if own is None:
                is_continuous[j] = True
                continue
            if j >= d:
                first[j] = own[0] if own.size else -1
            if own.size > 1:
                level_values[j] = own
                level = np.searchsorted(own, column)
                levels.append(np.where((j >= d) & missing[:, j], -1, level)[np.newaxis])
        data = ClassData(
            table[:, is_continuous],
            np.concatenate(levels).T.astype(np.intp),
            [own.size for own in level_values.values()],
            missing[:, [*np.flatnonzero(is_continuous), *level_values]],
        )
        generator = self._fit_generator(task, data) if data.missing.shape[1] else None
        encoding = Encoding(first, is_continuous, level_values, d)
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
            rows = parents[part]
            nothing = np.empty((len(rows), 0))
            drawn = generator.draw(rows, rng) if generator else (nothing, nothing.astype(np.intp))
            numbers, codes[part] = encoding.decode(*drawn)
            numbers[numbers_missing[rows]] = np.nan
            codes[part][codes_missing[rows]] = -1
            return numbers

        numeric = self._in_batches(task, draw, parents.size, rng)
        return Block(task.minority[parents][:, np.newaxis], numeric, codes)
