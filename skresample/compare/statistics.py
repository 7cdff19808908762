"""Confidence intervals from a few dozen dependent folds."""

import numpy as np
from scipy import stats

from skresample.compare.arrays import Floats

__all__ = ["corrected_interval"]


def corrected_interval(
    differences: Floats, test_ratio: float, level: float = 0.95
) -> tuple[Floats, Floats]:
    r"""Return the ends of the confidence interval of the corrected resampled t-test over J folds.

    Folds share training rows, so that their scores vary less than those of independent samples.
    The corrected variance of the mean difference is :math:`(1/J + n_{test}/n_{train})\, s^2`, with
    J - 1 degrees of freedom :footcite:p:`nadeau2003inference`. NaN if there is only one fold.
    """
    n_folds = len(differences)
    mean = differences.mean(axis=0)
    if n_folds < 2:
        return np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    error = np.sqrt((1 / n_folds + test_ratio) * differences.var(axis=0, ddof=1))
    half = stats.t.ppf((1 + level) / 2, n_folds - 1) * error
    return mean - half, mean + half
