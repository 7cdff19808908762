"""Synthetic samples on the line through two samples, and their rounding."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import gen_batches

from skresample.numerics.threads import in_threads

__all__ = ["draw_one", "interpolate", "reflect", "round_stochastically", "vote"]

# Values per block, which stays in the cache, so that there is no second copy of the result.
BLOCK_VALUES = 1 << 16


def interpolate(
    values: Any,
    base: npt.NDArray[np.intp],
    partner: npt.NDArray[np.intp],
    gap: npt.NDArray[np.floating],
    n_jobs: int | None = None,
) -> Any:
    """Return ``values[base] + gap * (values[partner] - values[base])``, of shape (n_new, d).

    `values` (n, d) are dense or CSR. A gap (n_new,) from 0 to 1 interpolates, and rounding never
    exceeds the parents' values; other gaps extrapolate. A value is NaN where the base's is; where
    only the partner's is, it is the base's.
    """
    if sparse.issparse(values):
        return _interpolate_sparse(values[base], values[partner], gap.astype(values.dtype))
    n_new, d = base.size, values.shape[1]
    out = np.empty((n_new, d), dtype=values.dtype)

    def one(part: slice) -> None:
        start, end, new = values[base[part]], values[partner[part]], out[part]
        step = gap[part, np.newaxis].astype(values.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            _step(start, end, step, new)
            if not np.isfinite(new.sum()):
                end = np.where(np.isnan(end), start, end)
                _step(start, end, step, new)
                # end - start can overflow though neither is infinite
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
    # Extrapolated rows are their own bounds.
    beyond = sparse.diags_array((~inside).astype(step.dtype)) @ new
    low, high = between @ start.minimum(end) + beyond, between @ start.maximum(end) + beyond
    return new.maximum(low).minimum(high).tocsr()


def vote(
    codes: npt.NDArray[np.signedinteger],
    own: npt.NDArray[np.signedinteger],
    rng: np.random.Generator,
) -> npt.NDArray[np.signedinteger]:
    """Return the most frequent code (n,) of each row of `codes` (n, k); ties are broken at random.

    -1 is no vote. Without any vote, and where it is -1, `own` (n,) is returned.
    """
    ordered = np.sort(codes, axis=1)
    place = np.arange(codes.shape[1])
    starts = np.ones(ordered.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    # At the last vote for a code, the number of its votes.
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
    """Reflect values (n, d) beyond a bound (d,) in place, -inf and inf for no bound.

    They end as far inside as they were outside, so that they do not pile up on the bound.
    """
    low, high = low.astype(values.dtype), high.astype(values.dtype)
    for _ in range(2):
        np.subtract(2 * low, values, out=values, where=values < low)
        np.subtract(2 * high, values, out=values, where=values > high)
    np.clip(values, low, high, out=values)  # more than a whole range outside


def round_stochastically(
    values: npt.NDArray[np.floating],
    draws: npt.NDArray[np.floating],
    base: npt.NDArray[np.floating] | float = 0.0,
) -> npt.NDArray[np.floating]:
    r"""Round the difference from integers `base`, so that the expectation is kept.

    With the draw u from U(0, 1), :math:`x = b \pm a` becomes
    :math:`b \pm \lfloor a + 1 - u \rfloor`.
    If all columns of a row share the draw and the step from one row to another, relations that
    hold in both rows hold in between: :math:`x_1 \le x_2` and :math:`x_1 < x_2`, and binary
    columns all come from the same row. Draws and base broadcast to the shape of `values`.
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
    """Draw a category (n,) per row in proportion to its `weights` (n, k).

    The row's `own` category (n,), -1 for none, comes last. Therefore, a draw (n,) from U(0, 1)
    keeps it whenever the same draw makes `round_stochastically` keep the base. Weights below 0
    count as 0. If all are 0, it is the own category; without one, `otherwise` (k,) are the weights.
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
    # Rounding must not lead beyond the last category with a weight.
    last = np.where(kept > 0, own, np.argmax(passed == others[:, np.newaxis], axis=1))
    return np.where(point < others, chosen, last)
