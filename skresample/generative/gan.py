"""Generative adversarial networks."""

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import Interval, StrOptions

from skresample._docs import fill_doc
from skresample.base import BaseOverSampler, OneVsRest, fill_in_blocks
from skresample.density.base import Scaled, filled, standardized
from skresample.generative.adversarial import Conditions, Generator, Training, device_of, train
from skresample.numerics.allocation import allocate
from skresample.numerics.modes import Modes
from skresample.table import Rows, Synthetic

__all__ = ["GANOverSampler"]

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.signedinteger]

# How often progress is told in one training.
REPORTS = 10


class Learnt(NamedTuple):
    """What was learnt of a class.

    Attributes
    ----------
    constants : ndarray of shape (d,)
        A row, for the columns that do not vary.
    varies, space, modes : ndarray of shape (d,), Scaled and list of Modes
        Which columns do, how they are scaled, and the modes of each.
    levels : list of ndarray
        The codes that each column of categories has in the class.
    is_choice : ndarray of shape (c,)
        Whether they are two or more.
    missing, absent : ndarray of shape (m, d) and (m, c)
        Where numbers and categories of the class are missing.
    conditions : Conditions
        Of the columns with a choice.
    generator : Generator or None
        None if nothing varies.
    """

    constants: Floats
    varies: npt.NDArray[np.bool_]
    space: Scaled
    modes: list[Modes]
    levels: list[Codes]
    is_choice: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_]
    absent: npt.NDArray[np.bool_]
    conditions: Conditions
    generator: Generator | None


