"""Fit every method with every classifier in every fold, and score it on held-out rows."""

import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from joblib.parallel import SequentialBackend, get_active_backend
from sklearn import config_context, get_config
from sklearn.base import clone, is_clusterer, is_outlier_detector, is_regressor
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    validate_parameter_constraints,
)
from sklearn.utils.validation import _num_samples, has_fit_parameter

from skresample.compare.baselines import BalancedWeights, TunedThreshold, groups_for
from skresample.compare.masking import Masking
from skresample.compare.metrics import metrics_of, scores
from skresample.compare.processwide import fit_alone
from skresample.compare.report import Comparison
from skresample.density import RandomOverSampler
from skresample.generative import GANOverSampler
from skresample.numerics.threads import is_forked
from skresample.pipeline.adapt import with_encoder
from skresample.pipeline.nesting import with_sampler
from skresample.pipeline.validation import MANY_ROWS, last_step
from skresample.smote import SMOTE, SMOTEN, SMOTENC
from skresample.table import (
    read_rows,
    read_target,
    refuse_not_in_memory,
    take_rows,
)
from skresample.table.columns import is_missing
from skresample.utils import all_samplers, seeded_clone

__all__ = [
    "ROWS_FOR_THREADS",
    "build",
    "check_parameters",
    "codes_of",
    "compare",
    "confidence_of",
    "default_samplers",
    "distinct_names",
    "plain_labels",
    "standardized",
]

NOTHING = "nothing"
CLASS_WEIGHTS = "class weights"
TUNED_THRESHOLD = "tuned threshold"
F1_THRESHOLD = "threshold for F1"
RANDOM_OVER_SAMPLING = "random over-sampling"
THRESHOLDS = TUNED_THRESHOLD, F1_THRESHOLD
IN_THREADS = (
    "The fits ran in threads of one process, as joblib's backend was set. There Python does not "
    "always tell the warnings of one fit from those of another: notes may be missing."
)
# On fewer training rows than this, threads inside a fit wait for each other longer than they work,
# on a busy machine a hundred times longer.
ROWS_FOR_THREADS = 20_000
# Greater numbers of processes are slips.
MOST_JOBS = 10_000
# What is said of numbers of training rows where a fit failed: fewer of a class are too few for
# much that splits them once more.
FEW_ROWS = 10

N_JOBS = [
    Interval(Integral, -MOST_JOBS, -1, closed="both"),
    Interval(Integral, 1, MOST_JOBS, closed="both"),
    None,
]
CONSTRAINTS: dict[str, Any] = {
    "X": ["array-like", "sparse matrix"],
    "y": ["array-like", "sparse matrix", None],
    "cv": [
        Interval(Integral, 2, None, closed="left"),
        HasMethods(["split"]),
        "array-like",
        Iterator,
        None,
    ],
    "groups": ["array-like", None],
    "n_jobs": N_JOBS,
    "random_state": ["random_state"],
    "progress": [callable, None],
}


class Cell(NamedTuple):
    """What one fit brought: scores, what went wrong, and what it warned of.

    Errors and warnings are as they were raised: they may quote values of the table.
    """

    scores: npt.NDArray[np.float64]
    error: str | None
    notes: list[str]


