"""SMOTE-N."""

import warnings
from dataclasses import field
from typing import Annotated, Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import HasMethods

from skresample.neighbors import Space, ValueDifference
from skresample.samplers.base import Task, drop_in
from skresample.samplers.parameters import KNeighbors
from skresample.smote.base import Neighbors, Pairing, PairingOverSampler
from skresample.table import Rows

__all__ = ["SMOTEN", "Encoder", "warn_of_encoder"]

Encoder = Annotated[Any, HasMethods(["fit_transform", "inverse_transform"]), None]


@drop_in
class SMOTEN(PairingOverSampler):
    r"""SMOTE for categorical features only.

    Distances are those of the value difference metric. Two categories are near to each other if
    the class is about as frequent among the samples with either of them
    :footcite:p:`chawla2002smote`:

    .. math:: \sum_j \bigl(2\,|P(c \mid x_j) - P(c \mid x'_j)|\bigr)^2 .

    In each column, a synthetic sample has the most frequent category among a minority sample and
    its `k_neighbors` nearest minority samples. Ties are broken at random.

    Parameters
    ----------
    categorical_encoder : estimator, default=None
        Accepted for compatibility with imbalanced-learn. It has no effect, and fitting warns
        if one is given, since categories are compared without an encoder.

    See Also
    --------
    SMOTENC : For numerical and categorical features.

    Notes
    -----
    Numbers are categories, too; a warning names columns of continuous numbers. The metric of the
    paper is for two classes. Here, all other classes count as one. A missing value is not
    compared, does not vote, and stays missing if it is the base's.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from skresample import SMOTEN
    >>> X = [["red", "s"], ["red", "m"], ["blue", "m"], ["blue", "s"], ["blue", "l"], ["red", "l"]]
    >>> X_new, y_new = SMOTEN(k_neighbors=1, random_state=0).fit_resample(X, [1, 1, 0, 0, 0, 0])
    >>> [row[0] for row in X_new[6:]]
    ['red', 'red']
    """

    categorical_encoder: Encoder = field(default=None, kw_only=False)
    k_neighbors: KNeighbors = 5

    _compared_by_default: ClassVar[bool] = False  # numbers would become categories

    _paper = (
        "Chawla, Bowyer, Hall, Kegelmeyer (2002), SMOTE: synthetic minority over-sampling technique"
    )
    _repeats_rows = True

    @property
    def _categorical(self) -> Any:
        return "all"

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        warn_of_encoder(self)
        names = rows.continuous_categories()
        if names:
            shown = f"{', '.join(map(repr, names[:20]))}{', ...' if len(names) > 20 else ''}"
            warnings.warn(
                f"SMOTEN takes continuous numbers for categories, in column"
                f"{'s' if len(names) > 1 else ''} {shown}: synthetic samples combine the numbers "
                "of several samples. Use SMOTE, or SMOTENC if there are categories too, or cut the "
                "numbers into bins first (pandas.cut).",
                UserWarning,
                stacklevel=2,
            )

    def _space(self, task: Task) -> Space:
        return ValueDifference(task.rows.codes, task.is_minority)

    def _pair(self, task: Task) -> Pairing:
        near = self._nearest(task, "k_neighbors", among=task.minority)
        voters = np.column_stack([task.minority, near])
        return Pairing(np.ones(len(voters)), Neighbors(voters))


def warn_of_encoder(sampler: Any) -> None:
    """Warn that the encoder of SMOTEN or SMOTENC has no effect, if one was given."""
    if sampler.categorical_encoder is not None:
        warnings.warn(
            f"{type(sampler).__name__}: categorical_encoder has no effect, since categories are "
            "compared without one. Leave it out.",
            UserWarning,
            stacklevel=4,
        )
