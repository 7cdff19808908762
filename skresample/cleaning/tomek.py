"""SMOTE and Tomek links."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from imblearn.under_sampling import TomekLinks
from sklearn.base import clone

from skresample.cleaning._neighborhoods import in_tomek_links
from skresample.cleaning.base import HybridSampler
from skresample.samplers.base import drop_in
from skresample.samplers.parameters import Standardize
from skresample.table import Rows, Target

__all__ = ["SMOTETomek"]


@drop_in
class SMOTETomek(HybridSampler):
    """Over-sample, then remove both rows of each Tomek link.

    That is two rows of different classes, each of which is the nearest row of the other
    :footcite:p:`batista2004study`; given rows and new ones.

    Parameters
    ----------
    tomek : TomekLinks, default=None
        The cleaning, as an object of imbalanced-learn: its `sampling_strategy` says which
        classes lose rows. None removes both rows of a link.

    Attributes
    ----------
    tomek_ : TomekLinks
        The cleaning as an object of imbalanced-learn; its ``sample_indices_`` are the rows
        that stay of the oversampled table.

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

    tomek: Annotated[Any, TomekLinks, None] = None
    standardize: Standardize = False

    _paper = (
        "Batista, Prati, Monard (2004), A study of the behavior of several methods for balancing "
        "machine learning training data"
    )

    _cleaner = "tomek_"

    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        if self.tomek is None:
            self.tomek_ = TomekLinks(sampling_strategy="all", n_jobs=self.n_jobs)
        else:
            self.tomek_ = clone(self.tomek)
            self.tomek_._validate_params()
        nearest = self._nearest(rows, 1, n_jobs=self.tomek_.n_jobs)[:, 0]
        linked = in_tomek_links(nearest, target.codes)
        return ~(linked & self._cleaned(self.tomek_.sampling_strategy, target))
