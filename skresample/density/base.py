"""What the density family shares: fitting a density to each class, and drawing from it."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from skresample.density._categories import MOST_ROWS, CategoryKernels
from skresample.numerics.kernels import Kernels, Neighborhoods, Spiked
from skresample.numerics.normal_scores import NormalScores
from skresample.numerics.scaling import Scaled
from skresample.samplers.base import BaseOverSampler, Task, filled
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block, read_like

__all__ = [
    "ClassDensity",
    "Density",
    "DensityOverSampler",
    "independent",
    "standardized",
]

PAIRS_AT_ONCE = 1 << 20

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.signedinteger]


@dataclass(frozen=True)
class Density:
    """A density of rows of numbers: kernels in a space of their own.

    Attributes
    ----------
    kernels : Kernels or Neighborhoods
        Of the columns that vary.
    space : Scaled or NormalScores
        How these columns are mapped to where the kernels are.
    varies : ndarray of shape (d,)
        Which do.
    constants : ndarray of shape (d,)
        What the others are.
    """

    kernels: Kernels | Neighborhoods
    space: Scaled | NormalScores
    varies: npt.NDArray[np.bool_]
    constants: Floats

    @property
    def marginals(self) -> list[Any]:
        """The distributions of the columns that vary; none of their own where they are scaled."""
        return self.space.marginals if isinstance(self.space, NormalScores) else []

    @cached_property
    def _rescaled(self) -> Kernels | Neighborhoods | None:
        """The kernels among the rows themselves, where that is another scale only."""
        if isinstance(self.space, Scaled):
            return self.kernels.rescaled(self.space.scale, self.space.centre)
        return None

    def draw(self, which: npt.NDArray[np.intp], rng: np.random.Generator) -> Floats:
        """Draw rows from the kernels with the given positions."""
        if self._rescaled is None:
            drawn = self.space.values(self.kernels.draw(which, rng))
        else:
            drawn = self._rescaled.draw(which, rng)
        if self.varies.all():
            return drawn
        new = np.tile(self.constants, (which.size, 1))
        new[:, self.varies] = drawn
        return new

    def log_density(self, X: Floats, log_weights: Floats | None = None) -> npt.NDArray[np.float64]:
        """Return the logarithm of the density of rows, of what is not missing in them.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            The rows.
        log_weights : ndarray of shape (n, m), default=None
            Added to the logarithm of each kernel at each row.

        Returns
        -------
        log_density : ndarray of shape (n,)
            Densities of the columns that vary, -inf where another column has another value.
        """
        missing = np.isnan(X)
        still = ~self.varies
        other = ((X[:, still] != self.constants[still]) & ~missing[:, still]).any(axis=1)
        missing = missing[:, self.varies]
        points, log_slope = self.space.map(X[:, self.varies])
        log = np.where(missing, 0.0, log_slope).sum(axis=1)
        patterns, which = np.unique(missing, axis=0, return_inverse=True)
        for p, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == p)
            there = np.flatnonzero(~pattern)
            weights = None if log_weights is None else log_weights[rows]
            kernels = self.kernels.marginal(there)
            log[rows] += kernels.log_density(points[np.ix_(rows, there)], weights)
        return np.where(other, -np.inf, log)


@dataclass(frozen=True)
class ClassDensity:
    """What was learned of a class.

    Attributes
    ----------
    numbers : Density
        Of its numbers, a kernel per row.
    missing : ndarray of shape (m, d)
        Which of its numbers are missing.
    categories : CategoryKernels
        Of its categories, a kernel per row.
    """

    numbers: Density
    missing: npt.NDArray[np.bool_]
    categories: CategoryKernels


class DensityOverSampler(BaseOverSampler):
    """Base class of the methods that draw from a density with a kernel on each row.

    A method says in `_fit_density` which one; everything else is here. A missing number stays
    missing in the rows that are drawn from a row; for the fit it is any that the class has in
    that column. Categories are drawn from Aitchison–Aitken kernels.
    """

    _knows_others: ClassVar[bool] = False

    _min_rows: ClassVar[int] = 2

    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    @abstractmethod
    def _fit_density(self, task: Task, rows: Floats) -> Density:
        """Fit a density to the numbers of a class, in which nothing is missing."""

    def _fit_class(self, task: Task) -> ClassDensity:
        rows, missing = filled(task)
        density = self._fit_density(task, rows)
        categories = CategoryKernels.on(task.rows.codes[task.minority])
        if categories.levels:
            some = np.arange(len(rows))[:: -(-len(rows) // MOST_ROWS)]
            points = density.space.map(rows[some][:, density.varies])[0]
            log = density.kernels.take(some).log_kernels(points)
            share = categories.take(some).select_share(log).share
            categories = replace(categories, share=share)
        return ClassDensity(density, missing, categories)

    def _base_weights(self, task: Task, fitted: Any) -> Floats:
        return np.ones(len(task.minority))

    def _draw(
        self, task: Task, fitted: ClassDensity, which: Codes, rng: np.random.Generator
    ) -> Block:
        codes = fitted.categories.draw(which, rng)
        holes = fitted.missing if fitted.missing.any() else None

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            new = fitted.numbers.draw(which[part], rng)
            if holes is not None:
                new[holes[which[part]]] = np.nan
            return new

        numbers = self._in_batches(task, draw, which.size, rng)
        return Block(task.minority[which][:, np.newaxis], numbers, codes)

    def score_samples(self, X: Any, *, label: Any = None) -> npt.NDArray[np.float64]:
        """Return the logarithm of the density of a class at given rows.

        That of the rows that are drawn, before they are rounded and kept in bounds; with
        respect to the units of the table, a column of categories counting each. Columns that
        do not vary in the class do not count, but a row that differs in one has no density.
        What is missing in a row is left out of account.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns of the table.
        label : object, default=None
            Of which class; None for the smallest.

        Returns
        -------
        log_density : ndarray of shape (n_samples,)
            Natural logarithms, -inf where there is no density.

        Raises
        ------
        ValueError
            If there is no such class, or the columns are others.
        """
        check_is_fitted(self, "sampling_strategy_")
        fitted = self._fitted_class(self._rows.target.position(label))[1]
        numeric, codes = read_like(X, self._rows, self)
        # Of a column without any value in the class, nothing is known.
        numeric = np.where(fitted.missing.all(axis=0), np.nan, numeric)
        log = self._log_density(fitted, numeric, codes)
        for i in np.flatnonzero(self._rows.scale != 1):  # to the units of the table
            if fitted.numbers.varies[i]:
                log += np.where(np.isnan(numeric[:, i]), 0.0, np.log(self._rows.scale[i]))
        return log

    def _log_density(
        self, fitted: ClassDensity, numeric: Floats, codes: Codes
    ) -> npt.NDArray[np.float64]:
        """Return the logarithm of the density of rows behind the door."""
        log = np.empty(len(numeric))
        for part in gen_batches(len(log), max(1, PAIRS_AT_ONCE // len(fitted.missing))):
            weights = None
            if codes.shape[1]:
                weights = fitted.categories.log_probability(codes[part])
            log[part] = fitted.numbers.log_density(numeric[part], weights)
        return log


def standardized(rows: Floats) -> tuple[npt.NDArray[np.bool_], Scaled, Floats]:
    """Return which columns vary, how these are scaled, and them so.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        Rows without missing values.

    Returns
    -------
    varies : ndarray of shape (d,)
        Which columns do.
    space : Scaled
        Of these columns.
    points : ndarray of shape (m, d_varies)
        The rows in it.
    """
    varies = rows.min(axis=0) < rows.max(axis=0)
    space = Scaled.of(rows[:, varies])
    return varies, space, space.map(rows[:, varies])[0]


def independent(rows: Floats, factor: float) -> Density:
    """Return the density with normal kernels that are independent in each column.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        Rows without missing values.
    factor : float
        The deviation of the kernels, in those of the columns (with m as the denominator).

    Returns
    -------
    density : Density
        With a kernel on each row.
    """
    varies, space, points = standardized(rows)
    root = Spiked.identity(points.shape[1], factor)
    return Density(Kernels(points, root), space, varies, rows[0])
