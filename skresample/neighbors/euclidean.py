"""Euclidean nearest neighbors in large dense tables: exact, or approximate by a forest.

It is imported only where there is enough work for compiled code.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches

from skresample.neighbors import _euclidean_kernel as kernel
from skresample.neighbors.space import Positions
from skresample.numerics.threads import in_threads, n_threads

__all__ = ["nearest"]

# How many more candidates than neighbors the search in float32 keeps.
SPARE = 2
# The most queries that one thread looks up at a time.
PART = 4096
# The forest: how many trees divide all rows, into cells of how many; how many divide each cell,
# into leaves of how many, and the most if few rows are queries or candidates.
TREES = 8
CELL = 16384
BRANCHES = 2
LEAF = 1024
MOST_LEAF = 4096


def nearest(
    values: npt.NDArray[np.floating],
    k: int,
    *,
    of: Positions,
    among: Positions,
    exact: bool,
    n_jobs: int | None = None,
) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Find the k nearest rows of some rows of a table among at least k others.

    The exact search is in float32 and keeps more than k candidates. These are ranked in float64,
    and it is proved for each query that no other row can be nearer. Where that fails, as with
    ties, the query has to be looked up again in float64.

    In the approximate search, trees divide the rows by random planes
    :footcite:p:`dasgupta2008random`, and each query is compared with the rows that share a leaf
    with it. The fewer queries there are, the larger are the leaves. Seeds are fixed: the same table
    gives the same neighbors.

    Returns positions (n_queries, k), nearest first, of equally near ones the first, and which
    queries (n_queries,) are sure: no nearer row is missing, or an approximate search found k.
    """
    found, sure = np.empty((of.size, k), np.intp), np.empty(of.size, np.bool_)
    search = _Search(values, k, of, among, *_middle(values, among), found, sure, n_jobs)
    (_search_all if exact else _search_forest)(search)
    return found, sure if exact else found[:, -1] >= 0


class _Search(NamedTuple):
    """What is searched, with which center and scale of rows, and where results are written."""

    values: npt.NDArray[np.floating]
    k: int
    of: Positions
    among: Positions
    center: npt.NDArray[np.float64]
    scale: float
    found: Positions
    sure: npt.NDArray[np.bool_]
    n_jobs: int | None

    def rank(self, part: slice, scores: Any, names: Any, n_others: Any) -> None:
        """Write the nearest of what a part of the queries found."""
        given = self.values, self.of[part], self.center, self.scale, scores, names, n_others
        kernel.rank(*given, self.found[part], self.sure[part])


def _search_all(search: _Search) -> None:
    """Compare each query with all candidates."""
    values, k, of, among, center, scale, *_, n_jobs = search
    n_tiles = -(-among.size // kernel.LANES)
    tiles = np.zeros((n_tiles, values.shape[1] + 1, kernel.LANES), np.float32)
    names = np.zeros(n_tiles * kernel.LANES, np.int32)
    names[: among.size] = among
    is_base = _mask(len(values), among)

    def pack(part: slice) -> None:
        kernel.pack_tiles(values, among, center, scale, part.start, tiles[part])

    def look_up(part: slice) -> None:
        rows = of[part]
        filled = -(-rows.size // kernel.QUERIES) * kernel.QUERIES
        queries = np.zeros((filled, values.shape[1]), np.float32)
        kernel.pack_rows(values, rows, center, scale, queries)
        own = np.full(filled, -1, np.int32)
        own[: rows.size] = rows
        scores, found = _lists(filled, k + SPARE)
        scores[rows.size :] = -np.inf
        ends = np.array([0, filled])
        kernel.scan(tiles, names, np.array([0, n_tiles]), queries, own, ends, scores, found, False)
        search.rank(part, scores, found, among.size - is_base[rows])

    in_threads(pack, gen_batches(n_tiles, PART // kernel.LANES), n_jobs)
    # Several parts for each thread, so that none waits long for the others.
    size = int(np.clip(of.size // (4 * n_threads(n_jobs)), kernel.GROUP, PART))
    in_threads(look_up, gen_batches(of.size, size), n_jobs)


def _search_forest(search: _Search) -> None:
    """Compare each query with the candidates in the leaves that it is in."""
    values, k, of, among, center, scale, *_, n_jobs = search
    is_base, is_query = _mask(len(values), among), _mask(len(values), of)
    rows = np.flatnonzero(is_base | is_query)
    points = np.empty((rows.size, values.shape[1]), np.float32)
    in_threads(
        lambda part: kernel.pack_rows(values, rows[part], center, scale, points[part]),
        gen_batches(rows.size, PART),
        n_jobs,
    )
    is_base, is_query = is_base[rows], is_query[rows]
    lists = _lists(rows.size, k)  # rows that are not queries have some, too: they stay empty
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
            which = is_base[members], is_query[members]
            for branch in range(BRANCHES):
                _search_tree(packed, members, *which, lists, seed * BRANCHES + branch, leaf)

        in_threads(look_into, cells, n_jobs)
    scores, found = lists
    place = np.empty(len(values), np.intp)
    place[rows] = np.arange(rows.size)

    def rank(part: slice) -> None:
        asked = place[of[part]]
        names = np.where(found[asked] < 0, -1, rows[found[asked]]).astype(np.int32)
        search.rank(part, scores[asked], names, np.zeros(asked.size, np.intp))

    in_threads(rank, gen_batches(of.size, PART), n_jobs)


def _grow(
    points: npt.NDArray[np.float32], seed: int, most: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return rows leaf by leaf, each of at most `most`, and where each begins, with an end."""
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
    seed: int,
    leaf: int,
) -> None:
    """Merge what is in the leaves of a tree into the lists of the queries in them.

    The lists are those of all rows; `members` has the positions of the points among these.
    """
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
    """Return what to subtract from rows and what to multiply them by to suit float32.

    These are medians of a sample, since an outlier would drag means along, and a power of two.
    """
    sample = values[among[:: 1 + among.size // 1000]].astype(np.float64)
    center = np.median(sample, axis=0)
    with np.errstate(over="ignore"):
        deviation = np.abs(sample - center)
        for size in (np.median(deviation, axis=0).max(), deviation.mean(axis=0).max()):
            if 0 < size < np.inf:
                return center, 2.0 ** -np.clip(np.round(np.log2(size)), -1000, 1000)
    return center, 1.0


def _mask(n: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(n, dtype=bool)
    inside[rows] = True
    return inside


def _lists(n: int, k: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Return empty lists of the nearest rows: their scores and positions."""
    return np.full((n, k), np.inf, np.float32), np.full((n, k), -1, np.int32)
