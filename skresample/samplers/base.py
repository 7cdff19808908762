"""The way of the data that every oversampler shares."""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

import imblearn.combine
import imblearn.over_sampling
import numpy as np
import numpy.typing as npt
from imblearn.utils import check_sampling_strategy
from imblearn.utils._tags import SamplerTags as ImblearnSamplerTags
from scipy import sparse
from sklearn.base import _fit_context
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.sparsefuncs import min_max_axis
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from skresample.numerics.allocation import allocate
from skresample.numerics.interpolation import reflect
from skresample.numerics.threads import in_threads
from skresample.samplers._imblearn import BaseOverSampler as ImblearnBaseOverSampler
from skresample.samplers._imblearn import BaseSampler as ImblearnBaseSampler
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import (
    KeepIndex,
    NJobs,
    Parametrized,
    RandomState,
    SamplingStrategy,
)
from skresample.table import (
    ALL_ROWS,
    ROWS_AT_ONCE,
    Block,
    Rows,
    Target,
    one_class,
    open_output,
    read_labels,
    read_rows,
    read_target,
    take_rows,
)

__all__ = [
    "BaseOverSampler",
    "BaseSampler",
    "SamplerTags",
    "Task",
    "drop_in",
    "filled",
    "naming_columns",
    "resolve_sampling_strategy",
    "rows_of",
    "rows_per_block",
    "seed_sequence",
]


Positions = npt.NDArray[np.intp]

# Beyond this, squares leave the range of floats of single precision.
HUGE = 1e19
# How many rows may be asked for: no machine has memory for more.
MOST_ROWS = IntegerInterval(0, 1 << 40)
# New rows are drawn in blocks: of so many rows, and of no more numbers than that.
BLOCK_ROWS, BLOCK_VALUES = 1 << 18, 1 << 24
# From this share of the new rows on, it is said that they repeat others.
MANY = 0.25


@dataclass(slots=True)
class SamplerTags(ImblearnSamplerTags):
    """What a sampler does to the rows that it is given: ``__sklearn_tags__().sampler_tags``.

    Attributes
    ----------
    sample_indices : bool, default=False
        Whether there are ``sample_indices_``.
    measures_linkage : bool, default=False
        Whether ``linkage_`` says how many new rows are nearest to the row that they are of.
    moves_rows : bool, default=False
        Whether numbers of given rows may come out changed; ``is_moved_`` says which.
    removes_rows : bool, default=False
        Whether given rows may not come out.
    repeats_rows : bool, default=False
        Whether new rows of continuous numbers may be equal to given rows, or to each other.
    """

    measures_linkage: bool = False
    moves_rows: bool = False
    removes_rows: bool = False
    repeats_rows: bool = False


@dataclass(frozen=True)
class Task:
    """One class of a table against the rest of it.

    Attributes
    ----------
    label : object
        The class, as the user calls it.
    rows : Rows
        The whole table.
    minority, majority : ndarray of shape (m,) and (n - m,)
        Positions in the table of the rows of the class, and of all others.
    rng : numpy.random.Generator
        This class's own random stream for fitting.
    """

    label: Any
    rows: Rows
    minority: npt.NDArray[np.intp]
    majority: npt.NDArray[np.intp]
    rng: np.random.Generator

    @property
    def numeric(self) -> Any:
        """The columns of numbers of the whole table as floats, of shape (n, d)."""
        return self.rows.numeric

    @property
    def is_minority(self) -> npt.NDArray[np.bool_]:
        """Whether a row of the table is of the class, of shape (n,)."""
        mask = np.zeros(len(self.rows), dtype=bool)
        mask[self.minority] = True
        return mask


