"""Nearest neighbours of some rows of a table among some rows of it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import effective_n_jobs
from scipy import sparse
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import pairwise_distances, pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches

from skresample.neighbors.euclidean import approximate_neighbors, exact_neighbors
from skresample.neighbors.mixed import (
    BLOCK_VALUES,
    Mixed,
    nearest,
    paired_squared_distances,
    squared_distances,
)
from skresample.numerics.threads import limit_openmp

__all__ = [
    "centred_if_far",
    "distances",
    "kneighbors",
    "majority_share",
    "mean_distance",
    "paired_distances",
]

# Trees lose to the matrix product with more features than this, unless queries and pairs are so
# few that what it takes to start the matrix product is felt.
TREE_FEATURES = 5
FEW_QUERIES = 320
FEW_PAIRS = 300_000
# From this many pairs of rows on, compiled code is worth the half second that it takes to load.
COMPILED_PAIRS = 10_000_000
# Of so many neighbours at most: its lists are kept in order one by one.
MOST_NEIGHBORS = 200
# The most products of queries, rows and features that "auto" looks through exactly: a second.
EXACT_PRODUCTS = 50_000_000_000
# For the distances of sparse rows, which scikit-learn puts into a matrix, a part at a time: with
# its own 1024 it takes twice as long.
WORKING_MIB = 64
# How many pairs of rows are enough for their mean distance.
MEAN_OF_PAIRS = 100_000
# Beyond this, or below its inverse, squares may leave the range of floats.
LARGE = 1e150
# From this many standard deviations, half of the digits of a squared distance are lost.
FAR = 1e4


def kneighbors(
    values: Any,
    k: int,
    *,
    of: npt.NDArray[np.intp] | None = None,
    among: npt.NDArray[np.intp] | None = None,
    search: Any = None,
    method: str = "auto",
    n_jobs: int | None = None,
) -> npt.NDArray[np.intp]:
    """Find the k nearest rows of a subset of a table, itself excluded.

    A row is excluded from its own neighbours by its position, not by its distance, so
    that the copies of a row that stands several times are neighbours of each other.
    The result does not depend on the number of threads. Dense rows are centred and scaled
    first; sparse ones are not, so that far from the origin their distances lose digits.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d) or Mixed
        The table.
    k : int
        How many neighbours; where `among` has fewer, what there is.
    of : ndarray of shape (n_queries,), default=None
        Positions of the rows whose neighbours are looked for; None for all.
    among : ndarray of shape (n_base,), default=None
        Positions of the rows that are looked through; None for all.
    search : estimator with ``kneighbors``, default=None
        Finds the neighbours instead; its ``n_neighbors`` is set. None for Euclidean
        distances.
    method : {'auto', 'exact', 'approximate'}, default='auto'
        ``'approximate'`` finds rows nearly as near as the nearest, in dense tables without
        missing values where that is faster. ``'auto'`` does so there from 50 thousand million
        products of queries, rows and features on.
    n_jobs : int, default=None
        Number of threads; None for as many as there are processors.

    Returns
    -------
    neighbors : ndarray of shape (n_queries, min(k, n_base other than itself))
        Positions in `values`, nearest first.
    """
    everything = np.arange(values.n_rows if isinstance(values, Mixed) else values.shape[0])
    of = everything if of is None else of
    among = everything if among is None else among
    is_base = np.zeros(everything.size, dtype=bool)
    is_base[among] = True
    with_self = bool(is_base[of].any())
    k = min(k, among.size - with_self)
    if isinstance(values, Mixed):
        return nearest(_in_range(values), k, of=of, among=among, n_jobs=n_jobs)
    dense = search is None and not sparse.issparse(values)
    enough = min(k, of.size) > 0 and of.size * among.size >= COMPILED_PAIRS
    if dense and enough and k <= MOST_NEIGHBORS and _can_compile():
        products = of.size * among.size * values.shape[1]
        exact = method == "exact" or (method == "auto" and products < EXACT_PRODUCTS)
        factor = _factor(values)
        values = values if factor == 1 else values / factor
        return _compiled(values, k, of, among, exact, n_jobs)
    found = among[_search(values, of, among, k + with_self, search, n_jobs)]
    if not with_self:
        return found
    # One column goes: the row itself, or the furthest where k + 1 copies of it, or another
    # table's row, stand nearer.
    own = found == of[:, np.newaxis]
    drop = np.where(own.any(axis=1), own.argmax(axis=1), k)
    return found[np.arange(k + 1) != drop[:, np.newaxis]].reshape(of.size, k)


def majority_share(
    neighbors: npt.NDArray[np.intp], is_minority: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the share of majority rows among the neighbours of each row.

    Parameters
    ----------
    neighbors : ndarray of shape (n_queries, k)
        Positions in a table.
    is_minority : ndarray of shape (n,)
        True for the table's minority rows.

    Returns
    -------
    share : ndarray of shape (n_queries,)
        Between 0 and 1.
    """
    return np.count_nonzero(~is_minority[neighbors], axis=1) / neighbors.shape[1]


