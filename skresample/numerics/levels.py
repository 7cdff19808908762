"""Numbers that are levels: few values that many rows share."""

import numpy as np
import numpy.typing as npt

__all__ = ["atoms", "levels_of"]

# A column of numbers with at most this many values, each of so many rows on average, has levels.
MOST_LEVELS, ROWS_PER_LEVEL = 10, 3
# The lowest or highest value of a column, if so large a share of the rows has it.
LEAST_SHARE = 0.05


def levels_of(column: npt.NDArray[np.floating]) -> npt.NDArray[np.floating] | None:
    """Return the values of a column, if they are levels.

    Parameters
    ----------
    column : ndarray of shape (m,)
        Numbers.

    Returns
    -------
    levels : ndarray of shape (k,) or None
        In order, up to ten; None where there are more, or fewer than three rows for each. One for
        a column that does not vary.
    """
    levels = np.unique(column)
    few = levels.size <= max(1, min(MOST_LEVELS, len(column) // ROWS_PER_LEVEL))
    return levels if few else None


def atoms(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Say which numbers are no measurements that noise could be added to.

    Those of columns of levels, and the lowest or highest value of a column if a twentieth of the
    rows has it: from there, noise could go to one side only.

    Parameters
    ----------
    rows : ndarray of shape (m, d)
        Numbers.

    Returns
    -------
    atoms : ndarray of shape (m, d)
        Whether they are.
    """
    found = np.zeros(rows.shape, dtype=bool)
    for j, column in enumerate(rows.T):
        if levels_of(column) is not None:
            found[:, j] = True
            continue
        for end in (column.min(), column.max()):
            there = column == end
            if np.count_nonzero(there) >= max(ROWS_PER_LEVEL, LEAST_SHARE * len(column)):
                found[there, j] = True
    return found
