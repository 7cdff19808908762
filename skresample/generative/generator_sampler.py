"""GeneratorSampler: generators of other libraries as samplers."""

import inspect
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import field
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils._param_validation import HasMethods

from skresample._support import import_extra, seeded_clone
from skresample.samplers.base import BaseOverSampler, Task
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.table import Block, Rows, is_frame, labels_of, read_like, take_rows, to_pandas

__all__ = ["GeneratorSampler"]

MOST_SEED = 2**31 - 1  # above it, some generators refuse a seed


class GeneratorSampler(BaseOverSampler):
    """Oversampling with a generator of another library.

    The generator is any object with ``fit(frame)`` and ``sample(n)``: a synthesizer of ctgan or
    SDV, :class:`sklearn.mixture.GaussianMixture`, or a class of your own. A copy of it is fitted on
    the samples of each class. Its synthetic samples get the types of your table, and values
    that do not fit into the table raise an error.

    Parameters
    ----------
    generator : object
        Has ``fit``, which gets a pandas DataFrame of the samples of one class, and ``sample``,
        which gets a number of samples. ``sample`` returns a DataFrame with the same columns in any
        order, an array, or a tuple that begins with one. The generator is copied.
    fit_params : dict, default=None
        Further arguments of ``fit``, such as ``{"discrete_columns": ["job"]}`` for ctgan.
    n_jobs : int, default=None
        Ignored; accepted so that samplers can be exchanged in a search.

    See Also
    --------
    GaussianCopulaOverSampler : A generator that needs no other library.

    Notes
    -----
    The DataFrame that the generator gets has the columns of the table, with their types. Names are
    strings, as many generators require: a column ``2020`` is called ``'2020'``, also in
    `fit_params`. Columns of an array are called ``'0'``, ``'1'`` and so on, as are those of a
    DataFrame with repeated names. Integers of polars and pyarrow with missing values become
    floats. Synthetic samples are shuffled, since a generator may draw them component by component.

    A ``random_state`` of the generator that is None is set for the fit, and again for each draw. A
    ``random_state`` parameter of ``sample`` and a method ``set_random_state``, as in ctgan, are
    used. The global states of NumPy, Python and PyTorch are seeded while the generator works, and
    restored afterwards. The same seed therefore gives the same samples, unless the generator has
    another source of randomness.

    Synthetic samples have no parents (-1). A missing value is written as the table writes it in
    that column.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.mixture import GaussianMixture
    >>> from skresample import GeneratorSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = GeneratorSampler(GaussianMixture(2, reg_covar=0.1), random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    """

    generator: Annotated[Any, HasMethods(["fit", "sample"])] = field(kw_only=False)
    fit_params: Annotated[dict[str, Any] | None, dict, None] = None
    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    _paper = "The generator's own"

    _knows_others: ClassVar[bool] = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.repeats_rows = True  # as a bootstrap does
        return tags

    def _fit_class(self, task: Task) -> Any:
        seed = int(task.rng.integers(MOST_SEED))
        if hasattr(self.generator, "get_params"):
            generator = seeded_clone(self.generator, seed)
        else:
            generator = clone(self.generator, safe=False)
        frame = frame_of(task.rows, task.minority)
        given = self.fit_params or {}
        work = f"fit the {len(frame)} rows" + (f" with fit_params={given}" if given else "")
        with seeded(generator, seed), self._errors_named(work, task):
            generator.fit(frame, **given)
        return generator

    def _draw(
        self, task: Task, fitted: Any, bases: npt.NDArray[np.intp], rng: np.random.Generator
    ) -> Block:
        n_new = bases.size
        seed = int(rng.integers(MOST_SEED))
        takes_seed = "random_state" in inspect.signature(fitted.sample).parameters
        if not takes_seed and "random_state" in getattr(fitted, "get_params", dict)():
            # With the same seed, an estimator would draw the same rows each time.
            fitted.set_params(random_state=seed)
        with seeded(fitted, seed), self._errors_named(f"draw {n_new} rows", task):
            drawn = fitted.sample(n_new, **({"random_state": seed} if takes_seed else {}))
        numeric, codes = self._read(drawn, task.rows, n_new)
        # scikit-learn's mixtures, among others, draw component by component.
        order = rng.permutation(n_new)
        numeric, codes = numeric[order], codes[order]
        numbers = self._in_batches(task, lambda part, _: numeric[part], n_new, rng)
        return Block(np.full((n_new, 1), -1), numbers, codes)

    @contextmanager
    def _errors_named(self, work: str, task: Task) -> Iterator[None]:
        """Name the class in errors of the generator, whose types are not known."""
        try:
            yield
        except MemoryError:
            raise
        except Exception as error:
            raise ValueError(
                f"{self._name} could not {work} of class {task.label!r}: "
                f"{type(error).__name__}: {error}"
            ) from error

    @property
    def _name(self) -> str:
        return f"The generator {type(self.generator).__name__}"

    def _read(
        self, drawn: Any, rows: Rows, n_new: int
    ) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.signedinteger]]:
        """Read drawn rows as the table is read; values that do not fit into it raise an error."""
        drawn = self._in_order(drawn, rows)
        if len(drawn) != n_new:
            raise ValueError(f"{self._name} was asked for {n_new} rows but drew {len(drawn)}.")
        if is_frame(rows.X):
            drawn.columns = labels_of(rows.X)
        else:
            drawn = drawn.to_numpy()
        try:
            numeric, codes = read_like(drawn, rows, self)
        except ValueError as error:
            raise ValueError(
                f"{self._name} drew rows that do not fit into the table: {error}"
            ) from error
        columns = rows.columns
        for i, j in enumerate(columns.numbers):
            if np.isinf(numeric[:, i]).any():
                raise ValueError(f"{self._name} drew infinity in column {rows.names[j]!r}.")
        for i, j in enumerate(columns.categories):
            unknown = np.flatnonzero(codes[:, i] == len(columns.first_rows[i]))
            if unknown.size:
                values = np.asarray(drawn)[:, j]
                raise ValueError(
                    f"{self._name} drew {values[unknown[0]]!r} in column {rows.names[j]!r}, a "
                    "category that does not occur in the table. If these are numbers, leave the "
                    "column out of categorical_features."
                )
        n_missing = [*np.isnan(numeric).sum(axis=0), *(codes < 0).sum(axis=0)]
        for n, j in zip(n_missing, [*columns.numbers, *columns.categories], strict=True):
            if n and rows.row_with_missing(j) < 0:
                raise ValueError(
                    f"{self._name} drew {n} missing values in column {rows.names[j]!r}, which is "
                    "complete in the table."
                )
        return numeric, codes

    def _in_order(self, drawn: Any, rows: Rows) -> Any:
        """Return drawn rows as a pandas DataFrame, with the columns in the order of the table."""
        if isinstance(drawn, tuple) and drawn:
            drawn = drawn[0]  # the second item of scikit-learn's mixtures is the component
        names = names_of(rows)
        if not is_frame(drawn):
            pd = import_extra("pandas", "cli")
            drawn = np.asarray(drawn)
            if drawn.ndim != 2 or drawn.shape[1] != len(names):
                raise ValueError(
                    f"{self._name} drew an array of shape {drawn.shape}, but the table has "
                    f"{len(names)} columns."
                )
            return pd.DataFrame(drawn, columns=names)
        drawn = to_pandas(drawn)
        found = list(map(str, drawn.columns))
        drawn = drawn.set_axis(found, axis=1)
        odd = {
            "missing": [name for name in names if name not in found],
            "new": [name for name in found if name not in names],
            "repeated": [name for name in names if found.count(name) > 1],
        }
        wrong = [f"{given} are {how}" for how, given in odd.items() if given]
        if wrong:
            raise ValueError(
                f"{self._name} drew other columns than those of the table: {', and '.join(wrong)}."
            )
        return drawn[names].reset_index(drop=True)


