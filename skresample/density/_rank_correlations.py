"""Correlations of normal variables that give columns the wanted rank correlations.

A column is an increasing function of its normal variable z, constant where values are tied.
Spearman's correlation of two columns is that of their mid-ranks M(z) and N(z). For normal
variables with the correlation r it is

.. math:: \\sum_{k \\ge 1} a_k b_k r^k / (\\sigma_M \\sigma_N),

with the Hermite coefficients a and b of M and N. Without ties it is
:math:`\\frac{6}{\\pi} \\arcsin \\frac r 2`.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

__all__ = ["latent_correlations", "nearest_correlation", "spearman"]

# The number of equally probable values of a normal variable at which a function of it is known.
CELLS = 1000
# Powers of r that are summed. What is left of the series is put on two more powers, so that the
# sum is exact for r = -1 and 1.
MOST_POWER, TAIL = 16, 25
# The number of correlations to interpolate between.
STEPS = 65
PAIRS_AT_ONCE = 1 << 20
# Projections on the way to the nearest correlation matrix, fewer if their eigendecompositions
# exceed so many cubes of the number of columns: 4 for 1,000 columns.
MOST_STEPS, MOST_CUBES = 20, 4e9

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]


def spearman(values: Floats, missing: Mask | None = None) -> Floats:
    """Return Spearman's correlations (d, d) of rows (n, d), from rows that have both values.

    They are 0 for a constant column and without common rows.
    """
    if missing is None or not missing.any():
        ranks = rankdata(values, axis=0)
        ranks -= ranks.mean(axis=0)
        lengths = np.linalg.norm(ranks, axis=0)
        ranks /= np.where(lengths > 0, lengths, 1.0)
        return ranks.T @ ranks
    known = (~missing).astype(np.float64)
    ranks = rankdata(np.where(missing, np.nan, values), axis=0, nan_policy="omit")
    ranks = np.where(missing, 0.0, ranks)
    # This changes no correlation, but keeps the digits of the sums below.
    ranks -= known * (ranks.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    n = known.T @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = ranks.T @ known / n  # of the one column where the other has a value
        variance = (ranks**2).T @ known / n - mean**2
        covariance = ranks.T @ ranks / n - mean * mean.T
        correlations = covariance / np.sqrt(variance * variance.T)
    return np.clip(np.nan_to_num(correlations, nan=0.0, posinf=0.0, neginf=0.0), -1, 1)


def latent_correlations(
    rank_correlations: Floats, lows: list[Floats], highs: list[Floats], tolerance: float = 0.0
) -> Floats:
    """Return the correlations (d, d) of the normal variables behind columns.

    `lows` and `highs` are the probabilities where the tied values of each column begin and end.
    With ties, different correlations may lead to nearly the same rank correlation: of those within
    `tolerance`, the nearest to 0 is returned. The result need not be positive definite.
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
    """Return a nearly nearest correlation matrix (d, d) whose eigenvalues are at least `least`.

    By alternating projections with Dykstra's correction, as Higham does.
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
    """Return the mid-ranks of a column in `CELLS` cells of equal probability, less their mean."""
    ranks = (np.arange(CELLS) + 0.5) / CELLS
    if low.size:
        atom = np.searchsorted(low, ranks, side="right") - 1
        inside = (atom >= 0) & (ranks < high[atom])
        ranks = np.where(inside, (low[atom] + high[atom]) / 2, ranks)
    return ranks - ranks.mean()


def _weights() -> Floats:
    """Return the integrals of normalized Hermite polynomials over the cells, by degree."""
    z = ndtri(np.arange(CELLS + 1) / CELLS)[1:-1]
    bell = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    before, here = np.zeros(z.size), np.ones(z.size)  # of degrees k - 2 and k - 1
    weights = np.empty((MOST_POWER, CELLS))
    for k in range(1, MOST_POWER + 1):
        weights[k - 1] = -np.diff(bell * here / np.sqrt(k), prepend=0.0, append=0.0)
        before, here = here, (z * here - np.sqrt(k - 1) * before) / np.sqrt(k)
    return weights


def _solve(some: Floats, others: Floats, wanted: Floats) -> Floats:
    """Return the correlations of normal variables whose functions have the wanted ones."""
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
        step = (covariance[here] - below[here]) / (at[here] - below[here])
        found[here] = before + step * (r - before)
        before, below = r, at
    found[covariance > below] = 1.0
    return found
