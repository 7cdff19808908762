"""Truncated normal distributions, with moments and draws from arrays of limits."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["draw_truncated_normal", "truncated_moments"]

# Below this width, in standard deviations, the density between the limits counts as uniform.
NARROW = 1e-3

Floats = npt.NDArray[np.floating]


def truncated_moments(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of the standard normal distribution between limits."""
    low, high = np.broadcast_arrays(low, high)
    # As in `draw_truncated_normal`, in the lower tail, where probabilities are precise.
    above = low > 0
    a, b = np.where(above, -high, low), np.where(above, -low, high)
    width = b - a
    narrow = width < NARROW
    with np.errstate(invalid="ignore", divide="ignore"):
        probability = ndtr(b) - ndtr(a)
        at_a, at_b = (np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) for x in (a, b))
        mean = (at_a - at_b) / probability
        tail_a, tail_b = (np.where(np.isfinite(x), x * at, 0) for x, at in ((a, at_a), (b, at_b)))
        variance = 1 + (tail_a - tail_b) / probability - mean**2
    # There, the formulas subtract nearly equal numbers.
    mean[narrow], variance[narrow] = (a[narrow] + b[narrow]) / 2, width[narrow] ** 2 / 12
    return np.where(above, -mean, mean), variance


def draw_truncated_normal(
    mean: Floats, deviation: Floats, low: Floats, high: Floats, rng: np.random.Generator
) -> Floats:
    """Draw from normal distributions between limits, which may be infinite; all are (n, d)."""
    low, high = np.broadcast_arrays(low, high)
    a, b = (low - mean) / deviation, (high - mean) / deviation
    # Above the mean, probabilities are close to 1 and lose precision, so that limits that are
    # both above it are mirrored.
    above = a > 0
    a, b = np.where(above, -b, a), np.where(above, -a, b)
    below_a, below_b = ndtr(a), ndtr(b)
    probability = below_a + (below_b - below_a) * rng.random(mean.shape)
    # Where probabilities underflow, all draws are at the nearer limit.
    z = np.clip(ndtri(probability), a, b)
    values: Floats = mean + deviation * np.where(above, -z, z)
    return np.clip(values, low, high)
