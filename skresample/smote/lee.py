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
    """SMOTE that rejects new rows among the majority.

    A new row is rejected, and another one drawn, where the share of majority rows among its
    nearest rows of the table is `rejection_level` or more :footcite:p:`lee2015rejection`.

    Parameters
    ----------
    m_neighbors : int, default=5
        How many nearest rows of the table decide about a new row.
    rejection_level : float, default=0.5
        The share from which on it is rejected.

    See Also
    --------
    SMOTE : Without rejection.
    SafeLevelSMOTE : Steps that stay near rows among their own.

    Notes
    -----
    What is still rejected after twenty rounds is taken all the same, and a warning says how
    many rows that are: there may be no place in the table where a row would be accepted. So that
    large tables do not take minutes, there are fewer rounds after 2.2 million rows drawn in all, or
    a thousand million pairs of these and the rows of a sparse table.

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
        n_new = bases.size
        accepted: list[tuple[Any, ...]] = []
        missing, most = n_new, MOST_DRAWN
        if sparse.issparse(task.numeric):
            most = MOST_PAIRS // len(task.rows)
        for round_ in range(1, ROUNDS + 1):
            drawn = super()._draw(task, fitted, bases, rng)
            numeric, codes = drawn.numbers, drawn.codes
            assert codes is not None
            assert drawn.draws is not None
            refused = self._proportions(task, numeric, codes) >= self.rejection_level
            most -= missing
            if (round_ == ROUNDS or most <= 0) and refused.any():
                warnings.warn(
                    f"LeeSMOTE: of {n_new} new rows of class {task.label!r}, "
                    f"{np.count_nonzero(refused)} were rejected {round_} times and taken all the "
                    "same: raise rejection_level, or use SMOTE.",
                    UserWarning,
                    stacklevel=2,
                )
                refused[:] = False
            taken = np.flatnonzero(~refused)
            kept = drawn.parents[taken], numeric[taken], codes[taken], drawn.draws[taken]
            accepted.append(kept)
            missing -= taken.size
            if not missing:
                break
            bases = draw_bases(fitted.weights, missing, rng)
        parents, numbers, names, draws = zip(*accepted, strict=True)
        # Where more is rejected, rows are accepted later: not in the order of the rounds.
        order = np.arange(n_new) if len(accepted) == 1 else rng.permutation(n_new)
        if sparse.issparse(numbers[0]):
            new = sparse.vstack(numbers, format="csr")[order]
        else:
            new = np.concatenate(numbers)[order]

        behind, codes, by = (np.concatenate(part)[order] for part in (parents, names, draws))
        return Block(behind, new, codes, by)

    def _proportions(
        self, task: Task, numeric: Any, codes: npt.NDArray[np.signedinteger]
    ) -> npt.NDArray[np.float64]:
        """Return the share of majority rows among the nearest rows of each new row."""
        if self.standardize and not sparse.issparse(numeric):
            numeric = numeric / task.rows.deviation.astype(numeric.dtype)
        elif self.standardize:
            numeric = numeric @ sparse.diags_array(1 / task.rows.deviation)
        joined, n = self._space(task).append(numeric, codes), len(task.rows)
        new = np.arange(n, n + numeric.shape[0])
        found = self._kneighbors(joined, self.m_neighbors, new, np.arange(n))
        return majority_proportion(found, task.is_minority)
