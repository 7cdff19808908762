"""Quality of approximate nearest neighbors."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

__all__ = ["quality"]

# Smaller relative differences of distances are ties.
TIE = 1e-12
# Brute-force search may swap neighbors at nearly equal distances, so it returns some more.
MORE = 6


def _distances(X: np.ndarray, queries: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return squared distances, computed from differences."""
    return np.stack([((X[queries] - X[column]) ** 2).sum(axis=1) for column in found.T], axis=1)


def quality(
    X: np.ndarray, of: np.ndarray | None, found: np.ndarray, n_queries: int
) -> dict[str, float]:
    """Compare neighbors with exact ones in double precision, for a sample of the queries.

    Returns
    -------
    same : float
        Proportion of queries with exact neighbors; ties allow several sets.
    distance : float
        Mean distance of the neighbors over the mean distance of exact neighbors. It is infinite
        if a row is its own neighbor or has a neighbor twice.
    """
    n, k = found.shape
    chosen = np.arange(n)
    if n > n_queries:
        chosen = np.random.default_rng(0).choice(n, n_queries, replace=False)
    queries, found = (chosen if of is None else of[chosen]), found[chosen]

    brute = NearestNeighbors(n_neighbors=k + MORE, algorithm="brute").fit(X)
    candidates = brute.kneighbors(X[queries], return_distance=False)
    nearest = _distances(X, queries, candidates)
    nearest[candidates == queries[:, np.newaxis]] = np.inf
    nearest = np.sort(nearest, axis=1)[:, :k]

    own = _distances(X, queries, found)
    valid = (np.diff(np.sort(found, axis=1), axis=1) > 0).all(axis=1)
    valid &= (found != queries[:, np.newaxis]).all(axis=1)
    same = valid & (own.max(axis=1) <= nearest[:, -1] * (1 + TIE))
    ratio = np.sqrt(own).mean() / np.sqrt(nearest).mean()
    return {"same": float(same.mean()), "distance": float(ratio) if valid.all() else np.inf}
