"""Borderline-SMOTE."""

from typing import Annotated

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skresample.samplers.base import Task, drop_in
from skresample.samplers.parameters import KNeighbors, MNeighbors, Standardize
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing

__all__ = ["BorderlineSMOTE"]


@drop_in
class BorderlineSMOTE(InterpolatingOverSampler):
    r"""SMOTE that starts only from minority samples near the border.

    Of the :math:`m` nearest neighbors of a minority sample, :math:`m'` are majority samples. The
    sample is in *danger* if :math:`m/2 \le m' < m`, *safe* if :math:`m' < m/2` and *noise* if
    :math:`m' = m` :footcite:p:`han2005borderline`. Only samples in danger are bases.
    ``'borderline-1'`` joins them with their nearest minority samples, as SMOTE does.
    ``'borderline-2'`` also joins them with their nearest majority samples, but goes less than half
    of the way:

    .. math:: x + u\,(x' - x), \qquad u \sim U(0, \tfrac12).

    Parameters
    ----------
    kind : {'borderline-1', 'borderline-2'}, default='borderline-1'
        Whether bases are also joined with majority samples.

    See Also
    --------
    SVMSMOTE : Finds the border with a support vector machine.
    ADASYN : Weights samples by the proportion of majority neighbors.

    Notes
    -----
    If no sample is in danger, all are bases evenly, as in SMOTE, and a warning says so. The paper
    does not say how many majority samples ``'borderline-2'`` considers. Here it is as many as
    minority samples, all equally likely.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import BorderlineSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = BorderlineSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    m_neighbors: MNeighbors = 10
    kind: Annotated[str, StrOptions({"borderline-1", "borderline-2"})] = "borderline-1"
    standardize: Standardize = False

    _paper = (
        "Han, Wang, Mao (2005), "
        "Borderline-SMOTE: a new over-sampling method in imbalanced data sets learning"
    )
    _no_base = "no row is in danger (half or more, but not all, of its neighbors majority)"

    def _pair(self, task: Task) -> Pairing:
        proportion = self._majority_proportion(task, "m_neighbors")
        in_danger = (proportion >= 0.5) & (proportion < 1)
        within = self._nearest(task, "k_neighbors", among=task.minority)
        if self.kind == "borderline-1":
            return Pairing(in_danger, Neighbors(within))
        across = self._nearest(task, "k_neighbors", among=task.majority)
        longest = np.repeat([1.0, 0.5], [within.shape[1], across.shape[1]])
        return Pairing(in_danger, Neighbors(np.hstack([within, across])), (0.0, longest))
