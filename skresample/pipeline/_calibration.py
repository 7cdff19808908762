"""Calibration by cross-validation: the folds, and the classifier that is fitted in each."""

from collections.abc import Mapping
from dataclasses import field
from numbers import Integral
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRouter
from sklearn.utils.metaestimators import available_if

from skresample.samplers.parameters import Parametrized

__all__ = ["CodedClassifier", "calibration_folds", "codes_of"]

Fold = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


class CodedClassifier(Parametrized, ClassifierMixin, BaseEstimator):
    """A classifier of codes around a ResampledClassifier, whose labels are `names`.

    CalibratedClassifierCV numbers classes in its folds, but parameters of samplers name labels.
    """

    model: Any = field(kw_only=False)
    names: npt.NDArray[Any] = field(kw_only=False)

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
    """Return the training and held-out samples of each fold; each has enough for the sampler.

    X has the samples `kept` of the user's table, to which positions in `calibration_cv` refer.
    """
    cv, labels, counts = model.calibration_cv, names.tolist(), np.bincount(codes)
    method = f"calibration={model.calibration!r}"
    if isinstance(cv, Integral) and counts.min() < cv:
        raise ValueError(
            f"{method} holds out rows of each class in {cv} folds, but class "
            f"{labels[counts.argmin()]!r} has {counts.min()}: use a smaller calibration_cv, or "
            "calibration='prior', which needs no holdout."
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
    needed = max(1, getattr(model.sampler, "_min_rows", 1))
    strategy = getattr(model.sampler, "sampling_strategy", None)
    asked = strategy if isinstance(strategy, Mapping) else labels
    for train, _ in folds:
        left = np.bincount(codes[train], minlength=len(labels))
        for k, label in enumerate(labels):
            if left[k] < needed and label in asked:
                user = model.estimator if model.sampler is None else model.sampler
                raise ValueError(
                    f"{method} trains on {len(folds)} folds, and one leaves {left[k]} of "
                    f"{counts[k]} rows of class {label!r}, but {type(user).__name__} needs "
                    f"{needed}: use other folds (calibration_cv), RandomOverSampler, which repeats "
                    "rows, or calibration='prior', which needs no holdout."
                )
    return folds


def _renumbered(fold: Any, kept: npt.NDArray[np.intp]) -> Fold:
    """Return a fold of positions in a table as positions among its kept samples."""
    place = np.full(int(kept.max()) + 1, -1)
    place[kept] = np.arange(len(kept))
    train, test = (np.arange(len(place))[rows] for rows in fold)
    return place[train[np.isin(train, kept)]], place[test[np.isin(test, kept)]]
