"""The compiled search for nearest neighbors among rows of numbers and categories.

Base rows are packed in blocks, feature by feature, so that vector instructions compare a query
with a block; only blocks with a row nearer than the k-th so far are looked into. The search holds
no lock: each of Python's threads has its own queries, so any caller may use any number of them.
"""

import numpy as np
import numpy.typing as npt

from skresample.neighbors._jit import jit

__all__ = ["pack", "search"]

BLOCK = 256


@jit(reorder=True)
def search(
    numeric, codes, own, base_numeric, base_codes, base_rows, cost, missing, unknown, found
):  # fmt: skip
    """Write the positions in the base of the nearest rows of queries, nearest first.

    Of equally near rows, the first counts. Rows have the same name in `own` and `base_rows`, and
    are not their own neighbors. `cost` is the squared distance of two categories; `missing` says
    whether any value is missing, and `unknown` is the distance of rows without a common feature.
    """
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
            if missing:
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
                        total[j] = unknown
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
                for j in range(min(BLOCK, base_rows.size - b * BLOCK)):
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


def pack(values: npt.NDArray) -> npt.NDArray:
    """Return rows in blocks of shape (n_blocks, n_features, BLOCK); the last is filled up."""
    n, d = values.shape
    n_blocks = -(-n // BLOCK)
    packed = np.zeros((n_blocks * BLOCK, d), dtype=values.dtype)
    packed[:n] = values
    return np.ascontiguousarray(packed.reshape(n_blocks, BLOCK, d).transpose(0, 2, 1))
