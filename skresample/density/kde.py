"""Kernel density estimation."""

from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample.density.base import Density, DensityOverSampler
from skresample.neighbors import Dense
from skresample.numerics.bandwidth import isj, likelihood_cv, lscv, scott, silverman
from skresample.numerics.kernels import (
    KERNELS,
    Kernels,
    Spiked,
    abramson_factors,
    best_scale,
    ledoit_wolf_weight,
    shrunk_covariances,
    with_covariance,
)
from skresample.numerics.normal_scores import NormalScores, spread_ties
from skresample.numerics.scaling import Scaled
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, RealInterval

__all__ = ["KDEOverSampler"]

SELECTORS: dict[str, Callable[[Any], Any]] = {
    select.__name__: select for select in (likelihood_cv, scott, silverman, isj, lscv)
}
# A covariance matrix is singular if its least eigenvalue is below this proportion of the greatest,
# and nearly singular below the second one or with at most so many rows per column.
SINGULAR, NEARLY, FEW_ROWS = 1e-8, 1e-4, 2
# The most numbers that covariance="auto" puts into local covariances, and "local" into them at all.
MOST_LOCAL, MOST_EVER = 1 << 24, 1 << 28
# Selectors whose result does not depend on the axes of whitened rows.
ROUND = ("likelihood_cv", "lscv", "scott", "silverman")
# Added to the variances of a neighborhood of standardized rows.
LEAST_VARIANCE = 1e-4
# The most neighbors for the covariance around a row, unless twice the features are more.
MOST_NEAR = 100
# Numbers of neighborhoods that are worked with at once.
AT_ONCE = 1 << 20
# The most kernels of a density by which kernels are made wider or narrower.
MOST_PILOTS = 5000

Floats = npt.NDArray[np.floating]


