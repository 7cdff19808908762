"""Distances of rows that mix numbers and categories, and may have holes."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.metrics import euclidean_distances
from sklearn.utils import gen_batches
from sklearn.utils.sparsefuncs import mean_variance_axis, min_max_axis

__all__ = [
    "Mixed",
    "class_shares",
    "mismatch_cost",
    "nearest",
    "paired_squared_distances",
    "squared_distances",
    "standard_deviation",
    "widths",
]

# Two rows that have no feature in common are as far apart as can be.
UNKNOWN = 1e300
# Up to this many products of rows, base rows and features, NumPy is done before compiled code
# has been loaded.
COMPILED_FROM = 150_000_000
# How many distances NumPy computes at once.
BLOCK_VALUES = 1 << 20


class Mixed(NamedTuple):
    r"""Rows of numbers and categories.

    The squared distance of two rows is the sum, over the features that both have, of the
    squared differences of numbers and of the squared cost of each category that differs;
    times the number of all features over that of those.

    Attributes
    ----------
    numeric : {ndarray, CSR matrix or array} of shape (n, d)
        The numbers, NaN where missing.
    codes : ndarray of shape (n, c)
        The categories, -1 where missing.
    cost : float
        What two different categories are apart.
    """

    numeric: Any
    codes: npt.NDArray[np.signedinteger]
    cost: float = 1.0

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return int(self.codes.shape[0])

    @property
    def n_features(self) -> int:
        """How many features there are."""
        return int(self.numeric.shape[1] + self.codes.shape[1])

    def take(self, rows: npt.NDArray[Any]) -> "Mixed":
        """Return some of the rows."""
        return Mixed(self.numeric[rows], self.codes[rows], self.cost)


def standard_deviation(values: Any) -> npt.NDArray[np.float64]:
    """Return the standard deviation of each column over the values that it has.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        Rows of floats, NaN where missing.

    Returns
    -------
    deviation : ndarray of shape (d,)
        The root of the mean squared deviation; 0 for a constant column or an empty one.
    """
    if sparse.issparse(values):
        return np.sqrt(mean_variance_axis(values.tocsr(), axis=0)[1])
    deviation = np.zeros(values.shape[1])
    for j in range(values.shape[1]):
        column = values[:, j]
        if np.isnan(column.min(initial=np.inf)):
            column = column[~np.isnan(column)]
        # Of a constant column the deviation need not come out as 0 exactly.
        if column.size and (size := np.ptp(column)) > 0:
            # Scaled, since squares may leave the range of floats.
            deviation[j] = size * np.std((column - column[0]) / size, dtype=np.float64)
    return deviation


def widths(values: Any) -> npt.NDArray[np.float64]:
    """Return how far the lowest and the highest value of each column are apart.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        Rows of floats, NaN where missing.

    Returns
    -------
    widths : ndarray of shape (d,)
        0 for a constant column or an empty one.
    """
    if sparse.issparse(values):
        low, high = min_max_axis(values.tocsr(), axis=0)
    else:
        low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    return np.nan_to_num(high.astype(np.float64) - low)


def mismatch_cost(values: Any) -> float:
    """Return what two different categories are apart, in the units of the numbers beside them.

    The median of the standard deviations :footcite:p:`chawla2002smote`; where half of the
    columns or more are constant and the median is 0, of those that are not; where all are,
    or there is none, 1.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (m, d)
        The numbers of the rows of a class.

    Returns
    -------
    cost : float
        Greater than 0.

    References
    ----------
    .. footbibliography::
    """
    deviation = standard_deviation(values)
    for some in (deviation, deviation[deviation > 0]):
        if some.size and (median := float(np.median(some))) > 0:
            return median
    return 1.0


def class_shares(
    codes: npt.NDArray[np.signedinteger], is_minority: npt.NDArray[np.bool_], *, extra: float = 1.0
) -> npt.NDArray[np.float64]:
    """Return, for each category of each row, the share of minority rows among those with it.

    Parameters
    ----------
    codes : ndarray of shape (n, c)
        The categories, -1 where missing.
    is_minority : ndarray of shape (n,)
        True for minority rows.
    extra : float, default=1.0
        Each category counts as if it had so many rows more, of the minority as often as in
        the table.

    Returns
    -------
    shares : ndarray of shape (n, c)
        Between 0 and 1; that of the table where a category is missing.
    """
    overall = is_minority.mean()
    shares = np.full(codes.shape, overall)
    for j in range(codes.shape[1]):
        known = codes[:, j] >= 0
        column = codes[known, j]
        count = np.bincount(column)
        inside = np.bincount(column, weights=is_minority[known])
        with np.errstate(invalid="ignore"):  # of codes that no row has
            shares[known, j] = ((inside + extra * overall) / (count + extra))[column]
    return shares


def squared_distances(left: Mixed, right: Mixed) -> npt.NDArray[np.float64]:
    """Return the squared distance of each row to each other one.

    Parameters
    ----------
    left, right : Mixed
        Rows of the same features.

    Returns
    -------
    distances : ndarray of shape (n_left, n_right)
        In squared units.
    """
    present = None
    if sparse.issparse(left.numeric):
        total = euclidean_distances(left.numeric, right.numeric, squared=True)
    else:
        total = np.zeros((left.n_rows, right.n_rows))
        for j in range(left.numeric.shape[1]):
            difference = np.subtract.outer(
                left.numeric[:, j].astype(np.float64), right.numeric[:, j].astype(np.float64)
            )
            if np.isnan(difference.sum()):
                known = ~np.isnan(difference)
                difference[~known] = 0
                present = _count(present, known, j)
            elif present is not None:
                present += 1
            difference *= difference
            total += difference
    seen = left.numeric.shape[1]
    for j in range(left.codes.shape[1]):
        ours, theirs = left.codes[:, j], right.codes[:, j]
        differ = np.not_equal.outer(ours, theirs)
        if (ours < 0).any() or (theirs < 0).any():
            known = np.logical_and.outer(ours >= 0, theirs >= 0)
            differ &= known
            present = _count(present, known, seen + j)
        elif present is not None:
            present += 1
        total += np.multiply(differ, left.cost**2)
    if present is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            total *= left.n_features / present
        total[present == 0] = UNKNOWN
    return total


def paired_squared_distances(left: Mixed, right: Mixed) -> npt.NDArray[np.float64]:
    """Return the squared distance of each row to the one in its place.

    Parameters
    ----------
    left, right : Mixed
        Equally many rows of the same features.

    Returns
    -------
    distances : ndarray of shape (n,)
        As in `squared_distances`.
    """
    if sparse.issparse(left.numeric):
        apart = left.numeric - right.numeric
        total = np.asarray(apart.multiply(apart).sum(axis=1)).ravel()
        present = np.full(left.n_rows, left.numeric.shape[1])
    else:
        difference = left.numeric.astype(np.float64) - right.numeric
        known = ~np.isnan(difference)
        total = np.square(difference, where=known, out=np.zeros_like(difference)).sum(axis=1)
        present = np.count_nonzero(known, axis=1)
    known = (left.codes >= 0) & (right.codes >= 0)
    differ = known & (left.codes != right.codes)
    total += np.count_nonzero(differ, axis=1) * left.cost**2
    present += np.count_nonzero(known, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        total *= left.n_features / present
    total[present == 0] = UNKNOWN
    return total


def _count(
    present: npt.NDArray[np.int32] | None, known: npt.NDArray[np.bool_], before: int
) -> npt.NDArray[np.int32]:
    if present is None:
        present = np.full(known.shape, before, dtype=np.int32)
    present += known
    return present


def nearest(
    table: Mixed,
    k: int,
    *,
    of: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    n_jobs: int | None = None,
) -> npt.NDArray[np.intp]:
    """Find the k nearest rows of some rows of a table among others, themselves excluded.

    Parameters
    ----------
    table : Mixed
        The table.
    k : int
        How many, at most as many as there are.
    of, among : ndarray of shape (n_queries,) and (n_base,)
        Positions of the rows whose neighbours are looked for, and of those looked through.
    n_jobs : int, default=None
        Threads; None for all processors.

    Returns
    -------
    neighbors : ndarray of shape (n_queries, k)
        Positions in the table, nearest first; of equally near ones, the first in `among`.
    """
    if k < 1 or not of.size:
        return np.empty((of.size, max(k, 0)), dtype=np.intp)
    queries, base = table.take(of), table.take(among)
    work = of.size * among.size * table.n_features
    if work > COMPILED_FROM and not sparse.issparse(table.numeric):
        from skresample.numerics._jit import CAN_COMPILE

        if CAN_COMPILE:
            from skresample.neighbors._mixed_kernel import search

            return among[search(queries, base, k, of, among, n_jobs)]
    position = np.full(table.n_rows, -1)
    position[among] = np.arange(among.size)
    found = np.empty((of.size, k), dtype=np.intp)
    for part in gen_batches(of.size, max(1, BLOCK_VALUES // among.size)):
        distances = squared_distances(queries.take(np.arange(of.size)[part]), base)
        rows = np.arange(len(distances))
        own = position[of[part]]
        distances[rows[own >= 0], own[own >= 0]] = np.inf
        for i in range(k):
            found[part, i] = distances.argmin(axis=1)
            distances[rows, found[part, i]] = np.inf
    return among[found]
