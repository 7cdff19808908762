"""Brute-force neighbor search of scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

NAME = "sklearn"
PACKAGE = "scikit-learn"


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    from sklearn.neighbors import NearestNeighbors

    if case.task != "neighbors":
        return None
    search = NearestNeighbors(n_neighbors=6, algorithm="brute")
    return lambda: search.fit(X).kneighbors(X, return_distance=False)
