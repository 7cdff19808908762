"""Training data with its weights and fit parameters, through resampling and into a classifier."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import _check_sample_weight, _is_arraylike, _num_samples

from skresample.table import take_rows

__all__ = [
    "Training",
    "check_weights",
    "class_proportions",
    "fit_classifier",
    "hold_out",
    "is_per_sample",
    "resampled_weights",
]

# Fit parameters with validation data: its features and its targets.
TABLES = ("X_val", "eval_X")
TARGETS = ("y_val", "eval_y")
# Every fit parameter of validation data has one of these words in its name.
EVALUATION = {"eval", "val", "valid", "validation"}


class Training(NamedTuple):
    """Samples: a table, labels or codes, weights, and further parameters of `fit`."""

    X: Any
    y: npt.NDArray[Any]
    weight: npt.NDArray[np.floating] | None
    params: dict[str, Any]

    def take(self, rows: npt.NDArray[np.intp]) -> "Training":
        """Return some samples."""
        params = {
            name: take_rows(value, rows) if is_per_sample(name, value, len(self.y)) else value
            for name, value in self.params.items()
        }
        X = self.X.tocsr() if sparse.issparse(self.X) else self.X
        weight = None if self.weight is None else self.weight[rows]
        return Training(take_rows(X, rows), self.y[rows], weight, params)

    def map_evaluation(
        self, on_X: Callable[[Any], Any] = lambda X: X, on_y: Callable[[Any], Any] = lambda y: y
    ) -> "Training":
        """Apply functions to validation data, as LightGBM, XGBoost and CatBoost name it."""
        params = dict(self.params)
        for name, value in params.items():
            last = name.split("__")[-1]
            if value is None:
                continue
            many = isinstance(value, tuple)
            if last in TABLES or last in TARGETS:
                change = on_X if last in TABLES else on_y
                params[name] = tuple(map(change, value)) if many else change(value)
            elif last == "eval_set":
                # CatBoost also accepts a single pair. Its other types cannot be read.
                single = many and len(value) == 2 and not isinstance(value[0], tuple)
                pairs = [value] if single else value
                if isinstance(pairs, list | tuple) and all(
                    isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
                ):
                    mapped = [(on_X(X), on_y(y)) for X, y in pairs]
                    params[name] = mapped[0] if single else mapped
        return self._replace(params=params)


def is_per_sample(name: str, value: Any, n_samples: int) -> bool:
    """Return whether a fit parameter has one value per training sample."""
    if EVALUATION & set(name.split("__")[-1].split("_")):
        return False
    if isinstance(value, str | Mapping) or not _is_arraylike(value):
        return False
    return np.shape(value) != () and _num_samples(value) == n_samples


def check_weights(sample_weight: Any, X: Any) -> npt.NDArray[np.floating]:
    """Check sample weights: at least 0, and not all 0."""
    if not np.asarray(sample_weight).any():
        raise ValueError(
            "sample_weight is zero for all rows, so no training data is left: pass a positive "
            "weight for some rows."
        )
    weight = _check_sample_weight(sample_weight, X)
    if (weight < 0).any():
        raise ValueError(
            f"sample_weight is negative for {np.count_nonzero(weight < 0)} of {len(weight)} rows: "
            "pass weights of at least 0. A weight of 0 excludes a row."
        )
    return weight


def class_proportions(training: Training) -> dict[Any, float]:
    """Return the proportion of each class, by weight, in the order of the labels."""
    labels, codes = np.unique(training.y, return_inverse=True)
    total = np.bincount(codes, weights=training.weight)
    return dict(zip(labels.tolist(), (total / total.sum()).tolist(), strict=True))


def hold_out(training: Training, fraction: Any, estimator: Any) -> tuple[Training, Training]:
    """Split off a validation set before resampling, as the estimator would split it."""
    labels, counts = np.unique(training.y, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs a holdout with samples of each class for early "
            f"stopping, but class {labels.tolist()[counts.argmin()]!r} has 1 row: set "
            "early_stopping=False, or leave out the class."
        )
    train, test = train_test_split(
        np.arange(len(training.y)),
        test_size=fraction,
        stratify=training.y,
        random_state=estimator.get_params(deep=False).get("random_state"),
    )
    return training.take(np.sort(train)), training.take(np.sort(test))


def resampled_weights(weights: npt.NDArray[np.floating], sampler: Any) -> npt.NDArray[np.floating]:
    """Return the weights of resampled data: of synthetic samples, the mean of the parents'."""
    if not hasattr(sampler, "sample_indices_"):
        raise ValueError(
            f"sample_weight was passed, but {type(sampler).__name__} does not report where its "
            "rows come from: use a sampler of skresample, or one with sample_indices_."
        )
    rows = sampler.sample_indices_
    if not hasattr(sampler, "is_synthetic_"):
        return weights[rows]
    known = sampler.parents_ >= 0
    n_known = known.sum(axis=1)
    total = np.where(known, weights[sampler.parents_], 0).sum(axis=1)
    means = np.where(n_known > 0, total / np.maximum(n_known, 1), weights.mean())
    return np.concatenate([weights[rows[~sampler.is_synthetic_]], means])


def fit_classifier(estimator: Any, training: Training, held_out: Training | None) -> Any:
    """Fit an estimator, and pass it the validation data that was held out."""
    X, y, weight, params = training
    if held_out is not None and isinstance(estimator, Pipeline):
        # A pipeline does not transform validation data, so its steps are fitted one by one.
        name, last = estimator.steps[-1]
        outer = {k: v for k, v in params.items() if not k.startswith(f"{name}__")}
        inner = {k.removeprefix(f"{name}__"): v for k, v in params.items() if k not in outer}
        if len(estimator.steps) > 1:
            front = estimator[:-1]
            X = front.fit_transform(X, y, **outer)
            held_out = held_out._replace(X=front.transform(held_out.X))
            estimator.steps[:-1] = front.steps
        fit_classifier(last, Training(X, y, weight, inner), held_out)
        return estimator
    params = dict(params)
    if weight is not None:
        params["sample_weight"] = weight
    if held_out is not None:
        params |= {"X_val": held_out.X, "y_val": held_out.y}
        if held_out.weight is not None:
            params["sample_weight_val"] = held_out.weight
    return estimator.fit(X, y, **params)
