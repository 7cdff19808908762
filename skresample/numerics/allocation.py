"""How many new rows each base row gets, and with whom each of them is joined."""

import numpy as np
import numpy.typing as npt

__all__ = ["allocate", "draw_slots"]


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
