"""A variational autoencoder of rows of scores and levels, with gradients written out."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from scipy.stats import entropy

from skresample.generative._adam import Adam

__all__ = ["Losses", "VariationalAutoencoder", "one_hot", "train"]

# Of the noise of a column of scores, whose own deviation is 1: a column that follows from the
# others would else have a density without limit.
LEAST_LOG_NOISE = np.log(0.02)
# Of the rows, this share is held out to see when to stop, where there are so many.
HELD_OUT, LEAST_ROWS = 0.15, 20
# Over this share of the epochs, the latent variables are made to count.
WARM_UP = 0.1

Floats = npt.NDArray[np.floating]
Weights = dict[str, Floats]


class Losses(NamedTuple):
    """What training went through, a value per epoch.

    Attributes
    ----------
    training, validation : list of float
        Mean negative evidence lower bound per row; of held-out rows, if there were any.
    best : int
        The epoch whose weights were kept.
    """

    training: list[float]
    validation: list[float]
    best: int


def one_hot(places: npt.NDArray[np.intp], sizes: list[int]) -> Floats:
    """Return a column per level, 1 where a row has it.

    Parameters
    ----------
    places : ndarray of shape (n, q)
        Levels; -1 for none.
    sizes : list of int
        How many levels each column has.

    Returns
    -------
    table : ndarray of shape (n, sum(sizes))
        Zeros and ones.
    """
    blocks = [
        (column[:, np.newaxis] == np.arange(size)).astype(np.float64)
        for column, size in zip(places.T, sizes, strict=True)
    ]
    return np.concatenate([np.empty((len(places), 0)), *blocks], axis=1)


class VariationalAutoencoder:
    r"""A variational autoencoder with one hidden layer on either side.

    A row x has latent variables z, standard normal. Given z, a score is normal around what the
    decoder says, with a deviation that is learnt per column, and a level has the probabilities
    that the decoder says. The decoder has a straight way, too, so that without its hidden layer
    it is a factor analysis. What is minimised is the negative evidence lower bound
    :footcite:p:`kingma2014auto`

    .. math:: \mathrm E_{q(z|x)}[-\log p(x|z)] + \beta\,\mathrm{KL}(q(z|x)\,\|\,p(z)).

    Parameters
    ----------
    n_scores : int
        How many columns of scores there are.
    sizes : list of int
        How many levels each column of levels has.
    n_hidden, n_latent : int
        Sizes of the hidden layers and of z.
    rng : numpy.random.Generator
        Source of the first weights.

    Attributes
    ----------
    weights : dict of ndarray
        By name.

    References
    ----------
    .. footbibliography::
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
            "straight": dense(n_latent, p, 0.1),
            "output_bias": np.zeros(p),
            "log_noise": np.zeros(n_scores),
        }

    def encode(self, x: Floats) -> tuple[Floats, Floats]:
        """Return the means and log variances of the latent variables of rows.

        Parameters
        ----------
        x : ndarray of shape (n, p)
            Scores, 0 where missing, and one-hot levels.

        Returns
        -------
        mean, log_variance : ndarray of shape (n, n_latent)
            Of normal distributions.
        """
        w = self.weights
        hidden = np.tanh(x @ w["encoder"] + w["encoder_bias"])
        return (
            hidden @ w["mean"] + w["mean_bias"],
            hidden @ w["log_variance"] + w["log_variance_bias"],
        )

    def decode(self, z: Floats) -> Floats:
        """Return the means of scores and the logits of levels, of shape (n, p)."""
        w = self.weights
        hidden = np.tanh(z @ w["decoder"] + w["decoder_bias"])
        return hidden @ w["output"] + z @ w["straight"] + w["output_bias"]

    def draw(self, z: Floats, rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.intp]]:
        """Draw rows that have the given latent variables.

        Parameters
        ----------
        z : ndarray of shape (n, n_latent)
            Latent variables.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        scores : ndarray of shape (n, n_scores)
            Scores.
        places : ndarray of shape (n, q)
            Levels.
        """
        out, d = self.decode(z), self.n_scores
        noise = np.exp(self.weights["log_noise"])
        scores = out[:, :d] + noise * rng.normal(size=(len(z), d))
        places = np.empty((len(z), len(self.sizes)), dtype=np.intp)
        # The greatest of logits and Gumbel noise is a level with its probability.
        noisy = out[:, d:] + rng.gumbel(size=(len(z), sum(self.sizes)))
        for j, block in enumerate(self._blocks()):
            places[:, j] = noisy[:, block.start - d : block.stop - d].argmax(axis=1)
        return scores, places

    def loss(
        self, x: Floats, there: npt.NDArray[np.bool_], noise: Floats, beta: float = 1.0
    ) -> tuple[float, Weights]:
        """Return the loss of rows and its gradient.

        Parameters
        ----------
        x : ndarray of shape (n, p)
            Scores, 0 where missing, and one-hot levels.
        there : ndarray of shape (n, n_scores + q)
            Which values are not missing: only they count.
        noise : ndarray of shape (n, n_latent)
            Standard normal: where in the distribution of z each row is looked at.
        beta : float, default=1.0
            What the divergence of z counts.

        Returns
        -------
        loss : float
            The mean over the rows.
        gradient : dict of ndarray
            With respect to each of the weights.
        """
        w, n, d = self.weights, len(x), self.n_scores
        encoded = np.tanh(x @ w["encoder"] + w["encoder_bias"])
        mean = encoded @ w["mean"] + w["mean_bias"]
        log_variance = encoded @ w["log_variance"] + w["log_variance_bias"]
        deviation = np.exp(log_variance / 2)
        z = mean + deviation * noise
        decoded = np.tanh(z @ w["decoder"] + w["decoder_bias"])
        out = decoded @ w["output"] + z @ w["straight"] + w["output_bias"]

        precision = np.exp(-w["log_noise"])
        residual = (x[:, :d] - out[:, :d]) * precision
        each = residual**2 / 2 + w["log_noise"] + np.log(2 * np.pi) / 2
        loss = (each * there[:, :d]).sum()
        d_out = np.empty_like(out)
        d_out[:, :d] = -residual * precision * there[:, :d]
        for j, block in enumerate(self._blocks()):
            log_share = log_softmax(out[:, block], axis=1)
            known = there[:, d + j, np.newaxis]
            loss -= (x[:, block] * log_share * known).sum()
            d_out[:, block] = (np.exp(log_share) - x[:, block]) * known
        divergence = mean**2 + deviation**2 - 1 - log_variance
        loss += beta * divergence.sum() / 2

        d_decoded = d_out @ w["output"].T * (1 - decoded**2)
        d_z = d_out @ w["straight"].T + d_decoded @ w["decoder"].T
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
            "straight": z.T @ d_out,
            "output_bias": d_out.sum(axis=0),
            "log_noise": ((1 - residual**2) * there[:, :d]).sum(axis=0),
        }
        return float(loss / n), {name: one / n for name, one in gradient.items()}

    def independent_loss(self, x: Floats, there: npt.NDArray[np.bool_]) -> float:
        """Return what the loss of rows is to whom columns say nothing of each other.

        Parameters
        ----------
        x : ndarray of shape (n, p)
            Scores, 0 where missing, and one-hot levels.
        there : ndarray of shape (n, n_scores + q)
            Which values are not missing.

        Returns
        -------
        loss : float
            The sum of the entropies of the columns, in nats per row.
        """
        known = there.mean(axis=0)
        loss = known[: self.n_scores].sum() * (1 + np.log(2 * np.pi)) / 2
        for share, block in zip(known[self.n_scores :], self._blocks(), strict=True):
            loss += share * entropy(x[:, block].sum(axis=0))
        return float(loss)

    def _blocks(self) -> list[slice]:
        """Return which columns of the output are of each column of levels."""
        ends = self.n_scores + np.cumsum([0, *self.sizes])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]


