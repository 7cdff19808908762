"""What the hybrids share: oversampling, and then removing rows."""

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from imblearn.utils import check_sampling_strategy
from scipy import sparse
from sklearn.utils import check_random_state, get_tags

from skresample._support import seeded_clone
from skresample.neighbors import UserSearch, space_of
from skresample.samplers.base import (
    BaseOverSampler,
    BaseSampler,
    check_new_rows,
    naming_columns,
    resolve_sampling_strategy,
)
from skresample.samplers.parameters import (
    Smote,
    Standardize,
)
from skresample.smote import SMOTE
from skresample.table import Rows, Target, read_labels, read_rows, read_target, take_rows

__all__ = ["HybridSampler"]

# A class that has less left of it was mostly removed, which is said.
MOST = 0.5


class HybridSampler(BaseSampler):
    """Base class of the methods that over-sample and then remove rows of any class.

    A method says in `_keep` which rows stay; everything else is here.
    """

    _attribute_texts: ClassVar[str] = """
is_synthetic_ : ndarray of shape (n_out,)
    True for synthetic samples, False for original ones.
sample_indices_ : ndarray of shape (n_out,)
    Position in `X` of each sample, -1 for new ones.
parents_ : ndarray of shape (n_synthetic, n_parents)
    Positions in `X` of the samples that each remaining synthetic sample was made from, -1
    for none.
n_removed_ : dict
    Number of samples removed after oversampling, per label.
sampler_, smote_ : sampler
    The fitted oversampler.
is_moved_ : ndarray of shape (n_out,)
    True for original samples that `smote` moved, if it moves any.
sampling_strategy_ : dict
    Number of synthetic samples per label, before samples were removed.
n_features_in_ : int
    Number of features of `X`.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, if all names are strings.
"""

    _cleaner: ClassVar[str | None] = None
    """The attribute with the sampler of imbalanced-learn that removes the same rows."""

    smote: Smote = None
    standardize: Standardize = True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if self.smote is not None:
            theirs = getattr(get_tags(self.smote), "sampler_tags", None)
            tags.sampler_tags.moves_rows = getattr(theirs, "moves_rows", False)
        tags.sampler_tags.removes_rows = True
        return tags

    @property
    def _min_rows(self) -> int:
        """How many samples a class needs, as far as it is known."""
        return getattr(self.smote or SMOTE, "_min_rows", 1)

    @property
    def smote_(self) -> Any:
        """The fitted sampler, under the name that it has in imbalanced-learn."""
        return self.sampler_

    @abstractmethod
    def _keep(
        self, X: Any, rows: Rows, target: Target, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Say which rows of a table that was oversampled stay."""

    def fit(self, X: Any, y: Any) -> Self:
        """Check a table, and how many rows oversampling would make.

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
        self._forget()
        rows = read_rows(X, self, numeric=True, categorical=_categorical(self._over_sampler()))
        target = read_target(y, len(rows), type(self).__name__)
        self.sampling_strategy_ = resolve_sampling_strategy(self._strategy(), target)
        return self

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        name = type(self).__name__
        self._forget()
        asked = self.__dict__.get("sampling_strategy_")
        read = read_target if asked is None else read_labels
        words = check_random_state(self.random_state).randint(0, 2**31, size=2)
        sampler = seeded_clone(self._over_sampler(), int(words[0]))
        ours = isinstance(sampler, BaseOverSampler)
        how = {"categorical": sampler._categorical} if ours else {}
        rows = read_rows(X, self, numeric=ours and sampler._computes, **how)
        target = read(y, len(rows), name)
        if asked is not None:
            asked = check_new_rows(asked, target, name)
        if ours:  # which need not read the table again
            for attribute in ("n_features_in_", "feature_names_in_"):
                if hasattr(self, attribute):
                    setattr(sampler, attribute, getattr(self, attribute))
            X, y = rows, target
        if asked is not None:
            X_out, y_out = _add(sampler, asked, target, X, y)
        else:
            X_out, y_out = sampler.fit_resample(X, y)
        self.sampler_ = sampler
        out = read_rows(X_out, self, numeric=True, categorical=_categorical(sampler))
        target_out = read(y_out, len(out), name)
        synthetic, origin, parents = self._provenance(sampler, rows, target, out, target_out)
        made = sampler.sampling_strategy_ if asked is None else asked
        labels = target.classes.tolist()
        self.sampling_strategy_ = {label: int(made[label]) for label in labels if label in made}
        with naming_columns(out):
            kept = self._keep(X_out, out, target_out, np.random.default_rng(int(words[1])))
        kept = self._all_of_no_class(kept, target_out)
        self.is_synthetic_ = synthetic[kept]
        self.sample_indices_ = origin[kept]
        self.parents_ = parents[kept[synthetic]]
        if hasattr(sampler, "is_moved_"):
            self.is_moved_ = sampler.is_moved_[kept]
        which = np.flatnonzero(kept)
        if self._cleaner is not None:
            getattr(self, self._cleaner).sample_indices_ = which
        return take_rows(X_out, which), take_rows(y_out, which)

    @property
    def input_indices_(self) -> npt.NDArray[np.intp]:
        """Deprecated name of `sample_indices_`."""
        warnings.warn(
            "input_indices_ is now called sample_indices_. The old name will be removed in the "
            "next version.",
            FutureWarning,
            stacklevel=2,
        )
        return self.sample_indices_

    def _over_sampler(self) -> Any:
        """Return what oversamples."""
        if self.smote is None:
            return SMOTE(
                sampling_strategy=self.sampling_strategy,
                standardize=self.standardize,
                n_jobs=self.n_jobs,
            )
        if not hasattr(self.smote, "sampling_strategy"):
            raise ValueError(
                f"{type(self).__name__}: smote={self.smote!r} has no sampling_strategy. Give a "
                "sampler, such as SMOTE(); put other steps into a pipeline around this one."
            )
        return self.smote

    def _strategy(self) -> Any:
        """Return the `sampling_strategy` of what oversamples, a hybrid's within it."""
        sampler = self._over_sampler()
        return (
            sampler._strategy()
            if isinstance(sampler, HybridSampler)
            else (sampler.sampling_strategy)
        )

    def _provenance(
        self, sampler: Any, rows: Rows, target: Target, out: Rows, target_out: Target
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return which rows of an oversampled table are new, and where rows come from.

        That is, for each row, its position among the given ones, -1 for new ones; and for each
        new one, the positions of its parents, -1 for none.
        """
        if isinstance(sampler, BaseSampler):
            synthetic = sampler.is_synthetic_
            origin = sampler.sample_indices_
            return synthetic, np.where(synthetic, -1, origin), sampler.parents_
        n = len(rows)
        if not (
            n <= len(out)
            and np.array_equal(target_out.labels[:n], target.labels)
            and _same_rows(rows, out)
        ):
            raise ValueError(
                f"{type(self).__name__}: smote={self.smote!r} does not put the rows that it was "
                "given first and unchanged, so that nobody can say which are new. Give an "
                "oversampler, such as SMOTE()."
            )
        place = np.arange(len(out))
        drawn = getattr(sampler, "sample_indices_", None)
        parents = np.full((len(out) - n, 1), -1)
        if drawn is not None and len(drawn) == len(out):
            parents[:, 0] = drawn[n:]
        return place >= n, np.where(place < n, place, -1), parents

    def _all_of_no_class(
        self, kept: npt.NDArray[np.bool_], target: Target
    ) -> npt.NDArray[np.bool_]:
        """Keep a class of which nothing would be left, and say where little is."""
        name = type(self).__name__
        left = np.bincount(target.codes[kept], minlength=len(target.classes))
        labels = target.classes.tolist()
        for code, label in enumerate(labels):
            if left[code] == 0:
                warnings.warn(
                    f"{name} would remove all rows of class {label!r}, which overlaps too much "
                    "with others to be cleaned: all of them were kept.",
                    UserWarning,
                    stacklevel=4,
                )
                kept = kept | (target.codes == code)
                left[code] = target.counts[code]
            elif left[code] < MOST * target.counts[code]:
                warnings.warn(
                    f"{name} removed {target.counts[code] - left[code]} of the "
                    f"{target.counts[code]} rows that class {label!r} had after oversampling: "
                    "the classes overlap. Clean less, or use a sampler that removes none.",
                    UserWarning,
                    stacklevel=4,
                )
        self.n_removed_ = dict(zip(labels, (target.counts - left).tolist(), strict=True))
        return kept

    def _cleaned(self, strategy: Any, target: Target) -> npt.NDArray[np.bool_]:
        """Return which rows are of the classes that a cleaning of imbalanced-learn is for."""
        # Codes, since labels may be objects that cannot be sorted.
        strategy = strategy(target.labels) if callable(strategy) else strategy
        if not isinstance(strategy, str | Mapping):
            code_of = {label: i for i, label in enumerate(target.classes.tolist())}
            strategy = [code_of.get(label, label) for label in strategy]
        classes = check_sampling_strategy(strategy, target.codes, "clean-sampling")
        return np.isin(target.codes, list(classes))

    def _nearest(
        self, rows: Rows, k: int, *, search: UserSearch | None = None, n_jobs: int | None = None
    ) -> npt.NDArray[np.intp]:
        """Return the nearest neighbors of each row."""
        space = space_of(rows, standardize=self.standardize)
        n_jobs = self.n_jobs if n_jobs is None else n_jobs
        return space.kneighbors(k, algorithm=search or "auto", n_jobs=n_jobs)


def _add(sampler: Any, new: Mapping[Any, int], target: Target, X: Any, y: Any) -> tuple[Any, Any]:
    """Over-sample with given numbers of new rows per label."""
    if isinstance(sampler, BaseSampler):
        sampler.sampling_strategy_ = dict(new)
        return sampler._fit_resample(X, y)
    have = dict(zip(target.classes.tolist(), target.counts.tolist(), strict=True))
    sampler.set_params(sampling_strategy={label: have[label] + n for label, n in new.items()})
    return sampler.fit_resample(X, y)


def _categorical(sampler: Any) -> Any:
    """Return which columns a sampler, or the one within a hybrid, takes for categories."""
    while isinstance(sampler, HybridSampler):
        sampler = sampler._over_sampler()
    if isinstance(sampler, BaseOverSampler):
        return sampler._categorical
    return getattr(sampler, "categorical_features", "auto")


def _same_rows(rows: Rows, out: Rows) -> bool:
    """Say whether a table begins with the rows of another."""
    n = len(rows)
    if sparse.issparse(rows.X):
        return not (out.X.tocsr()[:n] != rows.X.tocsr()).nnz
    for j in range(rows.X.shape[1]):
        given, now = rows.column(j), out.column(j)
        there = ~given.missing
        if not np.array_equal(given.missing, now.missing[:n]):
            return False
        if not np.array_equal(given.values[there], now.values[:n][there]):
            return False
    return True
