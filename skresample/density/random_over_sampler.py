"""Random oversampling."""

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

FACTORS = RealInterval(0, WIDEST, closed="both")


@drop_in
class RandomOverSampler(BaseOverSampler):
    r"""Random oversampling: repeat samples, drawn with replacement.

    With `shrinkage`, each repeated sample gets normal noise. This is the smoothed bootstrap of ROSE
    :footcite:p:`menardi2014rose`, a draw from a kernel density estimate of the class. The standard
    deviation of the noise in feature :math:`j` is

    .. math:: s \left(\frac{4}{(d + 2) n}\right)^{1/(d + 4)} \hat\sigma_j

    with the shrinkage :math:`s`, :math:`d` features, :math:`n` samples of the class (not of the
    table) and their sample standard deviation :math:`\hat\sigma_j`.

    Parameters
    ----------
    shrinkage : float or dict, default=None
        Factor of the noise; 1 is Silverman's rule of thumb. A dict gives it per label; labels
        that are not oversampled may be left out. None or 0 repeats samples unchanged, of any
        type. Noise is for numerical features only; categories and missing values are copied.
    n_jobs : int, default=None
        Number of threads for drawing noise; None uses all processors. Copies need one thread.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_out,)
        Position in `X` of each sample: all of them, then those drawn; -1 with noise.
    shrinkage_ : dict or None
        The shrinkage per label that is oversampled.

    See Also
    --------
    SMOTE : Interpolates between neighboring samples.

    Notes
    -----
    Without shrinkage, the distribution of each class is unchanged, as with class weights.

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

    shrinkage: Annotated[Any, FACTORS, Mapping, None] = None
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
        wanted, given = self.sampling_strategy_, self.shrinkage
        if not isinstance(given, Mapping):
            self.shrinkage_ = None if given is None else dict.fromkeys(wanted, given)
            return
        missing = [c for c, n in wanted.items() if n and c not in given]
        if missing:
            raise ValueError(
                "shrinkage needs a value of at least 0 for each class that is oversampled, and "
                f"has none for {missing}: it is {dict(given)}."
            )
        if not all(map(FACTORS.is_satisfied_by, given.values())):
            raise ValueError(f"shrinkage must be a number of at least 0 for every class: {given}.")
        self.shrinkage_ = {c: given[c] for c in wanted if c in given}

    def _fit_class(self, task: Task) -> npt.NDArray[np.floating] | None:
        """Return the standard deviation of the noise per feature, None for copies."""
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
