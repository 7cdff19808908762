import numpy as np
import pytest
from scipy import stats

from skresample.numerics.bandwidth import silverman_factor


@pytest.mark.parametrize("n", [2, 10, 357])
@pytest.mark.parametrize("d", [1, 3, 20])
def test_silverman_factor_against_scipy(n, d):
    data = np.random.default_rng(0).standard_normal((d, max(n, d + 2)))
    kde = stats.gaussian_kde(data)
    expected = kde.silverman_factor()
    np.testing.assert_allclose(silverman_factor(data.shape[1], d), expected)


def test_silverman_factor_in_one_dimension_is_the_rule_of_thumb():
    np.testing.assert_allclose(silverman_factor(50, 1), (4 / 3) ** 0.2 * 50**-0.2)
