"""k-d tree neighbor search of scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

NAME = "sklearn"
PACKAGE = "scikit-learn"
# With more features it takes minutes, and brute force is faster.
MOST_FEATURES = 15


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    from sklearn.neighbors import NearestNeighbors

    if case.task != "neighbors" or case.features > MOST_FEATURES:
        return None
    search = NearestNeighbors(n_neighbors=6, algorithm="kd_tree")
    return lambda: search.fit(X).kneighbors(X, return_distance=False)
