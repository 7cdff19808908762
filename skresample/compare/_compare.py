"""`compare`: fit every method with every classifier in every fold, and score held-out rows."""

import math
import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from itertools import product
from numbers import Real
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import SequentialBackend, get_active_backend
from sklearn import get_config
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from skresample.compare.fitting import Outcome, fit_and_score
from skresample.compare.folds import Fold, describe_folds, make_folds, note_missing_classes
from skresample.compare.inputs import Data, name_classifiers, name_estimators, read_data
from skresample.compare.masking import Masking
from skresample.compare.methods import BASELINES, Method
from skresample.compare.metrics import metrics_of
from skresample.compare.report import Comparison
from skresample.pipeline.adapt import with_encoder
from skresample.pipeline.validation import MANY_ROWS
from skresample.registry import default_samplers
from skresample.smote import SMOTE
from skresample.table import read_rows, refuse_not_in_memory

__all__ = ["compare"]

IN_THREADS = (
    "The fits ran in threads of one process, as the joblib backend was set. There Python may "
    "assign a warning to the wrong fit: notes may be missing."
)


def compare(
    X: Any,
    y: Any,
    *,
    samplers: Any = None,
    estimators: Any = None,
    cv: Any = None,
    groups: Any = None,
    n_jobs: int | None = None,
    random_state: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Cross-validate samplers against baselines, on held-out rows that are never resampled.

    `compare` fits every classifier with every sampler and with five baselines: no resampling,
    class weights, a threshold tuned for balanced accuracy, a threshold tuned for F1, and
    random oversampling. It resamples inside the training folds only, after the transformers of
    a pipeline and before its classifier. All methods get the same folds and seeds, so that
    differences are paired.

    The table may have categorical features, dates and missing values. `compare` puts a
    :class:`TableEncoder` in front of a classifier or pipeline that cannot be fitted on it or
    that reads categories as numbers, and the report says so. Samplers then see the table before
    it is encoded.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The table: an array, a list, a sparse matrix, or a frame of pandas, polars or pyarrow.
        For a pipeline that begins with a vectorizer, a list, array or Series of texts.
    y : array-like of shape (n_samples,)
        Class labels. With two classes, average precision and ROC AUC are for the minority class.
    samplers : sampler, list or dict of samplers, default=None
        The samplers to compare; the keys of a dict are their names. If None, all samplers of the
        library that oversample, with their defaults and ``standardize=True``, except SMOTENC
        (the same as SMOTE), SMOTEN (treats numbers as categories) and GANOverSampler (needs
        PyTorch).
    estimators : classifier, list or dict of classifiers, default=None
        The classifiers, or pipelines that end in one. If None, logistic regression and
        histogram gradient boosting, both on standardized features.
    cv : int, cross-validation generator or iterable, default=None
        An int is the number of stratified folds, which are repeated twice. If None, 5 folds, or
        as many as the smallest class has rows if these are fewer. Every fold must train on at
        least two rows of each class.
    groups : array-like of shape (n_samples,), default=None
        Rows with the same label belong together, such as the visits of one patient: no group is
        in both the training rows and the held-out rows, also when thresholds are tuned.
        ``cv.split`` gets the groups, and so does each classifier whose ``fit`` accepts
        ``groups`` or whose own folds need them.
    n_jobs : int, default=None
        Number of processes; -1 uses all processors. If None, the number and the backend set by
        :func:`joblib.parallel_config`, or 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds, and of every sampler and classifier without a seed of its own.
    progress : callable, default=None
        Called with the number of finished fits and of all fits after each fit, or at the end if
        the joblib backend returns all results at once.

    Returns
    -------
    comparison : Comparison
        Prints as a report; see its ``to_frame``, ``plot`` and ``to_html``.

    Raises
    ------
    ValueError
        If the table, the labels or the folds are invalid, or a classifier cannot be fitted in
        any fold without resampling. Other failures are in the notes of the report.
    TypeError
        If a parameter or a column has an unsupported type.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skresample import SMOTE, compare
    >>> X, y = make_classification(300, weights=[0.9], random_state=0)
    >>> result = compare(X, y, samplers=SMOTE(), estimators=LogisticRegression(), random_state=0)
    >>> result.methods
    ['no resampling', 'class weights', 'tuned threshold', 'tuned threshold (F1)',
     'random oversampling', 'SMOTE']
    """
    started = time.perf_counter()
    refuse_not_in_memory(X, "compare")
    others = {"cv": cv, "n_jobs": n_jobs, "random_state": random_state, "progress": progress}
    data = read_data(X, y, groups, **others)
    estimators = _read_estimators(estimators, data)
    methods = _read_methods(samplers, data)
    rng = check_random_state(random_state)
    folds = make_folds(cv, data, rng)
    seeds = rng.randint(2**31 - 1, size=len(folds))
    adapted = {e: with_encoder(one, data.X, data.labels) for e, one in estimators.items()}
    estimators = {e: one for e, (one, _) in adapted.items()}
    reasons = {e: reason for e, (_, reason) in adapted.items() if reason}
    estimators, early_stopping = _pin_early_stopping(estimators, data, folds)
    names = list(estimators)
    # First the reference of all others: if a classifier fails there, the rest is not needed.
    cells = list(product(range(len(folds)), range(len(names)), range(len(methods))))
    cells.sort(key=lambda cell: methods[cell[2]].kind != "no resampling")
    backend, n_workers = get_active_backend()  # that of joblib.parallel_config, else processes
    if n_jobs is not None:
        n_workers = n_jobs = min(n_jobs, len(cells))
    at_once = not getattr(backend, "supports_return_generator", False)
    at_once &= not isinstance(backend, SequentialBackend)
    config = get_config()

    def task(f: int, e: int, m: int) -> Any:
        name = names[e]
        what = estimators[name], methods[m], name in reasons, data, folds[f], seeds[f]
        return delayed(fit_and_score)((f, e, m), config, *what)

    parallel = Parallel(n_jobs=n_jobs, return_as="list" if at_once else "generator_unordered")
    results = parallel(task(*cell) for cell in cells)
    metrics = metrics_of(data.classes)
    scores = np.full((len(names), len(methods), len(folds), len(metrics)), np.nan)
    done: dict[tuple[int, int, int], Outcome] = {}
    unfitted = [0] * len(names)
    with nullcontext(results) if at_once else closing(results) as each:
        for count, ((f, e, m), outcome) in enumerate(each, start=1):
            done[f, e, m] = outcome
            scores[e, m, f] = outcome.scores
            unfitted[e] += methods[m].kind == "no resampling" and outcome.error is not None
            if unfitted[e] == len(folds):
                raise ValueError(
                    f"{names[e]} cannot be fitted on this table and scored: {outcome.error}"
                )
            if progress is not None:
                progress(count, len(cells))

    in_threads = getattr(backend, "uses_threads", False) and n_workers not in (None, 1)
    mask = Masking(data.X, data.names, _known_numbers(estimators, methods, data, folds))
    return Comparison(
        classes=data.classes,
        support=data.counts.tolist(),
        n_features=data.n_features,
        estimators=names,
        compared=[method._replace(sampler=None) for method in methods],
        metrics=metrics,
        scores=scores,
        test_ratio=float(np.mean([len(test) / len(train) for train, test in folds])),
        protocol=describe_folds(cv, groups is not None, folds),
        notes=[
            *(_describe_encoder(estimators[name], name, why) for name, why in reasons.items()),
            *early_stopping,
            *note_missing_classes(data, folds),
            *([IN_THREADS] if in_threads else []),
            *_notes(done, names, methods, len(folds), mask),
        ],
        seconds=time.perf_counter() - started,
        encoded=list(reasons),
    )


def _read_estimators(estimators: Any, data: Data) -> dict[str, Any]:
    if estimators is None:
        read_rows(data.X, SMOTE(), numeric=True)  # names columns of unsupported types
        estimators = {
            "logistic regression": make_pipeline(
                StandardScaler(), LogisticRegression(max_iter=1000)
            ),
            "gradient boosting": make_pipeline(StandardScaler(), HistGradientBoostingClassifier()),
        }
    named = name_classifiers(estimators, "estimators")
    if not named:
        raise ValueError("estimators is empty: give at least one classifier, or None.")
    return {name: data.relabel(one) for name, one in named.items()}


def _read_methods(samplers: Any, data: Data) -> list[Method]:
    """Return the baselines and the samplers."""
    if samplers is None:
        samplers = default_samplers()
    named = name_estimators(samplers, "fit_resample", "samplers")
    clash = sorted(set(named) & {method.name for method in BASELINES})
    if clash:
        raise ValueError(f"samplers: {clash} are names of baselines: use other names.")
    return [
        *BASELINES,
        *(Method(name, "sampler", data.relabel(sampler)) for name, sampler in named.items()),
    ]


def _describe_encoder(pipeline: Pipeline, name: str, reason: str) -> str:
    missing = (
        "fills missing values with the median and marks them"
        if pipeline[0].impute
        else "keeps missing values"
    )
    return (
        f"{name}: {reason}, so a TableEncoder precedes it. The encoder scales numerical features, "
        f"{missing}, and one-hot encodes categorical features. Samplers see the table before it "
        "is encoded."
    )


def _pin_early_stopping(
    estimators: dict[str, Any], data: Data, folds: list[Fold]
) -> tuple[dict[str, Any], list[str]]:
    """Let a classifier stop early with all methods or with none; return notes that say so.

    With ``early_stopping='auto'``, scikit-learn decides by the number of rows, which resampling
    changes. The decision for the training rows without resampling holds for all methods.
    """
    n_train = min(len(train) for train, _ in folds)
    stops = n_train > MANY_ROWS
    may_grow = max(np.bincount(data.codes[train]).max() for train, _ in folds) * len(data.names)
    pinned, notes = {}, []
    for name, estimator in estimators.items():
        params = estimator.get_params()
        stopping = {k: v for k, v in params.items() if k.split("__")[-1] == "early_stopping"}
        auto = [k for k, v in stopping.items() if isinstance(v, str) and v == "auto"]
        pinned[name] = estimator
        if auto:
            pinned[name] = clone(estimator).set_params(**dict.fromkeys(auto, stops))
        if auto and (stops or may_grow > MANY_ROWS):
            notes.append(
                f"{name}: early_stopping='auto' is set to {stops} for all methods. It depends on "
                f"the number of rows (more than {MANY_ROWS:,}), which resampling changes; the "
                f"folds train on {n_train:,} rows."
            )
    return pinned, notes


def _known_numbers(
    estimators: dict[str, Any], methods: list[Method], data: Data, folds: list[Fold]
) -> set[float]:
    """Return the numbers that messages may quote: counts of rows, and parameters."""
    known: set[Any] = {len(data.labels), data.n_features, len(data.names), len(folds)}
    for rows in (np.arange(len(data.labels)), *(rows for fold in folds for rows in fold)):
        known |= {len(rows), *np.bincount(data.codes[rows]).tolist()}
    for one in (*estimators.values(), *(method.sampler for method in methods)):
        if one is not None:
            known |= {v for v in one.get_params().values() if isinstance(v, Real)}
    return {float(number) for number in known if math.isfinite(number)}


def _notes(
    done: dict[tuple[int, int, int], Outcome],
    estimators: list[str],
    methods: list[Method],
    n_folds: int,
    mask: Callable[[str], str],
) -> list[str]:
    """Report each error and warning of a method once, with the number of folds it occurred in."""
    seen: dict[tuple[str, str], dict[str, int]] = {}
    masked: dict[str, str] = {}
    for (_, e, m), outcome in sorted(done.items(), key=lambda item: item[0]):
        for message in [f"failed: {outcome.error}"] if outcome.error else outcome.notes:
            if message not in masked:
                masked[message] = mask(message)
            counts = seen.setdefault((methods[m].name, masked[message]), {})
            counts[estimators[e]] = counts.get(estimators[e], 0) + 1
    return [
        f"{method}: {message.removeprefix(f'{method}: ')} ("
        + ", ".join(f"{e} in {count} of {n_folds} folds" for e, count in counts.items())
        + ")"
        for (method, message), counts in seen.items()
    ]
