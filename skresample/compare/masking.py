"""Masks values of a table in errors and warnings of other code."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import sparse

from skresample.compare.arrays import Floats
from skresample.table import Rows, is_frame

__all__ = ["Masking"]

MASK = "…"
# A quotation this long that is part of a cell is unlikely to be so by chance.
LEAST_PART = 4
# From this size on, a whole number may be a cell that was rounded.
LEAST_ROUNDED = 1_000
# Messages are cut to this many characters.
LONGEST = 500
NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?P<point>\.\d+)?(?P<power>[eE][-+]?\d+)?(?!\w)"
)
TIME = re.compile(
    r"datetime\.\w+\([^()]*\)"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
    r"|-?\d+ days?(?:,? [\d:.]+)?"
)
QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")


class Masking:
    """Replaces the values of a table in messages by an ellipsis.

    Errors and warnings quote what they could not use, such as "could not convert string to float:
    'secret'". Reports are shared, and must not contain values of the table. Column names, `names`
    (class labels) and `numbers` (parameters and counts of rows) are never masked.
    """

    def __init__(self, X: Any, names: Iterable[Any] = (), numbers: Iterable[float] = ()):
        self._found = _cells(X)
        self._names = {str(name) for name in names}
        self._numbers = {0.0, 1.0, 2.0, *map(float, numbers)}

    def __call__(self, message: str) -> str:
        """Return a message without values of the table, in one line of about 500 characters.

        If the table cannot be read, all numbers and quotations are masked.
        """
        message = TIME.sub(MASK, message)
        if self._found is None:
            return _one_line(NUMBER.sub(MASK, QUOTED.sub(MASK, message)))
        texts, _, columns = self._found
        for text in sorted(texts - columns - self._names, key=len, reverse=True):
            for form in {text, " ".join(text.split()), repr(text)[1:-1]} - {""}:
                if form in message and not self._is_known_number(form):
                    message = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, message)
        message = QUOTED.sub(self._mask_part, message)
        return _one_line(NUMBER.sub(self._mask_number, message))

    def _is_known_number(self, text: str) -> bool:
        """Return whether a text is a number that is never masked."""
        try:
            return float(text) in self._numbers
        except ValueError:
            return False

    def _mask_part(self, match: re.Match[str]) -> str:
        """Mask a quotation that is part of a cell."""
        assert self._found is not None
        texts, _, columns = self._found
        part = (match[1] or match[2]).removesuffix("...").removesuffix(MASK).strip()
        if len(part) < LEAST_PART or part in columns or part in self._names:
            return match[0]
        return f"'{MASK}'" if any(part in text for text in texts) else match[0]

    def _mask_number(self, match: re.Match[str]) -> str:
        """Mask a number that equals a cell, or has decimals: it may be a scaled cell."""
        assert self._found is not None
        value = float(match[0].replace(",", ""))
        if value in self._numbers:
            return match[0]
        hidden = match["point"] or match["power"]
        reach = 0.5 if abs(value) >= LEAST_ROUNDED else 0.0
        if not hidden:
            hidden = any((np.abs(column - value) <= reach).any() for column in self._found[1])
        return MASK if hidden else match[0]


def _one_line(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= LONGEST else message[:LONGEST] + " ..."


def _cells(X: Any) -> tuple[set[str], list[Floats], set[str]] | None:
    """Return the texts of a table, its numerical columns, and the names of all columns."""
    if sparse.issparse(X):
        return set(), [np.asarray(X.data, dtype=np.float64)], set()
    if not is_frame(X):
        try:
            X = X if isinstance(X, np.ndarray) else np.array(_listed(X), dtype=object)
        except (TypeError, ValueError):
            return None
        X = X[:, np.newaxis] if X.ndim == 1 else X
        if X.ndim != 2:
            return None
    names = {str(name) for name in getattr(X, "column_names", getattr(X, "columns", []))}
    texts: set[str] = set()
    columns: list[Floats] = []
    rows = Rows(X, names=[""] * X.shape[1], sampler="compare")
    for j in range(X.shape[1]):
        column = rows.column(j)
        values = column.values[~column.missing]
        if values.dtype.kind in "iuf":
            columns.append(values.astype(np.float64))
        elif values.dtype.kind in "mM":  # as integers; TIME masks them as text
            for unit in ("D", "s", "ms", "us", "ns"):
                counted = values.astype(f"{values.dtype.kind}8[{unit}]")
                columns.append(counted.astype(np.int64).astype(np.float64))
        elif values.dtype.kind != "b":
            texts |= {str(value) for value in values.tolist() if not isinstance(value, bool)}
    return texts, columns, names


def _listed(X: Any) -> Any:
    return X.to_list() if hasattr(X, "to_list") else X
