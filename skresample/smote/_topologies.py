"""The order of samples along an axis, and trends along it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from skresample.numerics.spread import standard_deviation

__all__ = ["along_principal_axis", "in_deviations", "mean_of_known", "polynomial_trend"]

Floats = npt.NDArray[np.floating]


def in_deviations(rows: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return rows (m, d) minus their mean over their standard deviations, and the latter (d,).

    Missing values become the mean, which is 0, and so do constant columns.
    """
    deviation = standard_deviation(rows)
    varies = deviation > 0
    scaled = np.zeros(rows.shape)
    if varies.any():
        inside = (rows[:, varies] - np.nanmin(rows[:, varies], axis=0)) / deviation[varies]
        scaled[:, varies] = np.nan_to_num(inside - np.nanmean(inside, axis=0))
    return scaled, deviation


def mean_of_known(rows: Floats) -> npt.NDArray[np.float64]:
    """Return the mean of each column (d,), missing values left out; 0 if all are missing."""
    first = np.nan_to_num(rows[0])  # from there on, so that a constant column is its own mean
    count = np.count_nonzero(~np.isnan(rows), axis=0)
    return first + np.nansum(rows - first, axis=0) / np.maximum(count, 1)


def along_principal_axis(rows: Floats) -> npt.NDArray[np.intp]:
    """Return the order of rows (m, d) along their first principal axis, in standard deviations.

    The axis points so that its largest coefficient is positive. Missing values count as the mean.
    """
    scaled, deviation = in_deviations(rows)
    if not deviation.any():
        return np.arange(len(rows))
    axis = np.linalg.svd(scaled, full_matrices=False)[2][0]
    axis *= np.sign(axis[np.argmax(np.abs(axis))])
    return np.argsort(scaled @ axis, kind="stable")


def polynomial_trend(rows: Floats, degree: int) -> Callable[[Floats], npt.NDArray[np.float64]]:
    """Fit a polynomial to each column of rows (m, d) that are evenly spaced between 0 and 1.

    The degree is smaller if there are too few rows. Returns the curve: a function of places (n,)
    whose values are of shape (n, d).
    """
    place = np.linspace(-1, 1, len(rows))
    first, size = rows[0], np.ptp(rows, axis=0)
    size = np.where(size > 0, size, 1.0)
    fitted = np.polynomial.legendre.legfit(place, (rows - first) / size, min(degree, len(rows) - 1))
    return lambda at: first + size * np.polynomial.legendre.legval(2 * at - 1, fitted).T
