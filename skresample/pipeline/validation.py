"""Classifiers that validate inside, on rows that they hold out of those they are fitted on."""

from collections.abc import Iterator
from inspect import signature
from typing import Any

from sklearn.pipeline import Pipeline

__all__ = ["MANY_ROWS", "last_step", "prepare_validation", "trait_of", "validates"]

# Above so many rows, early_stopping='auto' means True in scikit-learn.
MANY_ROWS = 10_000


def last_step(estimator: Any) -> Any:
    """Return what a pipeline ends in, and anything else as it is.

    Parameters
    ----------
    estimator : estimator
        Perhaps a pipeline.

    Returns
    -------
    last : estimator
        Its last step.
    """
    return last_step(estimator.steps[-1][1]) if isinstance(estimator, Pipeline) else estimator


def validates(estimator: Any) -> bool:
    """Say whether an estimator, or one that it is made of, validates on its training rows.

    Parameters
    ----------
    estimator : estimator
        Known by its parameters: ``cv``, ``oob_score``, or those of early stopping.

    Returns
    -------
    validates : bool
        Whether it does; with ``early_stopping='auto'`` it may.
    """
    return any(map(trait_of, _parts(estimator)))


def trait_of(estimator: Any) -> str:
    """Return by what an estimator holds out some of the rows that it is fitted on.

    Parameters
    ----------
    estimator : estimator
        Known by its parameters, not by its class.

    Returns
    -------
    trait : {'cv', 'oob_score', 'early stopping', ''}
        Empty if it holds out none.
    """
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
    """Make sure that a classifier of resampled rows validates on rows of the table only.

    Parameters
    ----------
    estimator : classifier
        What is to be fitted on resampled rows. Its ``early_stopping='auto'`` is decided here,
        since the number of rows is another one afterwards.
    sampler : sampler
        What resamples.
    n_rows : int
        How many rows there are before.
    fit_params : collection of str
        Names of the parameters of `fit`.

    Returns
    -------
    fraction : float, int or None
        How much of the rows is to be held out for the classifier before they are resampled;
        None if it needs no such rows, or was given some.

    Raises
    ------
    ValueError
        If it validates, and rows cannot be held out for it. The message says what to do.
    """
    given = any(name.split("__")[-1] == "X_val" for name in fit_params)
    last = last_step(estimator)
    if not given:
        undecided = [
            name
            for name, value in estimator.get_params().items()
            if name.split("__")[-1] == "early_stopping" and value == "auto"
        ]
        estimator.set_params(**dict.fromkeys(undecided, n_rows > MANY_ROWS))
    fraction = None
    for part in _parts(estimator):
        trait = trait_of(part)
        if part is last and trait == "early stopping" and _takes_validation(estimator):
            fraction = None if given else part.get_params(deep=False)["validation_fraction"]
        elif trait:
            raise ValueError(
                f"{type(part).__name__} validates on rows that it holds out of those that it is "
                f"fitted on ({trait}). After {type(sampler).__name__}, these may be copies of its "
                "training rows, or made from them, so that it is judged too well. "
                + _remedy(part, trait, estimator, sampler)
            )
    return fraction


def _parts(estimator: Any) -> Iterator[Any]:
    """Go through an estimator and those among its parameters, also of these."""
    yield estimator
    for value in estimator.get_params().values():
        if hasattr(value, "get_params") and not isinstance(value, type):
            yield value


def _takes_validation(estimator: Any) -> bool:
    """Say whether validation rows can be given to the last step of an estimator."""
    if isinstance(estimator, Pipeline):
        *front, (_, last) = estimator.steps
        plain = all(
            step in (None, "passthrough") or hasattr(step, "transform") for _, step in front
        )
        return plain and _takes_validation(last)
    return {"X_val", "y_val"} <= set(signature(estimator.fit).parameters)


def _remedy(part: Any, trait: str, estimator: Any, sampler: Any) -> str:
    """Say what to do instead."""
    name, resampler = type(part).__name__, f"{type(sampler).__name__}()"
    params = part.get_params(deep=False)
    for pipeline in _parts(estimator):
        for _, step in pipeline.steps[:-1] if isinstance(pipeline, Pipeline) else []:
            if hasattr(step, "get_params") and any(part is inner for inner in _parts(step)):
                return (
                    f"Put this step in front: make_pipeline({type(step).__name__}(...), "
                    f"ResampledClassifier(..., {resampler}))."
                )
    if trait == "early stopping":
        off = "early_stopping=False" if "early_stopping" in params else "n_iter_no_change=None"
        if part is not last_step(estimator):
            return f"Put the sampler inside: ResampledClassifier({name}(...), {resampler})."
        return (
            f"Set {off} and choose the number of iterations by a search around "
            "ResampledClassifier, or use HistGradientBoostingClassifier, for which rows are held "
            "out before the others are resampled (with scikit-learn 1.7 or later)."
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
        inner = type(inner).__name__
        return (
            f"Put the sampler inside: {name}([({first!r}, ResampledClassifier({inner}(), "
            f"{resampler})), ...])."
        )
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
