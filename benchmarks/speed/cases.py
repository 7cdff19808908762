"""The cases: one record each with its targets, and the tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.datasets import make_classification

__all__ = ["Case", "all_cases", "minority", "table"]

# Rows, features: target speedup over scikit-learn's exact search.
EXACT = {
    (10_000, 10): 8.0,
    (50_000, 10): 8.0,
    (10_000, 30): 2.5,
    (50_000, 30): 2.5,
    (10_000, 100): 1.3,
}
APPROXIMATE = (50_000, 100_000, 200_000, 500_000, 1_000_000)
BESIDE_EXACT = 200_000  # scikit-learn takes a minute or two
# Sampler, rows, features, proportion of the minority class: target speedup over imbalanced-learn.
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
# Samplers that imbalanced-learn also has. benchmarks.tables measures SMOTENC and SMOTEN.
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
# Target speedup over smote-variants with 20,000 × 10.
LITERATURE = {
    "MWMOTE": 50.0,
    "ProWSyn": 50.0,
    "SMOTEIPF": 10.0,
    "LVQSMOTE": 10.0,
    "LeeSMOTE": 10.0,
    "CCR": 10.0,
    "AssembledSMOTE": 10.0,
    "SafeLevelSMOTE": 20.0,
    # These have no target.
    "PolynomialFitSMOTE": 0.0,
    "SMOBD": 0.0,
    "LoRAS": 0.0,
    "SMOTEENN": 0.0,
    "SMOTETomek": 0.0,
    "GeometricSMOTE": 0.0,
}
# The smallest possible pairwise matrix of 10,000 minority samples (boolean) takes more than four
# times the memory of input and output with 100,000 × 10.
NO_MATRIX = 4.0
# Without it, KMeansSMOTE keeps no cluster of these tables.
GIVEN: dict[str, dict[str, Any]] = {"KMeansSMOTE": {"cluster_balance_threshold": 0.1}}


@dataclass(frozen=True)
class Case:
    """A case to time.

    `task` is ``"neighbors"``, ``"first calls"``, ``"process"`` or the name of a sampler.
    `proportion` is the proportion of the minority class; a neighbor search has minority samples
    as queries, or all rows if it is None. If `alone` is True, no competitor runs. `targets` has
    the least ratio of a competitor's time to the time of skresample. `memory` has the size that
    the peak is divided by, and the maximum of that ratio.
    """

    group: str
    name: str
    task: str
    rows: int
    features: int
    proportion: float | None = None
    method: str = "auto"
    given: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    targets: dict[str, float] = field(default_factory=dict)
    memory: tuple[str, float] | None = None

    @property
    def title(self) -> str:
        return f"{self.name}, {self.rows:,} × {self.features}"


def table(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the table of a case; it is the same in each call."""
    n, d = case.rows, case.features
    if case.task in ("neighbors", "first calls"):
        weights = {"weights": [1 - case.proportion], "flip_y": 0} if case.proportion else {}
        return make_classification(
            n, d, n_informative=d // 2, n_redundant=0, random_state=0, **weights
        )
    # The classes overlap.
    rng = np.random.default_rng(0)
    y = (np.arange(n) % round(1 / (case.proportion or 0.1)) == 0).astype(int)
    return rng.normal(size=(n, d)) + 0.7 * y[:, np.newaxis], y


def minority(case: Case, y: np.ndarray) -> np.ndarray | None:
    """Return the rows whose neighbors are searched; None for all."""
    return np.flatnonzero(y == 1) if case.proportion else None


def all_cases() -> Iterator[Case]:
    """Yield the cases, group by group."""
    group = "exact neighbors"
    for (n, d), ratio in EXACT.items():
        targets = {"sklearn": ratio}
        yield Case(group, "exact", "neighbors", n, d, method="exact", targets=targets)
    # These have no target; they are points of the figure.
    yield Case(group, "exact", "neighbors", 20_000, 30, method="exact")
    yield Case(group, "exact", "neighbors", 100_000, 30, method="exact", alone=True)

    for n in APPROXIMATE:
        yield Case(
            "approximate neighbors",
            "approximate",
            "neighbors",
            n,
            30,
            method="approximate",
            alone=n != BESIDE_EXACT,
            targets={"sklearn": 25.0} if n == BESIDE_EXACT else {},
            memory=("input", 3.0) if n == max(APPROXIMATE) else None,
        )
    for method in ("exact", "approximate"):
        yield Case(
            "neighbors of 20,000 minority samples",
            method,
            "neighbors",
            400_000,
            30,
            proportion=0.05,
            method=method,
            alone=True,
        )

    for (name, n, d, proportion), ratio in SAMPLERS.items():
        yield Case(
            "samplers, large tables",
            name,
            name,
            n,
            d,
            proportion=proportion,
            given=GIVEN.get(name, {}),
            targets={"imblearn": ratio},
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
                proportion=0.1,
                given=GIVEN.get(name, {}),
                targets={"imblearn": 1.0},
            )
    group = "the literature's best"
    for name, ratio in LITERATURE.items():
        targets = {"smote-variants": ratio} if ratio else {}
        yield Case(group, name, name, 20_000, 10, proportion=0.1, targets=targets)
    group += ", 100,000 rows"
    for name in LITERATURE:
        geometric = name == "GeometricSMOTE"
        yield Case(
            group,
            name,
            name,
            100_000,
            10,
            proportion=0.1,
            alone=not geometric,
            targets={"imbalanced-learn-extra": 5.0} if geometric else {},
            memory=("input and output", NO_MATRIX),
        )

    first, cold = "first large calls", "cold process"
    yield Case(first, "exact, approximate", "first calls", 50_000, 30, alone=True)
    targets = {"imblearn": 1 / 1.15}
    yield Case(cold, "import and SMOTE", "process", 1_000, 10, proportion=0.1, targets=targets)
