"""Random walk over-sampling."""

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, independent
from skresample.samplers.base import Task

__all__ = ["RWOSampling"]


class RWOSampling(DensityOverSampler):
    r"""Random walk over-sampling: a step from each row in turn.

    A new row is :math:`x_j - \frac{\sigma_j}{\sqrt n} \varepsilon_j` in feature j
    :footcite:p:`zhang2014rwo`, with x a row of the class, each as often as any other,
    :math:`\sigma_j` the deviation in its n rows and :math:`\varepsilon` standard normal. The
    mean is that of the class, the variance :math:`\sigma_j^2 (1 + 1/n)`.

    See Also
    --------
    KDEOverSampler : Kernels as wide as makes the class's rows most likely.

    Notes
    -----
    The steps shrink as fast as the standard error of a mean, and so faster than any bandwidth
    that is good for the density: from some hundred rows on, the new rows are nearly copies.
    Categories are drawn as by all samplers from densities, from a kernel on the row's; in the
    paper, by their frequencies in the class and independently of the other features.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import RWOSampling
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = RWOSampling(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    _paper = (
        "Zhang, Li (2014), "
        "RWO-Sampling: a random walk over-sampling approach to imbalanced data classification"
    )

    def _fit_density(self, task: Task, rows: npt.NDArray[np.floating]) -> Density:
        return independent(rows, 1 / np.sqrt(len(rows)))