class Data(NamedTuple):
    """What is fitted and scored.

    Attributes
    ----------
    X : table of n rows
        As it came.
    labels : ndarray of shape (n,)
        Labels that scikit-learn's classifiers take.
    names : ndarray of shape (n_classes,)
        The label of each class code.
    codes : ndarray of shape (n,)
        Positions in `names`.
    groups : ndarray of shape (n,) or None
        Rows that belong together.
    """

    X: Any
    labels: npt.NDArray[Any]
    names: npt.NDArray[Any]
    codes: npt.NDArray[np.intp]
    groups: npt.NDArray[Any] | None


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
        The table. Frames may be of pandas, polars or pyarrow. For pipelines that begin with
        texts, a list, array or Series of these.
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
        where the smallest class has fewer rows. Every fold must train on at least two rows
        of each class.
    groups : array-like of shape (n_samples,), default=None
        Which rows belong together, such as those of one patient: no group is both trained
        on and held out. Passed to ``cv.split``; of an int or None, the folds keep groups
        together. So do those in which thresholds are tuned. `estimators` whose ``fit``
        takes ``groups``, or whose own folds are by groups, get them.
    n_jobs : int, default=None
        Fits at the same time, in processes; -1 for all processors. Another backend that is
        set by :func:`joblib.parallel_config` is used instead, and None takes the number that
        is set there, or 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and of every sampler and classifier without a seed of its own.
    progress : callable, default=None
        Called with how many fits are done and how many there are, after each; at the end,
        where joblib's backend gives all results at once.

    Returns
    -------
    comparison : Comparison
        Prints as a report; see its ``to_frame``, ``plot`` and ``to_html``.

    Raises
    ------
    ValueError
        If the table, the target or the folds cannot be used, or a classifier cannot be
        fitted in any fold even without resampling. A method that fails in some folds is
        reported, and the others go on.
    TypeError
        If a parameter is of the wrong type, or a column is of a kind that nobody can use.

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
    given = {"cv": cv, "n_jobs": n_jobs, "random_state": random_state}
    check_parameters("compare", CONSTRAINTS, X=X, y=y, groups=groups, progress=progress, **given)
    if y is not None:
        _n_rows("y", y)
    target = read_target(y, _n_rows("X", X), "compare")
    X = distinct_names(X)
    if estimators is None:
        read_rows(X, SMOTE(), numeric=True)  # columns that nobody can use are named
        estimators = {
            "logistic regression": make_pipeline(
                StandardScaler(), LogisticRegression(max_iter=1000)
            ),
            "gradient boosting": make_pipeline(StandardScaler(), HistGradientBoostingClassifier()),
        }
    estimators = _named(estimators, "predict", "estimators")
    if not estimators:
        raise ValueError("estimators is empty: give at least one classifier, or None.")
    for name, one in estimators.items():
        if is_regressor(one) or is_clusterer(one) or is_outlier_detector(one):
            raise ValueError(f"estimators: {name} is not a classifier.")
    methods = _methods(samplers)
    names, labels = plain_labels(target)
    if labels is not target.labels:  # as in sampling_strategy={label: rows}
        plain = dict(zip(target.classes.tolist(), names.tolist(), strict=True))
        estimators = {e: _relabelled(one, plain) for e, one in estimators.items()}
        methods = {m: _relabelled(one, plain) for m, one in methods.items()}
    data = Data(X, labels, names, target.codes, _read_groups(groups, len(labels)))
    rng = check_random_state(random_state)
    folds = _folds(cv, target, data, rng)
    seeds = rng.randint(2**31 - 1, size=len(folds))
    adapted = {e: with_encoder(one, X, labels) for e, one in estimators.items()}
    estimators = {e: one for e, (one, _) in adapted.items()}
    refusals = {e: reason for e, (_, reason) in adapted.items() if reason}
    estimators, pins = _with_early_stopping_pinned(estimators, data, folds)

    # First those that everything is held against: if these cannot be fitted, the rest need not be.
    cells = [(e, m, f) for f in range(len(folds)) for e in estimators for m in methods]
    cells.sort(key=lambda cell: cell[1] != NOTHING)
    work = (
        delayed(_numbered)(
            i, get_config(), estimators[e], methods[m], m, e in refusals, data, folds[f], seeds[f]
        )
        for i, (e, m, f) in enumerate(cells)
    )
    backend, n_workers = get_active_backend()  # that of joblib.parallel_config, else processes
    if n_jobs is not None:
        n_workers = n_jobs = min(n_jobs, len(cells))
    at_once = not (
        getattr(backend, "supports_return_generator", False)
        or isinstance(backend, SequentialBackend)
    )
    return_as = "list" if at_once else "generator_unordered"
    results = Parallel(n_jobs=n_jobs, return_as=return_as)(work)
    done: dict[tuple[str, str, int], Cell] = {}
    unfitted = dict.fromkeys(estimators, 0)
    with nullcontext(results) if at_once else closing(results) as each:
        for count, (i, cell) in enumerate(each, start=1):
            e, method, _ = cells[i]
            done[cells[i]] = cell
            unfitted[e] += method == NOTHING and cell.error is not None
            if unfitted[e] == len(folds):
                raise ValueError(f"{e} cannot be fitted on this table and scored: {cell.error}")
            if progress is not None:
                progress(count, len(cells))

    in_order = {
        (e, m, f): done[e, m, f] for f in range(len(folds)) for e in estimators for m in methods
    }
    table = [
        [[done[e, m, f].scores for f in range(len(folds))] for m in methods] for e in estimators
    ]
    mask = Masking(X, names, _counts(estimators, methods, data, folds))
    return Comparison(
        classes=target.classes.tolist(),
        support=target.counts.tolist(),
        n_features=_n_columns(X),
        estimators=list(estimators),
        methods=list(methods),
        metrics=metrics_of(target.classes.tolist()),
        scores=np.array(table),
        test_share=float(np.mean([len(test) / len(train) for train, test in folds])),
        protocol=_describe(cv, groups is not None, folds),
        notes=[
            *(_said_of_encoder(e, estimators[e], refusals[e]) for e in refusals),
            *pins,
            *_said_of_classes_not_held_out(target.classes, data, folds),
            *(
                [IN_THREADS]
                if getattr(backend, "uses_threads", False) and n_workers not in (None, 1)
                else []
            ),
            *_notes(in_order, len(folds), mask),
        ],
        seconds=time.perf_counter() - started,
        encoded=list(refusals),
    )


