"""Kernel density estimation."""

from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample._constraints import WIDEST, RealInterval
from skresample._docs import fill_doc
from skresample.base import OneVsRest
from skresample.density.base import Density, DensityOverSampler, Scaled
from skresample.numerics.bandwidth import isj, likelihood_cv, lscv, scott, silverman
from skresample.numerics.kernels import (
    KERNELS,
    Kernels,
    abramson_factors,
    best_scale,
    shrunk_covariances,
    with_covariance,
)
from skresample.numerics.neighbors import kneighbors
from skresample.numerics.normal_scores import NormalScores, spread_ties

__all__ = ["KDEOverSampler"]

SELECTORS: dict[str, Callable[[Any], Any]] = {
    "likelihood_cv": likelihood_cv,
    "scott": scott,
    "silverman": silverman,
    "isj": isj,
    "lscv": lscv,
}
# A covariance matrix whose least eigenvalue is a smaller share of the greatest is singular.
SINGULAR = 1e-8
# Added to the variances of a neighbourhood, in which of each column in the class.
LEAST_VARIANCE = 1e-4
# The most rows that the covariance around a row is estimated from, but for twice the features.
MOST_NEAR = 100
# Of a density by which kernels are made wider or narrower, this many kernels are enough.
MOST_PILOTS = 5000

Floats = npt.NDArray[np.floating]


