"""Normal variables behind columns, against draws and SciPy."""

import numpy as np
import pytest
from scipy import stats

from skresample.density._rank_correlations import (
    latent_correlations,
    nearest_correlation,
    spearman,
)

# Functions of a normal variable, and where their values that are there several times begin and end.
COLUMNS = {
    "continuous": (np.exp, [], []),
    "half": (lambda z: z > 0, [0, 0.5], [0.5, 1]),
    "rare": (lambda z: z > stats.norm.ppf(0.95), [0, 0.95], [0.95, 1]),
    "many zeros": (lambda z: np.maximum(z, 0), [0], [0.5]),
    "five": (lambda z: np.floor(5 * stats.norm.cdf(z)), np.arange(5) / 5, np.arange(1, 6) / 5),
}


@pytest.mark.parametrize("one", COLUMNS)
@pytest.mark.parametrize("other", COLUMNS)
def test_draws_have_the_wanted_rank_correlation(one, other):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 50_000))
    (f, *of_f), (g, *of_g) = COLUMNS[one], COLUMNS[other]
    lows, highs = zip(*[map(np.asarray, ends) for ends in (of_f, of_g)], strict=True)
    for r in (-0.9, -0.4, 0.0, 0.3, 0.8, 0.97):
        wanted = stats.spearmanr(f(x), g(r * x + np.sqrt(1 - r**2) * y)).statistic
        ranks = np.array([[1, wanted], [wanted, 1]])
        found = latent_correlations(ranks, list(lows), list(highs))
        np.testing.assert_allclose(np.diag(found), 1)
        assert found[0, 1] == found[1, 0]
        r = found[0, 1]
        again = stats.spearmanr(f(x), g(r * x + np.sqrt(1 - r**2) * y)).statistic
        assert again == pytest.approx(wanted, abs=0.02)


def test_without_ties_it_is_the_formula():
    ranks = np.array([[1, -0.7], [-0.7, 1]])
    found = latent_correlations(ranks, [np.empty(0)] * 2, [np.empty(0)] * 2)
    assert found[0, 1] == pytest.approx(2 * np.sin(-0.7 * np.pi / 6))


def test_what_no_variables_have_is_the_end():
    """Of two rare events, the rank correlation is not near -1."""
    ends = [np.array([0, 0.95])] * 2, [np.array([0.95, 1])] * 2
    found = latent_correlations(np.array([[1, -0.9], [-0.9, 1]]), *ends)
    assert found[0, 1] == pytest.approx(-1, abs=1e-6)


def test_spearman_is_scipys():
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)), 0)
    wanted = stats.spearmanr(values).statistic
    np.testing.assert_allclose(spearman(values), wanted, rtol=1e-12)
    np.testing.assert_allclose(spearman(values, np.zeros((60, 4), dtype=bool)), wanted, rtol=1e-12)


def test_spearman_is_of_the_rows_that_both_columns_have():
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    values = np.column_stack([x, 0.6 * x + 0.8 * rng.normal(size=4000), np.zeros(4000)])
    wanted = stats.spearmanr(values[:, :2]).statistic
    missing = rng.random(values.shape) < 0.4
    missing[:, 2] = True
    found = spearman(values, missing)
    assert found[0, 1] == pytest.approx(wanted, abs=0.05)
    assert found[0, 2] == 0


def test_nearest_correlation():
    fine = np.array([[1, 0.5], [0.5, 1]])
    np.testing.assert_array_equal(nearest_correlation(fine, 1e-6), fine)
    # Higham's example.
    matrix = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    found = nearest_correlation(matrix, 1e-9)
    np.testing.assert_allclose(found[0], [1, 0.7607, 0.1573], atol=1e-3)
    np.testing.assert_allclose(np.diag(found), 1)
    assert np.linalg.eigvalsh(found)[0] > 0
