"""Checks with their verdicts, and the answers to the questions of an audit that they make up."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import stats

from skresample.audit.statistics.permutations import holm
from skresample.compare.arrays import Floats

__all__ = [
    "LOOK_CLOSER",
    "NOT_JUDGED",
    "NO_PROBLEM",
    "PROBLEM",
    "QUESTIONS",
    "Answer",
    "Check",
    "answer",
    "interval_about",
    "normal_interval",
    "not_judged",
    "proportion_interval",
]

QUESTIONS = {
    "validity": "do synthetic rows satisfy the rules that hold for all real rows?",
    "fidelity": "do synthetic rows follow the distribution of the real rows of their class?",
    "diversity": "are synthetic rows as far from real rows as real rows are from each other?",
    "privacy": "do synthetic rows disclose the real rows that they were generated from?",
    "utility": "how well do classifiers trained on synthetic rows predict held-out real rows?",
    "fairness": "does each group keep its proportion of each class and its prediction rates?",
}
NO_PROBLEM = "no problem found"
LOOK_CLOSER = "look closer"
PROBLEM = "problem"
NOT_JUDGED = "cannot be judged"
SEVERITY = (NOT_JUDGED, NO_PROBLEM, LOOK_CLOSER, PROBLEM)
# Probability of a false alarm per question, over all of its checks.
LEVEL = 0.02


@dataclass(frozen=True)
class Check:
    """One measurement, beside what real rows score in it.

    `pvalue` is not yet corrected for the number of checks; `material` is whether the difference
    matters. `answer` adds the verdict.
    """

    name: str
    sentence: str
    value: float | None = None
    reference: float | None = None
    interval: tuple[float, float] | None = None
    pvalue: float = 1.0
    material: bool = False
    verdict: str = NOT_JUDGED

    @property
    def judged(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the check as JSON takes it."""
        return {
            "value": self.value,
            "reference": self.reference,
            "interval": None if self.interval is None else list(self.interval),
            "sentence": self.sentence,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Answer:
    """The checks of one question, its tables by title, and the data of its plots by name.

    A table is a list of rows, the heading first.
    """

    name: str
    checks: list[Check]
    details: dict[str, list[list[Any]]] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """The question, which starts with its name."""
        return f"{self.name.capitalize()}: {QUESTIONS[self.name]}"

    @property
    def headline(self) -> Check:
        """The worst check, or else the first one with a value."""
        return max(
            self.checks,
            key=lambda c: (
                SEVERITY.index(c.verdict),
                c.verdict in (LOOK_CLOSER, PROBLEM) and -c.pvalue,
            ),
        )

    @property
    def verdict(self) -> str:
        """The verdict of the worst check."""
        return self.headline.verdict


def answer(
    name: str,
    checks: Iterable[Check],
    details: dict[str, list[list[Any]]] | None = None,
    pictures: dict[str, Any] | None = None,
) -> Answer:
    """Give each check its verdict, with p-values corrected for the number of checks."""
    checks = list(checks)
    corrected = iter(holm([c.pvalue for c in checks if c.judged]))
    final = []
    for check in checks:
        if check.judged:
            alarm = PROBLEM if check.material else LOOK_CLOSER
            check = replace(check, verdict=alarm if next(corrected) <= LEVEL else NO_PROBLEM)
        final.append(check)
    return Answer(name, final, details or {}, pictures or {})


def not_judged(name: str, reason: str) -> Check:
    """Return a check without a value; the reason says what is missing."""
    return Check(name, f"{name[:1].upper()}{name[1:]} cannot be judged: {reason}.")


def proportion_interval(count: float, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of the proportion count / total."""
    found = stats.binomtest(round(count), total).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def normal_interval(value: float, deviation: float, most: float = np.inf) -> tuple[float, float]:
    """Return the normal 95 % interval of a value; its ends are at least 0 and at most `most`."""
    reach = 1.96 * float(deviation)
    return max(0.0, value - reach), min(most, value + reach)


def interval_about(value: float, draws: Floats, most: float = np.inf) -> tuple[float, float]:
    """Return the middle 95 % of bootstrap draws, moved so that their mean is the value.

    A distance of samples is at least 0 and grows by resampling, so its draws are not around it.
    """
    low, high = value + np.quantile(draws, [0.025, 0.975]) - draws.mean()
    return float(np.clip(low, 0, value)), float(np.clip(high, value, most))
