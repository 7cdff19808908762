"""Rows of numerical and categorical features with missing values."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.metrics import euclidean_distances
from sklearn.utils import gen_batches, gen_even_slices

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
from skresample.numerics.spread import standard_deviation
from skresample.numerics.threads import in_threads, n_threads

__all__ = [
    "Mixed",
    "can_compile",
    "class_proportions",
    "mismatch_cost",
    "paired_squared_distances",
    "squared_distances",
]

# The squared distance of two rows that have no feature in common: as far as can be.
UNKNOWN = 1e300
# Up to this many products of rows, base rows and features, NumPy is done before compiled code
# has been loaded.
COMPILED_FROM = 150_000_000


@dataclass(frozen=True, eq=False)
class Mixed(Space):
    """Rows of numerical features (n, d), dense or CSR, and of `codes` (n, c) of categories.

    Missing are NaN and -1. The squared distance of two rows is the sum, over the features that
    neither misses, of the squared differences of numbers and of the squared `cost` of each category
    that differs; times the number of all features over the number of those.
    """

    numeric: Any
    codes: npt.NDArray[np.signedinteger]
    cost: float = 1.0

    def __len__(self) -> int:
        return int(self.codes.shape[0])

    @property
    def n_features(self) -> int:
        return int(self.numeric.shape[1] + self.codes.shape[1])

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which values are not missing, without the numbers of a sparse table, of which none is."""
        if sparse.issparse(self.numeric):
            return self.codes >= 0
        return np.hstack([~np.isnan(self.numeric), self.codes >= 0])

    def take(self, rows: npt.NDArray[Any]) -> "Mixed":
        return Mixed(self.numeric[rows], self.codes[rows], self.cost)

    def append(self, numeric: Any, codes: npt.NDArray[np.signedinteger]) -> "Mixed":
        return Mixed(stack(self.numeric, numeric), np.concatenate([self.codes, codes]), self.cost)

    def without(self, feature: int) -> "Mixed":
        d = self.numeric.shape[1]
        if feature < d:
            return Mixed(np.delete(self.numeric, feature, axis=1), self.codes, self.cost)
        return Mixed(self.numeric, np.delete(self.codes, feature - d, axis=1), self.cost)

    def encode(self, is_minority: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return the rows as numbers: missing ones are means, categories class proportions."""
        numeric = self.numeric.toarray() if sparse.issparse(self.numeric) else self.numeric
        known = ~np.isnan(numeric)
        with np.errstate(invalid="ignore"):
            mean = np.where(known, numeric, 0).sum(axis=0) / known.sum(axis=0)
        proportions = class_proportions(self.codes, is_minority) * self.cost
        coordinates = np.hstack([np.where(known, numeric, mean), proportions])
        known_at_all = ~np.isnan(coordinates).any(axis=0)
        if not known_at_all.any():
            return np.zeros((len(coordinates), 1))  # nothing tells the rows apart
        return center_if_far(coordinates[:, known_at_all]).astype(np.float64, copy=False)

    def distances(self, of: Positions, among: Positions) -> npt.NDArray[np.float64]:
        table = self._in_range()
        squared = squared_distances(table.take(of), table.take(among))
        return np.sqrt(squared) * (self.cost / table.cost)

    def paired_distances(self, of: Positions, others: Positions) -> npt.NDArray[np.float64]:
        apart = np.empty(of.size)
        table = self._in_range()
        for part in gen_batches(of.size, max(1, BLOCK_VALUES // table.n_features)):
            squared = paired_squared_distances(table.take(of[part]), table.take(others[part]))
            apart[part] = np.sqrt(squared) * (self.cost / table.cost)
        return apart

    def mean_distance(self, of: Positions, rng: np.random.Generator) -> float:
        table = self.take(of)._in_range()
        batches = gen_batches(of.size, max(1, BLOCK_VALUES // of.size))
        parts = (table.take(np.arange(of.size)[batch]) for batch in batches)
        total = sum(np.sqrt(squared_distances(part, table)).sum() for part in parts)
        return float(total / table.cost * self.cost / (of.size * (of.size - 1)))

    def _in_range(self) -> "Mixed":
        """Return the rows scaled so that squared distances are in the range of floats."""
        if sparse.issparse(self.numeric) or not self.numeric.size:
            return self
        factor = range_factor(np.nan_to_num(self.numeric, nan=0.0))
        return self if factor == 1 else Mixed(self.numeric / factor, self.codes, self.cost / factor)

    def _kneighbors(self, query: Query) -> Positions:
        k, of, among, _, algorithm, n_jobs = query
        if isinstance(algorithm, UserSearch):
            raise ValueError(
                f"{algorithm.parameter}={algorithm.estimator!r} measures distances between "
                "numbers, and X has categories or missing values: give a number of neighbors."
            )
        table = self._in_range()
        work = of.size * among.size * self.n_features
        if work > COMPILED_FROM and not sparse.issparse(self.numeric) and can_compile():
            return table._compiled(k, of, among, n_jobs)
        queries, base = table.take(of), table.take(among)
        position = np.full(len(self), -1)
        position[among] = np.arange(among.size)
        found = np.empty((of.size, k), dtype=np.intp)
        for part in gen_batches(of.size, max(1, BLOCK_VALUES // among.size)):
            distances = squared_distances(queries.take(np.arange(of.size)[part]), base)
            rows = np.arange(len(distances))
            own = position[of[part]]
            distances[rows[own >= 0], own[own >= 0]] = np.inf
            for i in range(k):
                found[part, i] = distances.argmin(axis=1)
                distances[rows, found[part, i]] = np.inf
        return among[found]

    def _compiled(self, k: int, of: Positions, among: Positions, n_jobs: int | None) -> Positions:
        """Search dense rows with compiled code; of equally near rows, the first in `among`."""
        from skresample.neighbors import _mixed_kernel as kernel

        queries, base = self.take(of), self.take(among)
        missing = not (queries.known.all() and base.known.all())
        numeric, base_numeric = (np.asarray(t.numeric, np.float64, "C") for t in (queries, base))
        codes, base_codes = (np.asarray(t.codes, np.int32, "C") for t in (queries, base))
        given = kernel.pack(base_numeric), kernel.pack(base_codes), among
        how = float(self.cost) ** 2, missing, UNKNOWN
        found = np.empty((of.size, k), dtype=np.intp)

        def search(part: slice) -> None:
            kernel.search(numeric[part], codes[part], of[part], *given, *how, found[part])

        parts = min(4 * n_threads(n_jobs), of.size)
        in_threads(search, gen_even_slices(of.size, parts), n_jobs)
        return among[found]


def mismatch_cost(values: Any) -> float:
    """Return the distance of two different categories, in the units of a class's numbers (m, d).

    The median of the standard deviations :footcite:p:`chawla2002smote`. If that is 0, since half
    of the columns are constant, the median of the others; 1 if there is none.
    """
    deviation = standard_deviation(values)
    for some in (deviation, deviation[deviation > 0]):
        if some.size and (median := float(np.median(some))) > 0:
            return median
    return 1.0


def class_proportions(
    codes: npt.NDArray[np.signedinteger], is_minority: npt.NDArray[np.bool_], *, extra: float = 1.0
) -> npt.NDArray[np.float64]:
    """Return, for each category (n, c), the proportion of minority rows among the rows with it.

    Each category has `extra` more rows, of the minority class in the proportion of the whole
    table. A missing value (-1) has that proportion.
    """
    overall = is_minority.mean()
    proportions = np.full(codes.shape, overall)
    for j in range(codes.shape[1]):
        known = codes[:, j] >= 0
        column = codes[known, j]
        count = np.bincount(column)
        inside = np.bincount(column, weights=is_minority[known])
        with np.errstate(invalid="ignore"):  # of codes that no row has
            proportions[known, j] = ((inside + extra * overall) / (count + extra))[column]
    return proportions


def can_compile() -> bool:
    """Return whether numba compiles; it is imported only where the work is large."""
    from skresample.neighbors._jit import CAN_COMPILE

    return CAN_COMPILE


def squared_distances(left: Mixed, right: Mixed) -> npt.NDArray[np.float64]:
    """Return the squared distances (n_left, n_right) of rows of the same features."""
    if sparse.issparse(left.numeric):
        total = euclidean_distances(left.numeric, right.numeric, squared=True).astype(np.float64)
    else:
        total = np.zeros((len(left), len(right)))
        for ours, theirs in zip(left.numeric.T, right.numeric.T, strict=True):
            difference = np.subtract.outer(ours.astype(np.float64), theirs.astype(np.float64))
            if np.isnan(difference.sum()):
                difference[np.isnan(difference)] = 0
            difference *= difference
            total += difference
    for ours, theirs in zip(left.codes.T, right.codes.T, strict=True):
        differ = np.not_equal.outer(ours, theirs)
        if (ours < 0).any() or (theirs < 0).any():
            differ &= np.logical_and.outer(ours >= 0, theirs >= 0)
        total += np.multiply(differ, left.cost**2)
    ours, theirs = left.known, right.known
    if ours.all() and theirs.all():
        return total
    return _over_known(total, ours.astype(np.float32) @ theirs.T.astype(np.float32), left)


def paired_squared_distances(left: Mixed, right: Mixed) -> npt.NDArray[np.float64]:
    """Return the squared distances (n,) of rows to those in the same places."""
    if sparse.issparse(left.numeric):
        apart = left.numeric - right.numeric
        total = np.asarray(apart.multiply(apart).sum(axis=1), dtype=np.float64).ravel()
    else:
        difference = left.numeric.astype(np.float64) - right.numeric
        total = np.nansum(difference * difference, axis=1)
    differ = (left.codes >= 0) & (right.codes >= 0) & (left.codes != right.codes)
    total += np.count_nonzero(differ, axis=1) * left.cost**2
    return _over_known(total, np.count_nonzero(left.known & right.known, axis=1), left)


def _over_known(total: npt.NDArray[np.float64], n_known: Any, of: Mixed) -> npt.NDArray[np.float64]:
    """Scale sums over known features to all features; far away if no feature is known."""
    # With the numbers of a sparse table; in double precision, as the sums are.
    n_known = n_known + np.float64(of.n_features - of.known.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        total *= of.n_features / n_known
    total[n_known == 0] = UNKNOWN
    return total
