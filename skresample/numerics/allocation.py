"""How many new rows each base row gets, and with whom each of them is joined."""

import numpy as np
import numpy.typing as npt

__all__ = ["allocate", "draw_bases", "draw_mates", "draw_slots", "keep_slots"]


def allocate(weights: npt.ArrayLike, total: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Split ``total`` into whole counts in proportion to ``weights``.

    Systematic sampling along a random order of the rows: with the quota
    ``q = total * weights / sum(weights)``, every count is ``floor(q)`` or
    ``ceil(q)``, its expectation is ``q``, and the counts sum to ``total`` exactly.
    (Rounding each quota by itself misses the total; giving the rest to the largest
    remainders favours the heavy rows whenever ``total`` is small.)

    Parameters
    ----------
    weights : array-like of shape (m,)
        Non-negative, not all zero.
    total : int
        How many to hand out.
    rng : numpy.random.Generator
        Source of the random order and the random offset.

    Returns
    -------
    counts : ndarray of shape (m,)
        Whole numbers that sum to `total`.

    Raises
    ------
    ValueError
        If no weight is positive.

    Examples
    --------
    >>> import numpy as np
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


def draw_bases(
    weights: npt.ArrayLike, total: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw base rows as often as `allocate` says, in random order.

    In the order of the rows, the first new rows would all be made from the first rows of a
    class. In random order, any part of the new rows is a sample of all of them.

    Parameters
    ----------
    weights : array-like of shape (m,)
        Non-negative, not all zero.
    total : int
        How many to draw.
    rng : numpy.random.Generator
        Source of the counts and of the order.

    Returns
    -------
    bases : ndarray of shape (total,)
        Positions in `weights`.

    Examples
    --------
    >>> import numpy as np
    >>> bases = draw_bases([1, 1, 2], 8, np.random.default_rng(0))
    >>> np.bincount(bases)
    array([2, 2, 4])
    """
    counts = allocate(weights, total, rng)
    return rng.permutation(np.repeat(np.arange(counts.size), counts))


def draw_slots(
    partners: npt.NDArray[np.intp], base: npt.NDArray[np.intp], rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Choose a column of ``partners`` for each base row, evenly among those that are filled.

    Parameters
    ----------
    partners : ndarray of shape (m, k)
        Positions of possible partners, filled from the left; -1 where there is none.
    base : ndarray of shape (n,)
        Rows of `partners`, each with at least one partner.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    slots : ndarray of shape (n,)
        Columns of `partners`.
    """
    filled = np.count_nonzero(partners >= 0, axis=1)
    return (rng.random(base.size) * filled[base]).astype(np.intp)


def draw_mates(
    groups: npt.NDArray[np.intp], base: npt.NDArray[np.intp], rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Choose another row of the same group for each base row, evenly among them.

    Parameters
    ----------
    groups : ndarray of shape (m,)
        The group of each row, 0 and up.
    base : ndarray of shape (n,)
        Rows, none of them alone in its group.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    mates : ndarray of shape (n,)
        Rows.
    """
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    place = np.empty(groups.size, dtype=np.intp)
    place[order] = np.arange(groups.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    size, group = sizes[groups[base]], groups[base]
    further = 1 + (rng.random(base.size) * (size - 1)).astype(np.intp)
    return order[(np.cumsum(sizes) - sizes)[group] + (place[base] + further) % size]


def keep_slots(
    partners: npt.NDArray[np.intp], kept: npt.NDArray[np.bool_], *others: npt.NDArray[np.floating]
) -> list[npt.NDArray]:
    """Take some partners out, and move what is left to the left.

    Parameters
    ----------
    partners : ndarray of shape (m, k)
        Positions of possible partners.
    kept : ndarray of shape (m, k)
        Which of them stay.
    *others : ndarray of shape (m, k)
        What else there is for each partner, and moves along.

    Returns
    -------
    moved : list of ndarray of shape (m, k)
        The partners, -1 where there is none any more, and the others.
    """
    order = np.argsort(~kept, axis=1, kind="stable")
    left = np.where(kept, partners, -1)
    return [np.take_along_axis(values, order, axis=1) for values in (left, *others)]
