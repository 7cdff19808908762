"""What the hybrids share: over-sampling, and then removing rows."""

import warnings
from abc import abstractmethod
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from imblearn.base import BaseSampler
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods

from skresample.base import SamplerTags, features_of, how_many
from skresample.numerics.neighbors import kneighbors
from skresample.smote import SMOTE
from skresample.table import Rows, Target, read_rows, read_target, take_rows
from skresample.utils import seeded_clone

__all__ = ["HybridSampler"]


class HybridSampler(BaseSampler):
    """Base class of the methods that over-sample and then remove rows of any class.

    A method says in `_keep` which rows stay; everything else is here.
    """

    _paper: ClassVar[str] = ""
    """Authors, year and title of the paper, for the command line."""

    _sampling_type = "over-sampling"
    _parameter_constraints: ClassVar[dict] = {
        "sampling_strategy": [object],  # the sampler checks it
        "random_state": ["random_state"],
        "smote": [HasMethods(["fit_resample"]), None],
        "n_jobs": [Integral, None],
        "standardize": ["boolean"],
    }

    # For methods that have no such parameter.
    standardize: bool = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.sampler_tags = SamplerTags(removes_rows=True)
        return tags

    @abstractmethod
    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Say which rows of a table that was over-sampled stay."""

    def fit(self, X: Any, y: Any) -> Self:
        """Check a table, and how many rows over-sampling would make.

        What is removed depends on the rows that are made: see `fit_resample`.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Class labels, or their one-hot encoding.

        Returns
        -------
        self : object
            The sampler, with ``sampling_strategy_``.

        Raises
        ------
        ValueError
            If the table or the target cannot be used; the message says why and what to do.
        """
        self._validate_params()
        rows = read_rows(X, self, numeric=True)
        target = read_target(y, len(rows), type(self).__name__)
        self.sampling_strategy_ = how_many(self.sampling_strategy, target)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Over-sample, then remove rows, the given ones included.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Class labels, or their one-hot encoding.

        Returns
        -------
        X_resampled : {ndarray, list, sparse matrix, DataFrame} of shape (n_out, n_features)
            What is left of the rows that were given, in their order and untouched, then of the
            new ones; of the type that was given.
        y_resampled : {ndarray, list, Series, DataFrame} of shape (n_out,) or (n_out, n_classes)
            Their labels, of the type that was given.

        Raises
        ------
        ValueError
            If the table or the target cannot be used; the message says why and what to do.
        """
        self._validate_params()
        return self._fit_resample(X, y)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        words = check_random_state(self.random_state).randint(0, 2**31, size=2)
        sampler = self.smote
        if sampler is None:
            sampler = SMOTE(standardize=self.standardize, n_jobs=self.n_jobs)
        sampler = seeded_clone(sampler, int(words[0]))
        if "sampling_strategy" in sampler.get_params() and self.smote is None:
            sampler.set_params(sampling_strategy=self.sampling_strategy)
        read_rows(X, self, numeric=False)
        X_out, y_out = sampler.fit_resample(X, y)
        self.sampler_ = sampler
        self.sampling_strategy_ = sampler.sampling_strategy_
        given = sampler.get_params().get("categorical_features", "auto")
        rows = read_rows(X_out, self, numeric=True, categorical=given)
        target = read_target(y_out, len(rows), type(self).__name__)
        kept = self._keep(X_out, rows, target, np.random.default_rng(int(words[1])))
        left = np.bincount(target.codes[kept], minlength=len(target.classes))
        labels = target.classes.tolist()
        for code in np.flatnonzero(left == 0):
            warnings.warn(
                f"{type(self).__name__} would remove all rows of class {labels[code]!r}, which "
                "overlaps too much with others to be cleaned: all of them were kept.",
                UserWarning,
                stacklevel=2,
            )
            kept |= target.codes == code
            left[code] = target.counts[code]
        self.n_removed_ = dict(zip(labels, (target.counts - left).tolist(), strict=True))
        n_old = len(rows) - len(sampler.parents_)
        old = np.arange(len(rows)) < n_old
        self.is_synthetic_ = ~old[kept]
        self.input_indices_ = np.where(old, np.arange(len(rows)), -1)[kept]
        self.parents_ = sampler.parents_[kept[n_old:]]
        which = np.flatnonzero(kept)
        return take_rows(X_out, which), take_rows(y_out, which)

    def _nearest(self, rows: Rows, k: int) -> npt.NDArray[np.intp]:
        """Return the nearest rows of each."""
        features = features_of(rows, standardize=self.standardize)
        return kneighbors(features, k, n_jobs=self.n_jobs)
