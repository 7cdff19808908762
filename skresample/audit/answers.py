"""What an audit says: checks, and the answers to its questions that they make up."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from skresample.audit.statistics.permutations import holm

__all__ = [
    "LOOK_CLOSER",
    "NOT_JUDGED",
    "NO_PROBLEM",
    "PERMUTATIONS",
    "PROBLEM",
    "Answer",
    "Check",
    "answer",
    "interval_about",
    "not_judged",
    "share_interval",
]

NO_PROBLEM = "no problem found"
LOOK_CLOSER = "look closer"
PROBLEM = "problem"
NOT_JUDGED = "cannot be judged"
SEVERITY = (NOT_JUDGED, NO_PROBLEM, LOOK_CLOSER, PROBLEM)
# How often a question may raise an alarm about rows that are as good as real ones, whatever the
# number of its checks.
LEVEL = 0.02
PERMUTATIONS = 999


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What it is.
    sentence : str
        What was found, in plain words.
    value, reference : float or None
        The number, and what real rows score on the same question; None where it cannot be
        judged.
    interval : tuple of float or None
        95 % interval of the value.
    pvalue : float
        How often real rows would do as badly, before it is corrected for the number of checks.
    material : bool
        Whether what was found is large enough to matter, if it is no accident.
    verdict : str
        Filled in by `answer`.
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
        """Whether there is a number."""
        return self.value is not None


@dataclass(frozen=True)
class Answer:
    """The answer to a question.

    Attributes
    ----------
    name : str
        One word for the question.
    question : str
        The question.
    checks : list of Check
        What was looked at.
    details : dict
        Tables behind it: for each title a list of rows, the first of which is the heading.
    pictures : dict
        What is drawn.
    """

    name: str
    question: str
    checks: list[Check]
    details: dict[str, list[list[Any]]] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)

    @property
    def headline(self) -> Check:
        """The check that says most: the worst, or the first one that could be judged."""
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

    def to_dict(self) -> dict[str, Any]:
        """Return the headline's numbers, and those of all checks."""
        return {**_plain(self.headline), "checks": {c.name: _plain(c) for c in self.checks}}


def answer(
    name: str,
    question: str,
    checks: Iterable[Check],
    details: dict[str, list[list[Any]]] | None = None,
    pictures: dict[str, Any] | None = None,
) -> Answer:
    """Give each check its verdict; an alarm of one takes into account that there are others.

    Parameters
    ----------
    name, question : str
        The question, in a word and in words.
    checks : iterable of Check
        What was looked at.
    details, pictures : dict, default=None
        See `Answer`.

    Returns
    -------
    answer : Answer
        With verdicts.
    """
    checks = list(checks)
    judged = [c for c in checks if c.judged]
    corrected = dict(zip(map(id, judged), holm([c.pvalue for c in judged]), strict=True))
    final = []
    for check in checks:
        if check.judged:
            alarm = corrected[id(check)] <= LEVEL
            verdict = (PROBLEM if check.material else LOOK_CLOSER) if alarm else NO_PROBLEM
            check = replace(check, verdict=verdict)
        final.append(check)
    return Answer(name, question, final, details or {}, pictures or {})


def not_judged(name: str, reason: str) -> Check:
    """Return a check that cannot be judged.

    Parameters
    ----------
    name : str
        What it is.
    reason : str
        Why, and what would help.

    Returns
    -------
    check : Check
        Without a number.
    """
    return Check(name, f"{name[:1].upper()}{name[1:]} cannot be judged: {reason}.")


def share_interval(count: float, total: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    Parameters
    ----------
    count, total : int
        The share is count / total.

    Returns
    -------
    low, high : float
        Between 0 and 1.
    """
    found = stats.binomtest(round(count), total).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def interval_about(
    value: float, draws: npt.NDArray[np.floating], most: float = np.inf
) -> tuple[float, float]:
    """Return the middle 95 % of some draws, moved so that their mean is the value.

    A difference that is never below 0 is greater when rows are drawn again: their chance is
    added to that of the rows.

    Parameters
    ----------
    value : float
        What was computed.
    draws : ndarray of shape (n,)
        The same of rows drawn again.
    most : float, default=inf
        What it is at most; at least it is 0.

    Returns
    -------
    low, high : float
        Ends of the interval.
    """
    low, high = value + np.quantile(draws, [0.025, 0.975]) - draws.mean()
    return float(np.clip(low, 0, value)), float(np.clip(high, value, most))


def _plain(check: Check) -> dict[str, Any]:
    """Return a check as JSON takes it."""
    return {
        "value": check.value,
        "reference": check.reference,
        "interval": None if check.interval is None else list(check.interval),
        "sentence": check.sentence,
        "verdict": check.verdict,
    }
