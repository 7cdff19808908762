"""Fidelity: do synthetic rows follow the distribution of the real rows of their class?"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from skresample.audit.answers import (
    Answer,
    Check,
    answer,
    interval_about,
    normal_interval,
    not_judged,
)
from skresample.audit.statistics.permutations import (
    PERMUTATIONS,
    Familywise,
    familywise,
    null_statistics,
)
from skresample.audit.statistics.two_samples import (
    MOST_FEATURES,
    Bins,
    area_under_curve,
    association_changes,
    associations,
    bin_columns,
    column_distances,
    mean_distances,
    random_features,
    ranked_features,
)
from skresample.audit.tables import FEWEST, Tables
from skresample.compare.arrays import Bools, Floats, Ints
from skresample.numerics.threads import is_forked

__all__ = ["fidelity"]

# From here on a difference matters: of distributions, of correlations, and the area under the
# curve of the classifier. The maximum mean discrepancy matters from this multiple of its reference.
FAR, OTHER, DISTINCT, MULTIPLE = 0.1, 0.2, 0.65, 3
RESAMPLES = 199
# On fewer rows threads wait for each other longer than they work.
ROWS_FOR_THREADS = 20_000

Statistics = Callable[[Bools], Floats]


class Worst(NamedTuple):
    """The statistic that is furthest beyond chance.

    `stratum` and `j` are its class and its position among the statistics of the class; `values`
    and `result` are those of all statistics.
    """

    stratum: int
    j: int
    value: float
    expected: float
    pvalue: float
    values: Floats
    result: Familywise


class Pooled:
    """Real and synthetic rows together, and the positions of those of each class (`groups`).

    Categories are numbered anew at random: those that only synthetic rows have come last, so
    that their numbers would give away which rows are real.
    """

    def __init__(self, tables: Tables, rng: np.random.Generator):
        samples = tables.real, tables.synthetic
        self.numeric = np.concatenate([one.numeric for one in samples])
        codes = np.concatenate([one.codes for one in samples])
        self.codes = np.full_like(codes, -1)
        for i, column in enumerate(codes.T):
            known = column >= 0
            self.codes[known, i] = rng.permutation(column.max(initial=0) + 1)[column[known]]
        self.is_real = np.arange(len(self.numeric)) < len(tables.real)
        self.strata = np.concatenate([tables.strata(one) for one in samples])
        groups = {int(s): np.flatnonzero(self.strata == s) for s in np.unique(self.strata)}
        self.groups = {
            s: rows
            for s, rows in groups.items()
            if min(self.is_real[rows].sum(), (~self.is_real[rows]).sum()) >= FEWEST
        }

    def worst(
        self, statistics: list[Statistics], rng: np.random.Generator, n: int | None = None
    ) -> Worst:
        """Compute statistics of each class, also with shuffled labels, and return the worst."""
        by_class = [
            null_statistics(function, self.is_real[rows], rng, n=n)
            for rows, function in zip(self.groups.values(), statistics, strict=True)
        ]
        found = np.concatenate(by_class, axis=1)
        result = familywise(found)
        worst = int(np.argmax(result.excess))
        s, j = divmod(worst, by_class[0].shape[1])
        numbers = float(found[0, worst]), float(result.reference[worst]), result.pvalue
        return Worst(list(self.groups)[s], j, *numbers, found[0], result)


def fidelity(tables: Tables, rng: np.random.Generator) -> Answer:
    """Compare the distributions of real and synthetic rows within each class.

    A classifier, the columns, their correlations and the joint distribution are checked.
    """
    pooled = Pooled(tables, rng)
    if not pooled.groups:
        few = f"no class has {FEWEST} synthetic rows"
        return answer("fidelity", [not_judged("the distribution", few)])
    columns, table, distances = _columns(tables, pooled, rng)
    checks = [_classifier(pooled, rng), columns, _correlations(tables, pooled, rng)]
    checks.append(_joint_distribution(tables, pooled, rng))
    return answer("fidelity", checks, table, {"columns": distances})


def _classifier(pooled: Pooled, rng: np.random.Generator) -> Check:
    """Train a classifier to tell real from synthetic rows, and test it on the others."""
    rows = np.concatenate(list(pooled.groups.values()))
    strata, synthetic = pooled.strata[rows], ~pooled.is_real[rows]
    X = np.hstack([pooled.numeric[rows], pooled.codes[rows], strata[:, np.newaxis]])
    X[:, pooled.numeric.shape[1] : -1][pooled.codes[rows] < 0] = np.nan
    half = np.zeros(len(rows), dtype=bool)
    for s in pooled.groups:
        for side in (False, True):
            mine = rng.permutation(np.flatnonzero((strata == s) & (synthetic == side)))
            half[mine[: len(mine) // 2]] = True
    found = []
    limit = 1 if len(rows) < ROWS_FOR_THREADS or is_forked() else None
    for fit in (half, ~half):
        seed = int(rng.integers(2**31))
        model = HistGradientBoostingClassifier(max_iter=50, random_state=seed)
        with threadpool_limits(limit):
            some = _balanced(np.flatnonzero(fit), synthetic, strata)
            has_values = ~np.isnan(X[some]).all(axis=0)  # else boosting could not bin a column
            model.fit(X[np.ix_(some, has_values)], synthetic[some])
            score = model.predict_proba(X[np.ix_(~fit, has_values)])[:, 1]
        found.append(_stratified_area(score, synthetic[~fit], strata[~fit]))
    area, deviation = (float(np.mean(column)) for column in zip(*found, strict=True))
    # Two tests that depend on each other: each half is trained on once and tested on once.
    pvalue = min(1.0, 2 * min(float(stats.norm.sf((a - 0.5) / d)) for a, d in found))
    interval = normal_interval(area, deviation, 1.0)
    sentence = (
        f"A classifier distinguishes real from synthetic rows of a class with a ROC AUC of "
        f"{area:.2f}; two real samples give 0.50."
    )
    if interval[1] < 0.5:  # what it learns from one half of the rows is wrong in the other
        sentence += " A value below 0.50 means that synthetic rows lie next to single real rows."
    return Check("classifier", sentence, area, 0.5, interval, pvalue, area >= DISTINCT)


def _balanced(rows: Ints, synthetic: Bools, strata: Ints) -> Ints:
    """Repeat rows until each class has as many real as synthetic ones.

    Otherwise the classifier would learn the proportion of synthetic rows of each class.
    """
    chosen = []
    for s in np.unique(strata[rows]):
        mine = rows[strata[rows] == s]
        sides = mine[synthetic[mine]], mine[~synthetic[mine]]
        chosen += [np.resize(side, max(map(len, sides))) for side in sides]
    return np.concatenate(chosen)


def _stratified_area(score: Floats, positive: Bools, strata: Ints) -> tuple[float, float]:
    """Return the mean area under the curve within strata, and its standard deviation by chance."""
    areas, variances, sizes = [], [], []
    for s in np.unique(strata):
        mine = strata == s
        m, n = np.count_nonzero(positive[mine]), np.count_nonzero(~positive[mine])
        areas.append(area_under_curve(positive[mine], score[mine]))
        variances.append((n + m + 1) / (12 * n * m))
        sizes.append(n * m / (n + m))
    weights = np.array(sizes) / np.sum(sizes)
    return float(weights @ areas), float(np.sqrt(weights**2 @ variances))


def _columns(
    tables: Tables, pooled: Pooled, rng: np.random.Generator
) -> tuple[Check, dict[str, list[list[Any]]], list[tuple[str, float, float]]]:
    bins = {s: bin_columns(pooled.numeric[r], pooled.codes[r]) for s, r in pooled.groups.items()}
    worst = pooled.worst([partial(column_distances, one) for one in bins.values()], rng)
    labels = pooled.is_real[pooled.groups[worst.stratum]]
    again = _resampled_distances(bins[worst.stratum], worst.j, labels, rng)
    sentence = (
        f"The column that differs most beyond chance is {tables.name(worst.j)!r}"
        f"{tables.class_name(worst.stratum)}: its distributions are {worst.value:.2f} apart; those "
        f"of two real samples are {worst.expected:.2f} apart."
    )
    interval = interval_about(worst.value, again, 1.0)
    numbers = worst.value, worst.expected, interval, worst.pvalue
    check = Check("columns", sentence, *numbers, worst.value >= FAR)
    rows: list[list[Any]] = [["column", "distance", "two real samples", "corrected p-value"]]
    for i in np.argsort(-worst.result.excess)[:20].tolist():
        s, j = divmod(i, len(tables.names))
        name = tables.name(j) + tables.class_name(list(bins)[s])
        rows.append([name, worst.values[i], worst.result.reference[i], worst.result.pvalues[i]])
    drawn = [(name, value, reference) for name, value, reference, _ in rows[1:]]
    return check, {"Distances of the columns": rows}, drawn


def _resampled_distances(bins: Bins, j: int, labels: Bools, rng: np.random.Generator) -> Floats:
    """Return bootstrap draws of the distance of a column."""
    ends = np.append(bins.starts, bins.indicators.shape[1])
    mine = slice(ends[j], ends[j + 1])
    proportions = []
    for side in (labels, ~labels):
        counts = np.asarray(bins.indicators[side].sum(axis=0))[mine].astype(np.float64)
        size = int(counts.sum())
        proportions.append(rng.multinomial(size, counts / size, size=RESAMPLES) / size)
    apart = proportions[0] - proportions[1]
    if bins.ordered[j]:
        return np.abs(np.cumsum(apart, axis=1)).max(axis=1)
    return np.abs(apart).sum(axis=1) / 2


def _correlations(tables: Tables, pooled: Pooled, rng: np.random.Generator) -> Check:
    features, columns = ranked_features(pooled.numeric, pooled.codes)
    if features.shape[1] > MOST_FEATURES:
        some = np.sort(rng.choice(features.shape[1], MOST_FEATURES, replace=False))
        features, columns = features[:, some], columns[some]
    left, right = np.triu_indices(features.shape[1], 1)
    apart = columns[left] != columns[right]
    pairs = left[apart], right[apart]
    if not len(pairs[0]):
        return not_judged("correlations", "no two columns vary")
    changes: list[Statistics] = [
        partial(association_changes, features[rows], pairs) for rows in pooled.groups.values()
    ]
    worst = pooled.worst(changes, rng, PERMUTATIONS // 2)
    a, b = pairs[0][worst.j], pairs[1][worst.j]
    rows = pooled.groups[worst.stratum]
    sides = [rows[pooled.is_real[rows]], rows[~pooled.is_real[rows]]]
    real, synthetic = (associations(features[side][:, [a, b]])[0, 1] for side in sides)
    variance = (1 - real**2) ** 2 / len(sides[0]) + (1 - synthetic**2) ** 2 / len(sides[1])
    value = float(abs(real - synthetic))
    sentence = (
        f"The correlation that differs most beyond chance is that of {tables.name(columns[a])!r} "
        f"and {tables.name(columns[b])!r}{tables.class_name(worst.stratum)}: {real:.2f} in real "
        f"and {synthetic:.2f} in synthetic rows. The difference is {value:.2f}; that of two real "
        f"samples is {worst.expected:.2f}."
    )
    interval = normal_interval(value, np.sqrt(variance))
    numbers = value, worst.expected, interval, worst.pvalue
    return Check("correlations", sentence, *numbers, value >= OTHER)


def _joint_distribution(tables: Tables, pooled: Pooled, rng: np.random.Generator) -> Check:
    cosines = random_features(ranked_features(pooled.numeric, pooled.codes)[0], rng)
    of_class = {s: cosines[rows] for s, rows in pooled.groups.items()}

    def discrepancy(features: Floats, labels: Bools) -> Floats:
        return mean_distances(features, labels)[:, np.newaxis]

    worst = pooled.worst([partial(discrepancy, f) for f in of_class.values()], rng)
    labels = pooled.is_real[pooled.groups[worst.stratum]]
    means = []
    for side in (labels, ~labels):
        count = int(side.sum())
        weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
        means.append(weights.astype(np.float32) @ of_class[worst.stratum][side])
    interval = interval_about(worst.value, np.linalg.norm(means[0] - means[1], axis=1))
    sentence = (
        f"The maximum mean discrepancy of real and synthetic rows"
        f"{tables.class_name(worst.stratum)} is {worst.value:.3f}; that of two real samples is "
        f"{worst.expected:.3f}."
    )
    numbers = worst.value, worst.expected, interval, worst.pvalue
    return Check("joint distribution", sentence, *numbers, worst.value >= MULTIPLE * worst.expected)
