"""How close rows of one sample are to those of another, for many labellings at once.

All is read from the lists of the nearest rows of both samples together, which do not change
when labels are shuffled. A labelling is a row of booleans: True for rows of the first sample,
the one that it is close to.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from skresample.neighbors import Space

__all__ = ["KNeighbors", "coverage_density", "nearest_lists", "nearest_two"]


class KNeighbors(NamedTuple):
    """The nearest rows of each row.

    Attributes
    ----------
    neighbors : ndarray of shape (n, k)
        Their positions, nearest first.
    distances : ndarray of shape (n, k)
        How far they are.
    """

    neighbors: npt.NDArray[np.intp]
    distances: npt.NDArray[np.float64]


def nearest_lists(
    space: Space,
    k: int,
    *,
    of: npt.NDArray[np.intp] | None = None,
    among: npt.NDArray[np.intp] | None = None,
) -> KNeighbors:
    """List the nearest rows of each row, and how far they are.

    Parameters
    ----------
    space : Space
        The rows of both samples.
    k : int
        How many.
    of, among : ndarray, default=None
        Positions of rows, as in `Space.kneighbors`.

    Returns
    -------
    lists : KNeighbors
        Nearest first.
    """
    found = space.kneighbors(k, of=of, among=among)
    rows = np.arange(len(found)) if of is None else of
    apart = [space.paired_distances(rows, found[:, i]) for i in range(found.shape[1])]
    return KNeighbors(found, np.stack(apart, axis=1))


def nearest_two(
    lists: KNeighbors, first: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how far the nearest and the second nearest row of the first sample are.

    Parameters
    ----------
    lists : KNeighbors
        The nearest rows of each of n rows.
    first : ndarray of shape (b, n)
        Labellings.

    Returns
    -------
    nearest, second : ndarray of shape (b, n)
        Where a list has no such row, inf for the nearest; where it has but one, the distance of
        its last for the second.
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


def coverage_density(
    lists: KNeighbors, first: npt.NDArray[np.bool_], k: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    r"""Return coverage and density of the second sample with regard to the first.

    Around each row of the first sample is a ball that reaches to its k-th nearest row of
    the first sample. Coverage is the share of balls with a row of the second sample in
    them; density is how many balls a row of the second sample is in, over k
    :footcite:p:`naeem2020reliable`. For two samples of n and m rows of one distribution
    their expectations are :math:`1 - \prod_{i<k} (n-1-i)/(n+m-1-i)` and about 1.

    Parameters
    ----------
    lists : KNeighbors
        The nearest rows of each of n rows.
    first : ndarray of shape (b, n)
        Labellings.
    k : int
        How far the balls reach.

    Returns
    -------
    coverage, density : ndarray of shape (b,)
        A ball that reaches beyond its list is as large as that.

    References
    ----------
    .. footbibliography::
    """
    coverage, density = np.empty(len(first)), np.empty(len(first))
    for i, labels in enumerate(first):
        ours = labels[lists.neighbors[labels]]
        inside = np.cumsum(ours, axis=1) < k
        others = np.count_nonzero(inside & ~ours, axis=1)
        coverage[i] = np.mean(others > 0)
        density[i] = others.sum() / (k * np.count_nonzero(~labels))
    return coverage, density
