"""Privacy: do synthetic rows disclose the real rows that they were generated from?"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.metrics import roc_curve

from skresample.audit.answers import (
    Answer,
    Check,
    answer,
    normal_interval,
    not_judged,
    proportion_interval,
)
from skresample.audit.attacks import guesses, membership_scores, recover
from skresample.audit.neighborhoods import LISTED, Neighborhood, by_side
from skresample.audit.statistics.closeness import nearest_two
from skresample.audit.statistics.permutations import familywise, null_statistics
from skresample.audit.statistics.two_samples import area_under_curve
from skresample.audit.tables import FEWEST, Sample, Tables
from skresample.compare.arrays import Array, Bools, Floats, Ints

__all__ = ["NO_HOLDOUT", "privacy"]

NO_HOLDOUT = (
    "pass real rows that the synthetic rows were not generated from as X_holdout and y_holdout"
)
# The false positive rate at which an attacker would be certain enough to act.
FALSE_POSITIVES = 0.01
# Attributes of at most so many rows are guessed.
TARGETS = 500
# At most so many real rows are the control of the reconstruction.
CONTROL = 2_000
# From here on a finding matters: the proportion of synthetic rows that are closest to a training
# row, ROC AUC and true positive rate of membership inference, and guesses beyond the control.
NEARER, MEMBERS, CERTAIN, GUESSED = 0.6, 0.6, 0.03, 0.1
# The same of the ratio of distances to the nearest neighbors, over that of real rows.
SINGLED_OUT = 0.8
# So many reconstructed rows are not a coincidence.
RECOVERED = 2
ATTACKS = ("distance", "density ratio")
NEED_HOLDOUT = (
    "distance to closest record",
    "membership inference",
    "membership inference at 1 % FPR",
)


def privacy(
    tables: Tables, near: list[Neighborhood], secrets: list[int], rng: np.random.Generator
) -> Answer:
    """Attack the synthetic rows; `secrets` are the columns that are guessed.

    Three of six checks need a holdout.
    """
    if not near:
        reason = f"no class has {FEWEST} synthetic rows"
        return answer("privacy", [not_judged("privacy", reason)])
    strata = [one.stratum for one in near]
    pictures: dict[str, Any] = {}
    reconstruction, details = _reconstruction(tables, strata, rng)
    checks = [reconstruction]
    held_out = tables.holdout
    both = [] if held_out is None else np.intersect1d(strata, tables.strata(held_out)).tolist()
    if held_out is None or not both:
        held_out = None
        checks += [not_judged(name, NO_HOLDOUT) for name in NEED_HOLDOUT]
    else:
        strata = both
        checks.append(_closest_record(tables, strata, held_out, rng))
        members, pictures = _membership(tables, strata, held_out, rng)
        checks += members
    checks.append(_neighbor_ratio(near, rng))
    checks.append(_attributes(tables, strata, held_out, secrets, rng))
    return answer("privacy", checks, details, pictures)


def _stacked(parts: list[tuple[Array, ...]]) -> list[Array]:
    """Put the arrays of all classes together."""
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def _reconstruction(
    tables: Tables, strata: list[int], rng: np.random.Generator
) -> tuple[Check, dict[str, list[list[Any]]]]:
    """Reconstruct real rows from lines, and try the same with real rows as a control."""
    name = "reconstruction"
    parts: list[tuple[Array, ...]] = []
    details: list[list[Any]] = [
        ["class", "lines", "intersections", "of these real", "real rows", "recovered"]
    ]
    for stratum in strata:
        real = tables.of_stratum(tables.real, stratum).numeric
        result = recover(tables, tables.of_stratum(tables.synthetic, stratum).numeric, real)
        if result is None:
            continue
        label = str(tables.classes[stratum]) if tables.labeled else "all"
        counts = len(result.right), int(result.right.sum()), len(real), int(result.recovered.sum())
        details.append([label, result.lines, *counts])
        some = rng.permutation(len(real))[:CONTROL]
        halves = recover(tables, real[some[::2]], real[some[1::2]])
        control = np.zeros(0, dtype=bool) if halves is None else halves.recovered
        parts.append((result.recovered, result.right, control))
    if not parts:
        return not_judged(name, "fewer than two numerical columns are not rounded"), {}
    rows, points, other = _stacked(parts)
    count, value = int(rows.sum()), float(rows.mean())
    reference = float(other.mean()) if other.size else 0.0
    sentence = "Synthetic rows do not lie on lines from which real rows could be reconstructed."
    if lines := sum(row[1] for row in details[1:]):
        precision = f"; {points.mean():.0%} of what it found is real" if len(points) else ""
        sentence = (
            f"From {lines:,} lines through synthetic rows, an attack without other data "
            f"reconstructed {count:,} of {len(rows):,} real rows exactly ({value:.1%}){precision}."
        )
    alarm = count >= RECOVERED and value > reference
    interval = proportion_interval(count, len(rows))
    check = Check(name, sentence, value, reference, interval, 0.0 if alarm else 1.0, alarm)
    return check, {"Intersections of lines through synthetic rows": details}


def _closest_record(
    tables: Tables, strata: list[int], held_out: Sample, rng: np.random.Generator
) -> Check:
    """Measure how many synthetic rows are closer to training rows than to held-out rows."""
    parts: list[tuple[Array, ...]] = []
    offset = 0
    for stratum in strata:
        synthetic = tables.of_stratum(tables.synthetic, stratum)
        sides = [tables.of_stratum(side, stratum) for side in (tables.real, held_out)]
        size = min(map(len, sides))
        pool = [side.take(rng.choice(len(side), size, replace=False)) for side in sides]
        # In random order, so that any of equally near rows may be the nearest.
        order = rng.permutation(2 * size)
        queries = np.arange(2 * size, 2 * size + len(synthetic))
        space = tables.space(*pool, synthetic)
        nearest = space.kneighbors(1, of=queries, among=order, n_jobs=-1)[:, 0]
        parts.append((nearest + offset, np.arange(2 * size) < size, np.full(2 * size, stratum)))
        offset += 2 * size
    winner, is_train, groups = _stacked(parts)

    def closer(block: Bools) -> Floats:
        return block[:, winner].mean(axis=1, keepdims=True)

    found = null_statistics(closer, is_train, rng, strata=groups)
    result = familywise(found)
    value, reference = float(found[0, 0]), float(result.reference[0])
    sentence = (
        f"{value:.1%} of the synthetic rows are closer to a row that they were generated from than "
        f"to any of as many held-out rows; without disclosure, {reference:.1%} are."
    )
    interval = proportion_interval(value * len(winner), len(winner))
    numbers = value, reference, interval, result.pvalue, value >= NEARER
    return Check("distance to closest record", sentence, *numbers)


def _membership(
    tables: Tables, strata: list[int], held_out: Sample, rng: np.random.Generator
) -> tuple[list[Check], dict[str, Any]]:
    """Infer which real rows the synthetic rows were generated from."""
    parts: list[tuple[Array, ...]] = []
    for stratum in strata:
        samples = [
            tables.of_stratum(one, stratum) for one in (tables.real, held_out, tables.synthetic)
        ]
        scores = membership_scores(tables, *samples)
        n = len(scores)
        # Ranks, with ties broken at random, put classes of any scale together.
        tied = np.stack([np.lexsort((rng.random(n), s)).argsort() for s in scores.T], axis=1)
        parts.append(((tied + 0.5) / n, np.arange(n) < len(samples[0]), np.full(n, stratum)))
    score, is_train, groups = _stacked(parts)
    order = np.argsort(-score, axis=0, kind="stable")
    n_train = int(is_train.sum())
    n_others = len(is_train) - n_train
    allowed = int(FALSE_POSITIVES * n_others)

    def statistics(block: Bools) -> Floats:
        areas = (block.astype(np.float64) @ score) / n_train
        certain = [_true_positives(block[:, one], allowed) / n_train for one in order.T]
        return np.hstack([areas, np.stack(certain, axis=1)])

    found = null_statistics(statistics, is_train, rng, strata=groups)
    area, certain = familywise(found[:, :2]), familywise(found[:, 2:])
    best = int(np.argmax(area.excess))
    value = [area_under_curve(is_train, one) for one in score.T][best]
    interval = normal_interval(value, np.sqrt((len(is_train) + 1) / (12 * n_train * n_others)), 1.0)
    sentence = (
        f"The better attack ({ATTACKS[best]}) distinguishes rows that synthetic rows were "
        f"generated from and held-out rows with a ROC AUC of {value:.2f}; guessing gives 0.50."
    )
    _, name, name_certain = NEED_HOLDOUT
    checks = [Check(name, sentence, value, 0.5, interval, area.pvalue, value >= MEMBERS)]
    best = int(np.argmax(certain.excess))
    rate, reference = float(found[0, 2 + best]), float(certain.reference[best])
    sentence = (
        f"At a false positive rate of {FALSE_POSITIVES:.0%}, the better attack ({ATTACKS[best]}) "
        f"identifies {rate:.1%} of the rows that synthetic rows were generated from; guessing "
        f"identifies {reference:.1%}."
    )
    material = rate >= CERTAIN and rate >= 2 * reference
    interval = proportion_interval(rate * n_train, n_train)
    numbers = rate, reference, interval, certain.pvalue, material
    checks.append(Check(name_certain, sentence, *numbers))
    curves = {
        name: roc_curve(is_train, one)[:2] for name, one in zip(ATTACKS, score.T, strict=True)
    }
    return checks, {"membership": curves}


def _true_positives(block: Bools, allowed: int) -> Ints:
    """Return how many members precede more non-members than allowed, the likeliest first."""
    return (block & (np.cumsum(~block, axis=1) <= allowed)).sum(axis=1)


def _neighbor_ratio(near: list[Neighborhood], rng: np.random.Generator) -> Check:
    """Compare the distances to the nearest and the second nearest real row."""

    def ratios(one: Neighborhood, labels: Bools) -> Floats:
        nearest, second = nearest_two(one.neighbors, labels)
        known = (second > 0) & np.isfinite(nearest)
        return np.divide(nearest, second, out=np.ones_like(nearest), where=known)

    def statistics(one: Neighborhood, labels: Bools) -> Floats:
        found = ratios(one, labels)
        ours = (found * labels).sum(axis=1) / labels.sum(axis=1)
        return (ours - (found * ~labels).sum(axis=1) / (~labels).sum(axis=1))[:, np.newaxis]

    found = [null_statistics(partial(statistics, one), one.is_real, rng) for one in near]
    result = familywise(np.hstack(found))
    values = [ratios(one, one.is_real[np.newaxis])[0] for one in near]
    synthetic, real, weights = by_side(near, values)
    value, reference = float(synthetic.mean()), float(np.average(real, weights=weights))
    interval = normal_interval(value, synthetic.std() / np.sqrt(len(synthetic)), 1.0)
    sentence = (
        f"From a synthetic row, the nearest real row is on average {value:.2f} times as far as the "
        f"second nearest; from a real row, {reference:.2f} times. A smaller ratio means that "
        "synthetic rows are close to single real rows."
    )
    material = value <= SINGLED_OUT * reference
    name = "nearest-neighbor distance ratio"
    return Check(name, sentence, value, reference, interval, result.pvalue, material)


def _attributes(
    tables: Tables,
    strata: list[int],
    held_out: Sample | None,
    secrets: list[int],
    rng: np.random.Generator,
) -> Check:
    """Guess attributes from the most similar synthetic row, with a control.

    The control shows what is known of people in general. With a holdout it is the same guess
    about held-out rows; without one, a guess about the same rows from other real rows.
    """
    name = "attribute inference"
    if len(tables.names) < 2:
        return not_judged(name, "there is only one column")
    if held_out is None:
        right, labels, groups, total = _guess_from_both(tables, strata, secrets, rng)
        control = "from other real rows, as a control"
    else:
        right, labels, groups, total = _guess_about_both(tables, strata, secrets, held_out, rng)
        control = "for held-out rows, as a control"

    def excess(block: Bools) -> Floats:
        return right(block) - right(~block)

    result = familywise(null_statistics(excess, labels, rng, strata=groups))
    worst = int(np.argmax(result.excess))
    value, reference = (float(right(side[np.newaxis])[0, worst]) for side in (labels, ~labels))
    sentence = (
        f"An attacker knows every value of a real row but {tables.name(secrets[worst])!r}, and "
        f"copies it from the most similar synthetic row. {value:.1%} of these guesses are right; "
        f"{control}, {reference:.1%}."
    )
    interval = proportion_interval(value * total, total)
    numbers = value, reference, interval, result.pvalue, value - reference >= GUESSED
    return Check(name, sentence, *numbers)


def _some(sample: Sample, rng: np.random.Generator, most: int = TARGETS) -> Sample:
    return sample.take(rng.permutation(len(sample))[:most])


# The proportion of right guesses of each secret (b, n_secrets), about or from the rows that are
# True in labelings (b, n); the labeling (n,), the classes of its rows, and the number of guesses.
Guesses = tuple[Callable[[Bools], Floats], Bools, Ints, int]


def _guess_about_both(
    tables: Tables,
    strata: list[int],
    secrets: list[int],
    held_out: Sample,
    rng: np.random.Generator,
) -> Guesses:
    """Guess attributes of training rows and of held-out rows from synthetic rows."""
    parts: list[tuple[Array, ...]] = []
    for stratum in strata:
        known = tables.of_stratum(tables.synthetic, stratum)
        for label, side in ((True, tables.real), (False, held_out)):
            targets = _some(tables.of_stratum(side, stratum), rng)
            is_right = [guesses(tables, secret, targets, known)[1] for secret in secrets]
            n = len(targets)
            parts.append((np.hstack(is_right), np.full(n, label), np.full(n, stratum)))
    all_right, is_train, groups = _stacked(parts)

    def right(block: Bools) -> Floats:
        return (block.astype(np.float64) @ all_right) / block.sum(axis=1, keepdims=True)

    return right, is_train, groups, int(is_train.sum())


def _guess_from_both(
    tables: Tables, strata: list[int], secrets: list[int], rng: np.random.Generator
) -> Guesses:
    """Guess attributes of some real rows from synthetic and from as many other real rows.

    Both are in one list of the most similar rows, so that which of them are synthetic can be
    shuffled: many guesses may depend on one row.
    """
    parts: list[tuple[Array, ...]] = []
    lists, total, start = [], 0, 0
    for stratum in strata:
        real = _some(tables.of_stratum(tables.real, stratum), rng, len(tables.real))
        synthetic = tables.of_stratum(tables.synthetic, stratum)
        n = min(TARGETS, len(real) // 2)
        targets, others = real.take(np.arange(n)), real.take(np.arange(n, len(real)))
        size = min(len(others), len(synthetic))
        # In random order, so that any of equally similar rows may be the first.
        order = rng.permutation(2 * size)
        known = _some(others, rng, size).joined(_some(synthetic, rng, size)).take(order)
        for j, secret in enumerate(secrets):
            nearest, is_right = guesses(tables, secret, targets, known, min(LISTED, 2 * size))
            lists.append((j, nearest + start, is_right))
        parts.append((order >= size, np.full(2 * size, stratum)))
        total += n
        start += 2 * size

    def right(block: Bools) -> Floats:
        counts = np.zeros((len(block), len(secrets)))
        for j, nearest, is_right in lists:
            usable = block[:, nearest]
            first = usable.argmax(axis=2)
            hit = is_right[np.arange(len(is_right)), first] & usable.any(axis=2)
            counts[:, j] += hit.sum(axis=1)
        return counts / total

    is_synthetic, groups = _stacked(parts)
    return right, is_synthetic, groups, total
