"""Gaussian copula."""

from typing import Any

import numpy as np
import numpy.typing as npt

from skresample.density._categories import CategoryKernels
from skresample.density._rank_correlations import latent_correlations, nearest_correlation, spearman
from skresample.density.base import ClassDensity, Density, DensityOverSampler
from skresample.numerics.kernels import Kernels, Root, Spiked
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import Task, filled, refilled, rows_of
from skresample.table import Block

__all__ = ["CopulaOverSampler", "GaussianCopulaOverSampler", "gaussian_copula", "missing_values"]

Codes = npt.NDArray[np.signedinteger]
Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

# Least eigenvalue of a correlation matrix; with a smaller one there is no density.
LEAST_EIGENVALUE = 1e-6
# Tolerance of the rank correlations of columns with ties, in standard errors.
TOLERANCE = 0.1
# If there are more columns, and fewer rows than columns, no (d, d) matrix is formed.
MOST_DENSE = 1000


def correlation_root(scores: Floats, values: Floats, missing: Mask, marginals: list[Any]) -> Root:
    """Return a root of the correlations of the normal variables behind columns.

    These give new rows the rank correlations of `values` (m, d), or nearly so if no variables have
    them. `scores` (m, d) are the normal scores.
    """
    m, d = values.shape
    if d > MOST_DENSE and m < d:
        rows = np.where(missing, 0.0, scores)
        rows -= rows.mean(axis=0)
        rows /= np.linalg.norm(rows, axis=0)
        return Spiked.of(LEAST_EIGENVALUE, np.sqrt(1 - LEAST_EIGENVALUE) * rows)
    lows, highs = zip(*(marginal.atoms(m) for marginal in marginals), strict=True)
    correlation = latent_correlations(
        spearman(values, missing), list(lows), list(highs), TOLERANCE / np.sqrt(m)
    )
    correlation = nearest_correlation(correlation, LEAST_EIGENVALUE)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    root: Floats = vectors * np.sqrt(np.maximum(eigenvalues, LEAST_EIGENVALUE))
    return root / np.linalg.norm(root, axis=1, keepdims=True)


def missing_values(task: Task) -> Mask:
    """Return which numbers, and then which categories, of a class are missing."""
    numbers = np.isnan(rows_of(task.numeric, task.minority))
    return np.column_stack([numbers, task.rows.codes[task.minority] < 0])


class CopulaOverSampler(DensityOverSampler):
    """Base class of the methods that draw each column from a distribution of its own.

    A Gaussian copula joins the columns. The missing values of a new row are those of a row of the
    class, which is its parent; in a table without missing values, new rows have none.
    """

    def _fit_class(self, task: Task) -> ClassDensity:
        rows, missing = filled(task)
        codes = task.rows.codes[task.minority]
        names = refilled(codes.astype(np.float64), codes < 0, task.rng)
        density = self._fit_density(task, np.column_stack([rows, names]))
        return ClassDensity(density, missing, CategoryKernels.on(codes))

    def _draw(
        self, task: Task, fitted: ClassDensity, which: Codes, rng: np.random.Generator
    ) -> Block:
        d, n_new = fitted.missing.shape[1], which.size
        unknown = fitted.categories.indices < 0
        codes = np.empty((n_new, unknown.shape[1]), dtype=np.intp)
        parents = np.full((n_new, 1), -1)
        any_missing = fitted.missing.any() or unknown.any()
        if any_missing:
            parents[:, 0] = task.minority[which]

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            new = fitted.numbers.draw(np.zeros(part.stop - part.start, dtype=np.intp), rng)
            codes[part] = np.rint(new[:, d:])
            numbers = new[:, :d]
            if any_missing:
                numbers[fitted.missing[which[part]]] = np.nan
                codes[part][unknown[which[part]]] = -1
            return numbers

        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(parents, numbers, codes)

    def _log_density(
        self, fitted: ClassDensity, numeric: Floats, codes: Codes
    ) -> npt.NDArray[np.float64]:
        names = np.where(codes < 0, np.nan, codes)
        log = fitted.numbers.log_density(np.column_stack([numeric, names]))
        for own, levels in zip(codes.T, fitted.categories.levels, strict=True):
            log[(own >= 0) & ~np.isin(own, levels)] = -np.inf
        return log


def gaussian_copula(
    rows: Floats, missing: Mask, is_name: Mask, rng: np.random.Generator, correlated: bool = True
) -> Density:
    """Return the density with the distribution of each column, and normal correlations.

    Correlations leave out the `missing` values (m, d) of rows (m, d). Columns in `is_name` (d,)
    have no values but those observed.
    """
    varies = rows.min(axis=0) < rows.max(axis=0)
    space = NormalScores(rows[:, varies], rng, atoms=is_name[varies])
    d = space.scores.shape[1]
    roots: Root = Spiked.identity(d)
    if correlated and d:
        roots = correlation_root(space.scores, rows[:, varies], missing[:, varies], space.marginals)
    return Density(Kernels(np.zeros((1, d)), roots), space, varies, rows[0])


class GaussianCopulaOverSampler(CopulaOverSampler):
    r"""Gaussian copula with the observed distribution of each feature.

    Normal scores :math:`z_j = \Phi^{-1}(F_j(x_j))` of the features are modeled as jointly normal
    :footcite:p:`patki2016synthetic`. Synthetic samples are :math:`F_j^{-1}(\Phi(z_j))`, with z from
    that distribution. The correlation of two scores is the one with which synthetic samples have
    the rank correlation (Spearman's) of the class: :math:`2 \sin(\pi \rho / 6)` without ties.

    Each feature keeps its distribution, its range and the values that many samples share, and each
    pair its rank correlation. If no normal variables have all these correlations, the nearest
    possible ones are used :footcite:p:`higham2002nearest`. Other structure, such as clusters or
    nonlinear dependence, is lost.

    See Also
    --------
    KDEOverSampler : With ``marginals='normal_score'``, kernels among the same scores.

    Notes
    -----
    No synthetic sample is made from an original one, so that `parents_` is -1. Only if the class
    has missing values, those of a synthetic sample are those of an original one, its parent.
    Categories count as ranks in the order in which they appear in the table. Each keeps its
    frequency in the class.

    Fitting takes time for d³ and memory for d² numbers. With more than 1,000 features and fewer
    samples than features, the correlations are those of the normal scores, in memory for m d
    numbers; ties then make correlations weaker.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import GaussianCopulaOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = GaussianCopulaOverSampler(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    _paper = "Patki, Wedge, Veeramachaneni (2016), The synthetic data vault"

    def _fit_density(self, task: Task, rows: Floats) -> Density:
        is_name = np.arange(rows.shape[1]) >= task.numeric.shape[1]
        return gaussian_copula(rows, missing_values(task), is_name, task.rng)
