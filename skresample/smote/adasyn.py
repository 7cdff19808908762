"""ADASYN."""

from typing import Annotated, Any

from sklearn.utils._param_validation import HasMethods

from skresample.samplers.base import Task, drop_in
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Standardize
from skresample.smote.base import InterpolatingOverSampler, Pairing

__all__ = ["ADASYN"]


@drop_in
class ADASYN(InterpolatingOverSampler):
    r"""Adaptive synthetic sampling.

    SMOTE that starts more often from samples among the majority class
    :footcite:p:`he2008adasyn`: with :math:`r_i` the proportion of majority samples among the
    nearest neighbors of minority sample i, this sample is the base of

    .. math:: g_i = G \, r_i \big/ \textstyle\sum_j r_j

    of the :math:`G` synthetic samples. The counts are integers and sum to :math:`G` exactly.
    (The paper rounds each of them, so that their sum may differ from :math:`G`.)

    Parameters
    ----------
    n_neighbors : int or estimator, default=5
        Number of nearest neighbors that determine the proportion, and of nearest minority
        neighbors that a sample may be joined with. An estimator with ``kneighbors`` finds
        them instead. As in imbalanced-learn, its ``n_neighbors`` counts the sample itself.
        If the class has fewer samples, all are used and a warning says so.

    See Also
    --------
    BorderlineSMOTE : Starts from samples whose proportion is between one half and one.
    SMOTE : Starts from all samples evenly.

    Notes
    -----
    If no minority sample has a majority neighbor, all are bases evenly, as in SMOTE, and a warning
    says so. The paper leaves open whether a partner may belong to the majority class. Here it
    is a minority sample, as the paper's text suggests.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import ADASYN
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = ADASYN(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    n_neighbors: Annotated[Any, IntegerInterval(1), HasMethods(["kneighbors"])] = 5
    standardize: Standardize = False

    _paper = (
        "He, Bai, Garcia, Li (2008), "
        "ADASYN: adaptive synthetic sampling approach for imbalanced learning"
    )
    _no_base = "no row has a majority row among its nearest neighbors"
    _partners_from = "n_neighbors"

    def _pair(self, task: Task) -> Pairing:
        proportion = self._majority_proportion(task, "n_neighbors")
        return super()._pair(task)._replace(weights=proportion)
