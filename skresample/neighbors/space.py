"""The protocol of metrics: rows that can be compared with each other."""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone

from skresample.numerics.threads import limit_openmp

__all__ = [
    "BLOCK_VALUES",
    "Positions",
    "Query",
    "Space",
    "UserSearch",
    "center_if_far",
    "range_factor",
    "stack",
]

Positions = npt.NDArray[np.intp]

# The most distances that NumPy computes at once.
BLOCK_VALUES = 1 << 20
# The squares of numbers beyond this, or below its inverse, may leave the range of floats.
LARGE = 1e150
# From this many standard deviations, half of the digits of a squared distance are lost.
FAR = 1e4


class UserSearch(NamedTuple):
    """An estimator with ``kneighbors``, and the parameter that a user gave it as."""

    estimator: Any
    parameter: str

    def __call__(self, base: Any, queries: Any, k: int) -> Positions:
        """Return the positions of the k nearest base rows of each query, nearest first."""
        with limit_openmp():
            fitted = clone(self.estimator).fit(base)
            return fitted.kneighbors(queries, n_neighbors=k, return_distance=False)


class Query(NamedTuple):
    """A search for the k nearest neighbors of the rows `of` among others, themselves excluded.

    `with_self` says whether any of these rows is among the candidates.
    """

    k: int
    of: Positions
    among: Positions
    with_self: bool
    algorithm: str | UserSearch
    n_jobs: int | None


class Space(ABC):
    """The n rows of a table, and the metric that compares them.

    Methods take positions of rows. A new metric is one subclass; no other room looks at its type.
    """

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @property
    @abstractmethod
    def n_features(self) -> int:
        """The number of features."""

    @property
    def coordinates(self) -> npt.NDArray[np.floating] | None:
        """Dense rows (n, d) whose Euclidean distances are those of the space, or None."""
        return None

    @abstractmethod
    def encode(self, is_minority: npt.NDArray[np.bool_]) -> Any:
        """Return the rows as numbers without missing values, dense or CSR, for a classifier."""

    @abstractmethod
    def take(self, rows: Positions) -> "Space":
        """Return some of the rows, in the given order."""

    @abstractmethod
    def append(self, numeric: Any, codes: npt.NDArray[np.signedinteger]) -> "Space":
        """Return the rows followed by others, with the same metric."""

    @abstractmethod
    def without(self, feature: int) -> "Space":
        """Return the rows without a feature; numerical features come before categorical ones."""

    @abstractmethod
    def distances(self, of: Positions, among: Positions) -> npt.NDArray[np.float64]:
        """Return the distances (n_of, n_among), computed at once."""

    @abstractmethod
    def paired_distances(self, of: Positions, others: Positions) -> npt.NDArray[np.float64]:
        """Return the distances (n_pairs,) of rows to the others in the same places."""

    @abstractmethod
    def mean_distance(self, of: Positions, rng: np.random.Generator) -> float:
        """Return the mean distance over the pairs of at least two rows, or over many of them."""

    @abstractmethod
    def _kneighbors(self, query: Query) -> Positions:
        """Search as `kneighbors` does, for at least one row and one neighbor."""

    def kneighbors(
        self,
        k: int,
        *,
        of: Positions | None = None,
        among: Positions | None = None,
        algorithm: str | UserSearch = "auto",
        n_jobs: int | None = None,
    ) -> Positions:
        """Find the k nearest neighbors of some rows among some candidates; None for all rows.

        Returns positions (n_queries, min(k, number of candidates)), nearest first. A row is
        excluded from its own neighbors by its position, so its duplicates are neighbors. The number
        of threads does not matter. ``'approximate'`` may find rows nearly as near as the nearest,
        in large dense tables under the Euclidean metric; ``'auto'`` does so in very large ones. An
        estimator replaces the metric.
        """
        everything = np.arange(len(self))
        of = everything if of is None else of
        among = everything if among is None else among
        is_base = np.zeros(len(self), dtype=bool)
        is_base[among] = True
        with_self = bool(is_base[of].any())
        k = min(k, among.size - with_self)
        if k < 1 or not of.size:
            return np.empty((of.size, max(k, 0)), dtype=np.intp)
        return self._kneighbors(Query(k, of, among, with_self, algorithm, n_jobs))


def center_if_far(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Move rows (n, d) to the origin if they are so far from it that kernels lose their digits."""
    center = values.mean(axis=0, dtype=np.float64)
    far = np.abs(center).max() > FAR * values.std(axis=0, dtype=np.float64).max()
    return values - center if far else values


def range_factor(*rows: npt.NDArray[np.floating]) -> float:
    """Return what to divide rows by so that their squares are in the range of floats."""
    size = float(max(max(part.max(), -part.min()) for part in rows))
    if size > LARGE:
        return size / LARGE
    return size if 0 < size < 1 / LARGE else 1.0


def stack(table: Any, new: Any) -> Any:
    """Return the rows of a table, dense or CSR, followed by others."""
    if sparse.issparse(table):
        return sparse.vstack([table, new], format="csr")
    return np.concatenate([table, new])
