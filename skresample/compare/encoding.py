"""Encoders in front of classifiers that do not accept a table as it is."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.pipeline import Pipeline, make_pipeline

from skresample.pipeline.encoder import (
    TableEncoder,
    needs_encoder,
    takes_missing,
    takes_names_for_numbers,
)
from skresample.table import Rows, is_frame
from skresample.table.columns import kind_of, plain

__all__ = ["with_encoder"]

# A reason names this many columns at most.
NAMED_COLUMNS = 5


def with_encoder(estimator: Any, X: Any, y: npt.NDArray[Any]) -> tuple[Any, str]:
    """Return a pipeline of an encoder and a classifier that needs one, and why it does.

    A classifier that needs no encoder is returned as it is, with an empty reason.
    """
    reason = _why(estimator, X, y) if needs_encoder(X) else ""
    if not reason:
        return estimator, ""
    encoder = TableEncoder(impute=not takes_missing(estimator))
    # The next step gets an array, whatever output the user sets for transformers.
    encoder.set_output(transform="default")
    if not isinstance(estimator, Pipeline):
        return make_pipeline(encoder, estimator), reason
    longer = clone(estimator)
    longer.steps.insert(0, ("tableencoder", encoder))
    return longer, reason


def _why(estimator: Any, X: Any, y: npt.NDArray[Any]) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            clone(estimator).fit(X, y)
        except Exception:  # of any type: libraries have their own
            return f"it cannot be fitted on the table as it is ({_special_columns(X)})"
        if not takes_names_for_numbers(estimator, X, y):
            return ""
    if np.ma.is_masked(X):
        return "it computes with masked values"
    return "it converts categories spelled as numbers to numbers"


def _special_columns(X: Any) -> str:
    """Name the columns that some classifiers do not accept.

    Only by names and kinds: errors about them may quote their values.
    """
    if is_frame(X):
        names = list(map(repr, map(str, getattr(X, "column_names", X.columns))))
    else:
        X = np.array(X, dtype=object)
        names = [f"column {j}" for j in range(X.shape[1])]
    rows = Rows(X, names=names)
    found: dict[str, list[str]] = {"categories": [], "dates or durations": [], "missing values": []}
    for j, name in enumerate(rows.names):
        column = rows.column(j)
        if kind_of(column) != "number":
            found["categories"].append(name)
        elif plain(column).dtype.kind in "mM":
            found["dates or durations"].append(name)
        if column.missing.any():
            found["missing values"].append(name)
    return "; ".join(f"{kind} in {_shorten(names)}" for kind, names in found.items() if names)


def _shorten(names: list[str]) -> str:
    more = len(names) - NAMED_COLUMNS
    return ", ".join(names[:NAMED_COLUMNS]) + (f" and {more} more" if more > 0 else "")
