"""Random over-sampling examples."""

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from skresample.density.base import Density, DensityOverSampler, independent
from skresample.numerics.bandwidth import silverman_factor
from skresample.samplers.base import Task
from skresample.samplers.constraints import WIDEST, RealInterval
from skresample.samplers.parameters import fill_doc

__all__ = ["ROSE"]


@fill_doc
class ROSE(DensityOverSampler):
    r"""Random over-sampling examples: a smoothed bootstrap by a rule of thumb.

    A new row is a row of the class, drawn at random, and normal noise
    :footcite:p:`menardi2014rose`, whose deviation is, for feature j,

    .. math:: s \left(\frac{4}{(d + 2) n}\right)^{1/(d + 4)} \hat\sigma_j

    with n the rows and :math:`\hat\sigma_j` the sample deviation of the *class*.

    Parameters
    ----------
    {sampling_strategy}
    {random_state}
    shrinkage : float, default=1.0
        The s: less than 1 for rows nearer to those of the class.
    both_classes : bool, default=False
        Whether, as in the original, all classes are drawn anew and none of the given rows is
        kept; each class has then as many new rows as it would otherwise have rows.
    {n_jobs}
    {categorical_features}
    {bounds}
    {keep_index}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    KDEOverSampler : With a bandwidth that is selected, and the covariance kept.
    RandomOverSampler : With `shrinkage`, this, and categories copied.

    Notes
    -----
    The variance of the new rows is that of the class times :math:`1 + h^2`: 1.21 with 200 rows
    of 3 features. imbalanced-learn's ``RandomOverSampler(shrinkage=...)`` computes h from the
    rows of the whole table, so that it is too narrow for a minority.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import ROSE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = ROSE(both_classes=True, random_state=0).fit_resample(X, y)
    >>> X_new.shape, int(sum(y_new == 1))
    ((182, 20), 91)
    """

    _paper = (
        "Menardi, Torelli (2014), Training and assessing classification rules with imbalanced data"
    )

    _parameter_constraints: ClassVar[dict] = {
        **DensityOverSampler._parameter_constraints,
        "shrinkage": [RealInterval(0, WIDEST, closed="right")],
        "both_classes": ["boolean"],
    }

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        shrinkage: float = 1.0,
        both_classes: bool = False,
        n_jobs: int | None = None,
        categorical_features: Any = "auto",
        bounds: Any = None,
        keep_index: bool = False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.shrinkage = shrinkage
        self.both_classes = both_classes
        self.n_jobs = n_jobs
        self.categorical_features = categorical_features
        self.bounds = bounds
        self.keep_index = keep_index

    @property
    def _keeps_originals(self) -> bool:
        return not self.both_classes

    def _fit_density(self, task: Task, rows: npt.NDArray[np.floating]) -> Density:
        n, d = rows.shape
        sample = np.sqrt(n / (n - 1))
        return independent(rows, self.shrinkage * silverman_factor(n, d) * sample)
