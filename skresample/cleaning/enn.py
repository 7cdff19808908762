"""Edited nearest neighbors, and SMOTE followed by them."""

from typing import Annotated, Any

import imblearn.under_sampling
import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import HasMethods, StrOptions

from skresample.cleaning.base import HybridSampler
from skresample.samplers.base import drop_in
from skresample.samplers.cleaner import BaseCleaner
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Metric, Standardize
from skresample.smote.base import count_neighbors
from skresample.table import Rows

__all__ = ["SMOTEENN", "EditedNearestNeighbours"]

Kind = Annotated[str, StrOptions({"mode", "all"})]


@drop_in
class EditedNearestNeighbours(BaseCleaner):
    """Remove samples that their nearest neighbors contradict.

    The method is that of :footcite:t:`wilson1972asymptotic`.

    Parameters
    ----------
    n_neighbors : int or estimator, default=3
        Number of nearest neighbors that are compared with a sample. An estimator with
        ``kneighbors`` finds them instead; as in imbalanced-learn, its ``n_neighbors`` counts the
        sample itself.
    kind_sel : {'all', 'mode'}, default='all'
        Which samples stay: those whose neighbors are all of their own class, or those for which
        no other class has more of the neighbors.

    See Also
    --------
    TomekLinks : Removes less.
    SMOTEENN : Oversamples first.

    Notes
    -----
    The paper removes a sample that differs from two of its three neighbors, which is ``'mode'``.
    If several classes have the most neighbors, a sample stays if its own class is among them. In
    imbalanced-learn, the first of these classes counts.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from skresample import EditedNearestNeighbours
    >>> X = [[0.0], [1.0], [2.0], [2.2], [5.0], [6.0], [7.0]]
    >>> y = ["a", "a", "a", "b", "b", "b", "b"]
    >>> cleaner = EditedNearestNeighbours(sampling_strategy="all", n_neighbors=2)
    >>> cleaner.fit_resample(X, y)
    ([[0.0], [1.0], [5.0], [6.0], [7.0]], ['a', 'a', 'b', 'b', 'b'])
    """

    n_neighbors: Annotated[Any, IntegerInterval(1), HasMethods(["kneighbors"])] = 3
    kind_sel: Kind = "all"
    standardize: Standardize = False
    metric: Metric = "euclidean"

    _paper = "Wilson (1972), Asymptotic properties of nearest neighbor rules using edited data"

    def _keep(self, rows: Rows, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        k, search = count_neighbors(self.n_neighbors, "n_neighbors")
        near = self._nearest(rows, k, search)
        return agreed(near, rows.target.codes, unanimously=self.kind_sel == "all")


def agreed(
    neighbors: npt.NDArray[np.intp], codes: npt.NDArray[np.intp], *, unanimously: bool
) -> npt.NDArray[np.bool_]:
    """Return which rows, of the classes `codes`, their neighbors (n, k) agree with.

    All neighbors have to, or no other class may have more of them than the row's own.
    """
    around = codes[neighbors]
    own = np.count_nonzero(around == codes[:, np.newaxis], axis=1)
    if unanimously:
        return own == neighbors.shape[1]
    most = np.zeros(codes.size, dtype=np.intp)
    for code in range(codes.max(initial=-1) + 1):
        votes = np.where(codes == code, 0, np.count_nonzero(around == code, axis=1))
        most = np.maximum(most, votes)
    return own >= most


@drop_in
class SMOTEENN(HybridSampler):
    """Oversample, then remove samples that their nearest neighbors contradict.

    Samples of all classes are removed, original and synthetic ones :footcite:p:`batista2004study`.
    Where classes overlap, these are many: `sampling_strategy` gives the counts before cleaning.

    Parameters
    ----------
    enn : EditedNearestNeighbours, default=None
        The cleaner: :class:`EditedNearestNeighbours` or imbalanced-learn's class of that name.
        Its `sampling_strategy` says which classes lose samples; its `n_neighbors` and `kind_sel`
        replace those below. None cleans all classes.
    n_neighbors : int, default=3
        Number of nearest neighbors that are compared with a sample.
    kind_sel : {'mode', 'all'}, default='mode'
        What removes a sample: another class has more of its neighbors than its own class, or any
        neighbor is of another class.

    Attributes
    ----------
    enn_ : EditedNearestNeighbours
        The fitted cleaner; its ``sample_indices_`` are positions in the oversampled table.

    See Also
    --------
    SMOTETomek : Removes less.
    SMOTEIPF : Classifiers instead of neighbors.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTEENN
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = SMOTEENN(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> len(y_new) == 182 - sum(sampler.n_removed_.values())
    True
    """

    enn: Annotated[Any, imblearn.under_sampling.EditedNearestNeighbours, None] = None
    n_neighbors: Annotated[int, IntegerInterval(1)] = 3
    kind_sel: Kind = "mode"
    standardize: Standardize = False

    _paper = (
        "Batista, Prati, Monard (2004), A study of the behavior of several methods for balancing "
        "machine learning training data"
    )

    @property
    def enn_(self) -> Any:
        """The fitted cleaner."""
        return self._as_given(self.enn)

    def _make_cleaner(self) -> BaseCleaner:
        if self.enn is not None:
            return self._cleaner_like(self.enn, EditedNearestNeighbours)
        return EditedNearestNeighbours(
            sampling_strategy="all",
            n_neighbors=self.n_neighbors,
            kind_sel=self.kind_sel,
            standardize=self.standardize,
            n_jobs=self.n_jobs,
        )