def check_parameters(caller: str, constraints: dict[str, Any], **given: Any) -> None:
    """Refuse parameters of the wrong type or out of range, by name.

    Parameters
    ----------
    caller : str
        The function, in messages.
    constraints : dict
        As scikit-learn writes them.
    **given : object
        The parameters.

    Raises
    ------
    InvalidParameterError
        Which is a ValueError and a TypeError.
    """
    for name in sorted({"cv", "n_jobs", "random_state"} & set(given)):
        if isinstance(given[name], (bool, np.bool_)):  # which Python counts as 0 and 1
            raise InvalidParameterError(
                f"The {name!r} parameter of {caller} must be an int or None, not a boolean. Got "
                f"{given[name]!r} instead."
            )
    validate_parameter_constraints(constraints, given, caller_name=caller)


def distinct_names(X: Any) -> Any:
    """Return a frame whose columns have names of their own, and anything else as it is.

    Parameters
    ----------
    X : object
        The table. Of pandas, columns may have one name, which scikit-learn refuses.

    Returns
    -------
    X : object
        With the columns of a name that is there twice numbered: ``a (1)``, ``a (2)``.
    """
    if not (hasattr(X, "iloc") and hasattr(X, "columns")) or X.columns.is_unique:
        return X
    names = X.columns.tolist()
    taken, numbers, distinct = set(names), dict.fromkeys(names, 0), []
    for name in names:
        own = name
        while names.count(name) > 1 and own in taken:
            numbers[name] += 1
            own = f"{name} ({numbers[name]})"
        taken.add(own)
        distinct.append(own)
    X = X.copy(deep=False)
    X.columns = distinct
    return X


