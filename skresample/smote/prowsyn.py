"""ProWSyn."""

from typing import Annotated

import numpy as np

from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.smote.base import Groups, InterpolatingOverSampler, Pairing

__all__ = ["ProWSyn"]


class ProWSyn(InterpolatingOverSampler):
    r"""Proximity weighted synthetic oversampling.

    The minority rows are divided into levels by how near to the majority they are
    :footcite:p:`barua2013prowsyn`: level 1 are all that are among the k nearest minority rows
    of some majority row, level 2 all that are so among the rows left, and so on; the last level
    is what then remains. A row of level l is a base in proportion to

    .. math:: e^{-\theta\,(l - 1)}

    and its partner is any other row of its level.

    Parameters
    ----------
    n_neighbors : int, default=5
        How many nearest minority rows of each majority row belong to a level.
    n_levels : int, default=5
        How many levels there are.
    theta : float, default=1.0
        How fast the weight falls from level to level.

    See Also
    --------
    MWMOTE : Weights by distances from the border.
    BorderlineSMOTE : One level, found by shares of neighbors.

    Notes
    -----
    A row that is alone in its level is no base. Categories are the partner's with the
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
        space = self._space(task)
        level = np.full(len(task.minority), self.n_levels - 1)
        left = np.arange(len(task.minority))
        for number in range(self.n_levels - 1):
            if not left.size:
                break
            near = self._kneighbors(space, self.n_neighbors, task.majority, task.minority[left])
            reached = np.isin(task.minority[left], near)
            level[left[reached]] = number
            left = left[~reached]
        with np.errstate(over="ignore"):
            return Pairing(np.exp(-float(self.theta) * level), Groups(level))
