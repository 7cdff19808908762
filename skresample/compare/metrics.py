"""What a classifier is judged by: the lines of the classification report, and summaries."""

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    average_precision_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
    roc_auc_score,
)

__all__ = ["Metric", "metrics_of", "scores"]


class Metric(NamedTuple):
    """A column of the report.

    Attributes
    ----------
    name : str
        As it is printed.
    label : object
        The class that it is about, or None for all of them.
    higher_is_better : bool
        Whether a gain is a positive difference.
    """

    name: str
    label: Any = None
    higher_is_better: bool = True


PER_CLASS = ("precision", "recall", "F1")
SUMMARY = (
    Metric("average precision"),
    Metric("ROC AUC"),
    Metric("MCC"),
    Metric("balanced accuracy"),
    Metric("G-mean"),
    Metric("Brier", higher_is_better=False),
    Metric("log-loss", higher_is_better=False),
)


def metrics_of(classes: list[Any]) -> list[Metric]:
    """List the metrics in the order of `scores`.

    Parameters
    ----------
    classes : list
        Class labels.

    Returns
    -------
    metrics : list of Metric
        Three for each class, then the summaries.
    """
    return [Metric(name, label) for label in classes for name in PER_CLASS] + list(SUMMARY)


def scores(
    true: npt.NDArray[np.intp],
    predicted: npt.NDArray[np.intp],
    confidence: npt.NDArray[np.floating] | None,
    probabilities: npt.NDArray[np.floating] | None,
    *,
    n_classes: int,
    positive: int,
) -> npt.NDArray[np.float64]:
    """Score the predictions for some held-out rows.

    Parameters
    ----------
    true, predicted : ndarray of shape (n,)
        Class codes.
    confidence : ndarray of shape (n, n_classes) or None
        What ranks the rows for each class: probabilities or decision values.
    probabilities : ndarray of shape (n, n_classes) or None
        None where the classifier gives none.
    n_classes : int
        Number of classes.
    positive : int
        Of two classes, the one that average precision and ROC AUC are about. Of more,
        both are averaged over the classes, one against the rest.

    Returns
    -------
    scores : ndarray of shape (3 * n_classes + 7,)
        In the order of `metrics_of`; NaN for what cannot be computed.
    """
    codes = np.arange(n_classes)
    precision, recall, f1, support = precision_recall_fscore_support(
        true, predicted, labels=codes, zero_division=0
    )
    present = recall[support > 0]
    one_hot = true[:, np.newaxis] == codes
    ranked = [positive] if n_classes == 2 else [c for c in codes if 0 < support[c] < len(true)]
    ap = auc = brier = loss = np.nan
    if confidence is not None and ranked and 0 < support[ranked[0]] < len(true):
        pairs = [(one_hot[:, c], confidence[:, c]) for c in ranked]
        ap = float(np.mean([average_precision_score(*pair) for pair in pairs]))
        auc = float(np.mean([roc_auc_score(*pair) for pair in pairs]))
    with warnings.catch_warnings():
        # A fold with one class only, and rows that sum to 1 but for rounding.
        warnings.simplefilter("ignore", UserWarning)
        mcc = matthews_corrcoef(true, predicted)
        if probabilities is not None:
            loss = float(log_loss(true, probabilities, labels=codes))
            # Of two classes, as usual, the mean of (p - y)² of one; of more, the sum over all.
            brier = float(((probabilities - one_hot) ** 2).sum(axis=1).mean())
            brier = brier / 2 if n_classes == 2 else brier
    summary = [
        ap,
        auc,
        mcc,
        present.mean(),
        np.prod(present) ** (1 / len(present)),
        brier,
        loss,
    ]
    return np.concatenate([np.column_stack([precision, recall, f1]).ravel(), summary])
