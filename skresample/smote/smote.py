"""SMOTE."""

from skresample.samplers.base import drop_in
from skresample.samplers.parameters import KNeighbors, Standardize
from skresample.smote.base import InterpolatingOverSampler

__all__ = ["SMOTE"]


@drop_in
class SMOTE(InterpolatingOverSampler):
    r"""Synthetic minority oversampling technique.

    A new row lies on the segment between a minority row :math:`x` and one of its `k`
    nearest minority rows :math:`x'` :footcite:p:`chawla2002smote`:

    .. math:: x + u\,(x' - x), \qquad u \sim U(0, 1),

    with one :math:`u` for the whole row. The bases :math:`x` are spread evenly over the
    class, as in the paper: each gives as many new rows as any other, give or take one.

    See Also
    --------
    BorderlineSMOTE : Starts from rows near the border only.
    ADASYN : Starts more often from rows among the majority.

    Notes
    -----
    With `k` = m - 1 the new rows have the covariance
    :math:`S\,(2/3 - 1/(3(m - 1)))`, with :math:`S` that of the m minority rows: SMOTE
    contracts a class towards its middle.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = SMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    standardize: Standardize = False

    _paper = (
        "Chawla, Bowyer, Hall, Kegelmeyer (2002), SMOTE: synthetic minority over-sampling technique"
    )
