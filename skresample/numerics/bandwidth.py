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

__all__ = ["isj", "likelihood_cv", "lscv", "scott", "scott_factor", "silverman", "silverman_factor"]

# The most rows that a bandwidth is selected on.
MOST_ROWS = 5000
# The range of a selected bandwidth, relative to Silverman's. Without a lower limit, rows that
# nearly coincide would attract all of the density.
NARROWEST, WIDEST = 1 / 20, 4.0
# Bandwidths of the coarse grid, the rows that are left out for it, and bandwidths of the fine grid.
COARSE = 12
TRIED_ON = 500
FINE = 13
BLOCK_VALUES = 1 << 18
# Bins of a column: the least and greatest number, and the number in its interquartile range.
LEAST_BINS, MOST_BINS, BINS_OF_HALF = 1 << 10, 1 << 14, 64

Floats = npt.NDArray[np.floating]
# The loss of each bandwidth.
Loss = Callable[[Floats], Floats]


def scott_factor(n: int, d: int) -> float:
    r"""Return Scott's factor, :math:`n^{-1/(d + 4)}`.

    Times the root of the covariance, it is the bandwidth that is nearly best for normal data
    :footcite:p:`scott1992multivariate`.

    Parameters
    ----------
    n : int
        How many rows the density is estimated from.
    d : int
        How many features they have.

    Returns
    -------
    factor : float
        The bandwidth of standardized data.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> round(scott_factor(100, 1), 4)
    0.3981
    """
    return float(n ** (-1 / (d + 4)))


def silverman_factor(n: int, d: int) -> float:
    r"""Return Silverman's factor, :math:`(4 / ((d + 2) n))^{1/(d + 4)}`.

    Times the standard deviation of a feature, it is the bandwidth that is best for
    normal data :footcite:p:`silverman1986density`.

    Parameters
    ----------
    n : int
        How many rows the density is estimated from.
    d : int
        How many features they have.

    Returns
    -------
    factor : float
        The bandwidth of standardized data.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> round(silverman_factor(100, 1), 4)
    0.4217
    """
    return float((4 / ((d + 2) * n)) ** (1 / (d + 4)))


def scott(values: Floats) -> float:
    """Return Scott's factor for rows that are whitened.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The rows.

    Returns
    -------
    bandwidth : float
        See `scott_factor`.
    """
    return scott_factor(*_checked(values).shape)


def silverman(values: Floats) -> float:
    """Return Silverman's factor for rows that are whitened.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The rows.

    Returns
    -------
    bandwidth : float
        See `silverman_factor`.
    """
    return silverman_factor(*_checked(values).shape)


def likelihood_cv(values: Floats, *, freedom: float = np.inf, n_jobs: int | None = None) -> float:
    r"""Select the bandwidth by leaving one row out at a time.

    The one that maximizes the likelihood of each row under the density of the others
    :footcite:p:`duin1976choice`,

    .. math:: \sum_i \log \frac{1}{n - 1} \sum_{j \ne i} \varphi_h(x_i - x_j).

    Rows that are there several times count once, since a density that has all its mass on
    them would have an infinite likelihood; for the same reason the bandwidth is at least a
    twentieth of Silverman's.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        At least two rows. Of more than 5,000 different ones, 5,000 evenly spaced ones in
        lexicographic order decide, and their bandwidth is made less by
        :math:`(5000/n)^{1/(d + 4)}`.
    freedom : float, default=inf
        More than 2: for kernels that are Student's with so many degrees of freedom, of
        covariance h² I.
    n_jobs : int, default=None
        Number of threads; None for all.

    Returns
    -------
    bandwidth : float
        In the units of `values`.

    Raises
    ------
    ValueError
        If a value is missing or infinite, or there are not two different rows.

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
    return _select(values, partial(likelihood_of, freedom=freedom), n_jobs)


def lscv(values: Floats, *, n_jobs: int | None = None) -> float:
    r"""Select the bandwidth by least squares cross-validation.

    The one that minimizes an unbiased estimate of the integrated squared error, but for a
    term that does not depend on it :footcite:p:`bowman1984alternative`:

    .. math::

        \frac{1}{n^2} \sum_{i,j} \varphi_{\sqrt{2} h}(x_i - x_j)
        - \frac{2}{n (n - 1)} \sum_{i \ne j} \varphi_h(x_i - x_j).

    It varies much from sample to sample, and with many features it tends to be narrow.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        At least two rows; as for `likelihood_cv`.
    n_jobs : int, default=None
        Number of threads; None for all.

    Returns
    -------
    bandwidth : float
        In the units of `values`.

    Raises
    ------
    ValueError
        If a value is missing or infinite, or there are not two different rows.

    References
    ----------
    .. footbibliography::
    """
    return _select(values, squares_of, n_jobs)


def isj(values: Floats) -> npt.NDArray[np.float64]:
    r"""Select a bandwidth for each column by the improved Sheather–Jones method.

    The plug-in of Botev, Grotowski and Kroese :footcite:p:`botev2010kernel`, which does not
    take the density for normal: the squared bandwidth solves a fixed point equation in the
    cosine transform of the binned column. For a density in d dimensions it is multiplied by
    :math:`n^{1/5 - 1/(d + 4)}`, the ratio of the best rates.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The rows; columns that go together should have been whitened.

    Returns
    -------
    bandwidths : ndarray of shape (d,)
        In the units of each column. Where the equation has no solution, as with a few rows,
        Silverman's is taken for it, and a warning says so.

    Raises
    ------
    ValueError
        If a value is missing or infinite.

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
    place = (x - low) / width * (bins - 1)
    left = np.floor(place).astype(np.intp)
    weight = place - left
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


