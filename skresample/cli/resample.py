"""Oversample a table."""

from pathlib import Path
from typing import Annotated, Any

from joblib import parallel_config
from rich.table import Table as Cells
from typer import Argument, Option

from skresample._files import write_atomically
from skresample.cli.dialects import is_parquet, output_dialect, same_text
from skresample.cli.files import write_table
from skresample.cli.options import (
    FORMATS,
    ForceOption,
    OutputOption,
    SafeOption,
    SeedOption,
    TargetOption,
    at_least,
    check_memory,
    literal,
)
from skresample.cli.samplers import make_sampler
from skresample.cli.tables import Reader, check_table_output, match_label, with_reader
from skresample.cli.terminal import console, no_such, notes, printable, progress_line, say

__all__ = ["resample"]

STRATEGIES = ("auto", "minority", "not minority", "not majority", "all")
# Of samplers that only remove rows: which classes may lose any.
CLEANED = ("auto", "majority", "not minority", "not majority", "all")


@with_reader
def resample(
    table: Annotated[Path, Argument(metavar="TABLE", help=FORMATS)],
    target: TargetOption,
    output: OutputOption,
    sampler: Annotated[str, Option(help="Sampler, see `skresample samplers`.")] = "smote",
    only_synthetic: Annotated[
        bool, Option("--only-synthetic", help="Write the synthetic rows only.")
    ] = False,
    n: Annotated[int | None, Option("--n", help="Number of synthetic rows, of one class.")] = None,
    label: Annotated[str | None, Option(help="Class of --n.", show_default="the smallest")] = None,
    strategy: Annotated[
        str | None,
        Option(
            help="Size of each class after oversampling: a word such as 'not majority', a ratio "
            "such as 0.5, or rows per label such as \"{'a': 500}\".",
            show_default="auto: all classes become as large as the largest",
        ),
    ] = None,
    param: Annotated[
        list[str] | None, Option(metavar="NAME=VALUE", help="Parameter of the sampler; repeatable.")
    ] = None,
    *,
    reader: Reader,
    safe_csv: SafeOption = False,
    seed: SeedOption = 0,
    force: ForceOption = False,
) -> None:
    """Oversample a table: add synthetic rows to its minority classes, or remove rows."""
    check_table_output(output, force, safe_csv)
    if n is None and label is not None:
        raise ValueError("--label names the class of --n: give --n too, or use --strategy.")
    if n is not None and strategy is not None:
        raise ValueError("--n and --strategy both set the number of rows: give only one of them.")
    at_least("--n", n, 1)
    at_least("--seed", seed, 0)
    model = make_sampler(sampler, param or [])
    if "random_state" in model.get_params():
        model.set_params(random_state=seed)
    tags = model.__sklearn_tags__().sampler_tags
    if not tags.adds_rows and (n is not None or only_synthetic):
        raise ValueError(
            f"{type(model).__name__} removes rows and adds none: leave out --n and "
            "--only-synthetic, or choose another --sampler."
        )
    if reader.categorical and model.get_params().get("categorical_features", "auto") != "auto":
        raise ValueError(
            "--categorical and --param categorical_features both name the categorical features: "
            "give only one of them."
        )
    names = {"sampling_strategy": "--strategy", "categorical_features": "--categorical"}
    with notes(names), progress_line("reading") as update:
        given = reader.read(table, target)
        # value_counts of a categorical column also counts labels without rows.
        before = given.y.astype(object).value_counts()
        n_columns = given.X.shape[1] + 1
        if n is not None:
            check_memory("--n", n, n_columns)
            chosen = before.idxmin() if label is None else match_label(label, before.index)
            model.set_params(sampling_strategy={chosen: int(before[chosen]) + n})
        elif strategy is not None:
            words = STRATEGIES if tags.adds_rows else CLEANED
            wanted = read_strategy(strategy, before.index, n_columns, words)
            model.set_params(sampling_strategy=wanted)
        update(description="resampling")
        with parallel_config("threading", n_jobs=-1):
            X, y = model.fit_resample(given.X, given.y)
        resampled = given.join(X, y, dates=is_parquet(output))
        new = resampled[model.is_synthetic_]
        if only_synthetic and new.empty:
            raise ValueError(
                "There are no synthetic rows to write, since the classes have the requested sizes: "
                "leave out --only-synthetic, or ask for more rows with --n or --strategy."
            )
        written = new if only_synthetic else resampled
        update(description="writing")
        edited = tags.removes_rows or (tags.moves_rows and model.is_moved_.any())
        edited = edited or only_synthetic or reader.drop or safe_csv
        copied = same_text(table, output) and not edited
        frame, after = (new, table) if copied else (written, None)
        dialect = output_dialect(output, table, given.dialect)
        write_atomically(
            output,
            lambda path: write_table(frame, path, dialect, after=after, safe=safe_csv),
            overwrite=force,
        )
    console().print(summary(model, before, y))
    if tags.measures_linkage and len(new):
        say(
            f"Re-identification risk: {model.linkage_:.1%} of the synthetic rows are closest to "
            "the row they came from."
        )
    say(f"Wrote {len(written):,} rows to {output}")


def read_strategy(given: str, labels: Any, n_columns: int, words: tuple[str, ...]) -> Any:
    """Return a ratio, a word, or the rows per label, with the labels of the target."""
    value = literal("--strategy", given)
    if isinstance(value, dict):
        value = {match_label(str(label), labels): rows for label, rows in value.items()}
        rows = sum(count for count in value.values() if isinstance(count, int))
        check_memory("--strategy", rows, n_columns)
    others = ("a ratio such as 0.5", "rows per label such as \"{'a': 500}\"")
    if isinstance(value, str) and value not in words:
        raise no_such("strategy", value, (*words, *others) if "minority" in words else words)
    if not isinstance(value, str) and "minority" not in words:
        raise no_such("strategy", given, words)
    return value


def summary(model: Any, before: Any, y: Any) -> Cells:
    """Return the numbers of rows of each class: before, moved, added, removed and after."""
    tags = model.__sklearn_tags__().sampler_tags

    def counts(labels: Any) -> Any:
        return labels.astype(object).value_counts().to_dict()

    after = counts(y)
    # Samplers that remove rows may remove synthetic ones, too.
    added = model.sampling_strategy_ if tags.removes_rows else counts(y[model.is_synthetic_])
    added = added if tags.adds_rows else {}
    columns: dict[str, Any] = {"rows before": before.to_dict()}
    if tags.moves_rows:
        columns["rows moved"] = counts(y[model.is_moved_])
    if tags.adds_rows:
        columns["rows added"] = added
    if tags.removes_rows:
        columns["rows removed"] = {
            one: n + added.get(one, 0) - after.get(one, 0) for one, n in before.items()
        }
    columns["rows after"] = after
    table = Cells("class", *columns)
    for one in before.index:
        numbers = (f"{int(counted.get(one, 0)):,}" for counted in columns.values())
        table.add_row(printable(str(one)), *numbers)
    return table
