"""MWMOTE."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import StrOptions

from skresample.neighbors import Space
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.smote._clusters import LINKED, average_linkage
from skresample.smote.base import Groups, InterpolatingOverSampler, Pairing

__all__ = ["MWMOTE"]

# The paper's C_f(th) and CMAX: from where on, and to what, nearness is counted.
NEAREST, HIGHEST = 5.0, 2.0
PAIRS_AT_ONCE = 1 << 19
# Of more rows, what the border needs is found with so many pairs of its rows and them.
MOST_ROWS, MOST_PAIRS = 10_000, 200_000_000


class MWMOTE(InterpolatingOverSampler):
    r"""Majority weighted minority oversampling technique.

    Bases are minority rows in proportion to how much the border needs them
    :footcite:p:`barua2014mwmote`:

    1. Rows without another minority row among their `k1` nearest rows are left out.
    2. The border of the majority is the `k2` nearest majority rows of each row that is left.
    3. What the border needs is the `k3` nearest minority rows of each row y of it. Each is as
       close as :math:`C(y, x) = 2 \min(d / \|y - x\|, 5) / 5`, with d features, and weighs

       .. math:: \sum_y \frac{C(y, x)^2}{\sum_z C(y, z)} .

    4. The class is clustered by average linkage, up to `cut_off` times the mean distance of a
       row to the nearest; the partner is any other row of the base's cluster.

    Parameters
    ----------
    k1 : int, default=5
        How many nearest rows of the table tell who is isolated.
    k2 : int, default=3
        How many nearest majority rows of each row are the border.
    k3 : 'half' or int, default='half'
        How many nearest minority rows each row of the border needs: half of them, or so many.
    cut_off : float, default=3.0
        Up to how many mean distances clusters are merged.

    See Also
    --------
    ProWSyn : Weights by levels instead of distances.
    KMeansSMOTE : Clusters of all rows.

    Notes
    -----
    A row that is alone in its cluster is no base. Categories are the partner's with the
    probability of the step, else the base's. Where all rows are isolated, all are used evenly,
    as in SMOTE, and a warning says so. A class of more than 4,000 rows is clustered by root
    mean squares of distances, in memory that grows with the rows and time that grows with
    their square; it has to be of dense numbers. A class of more than 10,000 rows would take too
    long (half an hour for 100,000): it is cut at the medians of its columns into blocks
    of at most 2,000 rows, and no cluster has rows of two; and the sum over the border is one over
    rows of the border drawn at random, 200 million pairs with the rows of the class in all.

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
                f"MWMOTE: class {task.label!r} has {len(minority)} rows, and more than {LINKED} "
                "can be clustered only where they are dense numbers without missing values, under "
                "metric='euclidean': use ProWSyn, which has levels instead of clusters."
            )
        kept = np.flatnonzero(self._majority_proportion(task, "k1") < 1)
        rows = minority[kept]
        weights = np.zeros(len(minority))
        groups = np.arange(len(minority))
        if kept.size > 1:
            border = np.unique(self._kneighbors(space, self.k2, rows, task.majority))
            if rows.size > MOST_ROWS and border.size * rows.size > MOST_PAIRS:
                border = np.sort(task.rng.choice(border, MOST_PAIRS // rows.size, replace=False))
            weights[kept] = self._needed(space, border, rows)
            nearest = self._kneighbors(space, 1, rows, rows)[:, 0]
            cut = self.cut_off * float(space.paired_distances(rows, nearest).mean())
            groups = average_linkage(space.take(minority), cut)
        return Pairing(weights, Groups(groups))

    def _needed(
        self, space: Space, border: npt.NDArray[np.intp], rows: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        """Return how much the border needs each row."""
        k = max(1, rows.size // 2) if self.k3 == "half" else min(self.k3, rows.size)
        total = np.zeros(rows.size)
        for part in gen_batches(border.size, max(1, PAIRS_AT_ONCE // rows.size)):
            away = space.distances(border[part], rows)
            with np.errstate(divide="ignore"):
                close = HIGHEST / NEAREST * np.minimum(space.n_features / away, NEAREST)
            furthest = np.partition(away, k - 1, axis=1)[:, k - 1 : k]
            close[away > furthest] = 0.0
            total += (close**2 / close.sum(axis=1, keepdims=True)).sum(axis=0)
        return total
