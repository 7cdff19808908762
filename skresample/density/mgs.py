"""Multivariate Gaussian SMOTE."""

import warnings
from typing import Annotated

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, standardized
from skresample.neighbors import Dense
from skresample.numerics.kernels import Neighborhoods
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, IntegerInterval, RealInterval
from skresample.samplers.parameters import Standardize

__all__ = ["MultivariateGaussianSMOTE"]

Floats = npt.NDArray[np.floating]


class MultivariateGaussianSMOTE(DensityOverSampler):
    r"""Multivariate Gaussian SMOTE, with a normal distribution around each minority sample.

    A synthetic sample is drawn from :math:`N(\hat\mu, \lambda \hat\Sigma)`, with the mean and the
    covariance (denominator k + 1) of a minority sample and its k nearest minority samples
    :footcite:p:`sakho2024rebalancing`. Samples of SMOTE lie on lines between two samples; these lie
    all around, and contract the class less.

    Parameters
    ----------
    k_neighbors : int, default=None
        The number k of nearest neighbors. None is :math:`\max(5, d + 1)` for d features that vary:
        with fewer, a neighborhood is flat, and so are its synthetic samples. If the class has
        fewer samples, all are used. Duplicates count once.
    scale : float, default=1.0
        The factor λ of the covariances.

    See Also
    --------
    KDEOverSampler : With ``covariance='local'``, kernels on the samples themselves, with a
        bandwidth that is selected.

    Notes
    -----
    If a neighborhood is flat, there is no density: ``score_samples`` shrinks its covariance.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import MultivariateGaussianSMOTE
    >>> X, y = make_classification(weights=[0.9], n_features=4, random_state=0)
    >>> X_new, y_new = MultivariateGaussianSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: Annotated[int | None, IntegerInterval(1), None] = None
    scale: Annotated[float, RealInterval(0, WIDEST, closed="right")] = 1.0
    standardize: Standardize = True

    _paper = "Sakho, Malherbe, Scornet (2024), Do we need rebalancing strategies?"

    def _fit_density(self, task: Task, rows: Floats) -> Density:
        varies, space, points = standardized(rows)
        k = self.k_neighbors or max(5, points.shape[1] + 1)
        # Otherwise the neighborhood of a row could consist of its copies.
        _, first, which = np.unique(points, axis=0, return_index=True, return_inverse=True)
        points, which = points[first], which.ravel()
        features = points if self.standardize else rows[first][:, varies]
        near = np.empty((1, 0), dtype=np.intp)
        if first.size > 1:
            near = Dense(features).kneighbors(k, n_jobs=self.n_jobs)
        if self.k_neighbors and near.shape[1] < k:
            warnings.warn(
                f"{type(self).__name__}: k_neighbors asks for {k} neighbors of each row of class "
                f"{task.label!r}, and there are {near.shape[1]} to choose from: these were used.",
                UserWarning,
                stacklevel=2,
            )
        around = np.column_stack([np.arange(first.size), near])[which]
        return Density(Neighborhoods(points, around, float(self.scale)), space, varies, rows[0])
