"""MWMOTE."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample.neighbors import Space
from skresample.samplers.base import Positions, Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.smote._clusters import LINKED, average_linkage
from skresample.smote.base import Groups, InterpolatingOverSampler, Pairing

__all__ = ["MWMOTE"]

PAIRS_AT_ONCE = 1 << 19
# In a larger class, the most pairs of samples of the class and of the border that are weighed.
MOST_ROWS, MOST_PAIRS = 10_000, 200_000_000


class MWMOTE(InterpolatingOverSampler):
    r"""Majority weighted minority oversampling technique.

    Bases are minority samples in proportion to their importance for the border
    :footcite:p:`barua2014mwmote`:

    1. Minority samples without another minority sample among their `k1` nearest neighbors are
       left out.
    2. The border consists of the `k2` nearest majority samples of each remaining sample.
    3. A border sample y gives weight to its `k3` nearest minority samples x. With d features and
       the closeness :math:`C(y, x) = 2 \min(d / \|y - x\|, 5) / 5`, the weight of x is

       .. math:: \sum_y \frac{C(y, x)^2}{\sum_z C(y, z)} .

    4. Average linkage clusters the class, up to `cut_off` times the mean distance to the nearest
       neighbor. A base is joined with any other sample of its cluster.

    Parameters
    ----------
    k1 : int, default=5
        Number of nearest neighbors that determine whether a minority sample is isolated.
    k2 : int, default=3
        Number of nearest majority samples of each minority sample that form the border.
    k3 : 'half' or int, default='half'
        Number of nearest minority samples that each border sample weights. ``'half'`` is half
        of them.
    cut_off : float, default=3.0
        The largest distance at which clusters are merged, as a multiple of the mean distance.

    See Also
    --------
    ProWSyn : Weights by levels instead of distances.
    KMeansSMOTE : Clusters all samples.

    Notes
    -----
    A sample alone in its cluster is not a base. Categories are the partner's with the probability
    of the step, else the base's. If all samples are isolated, all are bases evenly, as in SMOTE,
    and a warning says so. More than 4,000 minority samples must be dense numbers, and are clustered
    by root mean squared distances, in time that grows with the square of their number and memory
    that grows linearly. More than 10,000 are cut at medians into blocks of at most 2,000, and no
    cluster crosses blocks; the sum is over random border samples, at most 200 million pairs.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import MWMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = MWMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k1: Annotated[int, IntegerInterval(1)] = 5
    k2: Annotated[int, IntegerInterval(1)] = 3
    k3: Annotated[Any, StrOptions({"half"}), IntegerInterval(1)] = "half"
    cut_off: Annotated[float, RealInterval(0, None, closed="neither")] = 3.0

    _paper = (
        "Barua, Islam, Yao, Murase (2014), MWMOTE: majority weighted minority oversampling "
        "technique for imbalanced data set learning"
    )
    _no_base = "every row is isolated (see k1), or alone in its cluster (see cut_off)"
    _partners_from = "k1"

    def _pair(self, task: Task) -> Pairing:
        space, minority = self._space(task), task.minority
        if len(minority) > LINKED and space.coordinates is None:
            raise ValueError(
                f"MWMOTE: class {task.label!r} has {len(minority)} rows. More than {LINKED} can be "
                "clustered only if they are dense numbers without missing values, and with "
                "metric='euclidean': use ProWSyn, which has levels instead of clusters."
            )
        kept = np.flatnonzero(self._majority_proportion(task, "k1") < 1)
        weights, labels = np.zeros(len(minority)), np.arange(len(minority))
        if kept.size > 1:
            rows = minority[kept]
            border = np.unique(self._kneighbors(space, self.k2, rows, task.majority))
            if rows.size > MOST_ROWS and border.size * rows.size > MOST_PAIRS:
                border = np.sort(task.rng.choice(border, MOST_PAIRS // rows.size, replace=False))
            weights[kept] = self._importance(space, border, rows)
            nearest = self._kneighbors(space, 1, rows, rows)[:, 0]
            cut = self.cut_off * float(space.paired_distances(rows, nearest).mean())
            labels = average_linkage(space.take(minority), cut)
        return Pairing(weights, Groups(labels))

    def _importance(
        self, space: Space, border: Positions, rows: Positions
    ) -> npt.NDArray[np.float64]:
        """Return the weights of minority samples."""
        k = max(1, rows.size // 2) if self.k3 == "half" else min(self.k3, rows.size)
        total = np.zeros(rows.size)
        for part in gen_batches(border.size, max(1, PAIRS_AT_ONCE // rows.size)):
            away = space.distances(border[part], rows)
            with np.errstate(divide="ignore"):
                close = 2 / 5 * np.minimum(space.n_features / away, 5)  # the paper's CMAX, C_f(th)
            close[away > np.partition(away, k - 1, axis=1)[:, k - 1 : k]] = 0.0
            total += (close**2 / close.sum(axis=1, keepdims=True)).sum(axis=0)
        return total
