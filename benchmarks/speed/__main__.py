"""Time and memory of neighbor searches and samplers, compared with competitors.

Run ``python -m benchmarks.speed [--quick]`` from the root of the repository on an idle machine,
after ``pip install -e ".[benchmarks]" smote-variants metric-learn imbalanced-learn-extra``. It
takes about half an hour. With ``--quick`` it excludes tables with more than 10,000 rows and takes
about two minutes.

Each competitor of a case has its own process, and they take turns. The first call, with an empty
cache of compiled code, is reported separately. The result is the median of the further calls;
short calls are repeated within a turn. If the first call takes longer than half a minute, it is the
only one. The ratio is the competitor's time over the time of skresample ("ours"). The peak is the
memory of the process during a call, beyond its memory before the table was made. It includes input
and output. ``--only`` takes a regular expression (``--only "SMOTE, 1,000"``). ``--shapes`` measures
CPU time and memory of every sampler on tables of five shapes instead.

A competitor is a short file in ``benchmarks/speed/competitors``. A case is a record in
``benchmarks/speed/cases.py``.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.speed.cases import Case, all_cases
from benchmarks.speed.competitors import all_competitors
from benchmarks.speed.plot import draw, exponent
from benchmarks.speed.shapes import run_shapes
from benchmarks.speed.worker import ROOT, Worker

try:
    from rich import box
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table
except ImportError:
    raise SystemExit('This needs rich: pip install -e ".[benchmarks]"') from None

RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("numpy", "scipy", "numba", "joblib", "threadpoolctl")
QUICK = 10_000  # rows at most
# Seconds of one turn, and the maximum number of calls in it.
TURN, MOST_CALLS = 0.2, 50
# A longer first call is the only one; a longer case has few turns. In seconds.
ONCE, LONG, FEW_TURNS = 30.0, 45.0, 3
# Seconds between turns, in which idle threads of the last process stop spinning.
PAUSE = 0.05
# The least ratio of another checkout's time to the time of this one.
NO_SLOWER = 0.95
N_QUERIES = 2_000  # checked queries if there are more than QUICK rows
COLD_TURNS = 7
BUSY = 0.5  # a higher load gives a warning
COLD = """\
import sys
import numpy as np
{line}
rng = np.random.default_rng(0)
y = (np.arange({rows}) % 10 == 0).astype(int)
X = rng.normal(size=({rows}, {features})) + 0.7 * y[:, np.newaxis]
SMOTE(random_state=0).fit_resample(X, y)
print("numba" in sys.modules)
"""
MIB = 1 << 20


@dataclass
class Check:
    """A value and its target; the value is None if skresample failed."""

    what: str
    value: float | bool | None
    target: float
    at_least: bool = False
    form: str = "{:.2f}"

    @property
    def met(self) -> bool:
        if self.value is None:
            return False
        return self.value >= self.target if self.at_least else self.value <= self.target

    def show(self, value: float | bool | None) -> str:
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return self.form.format(value)

    def cells(self) -> tuple[str, str]:
        """Return the value, and the target with a mark."""
        sign = "" if isinstance(self.target, bool) else "≥ " if self.at_least else "≤ "
        target = f"{sign}{self.show(self.target)}"
        if self.met:
            return self.show(self.value), f"{target} [green]✓[/green]"
        return f"[red]{self.show(self.value)}[/red]", f"[red]{target} ✗[/red]"


@dataclass
class Side:
    """Results of one competitor: seconds of each turn, and peak memory in MiB."""

    name: str
    label: str
    seconds: list[float] = field(default_factory=list)
    first: float | None = None
    peak: float | None = None
    calls: int = 1
    error: str | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds and not self.error else None

    @property
    def first_more(self) -> float | None:
        """Seconds of the first call beyond the median."""
        if self.first is None or self.median is None:
            return None
        return self.first - self.median

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Record an error instead of stopping the benchmark."""
        try:
            yield
        except RuntimeError as error:
            self.error = str(error)

    def record(self, done: dict[str, float]) -> None:
        self.seconds.append(done["seconds"])
        self.peak = max(self.peak or 0.0, done["peak"])


