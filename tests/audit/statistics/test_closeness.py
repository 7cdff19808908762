"""Copies, coverage and density, counted by hand and by brute force."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from spaces import space

from skresample.audit.statistics.closeness import coverage_density, nearest_lists, nearest_two
from skresample.neighbors.mixed import Mixed, paired_squared_distances, squared_distances


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    return rng.normal(size=(80, 3)), rng.permutation(80) < 45


def test_nearest_and_second_of_the_first_sample(table):
    rows, labels = table
    lists = nearest_lists(space(rows), 30)
    nearest, second = nearest_two(lists, labels[np.newaxis])
    apart = cdist(rows, rows)
    np.fill_diagonal(apart, np.inf)
    apart = np.sort(np.where(labels, apart, np.inf), axis=1)
    np.testing.assert_allclose(nearest[0], apart[:, 0])
    np.testing.assert_allclose(second[0], apart[:, 1])


def test_where_no_such_row_is_listed_the_nearest_is_not_known():
    lists = nearest_lists(space(np.array([[0.0], [1.0], [2.0], [50.0]])), 2)
    nearest, second = nearest_two(lists, np.array([[False, False, True, True]]))
    np.testing.assert_allclose(nearest[0], [2, 1, np.inf, 48])
    np.testing.assert_allclose(second[0], [2, 1, 2, 49])
    nearest, _ = nearest_two(lists, np.array([[False, False, False, True]]))
    assert np.isinf(nearest[0, :3]).all()


def test_copies_are_at_no_distance(table):
    rows, _ = table
    both = np.concatenate([rows, rows]) / 3
    nearest, _ = nearest_two(nearest_lists(space(both), 5), np.arange(160)[np.newaxis] < 80)
    np.testing.assert_array_equal(nearest[0, 80:], 0)
    assert (nearest[0, :80] > 0).all()


def test_coverage_and_density_by_brute_force(table):
    rows, labels = table
    k = 4
    coverage, density = coverage_density(nearest_lists(space(rows), 40), labels[np.newaxis], k)
    real, synthetic = rows[labels], rows[~labels]
    among = cdist(real, real)
    np.fill_diagonal(among, np.inf)
    inside = cdist(real, synthetic) < np.sort(among, axis=1)[:, [k - 1]]
    assert coverage[0] == pytest.approx(inside.any(axis=1).mean())
    assert density[0] == pytest.approx(inside.sum() / (k * len(synthetic)))


def test_expected_coverage_and_density_of_one_distribution():
    n, m, k = 60, 40, 5
    found = []
    for seed in range(60):
        rows = np.random.default_rng(seed).normal(size=(n + m, 2))
        labels = np.arange(n + m)[np.newaxis] < n
        found.append(coverage_density(nearest_lists(space(rows), 60), labels, k))
    i = np.arange(k)
    expected = 1 - np.prod((n - 1 - i) / (n + m - 1 - i))
    assert np.mean([c for c, _ in found]) == pytest.approx(expected, abs=0.015)
    assert np.mean([d for _, d in found]) == pytest.approx(1, abs=0.05)


def test_paired_distances_of_mixed_rows_are_the_diagonal():
    rng = np.random.default_rng(0)
    numeric = np.where(rng.random((50, 3)) < 0.2, np.nan, rng.normal(size=(50, 3)))
    table = Mixed(numeric, rng.integers(-1, 3, size=(50, 2)), 1.7)
    other = table.take(rng.permutation(50))
    expected = np.diagonal(squared_distances(table, other))
    np.testing.assert_allclose(paired_squared_distances(table, other), expected)


def test_mixed_rows_without_a_common_feature_are_far():
    left = Mixed(np.array([[1.0, np.nan]]), np.array([[-1]]))
    right = Mixed(np.array([[np.nan, 1.0]]), np.array([[2]]))
    assert paired_squared_distances(left, right)[0] == squared_distances(left, right)[0, 0]
