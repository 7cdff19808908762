"""Variational autoencoder."""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions
from threadpoolctl import threadpool_limits

from skresample.generative._autoencoder import Losses, VariationalAutoencoder, one_hot, train
from skresample.generative.base import Calibration, GenerativeOverSampler, Places
from skresample.generative.progress import progress
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval

__all__ = ["VAEOverSampler"]

Floats = npt.NDArray[np.floating]

# A loss that is by so much a column above that of columns by themselves, in nats, is that of a
# network that went astray, and not of one with little to learn from.
FAR_OFF = 10.0
# The network is trained with no more rows than that.
MOST_ROWS = 20_000


@dataclass
class VAEGenerator:
    """A trained autoencoder, and the latent variables of the rows of the class.

    Attributes
    ----------
    network : VariationalAutoencoder
        Trained.
    mean, deviation : ndarray of shape (m, n_latent)
        Of the latent variables of each row; for draws from the prior, 0 and 1.
    calibration : Calibration or None
        How the scores that the network draws become numbers.
    """

    network: VariationalAutoencoder
    mean: Floats
    deviation: Floats
    calibration: Calibration | None = None

    def draw_scores(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw rows as the network sees them."""
        noise = rng.normal(size=(which.size, self.mean.shape[1]))
        return self.network.draw(self.mean[which] + self.deviation[which] * noise, rng)

    def draw(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw rows of numbers and places of levels."""
        scores, places = self.draw_scores(which, rng)
        return scores if self.calibration is None else self.calibration.values(scores), places


class VAEOverSampler(GenerativeOverSampler):
    r"""Draw from a variational autoencoder of the class.

    An encoder maps a row to a normal distribution of a few latent variables z, a decoder maps z
    to a distribution of rows; both are small networks, trained together
    :footcite:p:`kingma2014auto`. They see normal scores of the columns of numbers, and levels
    as zeros and ones. A score is normal around what the decoder says, with a deviation that is
    learnt for each column: so new rows have the noise that real ones have, and not only what
    the decoder makes of z.

    Parameters
    ----------
    hidden_layer_sizes : int or tuple of one int, default=(64,)
        Units of the hidden layer of either network.
    n_latent : int, default=16
        Latent variables, at most as many as columns. Those that are not needed become noise
        that the decoder leaves aside.
    latent : {'posterior', 'prior'}, default='posterior'
        Where the latent variables of a new row are drawn: from the distribution that the
        encoder gives a row of the class, each row as often; all together, that is where the
        decoder has been trained :footcite:p:`tomczak2018vampprior`. Or from the standard normal
        distribution, so that a new row goes out from no row of the class.
    max_iter : int, default=300
        How often all rows are gone through, at most.
    batch_size : int, default=None
        Rows per step of the training; None for 64, or a sixteenth of the class if that is more.
    learning_rate : float, default=0.003
        Size of the steps, by Adam :footcite:p:`kingma2015adam`.
    patience : int, default=30
        Training ends when so many epochs in a row were none the better for rows held out, 15 %
        of the class (of classes of fewer than 20 rows none are held out, and the loss of the
        training counts).
    verbose : bool, default=False
        Whether the progress of the training is printed.

    Attributes
    ----------
    history_ : dict
        For each class that was learnt, by label, a dict of ``'training'`` and ``'validation'``:
        the loss in each epoch, in nats per row; and the ``'best'`` epoch, counted from 0.

    See Also
    --------
    GaussianCopulaOverSampler : The same scores, joined by correlations alone.
    ARFOverSampler : Forests instead of networks.
    GANOverSampler : Two networks against each other.

    Notes
    -----
    The weight of the divergence between z and the standard normal distribution grows from 0 to 1
    in the first tenth of the epochs, so that z is not left unused from the start
    :footcite:p:`bowman2016generating`. At the end, the scores that the network draws are mapped
    by their quantiles to the normal distribution, and so to the values of each column: it
    keeps its distribution, with its range and the values that many rows share, and the network
    says only how columns go together.

    Training takes time for all rows of the class in each epoch: of a class of more than 20,000
    rows, 20,000 drawn at random train the network, and new rows go out from all.

    Columns of numbers with up to ten values, each of at least three rows on average, are levels,
    as categories are. A missing value does not count in the training. What is missing in a new
    row is as in the row of the class that it goes out from, its parent; with
    ``latent='prior'`` that row says nothing else.

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
        self.history_: dict[Any, dict[str, Any]] = {}

    def _fit_generator(
        self,
        task: Task,
        continuous: Floats,
        places: Places,
        sizes: list[int],
        missing: npt.NDArray[np.bool_],
    ) -> VAEGenerator:
        rng = task.rng
        d = continuous.shape[1]
        scores = NormalScores(continuous, rng)
        x = np.column_stack([np.where(missing[:, :d], 0.0, scores.scores), one_hot(places, sizes)])
        n_latent = min(self.n_latent, missing.shape[1])
        n_hidden = int(np.ravel(self.hidden_layer_sizes)[0])
        network = VariationalAutoencoder(d, sizes, n_hidden, n_latent, rng)
        # Small products, in which threads only wait for each other; and their sums must not
        # depend on how many there are.
        with threadpool_limits(1, "blas"), self._training(task, self.learning_rate):
            some: Any = slice(None)
            if len(x) > MOST_ROWS:
                some = np.sort(rng.choice(len(x), MOST_ROWS, replace=False))
            losses = self._train(task, network, x[some], ~missing[some])
            mean, log_variance = network.encode(x)
            deviation = np.exp(log_variance / 2)
            if self.latent == "prior":
                mean, deviation = np.zeros_like(mean), np.ones_like(mean)
            self.history_[task.label] = losses._asdict()
            generator = VAEGenerator(network, mean, deviation)
            if d:  # else there is nothing to take quantiles of
                generator.calibration = Calibration.of(generator.draw_scores, len(x), scores, rng)
        return generator

    def _train(
        self,
        task: Task,
        network: VariationalAutoencoder,
        x: Floats,
        there: npt.NDArray[np.bool_],
    ) -> Losses:
        title = f"VAEOverSampler, class {task.label!r}"
        with progress(self.verbose, self.max_iter, title) as each_epoch:
            losses = train(
                network,
                x,
                there,
                task.rng,
                max_epochs=self.max_iter,
                batch_size=self.batch_size or max(64, len(x) // 16),
                learning_rate=self.learning_rate,
                patience=self.patience,
                each_epoch=each_epoch,
            )
        least = (losses.validation or losses.training)[losses.best]
        if least > network.independent_loss(x, there) + FAR_OFF * there.shape[1]:
            warnings.warn(
                f"VAEOverSampler learnt nothing of class {task.label!r}: with a loss of "
                f"{least:.3g} a row, its columns are described far worse than each by itself. "
                f"Set learning_rate below {self.learning_rate:g}, or take "
                "GaussianCopulaOverSampler.",
                UserWarning,
                stacklevel=2,
            )
        return losses
