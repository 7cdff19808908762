"""SMOTE-NC."""

from dataclasses import field
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import HasMethods

from skresample.neighbors import mismatch_cost
from skresample.samplers.base import drop_in
from skresample.samplers.parameters import CategoricalFeatures
from skresample.smote.smote import SMOTE
from skresample.smote.smoten import warn_of_encoder
from skresample.table import Rows

__all__ = ["SMOTENC"]


@drop_in
class SMOTENC(SMOTE):
    r"""SMOTE for numbers and categories, under the name it has in imbalanced-learn.

    :class:`SMOTE` and every other sampler of its family take categories too, in the way of
    SMOTE-NC :footcite:p:`chawla2002smote`: the squared distance of two rows is

    .. math:: \sum_j (x_j - x'_j)^2 + M^2 \cdot \#\{\text{categories that differ}\},

    with :math:`M` the median of the standard deviations of the class's numbers, and a new
    row has of each category the one that most of the base's `k` nearest rows have; of
    equally frequent ones, any is as likely. Categories are whole numbers inside, so that
    what it costs does not depend on how many there are.

    Parameters
    ----------
    categorical_encoder : estimator, default=None
        Accepted for compatibility with imbalanced-learn. Categories are compared without
        an encoder here, so that it has no effect; fitting warns if one is given.

    Attributes
    ----------
    continuous_features_ : ndarray of shape (d,)
        Positions of the other columns.
    median_std_ : dict
        What two different categories are apart, per label that was oversampled.

    See Also
    --------
    SMOTE : The same, with categories found by the types of the columns.
    SMOTEN : For tables of categories only.

    Notes
    -----
    Where half of the columns of numbers or more are constant within the class, the median
    is 0, and categories would not count: then it is the median of those that are not
    constant, and 1 where all are.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> import pandas as pd
    >>> from skresample import SMOTENC
    >>> X = pd.DataFrame({
    ...     "size": [1.5, 2.5, 3.5, 7.0, 8.0, 9.0, 9.5],
    ...     "color": ["red", "blue", "blue", "red", "red", "red", "blue"],
    ... })
    >>> y = [1, 1, 1, 0, 0, 0, 0]
    >>> sampler = SMOTENC(["color"], k_neighbors=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> len(X_new), bool(X_new["color"].isin(["red", "blue"]).all())
    (8, True)
    """

    categorical_features: CategoricalFeatures = field(default="auto", kw_only=False)
    categorical_encoder: Annotated[
        Any, HasMethods(["fit_transform", "inverse_transform"]), None
    ] = None

    _compared_by_default: ClassVar[bool] = False  # the same as SMOTE

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        warn_of_encoder(self)
        super()._fit_table(rows, rng)

    @property
    def continuous_features_(self) -> npt.NDArray[np.intp]:
        """Positions of the columns of numbers."""
        return self._rows.columns.numbers

    @property
    def median_std_(self) -> dict[Any, float]:
        """What two different categories are apart, per label that was oversampled."""
        numeric = self._numeric(self._rows)
        tasks = [task for task, _ in self._fitted_classes.values()]
        return {task.label: mismatch_cost(numeric[task.minority]) for task in tasks}
