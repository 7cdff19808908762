"""Random over-sampling examples."""

from typing import Annotated

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, independent
from skresample.numerics.bandwidth import silverman_factor
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, RealInterval

__all__ = ["ROSE"]


class ROSE(DensityOverSampler):
    r"""Random over-sampling examples: a smoothed bootstrap by a rule of thumb.

    A new row is a row of the class, drawn at random, and normal noise
    :footcite:p:`menardi2014rose`, whose deviation is, for feature j,

    .. math:: s \left(\frac{4}{(d + 2) n}\right)^{1/(d + 4)} \hat\sigma_j

    with n the rows and :math:`\hat\sigma_j` the sample deviation of the *class*.

    Parameters
    ----------
    shrinkage : float, default=1.0
        The s: less than 1 for rows nearer to those of the class.
    both_classes : bool, default=False
        Whether, as in the original, all classes are drawn anew and none of the given rows is
        kept; each class has then as many new rows as it would otherwise have rows.

    See Also
    --------
    KDEOverSampler : With a bandwidth that is selected, and the covariance kept.
    RandomOverSampler : With `shrinkage`, this, and categories copied.

    Notes
    -----
    The variance of the new rows is that of the class times :math:`1 + h^2`: 1.21 with 200 rows
    of 3 features. imbalanced-learn's ``RandomOverSampler(shrinkage=...)`` computes h from the
    rows of the whole table, so that it is too narrow for a minority.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import ROSE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = ROSE(both_classes=True, random_state=0).fit_resample(X, y)
    >>> X_new.shape, int(sum(y_new == 1))
    ((182, 20), 91)
    """

    shrinkage: Annotated[float, RealInterval(0, WIDEST, closed="right")] = 1.0
    both_classes: bool = False

    _paper = (
        "Menardi, Torelli (2014), Training and assessing classification rules with imbalanced data"
    )

    @property
    def _keeps_originals(self) -> bool:
        return not self.both_classes

    def _fit_density(self, task: Task, rows: npt.NDArray[np.floating]) -> Density:
        n, d = rows.shape
        sample = np.sqrt(n / (n - 1))
        return independent(rows, self.shrinkage * silverman_factor(n, d) * sample)
