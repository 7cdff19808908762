"""Geometric SMOTE."""

from typing import Annotated

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions

from skresample.numerics.spheres import draw_in_ball, fold, reshape_ball
from skresample.numerics.spread import widths
from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import RealInterval
from skresample.samplers.parameters import Bounds, KNeighbors
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing
from skresample.table import Block

__all__ = ["GeometricSMOTE"]

STRATEGIES = {"combined", "minority", "majority"}


class GeometricSMOTE(InterpolatingOverSampler):
    r"""Synthetic samples in balls around minority samples.

    The ball around a minority sample :math:`c` reaches to the surface point :math:`s`
    :footcite:p:`douzas2019geometric`. A synthetic sample is :math:`c + \|s - c\|\,z`, with z
    uniform in the unit ball, truncated by `truncation_factor` t and flattened by
    `deformation_factor` a along the direction :math:`e = (s - c)/\|s - c\|`:

    .. math::

        z \leftarrow z - 2 (z \cdot e)\, e \ \text{ if } |t - z \cdot e| > 1, \qquad
        z \leftarrow z - a\,(z - (z \cdot e)\, e).

    Parameters
    ----------
    truncation_factor : float, default=1.0
        From -1 to 1: 1 uses the half of the ball towards the surface point, 0 the whole
        ball, -1 the half away from the surface point.
    deformation_factor : float, default=0.0
        From 0 to 1: 0 uses a ball, 1 a line.
    selection_strategy : {'combined', 'minority', 'majority'}, default='combined'
        The surface point: one of the `k_neighbors` nearest minority samples, the nearest
        majority sample, or the nearer of these two.
    standardize : bool, default=True
        If True, balls are round and distances are computed after each numerical feature is
        divided by its standard deviation. If False, a ball is as wide in age as in income.

    See Also
    --------
    SMOTE : Nearly the same as deformation 1, truncation 1 and minority surface points.
    MultivariateGaussianSMOTE : Draws around the means of neighborhoods.

    Notes
    -----
    This is not Sandhan and Choi's G-SMOTE. The `metric` selects surface points; balls are
    Euclidean. The nearest minority samples vote for categories. Where only the surface point
    misses a number, a synthetic sample has the center's. Its distance from the center is, in each
    column, at most the range of the class: the ball is folded in columns that vary little.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import GeometricSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = GeometricSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    truncation_factor: Annotated[float, RealInterval(-1, 1, closed="both")] = 1.0
    deformation_factor: Annotated[float, RealInterval(0, 1, closed="both")] = 0.0
    selection_strategy: Annotated[str, StrOptions(STRATEGIES)] = "combined"
    bounds: Bounds = None

    _paper = (
        "Douzas, Bacao (2019), Geometric SMOTE: a geometrically enhanced drop-in replacement for "
        "SMOTE"
    )
    _on_lines = False

    def _pair(self, task: Task) -> Pairing:
        pairing = super()._pair(task)
        if self.selection_strategy == "minority" or not task.majority.size:
            return pairing
        space, within = self._space(task), pairing.partners[0]
        across = self._kneighbors(space, 1, task.minority, task.majority)
        if self.selection_strategy == "majority":
            return pairing._replace(partners=Neighbors(across))
        base = np.repeat(task.minority, within.shape[1])
        to_majority = space.paired_distances(task.minority, across[:, 0])[:, np.newaxis]
        to_minority = space.paired_distances(base, within.ravel()).reshape(within.shape)
        nearer = np.where(to_minority <= to_majority, within, across)
        return pairing._replace(partners=Neighbors(nearer))

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        second, gap = self._join(task, fitted, bases, rng)
        first = task.minority[bases]
        own = np.where(task.is_minority[second], second, first)
        draws = rng.random(bases.size)
        codes = self._vote(task, fitted, bases, own, gap, draws, rng)
        width = widths(task.numeric[task.minority])
        moving = width > 0
        unit = task.rows.unit(standardize=self.standardize)[moving]

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            new, surface = (rows_of(task.numeric, rows[part]) for rows in (first, second))
            away = np.nan_to_num((surface - new)[:, moving] / unit)
            radius = np.linalg.norm(away, axis=1, keepdims=True)
            axis = np.divide(away, radius, out=np.zeros(away.shape), where=radius > 0)
            points = draw_in_ball(len(away), away.shape[1], rng)
            points = reshape_ball(points, axis, self.truncation_factor, self.deformation_factor)
            new[:, moving] += fold(radius * points * unit, width[moving])
            return new

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(np.column_stack([first, second]), numbers, codes, draws)
