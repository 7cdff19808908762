"""The order of rows along an axis, and trends along it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from skresample.numerics.spread import standard_deviation

__all__ = ["along_principal_axis", "in_deviations", "polynomial_trend"]

Floats = npt.NDArray[np.floating]


def in_deviations(rows: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return rows about their mean, in units of the standard deviation of each column.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        NaN where a value is missing, which counts as the mean.

    Returns
    -------
    scaled : ndarray of shape (m, d)
        The rows; 0 in a column that does not vary.
    deviation : ndarray of shape (d,)
        The units; 0 of a column that does not vary.
    """
    deviation = standard_deviation(rows)
    varies = deviation > 0
    scaled = np.zeros(rows.shape)
    if varies.any():
        inside = (rows[:, varies] - np.nanmin(rows[:, varies], axis=0)) / deviation[varies]
        scaled[:, varies] = np.nan_to_num(inside - np.nanmean(inside, axis=0))
    return scaled, deviation


def along_principal_axis(rows: Floats) -> npt.NDArray[np.intp]:
    """Order rows along the line on which they vary most, in units of their deviations.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        NaN where a value is missing, which counts as the mean.

    Returns
    -------
    order : ndarray of shape (m,)
        Positions; which end comes first is settled by the largest coefficient being positive.
    """
    scaled, deviation = in_deviations(rows)
    if not deviation.any():
        return np.arange(len(rows))
    axis = np.linalg.svd(scaled, full_matrices=False)[2][0]
    axis *= np.sign(axis[np.argmax(np.abs(axis))])
    return np.argsort(scaled @ axis, kind="stable")


def polynomial_trend(rows: Floats, degree: int) -> Callable[[Floats], npt.NDArray[np.float64]]:
    """Fit a polynomial to each column of rows that stand evenly between 0 and 1.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        In order, without missing values.
    degree : int
        Of the polynomials; less where there are too few rows.

    Returns
    -------
    trend : callable
        Gives for places of shape (n,) the rows of shape (n, d) on the curve.
    """
    place = np.linspace(-1, 1, len(rows))
    first, size = rows[0], np.ptp(rows, axis=0)
    size = np.where(size > 0, size, 1.0)
    fitted = np.polynomial.legendre.legfit(place, (rows - first) / size, min(degree, len(rows) - 1))

    def trend(places: Floats) -> npt.NDArray[np.float64]:
        values = np.polynomial.legendre.legval(2 * places - 1, fitted).T
        return first + size * values

    return trend
