"""Fit every method with every classifier in every fold, and score it on held-out rows."""

import time
import warnings
from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _num_samples, has_fit_parameter
from threadpoolctl import threadpool_limits

from skresample.compare.baselines import BalancedWeights, TunedThreshold
from skresample.compare.metrics import metrics_of, scores
from skresample.compare.report import Comparison
from skresample.encoding import (
    TableEncoder,
    needs_encoder,
    takes_missing,
    takes_names_for_numbers,
)
from skresample.generative import GANOverSampler
from skresample.model import ResampledClassifier
from skresample.random import RandomOverSampler
from skresample.smote import SMOTE, SMOTEN, SMOTENC
from skresample.table import read_rows, read_target, refuse_not_in_memory, take_rows
from skresample.utils import all_samplers, seeded_clone

__all__ = [
    "ROWS_FOR_THREADS",
    "build",
    "compare",
    "confidence_of",
    "default_samplers",
    "find_refusals",
    "last_step",
    "standardized",
    "with_encoder",
]

NOTHING = "nothing"
CLASS_WEIGHTS = "class weights"
TUNED_THRESHOLD = "tuned threshold"
F1_THRESHOLD = "threshold for F1"
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

    Every classifier is fitted with every sampler and with the baselines: nothing, class
    weights, a threshold tuned for balanced accuracy, one tuned for F1, and random
    over-sampling. Rows are resampled inside the
    training folds only, after the transformers of a pipeline and before its classifier.
    All methods see the same folds and the same seeds, so that differences are paired.

    A table may have categories, dates and missing values. A classifier or pipeline that
    cannot be fitted on it, or takes the names in it for numbers, gets a
    :class:`TableEncoder` in front, and the report says so. Then the samplers see the table
    before the encoder does.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The table. Frames may be of pandas, polars or pyarrow.
    y : array-like of shape (n_samples,)
        Class labels. Of two classes, the smaller is the one that average precision and
        ROC AUC are about.
    samplers : sampler, list or dict of samplers, default=None
        What to compare; a dict names them. None for every sampler of the library with its
        defaults, but ``standardize=True`` where there is such a parameter, and without two:
        SMOTENC, which does the same as SMOTE, and SMOTEN, which takes numbers for
        categories too.
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
    ['nothing', 'class weights', 'tuned threshold', 'threshold for F1', 'random over-sampling',
     'SMOTE']
    """
    started = time.perf_counter()
    refuse_not_in_memory(X, "compare")
    target = read_target(y, _num_samples(X), "compare")
    if estimators is None:
        read_rows(X, SMOTE(), numeric=True)  # columns that nobody can use are named
        estimators = {
            "logistic regression": make_pipeline(
                StandardScaler(), LogisticRegression(max_iter=1000)
            ),
            "gradient boosting": make_pipeline(StandardScaler(), HistGradientBoostingClassifier()),
        }
    estimators = _named(estimators, "predict")
    methods = _methods(samplers)
    refusals = find_refusals(estimators, X, target.labels)
    estimators |= {e: with_encoder(estimators[e]) for e in refusals}
    rng = check_random_state(random_state)
    folds = _folds(cv, target, X, rng)
    seeds = rng.randint(2**31 - 1, size=len(folds))

    cells = [(e, m, f) for f in range(len(folds)) for e in estimators for m in methods]
    work = (
        delayed(_numbered)(
            i,
            estimators[e],
            methods[m],
            m,
            e in refusals,
            X,
            target.labels,
            target.codes,
            folds[f],
            int(seeds[f]),
        )
        for i, (e, m, f) in enumerate(cells)
    )
    done: dict[tuple[str, str, int], Cell] = {}
    # Processes and not threads: warnings and numbers of threads are of a whole process.
    parallel = Parallel(n_jobs=n_jobs, backend="loky", return_as="generator_unordered")
    for count, (i, cell) in enumerate(parallel(work), start=1):
        if cell.error and cells[i][1] == NOTHING:
            raise ValueError(
                f"{cells[i][0]} cannot be fitted on this table and scored: {cell.error}"
            )
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
        notes=[
            *(_said_of_encoder(e, estimators[e], refusals[e]) for e in refusals),
            *_notes({cell: done[cell] for cell in cells}, len(folds)),
        ],
        seconds=time.perf_counter() - started,
        encoded=list(refusals),
    )


def _named(given: Any, method: str) -> dict[str, Any]:
    """Give names to estimators that came alone or in a list; tell equal names apart."""
    if isinstance(given, Mapping):
        named = dict(given)
    else:
        alone = isinstance(given, (str, type)) or hasattr(given, method)
        ones = [given] if alone else list(given)
        names = [type(last_step(one)) for one in ones]
        named = {}
        for one, cls in zip(ones, names, strict=True):
            name = cls.__name__
            if names.count(cls) > 1:  # with the parameters that differ from the defaults
                name = " ".join(repr(one).split())
            while name in named:
                name += "'"
            named[name] = one
    for name, one in named.items():
        if isinstance(one, type):
            raise TypeError(f"{one.__name__} is a class: pass an instance, {one.__name__}().")
        if not hasattr(one, method):
            raise TypeError(f"{one!r}, under the name {name!r}, has no {method}.")
    return named


def default_samplers() -> list[type]:
    """List the samplers that are compared where none are named.

    Returns
    -------
    samplers : list of type
        Their classes. Random over-sampling is a baseline; SMOTENC does the same as SMOTE;
        SMOTEN takes numbers for categories, which is seldom meant; GANOverSampler needs an
        extra and its time.
    """
    others = GANOverSampler, RandomOverSampler, SMOTENC, SMOTEN
    return [cls for cls in all_samplers().values() if cls not in others]


def standardized(cls: type) -> Any:
    """Make a sampler whose distances do not depend on the units of the columns.

    Parameters
    ----------
    cls : type
        Class of the sampler.

    Returns
    -------
    sampler : sampler
        With ``standardize=True`` if there is such a parameter, else with its defaults.
    """
    sampler = cls()
    if "standardize" in sampler.get_params():
        sampler.set_params(standardize=True)
    return sampler


def find_refusals(estimators: dict[str, Any], X: Any, labels: npt.NDArray[Any]) -> dict[str, str]:
    """Say why some estimators cannot be fitted on a table that not every one takes.

    Parameters
    ----------
    estimators : dict of classifiers
        By name.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The table.
    labels : ndarray of shape (n_samples,)
        Class labels.

    Returns
    -------
    refusals : dict of str
        The reason, for each that needs an encoder in front.
    """
    refusals: dict[str, str] = {}
    if not needs_encoder(X):
        return refusals
    for name, estimator in estimators.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                clone(estimator).fit(X, labels)
            except (TypeError, ValueError) as error:
                reason = str(error).split("\n")[0].rstrip(".:")
                refusals[name] = f"it cannot be fitted on the table as it is ({reason})"
            else:
                if takes_names_for_numbers(estimator, X, labels):
                    refusals[name] = (
                        "it computes with what is masked"
                        if np.ma.is_masked(X)
                        else "it takes categories that are spelt as numbers for numbers"
                    )
    return refusals


def with_encoder(estimator: Any) -> Pipeline:
    """Put an encoder in front of an estimator.

    Parameters
    ----------
    estimator : classifier or Pipeline
        Left as it is.

    Returns
    -------
    pipeline : Pipeline
        The encoder, and then the estimator or its steps.
    """
    encoder = TableEncoder(impute=not takes_missing(estimator))
    if not isinstance(estimator, Pipeline):
        return make_pipeline(encoder, estimator)
    longer = clone(estimator)
    longer.steps.insert(0, ("tableencoder", encoder))
    return longer


def _said_of_encoder(name: str, pipeline: Pipeline, reason: str) -> str:
    missing = "filled in with the median and marked" if pipeline[0].impute else "left as they are"
    return (
        f"{name}: {reason}, so an encoder (TableEncoder) was put in front: numbers are scaled, "
        f"missing ones {missing}, and categories become columns of zeros and ones. Samplers see "
        "the table before it is encoded."
    )


def _methods(samplers: Any) -> dict[str, Any]:
    """Return the baselines and the samplers."""
    methods = {
        NOTHING: None,
        CLASS_WEIGHTS: None,
        TUNED_THRESHOLD: None,
        F1_THRESHOLD: None,
        RANDOM_OVER_SAMPLING: RandomOverSampler(),
    }
    if samplers is None:
        samplers = [standardized(cls) for cls in default_samplers()]
    named = _named(samplers, "fit_resample")
    clash = sorted(set(named) & set(methods))
    if clash:
        raise ValueError(f"{clash} are names of baselines: give the samplers other names.")
    return methods | named


def _folds(cv: Any, target: Any, X: Any, rng: np.random.RandomState) -> list[tuple[Any, Any]]:
    smallest = int(target.counts.min())
    label = target.classes.tolist()[int(target.counts.argmin())]
    if smallest < 2:
        raise ValueError(
            f"class {label!r} has 1 row, which cannot be both trained on and held out: merge or "
            "leave out the class."
        )
    if cv is None:
        cv = min(5, smallest)
    n_splits = None
    if isinstance(cv, Integral):
        n_splits = int(cv)
        if n_splits < 2:
            raise ValueError(f"cv={cv}: there must be at least 2 folds.")
        cv = RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=2, random_state=rng)
    elif isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold)):
        n_splits = cv.get_n_splits() // getattr(cv, "n_repeats", 1)
    if n_splits is not None and n_splits > smallest:
        raise ValueError(
            f"{n_splits} folds that each hold out rows of every class need as many rows of the "
            f"smallest, and class {label!r} has {smallest}: take at most {smallest} folds, or "
            "merge or leave out the class."
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
    encoded: bool,
    X: Any,
    labels: npt.NDArray[Any],
    codes: npt.NDArray[np.intp],
    fold: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    seed: int,
) -> Cell:
    train, test = fold
    classes, counts = np.unique(codes, return_counts=True)
    failed = np.full(len(metrics_of(classes.tolist())), np.nan)
    if method == CLASS_WEIGHTS and not has_fit_parameter(last_step(estimator), "sample_weight"):
        return Cell(failed, "its fit takes no sample_weight", [])
    if method in (TUNED_THRESHOLD, F1_THRESHOLD) and not hasattr(estimator, "predict_proba"):
        return Cell(failed, "it has no predict_proba", [])
    model = build(estimator, sampler, method, encoded, seed)
    threads = 1 if len(train) < ROWS_FOR_THREADS else None
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(threads):
        warnings.simplefilter("always")
        try:
            model.fit(take_rows(X, train), labels[train])
            held_out = take_rows(X, test)
            names = np.unique(labels)
            predicted = np.searchsorted(names, model.predict(held_out))
            confidence, probabilities = confidence_of(model, held_out, names)
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
    return estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator


def build(estimator: Any, sampler: Any, method: str, encoded: bool, seed: int) -> Any:
    """Return the model of a method: its part goes before or around a pipeline's last step.

    Parameters
    ----------
    estimator : classifier or Pipeline
        With what. It is cloned.
    sampler : sampler or None
        What resamples. It is cloned.
    method : str
        Its name, which tells the baselines.
    encoded : bool
        Whether the pipeline begins with our encoder: the sampler then goes before all of it.
    seed : int
        For whatever has a random state and no seed.

    Returns
    -------
    model : classifier
        Not fitted.
    """
    model = seeded_clone(estimator, seed)
    if method in (TUNED_THRESHOLD, F1_THRESHOLD):
        aim = "F1" if method == F1_THRESHOLD else "balanced accuracy"
        return TunedThreshold(model, aim, seed)
    if encoded and sampler is not None:
        return ResampledClassifier(model, seeded_clone(sampler, seed))
    last = last_step(model)
    if method == CLASS_WEIGHTS:
        last = BalancedWeights(last)
    elif sampler is not None:
        last = ResampledClassifier(last, seeded_clone(sampler, seed))
    if isinstance(model, Pipeline):
        model.steps[-1] = (model.steps[-1][0], last)
        return model
    return last


def confidence_of(
    model: Any, X: Any, classes: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.floating] | None, npt.NDArray[np.floating] | None]:
    """Return what ranks the rows for each class, and the probabilities, where there are any.

    Parameters
    ----------
    model : classifier
        Fitted.
    X : {array-like, sparse matrix, DataFrame} of shape (n, n_features)
        Rows.
    classes : ndarray of shape (n_classes,)
        Class labels, some of which the model may not have seen.

    Returns
    -------
    confidence, probabilities : ndarray of shape (n, n_classes) or None
        None where the model gives none.
    """
    if hasattr(model, "predict_proba"):
        probabilities = np.zeros((_num_samples(X), len(classes)))
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
