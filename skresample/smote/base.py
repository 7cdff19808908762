"""What the interpolation family shares: who is joined with whom, and the step between."""

import warnings
from abc import abstractmethod
from numbers import Integral
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import HasMethods

from skresample.neighbors import Space, UserSearch, space_of
from skresample.numerics.allocation import draw_mates, draw_slots
from skresample.numerics.interpolation import interpolate, reflect, vote
from skresample.samplers.base import BaseOverSampler, Positions, Task
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Algorithm, CategoricalFeatures, Standardize
from skresample.table import Block, Rows

__all__ = [
    "NEIGHBORS",
    "InterpolatingOverSampler",
    "Pairing",
    "PairingOverSampler",
    "count_neighbors",
    "majority_proportion",
]

# What a parameter takes that says how many neighbours.
NEIGHBORS = [IntegerInterval(1), HasMethods(["kneighbors"])]
# How many votes are counted at once.
VOTES_AT_ONCE = 1 << 18


class Pairing(NamedTuple):
    """Who is joined with whom.

    Attributes
    ----------
    weights : ndarray of shape (m,)
        How often each minority row is the base of a new row, in proportion.
    partners : ndarray of shape (m, k) or (m,)
        Positions in the table of the rows that a base may be joined with, each as likely
        as the others; filled from the left, -1 where there are fewer. Or the group of each
        minority row, 0 and up: then it may be joined with all others of its group.
    gap : tuple of two array-likes
        Lowest and highest step from the base (0) to the partner (1); each broadcasts to
        the shape of `partners`.

    Notes
    -----
    A number is missing in a new row where it is missing in the base; where only the partner
    has none, it is the base's. A category is voted on by the base's partners of its class,
    and missing where the base's is: so, with evenly weighted bases, the share of missing
    values stays what it is. A boolean is the partner's with the probability of the step, else
    the base's, so that True stays nearly as frequent; all booleans of a row, and columns of zeros
    and ones, are of the same of the two.
    """

    weights: npt.NDArray[np.floating]
    partners: npt.NDArray[np.intp]
    gap: tuple[Any, Any] = (0.0, 1.0)


