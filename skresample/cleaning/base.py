"""Hybrids: an oversampler, then a cleaner."""

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_random_state, get_tags

from skresample._support import seeded_clone
from skresample.samplers.base import BaseSampler
from skresample.samplers.cleaner import BaseCleaner
from skresample.samplers.parameters import RandomState, Smote, Standardize
from skresample.smote import SMOTE
from skresample.table import Rows

__all__ = ["HybridSampler"]


class HybridSampler(BaseSampler):
    """Base class of the methods that oversample with one sampler and then clean with another.

    A method says in `_make_cleaner` which cleaner; everything else is here.
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
cleaner_ : sampler
    The fitted cleaner; its ``sample_indices_`` are positions in the oversampled table.
is_moved_ : ndarray of shape (n_out,)
    True for original samples that `smote` moved, if it moves any.
sampling_strategy_ : dict
    Number of synthetic samples per label, before samples were removed.
n_features_in_ : int
    Number of features of `X`.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, if all names are strings.
"""

    random_state: RandomState = None
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
    def _categorical(self) -> Any:
        sampler = self._oversampler()
        if isinstance(sampler, BaseSampler):
            return sampler._categorical
        return getattr(sampler, "categorical_features", "auto")

    @property
    def _min_rows(self) -> int:  # type: ignore[override]
        return getattr(self.smote or SMOTE, "_min_rows", 1)

    @property
    def smote_(self) -> Any:
        """The fitted sampler, under the name that it has in imbalanced-learn."""
        return self.sampler_

    @abstractmethod
    def _make_cleaner(self) -> BaseCleaner:
        """Return an unfitted cleaner."""

    def _learn(self, rows: Rows) -> None:
        self.sampling_strategy_ = self._plan_counts(rows, None)

    def _plan_counts(self, rows: Rows, wanted: Mapping[Any, int] | None) -> dict[Any, int]:
        sampler = self._oversampler()
        if wanted is None and isinstance(sampler, BaseSampler):
            return sampler._plan_counts(rows, None)
        if wanted is None:
            return rows.target.plan(sampler.sampling_strategy)
        return super()._plan_counts(rows, wanted)

    def _resample(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> Rows:
        self._forget()
        words = check_random_state(self.random_state).randint(0, 2**31, size=2)
        sampler = seeded_clone(self._oversampler(), int(words[0]))
        if isinstance(sampler, BaseSampler):
            sampler._validate_params()
            if self.keep_index:
                sampler.set_params(keep_index=True)
            for name in ("n_features_in_", "feature_names_in_"):
                if hasattr(self, name):
                    setattr(sampler, name, getattr(self, name))
            out = sampler._resample(rows, wanted)
            synthetic, parents = sampler.is_synthetic_, sampler.parents_
            origin = np.where(synthetic, -1, sampler.sample_indices_)
        else:
            out = self._resample_by_other(sampler, rows, wanted)
            synthetic, origin, parents = _provenance(sampler, len(rows), len(out))
        self.sampler_ = sampler
        made = sampler.sampling_strategy_ if wanted is None else self._plan_counts(rows, wanted)
        self.sampling_strategy_ = {c: int(made[c]) for c in rows.target.names if c in made}
        kept = self._clean(out, np.random.default_rng(int(words[1])))
        self.is_synthetic_ = synthetic[kept]
        self.sample_indices_ = origin[kept]
        self.parents_ = parents[kept[synthetic]]
        if hasattr(sampler, "is_moved_"):
            self.is_moved_ = sampler.is_moved_[kept]
        which = np.flatnonzero(kept)
        return out.take(which, which if self.keep_index else None)

    def _clean(self, rows: Rows, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Return which rows of an oversampled table stay."""
        cleaner = self._make_cleaner()
        cleaner._validate_params()
        kept = cleaner._kept(rows, rng, after=" after oversampling")
        cleaner.sample_indices_ = np.flatnonzero(kept)
        self.n_removed_, self.cleaner_ = cleaner.n_removed_, cleaner
        return kept

    def _cleaner_like(self, given: Any, cls: type[BaseCleaner]) -> BaseCleaner:
        """Return a cleaner of this library with the parameters of a given one, also of another."""
        if isinstance(given, cls):
            return clone(given)
        theirs = {k: v for k, v in given.get_params(deep=False).items() if k in cls().get_params()}
        return cls(**{"standardize": self.standardize, **theirs})

    def _as_given(self, given: Any) -> Any:
        """Return the cleaner as an object of the library that it was given from."""
        if given is None or isinstance(given, BaseCleaner):
            return self.cleaner_
        theirs = clone(given)
        theirs.sample_indices_ = self.cleaner_.sample_indices_
        return theirs

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

    def _oversampler(self) -> Any:
        """Return what oversamples."""
        if self.smote is None:
            return SMOTE(
                sampling_strategy=self.sampling_strategy,
                standardize=self.standardize,
                n_jobs=self.n_jobs,
            )
        if not hasattr(self.smote, "sampling_strategy") or isinstance(self.smote, BaseCleaner):
            cleans = isinstance(self.smote, BaseCleaner)
            lacks = "removes samples" if cleans else "has no sampling_strategy"
            raise ValueError(
                f"{type(self).__name__}: smote={self.smote!r} {lacks}. Give an oversampler, such "
                "as SMOTE(); put other steps into a pipeline around this one."
            )
        return self.smote

    def _resample_by_other(
        self, sampler: Any, rows: Rows, wanted: Mapping[Any, int] | None
    ) -> Rows:
        """Oversample with a sampler of another library, which puts the given rows first."""
        if self.keep_index:
            raise ValueError(
                f"{type(self).__name__}: smote={self.smote!r} gives samples a new index. Leave "
                "keep_index=False, or give an oversampler of skresample."
            )
        target, n = rows.target, len(rows)
        if wanted is not None:
            have = dict(zip(target.names, target.counts.tolist(), strict=True))
            counts = {label: have[label] + n_new for label, n_new in wanted.items()}
            sampler.set_params(sampling_strategy=counts)
        out = self._read_table(
            *sampler.fit_resample(rows.export(), target.y), balance=wanted is None
        )
        same = n <= len(out) and np.array_equal(out.target.labels[:n], target.labels)
        if not (same and _same_rows(rows, out)):
            raise ValueError(
                f"{type(self).__name__}: smote={self.smote!r} does not put the rows that it was "
                "given first and unchanged, so that nobody can say which are new. Give an "
                "oversampler, such as SMOTE()."
            )
        return out


def _provenance(
    sampler: Any, n: int, n_out: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return which rows of an oversampled table are synthetic, and where rows come from.

    That is the position of each row in the input, -1 for synthetic ones, and of their parents.
    """
    place = np.arange(n_out)
    drawn = getattr(sampler, "sample_indices_", None)
    parents = np.full((n_out - n, 1), -1)
    if drawn is not None and len(drawn) == n_out:
        parents[:, 0] = drawn[n:]
    return place >= n, np.where(place < n, place, -1), parents


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
