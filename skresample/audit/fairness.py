"""Are the synthetic rows fair: does every group keep its share, and its chances?"""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from skresample.audit.answers import PERMUTATIONS, Answer, Check, answer, interval_about, not_judged
from skresample.audit.fits import AFTER, BEFORE, Fits, Predictions
from skresample.audit.statistics.permutations import (
    familywise,
    masses_within_strata,
    null_statistics,
)
from skresample.audit.tables import LEAST_ROWS, Side, Tables
from skresample.audit.utility import shortfall

__all__ = ["fair", "find_columns"]

QUESTION = "Fair: does every group keep its share of each class, and its chances?"
# From here on a difference matters: of the shares of groups, and between the rates of groups.
SHIFTED, WIDER = 0.1, 0.1
# Numbers with more values are not groups, nor names with more.
MOST_GROUPS, MOST_NAMES = 20, 100
# Less probable than this is the same.
LEAST_TAIL = 1e-15
RESAMPLES = 199
MISSING = "(missing)"


class Groups(NamedTuple):
    """The groups that a column divides people into.

    Attributes
    ----------
    column : str
        Its name.
    names : list of str
        Of the groups; values that few real rows have are not told.
    real, synthetic : ndarray
        The group of each row.
    holdout : ndarray or None
        The same, if there is a holdout.
    """

    column: str
    names: list[str]
    real: npt.NDArray[np.intp]
    synthetic: npt.NDArray[np.intp]
    holdout: npt.NDArray[np.intp] | None


def find_columns(tables: Tables, sensitive: Any) -> list[int]:
    """Return the positions of the sensitive columns, numbers counted before categories.

    Parameters
    ----------
    tables : Tables
        What is audited.
    sensitive : str, int or list of these
        Names or positions.

    Returns
    -------
    columns : list of int
        As the tables count.

    Raises
    ------
    ValueError
        If there is no such column, or it has too many values to be groups.
    """
    alone = isinstance(sensitive, str) or not hasattr(sensitive, "__len__")
    if isinstance(sensitive, np.ndarray):
        alone = sensitive.ndim == 0
    asked = [sensitive] if alone else list(sensitive)
    if not asked:
        raise ValueError("sensitive is empty: name at least one column, or pass None.")
    order = np.concatenate([tables.numbers, tables.categories]).tolist()
    columns = []
    for one in asked:
        if isinstance(one, str) and tables.names.count(one) == 1:
            position = tables.names.index(one)
        elif _is_position(one) and 0 <= one < len(tables.names):
            position = int(one)
        else:
            raise ValueError(
                f"sensitive names {one!r}, which is no column of X_real: the columns are "
                f"{', '.join(tables.names[:20])}{', ...' if len(tables.names) > 20 else ''}."
            )
        j = order.index(position)
        if j < len(tables.numbers):
            values = tables.real.numeric[:, j]
            if len(np.unique(values[~np.isnan(values)])) > MOST_GROUPS:
                raise ValueError(
                    f"sensitive column {tables.name(j)!r} has more than {MOST_GROUPS} different "
                    "numbers, which are no groups: cut it into some first (pandas.cut)."
                )
        elif len(tables.category_names[j - len(tables.numbers)]) > MOST_NAMES:
            raise ValueError(
                f"sensitive column {tables.name(j)!r} has more than {MOST_NAMES} different values, "
                "which are no groups of people: put some together first."
            )
        columns.append(j)
    return columns


def _is_position(one: Any) -> bool:
    return isinstance(one, int | np.integer) and not isinstance(one, bool)


def fair(
    tables: Tables, columns: list[int] | None, fits: Fits | str, rng: np.random.Generator
) -> Answer:
    """Compare the shares of groups, and what classifiers decide about them.

    Parameters
    ----------
    tables : Tables
        What is audited.
    columns : list of int or None
        The sensitive columns.
    fits : Fits or str
        What classifiers predict for held-out rows, or why there are none.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    answer : Answer
        Four checks: shares, and selection, true positive and false positive rates.
    """
    if columns is None:
        reason = "say which columns divide people into groups, as sensitive"
        return answer("fair", QUESTION, [not_judged("fairness", reason)])
    groups = [_groups(tables, j) for j in columns]
    checks, details, shares = [_shares(tables, groups, rng)], {}, []
    for one in groups:
        title, cells = _cells(tables, one)
        details[title] = cells
        shares.append((title, cells))
    if isinstance(fits, str):
        checks.append(not_judged("the chances of groups", fits))
    else:
        more, rates = _chances(tables, groups, fits, rng)
        checks += more
        details |= rates
    return answer("fair", QUESTION, checks, details, {"groups": shares})


