"""The root of all samplers, and what every oversampler shares."""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn import config_context
from sklearn.utils import gen_batches
from sklearn.utils.sparsefuncs import min_max_axis
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from skresample.numerics.interpolation import reflect
from skresample.numerics.threads import in_threads
from skresample.samplers._imblearn import BaseOverSampler as ImblearnBaseOverSampler
from skresample.samplers._imblearn import BaseSampler as ImblearnBaseSampler
from skresample.samplers.parameters import (
    KeepIndex,
    NJobs,
    Parametrized,
    RandomState,
    SamplingStrategy,
)
from skresample.samplers.streams import Plan, plan_blocks, rows_per_block, seed_sequence
from skresample.samplers.tags import SamplerTags, drop_in
from skresample.table import (
    ALL_ROWS,
    MOST_ROWS,
    ROWS_AT_ONCE,
    Block,
    Rows,
    Task,
    is_count,
    one_class,
    open_output,
    read_labels,
    read_rows,
    read_target,
)

__all__ = [
    "BaseOverSampler",
    "BaseSampler",
    "SamplerTags",
    "Task",
    "drop_in",
    "filled",
    "naming_columns",
    "refilled",
    "rows_of",
    "rows_per_block",
    "seed_sequence",
]


Positions = npt.NDArray[np.intp]

# Beyond this, squares leave the range of floats of single precision.
HUGE = 1e19
# A warning says so if more than this proportion of the synthetic samples repeat others.
MANY = 0.25


