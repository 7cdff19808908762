"""Codebooks: vectors that represent many samples."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from sklearn.utils import gen_batches

__all__ = ["alike_pairs", "nearest_rows"]

DISTANCES_AT_ONCE = 1 << 20


def alike_pairs(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return, for each two of at least 4 vectors, two others with the most similar difference.

    At (a, b) of the array (c, c, 2) are i and j, whose difference is nearest to that of a and b;
    -1 if a is b.
    """
    c = len(vectors)
    alike = np.full((c, c, 2), -1)
    one, other = np.nonzero(~np.eye(c, dtype=bool))
    apart = vectors[one] - vectors[other]
    wanted = np.flatnonzero(one < other)  # the difference of b and a is most like that of j and i
    for part in gen_batches(wanted.size, max(1, DISTANCES_AT_ONCE // one.size)):
        a, b = one[wanted[part], np.newaxis], other[wanted[part], np.newaxis]
        away = cdist(apart[wanted[part]], apart, "sqeuclidean")
        away[(one == a) | (one == b) | (other == a) | (other == b)] = np.inf
        best = away.argmin(axis=1)
        alike[a[:, 0], b[:, 0]] = np.column_stack([one[best], other[best]])
        alike[b[:, 0], a[:, 0]] = np.column_stack([other[best], one[best]])
    return alike


def nearest_rows(
    vectors: npt.NDArray[np.float64], rows: npt.NDArray[np.float64], k: int
) -> npt.NDArray[np.intp]:
    """Return the k rows (c, k) nearest to each vector, or all; of equally near ones, the first."""
    near = np.empty((len(vectors), min(k, len(rows))), dtype=np.intp)
    for part in gen_batches(len(vectors), max(1, DISTANCES_AT_ONCE // len(rows))):
        order = cdist(vectors[part], rows).argsort(axis=1, kind="stable")
        near[part] = order[:, : near.shape[1]]
    return near
