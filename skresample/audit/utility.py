"""Utility: how well do classifiers trained on synthetic rows predict held-out real rows?"""

from dataclasses import replace
from typing import Any

import numpy as np

from skresample.audit.answers import Answer, answer, not_judged
from skresample.audit.fits import BOTH, REAL, SYNTHETIC, Fits, Predictions, shortfall
from skresample.audit.statistics.two_samples import area_under_curve
from skresample.audit.tables import Tables
from skresample.compare.arrays import Ints
from skresample.compare.methods import CLASS_WEIGHTS, TUNED_THRESHOLD
from skresample.compare.metrics import metrics_of, scores

__all__ = ["utility"]

# From this difference to the scores of redrawn real rows on, it matters.
WORSE = 0.05


def utility(tables: Tables, fits: Fits | str, rng: np.random.Generator) -> Answer:
    """Check how well classifiers predict that are trained with, and only on, synthetic rows.

    `fits` may be the reason why there are none.
    """
    if isinstance(fits, str):
        return answer("utility", [not_judged("utility", fits)])
    area = shortfall("ROC AUC", fits, BOTH, _roc_auc, WORSE, rng)
    area_sentence = (
        f"A classifier trained on real and synthetic rows has a ROC AUC of {area.value:.3f} on "
        f"held-out rows; it is {_roc_auc(fits.true, fits.methods[REAL]):.3f} without synthetic "
        f"rows, {area.reference:.3f} with redrawn real rows in their place."
    )
    right = {name: _balanced_accuracy(fits.true, one) for name, one in fits.methods.items()}
    baselines = [
        f"{right[name]:.3f} with {article}{name}, "
        for name, article in ((CLASS_WEIGHTS, ""), (TUNED_THRESHOLD, "a "))
        if name in right
    ]
    accuracy = shortfall("balanced accuracy", fits, BOTH, _balanced_accuracy, WORSE, rng)
    accuracy_sentence = (
        f"Its balanced accuracy is {accuracy.value:.3f}: {right[REAL]:.3f} without synthetic "
        f"rows, {''.join(baselines)}{accuracy.reference:.3f} with redrawn real rows in their place."
    )
    alone = not_judged("training on synthetic rows only", "not every class has synthetic rows")
    if SYNTHETIC in fits.methods:
        alone = shortfall(alone.name, fits, SYNTHETIC, _roc_auc, WORSE, rng)
        sentence = (
            f"A classifier trained on synthetic rows only has a ROC AUC of {alone.value:.3f} on "
            f"held-out rows; trained on as many real rows, it has {alone.reference:.3f}."
        )
        alone = replace(alone, sentence=sentence)
    area, accuracy = (
        replace(area, sentence=area_sentence),
        replace(accuracy, sentence=accuracy_sentence),
    )
    return answer("utility", [area, accuracy, alone], _reports(tables, fits))


def _roc_auc(true: Ints, predictions: Predictions) -> float:
    """Return the mean ROC AUC of the classes, each against the rest."""
    present = np.unique(true)
    if len(present) == 2:
        return area_under_curve(true == present[1], predictions.probabilities[:, present[1]])
    areas = [area_under_curve(true == c, predictions.probabilities[:, c]) for c in present]
    return float(np.mean(areas))


def _balanced_accuracy(true: Ints, predictions: Predictions) -> float:
    right = predictions.predicted == true
    return float(np.mean([right[true == c].mean() for c in np.unique(true)]))


def _reports(tables: Tables, fits: Fits) -> dict[str, list[list[Any]]]:
    """Return the metrics of each class, the smallest first, and of all, by training data."""
    n_classes = len(tables.classes)
    metrics = metrics_of(list(range(n_classes)))
    counts = np.bincount(fits.true, minlength=n_classes)
    present = np.flatnonzero(counts)
    positive = int(present[np.argmin(counts[present])])
    found = {}
    for name, (predicted, p) in fits.methods.items():
        found[name] = scores(fits.true, predicted, p, p, n_classes=n_classes, positive=positive)

    def table(columns: list[int]) -> list[list[Any]]:
        rows = [[name, *row[columns].tolist()] for name, row in found.items()]
        return [["trained on", *(metrics[i].name for i in columns)], *rows]

    reports = {
        f"Class {tables.classes[c]} ({counts[c]:,} held-out rows)": table(
            [i for i, metric in enumerate(metrics) if metric.label == c]
        )
        for c in present[np.argsort(counts[present], kind="stable")]
    }
    wanted = ("average precision", "ROC AUC", "MCC", "balanced accuracy", "Brier", "log-loss")
    of_all = [i for i, metric in enumerate(metrics) if metric.name in wanted]
    return reports | {"All classes": table(of_all)}
