"""Oversampling with rejection."""

import warnings
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from skresample.numerics.allocation import draw_bases
from skresample.samplers.base import Positions, Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import KNeighbors
from skresample.smote.base import InterpolatingOverSampler, Pairing, majority_proportion
from skresample.table import Block

__all__ = ["LeeSMOTE"]

ROUNDS = 20
# No more rounds are begun after so many rows, or pairs of rows of a sparse table, were looked at.
MOST_DRAWN, MOST_PAIRS = 2_200_000, 1_000_000_000


class LeeSMOTE(InterpolatingOverSampler):
    """SMOTE that rejects synthetic samples among the majority class.

    A synthetic sample is rejected and replaced by another if the proportion of majority samples
    among its nearest neighbors is at least `rejection_level` :footcite:p:`lee2015rejection`.

    Parameters
    ----------
    m_neighbors : int, default=5
        Number of nearest neighbors among all samples that decide about a synthetic sample.
    rejection_level : float, default=0.5
        The least proportion of majority samples that leads to rejection.

    See Also
    --------
    SMOTE : Without rejection.
    SafeLevelSMOTE : Draws synthetic samples nearer to samples among their own class.

    Notes
    -----
    In some tables no place is accepted. After twenty rounds, samples are kept though they are
    rejected, and a warning gives their number. To limit the time, there are fewer rounds after 2.2
    million drawn samples, or after 10⁹ pairs of these and samples of a sparse table.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import LeeSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = LeeSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    m_neighbors: Annotated[int, IntegerInterval(1)] = 5
    rejection_level: Annotated[float, RealInterval(0, None, closed="neither")] = 0.5

    _paper = (
        "Lee, Kim, Lee (2015), "
        "An over-sampling technique with rejection for imbalanced class learning"
    )

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        accepted: list[Any] = []
        n_new = missing = bases.size
        most = MOST_PAIRS // len(task.rows) if sparse.issparse(task.numeric) else MOST_DRAWN
        for round_ in range(1, ROUNDS + 1):
            drawn: Any = super()._draw(task, fitted, bases, rng)
            rejected = self._proportions(task, drawn) >= self.rejection_level
            most -= missing
            if (round_ == ROUNDS or most <= 0) and rejected.any():
                warnings.warn(
                    f"LeeSMOTE: of {n_new} new rows of class {task.label!r}, "
                    f"{np.count_nonzero(rejected)} were rejected {round_} times and taken all the "
                    "same: raise rejection_level, or use SMOTE.",
                    UserWarning,
                    stacklevel=2,
                )
                rejected[:] = False
            accepted.append(Block(*(part[~rejected] for part in drawn[:4])))  # y is not drawn
            missing = int(np.count_nonzero(rejected))
            if not missing:
                break
            bases = draw_bases(fitted.weights, missing, rng)
        if len(accepted) == 1:
            return accepted[0]
        # Where more is rejected, samples are accepted later: not in the order of the rounds.
        order = rng.permutation(n_new)
        parts = zip(*(block[:4] for block in accepted), strict=True)
        joined = (
            sparse.vstack(part, format="csr") if sparse.issparse(part[0]) else np.concatenate(part)
            for part in parts
        )
        return Block(*(part[order] for part in joined))

    def _proportions(self, task: Task, drawn: Any) -> npt.NDArray[np.float64]:
        """Return the proportion of majority samples among the neighbors of each synthetic one."""
        numeric = drawn.numbers
        if self.standardize and not sparse.issparse(numeric):
            numeric = numeric / task.rows.deviation.astype(numeric.dtype)
        elif self.standardize:
            numeric = numeric @ sparse.diags_array(1 / task.rows.deviation)
        joined, n = self._space(task).append(numeric, drawn.codes), len(task.rows)
        new = np.arange(n, n + numeric.shape[0])
        found = self._kneighbors(joined, self.m_neighbors, new, np.arange(n))
        return majority_proportion(found, task.is_minority)
