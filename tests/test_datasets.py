"""The table that comes with the package, and that a built package has it."""

from pathlib import Path

import numpy as np

from skresample.datasets import load_yeast4

ROOT = Path(__file__).parents[1]


def test_yeast4_is_the_table_that_others_measure_on():
    X, y = load_yeast4()
    assert X.shape == (1484, 8)
    assert dict(zip(*np.unique(y, return_counts=True), strict=True)) == {
        "negative": 1433,
        "positive": 51,
    }
    # The first two proteins of the repository's file (ADT1 and ADT2), and the last.
    np.testing.assert_array_equal(X[0], [0.58, 0.61, 0.47, 0.13, 0.5, 0, 0.48, 0.22])
    np.testing.assert_array_equal(X[1], [0.43, 0.67, 0.48, 0.27, 0.5, 0, 0.53, 0.22])
    np.testing.assert_array_equal(X[-1], [0.67, 0.57, 0.36, 0.19, 0.5, 0, 0.56, 0.22])
    assert y[0] == y[1] == "negative"
    assert y[-1] == "positive"
    assert X.min() == 0
    assert X.max() == 1


def test_yeast4_as_a_frame():
    X, y = load_yeast4()
    frame, labels = load_yeast4(as_frame=True)
    assert list(frame) == ["mcg", "gvh", "alm", "mit", "erl", "pox", "vac", "nuc"]
    assert labels.name == "class"
    np.testing.assert_array_equal(frame, X)
    np.testing.assert_array_equal(labels, y)
