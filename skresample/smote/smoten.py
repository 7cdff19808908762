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

__all__ = ["SMOTEN", "warn_of_encoder"]


@drop_in
class SMOTEN(PairingOverSampler):
    r"""SMOTE for tables of categories only.

    Rows are compared by the value difference metric: categories are near to each other if
    the class is as frequent among the rows with the one as with the other
    :footcite:p:`chawla2002smote`,

    .. math:: \sum_j \bigl(2\,|P(c \mid x_j) - P(c \mid x'_j)|\bigr)^2 .

    A new row has of each column the category that is most frequent in a minority row and
    its `k` nearest minority rows; of equally frequent ones, any is as likely.

    Parameters
    ----------
    categorical_encoder : estimator, default=None
        Accepted for compatibility with imbalanced-learn. Categories are compared without
        an encoder here, so that it has no effect; fitting warns if one is given.

    See Also
    --------
    SMOTENC : For numbers and categories.

    Notes
    -----
    Every column is taken for categories, also numbers; a warning names columns of continuous
    ones. The metric of the paper is for two
    classes; of more, they are the class and the rest. A missing value is compared with
    none, does not vote, and stays missing where the base has it.

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

    categorical_encoder: Annotated[
        Any, HasMethods(["fit_transform", "inverse_transform"]), None
    ] = field(default=None, kw_only=False)
    k_neighbors: KNeighbors = 5

    _compared_by_default: ClassVar[bool] = False  # numbers would become categories

    _paper = (
        "Chawla, Bowyer, Hall, Kegelmeyer (2002), SMOTE: synthetic minority over-sampling technique"
    )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.repeats_rows = True
        return tags

    @property
    def _categorical(self) -> Any:
        return "all"

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        warn_of_encoder(self)
        super()._fit_table(rows, rng)
        names = rows.continuous_categories()
        if names:
            shown = f"{', '.join(map(repr, names[:20]))}{', ...' if len(names) > 20 else ''}"
            warnings.warn(
                f"SMOTEN takes continuous numbers for categories, in column"
                f"{'s' if len(names) > 1 else ''} {shown}: new rows are patched together from the "
                "numbers of several rows. Use SMOTE, or SMOTENC where there are categories too, "
                "or cut the numbers into bins first (pandas.cut).",
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
    """Say that an encoder has no effect, if one was given.

    Parameters
    ----------
    sampler : SMOTEN or SMOTENC
        What it was given to.
    """
    if sampler.categorical_encoder is not None:
        warnings.warn(
            f"{type(sampler).__name__}: categorical_encoder has no effect, since categories are "
            "compared without one. Leave it out.",
            UserWarning,
            stacklevel=4,
        )
