"""Correlations of normal variables, such that columns made from these have given rank correlations.

A column is a function of its normal variable z: one that increases, and that is constant where
several rows have one value. Spearman's correlation of two columns is that of their mid-ranks
M(z), which for normal variables of correlation r is

.. math:: \\sum_{k \\ge 1} a_k b_k r^k / (\\sigma_M \\sigma_N),

with the coefficients a and b of the two functions by the Hermite polynomials. Without ties it is
:math:`\\frac{6}{\\pi} \\arcsin \\frac r 2`.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

__all__ = ["latent_correlations", "nearest_correlation", "spearman"]

# How many equally probable values of a normal variable a function of it is known at.
CELLS = 1000
# Powers of r that are summed; what is left of the series is put on two more, so that the sum is
# exact for r = -1 and 1.
MOST_POWER = 16
TAIL = 25
# How many correlations there are between which it is interpolated.
STEPS = 65
PAIRS_AT_ONCE = 1 << 20
# Projections on the way to the nearest matrix of correlations, fewer where there are more cubes of
# the number of columns in them: each takes as long as to find eigenvalues.
MOST_STEPS, MOST_CUBES = 20, 4e9

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]


def spearman(values: Floats, missing: Mask | None = None) -> Floats:
    """Return Spearman's rank correlations, of the rows in which both columns have a value.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The rows.
    missing : ndarray of shape (n, d), default=None
        Which values do not count; None for none.

    Returns
    -------
    correlations : ndarray of shape (d, d)
        0 where the rows in common do not tell.
    """
    if missing is None or not missing.any():
        ranks = rankdata(values, axis=0)
        ranks -= ranks.mean(axis=0)
        lengths = np.linalg.norm(ranks, axis=0)
        ranks /= np.where(lengths > 0, lengths, 1.0)
        return ranks.T @ ranks
    there = (~missing).astype(np.float64)
    ranks = rankdata(np.where(missing, np.nan, values), axis=0, nan_policy="omit")
    ranks = np.where(missing, 0.0, ranks)
    # Of no consequence for a correlation, but for the digits of the sums below.
    ranks -= there * (ranks.sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    n = there.T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = ranks.T @ there / n  # of the one column where the other has a value
        variance = (ranks**2).T @ there / n - mean**2
        covariance = ranks.T @ ranks / n - mean * mean.T
        correlations = covariance / np.sqrt(variance * variance.T)
    return np.clip(np.nan_to_num(correlations, nan=0.0, posinf=0.0, neginf=0.0), -1, 1)


def latent_correlations(
    rank_correlations: Floats,
    lows: list[Floats],
    highs: list[Floats],
    tolerance: float = 0.0,
) -> Floats:
    """Return the correlations of the normal variables behind columns.

    Parameters
    ----------
    rank_correlations : ndarray of shape (d, d)
        Spearman's, with mid-ranks for ties.
    lows, highs : list of d ndarrays
        Where the values that several rows share begin and end, in shares of the probability,
        in order; empty for a column without ties.
    tolerance : float, default=0.0
        Where a column has ties, very different correlations may lead to nearly the same rank
        correlations: the one nearest to 0 is taken that leads this near to what is wanted.

    Returns
    -------
    correlations : ndarray of shape (d, d)
        Between -1 and 1, with a diagonal of ones. They need not be positive definite.
    """
    found: Floats = 2 * np.sin(np.pi / 6 * rank_correlations)
    tied = np.array([low.size > 0 for low in lows], dtype=bool)
    which = np.flatnonzero(tied)
    if which.size:
        functions = np.stack([_mid_ranks(low, high) for low, high in zip(lows, highs, strict=True)])
        for part in np.array_split(which, -(-which.size * len(tied) // PAIRS_AT_ONCE)):
            wanted = rank_correlations[part]
            wanted = np.sign(wanted) * np.maximum(np.abs(wanted) - tolerance, 0)
            solved = _solve(functions[part], functions, wanted)
            found[part] = solved
            found[:, part] = solved.T
    found = np.clip((found + found.T) / 2, -1, 1)
    np.fill_diagonal(found, 1.0)
    return found


def nearest_correlation(matrix: Floats, least: float) -> Floats:
    """Return the matrix of correlations that is nearest to a symmetric one, or nearly so.

    By at most 20 alternating projections, with Dykstra's correction
    :footcite:p:`higham2002nearest`; 4 of 1,000 columns.

    Parameters
    ----------
    matrix : ndarray of shape (d, d)
        Symmetric, with a diagonal of ones.
    least : float
        The least eigenvalue of the result, about.

    Returns
    -------
    correlations : ndarray of shape (d, d)
        The matrix itself where its eigenvalues are not below `least`.

    References
    ----------
    .. footbibliography::
    """
    near, correction = matrix, np.zeros(matrix.shape)
    for _ in range(int(np.clip(MOST_CUBES / max(1, len(matrix)) ** 3, 1, MOST_STEPS))):
        start = near - correction
        values, vectors = np.linalg.eigh(start)
        if values[0] >= least:
            return near
        positive = (vectors * np.maximum(values, least)) @ vectors.T
        correction = positive - start
        near = positive.copy()
        np.fill_diagonal(near, 1.0)
    deviations = np.sqrt(np.diag(positive))
    return positive / np.outer(deviations, deviations)


def _mid_ranks(low: Floats, high: Floats) -> Floats:
    """Return the mid-ranks of a column in `CELLS` cells of one probability, less their mean."""
    shares = (np.arange(CELLS) + 0.5) / CELLS
    if low.size:
        atom = np.searchsorted(low, shares, side="right") - 1
        inside = (atom >= 0) & (shares < high[atom])
        shares = np.where(inside, (low[atom] + high[atom]) / 2, shares)
    return shares - shares.mean()


def _weights() -> Floats:
    """Return the integrals of Hermite polynomials, of norm 1, over the cells, per power."""
    z = ndtri(np.arange(CELLS + 1) / CELLS)[1:-1]
    bell = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    before, here = np.zeros(z.size), np.ones(z.size)  # of degrees k - 2 and k - 1
    weights = np.empty((MOST_POWER, CELLS))
    for k in range(1, MOST_POWER + 1):
        weights[k - 1] = -np.diff(bell * here / np.sqrt(k), prepend=0.0, append=0.0)
        before, here = here, (z * here - np.sqrt(k - 1) * before) / np.sqrt(k)
    return weights


def _solve(some: Floats, others: Floats, wanted: Floats) -> Floats:
    """Return the correlations of normal variables by which functions have the wanted ones."""
    weights = _weights()
    a, b = some @ weights.T, others @ weights.T
    covariance = wanted * np.outer(some.std(axis=1), others.std(axis=1))
    # All terms of odd powers, and of even ones, from the two ends.
    up, down = some @ others.T / CELLS, some @ others[:, ::-1].T / CELLS
    odd, even = (up - down) / 2, (up + down) / 2
    odd -= a[:, ::2] @ b[:, ::2].T
    even -= a[:, 1::2] @ b[:, 1::2].T
    powers = np.arange(1, MOST_POWER + 1)
    found = np.full(wanted.shape, -1.0)
    before, below = -1.0, np.full(wanted.shape, np.inf)
    for r in np.sin(np.linspace(-np.pi / 2, np.pi / 2, STEPS)):
        at = (a * r**powers) @ b.T
        at += (odd + r * even) * r ** (MOST_POWER + TAIL)  # the sum of both is odd
        here = (below < covariance) & (covariance <= at)
        way = (covariance[here] - below[here]) / (at[here] - below[here])
        found[here] = before + way * (r - before)
        before, below = r, at
    found[covariance > below] = 1.0
    return found
