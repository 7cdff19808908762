"""What the learned generators share: what they see of a class, and how their rows are written."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from sklearn.utils import gen_batches

from skresample.density.base import filled
from skresample.numerics.levels import levels_of
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import BaseOverSampler, Task
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block

__all__ = [
    "Calibration",
    "Encoding",
    "GenerativeOverSampler",
    "Generator",
    "Learnt",
    "with_any",
]

# So many rows are drawn to see how the numbers of a network are distributed, and so many of their
# quantiles are kept.
N_DRAWN, N_QUANTILES = 20_000, 512

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Encoding:
    """Columns of a class as continuous ones, and as ones of few levels.

    Columns that do not vary are neither, and are put back in the end.

    Attributes
    ----------
    first : ndarray of shape (d + c,)
        A row of numbers and codes.
    is_continuous : ndarray of shape (d + c,)
        Which columns are.
    levels : dict of ndarray
        The values of each column of levels, by its position.
    n_numbers : int
        How many columns come before the codes, d.
    """

    first: Floats
    is_continuous: npt.NDArray[np.bool_]
    levels: dict[int, Floats]
    n_numbers: int

    @classmethod
    def of(cls, numbers: Floats, codes: npt.NDArray[np.signedinteger]) -> "Encoding":
        """Look at rows of numbers, without missing ones, and of codes, -1 where missing."""
        values = np.column_stack([numbers, codes])
        first = values[0].astype(np.float64)
        is_continuous = np.zeros(values.shape[1], dtype=bool)
        levels = {}
        for j, column in enumerate(values.T):
            if j >= numbers.shape[1]:
                different = np.unique(column[column >= 0])
                first[j] = different[0] if different.size else -1
            else:
                few = levels_of(column)
                is_continuous[j] = few is None
                different = column[:0] if few is None else few
            if different.size > 1:
                levels[j] = different
        return cls(first, is_continuous, levels, numbers.shape[1])

    @property
    def sizes(self) -> list[int]:
        """How many levels each column of levels has."""
        return [different.size for different in self.levels.values()]

    def encode(
        self, numbers: Floats, codes: npt.NDArray[np.signedinteger]
    ) -> tuple[Floats, Places]:
        """Return the continuous columns, and the places of the others in their levels.

        Parameters
        ----------
        numbers : ndarray of shape (m, d)
            Rows without missing values.
        codes : ndarray of shape (m, c)
            Their categories; -1 where missing.

        Returns
        -------
        continuous : ndarray of shape (m, d_continuous)
            Numbers.
        places : ndarray of shape (m, q)
            Places; -1 where missing.
        """
        values = np.column_stack([numbers, codes])
        places = np.empty((len(values), len(self.levels)), dtype=np.intp)
        for i, (j, different) in enumerate(self.levels.items()):
            column = values[:, j]
            missing = (column < 0) & (j >= self.n_numbers)
            places[:, i] = np.where(missing, -1, np.searchsorted(different, column))
        return values[:, self.is_continuous].astype(np.float64), places

    def decode(self, continuous: Floats, places: Places) -> tuple[Floats, Places]:
        """Return the numbers and codes of rows.

        Parameters
        ----------
        continuous : ndarray of shape (n, d_continuous)
            Numbers.
        places : ndarray of shape (n, q)
            Places in the levels.

        Returns
        -------
        numbers : ndarray of shape (n, d)
            All numbers.
        codes : ndarray of shape (n, c)
            All categories; -1 in a column without any.
        """
        values = np.tile(self.first, (len(continuous), 1))
        values[:, self.is_continuous] = continuous
        for (j, different), place in zip(self.levels.items(), places.T, strict=True):
            values[:, j] = different[place]
        d = self.n_numbers
        return values[:, :d], values[:, d:].astype(np.intp)


class Generator(Protocol):
    """What was learnt of the columns of an `Encoding`."""

    def draw(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw a row that goes out from each of the given rows of the class.

        Parameters
        ----------
        which : ndarray of shape (n,)
            Their positions in the class.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        continuous : ndarray of shape (n, d_continuous)
            Numbers.
        places : ndarray of shape (n, q)
            Places in the levels.
        """
        ...


class Learnt(NamedTuple):
    """What was learnt of a class.

    Attributes
    ----------
    encoding : Encoding
        How its columns were taken.
    generator : Generator or None
        None where no column varies.
    numbers_missing, codes_missing : ndarray of shape (m, d) and (m, c)
        Where the rows of the class have holes.
    """

    encoding: Encoding
    generator: Generator | None
    numbers_missing: npt.NDArray[np.bool_]
    codes_missing: npt.NDArray[np.bool_]


