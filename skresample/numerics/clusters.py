"""Clusters of rows that mix numbers and categories."""

import numpy as np
import numpy.typing as npt

from skresample.numerics.mixed import Mixed, squared_distances

__all__ = ["k_prototypes"]

ROUNDS = 100


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
