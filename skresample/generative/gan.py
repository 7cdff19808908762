"""Generative adversarial networks."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from skresample.density.base import Scaled
from skresample.generative._modes import REACH, Modes
from skresample.generative.adversarial import Conditions, Network, Training, device_of, train
from skresample.generative.base import Calibration, GenerativeOverSampler, Places, with_any
from skresample.generative.progress import progress
from skresample.numerics.normal_scores import NormalScores
from skresample.samplers.base import Task
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import fill_doc
from skresample.table import Rows

__all__ = ["GANOverSampler"]

Floats = npt.NDArray[np.floating]


@dataclass
class GANGenerator:
    """A trained network, and what its numbers stand for.

    Attributes
    ----------
    network : Network
        Trained.
    modes : list of Modes
        Of each continuous column.
    conditions : Conditions
        Of the columns of levels.
    calibration : Calibration or None
        How what is drawn becomes values of the continuous columns.
    """

    network: Network
    modes: list[Modes]
    conditions: Conditions
    calibration: Calibration | None = None

    @property
    def sizes(self) -> list[int]:
        """How many there are to choose from: modes of numbers, then levels."""
        return [len(own.means) for own in self.modes] + self.conditions.sizes.tolist()

    def draw_points(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw rows as the network makes them, each asked for by one of a row's levels."""
        n, conditions = len(which), self.conditions
        d, q, n_asked = len(self.modes), len(conditions.sizes), conditions.first[-1]
        n_in = len(self.network.weights[0])
        inputs = np.zeros((n, n_in), dtype=np.float32)
        inputs[:, : n_in - n_asked] = rng.standard_normal((n, n_in - n_asked))
        if q:
            asked = conditions.flat[which, rng.integers(q, size=n)]
            inputs[np.arange(n), n_in - n_asked + asked] = 1
        outputs = self.network(inputs)
        noise = rng.gumbel(size=(n, outputs.shape[1] - d))
        logits = outputs[:, d:] + noise  # the maximum of which is a draw
        ends = np.cumsum(self.sizes)[:-1]
        drawn = np.column_stack([part.argmax(axis=1) for part in np.split(logits, ends, axis=1)])
        points = np.empty((n, d))
        for j, modes in enumerate(self.modes):
            points[:, j] = modes.join(drawn[:, j], REACH * np.tanh(outputs[:, j] / REACH))
        return points, drawn[:, d:]

    def draw(self, which: Places, rng: np.random.Generator) -> tuple[Floats, Places]:
        """Draw rows of numbers and places of levels."""
        points, places = self.draw_points(which, rng)
        return points if self.calibration is None else self.calibration.values(points), places


