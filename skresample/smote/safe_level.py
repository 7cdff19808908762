"""Safe-Level-SMOTE."""

import numpy as np
import numpy.typing as npt

from skresample.numerics.allocation import keep_slots
from skresample.samplers.base import Positions, Task
from skresample.samplers.parameters import KNeighbors
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing

__all__ = ["SafeLevelSMOTE"]


class SafeLevelSMOTE(InterpolatingOverSampler):
    r"""SMOTE that stays nearer to the safer of the two parents.

    The safe level :math:`s(x)` of a minority sample is the number of minority samples among its
    `k_neighbors` nearest neighbors :footcite:p:`bunkhumpornpat2009safe`. A minority sample
    :math:`x` is joined with one of its nearest minority samples :math:`x'`, unless both levels are
    0. With :math:`r = s(x) / s(x')`, the step is

    .. math::

        u \sim \begin{cases}
            U(0, 1/r) & r \ge 1 \\
            U(1 - r, 1) & r < 1 \\
            0 & s(x') = 0 < s(x) .
        \end{cases}

    See Also
    --------
    SMOTE : Steps of any length.
    BorderlineSMOTE : Starts from samples that are not safe.

    Notes
    -----
    As in the paper, the same number of neighbors determines levels and partners. If one of the
    parents has level 0, the synthetic sample is a copy of the other, and a warning says so if many
    are. If all levels are 0, all samples are bases evenly, as in SMOTE, and a warning says so.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SafeLevelSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = SafeLevelSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5

    _paper = (
        "Bunkhumpornpat, Sinapiromsaran, Lursinsap (2009), Safe-level-SMOTE: safe-level-synthetic "
        "minority oversampling technique for handling the class imbalanced problem"
    )
    _no_base = "no row and none of its nearest minority rows has another among its neighbors"
    _repeats_rows = True

    def _pair(self, task: Task) -> Pairing:
        partners = self._nearest(task, "k_neighbors", among=task.minority)
        level = np.zeros(len(task.rows))
        level[task.minority] = 1 - self._majority_proportion(task, "k_neighbors")
        own, other = level[task.minority][:, np.newaxis], level[partners]
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.where(own < other, 1 - own / other, 0.0)
            high = np.where(own < other, 1.0, other / own)
        partners, low, high = keep_slots(partners, (partners >= 0) & (own + other > 0), low, high)
        return Pairing(np.ones(len(partners)), Neighbors(partners), (low, high))

    def _join(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> tuple[Positions, npt.NDArray[np.floating]]:
        second, gap = super()._join(task, fitted, bases, rng)
        self._tell_repeats(
            task,
            int(np.count_nonzero((gap == 0) | (gap == 1))),
            bases.size,
            "they are copies of rows that have no others of the class near. Raise k_neighbors, or "
            "use SMOTE.",
        )
        return second, gap