@fill_doc
class GANOverSampler(BaseOverSampler):
    r"""Rows from a generator that was trained until a critic could not tell them from real ones.

    A conditional GAN for tables, after CTGAN :footcite:p:`xu2019modeling`, of a size for small
    classes. A number is seen as the mode of its column that it is of and its place in it, in four
    deviations of the mode; a category as itself. In training, rows are asked for by one of their
    categories, drawn by the logarithm of its frequency, so that the rare are learnt too. The
    critic D is given `pac` rows of one kind at once, real ones x or made ones
    :math:`\tilde x`, and is trained for

    .. math:: \min_D \; \operatorname{E} D(\tilde x) - \operatorname{E} D(x)
        + 10 \operatorname{E} \left(\lVert \nabla D(\hat x) \rVert - 1\right)^2

    with :math:`\hat x` between the two :footcite:p:`gulrajani2017improved`. What generates new
    rows is the average of the generator over the last steps :footcite:p:`yazici2019unusual`.

    It takes PyTorch to fit, ``pip install "skresample[torch]"``, and NumPy to draw.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    n_steps : int, default=1000
        How often the generator is corrected, whatever the size of the class: a small one has
        no fewer steps to go.
    batch_size : int, default=200
        How many rows a step is for, drawn with replacement; a multiple of `pac`.
    pac : int, default=10
        How many rows the critic is given at once. More than one, so that it sees
        whether the generator always makes the same :footcite:p:`lin2018pacgan`.
    hidden : tuple of int, default=(128, 128)
        Units of the hidden layers of the generator, and of the critic.
    n_noise : int, default=64
        How many random numbers a row is made from.
    learning_rate : float, default=5e-4
        Of both networks.
    device : str, default='auto'
        Where PyTorch works: ``'cpu'``, ``'cuda'``, ``'cuda:1'`` and so on; ``'auto'`` takes a
        GPU if there is one. Only on ``'cpu'`` does a seed give the same rows each time.
    verbose : bool, default=False
        Whether steps and losses are printed.
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
    GaussianCopulaOverSampler : Takes a moment, and keeps the distribution of each column.

    Notes
    -----
    A GAN needs many rows: of a class of fewer than a few hundred it learns less than a density
    does, in a thousand times the time. See ``python -m benchmarks.generators``.

    A missing number is, for the fit, any that the class has in its column, and so is a category;
    which values are missing in a new row is as in a row of the class, which is then its
    parent. In a table without holes, new rows have none (-1). A column that does not vary in the
    class stays so.

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
    _min_rows: ClassVar[int] = 2

    _parameter_constraints: ClassVar[dict] = {
        **BaseOverSampler._parameter_constraints,
        "n_steps": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 2, None, closed="left")],
        "pac": [Interval(Integral, 1, None, closed="left")],
        "hidden": [tuple, list],
        "n_noise": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "device": [str],
        "verbose": ["boolean"],
        "categorical_features": ["array-like", str, callable, None],
        "bounds": [StrOptions({"observed"}), Mapping, None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        n_steps: int = 1000,
        batch_size: int = 200,
        pac: int = 10,
        hidden: tuple[int, ...] = (128, 128),
        n_noise: int = 64,
        learning_rate: float = 5e-4,
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

    def _fit_class(self, task: OneVsRest) -> Learnt:
        rng = task.rng
        rows, missing = filled(task)
        varies, space, points = standardized(rows)
        modes = [Modes.of(column, int(rng.integers(2**31))) for column in points.T]
        codes = task.rows.codes[task.minority].astype(np.intp)
        absent = codes < 0
        levels: list[Codes] = []
        for own, holes in zip(codes.T, absent.T, strict=True):
            there = own[~holes] if not holes.all() else np.zeros(1, dtype=np.intp)
            own[holes] = rng.choice(there, np.count_nonzero(holes))
            unique, own[:] = np.unique(own, return_inverse=True)
            levels.append(unique)
        is_choice = np.array([len(own) > 1 for own in levels], dtype=bool)
        conditions = Conditions(codes[:, is_choice])
        generator = None
        if varies.any() or is_choice.any():
            generator = self._train(task, points, modes, conditions)
        return Learnt(
            rows[0],
            varies,
            space,
            modes,
            levels,
            is_choice,
            missing,
            absent,
            conditions,
            generator,
        )

    def _train(
        self, task: OneVsRest, points: Floats, modes: list[Modes], conditions: Conditions
    ) -> Generator:
        split = [own.split(column, task.rng) for own, column in zip(modes, points.T, strict=True)]
        m, sizes = len(points), _sizes(modes, conditions)
        chosen = [mode for mode, _ in split] + list((conditions.flat - conditions.first[:-1]).T)
        marks = [np.eye(k)[own] for k, own in zip(sizes, chosen, strict=True)]
        rows = np.column_stack([np.empty((m, 0)), *(place for _, place in split), *marks])
        groups = np.repeat([-1, *range(len(sizes))], [len(modes), *sizes])
        how = Training(
            self.n_steps,
            self.batch_size,
            self.pac,
            tuple(self.hidden),
            self.n_noise,
            self.learning_rate,
            self.device,
        )

        def tell(step: int, critic: float, generator: float) -> None:
            at = f"class {task.label!r}, step {step + 1:,} of {self.n_steps:,}"
            if not (math.isfinite(critic) and math.isfinite(generator)):
                raise ValueError(
                    f"GANOverSampler: {at}: the losses are {critic} and {generator}. Take a "
                    f"learning_rate smaller than {self.learning_rate}."
                )
            if self.verbose and (step + 1) % max(1, self.n_steps // REPORTS) == 0:
                print(f"[GANOverSampler] {at}: critic {critic:.3f}, generator {generator:.3f}")

        generator, self.history_[task.label] = train(rows, groups, conditions, how, task.rng, tell)
        return generator

    def _draw(
        self, task: OneVsRest, fitted: Learnt, n_new: int, rng: np.random.Generator
    ) -> Synthetic:
        m = len(task.minority)
        like = rng.permutation(np.repeat(np.arange(m), allocate(np.ones(m), n_new, rng)))
        with_holes = fitted.missing.any() or fitted.absent.any()
        parents = np.where(with_holes, task.minority[like], -1)[:, np.newaxis]
        codes = np.empty((n_new, len(fitted.levels)), dtype=np.intp)

        def draw(part: slice, rng: np.random.Generator) -> Floats:
            numbers, chosen = self._generate(fitted, like[part], rng)
            numbers[fitted.missing[like[part]]] = np.nan
            for i, levels in enumerate(fitted.levels):
                codes[part, i] = levels[chosen[:, i]]
            codes[part][fitted.absent[like[part]]] = -1
            return numbers

        fill = fill_in_blocks(draw, n_new, rng, task.rows.bounds(self.bounds), self.n_jobs)
        return Synthetic(parents, fill, codes)

    @staticmethod
    def _generate(
        fitted: Learnt, like: npt.NDArray[np.intp], rng: np.random.Generator
    ) -> tuple[Floats, Codes]:
        """Return numbers and places of categories, asked for by one of each row's categories."""
        n, conditions = len(like), fitted.conditions
        numbers = np.tile(fitted.constants, (n, 1))
        chosen = np.zeros((n, len(fitted.levels)), dtype=np.intp)
        if fitted.generator is None:
            return numbers, chosen
        n_asked, n_choices = conditions.first[-1], len(conditions.sizes)
        n_in = len(fitted.generator.weights[0])
        inputs = np.zeros((n, n_in), dtype=np.float32)
        inputs[:, : n_in - n_asked] = rng.standard_normal((n, n_in - n_asked))
        if n_choices:
            which = conditions.flat[like, rng.integers(n_choices, size=n)]
            inputs[np.arange(n), n_in - n_asked + which] = 1
        outputs = fitted.generator(inputs)
        n_numbers = len(fitted.modes)
        places = np.tanh(outputs[:, :n_numbers])
        noise = rng.gumbel(size=(n, outputs.shape[1] - n_numbers))
        logits = outputs[:, n_numbers:] + noise  # the maximum of which is a draw
        sizes = _sizes(fitted.modes, conditions)
        parts = np.split(logits, np.cumsum(sizes), axis=1)[: len(sizes)]
        drawn = [np.argmax(part, axis=1) for part in parts]
        points = np.empty((n, n_numbers))
        for j, modes in enumerate(fitted.modes):
            points[:, j] = modes.join(drawn[j], places[:, j])
        numbers[:, fitted.varies] = fitted.space.values(points)
        if n_choices:
            chosen[:, fitted.is_choice] = np.column_stack(drawn[n_numbers:])
        return numbers, chosen


def _sizes(modes: list[Modes], conditions: Conditions) -> list[int]:
    """Return how many there are to choose from: modes of numbers, then categories."""
    return [len(own.means) for own in modes] + conditions.sizes.tolist()
