"""What a classifier is judged by: the lines of the classification report, and summaries."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score, roc_auc_score

__all__ = [
    "Metric",
    "calibration_slope",
    "decision_scores",
    "metrics_of",
    "probability_scores",
    "ranking_scores",
    "scores",
]


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
    confusion = np.bincount(true * n_classes + predicted, minlength=n_classes**2)
    decided = decision_scores(confusion.reshape(n_classes, n_classes))
    rank = ranking_scores(true, confidence, n_classes=n_classes, positive=positive)
    proper = probability_scores(true, probabilities)
    n_lines = len(PER_CLASS) * n_classes
    return np.concatenate([decided[:n_lines], rank, decided[n_lines:], proper])


def decision_scores(confusion: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Score what was decided.

    Parameters
    ----------
    confusion : ndarray of shape (n_classes, n_classes)
        How many rows of the class of each line were taken for that of each column.

    Returns
    -------
    scores : ndarray of shape (3 * n_classes + 3,)
        Precision, recall and F1 of each class, which are 0 where they would be 0 / 0, then
        MCC, balanced accuracy and G-mean, which leave out a class without rows.
    """
    right, support = np.diag(confusion), confusion.sum(axis=1)
    taken, total = confusion.sum(axis=0), confusion.sum()
    lines = [
        right / np.maximum(taken, 1),
        right / np.maximum(support, 1),
        2 * right / np.maximum(taken + support, 1),
    ]
    # Products of counts go beyond 64-bit integers on large tables.
    n, t, s = float(total), taken.astype(np.float64), support.astype(np.float64)
    spread = np.sqrt(n**2 - t @ t) * np.sqrt(n**2 - s @ s)
    mcc = (right.sum() * n - t @ s) / spread if spread > 0 else 0.0
    present = lines[1][support > 0]
    summary = [mcc, present.mean(), np.prod(present) ** (1 / len(present))]
    return np.concatenate([np.column_stack(lines).ravel(), summary])


def ranking_scores(
    true: npt.NDArray[np.intp],
    confidence: npt.NDArray[np.floating] | None,
    *,
    n_classes: int,
    positive: int,
) -> npt.NDArray[np.float64]:
    """Score how rows are ranked.

    Parameters
    ----------
    true : ndarray of shape (n,)
        Class codes.
    confidence : ndarray of shape (n, n_classes) or None
        What ranks the rows for each class.
    n_classes : int
        Number of classes.
    positive : int
        Of two classes, the one that is ranked for.

    Returns
    -------
    scores : ndarray of shape (2,)
        Average precision and ROC AUC, of more than two classes the means over one against
        the rest; NaN where nothing can be ranked.
    """
    support = np.bincount(true, minlength=n_classes)
    codes = [positive] if n_classes == 2 else range(n_classes)
    ranked = [c for c in codes if 0 < support[c] < len(true)]
    if confidence is None or not ranked:
        return np.full(2, np.nan)
    pairs = [(true == c, confidence[:, c]) for c in ranked]
    return np.array(
        [
            np.mean([average_precision_score(*pair) for pair in pairs]),
            np.mean([roc_auc_score(*pair) for pair in pairs]),
        ]
    )


def probability_scores(
    true: npt.NDArray[np.intp], probabilities: npt.NDArray[np.floating] | None
) -> npt.NDArray[np.float64]:
    """Score probabilities by proper rules.

    Parameters
    ----------
    true : ndarray of shape (n,)
        Class codes.
    probabilities : ndarray of shape (n, n_classes) or None
        None where there are none.

    Returns
    -------
    scores : ndarray of shape (2,)
        The Brier score, of two classes the mean of (p - y)² of one and of more the sum
        over all, and the log-loss.
    """
    if probabilities is None:
        return np.full(2, np.nan)
    n_classes = probabilities.shape[1]
    one_hot = true[:, np.newaxis] == np.arange(n_classes)
    brier = float(((probabilities - one_hot) ** 2).sum(axis=1).mean())
    # scikit-learn's log_loss warns of rows that sum to 1 but for rounding; to keep it quiet would
    # quiet other threads too.
    tiny = np.finfo(probabilities.dtype).eps
    loss = float(-np.log(np.clip(probabilities[one_hot], tiny, 1 - tiny)).mean())
    return np.array([brier / 2 if n_classes == 2 else brier, loss])


def calibration_slope(true: npt.NDArray[np.intp], probability: npt.NDArray[np.floating]) -> float:
    r"""Return the slope of a logistic regression on the log odds that were predicted.

    In :math:`\operatorname{logit} P(y = 1) = a + b \operatorname{logit} p`, a slope
    :math:`b` of 1 is right, one below 1 says that probabilities are too extreme, and one
    above 1 that they are too near the middle :footcite:p:`cox1958two`.

    Parameters
    ----------
    true : ndarray of shape (n,)
        0 or 1.
    probability : ndarray of shape (n,)
        Predicted probability of 1; one of 0 or 1 counts as 1e-6 away from that.

    Returns
    -------
    slope : float
        NaN where there is none: one class only, one probability only, or classes that the
        probabilities separate.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> import numpy as np
    >>> from skresample.compare.metrics import calibration_slope
    >>> half = np.repeat([0.2, 0.8], 5)
    >>> round(calibration_slope(np.array([0, 0, 0, 0, 1, 0, 1, 1, 1, 1]), half), 6)
    1.0
    """
    odds = logit(np.clip(probability, 1e-6, 1 - 1e-6))
    positive, negative = odds[true == 1], odds[true == 0]
    if not len(positive) or not len(negative) or np.ptp(odds) == 0:
        return np.nan
    if positive.min() >= negative.max() or positive.max() <= negative.min():
        return np.nan
    centre, spread = odds.mean(), odds.std()
    design = np.column_stack([np.ones(len(odds)), (odds - centre) / spread])

    def loss(at: npt.NDArray[np.floating]) -> tuple[float, npt.NDArray[np.floating]]:
        eta = design @ at
        return float(np.logaddexp(0, eta).sum() - eta @ true), design.T @ (expit(eta) - true)

    start = np.array([logit(true.mean()), 0.0])
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-8 * len(odds)})
    return float(found.x[1] / spread)
