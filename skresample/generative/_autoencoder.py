"""Variational autoencoder of scores and levels in NumPy, with its gradients written out.

scikit-learn has no such network, and one of this size is not worth the dependency on PyTorch.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from scipy.stats import entropy

__all__ = ["Adam", "Losses", "VariationalAutoencoder", "one_hot", "train"]

# Least logarithm of the noise deviation of a column, whose own deviation is 1. A column that is a
# function of the others would have an unbounded density otherwise.
LEAST_LOG_NOISE = np.log(0.02)
# Proportion of the rows held out for early stopping, and the least number of rows for a holdout.
HELD_OUT, LEAST_ROWS = 0.15, 20
# Proportion of the epochs over which the weight of the divergence grows from 0 to 1.
WARM_UP = 0.1
# Draws of the latent variables of each held-out row, by which its loss is estimated.
HELD_OUT_DRAWS = 8
# Adam betas: decay of the running means of the gradient and of its square.
BETA_1, BETA_2 = 0.9, 0.999
EPSILON = 1e-8  # avoids a division by zero in Adam

Floats = npt.NDArray[np.floating]
Weights = dict[str, Floats]


class Losses(NamedTuple):
    """Mean negative evidence lower bound per row and epoch; of held-out rows, if there are any.

    The network keeps the weights of the `best` epoch.
    """

    training: list[float]
    validation: list[float]
    best: int


def one_hot(levels: npt.NDArray[np.intp], sizes: list[int]) -> Floats:
    """Return a column per level, 1 where a row of (n, q) positions has it; -1 is none."""
    column = np.repeat(np.arange(len(sizes)), sizes)
    level = np.concatenate([np.empty(0, dtype=np.intp), *map(np.arange, sizes)])
    return (levels[:, column] == level).astype(np.float64)


class VariationalAutoencoder:
    r"""A variational autoencoder with one hidden layer in the encoder and in the decoder.

    A row x has latent variables z, standard normal. Given z, a score is normal around an output of
    the decoder, with a learned deviation per column. Other outputs are the logits of levels. A skip
    connection from z to the outputs makes the network without its hidden layer a factor analysis.
    The loss is the negative evidence lower bound :footcite:p:`kingma2014auto`

    .. math:: \mathrm E_{q(z|x)}[-\log p(x|z)] + \beta\,\mathrm{KL}(q(z|x)\,\|\,p(z)).
    """

    def __init__(
        self,
        n_scores: int,
        sizes: list[int],
        n_hidden: int,
        n_latent: int,
        rng: np.random.Generator,
    ):
        self.n_scores, self.sizes = n_scores, sizes
        p = n_scores + sum(sizes)

        def dense(n_in: int, n_out: int, gain: float = 1.0) -> Floats:
            return gain * rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)

        self.weights: Weights = {
            "encoder": dense(p, n_hidden),
            "encoder_bias": np.zeros(n_hidden),
            "mean": dense(n_hidden, n_latent),
            "mean_bias": np.zeros(n_latent),
            "log_variance": dense(n_hidden, n_latent, 0.1),
            "log_variance_bias": np.full(n_latent, -2.0),
            "decoder": dense(n_latent, n_hidden),
            "decoder_bias": np.zeros(n_hidden),
            "output": dense(n_hidden, p, 0.1),
            "skip": dense(n_latent, p, 0.1),
            "output_bias": np.zeros(p),
            "log_noise": np.zeros(n_scores),
        }

    def encode(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """Return hidden units, and means and log variances of latent variables.

        Missing scores are 0 in x.
        """
        w = self.weights
        hidden = np.tanh(x @ w["encoder"] + w["encoder_bias"])
        mean = hidden @ w["mean"] + w["mean_bias"]
        return hidden, mean, hidden @ w["log_variance"] + w["log_variance_bias"]

    def decode(self, z: Floats) -> tuple[Floats, Floats]:
        """Return hidden units, and means of scores and logits of levels, of shape (n, p)."""
        w = self.weights
        hidden = np.tanh(z @ w["decoder"] + w["decoder_bias"])
        return hidden, hidden @ w["output"] + z @ w["skip"] + w["output_bias"]

    def draw(self, z: Floats, rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.intp]]:
        """Draw scores and levels of rows with the given latent variables."""
        (_, out), d = self.decode(z), self.n_scores
        noise = np.exp(self.weights["log_noise"])
        scores = out[:, :d] + noise * rng.normal(size=(len(z), d))
        levels = np.empty((len(z), len(self.sizes)), dtype=np.intp)
        # With Gumbel noise, the maximum of the logits is a draw by probability.
        noisy = out[:, d:] + rng.gumbel(size=(len(z), sum(self.sizes)))
        for j, block in enumerate(self._blocks()):
            levels[:, j] = noisy[:, block.start - d : block.stop - d].argmax(axis=1)
        return scores, levels

    def loss(
        self, x: Floats, observed: npt.NDArray[np.bool_], noise: Floats, beta: float = 1.0
    ) -> tuple[float, Weights]:
        """Return the mean loss of rows and its gradient with respect to each of the weights.

        `observed`, (n, n_scores + q), marks the values of x, (n, p), that are not missing; only
        they count. `noise`, (n, n_latent), is standard normal, and draws z. `beta` is the weight
        of the divergence.
        """
        w, n, d = self.weights, len(x), self.n_scores
        encoded, mean, log_variance = self.encode(x)
        deviation = np.exp(log_variance / 2)
        z = mean + deviation * noise
        decoded, out = self.decode(z)

        precision = np.exp(-w["log_noise"])
        residual = (x[:, :d] - out[:, :d]) * precision
        each = residual**2 / 2 + w["log_noise"] + np.log(2 * np.pi) / 2
        loss = (each * observed[:, :d]).sum()
        d_out = np.empty_like(out)
        d_out[:, :d] = -residual * precision * observed[:, :d]
        for j, block in enumerate(self._blocks()):
            log_probability = log_softmax(out[:, block], axis=1)
            known = observed[:, d + j, np.newaxis]
            loss -= (x[:, block] * log_probability * known).sum()
            d_out[:, block] = (np.exp(log_probability) - x[:, block]) * known
        divergence = mean**2 + deviation**2 - 1 - log_variance
        loss += beta * divergence.sum() / 2

        d_decoded = d_out @ w["output"].T * (1 - decoded**2)
        d_z = d_out @ w["skip"].T + d_decoded @ w["decoder"].T
        d_mean = d_z + beta * mean
        d_log_variance = (d_z * noise * deviation + beta * (deviation**2 - 1)) / 2
        d_encoded = d_mean @ w["mean"].T + d_log_variance @ w["log_variance"].T
        d_encoded *= 1 - encoded**2
        gradient = {
            "encoder": x.T @ d_encoded,
            "encoder_bias": d_encoded.sum(axis=0),
            "mean": encoded.T @ d_mean,
            "mean_bias": d_mean.sum(axis=0),
            "log_variance": encoded.T @ d_log_variance,
            "log_variance_bias": d_log_variance.sum(axis=0),
            "decoder": z.T @ d_decoded,
            "decoder_bias": d_decoded.sum(axis=0),
            "output": decoded.T @ d_out,
            "skip": z.T @ d_out,
            "output_bias": d_out.sum(axis=0),
            "log_noise": ((1 - residual**2) * observed[:, :d]).sum(axis=0),
        }
        return float(loss / n), {name: one / n for name, one in gradient.items()}

    def independent_loss(self, x: Floats, observed: npt.NDArray[np.bool_]) -> float:
        """Return the loss of independent columns: the sum of their entropies, in nats per row."""
        known = observed.mean(axis=0)
        loss = known[: self.n_scores].sum() * (1 + np.log(2 * np.pi)) / 2
        for proportion, block in zip(known[self.n_scores :], self._blocks(), strict=True):
            loss += proportion * entropy(x[:, block].sum(axis=0))
        return float(loss)

    def _blocks(self) -> list[slice]:
        """Return the columns of the output for each column of levels."""
        ends = self.n_scores + np.cumsum([0, *self.sizes])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]


class Adam:
    """Change weights, in place, against their gradients :footcite:p:`kingma2015adam`.

    scikit-learn has it only inside its neural networks.
    """

    def __init__(self, weights: Weights, learning_rate: float):
        self.weights, self.learning_rate, self.n_steps = weights, learning_rate, 0
        self.mean = {name: np.zeros_like(value) for name, value in weights.items()}
        self.square = {name: np.zeros_like(value) for name, value in weights.items()}

    def step(self, gradient: Weights) -> None:
        """Take one step, given the gradient with respect to each of the weights."""
        self.n_steps += 1
        # Both running means start at zero, which these factors correct.
        size = self.learning_rate / (1 - BETA_1**self.n_steps)
        correction = 1 / (1 - BETA_2**self.n_steps)
        for name, slope in gradient.items():
            mean, square = self.mean[name], self.square[name]
            mean += (1 - BETA_1) * (slope - mean)
            square += (1 - BETA_2) * (slope**2 - square)
            self.weights[name] -= size * mean / (np.sqrt(correction * square) + EPSILON)


def train(
    network: VariationalAutoencoder,
    x: Floats,
    observed: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    max_epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    each_epoch: Callable[[int, float], None] | None = None,
) -> Losses:
    """Train a network by Adam, with early stopping on held-out rows.

    `x` and `observed` are those of `VariationalAutoencoder.loss`. `each_epoch` is called with the
    number of an epoch and its loss. A loss that is not finite raises a FloatingPointError.
    """
    n, n_latent = len(x), network.weights["mean"].shape[1]
    order = rng.permutation(n)
    n_held = round(HELD_OUT * n) if n >= LEAST_ROWS else 0
    held, fitted = order[:n_held], order[n_held:]
    # The same draws in every epoch make their losses comparable.
    some = np.repeat(held, HELD_OUT_DRAWS)
    held_noise = rng.normal(size=(some.size, n_latent))
    adam = Adam(network.weights, learning_rate)
    losses = Losses([], [], 0)
    least, best, weights = np.inf, 0, network.weights
    for epoch in range(max_epochs):
        beta = min(1.0, (epoch + 1) / max(1.0, WARM_UP * max_epochs))
        total = 0.0
        for batch in np.array_split(rng.permutation(fitted), -(-fitted.size // batch_size)):
            noise = rng.normal(size=(batch.size, n_latent))
            with np.errstate(over="ignore", invalid="ignore"):
                loss, gradient = network.loss(x[batch], observed[batch], noise, beta)
            if not np.isfinite(loss):
                raise FloatingPointError(f"the loss of epoch {epoch + 1} is {loss}")
            adam.step(gradient)
            np.maximum(
                network.weights["log_noise"], LEAST_LOG_NOISE, out=network.weights["log_noise"]
            )
            total += loss * batch.size
        losses.training.append(total / fitted.size)
        loss = losses.training[-1]
        if n_held:
            with np.errstate(over="ignore", invalid="ignore"):
                loss = network.loss(x[some], observed[some], held_noise)[0]
            losses.validation.append(loss)
        # The last step of the epoch may have made weights infinite without a loss that shows it.
        if not np.isfinite([loss, *(w.sum() for w in network.weights.values())]).all():
            raise FloatingPointError(f"weights are not finite after epoch {epoch + 1}")
        if each_epoch is not None:
            each_epoch(epoch, loss)
        if beta < 1:
            continue
        if loss < least:
            least, best = loss, epoch
            weights = {name: value.copy() for name, value in network.weights.items()}
        elif epoch - best >= patience:
            break
    network.weights = weights
    return losses._replace(best=best)
