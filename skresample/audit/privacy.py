"""Are the synthetic rows private: do they tell whom they were made of, and what of them?"""

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

from skresample.audit.answers import (
    PERMUTATIONS,
    Answer,
    Check,
    answer,
    not_judged,
    share_interval,
)
from skresample.audit.attacks import guesses, membership_scores, recover
from skresample.audit.neighborhoods import LISTED, Neighborhood, weights_like_synthetic
from skresample.audit.statistics.closeness import nearest_two
from skresample.audit.statistics.permutations import familywise, null_statistics
from skresample.audit.statistics.two_samples import area_under_curve
from skresample.audit.tables import FEWEST, Side, Tables

__all__ = ["private"]

QUESTION = "Private: do synthetic rows give away the real rows that they were made of?"
NO_HOLDOUT = "give real rows that the synthetic ones were not made of, as X_holdout and y_holdout"
# The rate of false alarms at which an attacker would be sure enough to act.
FALSE_POSITIVES = 0.01
# Of so many rows at most a secret is guessed.
TARGETS = 500
# With so many real rows at most the reconstruction is tried as a control.
CONTROL = 2_000
# From here on a finding matters: share of synthetic rows that are nearer to the rows they were
# made of, area and true positives of membership inference, and right guesses above control.
NEARER, MEMBERS, CERTAIN, GUESSED = 0.6, 0.6, 0.03, 0.1
# So many real rows recovered are no accident.
RECOVERED = 2
ATTACKS = ("distance", "density ratio")


def private(
    tables: Tables,
    near: list[Neighborhood],
    secrets: list[int],
    rng: np.random.Generator,
) -> Answer:
    """Attack the synthetic rows.

    Parameters
    ----------
    tables : Tables
        What is audited.
    near : list of Neighborhood
        Of each class.
    secrets : list of int
        Columns that are guessed, numbers counted before categories.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    answer : Answer
        Six checks, of which three need a holdout.
    """
    if not near:
        reason = f"no class has {FEWEST} synthetic rows"
        return answer("private", QUESTION, [not_judged("privacy", reason)])
    strata = [one.stratum for one in near]
    pictures: dict[str, Any] = {}
    reconstruction, details = _reconstruction(tables, strata, rng)
    checks = [reconstruction]
    held_out, both = tables.holdout, strata
    if held_out is not None:
        has_rows = set(np.unique(tables.strata(held_out)))
        both = [s for s in strata if s in has_rows]
    if held_out is None or not both:
        held_out = None
        names = ("distance to the closest record", "membership", "certain membership")
        checks += [not_judged(name, NO_HOLDOUT) for name in names]
    else:
        strata = both
        checks.append(_closest_record(tables, strata, held_out, rng))
        members, pictures = _membership(tables, strata, held_out, rng)
        checks += members
    checks.append(_neighbor_ratio(near, rng))
    checks.append(_attributes(tables, strata, held_out, secrets, rng))
    return answer("private", QUESTION, checks, details, pictures)


def _of(tables: Tables, side: Side, stratum: int) -> Side:
    """Return the rows of a class."""
    return side.take(np.flatnonzero(tables.strata(side) == stratum))


