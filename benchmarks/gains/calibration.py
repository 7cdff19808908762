"""The calibration slope of predicted probabilities."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

__all__ = ["calibration_slope"]


def calibration_slope(true: npt.NDArray[np.intp], probability: npt.NDArray[np.floating]) -> float:
    r"""Return the slope of a logistic regression on the predicted log odds.

    In :math:`\operatorname{logit} P(y = 1) = a + b \operatorname{logit} p`, a slope
    :math:`b` of 1 means good calibration (Cox, 1958). Below 1, probabilities are too extreme;
    above 1, they are too close to 0.5.

    Parameters
    ----------
    true : ndarray of shape (n,)
        True labels, 0 or 1.
    probability : ndarray of shape (n,)
        Predicted probabilities of class 1, clipped to [1e-6, 1 - 1e-6].

    Returns
    -------
    slope : float
        The slope. NaN if there is only one class or one probability, or if the
        probabilities separate the classes.

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
