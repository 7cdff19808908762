"""Are the synthetic rows valid: do they keep the rules that all real rows keep?"""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import gammaln

from skresample.audit.answers import PERMUTATIONS, Answer, Check, answer, share_interval
from skresample.audit.statistics.permutations import (
    excess_within_strata,
    familywise,
    holm,
    null_statistics,
)
from skresample.audit.tables import LEAST_ROWS, Side, Tables

__all__ = ["row_ids", "valid"]

QUESTION = "Valid: do synthetic rows keep the rules that all real rows keep?"
# Rules learned on so many parts of the real rows but one, and applied to that one, say how often
# real rows break them.
FOLDS = 5
# Two values that each are frequent but never meet: so many rows should have both, if nothing
# kept them apart.
EXPECTED = 5
# Columns with more categories are not crossed with others.
MOST_CATEGORIES = 50
FAMILIES = {
    "rules": "any rule",
    "types": "whole numbers and missing values",
    "bounds": "bounds",
    "categories": "categories never seen",
    "combinations": "combinations never seen",
}


class Rule(NamedTuple):
    """What all real rows keep.

    Attributes
    ----------
    family : str
        The kind of rule.
    said : str
        What a row that breaks it does.
    broken : ndarray of shape (n,)
        Which of the other rows do.
    tolerated : float or None
        Share of other real rows that may break it, where that can be estimated.
    """

    family: str
    said: str
    broken: npt.NDArray[np.bool_]
    tolerated: float | None = None


class Usual(NamedTuple):
    """How often real rows break rules that they were not learned on.

    Attributes
    ----------
    share : dict of float
        The share of real rows that do, by kind of rule.
    pvalue : callable
        Given a kind of rule, how often synthetic rows would break them as often as they do, if
        they were real ones.
    """

    share: dict[str, float]
    pvalue: Callable[[str], float]


def valid(tables: Tables, rng: np.random.Generator) -> Answer:
    """Look for rows that break rules which all real rows keep, and for repeated rows.

    A rule that none of n real rows breaks and k of m synthetic ones do is no accident if it is
    improbable that all of k rows fall into one of two samples of these sizes. Rules of a kind
    together are broken by no accident if real rows that they were not learned on break them
    less often: held-out ones, or half of the real ones, with rules of the other half.

    Parameters
    ----------
    tables : Tables
        What is audited.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    answer : Answer
        A check per kind of rule.
    """
    real, synthetic = tables.real, tables.synthetic
    rules = list(_rules(tables, real, synthetic))
    usual = _usual(tables, rng)
    checks = []
    n = len(synthetic)
    for family, title in FAMILIES.items():
        mine = rules if family == "rules" else [r for r in rules if r.family == family]
        broken = np.zeros(n, dtype=bool)
        for rule in mine:
            broken |= rule.broken
        share, reference = float(broken.mean()), usual.share[family]
        pvalue, worst = usual.pvalue(family), None
        if mine and family != "rules":
            pvalues = [_pvalue(tables, rule) for rule in mine]
            pvalue = min(1.0, 2 * min(pvalue, float(holm(pvalues).min())))
            worst = mine[int(np.argmin(pvalues))]
        said = (
            f"{title}: {share:.1%} of the synthetic rows break a rule that all real rows keep; of "
            f"real rows that were not looked at, {reference:.1%}."
        )
        said = said[:1].upper() + said[1:]
        if worst is not None and worst.broken.any():
            said += f" Most telling: {worst.said}, in {worst.broken.sum():,} of {n:,} rows."
        material = family in ("types", "categories") or share - reference > 0.01
        interval = share_interval(broken.sum(), n)
        checks.append(Check(title, said, share, reference, interval, pvalue, material))
    checks.append(_duplicates(tables, rng))
    counted = [(int(r.broken.sum()), r) for r in rules if r.broken.any()]
    listed = sorted(counted, key=lambda pair: -pair[0])[:20]
    details = {
        "Rules that all real rows keep and synthetic rows break most": [
            ["rule", "rows"],
            *([rule.said, f"{count:,}"] for count, rule in listed),
        ]
    }
    return answer("valid", QUESTION, checks, details if listed else None)


