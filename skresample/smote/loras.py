"""LoRAS."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions

from skresample.numerics.spread import standard_deviation
from skresample.samplers.base import Task, fill_in_blocks, rows_of
from skresample.samplers.constraints import WIDEST, IntegerInterval, RealInterval
from skresample.samplers.parameters import fill_doc
from skresample.smote.base import NEIGHBORS, InterpolatingOverSampler, Pairing
from skresample.table import Synthetic

__all__ = ["LoRAS"]


@fill_doc
class LoRAS(InterpolatingOverSampler):
    r"""Localised random affine shadow samples.

    A new row is a random mean of shadows of a neighbourhood :footcite:p:`bej2021loras`: of
    rows from among a minority row and its k nearest minority rows, each with small normal
    noise,

    .. math::

        \sum_i w_i \left(x_{J_i} + \varepsilon_i\right), \qquad
        w \sim \mathrm{Dirichlet}(1, \dots, 1), \quad \varepsilon_{ij} \sim N(0, \sigma_j^2) .

    The more shadows there are in a mean, the nearer it is to the middle of the neighbourhood:
    new rows vary less than those of SMOTE, and lie where several rows are.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    {k_neighbors 5}
    n_affine : int, default=None
        How many shadows are averaged; None for the number of features, but at least 2 and at
        most `k_neighbors` + 1.
    noise : float, default=0.005
        The deviation of the noise, in standard deviations of each column in the class.
    {n_jobs}
    {categorical_features}
    {standardize}
    {neighbors}
    {bounds}
    {keep_index}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    SMOTE : Two rows, no noise.
    MultivariateGaussianSMOTE : The normal distribution of a neighbourhood.

    Notes
    -----
    In the paper, shadows are made beforehand and drawn from; here each is made when it is
    drawn, which is the same but for repetitions. Its noise is in units of the data; here it
    does not depend on units. Rows are drawn with replacement, as the many shadows of one row
    may be drawn together. ``parents_`` has the row whose neighbourhood it is, first, and one of
    its neighbours.

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

    _paper = (
        "Bej, Davtyan, Wolfien, Nassar, Wolkenhauer (2021), "
        "LoRAS: an oversampling approach for imbalanced datasets"
    )
    _on_lines = False

    _parameter_constraints: ClassVar[dict] = {
        **InterpolatingOverSampler._parameter_constraints,
        "k_neighbors": NEIGHBORS,
        "n_affine": [IntegerInterval(2, 1000), None],
        "noise": [RealInterval(0, WIDEST, closed="both")],
        "bounds": [StrOptions({"observed"}), Mapping, None],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        k_neighbors: Any = 5,
        n_affine: int | None = None,
        noise: float = 0.005,
        n_jobs: int | None = None,
        categorical_features: Any = "auto",
        standardize: bool = False,
        neighbors: str = "auto",
        bounds: Any = None,
        keep_index: bool = False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.n_affine = n_affine
        self.noise = noise
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.standardize = standardize
        self.neighbors = neighbors
        self.bounds = bounds
        self.keep_index = keep_index

    def _pair(self, task: Task) -> Pairing:
        return self._smote_pairing(task)

    def _draw(self, task: Task, fitted: Pairing, n_new: int, rng: np.random.Generator) -> Synthetic:
        base, second, gap = self._join(task, fitted, n_new, rng)
        draws = rng.random(n_new)
        codes = self._vote(task, fitted.partners, base, second, gap, draws, rng)
        around = np.column_stack([task.minority, fitted.partners])
        d = task.numeric.shape[1]
        n_affine = self.n_affine or max(2, min(d, around.shape[1]))
        deviation = self.noise * standard_deviation(task.numeric[task.minority])

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            near = around[base[part]]
            chosen = rng.integers(0, near.shape[1], (len(near), n_affine))
            members = np.take_along_axis(near, chosen, axis=1)
            own = rows_of(task.numeric, task.minority[base[part]])
            weights = rng.dirichlet(np.ones(n_affine), len(near))
            new = own.copy()
            for i in range(n_affine):
                away = rows_of(task.numeric, members[:, i]) - own
                away[np.isnan(away)] = 0.0
                away += deviation * rng.standard_normal(away.shape)
                new += weights[:, i : i + 1] * away
            return new

        fill = fill_in_blocks(draw, n_new, rng, task.rows.bounds(self.bounds), self.n_jobs)
        return Synthetic(np.column_stack([task.minority[base], second]), fill, codes, draws)
