"""Benchmark of oversampling on real tables, against baselines such as a tuned threshold.

``python -m benchmarks.gains --quick`` compares 8 methods on 22 tables with 3 classifiers, in less
than ten minutes on two cores. ``python -m benchmarks.gains`` runs all tables, methods and
classifiers, which takes many hours. You can stop it at any time with Ctrl-C or --minutes, or kill
it. When you start it again, it continues from the last finished unit. It runs one fold of all
tables with every classifier, then the next fold.
``pip install -e ".[benchmarks]" --group tables`` (pip 25.1 or later) installs the dependencies.

Results are written to one Parquet file. ``--report`` writes an HTML page and, with ``--docs``, the
tables of the user guide from existing results, without a new run.
"""

import argparse
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.gains import classifiers, data, methods
from benchmarks.gains.protocol import Plan, Unit
from benchmarks.gains.report import write_page, write_tables
from benchmarks.gains.running import facts_of, join, open_journal, read, units, work_off

RESULTS = Path(__file__).parents[1] / "results"
DOCS = Path(__file__).parents[2] / "docs" / "user_guide"
QUICK_PLAN = Plan(folds=3, inner=2, budget=2, max_rows=1000)
# For the estimate of the remaining time: run time of a fit relative to a logistic regression on
# few rows, and the number of rows that double it.
WEIGHTS = {
    "logistic regression": (1.0, 1500),
    "k-nearest neighbors": (1.0, 1500),
    "decision tree": (1.0, 1500),
    "histogram boosting": (3.0, 2000),
    "support vector machine": (2.5, 300),
    "random forest": (6.0, 1500),
    "LightGBM": (2.0, 2000),
}


def weight(unit: Unit, plan: Plan) -> float:
    """Return the relative run time of a unit, roughly."""
    rows = min(data.sources()[unit.table].rows, plan.max_rows)
    per_fit, doubling = WEIGHTS[unit.classifier]
    return per_fit * (1 + rows / doubling)


def chosen(names: str | None, known: dict, default: tuple[str, ...]) -> list[str]:
    """Return the requested names."""
    if names is None:
        return list(default)
    asked = [name.strip() for name in names.split(",")]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise SystemExit(f"Unknown name: {', '.join(unknown)}. Use names of: {', '.join(known)}.")
    return asked


HELP = {
    "seed": "seed of all random draws",
    "folds": "number of outer folds",
    "inner": "number of inner folds",
    "budget": "number of configurations of each method",
    "max_rows": "larger tables are subsampled to this number of rows",
}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gains",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="run the small suite")
    parser.add_argument(
        "--report",
        action="store_true",
        help="write the report of existing results, without a new run",
    )
    parser.add_argument("--output", type=Path, help="Parquet file of results")
    parser.add_argument("--page", type=Path, help="HTML page of --report; default: beside --output")
    parser.add_argument(
        "--docs", type=Path, help=f"folder for the tables of --report, such as {DOCS.name}/"
    )
    parser.add_argument("--minutes", type=float, help="start no new unit after this many minutes")
    parser.add_argument("--jobs", type=int, default=2, help="number of single-threaded processes")
    parser.add_argument("--repeats", type=int, default=1, help="repetitions of the outer folds")
    for field, value in Plan()._asdict().items():
        name = f"--{field.replace('_', '-')}"
        parser.add_argument(name, type=int, help=f"{HELP[field]}; default: {value}")
    for what in ("tables", "methods", "classifiers"):
        parser.add_argument(f"--{what}", help="comma-separated names; default: all")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    console = Console(width=110)
    name = "gains-quick.parquet" if options.quick else "gains.parquet"
    output = options.output or RESULTS / name
    if options.report:
        frame, facts = read(output)
        page = options.page or output.with_suffix(".html")
        write_page(frame, facts, page)
        console.print(f"Wrote {page}")
        if options.docs is not None:
            for path in write_tables(frame, facts, options.docs):
                console.print(f"Wrote {path}")
        return

    known_methods, known = methods.all_methods(), classifiers.all_classifiers()
    quick = options.quick
    tables = chosen(options.tables, data.sources(), data.QUICK if quick else tuple(data.sources()))
    names = chosen(options.methods, known_methods, methods.QUICK if quick else tuple(known_methods))
    if methods.NO_RESAMPLING not in names:
        raise SystemExit(
            f"--methods must contain {methods.NO_RESAMPLING!r}, the reference of all others."
        )
    by = chosen(options.classifiers, known, classifiers.QUICK if quick else tuple(known))
    given = {field: getattr(options, field) for field in Plan._fields}
    plan = (QUICK_PLAN if quick else Plan())._replace(
        **{field: value for field, value in given.items() if value is not None}
    )
    compared = [known_methods[name] for name in names]
    journal = output.with_suffix(".parts")
    finished = open_journal(journal, facts_of(plan, compared))
    work = units(plan, options.repeats, by, tables)
    todo = [unit for unit in work if unit.key not in finished]
    fits = len(compared) * plan.budget * (plan.inner + 1)
    console.print(
        f"{len(tables)} tables × {len(by)} classifiers × {plan.folds} folds × {options.repeats}: "
        f"{len(work):,} units of {fits:,} fits ({len(compared)} methods × {plan.budget} "
        f"configurations × {plan.inner + 1}), {len(work) - len(todo):,} of them finished before."
    )
    started = time.time()
    deadline = None if options.minutes is None else started + 60 * options.minutes
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.1f} %"),
        TimeElapsedColumn(),
        TextColumn("remaining"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, speed_estimate_period=600) as progress:
        bar = progress.add_task("", total=sum(weight(u, plan) for u in todo))

        def done(unit: Unit, seconds: float) -> None:
            label = f"{unit.table}, {unit.classifier}, fold {unit.fold + 1}"
            progress.update(bar, advance=weight(unit, plan), description=f"{label:<60.60}")

        try:
            work_off(
                todo,
                journal,
                known,
                compared,
                plan,
                n_jobs=options.jobs,
                done=done,
                deadline=deadline,
            )
        except KeyboardInterrupt:
            console.print("Stopped. Finished units are kept; start it again to continue.")
    frame = join(journal, output)
    finished = open_journal(journal, facts_of(plan, compared))
    console.print(
        f"{len(finished):,} units are finished. This run took {time.time() - started:.0f} s. Wrote "
        f"{len(frame):,} lines to {output}. For the report, run python -m benchmarks.gains "
        f"{'--quick ' if quick else ''}--report"
    )


if __name__ == "__main__":
    main()
