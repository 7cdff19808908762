"""Time and memory on tables with categorical features, compared with imbalanced-learn.

Run ``python -m benchmarks.tables [--repeat 3]`` from the root of the repository on an idle
machine. Each run has its own process, and the libraries take turns. A run warms up on a small
table of the same kind, then resamples the large one once. Added memory is the growth of the
process's peak memory during that call. The last cases have no competitor: they read and write a
pandas DataFrame, and report the added memory in copies of the DataFrame.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).parents[1] / "results" / "tables.json"
MIB = 1 << 20
# Sampler, rows, numerical features, categorical features, categories in each; then the targets: the
# least speedup, and added memory at most this fraction of the competitor's.
COMPARED = {
    "SMOTENC, 48,000 × (6 numerical + 8 with 10)": ("SMOTENC", 48_000, 6, 8, 10, 20, 0.2),
    "SMOTENC, 20,000 × (1 numerical + 8 with 1,000)": ("SMOTENC", 20_000, 1, 8, 1_000, 50, None),
    "SMOTEN, 20,000 × 8 with 1,000": ("SMOTEN", 20_000, 0, 8, 1_000, 50, None),
}
FRAMES = ("floats", "mixed")


def mixed(n: int, numbers: int, categories: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a table with 24 % minority samples; categories are integers."""
    rng = np.random.default_rng(0)
    y = (rng.random(n) < 0.24).astype(int)
    drawn = rng.normal(size=(n, numbers)) + y[:, np.newaxis]
    return np.hstack([drawn, rng.integers(0, each, size=(n, categories))]), y


def compared_case(name: str, library: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the small and the large call of one library."""
    sampler, n, numbers, categories, each, _, _ = COMPARED[name]
    if library == "skresample":
        import skresample as module
    else:
        import imblearn.over_sampling as module
    cls = getattr(module, sampler)
    chosen = list(range(numbers, numbers + categories))
    given = {"categorical_features": chosen} if sampler == "SMOTENC" else {}
    calls = []
    # Large enough that the small call compiles what the large one needs.
    for rows in (min(n, 18_000), n):
        X, y = mixed(rows, numbers, categories, each)
        X = X if numbers else X.astype(int)
        calls.append(lambda X=X, y=y: cls(random_state=0, **given).fit_resample(X, y))
    return calls[0], calls[1]


def frame_case(kind: str) -> tuple[Callable[[], Any], Callable[[], Any], int]:
    """Return small and large calls that read and write a DataFrame, and its size in bytes."""
    import pandas as pd
    from sklearn.base import BaseEstimator

    from skresample.table import Synthetic, open_output, read_rows

    def frame(n: int) -> Any:
        rng = np.random.default_rng(0)
        columns = {f"x{j}": rng.normal(size=n) for j in range(30 if kind == "floats" else 16)}
        if kind == "mixed":
            whole = rng.integers(0, 1000, size=(n, 6))
            columns |= {f"i{j}": whole[:, j] for j in range(6)}
            columns |= {f"b{j}": rng.random(n) < 0.3 for j in range(3)}
            columns |= {
                f"c{j}": pd.Categorical.from_codes(rng.integers(0, 10, n), list("abcdefghij"))
                for j in range(5)
            }
        return pd.DataFrame(columns)

    def read_and_write(X: Any) -> Any:
        # A tenth of the rows is the minority class; eight times as many are synthetic.
        rows = read_rows(X, BaseEstimator(), numeric=True)
        parents = np.arange(len(X) * 8 // 10)[:, np.newaxis] % (len(X) // 10)
        output = open_output(rows, len(parents), originals=True)

        def fill(part: slice, out: np.ndarray) -> None:
            out[:] = rows.numeric[parents[part, 0]]

        output.put(Synthetic(parents, fill, rows.codes[parents[:, 0]]), np.random.default_rng(0))
        return output.close()

    small, large = frame(1_000), frame(1_000_000)
    size = int(large.memory_usage(index=False).sum())
    return (lambda: read_and_write(small)), (lambda: read_and_write(large)), size


def measure(name: str, library: str) -> dict[str, float]:
    """Warm up, run once, and return seconds and added MiB."""
    size = 0
    if name in COMPARED:
        small, large = compared_case(name, library)
    else:
        small, large, size = frame_case(name)
    small()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    start = time.perf_counter()
    result = large()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # If making the table has a higher peak than resampling it, the growth is underestimated.
    shadow = before * 1024 - resident
    del result
    return {
        "seconds": seconds,
        "added": (peak - resident) / MIB,
        "shadow": shadow / MIB,
        "size": size / MIB,
    }


def run(name: str, library: str) -> dict[str, float]:
    """Measure in a new process."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.tables", "--one", name, library]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def median(runs: list[dict[str, float]], key: str) -> float:
    return statistics.median(one[key] for one in runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tables",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each case (default: 3)")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(*options.one)))
        return
    results: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "versions": {p: version(p) for p in ("imbalanced-learn", "numpy", "numba", "pandas")},
        "cases": {},
    }
    print(f"{'':<44}{'skresample':>10}{'imblearn':>10}{'ratio':>7}{'target':>9}")
    for name, (*_, faster, memory) in COMPARED.items():
        sides: dict[str, list[dict[str, float]]] = {"skresample": [], "imblearn": []}
        for _ in range(options.repeat):
            for library, runs in sides.items():
                runs.append(run(name, library))
        results["cases"][name] = sides
        ours, theirs = (median(runs, "seconds") for runs in sides.values())
        print(f"{name:<44}{ours:>8.3f} s{theirs:>8.2f} s{theirs / ours:>7.0f}{faster:>9}")
        ours, theirs = (median(runs, "added") for runs in sides.values())
        target = f"{1 / memory:.0f}" if memory else ""
        line = f"{ours:>7.0f} MiB{theirs:>6.0f} MiB{theirs / ours:>7.0f}{target:>9}"
        print(f"{'    added memory':<44}{line}", flush=True)
    for kind in FRAMES:
        runs = [run(kind, "skresample") for _ in range(options.repeat)]
        name = f"pandas, 1,000,000 × 30, {kind}: read and write"
        results["cases"][name] = runs
        copies = median(runs, "added") / median(runs, "size")
        print(
            f"{name:<50}{median(runs, 'seconds'):>6.1f} s, "
            f"{median(runs, 'added'):.0f} MiB added: {copies:.2f} copies of the DataFrame "
            f"({median(runs, 'size'):.0f} MiB; target: less than 3)",
            flush=True,
        )
    RESULTS.write_text(json.dumps(results, indent=1))
    print(f"Wrote {RESULTS.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
