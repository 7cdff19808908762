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
    ledoit_wolf_share,
    shrunk_covariances,
    with_covariance,
)
from skresample.numerics.normal_scores import NormalScores, spread_ties
from skresample.numerics.scaling import Scaled
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, RealInterval

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
# With a share below this, or at most so many rows per column, one is nearly singular.
NEARLY, FEW_ROWS = 1e-4, 2
# The most numbers that covariance="auto" puts into local covariances, and "local" into them at all.
MOST_LOCAL = 1 << 24
MOST_EVER = 1 << 28
# Of these selectors it does not matter in which coordinates rows are white.
ROUND = ("likelihood_cv", "lscv", "scott", "silverman")
# Added to the variances of a neighborhood, in which of each column in the class.
LEAST_VARIANCE = 1e-4
# The most rows that the covariance around a row is estimated from, but for twice the features.
MOST_NEAR = 100
# Numbers of neighborhoods that are worked with at once.
AT_ONCE = 1 << 20
# Of a density by which kernels are made wider or narrower, this many kernels are enough.
MOST_PILOTS = 5000

Floats = npt.NDArray[np.floating]


class KDEOverSampler(DensityOverSampler):
    r"""Draw from a kernel density of the class: the smoothed bootstrap done properly.

    A new row is a row :math:`x_I` of the class, drawn at random, and noise of a covariance
    :math:`H` that is chosen by a selector. What the noise adds to the variance is taken off
    again :footcite:p:`silverman1987bootstrap`:

    .. math:: \bar x + A\,(x_I - \bar x + \varepsilon), \qquad A = S^{1/2} (S + H)^{-1/2},

    so that the new rows have the covariance :math:`S` of the class.

    Parameters
    ----------
    bandwidth : str, float or callable, default='likelihood_cv'
        How wide the kernels are, in units of the root of the covariance of the class: as
        ``'likelihood_cv'``, ``'lscv'``, ``'isj'``, ``'scott'`` or ``'silverman'`` selects, which
        are functions of ``skresample.numerics.bandwidth``, too. A float is that factor; a
        callable is given the whitened rows, of shape (m, d), and returns it, or one per axis.
    covariance : {'auto', 'local', 'full', 'diagonal'}, default='auto'
        The shape of the kernels: that of the covariance around each row, for classes that are
        bent or have parts; that of the class; or that of its variances only. With ``'local'``,
        covariances are multiplied with one factor, so that `bandwidth` says what it says of the
        class on (geometric) average; they take memory for m d² numbers, and m² d² products of
        numbers. ``'auto'`` is ``'local'`` where m d² is at most 2²⁴ (419 rows of 200 columns,
        167,772 of 10), and ``'full'`` beyond, which takes memory for d² numbers, or for m d of
        fewer rows than columns. The neighborhood of a row has 2 d rows at least: if that is all
        of the class, ``'local'`` is ``'full'``.
    shrinkage : {'auto', 'ledoit_wolf'}, float or None, default='auto'
        How far covariances S are shrunk towards the identity, :math:`(1 - s) S + s \bar v I` with
        :math:`\bar v` the mean of the variances. A float is the s, from 0 to 1;
        ``'ledoit_wolf'`` estimates it :footcite:p:`ledoit2004well`; None is 0. ``'auto'`` is
        ``'ledoit_wolf'`` for local covariances and for those that are singular or nearly so, and 0
        for others. Nearly singular is that of a class with at most twice as many rows as columns,
        or one whose least eigenvalue is below 10⁻⁴ of the greatest, in standardized columns.
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
            kernels = self._fit_kernels(task, points, spread)
        return Density(kernels, space, varies, rows[0])

    def _fit_kernels(self, task: Task, points: Floats, spread: Floats) -> Kernels:
        """Fit kernels to standardized rows; their width to such without ties."""
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
        share = self._share(task, m, d, singular=singular, nearly=nearly, covariance=shape)
        whole = _estimated(points, share) if share is None or share > 0 else covariance
        # By principal axes, so that a selector can treat each by itself.
        values, vectors = np.linalg.eigh(whole)
        values = np.maximum(values, SINGULAR * values[-1])
        roots = vectors * np.sqrt(values)
        if self.covariance == "diagonal":
            roots = np.diag(np.sqrt(np.diag(covariance)))
        h: Any = None
        if self.bandwidth != "likelihood_cv":
            h = self._width(spread @ np.linalg.inv(roots).T)
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
        """Do the same of no more rows than columns, without a matrix of the columns.

        Covariances of kernels and rows have the same axes, of which there are m - 1 at most
        besides those in which there is nothing but what was shrunk.
        """
        m, d = points.shape
        middle = points.mean(axis=0)
        rows = (points - middle) / np.sqrt(m - 1)
        _, lengths, axes = np.linalg.svd(rows, full_matrices=False)
        axes = axes.T
        of_rows = np.append(lengths**2, 0.0)  # the last of all other axes
        mean = of_rows.sum() / d
        share = self._share(task, m, d, singular=True, nearly=True, covariance=self.covariance)
        best = ledoit_wolf_share(points)
        share = 1.0 if self.covariance == "diagonal" else best if share is None else share
        least = SINGULAR * of_rows.max()
        of_kernels = np.maximum((1 - share) * of_rows + share * mean, least)

        def root(variances: Floats) -> Spiked:
            deviations = np.sqrt(variances)
            return Spiked(float(deviations[-1]), axes, deviations[:-1] - deviations[-1])

        shape = Kernels(spread, root(of_kernels), kernel=self.kernel)
        h = None
        if self.bandwidth != "likelihood_cv":
            h = self._width(root(of_kernels).solve(spread))
        h, scales = self._scaled(shape, h)
        of_kernels *= h**2
        if not self.preserve_variance:
            return Kernels(points, root(of_kernels), scales, self.kernel)
        wider = 1.0 if scales is None else np.mean(scales**2)
        wanted = np.maximum((1 - best) * of_rows + best * mean, least)
        less = wanted / (of_rows * (m - 1) / m + wider * of_kernels)
        centers = middle + root(less).apply(points - middle)
        return Kernels(centers, root(less * of_kernels), scales, self.kernel)

    def _is_local(self, task: Task, m: int, d: int) -> bool:
        """Return whether each kernel has a covariance of its own."""
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

    def _share(
        self, task: Task, m: int, d: int, *, singular: bool, nearly: bool, covariance: str
    ) -> float | None:
        """Return how far the covariance of a class is shrunk; None for what is estimated."""
        if self.shrinkage == "ledoit_wolf":
            return None
        if isinstance(self.shrinkage, str):
            return None if nearly else 0.0
        share = self.shrinkage or 0.0
        if singular and not share and covariance != "diagonal":
            raise ValueError(
                f"The covariance of the {m} rows of class {task.label!r} is singular in {d} "
                "columns, so that there is no density without shrinkage: use shrinkage='auto', "
                "or covariance='diagonal'."
            )
        return share

    def _scaled(self, shape: Kernels, h: Any) -> tuple[Any, Floats | None]:
        """Return how wide kernels are, given or the likeliest, and the factors of each."""
        m = len(shape.centers)
        select = h is None
        if select:
            h = best_scale(shape, self.n_jobs)
        if not self.adaptive:
            return h, None
        roots = shape.roots.scaled(h) if isinstance(shape.roots, Spiked) else shape.roots * h
        wide = replace(shape, roots=roots)
        pilots = wide.take(np.arange(m)[:: -(-m // MOST_PILOTS)])
        # A row that no pilot is near is still near itself.
        log_density = np.maximum(pilots.log_density(shape.centers), wide.log_peaks())
        scales = abramson_factors(log_density)
        return best_scale(replace(shape, scales=scales), self.n_jobs) if select else h, scales

    def _width(self, whitened: Floats) -> Any:
        """Return the bandwidth that was given or that a selector finds."""
        if isinstance(self.bandwidth, Real):
            return float(self.bandwidth)
        return self._selected(whitened)

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
        share = None if isinstance(self.shrinkage, str) else self.shrinkage or 0.0
        near = Dense(points).kneighbors(_near(m, d), n_jobs=self.n_jobs)
        near = np.column_stack([np.arange(m), near])
        roots = np.empty((m, d, d))
        at_once = max(1, AT_ONCE // max(near.shape[1] * d, d * d))
        for part in gen_batches(m, at_once):
            covariances = shrunk_covariances(points[near[part]], share)
            roots[part] = np.linalg.cholesky(covariances + LEAST_VARIANCE * np.eye(d))
        return roots, float(np.exp(np.log(np.diagonal(roots, axis1=1, axis2=2)).mean()))


def _near(m: int, d: int) -> int:
    """Return how many of m rows of d columns are around each."""
    return min(m - 1, max(2 * d, min(round(np.sqrt(m)), MOST_NEAR)))


def _estimated(points: Floats, share: float | None) -> Floats:
    """Return the covariance of rows, shrunk, with the denominator m - 1."""
    m = len(points)
    covariance: Floats = shrunk_covariances(points[np.newaxis], share)[0] * (m / (m - 1))
    return covariance
