import numpy as np
import pytest

from skresample.smote._topologies import (
    along_principal_axis,
    in_deviations,
    polynomial_trend,
)


def test_in_deviations():
    rows = np.array([[1.0, 5.0, 7.0, np.nan], [3.0, np.nan, 7.0, np.nan], [5.0, 9.0, 7.0, np.nan]])
    scaled, deviation = in_deviations(rows)
    np.testing.assert_allclose(deviation, [np.sqrt(8 / 3), 2.0, 0.0, 0.0])
    step = np.sqrt(3 / 2)
    wanted = [[-step, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [step, 1.0, 0.0, 0.0]]
    np.testing.assert_allclose(scaled, wanted, atol=1e-15)


class TestAlongPrincipalAxis:
    def test_of_a_line(self):
        place = np.random.default_rng(0).permutation(20.0 * np.arange(9))
        rows = np.column_stack([place, 7 - 1000 * place, np.full(9, 3.0)])
        order = along_principal_axis(rows)
        assert np.diff(place[order]).tolist() in ([20.0] * 8, [-20.0] * 8)

    def test_missing_values_count_as_the_mean(self):
        rows = np.array([[0.0, 0.0], [1.0, np.nan], [2.0, 2.0], [np.nan, np.nan], [3.9, 4.0]])
        order = along_principal_axis(rows).tolist()
        assert order.index(0) < order.index(1) < order.index(2) < order.index(4)
        assert 0 < order.index(3) < 4

    def test_rows_that_do_not_vary_stay_as_they_are(self):
        assert along_principal_axis(np.full((4, 2), 0.1)).tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize("size", [1e-300, 1e300])
    def test_of_any_size(self, size):
        rows = np.random.default_rng(0).normal(size=(30, 2)) @ [[3, 1], [0, 1]]
        np.testing.assert_array_equal(along_principal_axis(rows * size), along_principal_axis(rows))


class TestPolynomialTrend:
    @pytest.mark.parametrize("degree", [1, 2, 4])
    def test_against_numpy(self, degree):
        rows = np.random.default_rng(0).normal(size=(30, 3)) * [1, 100, 1e-3]
        at = np.linspace(0, 1, 7)
        found = polynomial_trend(rows, degree)(at)
        for j in range(3):
            fit = np.polyfit(np.linspace(0, 1, 30), rows[:, j], degree)
            np.testing.assert_allclose(found[:, j], np.polyval(fit, at), rtol=1e-8)

    def test_of_a_constant_column_is_that(self):
        assert (polynomial_trend(np.full((9, 2), 0.1), 2)(np.linspace(0, 1, 50)) == 0.1).all()

    def test_of_few_rows_passes_through_them(self):
        rows = np.array([[1.0, 5.0], [2.0, 3.0]])
        np.testing.assert_allclose(polynomial_trend(rows, 4)(np.array([0.0, 1.0])), rows)