def _reconstruction(
    tables: Tables, strata: list[int], rng: np.random.Generator
) -> tuple[Check, dict[str, list[list[Any]]]]:
    """Recover real rows from lines, and try the same with real rows in place of synthetic ones."""
    name = "reconstruction"
    recovered, right, lines = [], [], 0
    control: list[npt.NDArray[np.bool_]] = []
    rows_of: list[list[Any]] = [["class", "lines", "points", "of them real", "real rows", "found"]]
    for stratum in strata:
        real = _of(tables, tables.real, stratum).numeric
        result = recover(tables, _of(tables, tables.synthetic, stratum).numeric, real)
        if result is None:
            continue
        lines += result.lines
        recovered.append(result.recovered)
        right.append(result.right)
        label = tables.classes[stratum] if tables.labelled else "all"
        counts = len(result.right), int(result.right.sum()), len(real)
        rows_of.append([str(label), result.lines, *counts, int(result.recovered.sum())])
        some = rng.permutation(len(real))[:CONTROL]
        halves = recover(tables, real[some[::2]], real[some[1::2]])
        control.append(np.zeros(0, dtype=bool) if halves is None else halves.recovered)
    if not recovered:
        return not_judged(name, "there are no two columns of numbers that are not rounded"), {}
    rows, points = np.concatenate(recovered), np.concatenate(right)
    other = np.concatenate(control)
    reference = float(other.mean()) if other.size else 0.0
    count = int(rows.sum())
    share = float(rows.mean())
    if lines:
        precision = f"; {points.mean():.0%} of what it found are real rows" if len(points) else ""
        said = (
            f"From {lines:,} lines on which synthetic rows lie, an attacker who has nothing else "
            f"recovered {count:,} of {len(rows):,} real rows to the last digits ({share:.1%})"
            f"{precision}."
        )
    else:
        said = "Synthetic rows do not lie on lines, from which real rows could be recovered."
    alarm = count >= RECOVERED and share > reference
    interval = share_interval(count, len(rows))
    check = Check(name, said, share, reference, interval, 0.0 if alarm else 1.0, material=alarm)
    return check, {"Points at which lines of synthetic rows meet": rows_of}


def _closest_record(
    tables: Tables, strata: list[int], held_out: Side, rng: np.random.Generator
) -> Check:
    """Count the synthetic rows that are nearer to rows they were made of than to others."""
    winners, labels, groups, offset = [], [], [], 0
    for stratum in strata:
        train, other = _of(tables, tables.real, stratum), _of(tables, held_out, stratum)
        synthetic = _of(tables, tables.synthetic, stratum)
        size = min(len(train), len(other))
        pool = [
            train.take(rng.choice(len(train), size, replace=False)),
            other.take(rng.choice(len(other), size, replace=False)),
        ]
        values = tables.space(*pool, synthetic)
        # In random order, so that of equally near rows any may win.
        order = rng.permutation(2 * size)
        new = np.arange(2 * size, 2 * size + len(synthetic))
        nearest = values.kneighbors(1, of=new, among=order)
        winners.append(nearest[:, 0] + offset)
        labels.append(np.arange(2 * size) < size)
        groups.append(np.full(2 * size, stratum))
        offset += 2 * size
    winner, is_train = np.concatenate(winners), np.concatenate(labels)
    found = null_statistics(
        lambda block: block[:, winner].mean(axis=1, keepdims=True),
        is_train,
        PERMUTATIONS,
        rng,
        strata=np.concatenate(groups),
    )
    result = familywise(found)
    value = float(found[0, 0])
    said = (
        f"{value:.1%} of the synthetic rows are nearer to a row they were made of than to any of "
        f"as many held-out rows; {result.reference[0]:.1%} would be no sign of anything."
    )
    return Check(
        "distance to the closest record",
        said,
        value,
        float(result.reference[0]),
        share_interval(value * len(winner), len(winner)),
        result.pvalue,
        value >= NEARER,
    )


