"""Classifiers fitted with and without synthetic rows, and their predictions of held-out rows."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from skresample._support import seeded_clone
from skresample.audit.answers import Check, interval_about
from skresample.audit.tables import Sample, Tables
from skresample.compare.baselines import BalancedWeights, TunedThreshold
from skresample.compare.fitting import ROWS_FOR_THREADS
from skresample.numerics.threads import is_forked
from skresample.pipeline.adapt import with_encoder
from skresample.pipeline.encoder import TableEncoder
from skresample.pipeline.validation import last_step
from skresample.table import append_table, take_rows

__all__ = [
    "MOST_FITS",
    "REAL",
    "REAL_AND_SYNTHETIC",
    "SYNTHETIC",
    "THRESHOLD",
    "WEIGHTS",
    "Fits",
    "Predictions",
    "fit_all",
    "shortfall",
]

# How often real rows are redrawn in place of the synthetic ones, for the reference.
REDRAWN = 20
# Each with and without the real rows, and five fits to compare.
MOST_FITS = 5 + 2 * REDRAWN
RESAMPLES = 100
# Scores that are closer to each other are the same.
SAME = 1e-9
# How many of the redrawn fits the resampled holdout is scored with.
SCORED = 5
# What classifiers are trained on and how, as reports name it.
REAL, WEIGHTS, THRESHOLD = "real rows", "class weights", "tuned threshold"
REAL_AND_SYNTHETIC, SYNTHETIC = "real and synthetic rows", "synthetic rows only"


class Predictions(NamedTuple):
    """Predicted classes (n,) as positions, and probabilities (n, n_classes).

    The probabilities are zeros and ones where the classifier gives none.
    """

    predicted: npt.NDArray[np.intp]
    probabilities: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.intp]) -> "Predictions":
        """Return the predictions of some rows."""
        return Predictions(self.predicted[rows], self.probabilities[rows])


class Fits(NamedTuple):
    """True classes (n,) of the held-out rows, and predictions by the training data.

    `more_real` are those of classifiers fitted on the real rows and as many redrawn real rows as
    there are synthetic rows of each class; `only_real`, on the redrawn rows alone.
    """

    true: npt.NDArray[np.intp]
    methods: dict[str, Predictions]
    more_real: list[Predictions]
    only_real: list[Predictions]


Score = Callable[[npt.NDArray[np.intp], Predictions], float]


def fit_all(
    tables: Tables, estimator: Any, rng: np.random.Generator, progress: Callable[[], None]
) -> Fits:
    """Fit the classifier, or logistic regression, on all training data that is compared.

    The tables need a holdout and the classes of the synthetic rows. `progress` is called after
    each fit. Raises a ValueError if the classifier does not take the table even when encoded.
    """
    real, synthetic, held_out = tables.real, tables.synthetic, tables.holdout
    assert held_out is not None
    assert real.labels is not None
    assert synthetic.labels is not None
    assert held_out.labels is not None
    model = estimator
    if model is None:
        # The configured output of transformers must not reach the classifier.
        encoder = TableEncoder().set_output(transform="default")
        model = make_pipeline(encoder, LogisticRegression(max_iter=1000))
    else:
        model, _ = with_encoder(model, real.X, real.labels)
    seed = int(rng.integers(2**31 - 1))
    model = seeded_clone(model, seed)

    def predict(one: Any, X: Any, y: npt.NDArray[np.intp]) -> Predictions:
        limit = 1 if len(y) < ROWS_FOR_THREADS or is_forked() else None
        with warnings.catch_warnings(), threadpool_limits(limit):
            warnings.simplefilter("ignore")  # fits that do not converge warn many times
            one.fit(X, y)
            predictions = _predictions(one, held_out.X, len(tables.classes))
        progress()
        return predictions

    def fresh() -> Any:
        return seeded_clone(model, seed)

    both = append_table(real.X, synthetic.X)
    both_labels = np.concatenate([real.labels, synthetic.labels])
    methods = {REAL: predict(fresh(), real.X, real.labels)}
    if has_fit_parameter(last_step(model), "sample_weight"):
        weighted = fresh()
        if hasattr(weighted, "steps"):
            weighted.steps[-1] = (weighted.steps[-1][0], BalancedWeights(last_step(weighted)))
        else:
            weighted = BalancedWeights(weighted)
        methods[WEIGHTS] = predict(weighted, real.X, real.labels)
    if hasattr(model, "predict_proba"):
        tuned = TunedThreshold(fresh(), "balanced accuracy", seed)
        methods[THRESHOLD] = predict(tuned, real.X, real.labels)
    methods[REAL_AND_SYNTHETIC] = predict(fresh(), both, both_labels)
    same = set(np.unique(synthetic.labels)) == set(np.unique(real.labels))
    if same:
        methods[SYNTHETIC] = predict(fresh(), synthetic.X, synthetic.labels)
    more, only = [], []
    for _ in range(REDRAWN):
        drawn = _draw_like(real, synthetic.labels, rng)
        rows = np.concatenate([np.arange(len(real)), drawn])
        more.append(predict(fresh(), take_rows(real.X, rows), real.labels[rows]))
        if same:
            only.append(predict(fresh(), take_rows(real.X, drawn), real.labels[drawn]))
    return Fits(held_out.labels, methods, more, only)


def shortfall(
    name: str,
    fits: Fits,
    method: str,
    redrawn: list[Predictions],
    score: Score,
    matters: float,
    rng: np.random.Generator,
    sign: int = 1,
) -> Check:
    """Check how far a score is below that of redrawn real rows, or above it if `sign` is -1.

    Scores vary with the training rows, as the redrawn fits show, and with the held-out rows,
    which are resampled. The check has no sentence yet.
    """
    ours = fits.methods[method]
    value = score(fits.true, ours)
    references = np.array([score(fits.true, one) for one in redrawn])
    reference = float(references.mean())
    classes = [np.flatnonzero(fits.true == c) for c in np.unique(fits.true)]
    drawn, apart = [], []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rng.choice(one, len(one)) for one in classes])
        true = fits.true[rows]
        mine = score(true, ours.take(rows))
        others = [score(true, one.take(rows)) for one in redrawn[:SCORED]]
        drawn.append(mine)
        apart.append(mine - np.mean(others))
    variance = references.var(ddof=1) * (1 + 1 / len(redrawn)) + np.var(apart, ddof=1)
    gap = sign * (reference - value)
    pvalue = 0.0 if gap > SAME else 1.0  # nothing varies
    if variance > 0:
        pvalue = float(stats.t.sf(gap / np.sqrt(variance), len(redrawn) - 1))
    interval = interval_about(value, np.array(drawn), 1.0)
    material = abs(reference - value) >= matters
    return Check(name, "", value, reference, interval, pvalue, material)


def _draw_like(
    real: Sample, labels: npt.NDArray[np.intp], rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Draw as many real rows of each class as have its label."""
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
