"""Distances of two samples, held against SciPy and NumPy."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from skresample.audit.statistics.two_samples import (
    area_under_curve,
    association_changes,
    associations,
    bin_columns,
    column_distances,
    mean_distances,
    random_features,
    ranked_features,
)

NO_CODES = np.empty((90, 0), dtype=int)


@pytest.fixture
def labels():
    return np.random.default_rng(5).permutation(90) < 40


def test_distance_of_numbers_with_few_values_is_that_of_kolmogorov_and_smirnov(labels):
    numeric = np.random.default_rng(0).integers(0, 30, size=(90, 3)).astype(float)
    found = column_distances(bin_columns(numeric, NO_CODES), labels[np.newaxis])[0]
    expected = [stats.ks_2samp(column[labels], column[~labels]).statistic for column in numeric.T]
    np.testing.assert_allclose(found, expected)


def test_distance_of_continuous_numbers_is_too_small_by_a_hundredth_at_most():
    rng = np.random.default_rng(0)
    numeric = rng.normal(size=(900, 4))
    labels = np.arange(900) < 400
    numeric[labels] += [0, 0.2, 1, 5]
    codes = np.empty((900, 0), dtype=int)
    found = column_distances(bin_columns(numeric, codes), labels[np.newaxis])[0]
    expected = np.array([stats.ks_2samp(c[labels], c[~labels]).statistic for c in numeric.T])
    assert (found <= expected + 1e-9).all()
    assert (found >= expected - 0.03).all()


def test_distance_of_categories_is_total_variation_and_missing_is_one(labels):
    codes = np.random.default_rng(0).integers(-1, 3, size=(90, 2))
    found = column_distances(bin_columns(np.empty((90, 0)), codes), labels[np.newaxis])[0]
    for distance, column in zip(found, codes.T, strict=True):
        shares = [[np.mean(column[side] == c) for c in range(-1, 3)] for side in (labels, ~labels)]
        assert distance == pytest.approx(np.abs(np.subtract(*shares)).sum() / 2)


def test_missing_numbers_count():
    numeric = np.zeros((90, 1))
    labels = np.arange(90) < 45
    numeric[:30] = np.nan
    found = column_distances(bin_columns(numeric, NO_CODES), labels[np.newaxis])
    assert found[0, 0] == pytest.approx(30 / 45)


def test_many_labelings_at_once_are_as_one_by_one(labels):
    rng = np.random.default_rng(0)
    numeric, codes = rng.normal(size=(90, 2)), rng.integers(0, 3, size=(90, 2))
    bins = bin_columns(numeric, codes)
    features, _ = ranked_features(numeric, codes)
    pairs = np.triu_indices(features.shape[1], 1)
    block = np.array([rng.permutation(labels) for _ in range(4)])
    for function in (
        lambda b: column_distances(bins, b),
        lambda b: association_changes(features, pairs, b),
        lambda b: mean_distances(features, b),
    ):
        one_by_one = np.concatenate([function(one[np.newaxis]) for one in block])
        np.testing.assert_allclose(function(block), one_by_one, atol=1e-6)


def test_features_are_ranks_and_indicators():
    numeric = np.array([[1.0], [100.0], [np.nan], [2.0]])
    codes = np.array([[0], [1], [1], [-1]])
    features, columns = ranked_features(numeric, codes)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(features.std(axis=0), 1)
    assert columns.tolist() == [0, 0, 1, 1, 1]
    assert features[2, 0] == pytest.approx(0)  # a missing number is in the middle
    assert (np.argsort(features[[0, 3, 1], 0]) == [0, 1, 2]).all()


def test_associations_of_ranks_are_spearmans():
    numeric = np.random.default_rng(0).normal(size=(90, 3)) @ np.triu(np.ones((3, 3)))
    features, _ = ranked_features(numeric**3, NO_CODES)
    np.testing.assert_allclose(associations(features), stats.spearmanr(numeric).statistic)


def test_a_feature_that_does_not_vary_in_a_sample_is_associated_with_none(labels):
    features = np.random.default_rng(0).normal(size=(90, 2))
    features[labels, 1] = 3
    changes = association_changes(features, (np.array([0]), np.array([1])), labels[np.newaxis])
    rest = np.corrcoef(features[~labels].T)[0, 1]
    assert changes[0, 0] == pytest.approx(abs(rest))


def test_random_features_stand_for_a_normal_kernel():
    rows = np.random.default_rng(0).normal(size=(60, 5))
    cosines = np.hstack([random_features(rows, np.random.default_rng(s)) for s in range(40)])
    kernel = np.exp(-(cdist(rows, rows) ** 2) / (2 * 2 * 5))
    np.testing.assert_allclose(cosines @ cosines.T / 40, kernel, atol=0.06)


def test_area_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    positive, score = rng.random(200) < 0.3, rng.integers(0, 20, 200).astype(float)
    assert area_under_curve(positive, score) == pytest.approx(roc_auc_score(positive, score))