@fill_doc
class KDEOverSampler(DensityOverSampler):
    r"""Draw from a kernel density of the class: the smoothed bootstrap done properly.

    A new row is a row :math:`x_I` of the class, drawn at random, and noise of a covariance
    :math:`H` that is chosen by a selector. What the noise adds to the variance is taken off
    again :footcite:p:`silverman1987bootstrap`:

    .. math:: \bar x + A\,(x_I - \bar x + \varepsilon), \qquad A = S^{1/2} (S + H)^{-1/2},

    so that the new rows have the covariance :math:`S` of the class.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    bandwidth : str, float or callable, default='likelihood_cv'
        How wide the kernels are, in units of the root of the covariance of the class: as
        ``'likelihood_cv'``, ``'lscv'``, ``'isj'``, ``'scott'`` or ``'silverman'`` selects, which
        are functions of ``skresample.numerics.bandwidth``, too. A float is that factor; a
        callable is given the whitened rows, of shape (m, d), and returns it, or one per axis.
    covariance : {'local', 'full', 'diagonal'}, default='local'
        The shape of the kernels: that of the covariance around each row, for classes that are
        bent or have parts; that of the class; or that of its variances only. Covariances are
        shrunk :footcite:p:`ledoit2004well`. With ``'local'``, they are multiplied with one
        factor, so that `bandwidth` says what it says of the class on (geometric) average; they
        take memory for m d² numbers.
    adaptive : bool, default=False
        Whether kernels are wider where rows are sparse :footcite:p:`abramson1982bandwidth`.
    marginals : {'identity', 'normal_score'}, default='identity'
        Where the kernels are: among the numbers as they are, or among their normal scores,
        from which the way back leads to values between those observed. The latter keeps the
        distribution of each column, with its bounds and the values that many rows share.
    preserve_variance : bool, default=True
        Whether new rows have the variance of the class, and not that and the kernels'.
    kernel : {'student', 'gaussian', 'epanechnikov'}, default='student'
        The shape of the noise, whose covariance is the same. Student's, with 5 degrees of
        freedom, leaves room for rows far from all others, which would make Gaussian kernels
        too wide for all the others :footcite:p:`hall1987kullback`; Epanechnikov's ends
        :math:`\sqrt{d + 4}` deviations away. For the latter, bandwidths are selected as for
        Gaussian ones; so ``'likelihood_cv'`` does not depend on where it ends.
    {n_jobs}
    {categorical_features}
    {bounds}
    {keep_index}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ROSE : Normal kernels by Silverman's rule.
    GaussianCopulaOverSampler : Columns as they are, joined by correlations.
    RandomOverSampler : Rows as they are.

    Notes
    -----
    The default is what made held-out rows of 39 rare classes most likely; the user guide has
    the table. A density needs at least two rows. Columns that do not vary in a class stay
    as they are, and those that depend on each other, as where there are more columns than
    rows, have a covariance that is shrunk. Categories are switched by kernels of their own
    :footcite:p:`aitchison1976multivariate`, to others that the class has, as often as makes
    the rows most likely; a value is missing where that of the row :math:`x_I` is.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import KDEOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = KDEOverSampler(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    >>> log_density = sampler.score_samples(X, label=1)
    >>> bool(log_density[y == 1].mean() > log_density[y == 0].mean())
    True
    """

    _paper = "Silverman, Young (1987), The bootstrap: to smooth or not to smooth?"

    _parameter_constraints: ClassVar[dict] = {
        **DensityOverSampler._parameter_constraints,
        "bandwidth": [
            StrOptions(set(SELECTORS)),
            RealInterval(0, WIDEST, closed="right"),
            callable,
        ],
        "covariance": [StrOptions({"full", "diagonal", "local"})],
        "adaptive": ["boolean"],
        "marginals": [StrOptions({"identity", "normal_score"})],
        "preserve_variance": ["boolean"],
        "kernel": [StrOptions(set(KERNELS))],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        bandwidth: Any = "likelihood_cv",
        covariance: str = "local",
        adaptive: bool = False,
        marginals: str = "identity",
        preserve_variance: bool = True,
        kernel: str = "student",
        n_jobs: int | None = None,
        categorical_features: Any = "auto",
        bounds: Any = None,
        keep_index: bool = False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.bandwidth = bandwidth
        self.covariance = covariance
        self.adaptive = adaptive
        self.marginals = marginals
        self.preserve_variance = preserve_variance
        self.kernel = kernel
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.bounds = bounds
        self.keep_index = keep_index

    def _fit_density(self, task: OneVsRest, rows: Floats) -> Density:
        varies = rows.min(axis=0) < rows.max(axis=0)
        moving = rows[:, varies]
        space: Scaled | NormalScores
        points: Floats
        spread: Floats
        if self.marginals == "normal_score":
            space = NormalScores(moving, task.rng)
            points = spread = space.scores
        else:
            space = Scaled.of(moving)
            points, spread = space.map(moving)[0], space.map(spread_ties(moving, task.rng))[0]
        kernels = Kernels(points, np.empty((0, 0)))
        if varies.any():
            kernels = self._fit_kernels(points, spread)
        return Density(kernels, space, varies, rows[0])

    def _fit_kernels(self, points: Floats, spread: Floats) -> Kernels:
        """Fit kernels to standardised rows; their width to such without ties."""
        m, d = points.shape
        shrunk = shrunk_covariances(spread[np.newaxis])[0]
        # By principal axes, so that a selector can treat each by itself.
        values, vectors = np.linalg.eigh(shrunk)
        values = np.maximum(values, SINGULAR * values[-1])
        roots = np.eye(d) if self.covariance == "diagonal" else vectors * np.sqrt(values)
        if isinstance(self.bandwidth, Real):
            h: Any = float(self.bandwidth)
        elif self.bandwidth != "likelihood_cv":
            h = self._selected(spread @ np.linalg.inv(roots).T)
        if self.covariance == "local":
            local, size = self._local_roots(spread)
            if self.bandwidth != "likelihood_cv":
                whole = np.exp(np.log(values).mean() / 2)
                h = np.exp(np.log(h).mean()) * whole / size
            roots = local
        shape = Kernels(spread, roots, kernel=self.kernel)
        if self.bandwidth == "likelihood_cv":
            h = best_scale(shape, self.n_jobs)
        scales = None
        if self.adaptive:
            wide = replace(shape, roots=roots * h)
            pilots = wide.take(np.arange(m)[:: -(-m // MOST_PILOTS)])
            # A row that no pilot is near is still near itself.
            scales = abramson_factors(np.maximum(pilots.log_density(spread), wide.log_peaks()))
            if self.bandwidth == "likelihood_cv":
                h = best_scale(replace(shape, scales=scales), self.n_jobs)
        kernels = Kernels(points, roots * h, scales, self.kernel)
        if not self.preserve_variance:
            return kernels
        target = np.cov(points, rowvar=False).reshape(d, d)
        eigenvalues = np.linalg.eigvalsh(target)
        if eigenvalues[0] < SINGULAR * eigenvalues[-1]:
            # By the axes again: of two or three rows not even this need be regular.
            target = (vectors * values) @ vectors.T * (m / (m - 1))
        return with_covariance(kernels, target)

    def _selected(self, whitened: Floats) -> Floats:
        """Return the bandwidth that a selector finds, or that of each column."""
        select = SELECTORS[self.bandwidth] if isinstance(self.bandwidth, str) else self.bandwidth
        found = select(whitened)
        try:
            h = np.asarray(found, dtype=np.float64)
        except (TypeError, ValueError):
            h = np.array(np.nan)
        if h.shape not in ((), whitened.shape[1:]) or not ((h > 0) & np.isfinite(h)).all():
            raise ValueError(
                f"bandwidth={self.bandwidth!r} returned {found!r}: it must be a positive number, "
                f"or one for each of the {whitened.shape[1]} columns that it was given."
            )
        return h

    def _local_roots(self, points: Floats) -> tuple[Floats, float]:
        """Return a root of the covariance around each point, and their typical deviation."""
        m, d = points.shape
        k = min(m - 1, max(2 * d, min(round(np.sqrt(m)), MOST_NEAR)))
        near = np.column_stack([np.arange(m), kneighbors(points, k, n_jobs=self.n_jobs)])
        roots = np.empty((m, d, d))
        for part in gen_batches(m, 1024):
            covariances = shrunk_covariances(points[near[part]])
            roots[part] = np.linalg.cholesky(covariances + LEAST_VARIANCE * np.eye(d))
        return roots, float(np.exp(np.log(np.diagonal(roots, axis1=1, axis2=2)).mean()))
