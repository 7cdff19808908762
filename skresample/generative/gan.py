"""Generative adversarial networks."""

from dataclasses import dataclass
from numbers import Integral
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from skresample.generative._adversarial import Conditions, Network, device_of, train
from skresample.generative._modes import REACH, Modes
from skresample.generative.base import (
    Calibration,
    ClassData,
    GenerativeOverSampler,
    Indices,
    with_any,
)
from skresample.numerics.normal_scores import NormalScores
from skresample.numerics.scaling import Scaled
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.table import Rows

__all__ = ["GANOverSampler"]

Floats = npt.NDArray[np.floating]


@dataclass
class GANGenerator:
    """A network, the modes of continuous columns, the levels of others, and a map of numbers."""

    network: Network
    modes: list[Modes]
    conditions: Conditions
    calibration: Calibration | None = None

    @property
    def sizes(self) -> list[int]:
        """Numbers of modes of the continuous columns, then of levels of the others."""
        return [len(own.means) for own in self.modes] + self.conditions.sizes.tolist()

    def draw_points(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw rows of standardized numbers, each conditioned on a random level of its parent."""
        n, conditions = len(parents), self.conditions
        d, q, n_asked = len(self.modes), len(conditions.sizes), conditions.first[-1]
        n_noise = len(self.network.weights[0]) - n_asked
        inputs = np.zeros((n, n_noise + n_asked), dtype=np.float32)
        inputs[:, :n_noise] = rng.standard_normal((n, n_noise))
        if q:
            asked = conditions.flat[parents, rng.integers(q, size=n)]
            inputs[np.arange(n), n_noise + asked] = 1
        outputs = self.network(inputs)
        noise = rng.gumbel(size=(n, outputs.shape[1] - d))
        logits = outputs[:, d:] + noise  # the maximum of logits and Gumbel noise is a draw
        ends = np.cumsum(self.sizes)[:-1]
        drawn = np.column_stack([part.argmax(axis=1) for part in np.split(logits, ends, axis=1)])
        points = np.empty((n, d))
        for j, modes in enumerate(self.modes):
            points[:, j] = modes.join(drawn[:, j], REACH * np.tanh(outputs[:, j] / REACH))
        return points, drawn[:, d:]

    def draw(self, parents: Indices, rng: np.random.Generator) -> tuple[Floats, Indices]:
        """Draw rows of numbers and levels."""
        points, levels = self.draw_points(parents, rng)
        return points if self.calibration is None else self.calibration.values(points), levels


class GANOverSampler(GenerativeOverSampler):
    r"""Generative adversarial network (GAN), conditional and after CTGAN.

    A generator learns to produce samples that a critic cannot distinguish from real samples
    :footcite:p:`xu2019modeling`. A number is represented by a mode of its feature and the offset
    from it, in standard deviations. Training conditions each sample on one of its categories, drawn
    by the logarithm of their frequency, so that rare ones are learned, too. The critic D gets `pac`
    samples at once, real ones x or generated ones :math:`\tilde x`, and minimizes

    .. math:: \min_D \; \operatorname{E} D(\tilde x) - \operatorname{E} D(x)
        + 10 \operatorname{E} \left(\lVert \nabla D(\hat x) \rVert - 1\right)^2

    with :math:`\hat x` between the two :footcite:p:`gulrajani2017improved`. Synthetic samples come
    from a moving average of the generator's weights :footcite:p:`yazici2019unusual`.

    Fitting needs PyTorch: ``pip install "skresample[torch]"``. Drawing does not.
    Without a GPU, training takes about 20 s of CPU time for a table of 10 features and two
    minutes for one of 200. For thousands of features, lower `max_iter` or use
    :class:`VAEOverSampler`.

    Parameters
    ----------
    max_iter : int, default=1500
        Number of generator updates, for classes of any size.
    batch_size : int, default=200
        Samples per update, drawn with replacement. A multiple of `pac`.
    pac : int, default=2
        Samples that the critic gets at once. With more than one, it detects a generator that
        always produces the same sample :footcite:p:`lin2018pacgan`.
    hidden_layer_sizes : tuple of int, default=(128, 128)
        Units of the hidden layers of the generator, and of the critic.
    n_noise : int, default=64
        Number of random inputs of the generator.
    learning_rate : float, default=0.002
        Learning rate of both networks.
    device : str, default='auto'
        PyTorch device, such as ``'cpu'`` or ``'cuda:1'``. ``'auto'`` uses a GPU if there is one.
        Only on ``'cpu'`` does a seed give the same samples each time.
    verbose : bool, default=False
        If True, the progress of the training is printed.

    Attributes
    ----------
    history_ : dict
        The losses of all steps by class label, of shape (max_iter, 2): of the critic, without its
        gradient penalty, and of the generator. The first tends to 0.

    See Also
    --------
    GeneratorSampler : Generators of other libraries.
    VAEOverSampler : Variational autoencoder, which is trained in seconds without PyTorch.

    Notes
    -----
    Its samples are harder to distinguish from real ones than those of the other learned
    generators. But a classifier learns less from them than from those of density estimates or
    SMOTE, which take a thousandth of the time. See ``python -m benchmarks.generators``.

    Numerical features with up to ten values, each of at least three samples on average, are
    treated like categorical features. After the training, quantiles of drawn numbers are mapped to
    quantiles of each feature, which therefore keeps its distribution and range.

    Each synthetic sample has a parent, a sample of the class. It is conditioned on one category of
    its parent, and has the parent's missing values. It does not depend on its parent if all
    features are continuous and complete. In training, random values of the feature replace missing
    values.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import GANOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = GANOverSampler(max_iter=50, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)  # doctest: +SKIP
    """

    max_iter: Annotated[int, IntegerInterval(1, 10**6)] = 1500
    batch_size: Annotated[int, IntegerInterval(2)] = 200
    pac: Annotated[int, IntegerInterval(1)] = 2
    hidden_layer_sizes: Annotated[Any, tuple, list] = (128, 128)
    n_noise: Annotated[int, IntegerInterval(1, 1 << 16)] = 64
    learning_rate: Annotated[float, RealInterval(0, 1e200, closed="right")] = 0.002
    device: Annotated[str, str] = "auto"
    verbose: bool = False
    _renamed: ClassVar[dict[str, str]] = {"n_steps": "max_iter", "hidden": "hidden_layer_sizes"}

    _compared_by_default: ClassVar[bool] = False  # needs an extra, and minutes
    _extra: ClassVar[str] = "torch"

    _paper = (
        "Xu, Skoularidou, Cuesta-Infante, Veeramachaneni (2019), "
        "Modeling tabular data using conditional GAN"
    )

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        if self.batch_size % self.pac:
            multiple = -(-self.batch_size // self.pac) * self.pac
            raise ValueError(
                f"batch_size={self.batch_size} must be a multiple of pac={self.pac}, the number of "
                f"rows that the critic gets at once: use {multiple}."
            )
        sizes = self.hidden_layer_sizes
        if not all(isinstance(units, Integral) and int(units) > 0 for units in sizes):
            raise ValueError(
                f"hidden_layer_sizes must contain integers of at least 1, got {sizes!r}."
            )
        device_of(self.device)
        super()._fit_table(rows, rng)

    def _fit_generator(self, task: Task, data: ClassData) -> GANGenerator:
        rng, continuous = task.rng, data.continuous
        levels = with_any(data.levels, rng)
        points = Scaled.of(continuous).map(continuous)[0]
        modes = [Modes.of(column, int(rng.integers(2**31))) for column in points.T]
        split = [own.split(column, rng) for own, column in zip(modes, points.T, strict=True)]
        generator = GANGenerator(Network([], []), modes, Conditions(levels, data.sizes))
        chosen = [*(mode for mode, _ in split), *levels.T]
        one_hot = [np.eye(k)[own] for k, own in zip(generator.sizes, chosen, strict=True)]
        rows = np.column_stack([*(offset for _, offset in split), *one_hot])
        groups = np.repeat([-1, *range(len(one_hot))], [len(modes), *generator.sizes])
        with self._training(task, "step", "critic's loss") as each_step:
            generator.network, self.history_[task.label] = train(
                rows, groups, generator.conditions, self, rng, each_step
            )
            if modes:  # without continuous columns, there are no quantiles
                scores = NormalScores(continuous, rng)
                generator.calibration = Calibration.of(generator.draw_points, scores, rng)
        return generator
