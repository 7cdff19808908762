"""SMOBD."""

from typing import Annotated

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

    SMOTE whose bases are weighted by the density of the class :footcite:p:`cao2011smobd`. With the
    core distance :math:`c` of a sample, which reaches to the `min_samples`-th sample of the class,
    itself counted, and the number :math:`n` of other samples of the class within a radius,

    .. math:: w = \eta \frac{c}{\max c} + (1 - \eta) \frac{n}{\max n} .

    A sample is noise, and not a base, if both its core distance and its reachability exceed
    `noise_factor` times their means over the class. Both are those of OPTICS
    :footcite:p:`ankerst1999optics`: the reachability from an earlier sample p is the distance
    to p or the core distance of p, whichever is larger.

    Parameters
    ----------
    min_samples : int, default=5
        Number of samples of the class, itself counted, that the core distance reaches to; if
        the class has fewer, all.
    eta : float, default=0.5
        Weight of the core distance, from 0 to 1.
    noise_factor : float, default=1.8
        Multiple of the means beyond which samples are noise.
    radius : float, default=None
        Distance within which samples are counted. None is the mean core distance of the class.

    See Also
    --------
    MWMOTE : Weights by distances from the border.
    KMeansSMOTE : More synthetic samples in sparse clusters.

    Notes
    -----
    The paper leaves the unit of the radius open; the mean core distance adapts to the class. The
    first sample has no reachability and counts as far. It is the one with the least core
    distance, so it is noise only if all are. If all core distances are 0, or all counts, they
    weight all samples equally. Time grows with the square of the number of minority samples; memory
    does not. More than 20,000 samples of dense numbers are cut at medians into blocks of at most
    20,000, and samples are reached from, and counted in, their own block.

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
        space, rows = self._space(task), task.minority
        last = self._kneighbors(space, self.min_samples - 1, rows, rows)[:, -1]
        core = space.paired_distances(rows, last)
        unit = 1.0 if self.standardize else task.rows.common_scale
        radius = float(core.mean()) if self.radius is None else self.radius * unit
        tree = spanning_tree(space.take(rows), core, radius, start=int(core.argmin()))
        weights = self.eta * _of_largest(core) + (1 - self.eta) * _of_largest(tree.within)
        noise = _is_far(core, self.noise_factor) & _is_far(tree.reach, self.noise_factor)
        return super()._pair(task)._replace(weights=np.where(noise, 0.0, weights))


def _of_largest(values: npt.NDArray) -> npt.NDArray[np.float64]:
    """Return values divided by the largest; 1 if all are 0, since then all are the largest."""
    peak = values.max()
    return values / peak if 0 < peak < np.inf else np.ones(len(values))


def _is_far(values: npt.NDArray[np.float64], factor: float) -> npt.NDArray[np.bool_]:
    """Return which values exceed a multiple of the mean of the finite ones."""
    finite = values[np.isfinite(values)]
    with np.errstate(over="ignore"):
        return values > (factor * finite.mean() if finite.size else -1)
