"""Rows from named distributions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils import deprecated
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skresample.density.base import ClassDensity, Density
from skresample.density.copula import CopulaOverSampler, absent, gaussian_copula
from skresample.numerics.kernels import Kernels
from skresample.numerics.normal_scores import Marginal
from skresample.samplers.base import Task, rows_of, seed_sequence
from skresample.spec._columns import EMPIRICAL, EPOCH, SECONDS, SECONDS_A_DAY, TIMES
from skresample.spec._distributions import CANDIDATES, Fit, Named, fit_named
from skresample.spec.spec import TableSpec, read_spec, write_spec
from skresample.table import Rows
from skresample.table.columns import FloatCodec, IntegerCodec

__all__ = ["MarginalSampler", "RandomGenerator"]

Floats = npt.NDArray[np.floating]

# By which share of its range a column is padded on either side.
PADDING = 0.1
# So many values there must be for each parameter of a distribution that nobody asked for.
VALUES_A_PARAMETER = 5


class MarginalSampler(CopulaOverSampler):
    r"""Draw each column from the named distribution that fits it best, or from a spec.

    To each column of numbers, the distributions of a list are fitted by maximum likelihood, in
    each class by itself. That of the least :math:`k \ln n - 2 \ln L` is drawn from, which is
    Schwarz's criterion :footcite:p:`schwarz1978estimating`: k parameters, n values, likelihood
    L. Whole numbers are counts, or rounded draws of a continuous distribution, whichever fits
    better. Categories are as frequent as in the class, and as many values are missing.

    Without any table, `from_spec` makes a generator from a description of the columns, from
    which `sample` draws.

    Parameters
    ----------
    distributions : {'auto', 'empirical'} or list of str, default='auto'
        What is fitted. ``'auto'`` tries all that are known, each where there are five values
        for each of its parameters; a list of their names tries these. ``'empirical'`` fits
        none, but draws between the values of the column, as often as they are there.
    dependence : {'none', 'gaussian'}, default='none'
        Whether columns are drawn independently, or joined by a Gaussian copula with the rank
        correlations of the class.
    bounds : {'padded', 'observed', None} or mapping, default='padded'
        What is cut off from the distributions. ``'padded'`` leaves the range of the column in
        the class and a tenth of it on either side, but nothing beyond zero where no value is;
        ``'observed'`` leaves the range; None leaves all. A mapping gives a pair (lowest,
        highest) per name or position of a column; where it gives none, ends are padded.
    spec : mapping, default=None
        A description of the columns, with which there is nothing to fit; see `from_spec`.

    Attributes
    ----------
    fit_log_ : list of dict
        For each class and column, what was chosen (``distribution``, ``parameters``, of times
        in days since 1970), how well it fits (``bic``, and the greatest ``distance`` of the
        distribution functions), the ``runner_up`` and its ``runner_up_bic``; of how many
        ``values``, and the share ``missing``. ``pandas.DataFrame(sampler.fit_log_)`` shows it
        as a table.

    See Also
    --------
    GaussianCopulaOverSampler : Joined columns with their distributions as observed.
    KDEOverSampler : A density that follows clusters and bends.

    Notes
    -----
    The distributions are the normal, Student's, logistic, Laplace, Gumbel's on either side,
    uniform; exponential, gamma, lognormal and Weibull for numbers above 0; beta; for counts
    also Bernoulli's, Poisson's, the negative binomial, geometric and even one. They bear their
    names in `scipy.stats`. Columns with several hills, or with one value that many rows share,
    are none of these: the log shows a large distance, and ``'empirical'`` is the remedy.

    Which values are missing in a new row is as in a row of the class, which is then its parent;
    in a table without holes, new rows have none (-1).

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import MarginalSampler
    >>> X, y = make_classification(weights=[0.9], random_state=0)
    >>> sampler = MarginalSampler(random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> int(sum(y_new == 0)), int(sum(y_new == 1))
    (91, 91)
    >>> sampler.fit_log_[0]["distribution"] in ("norm", "logistic", "laplace")
    True

    Without a table:

    >>> generator = MarginalSampler.from_spec(
    ...     {
    ...         "age": {"dist": "norm", "loc": 40, "scale": 12, "min": 18, "dtype": "int"},
    ...         "sex": {"values": ["f", "m"], "p": [0.5, 0.5]},
    ...     },
    ...     random_state=0,
    ... )
    >>> frame = generator.sample(100)
    >>> bool(frame["age"].min() >= 18), sorted(set(frame["sex"]))
    (True, ['f', 'm'])
    """

    distributions: Annotated[Any, StrOptions({"auto", EMPIRICAL}), list, tuple] = "auto"
    dependence: Annotated[str, StrOptions({"none", "gaussian"})] = "none"
    bounds: Annotated[Any, StrOptions({"padded", "observed"}), Mapping, None] = "padded"
    spec: Annotated[Any, Mapping, None] = None

    _paper = "Schwarz (1978), Estimating the dimension of a model"

    @classmethod
    def from_spec(cls, spec: Any, **parameters: Any) -> Self:
        """Make a generator that needs no table.

        Parameters
        ----------
        spec : mapping, str or path-like
            A mapping for each column, by its name; or JSON or TOML that has them, as text or as
            the name of a file. Each column has one of

            - ``dist``: a distribution of `scipy.stats` by its name, or ``'empirical'``; beside
              it its parameters, and ``min``, ``max``, ``dtype`` (float, int, date, datetime:
              days since 1970), ``decimals``, ``step`` (of a datetime, in seconds);
            - ``values``: a list, ``p``, the probability of each, and ``dtype``, if they are text
              that tells dates;
            - ``provider``: ``'faker.name'``, ``'mimesis.person.full_name'`` and their like,
              and ``locale``.

            Any may have ``missing``, a share, and the first two ``correlations``, a number from
            -1 to 1 per name of another column. A mapping is copied; dates in it become text.
        **parameters : dict
            Of the generator, such as ``random_state``.

        Returns
        -------
        generator : MarginalSampler
            To be sampled from.

        Raises
        ------
        TypeError
            If it is none of these.
        FileNotFoundError
            If there is no such file.
        ValueError
            If the spec cannot be followed; column and key are named.
        ImportError
            If it asks for Faker or Mimesis, and that is not there.
        """
        read = read_spec(spec)
        TableSpec(read)
        return cls(spec=read, **parameters)

    def to_spec(
        self, path: Any = None, *, label: Any = None, overwrite: bool = False
    ) -> dict[str, Any]:
        """Return the spec that draws as this generator does.

        Parameters
        ----------
        path : str or path-like, default=None
            A file to write it to as well, that ends in .json or .toml.
        label : object, default=None
            Of which class, where a table was fitted; None for the smallest. A spec has none.
        overwrite : bool, default=False
            Whether a file that is there may be replaced.

        Returns
        -------
        spec : dict
            As `from_spec` takes it. What is missing together in a row is not in it.

        Raises
        ------
        ValueError
            If there is no such class, or a column holds what a spec cannot say.
        """
        if self.spec is not None:
            _refuse_label(label)
            spec = read_spec(self.spec)
        else:
            check_is_fitted(self, "sampling_strategy_")
            spec = read_spec(_spec_of(*self._fitted_class(self._rows.target.position(label))))
        TableSpec(spec)
        if path is not None:
            write_spec(spec, path, overwrite=overwrite)
        return spec

    def sample(self, n_samples: int, *, label: Any = None, random_state: Any = None) -> Any:
        """Draw new rows, of one class or from the spec.

        Parameters
        ----------
        n_samples : int
            How many.
        label : object, default=None
            Of which class; None for the smallest. A spec has none.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None goes on with the generator's own stream, so that a
            second call brings other rows.

        Returns
        -------
        X_new : {ndarray, list, sparse matrix, DataFrame} of shape (n_samples, n_features)
            New rows, of the type that `fit` was given; of pandas, from a spec.

        Raises
        ------
        ValueError
            If there is no such class, or `n_samples` is not a whole number of at least 0; or
            if the spec cannot be followed, or leads to a draw that its dtype does not hold.
        """
        if self.spec is None:
            return super().sample(n_samples, label=label, random_state=random_state)
        self._validate_params()
        if not isinstance(n_samples, Integral) or n_samples < 0:
            raise ValueError(f"n_samples must be a whole number of at least 0, not {n_samples!r}.")
        _refuse_label(label)
        if random_state is not None:
            rng = np.random.default_rng(seed_sequence(random_state))
        else:
            made_of, rng = getattr(self, "_spec_stream", (None, None))
            if rng is None or made_of != self.random_state:
                rng = np.random.default_rng(seed_sequence(self.random_state))
                self._spec_stream = self.random_state, rng
        return TableSpec(read_spec(self.spec)).draw(int(n_samples), rng)

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        if self.spec is not None:
            raise ValueError(
                "This generator has a spec, and so learns from no table: call sample, or leave "
                "spec out."
            )
        if not isinstance(self.distributions, str):
            unknown = [name for name in self.distributions if name not in CANDIDATES]
            if unknown or not self.distributions:
                raise ValueError(
                    f"distributions={self.distributions!r} must be 'auto', 'empirical', or some "
                    f"of: {', '.join(CANDIDATES)}."
                )
        self.fit_log_: list[dict[str, Any]] = []

    def _bounds(self, task: Task) -> None:
        return None  # distributions end there

    def _fit_density(self, task: Task, rows: Floats) -> Density:
        columns = task.rows.columns
        is_name = np.arange(rows.shape[1]) >= columns.numbers.size
        correlated = self.dependence == "gaussian"
        density = gaussian_copula(rows, absent(task), is_name, task.rng, correlated=correlated)
        given = rows_of(task.numeric, task.minority)
        low, high = self._ends(task, given)
        named = iter(range(np.count_nonzero(density.varies)))
        for j, position in enumerate(columns.numbers):
            column = given[:, j]
            if not density.varies[j]:
                self._log(task, position, column, "constant")
                continue
            place = next(named)
            if self.distributions == EMPIRICAL:
                self._log(task, position, column, EMPIRICAL)
                continue
            fits = self._fit_column(task, position, column)
            best = fits[0].distribution
            ends = (np.floor(low[j]), np.ceil(high[j])) if best.whole else (low[j], high[j])
            density.marginals[place] = replace(best, low=float(ends[0]), high=float(ends[1]))
            self._log(task, position, column, best.name, fits, _offset(task.rows, j))
        for i, position in enumerate(columns.categories):
            codes = task.rows.codes[task.minority, i]
            self._log(task, position, np.where(codes < 0, np.nan, codes), "frequencies")
        return density

    def _ends(self, task: Task, rows: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and highest value of each column; NaN where there is none."""
        least, most = np.fmin.reduce(rows, axis=0), np.fmax.reduce(rows, axis=0)
        if self.bounds is None:
            return np.full(least.shape, -np.inf), np.full(most.shape, np.inf)
        if self.bounds == "observed":
            return least, most
        room = PADDING * (most - least)
        low = np.where(least >= 0, np.maximum(least - room, 0), least - room)
        high = np.where(most <= 0, np.minimum(most + room, 0), most + room)
        if isinstance(self.bounds, Mapping):
            asked_low, asked_high = task.rows.bounds(self.bounds)  # type: ignore[misc]
            low = np.where(np.isfinite(asked_low), asked_low, low)
            high = np.where(np.isfinite(asked_high), asked_high, high)
        return low, high

    def _fit_column(self, task: Task, position: int, column: Floats) -> list[Fit]:
        auto = self.distributions == "auto"
        names = list(CANDIDATES) if auto else list(self.distributions)
        least = VALUES_A_PARAMETER if auto else 1
        values = column[~np.isnan(column)]
        fits = fit_named(values, names, values_a_parameter=least)
        if not fits:
            raise ValueError(
                f"distributions: none of {names} fits column {task.rows.names[position]!r} of "
                f"class {task.label!r}, with {values.size} values from {values.min():g} to "
                f"{values.max():g}: add 'norm', or take distributions='empirical'."
            )
        return fits

    def _log(
        self,
        task: Task,
        position: int,
        column: Floats,
        name: str,
        fits: Sequence[Fit] = (),
        offset: float = 0.0,
    ) -> None:
        best, second = (*fits, None, None)[:2]
        self.fit_log_.append(
            {
                "class": task.label,
                "column": task.rows.names[position],
                "values": int(np.count_nonzero(~np.isnan(column))),
                "missing": float(np.isnan(column).mean()),
                "distribution": name,
                "parameters": _moved(best.distribution, offset) if best else {},
                "bic": best.bic if best else np.nan,
                "distance": best.distance if best else np.nan,
                "runner_up": second.distribution.name if second else None,
                "runner_up_bic": second.bic if second else np.nan,
            }
        )


@deprecated("use MarginalSampler, its new name. The next version removes this one.")
class RandomGenerator(MarginalSampler):
    """The former name of `MarginalSampler`."""


def _spec_of(task: Task, fitted: ClassDensity) -> dict[str, Any]:
    """Return the spec of what was learned of a class."""
    rows, density = task.rows, fitted.numbers
    columns = rows.columns
    repeated = [name for name in rows.names if rows.names.count(name) > 1]
    if repeated:
        raise ValueError(f"A spec has each name once, and several columns are {repeated[0]!r}.")
    told: dict[int, dict[str, Any]] = {}
    named = iter(density.marginals)
    given = rows_of(task.numeric, task.minority)
    for j, position in enumerate(columns.numbers.tolist()):
        marginal = next(named) if density.varies[j] else None
        column = given[~np.isnan(given[:, j]), j]
        told[position] = _told_of_numbers(rows, j, column, marginal)
    for i, position in enumerate(columns.categories.tolist()):
        levels, places = fitted.categories.levels[i], fitted.categories.places[:, i]
        held = rows.column(position).values[columns.first_rows[i][levels]]
        if held.dtype.kind == "M":
            days = held.astype("datetime64[D]")
            held = days if (days == held).all() else held
        # Of nanoseconds, tolist would make whole numbers.
        values = list(held) if held.dtype.kind in "mM" else held.tolist()
        counts = np.bincount(places[places >= 0], minlength=len(values))
        shares = counts / counts.sum() if values else np.ones(1)
        told[position] = {"values": values or [""], "p": shares.tolist()}
    absent = np.column_stack([fitted.missing, fitted.categories.places < 0]).mean(axis=0)
    order = np.concatenate([columns.numbers, columns.categories]).tolist()
    for position, share in zip(order, absent.tolist(), strict=True):
        if share:
            told[position]["missing"] = share
    assert isinstance(density.kernels, Kernels)  # there is but one
    correlations = density.kernels.covariance()
    joined = np.array(order)[density.varies]
    for i, position in enumerate(joined.tolist()):
        others = {
            rows.names[joined[j]]: float(np.clip(correlations[i, j], -1, 1))
            for j in range(i)
            if correlations[i, j]
        }
        if others:
            told[position]["correlations"] = others
    return {name: told[position] for position, name in enumerate(rows.names)}


def _told_of_numbers(
    rows: Rows, j: int, column: Floats, marginal: Named | Marginal | None
) -> dict[str, Any]:
    """Return what a spec says of a column of numbers; None for a constant one."""
    codec, offset = rows.codec(j), _offset(rows, j)
    rounded: dict[str, Any] = {"dtype": "float"}
    if isinstance(codec, FloatCodec):
        if codec.scale != 1:
            raise ValueError(
                f"Column {rows.names[rows.columns.numbers[j]]!r} holds numbers too large or too "
                "small for a spec: give it in other units."
            )
        whole = isinstance(marginal, Named) and marginal.whole
        decimals = 0 if whole else codec.decimals
        if decimals is not None:
            rounded["decimals"] = decimals
    elif codec.dtype.kind == "m":
        name = rows.names[rows.columns.numbers[j]]
        raise ValueError(f"Column {name!r} holds durations: make them numbers for a spec.")
    elif codec.dtype.kind == "M":
        rounded = _rounding_of_times(codec)
    else:
        rounded = {"dtype": "int"}
    dtype = rounded["dtype"]
    told: dict[str, Any]
    if isinstance(marginal, Named):
        told = {"dist": marginal.name, **_moved(marginal, offset)}
        ends = {"min": marginal.low + offset, "max": marginal.high + offset}
        if dtype in TIMES:  # other years are not written
            first, last = (second / SECONDS_A_DAY for second in SECONDS)
            ends = {key: float(np.clip(end, first, last)) for key, end in ends.items()}
        told |= {key: _written(end, dtype) for key, end in ends.items() if np.isfinite(end)}
    else:
        levels, counts = np.unique(column, return_counts=True)
        levels, counts = (levels, counts) if levels.size else (np.zeros(1), np.ones(1, int))
        written = [_written(level, dtype) for level in (levels + offset).tolist()]
        told = {"dist": EMPIRICAL, "levels": written, "counts": counts.tolist()}
    return told | rounded


def _offset(rows: Rows, j: int) -> float:
    """Return what was taken off a column of numbers, in what counts as 1 in it."""
    codec = rows.codec(j)
    return 0.0 if isinstance(codec, FloatCodec) else codec.offset / codec.unit


def _moved(named: Named, offset: float) -> dict[str, float]:
    """Return the parameters of a distribution that is so much further on."""
    parameters = dict(named.parameters)
    return parameters | {"loc": parameters.get("loc", 0.0) + offset} if offset else parameters


def _rounding_of_times(codec: IntegerCodec) -> dict[str, Any]:
    """Return what a spec says of how times are rounded."""
    common = math.gcd(codec.step, codec.offset)  # it counts from 1970 on
    if common % codec.unit == 0:
        return {"dtype": "date"}
    seconds = common * SECONDS_A_DAY // codec.unit
    return {"dtype": "datetime", "step": seconds} if seconds > 1 else {"dtype": "datetime"}


def _written(number: float, dtype: str) -> Any:
    """Return a value as a spec has it."""
    if dtype not in TIMES:
        return int(number) if dtype == "int" else number
    moment = EPOCH + np.timedelta64(round(number * SECONDS_A_DAY), "s")
    return str(np.datetime_as_string(moment, unit="D" if dtype == "date" else "s"))


def _refuse_label(label: Any) -> None:
    if label is not None:
        raise ValueError(f"label={label!r} is for a fitted table: a spec has no classes.")
