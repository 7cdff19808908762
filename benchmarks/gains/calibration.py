"""The calibration slope of predicted probabilities."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

__all__ = ["calibration_slope"]


def calibration_slope(true: npt.NDArray[np.intp], probability: npt.NDArray[np.floating]) -> float:
    r"""Return the slope of a logistic regression on the log odds that were predicted.

    In :math:`\operatorname{logit} P(y = 1) = a + b \operatorname{logit} p`, a slope
    :math:`b` of 1 is right, one below 1 says that probabilities are too extreme, and one
    above 1 that they are too near the middle (Cox, 1958).

    Parameters
    ----------
    true : ndarray of shape (n,)
        0 or 1.
    probability : ndarray of shape (n,)
        Predicted probability of 1; one of 0 or 1 counts as 1e-6 away from that.

    Returns
    -------
    slope : float
        NaN where there is none: one class only, one probability only, or classes that the
        probabilities separate.

    Examples
    --------
    >>> import numpy as np
    >>> from benchmarks.gains.calibration import calibration_slope
    >>> half = np.repeat([0.2, 0.8], 5)
    >>> round(calibration_slope(np.array([0, 0, 0, 0, 1, 0, 1, 1, 1, 1]), half), 6)
    1.0
    """
    odds = logit(np.clip(probability, 1e-6, 1 - 1e-6))
    positive, negative = odds[true == 1], odds[true == 0]
    if not len(positive) or not len(negative) or np.ptp(odds) == 0:
        return np.nan
    if positive.min() >= negative.max() or positive.max() <= negative.min():
        return np.nan
    center, spread = odds.mean(), odds.std()
    design = np.column_stack([np.ones(len(odds)), (odds - center) / spread])

    def loss(at: npt.NDArray[np.floating]) -> tuple[float, npt.NDArray[np.floating]]:
        eta = design @ at
        return float(np.logaddexp(0, eta).sum() - eta @ true), design.T @ (expit(eta) - true)

    start = np.array([logit(true.mean()), 0.0])
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8 * len(odds)})
    return float(found.x[1] / spread)
