"""One held-out fold of one table: every method gets the same folds, seeds and budget.

All methods, no resampling included, have the same number of configurations. The first has the
defaults. The others are random draws from the settings of the classifier and of the method; the
draws for the classifier are the same for all methods. Each configuration gets two scores: an
out-of-fold score of the inner folds and a score of the held-out fold. `analysis.chosen` selects
by the former and reports the latter, separately for each score.
"""

import time
import warnings
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.gains.calibration import calibration_slope
from benchmarks.gains.classifiers import Classifier
from benchmarks.gains.data import Table, load, shrink
from benchmarks.gains.methods import Method, draws
from skresample.compare import methods
from skresample.compare.baselines import log_of, tune_offsets
from skresample.compare.fitting import confidence_of
from skresample.compare.metrics import (
    decision_scores,
    probability_scores,
    ranking_scores,
)
from skresample.table import take_rows

__all__ = ["DECISIONS", "SCORES", "Plan", "Unit", "run", "run_named"]

# In the order of `decision_scores`, then the scores that do not depend on a threshold.
SCORES = (
    "precision of the majority class",
    "recall of the majority class",
    "F1 of the majority class",
    "precision of the minority class",
    "recall of the minority class",
    "F1 of the minority class",
    "MCC",
    "balanced accuracy",
    "G-mean",
    "average precision",
    "ROC AUC",
    "Brier score",
    "log-loss",
    "calibration slope",
)
AT_HALF = "at 0.5"
# The inner folds tune the thresholds. A threshold of 0.5 has an offset of 0.
DECISIONS = {
    AT_HALF: None,
    "tuned for balanced accuracy": "balanced accuracy",
    "tuned for F1": "F1",
}
CLASSES = np.array([0, 1])
NOTE_LENGTH = 160


class Plan(NamedTuple):
    """Settings that two comparable runs have in common.

    Attributes
    ----------
    seed : int
        Seed from which all others are derived.
    folds, inner : int
        Number of outer and inner folds.
    budget : int
        Number of configurations of each method.
    max_rows : int
        Larger tables are subsampled to this number of rows.
    """

    seed: int = 0
    folds: int = 5
    inner: int = 3
    budget: int = 3
    max_rows: int = 5000


class Unit(NamedTuple):
    """A unit of work: all methods with one classifier on one fold of one table."""

    repeat: int
    fold: int
    classifier: str
    table: str

    @property
    def key(self) -> str:
        """Return the key under which its results are stored."""
        return "|".join(map(str, self))


def run_named(
    unit: Unit, classifier: Classifier, methods: list[Method], plan: Plan
) -> list[dict[str, Any]]:
    """Load a table and run one of its folds."""
    return run(shrink(load(unit.table), plan.max_rows, plan.seed), unit, classifier, methods, plan)


def run(
    table: Table, unit: Unit, classifier: Classifier, methods: list[Method], plan: Plan
) -> list[dict[str, Any]]:
    """Run all methods on one fold.

    Parameters
    ----------
    table : Table
        The table before it is split.
    unit : Unit
        Fold and name of the classifier.
    classifier : Classifier
        The classifier.
    methods : list of Method
        Methods to compare.
    plan : Plan
        Folds, seeds and budget.

    Returns
    -------
    lines : list of dict
        Scores, times and errors, one dict per method, configuration and decision.
    """
    where = [plan.seed, crc32(table.name.encode()), unit.repeat]
    (split_seed,) = np.random.SeedSequence(where).generate_state(1)
    state = np.random.SeedSequence([*where, unit.fold]).generate_state(4).tolist()
    inner_seed, classifier_seed, method_seed, model_seed = state
    outer = StratifiedKFold(plan.folds, shuffle=True, random_state=int(split_seed))
    train, test = list(outer.split(table.y, table.y))[unit.fold]
    X, y = take_rows(table.X, train), table.y[train]
    n_inner = min(plan.inner, int(np.bincount(y).min()))
    inner = StratifiedKFold(n_inner, shuffle=True, random_state=inner_seed)
    folds = list(inner.split(y, y))
    held_out = take_rows(table.X, test), table.y[test]
    of_classifier = draws(classifier.settings, plan.budget, classifier_seed)

    lines = []
    with threadpool_limits(1):
        for method in methods:
            configurations = draws(method.settings, plan.budget, method_seed)
            for c, (ours, theirs) in enumerate(zip(of_classifier, configurations, strict=True)):
                head = {
                    **unit._asdict(),
                    "family": table.family,
                    "method": method.name,
                    "configuration": c,
                    "seed": model_seed % 2**31,
                    "settings": _described({**ours, **theirs}),
                }
                model = _model(table, classifier, ours, method, theirs, model_seed % 2**31)
                lines += [{**head, **line} for line in _scored(model, X, y, folds, *held_out)]
    return lines


