"""Random over-sampling."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from skresample.numerics.bandwidth import silverman_factor
from skresample.numerics.spread import standard_deviation
from skresample.samplers.base import BaseOverSampler, Task, drop_in, rows_of
from skresample.samplers.constraints import WIDEST, RealInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block, Rows

__all__ = ["RandomOverSampler"]

# New rows are made in batches, so that no second copy of them is.
ROWS_AT_ONCE = 4096


@drop_in
class RandomOverSampler(BaseOverSampler):
    r"""Repeat rows drawn at random with replacement.

    With `shrinkage`, each repeated row is moved by normal noise, which makes it a draw
    from a kernel density of the class: the smoothed bootstrap of ROSE
    :footcite:p:`menardi2014rose`. The noise of feature :math:`j` has the deviation

    .. math:: s \left(\frac{4}{(d + 2) n}\right)^{1/(d + 4)} \hat\sigma_j

    with :math:`s` the shrinkage, :math:`d` the number of features, :math:`n` the rows of
    the class (not of the table) and :math:`\hat\sigma_j` its sample deviation.

    Parameters
    ----------
    shrinkage : float or dict, default=None
        Width of the noise, 1 for Silverman's rule of thumb; a dict gives it per label.
        Labels that are not over-sampled may be left out. None or 0 repeats rows as they
        are, whatever they hold. Noise is for numbers: categories are repeated, and what is
        missing stays so.
    n_jobs : int, default=None
        Taken so that samplers can be exchanged in a search; drawing rows needs one thread.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_out,)
        Positions of the input rows in the output: all of them, then those drawn.
    shrinkage_ : dict or None
        The shrinkage per label that is over-sampled.

    See Also
    --------
    SMOTE : New rows between old ones.

    Notes
    -----
    Without shrinkage this keeps the distribution of each class, so that it changes only
    the prior, as class weights do.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from skresample import RandomOverSampler
    >>> X, y = [["red"], ["blue"], ["blue"]], [1, 0, 0]
    >>> RandomOverSampler(random_state=0).fit_resample(X, y)
    ([['red'], ['blue'], ['blue'], ['red']], [1, 0, 0, 1])
    """

    shrinkage: Annotated[Any, RealInterval(0, WIDEST, closed="both"), Mapping, None] = None
    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    _paper = (
        "Menardi, Torelli (2014), "
        "Training and assessing classification rules with imbalanced data (for shrinkage)"
    )

    _knows_others: ClassVar[bool] = False
    _compared_by_default: ClassVar[bool] = False  # a baseline of every comparison

    @property
    def _computes(self) -> bool:
        return bool(self.shrinkage)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = not self._computes
        tags.sampler_tags.repeats_rows = not self._computes
        return tags

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        self.shrinkage_ = None
        if self.shrinkage is None:
            return
        if not isinstance(self.shrinkage, Mapping):
            self.shrinkage_ = dict.fromkeys(self.sampling_strategy_, self.shrinkage)
            return
        missing = [c for c, n in self.sampling_strategy_.items() if n and c not in self.shrinkage]
        if missing:
            raise ValueError(
                f"shrinkage needs a value of at least 0 for each class that is over-sampled, and "
                f"has none for {missing}: it is {dict(self.shrinkage)}."
            )
        allowed = RealInterval(0, WIDEST, closed="both")
        if not all(map(allowed.is_satisfied_by, self.shrinkage.values())):
            raise ValueError(
                f"shrinkage must be a number of at least 0 for every class: {self.shrinkage}."
            )
        self.shrinkage_ = {
            c: self.shrinkage[c] for c in self.sampling_strategy_ if c in self.shrinkage
        }

    def _fit_class(self, task: Task) -> npt.NDArray[np.floating] | None:
        """Return the deviation of the noise per feature, or None for none."""
        shrinkage = self.shrinkage
        if isinstance(shrinkage, Mapping):  # also of classes that are only drawn from
            shrinkage = shrinkage.get(task.label)
        if not shrinkage:
            return None
        rows = task.numeric[task.minority]
        n, d = rows.shape
        if n < 2:
            return np.zeros(d)
        deviation = standard_deviation(rows) * np.sqrt(n / (n - 1))
        return shrinkage * silverman_factor(n, d) * deviation

    def _draw(
        self,
        task: Task,
        fitted: npt.NDArray[np.floating] | None,
        bases: npt.NDArray[np.intp],
        rng: np.random.Generator,
    ) -> Block:
        parents = task.minority[bases]
        if fitted is None:
            return Block(parents[:, np.newaxis])

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            rows = rows_of(task.numeric, parents[part])
            return rows + fitted * rng.standard_normal(rows.shape)

        numbers = self._in_batches(task, draw, bases.size, rng)
        return Block(parents[:, np.newaxis], numbers)