@dataclass
class Result:
    """A case, its competitors, and its checks."""

    case: Case
    sides: list[Side]
    checks: list[Check] = field(default_factory=list)

    def best(self, name: str) -> Side | None:
        """Return the fastest side with this name, or None."""
        there = [side for side in self.sides if side.name == name and side.median is not None]
        return min(there, key=lambda side: side.median or 0.0, default=None)

    def ratio(self, side: Side) -> float | None:
        best = self.best("ours")
        ours = None if best is None else best.median
        if ours is None or side.median is None or side.name == "ours":
            return None
        return side.median / ours

    def check_ratios(self) -> None:
        """Check the ratios against their targets."""
        for name, target in self.case.targets.items():
            if any(side.name == name for side in self.sides):
                best, ours = self.best(name), self.best("ours")
                # A failing competitor has no target; if skresample fails, it misses the target.
                if best is not None or ours is None:
                    ratio = self.ratio(best) if best is not None else None
                    self.checks.append(Check(f"ratio to {name}", ratio, target, at_least=True))

    def as_json(self) -> dict[str, Any]:
        return {
            "case": f"{self.case.group}: {self.case.title}",
            **asdict(self.case),
            "sides": [
                asdict(side) | {"median": side.median, "ratio": self.ratio(side)}
                for side in self.sides
            ],
            "checks": [asdict(check) | {"met": check.met} for check in self.checks],
        }


def label(name: str) -> str:
    return name.replace("_", " ")


def measure(case: Case, competitors: dict[str, ModuleType], repeat: int) -> Result:
    """Time the competitors in turns, each in its own process."""
    began = time.perf_counter()
    names = [
        name
        for name, module in competitors.items()
        if module.NAME in ("ours", "before") or not case.alone
    ]
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name)) for name in names}
        for worker in workers.values():
            worker.send("load", case=asdict(case))
        sides = []
        for name, worker in workers.items():
            side = Side(competitors[name].NAME, label(name))
            with side.trying():
                if not worker.answer():
                    continue
                start_side(side, worker)
            sides.append((side, worker))
        for turn in range(repeat):
            if turn >= FEW_TURNS and time.perf_counter() - began > LONG:
                break
            for side, worker in sides:
                # If `first` is None, the first call is the only one.
                if side.error is None and side.first is not None:
                    time.sleep(PAUSE)
                    with side.trying():
                        side.record(worker.ask("run", calls=side.calls))
        result = Result(case, [side for side, _ in sides])
        result.check_ratios()
        ours, worker = sides[0]
        found: dict[str, float] = {}
        with ours.trying():
            if ours.error is None:
                found = worker.ask("sizes")
                if case.task == "neighbors":
                    n_queries = QUICK if case.rows <= QUICK else N_QUERIES
                    found |= worker.ask("quality", n_queries=n_queries)
        result.checks += more_checks(case, ours, found)
    return result


def start_side(side: Side, worker: Worker) -> None:
    """Make the first call, and set the number of calls in a turn."""
    done = worker.ask("first")
    if done["seconds"] > ONCE:
        side.record(done)
        return
    side.first = done["seconds"]
    worker.ask("renew")
    warm = worker.ask("run", calls=1)["seconds"]
    side.calls = max(1, min(MOST_CALLS, int(TURN / warm)))


