"""Distances of two samples: by columns, by pairs of columns, and of joint distributions.

Each statistic is computed for many labelings of the same rows at once, which is what a
permutation test needs. A labeling is a row of booleans: True for rows of the first sample.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.stats import rankdata

from skresample.compare.arrays import Bools, Floats, Ints

__all__ = [
    "Bins",
    "area_under_curve",
    "association_changes",
    "associations",
    "bin_columns",
    "column_distances",
    "mean_distances",
    "random_features",
    "ranked_features",
]

# Numerical columns with more different values are binned at as many quantiles, so that a distance
# of distributions is too small by at most 0.01.
MOST_BINS = 100
# So many of the most frequent categories of a column get a feature of their own.
MOST_CATEGORIES = 8
# Correlations are computed of at most so many features, since the work grows with the square.
MOST_FEATURES = 60
# So many random features approximate a kernel.
KERNEL_FEATURES = 200


class Bins(NamedTuple):
    """The bin of each row in each column, as indicators (n, b).

    `starts` (d,) is the first bin of each column; `ordered` (d,) is whether it has numbers.
    """

    indicators: sparse.csr_array
    starts: Ints
    ordered: Bools


def bin_columns(numeric: Floats, codes: Ints) -> Bins:
    """Bin numerical columns (n, d) at quantiles, and then categorical ones (n, c).

    Missing values, NaN and -1, have a bin of their own.
    """
    columns = []
    for values in numeric.T:
        known = ~np.isnan(values)
        edges = np.unique(values[known])
        if len(edges) > MOST_BINS:
            levels = np.linspace(0, 1, MOST_BINS + 1)[:-1]
            edges = np.unique(np.quantile(values[known], levels, method="lower"))
        found = np.searchsorted(edges, values, side="right") - 1
        columns.append(np.where(known, found, len(edges)))
    columns += [np.where(column < 0, column.max(initial=0) + 1, column) for column in codes.T]
    sizes = np.array([column.max(initial=0) + 1 for column in columns], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    n, d = len(numeric), len(columns)
    where = np.stack(columns, axis=1) + starts[:-1] if d else np.empty((n, 0), dtype=np.intp)
    indicators = sparse.csr_array(
        (
            np.ones(n * d, dtype=np.float32),
            where.ravel(),
            np.arange(0, n * d + 1, max(d, 1))[: n + 1],
        ),
        shape=(n, int(starts[-1])),
    )
    ordered = np.arange(d) < numeric.shape[1]
    return Bins(indicators, starts[:-1].astype(np.intp), ordered)


def column_distances(bins: Bins, first: Bools) -> Floats:
    """Return the distances (b, d) of the distributions of each column.

    Kolmogorov-Smirnov for numbers, total variation for categories.
    """
    total = bins.indicators.sum(axis=0)
    ours = (bins.indicators.T @ first.T.astype(np.float32)).T.astype(np.float64)
    n_first = first.sum(axis=1, keepdims=True)
    apart = ours / n_first - (total - ours) / (first.shape[1] - n_first)
    # The differences of a column sum to 0, so that the sums of the next begin anew.
    largest = np.maximum.reduceat(np.abs(np.cumsum(apart, axis=1)), bins.starts, axis=1)
    variation = np.add.reduceat(np.abs(apart), bins.starts, axis=1) / 2
    return np.where(bins.ordered, largest, variation)


def area_under_curve(positive: Bools, score: Floats) -> float:
    """Return the ROC AUC; ties count half.

    (scikit-learn's function spends more on checks than on tables of some hundred rows, of which
    thousands are drawn here.)
    """
    n = np.count_nonzero(positive)
    above = rankdata(score)[positive].sum() - n * (n + 1) / 2
    return float(above / (n * (len(positive) - n)))


def ranked_features(numeric: Floats, codes: Ints) -> tuple[Floats, Ints]:
    """Return features (n, e) that depend on no unit and no outlier, and their columns (e,).

    They are ranks of numbers (the mean rank where one is missing) and indicators of missing
    numbers and of frequent categories, with mean 0 and variance 1; numerical columns are counted
    first.
    """
    features, columns = [], []
    for j, values in enumerate(numeric.T):
        known = ~np.isnan(values)
        _, position, counts = np.unique(values[known], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        ranks = np.full(len(values), middle @ counts / max(1, known.sum()))
        ranks[known] = middle[position]
        features.append(ranks)
        columns.append(j)
        if not known.all():
            features.append(known.astype(np.float64))
            columns.append(j)
    for j, values in enumerate(codes.T):
        present, counts = np.unique(values, return_counts=True)
        frequent = present[np.argsort(-counts, kind="stable")][:MOST_CATEGORIES]
        # The second of two categories is redundant.
        for code in frequent[1:] if len(present) == 2 else frequent:
            features.append((values == code).astype(np.float64))
            columns.append(numeric.shape[1] + j)
    table = np.stack(features, axis=1)
    table -= table.mean(axis=0)
    deviation = table.std(axis=0)
    varies = deviation > 0
    return table[:, varies] / deviation[varies], np.array(columns, dtype=np.intp)[varies]


def associations(features: Floats) -> Floats:
    """Return the correlations (e, e) of features (n, e), 0 where one does not vary."""
    centered = features - features.mean(axis=0)
    products = centered.T @ centered
    norms = np.sqrt(np.diag(products))
    norms[norms <= 1e-9 * np.sqrt(len(features))] = np.inf
    return products / np.outer(norms, norms)


def association_changes(features: Floats, pairs: tuple[Ints, Ints], first: Bools) -> Floats:
    """Return the absolute differences (b, p) of correlations in two samples, for p pairs."""
    changes = np.empty((len(first), len(pairs[0])))
    for i, labels in enumerate(first):
        apart = associations(features[labels]) - associations(features[~labels])
        changes[i] = np.abs(apart[pairs])
    return changes


def random_features(features: Floats, rng: np.random.Generator) -> Floats:
    """Return random cosines (n, 200) whose products approximate a Gaussian kernel.

    They make the distance of two samples under a kernel a distance of two means, at a cost that
    grows with the rows, not their pairs :footcite:p:`rahimi2007random`. The features have variance
    1.
    """
    width = np.sqrt(2.0 * max(1, features.shape[1]))
    frequencies = rng.normal(size=(features.shape[1], KERNEL_FEATURES)) / width
    phases = rng.uniform(0, 2 * np.pi, KERNEL_FEATURES)
    cosines = np.cos(features @ frequencies + phases) * np.sqrt(2 / KERNEL_FEATURES)
    return cosines.astype(np.float32)


def mean_distances(features: Floats, first: Bools) -> Floats:
    """Return the distances (b,) of the means of two samples: of `random_features`, the MMD."""
    total = features.sum(axis=0, dtype=np.float64)
    ours = (first.astype(np.float32) @ features).astype(np.float64)
    n_first = first.sum(axis=1, keepdims=True)
    return np.linalg.norm(ours / n_first - (total - ours) / (first.shape[1] - n_first), axis=1)
