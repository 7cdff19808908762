"""Columns that users name, in `categorical_features` and in `bounds`."""

from typing import Any

import numpy as np

from skresample._messages import did_you_mean

__all__ = ["positions_of"]


def positions_of(given: Any, X: Any, names: list[str], what: str) -> set[int] | None:
    """Return the positions of the columns in the parameter `what`; None for 'auto'."""
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
            raise ValueError(f"{what} is a mask of {len(wanted)} columns, but X has {len(names)}.")
        return set(np.flatnonzero(wanted).tolist())
    found = set()
    for one in np.asarray(given, dtype=object).ravel().tolist():
        if isinstance(one, int | np.integer) and not isinstance(one, bool):
            if not -len(names) <= one < len(names):
                raise ValueError(f"{what} names column {one}, but X has {len(names)} columns.")
            found.add(int(one) % len(names))
        elif isinstance(one, str) and names.count(one) == 1 and not isinstance(X, np.ndarray):
            found.add(names.index(one))
        elif isinstance(one, str) and names.count(one) > 1:
            raise ValueError(
                f"{what} names {one!r}, but X has several columns of this name: give positions."
            )
        else:
            raise ValueError(
                f"{what} names {one!r}, which is not a column of X.{did_you_mean(one, names)} Give "
                "column names of a DataFrame, positions, or a mask. The columns are "
                f"{', '.join(names[:20])}{', ...' if len(names) > 20 else ''}."
            )
    return found