def plain_labels(target: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return labels that scikit-learn's classifiers take.

    Parameters
    ----------
    target : Target
        Whose labels may be anything that can be ordered: intervals of ``pandas.cut``, periods,
        whole numbers held as objects.

    Returns
    -------
    names : ndarray of shape (n_classes,)
        One label per class. Those of the target if scikit-learn takes them, else the same as
        plain numbers or booleans, else as they are written.
    labels : ndarray of shape (n,)
        One per row.

    Raises
    ------
    ValueError
        If two classes are written alike.
    """
    if target.is_plain:
        return target.classes, target.labels
    labels, kind = target.classes.tolist(), target.labels.dtype.kind
    names = np.array(labels) if all(isinstance(one, (bool, int)) for one in labels) else None
    if names is None or names.dtype.kind not in "biu" or len(np.unique(names)) < len(labels):
        names = np.array([str(label) for label in (labels if kind == "O" else target.classes)])
    if len(np.unique(names)) < len(labels):
        raise ValueError("y has classes that are written alike: rename the labels.")
    return names, names[target.codes]


def _relabelled(estimator: Any, plain: dict[Any, Any]) -> Any:
    """Return an estimator with plain labels in the dicts among its parameters."""
    if not hasattr(estimator, "get_params"):
        return estimator
    changed = {}
    for name, value in estimator.get_params().items():
        if isinstance(value, dict) and value and all(key in plain for key in value):
            changed[name] = {plain[key]: one for key, one in value.items()}
    return clone(estimator).set_params(**changed) if changed else estimator


def _n_rows(name: str, table: Any) -> int:
    try:
        n_rows = int(_num_samples(table))
    except TypeError as error:
        raise TypeError(f"{name} must be a table of rows, not {type(table).__name__}.") from error
    if not n_rows:
        raise ValueError(f"{name} has no rows.")
    return n_rows


def _n_columns(X: Any) -> int:
    """Return how many columns a table has; texts are one."""
    shape = X.shape if hasattr(X, "shape") else np.shape(X[0])
    width = shape[1:] if hasattr(X, "shape") else shape
    return int(width[0]) if width else 1


def _read_groups(groups: Any, n_rows: int) -> npt.NDArray[np.intp] | None:
    """Return the groups as numbers."""
    if groups is None:
        return None
    values = np.asarray(groups)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or len(values) != n_rows:
        raise ValueError(
            f"groups must be one label for each of the {n_rows} rows of X, and has the shape "
            f"{values.shape}."
        )
    if is_missing(values).any():
        raise ValueError("groups has missing labels: give each of these rows a group of its own.")
    try:
        return np.unique(values, return_inverse=True)[1]
    except TypeError as error:
        raise ValueError(
            "groups mixes labels that cannot be ordered, such as numbers and strings: make them "
            "all of one type."
        ) from error


def _named(given: Any, method: str, parameter: str) -> dict[str, Any]:
    """Give names to estimators that came alone or in a list; tell equal names apart."""
    if isinstance(given, Mapping):
        named = dict(given)
        for name in named:
            if not isinstance(name, str):
                raise TypeError(
                    f"{parameter} is a dict whose keys are names, and {name!r} is none."
                )
    else:
        alone = isinstance(given, (str, bytes, type)) or hasattr(given, method)
        if not alone and not isinstance(given, (list, tuple)):
            raise TypeError(
                f"{parameter} must be one, a list or a dict of objects with {method}, not "
                f"{type(given).__name__}."
            )
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
            raise TypeError(
                f"{parameter}: {one.__name__} is a class: pass an instance, {one.__name__}()."
            )
        if not hasattr(one, method):
            raise TypeError(f"{parameter}: {one!r}, under the name {name!r}, has no {method}.")
        if not hasattr(one, "get_params"):
            raise TypeError(f"{parameter}: {one!r} has no get_params, and so cannot be cloned.")
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
    named = _named(samplers, "fit_resample", "samplers")
    clash = sorted(set(named) & set(methods))
    if clash:
        raise ValueError(
            f"samplers: {clash} are names of baselines: give the samplers other names."
        )
    return methods | named


def _with_early_stopping_pinned(
    estimators: dict[str, Any], data: Data, folds: list[Any]
) -> tuple[dict[str, Any], list[str]]:
    """Have all methods stop early, or none.

    Where ``early_stopping='auto'``, scikit-learn decides by the number of rows, which resampling
    changes. What it decides on the training rows as they are holds for all methods.
    """
    n_train = min(len(train) for train, _ in folds)
    stops = n_train > MANY_ROWS
    may_grow = max(np.bincount(data.codes[train]).max() for train, _ in folds) * len(data.names)
    pinned, notes = {}, []
    for name, estimator in estimators.items():
        params = estimator.get_params()
        auto = [k for k in params if k.split("__")[-1] == "early_stopping" and _is_auto(params[k])]
        pinned[name] = estimator
        if auto:
            pinned[name] = clone(estimator).set_params(**dict.fromkeys(auto, stops))
        if auto and (stops or may_grow > MANY_ROWS):
            notes.append(
                f"{name}: early_stopping='auto' was set to {stops} for all methods. It depends on "
                f"the number of rows (more than {MANY_ROWS:,}), which resampling "
                f"changes; the folds train on {n_train:,} rows."
            )
    return pinned, notes


def _is_auto(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"


def _folds(
    cv: Any, target: Any, data: Data, rng: np.random.RandomState
) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Return the positions of the training and the held-out rows of each fold, or refuse them."""
    smallest = int(target.counts.min())
    label = target.classes.tolist()[int(target.counts.argmin())]
    if smallest < 2:
        raise ValueError(
            f"class {label!r} has 1 row, which cannot be both trained on and held out: merge or "
            "leave out the class."
        )
    n_splits = None
    if cv is None or isinstance(cv, Integral):
        n_splits = min(5, smallest) if cv is None else int(cv)
    elif isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold)):
        n_splits = cv.get_n_splits() // getattr(cv, "n_repeats", 1)
    if n_splits is not None and n_splits > smallest:
        raise ValueError(
            f"cv: {n_splits} folds that each hold out rows of every class need as many rows of "
            f"the smallest, and class {label!r} has {smallest}: take at most {smallest} folds, or "
            "merge or leave out the class."
        )
    if not (cv is None or isinstance(cv, Integral)):
        splitters = [check_cv(_listed(cv), data.labels, classifier=True)]
    elif data.groups is None:
        splitters = [RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=2, random_state=rng)]
    else:
        splitters = [
            StratifiedGroupKFold(n_splits=n_splits, shuffle=True, random_state=rng)
            for _ in range(2)
        ]
    folds = []
    try:
        with warnings.catch_warnings():
            # Of a splitter that ignores groups: what it makes of them is checked below.
            warnings.filterwarnings("ignore", "The groups parameter is ignored", UserWarning)
            for splitter in splitters:
                for train, test in splitter.split(data.X, data.labels, data.groups):
                    folds.append((_positions(train, data), _positions(test, data)))
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"cv cannot split the rows: {error}") from error
    if not folds:
        raise ValueError("cv makes no folds.")
    for i, fold in enumerate(folds, start=1):
        _check_fold(f"fold {i} of {len(folds)}", *fold, target, data)
    return folds