def _groups(tables: Tables, j: int) -> Groups:
    """Read a column as groups; those without a value are one."""
    sides = [tables.real, tables.synthetic, tables.holdout]
    n_numbers = len(tables.numbers)
    if j >= n_numbers:
        known = [str(one) for one in tables.category_names[j - n_numbers]]
        names = [*known, MISSING]
        codes = [None if s is None else s.codes[:, j - n_numbers] for s in sides]
        codes = [None if c is None else np.where(c < 0, len(known), c) for c in codes]
    else:
        values = [None if s is None else s.numeric[:, j] for s in sides]
        # NaN is sorted last, and once.
        levels = np.unique(np.concatenate([v for v in values if v is not None]))
        names = [MISSING if np.isnan(one) else f"{one:g}" for one in levels]
        codes = [None if v is None else _positions(levels, v) for v in values]
    real, synthetic, holdout = codes
    assert real is not None
    assert synthetic is not None
    # A report is handed on: it names what many have, and nothing that tells who somebody is.
    rare = np.flatnonzero(np.bincount(real, minlength=len(names)) < LEAST_ROWS)
    for number, group in enumerate(rare.tolist(), start=1):
        if names[group] != MISSING:
            names[group] = f"(rare value {number})"
    return Groups(tables.name(j), names, real, synthetic, holdout)


