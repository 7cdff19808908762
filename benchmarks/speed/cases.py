"""What is timed: one record per case, with what is wanted of it, and the tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.datasets import make_classification

__all__ = ["Case", "all_cases", "minority", "table"]

# Rows, features: how many times faster than scikit-learn's exact search.
EXACT = {
    (10_000, 10): 8.0,
    (50_000, 10): 8.0,
    (10_000, 30): 2.5,
    (50_000, 30): 2.5,
    (10_000, 100): 1.3,
}
APPROXIMATE = (50_000, 100_000, 200_000, 500_000, 1_000_000)
BESIDE_EXACT = 200_000  # where scikit-learn takes a minute or two
# Sampler, rows, features, share of the minority: how many times faster than imbalanced-learn's.
SAMPLERS = {
    ("SMOTE", 100_000, 10, 0.1): 6.0,
    ("SMOTE", 100_000, 30, 0.1): 3.0,
    ("SMOTE", 1_000_000, 30, 0.05): 6.0,
    ("BorderlineSMOTE", 100_000, 10, 0.1): 8.0,
    ("BorderlineSMOTE", 100_000, 30, 0.1): 4.0,
    ("ADASYN", 100_000, 10, 0.1): 8.0,
    ("ADASYN", 100_000, 30, 0.1): 4.0,
    ("KMeansSMOTE", 100_000, 10, 0.1): 3.0,
    ("KMeansSMOTE", 100_000, 30, 0.1): 3.0,
    ("RandomOverSampler", 100_000, 10, 0.1): 1.0,
    ("RandomOverSampler", 100_000, 30, 0.1): 1.0,
}
SMALL = ((1_000, 10), (10_000, 20))
# Those that imbalanced-learn has too, but for SMOTENC and SMOTEN: see benchmarks.tables.
SHARED = (
    "ADASYN",
    "BorderlineSMOTE",
    "KMeansSMOTE",
    "RandomOverSampler",
    "SMOTE",
    "SMOTEENN",
    "SMOTETomek",
    "SVMSMOTE",
)
# Of 20,000 × 10: how many times faster than smote-variants'.
LITERATURE = {
    "MWMOTE": 50.0,
    "ProWSyn": 50.0,
    "SMOTEIPF": 10.0,
    "LVQSMOTE": 10.0,
    "LeeSMOTE": 10.0,
    "CCR": 10.0,
    "AssembledSMOTE": 10.0,
    "SafeLevelSMOTE": 20.0,
    # No more is wanted of these than a line in the table.
    "PolynomialFitSMOTE": 0.0,
    "SMOBD": 0.0,
    "LoRAS": 0.0,
    "SMOTEENN": 0.0,
    "SMOTETomek": 0.0,
    "GeometricSMOTE": 0.0,
}
# A matrix of truth values for the pairs of 10,000 minority rows, the least that one could be,
# is more than four times input and output of 100,000 × 10.
NO_MATRIX = 4.0
# Without it no cluster of these tables is kept.
GIVEN: dict[str, dict[str, Any]] = {"KMeansSMOTE": {"cluster_balance_threshold": 0.1}}


@dataclass(frozen=True)
class Case:
    """One thing to time.

    `task` is ``"neighbors"``, ``"first calls"``, ``"process"`` or the name of a sampler.
    `share` is that of the minority; for neighbours, those of all rows are looked for where it
    is None, else those of the minority. `alone` keeps the peers out. `wanted` is the least
    ratio of the time of a peer to ours. `memory` is what the peak is compared with, and how
    many times that it may be at most.
    """

    group: str
    name: str
    task: str
    rows: int
    features: int
    share: float | None = None
    method: str = "auto"
    given: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    wanted: dict[str, float] = field(default_factory=dict)
    memory: tuple[str, float] | None = None

    @property
    def title(self) -> str:
        return f"{self.name}, {self.rows:,} × {self.features}"


def table(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Draw the table of a case, always the same."""
    n, d = case.rows, case.features
    if case.task in ("neighbors", "first calls"):
        share = {"weights": [1 - case.share], "flip_y": 0} if case.share else {}
        return make_classification(
            n, d, n_informative=d // 2, n_redundant=0, random_state=0, **share
        )
    # A minority that overlaps with the majority.
    rng = np.random.default_rng(0)
    y = (np.arange(n) % round(1 / (case.share or 0.1)) == 0).astype(int)
    return rng.normal(size=(n, d)) + 0.7 * y[:, np.newaxis], y


def minority(case: Case, y: np.ndarray) -> np.ndarray | None:
    """Return the rows whose neighbours are looked for, None for all."""
    return np.flatnonzero(y == 1) if case.share else None


def all_cases() -> Iterator[Case]:
    """List the cases, group by group."""
    group = "exact neighbours"
    for (n, d), ratio in EXACT.items():
        wanted = {"sklearn": ratio}
        yield Case(group, "exact", "neighbors", n, d, method="exact", wanted=wanted)
    # No more is wanted of these than a point of the plot.
    yield Case(group, "exact", "neighbors", 20_000, 30, method="exact")
    yield Case(group, "exact", "neighbors", 100_000, 30, method="exact", alone=True)

    for n in APPROXIMATE:
        yield Case(
            "approximate neighbours",
            "approximate",
            "neighbors",
            n,
            30,
            method="approximate",
            alone=n != BESIDE_EXACT,
            wanted={"sklearn": 25.0} if n == BESIDE_EXACT else {},
            memory=("input", 3.0) if n == max(APPROXIMATE) else None,
        )
    for method in ("exact", "approximate"):
        yield Case(
            "neighbours of 20,000 rows",
            method,
            "neighbors",
            400_000,
            30,
            share=0.05,
            method=method,
            alone=True,
        )

    for (name, n, d, share), ratio in SAMPLERS.items():
        yield Case(
            "samplers, large tables",
            name,
            name,
            n,
            d,
            share=share,
            given=GIVEN.get(name, {}),
            wanted={"imblearn": ratio},
            memory=("input and output", 1.2) if n == 1_000_000 else None,
        )
    for n, d in SMALL:
        for name in SHARED:
            yield Case(
                "samplers, small tables",
                name,
                name,
                n,
                d,
                share=0.1,
                given=GIVEN.get(name, {}),
                wanted={"imblearn": 1.0},
            )
    group = "the literature's best"
    for name, ratio in LITERATURE.items():
        wanted = {"smote-variants": ratio} if ratio else {}
        yield Case(group, name, name, 20_000, 10, share=0.1, wanted=wanted)
    group += ", 100,000 rows"
    for name in LITERATURE:
        geometric = name == "GeometricSMOTE"
        yield Case(
            group,
            name,
            name,
            100_000,
            10,
            share=0.1,
            alone=not geometric,
            wanted={"imbalanced-learn-extra": 5.0} if geometric else {},
            memory=("input and output", NO_MATRIX),
        )

    first, cold = "first large calls", "cold process"
    yield Case(first, "exact, approximate", "first calls", 50_000, 30, alone=True)
    wanted = {"imblearn": 1 / 1.15}
    yield Case(cold, "import and SMOTE", "process", 1_000, 10, share=0.1, wanted=wanted)
