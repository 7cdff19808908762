"""Time the drop-in samplers beside imbalanced-learn's: interleaved, warmed up, medians.

Run ``python -m benchmarks.speed [--quick]`` from the top of the repository on a quiet machine.
"""

import argparse
import statistics
import time
import warnings

import imblearn.over_sampling
import numpy as np

import skresample
from skresample.utils import all_samplers

# Rows, features; one row in ten is of the minority.
SIZES = [(1_000, 10), (10_000, 20), (100_000, 10), (100_000, 30)]
QUICK = SIZES[:2]


def table(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a minority that overlaps with the majority."""
    rng = np.random.default_rng(0)
    y = (np.arange(n) % 10 == 0).astype(int)
    return rng.normal(size=(n, d)) + 0.7 * y[:, np.newaxis], y


def seconds(sampler: object, X: np.ndarray, y: np.ndarray) -> float:
    start = time.perf_counter()
    sampler.fit_resample(X, y)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small tables only")
    parser.add_argument("--repeat", type=int, default=5, help="timed runs of each (default 5)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'sampler':<20}{'rows':>9}{'features':>9}{'ours':>10}{'imblearn':>10}  ratio")
    for n, d in QUICK if options.quick else SIZES:
        X, y = table(n, d)
        for name in all_samplers():
            if name in ("SMOTENC", "SMOTEN"):
                continue  # see benchmarks.tables
            if name == "SVMSMOTE" and n > 10_000:
                continue  # the machine's own fit, the same in both, takes minutes
            pair = getattr(skresample, name), getattr(imblearn.over_sampling, name, None)
            if pair[1] is None:
                continue
            more = {"cluster_balance_threshold": 0.1} if name == "KMeansSMOTE" else {}
            times = [[], []]
            for _ in range(1 + options.repeat):
                for kind, cls in enumerate(pair):
                    times[kind].append(seconds(cls(random_state=0, **more), X, y))
            ours, theirs = (statistics.median(runs[1:]) for runs in times)
            print(
                f"{name:<20}{n:>9,}{d:>9}{ours:>9.4f}s{theirs:>9.4f}s {theirs / ours:>6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
