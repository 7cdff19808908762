"""Columns that users name: in `categorical_features`, its groups, and `bounds`."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.sparsefuncs import min_max_axis

from skresample._messages import did_you_mean

if TYPE_CHECKING:
    from skresample.table.rows import Rows

__all__ = ["bounds_of", "positions_of"]


def positions_of(given: Any, X: Any, names: list[str], what: str) -> set[int] | None:
    """Return the positions of the columns that the parameter `what` names; None for 'auto'."""
    if callable(given):
        given = given(X)
    if given is None:
        return set()
    if isinstance(given, str):
        if given in ("auto", "all"):
            return None if given == "auto" else set(range(len(names)))
        raise ValueError(f"{what}={given!r} must be 'auto', None, or a list, such as [{given!r}].")
    wanted = np.asarray(given).ravel()
    if wanted.dtype == bool:
        if len(wanted) != len(names):
            raise ValueError(f"{what} is a mask of {len(wanted)} columns, and X has {len(names)}.")
        return set(np.flatnonzero(wanted).tolist())
    found = set()
    for one in np.asarray(given, dtype=object).ravel().tolist():
        if isinstance(one, int | np.integer) and not isinstance(one, bool):
            if not -len(names) <= one < len(names):
                raise ValueError(f"{what} names column {one}, and X has {len(names)} columns.")
            found.add(int(one) % len(names))
        elif isinstance(one, str) and names.count(one) == 1 and not isinstance(X, np.ndarray):
            found.add(names.index(one))
        elif isinstance(one, str) and names.count(one) > 1:
            raise ValueError(
                f"{what} names {one!r}, and X has several columns of that name: give positions."
            )
        else:
            raise ValueError(
                f"{what} names {one!r}, which is not a column of X.{did_you_mean(one, names)} Give "
                f"column names of a DataFrame, positions, or a mask; the columns are "
                f"{', '.join(names[:20])}{', ...' if len(names) > 20 else ''}."
            )
    return found


def bounds_of(rows: "Rows", given: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    """Return the least and greatest allowed value of each numerical column, as they are encoded.

    `given` is None for no bounds, 'observed' for the range of the table, or a mapping from names
    or positions to pairs, in which None is no bound. Raises a ValueError for an unknown or
    categorical column, and for a table that exceeds its bounds.
    """
    if given is None:
        return None
    lowest, highest = _range(rows.numeric)
    if isinstance(given, str):
        return lowest, highest
    low, high = np.full(len(lowest), -np.inf), np.full(len(lowest), np.inf)
    for key, pair in given.items():
        positions = positions_of([key], rows.X, rows.names, f"{rows.sampler}: bounds") or set()
        where = np.flatnonzero(np.isin(rows.columns.numbers, list(positions)))
        if not where.size:
            raise ValueError(f"bounds: column {key!r} holds categories, not numbers.")
        i = int(where[0])
        try:
            least, most = pair
        except (TypeError, ValueError):
            raise ValueError(
                f"bounds of column {key!r} must be a pair (lowest, highest), not {pair!r}."
            ) from None
        codec = rows.codec(i)
        low[i] = -np.inf if least is None else codec.limit(least)
        high[i] = np.inf if most is None else codec.limit(most)
        if low[i] > lowest[i] or high[i] < highest[i]:
            raise ValueError(
                f"bounds of column {key!r} are {pair!r}, and the table goes beyond them: "
                "correct the bounds, or the table."
            )
        if codec.dtype.kind in "iu":  # rounding must not exceed them
            low[i], high[i] = np.ceil(low[i]), np.floor(high[i])
    return low, high


def _range(numeric: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the least and greatest value of each column; infinite without any value."""
    if sparse.issparse(numeric):
        low, high = min_max_axis(numeric, axis=0)
        return low.astype(np.float64), high.astype(np.float64)
    low = np.fmin.reduce(numeric, axis=0).astype(np.float64)
    high = np.fmax.reduce(numeric, axis=0).astype(np.float64)
    return np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
