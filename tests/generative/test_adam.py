"""Adam, by hand and on a quadratic function."""

import numpy as np

from skresample.generative._autoencoder import Adam


def test_first_step_is_the_learning_rate_against_the_sign():
    weights = {"a": np.array([1.0, -2.0]), "b": np.array([[0.5]])}
    Adam(weights, 0.1).step({"a": np.array([3.0, -1e-3]), "b": np.array([[0.0]])})
    np.testing.assert_allclose(weights["a"], [0.9, -1.9], atol=1e-5)
    np.testing.assert_array_equal(weights["b"], [[0.5]])


def test_second_step_by_hand():
    weights = {"a": np.array([0.0])}
    adam = Adam(weights, 1.0)
    adam.step({"a": np.array([2.0])})
    adam.step({"a": np.array([-1.0])})
    mean = (0.9 * 0.1 * 2 - 0.1 * 1) / (1 - 0.9**2)
    square = (0.999 * 0.001 * 4 + 0.001 * 1) / (1 - 0.999**2)
    np.testing.assert_allclose(weights["a"], [-1 - mean / np.sqrt(square)], rtol=1e-6)


def test_minimizes_a_quadratic_function():
    weights = {"a": np.array([5.0, -3.0])}
    adam = Adam(weights, 0.05)
    for _ in range(2000):
        adam.step({"a": 2 * np.array([1.0, 100.0]) * (weights["a"] - [1.0, 2.0])})
    np.testing.assert_allclose(weights["a"], [1, 2], atol=1e-3)
