"""What over-sampling gains on real tables, beside what it must beat.

Run ``python -m benchmarks.gains --quick`` (22 tables, 8 methods, 3 classifiers, less than ten
minutes on two cores), or ``python -m benchmarks.gains`` for all tables, methods and
classifiers, which takes many hours: stop it whenever you like, with Ctrl-C, by --minutes or
by killing it, and start it again; it goes on where it was. The work is ordered so that what is
finished is as whole as can be: one fold of all tables with every classifier, then the next.
``pip install -e ".[benchmarks]" --group tables`` (pip 25.1 or later) installs what it needs.

Results go to one Parquet file. ``--report`` writes a page and the tables of the documentation
from what is there, and runs nothing.
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
# How long a fit takes, relative to a logistic regression on few rows, and with how many more
# rows that doubles: for the estimate of the time that is left.
WEIGHTS = {
    "logistic regression": (1.0, 1500),
    "k-nearest neighbours": (1.0, 1500),
    "decision tree": (1.0, 1500),
    "histogram boosting": (3.0, 2000),
    "support vector machine": (2.5, 300),
    "random forest": (6.0, 1500),
    "LightGBM": (2.0, 2000),
}


def weight(unit: Unit, plan: Plan) -> float:
    """Return about how long a unit takes, in no unit of time."""
    rows = min(data.sources()[unit.table].rows, plan.max_rows)
    per_fit, doubling = WEIGHTS[unit.classifier]
    return per_fit * (1 + rows / doubling)


def chosen(names: str | None, known: dict, default: tuple[str, ...]) -> list[str]:
    """Return the names that were asked for."""
    if names is None:
        return list(default)
    asked = [name.strip() for name in names.split(",")]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise SystemExit(f"Unknown: {unknown}. There are: {', '.join(known)}.")
    return asked


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the small suite")
    parser.add_argument("--report", action="store_true", help="run nothing, write the report")
    parser.add_argument("--output", type=Path, help="the Parquet file of results")
    parser.add_argument("--page", type=Path, help="the page of --report; default beside --output")
    parser.add_argument("--docs", type=Path, help=f"where --report writes tables, as {DOCS.name}/")
    parser.add_argument("--minutes", type=float, help="begin nothing after so many minutes")
    parser.add_argument("--jobs", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--repeats", type=int, default=1, help="of the outer folds")
    for field, value in Plan()._asdict().items():
        name = f"--{field.replace('_', '-')}"
        parser.add_argument(name, type=int, help=f"default {value}; see Plan")
    for what in ("tables", "methods", "classifiers"):
        parser.add_argument(f"--{what}", help="names, with commas between them; default all")
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
            f"--methods has to have {methods.NO_RESAMPLING!r}, which others are held against."
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
        f"configurations × {plan.inner} + 1), {len(work) - len(todo):,} of them finished before."
    )
    started = time.time()
    deadline = None if options.minutes is None else started + 60 * options.minutes
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.1f} %"),
        TimeElapsedColumn(),
        TextColumn("left about"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, speed_estimate_period=600) as progress:
        bar = progress.add_task("", total=sum(weight(u, plan) for u in todo))

        def done(unit: Unit, seconds: float) -> None:
            said = f"{unit.table}, {unit.classifier}, fold {unit.fold + 1}"
            progress.update(bar, advance=weight(unit, plan), description=f"{said:<60.60}")

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
            console.print("Stopped; what is finished is kept. Start it again to go on.")
    frame = join(journal, output)
    finished = open_journal(journal, facts_of(plan, compared))
    console.print(
        f"{len(finished):,} units are finished, {time.time() - started:.0f} s in this run. Wrote "
        f"{len(frame):,} lines to {output}. For the report: python -m benchmarks.gains "
        f"{'--quick ' if quick else ''}--report"
    )


if __name__ == "__main__":
    main()
