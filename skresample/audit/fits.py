"""Classifiers fitted with and without synthetic rows, and their predictions of held-out rows."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from skresample._support import seeded_clone
from skresample.audit.answers import Check, interval_about
from skresample.audit.tables import Sample, Tables
from skresample.compare.arrays import Floats, Ints
from skresample.compare.fitting import ROWS_FOR_THREADS
from skresample.compare.methods import BASELINES, NO_RESAMPLING
from skresample.numerics.threads import is_forked
from skresample.pipeline.adapt import with_encoder
from skresample.pipeline.encoder import TableEncoder
from skresample.table import append_table, take_rows

__all__ = ["MOST_FITS", "Fits", "Predictions", "fit_all", "shortfall"]

# How often real rows are redrawn in place of the synthetic ones, for the reference.
REDRAWN = 20
# Each with and without the real rows, and five fits to compare.
MOST_FITS = 5 + 2 * REDRAWN
RESAMPLES = 100
# Scores that are closer to each other are the same.
SAME = 1e-9
# How many of the redrawn fits the resampled holdout is scored with.
SCORED = 5
# The training rows, as reports name them.
REAL, BOTH, SYNTHETIC = "real rows", "real and synthetic rows", "synthetic rows only"


class Predictions(NamedTuple):
    """Predicted classes (n,), and probabilities (n, n_classes), 0 and 1 if there are none."""

    predicted: Ints
    probabilities: Floats

    def take(self, rows: Ints) -> "Predictions":
        """Return the predictions of some rows."""
        return Predictions(self.predicted[rows], self.probabilities[rows])


class Fits(NamedTuple):
    """True classes (n,) of the held-out rows, and predictions by the training data.

    `redrawn` are those with as many redrawn real rows of each class in place of synthetic rows.
    """

    true: Ints
    methods: dict[str, Predictions]
    redrawn: dict[str, list[Predictions]]


Score = Callable[[Ints, Predictions], float]


def fit_all(
    tables: Tables, estimator: Any, rng: np.random.Generator, progress: Callable[[], None]
) -> Fits:
    """Fit the classifier, or logistic regression, on all training data that is compared.

    The tables need a holdout and the classes of the synthetic rows.
    """
    real, synthetic, held_out = tables.real, tables.synthetic, tables.holdout
    assert held_out is not None
    assert real.labels is not None
    assert synthetic.labels is not None
    assert held_out.labels is not None
    if estimator is None:
        # The configured output of transformers must not reach the classifier.
        encoder = TableEncoder().set_output(transform="default")
        model = make_pipeline(encoder, LogisticRegression(max_iter=1000))
    else:
        model, _ = with_encoder(estimator, real.X, real.labels)
    seed = int(rng.integers(2**31 - 1))
    model = seeded_clone(model, seed)

    def predict(X: Any, y: Ints, one: Any = None) -> Predictions:
        one = seeded_clone(model, seed) if one is None else one
        limit = 1 if len(y) < ROWS_FOR_THREADS or is_forked() else None
        with warnings.catch_warnings(), threadpool_limits(limit):
            warnings.simplefilter("ignore")  # fits that do not converge warn many times
            one.fit(X, y)
            predictions = _predictions(one, held_out.X, len(tables.classes))
        progress()
        return predictions

    methods = {}
    for method in BASELINES[:3]:  # no resampling, class weights and a tuned threshold
        if method.why_not(model) is None:
            name = REAL if method.name == NO_RESAMPLING else method.name
            baseline = method.build(model, seed, sampler_first=False)
            methods[name] = predict(real.X, real.labels, baseline)
    both = np.concatenate([real.labels, synthetic.labels])
    methods[BOTH] = predict(append_table(real.X, synthetic.X), both)
    same = set(np.unique(synthetic.labels)) == set(np.unique(real.labels))
    if same:
        methods[SYNTHETIC] = predict(synthetic.X, synthetic.labels)
    redrawn: dict[str, list[Predictions]] = {BOTH: [], SYNTHETIC: []}
    for _ in range(REDRAWN):
        drawn = _draw_like(real, synthetic.labels, rng)
        rows = np.concatenate([np.arange(len(real)), drawn])
        redrawn[BOTH].append(predict(take_rows(real.X, rows), real.labels[rows]))
        if same:
            redrawn[SYNTHETIC].append(predict(take_rows(real.X, drawn), real.labels[drawn]))
    return Fits(held_out.labels, methods, redrawn)


def shortfall(
    name: str,
    fits: Fits,
    method: str,
    score: Score,
    matters: float,
    rng: np.random.Generator,
    sign: int = 1,
) -> Check:
    """Check how far a score is below that of redrawn real rows, or above it if `sign` is -1.

    Scores vary with the training rows, as the redrawn fits show, and with the held-out rows, which
    are resampled. The check has no sentence yet.
    """
    ours, redrawn = fits.methods[method], fits.redrawn[method]
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


def _draw_like(real: Sample, labels: Ints, rng: np.random.Generator) -> Ints:
    """Draw as many real rows of each class as have its label."""
    assert real.labels is not None
    drawn = [
        rng.choice(np.flatnonzero(real.labels == c), n)
        for c, n in zip(*np.unique(labels, return_counts=True), strict=True)
    ]
    return np.concatenate(drawn)


def _predictions(model: Any, X: Any, n_classes: int) -> Predictions:
    if type(model) is Pipeline and len(model.steps) > 1:
        X, model = model[:-1].transform(X), model[-1]  # transforms once, and not for each method
    predicted = np.asarray(model.predict(X), dtype=np.intp)
    probabilities = np.zeros((len(predicted), n_classes))
    if hasattr(model, "predict_proba"):
        probabilities[:, model.classes_] = model.predict_proba(X)
    else:
        probabilities[np.arange(len(predicted)), predicted] = 1
    return Predictions(predicted, probabilities)
