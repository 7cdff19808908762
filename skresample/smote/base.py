"""What the SMOTE family shares: which samples are joined, and what is drawn between them."""

import warnings
from numbers import Integral
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.neighbors import Space, UserSearch, is_euclidean, space_of
from skresample.numerics.allocation import draw_mates, draw_slots
from skresample.numerics.interpolation import interpolate, reflect, vote
from skresample.samplers.base import BaseOverSampler, Positions, Task
from skresample.samplers.parameters import Algorithm, CategoricalFeatures, Metric, Standardize
from skresample.table import Block, Rows

__all__ = [
    "Groups",
    "InterpolatingOverSampler",
    "Neighbors",
    "Pairing",
    "PairingOverSampler",
    "count_neighbors",
    "majority_proportion",
]

Floats = npt.NDArray[np.floating]
Gap = tuple[Any, Any]
Drawn = tuple[Positions, list[Floats]]

# How many votes are counted at once.
VOTES_AT_ONCE = 1 << 18


class Neighbors(NamedTuple):
    """Partners in a list: each base is joined with any of its own, all equally likely.

    `positions` (m, k) are rows of the table, filled from the left, -1 where there are fewer.
    """

    positions: Positions

    @property
    def joined(self) -> npt.NDArray[np.bool_]:
        """Which bases (m,) have a partner."""
        return self.positions[:, 0] >= 0

    def draw(self, task: Task, bases: Positions, gap: Gap, rng: np.random.Generator) -> Drawn:
        """Draw a partner for each base; return positions in the table and the limits of steps."""
        place = bases, draw_slots(self.positions, bases, rng)
        limits = [np.broadcast_to(limit, self.positions.shape)[place] for limit in gap]
        return self.positions[place], limits

    def voters(self, task: Task) -> Positions | None:
        """Return who votes for the categories: the partners of the class (m, k), -1 for others."""
        inside = (self.positions >= 0) & task.is_minority[self.positions]
        return np.where(inside, self.positions, -1)


class Groups(NamedTuple):
    """Partners by group: each base is joined with any other sample of its group.

    `labels` (m,) are integers from 0. Methods are those of `Neighbors`.
    """

    labels: Positions

    @property
    def joined(self) -> npt.NDArray[np.bool_]:
        return np.bincount(self.labels)[self.labels] > 1

    def draw(self, task: Task, bases: Positions, gap: Gap, rng: np.random.Generator) -> Drawn:
        second = task.minority[draw_mates(self.labels, bases, rng)]
        return second, [np.broadcast_to(limit, self.labels.shape)[bases] for limit in gap]

    def voters(self, task: Task) -> Positions | None:
        return None  # a group is too large to vote, so categories come from the two parents


class Pairing(NamedTuple):
    """Which samples are joined.

    Minority samples are bases in proportion to `weights` (m,), and are joined with their
    `partners`. `gap` has the shortest and the longest step, as proportions of the way from the base
    to the partner; each broadcasts to (m, k) or to (m,).

    A value is missing in a synthetic sample where it is missing in the base. A number is the
    base's where only the partner's is missing. The base's partners of its class vote for the
    category. Therefore, evenly weighted bases keep the missing rate. A boolean is the partner's
    with the probability of the step, else the base's, so that True stays nearly as frequent; all
    booleans and binary columns of a sample come from the same parent.
    """

    weights: Any
    partners: Neighbors | Groups
    gap: Gap = (0.0, 1.0)


