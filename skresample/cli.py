"""The command line: list samplers, resample, compare and generate tables, audit new rows."""

import ast
import difflib
import inspect
import itertools
import math
import os
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

try:
    import typer
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Table
except ImportError:
    raise SystemExit(
        'The command line needs typer and rich: pip install "skresample[cli]"'
    ) from None

from skresample import __version__
from skresample._files import (
    PARQUET,
    append_rows,
    check_output,
    check_table_name,
    find_odd_number,
    output_dialect,
    read_dates,
    read_dialect,
    read_table,
    same_text,
    write_atomically,
    write_dates,
    write_table,
)
from skresample.datasets import load_yeast4
from skresample.registry import default_sampler, default_samplers
from skresample.table import Rows

__all__ = ["app", "main"]

# Whoever waits longer than this, in seconds, is shown how it goes.
PATIENCE = 2.0
# Characters that move the cursor, color the terminal or turn text round, and halves of pairs.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Of a value, and of a line of an error, more characters than this are not shown.
LONGEST_VALUE, LONGEST_LINE = 80, 1000
REPORT = "skresample-report.html"
AUDIT = "skresample-audit.html"
ALIASES = {
    "logistic": "logistic-regression",
    "linear": "logistic-regression",
    "boosting": "gradient-boosting",
    "forest": "random-forest",
    "tree": "decision-tree",
    "knn": "k-neighbors",
}

app = typer.Typer(
    help="Over-sampling of imbalanced tables, and honest reports of what it gains.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Stopped(SystemExit):
    """The process was told to end, by SIGTERM or SIGHUP."""


def stop_on_signals() -> None:
    """Have SIGTERM and SIGHUP end the process as an error does, so that files are cleaned up."""

    def stop(number: int, frame: Any) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not break off the cleaning
        raise Stopped(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup has SIGHUP ignored.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, stop)


def printable(text: str) -> str:
    """Return text in which control characters are written out, so that they have no effect."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(text: str, *, err: bool = False) -> None:
    """Print text, whatever it contains."""
    typer.echo(printable(text), err=err)


def shown(value: str) -> str:
    """Return what was given as a message shows it."""
    if len(value) <= LONGEST_VALUE:
        return repr(value)
    return f"{value[:LONGEST_VALUE]!r}... ({len(value):,} characters)"


def shortened(line: str) -> str:
    """Return a line of a message, without its end if it is very long."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."


@contextmanager
def plain_errors() -> Iterator[None]:
    """Tell what went wrong in a line or two on stderr, and exit with its code."""
    try:
        yield
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except Stopped:
        say("stopped", err=True)
        raise
    except BrokenPipeError:
        raise  # whoever reads has read enough, and click says nothing of it
    except (ValueError, TypeError, ImportError, FileNotFoundError, FileExistsError) as error:
        message, code = f"Error: {error}", 2
    except MemoryError as error:
        message, code = f"Error: out of memory{f': {error}' if str(error) else ''}", 1
    except BrokenExecutor:
        message, code = "Error: a worker process was killed (out of memory?): lower --n-jobs", 1
    except OSError as error:
        message, code = f"Error: {error}", 1
    else:
        return
    for line in message.splitlines()[:2]:
        say(shortened(line), err=True)
    raise typer.Exit(code)


@contextmanager
def notes() -> Iterator[None]:
    """Print each warning as a note, once and at once: some say how long what follows takes."""
    noted: set[str] = set()

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        if str(message) not in noted:
            noted.add(str(message))
            say(shortened(f"Note: {message}"), err=True)

    with warnings.catch_warnings():
        # Other kinds of warnings are about code, which the user of a command cannot change.
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = note
        yield


@contextmanager
def progress_line(description: str, *columns: ProgressColumn) -> Iterator[Callable[..., None]]:
    """Show on a terminal how it goes, once it has taken longer than `PATIENCE`.

    Parameters
    ----------
    description : str
        What is being done.
    *columns : ProgressColumn
        What to show besides that and the time.

    Yields
    ------
    update : callable
        Takes ``completed`` and ``total``, or another ``description``.
    """
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        *columns,
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    task = progress.add_task(description, total=None)
    timer = threading.Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda **what: progress.update(task, **what)
    finally:
        timer.cancel()
        timer.join()
        if progress.live.is_started:
            progress.stop()


def show_version(wanted: bool) -> None:
    """Print the version and leave, if that is wanted."""
    if wanted:
        typer.echo(f"skresample {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


TARGET = typer.Option(help="Name of the column with the classes.")
SeedOption = Annotated[int, typer.Option(help="Seed: the same one gives the same result.")]
DropOption = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column to leave out; may be repeated."),
]
CategoricalOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN", help="Column whose numbers are names of categories; may be repeated."
    ),
]
STRATEGIES = ("auto", "minority", "not minority", "not majority", "all")
ForceOption = Annotated[bool, typer.Option("--force", help="Replace an output that exists.")]
SepOption = Annotated[
    str | None,
    typer.Option(
        metavar="SIGN",
        help="What separates the fields of a CSV or TSV file, such as ';' or tab.",
        show_default="recognized",
    ),
]
DecimalOption = Annotated[
    str | None,
    typer.Option(
        metavar="SIGN",
        help="What stands before decimals in a CSV or TSV file: '.' or ','.",
        show_default="recognized",
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        help="Encoding of a CSV or TSV file, such as cp1252.",
        show_default="recognized: UTF-8, UTF-16 and UTF-32 with a byte order mark, Windows-1252",
    ),
]
SafeOption = Annotated[
    bool,
    typer.Option(
        "--safe-csv",
        help="Put ' before text that a spreadsheet would run as a formula: all that begins with "
        "=, +, -, @, tab or line break, but for numbers.",
    ),
]


