"""One fit: a method with a classifier, trained on one fold and scored on its held-out rows."""

from typing import Any, NamedTuple

import numpy as np
from sklearn import config_context
from sklearn.utils.validation import _num_samples

from skresample.compare.arrays import Array, Floats, Ints
from skresample.compare.baselines import groups_for
from skresample.compare.folds import Fold
from skresample.compare.inputs import Data
from skresample.compare.methods import Method
from skresample.compare.metrics import metrics_of, scores
from skresample.compare.processwide import fit_alone
from skresample.numerics.threads import is_forked
from skresample.table import take_rows

__all__ = ["ROWS_FOR_THREADS", "Outcome", "codes_of", "confidence_of", "fit_and_score"]

# With fewer training rows, threads inside a fit wait for each other longer than they work,
# on a busy machine a hundred times longer.
ROWS_FOR_THREADS = 20_000
# With fewer training rows of a class, the message about a failed fit gives their number: many
# methods split them again.
FEW_ROWS = 10


class Outcome(NamedTuple):
    """The scores, the error and the warnings of one fit, as raised: they may quote the table."""

    scores: Floats
    error: str | None
    notes: list[str]


def fit_and_score(
    cell: tuple[int, int, int], config: dict[str, Any], *what: Any
) -> tuple[tuple[int, int, int], Outcome]:
    """Fit and score with the caller's settings of scikit-learn; return `cell` and the outcome."""
    with config_context(**config):
        return cell, _fit_and_score(*what)


def _fit_and_score(
    estimator: Any, method: Method, encoded: bool, data: Data, fold: Fold, seed: int
) -> Outcome:
    train, test = fold
    failed = np.full(len(metrics_of(data.classes)), np.nan)
    reason = method.why_not(estimator)
    if reason is not None:
        return Outcome(failed, reason, [])
    model = method.build(estimator, int(seed), sampler_first=encoded)
    grouped = groups_for(model, data.groups, train)
    one_thread = len(train) < ROWS_FOR_THREADS or is_forked()
    with fit_alone(1 if one_thread else None) as caught:
        try:
            model.fit(take_rows(data.X, train), data.labels[train], **grouped)
            held_out = take_rows(data.X, test)
            predicted = codes_of(model.predict(held_out), data.names)
            confidence, probabilities = confidence_of(model, held_out, data.names)
        except Exception as error:
            counts = np.bincount(data.codes[train])
            few = ""
            if counts.min() < FEW_ROWS:
                label = data.names.tolist()[counts.argmin()]
                few = f" (class {label} has {counts.min()} training rows)"
            return Outcome(failed, f"{type(error).__name__}: {error}{few}", [])
        notes = sorted({message.split("\n")[0] for message in caught})
        sizes = {"n_classes": len(data.names), "positive": int(data.counts.argmin())}
        row = scores(data.codes[test], predicted, confidence, probabilities, **sizes)
    return Outcome(row, None, notes)


def codes_of(labels: Array, names: Array) -> Ints:
    """Return the positions of labels in the names of the classes, which are in any order."""
    labels, order = np.asarray(labels).ravel(), np.argsort(names)
    codes = order[np.searchsorted(names, labels, sorter=order).clip(max=len(names) - 1)]
    if not np.array_equal(names[codes], labels):
        raise ValueError("predict returns labels that are not classes of y")
    return codes


def confidence_of(model: Any, X: Any, classes: Array) -> tuple[Floats | None, Floats | None]:
    """Return what ranks the rows for each class, and their probabilities, of shape (n, n_classes).

    The columns are in the order of `classes`; None if the model does not provide it.
    """
    if hasattr(model, "predict_proba"):
        probabilities = np.zeros((_num_samples(X), len(classes)))
        probabilities[:, codes_of(model.classes_, classes)] = model.predict_proba(X)
        return probabilities, probabilities
    if hasattr(model, "decision_function") and len(model.classes_) == len(classes):
        decision = model.decision_function(X)
        if decision.ndim == 1:
            decision = np.column_stack([-decision, decision])
        confidence = np.empty_like(decision)
        confidence[:, codes_of(model.classes_, classes)] = decision
        return confidence, None
    return None, None
