"""Tomek links, and SMOTE followed by their removal."""

from typing import Annotated, Any

import imblearn.under_sampling
import numpy as np
import numpy.typing as npt

from skresample.cleaning.base import HybridSampler
from skresample.samplers.base import drop_in
from skresample.samplers.cleaner import BaseCleaner
from skresample.samplers.parameters import Metric, Standardize
from skresample.table import Rows

__all__ = ["SMOTETomek", "TomekLinks"]


@drop_in
class TomekLinks(BaseCleaner):
    """Remove samples that form a Tomek link with a sample of another class.

    Two samples of different classes are a Tomek link if each is the nearest neighbor of the other
    :footcite:p:`tomek1976two`.

    See Also
    --------
    EditedNearestNeighbours : Removes more.
    SMOTETomek : Oversamples first.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from skresample import TomekLinks
    >>> X, y = [[0.0], [1.0], [1.2], [5.0], [6.0]], ["a", "a", "b", "b", "b"]
    >>> TomekLinks(sampling_strategy="all").fit_resample(X, y)
    ([[0.0], [5.0], [6.0]], ['a', 'b', 'b'])
    """

    standardize: Standardize = False
    metric: Metric = "euclidean"

    _paper = "Tomek (1976), Two modifications of CNN"

    def _keep(self, rows: Rows, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        return ~in_tomek_links(self._nearest(rows, 1)[:, 0], rows.target.codes)


def in_tomek_links(
    nearest: npt.NDArray[np.intp], codes: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return which rows, of the classes `codes`, form a Tomek link with their nearest neighbor."""
    mutual = nearest[nearest] == np.arange(nearest.size)
    return mutual & (codes[nearest] != codes)


@drop_in
class SMOTETomek(HybridSampler):
    """Oversample, then remove both samples of each Tomek link.

    Original samples are removed as well as synthetic ones :footcite:p:`batista2004study`.

    Parameters
    ----------
    tomek : TomekLinks, default=None
        The cleaner: :class:`TomekLinks` or imbalanced-learn's class of that name. Its
        `sampling_strategy` says which classes lose samples. None removes both samples of a link.

    Attributes
    ----------
    tomek_ : TomekLinks
        The fitted cleaner; its ``sample_indices_`` are positions in the oversampled table.

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

    tomek: Annotated[Any, imblearn.under_sampling.TomekLinks, None] = None
    standardize: Standardize = False

    _paper = (
        "Batista, Prati, Monard (2004), A study of the behavior of several methods for balancing "
        "machine learning training data"
    )

    @property
    def tomek_(self) -> Any:
        """The fitted cleaner."""
        return self._as_given(self.tomek)

    def _make_cleaner(self) -> BaseCleaner:
        if self.tomek is not None:
            return self._cleaner_like(self.tomek, TomekLinks)
        return TomekLinks(sampling_strategy="all", standardize=self.standardize, n_jobs=self.n_jobs)