@app.command()
@plain_errors()
def samplers() -> None:
    """List the samplers, what they do and their papers."""
    table = Table("--sampler", show_lines=True)
    table.add_column("class", no_wrap=True)
    table.add_column("what it does, and its paper")
    for name, cls in sampler_classes().items():
        summary = (inspect.getdoc(cls) or "").partition("\n")[0]
        table.add_row(name, cls.__name__, f"{summary}\n{cls._paper}")
    _console().print(table)


@app.command()
@plain_errors()
def resample(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="CSV, TSV (both also .gz) or Parquet file.")
    ],
    target: Annotated[str, TARGET],
    output: Annotated[Path, typer.Option(help="Where to write; the extension is the format.")],
    sampler: Annotated[str, typer.Option(help="See `skresample samplers`.")] = "smote",
    only_synthetic: Annotated[
        bool, typer.Option("--only-synthetic", help="Write the new rows only.")
    ] = False,
    n: Annotated[
        int | None, typer.Option("--n", help="Make this many new rows of one class.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="The class that --n is about.", show_default="the smallest")
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            help="How many rows each class is to have: a word such as 'not majority', a ratio "
            "such as 0.5, or rows per label such as \"{'a': 500}\".",
            show_default="auto: as many as the largest",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Parameter of the sampler; may be repeated."),
    ] = None,
    categorical: CategoricalOption = None,
    drop: DropOption = None,
    sep: SepOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    safe_csv: SafeOption = False,
    seed: SeedOption = 0,
    force: ForceOption = False,
) -> None:
    """Add rows to the small classes of a table."""
    check_table_output(output, force, safe_csv)
    if n is None and label is not None:
        raise ValueError("--label says which class --n is about: give --n, or use --strategy.")
    if n is not None and strategy is not None:
        raise ValueError("--n and --strategy both say how many rows to make: give one of them.")
    at_least("--n", n, 1)
    at_least("--seed", seed, 0)
    model = make_sampler(sampler, param or [])
    model.set_params(random_state=seed)
    with notes(), progress_line("reading") as update:
        dialect = read_dialect(table, sep, decimal, encoding)
        frame = drop_columns(read_table(table, dialect), drop, table)
        X, y = split_target(frame, target, table)
        forms = {} if is_parquet(table) else read_dates(X)
        note_odd_numbers(X, categorical, dialect.decimal)
        if categorical:
            take_as_categories(model, X, categorical, table)
        # Of a categorical column, value_counts would also count labels that have no rows.
        before = y.astype(object).value_counts()
        if n is not None:
            check_memory("--n", n, frame.shape[1])
            chosen = before.idxmin() if label is None else match_label(label, before.index)
            model.set_params(sampling_strategy={chosen: int(before[chosen]) + n})
        elif strategy is not None:
            wanted = read_strategy(strategy, before.index)
            if isinstance(wanted, dict):
                rows = sum(count for count in wanted.values() if isinstance(count, int))
                check_memory("--strategy", rows, frame.shape[1])
            model.set_params(sampling_strategy=wanted)
        update(description="resampling")
        resampled, y_resampled = model.fit_resample(X, y)
        removed = getattr(model, "n_removed_", None)  # by a method that also cleans
        moved = getattr(model, "is_moved_", None)  # by a method that edits given rows
        edited = bool(removed) or (moved is not None and bool(moved.any()))
        if not is_parquet(output):
            write_dates(resampled, forms)
        resampled.insert(frame.columns.get_loc(y.name), y.name, y_resampled)
        new = resampled[model.is_synthetic_]
        if only_synthetic and new.empty:
            raise ValueError("There is nothing to add, so --only-synthetic has nothing to write.")
        written = new if only_synthetic else resampled
        update(description="writing")
        form = output_dialect(output, table, dialect)

        def write(path: Path) -> None:
            copied = same_text(table, output) and not (only_synthetic or drop or edited or safe_csv)
            if copied:
                append_rows(table, new, path, form)
            else:
                write_table(written, path, form, safe=safe_csv)

        write_atomically(output, write, overwrite=force)
    added = new[y.name].astype(object).value_counts()
    after = resampled[y.name].astype(object).value_counts()
    headings = ["class", "rows before", "rows added", "rows after"]
    if removed is not None:
        headings.insert(3, "rows removed")
    if moved is not None:
        headings.insert(2, "rows moved")
        n_moved = y_resampled[moved].astype(object).value_counts()
    summary = Table(*headings)
    for one, count in before.items():
        more, left = int(added.get(one, 0)), int(after.get(one, 0))
        cells = [f"{count:,}", f"{more:,}", f"{left:,}"]
        if moved is not None:
            cells.insert(1, f"{int(n_moved.get(one, 0)):,}")
        if removed is not None:  # of the new ones, too
            more = int(model.sampling_strategy_.get(one, 0))
            cells[1:2] = [f"{more:,}", f"{count + more - left:,}"]
        summary.add_row(printable(str(one)), *cells)
    _console().print(summary)
    linkage = getattr(model, "linkage_", None)
    if linkage is not None:
        say(f"Of {linkage:.1%} of the new rows, the nearest row is the one behind them.")
    say(f"Wrote {len(written):,} rows to {output}")


