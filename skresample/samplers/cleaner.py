"""What the samplers that remove samples share."""

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import StrOptions

from skresample.neighbors import UserSearch, space_of
from skresample.samplers._imblearn import BaseCleaningSampler
from skresample.samplers.base import BaseSampler, naming_columns
from skresample.samplers.parameters import CategoricalFeatures, Parameter
from skresample.samplers.streams import seed_sequence
from skresample.table import Rows

__all__ = ["BaseCleaner", "CleaningStrategy"]

# A warning says so if a class loses more than this proportion of its samples.
MOST = 0.5

CleaningStrategy = Annotated[
    Any,
    Parameter(
        [
            StrOptions({"auto", "majority", "not minority", "not majority", "all"}),
            list,
            tuple,
            np.ndarray,
            callable,
        ],
        "str, list or callable",
        """
Which classes may lose samples, as in imbalanced-learn:

- ``'auto'`` or ``'not minority'``: all classes but the minority class;
- ``'majority'``, ``'not majority'`` or ``'all'`` classes;
- list: the labels of these classes;
- callable: takes ``y`` and returns such a list, or a dict with these labels.
""",
    ),
]


class BaseCleaner(BaseSampler, BaseCleaningSampler):
    """Base class of the samplers that remove samples, and make none.

    A method says in `_keep` which samples contradict nothing. It does not decide which classes
    may lose samples, nor that no class may lose all of them.
    """

    _sampling_type = "clean-sampling"
    _compared_by_default: ClassVar[bool] = False

    _attribute_texts: ClassVar[str] = """
sample_indices_ : ndarray of shape (n_out,)
    Position in `X` of each sample that is kept.
is_synthetic_ : ndarray of shape (n_out,)
    False for each sample: none is synthetic.
parents_ : ndarray of shape (0, 1)
    Empty, as no sample is synthetic.
n_removed_ : dict
    Number of samples removed per label.
sampling_strategy_ : dict
    Number of samples per label of the classes that may lose samples.
categorical_features_ : ndarray of shape (n_categorical,)
    Positions of the categorical columns.
n_features_in_ : int
    Number of features of `X`.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, if all names are strings.
"""

    sampling_strategy: CleaningStrategy = "auto"
    categorical_features: CategoricalFeatures = "auto"

    # Of samplers that have no such parameters.
    random_state = 0
    metric = "euclidean"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.adds_rows = False
        tags.sampler_tags.removes_rows = True
        return tags

    @abstractmethod
    def _keep(self, rows: Rows, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Say which rows of a table stay."""

    def _learn(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> None:
        self.categorical_features_ = rows.columns.categories
        target = rows.target
        have = dict(zip(target.names, target.counts.tolist(), strict=True))
        strategy = self.sampling_strategy if wanted is None else list(wanted)
        self.sampling_strategy_ = {label: have[label] for label in target.may_lose(strategy)}

    def _resample(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> Rows:
        rng = np.random.default_rng(seed_sequence(self.random_state))
        self.sample_indices_ = kept = np.flatnonzero(self._kept(rows, rng, wanted))
        self.is_synthetic_ = np.zeros(kept.size, dtype=bool)
        self.parents_ = np.empty((0, 1), dtype=np.intp)
        return rows.take(kept, kept if self.keep_index else None)

    def _kept(
        self,
        rows: Rows,
        rng: np.random.Generator,
        wanted: Mapping[Any, int] | None = None,
        after: str = "",
    ) -> npt.NDArray[np.bool_]:
        """Return which rows stay: of the classes that may lose any, and not all of a class.

        ``after`` says in warnings what came before.
        """
        self._forget()
        self._learn(rows, wanted)
        target, name = rows.target, rows.sampler
        with naming_columns(rows):
            stays = self._keep(rows, rng)
        names = np.array([label in self.sampling_strategy_ for label in target.names])
        stays = stays | ~names[target.codes]
        left = np.bincount(target.codes[stays], minlength=len(names))
        for position, label in enumerate(target.names):
            n = int(target.counts[position])
            if left[position] == 0:
                warnings.warn(
                    f"{name} would remove all rows of class {label!r}, which overlaps too much "
                    "with others to be cleaned: all of them were kept.",
                    UserWarning,
                    stacklevel=2,
                )
                stays = stays | (target.codes == position)
                left[position] = n
            elif left[position] < MOST * n:
                warnings.warn(
                    f"{name} removed {n - left[position]} of the {n} rows that class {label!r} "
                    f"had{after}: the classes overlap. Clean less, or use a sampler that removes "
                    "none.",
                    UserWarning,
                    stacklevel=2,
                )
        self.n_removed_ = dict(zip(target.names, (target.counts - left).tolist(), strict=True))
        return stays

    def _nearest(self, rows: Rows, k: int, search: UserSearch | None = None) -> Any:
        """Return the positions (n, k) of the nearest neighbors of each row."""
        space = space_of(rows, standardize=self.standardize, metric=self.metric)
        return space.kneighbors(k, algorithm=search or "auto", n_jobs=self.n_jobs)