class BaseSampler(Parametrized, ImblearnBaseSampler):
    """Base class of all samplers, which are samplers of imbalanced-learn too.

    It reads the table and the target once, and writes them once. A sampler says in `_resample`
    what becomes of them in between.
    """

    _sampling_type = "over-sampling"

    _paper: ClassVar[str] = ""
    """Authors, year and title of the paper, for the command line."""

    _knows_others: ClassVar[bool] = True
    """Whether what is learned from a class may depend on the other classes."""

    _min_rows: ClassVar[int] = 1
    """How many samples a class must have."""

    _results: ClassVar[tuple[str, ...]] = (
        "parents_",
        "is_synthetic_",
        "is_moved_",
        "sample_indices_",
        "n_removed_",
    )
    """What ``fit_resample`` says of its samples, which the next call must not find."""

    sampling_strategy: SamplingStrategy = "auto"
    n_jobs: NJobs = None
    keep_index: KeepIndex = False

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

    @property
    def _computes(self) -> bool:
        """Whether values are compared or computed; otherwise columns need not be read."""
        return True

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what synthetic samples are drawn from.

        Methods that remove samples depend on the whole table: they only check it here.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. It is kept for later draws; floats are not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_classes), default=None
            Class labels, or their one-hot encoding. Random oversampling, densities and
            generators, which learn from each class by itself, do without: then all samples are
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
        self._validate_params()
        self._forget()
        self._learn(self._read_table(X, y))
        return self

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

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Resample, with the counts of ``sampling_strategy_`` where a caller has set it.

        imbalanced-learn's samplers find it set when this is called, and so other libraries set
        it to say how many samples they want.
        """
        wanted = self.__dict__.get("sampling_strategy_")
        resampled = self._resample(self._read_table(X, y, balance=wanted is None), wanted)
        return resampled.export(), resampled.target.y

    def _read_table(self, X: Any, y: Any, *, balance: bool = True) -> Rows:
        """Read a table and its target, which needs two classes if they are to be balanced."""
        computes = self._computes
        rows = read_rows(
            X, self, numeric=computes, categorical=self._categorical, allow_nd=not computes
        )
        if y is None and not self._knows_others:
            rows.target = one_class(len(rows))
        else:
            read = read_target if balance else read_labels
            rows.target = read(y, len(rows), type(self).__name__)
        return rows

    @abstractmethod
    def _learn(self, rows: Rows) -> None:
        """Learn from a table, or check that it can be resampled."""

    @abstractmethod
    def _resample(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> Rows:
        """Return a table resampled, and keep the provenance of its samples.

        ``wanted`` are the new samples per class, None for what `sampling_strategy` says.
        """

    def _plan_counts(self, rows: Rows, wanted: Mapping[Any, int] | None) -> dict[Any, int]:
        """Return the number of new samples per class."""
        if wanted is not None:
            return rows.target.check_plan(wanted, type(self).__name__)
        if rows.target.names == [ALL_ROWS]:
            return {ALL_ROWS: 0}
        return rows.target.plan(self.sampling_strategy)

    def _forget(self) -> None:
        """Remove what an earlier resampling has left."""
        for name in self._results:
            self.__dict__.pop(name, None)


class BaseOverSampler(BaseSampler, ImblearnBaseOverSampler):
    """Base class of the oversamplers.

    It decides how many samples each class gets, hands out random streams, and keeps the provenance
    of each sample. A method adds `_fit_class` and `_draw`.
    """

    random_state: RandomState = None

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

    @property
    def _keeps_originals(self) -> bool:
        """Whether the output begins with the original samples."""
        return True

    @abstractmethod
    def _fit_class(self, task: Task) -> Any:
        """Learn from one class what `_draw` needs."""

    @abstractmethod
    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        """Draw a block of synthetic samples, one for each base.

        A pure function of its arguments, which it does not change. `fitted` is what `_fit_class`
        returned; `bases` are positions in the class, as often as `_base_weights` says.
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

    def _moved(self) -> Block | None:
        """Return what becomes of given rows that do not come out as they were.

        Each is its own parent.
        """
        return None

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        """Learn what all classes share, if there is anything."""

    def _learn(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> None:
        self.sampling_strategy_ = wanted = self._plan_counts(rows, wanted)
        target = rows.target
        seeds = seed_sequence(self.random_state).spawn(1 + len(target.names))
        streams = [tuple(map(np.random.default_rng, seed.spawn(2))) for seed in seeds]
        self._rows = rows
        self._fit_streams = [fit for fit, _ in streams[1:]]
        self._draw_streams = [draw for _, draw in streams[1:]]
        self._fitted_classes: dict[int, tuple[Task, Any]] = {}
        if self._computes:
            self.categorical_features_ = rows.columns.categories
        # What scikit-learn's functions are given in here need not be checked again.
        with config_context(skip_parameter_validation=True):
            with naming_columns(rows):
                self._fit_table(rows, streams[0][0])
            for position, name in enumerate(target.names):
                if wanted.get(name) or name == ALL_ROWS:
                    self._fitted_class(position)

    def _resample(self, rows: Rows, wanted: Mapping[Any, int] | None = None) -> Rows:
        self._forget()
        self._learn(rows, wanted)
        target, kept = rows.target, self._keeps_originals
        counts = [self.sampling_strategy_.get(name, 0) for name in target.names]
        if not kept:
            counts = (target.counts + counts).tolist()
        moved = self._moved()
        n_moved = 0 if moved is None else len(moved.parents)
        keep_index = self.keep_index and kept
        output = open_output(rows, sum(counts) + n_moved, originals=kept, keep_index=keep_index)
        drawn = [
            self._put_class(output, position, n_new, self._draw_streams[position])
            for position, n_new in enumerate(counts)
            if n_new
        ]
        self.parents_ = np.concatenate(drawn) if drawn else np.empty((0, 1), dtype=np.intp)
        n_old = len(rows) if kept else 0
        self.is_synthetic_ = np.arange(n_old + len(self.parents_)) >= n_old
        copied = np.full(len(self.parents_), -1) if self._computes else self.parents_[:, 0]
        self.sample_indices_ = np.concatenate([np.arange(n_old), copied])
        if moved is None:
            return output.close()
        places = np.arange(len(self.is_synthetic_))
        places[moved.parents[:, 0]] = len(places) + np.arange(n_moved)
        self.is_moved_ = places >= len(places)
        if not n_moved:
            return output.close()
        draws = self._draw_streams[0].spawn(1)[0].random(n_moved)
        output.put(moved._replace(draws=draws, y=target.codes[moved.parents[:, 0]]))
        return output.close().take(places, np.arange(len(places)) if keep_index else None)

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
        if not is_count(n_samples):
            raise ValueError(
                f"n_samples must be a whole number from 0 to {MOST_ROWS}, not {n_samples!r}."
            )
        target = self._rows.target
        position = target.position(label)
        rng = self._draw_streams[position]
        if random_state is not None:
            seeds = seed_sequence(random_state).spawn(len(target.names))
            rng = np.random.default_rng(seeds[position])
        output = open_output(self._rows, int(n_samples), originals=False)
        if n_samples:
            self._put_class(output, position, int(n_samples), rng)
        return output.close().export()

    def _tell_repeats(self, task: Task, n_same: int, n_new: int, why: str) -> None:
        """Warn where many of the new rows are equal to given rows or to each other."""
        if n_same > MANY * n_new:
            warnings.warn(
                f"{type(self).__name__}: of {n_new} new rows of class {task.label!r}, {n_same} "
                f"repeat others: {why}",
                UserWarning,
                stacklevel=2,
            )

    def _put_class(
        self, output: Any, position: int, n_new: int, rng: np.random.Generator
    ) -> Positions:
        plan = self._plan(position, n_new, rng)
        parents = []
        with naming_columns(plan.task.rows):
            for number in range(plan.n_blocks):
                block = self._draw_block(plan, number)
                output.put(block)
                parents.append(block.parents)
        return np.concatenate(parents)

    def _plan(self, position: int, n_new: int, rng: np.random.Generator) -> Plan:
        """Divide the synthetic samples of a class into blocks."""
        task, fitted = self._fitted_class(position)
        return plan_blocks(task, fitted, self._base_weights(task, fitted), n_new, rng)

    def _draw_block(self, plan: Plan, number: int) -> Block:
        """Draw a block of a class: the same, whoever draws it and in whatever order."""
        rng = plan.rng(number)
        return self._finished_block(plan.task, plan.fitted, plan.bases(number, rng), rng)

    def _finished_block(
        self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator
    ) -> Block:
        """Draw a block, the numbers by which its values are rounded, and its target."""
        block = self._draw(task, fitted, bases, rng)
        if block.draws is None and block.numbers is not None:
            block = block._replace(draws=rng.random(len(block.parents)))
        first = block.parents[:, 0]
        like = np.where(first < 0, task.minority[0], first)
        return block._replace(y=task.rows.target.codes[like])

    def _fitted_class(self, position: int) -> tuple[Task, Any]:
        """Return a class and what was learned from it; learn it where nobody asked before."""
        if position not in self._fitted_classes:
            rng = self._fit_streams[position]
            task = self._rows.target.task(position, self._rows, rng)
            if len(task.minority) < self._min_rows:
                raise ValueError(
                    f"{type(self).__name__} needs {self._min_rows} rows of a class to make others "
                    f"from, and class {task.label!r} has {len(task.minority)} row: use "
                    "RandomOverSampler, which repeats rows, or leave the class out of "
                    "sampling_strategy."
                )
            with naming_columns(task.rows):
                self._fitted_classes[position] = (task, self._fit_class(task))
        return self._fitted_classes[position]


@contextmanager
def naming_columns(rows: Rows) -> Iterator[None]:
    """Name the columns whose numbers are so large or small that an error may be due to them.

    The ValueError replaces errors of other libraries, which name no column.
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


def rows_of(numeric: Any, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return some rows of a dense or CSR table (n, d), as a dense copy in double precision."""
    values = numeric[rows]
    return (values.toarray() if sparse.issparse(values) else values).astype(np.float64)


def filled(task: Task) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the numbers (m, d) of a class with missing values imputed, and where these are.

    They are drawn from the values that the class has in the column, or 0 if it has none.
    """
    rows = rows_of(task.numeric, task.minority)
    missing = np.isnan(rows)
    return refilled(rows, missing, task.rng), missing


def refilled(
    rows: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return rows (m, d) with random other values of the column where `mask`, 0 without others.

    They are the same array where nothing is masked: classes may be large.
    """
    if not mask.any():
        return rows
    rows = rows.copy()
    for j in np.flatnonzero(mask.any(axis=0)):
        here = mask[:, j]
        others = rows[~here, j] if not here.all() else np.zeros(1)
        rows[here, j] = rng.choice(others, np.count_nonzero(here))
    return rows
