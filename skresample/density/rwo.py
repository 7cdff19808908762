"""Random walk oversampling."""

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, independent
from skresample.samplers.base import Task

__all__ = ["RWOSampling"]


class RWOSampling(DensityOverSampler):
    r"""Random walk oversampling (RWO), a small random step from each minority sample.

    A synthetic sample is :math:`x_j - \frac{\sigma_j}{\sqrt n} \varepsilon_j` in feature j
    :footcite:p:`zhang2014rwo`, with each of the n minority samples x equally often, the standard
    deviation :math:`\sigma_j` of the class, and standard normal :math:`\varepsilon`. The mean is
    that of the class, the variance :math:`\sigma_j^2 (1 + 1/n)`.

    See Also
    --------
    KDEOverSampler : Kernels with a bandwidth that is selected.

    Notes
    -----
    The steps shrink like the standard error of a mean, faster than a good bandwidth: with some
    hundred samples, synthetic samples are nearly copies. Categories are drawn from kernels on those
    of the sample; in the paper, they are drawn from their frequencies in the class.

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
