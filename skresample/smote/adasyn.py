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

    SMOTE whose bases are chosen in proportion to the share of majority rows among their
    nearest neighbors in the whole table :footcite:p:`he2008adasyn`: of :math:`G` new
    rows, the minority row :math:`x_i` with share :math:`r_i` gives

    .. math:: g_i = G \, r_i \big/ \textstyle\sum_j r_j .

    The counts are whole and sum to :math:`G` exactly; rounding each by itself, as the
    paper writes it, would miss the total.

    Parameters
    ----------
    n_neighbors : int or estimator, default=5
        How many nearest rows decide the share, and how many nearest rows of the same
        class a new row may be drawn towards. An estimator with ``kneighbors`` finds them
        instead; as in imbalanced-learn, its ``n_neighbors`` counts the row itself. A
        class with fewer rows uses what there is, with a warning.

    See Also
    --------
    BorderlineSMOTE : Starts from rows with a share between one half and one.
    SMOTE : Starts from all rows evenly.

    Notes
    -----
    Where no minority row has a majority neighbor, all shares are 0: the new rows are
    then spread evenly, as in SMOTE, and a warning says so. The paper leaves open whether
    the partner comes from the neighbors of either class; here, as the text that a new
    row be of the minority suggests, it is one of the nearest minority rows.

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
