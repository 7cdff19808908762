"""Baselines that do not resample: class weights, and thresholds tuned inside the training rows."""

from dataclasses import field
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.model_selection._split import GroupsConsumerMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter

from skresample.compare.arrays import Array, Floats, Ints
from skresample.pipeline.classifier import ResampledClassifier
from skresample.samplers.parameters import Parametrized
from skresample.table import take_rows

__all__ = ["BalancedWeights", "TunedThreshold", "groups_for", "log_of", "tune_offsets"]

# Number of candidate thresholds of a class.
CANDIDATES = 400


class BalancedWeights(ResampledClassifier):
    """Fit a classifier with ``class_weight="balanced"``, passed as sample weights."""

    _parameter_constraints: ClassVar[dict] = {
        "estimator": ResampledClassifier._parameter_constraints["estimator"]
    }
    sampler = None
    calibration = None

    def __init__(self, estimator: Any):
        self.estimator = estimator

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the classifier."""
        return super().fit(X, y, sample_weight=compute_sample_weight("balanced", y))


class TunedThreshold(Parametrized, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    r"""Fit a classifier without resampling and tune its decision threshold for a metric.

    The predicted class has the largest :math:`\log p_c + b_c`, with :math:`p_c` the predicted
    probability of class c. The offsets :math:`b_c` maximize the mean over the classes of recall
    ('balanced accuracy') or of F1 ('F1') in out-of-fold predictions for the training rows. With
    two classes, only the smaller one has an offset, which sets the threshold. With more, the
    offsets are tuned in turn, three times round. (TunedThresholdClassifierCV supports two classes
    only.)
    """

    estimator: Any = field(kw_only=False)
    metric: str = field(default="balanced accuracy", kw_only=False)
    random_state: int | None = field(default=None, kw_only=False)

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Tune the offsets in folds that keep groups together, and fit on all rows."""
        self.classes_, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        n_folds, splitter = min(5, counts.min()), StratifiedKFold
        if groups is not None:
            n_folds, splitter = min(n_folds, len(np.unique(groups))), StratifiedGroupKFold
        folds = splitter(n_folds, shuffle=True, random_state=self.random_state)
        out_of_fold = np.zeros((len(codes), len(counts)))
        for train, test in folds.split(codes, codes, groups):
            rows, labels = take_rows(X, train), self.classes_[codes[train]]
            grouped = groups_for(self.estimator, groups, train)
            fitted = clone(self.estimator).fit(rows, labels, **grouped)
            # If all rows of a class are in one group, some folds do not train on it.
            seen = np.searchsorted(self.classes_, fitted.classes_)
            out_of_fold[np.ix_(test, seen)] = fitted.predict_proba(take_rows(X, test))
        self.offsets_ = tune_offsets(log_of(out_of_fold), codes, counts, self.metric)
        grouped = groups_for(self.estimator, groups, np.arange(len(codes)))
        self.estimator_ = clone(self.estimator).fit(X, y, **grouped)
        return self

    def predict(self, X: Any) -> Array:
        """Predict classes with the tuned threshold."""
        chosen = np.argmax(log_of(self.predict_proba(X)) + self.offsets_, axis=1)
        return self.classes_[chosen]

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of the classifier, which the threshold does not change."""
        return self.estimator_.predict_proba(X)


def groups_for(estimator: Any, groups: Array | None, rows: Ints) -> dict[str, Array]:
    """Return the fit parameters that pass the groups of rows to a classifier that takes groups."""
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


def log_of(probabilities: Floats) -> Floats:
    """Return the logarithms of probabilities, also of 0 as a finite number."""
    return np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))


def tune_offsets(log_p: Floats, codes: Ints, counts: Ints, metric: str) -> Floats:
    """Return the offsets (n_classes,) of log-probabilities (n, n_classes); 0 for the largest class.

    These are predictions for rows that were not trained on, of the classes `codes`.
    """
    offsets = np.zeros(len(counts))
    tuned = np.argsort(counts, kind="stable")[:-1]
    for c in np.tile(tuned, 1 if len(counts) == 2 else 3):
        others = np.delete(log_p + offsets, c, axis=1)
        # The offset from which class c is predicted for a row, and the class predicted below it.
        needed = others.max(axis=1) - log_p[:, c]
        otherwise = np.delete(np.arange(len(counts)), c)[others.argmax(axis=1)]
        edges = np.unique(np.quantile(needed, np.linspace(0, 1, CANDIDATES)))
        candidates = np.concatenate([[offsets[c]], (edges[:-1] + edges[1:]) / 2])
        values = _metric_by_offset(needed, c, otherwise, candidates, codes, counts, metric)
        # The middle one of equally good candidates depends less on chance than the first or last.
        best = np.sort(candidates[np.isclose(values, max(values))])
        offsets[c] = best[len(best) // 2]
    return offsets


def _metric_by_offset(
    needed: Floats,
    c: int,
    otherwise: Ints,
    candidates: Floats,
    codes: Ints,
    counts: Ints,
    metric: str,
) -> Floats:
    """Return, for each candidate offset of class c, the mean over the classes of recall or F1."""
    order = np.argsort(needed)
    # In this order, class c is predicted for the first so many rows.
    n_first = np.searchsorted(needed[order], candidates)
    codes, otherwise = codes[order], otherwise[order]

    def before(marks: Array) -> Array:
        return np.concatenate([np.zeros_like(marks[:1]), np.cumsum(marks, axis=0)])[n_first]

    of_class = (otherwise[:, np.newaxis] == np.arange(len(counts))).astype(np.intp)
    right = of_class * (codes == otherwise)[:, np.newaxis]
    predicted = of_class.sum(axis=0) - before(of_class)
    correct = right.sum(axis=0) - before(right)
    predicted[:, c], correct[:, c] = n_first, before((codes == c).astype(np.intp))
    if metric == "balanced accuracy":
        return (correct / counts).sum(axis=1) / len(counts)
    return (2 * correct / (counts + predicted)).sum(axis=1) / len(counts)