def more_checks(case: Case, ours: Side, found: dict[str, float]) -> list[Check]:
    """Check neighbors and memory against their targets."""
    checks = []
    if case.task == "neighbors" and case.method == "exact":
        same = found.get("same")
        checks.append(Check("same neighbors", same, 0.999, True, "{:.3%}"))
    if case.task == "neighbors" and case.method == "approximate":
        distance = found.get("distance")
        checks.append(Check("distance ratio", distance, 1.02, form="{:.4f}"))
    if case.memory:
        to, target = case.memory
        size = sum(found.get(part, 0.0) for part in ("input", "output") if part in to)
        value = ours.peak / size if size and ours.peak is not None else None
        checks.append(Check(f"peak / {to}", value, target))
    return checks


def measure_first_calls(case: Case, competitors: dict[str, ModuleType], repeat: int) -> Result:
    """Time the first exact and the first approximate search of one process."""
    sides = []
    with Worker("ours") as worker:
        for method in ("exact", "approximate"):
            side = Side("ours", f"ours, {method}")
            sides.append(side)
            with side.trying():
                search = replace(case, task="neighbors", method=method)
                worker.ask("load", case=asdict(search))
                side.first = worker.ask("first")["seconds"]
                for _ in range(repeat):
                    side.seconds.append(worker.ask("run", calls=1)["seconds"])
    more = [side.first_more for side in sides]
    total = None if None in more else sum(value for value in more if value is not None)
    check = Check("both first calls +", total, 8.0, form="{:.1f} s")
    return Result(case, sides, [check])


def measure_process(case: Case, competitors: dict[str, ModuleType], repeat: int) -> Result:
    """Time complete processes that import the library, make a table and resample it."""
    there = {name: module for name, module in competitors.items() if hasattr(module, "COLD")}
    sides = {name: Side(module.NAME, label(name)) for name, module in there.items()}
    numba: bool | None = None
    for turn in range(1 + max(COLD_TURNS, repeat)):
        for name, module in there.items():
            code = COLD.format(line=module.COLD, rows=case.rows, features=case.features)
            start = time.perf_counter()
            command = [sys.executable, "-W", "ignore", "-c", code]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
            seconds = time.perf_counter() - start
            if done.returncode:
                sides[name].error = (done.stderr.splitlines() or ["failed"])[-1]
            elif turn == 0:
                sides[name].first = seconds
            else:
                sides[name].seconds.append(seconds)
            if name == "ours" and not done.returncode:
                numba = done.stdout.split()[-1] == "True"
    result = Result(case, list(sides.values()))
    result.check_ratios()
    result.checks.append(Check("numba imported", numba, False))
    return result


HOW: dict[str, Callable[[Case, dict[str, ModuleType], int], Result]] = {
    "first calls": measure_first_calls,
    "process": measure_process,
}


def growth(results: list[Result]) -> dict[str, list[tuple[int, float]]]:
    """Return (rows, seconds) of neighbor searches with 30 features and all rows as queries."""
    series: dict[str, list[tuple[int, float]]] = {}
    searches = [
        result
        for result in results
        if result.case.task == "neighbors"
        and result.case.features == 30
        and not result.case.proportion
    ]
    for result in sorted(searches, key=lambda result: result.case.rows):
        for name, line in (
            ("ours", f"skresample, {result.case.method}"),
            ("sklearn", "scikit-learn"),
        ):
            best = result.best(name)
            if best is not None and best.median is not None:
                series.setdefault(line, []).append((result.case.rows, best.median))
    return {line: series[line] for line in sorted(series)}


def growth_checks(results: list[Result]) -> list[Check]:
    """Check the growth of the approximate search's time against its target."""
    points = growth(results).get("skresample, approximate", [])
    if len(points) < 2:
        return []
    return [Check(f"growth {points[0][0]:,}–{points[-1][0]:,}", exponent(points), 1.15)]


def span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if abs(seconds) >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.{0 if abs(seconds) >= 0.1 else 1 if abs(seconds) >= 0.01 else 2}f} ms"


