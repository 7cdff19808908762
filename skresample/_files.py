"""Tables and reports on disk."""

import codecs
import csv
import gzip
import io
import os
import re
import shutil
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

try:
    import fcntl
except ImportError:  # of Windows
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "Dialect",
    "append_rows",
    "check_output",
    "check_table_name",
    "find_odd_number",
    "output_dialect",
    "read_dates",
    "read_dialect",
    "read_table",
    "same_text",
    "write_atomically",
    "write_dates",
    "write_table",
]

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
PARQUET = ".parquet"
# Much of Europe separates the fields of its CSV files by semicolons.
TO_BE_GUESSED = (".csv", ".csv.gz")
GUESSES = ",;\t|"
# Number of characters from which the dialect of a table is recognized.
SAMPLE = 1 << 20
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # begins with that of UTF-16
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Names of encodings in a file without a byte order mark.
WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
# Numbers with signs between thousands, or with a comma before decimals.
GROUPED = r"[+-]?(?:\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+,\d+)"
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
# A column with this proportion of numbers is meant to be numerical.
MOSTLY_NUMBERS = 0.8
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")
# A date, or a date and a time, and how each form is written.
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:(?P<between>[T ])\d{2}:\d{2}(?P<seconds>:\d{2})?)?")


@dataclass(frozen=True)
class Dialect:
    """How a table is written as text; `encoding` writes no byte order mark, `mark` is the mark."""

    separator: str = ","
    decimal: str = "."
    newline: str = os.linesep
    encoding: str = "utf-8"
    mark: bytes = b""


def check_output(path: Path, *, overwrite: bool) -> None:
    """Raise an error if a path cannot be written to, or exists and `overwrite` is False."""
    folder = _followed(path).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no directory {folder} to write {path.name} to.")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to: name another place.")
    if path.is_dir():
        raise FileExistsError(f"{path} is a directory: name a file.")
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is not a regular file: name another place.")
    if path.exists() and not overwrite:
        raise _exists(path)


def _exists(path: Path) -> FileExistsError:
    return FileExistsError(
        f"{path} exists: choose another name, or replace it with overwrite=True "
        "(on the command line, --force)."
    )


def _followed(path: Path) -> Path:
    """Return where a link leads, and any other path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def write_atomically(path: Any, write: Callable[[Path], Any], *, overwrite: bool = False) -> Path:
    """Write a file whole or not at all.

    `write` takes the path of a temporary file of the same name. A replaced file keeps its mode,
    and a link still leads to it. The leftovers of a process that was killed while it wrote the
    same file are removed with a warning.
    """
    path = Path(path)
    check_output(path, overwrite=overwrite)
    place = _followed(path)
    _remove_leftovers(place.parent, path.name)
    # Beside the file, since only within one file system is a rename atomic.
    start = f"{_leftovers()}{os.getpid()}-"
    with TemporaryDirectory(prefix=start, dir=place.parent) as folder, _locked(folder):
        temporary = Path(folder, path.name)
        write(temporary)
        if overwrite:
            if place.exists():
                _take_over(place, temporary)
            os.replace(temporary, place)
        else:
            _create(temporary, place, path)
    return path


def _create(temporary: Path, place: Path, path: Path) -> None:
    """Move a file to its path, if no other file is there."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without hard links
        try:
            place.open("xb").close()
        except FileExistsError:
            raise _exists(path) from None
        os.replace(temporary, place)


def _take_over(old: Path, new: Path) -> None:
    """Give a file the owner and the mode of another, as far as this is allowed."""
    status = old.stat()
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    new.chmod(status.st_mode & 0o7777)


def _leftovers() -> str:
    """Return how the names of temporary folders of this machine begin."""
    return f".skresample-{socket.gethostname()}-"


def _remove_leftovers(folder: Path, name: str) -> None:
    """Remove what processes that are no more have left of a file."""
    if fcntl is None:
        return  # there, one cannot ask whether a process lives without ending it
    start = _leftovers()
    for left in folder.glob(".skresample-*"):
        number = left.name.removeprefix(start).partition("-")[0]
        if not left.name.startswith(start) or not number.isdecimal() or _lives(int(number)):
            continue
        try:
            is_ours = all(file.name == name for file in left.iterdir())
        except OSError:  # of another user
            continue
        with _locked(left) as is_free:
            if not (is_ours and is_free):
                continue
            shutil.rmtree(left, ignore_errors=True)
            warnings.warn(
                f"{left} was left by a process that was killed while it wrote {name}, and has "
                "been removed.",
                UserWarning,
                stacklevel=3,
            )


