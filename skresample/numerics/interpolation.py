"""New rows on the line through two old ones."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["interpolate", "round_stochastically"]

# Rows are worked on in blocks that stay in the cache, so that no second copy of the
# new rows is ever made.
BLOCK_VALUES = 1 << 16


def interpolate(
    values: Any,
    base: npt.NDArray[np.intp],
    partner: npt.NDArray[np.intp],
    gap: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating] | None = None,
) -> Any:
    """Return ``values[base] + gap * (values[partner] - values[base])``.

    A step between 0 and 1 gives a row between its parents, and rounding never
    carries it beyond either of them. Other steps extrapolate.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        Rows of floats.
    base, partner : ndarray of shape (n_new,)
        Positions in `values`.
    gap : ndarray of shape (n_new,)
        The step of each new row, as a share of the way to the partner.
    out : ndarray of shape (n_new, d), default=None
        Where to write; not for sparse `values`.

    Returns
    -------
    new : {ndarray, CSR matrix or array} of shape (n_new, d)
        The new rows; `out` if it was given.
    """
    if sparse.issparse(values):
        return _interpolate_sparse(values[base], values[partner], gap.astype(values.dtype))
    n_new, d = base.size, values.shape[1]
    if out is None:
        out = np.empty((n_new, d), dtype=values.dtype)
    block = max(1, BLOCK_VALUES // max(1, d))
    for i in range(0, n_new, block):
        part = slice(i, i + block)
        start, end = values[base[part]], values[partner[part]]
        step = gap[part, np.newaxis].astype(values.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            new = start + step * (end - start)
            if not np.isfinite(new.sum()):  # end - start can be out of range though neither is
                new = np.where(np.isfinite(new), new, (1 - step) * start + step * end)
        inside = ((step >= 0) & (step <= 1)).ravel()
        if inside.all():
            np.clip(new, np.minimum(start, end), np.maximum(start, end), out=new)
        elif inside.any():
            low, high = np.minimum(start, end)[inside], np.maximum(start, end)[inside]
            new[inside] = np.clip(new[inside], low, high)
        out[part] = new
    return out


def _interpolate_sparse(start: Any, end: Any, step: npt.NDArray[np.floating]) -> Any:
    new = start + sparse.diags_array(step) @ (end - start)
    inside = (step >= 0) & (step <= 1)
    between = sparse.diags_array(inside.astype(step.dtype))
    # Rows beyond their parents are their own bounds.
    beyond = sparse.diags_array((~inside).astype(step.dtype)) @ new
    low, high = between @ start.minimum(end) + beyond, between @ start.maximum(end) + beyond
    return new.maximum(low).minimum(high).tocsr()


def round_stochastically(
    values: npt.NDArray[np.floating], rng: np.random.Generator
) -> npt.NDArray[np.floating]:
    """Round to a neighbouring whole number so that the expectation is kept.

    Parameters
    ----------
    values : ndarray
        Any shape.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    rounded : ndarray
        ``floor(x)`` or ``ceil(x)``; the latter with probability ``x - floor(x)``.
    """
    floor = np.floor(values)
    return floor + (rng.random(values.shape) < values - floor)
