"""`with_sampler` puts a sampler inside a search, stacking or bagging."""

from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skresample.pipeline.classifier import ResampledClassifier
from skresample.pipeline.validation import trait_of

__all__ = ["with_sampler"]


def with_sampler(estimator: Any, sampler: Any) -> Any:
    """Return a classifier that resamples its training data, not fitted.

    Estimators that validate inside, such as a grid search, go around ``ResampledClassifier``,
    together with the pipeline steps before them. All others go into it.
    """
    front, last, prefix = [], estimator, "estimator__"
    if isinstance(estimator, Pipeline):
        *front, (name, last) = estimator.steps
        prefix += f"{name}__" if front else ""
    params = last.get_params(deep=False)
    if trait_of(last) in ("cv", "oob_score"):
        if params.get("estimator") is not None:
            inner = params["estimator"]
            inner = Pipeline([*front, (name, inner)]) if front else inner
            changed: dict[str, Any] = {"estimator": ResampledClassifier(inner, sampler)}
            for grid in {"param_grid", "param_distributions"} & set(params):
                old = params[grid]
                new = [
                    {prefix + key: values for key, values in one.items()}
                    for one in (old if isinstance(old, list) else [old])
                ]
                changed[grid] = new if isinstance(old, list) else new[0]
            return clone(last).set_params(**changed)
        if params.get("estimators") and not front:
            members = [
                (key, ResampledClassifier(one, sampler)) for key, one in params["estimators"]
            ]
            return clone(last).set_params(estimators=members)
    return ResampledClassifier(estimator, sampler)
