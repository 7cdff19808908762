"""Permutation tests within strata, and corrections for many of them."""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from skresample.audit.statistics.permutations import (
    excess_within_strata,
    familywise,
    holm,
    null_statistics,
    permuted,
)


def test_labels_are_shuffled_within_strata_only():
    labels = np.array([1, 1, 0, 0, 0, 1, 0, 1], dtype=bool)
    strata = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    blocks = list(permuted(labels, strata, 70, np.random.default_rng(0)))
    found = np.concatenate(blocks)
    assert [len(block) for block in blocks] == [32, 32, 6]
    for stratum in (0, 1):
        counts = found[:, strata == stratum].sum(axis=1)
        assert set(counts) == {labels[strata == stratum].sum()}
    assert len(np.unique(found, axis=0)) > 20


def test_all_labelings_are_equally_frequent():
    labels = np.array([1, 0, 0, 0], dtype=bool)
    found = np.concatenate(list(permuted(labels, np.zeros(4), 4000, np.random.default_rng(0))))
    counts = Counter(found.argmax(axis=1).tolist())
    assert stats.chisquare([counts[i] for i in range(4)]).pvalue > 1e-3


def difference(values):
    def statistics(block):
        return np.abs(
            [values[labels].mean(axis=0) - values[~labels].mean(axis=0) for labels in block]
        )

    return statistics


def test_the_first_statistics_are_those_of_the_labels():
    values = np.random.default_rng(0).normal(size=(20, 2))
    labels = np.arange(20) < 8
    found = null_statistics(difference(values), labels, np.random.default_rng(0), n=40)
    assert found.shape == (41, 2)
    np.testing.assert_allclose(found[0], difference(values)(labels[np.newaxis])[0])


def test_pvalue_is_that_of_scipy():
    rng = np.random.default_rng(3)
    values = rng.normal(size=40) + 0.6 * (np.arange(40) < 20)
    labels = np.arange(40) < 20
    found = null_statistics(difference(values[:, np.newaxis]), labels, rng, n=4999)
    expected = stats.permutation_test(
        (values[labels], values[~labels]),
        lambda a, b: abs(a.mean() - b.mean()),
        permutation_type="independent",
        alternative="greater",
        n_resamples=4999,
        rng=rng,
    ).pvalue
    assert familywise(found).pvalue == pytest.approx(expected, abs=0.015)


def test_the_level_is_kept_however_many_statistics_there_are():
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(30, 20)) * np.geomspace(1, 1e3, 20)
        labels = np.arange(30) < 15
        alarms += familywise(null_statistics(difference(values), labels, rng, n=99)).pvalue <= 0.05
    assert 1 <= alarms <= 20  # of 10 expected; without a correction, 128


def test_one_statistic_among_many_is_found_in_whatever_unit():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 30)) * np.geomspace(1, 1e6, 30)
    labels = np.arange(200) < 100
    values[labels, 2] += values[:, 2].std()
    result = familywise(null_statistics(difference(values), labels, rng, n=499))
    assert result.pvalue == pytest.approx(1 / 500)
    assert result.excess.argmax() == 2
    assert np.flatnonzero(result.pvalues <= 0.05).tolist() == [2]


def test_a_statistic_that_does_not_vary_is_no_alarm():
    found = np.full((100, 2), 0.3)
    result = familywise(found)
    assert result.pvalue == 1
    np.testing.assert_array_equal(result.pvalues, 1)


def test_holm_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.6, 0.9]), [1, 1])
    assert holm([]).shape == (0,)


def test_excess_in_one_stratum_is_fishers():
    rng = np.random.default_rng(0)
    for share in (0.1, 0.5):
        first, second = rng.random(40) < share, rng.random(90) < 0.1
        table = [[first.sum(), (~first).sum()], [second.sum(), (~second).sum()]]
        wanted = stats.fisher_exact(table, alternative="greater").pvalue
        one = np.zeros(40, dtype=int), np.zeros(90, dtype=int)
        found = excess_within_strata(first, one[0], second, one[1])
        assert found == pytest.approx(wanted)


def test_excess_in_strata_is_that_of_shuffled_rows():
    rng = np.random.default_rng(1)
    strata = rng.integers(3, size=60), rng.integers(1, 4, size=80)  # some are of one sample only
    has = [rng.random(s.size) < 0.2 + 0.15 * s for s in strata]
    found = excess_within_strata(has[0], strata[0], has[1], strata[1])
    both, all_strata = np.concatenate(has), np.concatenate(strata)
    is_first = np.arange(len(both)) < 60
    shuffled = np.concatenate(list(permuted(is_first, all_strata, 20_000, rng)))
    assert found == pytest.approx((shuffled.astype(int) @ both >= has[0].sum()).mean(), abs=0.01)
    # More of one class is no excess.
    assert 0.01 < found < 0.99


def test_no_excess_where_there_is_nothing():
    none, one = np.zeros(9, dtype=bool), np.zeros(9, dtype=int)
    assert excess_within_strata(none, one, none, one) == pytest.approx(1)
    assert excess_within_strata(~none, one, ~none, one) == pytest.approx(1)
    assert excess_within_strata(~none, one, none, one + 1) == pytest.approx(1)
