"""Variational autoencoder."""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions
from threadpoolctl import threadpool_limits

from skresample.generative._autoencoder import VariationalAutoencoder, one_hot, train
from skresample.generative.base import Calibration, ClassData, GenerativeOverSampler, Indices
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval

__all__ = ["VAEOverSampler"]

Floats = npt.NDArray[np.floating]

# Nats per column by which a loss may exceed that of independent columns. Above, the training has
# diverged; a network with little to learn from stays below.
FAR_OFF = 10.0
# The network is trained on at most this number of rows.
MOST_ROWS = 20_000


@dataclass
class VAEGenerator:
    """An autoencoder, and the normal distribution of the latent variables, (m, n_latent), per row.

    `calibration` maps drawn scores to numbers; it is None without continuous columns.
    """

    network: VariationalAutoencoder
    mean: Floats
    deviation: Floats
    calibration: Calibration | None = None

    def draw_scores(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw rows of scores and levels."""
        noise = rng.normal(size=(parents.size, self.mean.shape[1]))
        return self.network.draw(self.mean[parents] + self.deviation[parents] * noise, rng)

    def draw(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw rows of numbers and levels."""
        scores, levels = self.draw_scores(parents, rng)
        return scores if self.calibration is None else self.calibration.values(scores), levels


class VAEOverSampler(GenerativeOverSampler):
    r"""Variational autoencoder (VAE).

    An encoder maps a sample to a normal distribution of a few latent variables z. A decoder maps z
    to a distribution of samples. Both are small networks that are trained together on the class
    :footcite:p:`kingma2014auto`. Numerical features are normal scores, and categorical features
    are one-hot encoded. A score is normal around an output of the decoder, with a standard
    deviation that is learned for each feature, so synthetic samples are as noisy as real ones.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of one int, default=(64,)
        Units of the hidden layer of the encoder, and of the decoder.
    n_latent : int, default=16
        Number of latent variables, at most the number of features. The decoder ignores those
        that it does not need.
    latent : {'posterior', 'prior'}, default='posterior'
        Distribution of the latent variables of a synthetic sample.

        - ``'posterior'``: the encoder's for a sample of the class, each as often. The decoder is
          trained on these :footcite:p:`tomczak2018vampprior`.
        - ``'prior'``: the standard normal distribution, which does not depend on a sample.
    max_iter : int, default=300
        Maximum number of epochs.
    batch_size : int, default=None
        Samples per training step. None means 64, or a sixteenth of the class if that is more.
    learning_rate : float, default=0.003
        Learning rate of Adam :footcite:p:`kingma2015adam`.
    patience : int, default=30
        Training stops after this number of epochs without a lower loss on a holdout of 15 % of
        the class. In classes of fewer than 20 samples, the training loss counts.
    verbose : bool, default=False
        If True, the progress of the training is printed.

    Attributes
    ----------
    history_ : dict
        A dict for each learned class, by label. ``'training'`` and ``'validation'`` are the losses
        of the epochs, in nats per sample; ``'best'`` is the best epoch, counted from 0.

    See Also
    --------
    GaussianCopulaOverSampler : Models normal scores by their correlations.
    ARFOverSampler : Adversarial random forest.
    GANOverSampler : Generative adversarial network (GAN).

    Notes
    -----
    The weight of the divergence between z and the standard normal distribution grows from 0 to 1
    in the first tenth of the epochs. This prevents a decoder that ignores z
    :footcite:p:`bowman2016generating`. After the training, quantiles of drawn scores are mapped to
    quantiles of each feature, which therefore keeps its distribution, range and frequent values.

    If a class has more than 20,000 samples, the network is trained on a random 20,000 of them.
    Synthetic samples still have all samples as parents.

    Numerical features with up to ten values, each of at least three samples on average, are
    treated like categorical features. The training ignores missing values. A synthetic sample has
    the missing values of its parent, a sample of the class. With ``latent='prior'``, it depends on
    its parent in no other way.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import VAEOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = VAEOverSampler(max_iter=50, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    >>> losses = sampler.history_[1]["training"]
    >>> losses[-1] < losses[0]
    True
    """

    hidden_layer_sizes: Annotated[Any, IntegerInterval(1, 1 << 16), tuple, list] = (64,)
    n_latent: Annotated[int, IntegerInterval(1, 1 << 16)] = 16
    latent: Annotated[str, StrOptions({"posterior", "prior"})] = "posterior"
    max_iter: Annotated[int, IntegerInterval(1, 10**6)] = 300
    batch_size: Annotated[int | None, IntegerInterval(1), None] = None
    learning_rate: Annotated[float, RealInterval(0, 1e200, closed="right")] = 0.003
    patience: Annotated[int, IntegerInterval(1)] = 30
    verbose: bool = False
    _renamed: ClassVar[dict[str, str]] = {
        "max_epochs": "max_iter",
        "n_hidden": "hidden_layer_sizes",
    }

    _paper = "Kingma, Welling (2014), Auto-encoding variational Bayes"

    def _fit_table(self, rows: Any, rng: np.random.Generator) -> None:
        sizes, allowed = np.ravel(self.hidden_layer_sizes).tolist(), IntegerInterval(1, 1 << 16)
        if len(sizes) != 1 or not allowed.is_satisfied_by(sizes[0]):
            raise ValueError(
                "VAEOverSampler has one hidden layer: hidden_layer_sizes must contain one integer "
                f"from 1 to {allowed.right}, got {self.hidden_layer_sizes!r}."
            )
        super()._fit_table(rows, rng)

    def _fit_generator(self, task: Task, data: ClassData) -> VAEGenerator:
        rng, d = task.rng, data.continuous.shape[1]
        scores = NormalScores(data.continuous, rng)
        numbers = np.where(data.missing[:, :d], 0.0, scores.scores)
        x = np.column_stack([numbers, one_hot(data.levels, data.sizes)])
        n_latent = min(self.n_latent, data.missing.shape[1])
        n_hidden = int(np.ravel(self.hidden_layer_sizes)[0])
        network = VariationalAutoencoder(d, data.sizes, n_hidden, n_latent, rng)
        # Matrix products are too small for threads, whose number must not change the sums.
        with threadpool_limits(1, "blas"), self._training(task) as each_epoch:
            some: Any = slice(None)
            if len(x) > MOST_ROWS:
                some = np.sort(rng.choice(len(x), MOST_ROWS, replace=False))
            fitted, observed = x[some], ~data.missing[some]
            losses = train(
                network,
                fitted,
                observed,
                rng,
                max_epochs=self.max_iter,
                batch_size=self.batch_size or max(64, len(fitted) // 16),
                learning_rate=self.learning_rate,
                patience=self.patience,
                each_epoch=each_epoch,
            )
            self.history_[task.label] = losses._asdict()
            _, mean, log_variance = network.encode(x)
            deviation = np.exp(log_variance / 2)
            if self.latent == "prior":
                mean, deviation = np.zeros_like(mean), np.ones_like(mean)
            generator = VAEGenerator(network, mean, deviation)
            if d:  # without continuous columns, there are no quantiles
                generator.calibration = Calibration.of(generator.draw_scores, scores, rng)
        least = (losses.validation or losses.training)[losses.best]
        if least > network.independent_loss(fitted, observed) + FAR_OFF * observed.shape[1]:
            warnings.warn(
                f"VAEOverSampler learned nothing about class {task.label!r}: its loss of "
                f"{least:.3g} per row is far above the loss of independent columns. Set "
                f"learning_rate below {self.learning_rate:g}, or use GaussianCopulaOverSampler.",
                UserWarning,
                stacklevel=2,
            )
        return generator
