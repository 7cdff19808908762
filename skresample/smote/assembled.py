"""Assembled SMOTE."""

from typing import Annotated

import numpy as np
import numpy.typing as npt

from skresample.neighbors import Space
from skresample.samplers.base import Task, rows_of
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import KNeighbors
from skresample.smote._spanning import aligned_parts, spanning_tree
from skresample.smote._topologies import in_deviations
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing

__all__ = ["AssembledSMOTE"]


class AssembledSMOTE(InterpolatingOverSampler):
    r"""SMOTE along the border: inside parts of it that are nearly straight.

    The minority rows with a majority row among their k nearest rows of the table are the
    border :footcite:p:`zhou2013assembled`. It is divided into parts along its minimum spanning
    tree: from the shortest edge to the longest, the parts at its ends become one if either has
    fewer than `min_part` rows, or if their first principal axes :math:`a` point nearly the same
    way,

    .. math:: |a^\top a'| > \text{cosine} .

    All other rows of the class are one more part. Inside the parts, SMOTE with the k nearest
    rows of the part.

    Parameters
    ----------
    min_part : int, default=2
        Fewer rows than that are no part of their own.
    cosine : float, default=0.3
        Above what absolute cosine of the angle between their axes parts are joined.

    See Also
    --------
    BorderlineSMOTE : From the border only, towards any row of the class.
    KMeansSMOTE : Parts by clustering, with all rows of the table.

    Notes
    -----
    The paper leaves open in which order parts are joined: hence along a spanning tree, from
    short edges to long ones. Axes are of numbers in units of their standard deviations in the
    class, with the mean for a missing one, and without categories; a part of equal rows has
    none, and is joined with any. `k_neighbors` looks for the border, too. A row that is alone in
    its part is no base. Time grows with the square of the number of rows at the border, memory
    does not. More than 20,000 rows of dense numbers at the border are therefore cut at the
    medians of their columns before, into blocks of at most 20,000, and no part has rows of two.

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
        border = np.flatnonzero(self._majority_proportion(task, "k_neighbors") > 0)
        m = len(task.minority)
        # Only rows of the class are looked at from here on.
        own = self._space(task).take(task.minority)
        part = np.zeros(m, dtype=np.intp)
        part[border] = 1 + self._parts(task, own, border)
        partners = np.full((m, min(k, m - 1)), -1, dtype=np.intp)
        order = np.argsort(part, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
            if rows.size <= k + 1:  # all the others
                turn = np.arange(rows.size)
                found = rows[(turn[:, np.newaxis] + turn[1:]) % rows.size]
            else:
                found = self._kneighbors(own, k, rows, rows, search)
            partners[rows, : found.shape[1]] = task.minority[found]
        return Pairing(np.ones(m), Neighbors(partners))

    def _parts(self, task: Task, own: Space, border: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return the part of each row at the border, from 0 on."""
        if not border.size:
            return border
        scaled, _ = in_deviations(rows_of(task.numeric, task.minority))
        tree = spanning_tree(own.take(border))
        return aligned_parts(tree, scaled[border], self.min_part, self.cosine)