def show(group: str, results: list[Result], checks: list[Check]) -> Table:
    """Return the table of a group."""
    lines = Table(title=group, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    lines.add_column("case", width=32)
    lines.add_column("", width=23)
    for name, width in (("median", 8), ("ratio", 8), ("target", 12), ("peak MiB", 8)):
        lines.add_column(name, justify="right", width=width)
    lines.add_column("first +", justify="right", width=9)
    for result in results:
        checked = {check.what: check for check in result.checks}
        best = {name: result.best(name) for name in result.case.targets}
        for number, side in enumerate(result.sides):
            title = "" if number else result.case.title
            if side.error:
                lines.add_row(title, side.label, "[red]failed[/red]")
                continue
            ratio = result.ratio(side)
            cells = (f"{ratio:.2f}" if ratio is not None else "", "")
            if side is best.get(side.name):
                cells = checked.pop(f"ratio to {side.name}").cells()
            peak = "" if side.peak is None else f"{side.peak:,.1f}"
            lines.add_row(title, side.label, span(side.median), *cells, peak, span(side.first_more))
        for check in checked.values():
            lines.add_row("", check.what, "", *check.cells())
    for check in checks:
        lines.add_row("", check.what, "", *check.cells())
    return lines


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def machine() -> dict[str, Any]:
    """Return the properties of the machine and its load."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        named = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        processor = named[1] if named else processor
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB,
        "platform": platform.platform(),
        "load": os.getloadavg()[0],
    }


def chosen_competitors(
    names: list[str] | None, before: Path | None, warn: Console
) -> dict[str, ModuleType]:
    """Return skresample and the requested competitors that are installed."""
    if before is not None:  # for the worker processes
        os.environ["SKRESAMPLE_BEFORE"] = str(before.resolve(strict=True))
    chosen = {}
    for name, module in all_competitors().items():
        if module.NAME == "before":
            if before is not None:
                chosen[name] = module
            continue
        if module.NAME != "ours":
            if names and module.NAME not in names:
                continue
            if installed(module.PACKAGE) is None:
                warn.print(
                    f"{module.NAME} is skipped: not installed. Run pip install {module.PACKAGE}.",
                    style="yellow",
                )
                continue
        chosen[name] = module
    return chosen


def parse() -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="only tables with up to 10,000 rows")
    parser.add_argument(
        "--repeat", type=int, help="turns of each competitor (default: 5, with --quick 3)"
    )
    names = list(dict.fromkeys(module.NAME for module in all_competitors().values()))
    parser.add_argument(
        "--competitor",
        action="append",
        choices=[name for name in names if name not in ("ours", "before")],
        help="compare only with this one; can be repeated (default: all installed ones)",
    )
    parser.add_argument(
        "--shapes", action="store_true", help="run every sampler once on tables of five shapes"
    )
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        help="only cases with a name that matches this regular expression",
    )
    parser.add_argument(
        "--output", type=Path, help="file of the results (default: in benchmarks/results)"
    )
    parser.add_argument(
        "--shrink",
        type=int,
        default=1,
        metavar="N",
        help="use 1/N of the rows, to test the benchmark itself",
    )
    parser.add_argument(
        "--before", type=Path, metavar="PATH", help="another checkout of skresample to compare with"
    )
    options = parser.parse_args()
    if options.repeat is None:
        options.repeat = 3 if options.quick else 5
    if options.repeat < 1 or options.shrink < 1:
        parser.error("--repeat and --shrink must be at least 1")
    return options


def chosen_cases(options: argparse.Namespace) -> list[Case]:
    cases = [
        replace(case, rows=max(100, case.rows // options.shrink))
        for case in all_cases()
        if not (options.quick and case.rows > QUICK)
    ]
    if options.only:
        pattern = re.compile(options.only.replace("×", "x"), re.IGNORECASE)
        cases = [c for c in cases if pattern.search(f"{c.group}: {c.title}".replace("×", "x"))]
    if options.before:
        cases = [replace(case, targets=case.targets | {"before": NO_SLOWER}) for case in cases]
    return cases


def main() -> None:
    options = parse()
    if options.shapes:
        run_shapes(options.only, machine(), options.output)
        return
    wide = None if sys.stdout.isatty() else 120
    out, err = Console(width=wide, highlight=False), Console(stderr=True, highlight=False)
    competitors = chosen_competitors(options.competitor, options.before, err)
    cases = chosen_cases(options)
    if not cases:
        raise SystemExit(f"No case matches --only {options.only!r}.")
    out.print(
        "Ratio: the competitor's time over the time of skresample (ours). Peak: peak memory\n"
        "beyond the memory before the table was made. First +: time of the first call beyond the\n"
        "median, with compilation and late imports, without the import of the package.\n"
    )
    facts = machine()  # before the benchmark adds to the load
    if facts["load"] > BUSY:
        err.print(f"The machine is not idle (load {facts['load']:.1f}).", style="yellow")
    results: list[Result] = []
    group_checks: list[Check] = []
    for group, members in groupby(cases, key=lambda case: case.group):
        done, listed = [], list(members)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
            redirect_stdout=False,
        ) as progress:
            task = progress.add_task(group, total=len(cases), completed=len(results))
            for case in listed:
                progress.update(task, description=f"{group}: {case.title}")
                if not err.is_terminal:
                    err.print(f"{group}: {case.title}")
                how = HOW.get(case.task, measure)
                done.append(how(case, competitors, options.repeat))
                progress.advance(task)
        checks = growth_checks(done)
        out.print(show(group, done, checks))
        results += done
        group_checks += checks
    report(results, group_checks, out)
    save(results, group_checks, competitors, facts, options, out)


def report(results: list[Result], checks: list[Check], out: Console) -> None:
    """Print errors and missed targets."""
    for result in results:
        for side in result.sides:
            if side.error:
                title = f"{result.case.group}: {result.case.title}"
                out.print(f"[red]{title}: {side.label} failed:[/red]", end=" ")
                out.print(side.error, markup=False)
    named = [(f"{r.case.group}: {r.case.title}", check) for r in results for check in r.checks]
    named += [("approximate neighbors", check) for check in checks]
    missed = [(name, check) for name, check in named if not check.met]
    for name, check in missed:
        value, target = check.cells()
        out.print(f"[red]missed:[/red] {name}: {check.what}: {value}, target {target}")
    out.print(f"{len(named) - len(missed)} of {len(named)} targets met, {len(missed)} missed.")


def save(
    results: list[Result],
    checks: list[Check],
    competitors: dict[str, ModuleType],
    facts: dict[str, Any],
    options: argparse.Namespace,
    out: Console,
) -> None:
    """Write the results and the figure; a part of the cases needs an output path."""
    partial = options.only or options.competitor or options.before or options.shrink > 1
    if partial and options.output is None:
        out.print("Results of a partial run are not stored. Give --output to write them.")
        return
    name = "speed-quick.json" if options.quick else "speed.json"
    path = options.output or RESULTS / name
    series = growth(results)
    packages = dict.fromkeys([*PACKAGES, *(module.PACKAGE for module in competitors.values())])
    written = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": options.quick,
        "repeat": options.repeat,
        "shrink": options.shrink,
        "machine": facts,
        "versions": {"python": platform.python_version()} | {p: installed(p) for p in packages},
        "units": {"seconds": "s", "first": "s", "peak": "MiB"},
        "cases": [result.as_json() for result in results],
        "growth": [asdict(check) | {"met": check.met} for check in checks],
    }
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    out.print(f"Wrote {shown(path)}")
    if any(len(points) > 1 for points in series.values()):
        picture = path.with_name(f"{path.stem}-scaling.png")
        title = f"Search of 5 nearest neighbors, 30 features: {facts['processor']}, "
        draw(series, title + f"{facts['cores']} cores", picture)
        out.print(f"Wrote {shown(picture)}")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
