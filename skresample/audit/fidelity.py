"""Are the synthetic rows faithful: are they distributed as the real ones?"""

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from skresample.audit.answers import (
    PERMUTATIONS,
    Answer,
    Check,
    answer,
    interval_about,
    not_judged,
)
from skresample.audit.statistics.permutations import familywise, null_statistics
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
from skresample.numerics.threads import is_forked

__all__ = ["faithful"]

QUESTION = "Faithful: are synthetic rows distributed as real rows of their class?"
# From here on a difference matters: of distributions, correlations, and a classifier's area.
FAR, OTHER, TELLS = 0.1, 0.2, 0.65
RESAMPLES = 199
# On fewer rows threads wait for each other longer than they work.
ROWS_FOR_THREADS = 20_000


class Pooled:
    """Real and synthetic rows together, class by class.

    Parameters
    ----------
    tables : Tables
        What is audited.
    rng : numpy.random.Generator
        Renumbers the categories. Those that only synthetic rows have are numbered last, so
        that the numbers would tell who is real.
    """

    def __init__(self, tables: Tables, rng: np.random.Generator):
        sides = tables.real, tables.synthetic
        self.numeric = np.concatenate([side.numeric for side in sides])
        codes = np.concatenate([side.codes for side in sides])
        self.codes = np.full_like(codes, -1)
        for i, column in enumerate(codes.T):
            known = column >= 0
            self.codes[known, i] = rng.permutation(column.max(initial=0) + 1)[column[known]]
        self.is_real = np.arange(len(self.numeric)) < len(tables.real)
        strata = np.concatenate([tables.strata(side) for side in sides])
        self.strata = strata
        groups = {int(s): np.flatnonzero(strata == s) for s in np.unique(strata)}
        self.groups = {
            s: rows
            for s, rows in groups.items()
            if min(self.is_real[rows].sum(), (~self.is_real[rows]).sum()) >= FEWEST
        }

    def permute(
        self, statistics: list, rng: np.random.Generator, n: int = PERMUTATIONS
    ) -> npt.NDArray[np.float64]:
        """Compute statistics of each class, for the labels as they are and for shuffled ones."""
        found = [
            null_statistics(function, self.is_real[rows], n, rng)
            for rows, function in zip(self.groups.values(), statistics, strict=True)
        ]
        return np.concatenate(found, axis=1)


def faithful(tables: Tables, rng: np.random.Generator) -> Answer:
    """Compare distributions, class by class where the classes of synthetic rows are known.

    Parameters
    ----------
    tables : Tables
        What is audited.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    answer : Answer
        Four checks: a classifier, the columns, the correlations, and the whole.
    """
    pooled = Pooled(tables, rng)
    if not pooled.groups:
        few = f"no class has {FEWEST} synthetic rows"
        return answer("faithful", QUESTION, [not_judged("the distribution", few)])
    columns, table, distances = _columns(tables, pooled, rng)
    checks = [_classifier(pooled, rng), columns, _correlations(tables, pooled, rng)]
    checks.append(_whole(tables, pooled, rng))
    return answer("faithful", QUESTION, checks, table, {"columns": distances})


def _classifier(pooled: Pooled, rng: np.random.Generator) -> Check:
    """Have a classifier tell real from synthetic rows it has not seen, within classes."""
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
    area = float(np.mean([a for a, _ in found]))
    deviation = float(np.mean([d for _, d in found]))
    # Each half was fitted on once and tested on once: two tests, which depend on each other.
    pvalue = min(1.0, 2 * min(float(stats.norm.sf((a - 0.5) / d)) for a, d in found))
    reach = 1.96 * deviation
    interval = (max(0.0, area - reach), min(1.0, area + reach))
    said = (
        f"Given a real and a synthetic row of a class, a classifier tells which is which with "
        f"probability {area:.2f}; of two real rows, .50."
    )
    if area + reach < 0.5:  # what the other half of the rows taught it was wrong
        said += " Less than .50 means that synthetic rows lie beside single real ones."
    return Check("classifier", said, area, 0.5, interval, pvalue, area >= TELLS)