def row_ids(*sides: Side) -> npt.NDArray[np.intp]:
    """Return a number for each row of some tables, the same for equal rows.

    Parameters
    ----------
    *sides : Side
        The tables.

    Returns
    -------
    ids : ndarray
        One after the other.
    """
    # So that -0 is 0, and one NaN is another.
    numeric = np.concatenate([side.numeric for side in sides]) + 0.0
    numeric[np.isnan(numeric)] = np.nan
    codes = np.concatenate([side.codes for side in sides])
    together = np.ascontiguousarray(np.hstack([numeric.view(np.int64), codes.astype(np.int64)]))
    rows = together.view(np.dtype((np.void, together.itemsize * together.shape[1])))
    return np.unique(rows.ravel(), return_inverse=True)[1]


def _rules(tables: Tables, real: Side, other: Side) -> Iterator[Rule]:
    """Yield the rules that all real rows keep, and which other rows break them."""
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
            yield Rule("types", f"{name!r} is no whole number", ~missing & (new != np.round(new)))
        low, high = column.min(), column.max()
        yield Rule("bounds", f"{name!r} is below its lowest value", new < low)
        yield Rule("bounds", f"{name!r} is above its highest value", new > high)
    for a, b in permutations(range(values.shape[1]), 2):
        both = known[:, a] & known[:, b]
        left, right = values[both, a], values[both, b]
        # Columns that are apart anyway are the business of the bounds.
        if not left.size or left.max() <= right.min() or (left > right).any():
            continue
        said = f"{tables.name(a)!r} is greater than {tables.name(b)!r}"
        yield Rule("combinations", said, others[:, a] > others[:, b])
    yield from _category_rules(tables, real, other)


def _category_rules(tables: Tables, real: Side, other: Side) -> Iterator[Rule]:
    n_numbers = real.numeric.shape[1]
    counts = [np.bincount(column[column >= 0]) for column in real.codes.T]
    once = np.array([np.count_nonzero(count == 1) for count in counts])
    for i, column in enumerate(other.codes.T):
        name = tables.name(n_numbers + i)
        if (real.codes[:, i] >= 0).all():
            yield Rule("types", f"{name!r} is missing", column < 0)
        # Good and Turing: as many rows have an unseen category as have one that is seen once.
        # The columns of a table are alike in that, so each also counts what is usual.
        tolerated = min(1.0, (once[i] + once.mean()) / len(real))
        size = len(counts[i])
        unseen = (column >= size) | ((column >= 0) & ~_seen(counts[i], column))
        yield Rule("categories", f"{name!r} has a category never seen", unseen, tolerated)
    columns = [
        (
            tables.name(n_numbers + i),
            real.codes[:, i],
            other.codes[:, i],
            [str(one) for one in tables.category_names[i]],
        )
        for i in range(len(counts))
    ]
    if tables.labelled and real.labels is not None and other.labels is not None:
        columns.append(("class", real.labels, other.labels, [str(c) for c in tables.classes]))
    few = [one for one in columns if one[1].max(initial=-1) < MOST_CATEGORIES]
    for (name, ours, new, spelt), (name2, ours2, new2, spelt2) in combinations(few, 2):
        present = (ours >= 0) & (ours2 >= 0)
        if not present.any():
            continue
        shape = ours.max() + 1, ours2.max() + 1
        together = np.bincount(
            ours[present] * shape[1] + ours2[present], minlength=shape[0] * shape[1]
        )
        cells = together.reshape(shape)
        together_a, together_b = cells.sum(axis=1), cells.sum(axis=0)
        expected = np.outer(together_a, together_b) / present.sum()
        for a, b in np.argwhere((cells == 0) & (expected >= EXPECTED)):
            # A report is handed on: it tells values that many rows have, and no others.
            told = min(together_a[a], together_b[b]) >= LEAST_ROWS
            said = f"{name!r} and {name2!r} have values that no real row has together"
            if told:
                said = f"{name!r} is {spelt[a]} and {name2!r} is {spelt2[b]}"
            yield Rule("combinations", said, (new == a) & (new2 == b))


