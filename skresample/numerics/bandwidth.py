"""Bandwidth selection.

A bandwidth h is that of the kernel N(0, h² I) in the units of the rows. If columns have
different units or are correlated, pass whitened rows: h is then the factor of the root of their
covariance.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.fft import dct
from scipy.optimize import brentq
from sklearn.utils import gen_batches

from skresample.numerics.threads import in_threads

__all__ = ["isj", "likelihood_cv", "lscv", "scott", "silverman", "silverman_factor"]

# The most rows that a bandwidth is selected on.
MOST_ROWS = 5000
# The range of a selected bandwidth, relative to Silverman's. Without a lower limit, rows that
# nearly coincide would attract all of the density.
NARROWEST, WIDEST = 1 / 20, 4.0
# Bandwidths of the coarse grid, the rows that are left out for it, and bandwidths of the fine grid.
COARSE, TRIED_ON, FINE = 12, 500, 13
BLOCK_VALUES = 1 << 18
# Bins of a column: the least and greatest number, and the number in its interquartile range.
LEAST_BINS, MOST_BINS, BINS_OF_HALF = 1 << 10, 1 << 14, 64

Floats = npt.NDArray[np.floating]
Singles = npt.NDArray[np.float32]
# The loss at each bandwidth (n_h,), from squared distances and the number of columns.
Criterion = Callable[[Singles, Floats, int], Floats]


def silverman_factor(n: int, d: int) -> float:
    r"""Return Silverman's bandwidth of n standardized rows, :math:`(4 / ((d + 2) n))^{1/(d + 4)}`.

    >>> round(silverman_factor(100, 1), 4)
    0.4217
    """
    return float((4 / ((d + 2) * n)) ** (1 / (d + 4)))


def silverman(values: Floats) -> float:
    r"""Return Silverman's bandwidth for whitened rows (n, d).

    It is :math:`(4 / ((d + 2) n))^{1/(d + 4)}`, optimal for normal data.
    """
    return silverman_factor(*_checked(values).shape)


def scott(values: Floats) -> float:
    r"""Return Scott's bandwidth for whitened rows (n, d).

    It is :math:`n^{-1/(d + 4)}`, nearly optimal for normal data.
    """
    n, d = _checked(values).shape
    return float(n ** (-1 / (d + 4)))


def likelihood_cv(values: Floats, *, freedom: float = np.inf, n_jobs: int | None = None) -> float:
    r"""Select the bandwidth by leave-one-out likelihood cross-validation.

    It maximizes the likelihood of each row under the density of the other rows
    :footcite:p:`duin1976choice`,

    .. math:: \sum_i \log \frac{1}{n - 1} \sum_{j \ne i} \varphi_h(x_i - x_j).

    Duplicate rows count once, since a density concentrated on them would have an infinite
    likelihood. For the same reason, the bandwidth is at least a twentieth of Silverman's.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        At least two rows. If more than 5,000 are different, every (n/5000)-th in lexicographic
        order is used, and the result is multiplied by :math:`(5000/n)^{1/(d + 4)}`.
    freedom : float, default=inf
        Degrees of freedom of Student's t kernels with the covariance h² I, more than 2. Infinity
        is for normal kernels.
    n_jobs : int, default=None
        Number of threads; None uses all processors.

    Returns
    -------
    bandwidth : float
        The bandwidth in the units of `values`.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> 0.2 < likelihood_cv(rows) < 0.6
    True
    """
    return _select(values, partial(likelihood_loss, freedom=freedom, n_jobs=n_jobs))


def lscv(values: Floats, *, n_jobs: int | None = None) -> float:
    r"""Select the bandwidth by least squares cross-validation.

    It minimizes an unbiased estimate of the integrated squared error, up to a constant
    :footcite:p:`bowman1984alternative`:

    .. math::

        \frac{1}{n^2} \sum_{i,j} \varphi_{\sqrt{2} h}(x_i - x_j)
        - \frac{2}{n (n - 1)} \sum_{i \ne j} \varphi_h(x_i - x_j).

    The result varies much between samples, and with many features it tends to be narrow.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        At least two rows, as for `likelihood_cv`.
    n_jobs : int, default=None
        Number of threads; None uses all processors.

    Returns
    -------
    bandwidth : float
        The bandwidth in the units of `values`.

    References
    ----------
    .. footbibliography::
    """
    return _select(values, partial(squared_error, n_jobs=n_jobs))


def isj(values: Floats) -> npt.NDArray[np.float64]:
    r"""Select a bandwidth for each column by the improved Sheather–Jones method.

    This plug-in selector does not assume a normal density :footcite:p:`botev2010kernel`: the
    squared bandwidth solves a fixed point equation in the cosine transform of the binned column.
    For a density in d dimensions, it is multiplied by :math:`n^{1/5 - 1/(d + 4)}`, the ratio of
    the optimal rates.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The rows. Whiten columns that are correlated.

    Returns
    -------
    bandwidths : ndarray of shape (d,)
        The bandwidths in the units of the columns. Where the equation has no solution, as with
        few rows, it is Silverman's, with a warning.

    References
    ----------
    .. footbibliography::
    """
    values = _checked(values)
    n, d = values.shape
    found = np.array([_isj(column) for column in values.T])
    if (missing := ~np.isfinite(found)).any():
        warnings.warn(
            f"isj: the equation has no solution in {int(missing.sum())} of {d} columns of {n} "
            "rows: Silverman's bandwidth was used there.",
            UserWarning,
            stacklevel=2,
        )
        found[missing] = silverman_factor(n, 1) * values[:, missing].std(axis=0)
    return found * n ** (1 / 5 - 1 / (d + 4))


def _isj(x: npt.NDArray[np.float64]) -> float:
    """Return the bandwidth of one column, NaN where the equation has no solution."""
    n = np.unique(x).size
    low, width = x.min(), np.ptp(x)
    if n < 2:
        return np.nan
    half = max(np.subtract(*np.quantile(x, [0.75, 0.25])), width / MOST_BINS)
    bins = int(np.clip(2 ** np.ceil(np.log2(BINS_OF_HALF * width / half)), LEAST_BINS, MOST_BINS))
    low, width = low - width / 2, 2 * width
    position = (x - low) / width * (bins - 1)
    left = np.floor(position).astype(np.intp)
    weight = position - left
    counts = np.bincount(left, 1 - weight, bins) + np.bincount(left + 1, weight, bins)
    squares = np.arange(1, bins, dtype=np.float64) ** 2
    terms = (dct(counts / x.size)[1:] / 2) ** 2 * squares ** np.arange(8)[:, np.newaxis]

    def norm(s: int, t: float) -> float:
        """Return the squared norm of the derivative of order s at time t."""
        return float(2 * np.pi ** (2 * s) * (terms[s] @ np.exp(-squares * np.pi**2 * t)))

    def off(t: float) -> float:
        f = norm(7, t)
        for s in range(6, 1, -1):
            odd = np.prod(np.arange(1, 2 * s, 2)) / np.sqrt(2 * np.pi)
            f = norm(s, (2 * (1 + 0.5 ** (s + 0.5)) / 3 * odd / (n * f)) ** (2 / (3 + 2 * s)))
        return float(t - (2 * n * np.sqrt(np.pi) * f) ** (-2 / 5))

    # The smallest solution; there may be others for large t.
    edges = np.geomspace(1e-9, 0.1, 33)
    with np.errstate(all="ignore"):
        signs = np.sign([off(t) for t in edges])
        change = np.flatnonzero((signs[:-1] < 0) & (signs[1:] >= 0))
        if not change.size:
            return np.nan
        t = brentq(off, edges[change[0]], edges[change[0] + 1], xtol=1e-18, rtol=1e-9)
    return float(np.sqrt(t) * width)


def likelihood_loss(
    squared: Singles,
    h: Floats,
    d: int,
    *,
    freedom: float = np.inf,
    log_weights: Singles | None = None,
    n_jobs: int | None = None,
) -> Floats:
    """Return minus the mean leave-one-out log-likelihood (n_h,), up to a constant.

    `squared` (n_rows, n) are squared distances of some rows to all, in units of the kernels,
    infinite to itself; `log_weights` (n,) are the log-heights of the kernels at h = 1.
    """
    least = squared.min(axis=1)[:, np.newaxis, np.newaxis]
    power = -(freedom + d) / 2
    # Subtract the logarithm of the kernel of the nearest row, and add it at the end.
    factor = (-0.5 / h**2).astype(np.float32)[:, np.newaxis]
    tail = ((freedom - 2) * h**2).astype(np.float32)[:, np.newaxis]

    def one(part: slice) -> Floats:
        near, nearest = squared[part, np.newaxis], least[part]
        if np.isinf(freedom):
            near = (near - nearest) * factor
            first = nearest * factor
        else:
            near = (near + tail) / (nearest + tail)
            np.log(near, out=near)
            near *= np.float32(power)
            first = np.log1p(nearest / tail) * power
        if log_weights is not None:  # the nearest kernel need not be the highest
            near += log_weights
            most = near.max(axis=2, keepdims=True)
            near -= most
            first = first + most
        np.exp(near, out=near)
        log = np.log(near.sum(axis=2), dtype=np.float64) + first[:, :, 0]
        return log.sum(axis=0)

    return d * np.log(h) - _sum(one, squared, h, n_jobs) / len(squared)


def squared_error(squared: Singles, h: Floats, d: int, *, n_jobs: int | None = None) -> Floats:
    """Return the estimated integrated squared error (n_h,), up to a constant and a factor.

    `squared` (n_rows, n) is as for `likelihood_loss`.
    """
    n = squared.shape[1]
    factor = (-0.25 / h**2).astype(np.float32)[:, np.newaxis]

    def one(part: slice) -> Floats:
        near = squared[part, np.newaxis] * factor
        np.exp(near, out=near)
        wide = near.sum(axis=(0, 2), dtype=np.float64)
        return np.stack([wide, np.einsum("ihj,ihj->h", near, near, dtype=np.float64)])

    wide, narrow = _sum(one, squared, h, n_jobs) / (squared.shape[0] * (n - 1))
    roughness = 2 ** (-d / 2) * (1 / n + wide * (n - 1) / n)
    return (silverman_factor(n, d) / h) ** d * (roughness - 2 * narrow)


def best_bandwidth(squared: Singles, d: int, criterion: Criterion) -> float:
    """Return the bandwidth with the least loss, from squared distances (n, n).

    A coarse and a fine grid are searched, and the minimum of a parabola through three points of
    the latter is returned, between a twentieth of Silverman's bandwidth and four times it.
    """
    n = len(squared)
    middle = np.log(silverman_factor(n, d))
    coarse = np.linspace(middle + np.log(NARROWEST), middle + np.log(WIDEST), COARSE)
    best = int(np.argmin(criterion(squared[:: -(-n // TRIED_ON)], np.exp(coarse), d)))
    low, high = coarse[max(0, best - 1)], coarse[min(COARSE - 1, best + 1)]
    fine = np.linspace(low, high, FINE)
    losses = criterion(squared, np.exp(fine), d)
    best = int(np.argmin(losses))
    if not 0 < best < FINE - 1:
        return float(np.exp(fine[best]))
    before, at, after = losses[best - 1 : best + 2]
    bend = before - 2 * at + after
    shift = (before - after) / (2 * bend) if bend > 0 else 0.0
    return float(np.exp(fine[best] + shift * (fine[1] - fine[0])))


def squared_distances(values: Floats) -> Singles:
    """Return squared distances (n, n) of rows (n, d) as single floats, infinite on the diagonal."""
    rows = (values - values.mean(axis=0)).astype(np.float32)
    halves = np.einsum("ij,ij->i", rows, rows)
    squared = np.empty((len(rows), len(rows)), np.float32)
    for part in gen_batches(len(rows), max(1, BLOCK_VALUES // len(rows))):
        block = squared[part]
        np.matmul(rows[part], rows.T, out=block)
        block *= -2
        block += halves
        block += halves[part, np.newaxis]
        np.maximum(block, 0, out=block)
    np.fill_diagonal(squared, np.inf)
    return squared


def _select(values: Floats, criterion: Criterion) -> float:
    different = np.unique(_checked(values), axis=0)
    n, d = different.shape
    if n < 2:
        raise ValueError(
            "A bandwidth is selected from at least two different rows: pass more rows."
        )
    # In units in which single precision suffices.
    size = np.ptp(different, axis=0).max()
    unit = float(size * np.sqrt(np.mean(np.var(different / size, axis=0))))
    few = different if n <= MOST_ROWS else different[np.arange(MOST_ROWS) * n // MOST_ROWS]
    h = best_bandwidth(squared_distances(few / unit), d, criterion)
    return unit * h * (len(few) / n) ** (1 / (d + 4))


def _checked(values: Any) -> npt.NDArray[np.float64]:
    """Return rows as floats."""
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim != 2:
        raise ValueError(
            f"Rows must have the shape (n, d), not {rows.shape}: use reshape(-1, 1) for one column."
        )
    if not np.isfinite(rows).all():
        raise ValueError(
            "A bandwidth is selected from rows without missing or infinite values: drop those rows."
        )
    return rows


def _sum(one: Callable[[slice], Floats], squared: Singles, h: Floats, n_jobs: int | None) -> Floats:
    """Sum what a function returns for each part of the rows, in threads."""
    size = max(1, BLOCK_VALUES // (h.size * squared.shape[1]))
    total: Floats = np.sum(in_threads(one, gen_batches(len(squared), size), n_jobs), axis=0)
    return total
