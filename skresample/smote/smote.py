"""SMOTE."""

from skresample.samplers.base import drop_in
from skresample.samplers.parameters import KNeighbors, Standardize
from skresample.smote.base import InterpolatingOverSampler

__all__ = ["SMOTE"]


@drop_in
class SMOTE(InterpolatingOverSampler):
    r"""Synthetic minority oversampling technique.

    A synthetic sample lies on the segment between a minority sample :math:`x` and one of its
    `k_neighbors` nearest minority samples :math:`x'` :footcite:p:`chawla2002smote`:

    .. math:: x + u\,(x' - x), \qquad u \sim U(0, 1),

    with one :math:`u` for all features. As in the paper, the bases :math:`x` are spread evenly over
    the class: the numbers of their synthetic samples differ by at most one.

    See Also
    --------
    BorderlineSMOTE : Starts only from samples near the border.
    ADASYN : Starts more often from samples among the majority class.

    Notes
    -----
    SMOTE contracts a class: with `k_neighbors` = m - 1, the covariance of the synthetic samples is
    :math:`S\,(2/3 - 1/(3(m - 1)))`, where :math:`S` is the covariance of the m minority samples.

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
