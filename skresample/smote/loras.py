"""LoRAS."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from skresample.numerics.spread import standard_deviation
from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import WIDEST, IntegerInterval, RealInterval
from skresample.samplers.parameters import Bounds, KNeighbors
from skresample.smote.base import InterpolatingOverSampler
from skresample.table import Block

__all__ = ["LoRAS"]


class LoRAS(InterpolatingOverSampler):
    r"""Localised random affine shadow samples.

    A new row is a random mean of shadows of a neighborhood :footcite:p:`bej2021loras`: of
    rows from among a minority row and its k nearest minority rows, each with small normal
    noise,

    .. math::

        \sum_i w_i \left(x_{J_i} + \varepsilon_i\right), \qquad
        w \sim \mathrm{Dirichlet}(1, \dots, 1), \quad \varepsilon_{ij} \sim N(0, \sigma_j^2) .

    The more shadows there are in a mean, the nearer it is to the middle of the neighborhood:
    new rows vary less than those of SMOTE, and lie where several rows are.

    Parameters
    ----------
    n_affine : int, default=None
        How many shadows are averaged; None for the number of features, but at least 2 and at
        most `k_neighbors` + 1.
    noise : float, default=0.005
        The deviation of the noise, in standard deviations of each column in the class.

    See Also
    --------
    SMOTE : Two rows, no noise.
    MultivariateGaussianSMOTE : The normal distribution of a neighborhood.

    Notes
    -----
    In the paper, shadows are made beforehand and drawn from; here each is made when it is
    drawn, which is the same but for repetitions. Its noise is in units of the data; here it
    does not depend on units. Rows are drawn with replacement, as the many shadows of one row
    may be drawn together. ``parents_`` has the row whose neighborhood it is, first, and one of
    its neighbors.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import LoRAS
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = LoRAS(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    n_affine: Annotated[int | None, IntegerInterval(2, 1000), None] = None
    noise: Annotated[float, RealInterval(0, WIDEST, closed="both")] = 0.005
    bounds: Bounds = None

    _paper = (
        "Bej, Davtyan, Wolfien, Nassar, Wolkenhauer (2021), "
        "LoRAS: an oversampling approach for imbalanced datasets"
    )
    _on_lines = False

    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        second, gap = self._join(task, fitted, bases, rng)
        draws = rng.random(bases.size)
        codes = self._vote(task, fitted, bases, second, gap, draws, rng)
        around = np.column_stack([task.minority, fitted.partners.positions])
        d = task.numeric.shape[1]
        n_affine = self.n_affine or max(2, min(d, around.shape[1]))
        deviation = self.noise * standard_deviation(task.numeric[task.minority])

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            near = around[bases[part]]
            chosen = rng.integers(0, near.shape[1], (len(near), n_affine))
            members = np.take_along_axis(near, chosen, axis=1)
            own = rows_of(task.numeric, task.minority[bases[part]])
            weights = rng.dirichlet(np.ones(n_affine), len(near))
            new = own.copy()
            for i in range(n_affine):
                away = rows_of(task.numeric, members[:, i]) - own
                away[np.isnan(away)] = 0.0
                away += deviation * rng.standard_normal(away.shape)
                new += weights[:, i : i + 1] * away
            return new

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(np.column_stack([task.minority[bases], second]), numbers, codes, draws)