class PairingOverSampler(BaseOverSampler):
    """Base class of the methods that put new rows on lines between old ones.

    A method says in `_pair` who is joined with whom; everything else is here. Where its
    weights leave no row to start from, all rows of the class are used evenly, as in SMOTE,
    and a warning gives the method's own reason, `_no_base`.
    """

    _min_rows: ClassVar[int] = 2
    _no_base: ClassVar[str] = "no row has a positive weight"
    _partners_from: ClassVar[str] = "k_neighbors"

    _on_lines: ClassVar[bool] = True
    """Whether new rows lie on the line through their two parents."""

    # Of samplers that have no such parameters.
    standardize = False
    algorithm = "auto"

    @abstractmethod
    def _pair(self, task: Task) -> Pairing:
        """Say who is joined with whom in one class."""

    def _fit_class(self, task: Task) -> Pairing:
        pairing = self._pair(task)
        if pairing.partners.ndim == 1:  # who is alone in a group has nobody to be joined with
            groups = pairing.partners
            weights = np.where(np.bincount(groups)[groups] > 1, pairing.weights, 0.0)
            pairing = pairing._replace(weights=weights)
        if pairing.weights.any():
            return pairing
        warnings.warn(
            f"{type(self).__name__}: in class {task.label!r} {self._no_base}, so all its rows are "
            "used evenly, as in SMOTE.",
            UserWarning,
            stacklevel=2,
        )
        return self._smote_pairing(task)

    def _base_weights(self, task: Task, fitted: Pairing) -> npt.NDArray[np.floating] | None:
        return fitted.weights

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        second, gap = self._join(task, fitted, bases, rng)
        first = task.minority[bases]
        parents = np.column_stack([first, second])
        draws = rng.random(bases.size)
        codes = self._vote(task, fitted.partners, bases, second, gap, draws, rng)
        bounds = self._bounds(task)
        if sparse.issparse(task.numeric):
            new = interpolate(task.numeric, first, second, gap)
            if bounds is not None:
                reflect(new.data, *(bound[new.indices] for bound in bounds))
            return Block(parents, new, codes, draws)

        numbers = np.empty((bases.size, task.numeric.shape[1]), task.numeric.dtype)
        interpolate(task.numeric, first, second, gap, out=numbers, n_jobs=self.n_jobs)
        if bounds is not None:
            reflect(numbers, *bounds)
        return Block(parents, numbers, codes, draws)

    def _join(
        self, task: Task, fitted: Pairing, base: Positions, rng: np.random.Generator
    ) -> tuple[Positions, npt.NDArray[np.floating]]:
        """Draw the partner of each base, as a position in the table, and the step towards it."""
        place: tuple[npt.NDArray[np.intp], ...]
        if fitted.partners.ndim == 1:
            second, place = task.minority[draw_mates(fitted.partners, base, rng)], (base,)
        else:
            place = base, draw_slots(fitted.partners, base, rng)
            second = fitted.partners[place]
        low, high = (np.broadcast_to(g, fitted.partners.shape)[place] for g in fitted.gap)
        return second, low + (high - low) * rng.random(base.size)

    def _vote(
        self,
        task: Task,
        partners: npt.NDArray[np.intp],
        base: npt.NDArray[np.intp],
        second: npt.NDArray[np.intp],
        gap: npt.NDArray[np.floating],
        draws: npt.NDArray[np.floating],
        rng: np.random.Generator,
    ) -> npt.NDArray[np.signedinteger]:
        """Return the categories of new rows; see the notes of `Pairing`."""
        columns = task.rows.columns
        new = np.empty((base.size, columns.codes.shape[1]), dtype=columns.codes.dtype)
        for j in range(new.shape[1]):
            codes = columns.codes[:, j]
            own = codes[task.minority]
            if columns.is_boolean[j] or partners.ndim == 1:
                taken = np.where(draws < gap, codes[second], own[base])
                new[:, j] = np.where((own[base] < 0) | (taken < 0), own[base], taken)
                continue
            voters = np.where((partners >= 0) & task.is_minority[partners], codes[partners], -1)
            for part in gen_batches(base.size, max(1, VOTES_AT_ONCE // partners.shape[1])):
                new[part, j] = vote(voters[base[part]], own[base[part]], rng)
        return new

    def _numeric(self, rows: Rows) -> Any:
        """Return the numbers that distances are taken of."""
        return rows.standardized if self.standardize else rows.numeric

    def _space(self, task: Task) -> Space:
        """Return the rows of the table and the metric that compares them."""
        return space_of(task.rows, standardize=self.standardize, like=task.minority)

    def _smote_pairing(self, task: Task) -> Pairing:
        """Join every row of the class with its nearest rows of the class."""
        partners = self._nearest(task, self._partners_from, among=task.minority)
        return Pairing(np.ones(len(task.minority)), partners)

    def _majority_share(self, task: Task, parameter: str) -> npt.NDArray[np.float64]:
        """Return the majority's share of the nearest rows of the table of each minority row."""
        neighbors = self._nearest(task, parameter, among=np.arange(len(task.rows)))
        return majority_proportion(neighbors, task.is_minority)

    def _nearest(
        self, task: Task, parameter: str, among: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Find the nearest neighbors of each minority row among some rows, as a parameter says."""
        k, search = self._neighbors(parameter)
        found = self._kneighbors(self._space(task), k, task.minority, among, search)
        if found.shape[1] < k:
            warnings.warn(
                f"{type(self).__name__}: {parameter} asks for {k} neighbors of each row of class "
                f"{task.label!r}, and there are {found.shape[1]} to choose from: these were used.",
                UserWarning,
                stacklevel=2,
            )
        return found

    def _kneighbors(
        self,
        space: Space,
        k: int,
        of: npt.NDArray[np.intp],
        among: npt.NDArray[np.intp],
        search: UserSearch | None = None,
    ) -> npt.NDArray[np.intp]:
        """Find nearest neighbors with the algorithm and the threads that the user wants."""
        algorithm = search or self.algorithm
        return space.kneighbors(k, of=of, among=among, algorithm=algorithm, n_jobs=self.n_jobs)

    def _neighbors(self, parameter: str) -> tuple[int, UserSearch | None]:
        """Return how many neighbors a parameter asks for, and the estimator to find them."""
        return count_neighbors(getattr(self, parameter), parameter)


def majority_proportion(
    neighbors: npt.NDArray[np.intp], is_minority: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the proportion of majority rows among the neighbors (n_queries, k) of each query."""
    return np.count_nonzero(~is_minority[neighbors], axis=1) / neighbors.shape[1]


class InterpolatingOverSampler(PairingOverSampler):
    """Base class of the methods of this kind that compare samples by their distances."""

    _renamed: ClassVar[dict[str, str]] = {"neighbors": "algorithm"}

    categorical_features: CategoricalFeatures = "auto"
    standardize: Standardize = True
    algorithm: Algorithm = "auto"


def count_neighbors(value: Any, parameter: str) -> tuple[int, UserSearch | None]:
    """Return how many neighbors to look for, and the estimator that does, as a parameter says.

    Parameters
    ----------
    value : int or estimator
        A number of neighbors, or an estimator whose ``n_neighbors`` counts the row itself.
    parameter : str
        What it was given as, for messages.

    Returns
    -------
    n_neighbors : int
        Other rows to find for each.
    search : UserSearch or None
        The estimator; None for a number.

    Raises
    ------
    ValueError
        If the estimator finds only the row itself.
    """
    if isinstance(value, Integral):
        return int(value), None
    n_neighbors = getattr(value, "n_neighbors", None)
    if not isinstance(n_neighbors, Integral) or n_neighbors < 2:
        raise ValueError(
            f"{parameter}={value!r} has n_neighbors={n_neighbors}: it must look for at least "
            "2, since a row is the first of its own neighbors."
        )
    return int(n_neighbors) - 1, UserSearch(value, parameter)
