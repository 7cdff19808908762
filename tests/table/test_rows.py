"""`Rows`: what is computed of a table once, and tables that are taken from others."""

import numpy as np
import pandas as pd
import pytest

from skresample import SMOTE
from skresample.table import one_class, read_rows


def rows_of(X):
    return read_rows(X, SMOTE(), numeric=True)


class TestDeviation:
    def test_is_rounded_to_single_precision(self):
        X = np.random.default_rng(0).normal(size=(50, 4)) * [1, 1e-30, 1e30, 3]
        deviation = rows_of(X).deviation
        mantissa, _ = np.frexp(deviation)
        np.testing.assert_array_equal(mantissa, mantissa.astype(np.float32))
        np.testing.assert_allclose(deviation, X.std(axis=0), rtol=2**-24)

    def test_large_numbers_and_constants(self):
        X = np.column_stack([np.linspace(0, 1e150, 9), np.full(9, 7.0), np.linspace(0, 1e-150, 9)])
        deviation = rows_of(X).deviation
        assert np.isfinite(deviation).all()
        assert (deviation > 0).all()

    def test_agrees_with_parts_merged_in_any_order(self):
        """By the formula of Chan, Golub and LeVeque for counts, means and sums of squares."""
        rng = np.random.default_rng(1)
        X = rng.normal(size=(1000, 40)) * rng.uniform(0.1, 90, size=40) + 5
        different = 0
        for seed in range(5):
            order = np.random.default_rng(seed).permutation(20)
            n, mean, m2 = 0, np.zeros(40), np.zeros(40)
            for part in (X[p::20] for p in order):
                step = part.mean(axis=0) - mean
                m2 += part.var(axis=0) * len(part) + step**2 * n * len(part) / (n + len(part))
                mean += step * len(part) / (n + len(part))
                n += len(part)
            merged = np.sqrt(m2 / n).astype(np.float32)
            different += np.count_nonzero(merged != rows_of(X).deviation)
        assert different == 0


@pytest.mark.parametrize(
    "X",
    [
        [(0.0, "a"), (1.0, "b"), (2.0, "a")],
        np.ma.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], mask=[[0, 1], [0, 0], [1, 0]]),
        pd.DataFrame({"a": [0, 1, 2], "b": ["x", "y", "z"]}, index=[7, 8, 9]),
    ],
    ids=lambda X: type(X).__name__,
)
def test_taken_rows_are_exported_as_they_came_in(X):
    rows = rows_of(X)
    rows.target = one_class(3)
    assert type(rows.export()) is type(X)
    taken = rows.take(np.array([2, 0]))
    assert taken.target.labels.tolist() == ["all rows"] * 2
    if isinstance(X, list):
        assert rows.export() == X
        assert taken.export() == [X[2], X[0]]
    elif isinstance(X, pd.DataFrame):
        assert taken.export().equals(X.iloc[[2, 0]].reset_index(drop=True))
        assert rows.take(np.array([2, 0]), np.array([2, 0])).export().equals(X.iloc[[2, 0]])
    else:
        assert str(taken.export()) == str(X[[2, 0]])
