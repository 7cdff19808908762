"""Classifiers fitted with and without synthetic rows, and what they predict for held-out ones."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from skresample.audit.tables import Side, Tables
from skresample.compare._compare import ROWS_FOR_THREADS
from skresample.compare.baselines import BalancedWeights, TunedThreshold
from skresample.numerics.threads import is_forked
from skresample.pipeline.adapt import with_encoder
from skresample.pipeline.encoder import TableEncoder
from skresample.pipeline.validation import last_step
from skresample.table import append_table, take_rows
from skresample.utils import seeded_clone

__all__ = ["Fits", "Predictions", "fit_all"]

# So often real rows are drawn in place of the synthetic ones, to see what these would bring.
REDRAWN = 20


class Predictions(NamedTuple):
    """What a classifier says of the held-out rows.

    Attributes
    ----------
    predicted : ndarray of shape (n,)
        Classes, as positions.
    probabilities : ndarray of shape (n, n_classes)
        Of each class; decisions as zeros and ones where the classifier gives none.
    """

    predicted: npt.NDArray[np.intp]
    probabilities: npt.NDArray[np.float64]


class Fits(NamedTuple):
    """Predictions for the held-out rows.

    Attributes
    ----------
    true : ndarray of shape (n,)
        Classes, as positions.
    methods : dict
        Predictions by what the classifier was fitted on.
    more_real, only_real : list of Predictions
        Fitted on the real rows and as many of them, drawn again, as there are synthetic rows
        of each class; and on these alone.
    """

    true: npt.NDArray[np.intp]
    methods: dict[str, Predictions]
    more_real: list[Predictions]
    only_real: list[Predictions]


BEFORE, WEIGHTS, MOVED = "real rows", "class weights", "moved threshold"
AFTER, ALONE = "real and synthetic rows", "synthetic rows only"


def fit_all(
    tables: Tables,
    estimator: Any,
    rng: np.random.Generator,
    progress: Callable[[], None],
) -> Fits:
    """Fit a classifier in all ways that are compared.

    Parameters
    ----------
    tables : Tables
        With a holdout, and the classes of the synthetic rows.
    estimator : classifier or None
        None for logistic regression behind an encoder.
    rng : numpy.random.Generator
        Seeds, and draws real rows in place of synthetic ones.
    progress : callable
        Called after each fit.

    Returns
    -------
    fits : Fits
        What they predict.

    Raises
    ------
    ValueError
        If the classifier cannot be fitted on the table, even behind an encoder.
    """
    real, synthetic, held_out = tables.real, tables.synthetic, tables.holdout
    assert held_out is not None
    assert real.labels is not None
    assert synthetic.labels is not None
    assert held_out.labels is not None
    model = estimator
    if model is None:
        # Whatever output is set for transformers, this one stands inside.
        encoder = TableEncoder().set_output(transform="default")
        model = make_pipeline(encoder, LogisticRegression(max_iter=1000))
    else:
        model, _ = with_encoder(model, real.X, real.labels)
    seed = int(rng.integers(2**31 - 1))
    model = seeded_clone(model, seed)

    def predict(one: Any, X: Any, y: npt.NDArray[np.intp]) -> Predictions:
        limit = 1 if len(y) < ROWS_FOR_THREADS or is_forked() else None
        with warnings.catch_warnings(), threadpool_limits(limit):
            warnings.simplefilter("ignore")  # of fits that did not converge, many times
            one.fit(X, y)
            predictions = _predictions(one, held_out.X, len(tables.classes))
        progress()
        return predictions

    def fresh() -> Any:
        return seeded_clone(model, seed)

    both = append_table(real.X, synthetic.X)
    both_labels = np.concatenate([real.labels, synthetic.labels])
    methods = {BEFORE: predict(fresh(), real.X, real.labels)}
    if has_fit_parameter(last_step(model), "sample_weight"):
        weighted = fresh()
        if hasattr(weighted, "steps"):
            weighted.steps[-1] = (weighted.steps[-1][0], BalancedWeights(last_step(weighted)))
        else:
            weighted = BalancedWeights(weighted)
        methods[WEIGHTS] = predict(weighted, real.X, real.labels)
    if hasattr(model, "predict_proba"):
        moved = TunedThreshold(fresh(), "balanced accuracy", seed)
        methods[MOVED] = predict(moved, real.X, real.labels)
    methods[AFTER] = predict(fresh(), both, both_labels)
    same = set(np.unique(synthetic.labels)) == set(np.unique(real.labels))
    if same:
        methods[ALONE] = predict(fresh(), synthetic.X, synthetic.labels)
    more, only = [], []
    for _ in range(REDRAWN):
        drawn = _draw_like(real, synthetic.labels, rng)
        rows = np.concatenate([np.arange(len(real)), drawn])
        more.append(predict(fresh(), take_rows(real.X, rows), real.labels[rows]))
        if same:
            only.append(predict(fresh(), take_rows(real.X, drawn), real.labels[drawn]))
    return Fits(held_out.labels, methods, more, only)


def n_fits(tables: Tables) -> int:
    """Return how many classifiers `fit_all` will fit, at most."""
    return 5 + 2 * REDRAWN


def _draw_like(
    real: Side, labels: npt.NDArray[np.intp], rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw real rows of as many of each class as there are labels."""
    assert real.labels is not None
    drawn = [
        rng.choice(np.flatnonzero(real.labels == c), n)
        for c, n in zip(*np.unique(labels, return_counts=True), strict=True)
    ]
    return np.concatenate(drawn)


def _predictions(model: Any, X: Any, n_classes: int) -> Predictions:
    predicted = np.asarray(model.predict(X), dtype=np.intp)
    probabilities = np.zeros((len(predicted), n_classes))
    if hasattr(model, "predict_proba"):
        probabilities[:, model.classes_] = model.predict_proba(X)
    else:
        probabilities[np.arange(len(predicted)), predicted] = 1
    return Predictions(predicted, probabilities)
