"""Polynomial fit SMOTE."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions

from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.smote._topologies import along_principal_axis, mean_of_known, polynomial_trend
from skresample.smote.base import Groups, Neighbors, Pairing, PairingOverSampler
from skresample.table import Block

__all__ = ["PolynomialFitSMOTE"]


class PolynomialFitSMOTE(PairingOverSampler):
    r"""Synthetic samples on curves through the class.

    The topology determines the curves :footcite:p:`gazzah2008polynomial`:

    - ``'star'``: from each sample to the mean of the class, :math:`x + u\,(\bar x - x)`;
    - ``'bus'``: from each sample to the next one;
    - ``'mesh'``: between any two samples;
    - ``'polynomial'``: the polynomial trend :math:`\sum_p c_{pj} t^p` of the samples in feature
      j, with one t for all features.

    u and t are drawn from U(0, 1).

    Parameters
    ----------
    topology : {'star', 'bus', 'mesh', 'polynomial'}, default='star'
        The curves.
    degree : int, default=2
        Degree of the polynomial.

    See Also
    --------
    SMOTE : Between nearest neighbors.

    Notes
    -----
    For the bus and the trend, the paper uses the order of the table. Here, samples are ordered
    along the first principal axis of the class, after numerical features are divided by their
    standard deviations. In a star, the second parent is -1, and categories and missing values
    are those of the sample. On the trend, they are those of the sample nearest along the axis, the
    only parent. Otherwise, categories are the partner's with the probability of the step.

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
        partners = np.full((m, 1), -1)
        partners[order[:-1], 0] = task.minority[order[1:]]
        return Pairing(np.ones(m), Neighbors(partners))

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        if self.topology in ("bus", "mesh"):
            return super()._draw(task, fitted, bases, rng)
        place, own = rng.random(bases.size), rows_of(task.numeric, task.minority)
        middle = mean_of_known(own)
        if self.topology == "star":
            parents = np.column_stack([task.minority[bases], np.full(bases.size, -1)])

            def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
                rows = own[bases[part]]
                return rows + place[part, np.newaxis] * (middle - rows)
        else:
            order = along_principal_axis(own)
            trend = polynomial_trend(np.where(np.isnan(own), middle, own)[order], self.degree)
            nearest = order[np.rint(place * (len(own) - 1)).astype(np.intp)]
            parents = task.minority[nearest][:, np.newaxis]

            def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
                return np.where(np.isnan(own[nearest[part]]), np.nan, trend(place[part]))

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(parents, numbers, task.rows.codes[parents[:, 0]])
