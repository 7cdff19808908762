"""Fit every method with every classifier in every fold, and score it on held-out rows."""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from skresample.compare.baselines import TunedThreshold
from skresample.compare.metrics import metrics_of, scores
from skresample.compare.report import Comparison
from skresample.model import ResampledClassifier
from skresample.random import RandomOverSampler
from skresample.smote import SMOTE
from skresample.table import read_rows, read_target
from skresample.utils import all_samplers, seeded_clone

__all__ = ["compare"]

NOTHING = "nothing"
CLASS_WEIGHTS = "class weights"
TUNED_THRESHOLD = "tuned threshold"
RANDOM_OVER_SAMPLING = "random over-sampling"
# On fewer training rows than this, threads inside a fit wait for each other longer than they work,
# on a busy machine a hundred times longer.
ROWS_FOR_THREADS = 20_000


class Cell(NamedTuple):
    """What one fit brought: scores, what went wrong, and what it warned of."""

    scores: npt.NDArray[np.float64]
    error: str | None
    notes: list[str]


def compare(
    X: Any,
    y: Any,
    *,
    samplers: Any = None,
    estimators: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    random_state: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Measure what over-sampling changes on held-out rows, beside what it must beat.

    Every classifier is fitted with every sampler and with four baselines: nothing, class
    weights, a tuned threshold and random over-sampling. Rows are resampled inside the
    training folds only, after the transformers of a pipeline and before its classifier.
    All methods see the same folds and the same seeds, so that differences are paired.

    Parameters
    ----------
    X : {array-like, DataFrame} of shape (n_samples, n_features)
        The table.
    y : array-like of shape (n_samples,)
        Class labels. Of two classes, the smaller is the one that average precision and
        ROC AUC are about.
    samplers : sampler, list or dict of samplers, default=None
        What to compare; a dict names them. None for every sampler of the library with
        its defaults.
    estimators : classifier, list or dict of classifiers, default=None
        With what; pipelines may end in a classifier. None for logistic regression and
        histogram gradient boosting, both on standardised features.
    cv : int, cross-validation generator or iterable, default=None
        An int is the number of stratified folds, repeated twice; None is 5, or fewer
        where the smallest class has fewer rows.
    n_jobs : int, default=None
        Processes; -1 for all processors.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and of every sampler and classifier without a seed of its own.
    progress : callable, default=None
        Called with how many fits are done and how many there are, after each.

    Returns
    -------
    comparison : Comparison
        Prints as a report; see its ``to_frame``, ``plot`` and ``to_html``.

    Raises
    ------
    ValueError
        If the table or the target cannot be used, or a classifier cannot be fitted even
        without resampling. A sampler that fails is reported, and the others go on.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skresample import SMOTE, compare
    >>> X, y = make_classification(300, weights=[0.9], random_state=0)
    >>> result = compare(X, y, samplers=SMOTE(), estimators=LogisticRegression(), random_state=0)
    >>> result.methods
    ['nothing', 'class weights', 'tuned threshold', 'random over-sampling', 'SMOTE']
    """
    started = time.perf_counter()
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    target = read_target(y, n_rows, "compare")
    if estimators is None:
        read_rows(X, SMOTE(), numeric=True)
        estimators = {
            "logistic regression": make_pipeline(
                StandardScaler(), LogisticRegression(max_iter=1000)
            ),
            "gradient boosting": make_pipeline(StandardScaler(), HistGradientBoostingClassifier()),
        }
    estimators = _named(estimators, "predict")
    methods = _methods(samplers)
    rng = check_random_state(random_state)
    folds = _folds(cv, target, X, rng)
    seeds = rng.randint(2**31 - 1, size=len(folds))

    cells = [(e, m, f) for f in range(len(folds)) for e in estimators for m in methods]
    work = (
        delayed(_numbered)(
            i, estimators[e], methods[m], m, X, target.labels, target.codes, folds[f], int(seeds[f])
        )
        for i, (e, m, f) in enumerate(cells)
    )
    done: dict[tuple[str, str, int], Cell] = {}
    for count, (i, cell) in enumerate(
        Parallel(n_jobs=n_jobs, return_as="generator_unordered")(work), start=1
    ):
        if cell.error and cells[i][1] == NOTHING:
            raise ValueError(f"{cells[i][0]} cannot be fitted on this table: {cell.error}")
        done[cells[i]] = cell
        if progress is not None:
            progress(count, len(cells))

    table = [
        [[done[e, m, f].scores for f in range(len(folds))] for m in methods] for e in estimators
    ]
    return Comparison(
        classes=target.classes.tolist(),
        support=target.counts.tolist(),
        n_features=int(np.shape(X)[1]),
        estimators=list(estimators),
        methods=list(methods),
        metrics=metrics_of(target.classes.tolist()),
        scores=np.array(table),
        test_share=float(np.mean([len(test) / len(train) for train, test in folds])),
        protocol=_describe(cv, folds),
        notes=_notes(done, len(folds)),
        seconds=time.perf_counter() - started,
    )


def _named(given: Any, method: str) -> dict[str, Any]:
    """Give names to estimators that came alone or in a list; tell equal names apart."""
    if isinstance(given, Mapping):
        named = dict(given)
    else:
        named = {}
        for one in given if isinstance(given, Iterable) and not hasattr(given, method) else [given]:
            last = one.steps[-1][1] if isinstance(one, Pipeline) else one
            name, number = type(last).__name__, 2
            while name in named:
                name, number = f"{type(last).__name__} {number}", number + 1
            named[name] = one
    for name, one in named.items():
        if not hasattr(one, method):
            raise TypeError(f"{name!r} is {one!r}, which has no {method}.")
    return named


def _methods(samplers: Any) -> dict[str, Any]:
    """Return the baselines and the samplers; random over-sampling stands in it only once."""
    if samplers is None:
        samplers = [cls() for cls in all_samplers().values()]
    named = _named(samplers, "fit_resample")
    methods = {
        NOTHING: None,
        CLASS_WEIGHTS: None,
        TUNED_THRESHOLD: None,
        RANDOM_OVER_SAMPLING: RandomOverSampler(),
    }
    clash = sorted(set(named) & set(methods))
    if clash:
        raise ValueError(f"{clash} are names of baselines: give the samplers other names.")
    plain = _settings(RandomOverSampler())
    return methods | {name: one for name, one in named.items() if _settings(one) != plain}


def _settings(sampler: Any) -> Any:
    """Return what tells one sampler from another, but for its seed and its threads."""
    if not isinstance(sampler, RandomOverSampler):
        return id(sampler)
    return {k: v for k, v in sampler.get_params().items() if k not in ("random_state", "n_jobs")}


def _folds(cv: Any, target: Any, X: Any, rng: np.random.RandomState) -> list[tuple[Any, Any]]:
    smallest = int(target.counts.min())
    if cv is None:
        cv = min(5, smallest)
    if isinstance(cv, Integral):
        n_splits = int(cv)
        cv = RepeatedStratifiedKFold(n_splits=max(2, n_splits), n_repeats=2, random_state=rng)
    elif isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold)):
        n_splits = cv.get_n_splits() // getattr(cv, "n_repeats", 1)
    else:
        n_splits = 2
    if not 2 <= n_splits <= smallest:
        label = target.classes.tolist()[int(target.counts.argmin())]
        raise ValueError(
            f"{max(n_splits, 2)} folds that each hold out rows of every class need as many rows "
            f"of the smallest, and class {label!r} has {smallest}: take between 2 folds and that, "
            "or merge or leave out the class."
        )
    return list(check_cv(cv, target.labels, classifier=True).split(X, target.labels))


def _describe(cv: Any, folds: list[Any]) -> str:
    repeats = 2 if cv is None or isinstance(cv, Integral) else getattr(cv, "n_repeats", 1)
    if cv is None or isinstance(cv, (Integral, StratifiedKFold, RepeatedStratifiedKFold)):
        once = f"{len(folds) // repeats}-fold stratified cross-validation"
        return once if repeats == 1 else f"{once}, repeated {repeats} times"
    return f"{len(folds)} folds of {type(cv).__name__}"


def _numbered(i: int, *arguments: Any) -> tuple[int, Cell]:
    return i, _fit_and_score(*arguments)


def _fit_and_score(
    estimator: Any,
    sampler: Any,
    method: str,
    X: Any,
    labels: npt.NDArray[Any],
    codes: npt.NDArray[np.intp],
    fold: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    seed: int,
) -> Cell:
    train, test = fold
    classes, counts = np.unique(codes, return_counts=True)
    failed = np.full(len(metrics_of(classes.tolist())), np.nan)
    model, weights_parameter = _build(estimator, sampler, method, seed)
    fit_params = {}
    if method == CLASS_WEIGHTS:
        if weights_parameter is None:
            return Cell(failed, "its fit takes no sample_weight", [])
        fit_params[weights_parameter] = compute_sample_weight("balanced", labels[train])
    if method == TUNED_THRESHOLD and not hasattr(estimator, "predict_proba"):
        return Cell(failed, "it has no predict_proba", [])
    threads = 1 if len(train) < ROWS_FOR_THREADS else None
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(threads):
        warnings.simplefilter("always")
        try:
            model.fit(_safe_indexing(X, train), labels[train], **fit_params)
            held_out = _safe_indexing(X, test)
            names = np.unique(labels)
            predicted = np.searchsorted(names, model.predict(held_out))
            confidence, probabilities = _confidence(model, held_out, names)
        except Exception as error:
            return Cell(failed, f"{type(error).__name__}: {error}", [])
    row = scores(
        codes[test],
        predicted,
        confidence,
        probabilities,
        n_classes=len(classes),
        positive=int(np.argmin(counts)),
    )
    return Cell(row, None, sorted({str(w.message).split("\n")[0] for w in caught}))


def _build(estimator: Any, sampler: Any, method: str, seed: int) -> tuple[Any, str | None]:
    """Return the model of a method, and the name by which its fit takes sample weights."""
    model = clone(estimator)
    prefix, last = "", model
    if isinstance(model, Pipeline):
        prefix, last = f"{model.steps[-1][0]}__", model.steps[-1][1]
    weights = f"{prefix}sample_weight" if has_fit_parameter(last, "sample_weight") else None
    if sampler is not None:
        resampled = ResampledClassifier(last, sampler)
        if isinstance(model, Pipeline):
            model.steps[-1] = (model.steps[-1][0], resampled)
        else:
            model = resampled
    model = seeded_clone(model, seed)
    return (TunedThreshold(model, seed) if method == TUNED_THRESHOLD else model), weights


def _confidence(
    model: Any, X: Any, classes: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.floating] | None, npt.NDArray[np.floating] | None]:
    """Return what ranks the rows for each class, and the probabilities, where there are any."""
    if hasattr(model, "predict_proba"):
        probabilities = np.zeros((len(X) if hasattr(X, "__len__") else X.shape[0], len(classes)))
        probabilities[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(X)
        return probabilities, probabilities
    if hasattr(model, "decision_function") and len(model.classes_) == len(classes):
        decision = model.decision_function(X)
        return (np.column_stack([-decision, decision]) if decision.ndim == 1 else decision), None
    return None, None


def _notes(done: dict[tuple[str, str, int], Cell], n_folds: int) -> list[str]:
    """Say once for each method what failed and what was warned of, and how often."""
    seen: dict[tuple[str, str], dict[str, int]] = {}
    for (estimator, method, _), cell in done.items():
        for message in [f"failed: {cell.error}"] if cell.error else cell.notes:
            counts = seen.setdefault((method, message), {})
            counts[estimator] = counts.get(estimator, 0) + 1
    return [
        f"{method}: {message.removeprefix(f'{method}: ')} ("
        + ", ".join(f"{e} in {count} of {n_folds} folds" for e, count in counts.items())
        + ")"
        for (method, message), counts in seen.items()
    ]
