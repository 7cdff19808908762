"""Privacy: do synthetic rows disclose the real rows that they were generated from?"""

from functools import partial
from typing import Any

import numpy as np
from sklearn.metrics import roc_curve

from skresample.audit.answers import Answer, Check, answer, not_judged, proportion_interval
from skresample.audit.attacks import guesses, membership_scores, recover
from skresample.audit.neighborhoods import LISTED, Neighborhood, weights_like_synthetic
from skresample.audit.statistics.closeness import nearest_two
from skresample.audit.statistics.permutations import familywise, null_statistics
from skresample.audit.statistics.two_samples import area_under_curve
from skresample.audit.tables import FEWEST, Sample, Tables
from skresample.compare.arrays import Bools, Floats, Ints

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


def _reconstruction(
    tables: Tables, strata: list[int], rng: np.random.Generator
) -> tuple[Check, dict[str, list[list[Any]]]]:
    """Reconstruct real rows from lines, and try the same with real rows as a control."""
    name = "reconstruction"
    recovered, right, lines = [], [], 0
    control: list[Bools] = []
    details: list[list[Any]] = [
        ["class", "lines", "intersections", "of these real", "real rows", "recovered"]
    ]
    for stratum in strata:
        real = tables.of_stratum(tables.real, stratum).numeric
        result = recover(tables, tables.of_stratum(tables.synthetic, stratum).numeric, real)
        if result is None:
            continue
        lines += result.lines
        recovered.append(result.recovered)
        right.append(result.right)
        label = str(tables.classes[stratum]) if tables.labeled else "all"
        counts = len(result.right), int(result.right.sum()), len(real), int(result.recovered.sum())
        details.append([label, result.lines, *counts])
        some = rng.permutation(len(real))[:CONTROL]
        halves = recover(tables, real[some[::2]], real[some[1::2]])
        control.append(np.zeros(0, dtype=bool) if halves is None else halves.recovered)
    if not recovered:
        return not_judged(name, "fewer than two numerical columns are not rounded"), {}
    rows, points, other = map(np.concatenate, (recovered, right, control))
    count, value = int(rows.sum()), float(rows.mean())
    reference = float(other.mean()) if other.size else 0.0
    sentence = "Synthetic rows do not lie on lines from which real rows could be reconstructed."
    if lines:
        precision = f"; {points.mean():.0%} of what it found is real" if len(points) else ""
        sentence = (
            f"From {lines:,} lines on which synthetic rows lie, an attack without other data "
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
    winners, labels, groups, offset = [], [], [], 0
    for stratum in strata:
        synthetic = tables.of_stratum(tables.synthetic, stratum)
        sides = [tables.of_stratum(side, stratum) for side in (tables.real, held_out)]
        size = min(map(len, sides))
        pool = [side.take(rng.choice(len(side), size, replace=False)) for side in sides]
        values = tables.space(*pool, synthetic)
        # In random order, so that any of equally near rows may be the nearest.
        order = rng.permutation(2 * size)
        queries = np.arange(2 * size, 2 * size + len(synthetic))
        nearest = values.kneighbors(1, of=queries, among=order)
        winners.append(nearest[:, 0] + offset)
        labels.append(np.arange(2 * size) < size)
        groups.append(np.full(2 * size, stratum))
        offset += 2 * size
    winner, is_train = np.concatenate(winners), np.concatenate(labels)
    found = null_statistics(
        lambda block: block[:, winner].mean(axis=1, keepdims=True),
        is_train,
        rng,
        strata=np.concatenate(groups),
    )
    result = familywise(found)
    value, reference = float(found[0, 0]), float(result.reference[0])
    sentence = (
        f"{value:.1%} of the synthetic rows are closer to a real row that they were generated from "
        f"than to any of as many held-out rows; without disclosure {reference:.1%} would be."
    )
    interval = proportion_interval(value * len(winner), len(winner))
    numbers = value, reference, interval, result.pvalue
    return Check("distance to closest record", sentence, *numbers, value >= NEARER)


def _membership(
    tables: Tables, strata: list[int], held_out: Sample, rng: np.random.Generator
) -> tuple[list[Check], dict[str, Any]]:
    """Infer which real rows the synthetic rows were generated from."""
    ranks, labels, groups = [], [], []
    for stratum in strata:
        samples = [
            tables.of_stratum(one, stratum) for one in (tables.real, held_out, tables.synthetic)
        ]
        scores = membership_scores(tables, *samples)
        # Ranks, with ties broken at random, put classes of any scale together.
        tied = np.stack([np.lexsort((rng.random(len(s)), s)).argsort() for s in scores.T], axis=1)
        ranks.append((tied + 0.5) / len(scores))
        labels.append(np.arange(len(scores)) < len(samples[0]))
        groups.append(np.full(len(scores), stratum))
    score, is_train = np.concatenate(ranks), np.concatenate(labels)
    order = np.argsort(-score, axis=0, kind="stable")
    n_train = int(is_train.sum())
    allowed = int(FALSE_POSITIVES * (len(is_train) - n_train))

    def statistics(block: Bools) -> Floats:
        areas = (block.astype(np.float64) @ score) / n_train
        certain = [_true_positives(block[:, one], allowed) / n_train for one in order.T]
        return np.hstack([areas, np.stack(certain, axis=1)])

    found = null_statistics(statistics, is_train, rng, strata=np.concatenate(groups))
    area, certain = familywise(found[:, :2]), familywise(found[:, 2:])
    best = int(np.argmax(area.excess))
    value = [area_under_curve(is_train, one) for one in score.T][best]
    reach = 1.96 * np.sqrt((len(is_train) + 1) / (12 * n_train * (len(is_train) - n_train)))
    interval = (max(0.0, value - reach), min(1.0, value + reach))
    sentence = (
        f"The better attack ({ATTACKS[best]}) tells a real row that synthetic rows were generated "
        f"from and a held-out row apart with probability {value:.2f} (ROC AUC); guessing, with "
        "0.50."
    )
    _, name, name_certain = NEED_HOLDOUT
    checks = [Check(name, sentence, value, 0.5, interval, area.pvalue, value >= MEMBERS)]
    best = int(np.argmax(certain.excess))
    rate, reference = float(found[0, 2 + best]), float(certain.reference[best])
    sentence = (
        f"At a false positive rate of {FALSE_POSITIVES:.0%}, the better attack ({ATTACKS[best]}) "
        f"identifies {rate:.1%} of the real rows that synthetic rows were generated from; "
        f"guessing, {reference:.1%}."
    )
    material = rate >= CERTAIN and rate >= 2 * reference
    interval = proportion_interval(rate * n_train, n_train)
    numbers = rate, reference, interval, certain.pvalue
    checks.append(Check(name_certain, sentence, *numbers, material))
    curves = {
        name: roc_curve(is_train, one)[:2] for name, one in zip(ATTACKS, score.T, strict=True)
    }
    return checks, {"membership": curves}


def _true_positives(block: Bools, allowed: int) -> Ints:
    """Return how many members precede more non-members than allowed, the likeliest first."""
    false = np.cumsum(~block, axis=1)
    return (block & (false <= allowed)).sum(axis=1)


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
    by_class = [(one.is_real, ratios(one, one.is_real[np.newaxis])[0]) for one in near]
    synthetic, real = (
        np.concatenate([ratio[is_real == side] for is_real, ratio in by_class])
        for side in (False, True)
    )
    value = float(synthetic.mean())
    reference = float(np.average(real, weights=weights_like_synthetic(near)))
    reach = 1.96 * float(synthetic.std() / np.sqrt(len(synthetic)))
    interval = (max(0.0, value - reach), min(1.0, value + reach))
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
    if held_out is not None:
        right, is_train, groups = _guess_both(tables, strata, secrets, held_out, rng)
        total = int(is_train.sum())

        def statistics(block: Bools) -> Floats:
            ours = block.astype(np.float64) @ right
            return ours / total - (right.sum(axis=0) - ours) / (~block).sum(axis=1, keepdims=True)

        result = familywise(null_statistics(statistics, is_train, rng, strata=groups))
        worst = int(np.argmax(result.excess))
        value, reference = right[is_train, worst].mean(), right[~is_train, worst].mean()
        control = "for held-out rows, as a control"
    else:
        guessed = _GuessedTwice(tables, strata, secrets, rng)
        labels, total = guessed.is_synthetic, guessed.n_targets
        result = familywise(null_statistics(guessed.excess, labels, rng, strata=guessed.strata))
        worst = int(np.argmax(result.excess))
        value, reference = (guessed.right(side[np.newaxis])[0, worst] for side in (labels, ~labels))
        control = "from other real rows, as a control"
    sentence = (
        f"An attacker who knows all values of a real row but {tables.name(secrets[worst])!r}, and "
        f"copies it from the most similar synthetic row, is right in {value:.1%} of cases; "
        f"{control}, in {reference:.1%}."
    )
    interval = proportion_interval(value * total, total)
    numbers = float(value), float(reference), interval, result.pvalue
    return Check(name, sentence, *numbers, bool(value - reference >= GUESSED))


def _some(sample: Sample, rng: np.random.Generator, most: int = TARGETS) -> Sample:
    return sample.take(rng.permutation(len(sample))[:most])


def _guess_both(
    tables: Tables,
    strata: list[int],
    secrets: list[int],
    held_out: Sample,
    rng: np.random.Generator,
) -> tuple[Bools, Bools, Ints]:
    """Guess attributes of training rows and of held-out rows."""
    parts = []
    for stratum in strata:
        known = tables.of_stratum(tables.synthetic, stratum)
        for label, side in ((True, tables.real), (False, held_out)):
            targets = _some(tables.of_stratum(side, stratum), rng)
            right = [guesses(tables, secret, targets, known)[1] for secret in secrets]
            n = len(targets)
            parts.append((np.hstack(right), np.full(n, label), np.full(n, stratum)))
    rights, labels, groups = zip(*parts, strict=True)
    return np.concatenate(rights), np.concatenate(labels), np.concatenate(groups)


class _GuessedTwice:
    """Attributes of some real rows, guessed from synthetic and from as many other real rows.

    Both are in one list of the most similar rows, so that which of them are synthetic can be
    shuffled: many guesses may depend on one row.
    """

    def __init__(
        self, tables: Tables, strata: list[int], secrets: list[int], rng: np.random.Generator
    ):
        is_synthetic, groups = [], []
        self._lists: list[list[tuple[Ints, Bools]]] = []
        self.n_targets = start = 0
        for stratum in strata:
            real = _some(tables.of_stratum(tables.real, stratum), rng, len(tables.real))
            synthetic = tables.of_stratum(tables.synthetic, stratum)
            n = min(TARGETS, len(real) // 2)
            targets, others = real.take(np.arange(n)), real.take(np.arange(n, len(real)))
            size = min(len(others), len(synthetic))
            # In random order, so that any of equally similar rows may be the first.
            order = rng.permutation(2 * size)
            known = _some(others, rng, size).joined(_some(synthetic, rng, size)).take(order)
            lists = [
                guesses(tables, secret, targets, known, min(LISTED, 2 * size)) for secret in secrets
            ]
            self._lists.append([(nearest + start, right) for nearest, right in lists])
            is_synthetic.append(order >= size)
            groups.append(np.full(2 * size, stratum))
            self.n_targets += n
            start += 2 * size
        self.is_synthetic, self.strata = np.concatenate(is_synthetic), np.concatenate(groups)

    def right(self, block: Bools) -> Floats:
        """Return the proportion of right guesses from the rows that are True, for each secret."""
        counts = np.zeros((len(block), len(self._lists[0])))
        for lists in self._lists:
            for j, (nearest, right) in enumerate(lists):
                usable = block[:, nearest]
                first = usable.argmax(axis=2)
                is_right = right[np.arange(len(right)), first] & usable.any(axis=2)
                counts[:, j] += is_right.sum(axis=1)
        return counts / self.n_targets

    def excess(self, block: Bools) -> Floats:
        """Return how much more often guesses from the rows that are True are right."""
        return self.right(block) - self.right(~block)
