"""The base of the density family: a density is fitted to each class, and drawn from."""

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
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Density:
    """A density of rows of numbers: `kernels` of the columns that vary, mapped to a `space`.

    `varies` (d,) says which columns do, and `constants` (d,) has the values of the others.
    """

    kernels: Kernels | Neighborhoods
    space: Scaled | NormalScores
    varies: Mask
    constants: Floats

    @property
    def marginals(self) -> list[Any]:
        """The distributions of the columns that vary, if they are mapped to normal scores."""
        return self.space.marginals if isinstance(self.space, NormalScores) else []

    @cached_property
    def _rescaled(self) -> Kernels | Neighborhoods | None:
        """The kernels in the units of the rows, if that is only another scale."""
        if isinstance(self.space, Scaled):
            return self.kernels.rescaled(self.space.scale, self.space.center)
        return None

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
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
        """Return the logarithm of the density (n,) of the known values of rows (n, d).

        It is -inf where a constant column has another value. `log_weights` (n, m) are added to the
        logarithm of each kernel at each row.
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
            known = np.flatnonzero(~pattern)
            weights = None if log_weights is None else log_weights[rows]
            kernels = self.kernels.marginal(known)
            log[rows] += kernels.log_density(points[np.ix_(rows, known)], weights)
        return np.where(other, -np.inf, log)


@dataclass(frozen=True)
class ClassDensity:
    """What was learned from a class, a kernel per row; `missing` (m, d) numbers were filled in."""

    numbers: Density
    missing: Mask
    categories: CategoryKernels


class DensityOverSampler(BaseOverSampler):
    """Base class of the methods that draw from a density with a kernel on each row.

    A method fits the density of the numbers in `_fit_density`; categories are drawn from
    Aitchison–Aitken kernels. A missing number is filled in for the fit, and missing again in the
    samples drawn from its row.
    """

    _knows_others: ClassVar[bool] = False

    _min_rows: ClassVar[int] = 2

    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    @abstractmethod
    def _fit_density(self, task: Task, rows: Floats) -> Density:
        """Fit a density to the numbers (m, d) of a class, without missing values."""

    def _fit_class(self, task: Task) -> ClassDensity:
        rows, missing = filled(task)
        density = self._fit_density(task, rows)
        categories = CategoryKernels.on(task.rows.codes[task.minority])
        if categories.levels:
            some = np.arange(len(rows))[:: -(-len(rows) // MOST_ROWS)]
            points = density.space.map(rows[some][:, density.varies])[0]
            log = density.kernels.take(some).log_kernels(points)
            probability = categories.take(some).with_best_probability(log).probability
            categories = replace(categories, probability=probability)
        return ClassDensity(density, missing, categories)

    def _base_weights(self, task: Task, fitted: Any) -> Floats:
        return np.ones(len(task.minority))

    def _draw(
        self, task: Task, fitted: ClassDensity, which: Codes, rng: np.random.Generator
    ) -> Block:
        codes = fitted.categories.draw(which, rng)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            new = fitted.numbers.draw(which[part], rng)
            new[fitted.missing[which[part]]] = np.nan
            return new

        numbers = self._in_batches(task, draw, which.size, rng)
        return Block(task.minority[which][:, np.newaxis], numbers, codes)

    def score_samples(self, X: Any, *, label: Any = None) -> npt.NDArray[np.float64]:
        """Return the log-density of a class at given rows.

        The density is that of the synthetic samples before they are rounded and kept in bounds, in
        the units of the table. It is a probability for categorical features. Features that are
        constant in the class do not count, but a row with another value has no density. Missing
        values of a row are left out.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows with the columns of the table.
        label : object, default=None
            The class. None is the smallest class.

        Returns
        -------
        log_density : ndarray of shape (n_samples,)
            Natural logarithm of the density of each row, -inf where it is 0.

        Raises
        ------
        ValueError
            If there is no such class, or `X` has other columns.
        """
        check_is_fitted(self, "sampling_strategy_")
        fitted = self._fitted_class(self._rows.target.position(label))[1]
        numeric, codes = read_like(X, self._rows, self)
        # A column without values in the class does not count.
        numeric = np.where(fitted.missing.all(axis=0), np.nan, numeric)
        log = self._log_density(fitted, numeric, codes)
        for i in np.flatnonzero(self._rows.scale != 1):  # to the units of the table
            if fitted.numbers.varies[i]:
                log += np.where(np.isnan(numeric[:, i]), 0.0, np.log(self._rows.scale[i]))
        return log

    def _log_density(
        self, fitted: ClassDensity, numeric: Floats, codes: Codes
    ) -> npt.NDArray[np.float64]:
        """Return the log-density (n,) of encoded rows."""
        log = np.empty(len(numeric))
        for part in gen_batches(len(log), max(1, PAIRS_AT_ONCE // len(fitted.missing))):
            kernels = fitted.categories
            weights = kernels.log_probability(codes[part]) if codes.shape[1] else None
            log[part] = fitted.numbers.log_density(numeric[part], weights)
        return log


def standardized(rows: Floats) -> tuple[Mask, Scaled, Floats]:
    """Return which columns of rows (m, d) vary, their scaling, and the scaled columns."""
    varies = rows.min(axis=0) < rows.max(axis=0)
    space = Scaled.of(rows[:, varies])
    return varies, space, space.map(rows[:, varies])[0]


def independent(rows: Floats, factor: float) -> Density:
    """Return normal kernels on rows (m, d), independent in each column.

    Their standard deviations are `factor` times those of the columns, with the denominator m.
    """
    varies, space, points = standardized(rows)
    root = Spiked.identity(points.shape[1], factor)
    return Density(Kernels(points, root), space, varies, rows[0])