class KDEOverSampler(DensityOverSampler):
    r"""Kernel density estimation (KDE), the smoothed bootstrap.

    A synthetic sample is a random minority sample :math:`x_I` plus noise from a kernel with the
    covariance :math:`H`. The bandwidth is selected by cross-validation. Noise adds to the variance,
    which is corrected :footcite:p:`silverman1987bootstrap`:

    .. math:: \bar x + A\,(x_I - \bar x + \varepsilon), \qquad A = S^{1/2} (S + H)^{-1/2},

    so that synthetic samples have the covariance :math:`S` of the class.

    Parameters
    ----------
    bandwidth : str, float or callable, default='likelihood_cv'
        Width of the kernels, as a factor of the root of the covariance of the class.
        ``'likelihood_cv'``, ``'lscv'``, ``'isj'``, ``'scott'`` and ``'silverman'`` are selectors in
        ``skresample.numerics.bandwidth``. A callable takes whitened rows of shape (m, d) and
        returns a factor, or one per axis.
    covariance : {'auto', 'local', 'full', 'diagonal'}, default='auto'
        Shape of the kernels. ``'local'`` takes the covariance around each sample, for curved or
        clustered classes. `bandwidth` is then a geometric mean over the kernels; memory is needed
        for m d² numbers. ``'full'`` takes the covariance of the class, ``'diagonal'`` variances.
        ``'auto'`` is ``'local'`` up to m d² = 2²⁴ (419 samples of 200 features, 167,772 of 10), and
        ``'full'`` beyond. A neighborhood has at least 2 d samples; if that is the whole class,
        ``'local'`` is ``'full'``.
    shrinkage : {'auto', 'ledoit_wolf'}, float or None, default='auto'
        Weight s of the identity in covariances :math:`(1 - s) S + s \bar v I`, with the mean
        :math:`\bar v` of the variances. ``'ledoit_wolf'`` estimates it
        :footcite:p:`ledoit2004well`; None is 0. ``'auto'`` estimates it for local covariances and
        for nearly singular ones: of a class with at most 2 d samples, or with a least eigenvalue
        below 10⁻⁴ of the greatest, in standardized features. Other covariances are not shrunk.
    adaptive : bool, default=False
        If True, kernels are wider where samples are sparse :footcite:p:`abramson1982bandwidth`.
    marginals : {'identity', 'normal_score'}, default='identity'
        If ``'normal_score'``, kernels are fitted to normal scores of the features, which are mapped
        back to values between those observed. Each feature keeps its distribution, its range and
        the values that many samples share.
    preserve_variance : bool, default=True
        If True, synthetic samples have the variance of the class; otherwise also that of the
        kernels.
    kernel : {'student', 'gaussian', 'epanechnikov'}, default='student'
        Shape of the noise, with the same covariance. Student's t with 5 degrees of freedom allows
        for outliers, which would make Gaussian kernels too wide for all other samples
        :footcite:p:`hall1987kullback`. Epanechnikov's ends at :math:`\sqrt{d + 4}` standard
        deviations; its bandwidths are selected as for Gaussian kernels.

    See Also
    --------
    ROSE : Normal kernels with Silverman's rule.
    GaussianCopulaOverSampler : Observed distributions joined by correlations.
    RandomOverSampler : Copies of samples.

    Notes
    -----
    The defaults maximize the likelihood of held-out samples of 39 minority classes; the user guide
    has the table. A class needs at least two samples. Constant features of a class stay constant.
    Categories are redrawn from those of the class by kernels of their own
    :footcite:p:`aitchison1976multivariate`, with the probability of the best likelihood. A value is
    missing where that of :math:`x_I` is.

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

    bandwidth: Annotated[
        Any, StrOptions(set(SELECTORS)), RealInterval(0, WIDEST, closed="right"), callable
    ] = "likelihood_cv"
    covariance: Annotated[str, StrOptions({"auto", "full", "diagonal", "local"})] = "auto"
    shrinkage: Annotated[
        str | float | None,
        StrOptions({"auto", "ledoit_wolf"}),
        RealInterval(0, 1, closed="both"),
        None,
    ] = "auto"
    adaptive: bool = False
    marginals: Annotated[str, StrOptions({"identity", "normal_score"})] = "identity"
    preserve_variance: bool = True
    kernel: Annotated[str, StrOptions(set(KERNELS))] = "student"

    _paper = "Silverman, Young (1987), The bootstrap: to smooth or not to smooth?"

    def _fit_density(self, task: Task, rows: Floats) -> Density:
        varies = rows.min(axis=0) < rows.max(axis=0)
        moving = rows[:, varies]
        space: Scaled | NormalScores
        if self.marginals == "normal_score":
            scores = NormalScores(moving, task.rng)
            space, points, spread = scores, scores.scores, scores.scores
        else:
            space = Scaled.of(moving)
            points, spread = space.map(moving)[0], space.map(spread_ties(moving, task.rng))[0]
        kernels = Kernels(points, np.empty((0, 0)))
        if varies.any():
            kernels = self._fit_kernels(task, points, spread)
        return Density(kernels, space, varies, rows[0])

    def _fit_kernels(self, task: Task, points: Floats, spread: Floats) -> Kernels:
        """Fit kernels to standardized rows (m, d), and their width to rows with spread ties."""
        m, d = points.shape
        local = self._is_local(task, m, d)
        is_round = isinstance(self.bandwidth, Real) or self.bandwidth in ROUND
        if m <= d and not local and is_round:
            return self._fit_wide(task, points, spread)
        covariance = np.cov(points, rowvar=False).reshape(d, d)
        values = np.linalg.eigvalsh(covariance)
        singular = bool(values[0] < SINGULAR * values[-1])
        nearly = bool(values[0] < NEARLY * values[-1]) or m <= FEW_ROWS * d
        shape = "diagonal" if local else self.covariance
        weight = self._weight(task, m, d, singular=singular, nearly=nearly, covariance=shape)
        whole = _estimated(points, weight) if weight is None or weight > 0 else covariance
        # By principal axes, so that a selector can treat each by itself.
        values, vectors = np.linalg.eigh(whole)
        values = np.maximum(values, SINGULAR * values[-1])
        roots = vectors * np.sqrt(values)
        if self.covariance == "diagonal":
            roots = np.diag(np.sqrt(np.diag(covariance)))
        h = self._width(lambda rows: rows @ np.linalg.inv(roots).T, spread)
        if local:
            roots, size = self._local_roots(spread)
            if h is not None:
                h = np.exp(np.log(h).mean() + np.log(values).mean() / 2) / size
        h, scales = self._scaled(Kernels(spread, roots, kernel=self.kernel), h)
        kernels = Kernels(points, roots * h, scales, self.kernel)
        if not self.preserve_variance:
            return kernels
        return with_covariance(kernels, _estimated(points, None) if singular else covariance)

    def _fit_wide(self, task: Task, points: Floats, spread: Floats) -> Kernels:
        """Do the same for at most as many rows as columns, without a (d, d) matrix.

        Covariances of kernels and rows have the same axes. Beyond the first m - 1, rows have no
        variance, and kernels have that of the shrinkage.
        """
        m, d = points.shape
        middle = points.mean(axis=0)
        rows = (points - middle) / np.sqrt(m - 1)
        _, lengths, axes = np.linalg.svd(rows, full_matrices=False)
        axes = axes.T
        of_rows = np.append(lengths**2, 0.0)  # the last is for all other axes
        mean = of_rows.sum() / d
        weight = self._weight(task, m, d, singular=True, nearly=True, covariance=self.covariance)
        best = ledoit_wolf_weight(points)
        weight = 1.0 if self.covariance == "diagonal" else best if weight is None else weight
        least = SINGULAR * of_rows.max()
        of_kernels = np.maximum((1 - weight) * of_rows + weight * mean, least)

        def root(variances: Floats) -> Spiked:
            deviations = np.sqrt(variances)
            return Spiked(float(deviations[-1]), axes, deviations[:-1] - deviations[-1])

        h = self._width(root(of_kernels).solve, spread)
        h, scales = self._scaled(Kernels(spread, root(of_kernels), kernel=self.kernel), h)
        of_kernels *= h**2
        if not self.preserve_variance:
            return Kernels(points, root(of_kernels), scales, self.kernel)
        wider = 1.0 if scales is None else np.mean(scales**2)
        wanted = np.maximum((1 - best) * of_rows + best * mean, least)
        less = wanted / (of_rows * (m - 1) / m + wider * of_kernels)
        centers = middle + root(less).apply(points - middle)
        return Kernels(centers, root(less * of_kernels), scales, self.kernel)

    def _is_local(self, task: Task, m: int, d: int) -> bool:
        """Return whether each kernel has its own covariance."""
        if self.covariance not in ("auto", "local") or _near(m, d) == m - 1:
            return False
        numbers = m * d * d
        if self.covariance == "local" and numbers > MOST_EVER:
            raise ValueError(
                f"covariance='local' holds {d} × {d} numbers for each of {m:,} rows of class "
                f"{task.label!r}, which are {numbers * 8 / (1 << 30):.1f} GiB: use "
                "covariance='full', or 'auto', which chooses it for this table."
            )
        return self.covariance == "local" or numbers <= MOST_LOCAL

    def _weight(
        self, task: Task, m: int, d: int, *, singular: bool, nearly: bool, covariance: str
    ) -> float | None:
        """Return the weight of the identity in the covariance of a class, None to estimate it."""
        if isinstance(self.shrinkage, str):
            return None if nearly or self.shrinkage == "ledoit_wolf" else 0.0
        weight = self.shrinkage or 0.0
        if singular and not weight and covariance != "diagonal":
            raise ValueError(
                f"The covariance of the {m} rows of class {task.label!r} is singular in {d} "
                "columns, so that there is no density without shrinkage: use shrinkage='auto', "
                "or covariance='diagonal'."
            )
        return weight

    def _scaled(self, shape: Kernels, h: Any) -> tuple[Any, Floats | None]:
        """Return the width of the kernels, the likeliest for None, and the factors of each."""
        m, given = len(shape.centers), h
        if h is None:
            h = best_scale(shape, self.n_jobs)
        if not self.adaptive:
            return h, None
        roots = shape.roots.scaled(h) if isinstance(shape.roots, Spiked) else shape.roots * h
        wide = replace(shape, roots=roots)
        pilots = wide.take(np.arange(m)[:: -(-m // MOST_PILOTS)])
        # A row without a pilot nearby is still near itself.
        own = wide.log_heights() - np.log(m)
        scales = abramson_factors(np.maximum(pilots.log_density(shape.centers), own))
        if given is None:
            h = best_scale(replace(shape, scales=scales), self.n_jobs)
        return h, scales

    def _width(self, whiten: Callable[[Floats], Floats], rows: Floats) -> Any:
        """Return the given or the selected bandwidth, or one per column; None if by likelihood.

        For ``'likelihood_cv'``, `_scaled` selects it for the shapes of the kernels.
        """
        if self.bandwidth == "likelihood_cv":
            return None
        if isinstance(self.bandwidth, Real):
            return float(self.bandwidth)
        whitened = whiten(rows)
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
        """Return a root of the covariance around each point, and their geometric mean."""
        m, d = points.shape
        weight = None if isinstance(self.shrinkage, str) else self.shrinkage or 0.0
        near = Dense(points).kneighbors(_near(m, d), n_jobs=self.n_jobs)
        near = np.column_stack([np.arange(m), near])
        roots = np.empty((m, d, d))
        at_once = max(1, AT_ONCE // max(near.shape[1] * d, d * d))
        for part in gen_batches(m, at_once):
            covariances = shrunk_covariances(points[near[part]], weight)
            roots[part] = np.linalg.cholesky(covariances + LEAST_VARIANCE * np.eye(d))
        return roots, float(np.exp(np.log(np.diagonal(roots, axis1=1, axis2=2)).mean()))


def _near(m: int, d: int) -> int:
    """Return the number of neighbors around each of m rows with d columns."""
    return min(m - 1, max(2 * d, min(round(np.sqrt(m)), MOST_NEAR)))


def _estimated(points: Floats, weight: float | None) -> Floats:
    """Return the shrunk covariance of rows, with the denominator m - 1."""
    m = len(points)
    covariance: Floats = shrunk_covariances(points[np.newaxis], weight)[0] * (m / (m - 1))
    return covariance
