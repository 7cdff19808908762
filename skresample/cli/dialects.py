"""How CSV and TSV files are written: encoding, separator, decimal sign and line ends."""

import codecs
import csv
import gzip
import io
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

__all__ = [
    "MOSTLY_NUMBERS",
    "SEPARATORS",
    "Dialect",
    "check_table",
    "check_table_name",
    "is_parquet",
    "open_bytes",
    "output_dialect",
    "read_dialect",
    "reading",
    "same_text",
]

SEPARATORS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
PARQUET = ".parquet"
# Much of Europe separates the fields of CSV files by semicolons.
GUESSES = ",;\t|"
# The number of characters from which the dialect is recognized.
SAMPLE = 1 << 20
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # starts with the mark of UTF-16
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# The codecs of files without a byte order mark.
WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
# A column in which this proportion of the values are numbers is meant to be numerical.
MOSTLY_NUMBERS = 0.8


@dataclass(frozen=True)
class Dialect:
    """How a table is written as text."""

    separator: str = ","
    decimal: str = "."
    newline: str = os.linesep
    encoding: str = "utf-8"  # one that writes no byte order mark
    mark: bytes = b""  # the byte order mark


def check_table_name(path: Path) -> str:
    """Return the extension of a table in lower case, or raise an error if it is unsupported."""
    known = [*SEPARATORS, PARQUET]
    for extension in known:
        if path.name.lower().endswith(extension):
            return extension
    raise ValueError(
        f"Unsupported file type {path}: its name must end in one of {', '.join(known)}."
    )


def check_table(path: Path) -> str:
    """Return the extension of a table, or raise an error if there is no such file."""
    if path.is_dir():
        raise ValueError(f"{path} is a directory, not a table: name a file in it.")
    extension = check_table_name(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    return extension


def is_parquet(path: Path) -> bool:
    """Return whether a table is a Parquet file, which stores the type of each column."""
    return check_table_name(path) == PARQUET


def same_text(one: Path, other: Path) -> bool:
    """Return whether two tables are text of one format, so that rows can be copied."""
    formats = {check_table_name(path).removesuffix(".gz") for path in (one, other)}
    return len(formats) == 1 and PARQUET not in formats


def output_dialect(path: Path, source: Path, dialect: Dialect) -> Dialect:
    """Return the dialect of an output: that of its source, with the separator of its extension."""
    extension = check_table_name(path)
    if extension == PARQUET or same_text(path, source):
        return dialect
    separator = SEPARATORS[extension]
    # CSV files with decimal commas are separated by semicolons.
    return replace(dialect, separator=";" if separator == dialect.decimal else separator)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Name the file in errors that are raised while it is read."""
    try:
        yield
    except MemoryError:
        raise
    # Among others, zlib.error for a damaged .gz, which is a mere Exception.
    except Exception as error:
        why = str(error).removeprefix("Error tokenizing data. C error: ")
        raise ValueError(f"{path} cannot be read: {why}") from error


def open_bytes(path: Path, mode: Any) -> Any:
    """Open a file, unpacked if its name ends in ``.gz``."""
    return gzip.open(path, mode) if path.name.lower().endswith(".gz") else path.open(mode)


def read_dialect(
    path: Path,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """Recognize the parts of the dialect that are not given; the default one for Parquet."""
    extension = check_table(path)
    if extension == PARQUET:
        if separator or decimal or encoding:
            raise ValueError(
                f"{path} is a Parquet file, which has no separator, decimal sign or encoding: "
                "leave out --sep, --decimal and --encoding."
            )
        return Dialect()
    separator = {"tab": "\t", "\\t": "\t"}.get(separator or "", separator)
    if separator is not None and not re.fullmatch(r"[^\w\s\"]|[\t ]", separator):
        raise ValueError(
            f"--sep must be a single character, such as ';', or tab, not {separator!r}."
        )
    if decimal not in (None, ".", ","):
        raise ValueError(f"--decimal must be '.' or ',', not {decimal!r}.")
    with reading(path):
        name, mark = _find_encoding(path, encoding)
        with _open_text(path, name) as file:
            start = file.read(SAMPLE).removeprefix("\ufeff")
        if len(start) >= SAMPLE - 1:
            start = start[: max(start.rfind("\n"), start.rfind("\r")) + 1] or start
        if "\0" in start:
            raise ValueError(
                "it contains NUL characters, like text in UTF-16 without a byte order mark: give "
                "--encoding, such as --encoding utf-16-le."
            )
        if separator is None:
            separator = SEPARATORS[extension]
            if extension.startswith(".csv"):
                separator = _find_separator(start, separator)
        if decimal is None:
            decimal = "." if separator == "," else _find_decimal(start, separator)
    ends = Counter(re.findall("\r\n|\n|\r", start)).most_common(1)
    return Dialect(separator, decimal, ends[0][0] if ends else os.linesep, name, mark)


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
    with open_bytes(path, "rb") as file:
        start = file.read(4)
    for mark, name in MARKS.items():
        if start.startswith(mark) and (given or name).startswith(name[:6]):
            return name, mark
    for name in ("utf-8", "cp1252") if given is None else (WITHOUT_MARK.get(given, given),):
        if _is_in(path, name):
            break
    else:
        wrong = f"not {given}" if given else "neither UTF-8 nor Windows-1252"
        raise ValueError(f"its encoding is {wrong}: give another --encoding.")
    if given is None and name == "cp1252":
        warnings.warn(
            f"{path} is not in UTF-8 and is read as Windows-1252 (Western European, like Latin-1). "
            "If letters look wrong, give --encoding.",
            stacklevel=2,
        )
    return name, b""


def _open_text(path: Path, encoding: str) -> Any:
    return io.TextIOWrapper(open_bytes(path, "rb"), encoding=encoding, newline="")


def _is_in(path: Path, encoding: str) -> bool:
    try:
        with _open_text(path, encoding) as file:
            while file.read(SAMPLE):
                pass
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
            f"each of {', '.join(map(repr, possible))} may separate its fields: choose one with "
            "--sep."
        )
    return possible[0] if possible else default


def _find_decimal(text: str, separator: str) -> str:
    """Return the decimal sign of the columns of numbers."""
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
            f"',' may be a decimal comma or separate thousands in column {found[',']!r}: give "
            "--decimal , for decimals, or --decimal . to read the column as text."
        )
    if len(found) > 1:
        raise ValueError(
            f"column {found['.']!r} has decimal points and column {found[',']!r} decimal commas: "
            "choose one with --decimal."
        )
    return next(iter(found), ".")
