"""Confidence intervals from a few dozen dependent folds."""

import numpy as np
from scipy import stats

from skresample.compare.arrays import Floats

__all__ = ["corrected_interval"]


def corrected_interval(
    differences: Floats, test_ratio: float, level: float = 0.95
) -> tuple[Floats, Floats]:
    r"""Return the confidence interval of the corrected resampled t-test, for J folds.

    Folds share training rows, so that their scores vary less than those of independent samples.
    The corrected variance of the mean difference is :math:`(1/J + n_{test}/n_{train})\, s^2`, with
    :math:`s^2` the sample variance and J - 1 degrees of freedom :footcite:p:`nadeau2003inference`.

    Parameters
    ----------
    differences : ndarray of shape (J, ...)
        One difference per fold.
    test_ratio : float
        Number of held-out rows per training row.
    level : float, default=0.95
        Confidence level.

    Returns
    -------
    low, high : ndarray of shape (...)
        NaN if a difference is missing or there is only one fold.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> import numpy as np
    >>> low, high = corrected_interval(np.array([0.1, 0.2, 0.3, 0.2]), test_ratio=0.25)
    >>> round(float(low), 3), round(float(high), 3)
    (0.016, 0.384)
    """
    n_folds = len(differences)
    mean = differences.mean(axis=0)
    if n_folds < 2:
        return np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    error = np.sqrt((1 / n_folds + test_ratio) * differences.var(axis=0, ddof=1))
    half = stats.t.ppf((1 + level) / 2, n_folds - 1) * error
    return mean - half, mean + half
