"""How far two samples are apart: column by column, pair by pair, and as wholes.

Each statistic is computed for many labellings of the same rows at once, which is what a
permutation test needs. A labelling is a row of booleans: True for rows of the first sample.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.stats import rankdata

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

# A column of numbers with more different values is cut at as many quantiles, so that a distance
# of distributions is too small by at most a hundredth.
MOST_BINS = 100
# Of the categories of a column, the most frequent ones that get a feature of their own.
MOST_CATEGORIES = 8
# How many features associations are looked for among: the work grows with the square.
MOST_FEATURES = 60
# How many random features stand for a kernel.
KERNEL_FEATURES = 200


class Bins(NamedTuple):
    """Rows of a table as counts: in which bin of each column each row is.

    Attributes
    ----------
    indicators : CSR array of shape (n, b)
        A one per row and column.
    starts : ndarray of shape (d,)
        The first bin of each column.
    ordered : ndarray of shape (d,)
        Whether the bins of a column follow each other, as those of numbers do.
    """

    indicators: sparse.csr_array
    starts: npt.NDArray[np.intp]
    ordered: npt.NDArray[np.bool_]


def bin_columns(numeric: npt.NDArray[np.floating], codes: npt.NDArray[np.signedinteger]) -> Bins:
    """Cut columns of numbers at quantiles; categories and missing values have bins too.

    Parameters
    ----------
    numeric : ndarray of shape (n, d)
        Numbers, NaN where missing.
    codes : ndarray of shape (n, c)
        Categories, -1 where missing.

    Returns
    -------
    bins : Bins
        Of the d columns, and then of the c.
    """
    columns = []
    for values in numeric.T:
        known = ~np.isnan(values)
        edges = np.unique(values[known])
        if len(edges) > MOST_BINS:
            shares = np.linspace(0, 1, MOST_BINS + 1)[:-1]
            edges = np.unique(np.quantile(values[known], shares, method="lower"))
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


def column_distances(bins: Bins, first: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return how far the distributions of each column are apart.

    Parameters
    ----------
    bins : Bins
        The rows of both samples.
    first : ndarray of shape (b, n)
        Labellings.

    Returns
    -------
    distances : ndarray of shape (b, d)
        Of numbers, the largest difference of the distribution functions (Kolmogorov and
        Smirnov); of categories, half the sum of the differences (total variation).
    """
    total = bins.indicators.sum(axis=0)
    ours = (bins.indicators.T @ first.T.astype(np.float32)).T.astype(np.float64)
    n_first = first.sum(axis=1, keepdims=True)
    apart = ours / n_first - (total - ours) / (first.shape[1] - n_first)
    # The differences of a column sum to 0, so that the sums of the next begin anew.
    largest = np.maximum.reduceat(np.abs(np.cumsum(apart, axis=1)), bins.starts, axis=1)
    variation = np.add.reduceat(np.abs(apart), bins.starts, axis=1) / 2
    return np.where(bins.ordered, largest, variation)


def area_under_curve(positive: npt.NDArray[np.bool_], score: npt.NDArray[np.floating]) -> float:
    """Return how probable it is that a positive row scores higher than another one.

    Parameters
    ----------
    positive : ndarray of shape (n,)
        Some are, and some are not.
    score : ndarray of shape (n,)
        Equal ones count half.

    Returns
    -------
    area : float
        Under the ROC curve. (scikit-learn's function spends more on checks than on tables of
        some hundred rows, of which thousands are drawn here.)
    """
    n = np.count_nonzero(positive)
    above = rankdata(score)[positive].sum() - n * (n + 1) / 2
    return float(above / (n * (len(positive) - n)))


def ranked_features(
    numeric: npt.NDArray[np.floating], codes: npt.NDArray[np.signedinteger]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return plain features of rows, in which no unit and no outlier counts.

    Parameters
    ----------
    numeric : ndarray of shape (n, d)
        Numbers, NaN where missing.
    codes : ndarray of shape (n, c)
        Categories, -1 where missing.

    Returns
    -------
    features : ndarray of shape (n, e)
        Ranks of numbers, the middle where one is missing; ones where a value is missing, or
        is one of the frequent categories; all of mean 0 and variance 1.
    columns : ndarray of shape (e,)
        Which of the d + c columns each is about.
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
        # Of two categories one says what the other does.
        for code in frequent[1:] if len(present) == 2 else frequent:
            features.append((values == code).astype(np.float64))
            columns.append(numeric.shape[1] + j)
    table = np.stack(features, axis=1)
    table -= table.mean(axis=0)
    deviation = table.std(axis=0)
    varies = deviation > 0
    return table[:, varies] / deviation[varies], np.array(columns, dtype=np.intp)[varies]


def associations(features: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the correlations of features.

    Parameters
    ----------
    features : ndarray of shape (n, e)
        Of some rows.

    Returns
    -------
    correlations : ndarray of shape (e, e)
        0 where a feature does not vary.
    """
    centred = features - features.mean(axis=0)
    products = centred.T @ centred
    norms = np.sqrt(np.diag(products))
    norms[norms <= 1e-9 * np.sqrt(len(features))] = np.inf
    return products / np.outer(norms, norms)


def association_changes(
    features: npt.NDArray[np.floating],
    pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    first: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Return by how much the correlations in two samples differ.

    Parameters
    ----------
    features : ndarray of shape (n, e)
        The rows of both samples.
    pairs : tuple of ndarray of shape (p,)
        Which features are paired.
    first : ndarray of shape (b, n)
        Labellings.

    Returns
    -------
    changes : ndarray of shape (b, p)
        Absolute differences.
    """
    changes = np.empty((len(first), len(pairs[0])))
    for i, labels in enumerate(first):
        apart = associations(features[labels]) - associations(features[~labels])
        changes[i] = np.abs(apart[pairs])
    return changes


def random_features(
    features: npt.NDArray[np.floating], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Return random features whose products are about those of a normal kernel.

    Random cosines :footcite:p:`rahimi2007random` make the distance of two samples under a
    kernel a distance of two means, at a cost that grows with the rows and not with their
    pairs.

    Parameters
    ----------
    features : ndarray of shape (n, e)
        Rows, of variance 1 in each feature.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    cosines : ndarray of shape (n, 200)
        The features; the width of the kernel is about the distance of two rows.

    References
    ----------
    .. footbibliography::
    """
    width = np.sqrt(2.0 * max(1, features.shape[1]))
    frequencies = rng.normal(size=(features.shape[1], KERNEL_FEATURES)) / width
    phases = rng.uniform(0, 2 * np.pi, KERNEL_FEATURES)
    cosines = np.cos(features @ frequencies + phases) * np.sqrt(2 / KERNEL_FEATURES)
    return cosines.astype(np.float32)


def mean_distances(
    features: npt.NDArray[np.floating], first: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Return how far the means of two samples are apart.

    Parameters
    ----------
    features : ndarray of shape (n, f)
        The rows of both samples.
    first : ndarray of shape (b, n)
        Labellings.

    Returns
    -------
    distances : ndarray of shape (b,)
        Euclidean ones: with `random_features`, the maximum mean discrepancy.
    """
    total = features.sum(axis=0, dtype=np.float64)
    ours = (first.astype(np.float32) @ features).astype(np.float64)
    n_first = first.sum(axis=1, keepdims=True)
    return np.linalg.norm(ours / n_first - (total - ours) / (first.shape[1] - n_first), axis=1)
