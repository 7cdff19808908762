"""Polynomial fit SMOTE."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions

from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.smote._topologies import along_principal_axis, polynomial_trend
from skresample.smote.base import Groups, Neighbors, Pairing, PairingOverSampler
from skresample.table import Block

__all__ = ["PolynomialFitSMOTE"]


class PolynomialFitSMOTE(PairingOverSampler):
    r"""New rows on a curve through the class, whose kind is its topology.

    Four of them :footcite:p:`gazzah2008polynomial`:

    - ``'star'``: between a row and the mean of the class, :math:`x + u\,(\bar x - x)`;
    - ``'bus'``: between each row and the next;
    - ``'mesh'``: between any two rows;
    - ``'polynomial'``: on a polynomial trend of the rows, :math:`\sum_p c_{pj} t^p` in feature
      j, with one t for all features.

    with u and t from U(0, 1).

    Parameters
    ----------
    topology : {'star', 'bus', 'mesh', 'polynomial'}, default='star'
        Which curve.
    degree : int, default=2
        Of the polynomial.

    See Also
    --------
    SMOTE : Between nearest rows.

    Notes
    -----
    The paper takes rows in the order in which they stand, for a bus and for the trend; here it is
    that along the first principal axis of the class in numbers over their standard deviations,
    so that the order of a table does not matter. Between a row and the mean, new rows have two
    parents, the row and none (-1); categories and holes are the row's. On the trend, they are
    those of the row that is next to it on the axis, which is the parent. Elsewhere, a category is
    the partner's with the probability of the step.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import PolynomialFitSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = PolynomialFitSMOTE(topology="mesh", random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    topology: Annotated[str, StrOptions({"star", "bus", "mesh", "polynomial"})] = "star"
    degree: Annotated[int, IntegerInterval(1)] = 2
    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    _paper = (
        "Gazzah, Essoukri Ben Amara (2008), "
        "New oversampling approaches based on polynomial fitting for imbalanced data sets"
    )
    _on_lines = False

    def _pair(self, task: Task) -> Pairing:
        m = len(task.minority)
        if self.topology != "bus":  # the mean and the trend are of all samples, too
            return Pairing(np.ones(m), Groups(np.zeros(m, dtype=np.intp)))
        order = along_principal_axis(rows_of(task.numeric, task.minority))
        partners = np.empty((m, 1), dtype=np.intp)
        partners[order[:-1], 0] = task.minority[order[1:]]
        partners[order[-1]] = -1
        return Pairing(np.ones(m), Neighbors(partners))

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        if self.topology in ("bus", "mesh"):
            return super()._draw(task, fitted, bases, rng)
        n_new = bases.size
        own = rows_of(task.numeric, task.minority)
        middle = _mean(own)
        if self.topology == "star":
            base = bases
            parents = np.column_stack([task.minority[base], np.full(n_new, -1)])
            place = rng.random(n_new)

            def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
                rows = own[base[part]]
                return rows + place[part, np.newaxis] * (middle - rows)
        else:
            order = along_principal_axis(own)
            trend = polynomial_trend(np.where(np.isnan(own), middle, own)[order], self.degree)
            place = rng.random(n_new)
            base = order[np.rint(place * (len(own) - 1)).astype(np.intp)]
            parents = task.minority[base][:, np.newaxis]

            def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
                return np.where(np.isnan(own[base[part]]), np.nan, trend(place[part]))

        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(parents, numbers, task.rows.codes[task.minority[base]])


def _mean(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean of each column over the values that it has; 0 where it has none."""
    count = np.count_nonzero(~np.isnan(rows), axis=0)
    first = np.nan_to_num(rows[0])
    # From the first row on, so that a constant column has its value for a mean.
    total = np.nansum(rows - first, axis=0)
    return first + total / np.maximum(count, 1)