def _membership(
    tables: Tables, strata: list[int], held_out: Side, rng: np.random.Generator
) -> tuple[list[Check], dict[str, Any]]:
    """Infer which real rows the synthetic ones were made of."""
    ranks, labels, groups = [], [], []
    for stratum in strata:
        train, other = _of(tables, tables.real, stratum), _of(tables, held_out, stratum)
        scores = membership_scores(tables, train, other, _of(tables, tables.synthetic, stratum))
        # Ranks, with ties at random, can be put together from classes of any scale.
        tied = np.stack([np.lexsort((rng.random(len(s)), s)).argsort() for s in scores.T], axis=1)
        ranks.append((tied + 0.5) / len(scores))
        labels.append(np.arange(len(scores)) < len(train))
        groups.append(np.full(len(scores), stratum))
    score, is_train = np.concatenate(ranks), np.concatenate(labels)
    order = np.argsort(-score, axis=0, kind="stable")
    n_train = int(is_train.sum())
    allowed = int(FALSE_POSITIVES * (len(is_train) - n_train))

    def statistics(block: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        areas = (block.astype(np.float64) @ score) / n_train
        certain = [_true_positives(block[:, one], allowed) / n_train for one in order.T]
        return np.hstack([areas, np.stack(certain, axis=1)])

    found = null_statistics(statistics, is_train, PERMUTATIONS, rng, strata=np.concatenate(groups))
    area, certain = familywise(found[:, :2]), familywise(found[:, 2:])
    best = int(np.argmax(area.excess))
    values = [area_under_curve(is_train, one) for one in score.T]
    reach = 1.96 * np.sqrt((len(is_train) + 1) / (12 * n_train * (len(is_train) - n_train)))
    interval = (max(0.0, values[best] - reach), min(1.0, values[best] + reach))
    said = (
        f"Of a row that synthetic ones were made of and a held-out one, the better attack "
        f"({ATTACKS[best]}) tells which is which with probability {values[best]:.2f}; .50 is "
        "guessing."
    )
    checks = [
        Check("membership", said, values[best], 0.5, interval, area.pvalue, values[best] >= MEMBERS)
    ]
    sure = int(np.argmax(certain.excess))
    rate, reference = float(found[0, 2 + sure]), float(certain.reference[sure])
    said = (
        f"At {FALSE_POSITIVES:.0%} false alarms, an attack ({ATTACKS[sure]}) is right about "
        f"{rate:.1%} of the rows that synthetic ones were made of; guessing, about {reference:.1%}."
    )
    material = rate >= CERTAIN and rate >= 2 * reference
    interval = share_interval(rate * n_train, n_train)
    checks.append(
        Check("certain membership", said, rate, reference, interval, certain.pvalue, material)
    )
    curves = {
        name: roc_curve(is_train, one)[:2] for name, one in zip(ATTACKS, score.T, strict=True)
    }
    return checks, {"membership": curves}


def _true_positives(block: npt.NDArray[np.bool_], allowed: int) -> npt.NDArray[np.integer]:
    """Return how many members come before more others than are allowed, the likeliest first."""
    false = np.cumsum(~block, axis=1)
    return (block & (false <= allowed)).sum(axis=1)


def _neighbor_ratio(near: list[Neighborhood], rng: np.random.Generator) -> Check:
    """Compare how much nearer the nearest real row is than the second nearest."""

    def ratios(one: Neighborhood, labels: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        nearest, second = nearest_two(one.lists, labels)
        told = (second > 0) & np.isfinite(nearest)
        return np.divide(nearest, second, out=np.ones_like(nearest), where=told)

    def statistics(one: Neighborhood, labels: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        found = ratios(one, labels)
        ours = (found * labels).sum(axis=1) / labels.sum(axis=1)
        return (ours - (found * ~labels).sum(axis=1) / (~labels).sum(axis=1))[:, np.newaxis]

    found = np.hstack(
        [
            null_statistics(
                partial(statistics, one),
                one.is_real,
                PERMUTATIONS,
                rng,
            )
            for one in near
        ]
    )
    result = familywise(found)
    sides = []
    for real in (False, True):
        parts = [ratios(one, one.is_real[np.newaxis])[0][one.is_real == real] for one in near]
        sides.append(np.concatenate(parts))
    # Of real rows, as many of each class as are synthetic.
    value = float(sides[0].mean())
    reference = float(np.average(sides[1], weights=weights_like_synthetic(near)))
    reach = 1.96 * float(sides[0].std() / np.sqrt(len(sides[0])))
    said = (
        f"The nearest real row of a synthetic one is on average {value:.2f} times as far as the "
        f"second nearest; of a real one, {reference:.2f}. Less means that it is near to one person."
    )
    return Check(
        "nearest-neighbour ratio",
        said,
        value,
        reference,
        (max(0.0, value - reach), min(1.0, value + reach)),
        result.pvalue,
        value <= 0.8 * reference,
    )


def _attributes(
    tables: Tables,
    strata: list[int],
    held_out: Side | None,
    secrets: list[int],
    rng: np.random.Generator,
) -> Check:
    """Guess secret values from the most similar synthetic row, with a control.

    With a holdout, the control is the same guess about held-out rows: what is right there, is
    known of people in general. Without, it is a guess about the same rows from other real ones.
    """
    name = "attributes"
    if len(tables.names) < 2:
        return not_judged(name, "there is one column only")
    if held_out is not None:
        right, is_train, groups = _guess_both(tables, strata, secrets, held_out, rng)
        train = is_train.sum()

        def statistics(block: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
            ours = block.astype(np.float64) @ right
            return ours / train - (right.sum(axis=0) - ours) / (~block).sum(axis=1, keepdims=True)

        result = familywise(null_statistics(statistics, is_train, PERMUTATIONS, rng, strata=groups))
        worst, pvalue = int(np.argmax(result.excess)), result.pvalue
        value, reference = right[is_train, worst].mean(), right[~is_train, worst].mean()
        total, control = int(train), "of held-out rows, which tell what is known of anybody"
    else:
        guessed = _GuessedTwice(tables, strata, secrets, rng)
        result = familywise(
            null_statistics(
                guessed.excess, guessed.is_synthetic, PERMUTATIONS, rng, strata=guessed.strata
            )
        )
        worst, pvalue, total = int(np.argmax(result.excess)), result.pvalue, guessed.n_targets
        sides = guessed.is_synthetic, ~guessed.is_synthetic
        value, reference = (guessed.right(side[np.newaxis])[0, worst] for side in sides)
        control = "from other real rows in place of synthetic ones"
    column = tables.name(secrets[worst])
    said = (
        f"Who knows all of a real row but {column!r} and takes it from the most similar synthetic "
        f"row is right in {value:.1%} of cases; {control}, in {reference:.1%}."
    )
    return Check(
        name,
        said,
        float(value),
        float(reference),
        share_interval(value * total, total),
        pvalue,
        bool(value - reference >= GUESSED),
    )


def _some(side: Side, rng: np.random.Generator, most: int = TARGETS) -> Side:
    return side.take(rng.permutation(len(side))[:most])


def _guess_both(
    tables: Tables, strata: list[int], secrets: list[int], held_out: Side, rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Guess secrets of rows that synthetic ones were made of, and of held-out ones."""
    parts = []
    for stratum in strata:
        known = _of(tables, tables.synthetic, stratum)
        for label, side in ((True, tables.real), (False, held_out)):
            targets = _some(_of(tables, side, stratum), rng)
            right = [guesses(tables, secret, targets, known)[1] for secret in secrets]
            n = len(targets)
            parts.append((np.hstack(right), np.full(n, label), np.full(n, stratum)))
    rights, labels, groups = zip(*parts, strict=True)
    return np.concatenate(rights), np.concatenate(labels), np.concatenate(groups)


class _GuessedTwice:
    """Secrets of some real rows, guessed from synthetic rows and from as many other real ones.

    Both are looked for in one list of the most similar rows, so that which are synthetic can be
    shuffled: many guesses may hang on one row.

    Parameters
    ----------
    tables, strata, secrets, rng
        As `private` has them.

    Attributes
    ----------
    is_synthetic : ndarray of shape (n_known,)
        Which of the rows that guesses are made with are.
    strata : ndarray of shape (n_known,)
        Their classes.
    n_targets : int
        Of how many rows secrets are guessed.
    """

    def __init__(
        self, tables: Tables, strata: list[int], secrets: list[int], rng: np.random.Generator
    ):
        is_synthetic, groups = [], []
        self._lists: list[list[tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]]] = []
        self.n_targets = start = 0
        for stratum in strata:
            real = _some(_of(tables, tables.real, stratum), rng, len(tables.real))
            synthetic = _of(tables, tables.synthetic, stratum)
            n = min(TARGETS, len(real) // 2)
            targets, others = real.take(np.arange(n)), real.take(np.arange(n, len(real)))
            size = min(len(others), len(synthetic))
            # In random order, so that of equally similar rows any may be the first.
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

    def right(self, block: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return the share of right guesses with the rows that are True, for each secret."""
        counts = np.zeros((len(block), len(self._lists[0])))
        for lists in self._lists:
            for j, (nearest, right) in enumerate(lists):
                usable = block[:, nearest]
                first = usable.argmax(axis=2)
                is_right = right[np.arange(len(right)), first] & usable.any(axis=2)
                counts[:, j] += is_right.sum(axis=1)
        return counts / self.n_targets

    def excess(self, block: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return by how much the guesses of rows that are True are the better ones."""
        return self.right(block) - self.right(~block)