def _listed(cv: Any) -> Any:
    """Return a splitter as it is, and the folds of an iterable, also of one that is used up."""
    if hasattr(cv, "split"):
        return cv
    try:
        return list(cv)
    except TypeError as error:
        raise ValueError(f"cv is {type(cv).__name__} without any folds.") from error


def _positions(rows: Any, data: Data) -> npt.NDArray[np.intp]:
    """Return the positions of rows that may be marked by booleans."""
    rows = np.asarray(rows)
    return np.arange(len(data.labels))[rows if rows.size else rows.astype(np.intp)]


def _check_fold(
    name: str, train: npt.NDArray[np.intp], test: npt.NDArray[np.intp], target: Any, data: Data
) -> None:
    """Refuse a fold that says nothing, before anything is fitted."""
    if not len(train) or not len(test):
        raise ValueError(f"cv: {name} trains on {len(train)} rows and holds out {len(test)}.")
    if np.isin(test, train).any():
        raise ValueError(f"cv: {name} holds out rows that it trains on, so that no score counts.")
    if data.groups is not None and np.isin(data.groups[test], data.groups[train]).any():
        raise ValueError(
            f"cv: {name} holds out rows of groups that it trains on: take a splitter that keeps "
            "groups together, such as GroupKFold or StratifiedGroupKFold, or leave groups out."
        )
    counts = np.bincount(data.codes[train], minlength=len(data.names))
    if counts.min() < 2:
        label, n = target.classes.tolist()[int(counts.argmin())], int(counts.min())
        raise ValueError(
            f"cv: {name} trains on {n} row{'' if n == 1 else 's'} of class {label!r}, and no "
            "sampler and no tuned threshold can do with fewer than 2: take other folds (more, or "
            "stratified ones), or merge or leave out the class."
        )


def _said_of_classes_not_held_out(classes: Any, data: Data, folds: list[Any]) -> list[str]:
    """Say which classes have no row in some folds, whose scores there mean little."""
    held_out = [np.bincount(data.codes[test], minlength=len(data.names)) for _, test in folds]
    missing = (np.array(held_out) == 0).sum(axis=0)
    return [
        f"class {label} has no held-out rows in {n} of {len(folds)} folds: its precision, recall "
        "and F1 count as 0 there"
        for label, n in zip(classes.tolist(), missing.tolist(), strict=True)
        if n
    ]


def _describe(cv: Any, grouped: bool, folds: list[Any]) -> str:
    ours = cv is None or isinstance(cv, Integral)
    repeats = 2 if ours else getattr(cv, "n_repeats", 1)
    if ours or isinstance(cv, (StratifiedKFold, RepeatedStratifiedKFold)):
        once = f"{len(folds) // repeats}-fold stratified cross-validation"
        once += " that keeps groups together" if grouped else ""
        return once if repeats == 1 else f"{once}, repeated {repeats} times"
    return f"{len(folds)} folds of {type(cv).__name__}"


def _counts(
    estimators: dict[str, Any], methods: dict[str, Any], data: Data, folds: list[Any]
) -> set[float]:
    """Return the numbers that messages may tell: counts of rows, and parameters."""
    told: set[Any] = {len(data.labels), _n_columns(data.X), len(data.names), len(folds)}
    for rows in (np.arange(len(data.labels)), *(rows for fold in folds for rows in fold)):
        told |= {len(rows), *np.bincount(data.codes[rows]).tolist()}
    for one in (*estimators.values(), *methods.values()):
        if one is not None:
            told |= {v for v in one.get_params().values() if isinstance(v, Real)}
    return {float(number) for number in told if math.isfinite(number)}


