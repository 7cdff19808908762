"""Which numbers parameters take."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval

__all__ = ["N_JOBS", "WIDEST", "IntegerInterval", "RealInterval"]

# What is larger cannot be counted by all that is compiled.
LARGEST = 2**31 - 1
# No width, in standard deviations, is larger: the square of this one is still a float.
WIDEST = 1e100
# More threads than any machine has processors.
MOST_JOBS = 4096


class IntegerInterval(Interval):
    """Whole numbers from a least to a largest one, both included; booleans are none.

    Parameters
    ----------
    least : int
        The least.
    largest : int, default=2147483647
        The largest.
    """

    def __init__(self, least: int, largest: int = LARGEST):
        super().__init__(Integral, least, largest, closed="both")

    def is_satisfied_by(self, val: Any) -> bool:
        """Say whether a value is one of these numbers."""
        return not isinstance(val, (bool, np.bool_)) and super().is_satisfied_by(val)


class RealInterval(Interval):
    """Numbers within bounds, of those that a float can hold.

    Parameters
    ----------
    left : float
        The lower bound.
    right : float or None
        The upper bound; None for any finite number.
    closed : {'left', 'right', 'both', 'neither'}
        Which bounds are included.
    """

    def __init__(self, left: float, right: float | None, *, closed: str):
        super().__init__(Real, left, right, closed=closed)

    def is_satisfied_by(self, val: Any) -> bool:
        """Say whether a value is one of these numbers."""
        if not super().is_satisfied_by(val):
            return False
        try:
            return bool(np.isfinite(float(val)))
        except OverflowError:
            return False


# What ``n_jobs`` takes.
N_JOBS = [IntegerInterval(-MOST_JOBS, MOST_JOBS), None]
