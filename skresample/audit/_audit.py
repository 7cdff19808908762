"""Ask the six questions."""

import time
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import is_clusterer, is_outlier_detector, is_regressor
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods

from skresample.audit.answers import Answer, answer, not_judged
from skresample.audit.diversity import varied
from skresample.audit.fairness import fair, find_columns
from skresample.audit.fidelity import faithful
from skresample.audit.fits import Fits, fit_all, n_fits
from skresample.audit.neighborhoods import neighborhoods
from skresample.audit.privacy import NO_HOLDOUT, private
from skresample.audit.report import AuditReport
from skresample.audit.tables import Tables, read_tables
from skresample.audit.utility import useful
from skresample.audit.validity import valid
from skresample.compare.inputs import check_parameters, distinct_names
from skresample.table import refuse_not_in_memory

__all__ = ["audit"]

CONSTRAINTS: dict[str, Any] = {
    "X_real": ["array-like"],
    "y_real": ["array-like"],
    "X_syn": ["array-like"],
    "y_syn": ["array-like", None],
    "X_holdout": ["array-like", None],
    "y_holdout": ["array-like", None],
    "sensitive": [str, Integral, "array-like", None],
    "estimator": [HasMethods(["fit", "predict", "get_params"]), None],
    "random_state": ["random_state"],
    "progress": [callable, None],
}
QUESTIONS = ("valid", "faithful", "varied", "private", "useful", "fair")


