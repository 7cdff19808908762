"""Synthetic samples from named distributions."""

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
from skresample.density.copula import CopulaOverSampler, gaussian_copula, missing_values
from skresample.numerics.kernels import Kernels
from skresample.numerics.normal_scores import Marginal
from skresample.samplers.base import Task, rows_of, seed_sequence
from skresample.spec._columns import EMPIRICAL, EPOCH, SECONDS, SECONDS_A_DAY, TIMES
from skresample.spec._distributions import CANDIDATES, Fit, Named, fit_named
from skresample.spec.spec import TableSpec, read_spec, write_spec
from skresample.table import Rows
from skresample.table.columns import FloatCodec

__all__ = ["MarginalSampler", "RandomGenerator"]

Floats = npt.NDArray[np.floating]

# Proportion of the range of a column that bounds="padded" adds on either side.
PADDING = 0.1
# The least number of values for each parameter of a distribution that was not asked for.
VALUES_A_PARAMETER = 5


class MarginalSampler(CopulaOverSampler):
    r"""Named distributions: each feature from the one that fits best, or from a spec.

    In each class, candidate distributions are fitted to each numerical feature by maximum
    likelihood. The one with the lowest Bayesian information criterion (BIC),
    :math:`k \ln n - 2 \ln L` :footcite:p:`schwarz1978estimating`, is drawn from; it has k
    parameters, n values and the likelihood L. Whole numbers are counts, or rounded draws of a
    continuous distribution, whichever fits better. Categories and missing values keep their
    frequencies.

    Without data, `from_spec` makes a sampler from a description of the columns.

    Parameters
    ----------
    distributions : {'auto', 'empirical'} or list of str, default='auto'
        Candidate distributions. ``'auto'`` tries all, each if there are five values for each of
        its parameters. ``'empirical'`` fits none, and draws between the observed values.
    dependence : {'none', 'gaussian'}, default='none'
        If ``'gaussian'``, a Gaussian copula keeps the rank correlations of the class. Otherwise
        features are independent.
    bounds : {'padded', 'observed', None} or mapping, default='padded'
        Where distributions are truncated. ``'observed'`` is the range of the feature in the class;
        ``'padded'`` adds a tenth of it on either side, but does not cross zero. None does not
        truncate. A mapping gives a pair (lowest, highest) per column name or position; ends that
        it leaves open are padded.
    spec : mapping, default=None
        A description of the columns, see `from_spec`. Nothing is fitted then.

    Attributes
    ----------
    fit_log_ : list of dict
        For each class and column, the chosen ``distribution`` with its ``parameters`` (for times
        in days since 1970), its ``bic`` and the ``distance`` of Kolmogorov and Smirnov. Also the
        ``runner_up``, its ``runner_up_bic``, the number of ``values`` and the proportion
        ``missing``. ``pandas.DataFrame(sampler.fit_log_)`` is a table of them.

    See Also
    --------
    GaussianCopulaOverSampler : Observed distributions joined by correlations.
    KDEOverSampler : A density that follows clusters and nonlinear dependence.

    Notes
    -----
    Candidates, by their names in `scipy.stats`, are ``norm``, ``t``, ``logistic``, ``laplace``,
    ``gumbel_r``, ``gumbel_l``, ``uniform`` and ``beta``; ``expon``, ``gamma``, ``lognorm`` and
    ``weibull_min`` for positive numbers; ``bernoulli``, ``poisson``, ``nbinom``, ``geom`` and
    ``randint`` for whole numbers. None of them fits features with several modes or with one value
    that many samples share: the log then shows a large distance. Use ``'empirical'`` there.

    If the class has missing values, those of a synthetic sample are those of an original one,
    its parent. Otherwise, synthetic samples have no parent (-1).

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

    Without data:

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
        """Make a sampler that needs no data.

        Parameters
        ----------
        spec : mapping, str or path-like
            A mapping per column name, or JSON or TOML of one, as text or as a file name. Each
            column has one of these keys:

            - ``dist``: the name of a distribution in `scipy.stats`, or ``'empirical'``. Its
              parameters are further keys, and so are ``min``, ``max``, ``dtype`` (float, int, date
              or datetime; times are days since 1970), ``decimals``, and ``step`` (seconds of a
              datetime).
            - ``values``: a list, with the probabilities ``p``. The ``dtype`` date or datetime reads
              text as times.
            - ``provider``: such as ``'faker.name'`` or ``'mimesis.person.full_name'``, with a
              ``locale``.

            Each may also have ``missing``, a probability, and the first two ``correlations``, a
            number from -1 to 1 per name of another column. A mapping is copied; its dates become
            text.
        **parameters : dict
            Parameters of the sampler, such as ``random_state``.

        Returns
        -------
        sampler : MarginalSampler
            A sampler that is ready for `sample`.

        Raises
        ------
        ValueError
            If the spec is invalid; the message names column and key.
        ImportError
            If the spec needs Faker or Mimesis and it is not installed.
        """
        read = read_spec(spec)
        TableSpec(read)
        return cls(spec=read, **parameters)

    def to_spec(
        self, path: Any = None, *, label: Any = None, overwrite: bool = False
    ) -> dict[str, Any]:
        """Return the spec of the fitted distributions.

        Parameters
        ----------
        path : str or path-like, default=None
            A .json or .toml file to write the spec to.
        label : object, default=None
            The class, if a table was fitted. None is the smallest class.
        overwrite : bool, default=False
            If True, an existing file is replaced.

        Returns
        -------
        spec : dict
            A spec for `from_spec`. It does not say which values are missing together.

        Raises
        ------
        ValueError
            If there is no such class, or a column cannot be described by a spec.
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
        """Draw synthetic samples of one class, or from the spec.

        Parameters
        ----------
        n_samples : int
            Number of samples.
        label : object, default=None
            The class. None is the smallest class; a spec has no classes.
        random_state : int, RandomState instance or None, default=None
            Seed of this draw. None continues the sampler's own stream, so that a second call
            returns other samples.

        Returns
        -------
        X_new : {ndarray, list, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Synthetic samples, of the type that `fit` was given; a pandas DataFrame from a spec.

        Raises
        ------
        ValueError
            If there is no such class, `n_samples` is not a whole number of at least 0, or draws
            exceed the dtype of a column.
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
                "A sampler with a spec cannot be fitted to a table: call sample, or leave spec out."
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
        return None  # distributions are truncated there

    def _fit_density(self, task: Task, rows: Floats) -> Density:
        columns = task.rows.columns
        is_name = np.arange(rows.shape[1]) >= columns.numbers.size
        correlated = self.dependence == "gaussian"
        density = gaussian_copula(rows, missing_values(task), is_name, task.rng, correlated)
        given = rows_of(task.numeric, task.minority)
        low, high = self._ends(task, given)
        for j, position in enumerate(columns.numbers):
            name, fits = EMPIRICAL if density.varies[j] else "constant", []
            if density.varies[j] and self.distributions != EMPIRICAL:
                fits = self._fit_column(task, position, given[:, j])
                best = fits[0].distribution
                ends = (np.floor(low[j]), np.ceil(high[j])) if best.whole else (low[j], high[j])
                best = replace(best, low=float(ends[0]), high=float(ends[1]))
                density.marginals[np.count_nonzero(density.varies[:j])] = best
                name = best.name
            self._log(task, position, given[:, j], name, fits, _offset(task.rows, j))
        for i, position in enumerate(columns.categories):
            codes = task.rows.codes[task.minority, i]
            self._log(task, position, np.where(codes < 0, np.nan, codes), "frequencies")
        return density

    def _ends(self, task: Task, rows: Floats) -> tuple[Floats, Floats]:
        """Return the bounds of the columns of rows (m, d), NaN for a column without values."""
        least, most = np.fmin.reduce(rows, axis=0), np.fmax.reduce(rows, axis=0)
        if self.bounds is None:
            return np.full_like(least, -np.inf), np.full_like(most, np.inf)
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
        names = list(CANDIDATES if auto else self.distributions)
        values = column[~np.isnan(column)]
        fits = fit_named(values, names, values_a_parameter=VALUES_A_PARAMETER if auto else 1)
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
    """Return the spec of what was learned from a class."""
    rows, density = task.rows, fitted.numbers
    columns = rows.columns
    repeated = [name for name in rows.names if rows.names.count(name) > 1]
    if repeated:
        raise ValueError(f"A spec has each name once, and several columns are {repeated[0]!r}.")
    keys: dict[int, dict[str, Any]] = {}
    named = iter(density.marginals)
    given = rows_of(task.numeric, task.minority)
    for j, position in enumerate(columns.numbers.tolist()):
        marginal = next(named) if density.varies[j] else None
        keys[position] = _keys_of_numbers(rows, j, given[~np.isnan(given[:, j]), j], marginal)
    for i, position in enumerate(columns.categories.tolist()):
        levels, indices = fitted.categories.levels[i], fitted.categories.indices[:, i]
        held = rows.column(position).values[columns.first_rows[i][levels]]
        if held.dtype.kind == "M":
            days = held.astype("datetime64[D]")
            held = days if (days == held).all() else held
        # tolist would convert nanoseconds to integers.
        values = list(held) if held.dtype.kind in "mM" else held.tolist()
        counts = np.bincount(indices[indices >= 0], minlength=len(values))
        p = counts / counts.sum() if values else np.ones(1)
        keys[position] = {"values": values or [""], "p": p.tolist()}
    missing = np.column_stack([fitted.missing, fitted.categories.indices < 0]).mean(axis=0)
    order = np.concatenate([columns.numbers, columns.categories])
    for position, proportion in zip(order.tolist(), missing.tolist(), strict=True):
        if proportion:
            keys[position]["missing"] = proportion
    assert isinstance(density.kernels, Kernels)
    correlations = density.kernels.covariance()
    joined = order[density.varies].tolist()
    for i, position in enumerate(joined):
        others = {
            rows.names[joined[j]]: float(np.clip(correlations[i, j], -1, 1))
            for j in range(i)
            if correlations[i, j]
        }
        if others:
            keys[position]["correlations"] = others
    return {name: keys[position] for position, name in enumerate(rows.names)}


def _keys_of_numbers(
    rows: Rows, j: int, column: Floats, marginal: Named | Marginal | None
) -> dict[str, Any]:
    """Return the keys of a column of numbers in a spec; it is constant without a marginal."""
    codec, offset = rows.codec(j), _offset(rows, j)
    name = rows.names[rows.columns.numbers[j]]
    rounded: dict[str, Any] = {"dtype": "int"}
    if isinstance(codec, FloatCodec):
        if codec.scale != 1:
            raise ValueError(
                f"Column {name!r} holds numbers too large or too small for a spec: give it in "
                "other units."
            )
        decimals = 0 if isinstance(marginal, Named) and marginal.whole else codec.decimals
        rounded = {"dtype": "float"} | ({} if decimals is None else {"decimals": decimals})
    elif codec.dtype.kind == "m":
        raise ValueError(f"Column {name!r} holds durations: make them numbers for a spec.")
    elif codec.dtype.kind == "M":
        step = math.gcd(codec.step, codec.offset)  # times count from 1970
        rounded = {"dtype": "date"}
        if step % codec.unit:
            seconds = step * SECONDS_A_DAY // codec.unit
            rounded = {"dtype": "datetime"} | ({"step": seconds} if seconds > 1 else {})
    dtype = rounded["dtype"]
    if isinstance(marginal, Named):
        ends = np.array([marginal.low, marginal.high]) + offset
        if dtype in TIMES:  # text has no other years
            ends = np.clip(ends, SECONDS[0] / SECONDS_A_DAY, SECONDS[1] / SECONDS_A_DAY)
        bounds = zip(("min", "max"), ends.tolist(), strict=True)
        written = {key: _written(end, dtype) for key, end in bounds if np.isfinite(end)}
        return {"dist": marginal.name, **_moved(marginal, offset), **written, **rounded}
    levels, counts = np.unique(column if column.size else np.zeros(1), return_counts=True)
    written_levels = [_written(level, dtype) for level in (levels + offset).tolist()]
    return {"dist": EMPIRICAL, "levels": written_levels, "counts": counts.tolist(), **rounded}


def _offset(rows: Rows, j: int) -> float:
    """Return what the codec subtracts from a column of numbers, in its units."""
    codec = rows.codec(j)
    return 0.0 if isinstance(codec, FloatCodec) else codec.offset / codec.unit


def _moved(named: Named, offset: float) -> dict[str, float]:
    """Return the parameters of a distribution plus a constant."""
    parameters = dict(named.parameters)
    return parameters | {"loc": parameters.get("loc", 0.0) + offset} if offset else parameters


def _written(number: float, dtype: str) -> Any:
    """Return a number or time as a spec has it."""
    if dtype not in TIMES:
        return int(number) if dtype == "int" else number
    moment = EPOCH + np.timedelta64(round(number * SECONDS_A_DAY), "s")
    return str(np.datetime_as_string(moment, unit="D" if dtype == "date" else "s"))


def _refuse_label(label: Any) -> None:
    if label is not None:
        raise ValueError(f"label={label!r} is for a fitted table: a spec has no classes.")