def _positions(levels: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    return np.where(np.isnan(values), len(levels) - 1, np.searchsorted(levels, values))


def _counts(tables: Tables, side: Side, groups: npt.NDArray[np.intp], n: int) -> npt.NDArray:
    """Return the rows of each class and group."""
    strata = tables.strata(side)
    n_classes = len(tables.classes) if tables.labelled else 1
    return np.bincount(strata * n + groups, minlength=n_classes * n).reshape(n_classes, n)


class _Shares(NamedTuple):
    """What the shares of groups are computed from: rows of some classes, by group.

    Attributes
    ----------
    groups : Groups
        The groups.
    where : str
        Of which class they are.
    real, synthetic : ndarray of shape (n_classes, n_groups)
        Numbers of rows.
    """

    groups: Groups
    where: str
    real: npt.NDArray[np.intp]
    synthetic: npt.NDArray[np.intp]

    def apart(self, real: Any, synthetic: Any) -> Any:
        """Return the differences of the shares within classes, averaged over synthetic rows."""
        weights = self.synthetic.sum(axis=1) / self.synthetic.sum()
        shares = [counts / counts.sum(axis=-1, keepdims=True) for counts in (real, synthetic)]
        return np.einsum("c,...cg->...g", weights, shares[1] - shares[0])

    def surprise(self, synthetic: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return how surprising numbers of synthetic rows of each group are, as normal scores.

        From the probabilities themselves: few rows are not distributed normally, and that a group
        is gone is far less probable than its share says.
        """
        scores = np.zeros((len(synthetic), len(self.groups.names)))
        sizes = self.synthetic.sum(axis=1).tolist(), self.real.sum(axis=1).tolist()
        for g, (ours, others) in enumerate(zip(self.synthetic.T, self.real.T, strict=True)):
            lowest, masses = masses_within_strata(
                zip(*sizes, (ours + others).tolist(), strict=True)
            )
            tails = np.minimum(np.cumsum(masses), np.cumsum(masses[::-1])[::-1])
            score = stats.norm.isf(np.clip(tails, LEAST_TAIL, 0.5))
            scores[:, g] = score[synthetic[:, g].astype(np.intp) - lowest]
        return scores


def _shares(tables: Tables, groups: list[Groups], rng: np.random.Generator) -> Check:
    """Compare the shares of the groups within each class, and within all of them together."""
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    strata = np.unique(others)
    found, where = [], []
    for one in groups:
        n_groups = len(one.names)
        group = np.concatenate([one.real, one.synthetic])
        counts, drawn = [], []
        for stratum in strata:
            sides = np.flatnonzero(ours == stratum), np.flatnonzero(others == stratum)
            rows = np.concatenate([sides[0], len(ours) + sides[1]])
            is_real = np.arange(len(rows)) < len(sides[0])
            member = (group[rows, np.newaxis] == np.arange(n_groups)).astype(np.float32)
            real = null_statistics(partial(_members, member), is_real, PERMUTATIONS, rng)
            drawn.append(np.stack([real, member.sum(axis=0) - real]))
            counts.append(drawn[-1][:, 0].astype(np.intp))
        by_class = np.stack(drawn, axis=2)  # side, permutation, class, group
        for i, stratum in enumerate(strata):
            mine = _Shares(
                one, tables.class_name(int(stratum)), *np.array([counts[i]]).swapaxes(0, 1)
            )
            where.append((mine, by_class[:, :, [i]]))
        if len(strata) > 1:
            mine = _Shares(one, "", *np.array(counts).swapaxes(0, 1))
            where.append((mine, by_class))
    for mine, both in where:
        found.append(np.abs(mine.apart(*both)).sum(axis=1) / 2)
    whose = list(range(len(where)))
    for i, (mine, both) in enumerate(where):
        each = mine.surprise(both[1].sum(axis=1))
        found += list(each.T)
        whose += [i] * each.shape[1]
    result = familywise(np.stack(found, axis=1))
    worst = whose[int(np.argmax(result.excess))]
    mine, _ = where[worst]
    value, names = float(found[worst][0]), mine.groups.names
    again = [
        np.stack([rng.multinomial(row.sum(), row / row.sum(), size=RESAMPLES) for row in counts], 1)
        for counts in (mine.real, mine.synthetic)
    ]
    interval = interval_about(value, np.abs(mine.apart(*again)).sum(axis=1) / 2, 1.0)
    least = int(np.argmin(mine.apart(mine.real, mine.synthetic)))
    weights = mine.synthetic.sum(axis=1) / mine.synthetic.sum()
    shares = [
        float(weights @ (counts[:, least] / counts.sum(axis=1)))
        for counts in (mine.real, mine.synthetic)
    ]
    said = (
        f"The shares of {mine.groups.column!r}{mine.where} differ by {value:.2f}; of two real "
        f"samples, by {result.reference[worst]:.2f}. {names[least]} has {shares[0]:.1%} of the "
        f"real and {shares[1]:.1%} of the synthetic rows."
    )
    gone = (mine.synthetic.sum(axis=0) == 0) & (mine.real.sum(axis=0) >= LEAST_ROWS)
    return Check(
        "shares of groups",
        said,
        value,
        float(result.reference[worst]),
        interval,
        result.pvalue,
        bool(gone.any()) or value >= SHIFTED,
    )


def _members(
    member: npt.NDArray[np.float32], labels: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return how many rows of each group are real, for many labellings."""
    return (labels.astype(np.float32) @ member).astype(np.float64)


def _cells(tables: Tables, one: Groups) -> tuple[str, list[list[Any]]]:
    """Return the rows of each class and group, before and after."""
    n = len(one.names)
    real = _counts(tables, tables.real, one.real, n)
    synthetic = _counts(tables, tables.synthetic, one.synthetic, n)
    rows: list[list[Any]] = [["class", one.column, "real", "share", "synthetic", "share"]]
    for c in range(len(real)):
        if not real[c].sum() + synthetic[c].sum():
            continue
        label = str(tables.classes[c]) if tables.labelled else "all"
        for g in np.flatnonzero(real[c] + synthetic[c]):
            shares = [counts[c, g] / max(1, counts[c].sum()) for counts in (real, synthetic)]
            rows.append(
                [label, one.names[g], int(real[c, g]), shares[0], int(synthetic[c, g]), shares[1]]
            )
    return f"Rows by class and {one.column}", rows


def _chances(
    tables: Tables, groups: list[Groups], fits: Fits, rng: np.random.Generator
) -> tuple[list[Check], dict[str, list[list[Any]]]]:
    """Compare how unlike the rates of groups are, with synthetic rows and with real ones."""
    counts = np.bincount(fits.true, minlength=len(tables.classes))
    present = np.flatnonzero(counts)
    # Of two classes the smaller one is what people are selected for; of more, each in turn.
    chosen = [int(present[np.argmin(counts[present])])] if len(present) == 2 else present.tolist()
    checks, details = [], {}
    for one in groups:
        assert one.holdout is not None
        gaps: dict[str, list[Check]] = {}
        for c in chosen:
            heading = [one.column, "held-out rows", "rate", "before", "after", "change"]
            rows: list[list[Any]] = [heading]
            for rate, within in (
                ("selection rate", np.ones(len(fits.true), dtype=bool)),
                ("true positive rate", fits.true == c),
                ("false positive rate", fits.true != c),
            ):
                sizes = np.bincount(one.holdout[within], minlength=len(one.names))
                large = np.flatnonzero(sizes >= LEAST_ROWS)
                before = _rates(fits.methods[BEFORE], c, one.holdout, within, large)
                after = _rates(fits.methods[AFTER], c, one.holdout, within, large)
                for g, b, a in zip(large, before, after, strict=True):
                    rows.append([one.names[g], int(sizes[g]), rate, b, a, a - b])
                found = gaps.setdefault(rate, [])
                if len(large) > 1:
                    of = f" (class {tables.classes[c]})" if len(chosen) > 1 else ""
                    found.append(_gap(fits, one, c, rate, of, within, large, rng))
            title = f"Chances by {one.column}: predicted to be of class {tables.classes[c]}"
            details[title] = rows
        for rate, found in gaps.items():
            name = f"{rate}, {one.column}"
            if not found:
                few = f"no two groups have {LEAST_ROWS} such held-out rows"
                checks.append(not_judged(name, few))
                continue
            worst = min(found, key=lambda check: check.pvalue)
            # The worst of several classes is worse than any one.
            checks.append(replace(worst, name=name, pvalue=min(1.0, worst.pvalue * len(found))))
    return checks, details


def _rates(
    predictions: Predictions,
    c: int,
    groups: npt.NDArray[np.intp],
    within: npt.NDArray[np.bool_],
    large: npt.NDArray[np.intp],
) -> list[float]:
    selected = predictions.predicted == c
    return [float(selected[within & (groups == g)].mean()) for g in large]


def _gap(
    fits: Fits,
    one: Groups,
    c: int,
    rate: str,
    of: str,
    within: npt.NDArray[np.bool_],
    large: npt.NDArray[np.intp],
    rng: np.random.Generator,
) -> Check:
    """Compare the largest difference between groups with that of real rows drawn again."""
    assert one.holdout is not None
    groups = one.holdout
    # Only rows that count go in; the classes are replaced by groups, which resampling keeps.
    kept = np.flatnonzero(within & np.isin(groups, large))

    def gap(group: npt.NDArray[np.intp], predictions: Predictions) -> float:
        selected = predictions.predicted == c
        rates = [selected[group == g].mean() for g in large]
        return float(max(rates) - min(rates))

    def of_kept(predictions: Predictions) -> Predictions:
        return Predictions(predictions.predicted[kept], predictions.probabilities[kept])

    some = Fits(
        groups[kept],
        {name: of_kept(p) for name, p in fits.methods.items()},
        [of_kept(p) for p in fits.more_real],
        [],
    )
    found = shortfall(some, AFTER, some.more_real, gap, rng, sign=-1)
    before = gap(groups[kept], some.methods[BEFORE])
    said = (
        f"The {rate}{of} of groups of {one.column!r} differs by up to {found.value:.2f} with "
        f"synthetic rows: without, by {before:.2f}; with real rows drawn again instead, by "
        f"{found.reference:.2f}."
    )
    return found.check(rate, said, WIDER)
