"""SVM-SMOTE."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn.svm import SVC
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import HasMethods

from skresample._support import seeded_clone
from skresample.samplers.base import Task, drop_in
from skresample.samplers.constraints import WIDEST, RealInterval
from skresample.samplers.parameters import Bounds, KNeighbors, MNeighbors, Standardize
from skresample.smote.base import InterpolatingOverSampler, Pairing

__all__ = ["SVMSMOTE"]

# The default support vector machine is fitted to at most so many samples.
MOST_ROWS = 20_000


class NoSupportVectorsError(ValueError, RuntimeError):
    """An estimator has no ``support_``: a RuntimeError in imbalanced-learn."""


@drop_in
class SVMSMOTE(InterpolatingOverSampler):
    r"""SMOTE that starts from support vectors, and extrapolates from those that are safe.

    The bases are the minority support vectors of a support vector machine that separates the class
    from all others. Support vectors whose :math:`m` nearest neighbors are all majority samples are
    *noise* and left out :footcite:p:`nguyen2011borderline`. If less than half of the neighbors
    are majority samples, the base is safe, and the class is extended past it; else the class is
    filled in:

    .. math::

        x + u\,s\,(x - x') \;\text{(safe)}, \qquad x + u\,(x' - x) \;\text{(in danger)},
        \qquad u \sim U(0, 1),

    with :math:`s` the `out_step` and :math:`x'` one of the nearest minority samples.

    Parameters
    ----------
    svm_estimator : estimator, default=None
        Classifier with ``support_`` after fitting. None is :class:`sklearn.svm.SVC`, fitted to
        at most 20,000 samples (see Notes).
    out_step : float, default=0.5
        The longest step outwards, as a proportion of the distance to the partner.

    Attributes
    ----------
    svm_estimator_ : estimator
        The support vector machine of the last class that was fitted.

    See Also
    --------
    BorderlineSMOTE : Finds the border by counting neighbors.

    Notes
    -----
    If all minority support vectors are noise, all samples of the class are bases evenly, as in
    SMOTE, and a warning says so. All bases have the same weight, safe or not. Extrapolated samples
    may leave the observed range, unless `bounds` prevents it.

    The time of the default machine grows with the square of the number of samples. Therefore, it is
    fitted to 20,000 samples of a larger table, drawn at random from each class in proportion. All
    samples of the class within its margin or beyond count as support vectors.
    ``svm_estimator=SVC()`` is fitted to all samples.

    The machine needs complete numbers. For it, and not for synthetic samples, a category becomes
    the proportion of the class among the samples with it, smoothed by one sample, and a missing
    value the mean of its column.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SVMSMOTE
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> X_new, y_new = SVMSMOTE(random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    k_neighbors: KNeighbors = 5
    m_neighbors: MNeighbors = 10
    svm_estimator: Annotated[Any, HasMethods(["fit", "predict"]), None] = None
    out_step: Annotated[float, RealInterval(0, WIDEST, closed="both")] = 0.5
    standardize: Standardize = False
    bounds: Bounds = None

    _paper = (
        "Nguyen, Cooper, Kamei (2011), Borderline over-sampling for imbalanced data classification"
    )
    _no_base = "no support vector has a row of its class among its nearest neighbors"

    def _pair(self, task: Task) -> Pairing:
        if not task.majority.size:  # where a caller says how many rows of a single class it wants
            return super()._pair(task)._replace(weights=0.0)
        proportion = self._majority_proportion(task, "m_neighbors")
        support = self._support(task, proportion)
        safe = (proportion < 0.5)[:, np.newaxis]
        gap = np.where(safe, -self.out_step, 0.0), np.where(safe, 0.0, 1.0)
        return super()._pair(task)._replace(weights=support & (proportion < 1), gap=gap)

    def _support(self, task: Task, proportion: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """Return which minority samples are support vectors."""
        machine = SVC() if self.svm_estimator is None else self.svm_estimator
        machine = seeded_clone(machine, int(task.rng.integers(2**31)))
        coordinates = self._space(task).encode(task.is_minority)
        n = len(task.rows)
        fitted = np.arange(n)
        sampled = self.svm_estimator is None and n > MOST_ROWS
        if sampled:
            drawn = [
                task.rng.choice(part, max(1, round(MOST_ROWS * part.size / n)), replace=False)
                for part in (task.minority, task.majority)
            ]
            fitted = np.sort(np.concatenate(drawn))
        self.svm_estimator_ = machine.fit(coordinates[fitted], task.is_minority[fitted])
        if not hasattr(machine, "support_"):
            raise NoSupportVectorsError(
                f"svm_estimator={self.svm_estimator!r} has no support_ after fitting: give one "
                "with support vectors, such as sklearn.svm.SVC."
            )
        support = np.zeros(n, dtype=bool)
        support[fitted[machine.support_]] = True
        if sampled:
            # Samples that the machine has not seen, and that are not noise.
            unseen = task.minority[(proportion < 1) & ~np.isin(task.minority, fitted)]
            for part in gen_batches(unseen.size, MOST_ROWS):
                rows = unseen[part]
                support[rows] = machine.decision_function(coordinates[rows]) <= 1
        return support[task.minority]