class Calibration(NamedTuple):
    """A map of drawn numbers, by their quantiles, to the distribution of each column.

    Attributes
    ----------
    normal : ndarray of shape (N_QUANTILES,)
        Quantiles of the normal distribution, evenly from where one of the rows drawn is
        expected on one side to the same on the other: as many in the tails as in between.
    quantiles : ndarray of shape (N_QUANTILES, d)
        Those of what is drawn.
    scores : NormalScores
        Of the columns.
    """

    normal: Floats
    quantiles: Floats
    scores: NormalScores

    @classmethod
    def of(
        cls,
        draw: Callable[[Places, np.random.Generator], tuple[Floats, Places]],
        m: int,
        scores: NormalScores,
        rng: np.random.Generator,
    ) -> "Calibration":
        """Hold drawn rows against real ones.

        Parameters
        ----------
        draw : callable
            As that of a generator, but for the numbers that it was trained with.
        m : int
            How many rows the class has.
        scores : NormalScores
            Of the columns.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        calibration : Calibration
            The map.

        Raises
        ------
        FloatingPointError
            If what is drawn is no finite number.
        """
        n = max(N_DRAWN, m)
        which = np.resize(np.arange(m), n)
        drawn = np.concatenate([draw(which[part], rng)[0] for part in gen_batches(n, 4096)])
        if not np.isfinite(drawn).all():
            raise FloatingPointError("what it draws are no finite numbers")
        end = -float(ndtri(0.5 / n))
        normal = np.linspace(-end, end, N_QUANTILES)
        return cls(normal, np.quantile(drawn, ndtr(normal), axis=0), scores)

    def values(self, drawn: Floats) -> Floats:
        """Map other drawn rows, of shape (n, d)."""
        scores = np.empty(drawn.shape)
        for j, quantiles in enumerate(self.quantiles.T):
            scores[:, j] = np.interp(drawn[:, j], quantiles, self.normal)
        return self.scores.values(scores)


def with_any(places: Places, rng: np.random.Generator) -> Places:
    """Return places in levels, any that the column has where one is missing.

    Parameters
    ----------
    places : ndarray of shape (m, q)
        -1 where missing.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    places : ndarray of shape (m, q)
        A copy.
    """
    places = places.copy()
    for j in np.flatnonzero((places < 0).any(axis=0)):
        holes = places[:, j] < 0
        places[holes, j] = rng.choice(places[~holes, j], np.count_nonzero(holes))
    return places


class GenerativeOverSampler(BaseOverSampler):
    """Base class of the methods that learn to generate rows of a class.

    A method says in `_fit_generator` what it learns of continuous columns and columns of few
    levels. Each of its rows goes out from a row of the class; what is missing there, is missing
    in the new row.
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
        places: Places,
        sizes: list[int],
        missing: npt.NDArray[np.bool_],
    ) -> Generator:
        """Learn from one class.

        Parameters
        ----------
        task : Task
            The class.
        continuous : ndarray of shape (m, d_continuous)
            Numbers; missing ones are any that the class has in the column.
        places : ndarray of shape (m, q)
            Places in the levels; -1 where missing.
        sizes : list of int
            How many levels each of these columns has.
        missing : ndarray of shape (m, d_continuous + q)
            Where values are missing.

        Returns
        -------
        generator : Generator
            What rows are drawn from.
        """

    @contextmanager
    def _training(self, task: Task, learning_rate: float) -> Iterator[None]:
        """Say of which class a training came to nothing, and what to do."""
        try:
            yield
        except FloatingPointError as error:
            raise ValueError(
                f"{type(self).__name__} cannot be trained on class {task.label!r}: {error}. Set "
                f"learning_rate below {learning_rate:g}."
            ) from error

    def _fit_class(self, task: Task) -> Learnt:
        numbers, holes = filled(task)
        codes = task.rows.codes[task.minority]
        encoding = Encoding.of(numbers, codes)
        continuous, places = encoding.encode(numbers, codes)
        missing = np.column_stack([holes, codes < 0])
        missing = missing[:, [*np.flatnonzero(encoding.is_continuous), *encoding.levels]]
        generator = None
        if missing.shape[1]:
            sizes = encoding.sizes
            generator = self._fit_generator(task, continuous, places, sizes, missing)
        return Learnt(encoding, generator, holes, codes < 0)

    def _base_weights(self, task: Task, fitted: Learnt) -> Floats:
        return np.ones(len(task.minority))

    def _draw(self, task: Task, fitted: Learnt, which: Places, rng: np.random.Generator) -> Block:
        encoding, generator, numbers_missing, codes_missing = fitted
        codes = np.empty((which.size, codes_missing.shape[1]), dtype=np.intp)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            n = part.stop - part.start
            drawn: tuple[Floats, Places] = np.empty((n, 0)), np.empty((n, 0), dtype=np.intp)
            if generator is not None:
                drawn = generator.draw(which[part], rng)
            numbers, codes[part] = encoding.decode(*drawn)
            numbers[numbers_missing[which[part]]] = np.nan
            codes[part][codes_missing[which[part]]] = -1
            return numbers

        numeric = self._in_batches(task, draw, which.size, rng)
        return Block(task.minority[which][:, np.newaxis], numeric, codes)
