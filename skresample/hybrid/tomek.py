"""SMOTE and Tomek links."""

from typing import Any

import numpy as np
import numpy.typing as npt

from skresample._docs import fill_doc
from skresample.base import drop_in
from skresample.hybrid.base import HybridSampler
from skresample.numerics.cleaning import in_tomek_links
from skresample.table import Rows, Target

__all__ = ["SMOTETomek"]


@drop_in
@fill_doc
class SMOTETomek(HybridSampler):
    """Over-sample, then remove both rows of each Tomek link.

    That is two rows of different classes, each of which is the nearest row of the other
    :footcite:p:`batista2004study`; given rows and new ones.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    smote : sampler, default=None
        What over-samples, with its own `sampling_strategy`; any sampler of this library. None
        for :class:`SMOTE`.
    standardize : bool, default=False
        Whether distances are taken of numbers over their standard deviations.
    n_jobs : int, default=None
        Threads of the search for neighbours; None for all processors.

    Attributes
    ----------
    {hybrid_attributes}

    See Also
    --------
    SMOTEENN : Removes more.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTETomek
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = SMOTETomek(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> len(y_new) == 182 - sum(sampler.n_removed_.values())
    True
    """

    _paper = (
        "Batista, Prati, Monard (2004), A study of the behavior of several methods for balancing "
        "machine learning training data"
    )

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        smote: Any = None,
        standardize: bool = False,
        n_jobs: int | None = None,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.smote = smote
        self.standardize = standardize
        self.n_jobs = n_jobs

    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        return ~in_tomek_links(self._nearest(rows, 1)[:, 0], target.codes)
