"""SMOTE and edited nearest neighbors."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from imblearn.under_sampling import EditedNearestNeighbours
from sklearn.base import clone
from sklearn.utils._param_validation import StrOptions

from skresample.cleaning._neighborhoods import agreed
from skresample.cleaning.base import HybridSampler
from skresample.samplers.base import drop_in
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Standardize
from skresample.smote.base import count_neighbors
from skresample.table import Rows, Target

__all__ = ["SMOTEENN"]


@drop_in
class SMOTEENN(HybridSampler):
    """Over-sample, then remove each row that its nearest rows would take for another class.

    Of all classes, given rows and new ones :footcite:p:`batista2004study`. Where classes overlap,
    much is removed: the counts that `sampling_strategy` asks for are those before.

    Parameters
    ----------
    enn : EditedNearestNeighbours, default=None
        The cleaning, as an object of imbalanced-learn: its `sampling_strategy` says which
        classes lose rows, its `n_neighbors` and `kind_sel` take the place of those below. None
        cleans all classes.
    n_neighbors : int, default=3
        How many nearest rows judge a row.
    kind_sel : {'mode', 'all'}, default='mode'
        What removes a row: another class has more of the nearest rows than its own, or any of
        them is of another class.

    Attributes
    ----------
    enn_ : EditedNearestNeighbours
        The cleaning as an object of imbalanced-learn; its ``sample_indices_`` are the rows
        that stay of the oversampled table.

    See Also
    --------
    SMOTETomek : Removes less.
    SMOTEIPF : Classifiers instead of neighbors.

    Notes
    -----
    The paper removes a row that differs from two of its three nearest: ``'mode'``.
    imbalanced-learn removes it if it differs from any, ``'all'``. Where several classes have
    the most votes, a row stays if its own is among them; there, the first of these counts.

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

    enn: Annotated[Any, EditedNearestNeighbours, None] = None
    n_neighbors: Annotated[int, IntegerInterval(1)] = 3
    kind_sel: Annotated[str, StrOptions({"mode", "all"})] = "mode"
    standardize: Standardize = False

    _paper = (
        "Batista, Prati, Monard (2004), A study of the behavior of several methods for balancing "
        "machine learning training data"
    )

    _cleaner = "enn_"

    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        if self.enn is None:
            self.enn_ = EditedNearestNeighbours(
                sampling_strategy="all",
                n_neighbors=self.n_neighbors,
                kind_sel=self.kind_sel,
                n_jobs=self.n_jobs,
            )
        else:
            self.enn_ = clone(self.enn)
            self.enn_._validate_params()
        k, search = count_neighbors(self.enn_.n_neighbors, "n_neighbors")
        near = self._nearest(rows, k, search=search, n_jobs=self.enn_.n_jobs)
        stays = agreed(near, target.codes, unanimously=self.enn_.kind_sel == "all")
        return stays | ~self._cleaned(self.enn_.sampling_strategy, target)