def _numbered(i: int, config: dict[str, Any], *arguments: Any) -> tuple[int, Cell]:
    """Fit and score under the settings of scikit-learn that the caller has."""
    with config_context(**config):
        return i, _fit_and_score(*arguments)


def _fit_and_score(
    estimator: Any,
    sampler: Any,
    method: str,
    encoded: bool,
    data: Data,
    fold: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    seed: int,
) -> Cell:
    train, test = fold
    failed = np.full(len(metrics_of(data.names.tolist())), np.nan)
    if method == CLASS_WEIGHTS and not has_fit_parameter(last_step(estimator), "sample_weight"):
        return Cell(failed, "its fit takes no sample_weight", [])
    if method in THRESHOLDS and not hasattr(estimator, "predict_proba"):
        return Cell(failed, "it has no predict_proba", [])
    model = build(estimator, sampler, method, encoded, int(seed))
    grouped = groups_for(model, data.groups, train)
    alone = len(train) < ROWS_FOR_THREADS or is_forked()
    with fit_alone(1 if alone else None) as caught:
        try:
            model.fit(take_rows(data.X, train), data.labels[train], **grouped)
            held_out = take_rows(data.X, test)
            predicted = codes_of(model.predict(held_out), data.names)
            confidence, probabilities = confidence_of(model, held_out, data.names)
        except Exception as error:
            counts = np.bincount(data.codes[train])
            rare = ""
            if counts.min() < FEW_ROWS:
                label = data.names.tolist()[counts.argmin()]
                rare = f" (class {label} has {counts.min()} training rows)"
            return Cell(failed, f"{type(error).__name__}: {error}{rare}", [])
        notes = sorted({message.split("\n")[0] for message in caught})
        row = scores(
            data.codes[test],
            predicted,
            confidence,
            probabilities,
            n_classes=len(data.names),
            positive=int(np.argmin(np.bincount(data.codes))),
        )
    return Cell(row, None, notes)


def codes_of(labels: npt.NDArray[Any], names: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return labels as positions in the names of the classes.

    Parameters
    ----------
    labels : array-like of shape (n,)
        As a classifier gives them.
    names : ndarray of shape (n_classes,)
        In any order.

    Returns
    -------
    codes : ndarray of shape (n,)
        Positions.

    Raises
    ------
    ValueError
        If there is another label among them.
    """
    labels, order = np.asarray(labels).ravel(), np.argsort(names)
    codes = order[np.searchsorted(names, labels, sorter=order).clip(max=len(names) - 1)]
    if not np.array_equal(names[codes], labels):
        raise ValueError("it predicts something else than the classes that it was fitted on")
    return codes


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
    if method in THRESHOLDS:
        aim = "F1" if method == F1_THRESHOLD else "balanced accuracy"
        return TunedThreshold(model, aim, seed)
    if encoded and sampler is not None:
        return with_sampler(model, seeded_clone(sampler, seed))
    last = last_step(model)
    if method == CLASS_WEIGHTS:
        last = BalancedWeights(last)
    elif sampler is not None:
        last = with_sampler(last, seeded_clone(sampler, seed))
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
        Class labels in any order, some of which the model may not have seen.

    Returns
    -------
    confidence, probabilities : ndarray of shape (n, n_classes) or None
        None where the model gives none.
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


def _notes(
    done: dict[tuple[str, str, int], Cell], n_folds: int, mask: Callable[[str], str]
) -> list[str]:
    """Say once for each method what failed and what was warned of, and how often."""
    seen: dict[tuple[str, str], dict[str, int]] = {}
    masked: dict[str, str] = {}
    for (estimator, method, _), cell in done.items():
        for message in [f"failed: {cell.error}"] if cell.error else cell.notes:
            if message not in masked:
                masked[message] = mask(message)
            counts = seen.setdefault((method, masked[message]), {})
            counts[estimator] = counts.get(estimator, 0) + 1
    return [
        f"{method}: {message.removeprefix(f'{method}: ')} ("
        + ", ".join(f"{e} in {count} of {n_folds} folds" for e, count in counts.items())
        + ")"
        for (method, message), counts in seen.items()
    ]
