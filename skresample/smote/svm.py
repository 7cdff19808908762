"""SVM-SMOTE."""

from typing import Annotated, Any

import numpy as np
from sklearn.svm import SVC
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import HasMethods

from skresample._support import seeded_clone
from skresample.samplers.base import Task, drop_in
from skresample.samplers.constraints import WIDEST, RealInterval
from skresample.samplers.parameters import Bounds, KNeighbors, MNeighbors, Standardize
from skresample.smote.base import InterpolatingOverSampler, Pairing

__all__ = ["SVMSMOTE"]

# The default machine is fitted to no more rows than that.
MOST_ROWS = 20_000


class NoSupportVectorsError(ValueError, RuntimeError):
    """An estimator does not tell its support vectors: a RuntimeError in imbalanced-learn."""


@drop_in
class SVMSMOTE(InterpolatingOverSampler):
    r"""SMOTE from the minority's support vectors, outwards where they are safe.

    A support vector machine of the class against the rest gives the bases: its minority
    support vectors, but for *noise*, whose :math:`m` nearest rows are all of the
    majority :footcite:p:`nguyen2011borderline`. Where less than half of those :math:`m`
    rows are of the majority, the base is safe and the class is extended past it; else
    the class is filled in:

    .. math::

        x + u\,s\,(x - x') \;\text{(safe)}, \qquad x + u\,(x' - x) \;\text{(in danger)},
        \qquad u \sim U(0, 1),

    with :math:`s` the `out_step` and :math:`x'` one of the nearest minority rows.

    Parameters
    ----------
    svm_estimator : estimator, default=None
        Classifier with ``support_`` after fitting, such as :class:`sklearn.svm.SVC`, which
        is the default, and is fitted to no more than 20,000 rows (see Notes).
    out_step : float, default=0.5
        The longest step outwards, as a share of the distance to the partner.

    Attributes
    ----------
    svm_estimator_ : estimator
        The machine of the last class that was fitted.

    See Also
    --------
    BorderlineSMOTE : Finds the border by counting neighbors.

    Notes
    -----
    Where all minority support vectors are noise, all rows of the class are used evenly,
    as in SMOTE, and a warning says so. Every base gives as many rows as any other, safe
    or not. Rows that are drawn outwards can leave the observed range, unless `bounds` says
    otherwise.

    The time that the default machine takes grows with the square of the rows. Of a table of more
    than 20,000 rows it is fitted to 20,000, drawn at random with the share of each class, and
    the support vectors are all rows of the class that are not beyond its margin,
    as support vectors are. ``svm_estimator=SVC()`` is fitted to all rows.

    The machine needs numbers without holes. It sees a category as the share of the class
    among the rows that have it (with one row more, of the class as often as in the table),
    so that its cost does not depend on how many categories there are; a missing number as
    the mean of its column; a missing category as the share of the class in the table. This
    is for finding the border only: no such value gets into a new row.

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
        machine = SVC() if self.svm_estimator is None else self.svm_estimator
        machine = seeded_clone(machine, int(task.rng.integers(2**31)))
        coordinates = self._space(task).encode(task.is_minority)
        fitted = np.arange(len(task.rows))
        sampled = self.svm_estimator is None and fitted.size > MOST_ROWS
        if sampled:
            parts = (task.minority, task.majority)
            counts = [max(1, round(MOST_ROWS * part.size / fitted.size)) for part in parts]
            drawn = [
                task.rng.choice(part, count, replace=False)
                for part, count in zip(parts, counts, strict=True)
            ]
            fitted = np.sort(np.concatenate(drawn))
        self.svm_estimator_ = machine.fit(coordinates[fitted], task.is_minority[fitted])
        if not hasattr(self.svm_estimator_, "support_"):
            raise NoSupportVectorsError(
                f"svm_estimator={self.svm_estimator!r} has no support_ after fitting: take one "
                "that tells its support vectors, such as sklearn.svm.SVC."
            )
        support = np.zeros(len(task.rows), dtype=bool)
        support[fitted[machine.support_]] = True
        proportion = self._majority_proportion(task, "m_neighbors")
        if sampled:
            # Those that the machine has not seen, and that are no noise.
            unseen = task.minority[(proportion < 1) & ~np.isin(task.minority, fitted)]
            for part in gen_batches(unseen.size, MOST_ROWS):
                rows = unseen[part]
                support[rows] = machine.decision_function(coordinates[rows]) <= 1
        weights = support[task.minority] & (proportion < 1)
        safe = (proportion < 0.5)[:, np.newaxis]
        gap = np.where(safe, -self.out_step, 0.0), np.where(safe, 0.0, 1.0)
        return super()._pair(task)._replace(weights=weights, gap=gap)
