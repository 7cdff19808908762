"""Are the synthetic rows varied, or copies?"""

from functools import partial

import numpy as np
import numpy.typing as npt

from skresample.audit.answers import (
    PERMUTATIONS,
    Answer,
    Check,
    answer,
    not_judged,
    share_interval,
)
from skresample.audit.neighborhoods import Neighborhood, weights_like_synthetic
from skresample.audit.statistics.closeness import coverage_density, nearest_two
from skresample.audit.statistics.permutations import familywise, null_statistics
from skresample.audit.tables import FEWEST, Tables

__all__ = ["varied"]

QUESTION = "Varied, or copies: are synthetic rows as far from real rows as these from each other?"
# Nearer than so many of the real rows are to each other is near.
NEAR = 0.05
# Distances, as shares of all rows that have a nearer neighbour, at which copies are counted.
REACHES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
# As in the paper of coverage and density.
K_BALLS = 5
# From here on a difference matters: in the shares of copies, near copies and covered rows, and
# in the logarithm of the density.
COPIED, CLOSE, UNCOVERED, CROWDED = 0.01, 0.03, 0.1, 0.4


def varied(tables: Tables, near: list[Neighborhood], rng: np.random.Generator) -> Answer:
    """Count copies, and real rows without a synthetic one in their neighbourhood.

    Parameters
    ----------
    tables : Tables
        What is audited.
    near : list of Neighborhood
        Of each class.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    answer : Answer
        Four checks: exact copies, near copies, coverage and density.
    """
    if not near:
        reason = f"no class has {FEWEST} synthetic rows"
        return answer("varied", QUESTION, [not_judged("variety", reason)])
    found = np.stack(
        [
            null_statistics(
                partial(_statistics, one),
                one.is_real,
                PERMUTATIONS,
                rng,
            )
            for one in near
        ],
        axis=2,
    )
    # A few copies in each of many classes are told from chance by their sum only.
    n_synthetic = np.array([np.count_nonzero(~one.is_real) for one in near])
    copied = found[:, : len(REACHES) + 1] @ (n_synthetic / n_synthetic.sum())
    by_class = found[:, 1 : len(REACHES) + 1].reshape(len(found), -1)
    checks = [
        _copies(near, familywise(copied[:, :1]).pvalue),
        _near_copies(near, familywise(np.hstack([copied[:, 1:], by_class])).pvalue),
        *_balls(tables, near, found[:, -2], found[:, -1]),
    ]
    distances = []
    for one in near:
        distances.append((one.nearest[one.is_real], one.nearest[~one.is_real]))
    ours, theirs = (np.concatenate(part) for part in zip(*distances, strict=True))
    return answer("varied", QUESTION, checks, pictures={"nearest": (ours, theirs)})


def _statistics(one: Neighborhood, labels: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return how many more synthetic than real rows have a real one near, and what is covered."""
    nearest = nearest_two(one.lists, labels)[0]
    reaches = [0.0, *np.quantile(one.lists.distances[:, 0], REACHES)]
    n_real = labels.sum(axis=1)
    n_synthetic = labels.shape[1] - n_real
    columns = []
    for reach in reaches:
        inside = nearest <= reach
        ours = (inside & labels).sum(axis=1) / n_real
        columns.append((inside & ~labels).sum(axis=1) / n_synthetic - ours)
    return np.stack([*columns, *coverage_density(one.lists, labels, K_BALLS)], axis=1)


def _within(near: list[Neighborhood], reaches: list[float]) -> tuple[float, float, int]:
    """Return the share of synthetic, and of real rows with a real one within reach.

    Of real rows, each class counts as much as it does among the synthetic ones.
    """
    inside: tuple[list, list] = [], []
    for one, reach in zip(near, reaches, strict=True):
        for found, side in zip(inside, (~one.is_real, one.is_real), strict=True):
            found.append(one.nearest[side] <= reach)
    synthetic, real = map(np.concatenate, inside)
    reference = np.average(real, weights=weights_like_synthetic(near))
    return float(synthetic.mean()), float(reference), len(synthetic)


def _copies(near: list[Neighborhood], pvalue: float) -> Check:
    share, reference, total = _within(near, [0.0] * len(near))
    said = (
        f"{share:.1%} of the synthetic rows are exact copies of real ones; {reference:.1%} of the "
        "real rows are the same as another real one."
    )
    interval = share_interval(share * total, total)
    material = share - reference >= COPIED
    return Check("exact copies", said, share, reference, interval, pvalue, material)


def _near_copies(near: list[Neighborhood], pvalue: float) -> Check:
    reaches = [float(np.quantile(one.nearest[one.is_real], NEAR)) for one in near]
    share, reference, total = _within(near, reaches)
    said = (
        f"{share:.1%} of the synthetic rows are nearer to a real row than {1 - NEAR:.0%} of the "
        f"real rows are to each other, where real rows would be {reference:.1%}."
    )
    interval = share_interval(share * total, total)
    material = share - reference >= CLOSE
    return Check("near copies", said, share, reference, interval, pvalue, material)


def _balls(
    tables: Tables,
    near: list[Neighborhood],
    coverage: npt.NDArray[np.float64],
    density: npt.NDArray[np.float64],
) -> list[Check]:
    covered = familywise(-coverage)
    worst = int(np.argmax(covered.excess))
    n_real = int(near[worst].is_real.sum())
    value, reference = float(coverage[0, worst]), float(-covered.reference[worst])
    where = tables.class_name(near[worst].stratum)
    said = (
        f"{value:.1%} of the real rows{where} have a synthetic row in their neighbourhood "
        f"(coverage); as many real rows would reach {reference:.1%}."
    )
    checks = [
        Check(
            "coverage",
            said,
            value,
            reference,
            share_interval(value * n_real, n_real),
            covered.pvalue,
            reference - value >= UNCOVERED,
        )
    ]
    both = familywise(np.hstack([density, -density]))
    worst = int(np.argmax(both.excess)) % len(near)
    value, reference = float(density[0, worst]), float(density[1:, worst].mean())
    # About as wide as that of real rows would be.
    reach = 1.96 * float(density[1:, worst].std())
    said = (
        f"A synthetic row{tables.class_name(near[worst].stratum)} is in {value:.2f} times as many "
        f"neighbourhoods of real rows as these reach to (density); a real row, in {reference:.2f}."
    )
    material = abs(np.log(max(value, 1e-9) / reference)) >= CROWDED
    interval = (max(0.0, value - reach), value + reach)
    checks.append(Check("density", said, value, reference, interval, both.pvalue, bool(material)))
    return checks
