"""Gaussian copula."""

from typing import Any

import numpy as np
import numpy.typing as npt

from skresample.density._categories import CategoryKernels
from skresample.density._rank_correlations import (
    latent_correlations,
    nearest_correlation,
    spearman,
)
from skresample.density.base import ClassDensity, Density, DensityOverSampler
from skresample.numerics.kernels import Kernels, Root, Spiked
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import Task, filled, rows_of
from skresample.table import Block

__all__ = ["CopulaOverSampler", "GaussianCopulaOverSampler", "absent", "gaussian_copula"]

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

# Least eigenvalue of a matrix of correlations: with a smaller one there is no density.
LEAST_EIGENVALUE = 1e-6
# How near to observed rank correlations of columns with ties to come, in standard errors.
TOLERANCE = 0.1
# With more columns, and fewer rows than columns, correlations are held by their factors.
MOST_DENSE = 1000


def correlation_root(scores: Floats, values: Floats, missing: Mask, marginals: list[Any]) -> Root:
    """Return a root of the correlations of the normal variables behind columns.

    Those with which rows drawn from them have the rank correlations that the values have; the
    nearest correlations of any variables, where these are none.

    Parameters
    ----------
    scores : ndarray of shape (m, d)
        Normal scores of the values.
    values : ndarray of shape (m, d)
        The rows.
    missing : ndarray of shape (m, d)
        Which values do not count.
    marginals : list of d Marginal
        The distributions of the columns.

    Returns
    -------
    root : ndarray of shape (d, d) or Spiked
        Of a matrix with a diagonal of ones.
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


def absent(task: Task) -> Mask:
    """Return which numbers, and then which categories, of a class are missing."""
    numbers = np.isnan(rows_of(task.numeric, task.minority))
    return np.column_stack([numbers, task.rows.codes[task.minority] < 0])


class CopulaOverSampler(DensityOverSampler):
    """Base class of the methods that draw each column from a distribution of its own.

    What joins the columns is a Gaussian copula. Which values are missing is as in a row of the
    class, which is then the new row's parent; in a table without holes, new rows have none.
    """

    def _fit_class(self, task: Task) -> ClassDensity:
        rows, missing = filled(task)
        codes = task.rows.codes[task.minority]
        names = codes.astype(np.float64)
        for j in np.flatnonzero((codes < 0).any(axis=0)):
            there = names[codes[:, j] >= 0, j]
            holes = codes[:, j] < 0
            names[holes, j] = task.rng.choice(there if there.size else np.zeros(1), holes.sum())
        density = self._fit_density(task, np.column_stack([rows, names]))
        return ClassDensity(density, missing, CategoryKernels.on(codes))

    def _draw(
        self,
        task: Task,
        fitted: ClassDensity,
        which: npt.NDArray[np.signedinteger],
        rng: np.random.Generator,
    ) -> Block:
        d, n_new = fitted.missing.shape[1], which.size
        absent = fitted.categories.places < 0
        codes = np.empty((n_new, absent.shape[1]), dtype=np.intp)
        parents = np.full((n_new, 1), -1)
        with_holes = fitted.missing.any() or absent.any()
        if with_holes:
            parents[:, 0] = task.minority[which]

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            new = fitted.numbers.draw(np.zeros(part.stop - part.start, dtype=np.intp), rng)
            codes[part] = np.rint(new[:, d:])
            numbers = new[:, :d]
            if with_holes:
                numbers[fitted.missing[which[part]]] = np.nan
                codes[part][absent[which[part]]] = -1
            return numbers

        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(parents, numbers, codes)

    def _log_density(
        self, fitted: ClassDensity, numeric: Floats, codes: npt.NDArray[np.signedinteger]
    ) -> npt.NDArray[np.float64]:
        names = np.where(codes < 0, np.nan, codes)
        log = fitted.numbers.log_density(np.column_stack([numeric, names]))
        for own, levels in zip(codes.T, fitted.categories.levels, strict=True):
            log[(own >= 0) & ~np.isin(own, levels)] = -np.inf
        return log


def gaussian_copula(
    rows: Floats,
    missing: Mask,
    is_name: Mask,
    rng: np.random.Generator,
    *,
    correlated: bool = True,
) -> Density:
    """Return the density with the distribution of each column, and normal correlations.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        Rows, with some value where one is missing.
    missing : ndarray of shape (m, d)
        Where that is: correlations are those of the other values.
    is_name : ndarray of shape (d,)
        Which columns have no values but those observed.
    rng : numpy.random.Generator
        Source of the draws.
    correlated : bool, default=True
        Otherwise, columns are independent.

    Returns
    -------
    density : Density
        One kernel, among normal scores.
    """
    varies = rows.min(axis=0) < rows.max(axis=0)
    space = NormalScores(rows[:, varies], rng, atoms=is_name[varies])
    d = space.scores.shape[1]
    roots: Root = Spiked.identity(d)
    if correlated and d:
        roots = correlation_root(space.scores, rows[:, varies], missing[:, varies], space.marginals)
    return Density(Kernels(np.zeros((1, d)), roots), space, varies, rows[0])


class GaussianCopulaOverSampler(CopulaOverSampler):
    r"""Draw from a Gaussian copula with the distribution of each column as observed.

    Normal scores :math:`z_j = \Phi^{-1}(F_j(x_j))` of the columns are taken for jointly normal
    :footcite:p:`patki2016synthetic`; new rows are :math:`F_j^{-1}(\Phi(z_j))` with z drawn from
    that distribution. The correlation of two normal variables is the one with which new rows
    have, on average, the rank correlation (Spearman's) of the rows of the class in which neither
    value is missing: :math:`2 \\sin(\\pi \\rho / 6)` for columns without ties.

    Each column keeps its distribution, with its range and the values that many rows share,
    and each pair its rank correlation. If no normal variables have all these correlations at once,
    as may be with few rows, the sampler takes the nearest ones that they can have
    :footcite:p:`higham2002nearest`. What else there is between columns, such as
    clusters or bends, is lost; in return, no new row is near a row of the class because it was
    made from it.

    See Also
    --------
    KDEOverSampler : With ``marginals='normal_score'``, kernels among the same scores.

    Notes
    -----
    Categories stand in the order in which they appear in the table, each with the share of
    its column that it has in the class. Which values are missing in a new row is as in a row
    of the class, which is then its parent; in a table without holes, new rows have none (-1).

    Fitting takes time for d³ and memory for d² numbers. If there are more than 1,000 columns, and
    fewer rows than columns, the correlations are those of the normal scores instead, in memory
    for m d numbers: values that many rows share then make a correlation weaker.

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
        return gaussian_copula(rows, absent(task), is_name, task.rng)
