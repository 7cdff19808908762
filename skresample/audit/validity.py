"""Validity: do synthetic rows satisfy the rules that hold for all real rows?"""

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln

from skresample.audit.answers import Answer, Check, answer, proportion_interval
from skresample.audit.statistics.permutations import (
    excess_within_strata,
    familywise,
    holm,
    null_statistics,
)
from skresample.audit.tables import LEAST_ROWS, Sample, Tables
from skresample.compare.arrays import Bools, Floats, Ints

__all__ = ["validity"]

# Rules are learned on all folds of the real rows but one, and tested on that one.
FOLDS = 5
# Two values never occur together if, were they independent, at least so many rows had both.
EXPECTED = 5
# Columns with more categories are not crossed with others.
MOST_CATEGORIES = 50
# From here on, more violations than of real rows matter.
VIOLATED, REPEATED = 0.01, 0.05
FAMILIES = {
    "rules": "any rule",
    "types": "integers and missing values",
    "bounds": "bounds",
    "categories": "unseen categories",
    "combinations": "unseen combinations",
}


class Rule(NamedTuple):
    """A rule that holds for all real rows, and which other rows violate it.

    `tolerated` is the probability that another real row violates it, where it can be estimated.
    """

    family: str
    violation: str
    broken: Bools
    tolerated: float | None = None


def validity(tables: Tables, rng: np.random.Generator) -> Answer:
    """Check which rows violate rules that hold for all real rows, and which are duplicates.

    A single rule is tested by the probability that all violations fall into one of two samples. A
    family is compared with real rows that its rules were not learned on.
    """
    rules = list(_rules(tables, tables.real, tables.synthetic))
    checks = [
        _family(tables, family, rules, *expected)
        for family, expected in _expected(tables, rng).items()
    ]
    checks.append(_duplicates(tables, rng))
    counted = [(int(rule.broken.sum()), rule) for rule in rules if rule.broken.any()]
    listed = sorted(counted, key=lambda pair: -pair[0])[:20]
    rows = [[rule.violation, f"{count:,}"] for count, rule in listed]
    title = "Rules of all real rows that synthetic rows violate most"
    return answer("validity", checks, {title: [["violation", "rows"], *rows]} if rows else None)


def _family(
    tables: Tables, family: str, rules: list[Rule], reference: float, pvalue: float
) -> Check:
    """Check the rules of a family, given how often real rows violate them."""
    n = len(tables.synthetic)
    mine = rules if family == "rules" else [rule for rule in rules if rule.family == family]
    broken = np.zeros(n, dtype=bool)
    for rule in mine:
        broken |= rule.broken
    value, title = float(broken.mean()), FAMILIES[family]
    sentence = (
        f"{title.capitalize()}: {value:.1%} of the synthetic rows violate a rule that holds for "
        f"all real rows; {reference:.1%} of real rows that the rules were not learned on do."
    )
    if mine and family != "rules":
        pvalues = [_pvalue(tables, rule) for rule in mine]
        pvalue = min(1.0, 2 * min(pvalue, float(holm(pvalues).min())))
        worst = mine[int(np.argmin(pvalues))]
        if worst.broken.any():
            sentence += f" Worst: {worst.violation} in {worst.broken.sum():,} of {n:,} rows."
    material = family in ("types", "categories") or value - reference > VIOLATED
    interval = proportion_interval(broken.sum(), n)
    return Check(title, sentence, value, reference, interval, pvalue, material)


