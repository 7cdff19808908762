"""How far the values of each column spread, missing values left out."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

__all__ = ["standard_deviation", "widths"]


def standard_deviation(values: Any) -> npt.NDArray[np.float64]:
    """Return the standard deviation of each column of a dense or CSR table (n, d).

    It divides by n; it is exactly 0 for a constant column and for one without values.
    """
    if sparse.issparse(values):
        return np.sqrt(mean_variance_axis(values.tocsr(), axis=0)[1])
    deviation = np.zeros(values.shape[1])
    for j in range(values.shape[1]):
        column = values[:, j]
        if np.isnan(column.min(initial=np.inf)):
            column = column[~np.isnan(column)]
        # Rounding may leave a constant column a deviation above 0.
        if column.size and (size := np.ptp(column)) > 0:
            # Scaled, since squares may leave the range of floats.
            deviation[j] = size * np.std((column - column[0]) / size, dtype=np.float64)
    return deviation


def widths(values: Any) -> npt.NDArray[np.float64]:
    """Return the difference of the largest and the smallest value of each column, or 0.

    The table (n, d) is dense or CSR.
    """
    if sparse.issparse(values):
        low, high = min_max_axis(values.tocsr(), axis=0)
    else:
        low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    return np.nan_to_num(high.astype(np.float64) - low)
