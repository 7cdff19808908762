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

__all__ = ["space_of", "space_of_columns"]

# Other names that scikit-learn has for the Euclidean metric.
SAME = {EUCLIDEAN, "l2", "minkowski"}
# Metrics that need distances or parameters in place of a table.
NEED_MORE = {"mahalanobis", "precomputed", "seuclidean"}


def space_of(
    rows: Any,
    *,
    standardize: bool = False,
    like: Positions | None = None,
    metric: str | Callable[..., float] = EUCLIDEAN,
) -> Space:
    """Return the space of the rows of a table.

    Parameters
    ----------
    rows : Rows
        The table.
    standardize : bool, default=False
        If True, numbers are divided by their standard deviations.
    like : ndarray of shape (m,), default=None
        Positions of the rows whose numbers set the distance of two different categories; None
        for all.
    metric : str or callable, default='euclidean'
        A metric that :class:`sklearn.neighbors.NearestNeighbors` has, by name, or a function of
        two rows. Categories and missing values need ``'euclidean'``.

    Returns
    -------
    space : Space
        `Mixed` if there are categories or missing values.

    Raises
    ------
    ValueError
        If the table cannot be compared by the metric.
    """
    numeric = rows.standardized if standardize else rows.numeric
    if not rows.columns.has_missing and not rows.columns.categories.size:
        return _space_of_numbers(numeric, metric)
    if not _is_euclidean(metric):
        raise ValueError(
            f"metric={metric!r} measures distances between numbers, and X has categories or "
            f"missing values: leave metric={EUCLIDEAN!r}, which compares these too, or encode the "
            "categories and impute the missing values first."
        )
    return Mixed(numeric, rows.codes, mismatch_cost(numeric if like is None else numeric[like]))


def space_of_columns(
    numeric: npt.NDArray[np.floating], codes: npt.NDArray[np.signedinteger], cost: float
) -> Space:
    """Return the space of dense numbers (n, d) and of categories (n, c) that differ by a cost."""
    if codes.shape[1] or np.isnan(numeric).any():
        return Mixed(numeric, codes, cost)
    return Dense(numeric)


def _space_of_numbers(values: Any, metric: str | Callable[..., float]) -> Space:
    thin = sparse.issparse(values)
    if _is_euclidean(metric):
        return Numbers(values) if thin else Dense(values)
    valid = (VALID_METRICS_SPARSE if thin else VALID_METRICS)["brute"]
    names = sorted({*valid, "minkowski"} - NEED_MORE)
    if not callable(metric) and metric not in names:
        raise ValueError(
            f"metric={metric!r} cannot compare the rows of a "
            f"{'sparse' if thin else 'dense'} table: give a function of two rows, or one of "
            f"{', '.join(names)}."
        )
    return Numbers(values, metric)


def _is_euclidean(metric: str | Callable[..., float]) -> bool:
    return isinstance(metric, str) and metric in SAME
