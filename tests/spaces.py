"""Distances and neighbors of tables of any kind, for tests that hold for all spaces."""

import numpy as np

from skresample.neighbors import Dense, Numbers, Space, UserSearch


def space(values):
    """Return the space of a table under the Euclidean metric, and a space as it is."""
    if isinstance(values, Space):
        return values
    return Dense(values) if isinstance(values, np.ndarray) else Numbers(values)


def kneighbors(values, k, *, search=None, method="auto", **how):
    algorithm = method if search is None else UserSearch(search, "k_neighbors")
    return space(values).kneighbors(k, algorithm=algorithm, **how)


def distances(values, of, among):
    return space(values).distances(of, among)


def paired_distances(values, of, others):
    return space(values).paired_distances(of, others)


def mean_distance(values, of, rng):
    return space(values).mean_distance(of, rng)
