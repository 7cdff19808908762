"""The autoencoder: gradients by finite differences, and recovered models."""

import numpy as np
import pytest

from skresample.generative._autoencoder import VariationalAutoencoder, one_hot, train


def rows_with_holes(n=7, seed=0):
    """Return scores, one-hot encoded levels, and which of them are observed."""
    rng = np.random.default_rng(seed)
    scores, places = (
        rng.normal(size=(n, 3)),
        np.column_stack([rng.integers(0, 2, n), rng.integers(0, 4, n)]),
    )
    there = rng.random((n, 5)) < 0.8
    scores[~there[:, :3]] = 0
    places[~there[:, 3:]] = -1
    return np.column_stack([scores, one_hot(places, [2, 4])]), there


def scaled(network, rng):
    """Move all weights away from their initial values."""
    for value in network.weights.values():
        value += 0.3 * rng.normal(size=value.shape)
    return network


class TestLoss:
    @pytest.mark.parametrize("beta", [0.0, 0.4, 1.0])
    def test_gradient_equals_finite_differences(self, beta):
        rng = np.random.default_rng(1)
        x, there = rows_with_holes()
        network = scaled(VariationalAutoencoder(3, [2, 4], 5, 2, rng), rng)
        noise = rng.normal(size=(len(x), 2))
        _, gradient = network.loss(x, there, noise, beta)
        assert set(gradient) == set(network.weights)
        step = 1e-6
        for name, weights in network.weights.items():
            assert gradient[name].shape == weights.shape
            for at in np.ndindex(weights.shape):
                kept = weights[at]
                weights[at] = kept + step
                above, _ = network.loss(x, there, noise, beta)
                weights[at] = kept - step
                below, _ = network.loss(x, there, noise, beta)
                weights[at] = kept
                slope = (above - below) / (2 * step)
                assert gradient[name][at] == pytest.approx(slope, rel=1e-5, abs=1e-7), (name, at)

    def test_by_hand(self):
        """If all weights are 0, x is standard normal and levels are equally probable."""
        network = VariationalAutoencoder(1, [4], 2, 1, np.random.default_rng(0))
        for value in network.weights.values():
            value[:] = 0
        x = np.array([[1.5, 0, 1, 0, 0]])
        loss, _ = network.loss(x, np.ones((1, 2), bool), np.zeros((1, 1)))
        wanted = 1.5**2 / 2 + np.log(2 * np.pi) / 2 + np.log(4)
        assert loss == pytest.approx(wanted)  # q(z|x) is the prior: no divergence
        network.weights["mean_bias"][:] = 2.0
        network.weights["log_variance_bias"][:] = np.log(3)
        loss, _ = network.loss(x, np.ones((1, 2), bool), np.zeros((1, 1)))
        assert loss == pytest.approx(wanted + (4 + 3 - 1 - np.log(3)) / 2)

    def test_missing_values_do_not_change_the_loss(self):
        rng = np.random.default_rng(0)
        network = scaled(VariationalAutoencoder(3, [2, 4], 5, 2, rng), rng)
        x, _ = rows_with_holes()
        nothing = np.zeros((len(x), 5), bool)
        loss, gradient = network.loss(x, nothing, np.zeros((len(x), 2)), beta=0)
        assert loss == 0
        assert all((one == 0).all() for one in gradient.values())


class TestTrain:
    def trained(self, x, d, sizes, **given):
        rng = np.random.default_rng(0)
        network = VariationalAutoencoder(d, sizes, 32, 4, rng)
        options = {"max_epochs": 200, "batch_size": 64, "learning_rate": 0.005, "patience": 30}
        there = np.ones((len(x), d + len(sizes)), bool)
        losses = train(network, x, there, rng, **{**options, **given})
        return network, losses, rng

    def test_noise_of_a_factor_model_is_recovered(self):
        """Recover a factor model of three scores with noise of standard deviation 0.6."""
        rng = np.random.default_rng(3)
        x = 0.8 * rng.normal(size=(2000, 1)) + 0.6 * rng.normal(size=(2000, 3))
        network, _, rng = self.trained(x, 3, [])
        np.testing.assert_allclose(np.exp(network.weights["log_noise"]), 0.6, atol=0.15)
        scores, _ = network.draw(rng.normal(size=(20_000, 4)), rng)
        np.testing.assert_allclose(np.cov(scores.T), np.cov(x.T), atol=0.08)

    def test_dependent_levels_stay_dependent(self):
        rng = np.random.default_rng(3)
        first = rng.integers(0, 3, 1500)
        x = one_hot(np.column_stack([first, first]), [3, 3])
        network, _, rng = self.trained(x, 0, [3, 3])
        _, mean, log_variance = network.encode(x)
        z = mean + np.exp(log_variance / 2) * rng.normal(size=mean.shape)
        _, places = network.draw(z, rng)
        assert (places[:, 0] == places[:, 1]).mean() > 0.85  # by chance, a third
        np.testing.assert_allclose(
            np.bincount(places[:, 0], minlength=3) / 1500, np.bincount(first) / 1500, atol=0.05
        )

    def test_best_epoch_of_the_holdout_is_kept(self):
        x = np.random.default_rng(0).normal(size=(60, 4))
        _, losses, _ = self.trained(x, 4, [], max_epochs=400, patience=10)
        assert len(losses.training) == len(losses.validation) < 400
        assert len(losses.validation) == losses.best + 11
        warm = losses.validation[39:]  # once the weight of the divergence is 1
        assert losses.validation[losses.best] == min(warm)

    def test_few_rows_have_no_holdout(self):
        _, losses, _ = self.trained(np.random.default_rng(0).normal(size=(19, 2)), 2, [])
        assert losses.validation == []

    def test_loss_that_is_not_finite(self):
        x = np.random.default_rng(0).normal(size=(50, 2))
        with pytest.raises(
            FloatingPointError, match=r"(of epoch \d+ is (nan|inf)|not finite after epoch \d+)"
        ):
            self.trained(x, 2, [], learning_rate=1e9)
