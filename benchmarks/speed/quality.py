"""How near the neighbours found are to the nearest ones."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

__all__ = ["quality"]

# Distances that differ by less than this are a tie.
TIE = 1e-12
# The matrix product may swap neighbours at nearly one distance, so that some more are looked at.
MORE = 6


def _distances(X: np.ndarray, queries: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return squared distances, from differences."""
    return np.stack([((X[queries] - X[column]) ** 2).sum(axis=1) for column in found.T], axis=1)


def quality(
    X: np.ndarray, of: np.ndarray | None, found: np.ndarray, n_queries: int
) -> dict[str, float]:
    """Compare with all distances in double precision, for some of the queries.

    Returns
    -------
    same : float
        The share of queries with a set of nearest rows, of which ties allow several.
    distance : float
        The mean distance of the neighbours found over that of the nearest rows; infinite
        where a row is its own neighbour or another one stands there twice.
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