def distances(
    values: Any, of: npt.NDArray[np.intp], among: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return the distances of some rows of a table to others.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d) or Mixed
        The table.
    of, among : ndarray of shape (n_queries,) and (n_base,)
        Positions of rows: not so many that the matrix is large.

    Returns
    -------
    distances : ndarray of shape (n_queries, n_base)
        Euclidean ones, or those of `Mixed`.
    """
    if isinstance(values, Mixed):
        table = _in_range(values)
        squared = squared_distances(table.take(of), table.take(among))
        return np.sqrt(squared) * (values.cost / table.cost)
    if sparse.issparse(values):
        return pairwise_distances(values[of], values[among])
    queries, base = values[of].astype(np.float64), values[among].astype(np.float64)
    factor = _factor(queries, base) if of.size and among.size else 1.0
    return cdist(queries / factor, base / factor) * factor


def paired_distances(
    values: Any, of: npt.NDArray[np.intp], others: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return how far each of some rows of a table is from another.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d) or Mixed
        The table.
    of, others : ndarray of shape (n_pairs,)
        Positions of rows.

    Returns
    -------
    distances : ndarray of shape (n_pairs,)
        As in `distances`.
    """
    apart = np.empty(of.size)
    if isinstance(values, np.ndarray):
        factor = _factor(values) if of.size else 1.0
        for part in gen_batches(of.size, max(1, BLOCK_VALUES // max(1, values.shape[1]))):
            away = (values[of[part]] / factor).astype(np.float64) - values[others[part]] / factor
            apart[part] = factor * np.linalg.norm(away, axis=1)
        return apart
    if isinstance(values, Mixed):
        table = _in_range(values)
        for part in gen_batches(of.size, max(1, BLOCK_VALUES // table.n_features)):
            squared = paired_squared_distances(table.take(of[part]), table.take(others[part]))
            apart[part] = np.sqrt(squared) * (values.cost / table.cost)
        return apart
    for part in gen_batches(of.size, 64):
        apart[part] = np.diagonal(distances(values, of[part], others[part]))
    return apart


def mean_distance(values: Any, of: npt.NDArray[np.intp], rng: np.random.Generator) -> float:
    """Average the distance over the pairs of some rows of a table.

    Over all of them, or, from some hundred rows on, over some 100,000 pairs in which every
    row is as often as any other. That is why so few are enough: what one row is further than
    another from the rest does not count, and the mean is wrong by about a thousandth.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d) or Mixed
        The table.
    of : ndarray of shape (m,)
        Positions of at least two rows.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    distance : float
        The mean over the pairs.
    """
    if isinstance(values, Mixed):
        table = _in_range(values.take(of))
        batches = gen_batches(of.size, max(1, BLOCK_VALUES // of.size))
        parts = (table.take(np.arange(of.size)[batch]) for batch in batches)
        total = sum(np.sqrt(squared_distances(part, table)).sum() for part in parts)
        return float(total / table.cost * values.cost / (of.size * (of.size - 1)))
    rows, factor = values[of], 1.0
    if not sparse.issparse(rows):
        factor = _factor(rows)
        rows = _centred(rows, rows)[0]
        # Each row and the one so many places further in a circle.
        steps = np.arange(1, (of.size - 1) // 2 + 1)
        if of.size * steps.size > MEAN_OF_PAIRS:
            rows = rows[rng.permutation(of.size)]
            steps = rng.choice(steps, -(-MEAN_OF_PAIRS // of.size), replace=False)
            means = [
                _mean_norm(rows[step:] - rows[:-step], rows[:step] - rows[-step:]) for step in steps
            ]
            return float(factor * np.mean(means))
    sums = pairwise_distances_chunked(rows, reduce_func=lambda block, start: block.sum(axis=1))
    return float(factor * sum(part.sum() for part in sums) / (of.size * (of.size - 1)))


def _mean_norm(*parts: npt.NDArray[np.float64]) -> float:
    squares = np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])
    return float(np.sqrt(squares).mean())


def centred_if_far(values: Any) -> Any:
    """Move rows to the origin where they are so far from it that kernels lose their digits.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        The table.

    Returns
    -------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        The same, or with the mean of each column taken off. Distances stay as they are.
    """
    if sparse.issparse(values):
        return values
    centre = values.mean(axis=0, dtype=np.float64)
    far = np.abs(centre).max() > FAR * values.std(axis=0, dtype=np.float64).max()
    return values - centre if far else values


def _can_compile() -> bool:
    from skresample.numerics._jit import CAN_COMPILE

    return CAN_COMPILE


def _compiled(
    values: npt.NDArray[np.floating],
    k: int,
    of: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    exact: bool,
    n_jobs: int | None,
) -> npt.NDArray[np.intp]:
    """Find neighbours by compiled code; where it is not sure, by slower and more careful one."""
    search = exact_neighbors if exact else approximate_neighbors
    found, sure = search(values, k, of=of, among=among, n_jobs=n_jobs)
    if sure.all():
        return found
    rows = of[~sure]
    if exact:
        no_codes = np.empty((len(values), 0), dtype=np.int8)
        table = _in_range(Mixed(values, no_codes))
        found[~sure] = nearest(table, k, of=rows, among=among, n_jobs=n_jobs)
    else:
        found[~sure] = _compiled(values, k, rows, among, True, n_jobs)
    return found


def _search(
    values: Any,
    of: npt.NDArray[np.intp],
    among: npt.NDArray[np.intp],
    k: int,
    search: Any,
    n_jobs: int | None,
) -> npt.NDArray[np.intp]:
    if k < 1 or not of.size:
        return np.empty((of.size, max(k, 0)), dtype=np.intp)
    # Nothing is copied where all rows are meant.
    whole = np.array_equal(among, np.arange(values.shape[0]))
    base = values if whole else values[among]
    queries = base if of is among else values[of]
    if search is not None:
        with limit_openmp():
            search = clone(search).fit(base)
            return search.kneighbors(queries, n_neighbors=k, return_distance=False)
    if not sparse.issparse(values):
        base, queries = _centred(base, queries)
        few = of.size <= FEW_QUERIES and of.size * among.size <= FEW_PAIRS
        if values.shape[1] <= TREE_FEATURES or few:
            # Given as a list, k keeps the result two-dimensional also where k = 1.
            wanted, workers = np.arange(1, k + 1), effective_n_jobs(n_jobs)
            return KDTree(base, leafsize=16).query(queries, wanted, workers=workers)[1]
    # Queries are cut into chunks of rows. As long as each thread has several chunks of its own,
    # scikit-learn deals them out to the threads; else it deals out the base rows, and which of
    # two equally near rows it keeps then depends on how many threads there are.
    chunk = int(np.clip(of.size // 17, 20, 256))  # for up to four threads, from 320 queries on
    most_threads = max(1, (of.size - 1) // (4 * chunk))
    limits = limit_openmp(n_jobs, most_threads)
    sizes = {"pairwise_dist_chunk_size": chunk, "working_memory": WORKING_MIB}
    with limits, config_context(**sizes):
        brute = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(base)
        return brute.kneighbors(queries, return_distance=False)


def _centred(
    base: npt.NDArray[np.floating], queries: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Move and scale the rows so that squared distances keep their digits.

    The matrix product computes |a|² - 2ab + |b|², which far from the origin cancels, and
    the squares of very large or very small numbers leave the range of floats. The centre
    is a median, since one outlier would drag a mean away from all other rows.
    """
    same = queries is base
    factor = _factor(base) if same else _factor(base, queries)
    if factor != 1:
        base = base / factor
        queries = base if same else queries / factor
    centre = np.median(base[:: 1 + len(base) // 1000], axis=0)
    shifted = np.subtract(base, centre, dtype=np.float64)
    return shifted, shifted if same else np.subtract(queries, centre, dtype=np.float64)


def _in_range(table: Mixed) -> Mixed:
    """Scale a table so that squared distances are in the range of floats."""
    if sparse.issparse(table.numeric) or not table.numeric.size:
        return table
    factor = _factor(np.nan_to_num(table.numeric, nan=0.0))
    return table if factor == 1 else Mixed(table.numeric / factor, table.codes, table.cost / factor)


def _factor(*rows: npt.NDArray[np.floating]) -> float:
    """Return what to divide rows by so that their squares are in the range of floats."""
    size = float(max(max(part.max(), -part.min()) for part in rows))
    if size > LARGE:
        return size / LARGE
    return size if 0 < size < 1 / LARGE else 1.0