def train(
    network: VariationalAutoencoder,
    x: Floats,
    there: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    max_epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    each_epoch: Callable[[int, float], None] | None = None,
) -> Losses:
    """Train a network by Adam, until held-out rows are no better described.

    Parameters
    ----------
    network : VariationalAutoencoder
        Its weights are changed, and in the end the best of all epochs.
    x : ndarray of shape (n, p)
        Scores, 0 where missing, and one-hot levels.
    there : ndarray of shape (n, n_scores + q)
        Which values are not missing.
    rng : numpy.random.Generator
        Source of the draws.
    max_epochs : int
        How often all rows are looked at, at most.
    batch_size : int
        After how many rows the weights are changed.
    learning_rate : float
        By how much.
    patience : int
        How many epochs without a better one are the end.
    each_epoch : callable, default=None
        Called with the number of an epoch and its loss.

    Returns
    -------
    losses : Losses
        The history.

    Raises
    ------
    FloatingPointError
        If the loss is no longer a number; the message names the epoch.
    """
    n, n_latent = len(x), network.weights["mean"].shape[1]
    order = rng.permutation(n)
    n_held = round(HELD_OUT * n) if n >= LEAST_ROWS else 0
    held, fitted = order[:n_held], order[n_held:]
    # Looked at in the same places of their distributions each time, to tell epochs apart.
    some = np.repeat(held, 8)
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
                loss, gradient = network.loss(x[batch], there[batch], noise, beta)
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
                loss = network.loss(x[some], there[some], held_noise)[0]
            losses.validation.append(loss)
        # The last step has no loss after it.
        if not np.isfinite([loss, *(w.sum() for w in network.weights.values())]).all():
            raise FloatingPointError(f"epoch {epoch + 1} ends in no finite numbers")
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