def names_of(rows: Rows) -> list[str]:
    """Return the names of the columns as strings; numbers if names repeat."""
    if len(set(rows.names)) == len(rows.names):
        return rows.names
    return [str(j) for j in range(len(rows.names))]


def frame_of(rows: Rows, positions: npt.NDArray[np.intp]) -> Any:
    """Return some rows of a table as a pandas DataFrame: a copy with a new index."""
    pd = import_extra("pandas", "cli")
    taken = take_rows(rows.X, positions)
    if rows.mask is not None:
        taken = np.ma.array(taken, mask=rows.mask[positions])
    if sparse.issparse(taken):
        taken = taken.toarray()
    if isinstance(taken, np.ndarray):
        native = taken.astype(taken.dtype.newbyteorder("="))  # pandas accepts no other byte order
        return pd.DataFrame(native, columns=names_of(rows)).infer_objects()
    frame = to_pandas(taken)
    frame.columns = names_of(rows)
    return frame


@contextmanager
def seeded(generator: Any, seed: int) -> Iterator[None]:
    """Seed a generator and the global states of Python, NumPy and PyTorch; restore these after."""
    if hasattr(generator, "set_random_state"):
        generator.set_random_state(seed)
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    torch = sys.modules.get("torch")
    with ExitStack() as restore:
        restore.callback(random.setstate, python_state)
        restore.callback(np.random.set_state, numpy_state)
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        if torch is not None:
            gpus = range(torch.cuda.device_count())
            restore.enter_context(torch.random.fork_rng(gpus))
            torch.manual_seed(seed)
        yield
