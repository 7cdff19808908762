"""Groups of columns of zeros and ones of which each row has exactly one 1."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from skresample.numerics.interpolation import draw_one

__all__ = ["OneHot", "find_groups", "read_group", "split_groups"]

# So many rows show for most columns that they are not a group.
FEW = 100


class OneHot(NamedTuple):
    """Columns that are one category together.

    Attributes
    ----------
    members : ndarray of shape (k,)
        Their positions among the columns of numbers or, for `of_codes`, among the categories.
    counts : ndarray of shape (k,) or (k + 1,)
        How many rows of the table have the 1 there; last, how many have none, where some do.
    of_codes : bool
        Whether they are boolean columns that are read as categories.
    """

    members: npt.NDArray[np.intp]
    counts: npt.NDArray[np.float64]
    of_codes: bool = False

    def settle(
        self,
        values: npt.NDArray[Any],
        base: npt.NDArray[Any],
        draws: npt.NDArray[np.floating],
    ) -> npt.NDArray[np.float64]:
        """Return what new rows have in these columns: one 1 where a value is not missing.

        Parameters
        ----------
        values : ndarray of shape (n, k)
            What was computed, which is taken for how likely each column is to have the 1; NaN
            where missing.
        base : ndarray of shape (n, k)
            What the rows have that they come from; NaN where there is none, or it is missing.
        draws : ndarray of shape (n,)
            From U(0, 1).

        Returns
        -------
        settled : ndarray of shape (n, k)
            Zeros and ones, NaN where `values` are.
        """
        k = len(self.members)
        own = np.where((base == 1).any(axis=1), np.argmax(base == 1, axis=1), -1)
        weights = np.maximum(np.nan_to_num(values), 0.0)
        otherwise = self.counts
        if len(otherwise) > k:
            weights = np.column_stack([weights, np.maximum(1 - weights.sum(axis=1), 0.0)])
            own[(base == 0).all(axis=1)] = k
        chosen = draw_one(weights, own, draws, otherwise)
        settled = (chosen[:, np.newaxis] == np.arange(k)).astype(np.float64)
        settled[np.isnan(values)] = np.nan
        return settled


def split_groups(given: Any) -> tuple[Any, list[Any]]:
    """Tell groups of columns from single ones in what ``categorical_features`` was given.

    Parameters
    ----------
    given : object
        The parameter.

    Returns
    -------
    single : object
        The parameter without the groups.
    groups : list
        What it has of lists and tuples.
    """
    if not isinstance(given, (list, tuple)):
        return given, []
    is_group = [isinstance(one, (list, tuple)) for one in given]
    if not any(is_group):
        return given, []
    single = [one for one, several in zip(given, is_group, strict=True) if not several]
    return single, [one for one, several in zip(given, is_group, strict=True) if several]


def find_groups(values: Any, candidates: npt.NDArray[np.intp]) -> list[OneHot]:
    """Find columns next to each other that have one 1 together in every row.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        The table; NaN where missing.
    candidates : ndarray of shape (c,)
        Positions of columns that hold zeros and ones, in order.

    Returns
    -------
    groups : list of OneHot
        No two share a column. In a row, either all or none of the values of a group are missing.
    """
    if candidates.size < 2 or not values.shape[0]:
        return []
    n = values.shape[0]
    ones = np.asarray(values.sum(axis=0, dtype=np.float64)).ravel()[candidates]
    missing = np.zeros(len(ones), dtype=np.intp)
    for i in np.flatnonzero(np.isnan(ones)):
        column = values[:, candidates[i]]
        missing[i] = np.count_nonzero(np.isnan(column))
        ones[i] = np.nansum(column, dtype=np.float64)
    varies = (ones > 0) & (ones < n - missing)  # what others are beside does not matter
    candidates, ones, missing = candidates[varies], ones[varies], missing[varies]
    groups: list[OneHot] = []
    by_column = values.tocsc() if sparse.issparse(values) else values
    start = 0
    while start < len(candidates):
        known = n - missing[start]
        stop, total = start, 0.0
        while stop < len(candidates) and total < known and missing[stop] == missing[start]:
            total += ones[stop]
            stop += 1
        members = candidates[start:stop]
        if total == known and _one_each(by_column, members):
            groups.append(OneHot(members, ones[start:stop]))
            start = stop
        else:
            start += 1
    return groups


def read_group(values: Any, members: npt.NDArray[np.intp], name: str) -> OneHot:
    """Return a group that the user names.

    Parameters
    ----------
    values : {ndarray, CSR matrix or array} of shape (n, d)
        The table; NaN where missing.
    members : ndarray of shape (k,)
        Positions of the columns.
    name : str
        The group, for messages.

    Returns
    -------
    group : OneHot
        Where some rows have no 1, that is a category too.

    Raises
    ------
    ValueError
        If there is something other than zeros and ones, or a row has two.
    """
    some = values[:, members]
    some = some.toarray() if sparse.issparse(some) else some
    if not ((some == 0) | (some == 1) | np.isnan(some)).all():
        raise ValueError(
            f"The group {name} in categorical_features must be columns of zeros and ones: leave "
            "out the others, or name a category without a tuple around it."
        )
    total = np.nansum(some, axis=1)
    if (total > 1).any():
        row = int(np.argmax(total > 1))
        raise ValueError(
            f"The group {name} in categorical_features has {int(total[row])} ones in row {row}, "
            "and a row of a group has one at most: correct the table, or leave the group out."
        )
    none = np.count_nonzero((total == 0) & ~np.isnan(some).any(axis=1))
    counts: Any = np.nansum(some, axis=0, dtype=np.float64)
    return OneHot(members, np.append(counts, none) if none else counts)


def _one_each(values: Any, members: npt.NDArray[np.intp]) -> bool:
    """Say whether each row has one 1 in some columns, or no value in any of them."""
    if sparse.issparse(values):
        return bool((values[:, members].sum(axis=1) == 1).all())
    for part in (slice(FEW), slice(None)):
        some = values[part, members]
        if not ((some.sum(axis=1) == 1) | np.isnan(some).all(axis=1)).all():
            return False
    return True