@fill_doc
class GANOverSampler(GenerativeOverSampler):
    r"""Rows from a generator that was trained until a critic could not tell them from real ones.

    A conditional GAN for tables, after CTGAN :footcite:p:`xu2019modeling`, of a size for small
    classes. A number is seen as the mode of its column that it is of and its place in it, in
    deviations of the mode; a category as itself. In training, rows are asked for by one of their
    categories, drawn by the logarithm of its frequency, so that the rare are learnt too. The
    critic D is given `pac` rows of one kind at once, real ones x or made ones
    :math:`\tilde x`, and is trained for

    .. math:: \min_D \; \operatorname{E} D(\tilde x) - \operatorname{E} D(x)
        + 10 \operatorname{E} \left(\lVert \nabla D(\hat x) \rVert - 1\right)^2

    with :math:`\hat x` between the two :footcite:p:`gulrajani2017improved`. What generates new
    rows is the average of the generator over the last steps :footcite:p:`yazici2019unusual`.

    It takes PyTorch to fit, ``pip install "skresample[torch]"``, and NumPy to draw.
    Without a GPU, training takes about 20 s of processor time for a table of 10 columns and two
    minutes for one of 200, since it grows with the columns: for thousands of them, lower `n_steps`,
    or use :class:`VAEOverSampler`.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    n_steps : int, default=1500
        How often the generator is corrected, whatever the size of the class: a small one has
        no fewer steps to go.
    batch_size : int, default=200
        How many rows a step is for, drawn with replacement; a multiple of `pac`.
    pac : int, default=2
        How many rows the critic is given at once. More than one, so that it sees
        whether the generator always makes the same :footcite:p:`lin2018pacgan`.
    hidden : tuple of int, default=(128, 128)
        Units of the hidden layers of the generator, and of the critic.
    n_noise : int, default=64
        How many random numbers a row is made from.
    learning_rate : float, default=0.002
        Of both networks.
    device : str, default='auto'
        Where PyTorch works: ``'cpu'``, ``'cuda'``, ``'cuda:1'`` and so on; ``'auto'`` takes a
        GPU if there is one. Only on ``'cpu'`` does a seed give the same rows each time.
    verbose : bool, default=False
        Whether the progress of the training is printed.
    {n_jobs}
    {categorical_features}
    {bounds}
    {keep_index}

    Attributes
    ----------
    history_ : dict
        The losses of the steps per label, of shape (n_steps, 2): the critic's, without its
        penalty, which tends to 0, and the generator's.
    {attributes}

    See Also
    --------
    GeneratorSampler : The generators of other libraries.
    VAEOverSampler : A network that is trained in seconds, and needs no PyTorch.

    Notes
    -----
    Its rows are harder to tell from real ones than those of the other learned generators, but a
    classifier learns less from them than from those of a density or of SMOTE, which take a
    thousandth of the time. See ``python -m benchmarks.generators``.

    Columns of numbers with up to ten values, each of at least three rows on average, are levels,
    as categories are. At the end, the numbers that the network draws are mapped by their
    quantiles to those of each column: it keeps its distribution and range, and the
    network says only how columns go together.

    A new row goes out from a row of the class, its parent: it is asked for by one of that row's
    levels, and has its holes. Of a table of continuous columns without holes, the parent says
    nothing. A missing value is, for the fit, any that the class has in its column.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import GANOverSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = GANOverSampler(n_steps=50, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)  # doctest: +SKIP
    """

    _paper = (
        "Xu, Skoularidou, Cuesta-Infante, Veeramachaneni (2019), "
        "Modeling tabular data using conditional GAN"
    )

    _compared_by_default: ClassVar[bool] = False  # needs an extra, and minutes

    _parameter_constraints: ClassVar[dict] = {
        **GenerativeOverSampler._parameter_constraints,
        "n_steps": [IntegerInterval(1, 10**6)],
        "batch_size": [IntegerInterval(2)],
        "pac": [IntegerInterval(1)],
        "hidden": [tuple, list],
        "n_noise": [IntegerInterval(1, 1 << 16)],
        "learning_rate": [RealInterval(0, 1e200, closed="right")],
        "device": [str],
        "verbose": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        n_steps: int = 1500,
        batch_size: int = 200,
        pac: int = 2,
        hidden: tuple[int, ...] = (128, 128),
        n_noise: int = 64,
        learning_rate: float = 0.002,
        device: str = "auto",
        verbose: bool = False,
        n_jobs: int | None = None,
        categorical_features: Any = "auto",
        bounds: Any = None,
        keep_index: bool = False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.n_steps = n_steps
        self.batch_size = batch_size
        self.pac = pac
        self.hidden = hidden
        self.n_noise = n_noise
        self.learning_rate = learning_rate
        self.device = device
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.bounds = bounds
        self.keep_index = keep_index

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        if self.batch_size % self.pac:
            raise ValueError(
                f"batch_size={self.batch_size} must be a multiple of pac={self.pac}, as the critic "
                f"is given so many rows at once: take {-(-self.batch_size // self.pac) * self.pac}."
            )
        if not all(isinstance(units, Integral) and units > 0 for units in self.hidden):
            raise ValueError(f"hidden must have whole numbers of at least 1, not {self.hidden!r}.")
        device_of(self.device)
        self.history_: dict[Any, Floats] = {}

    def _fit_generator(
        self,
        task: Task,
        continuous: Floats,
        places: Places,
        sizes: list[int],
        missing: npt.NDArray[np.bool_],
    ) -> GANGenerator:
        rng, d = task.rng, continuous.shape[1]
        places = with_any(places, rng)
        points = Scaled.of(continuous).map(continuous)[0]
        modes = [Modes.of(column, int(rng.integers(2**31))) for column in points.T]
        split = [own.split(column, rng) for own, column in zip(modes, points.T, strict=True)]
        generator = GANGenerator(Network([], []), modes, Conditions(places, sizes))
        chosen = [*(mode for mode, _ in split), *places.T]
        marks = [np.eye(k)[own] for k, own in zip(generator.sizes, chosen, strict=True)]
        rows = np.column_stack([*(place for _, place in split), *marks])
        groups = np.repeat([-1, *range(len(marks))], [d, *generator.sizes])
        with self._training(task, self.learning_rate):
            generator.network = self._train(task, rows, groups, generator.conditions)
            if d:  # else there is nothing to take quantiles of
                scores = NormalScores(continuous, rng)
                generator.calibration = Calibration.of(
                    generator.draw_points, len(rows), scores, rng
                )
        return generator

    def _train(
        self,
        task: Task,
        rows: Floats,
        groups: npt.NDArray[np.intp],
        conditions: Conditions,
    ) -> Network:
        how = Training(
            self.n_steps,
            self.batch_size,
            self.pac,
            tuple(self.hidden),
            self.n_noise,
            self.learning_rate,
            self.device,
        )
        title = f"GANOverSampler, class {task.label!r}"
        with progress(self.verbose, self.n_steps, title, "step", "critic's loss") as each_step:
            network, losses = train(rows, groups, conditions, how, task.rng, each_step)
        self.history_[task.label] = losses
        return network