def rows_per_block(task: Task) -> int:
    """Return how many new rows a block has: fewer, if a row has many numbers."""
    return min(BLOCK_ROWS, max(1, BLOCK_VALUES // max(1, len(task.rows.names))))


class Plan(NamedTuple):
    """The new samples of a class, divided into blocks that can be drawn anywhere.

    Attributes
    ----------
    task : Task
        The class.
    fitted : object
        What was learned from it.
    n_new, size : int
        Number of new samples, and of those in a block; the last block may have fewer.
    order, ends : ndarray of shape (m,) or None
        The bases in random order, and how many new samples are made from them and those before.
    seeds : list of numpy.random.SeedSequence
        One for each block.
    """

    task: Task
    fitted: Any
    n_new: int
    size: int
    order: Positions | None
    ends: Positions | None
    seeds: list[np.random.SeedSequence]

    @property
    def n_blocks(self) -> int:
        """The number of blocks."""
        return len(self.seeds)

    def bases(self, number: int, rng: np.random.Generator) -> Positions:
        """Return the bases of a block in random order."""
        start = number * self.size
        stop = min(start + self.size, self.n_new)
        if self.order is None or self.ends is None:
            return rng.integers(len(self.task.minority), size=stop - start)
        counts = np.diff(np.clip(self.ends, start, stop), prepend=start).astype(np.intp)
        return rng.permutation(np.repeat(self.order, counts))


Sampler = TypeVar("Sampler", bound=type)


def drop_in(cls: Sampler) -> Sampler:
    """Make a sampler an instance of imbalanced-learn's class of the same name.

    ``SMOTETomek(smote=...)`` of that library, for one, takes nothing else.

    Parameters
    ----------
    cls : type
        A class with the name and the parameters of one of theirs.

    Returns
    -------
    cls : type
        The same class.
    """
    theirs = imblearn.over_sampling, imblearn.combine
    module = next(module for module in theirs if hasattr(module, cls.__name__))
    getattr(module, cls.__name__).register(cls)
    return cls


class BaseSampler(Parametrized, ImblearnBaseSampler):
    """Base class of all samplers, which imbalanced-learn takes for its own."""

    _sampling_type = "over-sampling"

    _paper: ClassVar[str] = ""
    """Authors, year and title of the paper, for the command line."""

    _knows_others: ClassVar[bool] = True
    """Whether what is learned from a class may depend on the other classes."""

    sampling_strategy: SamplingStrategy = "auto"
    random_state: RandomState = None
    n_jobs: NJobs = None

    # Of samplers that have no such parameters.
    categorical_features = "auto"
    bounds = None
    standardize = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Not `categorical`, for which scikit-learn's checks make targets with classes of one row.
        tags.input_tags.allow_nan = True
        tags.sampler_tags = SamplerTags(sample_indices=True)
        return tags

    @property
    def _categorical(self) -> Any:
        """Which columns are categorical."""
        return self.categorical_features

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Resample a table.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Class labels, or their one-hot encoding.

        Returns
        -------
        X_resampled : {ndarray, list, sparse matrix, DataFrame} of shape (n_out, n_features)
            The original samples that are kept, unchanged and in their order, then the synthetic
            ones, class by class and in random order within a class; of the type of `X`.
        y_resampled : {ndarray, list, Series, DataFrame} of shape (n_out,) or (n_out, n_classes)
            Their labels, of the type of `y`.

        Raises
        ------
        ValueError
            If the table or the target cannot be used; the message says why and what to do.
        """
        self._validate_params()
        if y is None:
            read_target(y, 0, type(self).__name__)  # which refuses it
        self.__dict__.pop("sampling_strategy_", None)  # of an earlier fit
        return self._fit_resample(X, y)

    @abstractmethod
    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Resample, with the counts of ``sampling_strategy_`` where a caller has set it.

        imbalanced-learn's samplers find it set when this is called, and so other libraries set
        it to say how many samples they want.
        """

    def _forget(self) -> None:
        """Remove what an earlier resampling has left."""
        for name in ("parents_", "is_synthetic_", "is_moved_", "sample_indices_", "n_removed_"):
            self.__dict__.pop(name, None)


class BaseOverSampler(BaseSampler, ImblearnBaseOverSampler):
    """Base class of the oversamplers.

    It reads the table, decides how many samples each class gets, hands out random streams, writes
    the output and keeps the provenance of each sample. A method adds `_fit_class` and `_draw`.
    """

    _attribute_texts: ClassVar[str] = """
categorical_features_ : ndarray of shape (n_categorical,)
    Positions of the categorical columns, if the method computes new values.
sampling_strategy_ : dict
    Number of synthetic samples per label.
is_synthetic_ : ndarray of shape (n_out,)
    True for synthetic samples, False for original ones (after ``fit_resample``).
parents_ : ndarray of shape (n_synthetic, n_parents)
    Positions in `X` of the samples that each synthetic sample was made from, -1 for none
    (after ``fit_resample``).
sample_indices_ : ndarray of shape (n_out,)
    Position in `X` of each sample, -1 for new ones (after ``fit_resample``).
n_features_in_ : int
    Number of features of `X`.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the features, if all names are strings.
"""

    _min_rows: ClassVar[int] = 1
    """How many rows a class must have."""

    keep_index: KeepIndex = False

    @property
    def _computes(self) -> bool:
        """Whether new values are computed from old ones; otherwise whole rows are copied."""
        return True

    @abstractmethod
    def _fit_class(self, task: Task) -> Any:
        """Learn from one class what `_draw` needs."""

    @abstractmethod
    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        """Draw a block of synthetic samples, one for each base.

        A pure function: what it returns depends on its arguments only, and it changes none of them.

        Parameters
        ----------
        task : Task
            The class.
        fitted : object
            What `_fit_class` returned.
        bases : ndarray of shape (n,)
            Positions in the class, as often as `_base_weights` says.
        rng : numpy.random.Generator
            The random stream of the block.
        """

    def _base_weights(self, task: Task, fitted: Any) -> npt.NDArray[np.floating] | None:
        """Return how often each sample of a class is a base; None for independent uniform draws."""
        return None

    def _bounds(self, task: Task) -> Any:
        """Return the limits that new numbers are reflected at, None for none."""
        return task.rows.bounds(self.bounds)

    def _in_batches(
        self,
        task: Task,
        draw: Callable[[slice, np.random.Generator], npt.NDArray[np.floating]],
        n: int,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.floating]:
        """Draw n rows of numbers in threads: in batches, each with its own random stream."""
        numbers = np.empty((n, task.numeric.shape[1]), task.numeric.dtype)
        streams, bounds = rng.spawn(-(-n // ROWS_AT_ONCE)), self._bounds(task)

        def one(batch: slice) -> None:
            with np.errstate(over="ignore"):  # of single precision
                numbers[batch] = draw(batch, streams[batch.start // ROWS_AT_ONCE])
            if bounds is not None:
                reflect(numbers[batch], *bounds)

        with threadpool_limits(1, "blas"):  # a thread has work enough of its own
            in_threads(one, gen_batches(n, ROWS_AT_ONCE), self.n_jobs)
        return numbers

    @property
    def _keeps_originals(self) -> bool:
        """Whether the rows that were given are among those that come out."""
        return True

    def _moved(self) -> Block | None:
        """Return what becomes of given rows that do not come out as they were.

        Each is its own parent.
        """
        return None

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        """Learn what all classes share, if there is anything."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from each class that is to be oversampled what new rows are made from.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. It is kept for later draws; floats are not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_classes), default=None
            Class labels, or their one-hot encoding. Random oversampling, densities and
            generators, which learn from each class by itself, do without: then all rows are
            one class, for `sample`.

        Returns
        -------
        self : object
            The fitted sampler.

        Raises
        ------
        ValueError
            If the table or the target cannot be used; the message says why and what to do.
        """
        return self._learn(X, y)

    @_fit_context(prefer_skip_nested_validation=True)
    def _learn(self, X: Any, y: Any, wanted: Mapping[Any, int] | None = None) -> Self:
        """Fit; ``wanted`` are the new rows per class, None for what `sampling_strategy` says."""
        self._forget()
        computes = self._computes
        rows = X
        if not isinstance(X, Rows):
            categorical = self._categorical
            rows = read_rows(
                X, self, numeric=computes, categorical=categorical, allow_nd=not computes
            )
        alone = y is None and not self._knows_others
        if isinstance(y, Target):
            target = y
        elif alone:
            target = one_class(len(rows))
        else:  # a caller that says how many rows it wants has nothing to balance
            read = read_target if wanted is None else read_labels
            target = read(y, len(rows), type(self).__name__)
        if wanted is not None:
            wanted = check_new_rows(wanted, target, type(self).__name__)
        else:
            wanted = (
                {ALL_ROWS: 0}
                if alone
                else resolve_sampling_strategy(self.sampling_strategy, target)
            )
        self.sampling_strategy_ = wanted
        seeds = seed_sequence(self.random_state).spawn(1 + len(target.classes))
        streams = [tuple(map(np.random.default_rng, seed.spawn(2))) for seed in seeds]
        self._rows, self._target = rows, target
        self._fit_streams = [fit for fit, _ in streams[1:]]
        self._draw_streams = [draw for _, draw in streams[1:]]
        self._fitted_classes: dict[int, tuple[Task, Any]] = {}
        if self._computes:
            self.categorical_features_ = rows.columns.categories
        with naming_columns(rows):
            self._fit_table(rows, streams[0][0])
        for code, label in enumerate(target.classes.tolist()):
            if alone or wanted.get(label):
                self._fitted_class(code)
        return self

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        self._learn(X, y, self.__dict__.get("sampling_strategy_"))
        wanted = [self.sampling_strategy_.get(c, 0) for c in self._target.classes.tolist()]
        kept = self._keeps_originals
        if not kept:
            wanted = (self._target.counts + wanted).tolist()
        keep_index = self.keep_index and kept
        moved = self._moved()
        n_moved = 0 if moved is None else len(moved.parents)
        n_new = sum(wanted) + n_moved
        output = open_output(self._rows, n_new, originals=kept, keep_index=keep_index)
        drawn = [
            self._put_class(output, code, n_new, self._draw_streams[code])
            for code, n_new in enumerate(wanted)
            if n_new
        ]
        self.parents_ = np.concatenate(drawn) if drawn else np.empty((0, 1), dtype=np.intp)
        n_old = len(self._rows) if kept else 0
        self.is_synthetic_ = np.arange(n_old + len(self.parents_)) >= n_old
        copied = np.full(len(self.parents_), -1) if self._computes else self.parents_[:, 0]
        self.sample_indices_ = np.concatenate([np.arange(n_old), copied])
        labels = np.repeat(np.arange(len(wanted)), wanted)
        y = self._target.extend(labels, originals=kept, keep_index=keep_index)
        if moved is None:
            return output.close(), y
        places = np.arange(len(self.is_synthetic_))
        places[moved.parents[:, 0]] = len(places) + np.arange(n_moved)
        self.is_moved_ = places >= len(places)
        if not n_moved:
            return output.close(), y
        draws = self._draw_streams[0].spawn(1)[0].random(n_moved)
        output.put(moved._replace(draws=draws))
        return take_rows(output.close(), places, keep_index=keep_index), y

    def sample(self, n_samples: int, *, label: Any = None, random_state: Any = None) -> Any:
        """Draw new rows of one class.

        Parameters
        ----------
        n_samples : int
            How many.
        label : object, default=None
            Of which class; None for the smallest. Any class of the fitted target will do.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None goes on with the sampler's own stream, so that a
            second call brings other rows.

        Returns
        -------
        X_new : {ndarray, list, sparse matrix, DataFrame} of shape (n_samples, n_features)
            New rows in random order, of the type that `fit` was given.

        Raises
        ------
        ValueError
            If there is no such class, or `n_samples` is not a whole number of at least 0.

        Examples
        --------
        >>> from skresample import SMOTE
        >>> X, y = [[0.0], [1.0], [5.0], [6.0], [7.0]], ["a", "a", "b", "b", "b"]
        >>> new = SMOTE(k_neighbors=1, random_state=0).fit(X, y).sample(2, label="a")
        >>> all(0 <= value <= 1 for [value] in new)
        True
        """
        check_is_fitted(
            self,
            "_rows",
            msg="This %(name)s instance is not fitted yet: call fit first. The sampler_ of a "
            "ResampledClassifier keeps no rows to draw from, unless keep_table=True.",
        )
        if not MOST_ROWS.is_satisfied_by(n_samples):
            raise ValueError(
                f"n_samples must be a whole number from 0 to {MOST_ROWS.right}, not {n_samples!r}."
            )
        code = self._code_of(label)
        rng = self._draw_streams[code]
        if random_state is not None:
            seeds = seed_sequence(random_state).spawn(len(self._target.classes))
            rng = np.random.default_rng(seeds[code])
        output = open_output(self._rows, int(n_samples), originals=False)
        if n_samples:
            self._put_class(output, code, int(n_samples), rng)
        return output.close()

    def _tell_repeats(self, task: Task, n_same: int, n_new: int, why: str) -> None:
        """Warn where many of the new rows are equal to given rows or to each other."""
        if n_same > MANY * n_new:
            warnings.warn(
                f"{type(self).__name__}: of {n_new} new rows of class {task.label!r}, {n_same} "
                f"repeat others: {why}",
                UserWarning,
                stacklevel=2,
            )

    def _code_of(self, label: Any) -> int:
        """Return the position of a class; of the smallest for None."""
        classes = self._target.classes.tolist()
        if label is None:
            return int(np.argmin(self._target.counts))
        if label not in classes:
            raise ValueError(f"There is no class {label!r}: the classes are {classes}.")
        return classes.index(label)

    def _put_class(self, output: Any, code: int, n_new: int, rng: np.random.Generator) -> Positions:
        plan = self._plan(code, n_new, rng)
        parents = []
        with naming_columns(plan.task.rows):
            for number in range(plan.n_blocks):
                block = self._draw_block(plan, number)
                output.put(block)
                parents.append(block.parents)
        return np.concatenate(parents)

    def _plan(self, code: int, n_new: int, rng: np.random.Generator) -> Plan:
        """Divide the new samples of a class into blocks."""
        task, fitted = self._fitted_class(code)
        size = rows_per_block(task)
        seeds = rng.bit_generator.seed_seq.spawn(1 + -(-n_new // size))  # type: ignore[attr-defined]
        weights, order, ends = self._base_weights(task, fitted), None, None
        if weights is not None:
            shared = np.random.default_rng(seeds[0])
            order = shared.permutation(weights.size)
            ends = np.cumsum(allocate(weights, n_new, shared)[order])
        return Plan(task, fitted, n_new, size, order, ends, seeds[1:])

    def _draw_block(self, plan: Plan, number: int) -> Block:
        """Draw one of the blocks of a class: the same, whoever draws it and in whatever order."""
        # A copy: a seed counts the streams that were spawned from it.
        rng = np.random.default_rng(deepcopy(plan.seeds[number]))
        return self._finished_block(plan.task, plan.fitted, plan.bases(number, rng), rng)

    def _finished_block(
        self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator
    ) -> Block:
        """Draw a block, and the numbers by which its values are rounded."""
        block = self._draw(task, fitted, bases, rng)
        if block.draws is None and block.numbers is not None:
            block = block._replace(draws=rng.random(len(block.parents)))
        return block

    def _fitted_class(self, code: int) -> tuple[Task, Any]:
        """Return a class and what was learned from it; learn it where nobody asked before."""
        if code not in self._fitted_classes:
            target = self._target
            inside = target.codes == code
            task = Task(
                label=target.classes.tolist()[code],
                rows=self._rows,
                minority=np.flatnonzero(inside),
                majority=np.flatnonzero(~inside),
                rng=self._fit_streams[code],
            )
            if len(task.minority) < self._min_rows:
                raise ValueError(
                    f"{type(self).__name__} needs {self._min_rows} rows of a class to make others "
                    f"from, and class {task.label!r} has {len(task.minority)} row: use "
                    "RandomOverSampler, which repeats rows, or leave the class out of "
                    "sampling_strategy."
                )
            with naming_columns(task.rows):
                self._fitted_classes[code] = (task, self._fit_class(task))
        return self._fitted_classes[code]


@contextmanager
def naming_columns(rows: Rows) -> Iterator[None]:
    """Name the columns whose numbers are so large or small that an error may be due to them.

    Parameters
    ----------
    rows : Rows
        The table that is computed with.

    Raises
    ------
    ValueError
        Instead of an error of any other library that names no column.
    """
    try:
        yield
    except (ArithmeticError, ValueError) as error:
        names = [] if _is_own(error) else _extreme(rows)
        if not names:
            raise
        raise ValueError(
            f"{rows.sampler} cannot compute with X: columns {names} hold numbers that are larger "
            f"than {HUGE:g} or closer together than {1 / HUGE:g}. Scale these columns. ({error})"
        ) from error


def _is_own(error: Exception) -> bool:
    """Say whether an error was raised by this library, in words of its own."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else trace.tb_frame.f_globals.get("__name__", "")
    return isinstance(error, ValueError) and where.startswith("skresample.")


def _extreme(rows: Rows) -> list[str]:
    """Return the names of columns whose squares, or floats of single precision, may overflow."""
    numeric = rows.numeric
    if sparse.issparse(numeric):
        low, high = min_max_axis(numeric, axis=0)
    else:
        low, high = (extreme.reduce(numeric, axis=0) for extreme in (np.fmin, np.fmax))
    with np.errstate(all="ignore"):
        low, high = low.astype(np.float64), high.astype(np.float64)
        near = (high > low) & (high - low < 1 / HUGE)
        found = np.flatnonzero(near | (np.maximum(high, -low) > HUGE))
    return [rows.names[j] for j in rows.columns.numbers[found]]


def resolve_sampling_strategy(strategy: Any, target: Target) -> dict[Any, int]:
    """Return how many rows to make of each class.

    imbalanced-learn's rules, but for a ratio that is met already, which is nothing to do
    here and an error there: inside cross-validation it depends on the fold.

    Parameters
    ----------
    strategy : float, str, dict or callable
        The parameter ``sampling_strategy``.
    target : Target
        The target.

    Returns
    -------
    counts : dict
        New rows per label.

    Raises
    ------
    ValueError
        If the strategy names a label that is not there, asks for fewer rows than there
        are, or is a ratio for more than two classes.
    """
    classes = target.classes.tolist()
    have = dict(zip(classes, target.counts.tolist(), strict=True))
    if callable(strategy):
        returned = strategy(target.labels)
        if not isinstance(returned, Mapping):
            raise ValueError(
                f"sampling_strategy={strategy!r} returned {returned!r}: it must return a dict with "
                "the wanted rows per class."
            )
        strategy = returned
    if isinstance(strategy, Mapping):
        unknown = [label for label in strategy if label not in have]
        if unknown:
            raise ValueError(
                f"sampling_strategy names {unknown}, which is not in y: the classes are {classes}."
            )
        for label, wanted in strategy.items():
            if not MOST_ROWS.is_satisfied_by(wanted) or wanted < have[label]:
                raise ValueError(
                    f"sampling_strategy asks for {wanted!r} rows of class {label!r}, which has "
                    f"{have[label]}: oversampling only adds rows, so give a whole number of at "
                    f"least that and at most {MOST_ROWS.right}, or leave the class out."
                )
        return {label: int(strategy[label]) - have[label] for label in classes if label in strategy}
    if isinstance(strategy, Real):
        if len(classes) != 2:
            raise ValueError(
                f"sampling_strategy={strategy} is a ratio of two classes, and there are "
                f"{len(classes)}: {classes}. Give a dict with the wanted rows per class."
            )
        if not 0 < float(strategy) <= 1:
            raise ValueError(
                f"sampling_strategy={strategy} is a ratio, and must be above 0 and at most 1."
            )
        small, large = sorted(have, key=lambda label: have[label])
        wanted = part_of(strategy, have[large])
        if wanted < have[small]:
            warnings.warn(
                f"sampling_strategy={strategy} is met already: class {small!r} has "
                f"{have[small]} rows against {have[large]}, so no row is added.",
                UserWarning,
                stacklevel=2,
            )
        return {small: max(wanted - have[small], 0)}
    # Codes, since labels may be objects that cannot be sorted.
    counts = check_sampling_strategy(strategy, target.codes, "over-sampling")
    return {label: int(counts[i]) for i, label in enumerate(classes) if i in counts}


def part_of(ratio: Any, n: int) -> int:
    """Return the whole part of a ratio of a number, as in imbalanced-learn.

    Of the ratio that was written: 0.29 of 100 is 29, though the nearest float is below 0.29.

    Parameters
    ----------
    ratio : float
        Above 0.
    n : int
        A number of rows.

    Returns
    -------
    part : int
        Whole.

    Examples
    --------
    >>> int(0.29 * 100), part_of(0.29, 100), part_of(1 / 3, 300)
    (28, 29, 100)
    """
    # A float of single precision is the decimal that it is shown as, too.
    exact = float(str(ratio)) if isinstance(ratio, np.floating) else float(ratio)
    # Of a ratio and a product, each rounded, the sum of errors is below a spacing of floats.
    return int(exact * n * (1 + 2 * np.finfo(float).eps))


def check_new_rows(wanted: Mapping[Any, int], target: Target, name: str) -> dict[Any, int]:
    """Check how many new rows per class a caller has put into ``sampling_strategy_``.

    Parameters
    ----------
    wanted : mapping
        New rows per label.
    target : Target
        The target.
    name : str
        Whose attribute it is: named in the messages.

    Returns
    -------
    counts : dict
        New rows per label.

    Raises
    ------
    ValueError
        If a label is not there, or a number is not a whole one of at least 0.
    """
    classes = target.classes.tolist()
    for label, n_new in wanted.items():
        if label not in classes or not MOST_ROWS.is_satisfied_by(n_new):
            raise ValueError(
                f"{name}: sampling_strategy_ asks for {n_new!r} new rows of class {label!r}, and "
                f"must have a whole number of at least 0 per class; the classes are {classes}."
            )
    return {label: int(wanted[label]) for label in classes if label in wanted}


def seed_sequence(random_state: Any) -> np.random.SeedSequence:
    """Return what random streams are spawned from.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        The seed.

    Returns
    -------
    seeds : numpy.random.SeedSequence
        Another one at each call for None, and for an instance, which moves on.
    """
    words = check_random_state(random_state).randint(0, 2**32, size=4, dtype=np.uint32)
    return np.random.SeedSequence(words.tolist())


def rows_of(numeric: Any, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return some rows of a table's numbers, as a dense copy in double precision.

    Parameters
    ----------
    numeric : {ndarray, CSR matrix or array} of shape (n, d)
        The numbers.
    rows : ndarray of shape (n_rows,)
        Positions.

    Returns
    -------
    values : ndarray of shape (n_rows, d)
        Floats.
    """
    values = numeric[rows]
    return (values.toarray() if sparse.issparse(values) else values).astype(np.float64)


def filled(task: Task) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the numbers of a class with a value where one is missing, and where that is.

    Parameters
    ----------
    task : Task
        The class.

    Returns
    -------
    rows : ndarray of shape (m, d)
        Missing ones are drawn from those that the class has in the column, or are 0.
    missing : ndarray of shape (m, d)
        Where.
    """
    rows = rows_of(task.numeric, task.minority)
    missing = np.isnan(rows)
    for j in np.flatnonzero(missing.any(axis=0)):
        holes = missing[:, j]
        there = rows[~holes, j] if not holes.all() else np.zeros(1)
        rows[holes, j] = task.rng.choice(there, np.count_nonzero(holes))
    return rows, missing
