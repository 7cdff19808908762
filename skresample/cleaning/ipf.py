"""The iterative-partitioning filter, and SMOTE followed by it."""

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
from skresample.samplers.cleaner import BaseCleaner
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import Parametrized, RandomState
from skresample.table import Rows
from skresample.table.read import with_unique_names

__all__ = ["SMOTEIPF", "IterativePartitioningFilter"]

# The default tree is fitted to no more rows of a part, nor numbers of these, than that.
MOST_ROWS, MOST_VALUES = 20_000, 1 << 18


class FilterParameters(Parametrized):
    """The parameters of the filter, for its cleaner and its hybrid.

    Parameters
    ----------
    estimator : classifier, default=None
        Fitted to each part. None is a decision tree by entropy with at least two samples per leaf,
        the closest that scikit-learn has to the paper's C4.5. It is fitted to at most 20,000
        samples of a part, and 262,144 (2¹⁸) numbers, drawn at random. Tables with categorical
        features or missing values are encoded by :class:`TableEncoder` first.
    n_parts : int, default=9
        Number of parts.
    n_rounds : int, default=3
        Number of consecutive rounds that must remove few samples.
    least_removed : float, default=0.01
        A round removes few samples if it removes less than this proportion of all samples.
    voting : {'majority', 'consensus'}, default='majority'
        Whether a sample is removed if more than half of the classifiers misclassify it, or only
        if all do.
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


class IterativePartitioningFilter(FilterParameters, BaseCleaner):
    """Remove samples that classifiers fitted to parts of the table misclassify.

    The table is divided into parts at random, a tree is fitted to each part, and samples that most
    trees misclassify are removed. This is repeated until several consecutive rounds remove few
    samples :footcite:p:`saez2015smote`.

    Attributes
    ----------
    n_rounds_ : int
        Number of rounds.

    See Also
    --------
    EditedNearestNeighbours : Neighbors instead of classifiers.
    SMOTEIPF : Oversamples first.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import IterativePartitioningFilter
    >>> X, y = make_classification(weights=[0.7], flip_y=0.1, random_state=0)
    >>> cleaner = IterativePartitioningFilter(random_state=0)
    >>> X_new, y_new = cleaner.fit_resample(X, y)
    >>> len(y_new) == 100 - sum(cleaner.n_removed_.values())
    True
    """

    random_state: RandomState = None

    def _keep(self, rows: Rows, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        codes = rows.target.codes
        mixed = rows.columns.categories.size or rows.columns.has_missing
        if mixed:
            # Whatever output a user wants of transformers is not for those in here.
            with config_context(transform_output="default"):
                values = TableEncoder().fit_transform(with_unique_names(rows.export(), rows.names))
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
            kept = self._wrong(estimator, values[left], codes[left], rng) < needed
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


class SMOTEIPF(FilterParameters, HybridSampler):
    """Oversample, then remove samples that classifiers of parts of the table misclassify.

    Samples of all classes are removed, original and synthetic ones :footcite:p:`saez2015smote`;
    see :class:`IterativePartitioningFilter`.

    Attributes
    ----------
    n_rounds_ : int
        Number of rounds.

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

    @property
    def n_rounds_(self) -> int:
        """Number of rounds."""
        return self.cleaner_.n_rounds_

    def _make_cleaner(self) -> BaseCleaner:
        own = {name: getattr(self, name) for name in FilterParameters.__annotations__}
        return IterativePartitioningFilter(sampling_strategy="all", n_jobs=self.n_jobs, **own)
