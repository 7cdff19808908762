"""Euclidean neighbours in large tables: exact, and approximate by a forest."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches

from skresample.numerics.threads import in_threads, n_threads

__all__ = ["approximate_neighbors", "exact_neighbors"]

# How many more candidates than neighbours the search in float32 keeps.
SPARE = 2
# How many queries one thread looks up at a time, at most.
PART = 4096
# Of the forest: how many trees divide all rows, into cells of how many; how many divide each
# cell, into leaves of how many, and how many where few rows are queries, or looked through.
TREES = 8
CELL = 16384
BRANCHES = 2
LEAF = 1024
MOST_LEAF = 4096


class Nearest(NamedTuple):
    """The nearest rows of some rows of a table.

    Attributes
    ----------
    neighbors : ndarray of shape (n_queries, k)
        Positions in the table, nearest first; of equally near ones, the first.
    sure : ndarray of shape (n_queries,)
        Whether rounding cannot have hidden a nearer one.
    """

    neighbors: npt.NDArray[np.intp]
    sure: npt.NDArray[np.bool_]


def exact_neighbors(
    values: npt.NDArray[np.floating],
    k: int,
    *,
    of: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    n_jobs: int | None = None,
) -> Nearest:
    """Find the k nearest rows of some rows of a table among others, themselves excluded.

    The search is in float32 and keeps more than k; these are ranked in float64, and it is
    proved for each query that no other row can be nearer. Where that fails, as with ties,
    the query has to be looked up again in float64.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The table, without missing values.
    k : int
        How many, at most as many as there are.
    of, among : ndarray of shape (n_queries,) and (n_base,)
        Positions of the rows whose neighbours are looked for, and of those looked through.
    n_jobs : int, default=None
        Number of threads.

    Returns
    -------
    nearest : Nearest
        What was found.
    """
    from skresample.neighbors import _euclidean_kernel as kernel

    centre, scale = _middle(values, among)
    n_tiles = -(-among.size // kernel.LANES)
    tiles = np.zeros((n_tiles, values.shape[1] + 1, kernel.LANES), np.float32)
    names = np.zeros(n_tiles * kernel.LANES, np.int32)
    names[: among.size] = among
    is_base = _mask(len(values), among)
    nearest = Nearest(np.empty((of.size, k), np.intp), np.empty(of.size, np.bool_))

    def pack(part: slice) -> None:
        kernel.pack_tiles(values, among, centre, scale, part.start, tiles[part])

    def search(part: slice) -> None:
        rows = of[part]
        filled = -(-rows.size // kernel.QUERIES) * kernel.QUERIES
        queries = np.zeros((filled, values.shape[1]), np.float32)
        kernel.pack_rows(values, rows, centre, scale, queries)
        own = np.full(filled, -1, np.int32)
        own[: rows.size] = rows
        near, found = _lists(filled, k + SPARE)
        near[rows.size :] = -np.inf
        ends = np.array([0, filled])
        kernel.scan(tiles, names, np.array([0, n_tiles]), queries, own, ends, near, found, False)
        n_others = among.size - is_base[rows]
        out, sure = nearest.neighbors[part], nearest.sure[part]
        kernel.rank(values, rows, centre, scale, near, found, n_others, out, sure)

    in_threads(pack, gen_batches(n_tiles, PART // kernel.LANES), n_jobs)
    # Several parts for each thread, so that none waits long for the others.
    size = int(np.clip(of.size // (4 * n_threads(n_jobs)), kernel.GROUP, PART))
    in_threads(search, gen_batches(of.size, size), n_jobs)
    return nearest


def approximate_neighbors(
    values: npt.NDArray[np.floating],
    k: int,
    *,
    of: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    n_jobs: int | None = None,
) -> Nearest:
    """Find k of the nearest rows of some rows of a table among others, themselves excluded.

    Trees divide the rows by random planes :footcite:p:`dasgupta2008random` until few are left
    together, and each query is held against the rows that share a leaf with it. The fewer
    queries there are, the larger are the leaves. Seeds are fixed: the same table gives the
    same neighbours.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        The table, without missing values.
    k : int
        How many, at most as many as there are.
    of, among : ndarray of shape (n_queries,) and (n_base,)
        Positions of the rows whose neighbours are looked for, and of those looked through.
    n_jobs : int, default=None
        Number of threads.

    Returns
    -------
    nearest : Nearest
        What was found; not ``sure`` where fewer than k were.

    References
    ----------
    .. footbibliography::
    """
    from skresample.neighbors import _euclidean_kernel as kernel

    centre, scale = _middle(values, among)
    is_base, is_query = _mask(len(values), among), _mask(len(values), of)
    rows = np.flatnonzero(is_base | is_query)
    points = np.empty((rows.size, values.shape[1]), np.float32)
    in_threads(
        lambda part: kernel.pack_rows(values, rows[part], centre, scale, points[part]),
        gen_batches(rows.size, PART),
        n_jobs,
    )
    is_base, is_query = is_base[rows], is_query[rows]
    lists = _lists(rows.size, k)  # of rows that are no queries, too: they stay empty
    fewer = min(np.count_nonzero(is_query), np.count_nonzero(is_base))
    leaf = int(min(MOST_LEAF, LEAF * rows.size / fewer))
    cell = int(np.clip(rows.size // 16, 4 * leaf, CELL))

    def grow(seed: int) -> list[npt.NDArray[np.int32]]:
        order, starts = _grow(points, seed, cell)
        return np.split(order, starts[1:-1])

    for seed, cells in enumerate(in_threads(grow, range(TREES), n_jobs)):

        def look_into(members: npt.NDArray[np.int32], seed: int = seed) -> None:
            # Packed anew about its own middle: near each other, float32 tells more rows apart.
            names = rows[members]
            middle, _ = _middle(values, names[:: 1 + names.size // 100])
            packed = np.empty((names.size, values.shape[1]), np.float32)
            kernel.pack_rows(values, names, middle, scale, packed)
            for branch in range(BRANCHES):
                _search_tree(
                    packed,
                    members,
                    is_base[members],
                    is_query[members],
                    lists,
                    seed=seed * BRANCHES + branch,
                    leaf=leaf,
                )

        in_threads(look_into, cells, n_jobs)
    near, found = lists
    nearest = Nearest(np.empty((of.size, k), np.intp), np.empty(of.size, np.bool_))
    place = np.empty(len(values), np.intp)
    place[rows] = np.arange(rows.size)

    def rank(part: slice) -> None:
        asked = place[of[part]]
        names = np.where(found[asked] < 0, -1, rows[found[asked]]).astype(np.int32)
        none, out = np.zeros(asked.size, np.intp), nearest.neighbors[part]
        kernel.rank(
            values, of[part], centre, scale, near[asked], names, none, out, nearest.sure[part]
        )

    in_threads(rank, gen_batches(of.size, PART), n_jobs)
    return nearest._replace(sure=nearest.neighbors[:, -1] >= 0)


def _grow(
    points: npt.NDArray[np.float32], seed: int, most: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return rows leaf by leaf of at most so many, and where each begins, with an end."""
    from skresample.neighbors import _euclidean_kernel as kernel

    order = np.arange(len(points), dtype=np.int32)
    # No side of a division has less than an eighth of the rows.
    starts = np.empty(8 * len(points) // most + 2, np.int32)
    n_leaves = kernel.grow(points, seed, most, order, starts)
    return order, starts[: n_leaves + 1]


def _search_tree(
    points: npt.NDArray[np.float32],
    members: npt.NDArray[np.int32],
    is_base: npt.NDArray[np.bool_],
    is_query: npt.NDArray[np.bool_],
    lists: tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]],
    *,
    seed: int,
    leaf: int,
) -> None:
    """Merge into the lists of queries what is in their leaves of a tree of some rows.

    The lists are those of all rows; `members` says which of them the points are.
    """
    from skresample.neighbors import _euclidean_kernel as kernel

    order, starts = _grow(points, seed, leaf)
    for some in gen_batches(starts.size - 1, 1 + PART // leaf):
        ends = starts[some.start : some.stop + 1]
        size = np.diff(ends)
        n_tiles = int((-(-size // kernel.LANES)).sum())
        n_queries = int((-(-size // kernel.QUERIES)).sum()) * kernel.QUERIES
        tiles = np.zeros((n_tiles, points.shape[1] + 1, kernel.LANES), np.float32)
        tiles[:, -1] = np.inf
        near, found = _lists(n_queries, lists[0].shape[1])
        near[:] = -np.inf
        segments = (
            tiles,
            np.empty(n_tiles * kernel.LANES, np.int32),
            np.empty(ends.size, np.int64),
            np.zeros((n_queries, points.shape[1]), np.float32),
            np.full(n_queries, -1, np.int32),
            np.empty(ends.size, np.int64),
            near,
            found,
        )
        leaves = points, members, order, ends, is_query, is_base
        own_halves = np.zeros(n_queries, np.float32)
        kernel.pack_leaves(*leaves, *lists, *segments, own_halves)
        kernel.scan(*segments, True)
        own = segments[4]
        kernel.unpack_leaves(own, own_halves, near, found, *lists)


def _middle(
    values: npt.NDArray[np.floating], among: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], float]:
    """Return what to take off rows and to multiply them with, so that float32 suits them.

    Of a sample: medians, and a power of two for the scale, since one outlier would drag means
    along.
    """
    sample = values[among[:: 1 + among.size // 1000]].astype(np.float64)
    centre = np.median(sample, axis=0)
    with np.errstate(over="ignore"):
        deviation = np.abs(sample - centre)
        for size in (np.median(deviation, axis=0).max(), deviation.mean(axis=0).max()):
            if 0 < size < np.inf:
                return centre, 2.0 ** -np.clip(np.round(np.log2(size)), -1000, 1000)
    return centre, 1.0


def _mask(n: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(n, dtype=bool)
    inside[rows] = True
    return inside


def _lists(n: int, k: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Return empty lists of the nearest: scores, and who."""
    return np.full((n, k), np.inf, np.float32), np.full((n, k), -1, np.int32)
