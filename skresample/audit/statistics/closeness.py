"""How close the rows of one sample are to those of another, for many labelings at once.

All is computed from the nearest neighbors among both samples together, which do not change when
labels are shuffled. A labeling is a row of booleans: True for rows of the first sample, the one
whose distance is measured.
"""

from typing import NamedTuple

import numpy as np

from skresample.compare.arrays import Bools, Floats, Ints
from skresample.neighbors import Space

__all__ = ["KNeighbors", "coverage_density", "nearest_lists", "nearest_two"]


class KNeighbors(NamedTuple):
    """Positions and distances (n, k) of the nearest neighbors of each row, nearest first."""

    neighbors: Ints
    distances: Floats


def nearest_lists(
    space: Space, k: int, *, of: Ints | None = None, among: Ints | None = None
) -> KNeighbors:
    """Return the k nearest neighbors of some rows among others, and their distances."""
    found = space.kneighbors(k, of=of, among=among, n_jobs=-1)
    rows = np.arange(len(found)) if of is None else of
    apart = [space.paired_distances(rows, found[:, i]) for i in range(found.shape[1])]
    return KNeighbors(found, np.stack(apart, axis=1))


def nearest_two(lists: KNeighbors, first: Bools) -> tuple[Floats, Floats]:
    """Return the distances to the nearest and second nearest row of the first sample (b, n).

    If no such row is listed, the nearest is at inf; if no second one, it is as far as the last
    neighbor.
    """
    found = np.empty((2, *first.shape))
    everyone = np.arange(first.shape[1])
    for i, labels in enumerate(first):
        ours = labels[lists.neighbors]
        for which in range(2):
            place = ours.argmax(axis=1)
            none = ~ours[everyone, place]
            apart = lists.distances[everyone, np.where(none, -1, place)]
            found[which, i] = np.where(none, np.inf, apart) if which == 0 else apart
            ours[everyone, place] = False
    return found[0], found[1]


def coverage_density(lists: KNeighbors, first: Bools, k: int) -> tuple[Floats, Floats]:
    """Return coverage and density (b,) of the second sample with regard to the first.

    Each row of the first sample has a ball that reaches to its k-th nearest neighbor there, or to
    the end of its list. Coverage is the proportion of balls with a row of the second sample in
    them; density is the mean number of balls around such a row, over k
    :footcite:p:`naeem2020reliable`.
    """
    coverage, density = np.empty(len(first)), np.empty(len(first))
    for i, labels in enumerate(first):
        ours = labels[lists.neighbors[labels]]
        inside = np.cumsum(ours, axis=1) < k
        others = np.count_nonzero(inside & ~ours, axis=1)
        coverage[i] = np.mean(others > 0)
        density[i] = others.sum() / (k * np.count_nonzero(~labels))
    return coverage, density
