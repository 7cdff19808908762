"""CPU time, time and peak memory of every sampler on tables of five shapes.

``python -m benchmarks.speed --shapes`` runs each sampler with its defaults once on each shape, in
a new process. It writes ``benchmarks/results/shapes.json`` and the table of the user guide,
``docs/user_guide/_shapes.md``. It takes about half an hour. ``--only "KDE.*sparse"`` runs the cells
that the regular expression matches and prints them.

A cell has the CPU time of all threads, the elapsed time, and the peak memory beyond the memory
before the table was made. Times include compilation with an empty cache. The limits are
`MOST_SECONDS` of CPU time and `MOST_MIB`.
"""

import inspect
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.speed.cases import GIVEN
from benchmarks.speed.memory import forget_peak, peak, resident

__all__ = ["SHAPES", "as_markdown", "cells", "run_shapes", "table_of"]

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "shapes.json"
PAGE = ROOT / "docs" / "user_guide" / "_shapes.md"
MOST_SECONDS, MOST_MIB = 30.0, 1024.0
# A cell is stopped after this CPU time in seconds, or if it allocates this many bytes.
LIMIT_SECONDS, LIMIT_BYTES = 600, 16 << 30
# Name: rows, features, container.
SHAPES = {
    "100,000 × 10": (100_000, 10, "array"),
    "20,000 × 200": (20_000, 200, "array"),
    "1,000,000 × 3": (1_000_000, 3, "array"),
    "sparse 20,000 × 1,000": (20_000, 1_000, "sparse"),
    "frame 480 × 5,000": (480, 5_000, "frame"),
}
DENSITY = 0.01  # proportion of nonzero values in the sparse table
# Number of categorical features for samplers that need them; None: all.
CATEGORIES = {"SMOTEN": None, "SMOTENC": 1}


def table_of(shape: str, n_categories: int | None = 0) -> tuple[Any, np.ndarray]:
    """Return the table of a shape, always the same, with 10 % minority samples.

    The first `n_categories` columns (None: all) are integers.
    """
    n, d, container = SHAPES[shape]
    rng = np.random.default_rng(0)
    y = (np.arange(n) % 10 == 0).astype(int)
    if container == "sparse":
        X = sparse.random(n, d, DENSITY, format="csr", rng=rng)
        if n_categories is None:
            X.data = np.ceil(3 * X.data)
        return X, y
    X = rng.normal(size=(n, d))
    X += 0.7 * y[:, np.newaxis]
    X[:, :n_categories] = np.rint(X[:, :n_categories])
    return (pd.DataFrame(X).add_prefix("x") if container == "frame" else X), y


def cells() -> list[tuple[str, str]]:
    """Return all pairs of a sampler and a shape."""
    from skresample.utils import all_samplers

    return [(sampler, shape) for sampler in all_samplers() for shape in SHAPES]


def measure(sampler: str, shape: str) -> dict[str, Any]:
    """Run one cell in this process."""
    from skresample.utils import all_samplers

    cls = all_samplers()[sampler]
    given = dict(GIVEN.get(sampler, {}))
    if sampler == "SMOTENC":
        given["categorical_features"] = [0]
    if "random_state" in inspect.signature(cls).parameters:
        given["random_state"] = 0
    before = resident()
    X, y = table_of(shape, CATEGORIES.get(sampler, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_BYTES, LIMIT_BYTES))
    forget_peak()
    error, rows = None, None
    wall, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            rows = len(cls(**given).fit_resample(X, y)[1])
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": peak() - before,
        "rows": rows,
        "warnings": sorted({str(warning.message) for warning in caught}),
        "error": error,
    }


def in_a_process(sampler: str, shape: str) -> dict[str, Any]:
    """Run one cell in a new process, with an empty cache of compiled code."""
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.speed.shapes", sampler, shape],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"NUMBA_CACHE_DIR": cache},
        )
    answer: dict[str, Any] = {"sampler": sampler, "shape": shape}
    try:
        return answer | json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return answer | {"error": f"stopped: the process ended with exit status {done.returncode}"}


def is_good(cell: dict[str, Any]) -> bool:
    """Return whether a cell is within the limits; an early error counts as within them."""
    return cell.get("cpu", np.inf) <= MOST_SECONDS and cell["peak"] <= MOST_MIB


def cell_text(cell: dict[str, Any]) -> str:
    """Format a cell of the user guide's table."""
    if cell["error"]:
        return "refused" if "peak" in cell and is_good(cell) else "**fails**"
    text = f"{cell['cpu']:.2g} s, {cell['peak'] / 1024:.2f} GB"
    if cell["cpu"] >= 100:
        text = f"{cell['cpu']:.0f} s, {cell['peak'] / 1024:.2f} GB"
    return text if is_good(cell) else f"**{text}**"


def as_markdown(found: list[dict[str, Any]]) -> str:
    """Format the user guide's table: a row per sampler, a column per shape."""
    by_name = {(cell["sampler"], cell["shape"]): cell for cell in found}
    lines = ["| |" + "|".join(SHAPES) + "|", "|---|" + "---|" * len(SHAPES)]
    for sampler in dict.fromkeys(cell["sampler"] for cell in found):
        row = [by_name.get((sampler, shape)) for shape in SHAPES]
        lines.append(
            f"| {sampler} |" + "|".join("" if c is None else cell_text(c) for c in row) + "|"
        )
    refused = [cell for cell in found if cell["error"]]
    notes = [f"- {cell['sampler']}, {cell['shape']}: {cell['error']}" for cell in refused]
    return "\n".join([*lines, "", *notes]).strip() + "\n"


def run_shapes(only: str | None, facts: dict[str, Any], output: Path | None) -> None:
    """Run the cells and write the results; a part of the cells needs an output path."""
    pattern = re.compile((only or "").replace("×", "x"), re.IGNORECASE)
    chosen = [c for c in cells() if pattern.search(": ".join(c).replace("×", "x"))]
    found = []
    for sampler, shape in chosen:
        cell = in_a_process(sampler, shape)
        found.append(cell)
        mark = "" if "peak" in cell and is_good(cell) else "  <- exceeds the limits"
        print(f"{sampler}, {shape}: {cell_text(cell)}{mark}", flush=True)
        for line in [cell["error"], *cell.get("warnings", [])]:
            if line:
                print(f"    {line.splitlines()[0]}", flush=True)
    if only and output is None:
        print("Results of a partial run are not stored. Give --output to write them.")
        return
    written = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "units": {"cpu": "s", "wall": "s", "peak": "MiB"},
        "cells": found,
    }
    path = output or RESULTS
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    page = PAGE if output is None else output.with_suffix(".md")
    page.write_text(as_markdown(found))
    print(f"Wrote {path} and {page}")


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:])))
