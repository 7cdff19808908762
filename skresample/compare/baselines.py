"""What over-sampling must beat, besides nothing: class weights and a tuned threshold."""

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.model_selection._split import GroupsConsumerMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter

from skresample.pipeline.classifier import ResampledClassifier
from skresample.table import take_rows

__all__ = ["BalancedWeights", "TunedThreshold", "groups_for", "log_of", "tune_offsets"]

# How many places for the threshold of a class are tried.
CANDIDATES = 400


class BalancedWeights(ResampledClassifier):
    """Fit a classifier with ``class_weight="balanced"``, given to it as sample weights.

    Parameters
    ----------
    estimator : classifier
        One whose ``fit`` takes ``sample_weight``.
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": ResampledClassifier._parameter_constraints["estimator"]
    }
    sampler = None
    calibration = None

    def __init__(self, estimator: Any):
        self.estimator = estimator

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the classifier.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,)
            Class labels.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        return super().fit(X, y, sample_weight=compute_sample_weight("balanced", y))


class TunedThreshold(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    r"""Fit a classifier as it is, and move only its decision.

    The class of a row is that of the largest :math:`\log p_c + b_c`, with :math:`p_c` its
    predicted probability. Of two classes, the offset of the smaller one is the place of
    the threshold. It is chosen by out-of-fold predictions within the training rows; of
    more classes, one offset after the other, three times round.
    (scikit-learn's ``TunedThresholdClassifierCV`` does this for two classes only.)

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba``.
    aim : {'balanced accuracy', 'F1'}, default='balanced accuracy'
        What is to be as high as possible: the mean over the classes of recall, or of F1.
    random_state : int, default=None
        Seed of the five inner folds.

    Attributes
    ----------
    offsets_ : ndarray of shape (n_classes,)
        The chosen offsets.
    """

    def __init__(
        self, estimator: Any, aim: str = "balanced accuracy", random_state: int | None = None
    ):
        self.estimator = estimator
        self.aim = aim
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Choose the offsets, and fit the classifier on all rows.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,)
            Class labels.
        groups : array-like of shape (n_samples,), default=None
            Which rows belong together: the inner folds do not split groups.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        self.classes_, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        n_folds, splitter = min(5, counts.min()), StratifiedKFold
        if groups is not None:
            n_folds, splitter = min(n_folds, len(np.unique(groups))), StratifiedGroupKFold
        folds = splitter(n_folds, shuffle=True, random_state=self.random_state)
        out_of_fold = np.zeros((len(codes), len(counts)))
        for train, test in folds.split(codes, codes, groups):
            rows, labels = take_rows(X, train), self.classes_[codes[train]]
            theirs = groups_for(self.estimator, groups, train)
            fitted = clone(self.estimator).fit(rows, labels, **theirs)
            # Where a class is in one group only, some folds train on none of it.
            seen = np.searchsorted(self.classes_, fitted.classes_)
            out_of_fold[np.ix_(test, seen)] = fitted.predict_proba(take_rows(X, test))
        self.offsets_ = tune_offsets(log_of(out_of_fold), codes, counts, self.aim)
        everything = np.arange(len(codes))
        theirs = groups_for(self.estimator, groups, everything)
        self.estimator_ = clone(self.estimator).fit(X, y, **theirs)
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the class of each row with the moved decision.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Class labels.
        """
        chosen = np.argmax(log_of(self.predict_proba(X)) + self.offsets_, axis=1)
        return self.classes_[chosen]

    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict the probability of each class, which the decision does not change.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            As the classifier gives them.
        """
        return self.estimator_.predict_proba(X)


def groups_for(
    estimator: Any, groups: npt.NDArray[Any] | None, rows: npt.NDArray[np.intp]
) -> dict[str, npt.NDArray[Any]]:
    """Return what a classifier is to be told of the groups of its training rows.

    Parameters
    ----------
    estimator : classifier or Pipeline
        Told of groups if its ``fit`` names them, or its own folds are by groups.
    groups : ndarray of shape (n,) or None
        Of all rows.
    rows : ndarray of shape (n_train,)
        Positions of the training rows.

    Returns
    -------
    parameters : dict
        Of `fit`; empty if it is told nothing.
    """
    if groups is None:
        return {}
    last, prefix = estimator, ""
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        prefix = f"{name}__"
    params = last.get_params(deep=False)
    splitters = [params.get(name) for name in ("cv", "calibration_cv")]
    if has_fit_parameter(last, "groups") or any(
        isinstance(one, GroupsConsumerMixin) for one in splitters
    ):
        return {f"{prefix}groups": groups[rows]}
    return {}


def log_of(probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return logarithms that are finite for a probability of 0 too.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
        Probabilities.

    Returns
    -------
    logarithms : ndarray of shape (n, n_classes)
        Natural ones.
    """
    return np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))


