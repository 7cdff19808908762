"""Tables on disk: CSV, TSV and Parquet files as DataFrames of pandas."""

import io
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from skresample.cli.dialects import (
    MOSTLY_NUMBERS,
    SEPARATORS,
    Dialect,
    check_table,
    check_table_name,
    is_parquet,
    open_bytes,
    read_dialect,
    reading,
)
from skresample.cli.terminal import shown

__all__ = ["note_odd_numbers", "read_dates", "read_table", "write_dates", "write_table"]

# Numbers with signs between thousands, or with a decimal comma.
GROUPED = r"[+-]?(?:\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+,\d+)"
# What starts a formula in a spreadsheet (OWASP, CSV injection), unless it is a number.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")
# A date, or a date and a time.
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:(?P<between>[T ])\d{2}:\d{2}(?P<seconds>:\d{2})?)?")


def read_table(path: Path, dialect: Dialect | None = None) -> Any:
    """Read a table as a DataFrame.

    Integers remain integers if some are missing (dtype Int64), and numbers such as 007 are text.
    """
    import pandas as pd

    check_table(path)
    dialect = dialect or read_dialect(path)
    try:
        with reading(path):
            frame = pd.read_parquet(path) if is_parquet(path) else _read_text(path, dialect)
    except ValueError as error:
        if isinstance(error.__cause__, pd.errors.EmptyDataError):
            raise ValueError(f"{path} is empty.") from None
        raise
    if not len(frame):
        raise ValueError(f"{path} has no rows.")
    if not isinstance(frame.index, pd.RangeIndex):
        warnings.warn(
            f"{path} has an index, which is ignored: synthetic rows have none.", stacklevel=2
        )
    return frame.reset_index(drop=True)


def _read_text(path: Path, dialect: Dialect) -> Any:
    import pandas as pd

    given: Any = {"sep": dialect.separator, "encoding": dialect.encoding}
    # From pandas 3.1 on, this is the default, and asking for it is deprecated.
    is_old = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
    frame = pd.read_csv(
        path,
        decimal=dialect.decimal,
        dtype_backend="numpy_nullable",
        float_precision="round_trip" if is_old else None,
        low_memory=False,
        **given,
    )
    if frame.shape[1] == 1 and ";" in str(frame.columns[0]):
        raise ValueError("its separator seems to be ';': give --sep ';'.")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("its rows have more fields than its first line has names.")
    integers = [name for name in frame if frame[name].dtype.kind in "iu"]
    text = pd.read_csv(path, usecols=integers, dtype=str, **given) if integers else {}
    for name in integers:
        if text[name].str.match(r"[+-]?0\d").any():
            frame[name] = text[name].astype("string")
    # NumPy has no missing integers and booleans; everything else gets its NumPy dtype.
    for name, column in frame.items():
        if column.dtype.kind not in "iub" or not column.hasnans:
            dtype = getattr(column.dtype, "numpy_dtype", object)
            values = column.to_numpy(dtype, na_value=np.nan)
            # Without the dtype, pandas 3 would give text a dtype of its own.
            frame[name] = pd.Series(values, frame.index, dtype=dtype)
    return frame


def note_odd_numbers(frame: Any, categorical: list[str], decimal: str) -> None:
    """Warn about columns of text, of which a few values are not numbers."""
    import pandas as pd

    for name, column in frame.items():
        texts = column.dropna()
        if str(name) in categorical or pd.api.types.infer_dtype(texts) != "string":
            continue
        plain = texts.str.replace(decimal, ".", regex=False)
        is_number = pd.to_numeric(plain, errors="coerce").notna()
        like_one = is_number | texts.str.fullmatch(GROUPED)
        if is_number.all() or like_one.mean() < MOSTLY_NUMBERS:
            continue
        odd = texts[~is_number]
        those = "1 value," if len(odd) == 1 else f"{len(odd):,} values, such as"
        warnings.warn(
            f"column {str(name)!r} is read as categories, not numbers, because of {those} "
            f"{shown(odd.iloc[0])} in row {odd.index[0] + 1:,}: write numbers, or leave the field "
            f"empty. If the column is categorical, give --categorical {str(name)!r}.",
            stacklevel=2,
        )


def read_dates(frame: Any) -> dict[Any, tuple[Any, str]]:
    """Convert columns in which every text is a date, in place.

    Returns the form of the texts by column: the longest unit, D, m or s, and the sign before the
    time.
    """
    import pandas as pd

    forms = {}
    for name, column in frame.items():
        is_text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
        if not is_text or not column.notna().any():
            continue
        texts = column.dropna().unique().tolist()
        found = [DATE.fullmatch(text) if isinstance(text, str) else None for text in texts]
        if not all(found):
            continue
        try:
            dates = np.array(column.fillna("NaT"), dtype="datetime64[s]")
        except ValueError:  # February 30
            continue
        longest = max(filter(None, found), key=lambda match: match.end())
        unit = "s" if longest["seconds"] else "m" if longest["between"] else "D"
        forms[name] = unit, longest["between"] or "T"
        frame[name] = pd.Series(dates, index=frame.index)
    return forms


def write_dates(frame: Any, forms: dict[Any, tuple[Any, str]]) -> None:
    """Convert dates back to text, in place, in the forms that `read_dates` returned."""
    import pandas as pd

    for name, (unit, between) in forms.items():
        # Not with strftime, which writes years before 1000 as the platform does.
        dates = frame[name].to_numpy("datetime64[s]")
        texts = np.char.replace(np.datetime_as_string(dates, unit=unit), "T", between)
        column = pd.Series(texts.astype(object), frame.index, dtype=object)
        frame[name] = column.mask(np.isnat(dates))


def write_table(
    frame: Any,
    path: Path,
    dialect: Dialect | None = None,
    *,
    after: Path | None = None,
    safe: bool = False,
) -> None:
    """Write a table; text follows a copy of the table `after`, if given.

    With `safe`, a quote is put before text that starts like a formula.
    """
    if is_parquet(path):
        frame.to_parquet(path, index=False)
        return
    dialect = dialect or Dialect(SEPARATORS[check_table_name(path)])
    with open_bytes(path, "wb") as raw:
        if after is None:
            raw.write(dialect.mark)
        else:
            _copy_lines(after, raw, dialect)
        with io.TextIOWrapper(raw, encoding=dialect.encoding, newline="") as file:
            (_without_formulas(frame) if safe else frame).to_csv(
                file,
                sep=dialect.separator,
                decimal=dialect.decimal,
                lineterminator=dialect.newline,
                header=after is None,
                index=False,
            )


def _copy_lines(source: Path, target: Any, dialect: Dialect) -> None:
    """Copy a text unchanged, and end its last line."""
    last = b""
    with open_bytes(source, "rb") as file:
        while block := file.read(1 << 20):
            target.write(block)
            last = (last + block)[-4:]
    if not last.endswith(tuple(end.encode(dialect.encoding) for end in "\n\r")):
        target.write(dialect.newline.encode(dialect.encoding))


def _without_formulas(frame: Any) -> Any:
    """Return a table in which no text and no column name starts like a formula."""

    def safe(value: Any) -> Any:
        starts = isinstance(value, str) and value.startswith(FORMULA_STARTS)
        return f"'{value}" if starts and not NUMBER.fullmatch(value) else value

    frame = frame.copy(deep=False)
    for name, column in frame.items():
        if column.dtype.kind not in "biufmM":
            frame[name] = column.astype(object).map(safe)
    return frame.rename(columns=safe)
