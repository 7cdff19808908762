"""The compiled search for neighbours among rows that mix numbers and categories.

Base rows are packed in blocks, feature by feature, so that one query row is held against a
block with vector instructions; only blocks with a row nearer than the k-th so far are looked
into. It holds no lock: threads are Python's, each with queries of its own, so that it may be
called from anywhere and nothing depends on how many there are.
"""

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_even_slices

from skresample.neighbors.mixed import UNKNOWN, Mixed
from skresample.numerics._jit import jit
from skresample.numerics.threads import in_threads, n_threads

__all__ = ["search"]

BLOCK = 256


@jit(reorder=True)
def _search(numeric, codes, own, base_numeric, base_codes, base_rows, n_base, cost, holes, found):
    n, d = numeric.shape
    c = codes.shape[1]
    k = found.shape[1]
    total = np.empty(BLOCK, np.float64)
    seen = np.empty(BLOCK, np.float64)
    near = np.empty(k, np.float64)
    for i in range(n):
        near[:] = np.inf
        found[i, :] = -1
        furthest = near[k - 1]
        for b in range(base_numeric.shape[0]):
            total[:] = 0.0
            if holes:
                seen[:] = 0.0
                for f in range(d):
                    q, column = numeric[i, f], base_numeric[b, f]
                    if q == q:
                        for j in range(BLOCK):
                            v = column[j]
                            known = v == v
                            difference = v - q
                            total[j] += difference * difference if known else 0.0
                            seen[j] += 1.0 if known else 0.0
                for f in range(c):
                    own_code, column_codes = codes[i, f], base_codes[b, f]
                    if own_code >= 0:
                        for j in range(BLOCK):
                            code = column_codes[j]
                            known = code >= 0
                            total[j] += cost if known and code != own_code else 0.0
                            seen[j] += 1.0 if known else 0.0
                for j in range(BLOCK):
                    if seen[j] > 0:
                        total[j] = total[j] * ((d + c) / seen[j])
                    else:
                        total[j] = UNKNOWN
            else:
                for f in range(d):
                    q, column = numeric[i, f], base_numeric[b, f]
                    for j in range(BLOCK):
                        difference = column[j] - q
                        total[j] += difference * difference
                for f in range(c):
                    own_code, column_codes = codes[i, f], base_codes[b, f]
                    for j in range(BLOCK):
                        total[j] += cost if column_codes[j] != own_code else 0.0
            nearer = np.int64(0)
            for j in range(BLOCK):
                nearer += total[j] < furthest
            if nearer:
                for j in range(min(BLOCK, n_base - b * BLOCK)):
                    v = total[j]
                    if v < furthest and base_rows[b * BLOCK + j] != own[i]:
                        p = k - 1
                        while p > 0 and near[p - 1] > v:
                            near[p] = near[p - 1]
                            found[i, p] = found[i, p - 1]
                            p -= 1
                        near[p] = v
                        found[i, p] = b * BLOCK + j
                        furthest = near[k - 1]


def search(
    queries: Mixed,
    base: Mixed,
    k: int,
    own: npt.NDArray[np.intp],
    base_rows: npt.NDArray[np.intp],
    n_jobs: int | None = None,
) -> npt.NDArray[np.intp]:
    """Find the k nearest base rows of each query row.

    Parameters
    ----------
    queries, base : Mixed
        Rows of the same features, dense.
    k : int
        How many, at most as many as there are besides the row itself.
    own, base_rows : ndarray of shape (n_queries,) and (n_base,)
        What the rows are called; a row is not its own neighbour.
    n_jobs : int, default=None
        Number of threads; None for all processors.

    Returns
    -------
    found : ndarray of shape (n_queries, k)
        Positions in `base`, nearest first; of equally near ones the first.
    """
    holes = any(np.isnan(part.numeric).any() or (part.codes < 0).any() for part in (queries, base))
    base_numeric = _packed(base.numeric.astype(np.float64, copy=False))
    base_codes = _packed(base.codes.astype(np.int32, copy=False))
    found = np.empty((queries.n_rows, k), dtype=np.intp)

    def search_part(part: slice) -> None:
        _search(
            np.ascontiguousarray(queries.numeric[part], dtype=np.float64),
            np.ascontiguousarray(queries.codes[part], dtype=np.int32),
            own[part],
            base_numeric,
            base_codes,
            base_rows,
            base.n_rows,
            float(queries.cost) ** 2,
            holes,
            found[part],
        )

    parts = min(4 * n_threads(n_jobs), queries.n_rows)
    in_threads(search_part, gen_even_slices(queries.n_rows, parts), n_jobs)
    return found


def _packed(values: npt.NDArray) -> npt.NDArray:
    """Return rows in blocks of shape (n_blocks, n_features, BLOCK); the last is filled up."""
    n, d = values.shape
    n_blocks = -(-n // BLOCK)
    packed = np.zeros((n_blocks * BLOCK, d), dtype=values.dtype)
    packed[:n] = values
    return np.ascontiguousarray(packed.reshape(n_blocks, BLOCK, d).transpose(0, 2, 1))
