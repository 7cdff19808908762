"""Gaussian copula."""

from typing import Any

import numpy as np
import numpy.typing as npt

from skresample._docs import fill_doc
from skresample.base import OneVsRest, fill_in_blocks
from skresample.density.base import (
    ClassDensity,
    Density,
    DensityOverSampler,
    filled,
)
from skresample.numerics.allocation import draw_bases
from skresample.numerics.categories import CategoryKernels
from skresample.numerics.kernels import Kernels, shrunk_covariances
from skresample.numerics.normal_scores import NormalScores
from skresample.table import Synthetic

__all__ = ["CopulaOverSampler", "GaussianCopulaOverSampler", "gaussian_copula"]

Floats = npt.NDArray[np.floating]

# Of a matrix of correlations.
LEAST_EIGENVALUE = 1e-6


def correlation_root(scores: Floats, values: Floats) -> Floats:
    r"""Return a root of the correlations of the normal variables behind the scores.

    Equal values are given their mean score. What that says of the variables is less than
    their whole correlation: if v is the variance of a column's mean scores, the covariance
    of two columns' is :math:`v_i v_j` times that of the variables, but for terms of the third
    order (none, where one of the two has no ties).

    Parameters
    ----------
    scores : ndarray of shape (m, d)
        Normal scores.
    values : ndarray of shape (m, d)
        What they are scores of.

    Returns
    -------
    root : ndarray of shape (d, d)
        Of a matrix with a diagonal of ones.
    """
    means = np.empty(scores.shape)
    for j, (column, score) in enumerate(zip(values.T, scores.T, strict=True)):
        _, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        means[:, j] = (np.bincount(which, score) / counts)[which]
    share = np.sqrt(means.var(axis=0) / scores.var(axis=0))
    covariance = shrunk_covariances(means[np.newaxis])[0]
    deviation = share * np.sqrt(np.diag(covariance))
    correlation = np.clip(covariance / np.outer(deviation, deviation), -1, 1)
    np.fill_diagonal(correlation, 1.0)
    # Corrected one by one, they need not be correlations of anything.
    eigenvalues, vectors = np.linalg.eigh(correlation)
    root: Floats = vectors * np.sqrt(np.maximum(eigenvalues, LEAST_EIGENVALUE))
    return root / np.linalg.norm(root, axis=1, keepdims=True)


class CopulaOverSampler(DensityOverSampler):
    """Base class of the methods that draw each column from a distribution of its own.

    What joins the columns is a Gaussian copula. Which values are missing is as in a row of the
    class, which is then the new row's parent; in a table without holes, new rows have none.
    """

    def _bounds(self, task: OneVsRest) -> Any:
        """Return what new numbers are reflected in, if anything."""
        return task.rows.bounds(self.bounds)

    def _fit_class(self, task: OneVsRest) -> ClassDensity:
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
        self, task: OneVsRest, fitted: ClassDensity, n_new: int, rng: np.random.Generator
    ) -> Synthetic:
        m, d = fitted.missing.shape
        absent = fitted.categories.places < 0
        codes = np.empty((n_new, absent.shape[1]), dtype=np.intp)
        parents = np.full((n_new, 1), -1)
        with_holes = fitted.missing.any() or absent.any()
        if with_holes:
            like = draw_bases(np.ones(m), n_new, rng)
            parents[:, 0] = task.minority[like]

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            new = fitted.numbers.draw(np.zeros(part.stop - part.start, dtype=np.intp), rng)
            codes[part] = np.rint(new[:, d:])
            numbers = new[:, :d]
            if with_holes:
                numbers[fitted.missing[like[part]]] = np.nan
                codes[part][absent[like[part]]] = -1
            return numbers

        fill = fill_in_blocks(draw, n_new, rng, self._bounds(task), self.n_jobs)
        return Synthetic(parents, fill, codes)

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
    is_name: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    correlated: bool = True,
) -> Density:
    """Return the density with the distribution of each column, and normal correlations.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        Rows without missing values.
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
    roots: Floats = np.eye(d)
    if correlated and d:
        roots = correlation_root(space.scores, rows[:, varies])
    return Density(Kernels(np.zeros((1, d)), roots), space, varies, rows[0])


@fill_doc
class GaussianCopulaOverSampler(CopulaOverSampler):
    r"""Draw from a Gaussian copula with the distribution of each column as observed.

    Normal scores :math:`z_j = \Phi^{-1}(F_j(x_j))` of the columns are taken for jointly normal
    :footcite:p:`patki2016synthetic`; new rows are :math:`F_j^{-1}(\Phi(z_j))` with z drawn from
    that distribution. Its correlations are shrunk :footcite:p:`ledoit2004well`.

    Each column keeps its distribution, with its range and the values that many rows share,
    and each pair its rank correlation. What else there is between columns, such as
    clusters or bends, is lost; in return, no new row is near a row of the class because it was
    made from it.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    {n_jobs}
    {categorical_features}
    {bounds}
    {keep_index}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    KDEOverSampler : With ``marginals='normal_score'``, kernels among the same scores.

    Notes
    -----
    Categories stand in the order in which they appear in the table, each with the share of
    its column that it has in the class. Which values are missing in a new row is as in a row
    of the class, which is then its parent; in a table without holes, new rows have none (-1).

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

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        n_jobs: int | None = None,
        categorical_features: Any = "auto",
        bounds: Any = None,
        keep_index: bool = False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.bounds = bounds
        self.keep_index = keep_index

    def _fit_density(self, task: OneVsRest, rows: Floats) -> Density:
        is_name = np.arange(rows.shape[1]) >= task.numeric.shape[1]
        return gaussian_copula(rows, is_name, task.rng)