def audit(
    X_real: Any,
    y_real: Any,
    X_syn: Any,
    y_syn: Any = None,
    *,
    X_holdout: Any = None,
    y_holdout: Any = None,
    sensitive: Any = None,
    estimator: Any = None,
    random_state: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> AuditReport:
    """Ask of synthetic rows whether they are valid, faithful, varied, private, useful and fair.

    Each question is answered by some checks. A check has a number, what real rows score on
    the same question, the 95 % interval of the number, a sentence and a verdict. What real
    rows score is found by shuffling which rows are real, so that small tables raise no alarm;
    and the verdict allows for there being many columns and checks. A question raises an alarm
    about rows that are as good as real ones in about one of fifty audits.

    Parameters
    ----------
    X_real : {array-like, DataFrame} of shape (n_real, n_features)
        The real rows that the synthetic ones were made of. Columns of strings, categories and
        booleans are categories, and values may be missing.
    y_real : array-like of shape (n_real,)
        Their classes, any number. Of a class with fewer than 12 real rows nothing is said.
    X_syn : {array-like, DataFrame} of shape (n_syn, n_features)
        The synthetic rows, without the real ones, and with the same columns.
    y_syn : array-like of shape (n_syn,), default=None
        Their classes. Rows are compared with real rows of their class only, so that synthetic
        rows of one class can be audited, too. None where classes are not known: then they are
        compared with all real rows, and what needs classes cannot be judged.
    X_holdout, y_holdout : array-like, default=None
        Real rows that the synthetic ones were not made of, and their classes. Without them,
        membership and usefulness cannot be judged.
    sensitive : str, int or list of these, default=None
        Columns that divide people into groups. Without them, fairness cannot be judged. They
        are also what an attacker guesses; without them, that is every column by turns.
    estimator : classifier, default=None
        What usefulness and fairness are judged with; it gets a :class:`TableEncoder` in front
        where it needs one. None for logistic regression.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws.
    progress : callable, default=None
        Called with how many steps are done and how many there are.

    Returns
    -------
    report : AuditReport
        Prints as a report; see its ``to_dict``, ``to_frame``, ``plot`` and ``to_html``.

    Raises
    ------
    ValueError
        If a table is empty, its columns or labels do not match those of the real one, or
        `sensitive` names no column of groups.
    TypeError
        If a table is sparse, or of another library than the real one, or a parameter is of the
        wrong type.

    See Also
    --------
    compare : What over-sampling gains, by cross-validation.

    Notes
    -----
    Of tables with more than 10,000 rows, 10,000 drawn at random are looked at, except for the
    first question.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTE, audit
    >>> X, y = make_classification(400, weights=[0.9], random_state=0)
    >>> sampler = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> new = sampler.is_synthetic_
    >>> report = audit(X, y, X_resampled[new], y_resampled[new], random_state=0)
    >>> report.to_dict()["private"]["verdict"]
    'problem'
    """
    started = time.perf_counter()
    given = {"X_real": X_real, "y_real": y_real, "X_syn": X_syn, "y_syn": y_syn}
    given |= {"X_holdout": X_holdout, "y_holdout": y_holdout}
    _refuse_unreadable(given)
    others = {"sensitive": sensitive, "estimator": estimator, "progress": progress}
    check_parameters("audit", CONSTRAINTS, **given, **others, random_state=random_state)
    _check_classifier(estimator)
    X_real, X_syn, X_holdout = map(distinct_names, (X_real, X_syn, X_holdout))
    tables = read_tables(X_real, y_real, X_syn, y_syn, X_holdout, y_holdout)
    secrets = columns = None
    if sensitive is not None:
        secrets = columns = find_columns(tables, sensitive)
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    sizes = {"real": _length(X_real), "synthetic": _length(X_syn)}
    if X_holdout is not None:
        sizes["held-out"] = _length(X_holdout)
    empty = _nothing_left(tables)
    if empty:
        checks = {
            name: answer(name, name.capitalize() + "?", [not_judged("this", empty)])
            for name in QUESTIONS
        }
        return AuditReport(checks, sizes, tables.notes, time.perf_counter() - started)
    reason = _no_fits(tables)
    total = len(QUESTIONS) + 1 + (0 if reason else n_fits(tables))
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    answers: dict[str, Answer] = {"valid": valid(tables, rng)}
    step()
    tables = tables.thinned(rng)
    answers["faithful"] = faithful(tables, rng)
    step()
    near = neighborhoods(tables, rng)
    step()
    answers["varied"] = varied(tables, near, rng)
    step()
    everything = list(range(len(tables.names)))
    answers["private"] = private(tables, near, secrets or everything, rng)
    step()
    fits: Fits | str = reason or fit_all(tables, estimator, rng, step)
    answers["useful"] = useful(tables, fits, rng)
    step()
    answers["fair"] = fair(tables, columns, fits, rng)
    if progress is not None:
        progress(total, total)
    return AuditReport(answers, sizes, tables.notes, time.perf_counter() - started)


def _refuse_unreadable(given: dict[str, Any]) -> None:
    for name, one in given.items():
        refuse_not_in_memory(one, "audit", name)
        if sparse.issparse(one):
            raise TypeError(f"{name} is sparse: pass {name}.toarray().")


def _check_classifier(estimator: Any) -> None:
    """Refuse what would fail only after all other questions were answered."""
    if isinstance(estimator, type):
        raise TypeError(
            f"estimator: {estimator.__name__} is a class: pass an instance, {estimator.__name__}()."
        )
    if estimator is not None and (
        is_regressor(estimator) or is_clusterer(estimator) or is_outlier_detector(estimator)
    ):
        raise ValueError(f"estimator: {type(estimator).__name__} is not a classifier.")


def _length(X: Any) -> int:
    return int(X.shape[0]) if hasattr(X, "shape") else len(X)


def _nothing_left(tables: Tables) -> str:
    """Say why there is nothing to compare, if there is not."""
    if not len(tables.real):
        return "every class has too few real rows"
    if not len(tables.synthetic):
        return "all synthetic rows are of classes that have too few real ones"
    return ""


def _no_fits(tables: Tables) -> str:
    """Say why no classifier can be compared, if none can."""
    if tables.holdout is None:
        return NO_HOLDOUT
    if not tables.labelled:
        return "the classes of the synthetic rows are not known: give them as y_syn"
    labels = tables.real.labels, tables.holdout.labels
    if any(one is None or len(np.unique(one)) < 2 for one in labels):
        return "the real rows or the held-out ones are of one class only"
    return ""
