"""Clusters of rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from skresample.neighbors.mixed import Mixed, squared_distances
from skresample.neighbors.search import distances
from skresample.smote._spanning import median_parts

__all__ = ["average_linkage", "k_prototypes"]

ROUNDS = 100
# Up to so many rows, the distances of all pairs are held.
LINKED = 4000
# More rows than that are cut into parts of so many at most.
MOST_ROWS, MOST_IN_PART = 10_000, 2000


def average_linkage(values: Any, threshold: float) -> npt.NDArray[np.intp]:
    """Merge clusters as long as rows of two are no further from each other than so, on average.

    Of up to 4,000 rows the average is that of the distances, of more (which have to be dense
    numbers) the root of that of the squares: then clusters are known by their middles and
    sizes, and no matrix of all pairs is held. More than 10,000 rows are cut into parts of at most
    2,000, and no cluster has rows of two: else time would grow with the square of the rows.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (m, d) or Mixed
        The rows.
    threshold : float
        The distance.

    Returns
    -------
    labels : ndarray of shape (m,)
        A cluster per row, from 0 on.

    Raises
    ------
    ValueError
        If there are more than 4,000 rows of other than dense numbers.
    """
    m = values.n_rows if isinstance(values, Mixed) else values.shape[0]
    if m == 1:
        return np.zeros(1, dtype=np.intp)
    if m <= LINKED:
        everything = np.arange(m)
        pairs = distances(values, everything, everything)[np.triu_indices(m, 1)]
        return fcluster(linkage(pairs, "average"), threshold, "distance").astype(np.intp) - 1
    if not isinstance(values, np.ndarray):
        raise ValueError(
            f"Clusters of more than {LINKED} rows can be found among dense numbers without missing "
            f"values only, and there are {m} rows."
        )
    if m <= MOST_ROWS:
        return _by_middles(values.astype(np.float64), threshold)
    labels, n_clusters = np.empty(m, dtype=np.intp), 0
    for part in median_parts(values, MOST_IN_PART):
        labels[part] = n_clusters + average_linkage(values[part], threshold)
        n_clusters = labels[part].max() + 1
    return labels


def _by_middles(values: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.intp]:
    """Merge clusters along chains of nearest ones, by mean squared distances."""
    m = len(values)
    middle, size, spread = values.copy(), np.ones(m), np.zeros(m)
    owner = np.arange(m)  # of each row, a chain of clusters that took the last one in
    alive = np.ones(m, dtype=bool)  # and may still be merged
    chain: list[int] = []
    while alive.any():
        if not chain:
            chain = [int(np.argmax(alive))]
        tip = chain[-1]
        away = middle - middle[tip]
        squared = np.einsum("ij,ij->i", away, away) + spread + spread[tip]
        squared[~alive] = np.inf
        squared[tip] = np.inf
        near = int(np.argmin(squared))
        # Of equally near ones the one before, so that a chain ends.
        if len(chain) > 1 and squared[chain[-2]] <= squared[near]:
            near = chain[-2]
        if squared[near] > threshold**2:
            alive[tip] = False  # it is near to none, nor will be
            chain.pop()
        elif len(chain) > 1 and near == chain[-2]:
            share = size[near] / (size[near] + size[tip])
            apart = np.einsum("i,i->", away[near], away[near])
            middle[near] = share * middle[near] + (1 - share) * middle[tip]
            spread[near] = (
                share * spread[near] + (1 - share) * spread[tip] + share * (1 - share) * apart
            )
            size[near] += size[tip]
            owner[tip], alive[tip] = near, False
            chain = chain[:-2]
        else:
            chain.append(near)
    while (owner[owner] != owner).any():
        owner = owner[owner]
    return np.unique(owner, return_inverse=True)[1]


def k_prototypes(table: Mixed, n_clusters: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Cluster rows about prototypes: means of numbers, most frequent categories.

    k-means for mixed rows :footcite:p:`huang1998kprototypes`; the first prototypes are rows
    drawn far from each other, as in k-means++. A prototype has no value where none of its
    rows has one.

    Parameters
    ----------
    table : Mixed
        The rows.
    n_clusters : int
        How many clusters, at most as many as rows; some may end up empty.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    labels : ndarray of shape (n,)
        A cluster per row.

    References
    ----------
    .. footbibliography::
    """
    chosen = [int(rng.integers(table.n_rows))]
    nearest = np.full(table.n_rows, np.inf)
    while len(chosen) < n_clusters:
        latest = table.take(np.array(chosen[-1:]))
        nearest = np.minimum(nearest, squared_distances(table, latest)[:, 0])
        total = nearest.sum()
        chance = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(table.n_rows, p=chance)))
    prototypes = table.take(np.array(chosen))
    labels = np.full(table.n_rows, -1)
    for _ in range(ROUNDS):
        before, labels = labels, squared_distances(table, prototypes).argmin(axis=1)
        if (labels == before).all():
            break
        prototypes = _centres(table, labels, prototypes)
    return labels


def _centres(table: Mixed, labels: npt.NDArray[np.intp], old: Mixed) -> Mixed:
    """Return the prototype of each cluster; of an empty one, what it was."""
    numeric, codes = np.array(old.numeric, dtype=np.float64), old.codes.copy()
    for cluster in np.unique(labels):
        inside = table.take(np.flatnonzero(labels == cluster))
        present = ~np.isnan(inside.numeric)
        count = present.sum(axis=0)
        with np.errstate(invalid="ignore"):
            numeric[cluster] = np.where(present, inside.numeric, 0).sum(axis=0) / count
        for j in range(codes.shape[1]):
            known = inside.codes[:, j][inside.codes[:, j] >= 0]
            codes[cluster, j] = np.bincount(known).argmax() if known.size else -1
    return Mixed(numeric, codes, table.cost)