def _described(settings: dict[str, Any]) -> str:
    named = {k: getattr(v, "__name__", v) for k, v in settings.items()}
    return ", ".join(f"{k}={v}" for k, v in named.items()) or "defaults"


def _model(
    table: Table,
    classifier: Classifier,
    of_classifier: dict[str, Any],
    method: Method,
    of_method: dict[str, Any],
    seed: int,
) -> Any:
    pipeline, encoded = classifier.pipeline(table)
    pipeline = clone(pipeline)
    pipeline[-1].set_params(**of_classifier)
    sampler = method.sampler_for(table)
    if sampler is not None:
        known = sampler.get_params()
        sampler = clone(sampler).set_params(**{k: v for k, v in of_method.items() if k in known})
    # A calibrator wraps all fitted steps.
    outside = encoded or method.calibration is not None
    kind = "weights" if method.name == methods.CLASS_WEIGHTS else "sampler"
    treatment = methods.Method(method.name, kind, sampler)
    model = treatment.build(pipeline, seed, sampler_first=outside)
    if method.calibration is not None:
        # The support vector machine has a calibrator already: the sampler goes inside it.
        resampled = model if "calibration" in model.get_params(deep=False) else model.estimator
        resampled.set_params(calibration=method.calibration)
    return model


def _scored(
    model: Any, X: Any, y: np.ndarray, folds: list[Any], X_test: Any, y_test: np.ndarray
) -> list[dict[str, Any]]:
    """Return a line for each decision; if fitting fails, it contains the error."""
    started = time.perf_counter()
    inside = np.empty((len(y), 2))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            for fit, rest in folds:
                fitted = clone(model).fit(take_rows(X, fit), y[fit])
                inside[rest] = _probabilities(fitted, take_rows(X, rest))
            before = time.perf_counter()
            model.fit(X, y)
            seconds = time.perf_counter() - before
            outside = _probabilities(model, X_test)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".split("\n")[0][:NOTE_LENGTH]
            return [
                {"decision": d, "error": reason, "seconds_all": time.perf_counter() - started}
                for d in DECISIONS
            ]
    facts = {
        "error": "",
        "notes": "; ".join(sorted({str(w.message).split("\n")[0][:NOTE_LENGTH] for w in caught})),
        "seconds_fit": seconds,
        **_counted(model, len(y)),
    }
    same_inside, same_outside = (
        _threshold_free_scores(y, inside),
        _threshold_free_scores(y_test, outside),
    )
    lines = []
    for decision, aim in DECISIONS.items():
        offsets = np.zeros(2)
        if aim is not None:
            offsets = tune_offsets(log_of(inside), y, np.bincount(y), aim)
        scored = {
            "inner": [*_decision_scores(y, inside, offsets), *same_inside],
            "test": [*_decision_scores(y_test, outside, offsets), *same_outside],
        }
        values = {
            f"{where}: {name}": float(value)
            for where, row in scored.items()
            for name, value in zip(SCORES, row, strict=True)
        }
        lines.append({"decision": decision, "threshold": float(offsets[1]), **facts, **values})
    for line in lines:
        line["seconds_all"] = time.perf_counter() - started
    return lines


def _probabilities(fitted: Any, X: Any) -> np.ndarray:
    _, probabilities = confidence_of(fitted, X, CLASSES)
    if not np.isfinite(probabilities).all():
        raise ValueError("The classifier predicts probabilities that are not finite.")
    return probabilities


def _threshold_free_scores(true: np.ndarray, probabilities: np.ndarray) -> list[float]:
    return [
        *ranking_scores(true, probabilities, n_classes=2, positive=1),
        *probability_scores(true, probabilities),
        calibration_slope(true, probabilities[:, 1]),
    ]


def _decision_scores(
    true: np.ndarray, probabilities: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    taken = np.argmax(log_of(probabilities) + offsets, axis=1)
    return decision_scores(np.bincount(2 * true + taken, minlength=4).reshape(2, 2))


def _counted(model: Any, n: int) -> dict[str, float]:
    """Return the number of training samples, and how many of them are synthetic."""
    last = model[-1] if hasattr(model, "steps") else model
    if hasattr(last, "calibrated_classifiers_"):
        last = last.calibrated_classifiers_[0].estimator
    sampler = getattr(last, "sampler_", None)
    if sampler is None:
        return {"rows": n, "synthetic": 0}
    if hasattr(sampler, "is_synthetic_"):
        return {"rows": len(sampler.is_synthetic_), "synthetic": int(sampler.is_synthetic_.sum())}
    if hasattr(sampler, "sample_indices_"):
        return {"rows": len(sampler.sample_indices_), "synthetic": 0}
    new = int(sum(sampler.sampling_strategy_.values()))
    return {"rows": n + new, "synthetic": new}
