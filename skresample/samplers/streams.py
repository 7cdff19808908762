"""Random streams, and the blocks of synthetic samples that have one each."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from skresample.numerics.allocation import allocate
from skresample.table import Task

__all__ = ["Plan", "plan_blocks", "rows_per_block", "seed_sequence"]

Positions = npt.NDArray[np.intp]

# A block has at most so many samples, and so many numbers.
BLOCK_ROWS, BLOCK_VALUES = 1 << 18, 1 << 24


class Plan(NamedTuple):
    """The synthetic samples of a class, divided into blocks that can be drawn anywhere.

    Attributes
    ----------
    task : Task
        The class.
    fitted : object
        What was learned from it.
    n_new, size : int
        Number of synthetic samples, and of those in a block; the last block may have fewer.
    order, ends : ndarray of shape (m,) or None
        The bases in random order, and how many samples are made from them and those before.
    seeds : list of numpy.random.SeedSequence
        One for each block.
    """

    task: Task
    fitted: Any
    n_new: int
    size: int
    order: Positions | None
    ends: Positions | None
    seeds: list[np.random.SeedSequence]

    @property
    def n_blocks(self) -> int:
        """The number of blocks."""
        return len(self.seeds)

    def rng(self, number: int) -> np.random.Generator:
        """Return the random stream of a block, from its start."""
        # A copy: a seed counts the streams that were spawned from it.
        seed = self.seeds[number]
        copy = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key)
        return np.random.default_rng(copy)

    def bases(self, number: int, rng: np.random.Generator) -> Positions:
        """Return the bases of a block in random order."""
        start = number * self.size
        stop = min(start + self.size, self.n_new)
        if self.order is None or self.ends is None:
            return rng.integers(len(self.task.minority), size=stop - start)
        ends = np.minimum(np.maximum(self.ends, start), stop)
        counts = ends.copy()
        counts[0] -= start
        counts[1:] -= ends[:-1]
        return rng.permutation(np.repeat(self.order, counts))


def plan_blocks(
    task: Task,
    fitted: Any,
    weights: npt.NDArray[np.floating] | None,
    n_new: int,
    rng: np.random.Generator,
) -> Plan:
    """Divide the synthetic samples of a class, whose bases have weights, into blocks."""
    size = rows_per_block(task)
    seeds = rng.bit_generator.seed_seq.spawn(1 + -(-n_new // size))  # type: ignore[attr-defined]
    order = ends = None
    if weights is not None:
        shared = np.random.default_rng(seeds[0])
        order = shared.permutation(weights.size)
        ends = np.cumsum(allocate(weights, n_new, shared)[order])
    return Plan(task, fitted, n_new, size, order, ends, seeds[1:])


def rows_per_block(task: Task) -> int:
    """Return how many synthetic samples a block has: fewer, if a sample has many numbers."""
    return min(BLOCK_ROWS, max(1, BLOCK_VALUES // max(1, len(task.rows.names))))


def seed_sequence(random_state: Any) -> np.random.SeedSequence:
    """Return what random streams are spawned from.

    It differs between calls for None, and for an instance, whose state advances.
    """
    words = check_random_state(random_state).randint(0, 2**32, size=4, dtype=np.uint32)
    return np.random.SeedSequence(words.tolist())
