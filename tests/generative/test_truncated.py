"""Truncated normal distributions, compared with SciPy's."""

import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from skresample.generative._truncated import draw_truncated_normal, truncated_moments

ENDS = [(-np.inf, np.inf), (-1.0, 0.5), (0.2, np.inf), (-np.inf, -2.0), (2.0, 2.5), (-3.1, -2.9)]


@pytest.mark.parametrize(("low", "high"), ENDS)
def test_moments(low, high):
    mean, variance = truncated_moments(np.array([low]), np.array([high]))
    wanted = truncnorm.stats(low, high, moments="mv")
    np.testing.assert_allclose([mean[0], variance[0]], wanted, rtol=1e-6, atol=1e-9)


def test_moments_of_narrow_boxes():
    mean, variance = truncated_moments(np.array([1.0, 3.0]), np.array([1.0 + 1e-9, 3.0]))
    np.testing.assert_allclose(mean, [1, 3])
    np.testing.assert_allclose(variance, [1e-18 / 12, 0], rtol=1e-6)


@pytest.mark.parametrize(("low", "high"), [*ENDS, (8.0, 9.0), (-9.0, -8.0)])
def test_draws(low, high):
    """Also in the tails, where probabilities are tiny."""
    mean, deviation = np.full((20_000, 1), 3.0), np.full((20_000, 1), 2.0)
    ends = 3 + 2 * np.array(low), 3 + 2 * np.array(high)
    values = draw_truncated_normal(mean, deviation, *ends, np.random.default_rng(0))
    assert (values >= ends[0]).all()
    assert (values <= ends[1]).all()
    assert kstest(values[:, 0], truncnorm(low, high, 3, 2).cdf).pvalue > 1e-3


def test_draws_where_probabilities_underflow():
    one = np.ones((50, 1))
    values = draw_truncated_normal(0 * one, one, 60 * one, 61 * one, np.random.default_rng(0))
    assert ((values >= 60) & (values <= 61)).all()