def likelihood_of(
    squared: npt.NDArray[np.float32],
    d: int,
    log_weights: npt.NDArray[np.float32] | None = None,
    n_jobs: int | None = None,
    *,
    freedom: float = np.inf,
) -> Loss:
    """Return minus the mean leave-one-out log-likelihood as a function of h (n_h,).

    `squared` (n_rows, n) are the squared distances of some rows to all, in units of the kernels,
    infinite to itself. `log_weights` (n,) are the logarithms of the heights of the kernels at
    h = 1, up to a constant; `freedom` are the degrees of freedom of Student's t kernels, more
    than 2, or infinite for normal ones. The loss is returned up to a constant.
    """
    least = squared.min(axis=1)[:, np.newaxis, np.newaxis]
    power = -(freedom + d) / 2

    def loss(h: Floats) -> Floats:
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

        parts = _parts(squared, h.size)
        return d * np.log(h) - np.sum(in_threads(one, parts, n_jobs), axis=0) / len(squared)

    return loss


def squares_of(
    squared: npt.NDArray[np.float32],
    d: int,
    log_weights: None = None,
    n_jobs: int | None = None,
) -> Loss:
    """Return the estimated integrated squared error as a function of h (n_h,).

    Up to a constant and a factor; of `squared`, see `likelihood_of`. Kernels have one height, so
    that `log_weights` is None.
    """
    n = squared.shape[1]
    pairs = squared.shape[0] * (n - 1)
    unit = silverman_factor(n, d)

    def loss(h: Floats) -> Floats:
        factor = (-0.25 / h**2).astype(np.float32)[:, np.newaxis]

        def one(part: slice) -> Floats:
            near = squared[part, np.newaxis] * factor
            np.exp(near, out=near)
            wide = near.sum(axis=(0, 2), dtype=np.float64)
            return np.stack([wide, np.einsum("ihj,ihj->h", near, near, dtype=np.float64)])

        wide, narrow = np.sum(in_threads(one, _parts(squared, h.size), n_jobs), axis=0) / pairs
        roughness = 2 ** (-d / 2) * (1 / n + wide * (n - 1) / n)
        return (unit / h) ** d * (roughness - 2 * narrow)

    return loss


def best_bandwidth(
    squared: npt.NDArray[np.float32],
    d: int,
    criterion: Callable[..., Loss],
    log_weights: npt.NDArray[np.float32] | None = None,
    n_jobs: int | None = None,
) -> float:
    """Return the bandwidth with the least loss, for `likelihood_of` or `squares_of`.

    A coarse and a fine grid are searched, and the minimum of a parabola through three points of
    the latter is returned, between a twentieth of Silverman's bandwidth and four times it.
    """
    n = len(squared)
    middle = np.log(silverman_factor(n, d))
    coarse = np.linspace(middle + np.log(NARROWEST), middle + np.log(WIDEST), COARSE)
    loss = criterion(squared[:: -(-n // TRIED_ON)], d, log_weights, n_jobs)
    best = int(np.argmin(loss(np.exp(coarse))))
    low, high = coarse[max(0, best - 1)], coarse[min(COARSE - 1, best + 1)]
    fine = np.linspace(low, high, FINE)
    losses = criterion(squared, d, log_weights, n_jobs)(np.exp(fine))
    best = int(np.argmin(losses))
    if not 0 < best < FINE - 1:
        return float(np.exp(fine[best]))
    before, at, after = losses[best - 1 : best + 2]
    bend = before - 2 * at + after
    shift = (before - after) / (2 * bend) if bend > 0 else 0.0
    return float(np.exp(fine[best] + shift * (fine[1] - fine[0])))


def squared_distances(values: Floats) -> npt.NDArray[np.float32]:
    """Return squared distances (n, n) of rows (n, d) as single floats, infinite on the diagonal."""
    rows = (values - values.mean(axis=0)).astype(np.float32)
    halves = np.einsum("ij,ij->i", rows, rows)
    squared = np.empty((len(rows), len(rows)), np.float32)
    for part in _parts(squared):
        block = squared[part]
        np.matmul(rows[part], rows.T, out=block)
        block *= -2
        block += halves
        block += halves[part, np.newaxis]
        np.maximum(block, 0, out=block)
    np.fill_diagonal(squared, np.inf)
    return squared


def _select(values: Floats, criterion: Callable[..., Loss], n_jobs: int | None) -> float:
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
    squared = squared_distances(few / unit)
    h = best_bandwidth(squared, d, criterion, n_jobs=n_jobs)
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


def _parts(squared: npt.NDArray[np.float32], times: int = 1) -> list[slice]:
    """Cut rows into parts of which so many copies are worked with at once."""
    return list(gen_batches(len(squared), max(1, BLOCK_VALUES // (times * squared.shape[1]))))
