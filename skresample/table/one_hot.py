"""One-hot groups: binary columns with a single 1 in each row."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from skresample.numerics.interpolation import draw_one
from skresample.table.columns import Array, Positions

__all__ = ["OneHot", "find_groups", "read_group", "split_groups"]

# The first rows rule out most groups.
FEW = 100


class OneHot(NamedTuple):
    """Columns that together encode one categorical feature."""

    # Positions (k,) among the numerical columns or, with `of_codes`, the categorical ones.
    members: Positions
    # The number of rows with the 1 in each; last, if there are any, of rows without a 1.
    counts: npt.NDArray[np.float64]
    of_codes: bool = False  # boolean columns are read as categorical

    def settle(
        self, values: Array, base: Array, draws: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.float64]:
        """Return zeros and ones (n, k): a single 1 per row, NaN where `values` are NaN.

        Computed `values` (n, k) are the weights of a draw by `draws` (n,) from U(0, 1); `base`
        (n, k) are the values of the parents, NaN where missing or without a parent.
        """
        k = len(self.members)
        own = np.where((base == 1).any(axis=1), np.argmax(base == 1, axis=1), -1)
        weights = np.maximum(np.nan_to_num(values), 0.0)
        if len(self.counts) > k:
            weights = np.column_stack([weights, np.maximum(1 - weights.sum(axis=1), 0.0)])
            own[(base == 0).all(axis=1)] = k
        chosen = draw_one(weights, own, draws, self.counts)
        settled = (chosen[:, np.newaxis] == np.arange(k)).astype(np.float64)
        settled[np.isnan(values)] = np.nan
        return settled


def split_groups(given: Any) -> tuple[Any, list[Any]]:
    """Split the parameter `categorical_features` into single columns and groups."""
    if not isinstance(given, (list, tuple)):
        return given, []
    groups = [one for one in given if isinstance(one, (list, tuple))]
    return [one for one in given if not isinstance(one, (list, tuple))] if groups else given, groups


def find_groups(values: Any, candidates: Positions) -> list[OneHot]:
    """Find adjacent columns with a single 1 in every row.

    `candidates` are the positions of binary columns of `values` (n, d). Groups do not overlap, and
    in each row, either all or no values of a group are missing.
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
    varies = (ones > 0) & (ones < n - missing)  # constant columns do not matter
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


def read_group(values: Any, members: Positions, name: str) -> OneHot:
    """Return the group of columns `members`, which the user calls `name`.

    Rows without a 1 are a category of their own.
    """
    some = values[:, members]
    some = some.toarray() if sparse.issparse(some) else some
    if not ((some == 0) | (some == 1) | np.isnan(some)).all():
        raise ValueError(
            f"The group {name} in categorical_features must have columns of zeros and ones only: "
            "leave out the others, or name a category without a tuple."
        )
    total = np.nansum(some, axis=1)
    if (total > 1).any():
        row = int(np.argmax(total > 1))
        raise ValueError(
            f"The group {name} in categorical_features has {int(total[row])} ones in row {row}, "
            "but at most one is allowed: correct the table, or leave the group out."
        )
    none = np.count_nonzero((total == 0) & ~np.isnan(some).any(axis=1))
    counts: Any = np.nansum(some, axis=0, dtype=np.float64)
    return OneHot(members, np.append(counts, none) if none else counts)


def _one_each(values: Any, members: Positions) -> bool:
    """Return whether each row has a single 1 in some columns, or only missing values."""
    if sparse.issparse(values):
        return bool((values[:, members].sum(axis=1) == 1).all())
    for part in (slice(FEW), slice(None)):
        some = values[part, members]
        if not ((some.sum(axis=1) == 1) | np.isnan(some).all(axis=1)).all():
            return False
    return True
