"""Combined cleaning and resampling."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import gen_batches

from skresample.neighbors import space_of
from skresample.numerics.interpolation import reflect
from skresample.numerics.spheres import draw_in_ball, grow
from skresample.numerics.spread import standard_deviation
from skresample.samplers.base import (
    BaseOverSampler,
    Task,
    rows_of,
)
from skresample.samplers.constraints import RealInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures, Standardize
from skresample.table import Block

__all__ = ["CCR"]

# Neighbors that are searched first, and how many times more if all of them are inside.
NEAREST, MORE = 16, 4
PAIRS_AT_ONCE = 1 << 20


class Spheres(NamedTuple):
    """The spheres of one class: their radii, and the given rows that they push away."""

    radius: npt.NDArray[np.float64]
    moved: npt.NDArray[np.intp]
    push: npt.NDArray[np.float64]


class CCR(BaseOverSampler):
    r"""Combined cleaning and resampling: majority samples are moved away from minority samples.

    Each minority sample grows a sphere until its energy E is spent. With n majority samples inside,
    growing by :math:`\Delta r` costs :math:`(n + 1)\,\Delta r` :footcite:p:`koziarski2017ccr`. With
    the distances d of the majority samples, the radius r satisfies

    .. math:: r + \sum_{d < r} (r - d) = E .

    Majority samples inside are pushed to the surface of the sphere, straight away from its center.
    A sample in several spheres is moved by the sum of their pushes. Synthetic samples are uniform
    in the spheres, in numbers proportional to 1 / r, so most are where the majority class is near.

    Parameters
    ----------
    energy : float, default=0.5
        The energy E, in standard deviations: the radius of a sphere without majority samples. More
        energy moves more samples, and moves them further.
    standardize : bool, default=True
        If True, distances and spheres are in numbers divided by their standard deviations in the
        table. If False, `energy` is in the units of the features.

    Attributes
    ----------
    is_moved_ : ndarray of shape (n_out,)
        True for original samples that were moved (after ``fit_resample``).

    See Also
    --------
    SMOTETomek : Removes majority samples that are too near, instead of moving them.
    GeometricSMOTE : Balls that end where the majority class begins.

    Notes
    -----
    Original samples come first and in their order. `sample` draws without moving any.

    Samples of all larger classes are pushed, as the authors do with several classes
    :footcite:p:`koziarski2020combined`. All distances are those of the table that was given. The
    authors' code sums absolute differences, so its spheres are octahedra; here they are spheres.

    A sample is pushed along its numerical features until its distance, categorical features
    included, is the radius. A synthetic sample has the categories and the missing values of the
    center of its sphere. Features that do not vary in the class do not vary in its synthetic
    samples.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import CCR
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = CCR(energy=10, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    >>> bool((X_new[:100] != X).any(axis=1).sum() == sampler.is_moved_.sum() > 0)
    True
    """

    energy: Annotated[float, RealInterval(0, None, closed="neither")] = 0.5
    categorical_features: CategoricalFeatures = "auto"
    standardize: Standardize = True
    bounds: Bounds = None

    _paper = (
        "Koziarski, Woźniak (2017), CCR: a combined cleaning and resampling algorithm for "
        "imbalanced data classification"
    )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.moves_rows = True
        return tags

    def _fit_class(self, task: Task) -> Spheres:
        space = space_of(task.rows, standardize=self.standardize, like=task.minority)
        larger = task.larger
        energy = self.energy * (1.0 if self.standardize else task.rows.common_scale)
        radius = np.full(len(task.minority), energy)
        push = np.zeros(task.numeric.shape)
        left, k = np.arange(len(task.minority)), NEAREST
        while larger.size and left.size:
            k = min(k, larger.size)
            cut = []
            for part in gen_batches(left.size, max(1, PAIRS_AT_ONCE // k)):
                some = left[part]
                of = task.minority[some]
                near = space.kneighbors(k, of=of, among=larger, n_jobs=self.n_jobs)
                apart = space.paired_distances(np.repeat(of, k), near.ravel()).reshape(-1, k)
                radius[some], n_inside = grow(np.sort(apart, axis=1), energy)
                short = (n_inside == k) & (k < larger.size)
                cut.append(some[short])
                inside = (apart < radius[some, np.newaxis]) & ~short[:, np.newaxis]
                center, slot = np.nonzero(inside)
                reach = radius[some][center]
                self._push(push, task, of[center], near[center, slot], apart[inside], reach)
            left, k = np.concatenate(cut), MORE * k
        moved = np.flatnonzero(push.any(axis=1))
        return Spheres(radius, moved, push[moved])

    def _push(
        self,
        push: npt.NDArray[np.float64],
        task: Task,
        center: npt.NDArray[np.intp],
        row: npt.NDArray[np.intp],
        apart: npt.NDArray[np.float64],
        radius: npt.NDArray[np.float64],
    ) -> None:
        """Add, for each pair of a center and a row, the way from the row to the surface."""
        # In units of the radius, so that no square leaves the range of floats.
        way = np.nan_to_num(rows_of(task.numeric, row) - rows_of(task.numeric, center))
        way /= task.rows.unit(standardize=self.standardize) * radius[:, np.newaxis]
        length = np.linalg.norm(way, axis=1)
        same = length == 0
        if same.any():  # any direction will do
            varying = standard_deviation(task.numeric) > 0
            way[same] = task.rng.standard_normal((same.sum(), varying.size)) * varying
        norm = np.linalg.norm(way, axis=1, keepdims=True)
        way = np.divide(way, norm, out=np.zeros_like(way), where=norm > 0)
        # What categories contribute to the distance, numbers need not.
        by_others = np.maximum((apart / radius) ** 2 - length**2, 0)
        reach = np.sqrt(np.maximum(1 - by_others, 0))
        way *= (radius * np.maximum(reach - length, 0))[:, np.newaxis]
        for j in range(way.shape[1]):
            push[:, j] += np.bincount(row, weights=way[:, j], minlength=len(push))

    def _moved(self) -> Block:
        numeric, unit = self._rows.numeric, self._rows.unit(standardize=self.standardize)
        spheres = [
            fitted
            for task, fitted in self._fitted_classes.values()
            if self.sampling_strategy_.get(task.label)
        ]
        none = np.empty(0, dtype=np.intp)
        moved = np.unique(np.concatenate([none, *(s.moved for s in spheres)]))
        push = np.zeros((moved.size, numeric.shape[1]))
        for one in spheres:
            push[np.searchsorted(moved, one.moved)] += one.push

        bounds = self._rows.bounds(self.bounds)
        numbers = (rows_of(numeric, moved) + push * unit).astype(numeric.dtype)
        if bounds is not None:
            reflect(numbers, *bounds)
        return Block(moved[:, np.newaxis], numbers)

    def _base_weights(self, task: Task, fitted: Spheres) -> npt.NDArray[np.floating]:
        return 1 / fitted.radius

    def _draw(
        self, task: Task, fitted: Spheres, base: npt.NDArray[np.intp], rng: np.random.Generator
    ) -> Block:
        first = task.minority[base]
        unit = task.rows.unit(standardize=self.standardize)
        moving = standard_deviation(task.numeric[task.minority]) > 0

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            rows = rows_of(task.numeric, first[part])
            points = draw_in_ball(len(rows), int(moving.sum()), rng)
            rows[:, moving] += fitted.radius[base[part], np.newaxis] * points * unit[moving]
            return rows

        numbers = self._in_batches(task, draw, base.size, rng)
        return Block(first[:, np.newaxis], numbers, task.rows.codes[first])
