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
    r"""Localized random affine shadow samples.

    A synthetic sample is a random weighted mean of shadows, which are samples of a neighborhood
    with small normal noise :footcite:p:`bej2021loras`,

    .. math::

        \sum_i w_i \left(x_{J_i} + \varepsilon_i\right), \qquad
        w \sim \mathrm{Dirichlet}(1, \dots, 1), \quad \varepsilon_{ij} \sim N(0, \sigma_j^2) .

    A neighborhood is a minority sample with its `k_neighbors` nearest minority neighbors. The
    more shadows are averaged, the nearer a synthetic sample is to the mean of the neighborhood.
    Therefore, synthetic samples vary less than those of SMOTE.

    Parameters
    ----------
    n_affine : int, default=None
        Number of shadows that are averaged; None is the number of features, but at least 2
        and at most `k_neighbors` + 1.
    noise : float, default=0.005
        Standard deviation of the noise, as a multiple of each column's in the class.

    See Also
    --------
    SMOTE : Averages two samples without noise.
    MultivariateGaussianSMOTE : Draws from the normal distribution of a neighborhood.

    Notes
    -----
    The paper creates shadows first and then draws from them; here each is created when it is
    drawn, which avoids repetitions. The noise does not depend on units, unlike the paper's. Samples
    of a neighborhood are drawn with replacement, since several shadows of one sample may be
    averaged. ``parents_`` has the minority sample and one of its neighbors.

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
        draws, first = rng.random(bases.size), task.minority[bases]
        codes = self._vote(task, fitted, bases, second, gap, draws, rng)
        around = np.column_stack([task.minority, fitted.partners.positions])
        n_affine = self.n_affine or max(2, min(task.numeric.shape[1], around.shape[1]))
        deviation = self.noise * standard_deviation(task.numeric[task.minority])

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            near = around[bases[part]]
            chosen = rng.integers(0, near.shape[1], (len(near), n_affine))
            members = np.take_along_axis(near, chosen, axis=1)
            own = rows_of(task.numeric, first[part])
            weights = rng.dirichlet(np.ones(n_affine), len(near))
            new = own.copy()
            for i in range(n_affine):
                away = rows_of(task.numeric, members[:, i]) - own
                away[np.isnan(away)] = 0.0
                away += deviation * rng.standard_normal(away.shape)
                new += weights[:, i : i + 1] * away
            return new

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(np.column_stack([first, second]), numbers, codes, draws)
