"""Normal distributions between two ends."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["draw_truncated_normal", "truncated_moments"]

NARROW = 1e-3

Floats = npt.NDArray[np.floating]


def truncated_moments(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return means and variances of the standard normal distribution between ends.

    Parameters
    ----------
    low, high : ndarray
        The ends; may be infinite.

    Returns
    -------
    mean, variance : ndarray
        Of each.
    """
    low, high = np.broadcast_arrays(low, high)
    # As in `draw_truncated_normal`, on the side where shares of the probability have digits.
    above = low > 0
    a, b = np.where(above, -high, low), np.where(above, -low, high)
    width = b - a
    narrow = width < NARROW
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ndtr(b) - ndtr(a)
        at_a, at_b = (np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) for x in (a, b))
        mean = (at_a - at_b) / share
        tail_a, tail_b = (np.where(np.isfinite(x), x * at, 0) for x, at in ((a, at_a), (b, at_b)))
        variance = 1 + (tail_a - tail_b) / share - mean**2
    # Where all is differences of nearly equal numbers, the density is even.
    mean[narrow], variance[narrow] = (a[narrow] + b[narrow]) / 2, width[narrow] ** 2 / 12
    return np.where(above, -mean, mean), variance


def draw_truncated_normal(
    mean: Floats, deviation: Floats, low: Floats, high: Floats, rng: np.random.Generator
) -> Floats:
    """Draw from normal distributions between ends.

    Parameters
    ----------
    mean, deviation : ndarray of shape (n, d)
        Of the distributions as they would be without ends.
    low, high : ndarray of shape (n, d)
        The ends; may be infinite.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    values : ndarray of shape (n, d)
        One of each.
    """
    low, high = np.broadcast_arrays(low, high)
    a, b = (low - mean) / deviation, (high - mean) / deviation
    # Where both ends are above the mean, shares of the probability are near 1 and lose their
    # digits: the other side of the distribution is the same.
    above = a > 0
    a, b = np.where(above, -b, a), np.where(above, -a, b)
    below_a, below_b = ndtr(a), ndtr(b)
    share = below_a + (below_b - below_a) * rng.random(mean.shape)
    # Further out than floats know probabilities, all is at the near end.
    z = np.clip(ndtri(share), a, b)
    values: Floats = mean + deviation * np.where(above, -z, z)
    return np.clip(values, low, high)
