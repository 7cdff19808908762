"""Read tables by the options of a command, and write tables and reports."""

import functools
import inspect
import itertools
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from skresample._files import check_output
from skresample.cli.dialects import Dialect, is_parquet, read_dialect
from skresample.cli.files import note_odd_numbers, read_dates, read_table, write_dates
from skresample.cli.terminal import console, no_such, notes, printable, say

__all__ = [
    "Reader",
    "Table",
    "check_report_output",
    "check_table_output",
    "match_label",
    "publish",
    "with_reader",
]


@dataclass(frozen=True)
class Table:
    """A table divided into features and target, and how its file writes it.

    `place` is the position of the target among the columns, `dtypes` are the dtypes of categorical
    columns in the file, and `forms` are the forms of its dates, see `read_dates`.
    """

    X: Any
    y: Any
    place: int
    dialect: Dialect
    dtypes: dict[str, Any]
    forms: dict[Any, tuple[Any, str]]

    def join(self, X: Any, y: Any, *, dates: bool) -> Any:
        """Return other rows as a table like that of the file, with dates as text unless `dates`."""
        for name, dtype in self.dtypes.items():
            X[name] = X[name].astype(dtype)
        if not dates:
            write_dates(X, self.forms)
        X.insert(self.place, self.y.name, y)
        return X


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How a command reads tables. Its fields are options of the command: see `with_reader`."""

    categorical: Annotated[
        list[str] | None,
        Option(metavar="COLUMN", help="Column whose numbers are categories; repeatable."),
    ] = None
    drop: Annotated[
        list[str] | None, Option(metavar="COLUMN", help="Column to leave out; repeatable.")
    ] = None
    sep: Annotated[
        str | None,
        Option(
            metavar="SIGN",
            help="Field separator of a CSV or TSV file, such as ';' or tab.",
            show_default="recognized",
        ),
    ] = None
    decimal: Annotated[
        str | None,
        Option(
            metavar="SIGN",
            help="Decimal sign of a CSV or TSV file: '.' or ','.",
            show_default="recognized",
        ),
    ] = None
    encoding: Annotated[
        str | None,
        Option(
            help="Encoding of a CSV or TSV file, such as cp1252.",
            show_default="recognized: UTF-8, Windows-1252, or by a byte order mark",
        ),
    ] = None

    def read(
        self, path: Path, target: str, *, needs_target: bool = True, among_others: bool = False
    ) -> Table:
        """Read a table; `among_others`, options for text do not apply to a Parquet file."""
        text = (self.sep, self.decimal, self.encoding)
        dialect = read_dialect(path, *(() if among_others and is_parquet(path) else text))
        frame = read_table(path, dialect)
        return self.divide(frame, path, target, dialect, needs_target=needs_target)

    def divide(
        self, frame: Any, path: Path, target: str, dialect: Dialect, *, needs_target: bool = True
    ) -> Table:
        """Divide a table into features and target."""
        X = frame.drop(columns=[find_column(frame, name, path) for name in self.drop or []])
        y, place = None, -1
        if needs_target or target in map(str, X.columns):
            name = find_column(X, target, path)
            y, place = X[name], X.columns.get_loc(name)
            if missing := int(y.isna().sum()):
                raise ValueError(
                    f"The target {target!r} is missing in {missing:,} of {len(y):,} rows of {path} "
                    "(empty, NA, None, null, ...): fill in these labels, or drop these rows."
                )
            X = X.drop(columns=name)
            note_row_counters(X)
        forms = {}
        if not is_parquet(path):
            forms = read_dates(X)
            note_odd_numbers(X, self.categorical or [], dialect.decimal)
        names = [find_column(X, name, path) for name in self.categorical or []]
        dtypes = {name: X[name].dtype for name in names}
        for name in names:
            X[name] = X[name].astype("category")
        return Table(X, y, place, dialect, dtypes, forms)


def with_reader(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the fields of `Reader` as options, instead of its parameter ``reader``."""
    own, options = (inspect.signature(one).parameters for one in (command, Reader))

    @functools.wraps(command)
    def run(**values: Any) -> None:
        reader = Reader(**{name: values.pop(name) for name in options})
        command(reader=reader, **values)

    in_order = (options.values() if name == "reader" else [one] for name, one in own.items())
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [one.replace(kind=one.KEYWORD_ONLY) for one in itertools.chain(*in_order)]
    )
    return run


def find_column(frame: Any, given: str, path: Path) -> Any:
    """Return the name of the column that is spelled as `given`."""
    names = {str(name): name for name in frame.columns}
    if given not in names:
        raise no_such("column", given, names, f" in {path}")
    return names[given]


def match_label(given: str, labels: Iterable[Any]) -> Any:
    """Return the label that is spelled as `given`."""
    written = {str(label): label for label in labels}
    if given in written:
        return written[given]
    # pandas spells TRUE as True.
    alike = [label for name, label in written.items() if name.casefold() == given.casefold()]
    if len(alike) != 1:
        raise no_such("class", given, written)
    return alike[0]


def note_row_counters(X: Any) -> None:
    """Warn about columns of row numbers."""
    for name, column in X.items():
        is_integer = column.dtype.kind in "iu" and len(column) > 2 and not column.hasnans
        if is_integer and (column.diff().iloc[1:] == 1).all():
            warnings.warn(
                f"column {name!r} contains row numbers: leave it out with --drop {name!r}.",
                stacklevel=2,
            )


def check_table_output(output: Path, force: bool, safe_csv: bool) -> None:
    """Raise an error, before any work, if the table cannot be written."""
    if is_parquet(output) and safe_csv:
        raise ValueError(f"--safe-csv is for CSV and TSV files, and {output} is a Parquet file.")
    check_output(output, overwrite=force)


def check_report_output(output: Path | None, name: str, force: bool) -> None:
    """Raise an error, before any work, if the report cannot be written; see `publish`."""
    page = output or free_name(name)
    if page.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"Unsupported file type {page}: the name of a report must end in .html.")
    check_output(page, overwrite=force)


def publish(report: Any, output: Path | None, name: str, force: bool, after: str = "") -> None:
    """Print a report, and write it to `output`, or under the next free name."""
    console().print(printable(str(report)), soft_wrap=True)
    while True:
        page = output or free_name(name)
        try:
            with notes():
                report.to_html(page, overwrite=force and output is not None)
            break
        except FileExistsError:  # another run has taken the name
            if output is not None:
                raise
    say(f"\nWrote the report to {page}{after}")


def free_name(name: str) -> Path:
    """Return a path, or the first with -2, -3, ... at which there is no file yet."""
    path = Path(name)
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not one.exists())
