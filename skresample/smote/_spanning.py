"""Minimum spanning trees, and parts of samples that are cut out along one."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial.distance import cdist

from skresample.neighbors import Space

__all__ = ["SpanningTree", "aligned_parts", "median_parts", "spanning_tree"]

Floats = npt.NDArray[np.floating]
# The squares of dense rows beyond this, or below its inverse, may leave the range of floats.
LARGE = 1e150
# More dense samples than this are cut into parts of at most so many, each with its own tree.
MOST_ROWS = 20_000


class SpanningTree(NamedTuple):
    """Samples, each joined with one that was reached before it.

    `parent` (m,) is that one, -1 for the first sample of each part, `reach` (m,) the distance from
    it, infinite for the first, and `within` (m,) the number of other samples within the radius.
    """

    parent: npt.NDArray[np.intp]
    reach: npt.NDArray[np.float64]
    within: npt.NDArray[np.intp]


def spanning_tree(
    space: Space, core: Floats | None = None, radius: float = -1.0, start: int = 0
) -> SpanningTree:
    """Return Prim's minimum spanning tree, which always reaches the nearest sample next.

    With core distances (m,), the distance to a sample is at least the core distance of the one that
    it is reached from: then the reaches are the reachabilities of OPTICS
    :footcite:p:`ankerst1999optics`, without a limit to them. `radius` is the distance within which
    others are counted, and `start` the first sample. Distances are computed a row at a time:
    memory grows with the number of samples, time with its square. So more than 20,000 dense ones
    are cut into `median_parts`, which start at the sample with the least core distance.
    """
    m, coordinates = len(space), space.coordinates
    core = np.zeros(m) if core is None else core
    parent, reach, within = np.full(m, -1), np.full(m, np.inf), np.zeros(m, dtype=np.intp)
    if coordinates is not None and m > MOST_ROWS:
        for part in median_parts(coordinates, MOST_ROWS):
            tree = spanning_tree(space.take(part), core[part], radius, int(core[part].argmin()))
            parent[part] = np.where(tree.parent < 0, -1, part[tree.parent])
            reach[part], within[part] = tree.reach, tree.within
        return SpanningTree(parent, reach, within)
    away_from = _rows_of_distances(space)
    # The reach so far of samples that are left; infinite for samples that are reached.
    ahead = np.full(m, np.inf)
    left = np.ones(m, dtype=bool)
    row = start
    while True:
        left[row] = False
        ahead[row] = np.inf
        away = away_from(row)
        within[row] = np.count_nonzero(away <= radius) - (away[row] <= radius)
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


def median_parts(values: Floats, most: int) -> list[npt.NDArray[np.intp]]:
    """Cut rows (m, d) into parts of nearly the same size, each of at most `most` rows.

    Each cut is at the median of the column that varies most. Returns the positions of each part.
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


def _rows_of_distances(space: Space) -> Callable[[int], npt.NDArray[np.float64]]:
    """Return a function that returns the distances of one row to all."""
    if space.coordinates is not None and space.coordinates.size:
        rows = space.coordinates.astype(np.float64)
        if 1 / LARGE < np.abs(rows).max() < LARGE:
            return lambda i: cdist(rows[i : i + 1], rows)[0]
    everything = np.arange(len(space))
    return lambda i: space.distances(everything[i : i + 1], everything)[0]


def aligned_parts(
    tree: SpanningTree, rows: npt.NDArray[np.float64], min_part: int, cosine: float
) -> npt.NDArray[np.intp]:
    """Divide rows (m, d) without missing values into nearly straight parts; return labels (m,).

    Along the edges of a spanning tree, from short to long, two parts become one if either has fewer
    than `min_part` rows, if either has no direction since its rows are equal, or if the absolute
    cosine of the angle between their first principal axes is above `cosine`.
    """
    m, d = rows.shape
    sets = DisjointSet(range(m))
    # Each part has its size, its mean, and rows whose outer products add up to its scatter matrix.
    # There are never more of these than rows in the part, nor many more than features, so all
    # of them together are not larger than the rows.
    size: list[int] = [1] * m
    mean: list[Any] = list(rows)
    spread: list[Any] = [rows[:0]] * m
    axes: list[Any] = [None] * m

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
        one, other = sets[row], sets[int(tree.parent[row])]
        if not fit(one, other):
            continue
        if size[one] < size[other]:
            one, other = other, one
        total = size[one] + size[other]
        apart = mean[other] - mean[one]
        between = np.sqrt(size[one] * size[other] / total) * apart
        joined = np.concatenate([spread[one], spread[other], between[np.newaxis]])
        middle = mean[one] + size[other] / total * apart
        spread[other] = mean[other] = axes[one] = axes[other] = spread[one] = mean[one] = None
        sets.merge(one, other)
        both = sets[one]
        spread[both] = np.linalg.qr(joined, mode="r") if len(joined) > 2 * d else joined
        mean[both], size[both] = middle, total
    return np.unique([sets[row] for row in range(m)], return_inverse=True)[1]


def _first_axis(spread: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the direction in which rows vary most; empty if they do not vary."""
    if not spread.any():
        return np.empty(0)
    if len(spread) == 1:
        return spread[0] / np.linalg.norm(spread[0])
    if len(spread) >= spread.shape[1]:
        return np.linalg.eigh(spread.T @ spread)[1][:, -1]
    axis = np.linalg.eigh(spread @ spread.T)[1][:, -1] @ spread
    return axis / np.linalg.norm(axis)
