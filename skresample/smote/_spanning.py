"""Spanning trees of rows, and parts of rows that are cut out along one."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from skresample.neighbors.mixed import Mixed
from skresample.neighbors.search import distances

__all__ = ["SpanningTree", "aligned_parts", "median_parts", "spanning_tree"]

Floats = npt.NDArray[np.floating]
# Dense rows beyond this, or below its inverse, have squares that may leave the range of floats.
LARGE = 1e150
# More dense rows than that are cut into parts of so many at most, with a tree each.
MOST_ROWS = 20_000


class SpanningTree(NamedTuple):
    """Rows, each joined with one that was reached before it.

    Attributes
    ----------
    parent : ndarray of shape (m,)
        The row from which each was reached; -1 for the first, of each part.
    reach : ndarray of shape (m,)
        From how far it was reached; infinite for the first.
    within : ndarray of shape (m,) or None
        How many other rows are within the radius, if there was one.
    """

    parent: npt.NDArray[np.intp]
    reach: npt.NDArray[np.float64]
    within: npt.NDArray[np.intp] | None


def spanning_tree(
    values: Any, core: Floats | None = None, radius: float | None = None, start: int = 0
) -> SpanningTree:
    """Reach row after row, always the nearest to those that were reached.

    Prim's minimum spanning tree. With core distances, how far a row is from another is at
    least the core distance of the other: then what comes out are the reachabilities of OPTICS
    :footcite:p:`ankerst1999optics`, without a limit to them. Distances are computed a row at a
    time: memory grows with the rows, time with their square. So more than 20,000 dense rows are
    cut into parts of at most so many (see `median_parts`), each with a tree of its own.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (m, d) or Mixed
        The rows.
    core : ndarray of shape (m,), default=None
        The core distance of each; None for 0.
    radius : float, default=None
        Within what distance other rows are counted; None for no count.
    start : int, default=0
        The first row; of parts, that with the least core distance.

    Returns
    -------
    tree : SpanningTree
        Parents, reaches and counts.

    References
    ----------
    .. footbibliography::
    """
    m = values.n_rows if isinstance(values, Mixed) else values.shape[0]
    if isinstance(values, np.ndarray) and m > MOST_ROWS:
        forest = SpanningTree(
            np.full(m, -1), np.full(m, np.inf), None if radius is None else np.zeros(m, np.intp)
        )
        for part in median_parts(values, MOST_ROWS):
            of_part = None if core is None else core[part]
            first = 0 if of_part is None else int(of_part.argmin())
            tree = spanning_tree(values[part], of_part, radius, first)
            joined = tree.parent >= 0
            forest.parent[part[joined]] = part[tree.parent[joined]]
            forest.reach[part] = tree.reach
            if forest.within is not None and tree.within is not None:
                forest.within[part] = tree.within
        return forest
    away_from = _rows_of_distances(values, m)
    parent, reach = np.full(m, -1), np.full(m, np.inf)
    within = None if radius is None else np.zeros(m, dtype=np.intp)
    # What is left to reach has its reach so far here; what is reached, more than that.
    ahead = np.full(m, np.inf)
    left = np.ones(m, dtype=bool)
    row = start
    while True:
        left[row] = False
        ahead[row] = np.inf
        away = away_from(row)
        if within is not None and radius is not None:
            within[row] = np.count_nonzero(away <= radius) - (away[row] <= radius)
        if core is not None:
            away = np.maximum(away, core[row])
        nearer = np.flatnonzero((away < reach) & left)
        reach[nearer] = ahead[nearer] = away[nearer]
        parent[nearer] = row
        if not left.any():
            return SpanningTree(parent, reach, within)
        row = int(ahead.argmin())
        if ahead[row] == np.inf:  # all that is left is infinitely far
            row = int(left.argmax())
            parent[row] = start


def median_parts(values: npt.NDArray[np.floating], most: int) -> list[npt.NDArray[np.intp]]:
    """Cut rows into parts of nearly the same size, at medians of the column that varies most.

    Parameters
    ----------
    values : ndarray of shape (m, d)
        The rows.
    most : int
        How many rows a part may have.

    Returns
    -------
    parts : list of ndarray
        Positions of the rows of each.
    """
    whole, parts = [np.arange(len(values))], []
    while whole:
        rows = whole.pop()
        if rows.size <= most:
            parts.append(rows)
            continue
        column = values[rows, np.var(values[rows], axis=0).argmax()]
        order = rows[np.argpartition(column, rows.size // 2)]
        whole += [order[: rows.size // 2], order[rows.size // 2 :]]
    return parts


def _rows_of_distances(values: Any, m: int) -> Callable[[int], npt.NDArray[np.float64]]:
    """Return what gives the distances of one row to all."""
    if isinstance(values, np.ndarray) and values.size:
        rows = values.astype(np.float64)
        size = np.abs(rows).max()
        if size < LARGE and size > 1 / LARGE:
            return lambda i: cdist(rows[i : i + 1], rows)[0]
    everything = np.arange(m)
    return lambda i: distances(values, everything[i : i + 1], everything)[0]


def aligned_parts(
    tree: SpanningTree, rows: npt.NDArray[np.float64], min_part: int, cosine: float
) -> npt.NDArray[np.intp]:
    """Divide rows into parts that lie along one direction each.

    Every row is a part at first. Along the edges of a spanning tree, from short to long, two
    parts become one if one of them has fewer than so many rows, or no direction since its rows
    are the same, or if their first principal axes point nearly the same way.

    Parameters
    ----------
    tree : SpanningTree
        Says which rows are next to each other.
    rows : ndarray of shape (m, d)
        The rows in which directions are taken, without missing values.
    min_part : int
        From how many rows on a part may stay alone.
    cosine : float
        Above what absolute cosine of the angle between their axes parts are joined.

    Returns
    -------
    labels : ndarray of shape (m,)
        A part per row, from 0 on.
    """
    m, d = rows.shape
    owner = list(range(m))
    # Of each part, next to its size and mean, rows whose products with themselves add up to its
    # scatter matrix: never more than the part has, nor many more than features, so that all of
    # them together are not larger than the rows are.
    size, mean = [1] * m, list(rows)
    spread: list[Any] = [rows[:0]] * m
    axes: list[Any] = [None] * m

    def part_of(row: int) -> int:
        while owner[row] != row:
            owner[row] = owner[owner[row]]
            row = owner[row]
        return row

    def fit(one: int, other: int) -> bool:
        if size[one] < min_part or size[other] < min_part:
            return True
        for part in (one, other):
            if axes[part] is None:
                axes[part] = _first_axis(spread[part])
        both = axes[one].size and axes[other].size
        return not both or abs(float(axes[one] @ axes[other])) > cosine

    for row in np.argsort(tree.reach, kind="stable").tolist():
        if tree.parent[row] < 0:
            continue
        one, other = part_of(row), part_of(int(tree.parent[row]))
        if not fit(one, other):
            continue
        if size[one] < size[other]:
            one, other = other, one
        total = size[one] + size[other]
        apart = mean[other] - mean[one]
        between = np.sqrt(size[one] * size[other] / total) * apart
        joined = np.concatenate([spread[one], spread[other], between[np.newaxis]])
        spread[one] = np.linalg.qr(joined, mode="r") if len(joined) > 2 * d else joined
        mean[one] = mean[one] + size[other] / total * apart
        size[one] = total
        spread[other] = mean[other] = axes[other] = axes[one] = None
        owner[other] = one
    return np.unique([part_of(row) for row in range(m)], return_inverse=True)[1]


def _first_axis(spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the direction in which rows vary most; nothing where they do not."""
    if not spread.any():
        return np.empty(0)
    if len(spread) == 1:
        return spread[0] / np.linalg.norm(spread[0])
    if len(spread) >= spread.shape[1]:
        return np.linalg.eigh(spread.T @ spread)[1][:, -1]
    axis = np.linalg.eigh(spread @ spread.T)[1][:, -1] @ spread
    return axis / np.linalg.norm(axis)