def _rules(tables: Tables, real: Sample, other: Sample) -> Iterator[Rule]:
    """Yield the rules that hold for all real rows, and which of the other rows violate them."""
    values, others = real.numeric, other.numeric
    known = ~np.isnan(values)
    for j in range(values.shape[1]):
        name, column, new = tables.name(j), values[known[:, j], j], others[:, j]
        if not column.size:
            continue
        missing = np.isnan(new)
        if known[:, j].all():
            yield Rule("types", f"{name!r} is missing", missing)
        if (column == np.round(column)).all():
            yield Rule("types", f"{name!r} is not an integer", ~missing & (new != np.round(new)))
        low, high = column.min(), column.max()
        yield Rule("bounds", f"{name!r} is below its minimum", new < low)
        yield Rule("bounds", f"{name!r} is above its maximum", new > high)
    for a, b in permutations(range(values.shape[1]), 2):
        both = known[:, a] & known[:, b]
        left, right = values[both, a], values[both, b]
        # Bounds cover columns whose ranges do not overlap.
        if not left.size or left.max() <= right.min() or (left > right).any():
            continue
        violation = f"{tables.name(a)!r} is greater than {tables.name(b)!r}"
        yield Rule("combinations", violation, others[:, a] > others[:, b])
    yield from _category_rules(tables, real, other)


def _category_rules(tables: Tables, real: Sample, other: Sample) -> Iterator[Rule]:
    n_numbers = real.numeric.shape[1]
    counts = [np.bincount(column[column >= 0]) for column in real.codes.T]
    once = np.array([np.count_nonzero(count == 1) for count in counts])
    columns = []
    for i, column in enumerate(other.codes.T):
        name, ours = tables.name(n_numbers + i), real.codes[:, i]
        columns.append((name, ours, column, list(map(str, tables.category_names[i]))))
        if (ours >= 0).all():
            yield Rule("types", f"{name!r} is missing", column < 0)
        # Good and Turing: as many rows have an unseen category as have one that is seen once.
        # The columns of a table are alike in that, so the mean over the columns counts too.
        tolerated = min(1.0, (once[i] + once.mean()) / len(real))
        unseen = (column >= 0) & ~np.isin(column, np.flatnonzero(counts[i]))
        yield Rule("categories", f"{name!r} has an unseen category", unseen, tolerated)
    if tables.labeled and real.labels is not None and other.labels is not None:
        columns.append(("class", real.labels, other.labels, list(map(str, tables.classes))))
    few = [one for one in columns if one[1].max(initial=-1) < MOST_CATEGORIES]
    for (name, ours, new, spelt), (name2, ours2, new2, spelt2) in combinations(few, 2):
        present = (ours >= 0) & (ours2 >= 0)
        if not present.any():
            continue
        cells = np.zeros((ours.max() + 1, ours2.max() + 1), dtype=np.intp)
        np.add.at(cells, (ours[present], ours2[present]), 1)
        of_first, of_second = cells.sum(axis=1), cells.sum(axis=0)
        expected = np.outer(of_first, of_second) / present.sum()
        for a, b in np.argwhere((cells == 0) & (expected >= EXPECTED)):
            # Reports are handed on: they only name values that many rows have.
            violation = f"{name!r} and {name2!r} have values that no real row has together"
            if min(of_first[a], of_second[b]) >= LEAST_ROWS:
                violation = f"{name!r} is {spelt[a]} and {name2!r} is {spelt2[b]}"
            yield Rule("combinations", violation, (new == a) & (new2 == b))


def _pvalue(tables: Tables, rule: Rule) -> float:
    """Return the probability that only synthetic rows violate a rule, so many of them."""
    if rule.tolerated is not None:
        count = int(rule.broken.sum())
        return float(stats.binom.sf(count - 1, len(rule.broken), rule.tolerated))
    log_p = 0.0
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    for stratum, k in zip(*np.unique(others[rule.broken], return_counts=True), strict=True):
        n = np.count_nonzero(ours == stratum)
        m = np.count_nonzero(others == stratum)
        log_p += gammaln(m + 1) - gammaln(m - k + 1) + gammaln(n + m - k + 1) - gammaln(n + m + 1)
    return float(np.exp(log_p))


