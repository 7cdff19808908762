"""The function `audit`, which asks the six questions."""

import time
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import _num_samples

from skresample.audit.answers import QUESTIONS, answer, not_judged
from skresample.audit.diversity import diversity
from skresample.audit.fairness import fairness, find_columns
from skresample.audit.fidelity import fidelity
from skresample.audit.fits import MOST_FITS, fit_all
from skresample.audit.neighborhoods import neighborhoods
from skresample.audit.privacy import NO_HOLDOUT, privacy
from skresample.audit.report import AuditReport
from skresample.audit.tables import Tables, read_tables
from skresample.audit.utility import utility
from skresample.audit.validity import validity
from skresample.compare.inputs import check_parameters, distinct_names, name_classifiers
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
    """Judge the validity, fidelity, diversity, privacy, utility and fairness of synthetic data.

    Each of these six questions is answered by several checks. A check has a verdict, a sentence,
    a value with its 95 % CI, and the reference that real rows score. The reference comes from
    permutations of which rows are real, so that small tables do not cause false alarms. Verdicts
    are corrected for the number of columns and checks: each question raises a false alarm in
    about one of fifty audits of rows that are as good as real ones. Validity is checked on all
    rows, the rest on at most 10,000 of each table.

    Parameters
    ----------
    X_real : {array-like, DataFrame} of shape (n_real, n_features)
        The real rows that the synthetic rows were generated from. Columns of strings, categories
        and booleans are categorical, and values may be missing.
    y_real : array-like of shape (n_real,)
        Their class labels. Classes with fewer than 12 real rows are left out.
    X_syn : {array-like, DataFrame} of shape (n_syn, n_features)
        The synthetic rows, without the real ones, with the same columns.
    y_syn : array-like of shape (n_syn,), default=None
        Their class labels, of one class or several. Synthetic rows are compared with real rows of
        their class. If None, they are compared with all real rows, and checks that need classes
        cannot be judged.
    X_holdout, y_holdout : array-like, default=None
        Real rows that the synthetic rows were not generated from, and their class labels. If
        None, membership inference and utility cannot be judged.
    sensitive : str, int or list of these, default=None
        Columns that define groups of people, which are also the attributes that an attacker
        infers. If None, fairness cannot be judged, and the attacker infers each column in turn.
    estimator : classifier, default=None
        The classifier for utility and fairness, behind a :class:`TableEncoder` if it needs one.
        If None, logistic regression.
    random_state : int, RandomState instance or None, default=None
        Seed of all random draws.
    progress : callable, default=None
        Called with the number of finished steps and the number of all steps.

    Returns
    -------
    report : AuditReport
        Prints as a report; see its ``to_dict``, ``to_frame``, ``plot`` and ``to_html``.

    Raises
    ------
    ValueError
        If a table is empty, its columns or labels do not match those of the real table, or
        `sensitive` names something that is not a column of groups.
    TypeError
        If a table is sparse or of another library than the real one, or a parameter has a wrong
        type.

    See Also
    --------
    compare : Cross-validate samplers against baselines.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTE, audit
    >>> X, y = make_classification(400, weights=[0.9], random_state=0)
    >>> sampler = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> new = sampler.is_synthetic_
    >>> report = audit(X, y, X_resampled[new], y_resampled[new], random_state=0)
    >>> report.to_dict()["privacy"]["verdict"]
    'problem'
    """
    started = time.perf_counter()
    given = {"X_real": X_real, "y_real": y_real, "X_syn": X_syn, "y_syn": y_syn}
    given |= {"X_holdout": X_holdout, "y_holdout": y_holdout}
    for name, one in given.items():
        refuse_not_in_memory(one, "audit", name)
        if sparse.issparse(one):
            raise TypeError(
                f"{name} is sparse, but audit needs a dense table: pass {name}.toarray()."
            )
    others = {"sensitive": sensitive, "estimator": estimator, "progress": progress}
    check_parameters("audit", CONSTRAINTS, **given, **others, random_state=random_state)
    if estimator is not None:
        name_classifiers(estimator, "estimator")
    X_real, X_syn, X_holdout = map(distinct_names, (X_real, X_syn, X_holdout))
    tables = read_tables(X_real, y_real, X_syn, y_syn, X_holdout, y_holdout)
    secrets = columns = None
    if sensitive is not None:
        secrets = columns = find_columns(tables, sensitive)
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    sizes = {"real": _num_samples(X_real), "synthetic": _num_samples(X_syn)}
    if X_holdout is not None:
        sizes["held-out"] = _num_samples(X_holdout)
    empty = _nothing_left(tables)
    if empty:
        answers = {name: answer(name, [not_judged(name, empty)]) for name in QUESTIONS}
        return AuditReport(answers, sizes, tables.notes, time.perf_counter() - started)
    reason = _no_fits(tables)
    total = len(QUESTIONS) + 1 + (0 if reason else MOST_FITS)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    answers = {"validity": validity(tables, rng)}
    step()
    tables = tables.subsampled(rng)
    answers["fidelity"] = fidelity(tables, rng)
    step()
    near = neighborhoods(tables, rng)
    step()
    answers["diversity"] = diversity(tables, near, rng)
    step()
    everything = list(range(len(tables.names)))
    answers["privacy"] = privacy(tables, near, secrets or everything, rng)
    step()
    fits = reason or fit_all(tables, estimator, rng, step)
    answers["utility"] = utility(tables, fits, rng)
    step()
    answers["fairness"] = fairness(tables, columns, fits, rng)
    if progress is not None:
        progress(total, total)
    return AuditReport(answers, sizes, tables.notes, time.perf_counter() - started)


def _nothing_left(tables: Tables) -> str:
    """Return the reason why there are no rows to compare, or an empty string."""
    if not len(tables.real):
        return "every class has too few real rows"
    if not len(tables.synthetic):
        return "all synthetic rows are of classes with too few real rows"
    return ""


def _no_fits(tables: Tables) -> str:
    """Return the reason why no classifiers can be compared, or an empty string."""
    if tables.holdout is None:
        return NO_HOLDOUT
    if not tables.labeled:
        return "pass the classes of the synthetic rows as y_syn"
    labels = tables.real.labels, tables.holdout.labels
    if any(one is None or len(np.unique(one)) < 2 for one in labels):
        return "the real or the held-out rows have only one class"
    return ""
