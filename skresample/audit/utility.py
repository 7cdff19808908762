"""Are the synthetic rows useful: what do they teach a classifier about held-out rows?"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from skresample.audit.answers import Answer, Check, answer, interval_about, not_judged
from skresample.audit.fits import AFTER, ALONE, BEFORE, MOVED, WEIGHTS, Fits, Predictions
from skresample.audit.statistics.two_samples import area_under_curve
from skresample.audit.tables import Tables
from skresample.compare.metrics import metrics_of, scores

__all__ = ["shortfall", "useful"]

QUESTION = "Useful: what do synthetic rows teach a classifier about held-out real rows?"
# So much less than what real rows bring matters.
WORSE = 0.05
RESAMPLES = 100
# Scores that are nearer to each other are the same.
SAME = 1e-9
# With so many of the redrawn fits the resampled holdout is scored.
SCORED = 5

Score = Callable[[npt.NDArray[np.intp], Predictions], float]


def useful(tables: Tables, fits: Fits | str, rng: np.random.Generator) -> Answer:
    """Judge what a classifier gains by synthetic rows, or loses.

    Parameters
    ----------
    tables : Tables
        What is audited.
    fits : Fits or str
        What classifiers predict for held-out rows, or why there are none.
    rng : numpy.random.Generator
        Draws the holdout again, for the intervals.

    Returns
    -------
    answer : Answer
        Three checks: with real rows, and alone.
    """
    if isinstance(fits, str):
        return answer("useful", QUESTION, [not_judged("what synthetic rows are worth", fits)])
    before = _area(fits.true, fits.methods[BEFORE])
    ranking = shortfall(fits, AFTER, fits.more_real, _area, rng)
    said = (
        f"Trained on real and synthetic rows, a classifier ranks held-out rows with an area under "
        f"the curve of {ranking.value:.3f}: without synthetic rows {before:.3f}, with as many "
        f"real rows drawn again instead {ranking.reference:.3f}."
    )
    checks = [ranking.check("ranking", said, WORSE)]
    decision = shortfall(fits, AFTER, fits.more_real, _balanced_accuracy, rng)
    others = " and ".join(
        f"{_balanced_accuracy(fits.true, fits.methods[name]):.3f} with {article}{name}"
        for name, article in ((WEIGHTS, ""), (MOVED, "a "))
        if name in fits.methods
    )
    said = (
        f"Its decisions reach a balanced accuracy of {decision.value:.3f}, from "
        f"{_balanced_accuracy(fits.true, fits.methods[BEFORE]):.3f} on real rows alone; "
        f"{others + ', ' if others else ''}{decision.reference:.3f} with real rows drawn again."
    )
    checks.append(decision.check("decisions", said, WORSE))
    name = "synthetic rows in place of real ones"
    if ALONE in fits.methods:
        alone = shortfall(fits, ALONE, fits.only_real, _area, rng)
        said = (
            f"Trained on synthetic rows only, a classifier reaches an area under the curve of "
            f"{alone.value:.3f} on real rows; trained on as many real rows, {alone.reference:.3f}."
        )
        checks.append(alone.check(name, said, WORSE))
    else:
        checks.append(not_judged(name, "not every class has synthetic rows"))
    return answer("useful", QUESTION, checks, _reports(tables, fits))


class Shortfall:
    """How far a score stays behind what real rows in place of the synthetic ones bring.

    Parameters
    ----------
    value, reference : float
        The score, and the mean over the fits with redrawn real rows.
    interval : tuple of float
        95 % interval of the score.
    pvalue : float
        Of the score being no less.
    """

    def __init__(
        self, value: float, reference: float, interval: tuple[float, float], pvalue: float
    ):
        self.value = value
        self.reference = reference
        self.interval = interval
        self.pvalue = pvalue

    def check(self, name: str, said: str, matters: float) -> Check:
        """Return the check that this makes."""
        material = abs(self.reference - self.value) >= matters
        return Check(name, said, self.value, self.reference, self.interval, self.pvalue, material)


def shortfall(
    fits: Fits,
    method: str,
    redrawn: list[Predictions],
    score: Score,
    rng: np.random.Generator,
    sign: int = 1,
) -> Shortfall:
    """Compare a score with what it is if real rows stand in place of the synthetic ones.

    Two things make scores differ by chance: which rows a classifier is trained on, which is
    seen from the redrawn fits, and which are held out, which is seen by drawing these again.

    Parameters
    ----------
    fits : Fits
        Predictions.
    method : str
        Whose score.
    redrawn : list of Predictions
        Of the fits with real rows.
    score : callable
        Takes true classes and predictions.
    rng : numpy.random.Generator
        Source of the draws.
    sign : {1, -1}, default=1
        Whether less or more than the redrawn fits is bad.

    Returns
    -------
    shortfall : Shortfall
        The score beside its reference.
    """
    ours = fits.methods[method]
    value = score(fits.true, ours)
    references = np.array([score(fits.true, one) for one in redrawn])
    reference = float(references.mean())
    classes = [np.flatnonzero(fits.true == c) for c in np.unique(fits.true)]
    drawn, apart = [], []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rng.choice(one, len(one)) for one in classes])
        true = fits.true[rows]
        mine = score(true, _take(ours, rows))
        others = [score(true, _take(one, rows)) for one in redrawn[:SCORED]]
        drawn.append(mine)
        apart.append(mine - np.mean(others))
    variance = references.var(ddof=1) * (1 + 1 / len(redrawn)) + np.var(apart, ddof=1)
    gap = sign * (reference - value)
    pvalue = 0.0 if gap > SAME else 1.0  # nothing is left to chance
    if variance > 0:
        pvalue = float(stats.t.sf(gap / np.sqrt(variance), len(redrawn) - 1))
    return Shortfall(value, reference, interval_about(value, np.array(drawn), 1.0), pvalue)


def _take(predictions: Predictions, rows: npt.NDArray[np.intp]) -> Predictions:
    return Predictions(predictions.predicted[rows], predictions.probabilities[rows])


def _area(true: npt.NDArray[np.intp], predictions: Predictions) -> float:
    """Return the mean area under the curve of the classes, one against the rest."""
    present = np.unique(true)
    if len(present) == 2:
        return area_under_curve(true == present[1], predictions.probabilities[:, present[1]])
    areas = [area_under_curve(true == c, predictions.probabilities[:, c]) for c in present]
    return float(np.mean(areas))


def _balanced_accuracy(true: npt.NDArray[np.intp], predictions: Predictions) -> float:
    right = predictions.predicted == true
    return float(np.mean([right[true == c].mean() for c in np.unique(true)]))


def _reports(tables: Tables, fits: Fits) -> dict[str, list[list[Any]]]:
    """Return each class's report, by what a classifier was trained on."""
    n_classes = len(tables.classes)
    metrics = metrics_of(list(range(n_classes)))
    counts = np.bincount(fits.true, minlength=n_classes)
    present = np.flatnonzero(counts)
    positive = int(present[np.argmin(counts[present])])
    found = {
        name: scores(
            fits.true,
            one.predicted,
            one.probabilities,
            one.probabilities,
            n_classes=n_classes,
            positive=positive,
        )
        for name, one in fits.methods.items()
    }
    tables_: dict[str, list[list[Any]]] = {}
    for c in present[np.argsort(counts[present], kind="stable")]:
        mine = [i for i, metric in enumerate(metrics) if metric.label == c]
        tables_[f"Class {tables.classes[c]} ({counts[c]:,} held-out rows)"] = [
            ["trained on", *(metrics[i].name for i in mine)],
            *([name, *(float(row[i]) for i in mine)] for name, row in found.items()),
        ]
    wanted = ("average precision", "ROC AUC", "MCC", "balanced accuracy", "Brier", "log-loss")
    all_of = [i for i, metric in enumerate(metrics) if metric.name in wanted]
    tables_["All classes"] = [
        ["trained on", *(metrics[i].name for i in all_of)],
        *([name, *(float(row[i]) for i in all_of)] for name, row in found.items()),
    ]
    return tables_
