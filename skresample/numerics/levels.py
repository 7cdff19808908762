"""Levels: numbers with few different values, each of many rows."""

import numpy as np
import numpy.typing as npt

__all__ = ["atoms", "levels_of"]

# A column of levels has at most this many values, each of at least this many rows on average.
MOST_LEVELS, ROWS_PER_LEVEL = 10, 3
# The proportion of rows from which the least or greatest value of a column is an atom.
LEAST_PROPORTION = 0.05


def levels_of(column: npt.NDArray[np.floating]) -> npt.NDArray[np.floating] | None:
    """Return the sorted different values of a column (m,), if they are levels, else None.

    Levels are up to ten values, each of at least three rows on average. A constant column has one.
    """
    levels = np.unique(column)
    few = levels.size <= max(1, min(MOST_LEVELS, len(column) // ROWS_PER_LEVEL))
    return levels if few else None


def atoms(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Return which numbers (m, d) are not measurements that noise could be added to.

    These are levels, and the least or greatest value of a column if a twentieth of the rows has
    it: from there, noise could go to one side only.
    """
    found = np.zeros(rows.shape, dtype=bool)
    for j, column in enumerate(rows.T):
        if levels_of(column) is not None:
            found[:, j] = True
            continue
        for end in (column.min(), column.max()):
            at_end = column == end
            if np.count_nonzero(at_end) >= max(ROWS_PER_LEVEL, LEAST_PROPORTION * len(column)):
                found[at_end, j] = True
    return found
