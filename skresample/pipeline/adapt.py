"""Whether a classifier or sampler needs an encoder for a table: decided here, and only here."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags

from skresample.pipeline.encoder import TableEncoder, as_text
from skresample.table.columns import Category, Values, kind_of, plain
from skresample.table.frames import is_frame, open_frame
from skresample.table.rows import Rows

__all__ = [
    "Adapted",
    "adapt",
    "converts_text",
    "needs_encoder",
    "takes_missing",
    "with_encoder",
]

# Rows of each class that are enough to see whether a classifier converts text to numbers.
FEW_ROWS = 50
# Names of columns in the reason for an encoder; further columns are counted only.
NAMED_COLUMNS = 5


class Adapted(NamedTuple):
    """The result of `adapt`: an unfitted encoder and the reason for it, or what `fit` returned."""

    encoder: TableEncoder | None
    reason: str
    fitted: Any


def adapt(
    estimator: Any, X: Any, y: npt.NDArray[Any], fit: Callable[[], Any] | None = None
) -> Adapted:
    """Decide whether a classifier or sampler needs an encoder for a table.

    It does if `fit` (by default, of a clone) fails on categories, dates or missing values, or if it
    silently computes with categories spelled as numbers or with masked values.
    """
    if not needs_encoder(X):
        return Adapted(None, "", None if fit is None else fit())
    try:
        fitted = clone(estimator).fit(X, y) if fit is None else fit()
    except MemoryError:
        raise
    except Exception:  # libraries raise their own types
        reason = f"it cannot be fitted on the table as it is ({_special_columns(X)})"
    else:
        if np.ma.is_masked(X):
            reason = "it computes with masked values"
        elif converts_text(estimator, X, y):
            reason = "it converts categories spelled as numbers to numbers"
        else:
            return Adapted(None, "", fitted)
    # Whatever output scikit-learn is set to, the classifier gets an array.
    encoder = TableEncoder(impute=not takes_missing(estimator)).set_output(transform="default")
    return Adapted(encoder, reason, None)


def with_encoder(estimator: Any, X: Any, y: npt.NDArray[Any]) -> tuple[Any, str]:
    """Return a classifier, in a pipeline with an encoder if it needs one, and why, or ""."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder, reason, _ = adapt(estimator, X, y)
    if encoder is None:
        return estimator, ""
    if not isinstance(estimator, Pipeline):
        return make_pipeline(encoder, estimator), reason
    longer = clone(estimator)
    longer.steps.insert(0, ("tableencoder", encoder))
    return longer, reason


def needs_encoder(X: Any) -> bool:
    """Return whether a table, neither sparse nor of numbers, has special columns."""
    return next(_find_special(X), None) is not None


def takes_missing(estimator: Any) -> bool:
    """Return whether an estimator, or every step of a pipeline, accepts NaN by its tags."""
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
        return all(map(takes_missing, steps))
    has_tags = hasattr(estimator, "__sklearn_tags__")
    return has_tags and bool(get_tags(estimator).input_tags.allow_nan)


def _columns(X: Any) -> Iterator[Values]:
    """Return the columns of a table, or none if it has only numbers or is not a table."""
    if sparse.issparse(X):
        return
    if not is_frame(X):
        if np.ma.is_masked(X) and X.ndim == 2:
            X = np.where(np.ma.getmaskarray(X), None, X.data.astype(object))
        try:
            X = np.asarray(X) if hasattr(X, "dtype") else np.array(X, dtype=object)
        except ValueError:  # rows of different lengths
            return
        if X.ndim != 2 or X.dtype.kind in "biu" or (X.dtype.kind == "f" and not np.isnan(X).any()):
            return
    rows = Rows(X, names=[""] * X.shape[1], sampler="adapt")
    yield from map(rows.column, range(X.shape[1]))


def _find_special(X: Any) -> Iterator[tuple[int, str]]:
    """Yield the position of each column with categories, dates or missing values, and which."""
    for j, column in enumerate(_columns(X)):
        if kind_of(column) != "number":
            yield j, "categories"
        elif plain(column).dtype.kind in "mM":
            yield j, "dates or durations"
        if column.missing.any():
            yield j, "missing values"


def _special_columns(X: Any) -> str:
    """Describe special columns by name and kind; an error of the classifier may quote values."""
    found: dict[str, list[str]] = {"categories": [], "dates or durations": [], "missing values": []}
    names = list(getattr(X, "column_names", X.columns)) if is_frame(X) else None
    for j, kind in _find_special(X):
        found[kind].append(f"column {j}" if names is None else repr(str(names[j])))
    parts = []
    for kind, named in found.items():
        more = f" and {len(named) - NAMED_COLUMNS} more" if len(named) > NAMED_COLUMNS else ""
        if named:
            parts.append(f"{kind} in {', '.join(named[:NAMED_COLUMNS])}{more}")
    return "; ".join(parts)


def converts_text(estimator: Any, X: Any, y: npt.NDArray[Any]) -> bool:
    """Return whether a classifier or sampler computes with categories spelled as numbers.

    scikit-learn converts the text "007", and the category 7 of a frame, to the number 7. A fit
    on rows whose categories are spelled otherwise then fails, and shows this.
    """
    spelled = {
        j: as_text(column)
        for j, column in enumerate(_columns(X))
        if kind_of(column) == "name" and _are_numbers(column)
    }
    if not spelled:
        return False
    resamples = hasattr(estimator, "fit_resample")
    each = [np.flatnonzero(y == label) for label in np.unique(y)]
    rows = np.concatenate([own if resamples else own[:FEW_ROWS] for own in each])
    texts = {
        j: [None if text is None else f"={text}" for text in column[rows]]
        for j, column in spelled.items()
    }
    copy = clone(estimator)
    try:
        with warnings.catch_warnings():  # what is said of other categories concerns nobody
            warnings.simplefilter("ignore")
            (copy.fit_resample if resamples else copy.fit)(_replaced(X, rows, texts), y[rows])
    except Exception as error:
        # Other errors of classifiers come from few rows, or from columns selected by name.
        message = str(error).lower()
        return resamples or ("convert" in message and "float" in message)
    return False


def _are_numbers(column: Values) -> bool:
    try:
        column.values[Category.read(column).first_rows].astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _replaced(X: Any, rows: npt.NDArray[np.intp], texts: dict[int, list[Any]]) -> Any:
    """Return some rows of a table, with other categories in some of its columns."""
    if not is_frame(X):
        table = np.array(X, dtype=object)[rows]
        for j, values in texts.items():
            table[:, j] = values
        return table
    frame = open_frame(X)
    columns = {}
    for j in range(X.shape[1]):
        series = frame[:, j]
        if j in texts:
            new = nw.new_series("", texts[j], nw.String, backend=series.implementation)
            # pyarrow before 22 cannot convert the result of a cast of its columns to arrays.
            is_text = series.dtype in (nw.String, nw.Object) or series.implementation.is_pyarrow()
            columns[str(j)] = new if is_text else new.cast(nw.Categorical)
        else:
            columns[str(j)] = series[rows]
    return nw.from_dict(columns).to_native()
