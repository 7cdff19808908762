"""Metrics of held-out rows: scikit-learn's classification report, and summaries."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from skresample.compare.arrays import Floats, Ints

__all__ = [
    "Metric",
    "decision_scores",
    "metrics_of",
    "probability_scores",
    "ranking_scores",
    "scores",
]


class Metric(NamedTuple):
    """A metric of predictions, of one class or, if the label is None, of all.

    It depends on 'decisions', the 'ranking' or 'probabilities'.
    """

    name: str
    label: Any = None
    higher_is_better: bool = True
    depends_on: str = "decisions"


PER_CLASS = ("precision", "recall", "F1")
SUMMARY = (
    Metric("average precision", depends_on="ranking"),
    Metric("ROC AUC", depends_on="ranking"),
    Metric("MCC"),
    Metric("balanced accuracy"),
    Metric("G-mean"),
    Metric("Brier", higher_is_better=False, depends_on="probabilities"),
    Metric("log-loss", higher_is_better=False, depends_on="probabilities"),
)


def metrics_of(classes: list[Any]) -> list[Metric]:
    """Return three metrics of each class, then the summaries: the order of `scores`."""
    return [Metric(name, label) for label in classes for name in PER_CLASS] + list(SUMMARY)


def scores(
    true: Ints,
    predicted: Ints,
    confidence: Floats | None,
    probabilities: Floats | None,
    *,
    n_classes: int,
    positive: int,
) -> Floats:
    """Score predicted codes (n,), in the order of `metrics_of`; NaN if a score cannot be computed.

    Confidence, which ranks the rows for each class, and probabilities are (n, n_classes) or None.
    """
    confusion = np.bincount(true * n_classes + predicted, minlength=n_classes**2)
    decided = decision_scores(confusion.reshape(n_classes, n_classes))
    ranking = ranking_scores(true, confidence, n_classes=n_classes, positive=positive)
    n_lines = len(PER_CLASS) * n_classes
    of_probabilities = probability_scores(true, probabilities)
    return np.concatenate([decided[:n_lines], ranking, decided[n_lines:], of_probabilities])


def decision_scores(confusion: Ints) -> Floats:
    """Score a confusion matrix whose rows are the true classes.

    Returns precision, recall and F1 of each class, with 0 in place of 0 / 0. Then follow MCC,
    balanced accuracy and G-mean, which leave out a class without rows.
    """
    right, support = np.diag(confusion), confusion.sum(axis=1)
    predicted, total = confusion.sum(axis=0), confusion.sum()
    lines = [
        right / np.maximum(predicted, 1),
        right / np.maximum(support, 1),
        2 * right / np.maximum(predicted + support, 1),
    ]
    # Products of counts exceed 64-bit integers on large tables.
    n, p, s = float(total), predicted.astype(np.float64), support.astype(np.float64)
    spread = np.sqrt(n**2 - p @ p) * np.sqrt(n**2 - s @ s)
    mcc = (right.sum() * n - p @ s) / spread if spread > 0 else 0.0
    present = lines[1][support > 0]
    summary = [mcc, present.mean(), np.prod(present) ** (1 / len(present))]
    return np.concatenate([np.column_stack(lines).ravel(), summary])


def ranking_scores(
    true: Ints, confidence: Floats | None, *, n_classes: int, positive: int
) -> Floats:
    """Return average precision and ROC AUC, NaN if nothing can be ranked.

    With two classes, they are those of the class `positive`, else means of one class against the
    rest.
    """
    support = np.bincount(true, minlength=n_classes)
    codes = [positive] if n_classes == 2 else range(n_classes)
    ranked = [c for c in codes if 0 < support[c] < len(true)]
    if confidence is None or not ranked:
        return np.full(2, np.nan)
    pairs = [(true == c, confidence[:, c]) for c in ranked]
    return np.array(
        [
            np.mean([score(*pair) for pair in pairs])
            for score in (average_precision_score, roc_auc_score)
        ]
    )


def probability_scores(true: Ints, probabilities: Floats | None) -> Floats:
    """Return the Brier score and the log-loss, NaN without probabilities.

    The Brier score is the mean of (p - y)², of one class if there are two, else summed over all.
    """
    if probabilities is None:
        return np.full(2, np.nan)
    n_classes = probabilities.shape[1]
    one_hot = true[:, np.newaxis] == np.arange(n_classes)
    brier = float(((probabilities - one_hot) ** 2).sum(axis=1).mean())
    # Not scikit-learn's log_loss, which warns if a sum of probabilities differs from 1 by
    # rounding: to silence it would silence other threads, too.
    tiny = np.finfo(probabilities.dtype).eps
    loss = float(-np.log(np.clip(probabilities[one_hot], tiny, 1 - tiny)).mean())
    return np.array([brier / 2 if n_classes == 2 else brier, loss])
