"""Random oversampling examples."""

from typing import Annotated

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, independent
from skresample.numerics.bandwidth import silverman_factor
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, RealInterval

__all__ = ["ROSE"]


class ROSE(DensityOverSampler):
    r"""Random oversampling examples (ROSE), a smoothed bootstrap with a rule of thumb.

    A synthetic sample is a random minority sample plus independent normal noise
    :footcite:p:`menardi2014rose`. The standard deviation of the noise in feature j is

    .. math:: s \left(\frac{4}{(d + 2) n}\right)^{1/(d + 4)} \hat\sigma_j

    with d features, n samples of the class and their sample standard deviation
    :math:`\hat\sigma_j`.

    Parameters
    ----------
    shrinkage : float, default=1.0
        The factor s of the noise. Below 1, samples are nearer to those of the class.
    both_classes : bool, default=False
        If True, all classes are drawn anew and no original sample is kept, as in the paper. The
        class sizes are the same as if False.

    See Also
    --------
    KDEOverSampler : With a bandwidth that is selected, and the covariance of the class.
    RandomOverSampler : With `shrinkage`, the same noise; categories are copied.

    Notes
    -----
    The variance is that of the class times :math:`1 + h^2`, 1.21 with 200 samples of 3 features.
    imbalanced-learn's ``RandomOverSampler(shrinkage=...)`` computes h from the samples of all
    classes, so that it is too small for a minority class.

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
