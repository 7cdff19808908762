"""Calibration by cross-validation: the folds, and the classifier that is fitted in each."""

from collections.abc import Mapping
from numbers import Integral
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.metaestimators import available_if

__all__ = ["CodedClassifier", "calibration_folds", "codes_of"]

Fold = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


class CodedClassifier(ClassifierMixin, BaseEstimator):
    """A classifier of codes around one of labels.

    CalibratedClassifierCV numbers the classes in its folds. The sampler and the classifier need
    the labels, since their parameters may name some.

    Parameters
    ----------
    model : ResampledClassifier
        The classifier. It is cloned.
    names : ndarray of shape (n_classes,)
        The label of each code.
    """

    def __init__(self, model: Any, names: npt.NDArray[Any]):
        self.model = model
        self.names = names

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        self.model_ = clone(self.model).fit(X, self.names[y], sample_weight, **params)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.intp]:
        return codes_of(self.model_.predict(X), self.names)

    @available_if(lambda self: hasattr(self.model, "predict_proba"))
    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        return self.model_.predict_proba(X)

    @available_if(lambda self: hasattr(self.model, "decision_function"))
    def decision_function(self, X: Any) -> npt.NDArray[np.floating]:
        return self.model_.decision_function(X)

    def get_metadata_routing(self) -> MetadataRouter:
        return self.model.get_metadata_routing()

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.model)


def codes_of(labels: npt.NDArray[Any], names: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return labels as positions in the names of the classes."""
    number = {name: code for code, name in enumerate(names.tolist())}
    unknown = sorted(set(labels.tolist()) - set(number))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a class of y: the classes are {list(number)}.")
    return np.array([number[label] for label in labels.tolist()], dtype=np.intp)


def calibration_folds(
    model: Any,
    X: Any,
    codes: npt.NDArray[np.intp],
    names: npt.NDArray[Any],
    groups: Any,
    kept: npt.NDArray[np.intp],
) -> list[Fold]:
    """Return the training and held-out samples of each fold.

    `kept` are the positions of the samples of X in the table that the user passed, to which folds
    that were passed as positions refer. A fold with too few samples for the sampler raises an
    error before anything is fitted.
    """
    cv, labels, counts = model.calibration_cv, names.tolist(), np.bincount(codes)
    if isinstance(cv, Integral) and counts.min() < cv:
        raise ValueError(
            f"calibration={model.calibration!r} holds out rows of each class in {cv} folds, but "
            f"class {labels[counts.argmin()]!r} has {counts.min()}: use a smaller calibration_cv, "
            "or calibration='prior', which needs no holdout."
        )
    try:
        if isinstance(cv, Integral) or hasattr(cv, "split"):
            folds = list(check_cv(cv, codes, classifier=True).split(X, codes, groups))
        else:
            folds = [_renumbered(fold, kept) for fold in cv]
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"calibration_cv cannot split the rows: {error}") from error
    if not folds:
        raise ValueError("calibration_cv has no folds: pass at least one.")
    needed = _min_samples(model.sampler)
    strategy = getattr(model.sampler, "sampling_strategy", None)
    for train, _ in folds:
        left = np.bincount(codes[train], minlength=len(labels))
        few = [
            k
            for k in np.flatnonzero(left < needed)
            if not isinstance(strategy, Mapping) or labels[k] in strategy
        ]
        if few:
            user = model.estimator if model.sampler is None else model.sampler
            raise ValueError(
                f"calibration={model.calibration!r} trains on {len(folds)} folds, and one leaves "
                f"{left[few[0]]} of {counts[few[0]]} rows of class {labels[few[0]]!r}, but "
                f"{type(user).__name__} needs {needed}: use other folds (calibration_cv), "
                "RandomOverSampler, which repeats rows, or calibration='prior', which needs no "
                "holdout."
            )
    return folds


def _renumbered(fold: Any, kept: npt.NDArray[np.intp]) -> Fold:
    """Return a fold of positions in a table as positions among its kept samples."""
    place = np.full(int(kept.max()) + 1, -1)
    place[kept] = np.arange(len(kept))
    train, test = (np.arange(len(place))[rows] for rows in fold)
    return place[train[np.isin(train, kept)]], place[test[np.isin(test, kept)]]


def _min_samples(sampler: Any) -> int:
    """Return how many samples of a class a sampler needs, as far as it is known."""
    return max(1, getattr(sampler, "_min_rows", 1))
