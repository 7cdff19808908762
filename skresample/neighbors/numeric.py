"""Rows of numbers: under a metric of scikit-learn, or dense and Euclidean."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import effective_n_jobs
from scipy import sparse
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from sklearn import config_context
from sklearn.metrics import pairwise_distances, pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import gen_batches

from skresample.neighbors.mixed import Mixed, can_compile
from skresample.neighbors.space import (
    BLOCK_VALUES,
    Positions,
    Query,
    Space,
    UserSearch,
    center_if_far,
    range_factor,
    stack,
)
from skresample.numerics.threads import limit_openmp, n_threads

__all__ = ["EUCLIDEAN", "Dense", "Numbers"]

EUCLIDEAN = "euclidean"
# Trees lose to the matrix product with more features than this, unless queries and pairs are so
# few that the start of the matrix product takes longer.
TREE_FEATURES = 5
FEW_QUERIES = 320
FEW_PAIRS = 300_000
# From this many pairs of rows on, compiled code is worth the half second that it takes to load.
COMPILED_PAIRS = 10_000_000
# The most neighbors that the compiled search finds, since it keeps its lists sorted.
MOST_NEIGHBORS = 200
# The most products of queries, rows and features that "auto" searches exactly: a second.
EXACT_PRODUCTS = 50_000_000_000
# scikit-learn computes the distances of sparse rows in matrices of this size; with its own 1024 it
# takes twice as long.
WORKING_MIB = 64
# How many pairs of rows are enough for their mean distance.
MEAN_OF_PAIRS = 100_000


@dataclass(frozen=True, eq=False)
class Numbers(Space):
    """Rows of numbers (n, d), dense or CSR, under a metric of scikit-learn."""

    values: Any
    metric: str | Callable[..., float] = EUCLIDEAN

    def __len__(self) -> int:
        return int(self.values.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.values.shape[1])

    def take(self, rows: Positions) -> "Numbers":
        return replace(self, values=self.values[rows])

    def append(self, numeric: Any, codes: npt.NDArray[np.signedinteger]) -> "Numbers":
        return replace(self, values=stack(self.values, numeric))

    def without(self, feature: int) -> "Numbers":
        return replace(self, values=np.delete(self.values, feature, axis=1))

    def encode(self, is_minority: npt.NDArray[np.bool_]) -> Any:
        if not sparse.issparse(self.values):
            return center_if_far(self.values)
        # A copy if they are not sorted, since libsvm would sort them in place.
        return self.values if self.values.has_sorted_indices else self.values.sorted_indices()

    def distances(self, of: Positions, among: Positions) -> npt.NDArray[np.float64]:
        return pairwise_distances(self.values[of], self.values[among], metric=self.metric)

    def paired_distances(self, of: Positions, others: Positions) -> npt.NDArray[np.float64]:
        apart = np.empty(of.size)
        for part in gen_batches(of.size, 64 if isinstance(self.metric, str) else 1):
            apart[part] = np.diagonal(self.distances(of[part], others[part]))
        return apart

    def mean_distance(self, of: Positions, rng: np.random.Generator) -> float:
        return self._mean_of_all_pairs(self.values[of])

    def _mean_of_all_pairs(self, rows: Any, factor: float = 1.0) -> float:
        m = rows.shape[0]
        sums = pairwise_distances_chunked(
            rows, reduce_func=lambda block, start: block.sum(axis=1), metric=self.metric
        )
        return float(factor * sum(part.sum() for part in sums) / (m * (m - 1)))

    def _kneighbors(self, query: Query) -> Positions:
        k, of, among, with_self, algorithm, n_jobs = query
        # Nothing is copied if all rows are meant.
        whole = np.array_equal(among, np.arange(len(self)))
        base = self.values if whole else self.values[among]
        queries = base if of is among else self.values[of]
        search: Any = partial(self._search, n_jobs=n_jobs)
        if isinstance(algorithm, UserSearch):
            search = algorithm
        found = among[search(base, queries, k + with_self)]
        if not with_self:
            return found
        # One column goes: the row itself; or the furthest, if k + 1 duplicates are as near or if
        # the row is not a candidate.
        own = found == of[:, np.newaxis]
        drop = np.where(own.any(axis=1), own.argmax(axis=1), k)
        return found[np.arange(k + 1) != drop[:, np.newaxis]].reshape(of.size, k)

    def _search(self, base: Any, queries: Any, k: int, n_jobs: int | None) -> Positions:
        """Return the positions of the k nearest base rows of each query, by scikit-learn."""
        search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=self.metric)
        if self.metric != EUCLIDEAN:
            # A function need not keep the triangle inequality, which trees rely on.
            by_name = isinstance(self.metric, str) and not sparse.issparse(base)
            algorithm = "auto" if by_name else "brute"
            search.set_params(algorithm=algorithm, n_jobs=n_threads(n_jobs))
        # scikit-learn cuts queries into chunks of rows. As long as each thread has several
        # chunks, it assigns chunks to threads; else it assigns base rows to threads, and which of
        # two equally near rows it keeps then depends on the number of threads.
        n = queries.shape[0]
        chunk = int(np.clip(n // 17, 20, 256))  # for up to four threads, from 320 queries on
        most_threads = max(1, (n - 1) // (4 * chunk))
        sizes = {"pairwise_dist_chunk_size": chunk, "working_memory": WORKING_MIB}
        with limit_openmp(n_jobs, most_threads), config_context(**sizes):
            return search.fit(base).kneighbors(queries, return_distance=False)


class Dense(Numbers):
    """Dense rows of numbers (n, d) without missing values, under the Euclidean metric.

    Rows are centered and scaled first, so distances far from the origin keep their digits.
    """

    @property
    def coordinates(self) -> npt.NDArray[np.floating]:
        return np.asarray(self.values)

    def distances(self, of: Positions, among: Positions) -> npt.NDArray[np.float64]:
        queries, base = (self.values[rows].astype(np.float64) for rows in (of, among))
        factor = range_factor(queries, base) if of.size and among.size else 1.0
        return cdist(queries / factor, base / factor) * factor

    def paired_distances(self, of: Positions, others: Positions) -> npt.NDArray[np.float64]:
        apart = np.empty(of.size)
        factor = range_factor(self.values) if of.size else 1.0
        for part in gen_batches(of.size, max(1, BLOCK_VALUES // max(1, self.n_features))):
            own = (self.values[of[part]] / factor).astype(np.float64)
            away = own - self.values[others[part]] / factor
            apart[part] = factor * np.linalg.norm(away, axis=1)
        return apart

    def mean_distance(self, of: Positions, rng: np.random.Generator) -> float:
        # Over about 100,000 pairs at most. Every row is in as many of these as any other, so how
        # far a row is from the rest does not count, and the error is about a thousandth.
        rows = self.values[of]
        factor = range_factor(rows)
        rows = _centered(rows, rows)[0]
        # Each pair is a row and the one `step` places further in a circle.
        steps = np.arange(1, (of.size - 1) // 2 + 1)
        if of.size * steps.size <= MEAN_OF_PAIRS:
            return self._mean_of_all_pairs(rows, factor)
        rows = rows[rng.permutation(of.size)]
        steps = rng.choice(steps, -(-MEAN_OF_PAIRS // of.size), replace=False)
        return float(factor * np.mean([_mean_length(rows, step) for step in steps.tolist()]))

    def _kneighbors(self, query: Query) -> Positions:
        k, of, among, _, algorithm, n_jobs = query
        pairs = of.size * among.size
        enough = pairs >= COMPILED_PAIRS and k <= MOST_NEIGHBORS
        if isinstance(algorithm, UserSearch) or not enough or not can_compile():
            return super()._kneighbors(query)
        few = algorithm == "auto" and pairs * self.n_features < EXACT_PRODUCTS
        factor = range_factor(self.values)
        scaled = self if factor == 1 else Dense(self.values / factor)
        return scaled._compiled(k, of, among, algorithm == "exact" or few, n_jobs)

    def _compiled(
        self, k: int, of: Positions, among: Positions, exact: bool, n_jobs: int | None
    ) -> Positions:
        """Search with compiled code; where that is not sure, with slower and more careful code."""
        from skresample.neighbors.euclidean import nearest

        found, sure = nearest(self.values, k, of=of, among=among, exact=exact, n_jobs=n_jobs)
        if sure.all():
            return found
        rows = of[~sure]
        if exact:
            careful = Mixed(self.values, np.empty((len(self), 0), dtype=np.int8))
            found[~sure] = careful.kneighbors(k, of=rows, among=among, n_jobs=n_jobs)
        else:
            found[~sure] = self._compiled(k, rows, among, True, n_jobs)
        return found

    def _search(self, base: Any, queries: Any, k: int, n_jobs: int | None) -> Positions:
        base, queries = _centered(base, queries)
        n = len(queries)
        few = n <= FEW_QUERIES and n * len(base) <= FEW_PAIRS
        if self.n_features <= TREE_FEATURES or few:
            # Given as a list, k keeps the result two-dimensional if k = 1, too.
            wanted, workers = np.arange(1, k + 1), effective_n_jobs(n_jobs)
            return KDTree(base, leafsize=16).query(queries, wanted, workers=workers)[1]
        return super()._search(base, queries, k, n_jobs)


def _mean_length(rows: npt.NDArray[np.float64], step: int) -> float:
    """Return the mean distance of each row to the one a step further in the circle of rows."""
    parts = rows[step:] - rows[:-step], rows[:step] - rows[-step:]
    squares = np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])
    return float(np.sqrt(squares).mean())


def _centered(
    base: npt.NDArray[np.floating], queries: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Move and scale the rows so that squared distances keep their digits.

    The matrix product computes |a|² - 2ab + |b|², which far from the origin cancels, and
    the squares of very large or very small numbers leave the range of floats. The center
    is a median, since one outlier would drag a mean away from all other rows.
    """
    same = queries is base
    factor = range_factor(base) if same else range_factor(base, queries)
    if factor != 1:
        base = base / factor
        queries = base if same else queries / factor
    center = np.median(base[:: 1 + len(base) // 1000], axis=0)
    shifted = np.subtract(base, center, dtype=np.float64)
    return shifted, shifted if same else np.subtract(queries, center, dtype=np.float64)
