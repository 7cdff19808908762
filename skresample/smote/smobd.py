"""SMOBD."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import KNeighbors
from skresample.smote._spanning import spanning_tree
from skresample.smote.base import InterpolatingOverSampler, Pairing

__all__ = ["SMOBD"]


class SMOBD(InterpolatingOverSampler):
    r"""Synthetic minority oversampling based on density.

    SMOTE whose bases are weighed by how far apart the rows of the class are about them, and
    how many there are :footcite:p:`cao2011smobd`. With the core distance :math:`c` of a row,
    up to the `min_samples`-th row of the class, itself counted, and the number :math:`n` of
    other rows of the class within a radius,

    .. math:: w = \eta \frac{c}{\max c} + (1 - \eta) \frac{n}{\max n} .

    A row is noise, and no base, if both its core distance and its reachability are more than
    `noise_factor` times their means over the class. Both are those of OPTICS
    :footcite:p:`ankerst1999optics`: a row is reached from one reached before, p, over the
    distance to p or the core distance of p, whichever is larger.

    Parameters
    ----------
    min_samples : int, default=5
        Up to which row of the class, itself counted, core distances are; where it has fewer,
        up to the last.
    eta : float, default=0.5
        The share of the core distance in the weight.
    noise_factor : float, default=1.8
        From how many times the means on rows are noise.
    radius : float, default=None
        Within which rows are counted, in units of the distances; None for the mean core
        distance of the class.

    See Also
    --------
    MWMOTE : Weights by nearness to the border.
    KMeansSMOTE : More rows in sparse clusters.

    Notes
    -----
    The paper leaves open in what units the radius is: hence the mean core distance by default,
    which follows the class. The first row has no reachability, which counts as far; it is the
    one with the smallest core distance, and so noise only if all are. Where all core distances
    are 0, or no row has another within the radius, all rows weigh the same in this. Time grows
    with the square of the number of rows of the class, memory does not. A class of more than
    20,000 rows of dense numbers is therefore cut at the medians of its columns into blocks of at
    most 20,000, and a row is reached from rows of its block, and counts those.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOBD
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = SMOBD(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    min_samples: Annotated[int, IntegerInterval(2)] = 5
    eta: Annotated[float, RealInterval(0, 1, closed="both")] = 0.5
    noise_factor: Annotated[float, RealInterval(0, None, closed="neither")] = 1.8
    radius: Annotated[float | None, RealInterval(0, None, closed="neither"), None] = None

    _paper = (
        "Cao, Wang (2011), Applying over-sampling technique based on data density and "
        "cost-sensitive SVM to imbalanced learning"
    )
    _no_base = "every row is noise (see noise_factor)"

    def _pair(self, task: Task) -> Pairing:
        pairing = super()._pair(task)
        space, rows = self._space(task), task.minority
        last = self._kneighbors(space, self.min_samples - 1, rows, rows)[:, -1]
        core = space.paired_distances(rows, last)
        radius = float(core.mean())
        if self.radius is not None:
            radius = self.radius * (1.0 if self.standardize else task.rows.common_scale)
        tree = spanning_tree(space.take(rows), core, radius, start=int(core.argmin()))
        weights = self.eta * _of_largest(core) + (1 - self.eta) * _of_largest(tree.within)
        noise = _is_far(core, self.noise_factor) & _is_far(tree.reach, self.noise_factor)
        return pairing._replace(weights=np.where(noise, 0.0, weights))


def _of_largest(values: Any) -> npt.NDArray[np.float64]:
    """Return values over the largest; 1 where all are 0, since then all are the largest."""
    peak = values.max()
    return values / peak if 0 < peak < np.inf else np.ones(len(values))


def _is_far(values: npt.NDArray[np.float64], factor: float) -> npt.NDArray[np.bool_]:
    """Return which values are more than so many times the mean of those that are finite."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.ones(values.shape, dtype=bool)
    with np.errstate(over="ignore"):
        return values > factor * finite.mean()
