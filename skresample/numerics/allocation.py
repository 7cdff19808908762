"""The number of synthetic samples per base sample, and the partner of each."""

import numpy as np
import numpy.typing as npt

__all__ = ["allocate", "by_group", "draw_bases", "draw_mates", "draw_slots", "keep_slots"]

Positions = npt.NDArray[np.intp]


def allocate(weights: npt.ArrayLike, total: int, rng: np.random.Generator) -> Positions:
    """Split ``total`` into counts (m,) in proportion to non-negative ``weights`` (m,).

    By systematic sampling in a random order of the rows. With the quota
    ``q = total * weights / sum(weights)``, every count is ``floor(q)`` or ``ceil(q)``, and its
    expectation is ``q``.

    >>> allocate([1, 1, 2], 8, np.random.default_rng(0))
    array([2, 2, 4])
    """
    weights = np.asarray(weights, dtype=np.float64)
    if not weights.size or not weights.max() > 0:
        raise ValueError("allocate needs at least one positive weight.")
    order = rng.permutation(weights.size)
    edges = np.cumsum(weights[order] / weights.max())
    edges = np.where(edges >= edges[-1], total, edges * (total / edges[-1]))
    filled = np.minimum(np.floor(edges + rng.random()), total).astype(np.intp)
    counts = np.empty(weights.size, dtype=np.intp)
    counts[order] = np.diff(filled, prepend=0)
    return counts


def draw_bases(weights: npt.ArrayLike, total: int, rng: np.random.Generator) -> Positions:
    """Draw base rows (total,) as often as `allocate` returns, in random order.

    In random order, any slice of the synthetic samples is a sample of all of them.
    """
    counts = allocate(weights, total, rng)
    return rng.permutation(np.repeat(np.arange(counts.size), counts))


def draw_slots(partners: Positions, base: Positions, rng: np.random.Generator) -> Positions:
    """Draw a column of ``partners`` (m, k) for each base row (n,), uniformly among the filled ones.

    Rows are filled from the left, -1 for no partner, and each base has at least one.
    """
    filled = np.count_nonzero(partners >= 0, axis=1)
    return (rng.random(base.size) * filled[base]).astype(np.intp)


def by_group(groups: Positions) -> tuple[Positions, Positions, Positions, Positions]:
    """Return rows ordered by group (m,), the size and start of each group, and ranks in it (m,)."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(groups.size, dtype=np.intp)
    rank[order] = np.arange(groups.size) - np.repeat(starts, sizes)
    return order, sizes, starts, rank


def draw_mates(groups: Positions, base: Positions, rng: np.random.Generator) -> Positions:
    """Draw another row (n,) of the same group for each base row (n,), uniformly.

    `groups` (m,) are integers from 0, and no base is alone in its group.
    """
    order, sizes, starts, rank = by_group(groups)
    size = sizes[groups[base]]
    further = 1 + (rng.random(base.size) * (size - 1)).astype(np.intp)
    return order[starts[groups[base]] + (rank[base] + further) % size]


def keep_slots(
    partners: Positions, kept: npt.NDArray[np.bool_], *others: npt.NDArray[np.floating]
) -> list[npt.NDArray]:
    """Remove the partners (m, k) that are not `kept`, and move the others to the left.

    Arrays of further values per partner move along; the end of a row is filled with -1.
    """
    order = np.argsort(~kept, axis=1, kind="stable")
    left = np.where(kept, partners, -1)
    return [np.take_along_axis(values, order, axis=1) for values in (left, *others)]
