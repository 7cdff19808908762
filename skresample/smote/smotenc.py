"""SMOTE-NC."""

from dataclasses import field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from skresample.neighbors import mismatch_cost
from skresample.samplers.base import drop_in
from skresample.samplers.parameters import CategoricalFeatures
from skresample.smote.smote import SMOTE
from skresample.smote.smoten import Encoder, warn_of_encoder
from skresample.table import Rows

__all__ = ["SMOTENC"]


@drop_in
class SMOTENC(SMOTE):
    r"""SMOTE for numerical and categorical features.

    This is :class:`SMOTE` under imbalanced-learn's name: every sampler of the SMOTE family
    handles categorical features, as SMOTE-NC does :footcite:p:`chawla2002smote`. The squared
    distance of two samples is

    .. math:: \sum_j (x_j - x'_j)^2 + M^2 \cdot \#\{\text{categories that differ}\},

    with :math:`M` the median of the standard deviations of the numerical features in the class. A
    synthetic sample has, in each categorical feature, the most frequent category among the
    `k_neighbors` nearest neighbors of its base. Ties are broken at random. Categories are integer
    codes internally, so the cost does not depend on their number.

    Parameters
    ----------
    categorical_encoder : estimator, default=None
        Accepted for compatibility with imbalanced-learn. It has no effect, and fitting warns
        if one is given, since categories are compared without an encoder.

    Attributes
    ----------
    continuous_features_ : ndarray of shape (d,)
        Positions of the numerical columns.
    median_std_ : dict
        The distance M of two different categories, per label that was oversampled.

    See Also
    --------
    SMOTE : The same, with categorical features found by the types of the columns.
    SMOTEN : For categorical features only.

    Notes
    -----
    If half of the numerical features are constant in the class, the median is 0 and categories
    would not count. Then M is the median over the other features, or 1 if there are none.

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
    categorical_encoder: Encoder = None

    _compared_by_default: ClassVar[bool] = False  # the same as SMOTE

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        warn_of_encoder(self)
        super()._fit_table(rows, rng)

    @property
    def continuous_features_(self) -> npt.NDArray[np.intp]:
        """Positions of the numerical columns."""
        return self._rows.columns.numbers

    @property
    def median_std_(self) -> dict[Any, float]:
        """The distance of two different categories, per label that was oversampled."""
        numeric = self._numeric(self._rows)
        tasks = [task for task, _ in self._fitted_classes.values()]
        return {task.label: mismatch_cost(numeric[task.minority]) for task in tasks}
