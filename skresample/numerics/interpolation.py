"""New rows on the line through two old ones."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.numerics.threads import in_threads

__all__ = ["draw_one", "interpolate", "reflect", "round_stochastically", "vote"]

# Rows are worked on in blocks that stay in the cache, so that no second copy of the
# new rows is ever made.
BLOCK_VALUES = 1 << 16


def interpolate(
    values: Any,
    base: npt.NDArray[np.intp],
    partner: npt.NDArray[np.intp],
    gap: npt.NDArray[np.floating],
    out: npt.NDArray[np.floating] | None = None,
    n_jobs: int | None = None,
) -> Any:
    """Return ``values[base] + gap * (values[partner] - values[base])``.

    A step between 0 and 1 gives a row between its parents, and rounding never
    carries it beyond either of them. Other steps extrapolate. A value is NaN where that of
    the base is; where only that of the partner is, it is the base's.

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
    n_jobs : int, default=None
        Number of threads; None for all.

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

    def one(part: slice) -> None:
        start, end, new = values[base[part]], values[partner[part]], out[part]
        step = gap[part, np.newaxis].astype(values.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            _step(start, end, step, new)
            if not np.isfinite(new.sum()):
                end = np.where(np.isnan(end), start, end)
                _step(start, end, step, new)
                # end - start can be out of range though neither is
                new[:] = np.where(np.isfinite(new), new, (1 - step) * start + step * end)
        inside = ((step >= 0) & (step <= 1)).ravel()
        if inside.all():
            np.maximum(new, np.minimum(start, end), out=new)
            np.minimum(new, np.maximum(start, end, out=end), out=new)
        elif inside.any():
            low, high = np.minimum(start, end)[inside], np.maximum(start, end)[inside]
            new[inside] = np.clip(new[inside], low, high)

    if n_new:
        in_threads(one, gen_batches(n_new, max(1, BLOCK_VALUES // max(1, d))), n_jobs)
    return out


def _step(
    start: npt.NDArray[np.floating],
    end: npt.NDArray[np.floating],
    step: npt.NDArray[np.floating],
    new: npt.NDArray[np.floating],
) -> None:
    np.subtract(end, start, out=new)
    new *= step
    new += start


def _interpolate_sparse(start: Any, end: Any, step: npt.NDArray[np.floating]) -> Any:
    new = start + sparse.diags_array(step) @ (end - start)
    inside = (step >= 0) & (step <= 1)
    between = sparse.diags_array(inside.astype(step.dtype))
    # Rows beyond their parents are their own bounds.
    beyond = sparse.diags_array((~inside).astype(step.dtype)) @ new
    low, high = between @ start.minimum(end) + beyond, between @ start.maximum(end) + beyond
    return new.maximum(low).minimum(high).tocsr()


def vote(
    codes: npt.NDArray[np.signedinteger],
    own: npt.NDArray[np.signedinteger],
    rng: np.random.Generator,
) -> npt.NDArray[np.signedinteger]:
    """Return the most frequent code of each row; of equally frequent ones, any is as likely.

    Parameters
    ----------
    codes : ndarray of shape (n, k)
        What the voters have, -1 for no vote.
    own : ndarray of shape (n,)
        What stands where nobody votes, and where it is -1.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    winners : ndarray of shape (n,)
        Codes.
    """
    ordered = np.sort(codes, axis=1)
    place = np.arange(codes.shape[1])
    starts = np.ones(ordered.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    # At the last voter for a code stands how many there are.
    votes = place - np.maximum.accumulate(np.where(starts, place, 0), axis=1) + 1
    last = np.ones(ordered.shape, dtype=bool)
    last[:, :-1] = starts[:, 1:]
    score = np.where(last & (ordered >= 0), votes + rng.random(ordered.shape, np.float32), 0)
    best = score.argmax(axis=1)[:, np.newaxis]
    winners = np.take_along_axis(ordered, best, axis=1)[:, 0]
    lost = (own < 0) | (np.take_along_axis(score, best, axis=1)[:, 0] == 0)
    return np.where(lost, own, winners)


def reflect(
    values: npt.NDArray[np.floating],
    low: npt.NDArray[np.floating],
    high: npt.NDArray[np.floating],
) -> None:
    """Fold values beyond a bound back inside, in place.

    As far inside as they were outside, so that no heap of equal values stands on the bound.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        Written to.
    low, high : ndarray of shape (d,)
        The bounds, -inf and inf for none.
    """
    low, high = low.astype(values.dtype), high.astype(values.dtype)
    for _ in range(2):
        np.subtract(2 * low, values, out=values, where=values < low)
        np.subtract(2 * high, values, out=values, where=values > high)
    np.clip(values, low, high, out=values)  # what was more than a whole range outside


def round_stochastically(
    values: npt.NDArray[np.floating],
    draws: npt.NDArray[np.floating],
    base: npt.NDArray[np.floating] | float = 0.0,
) -> npt.NDArray[np.floating]:
    r"""Round the way from a base to a whole number of steps, so that the expectation is kept.

    With the draw u, :math:`x = b \pm a` becomes :math:`b \pm \lfloor a + 1 - u \rfloor`. If all
    columns of a row share the draw and the step from one row to another, what the two rows agree
    on holds in between: :math:`x_1 \le x_2` stays so, :math:`x_1 < x_2` too, and columns of zeros
    and ones are all those of the one row or all those of the other.

    Parameters
    ----------
    values : ndarray
        Any shape.
    draws : ndarray
        From U(0, 1); of a shape that broadcasts to that of `values`.
    base : ndarray or float, default=0.0
        Whole numbers; of a shape that broadcasts to that of `values`.

    Returns
    -------
    rounded : ndarray
        The whole number next to each value on the one or the other side.
    """
    way = values - base
    length = np.abs(way)
    whole = np.floor(length)
    return base + np.copysign(whole + (draws < length - whole), way)


def draw_one(
    weights: npt.NDArray[np.floating],
    own: npt.NDArray[np.intp],
    draws: npt.NDArray[np.floating],
    otherwise: npt.NDArray[np.floating],
) -> npt.NDArray[np.intp]:
    """Draw one of several categories per row in proportion to their weights.

    The row's own category comes last, so that a draw leaves it where the same draw makes
    `round_stochastically` leave the base.

    Parameters
    ----------
    weights : ndarray of shape (n, k)
        Negative ones count as 0.
    own : ndarray of shape (n,)
        The category that each row comes from; -1 for none.
    draws : ndarray of shape (n,)
        From U(0, 1).
    otherwise : ndarray of shape (k,)
        The weights where those of a row are all 0 and it comes from no category.

    Returns
    -------
    chosen : ndarray of shape (n,)
        From 0 to k - 1.
    """
    weights = np.maximum(weights, 0.0)
    lost, has_own = weights.max(axis=1) == 0, own >= 0
    weights[lost & ~has_own] = otherwise
    rows, mine = np.flatnonzero(has_own), own[has_own]
    kept = np.zeros(len(weights))
    kept[rows] = np.where(lost[rows], 1.0, weights[rows, mine])
    weights[rows, mine] = 0.0
    passed = np.cumsum(weights, axis=1)
    others = passed[:, -1]
    point = draws * (others + kept)
    chosen = np.argmax(passed > point[:, np.newaxis], axis=1)
    # Rounding must not lead beyond the last one with a weight.
    last = np.where(kept > 0, own, np.argmax(passed == others[:, np.newaxis], axis=1))
    return np.where(point < others, chosen, last)