def tune_offsets(
    log_p: npt.NDArray[np.floating],
    codes: npt.NDArray[np.intp],
    counts: npt.NDArray[np.intp],
    aim: str,
) -> npt.NDArray[np.floating]:
    """Choose what is added to the logarithms of probabilities before the largest decides.

    Parameters
    ----------
    log_p : ndarray of shape (n, n_classes)
        Logarithms of the predicted probabilities of rows that were not trained on.
    codes : ndarray of shape (n,)
        Their class codes.
    counts : ndarray of shape (n_classes,)
        How many rows each class has.
    aim : {'balanced accuracy', 'F1'}
        What is to be as high as possible.

    Returns
    -------
    offsets : ndarray of shape (n_classes,)
        That of the largest class is 0.
    """
    offsets = np.zeros(len(counts))
    tuned = np.argsort(counts, kind="stable")[:-1]
    for c in np.tile(tuned, 1 if len(counts) == 2 else 3):
        others = np.delete(log_p + offsets, c, axis=1)
        # The offset from which a row is taken for class c, and for what it is taken else.
        needed = others.max(axis=1) - log_p[:, c]
        otherwise = np.delete(np.arange(len(counts)), c)[others.argmax(axis=1)]
        edges = np.unique(np.quantile(needed, np.linspace(0, 1, CANDIDATES)))
        places = np.concatenate([[offsets[c]], (edges[:-1] + edges[1:]) / 2])
        gains = _gains(needed, c, otherwise, places, codes, counts, aim)
        # Of equally good places the middle one, which is less of an accident than the edge.
        best = np.sort(places[np.isclose(gains, max(gains))])
        offsets[c] = best[len(best) // 2]
    return offsets


def _gains(
    needed: npt.NDArray[np.floating],
    c: int,
    otherwise: npt.NDArray[np.intp],
    places: npt.NDArray[np.floating],
    codes: npt.NDArray[np.intp],
    counts: npt.NDArray[np.intp],
    aim: str,
) -> npt.NDArray[np.floating]:
    """Return, for each offset of class c, the mean over the classes of recall or F1."""
    order = np.argsort(needed)
    # With the rows in this order, the first so many are taken for class c.
    n_first = np.searchsorted(needed[order], places)
    gains = np.zeros(len(places))
    for k in range(len(counts)):
        if k == c:
            taken, right = n_first, _sum_before(codes[order] == c, n_first)
        else:
            rest = otherwise[order] == k
            taken = _sum_after(rest, n_first)
            right = _sum_after(rest & (codes[order] == k), n_first)
        gains += (
            right / counts[k] if aim == "balanced accuracy" else 2 * right / (counts[k] + taken)
        )
    return gains / len(counts)


def _sum_before(marks: npt.NDArray[np.bool_], at: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return np.concatenate([[0], np.cumsum(marks)])[at]


def _sum_after(marks: npt.NDArray[np.bool_], at: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return np.count_nonzero(marks) - _sum_before(marks, at)