def _balanced(
    rows: npt.NDArray[np.intp], synthetic: npt.NDArray[np.bool_], strata: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Repeat rows until as many of each class are real as are synthetic.

    Else a classifier would learn how many rows of a class are synthetic.
    """
    chosen = []
    for s in np.unique(strata[rows]):
        mine = rows[strata[rows] == s]
        sides = mine[synthetic[mine]], mine[~synthetic[mine]]
        chosen += [np.resize(side, max(map(len, sides))) for side in sides]
    return np.concatenate(chosen)


def _stratified_area(
    score: npt.NDArray[np.floating], positive: npt.NDArray[np.bool_], strata: npt.NDArray[np.intp]
) -> tuple[float, float]:
    """Return the mean area under the curve within strata, and its deviation by chance."""
    areas, variances, sizes = [], [], []
    for s in np.unique(strata):
        mine = strata == s
        m, n = np.count_nonzero(positive[mine]), np.count_nonzero(~positive[mine])
        areas.append(area_under_curve(positive[mine], score[mine]))
        variances.append((n + m + 1) / (12 * n * m))
        sizes.append(n * m / (n + m))
    share = np.array(sizes) / np.sum(sizes)
    return float(share @ areas), float(np.sqrt(share**2 @ variances))


def _columns(tables: Tables, pooled: Pooled, rng: np.random.Generator) -> tuple[Check, dict, list]:
    bins = {s: bin_columns(pooled.numeric[r], pooled.codes[r]) for s, r in pooled.groups.items()}
    found = pooled.permute(
        [lambda labels, b=one: column_distances(b, labels) for one in bins.values()], rng
    )
    result = familywise(found)
    d = len(tables.names)
    worst = int(np.argmax(result.excess))
    stratum, j = list(bins)[worst // d], worst % d
    value = float(found[0, worst])
    labels = pooled.is_real[pooled.groups[stratum]]
    again = _resampled_distances(bins[stratum], j, labels, rng)
    where = tables.class_name(stratum)
    said = (
        f"The column furthest beyond chance is {tables.name(j)!r}{where}: the distributions are "
        f"{value:.2f} apart; of two real samples, {result.reference[worst]:.2f}."
    )
    check = Check(
        "columns",
        said,
        value,
        float(result.reference[worst]),
        interval_about(value, again, 1.0),
        result.pvalue,
        value >= FAR,
    )
    rows, drawn = [], []
    for i in np.argsort(-result.excess)[:20]:
        name = tables.name(i % d) + tables.class_name(list(bins)[i // d])
        rows.append([name, found[0, i], result.reference[i], result.pvalues[i]])
        drawn.append((name, found[0, i], result.reference[i]))
    heading = ["column", "distance", "two real samples", "p, corrected"]
    return check, {"Distances of the columns": [heading, *rows]}, drawn


def _resampled_distances(
    bins: Bins, j: int, labels: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return distances of a column, of both samples drawn again."""
    ends = np.append(bins.starts, bins.indicators.shape[1])
    mine = slice(ends[j], ends[j + 1])
    shares = []
    for side in (labels, ~labels):
        counts = np.asarray(bins.indicators[side].sum(axis=0))[mine].astype(np.float64)
        size = int(counts.sum())
        shares.append(rng.multinomial(size, counts / size, size=RESAMPLES) / size)
    apart = shares[0] - shares[1]
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
        return not_judged("correlations", "there are no two columns that vary")
    result_rows = pooled.permute(
        [
            lambda labels, f=features[rows]: association_changes(f, pairs, labels)
            for rows in pooled.groups.values()
        ],
        rng,
        PERMUTATIONS // 2,
    )
    result = familywise(result_rows)
    worst = int(np.argmax(result.excess))
    stratum, pair = list(pooled.groups)[worst // len(pairs[0])], worst % len(pairs[0])
    a, b = pairs[0][pair], pairs[1][pair]
    rows = pooled.groups[stratum]
    real, synthetic = (
        associations(features[rows[side]][:, [a, b]])[0, 1]
        for side in (pooled.is_real[rows], ~pooled.is_real[rows])
    )
    sizes = pooled.is_real[rows].sum(), (~pooled.is_real[rows]).sum()
    variance = (1 - real**2) ** 2 / sizes[0] + (1 - synthetic**2) ** 2 / sizes[1]
    value, reach = float(abs(real - synthetic)), 1.96 * float(np.sqrt(variance))
    said = (
        f"The association furthest beyond chance is that of {tables.name(columns[a])!r} and "
        f"{tables.name(columns[b])!r}{tables.class_name(stratum)}: {real:.2f} in real rows and "
        f"{synthetic:.2f} in synthetic ones, {value:.2f} apart; of two real samples, "
        f"{result.reference[worst]:.2f}."
    )
    interval = (max(0.0, value - reach), value + reach)
    return Check(
        "correlations",
        said,
        value,
        float(result.reference[worst]),
        interval,
        result.pvalue,
        value >= OTHER,
    )


def _whole(tables: Tables, pooled: Pooled, rng: np.random.Generator) -> Check:
    cosines = random_features(ranked_features(pooled.numeric, pooled.codes)[0], rng)
    of_class = [cosines[rows] for rows in pooled.groups.values()]
    found = pooled.permute(
        [lambda labels, f=f: mean_distances(f, labels)[:, np.newaxis] for f in of_class], rng
    )
    result = familywise(found)
    worst = int(np.argmax(result.excess))
    stratum = list(pooled.groups)[worst]
    rows = pooled.groups[stratum]
    labels, mine = pooled.is_real[rows], of_class[worst]
    means, sizes = [], []
    for side in (labels, ~labels):
        count = int(side.sum())
        weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES) / count
        means.append(weights.astype(np.float32) @ mine[side])
        sizes.append(count)
    value = float(found[0, worst])
    interval = interval_about(value, np.linalg.norm(means[0] - means[1], axis=1))
    said = (
        f"As wholes, real and synthetic rows{tables.class_name(stratum)} are {value:.3f} apart "
        f"(maximum mean discrepancy); two real samples, {result.reference[worst]:.3f}."
    )
    return Check(
        "whole",
        said,
        value,
        float(result.reference[worst]),
        interval,
        result.pvalue,
        value >= 3 * result.reference[worst],
    )
