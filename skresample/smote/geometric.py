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


class GeometricSMOTE(InterpolatingOverSampler):
    r"""New rows in balls around old ones, which may be cut off and flattened.

    Around a minority row :math:`c` a ball reaches to another row, the surface point
    :math:`s` :footcite:p:`douzas2019geometric`. A new row is
    :math:`c + \|s - c\|\,z`, with z even in the unit ball, cut off by `truncation_factor` t and
    flattened by `deformation_factor` along the direction :math:`e = (s - c)/\|s - c\|`:

    .. math::

        z \leftarrow z - 2 (z \cdot e)\, e \ \text{ if } |t - z \cdot e| > 1, \qquad
        z \leftarrow z - a\,(z - (z \cdot e)\, e).

    Parameters
    ----------
    truncation_factor : float, default=1.0
        The t, from -1 to 1: 1 for the half of the ball towards the surface point, 0 for all of
        it, -1 for the half away from it.
    deformation_factor : float, default=0.0
        The a, from 0 to 1: 0 for a ball, 1 for a line.
    selection_strategy : {'combined', 'minority', 'majority'}, default='combined'
        The surface point: one of the k nearest minority rows, the nearest majority row, or the
        nearer of these two.
    standardize : bool, default=True
        Whether balls are round, and rows near, in numbers over their standard deviations in the
        table. In the numbers as they are, a ball is as wide in age as in income.

    See Also
    --------
    SMOTE : With deformation 1, truncation 1 and minority rows, nearly this.
    MultivariateGaussianSMOTE : Around the middles of neighborhoods.

    Notes
    -----
    Not the method that Sandhan and Choi called G-SMOTE. Categories are voted on by the k nearest
    minority rows; a number that the surface point has none of is the centre's.

    In no column is a new row further from its centre than the highest value of the class is from
    the lowest: where a column varies little beside the others, the ball is folded there.

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
    selection_strategy: Annotated[str, StrOptions({"combined", "minority", "majority"})] = (
        "combined"
    )
    bounds: Bounds = None

    _paper = (
        "Douzas, Bacao (2019), Geometric SMOTE: a geometrically enhanced drop-in replacement for "
        "SMOTE"
    )
    _on_lines = False

    def _pair(self, task: Task) -> Pairing:
        space = self._space(task)
        within = self._nearest(task, "k_neighbors", among=task.minority)
        even = np.ones(len(within))
        if self.selection_strategy == "minority" or not task.majority.size:
            return Pairing(even, Neighbors(within))
        across = self._kneighbors(space, 1, task.minority, task.majority)
        if self.selection_strategy == "majority":
            return Pairing(even, Neighbors(across))
        to_majority = space.paired_distances(task.minority, across[:, 0])[:, np.newaxis]
        base = np.repeat(task.minority, within.shape[1])
        to_minority = space.paired_distances(base, within.ravel()).reshape(within.shape)
        nearer = np.where(to_minority <= to_majority, within, across)
        return Pairing(even, Neighbors(nearer))

    def _draw(
        self, task: Task, fitted: Pairing, bases: Positions, rng: np.random.Generator
    ) -> Block:
        second, gap = self._join(task, fitted, bases, rng)
        first = task.minority[bases]
        own = np.where(task.is_minority[second], second, first)
        draws = rng.random(bases.size)
        codes = self._vote(task, fitted, bases, own, gap, draws, rng)
        unit = task.rows.unit(standardize=self.standardize)
        width = widths(task.numeric[task.minority])
        moving = width > 0

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            centre, surface = (
                rows_of(task.numeric, first[part]),
                rows_of(task.numeric, second[part]),
            )
            away = np.nan_to_num((surface - centre)[:, moving] / unit[moving])
            radius = np.linalg.norm(away, axis=1, keepdims=True)
            axis = np.divide(away, radius, out=np.zeros(away.shape), where=radius > 0)
            points = draw_in_ball(len(away), away.shape[1], rng)
            points = reshape_ball(points, axis, self.truncation_factor, self.deformation_factor)
            centre[:, moving] += fold(radius * points * unit[moving], width[moving])
            return centre

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(np.column_stack([first, second]), numbers, codes, draws)
