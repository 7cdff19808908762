"""Assembled SMOTE."""

from typing import Annotated

import numpy as np

from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import KNeighbors
from skresample.smote._spanning import aligned_parts, spanning_tree
from skresample.smote._topologies import in_deviations
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing

__all__ = ["AssembledSMOTE"]


class AssembledSMOTE(InterpolatingOverSampler):
    r"""SMOTE within parts of the border that are nearly straight.

    The border consists of the minority samples with a majority sample among their `k_neighbors`
    nearest neighbors :footcite:p:`zhou2013assembled`. Its minimum spanning tree divides it into
    parts: from the shortest edge to the longest, two parts become one if either has fewer than
    `min_part` samples, or if their first principal axes :math:`a` are nearly parallel,

    .. math:: |a^\top a'| > \text{cosine} .

    All other minority samples are one more part. Samples are joined with their nearest neighbors
    in the same part.

    Parameters
    ----------
    min_part : int, default=2
        Least number of samples of a part that is not merged with every neighboring part.
    cosine : float, default=0.3
        Parts are merged if the absolute cosine of the angle between their axes is above this.

    See Also
    --------
    BorderlineSMOTE : From the border to any sample of the class.
    KMeansSMOTE : Within clusters of all samples.

    Notes
    -----
    The paper leaves the order of merging open; here it follows the spanning tree. Axes are
    computed from the numerical features divided by their standard deviations in the class,
    with means for missing values, whatever the `metric`. A part of equal samples has no axis and
    merges with any. A sample alone in its part is not a base. Time grows with the square of the
    number of samples at the border; memory does not. More than 20,000 samples of dense numbers
    are cut at medians into blocks of at most 20,000, and no part crosses blocks.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import AssembledSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = AssembledSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    min_part: Annotated[int, IntegerInterval(1)] = 2
    cosine: Annotated[float, RealInterval(0, 1, closed="both")] = 0.3

    _paper = (
        "Zhou, Yang, Guo, Hu (2013), A quasi-linear SVM combined with assembled SMOTE for "
        "imbalanced data classification"
    )
    _no_base = "every part has one row"

    def _pair(self, task: Task) -> Pairing:
        k, search = self._neighbors("k_neighbors")
        m, part = len(task.minority), self._parts(task)
        own = self._space(task).take(task.minority)
        partners = np.full((m, min(k, m - 1)), -1)
        order = np.argsort(part, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
            if rows.size <= k + 1:  # all the others
                turn = np.arange(rows.size)
                found = rows[(turn[:, np.newaxis] + turn[1:]) % rows.size]
            else:
                found = self._kneighbors(own, k, rows, rows, search)
            partners[rows, : found.shape[1]] = task.minority[found]
        return Pairing(np.ones(m), Neighbors(partners))

    def _parts(self, task: Task) -> Positions:
        """Return the part of each minority sample: 0 if it is not at the border."""
        part = np.zeros(len(task.minority), dtype=np.intp)
        border = np.flatnonzero(self._majority_proportion(task, "k_neighbors") > 0)
        if border.size:
            scaled, _ = in_deviations(rows_of(task.numeric, task.minority))
            tree = spanning_tree(self._space(task).take(task.minority[border]))
            part[border] = 1 + aligned_parts(tree, scaled[border], self.min_part, self.cosine)
        return part