def _seen(counts: npt.NDArray[np.intp], codes: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    inside = (codes >= 0) & (codes < len(counts))
    seen = np.zeros(len(codes), dtype=bool)
    seen[inside] = counts[codes[inside]] > 0
    return seen


def _pvalue(tables: Tables, rule: Rule) -> float:
    """Return how probable it is that only synthetic rows break a rule."""
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


def _usual(tables: Tables, rng: np.random.Generator) -> Usual:
    """Have real rows break rules that were learned on others."""
    real, synthetic, held_out = tables.real, tables.synthetic, tables.holdout
    if held_out is not None:
        learned, tested = real, held_out
        broken = _broken(tables, real, held_out)
        share = {family: float(rows.mean()) for family, rows in broken.items()}
    else:
        part = rng.permutation(len(real)) % FOLDS
        folds = [np.flatnonzero(part == f) for f in range(FOLDS)]
        found = [
            _broken(tables, real.take(np.flatnonzero(part != f)), real.take(fold))
            for f, fold in enumerate(folds)
        ]
        share = {
            family: float(np.concatenate([one[family] for one in found]).mean())
            for family in FAMILIES
        }
        # One rule is broken by some rows or by none: to be compared, real rows and synthetic ones
        # have to be held against the same rules.
        halves = np.array_split(rng.permutation(len(real)), 2)
        learned, tested = (real.take(half) for half in halves)
        broken = _broken(tables, learned, tested)
    by_synthetic = _broken(tables, learned, synthetic)
    strata = tables.strata(synthetic), tables.strata(tested)

    def pvalue(family: str) -> float:
        return excess_within_strata(by_synthetic[family], strata[0], broken[family], strata[1])

    return Usual(share, pvalue)


def _broken(tables: Tables, learned: Side, tested: Side) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which rows break any rule of a kind that others keep."""
    broken = {family: np.zeros(len(tested), dtype=bool) for family in FAMILIES}
    for rule in _rules(tables, learned, tested):
        broken[rule.family] |= rule.broken
        broken["rules"] |= rule.broken
    return broken


def _duplicates(tables: Tables, rng: np.random.Generator) -> Check:
    """Compare how many rows repeat another one, among equally many of both tables."""
    is_real = np.arange(len(tables.real) + len(tables.synthetic)) < len(tables.real)
    strata = np.concatenate([tables.strata(tables.real), tables.strata(tables.synthetic)])
    chosen = []
    for stratum in np.unique(strata):
        sides = [np.flatnonzero((strata == stratum) & side) for side in (is_real, ~is_real)]
        size = min(map(len, sides))
        chosen += [rng.choice(rows, size, replace=False) for rows in sides]
    rows = np.concatenate(chosen)
    labels, strata = is_real[rows], strata[rows]
    ids = np.unique(
        np.stack([row_ids(tables.real, tables.synthetic)[rows], strata]),
        axis=1,
        return_inverse=True,
    )[1].ravel()
    several = np.bincount(ids)[ids] > 1  # others repeat no row, whoever they are of
    ids = np.unique(ids[several], return_inverse=True)[1]
    drawn = len(rows) // 2

    def repeated(mine: npt.NDArray[np.bool_]) -> float:
        counts = np.bincount(ids[mine[several]], minlength=1)
        return float(counts[counts > 1].sum()) / drawn

    def excess(block: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        return np.array([[repeated(~real) - repeated(real)] for real in block])

    share, reference, pvalue = repeated(~labels), repeated(labels), 1.0
    if several.any():
        pvalue = familywise(
            null_statistics(excess, labels, PERMUTATIONS, rng, strata=strata)
        ).pvalue
    said = (
        f"Repeated rows: {share:.1%} of the synthetic rows are the same as another one; among as "
        f"many real rows, {reference:.1%}."
    )
    material = share - reference > 0.05
    interval = share_interval(share * drawn, drawn)
    return Check("repeated rows", said, share, reference, interval, pvalue, bool(material))