@app.command()
@plain_errors()
def compare(
    table: Annotated[
        Path | None,
        typer.Argument(
            metavar="TABLE",
            help="CSV, TSV (both also .gz) or Parquet file.",
            show_default="yeast4, 1,484 proteins with 51 of the minority",
        ),
    ] = None,
    target: Annotated[str | None, TARGET] = None,
    sampler: Annotated[
        list[str] | None,
        typer.Option(
            help="See `skresample samplers`; may be repeated.",
            show_default="all but SMOTENC and SMOTEN",
        ),
    ] = None,
    estimator: Annotated[
        list[str] | None,
        typer.Option(
            help="logistic-regression, gradient-boosting, random-forest, decision-tree or "
            "k-neighbors; may be repeated.",
            show_default="the first two",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Parameter of the samplers, set for each that has it; may be repeated.",
        ),
    ] = None,
    categorical: CategoricalOption = None,
    drop: DropOption = None,
    sep: SepOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.")] = 5,
    repeats: Annotated[int, typer.Option(help="How often it is repeated.")] = 2,
    n_jobs: Annotated[int, typer.Option(help="Processes; -1 for all processors.")] = -1,
    seed: SeedOption = 0,
    output: Annotated[
        Path | None,
        typer.Option(help="Where to write the report.", show_default=f"{REPORT}, or -2, -3, ..."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Measure on held-out rows what over-sampling gains on a table."""
    started = time.perf_counter()
    check_page_name(output or free_name(REPORT), force)
    if (table is None) != (target is None):
        raise ValueError("TABLE and --target go together: give both, or none for the example.")
    at_least("--folds", folds, 2)
    at_least("--repeats", repeats, 1)
    at_least("--seed", seed, 0)
    classes = sampler_classes()
    named = [classes[choose(name, classes, "sampler")].__name__ for name in sampler or []]
    methods = {name: default_sampler(name) for name in named} or default_samplers()
    configure(list(methods.values()), param or [], reserved=("random_state",))
    models = make_estimators(estimator) if estimator else None

    from sklearn.model_selection import RepeatedStratifiedKFold

    import skresample

    cv = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("remaining")
    with notes(), progress_line("comparing", *columns) as update:
        if table is None or target is None:
            table, target, is_text = Path("yeast4"), "class", False
            measured, site = load_yeast4(as_frame=True)
            frame = measured.assign(**{target: site})
        else:
            dialect = read_dialect(table, sep, decimal, encoding)
            frame, is_text = read_table(table, dialect), not is_parquet(table)
        X, y = split_target(drop_columns(frame, drop, table), target, table)
        if is_text:
            read_dates(X)
            note_odd_numbers(X, categorical, dialect.decimal)
        for name in categorical or []:
            column = find_column(X, name, table)
            X[column] = X[column].astype("category")
        result = skresample.compare(
            X,
            y,
            samplers=methods,
            estimators=models,
            cv=cv,
            n_jobs=n_jobs,
            random_state=seed,
            progress=lambda done, total: update(completed=done, total=total),
        )
    _console().print(printable(str(result)), soft_wrap=True)
    page = write_report(result, output, REPORT, force)
    say(f"\nWrote the report to {page} after {time.perf_counter() - started:.0f} s")


@app.command()
@plain_errors()
def generate(
    spec: Annotated[
        Path, typer.Argument(metavar="SPEC", help="TOML or JSON file that describes the columns.")
    ],
    n: Annotated[int, typer.Option("--n", help="How many rows.")],
    output: Annotated[Path, typer.Option(help="Where to write; the extension is the format.")],
    safe_csv: SafeOption = False,
    seed: SeedOption = 0,
    force: ForceOption = False,
) -> None:
    """Make a table from a description of its columns."""
    check_table_output(output, force, safe_csv)
    at_least("--n", n, 1)
    at_least("--seed", seed, 0)

    from skresample import RandomGenerator

    with notes(), progress_line("generating") as update:
        generator = RandomGenerator.from_spec(spec, random_state=seed)
        check_memory("--n", n, len(generator.spec))
        frame = generator.sample(n)
        update(description="writing")
        write_atomically(
            output, lambda path: write_table(frame, path, safe=safe_csv), overwrite=force
        )
    say(f"Wrote {len(frame):,} rows to {output}")


@app.command()
@plain_errors()
def audit(
    real: Annotated[
        Path, typer.Argument(metavar="REAL", help="The rows that the synthetic ones were made of.")
    ],
    synthetic: Annotated[
        Path,
        typer.Argument(metavar="SYNTHETIC", help="The synthetic rows only, in the same columns."),
    ],
    target: Annotated[str, TARGET],
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="Real rows that they were not made of."),
    ] = None,
    sensitive: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="Column that divides people into groups; may be repeated."
        ),
    ] = None,
    estimator: Annotated[
        str | None,
        typer.Option(help="See `skresample compare --help`.", show_default="logistic-regression"),
    ] = None,
    categorical: CategoricalOption = None,
    drop: DropOption = None,
    sep: SepOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    seed: SeedOption = 0,
    output: Annotated[
        Path | None,
        typer.Option(help="Where to write the report.", show_default=f"{AUDIT}, or -2, -3, ..."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Ask whether synthetic rows are valid, faithful, varied, private, useful and fair."""
    check_page_name(output or free_name(AUDIT), force)
    at_least("--seed", seed, 0)
    model = None
    if estimator is not None:
        [model] = make_estimators([estimator]).values()

    import skresample

    def read(path: Path) -> tuple[Any, Any]:
        told = (None, None, None) if is_parquet(path) else (sep, decimal, encoding)
        dialect = read_dialect(path, *told)
        frame = drop_columns(read_table(path, dialect), drop, path)
        if path == synthetic and target not in map(str, frame.columns):
            X, y = frame, None
        else:
            X, y = split_target(frame, target, path)
        if not is_parquet(path):
            read_dates(X)
            note_odd_numbers(X, categorical, dialect.decimal)
        for name in categorical or []:
            column = find_column(X, name, path)
            X[column] = X[column].astype("category")
        return X, y

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("remaining")
    with notes(), progress_line("auditing", *columns) as update:
        X, y = read(real)
        X_syn, y_syn = read(synthetic)
        X_holdout, y_holdout = (None, None) if holdout is None else read(holdout)
        report = skresample.audit(
            X,
            y,
            X_syn,
            y_syn,
            X_holdout=X_holdout,
            y_holdout=y_holdout,
            sensitive=sensitive or None,
            estimator=model,
            random_state=seed,
            progress=lambda done, total: update(completed=done, total=total),
        )
    _console().print(printable(str(report)), soft_wrap=True)
    page = write_report(report, output, AUDIT, force)
    say(f"\nWrote the report to {page}")


def check_table_output(output: Path, force: bool, safe_csv: bool) -> None:
    """Refuse a place where no table can be written, before any work is done."""
    if check_table_name(output) == PARQUET and safe_csv:
        raise ValueError(f"--safe-csv is for CSV and TSV files, and {output} is none.")
    check_output(output, overwrite=force)


def check_page_name(page: Path, force: bool) -> None:
    """Refuse a place where no report can be written, before any work is done."""
    if page.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{page} is not a name of a report: it must end in .html.")
    check_output(page, overwrite=force)


def at_least(option: str, value: int | None, lowest: int) -> None:
    """Refuse a number that is too small."""
    if value is not None and value < lowest:
        raise ValueError(f"{option} must be at least {lowest}, not {value}.")


def check_memory(option: str, rows: int, columns: int) -> None:
    """Refuse a number of rows that does not fit into memory, with 8 bytes a value."""
    size, room = 8 * rows * columns, memory_size()
    if size > room:
        raise ValueError(
            f"{option} asks for {rows:,} rows × {columns:,} columns, which take at least "
            f"{size / 2**30:,.0f} GiB, and this machine has {room / 2**30:,.0f} GiB: make fewer "
            "rows at a time."
        )


def memory_size() -> float:
    """Return the bytes of memory that there are, infinity where that is unknown."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # of Windows
        return math.inf
    with suppress(OSError, ValueError):  # of a container; "max" if it has all
        return min(size, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return size


def sampler_classes() -> dict[str, Any]:
    """Return every sampler that the library exports, by its name on the command line."""
    from skresample.registry import all_samplers

    return {_command_name(name): cls for name, cls in all_samplers().items()}


def _command_name(class_name: str) -> str:
    """Put hyphens between the words of a class name, of which SMOTE is one."""
    between = r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])|(?<=.)(?=SMOTE$)"
    return re.sub(between, "-", class_name).lower()


def choose(given: str, names: Iterable[str], what: str) -> str:
    """Return the name that is meant: upper case, hyphens and underscores do not matter."""
    plain = {re.sub("[-_ ]", "", name).lower(): name for name in names}
    wanted = re.sub("[-_ ]", "", given).lower()
    if wanted in plain:
        return plain[wanted]
    close = [plain[name] for name in difflib.get_close_matches(wanted, plain, n=1)]
    raise ValueError(
        f"There is no {what} {shown(given)}{_did_you_mean(close)} There are: {', '.join(names)}."
    )


def _did_you_mean(close: list[str]) -> str:
    return f"; did you mean {close[0]!r}?" if close else "."


def make_sampler(name: str, settings: list[str]) -> Any:
    """Return the sampler of a name as `compare` has it, but for parameters given."""
    classes = sampler_classes()
    model = default_sampler(classes[choose(name, classes, "sampler")].__name__)
    configure([model], settings, reserved=("random_state", "sampling_strategy"))
    return model


def configure(models: list[Any], settings: list[str], *, reserved: tuple[str, ...]) -> None:
    """Set parameters, given as ``name=value``, of every model that has them.

    Parameters
    ----------
    models : list of sampler
        Changed in place.
    settings : list of str
        The parameters.
    reserved : tuple of str
        Names that there are other options for.

    Raises
    ------
    ValueError
        If none of the models has a parameter.
    """
    known = {id(model): set(model.get_params()) - set(reserved) for model in models}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--param {shown(setting)} has no value: write it as NAME=VALUE.")
        having = [model for model in models if key in known[id(model)]]
        if not having:
            names = sorted(set().union(*known.values()))
            close = difflib.get_close_matches(key, names, n=1)
            raise ValueError(
                f"{', '.join(type(model).__name__ for model in models)}: there is no parameter "
                f"{shown(key)}{_did_you_mean(close)} There are: {', '.join(names)}."
            )
        for model in having:
            model.set_params(**{key: _literal(f"--param {key}", value)})


def _literal(option: str, text: str) -> Any:
    """Read a number, None, True or a dict as Python does; all else is text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        if len(text) <= LONGEST_VALUE:
            return text
        why = "it is too long for a word"
    except (TypeError, MemoryError, RecursionError) as error:
        why = str(error) or "it is nested too deeply"
    raise ValueError(
        f"{option}: {shown(text)} cannot be read ({why}): write a word, a number, or a list or "
        "dict of these, such as \"{'a': 3}\"."
    )


def split_target(frame: Any, target: str, table: Path) -> tuple[Any, Any]:
    """Return the features and the target of a table."""
    chosen = find_column(frame, target, table)
    missing = int(frame[chosen].isna().sum())
    if missing:
        raise ValueError(
            f"{target!r} is missing in {missing:,} of {len(frame):,} rows of {table} (it is empty, "
            "or reads NA, None, null, ...): fill it in, or drop those rows."
        )
    X = frame.drop(columns=chosen)
    for name in X:
        column = X[name]
        is_whole = column.dtype.kind in "iu" and len(column) > 2 and not column.hasnans
        if is_whole and (column.diff().iloc[1:] == 1).all():
            warnings.warn(
                f"column {name!r} only counts the rows: leave it out with --drop {name!r}.",
                UserWarning,
                stacklevel=2,
            )
    return X, frame[chosen]


def note_odd_numbers(X: Any, categorical: list[str] | None, decimal: str) -> None:
    """Say which columns would be numbers, but for some of their values."""
    for name, column in X.items():
        found = None if str(name) in (categorical or []) else find_odd_number(column, decimal)
        if found:
            row, text, count = found
            those = "1 value," if count == 1 else f"{count:,} values, such as"
            warnings.warn(
                f"column {str(name)!r} is read as categories, not numbers, because of {those} "
                f"{shown(text)} in row {row + 1:,}: write numbers or leave the field empty. If "
                f"the column has categories, give --categorical {str(name)!r}.",
                UserWarning,
                stacklevel=2,
            )


def find_column(frame: Any, given: str, table: Path) -> Any:
    """Return the name of the column that is written as it is given."""
    names = {str(name): name for name in frame.columns}
    if given not in names:
        close = difflib.get_close_matches(given, names, n=1)
        raise ValueError(
            f"{table} has no column {shown(given)}{_did_you_mean(close)} Its columns: "
            f"{', '.join(names)}."
        )
    return names[given]


def take_as_categories(model: Any, X: Any, given: list[str], table: Path) -> None:
    """Have a sampler take some columns for categories, besides those that are no numbers."""
    named = [X.columns.get_loc(find_column(X, one, table)) for one in given]
    if "categorical_features" not in model.get_params():
        return  # it takes all columns for categories, or copies rows
    if model.categorical_features != "auto":
        raise ValueError("--categorical and --param categorical_features: give one of them.")
    found = Rows(X, names=list(map(str, X.columns))).columns.categories.tolist()
    model.set_params(categorical_features=sorted({*found, *named}))


def drop_columns(frame: Any, given: list[str] | None, table: Path | None) -> Any:
    """Return a table without some columns."""
    name = table or Path("the table")
    return frame.drop(columns=[find_column(frame, one, name) for one in given or []])


def is_parquet(table: Path) -> bool:
    """Say whether a table is a Parquet file, which knows its dates from its text."""
    return check_table_name(table) == PARQUET


def match_label(given: str, labels: Iterable[Any]) -> Any:
    """Return the label that is written as it is given."""
    written = {str(label): label for label in labels}
    if given in written:
        return written[given]
    # pandas spells TRUE as True.
    alike = [label for name, label in written.items() if name.casefold() == given.casefold()]
    if len(alike) != 1:
        raise ValueError(f"There is no class {shown(given)}: the classes are {', '.join(written)}.")
    return alike[0]


def read_strategy(given: str, labels: Iterable[Any]) -> Any:
    """Return a ratio, a word, or rows per label with the labels of the target."""
    value = _literal("--strategy", given)
    if isinstance(value, dict):
        return {match_label(str(label), labels): rows for label, rows in value.items()}
    if isinstance(value, str) and value not in STRATEGIES:
        close = difflib.get_close_matches(value, STRATEGIES, n=1)
        raise ValueError(
            f"There is no strategy {shown(value)}{_did_you_mean(close)} There are: "
            f"{', '.join(STRATEGIES)}, a ratio such as 0.5, and rows per label such as "
            "\"{'a': 500}\"."
        )
    return value


def make_estimators(names: list[str]) -> dict[str, Any]:
    """Return the classifiers of some names, each on standardised features."""
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    classifiers = {
        "logistic-regression": LogisticRegression(max_iter=1000),
        "gradient-boosting": HistGradientBoostingClassifier(),
        "random-forest": RandomForestClassifier(),
        "decision-tree": DecisionTreeClassifier(),
        "k-neighbors": KNeighborsClassifier(),
    }
    chosen = [choose(ALIASES.get(n.lower(), n), classifiers, "estimator") for n in names]
    return {
        name.replace("-", " "): make_pipeline(StandardScaler(), classifiers[name])
        for name in chosen
    }


def write_report(report: Any, output: Path | None, name: str, force: bool) -> Path:
    """Write a report to where it is wanted, or under the next free name; return where it is."""
    while True:
        page = output or free_name(name)
        try:
            with notes():
                report.to_html(page, overwrite=force and output is not None)
        except FileExistsError:
            if output is not None:
                raise
        else:
            return page


def free_name(name: str) -> Path:
    """Return a path, or with -2, -3, ... the first of its kind where nothing is yet."""
    path = Path(name)
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not one.exists())


def _console() -> Console:
    """Return a console that prints names and labels as they are, whatever they contain."""
    return Console(markup=False, highlight=False, emoji=False)


def main() -> None:
    """Run the command line."""
    stop_on_signals()
    app()


if __name__ == "__main__":
    main()
