"""SMOTE and the iterative-partitioning filter."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._param_validation import HasMethods, StrOptions

from skresample._support import seeded_clone
from skresample.cleaning.base import HybridSampler
from skresample.numerics.threads import in_threads
from skresample.pipeline.encoder import TableEncoder
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.table import Rows, Target
from skresample.table.read import with_unique_names

__all__ = ["SMOTEIPF"]

# The default tree is fitted to no more rows of a part, nor numbers of these, than that.
MOST_ROWS, MOST_VALUES = 20_000, 1 << 18


class SMOTEIPF(HybridSampler):
    """Over-sample, then remove rows that classifiers of parts of the table get wrong.

    The table is cut into parts at random, a tree is fitted to each, and a row that most trees
    get wrong is removed, given rows and new ones; again and again, until less than a share of
    the rows has been removed in each of several rounds on end :footcite:p:`saez2015smote`.

    Parameters
    ----------
    estimator : classifier, default=None
        Fitted to each part; None for a decision tree by entropy with leaves of two rows or
        more, as near to the paper's C4.5 as scikit-learn comes. Of a part of more than
        20,000 rows, or 262,144 (2¹⁸) numbers, that tree is fitted to as many as that, drawn at
        random: scikit-learn's trees would take minutes for tens of rounds. A table with
        categories or missing values is encoded for it by :class:`TableEncoder`.
    n_parts : int, default=9
        How many parts there are.
    n_rounds : int, default=3
        How many rounds on end have to remove little.
    least_removed : float, default=0.01
        The share of the rows before cleaning that is little.
    voting : {'majority', 'consensus'}, default='majority'
        Whether more than half of the classifiers have to be wrong, or all.

    Attributes
    ----------
    n_rounds_ : int
        How many rounds there were.

    See Also
    --------
    SMOTEENN : Neighbors instead of classifiers.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import SMOTEIPF
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = SMOTEIPF(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> len(y_new) == 182 - sum(sampler.n_removed_.values())
    True
    """

    estimator: Annotated[Any, HasMethods(["fit", "predict"]), None] = None
    n_parts: Annotated[int, IntegerInterval(2)] = 9
    n_rounds: Annotated[int, IntegerInterval(1, 10**6)] = 3
    least_removed: Annotated[float, RealInterval(0, 1, closed="neither")] = 0.01
    voting: Annotated[str, StrOptions({"majority", "consensus"})] = "majority"

    _paper = (
        "Sáez, Luengo, Stefanowski, Herrera (2015), SMOTE-IPF: addressing the noisy and borderline "
        "examples problem in imbalanced classification by a re-sampling method with filtering"
    )

    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        mixed = rows.columns.categories.size or rows.columns.has_missing
        if mixed:
            # Whatever output a user wants of transformers is not for those in here.
            with config_context(transform_output="default"):
                values = TableEncoder().fit_transform(with_unique_names(X, rows.names))
        else:
            values = rows.numeric
            if max(values.max(), -values.min()) > np.finfo(np.float32).max:
                values = rows.standardized  # trees take single precision
        estimator = self.estimator
        if estimator is None:
            estimator = DecisionTreeClassifier(criterion="entropy", min_samples_leaf=2)
        left = np.arange(len(rows))
        needed = self.n_parts if self.voting == "consensus" else self.n_parts // 2 + 1
        quiet = 0
        self.n_rounds_ = 0
        while quiet < self.n_rounds:
            kept = self._wrong(estimator, values[left], target.codes[left], rng) < needed
            removed = left.size - np.count_nonzero(kept)
            quiet = quiet + 1 if removed < self.least_removed * len(rows) else 0
            left = left[kept]
            self.n_rounds_ += 1
            if not left.size:
                break
        stays = np.zeros(len(rows), dtype=bool)
        stays[left] = True
        return stays

    def _wrong(
        self,
        estimator: Any,
        table: Any,
        codes: npt.NDArray[np.intp],
        rng: np.random.Generator,
    ) -> npt.NDArray[np.intp]:
        """Count, for each row, the classifiers of parts of the rows that get it wrong."""
        order = rng.permutation(len(codes))
        parts = [order[p :: self.n_parts] for p in range(min(self.n_parts, len(codes)))]
        seeds = rng.integers(2**31, size=len(parts)).tolist()

        if self.estimator is None:
            most = max(1, min(MOST_ROWS, MOST_VALUES // max(1, table.shape[1])))
            parts = [part[:most] for part in parts]

        def wrong(p: int) -> npt.NDArray[np.bool_]:
            judge = seeded_clone(estimator, seeds[p]).fit(table[parts[p]], codes[parts[p]])
            return judge.predict(table) != codes

        return np.sum(in_threads(wrong, range(len(parts)), self.n_jobs), axis=0)