class PairingOverSampler(BaseOverSampler):
    """Base class of the methods that join a base with a partner.

    A method overrides `_pair`; everything else is here. If no base has a positive weight and a
    partner, the method falls back on SMOTE's pairing, and a warning gives its reason, `_no_base`.
    """

    _min_rows: ClassVar[int] = 2
    _no_base: ClassVar[str] = "no row has a positive weight"
    _partners_from: ClassVar[str] = "k_neighbors"

    _on_lines: ClassVar[bool] = True
    """Whether synthetic samples lie on the line through their two parents."""

    _repeats_rows: ClassVar[bool] = False
    """Whether synthetic samples may be equal to given ones or to each other."""

    # Of samplers that have no such parameters.
    metric = "euclidean"
    algorithm = "auto"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.repeats_rows = self._repeats_rows
        return tags

    def _pair(self, task: Task) -> Pairing:
        """Return which samples of a class are joined: by default, each with its neighbors in it."""
        partners = self._nearest(task, self._partners_from, among=task.minority)
        return Pairing(np.ones(len(task.minority)), Neighbors(partners))

    def _fit_class(self, task: Task) -> Any:
        pairing = self._pair(task)
        weights = np.where(pairing.partners.joined, pairing.weights, 0.0)
        return pairing._replace(weights=weights) if weights.any() else self._fall_back(task)

    def _fall_back(self, task: Task) -> Pairing:
        """Return SMOTE's pairing, with a warning."""
        warnings.warn(
            f"{type(self).__name__}: in class {task.label!r} {self._no_base}, so all its rows are "
            "used evenly, as in SMOTE.",
            UserWarning,
            stacklevel=2,
        )
        return PairingOverSampler._pair(self, task)

    def _base_weights(self, task: Task, fitted: Any) -> Floats | None:
        return fitted.weights

    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        second, gap = self._join(task, fitted, bases, rng)
        first = task.minority[bases]
        parents = np.column_stack([first, second])
        draws = rng.random(bases.size)
        codes = self._vote(task, fitted, bases, second, gap, draws, rng)
        bounds = self._bounds(task)
        numbers = interpolate(task.numeric, first, second, gap, n_jobs=self.n_jobs)
        if bounds is not None and sparse.issparse(numbers):
            reflect(numbers.data, *(bound[numbers.indices] for bound in bounds))
        elif bounds is not None:
            reflect(numbers, *bounds)
        return Block(parents, numbers, codes, draws)

    def _join(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> tuple[Positions, Floats]:
        """Draw the partner of each base, as a position in the table, and the step towards it."""
        second, (low, high) = fitted.partners.draw(task, bases, fitted.gap, rng)
        return second, low + (high - low) * rng.random(bases.size)

    def _vote(
        self,
        task: Task,
        fitted: Pairing,
        bases: Positions,
        second: Positions,
        gap: Floats,
        draws: Floats,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.signedinteger]:
        """Return the categories of synthetic samples; see `Pairing`."""
        columns = task.rows.columns
        new = np.empty((bases.size, columns.codes.shape[1]), dtype=columns.codes.dtype)
        voters = fitted.partners.voters(task) if new.size else None
        for j, codes in enumerate(columns.codes.T):
            own = codes[task.minority[bases]]
            if voters is None or columns.is_boolean[j]:
                taken = np.where(draws < gap, codes[second], own)
                new[:, j] = np.where((own < 0) | (taken < 0), own, taken)
                continue
            votes = np.where(voters >= 0, codes[voters], -1)
            for part in gen_batches(bases.size, max(1, VOTES_AT_ONCE // votes.shape[1])):
                new[part, j] = vote(votes[bases[part]], own[part], rng)
        return new

    def _numeric(self, rows: Rows) -> Any:
        """Return the numbers that distances are taken of."""
        return rows.standardized if self.standardize else rows.numeric

    def _space(self, task: Task) -> Space:
        """Return the rows of the table and the metric that compares them."""
        rows, like = task.rows, task.minority
        return space_of(rows, standardize=self.standardize, like=like, metric=self.metric)

    def _majority_proportion(self, task: Task, parameter: str) -> npt.NDArray[np.float64]:
        """Return the proportion of majority samples among the neighbors of each minority one."""
        neighbors = self._nearest(task, parameter, among=np.arange(len(task.rows)))
        return majority_proportion(neighbors, task.is_minority)

    def _nearest(self, task: Task, parameter: str, among: Positions) -> Positions:
        """Find as many nearest neighbors of each minority sample as a parameter says."""
        k, search = self._neighbors(parameter)
        found = self._kneighbors(self._space(task), k, task.minority, among, search)
        if found.shape[1] < k:
            warnings.warn(
                f"{type(self).__name__}: {parameter} asks for {k} neighbors of each row of class "
                f"{task.label!r}, and there are {found.shape[1]} to choose from. All are used.",
                UserWarning,
                stacklevel=2,
            )
        return found

    def _kneighbors(
        self, space: Space, k: int, of: Positions, among: Positions, search: Any = None
    ) -> Positions:
        """Find nearest neighbors with the algorithm and the threads that the user wants."""
        algorithm = search or self.algorithm
        return space.kneighbors(k, of=of, among=among, algorithm=algorithm, n_jobs=self.n_jobs)

    def _neighbors(self, parameter: str) -> tuple[int, UserSearch | None]:
        """Return how many neighbors a parameter asks for, and the estimator to find them."""
        return count_neighbors(getattr(self, parameter), parameter)


class InterpolatingOverSampler(PairingOverSampler):
    """Base class of the methods of this kind that compare samples by their distances."""

    _renamed: ClassVar[dict[str, str]] = {"neighbors": "algorithm"}

    categorical_features: CategoricalFeatures = "auto"
    standardize: Standardize = True
    metric: Metric = "euclidean"
    algorithm: Algorithm = "auto"

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        if is_euclidean(self.metric):
            return
        space_of(rows, metric=self.metric)  # which refuses tables that it cannot compare
        if self.algorithm == "approximate":
            warnings.warn(
                f"{type(self).__name__}: algorithm='approximate' has no effect with "
                f"metric={self.metric!r}, whose neighbors are searched exactly. Leave one of them "
                "out.",
                UserWarning,
                stacklevel=2,
            )


def majority_proportion(
    neighbors: Positions, is_minority: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the proportion of majority samples among the neighbors (n_queries, k) of each one."""
    return np.count_nonzero(~is_minority[neighbors], axis=1) / neighbors.shape[1]


def count_neighbors(value: Any, parameter: str) -> tuple[int, UserSearch | None]:
    """Return how many neighbors a parameter asks for, and the estimator to find them, or None.

    The ``n_neighbors`` of an estimator counts the sample itself.
    """
    if isinstance(value, Integral):
        return int(value), None
    n_neighbors = getattr(value, "n_neighbors", None)
    if not isinstance(n_neighbors, Integral) or n_neighbors < 2:
        raise ValueError(
            f"{parameter}={value!r} has n_neighbors={n_neighbors}, and must have at least 2, since "
            "a sample is the first of its own neighbors."
        )
    return int(n_neighbors) - 1, UserSearch(value, parameter)
