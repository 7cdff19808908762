"""Are the synthetic rows fair: does every group keep its share, and its chances?"""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skresample.audit.answers import PERMUTATIONS, Answer, Check, answer, not_judged, percentiles
from skresample.audit.fits import AFTER, BEFORE, Fits, Predictions
from skresample.audit.tables import LEAST_ROWS, Side, Tables
from skresample.audit.useful import shortfall
from skresample.numerics.permutations import familywise, null_statistics

__all__ = ["fair", "find_columns"]

QUESTION = "Fair: does every group keep its share of each class, and its chances?"
# From here on a difference matters: of the shares of groups, and between the rates of groups.
SHIFTED, WIDER = 0.1, 0.1
# Numbers with more values are not groups.
MOST_GROUPS = 20
RESAMPLES = 199


class Groups(NamedTuple):
    """The groups that a column divides people into.

    Attributes
    ----------
    column : str
        Its name.
    names : list of str
        Of the groups.
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
        If there is no such column, or its numbers have too many values to be groups.
    """
    asked = [sensitive] if isinstance(sensitive, str | int | np.integer) else list(sensitive)
    order = np.concatenate([tables.numbers, tables.categories]).tolist()
    columns = []
    for one in asked:
        if isinstance(one, str) and tables.names.count(one) == 1:
            position = tables.names.index(one)
        elif isinstance(one, int | np.integer) and 0 <= one < len(tables.names):
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
        columns.append(j)
    return columns


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
        names = [*known, "(never seen)", "(missing)"]
        codes = [None if s is None else s.codes[:, j - n_numbers] for s in sides]
        codes = [None if c is None else np.where(c < 0, len(known) + 1, c) for c in codes]
    else:
        values = [None if s is None else s.numeric[:, j] for s in sides]
        # NaN is sorted last, and once.
        levels = np.unique(np.concatenate([v for v in values if v is not None]))
        names = ["(missing)" if np.isnan(one) else f"{one:g}" for one in levels]
        codes = [None if v is None else _positions(levels, v) for v in values]
    real, synthetic, holdout = codes
    assert real is not None
    assert synthetic is not None
    return Groups(tables.name(j), names, real, synthetic, holdout)


def _positions(levels: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    return np.where(np.isnan(values), len(levels) - 1, np.searchsorted(levels, values))


def _counts(tables: Tables, side: Side, groups: npt.NDArray[np.intp], n: int) -> npt.NDArray:
    """Return the rows of each class and group."""
    strata = tables.strata(side)
    n_classes = len(tables.classes) if tables.labelled else 1
    return np.bincount(strata * n + groups, minlength=n_classes * n).reshape(n_classes, n)


def _shares(tables: Tables, groups: list[Groups], rng: np.random.Generator) -> Check:
    """Compare the shares of the groups within each class."""
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    found, where = [], []
    for one in groups:
        group = np.concatenate([one.real, one.synthetic])
        for stratum in np.unique(others):
            sides = np.flatnonzero(ours == stratum), np.flatnonzero(others == stratum)
            rows = np.concatenate([sides[0], len(ours) + sides[1]])
            is_real = np.arange(len(rows)) < len(sides[0])
            member = (group[rows, np.newaxis] == np.arange(len(one.names))).astype(np.float32)
            found.append(
                null_statistics(
                    partial(_variation, member),
                    is_real,
                    PERMUTATIONS,
                    rng,
                )
            )
            where.append((one, int(stratum)))
    result = familywise(np.hstack(found))
    worst = int(np.argmax(result.excess))
    one, stratum = where[worst]
    value = float(found[worst][0, 0])
    real = np.bincount(one.real[ours == stratum], minlength=len(one.names))
    synthetic = np.bincount(one.synthetic[others == stratum], minlength=len(one.names))
    shares = real / real.sum(), synthetic / synthetic.sum()
    least = int(np.argmin(shares[1] - shares[0]))
    drawn = [
        rng.multinomial(int(c.sum()), c / c.sum(), size=RESAMPLES) / c.sum()
        for c in (real, synthetic)
    ]
    interval = percentiles(np.abs(drawn[0] - drawn[1]).sum(axis=1) / 2)
    said = (
        f"The shares of {one.column!r}{tables.class_name(stratum)} differ by {value:.2f}; of two "
        f"real samples, by {result.reference[worst]:.2f}. {one.names[least]} has "
        f"{shares[0][least]:.1%} of the real and {shares[1][least]:.1%} of the synthetic rows."
    )
    gone = bool(((synthetic == 0) & (real >= LEAST_ROWS)).any())
    return Check(
        "shares of groups",
        said,
        value,
        float(result.reference[worst]),
        interval,
        result.pvalue,
        gone or value >= SHIFTED,
    )


def _variation(
    member: npt.NDArray[np.float32], labels: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the total variation of the groups of two samples, for many labellings."""
    ours = (labels.astype(np.float32) @ member).astype(np.float64)
    n_real = labels.sum(axis=1, keepdims=True)
    apart = ours / n_real - (member.sum(axis=0) - ours) / (labels.shape[1] - n_real)
    return np.abs(apart).sum(axis=1, keepdims=True) / 2


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
        for c in chosen:
            tag = (
                f"{one.column}" if len(chosen) == 1 else f"{one.column}, class {tables.classes[c]}"
            )
            rows: list[list[Any]] = [
                [one.column, "held-out rows", "rate", "before", "after", "change"]
            ]
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
                name = f"{rate}, {tag}"
                if len(large) < 2:
                    few = f"no two groups have {LEAST_ROWS} such held-out rows"
                    checks.append(not_judged(name, few))
                    continue
                checks.append(_gap(fits, one, c, rate, name, within, large, rng))
            details[f"Chances by {tag}: predicted to be of class {tables.classes[c]}"] = rows
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
    name: str,
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
        f"The {rate} of groups of {one.column!r} differs by up to {found.value:.2f} with synthetic "
        f"rows: without, by {before:.2f}; with real rows drawn again instead, by "
        f"{found.reference:.2f}."
    )
    return found.check(name, said, WIDER)
