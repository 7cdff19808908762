"""Diversity: are synthetic rows as far from real rows as real rows are from each other?"""

from functools import partial

import numpy as np

from skresample.audit.answers import (
    Answer,
    Check,
    answer,
    normal_interval,
    not_judged,
    proportion_interval,
)
from skresample.audit.neighborhoods import Neighborhood, by_side
from skresample.audit.statistics.closeness import coverage_density, nearest_two
from skresample.audit.statistics.permutations import familywise, null_statistics
from skresample.audit.tables import FEWEST, Tables
from skresample.compare.arrays import Bools, Floats

__all__ = ["diversity"]

# Closer than this proportion of the real rows are to each other is close.
NEAR = 0.05
# Distances at which copies are counted, as quantiles of the distance to the nearest neighbor.
REACHES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
# k of coverage and density, as in their paper.
K_BALLS = 5
# From here on a difference matters: in the proportions of copies, near copies and covered rows,
# and in the logarithm of the density.
COPIED, CLOSE, UNCOVERED, CROWDED = 0.01, 0.03, 0.1, 0.4


def diversity(tables: Tables, near: list[Neighborhood], rng: np.random.Generator) -> Answer:
    """Check for exact copies and near copies, and measure coverage and density."""
    if not near:
        reason = f"no class has {FEWEST} synthetic rows"
        return answer("diversity", [not_judged("diversity", reason)])
    found = np.stack(
        [null_statistics(partial(_statistics, one), one.is_real, rng) for one in near], axis=2
    )
    # A few copies in each of many classes differ from chance only in their sum.
    n_synthetic = np.array([np.count_nonzero(~one.is_real) for one in near])
    copied = found[:, : len(REACHES) + 1] @ (n_synthetic / n_synthetic.sum())
    by_class = found[:, 1 : len(REACHES) + 1].reshape(len(found), -1)
    checks = [
        _copies(near, familywise(copied[:, :1]).pvalue),
        _near_copies(near, familywise(np.hstack([copied[:, 1:], by_class])).pvalue),
        _coverage(tables, near, found[:, -2]),
        _density(tables, near, found[:, -1]),
    ]
    synthetic, real, _ = by_side(near, [one.nearest for one in near])
    return answer("diversity", checks, pictures={"nearest": (real, synthetic)})


def _statistics(one: Neighborhood, labels: Bools) -> Floats:
    """Return excess proportions of synthetic rows close to real ones, coverage and density."""
    nearest = nearest_two(one.neighbors, labels)[0]
    n_real = labels.sum(axis=1)
    n_synthetic = labels.shape[1] - n_real
    columns = []
    for reach in [0.0, *np.quantile(one.neighbors.distances[:, 0], REACHES)]:
        inside = nearest <= reach
        real = (inside & labels).sum(axis=1) / n_real
        columns.append((inside & ~labels).sum(axis=1) / n_synthetic - real)
    return np.stack([*columns, *coverage_density(one.neighbors, labels, K_BALLS)], axis=1)


def _close(
    near: list[Neighborhood], reaches: list[float]
) -> tuple[float, float, tuple[float, float]]:
    """Return the proportions of synthetic and of real rows with a other real one within reach.

    The third is the confidence interval of the first.
    """
    inside = [one.nearest <= reach for one, reach in zip(near, reaches, strict=True)]
    synthetic, real, weights = by_side(near, inside)
    interval = proportion_interval(synthetic.sum(), len(synthetic))
    return float(synthetic.mean()), float(np.average(real, weights=weights)), interval


def _copies(near: list[Neighborhood], pvalue: float) -> Check:
    value, reference, interval = _close(near, [0.0] * len(near))
    sentence = (
        f"{value:.1%} of the synthetic rows are exact copies of real rows; {reference:.1%} of the "
        "real rows are copies of another real row."
    )
    material = value - reference >= COPIED
    return Check("exact copies", sentence, value, reference, interval, pvalue, material)


def _near_copies(near: list[Neighborhood], pvalue: float) -> Check:
    reaches = [float(np.quantile(one.nearest[one.is_real], NEAR)) for one in near]
    value, reference, interval = _close(near, reaches)
    sentence = (
        f"{value:.1%} of the synthetic rows are closer to a real row than {1 - NEAR:.0%} of the "
        f"real rows are to each other; {reference:.1%} of real rows are as close."
    )
    material = value - reference >= CLOSE
    return Check("near copies", sentence, value, reference, interval, pvalue, material)


def _coverage(tables: Tables, near: list[Neighborhood], coverage: Floats) -> Check:
    result = familywise(-coverage)
    worst = int(np.argmax(result.excess))
    n_real = int(near[worst].is_real.sum())
    value, reference = float(coverage[0, worst]), float(-result.reference[worst])
    sentence = (
        f"{value:.1%} of the real rows{tables.class_name(near[worst].stratum)} have a synthetic "
        f"row in their neighborhood (coverage); as many real rows cover {reference:.1%}."
    )
    interval = proportion_interval(value * n_real, n_real)
    material = reference - value >= UNCOVERED
    return Check("coverage", sentence, value, reference, interval, result.pvalue, material)


def _density(tables: Tables, near: list[Neighborhood], density: Floats) -> Check:
    result = familywise(np.hstack([density, -density]))
    worst = int(np.argmax(result.excess)) % len(near)
    value, reference = float(density[0, worst]), float(density[1:, worst].mean())
    sentence = (
        f"The density of synthetic rows{tables.class_name(near[worst].stratum)} in the "
        f"neighborhoods of real rows is {value:.2f}; that of real rows is {reference:.2f}."
    )
    material = bool(abs(np.log(max(value, 1e-9) / reference)) >= CROWDED)
    interval = normal_interval(value, density[1:, worst].std())  # about that of real rows
    return Check("density", sentence, value, reference, interval, result.pvalue, material)
