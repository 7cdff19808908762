"""ProWSyn."""

from typing import Annotated

import numpy as np

from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.smote.base import Groups, InterpolatingOverSampler, Pairing

__all__ = ["ProWSyn"]


class ProWSyn(InterpolatingOverSampler):
    r"""Proximity weighted synthetic oversampling.

    The minority class is divided into levels of proximity to the majority class
    :footcite:p:`barua2013prowsyn`. Level 1 has the `n_neighbors` nearest minority samples of every
    majority sample. Level 2 has the nearest of the remaining samples, and so on; the last level
    has all that remain. A sample of level l is a base in proportion to

    .. math:: e^{-\theta\,(l - 1)}

    and is joined with any other sample of its level.

    Parameters
    ----------
    n_neighbors : int, default=5
        Number of nearest minority samples of each majority sample that belong to a level.
    n_levels : int, default=5
        Number of levels.
    theta : float, default=1.0
        Rate at which weights decrease from level to level.

    See Also
    --------
    MWMOTE : Weights by distances from the border.
    BorderlineSMOTE : Starts only from samples near the border.

    Notes
    -----
    A sample alone in its level is not a base. Categories are the partner's with the
    probability of the step, else the base's.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import ProWSyn
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = ProWSyn(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    n_neighbors: Annotated[int, IntegerInterval(1)] = 5
    n_levels: Annotated[int, IntegerInterval(1)] = 5
    theta: Annotated[float, RealInterval(0, None, closed="left")] = 1.0

    _paper = (
        "Barua, Islam, Murase (2013), ProWSyn: proximity weighted synthetic oversampling technique "
        "for imbalanced data set learning"
    )
    _no_base = "every level has one row"
    _partners_from = "n_neighbors"

    def _pair(self, task: Task) -> Pairing:
        space, minority = self._space(task), task.minority
        level = np.full(len(minority), self.n_levels - 1)
        left = np.arange(len(minority))
        for number in range(self.n_levels - 1):
            if not left.size:
                break
            near = self._kneighbors(space, self.n_neighbors, task.majority, minority[left])
            reached = np.isin(minority[left], near)
            level[left[reached]] = number
            left = left[~reached]
        with np.errstate(over="ignore"):
            return Pairing(np.exp(-float(self.theta) * level), Groups(level))
