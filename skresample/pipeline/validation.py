"""Classifiers that validate inside, on samples that they hold out of their training data."""

from collections.abc import Iterator
from inspect import signature
from typing import Any

from sklearn.pipeline import Pipeline

__all__ = ["MANY_ROWS", "last_step", "prepare_validation", "trait_of", "validates"]

# Above this number of samples, early_stopping='auto' means True in scikit-learn.
MANY_ROWS = 10_000


def last_step(estimator: Any) -> Any:
    """Return the last step of a pipeline, and any other estimator as it is."""
    return last_step(estimator.steps[-1][1]) if isinstance(estimator, Pipeline) else estimator


def validates(estimator: Any) -> bool:
    """Return whether an estimator, or a nested one, validates (may, if early_stopping='auto')."""
    return any(map(trait_of, _nested(estimator)))


def trait_of(estimator: Any) -> str:
    """Return how an estimator validates, by its parameters: 'cv', 'oob_score', ... or ''."""
    params = estimator.get_params(deep=False)
    if "cv" in params and not (isinstance(params["cv"], str) and params["cv"] == "prefit"):
        return "cv"
    if params.get("oob_score"):
        return "oob_score"
    stops = params.get("early_stopping", params.get("n_iter_no_change") is not None)
    if params.get("eval_fraction") or (stops and params.get("validation_fraction") is not None):
        return "early stopping"
    return ""


def prepare_validation(estimator: Any, sampler: Any, n_rows: int, fit_params: Any) -> Any:
    """Return the fraction of the samples to hold out for a classifier, before resampling.

    None if it does not validate, or if `fit_params` contain validation data. early_stopping='auto'
    is resolved here, since resampling changes the number of samples.
    """
    passed = any(name.split("__")[-1] == "X_val" for name in fit_params)
    last = last_step(estimator)
    if not passed:
        undecided = [
            name
            for name, value in estimator.get_params().items()
            if name.split("__")[-1] == "early_stopping" and value == "auto"
        ]
        estimator.set_params(**dict.fromkeys(undecided, n_rows > MANY_ROWS))
    fraction = None
    for part in _nested(estimator):
        trait = trait_of(part)
        if part is last and trait == "early stopping" and _accepts_validation(estimator):
            fraction = None if passed else part.get_params(deep=False)["validation_fraction"]
        elif trait:
            raise ValueError(
                f"{type(part).__name__} validates on rows that it holds out of its training data "
                f"({trait}). After {type(sampler).__name__}, these may be copies of training rows, "
                "or synthetic rows made from them, so the validation score is too high. "
                + _remedy(part, trait, estimator, sampler)
            )
    return fraction


def _nested(estimator: Any) -> Iterator[Any]:
    """Yield an estimator and all estimators among its parameters and theirs."""
    yield estimator
    for value in estimator.get_params().values():
        if hasattr(value, "get_params") and not isinstance(value, type):
            yield value


def _accepts_validation(estimator: Any) -> bool:
    """Return whether the last step of an estimator accepts validation data."""
    if not isinstance(estimator, Pipeline):
        return {"X_val", "y_val"} <= set(signature(estimator.fit).parameters)
    *front, (_, last) = estimator.steps
    return _accepts_validation(last) and all(
        step in (None, "passthrough") or hasattr(step, "transform") for _, step in front
    )


def _remedy(part: Any, trait: str, estimator: Any, sampler: Any) -> str:
    """Return the code that does it right."""
    name, resampler = type(part).__name__, f"{type(sampler).__name__}()"
    params = part.get_params(deep=False)
    for pipeline in _nested(estimator):
        for _, step in pipeline.steps[:-1] if isinstance(pipeline, Pipeline) else []:
            if hasattr(step, "get_params") and any(part is inner for inner in _nested(step)):
                return (
                    f"Put this step in front: make_pipeline({type(step).__name__}(...), "
                    f"ResampledClassifier(..., {resampler}))."
                )
    if trait == "early stopping":
        if part is not last_step(estimator):
            return f"Put the sampler inside: ResampledClassifier({name}(...), {resampler})."
        off = "early_stopping=False" if "early_stopping" in params else "n_iter_no_change=None"
        return (
            f"Set {off} and tune the number of iterations by a search around "
            "ResampledClassifier, or use HistGradientBoostingClassifier, whose holdout is split "
            "off before resampling (with scikit-learn 1.7 or later)."
        )
    inner = params.get("estimator")
    if "estimator" in params:
        inner = "DecisionTreeClassifier" if inner is None else type(inner).__name__
        more = ", oob_score=True" if trait == "oob_score" else ""
        for grid in (params.get("param_grid"), params.get("param_distributions")):
            first = grid[0] if isinstance(grid, list) else grid
            if first:
                more = f", {{'estimator__{next(iter(first))}': ...}}"
        return f"Put the sampler inside: {name}(ResampledClassifier({inner}(), {resampler}){more})."
    if params.get("estimators"):
        first, inner = params["estimators"][0]
        inner = f"ResampledClassifier({type(inner).__name__}(), {resampler})"
        return f"Put the sampler inside: {name}([({first!r}, {inner}), ...])."
    if trait == "oob_score":
        return (
            "Set oob_score=False and cross-validate: "
            f"cross_validate(ResampledClassifier({name}(), {resampler}), X, y)."
        )
    return (
        "Search from outside: "
        f"GridSearchCV(ResampledClassifier({name.removesuffix('CV')}(), {resampler}), "
        "{'estimator__...': [...]})."
    )
