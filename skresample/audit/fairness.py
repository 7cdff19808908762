"""Fairness: does each group keep its proportion of each class and its prediction rates?"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from skresample.audit.answers import Answer, Check, answer, interval_about, not_judged
from skresample.audit.fits import BOTH, REAL, Fits, Predictions, shortfall
from skresample.audit.statistics.permutations import (
    familywise,
    masses_within_strata,
    null_statistics,
)
from skresample.audit.tables import LEAST_ROWS, Sample, Tables
from skresample.compare.arrays import Bools, Floats, Ints

__all__ = ["fairness", "find_columns"]

# From here on a difference matters: of the proportions of groups, and between rates of groups.
SHIFTED, WIDER = 0.1, 0.1
# Columns with more different numbers, or categories, do not define groups.
MOST_GROUPS, MOST_CATEGORIES = 20, 100
# Smaller tail probabilities are not told apart.
LEAST_TAIL = 1e-15
RESAMPLES = 199
MISSING = "(missing)"


class Grouping(NamedTuple):
    """The groups of a sensitive column: their names, and the group of each row."""

    column: str
    names: list[str]
    real: Ints
    synthetic: Ints
    holdout: Ints | None


def find_columns(tables: Tables, sensitive: Any) -> list[int]:
    """Return the positions of the sensitive columns, numerical ones before categorical ones."""
    several = hasattr(sensitive, "__len__") and getattr(sensitive, "ndim", 1) > 0
    asked = list(sensitive) if several and not isinstance(sensitive, str) else [sensitive]
    if not asked:
        raise ValueError("sensitive is empty: pass at least one column, or None.")
    order = np.concatenate([tables.numbers, tables.categories]).tolist()
    columns = []
    for one in asked:
        if isinstance(one, str) and tables.names.count(one) == 1:
            position = tables.names.index(one)
        elif _is_position(one) and 0 <= one < len(tables.names):
            position = int(one)
        else:
            raise ValueError(
                f"sensitive: {one!r} is not a column of X_real. Its columns are "
                f"{', '.join(tables.names[:20])}{', ...' if len(tables.names) > 20 else ''}."
            )
        j = order.index(position)
        if j < len(tables.numbers):
            values = tables.real.numeric[:, j]
            n, most = len(np.unique(values[~np.isnan(values)])), MOST_GROUPS
            remedy = "bin it (for example by pandas.cut)"
        else:
            n, most = len(tables.category_names[j - len(tables.numbers)]), MOST_CATEGORIES
            remedy = "merge some of them"
        if n > most:
            raise ValueError(
                f"sensitive column {tables.name(j)!r} has more than {most} different values, too "
                f"many to be groups: {remedy} first."
            )
        columns.append(j)
    return columns


def _is_position(one: Any) -> bool:
    return isinstance(one, int | np.integer) and not isinstance(one, bool)


def fairness(
    tables: Tables, columns: list[int] | None, fits: Fits | str, rng: np.random.Generator
) -> Answer:
    """Compare the proportions of groups, and the prediction rates of classifiers.

    `fits` may be the reason why there are no classifiers.
    """
    if columns is None:
        reason = "pass the columns that define groups as sensitive"
        return answer("fairness", [not_judged("fairness", reason)])
    groupings = [_grouping(tables, j) for j in columns]
    checks = [_proportions(tables, groupings, rng)]
    details = {f"Rows by class and {one.column}": _cells(tables, one) for one in groupings}
    pictures = {"groups": list(details.items())}
    if isinstance(fits, str):
        checks.append(not_judged("prediction rates of groups", fits))
    else:
        for one in groupings:
            checks += _rates_of_groups(tables, one, fits, rng, details)
    return answer("fairness", checks, details, pictures)


def _grouping(tables: Tables, j: int) -> Grouping:
    """Read a column as groups; rows with a missing value are one."""
    samples = list(tables.samples().values())
    i = j - len(tables.numbers)
    if i >= 0:
        names = [*map(str, tables.category_names[i]), MISSING]
        codes = np.concatenate([one.codes[:, i] for one in samples])
        codes[codes < 0] = len(names) - 1
    else:
        values = np.concatenate([one.numeric[:, j] for one in samples])
        levels, codes = np.unique(values, return_inverse=True)  # NaN is sorted last, and once
        names = [MISSING if np.isnan(one) else f"{one:g}" for one in levels]
    real, synthetic, *holdout = np.split(codes, np.cumsum([len(one) for one in samples[:-1]]))
    # Reports are handed on: they only name values that many rows have.
    rare = np.flatnonzero(np.bincount(real, minlength=len(names)) < LEAST_ROWS)
    for number, group in enumerate(rare.tolist(), start=1):
        if names[group] != MISSING:
            names[group] = f"(rare value {number})"
    return Grouping(tables.name(j), names, real, synthetic, holdout[0] if holdout else None)


class Counts(NamedTuple):
    """Real and synthetic rows (n_permutations + 1, n_classes, n_groups), those of the data first.

    `where` names the class, if it is only one.
    """

    grouping: Grouping
    where: str
    real: Floats
    synthetic: Floats

    @property
    def weights(self) -> Floats:
        """The proportions of the classes among synthetic rows."""
        sizes: Floats = self.synthetic[0].sum(axis=1)
        return sizes / sizes.sum()

    def differences(self, real: Any, synthetic: Any) -> Any:
        """Return by how much the proportions of groups differ, as the weighted mean of classes."""
        proportions = [side / side.sum(axis=-1, keepdims=True) for side in (real, synthetic)]
        return np.einsum("c,...cg->...g", self.weights, proportions[1] - proportions[0])

    def distance(self, real: Any, synthetic: Any) -> Any:
        """Return half the sum of the differences (total variation)."""
        return np.abs(self.differences(real, synthetic)).sum(axis=1) / 2

    def surprise(self) -> Floats:
        """Return how surprising the synthetic rows of each group are, as normal scores.

        From exact tail probabilities: few rows are not distributed normally, and that a group is
        gone is far less probable than its proportion suggests.
        """
        drawn = self.synthetic.sum(axis=1).astype(np.intp)
        scores = np.zeros(drawn.shape)
        real, synthetic = self.real[0].astype(int), self.synthetic[0].astype(int)
        sizes = synthetic.sum(axis=1).tolist(), real.sum(axis=1).tolist()
        for g, of_both in enumerate((synthetic + real).T.tolist()):
            lowest, masses = masses_within_strata(zip(*sizes, of_both, strict=True))
            tails = np.minimum(np.cumsum(masses), np.cumsum(masses[::-1])[::-1])
            score = stats.norm.isf(np.clip(tails, LEAST_TAIL, 0.5))
            scores[:, g] = score[drawn[:, g] - lowest]
        return scores


def _counts(tables: Tables, grouping: Grouping, rng: np.random.Generator) -> Iterator[Counts]:
    """Yield the counts of a grouping within each class, and within all of them together."""
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    group = np.concatenate([grouping.real, grouping.synthetic])
    by_class = []
    for stratum in np.unique(others):
        rows = np.flatnonzero(np.concatenate([ours, others]) == stratum)
        is_real = rows < len(ours)
        member = (group[rows, np.newaxis] == np.arange(len(grouping.names))).astype(np.float32)
        of_real = null_statistics(partial(_real_members, member), is_real, rng)
        both = of_real[:, np.newaxis], (member.sum(axis=0) - of_real)[:, np.newaxis]
        by_class.append(Counts(grouping, tables.class_name(int(stratum)), *both))
    yield from by_class
    if len(by_class) > 1:
        real, synthetic = (
            np.concatenate(side, axis=1)
            for side in zip(*((one.real, one.synthetic) for one in by_class), strict=True)
        )
        yield Counts(grouping, "", real, synthetic)


def _real_members(member: Floats, labels: Bools) -> Floats:
    """Return how many rows of each group are real, for many labelings."""
    return (labels.astype(np.float32) @ member).astype(np.float64)


def _proportions(tables: Tables, groupings: list[Grouping], rng: np.random.Generator) -> Check:
    """Compare the proportions of groups within each class, and within all of them together."""
    counted = [counts for one in groupings for counts in _counts(tables, one, rng)]
    scores = [one.surprise() for one in counted]
    distances = np.stack([one.distance(one.real, one.synthetic) for one in counted], axis=1)
    result = familywise(np.hstack([distances, *scores]))
    whose = np.repeat(np.arange(len(counted)), [score.shape[1] for score in scores])
    worst = int(np.concatenate([np.arange(len(counted)), whose])[np.argmax(result.excess)])
    counts, value, reference = counted[worst], distances[0, worst], result.reference[worst]
    real, synthetic = (side[0].astype(np.intp) for side in (counts.real, counts.synthetic))

    def resampled(side: Ints) -> Ints:
        draws = [rng.multinomial(row.sum(), row / row.sum(), size=RESAMPLES) for row in side]
        return np.stack(draws, axis=1)

    again = resampled(real), resampled(synthetic)
    interval = interval_about(float(value), counts.distance(*again), 1.0)
    least = int(np.argmin(counts.differences(real, synthetic)))
    proportions = [
        counts.weights @ (side[:, least] / side.sum(axis=1)) for side in (real, synthetic)
    ]
    sentence = (
        f"The proportions of {counts.grouping.column!r}{counts.where} differ by {value:.2f}; in "
        f"two real samples, they differ by {reference:.2f}. {counts.grouping.names[least]} is "
        f"{proportions[0]:.1%} of the real and {proportions[1]:.1%} of the synthetic rows."
    )
    gone = (synthetic.sum(axis=0) == 0) & (real.sum(axis=0) >= LEAST_ROWS)
    material = bool(gone.any() or value >= SHIFTED)
    numbers = float(value), float(reference), interval, result.pvalue, material
    return Check("proportions of groups", sentence, *numbers)


def _cells(tables: Tables, one: Grouping) -> list[list[Any]]:
    """Return the numbers of rows, and the proportions, of each class and group."""
    n_classes, n = len(tables.classes) if tables.labeled else 1, len(one.names)

    def counts(sample: Sample, groups: Ints) -> Ints:
        cells = tables.strata(sample) * n + groups
        return np.bincount(cells, minlength=n_classes * n).reshape(n_classes, n)

    real, synthetic = counts(tables.real, one.real), counts(tables.synthetic, one.synthetic)
    heading = ["class", one.column, "real rows", "proportion", "synthetic rows", "proportion"]
    rows: list[list[Any]] = [heading]
    for c, g in np.argwhere(real + synthetic):
        row: list[Any] = [str(tables.classes[c]) if tables.labeled else "all", one.names[g]]
        for side in (real, synthetic):
            row += [int(side[c, g]), side[c, g] / max(1, side[c].sum())]
        rows.append(row)
    return rows


def _rates_of_groups(
    tables: Tables, one: Grouping, fits: Fits, rng: np.random.Generator, details: dict[str, Any]
) -> list[Check]:
    """Compare how far prediction rates of groups are apart, with synthetic and with real rows.

    The rates are added to the details.
    """
    assert one.holdout is not None
    counts = np.bincount(fits.true, minlength=len(tables.classes))
    present = np.flatnonzero(counts)
    # Of two classes the minority class is the one predicted; of more, each in turn.
    chosen = [int(present[np.argmin(counts[present])])] if len(present) == 2 else present.tolist()
    gaps: dict[str, list[Check]] = {}
    for c in chosen:
        heading = [one.column, "held-out rows", "rate", "real", "with synthetic", "change"]
        rows: list[list[Any]] = [heading]
        for rate, within in (
            ("selection rate", np.ones(len(fits.true), dtype=bool)),
            ("true positive rate", fits.true == c),
            ("false positive rate", fits.true != c),
        ):
            sizes = np.bincount(one.holdout[within], minlength=len(one.names))
            large = np.flatnonzero(sizes >= LEAST_ROWS)
            # Only rows that count; resampling keeps the sizes of groups in place of classes.
            kept = np.flatnonzero(within & np.isin(one.holdout, large))
            groups = one.holdout[kept]
            methods = {name: fits.methods[name].take(kept) for name in (REAL, BOTH)}
            redrawn = [predictions.take(kept) for predictions in fits.redrawn[BOTH]]
            before, after = (_rates(groups, found, c) for found in methods.values())
            for g, old, new in zip(large, before, after, strict=True):
                rows.append([one.names[g], int(sizes[g]), rate, old, new, new - old])
            found = gaps.setdefault(rate, [])
            if len(large) > 1:
                of = f" (class {tables.classes[c]})" if len(chosen) > 1 else ""
                some = Fits(groups, methods, {BOTH: redrawn})
                found.append(_gap(some, one.column, c, rate, of, rng))
        details[f"Prediction rates by {one.column}, for class {tables.classes[c]}"] = rows
    checks = []
    for rate, found in gaps.items():
        few = f"no two groups have {LEAST_ROWS} such held-out rows"
        check = not_judged(f"{rate}, {one.column}", few)
        if found:
            worst = min(found, key=lambda check: check.pvalue)
            # Corrected for the number of classes (Bonferroni).
            check = replace(worst, name=check.name, pvalue=min(1.0, worst.pvalue * len(found)))
        checks.append(check)
    return checks


def _rates(groups: Ints, predictions: Predictions, c: int) -> list[float]:
    """Return how often a class is predicted for each group."""
    sizes = np.bincount(groups)
    counts = np.bincount(groups[predictions.predicted == c], minlength=len(sizes))
    return (counts[sizes > 0] / sizes[sizes > 0]).tolist()


def _gap(some: Fits, column: str, c: int, rate: str, of: str, rng: np.random.Generator) -> Check:
    """Compare the largest difference of groups with that of redrawn real rows.

    The fits have groups in place of true classes.
    """

    def gap(groups: Ints, predictions: Predictions) -> float:
        rates = _rates(groups, predictions, c)
        return max(rates) - min(rates)

    found = shortfall(rate, some, BOTH, gap, WIDER, rng, sign=-1)
    sentence = (
        f"The {rate}{of} of groups of {column!r} differs by up to {found.value:.2f} with synthetic "
        f"rows, by {gap(some.true, some.methods[REAL]):.2f} without them, and by "
        f"{found.reference:.2f} with redrawn real rows in their place."
    )
    return replace(found, sentence=sentence)
