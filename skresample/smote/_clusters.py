"""Clusters of samples."""

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from skresample.neighbors import Mixed, Space
from skresample.neighbors.mixed import squared_distances
from skresample.smote._spanning import median_parts

__all__ = ["average_linkage", "k_prototypes"]

# The most rounds of k-prototypes.
ROUNDS = 100
# Up to so many rows, the distances of all pairs are kept in memory.
LINKED = 4000
# More rows than the first are cut into parts of at most the second.
MOST_ROWS, MOST_IN_PART = 10_000, 2000


def average_linkage(space: Space, threshold: float) -> npt.NDArray[np.intp]:
    """Merge clusters while their average distance is below a threshold; return labels (m,).

    With more than 4,000 rows, which must be dense numbers, the average is the root mean squared
    distance, for which the means and sizes of clusters suffice. More than 10,000 are cut into parts
    of at most 2,000, since time grows with the square of the number of rows.
    """
    m = len(space)
    if m == 1:
        return np.zeros(1, dtype=np.intp)
    if m <= LINKED:
        everything = np.arange(m)
        pairs = space.distances(everything, everything)[np.triu_indices(m, 1)]
        return fcluster(linkage(pairs, "average"), threshold, "distance").astype(np.intp) - 1
    rows = space.coordinates
    if rows is None:
        raise ValueError(f"More than {LINKED} rows can be linked only if they are dense numbers.")
    if m <= MOST_ROWS:
        return _by_means(rows.astype(np.float64), threshold)
    labels, n_clusters = np.empty(m, dtype=np.intp), 0
    for part in median_parts(rows, MOST_IN_PART):
        labels[part] = n_clusters + average_linkage(space.take(part), threshold)
        n_clusters = labels[part].max() + 1
    return labels


def _by_means(values: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.intp]:
    """Merge clusters along chains of nearest neighbors, by mean squared distances."""
    m = len(values)
    mean, size, spread = values.copy(), np.ones(m), np.zeros(m)
    owner = np.arange(m)  # the cluster that each row's cluster was merged into, and so on
    alive = np.ones(m, dtype=bool)  # clusters that may still be merged
    chain: list[int] = []
    while alive.any():
        if not chain:
            chain = [int(np.argmax(alive))]
        tip = chain[-1]
        away = mean - mean[tip]
        squared = np.einsum("ij,ij->i", away, away) + spread + spread[tip]
        squared[~alive] = np.inf
        squared[tip] = np.inf
        near = int(np.argmin(squared))
        # Among equally near clusters, the one before in the chain, so that a chain ends.
        if len(chain) > 1 and squared[chain[-2]] <= squared[near]:
            near = chain[-2]
        if squared[near] > threshold**2:
            alive[tip] = False  # it is near to no cluster, and never will be
            chain.pop()
        elif len(chain) > 1 and near == chain[-2]:
            weight = size[near] / (size[near] + size[tip])
            apart = np.einsum("i,i->", away[near], away[near])
            mean[near] = weight * mean[near] + (1 - weight) * mean[tip]
            spread[near] = (
                weight * spread[near] + (1 - weight) * spread[tip] + weight * (1 - weight) * apart
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
    """Cluster rows by k-means for mixed data; return labels (n,) of at most n clusters.

    A prototype has the mean of numbers and the most frequent category, or a missing value if all
    are :footcite:p:`huang1998kprototypes`. The first are far from each other, as in k-means++.
    """
    n = len(table)
    chosen = [int(rng.integers(n))]
    nearest = np.full(n, np.inf)
    while len(chosen) < n_clusters:
        latest = table.take(np.array(chosen[-1:]))
        nearest = np.minimum(nearest, squared_distances(table, latest)[:, 0])
        total = nearest.sum()
        probability = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(n, p=probability)))
    prototypes = table.take(np.array(chosen))
    labels = np.full(n, -1)
    for _ in range(ROUNDS):
        before, labels = labels, squared_distances(table, prototypes).argmin(axis=1)
        if (labels == before).all():
            break
        prototypes = _prototypes(table, labels, prototypes)
    return labels


def _prototypes(table: Mixed, labels: npt.NDArray[np.intp], old: Mixed) -> Mixed:
    """Return the prototype of each cluster; an empty cluster keeps its own."""
    numeric, codes = np.array(old.numeric, dtype=np.float64), old.codes.copy()
    for cluster in np.unique(labels):
        inside = table.take(np.flatnonzero(labels == cluster))
        with np.errstate(invalid="ignore"):
            count = np.count_nonzero(~np.isnan(inside.numeric), axis=0)
            numeric[cluster] = np.nansum(inside.numeric, axis=0) / count
        for j in range(codes.shape[1]):
            known = inside.codes[:, j][inside.codes[:, j] >= 0]
            codes[cluster, j] = np.bincount(known).argmax() if known.size else -1
    return Mixed(numeric, codes, table.cost)