def _expected(tables: Tables, rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Learn the rules of each family on real rows, and test them on others.

    Returns how often real rows violate them, and the p-value of the synthetic rows.
    """
    real, synthetic, held_out = tables.real, tables.synthetic, tables.holdout
    if held_out is not None:
        learned, tested = real, held_out
        broken = _broken(tables, real, held_out)
        usual = broken
    else:
        part = rng.permutation(len(real)) % FOLDS
        folds = [
            _broken(
                tables, real.take(np.flatnonzero(part != f)), real.take(np.flatnonzero(part == f))
            )
            for f in range(FOLDS)
        ]
        usual = {family: np.concatenate([one[family] for one in folds]) for family in FAMILIES}
        # A rule is violated by several rows or by none: a test has to hold real and synthetic
        # rows against the same rules.
        halves = np.array_split(rng.permutation(len(real)), 2)
        learned, tested = (real.take(half) for half in halves)
        broken = _broken(tables, learned, tested)
    by_synthetic = _broken(tables, learned, synthetic)
    strata, strata_tested = tables.strata(synthetic), tables.strata(tested)
    return {
        family: (
            float(usual[family].mean()),
            excess_within_strata(by_synthetic[family], strata, broken[family], strata_tested),
        )
        for family in FAMILIES
    }


def _broken(tables: Tables, learned: Sample, tested: Sample) -> dict[str, Bools]:
    """Return which tested rows violate any rule of each family."""
    broken = {family: np.zeros(len(tested), dtype=bool) for family in FAMILIES}
    for rule in _rules(tables, learned, tested):
        broken[rule.family] |= rule.broken
        broken["rules"] |= rule.broken
    return broken


def _duplicates(tables: Tables, rng: np.random.Generator) -> Check:
    """Compare how many rows are duplicates among equally many real and synthetic ones."""
    is_real = np.arange(len(tables.real) + len(tables.synthetic)) < len(tables.real)
    strata = np.concatenate([tables.strata(tables.real), tables.strata(tables.synthetic)])
    chosen = []
    for stratum in np.unique(strata):
        sides = [np.flatnonzero((strata == stratum) & side) for side in (is_real, ~is_real)]
        size = min(map(len, sides))
        chosen += [rng.choice(rows, size, replace=False) for rows in sides]
    rows = np.concatenate(chosen)
    labels, strata = is_real[rows], strata[rows]
    ids = _row_ids(tables, rows, strata)
    several = np.bincount(ids)[ids] > 1  # the others are duplicates under no labels
    ids = np.unique(ids[several], return_inverse=True)[1]
    drawn = len(rows) // 2

    def repeated(mine: Bools) -> float:
        counts = np.bincount(ids[mine[several]], minlength=1)
        return float(counts[counts > 1].sum()) / drawn

    def excess(block: Bools) -> Floats:
        return np.array([[repeated(~real) - repeated(real)] for real in block])

    value, reference, pvalue = repeated(~labels), repeated(labels), 1.0
    if several.any():
        null = null_statistics(excess, labels, rng, strata=strata)
        pvalue = familywise(null).pvalue
    sentence = (
        f"{value:.1%} of the synthetic rows are duplicates of another synthetic row; "
        f"{reference:.1%} of as many real rows are duplicates."
    )
    interval = proportion_interval(value * drawn, drawn)
    material = bool(value - reference > REPEATED)
    return Check("duplicates", sentence, value, reference, interval, pvalue, material)


def _row_ids(tables: Tables, rows: Ints, strata: Ints) -> Ints:
    """Return a number for each of some real and synthetic rows, the same for equal ones."""
    numeric = np.concatenate([tables.real.numeric, tables.synthetic.numeric])[rows]
    numeric += 0.0  # makes -0 and 0 the same, as all NaN below
    numeric[np.isnan(numeric)] = np.nan
    codes = np.concatenate([tables.real.codes, tables.synthetic.codes])[rows]
    cells = [numeric.view(np.int64), codes.astype(np.int64), strata[:, np.newaxis]]
    together = np.ascontiguousarray(np.hstack(cells))
    whole = together.view(np.dtype((np.void, together.itemsize * together.shape[1])))
    return np.unique(whole.ravel(), return_inverse=True)[1]