@contextmanager
def _locked(folder: Any) -> Iterator[bool]:
    """Lock a folder, as long as it is written to, and say whether nobody else has.

    Containers may share files and see only their own processes, but they see all locks.
    """
    if fcntl is None:
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_free = False
    except OSError:  # of a file system without locks
        is_free = True
    else:
        is_free = True
    try:
        yield is_free
    finally:
        os.close(handle)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def check_table_name(path: Path) -> str:
    """Return the extension of a table in lower case, or raise an error if it is unsupported."""
    known = [*SEPARATORS, PARQUET]
    for extension in known:
        if path.name.lower().endswith(extension):
            return extension
    raise ValueError(
        f"Unsupported file type {path}: its name must end in one of {', '.join(known)}."
    )


def _check_table(path: Path) -> str:
    """Return the extension of a table, or raise an error if there is no such file."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a table: name a file in it.")
    extension = check_table_name(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    return extension


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name the file in what is raised while it is read."""
    try:
        yield
    except MemoryError:
        raise
    # Besides others, zlib.error (an Exception and nothing more) for a damaged .gz.
    except Exception as error:
        raise ValueError(f"{path} cannot be read: {error}") from error


def read_dialect(
    path: Path,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """Recognize how a table is written, as far as it is not given; of Parquet, the default."""
    extension = _check_table(path)
    if extension == PARQUET:
        if separator or decimal or encoding:
            raise ValueError(
                f"{path} is a Parquet file, which has no separator, decimal sign or encoding: "
                "leave out --sep, --decimal and --encoding."
            )
        return Dialect()
    separator = {"tab": "\t", "\\t": "\t"}.get(separator or "", separator)
    if separator is not None and not re.fullmatch(r"[^\w\s\"]|[\t ]", separator):
        raise ValueError(f"--sep must be one sign, such as ';' or tab, not {separator!r}.")
    if decimal not in (None, ".", ","):
        raise ValueError(f"--decimal must be '.' or ',', not {decimal!r}.")
    with _reading(path):
        name, mark = _find_encoding(path, encoding)
        with _open_text(path, name, mark) as file:
            start = file.read(SAMPLE)
            if len(start) == SAMPLE:
                start = start[: max(start.rfind("\n"), start.rfind("\r")) + 1] or start
        if "\0" in start:
            raise ValueError(
                "it has NUL characters, as text in UTF-16 without a byte order mark: give "
                "--encoding, such as --encoding utf-16-le."
            )
        if separator is None:
            separator = SEPARATORS[extension]
            if extension in TO_BE_GUESSED:
                separator = _find_separator(start, separator)
        if decimal is None:
            decimal = "." if separator == "," else _find_decimal(start, separator)
    windows = start.count("\r\n")
    ends = {"\r\n": windows, "\n": start.count("\n") - windows, "\r": start.count("\r") - windows}
    newline = max(ends, key=lambda end: ends[end]) if any(ends.values()) else os.linesep
    return Dialect(separator, decimal, newline, name, mark)


def _find_encoding(path: Path, given: str | None) -> tuple[str, bytes]:
    """Return the codec of a text, and its byte order mark."""
    if given is not None:
        try:
            known = codecs.lookup(given)
        except (LookupError, ValueError):
            known = None
        if known is None or not known._is_text_encoding:
            raise ValueError(
                f"there is no encoding {given!r}: give one that Python knows, such as utf-8, "
                "cp1252, cp1250, utf-16 or shift-jis."
            )
        given = known.name
    with _open(path, "rb") as file:
        start = file.read(4)
    for mark, name in MARKS.items():
        if start.startswith(mark) and (given or name).startswith(name[:6]):
            return name, mark
    if given is not None:
        name = WITHOUT_MARK.get(given, given)
        if not _is_in(path, name):
            raise ValueError(f"it is not in {given}: give another --encoding.")
        return name, b""
    if _is_in(path, "utf-8"):
        return "utf-8", b""
    if not _is_in(path, "cp1252"):
        raise ValueError("it is neither in UTF-8 nor in Windows-1252: give --encoding.")
    warnings.warn(
        f"{path} is not in UTF-8 and is read as Windows-1252 (Western European, like Latin-1). If "
        "letters come out wrong, give --encoding.",
        UserWarning,
        stacklevel=2,
    )
    return "cp1252", b""


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _open(path, "rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _records(text: str, separator: str) -> list[list[str]]:
    """Return the lines of a text that are not empty, divided into fields."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [row for row in rows if row]
    except csv.Error:  # an open quote
        return []


def _find_separator(text: str, default: str) -> str:
    """Return the separator that divides all lines into the same number of fields."""
    records = {sign: _records(text, sign) for sign in GUESSES}
    possible = [sign for sign, rows in records.items() if rows and len(rows[0]) > 1]
    if len(possible) > 1:
        regular = [s for s in possible if len({len(row) for row in records[s]}) == 1]
        possible = regular or [default]
    if len(possible) > 1:
        raise ValueError(
            f"its fields may be separated by any of {', '.join(map(repr, possible))}: "
            "say by which with --sep."
        )
    return possible[0] if possible else default


def _find_decimal(text: str, separator: str) -> str:
    """Return the sign before decimals in the columns of numbers."""
    header, *rows = _records(text, separator) or [[]]
    found: dict[str, str] = {}
    is_decimal = False
    for j, name in enumerate(header):
        fields = [row[j].strip() for row in rows if j < len(row) and row[j].strip()]
        for sign in ".,":
            pattern = re.compile(rf"[+-]?\d*(?:\{sign}\d+)?(?:[eE][+-]?\d+)?")
            numbers = [field for field in fields if pattern.fullmatch(field)]
            signed = [number for number in numbers if sign in number]
            if signed and len(numbers) >= MOSTLY_NUMBERS * len(fields):
                found.setdefault(sign, name)
                is_decimal |= sign == "," and not all(map(THOUSANDS.fullmatch, signed))
    if "," in found and not is_decimal:
        raise ValueError(
            f"',' may stand before decimals or between thousands in column {found[',']!r}: say "
            "--decimal , or --decimal . (in which case that column is text)."
        )
    if len(found) > 1:
        raise ValueError(
            f"numbers have decimals after '.' in column {found['.']!r} and after ',' in column "
            f"{found[',']!r}: say which is right with --decimal."
        )
    return next(iter(found), ".")


def read_table(path: Path, dialect: Dialect | None = None) -> Any:
    """Read a table as a DataFrame.

    Whole numbers stay whole if some are missing (dtype Int64), and numbers such as 007 are text.
    """
    import pandas as pd

    extension = _check_table(path)
    dialect = dialect or read_dialect(path)
    try:
        with _reading(path):
            is_text = extension != PARQUET
            frame = _read_text(path, dialect) if is_text else pd.read_parquet(path)
    except ValueError as error:
        if isinstance(error.__cause__, pd.errors.EmptyDataError):
            raise ValueError(f"{path} is empty.") from None
        raise
    if not len(frame):
        raise ValueError(f"{path} has no rows.")
    if not isinstance(frame.index, pd.RangeIndex):
        warnings.warn(
            f"{path} has an index, which is left out: new rows have none.",
            UserWarning,
            stacklevel=2,
        )
    return frame.reset_index(drop=True)


def _read_text(path: Path, dialect: Dialect) -> Any:
    import pandas as pd

    # From pandas 3.1 on, this is the default, and asking for it is deprecated.
    is_old = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
    with _open_text(path, dialect.encoding, dialect.mark) as file:
        frame = pd.read_csv(
            file,
            sep=dialect.separator,
            decimal=dialect.decimal,
            dtype_backend="numpy_nullable",
            float_precision="round_trip" if is_old else None,
            low_memory=False,
        )
    if frame.shape[1] == 1 and ";" in str(frame.columns[0]):
        raise ValueError("it seems to be separated by ';': give --sep ';'.")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("its rows have more fields than its first line has names.")
    whole = [name for name in frame if frame[name].dtype.kind in "iu"]
    if whole:
        with _open_text(path, dialect.encoding, dialect.mark) as file:
            text = pd.read_csv(file, sep=dialect.separator, usecols=whole, dtype=str)
        for name in whole:
            if text[name].str.match(r"[+-]?0\d").any():
                frame[name] = text[name].astype("string")
    # NumPy has no whole number or boolean that is missing; of all else it has its own dtypes.
    for name, column in frame.items():
        if column.dtype.kind not in "iub" or not column.hasnans:
            dtype = getattr(column.dtype, "numpy_dtype", object)
            values = column.to_numpy(dtype, na_value=np.nan)
            # pandas 3 would make text a dtype of its own, if it were not told to leave it.
            frame[name] = pd.Series(values, frame.index, dtype=dtype)
    return frame


def find_odd_number(column: Any, decimal: str = ".") -> tuple[int, Any, int] | None:
    """Find the values that keep a column of text from being numerical.

    Returns the position and the text of the first, and their number; None if the column is
    numerical, or fewer than `MOSTLY_NUMBERS` of its values look like numbers.
    """
    import pandas as pd

    texts = column.dropna()
    if pd.api.types.infer_dtype(texts) != "string":
        return None
    plain = texts.str.replace(decimal, ".", regex=False)
    is_number = pd.to_numeric(plain, errors="coerce").notna()
    like_one = is_number | texts.str.fullmatch(GROUPED)
    if is_number.all() or like_one.mean() < MOSTLY_NUMBERS:
        return None
    odd = texts[~is_number]
    return int(odd.index[0]), odd.iloc[0], len(odd)


def read_dates(frame: Any) -> dict[Any, tuple[Any, str]]:
    """Convert columns in which every text is a date, in place.

    Returns by column how text wrote them: the longest unit, D, m or s, and the sign before the
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
        except ValueError:  # the 30th of February
            continue
        longest = max(filter(None, found), key=lambda match: match.end())
        unit = "s" if longest["seconds"] else "m" if longest["between"] else "D"
        forms[name] = unit, longest["between"] or "T"
        frame[name] = pd.Series(dates, index=frame.index)
    return forms


def write_dates(frame: Any, forms: dict[Any, tuple[Any, str]]) -> None:
    """Convert dates back to text, in place, by what `read_dates` returned."""
    import pandas as pd

    for name, (unit, between) in forms.items():
        # Not with strftime, which writes years before 1000 as the platform does.
        dates = frame[name].to_numpy("datetime64[s]")
        texts = np.char.replace(np.datetime_as_string(dates, unit=unit), "T", between)
        column = pd.Series(texts.astype(object), frame.index, dtype=object)
        frame[name] = column.mask(np.isnat(dates))


def output_dialect(path: Path, source: Path, dialect: Dialect) -> Dialect:
    """Return the dialect of an output: that of its source, with the separator of its extension."""
    extension = check_table_name(path)
    if extension == PARQUET or same_text(path, source):
        return dialect
    separator = SEPARATORS[extension]
    # Where decimals have a comma, CSV has semicolons.
    return replace(dialect, separator=";" if separator == dialect.decimal else separator)


def same_text(one: Path, other: Path) -> bool:
    """Return whether two tables are text of one format, so that rows can be copied."""
    formats = [check_table_name(path).removesuffix(".gz") for path in (one, other)]
    return formats[0] == formats[1] != PARQUET


def write_table(
    frame: Any, path: Path, dialect: Dialect | None = None, *, safe: bool = False
) -> None:
    """Write a table; with `safe`, put a quote before text that begins like a formula."""
    extension = check_table_name(path)
    if extension == PARQUET:
        frame.to_parquet(path, index=False)
        return
    dialect = dialect or Dialect(separator=SEPARATORS[extension])
    with _open(path, "wb") as raw:
        raw.write(dialect.mark)
        with io.TextIOWrapper(raw, encoding=dialect.encoding, newline="") as file:
            _write_rows(_without_formulas(frame) if safe else frame, file, dialect, header=True)


def append_rows(source: Path, frame: Any, path: Path, dialect: Dialect) -> None:
    """Copy the text of a table unchanged, and append more rows."""
    rows = io.StringIO(newline="")
    _write_rows(frame, rows, dialect, header=False)
    ends = tuple(end.encode(dialect.encoding) for end in "\n\r")
    with _open(source, "rb") as old, _open(path, "wb") as new:
        last = b""
        while block := old.read(1 << 20):
            new.write(block)
            last = (last + block)[-4:]
        if not last.endswith(ends):
            new.write(dialect.newline.encode(dialect.encoding))
        new.write(rows.getvalue().encode(dialect.encoding))


def _write_rows(frame: Any, file: Any, dialect: Dialect, *, header: bool) -> None:
    frame.to_csv(
        file,
        sep=dialect.separator,
        decimal=dialect.decimal,
        lineterminator=dialect.newline,
        header=header,
        index=False,
    )


def _without_formulas(frame: Any) -> Any:
    """Return a table in which no text and no column name begins like a formula."""
    import pandas as pd

    def safe(value: Any) -> Any:
        begins = isinstance(value, str) and value.startswith(FORMULA_STARTS)
        return f"'{value}" if begins and not NUMBER.fullmatch(value) else value

    columns = []
    for _, column in frame.items():
        if column.dtype.kind not in "biufmM":
            values = [safe(value) for value in column.astype(object)]
            column = pd.Series(values, column.index, dtype=object)
        columns.append(column)
    return pd.concat(columns, axis=1).set_axis(list(map(safe, frame.columns)), axis=1)


def _open(path: Path, mode: Any) -> Any:
    return gzip.open(path, mode) if path.name.lower().endswith(".gz") else path.open(mode)


def _open_text(path: Path, encoding: str, mark: bytes) -> Any:
    file = _open(path, "rb")
    file.read(len(mark))
    return io.TextIOWrapper(file, encoding=encoding, newline="")
