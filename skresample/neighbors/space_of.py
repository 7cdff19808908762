"""The space of a table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.neighbors import VALID_METRICS, VALID_METRICS_SPARSE

from skresample.neighbors.mixed import Mixed, mismatch_cost
from skresample.neighbors.numeric import EUCLIDEAN, Dense, Numbers
from skresample.neighbors.space import Positions, Space

__all__ = ["METRICS", "is_euclidean", "space_of", "space_of_columns"]

# Names of the Euclidean metric; with missing values, `Mixed` has scikit-learn's rule for them.
SAME = {EUCLIDEAN, "l2", "minkowski", "nan_euclidean"}
# Names of metrics, but for those that need distances or parameters in place of a table.
METRICS = {*VALID_METRICS["brute"], *SAME} - {"mahalanobis", "precomputed", "seuclidean"}


def space_of(
    rows: Any,
    *,
    standardize: bool = False,
    like: Positions | None = None,
    metric: str | Callable[..., float] = EUCLIDEAN,
) -> Space:
    """Return the space of the rows of a table, whose numbers may be standardized.

    The numbers of the rows `like` (m,), None for all, set the distance of different categories.
    A metric other than Euclidean is one of `METRICS`, or a function of two rows.
    """
    numeric = rows.standardized if standardize else rows.numeric
    is_mixed = rows.columns.has_missing or rows.columns.categories.size
    thin = sparse.issparse(numeric)
    if is_euclidean(metric):
        if is_mixed:
            cost = mismatch_cost(numeric if like is None else numeric[like])
            return Mixed(numeric, rows.codes, cost)
        return Numbers(numeric) if thin else Dense(numeric)
    if is_mixed:
        raise ValueError(
            f"metric={metric!r} measures distances between numbers, and X has categories or "
            f"missing values: leave metric={EUCLIDEAN!r}, which compares these too, or encode the "
            "categories and impute the missing values first."
        )
    names = sorted(METRICS.intersection(VALID_METRICS_SPARSE["brute"]) if thin else METRICS)
    if not callable(metric) and metric not in names:
        raise ValueError(
            f"metric={metric!r} cannot compare the rows of a {'sparse' if thin else 'dense'} "
            f"table: give a function of two rows, or one of {', '.join(names)}."
        )
    space = Numbers(numeric, metric)
    if callable(metric):
        first = np.zeros(1, dtype=np.intp)
        try:
            space.distances(first, first)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"metric={metric!r} must take two rows and return a number: {error}"
            ) from error
    return space


def space_of_columns(
    numeric: npt.NDArray[np.floating], codes: npt.NDArray[np.signedinteger], cost: float
) -> Space:
    """Return the space of dense numbers (n, d) and of categories (n, c) that differ by a cost."""
    if codes.shape[1] or np.isnan(numeric).any():
        return Mixed(numeric, codes, cost)
    return Dense(numeric)


def is_euclidean(metric: str | Callable[..., float]) -> bool:
    """Return whether a metric is the Euclidean one, by any of its names."""
    return isinstance(metric, str) and metric in SAME
