"""Tables told in words: a distribution, a list of values or a provider for each column."""

import difflib
import json
import math
import os
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from reprlib import Repr
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtr

from skresample._files import write_atomically
from skresample._support import import_extra
from skresample.numerics.normal_scores import Marginal
from skresample.spec._distributions import Named, shape_names

__all__ = ["EMPIRICAL", "TableSpec", "read_spec", "write_spec"]

Floats = npt.NDArray[np.floating]

EMPIRICAL = "empirical"
DTYPES = ("float", "int", "date", "datetime")
# What days are counted from.
EPOCH = np.datetime64("1970-01-01", "s")
SECONDS_A_DAY = 86_400
# The first and the last second of the years that are written in four digits.
SECONDS = (-62_135_596_800, 253_402_300_799)
TIMES = ("date", "datetime")
# The least and the greatest of each dtype, times in seconds, and how to have no draws beyond.
BEYOND_TIMES = "the years 1 to 9999: give min and max"
HELD = {
    "float": (-np.finfo(float).max, np.finfo(float).max, "floats: give min and max"),
    "int": (-(2.0**63), np.nextafter(2.0**63, 0), "64 bits: give min and max, or dtype float"),
    "date": (*SECONDS, BEYOND_TIMES),
    "datetime": (*SECONDS, BEYOND_TIMES),
}
# More decimals floats do not have, and below these no multiple of 10 is asked for.
MOST_DECIMALS = 15
# Beyond this, floats do not hold every whole number.
EXACT = 2**53
# By how much of itself a bound may miss a multiple that it is meant to be.
CLOSE = 1e-12
ENDINGS = (".json", ".toml")
TOO_DEEP = "it is nested too deeply."
HALF_A_CHARACTER = "has half of a surrogate pair, which no file can hold: write the character."
MOST_SAID = 300
SHORTENED = Repr()
SHORTENED.maxstring = SHORTENED.maxother = SHORTENED.maxlong = 80
KINDS = ("dist", "values", "provider")
BOUNDS = ("min", "max")
# What any column may have, and any of which the share is known that lies below a value.
COMMON, JOINED = ("missing",), ("missing", "correlations")
ROUNDED = ("dtype", "decimals", "step")
OF_NUMBERS = ("dist", *BOUNDS, *ROUNDED, *JOINED)
# Below this probability, floats do not tell the values between two bounds apart.
LEAST_INSIDE = 1e-9
# From so many seconds on, it is said beforehand that a column takes long.
LONG = 10.0
# How far probabilities may be from 1 together, and eigenvalues below 0.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class NumberColumn:
    """Numbers or times from a distribution."""

    name: str
    distribution: Named | Marginal
    dtype: str
    decimals: int | None
    step: int
    missing: float

    def quantile(self, share: Floats) -> Any:
        """Return the values below which shares of the probability lie."""
        with np.errstate(over="ignore", invalid="ignore"), _computing(self.name):
            numbers = self._rounded(self.distribution.quantile(share))
        low, high, beyond = HELD[self.dtype]
        out = ~((numbers >= low) & (numbers <= high))
        if out.any():
            key = "dist" if self.dtype == "float" else "dtype"
            _refuse(self.name, key, f"some draws are beyond {beyond}.")
        if self.dtype == "float":
            return numbers
        whole = numbers.astype(np.int64)
        return EPOCH + whole.astype("timedelta64[s]") if self.dtype in TIMES else whole

    def _rounded(self, numbers: Floats) -> Floats:
        """Return numbers rounded as they are to be, times in seconds."""
        if self.dtype == "datetime":
            return np.rint(numbers * SECONDS_A_DAY / self.step) * self.step
        if self.dtype != "float":
            return np.rint(numbers) * (SECONDS_A_DAY if self.dtype == "date" else 1)
        if self.decimals is None:
            return numbers
        rounded = np.round(numbers, self.decimals)
        # Numbers too large for decimals have none.
        return np.where(np.isfinite(rounded), rounded, numbers)


@dataclass(frozen=True)
class ValuesColumn:
    """Values, each with a probability."""

    values: Any
    shares: Floats
    missing: float

    def quantile(self, share: Floats) -> Any:
        """Return the values below which shares of the probability lie, in their order."""
        ends = np.cumsum(self.shares)
        places = np.searchsorted(ends[:-1], share * ends[-1], side="right")
        if isinstance(self.values, np.ndarray):
            return self.values[places]
        return [self.values[place] for place in places.tolist()]


@dataclass(frozen=True)
class ProviderColumn:
    """What a provider of Faker or Mimesis makes up."""

    name: str
    provider: str
    open: Callable[[int], Callable[[], Any]]
    missing: float

    def draw(self, n: int, rng: np.random.Generator) -> list[Any]:
        """Return so many values."""
        make = self.open(int(rng.integers(2**32)))
        try:
            return [make() for _ in range(n)]
        except MemoryError:
            raise
        except Exception as error:  # whatever the other library raises
            _refuse(
                self.name,
                "provider",
                f"{shown(self.provider)} failed: {_said(error)}",
            )


Column = NumberColumn | ValuesColumn | ProviderColumn


class TableSpec:
    """What a spec says, checked.

    Parameters
    ----------
    given : mapping
        A mapping for each column, by its name, as `read_spec` returns it.

    Attributes
    ----------
    columns : dict
        A column each, by name.

    Raises
    ------
    ValueError
        If it cannot be followed; column and key are named.
    ImportError
        If there is a column of Faker or Mimesis, and the library is not there.
    """

    def __init__(self, given: Mapping[str, Any]):
        if not isinstance(given, Mapping) or not given:
            raise ValueError(
                "A spec needs a column at least, such as "
                '{"age": {"dist": "norm", "loc": 40, "scale": 12}}.'
            )
        self.columns: dict[str, Column] = {}
        for name, told in given.items():
            if not isinstance(name, str):
                raise ValueError(
                    f"Column {shown(name)}: a name must be text, such as {shown(str(name))}."
                )
            if not _is_unicode(name):
                raise ValueError(f"Column {shown(name)}: the name {HALF_A_CHARACTER}")
            if not isinstance(told, Mapping):
                raise ValueError(
                    f"Column {shown(name)} must be a mapping with one of {', '.join(KINDS)}, "
                    f"not {shown(told)}."
                )
            self.columns[name] = _read_column(name, told)
        self.joined, self.root = _read_correlations(given, self.columns)

    def draw(self, n: int, rng: np.random.Generator) -> Any:
        """Draw rows.

        Parameters
        ----------
        n : int
            How many.
        rng : numpy.random.Generator
            Source of the draws. Each column has a stream of its own.

        Returns
        -------
        frame : pandas.DataFrame of shape (n, n_columns)
            The rows.

        Raises
        ------
        ValueError
            If a draw is beyond what its dtype holds, or a provider fails; column and key are
            named.

        Warns
        -----
        UserWarning
            Before drawing, if a column takes more than ten seconds.
        """
        pd = import_extra("pandas", "cli")
        self._warn_of_slow_columns(n)
        together, *streams = rng.spawn(1 + len(self.columns))
        scores = together.standard_normal((n, len(self.joined))) @ self.root.T
        joint = dict(zip(self.joined, ndtr(scores).T, strict=True))
        frame = {}
        for (name, column), stream in zip(self.columns.items(), streams, strict=True):
            if isinstance(column, ProviderColumn):
                values = column.draw(n, stream)
            else:
                share = stream.random(n)
                values = column.quantile(joint.get(name, share))
            series = pd.Series(values)
            holes = stream.random(n) < column.missing
            if holes.any():
                nullable = {"i": "Int64", "b": "boolean"}.get(series.dtype.kind)
                series = (series.astype(nullable) if nullable else series).mask(holes)
            frame[name] = series
        return pd.DataFrame(frame)

    def _warn_of_slow_columns(self, n: int) -> None:
        """Say before drawing which columns take long."""
        for name, column in self.columns.items():
            of = column.distribution if isinstance(column, NumberColumn) else None
            if isinstance(of, Named) and (seconds := of.seconds(n)) >= LONG:
                warnings.warn(
                    f"Column {name!r}: {n:,} values of {of.name!r} take about {seconds:,.0f} "
                    "seconds, since SciPy inverts an integral for each. Draw fewer rows, or take "
                    "another distribution.",
                    UserWarning,
                    stacklevel=4,
                )


def read_spec(source: Any) -> dict[str, Any]:
    """Read a spec.

    Parameters
    ----------
    source : mapping, str or path-like
        The spec itself; the name of a file that ends in .json or .toml; or text of either kind.

    Returns
    -------
    spec : dict
        Not checked. A copy, of what JSON and TOML both have: dates are text, Decimal and the
        numbers of NumPy plain ones, and what is None is left out.

    Raises
    ------
    TypeError
        If it is none of these.
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no JSON or TOML.
    """
    if not isinstance(source, Mapping):
        source = _read_text(source)
    spec = {}
    for name, told in source.items():
        try:
            spec[name] = _plain_column(told)
        except RecursionError:
            raise ValueError(f"Column {shown(name)}: {TOO_DEEP}") from None
    return spec


def _read_text(source: Any) -> dict[str, Any]:
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            "A spec is a mapping for each column, such as "
            '{"age": {"dist": "norm"}}; or JSON or TOML that has them, as text or as the name '
            f"of a file. It is not {shown(source)}."
        )
    if isinstance(source, str) and _is_text(source):
        text, is_json, what = source, source.lstrip().startswith("{"), "The text"
    else:
        path = Path(source)
        is_json, what = _is_json(path), str(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not in UTF-8: save it so ({error}).") from error
    try:
        read = json.loads(text, object_pairs_hook=_once) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if is_json else "TOML"
        why = TOO_DEEP if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"{what} cannot be read as {kind}: {why}") from error
    if not isinstance(read, dict):
        raise ValueError(f"{what} must have a mapping for each column, not {shown(read)}.")
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, in which no name may be twice, as in TOML."""
    read = {}
    for name, value in pairs:
        if name in read:
            raise ValueError(f"{shown(name)} is given twice in one object.")
        read[name] = value
    return read


def _is_text(source: str) -> bool:
    """Say whether it is a spec, and no name of a file."""
    if "\n" in source or source.lstrip().startswith("{"):
        return True
    return "=" in source and not source.lower().endswith(ENDINGS)


def _plain_column(told: Any) -> Any:
    """Return a copy of what JSON and TOML both have; None is nothing that was said."""
    if not isinstance(told, Mapping):
        return told
    plain = {key: _plain(value) for key, value in told.items() if value is not None}
    values = plain.get("values")
    if isinstance(values, list) and values and all(isinstance(one, date) for one in values):
        times = any(isinstance(one, datetime) for one in values)
        plain.setdefault("dtype", "datetime" if times else "date")
        plain["values"] = _dates_as_text(values)
    for key in (*BOUNDS, "levels"):
        if key in plain:
            plain[key] = _dates_as_text(plain[key])
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.datetime64 | np.timedelta64):
        # What is finer than microseconds or beyond the year 9999 is a whole number to NumPy.
        for one in (value.item(), value.astype(f"{value.dtype.kind}8[us]").item()):
            if not isinstance(one, int):
                return one
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Real | Decimal) and not isinstance(value, bool):
        return int(value) if isinstance(value, Integral) else float(value)
    return value


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_dates_as_text(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def write_spec(spec: Mapping[str, Any], path: Any, *, overwrite: bool = False) -> None:
    """Write a spec whole, or not at all.

    Parameters
    ----------
    spec : mapping
        The spec.
    path : str or path-like
        Where to; .json or .toml.
    overwrite : bool, default=False
        Whether a file that is there may be replaced.

    Raises
    ------
    ImportError
        If it is to be TOML, and tomli-w is not there.
    """
    if _is_json(Path(path)):
        text = json.dumps(spec, indent=2, ensure_ascii=False) + "\n"
    else:
        text = import_extra("tomli_w", "cli").dumps(spec)
    write_atomically(path, lambda to: to.write_text(text, encoding="utf-8"), overwrite=overwrite)


def _is_json(path: Path) -> bool:
    if path.suffix.lower() not in ENDINGS:
        raise ValueError(f"{path} is not a name of a spec: it must end in .json or .toml.")
    return path.suffix.lower() == ".json"


def shown(value: Any) -> str:
    """Return a value as a message shows it, which is not at any length."""
    try:
        return SHORTENED.repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number of thousands of digits"


def _said(error: Exception) -> str:
    """Return the beginning of what another library says."""
    line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {line if len(line) <= MOST_SAID else line[:MOST_SAID] + '...'}"


def _refuse(column: str, key: str, why: str) -> NoReturn:
    raise ValueError(f"Column {shown(column)}, key {shown(key)}: {why}")


@contextmanager
def _computing(column: str) -> Iterator[None]:
    """Name the column where SciPy fails to compute a distribution."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:  # whatever SciPy raises
        _refuse(column, "dist", f"SciPy cannot compute it with these parameters: {_said(error)}")


def _did_you_mean(given: Any, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(given), list(names), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _check_keys(name: str, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in told:
        if key not in known:
            _refuse(
                name,
                key,
                f"there is no such key here.{_did_you_mean(key, known)} "
                f"There are: {', '.join(known)}.",
            )


def _read_column(name: str, told: Mapping[str, Any]) -> Column:
    kinds = [key for key in KINDS if key in told]
    if not kinds:
        _check_keys(name, told, (*KINDS, *OF_NUMBERS[1:], "p", "locale"))
    if len(kinds) != 1:
        raise ValueError(
            f"Column {shown(name)} must have one of the keys {', '.join(KINDS)}, and has "
            f"{' and '.join(kinds) or 'none'}."
        )
    missing = _number(name, "missing", told.get("missing", 0))
    if not 0 <= missing <= 1:
        _refuse(name, "missing", f"a share from 0 to 1 is wanted, not {missing}.")
    if kinds == ["values"]:
        return _read_values(name, told, missing)
    if kinds == ["provider"]:
        return _read_provider(name, told, missing)
    return _read_numbers(name, told, missing)


def _number(name: str, key: str, value: Any) -> float:
    if not isinstance(value, Real) or isinstance(value, bool) or not _is_finite(value):
        _refuse(name, key, f"a finite number is wanted, not {shown(value)}.")
    return float(value)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # of a whole number beyond floats
        return False


def _read_values(name: str, told: Mapping[str, Any], missing: float) -> ValuesColumn:
    _check_keys(name, told, ("values", "p", "dtype", *JOINED))
    values = told["values"]
    if not isinstance(values, list | tuple) or not values:
        _refuse(name, "values", f"a list of one value at least is wanted, not {shown(values)}.")
    kinds = [_kind(value) for value in values]
    if None in kinds:
        odd = values[kinds.index(None)]
        _refuse(
            name,
            "values",
            f"text, numbers, dates, true or false are wanted, not {shown(odd)}: for what is "
            "missing, there is the key missing.",
        )
    for value in values:
        if isinstance(value, str) and not _is_unicode(value):
            _refuse(name, "values", f"{shown(value)} {HALF_A_CHARACTER}")
    if len(set(kinds)) > 1:
        _refuse(
            name,
            "values",
            f"all must be of one kind, and these are {', '.join(sorted(set(map(str, kinds))))}.",
        )
    whole = [int(value) for value in values if isinstance(value, Integral)]
    if whole and not (min(whole) >= -(2**63) and max(whole) < 2 ** (63 if min(whole) < 0 else 64)):
        _refuse(name, "values", "whole numbers beyond 64 bits: write them as text.")
    p = told.get("p", [1 / len(values)] * len(values))
    if not isinstance(p, list | tuple) or len(p) != len(values):
        _refuse(name, "p", f"a list of {len(values)} probabilities is wanted, one a value.")
    shares = np.array([_number(name, "p", one) for one in p])
    if (shares < 0).any():
        _refuse(name, "p", f"no probability may be below 0, and {shares.min()} is.")
    if abs(shares.sum() - 1) > TOLERANCE:
        _refuse(name, "p", f"probabilities must sum to 1, and these to {shares.sum():.6g}.")
    return ValuesColumn(_as_dates(name, list(values), told.get("dtype")), shares, missing)


def _as_dates(name: str, values: list[Any], dtype: Any) -> Any:
    """Return values, as times where the dtype says that they are."""
    if dtype is None:
        return values
    if dtype not in TIMES:
        _refuse(name, "dtype", f"of values, must be date or datetime, not {shown(dtype)}.")
    times = np.array([_moment(name, "values", value) for value in values])
    if dtype == "datetime":
        return times
    days = times.astype("datetime64[D]").astype("datetime64[s]")
    if (days != times).any():
        odd = values[int(np.argmax(days != times))]
        _refuse(name, "values", f"{shown(odd)} is no whole day: take dtype datetime.")
    return days


def _is_unicode(text: str) -> bool:
    """Say whether text can be written, which a half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str | None:
    """Say what a value is; None if it cannot be one."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Real | Decimal):
        return "numbers" if _is_finite(value) else None
    return "dates" if isinstance(value, date) else None


def _read_numbers(name: str, told: Mapping[str, Any], missing: float) -> NumberColumn:
    dist = told["dist"]
    known = [
        n for n, d in vars(stats).items() if isinstance(d, stats.rv_continuous | stats.rv_discrete)
    ]
    if dist not in (EMPIRICAL, *known):
        _refuse(
            name,
            "dist",
            f"there is no distribution {shown(dist)}.{_did_you_mean(dist, known)} The names are "
            f"those of scipy.stats (norm, lognorm, gamma, poisson, ...), or {EMPIRICAL!r}.",
        )
    is_empirical = dist == EMPIRICAL
    discrete = not is_empirical and isinstance(getattr(stats, dist), stats.rv_discrete)
    dtype = told.get("dtype", "int" if discrete else "float")
    if dtype not in DTYPES:
        _refuse(name, "dtype", f"must be one of {', '.join(DTYPES)}, not {shown(dtype)}.")
    decimals = told.get("decimals")
    if decimals is not None and (
        dtype != "float" or not _is_whole(decimals) or abs(decimals) > MOST_DECIMALS
    ):
        _refuse(
            name,
            "decimals",
            f"a whole number from -{MOST_DECIMALS} to {MOST_DECIMALS} is wanted, of a dtype "
            f"float, not {shown(decimals)}.",
        )
    step = told.get("step", 1)
    if "step" in told and (dtype != "datetime" or not _is_whole(step) or step < 1):
        _refuse(
            name,
            "step",
            f"a whole number of seconds is wanted, of a dtype datetime, not {shown(step)}.",
        )
    read = _read_empirical if is_empirical else _read_named
    column = NumberColumn(name, read(name, told, dtype), dtype, decimals, step, missing)
    # What every other draw would be refused for is refused at once.
    column.quantile(np.array([0.25, 0.5, 0.75]))
    return column


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_empirical(name: str, told: Mapping[str, Any], dtype: str) -> Marginal:
    _check_keys(name, told, ("dist", "levels", "counts", *ROUNDED, *JOINED))
    levels, counts = told.get("levels"), told.get("counts")
    if not isinstance(levels, list | tuple) or not levels:
        _refuse(name, "levels", f"a list of one number at least is wanted, not {shown(levels)}.")
    counts = [1] * len(levels) if counts is None else counts
    if not isinstance(counts, list | tuple) or len(counts) != len(levels):
        _refuse(name, "counts", f"a list of {len(levels)} whole numbers is wanted, one a level.")
    if not all(_is_whole(one) and one >= 1 for one in counts):
        _refuse(name, "counts", "whole numbers of at least 1 are wanted.")
    if sum(counts) > EXACT:
        _refuse(name, "counts", f"they sum to more than floats hold to the last digit, {EXACT:,}.")
    numbers = [_number_or_date(name, "levels", one, dtype) for one in levels]
    values, which = np.unique(numbers, return_inverse=True)
    return Marginal.counted(values, np.bincount(which, counts))


def _read_named(name: str, told: Mapping[str, Any], dtype: str) -> Named:
    dist = told["dist"]
    family = getattr(stats, dist)
    shapes = shape_names(dist)
    places = ["loc"] if isinstance(family, stats.rv_discrete) else ["loc", "scale"]
    _check_keys(name, told, (*OF_NUMBERS[:1], *shapes, *places, *OF_NUMBERS[1:]))
    for shape in shapes:
        if shape not in told:
            _refuse(name, shape, f"{dist} needs it, and it is not there.")
    if told.get("scale", 1) == 0 or _number(name, "scale", told.get("scale", 1)) < 0:
        _refuse(name, "scale", f"a number above 0 is wanted, not {shown(told['scale'])}.")
    parameters = {key: _number(name, key, told[key]) for key in (*shapes, *places) if key in told}
    for key, value in parameters.items():
        if 0 < abs(value) < np.finfo(float).tiny:  # at which compiled code of SciPy aborts
            _refuse(name, key, f"{value:g} is too small: floats have all digits from 2e-308 on.")
    given = {key: _number_or_date(name, key, told[key], dtype) for key in BOUNDS if key in told}
    low, high = given.get("min", -np.inf), given.get("max", np.inf)
    if low > high:
        _refuse(name, "min", f"{shown(told['min'])} is more than the max, {shown(told['max'])}.")
    whole = dtype in ("int", "date") or told.get("decimals") == 0
    a_unit, what = _multiples(told, dtype)
    if a_unit:
        low, high = -_rounded_down(-low, a_unit), _rounded_down(high, a_unit)
    if low > high:
        _refuse(name, "min", f"no {what} is from {shown(told['min'])} to {shown(told['max'])}.")
    named = Named(dist, parameters, low, high, whole)
    with np.errstate(all="ignore"), _computing(name):
        takes = np.isfinite(family.cdf(0.0, **parameters))
    if not takes:
        written = ", ".join(f"{key}={value:g}" for key, value in parameters.items())
        _refuse(name, "dist", f"{dist} does not take {written}: see its page in scipy.stats.")
    # What is rounded to one value is half of the way to the next on either side.
    room = 0.5 / a_unit if a_unit and not whole else 0.0
    with _computing(name):
        below, up_to = replace(named, low=low - room, high=high + room).inside()
    if not up_to - below > LEAST_INSIDE:
        key = next(key for key in (*BOUNDS, "dist") if key in told)
        _refuse(name, key, f"{dist} has no probability from {low:g} to {high:g}.")
    return named


def _multiples(told: Mapping[str, Any], dtype: str) -> tuple[float | None, str]:
    """Return how many values there are in 1, None for all, and what they are called."""
    if dtype == "float":
        decimals = told.get("decimals")
        if decimals is None:
            return None, "number"
        return 10.0**decimals, f"number with decimals={decimals}"
    if dtype == "datetime":
        step = told.get("step", 1)
        return SECONDS_A_DAY / step, f"time in steps of {step} s"
    return 1.0, "whole day" if dtype == "date" else "whole number"


def _rounded_down(end: float, a_unit: float) -> float:
    """Return the multiple at or below a bound, of which there are so many in 1."""
    steps = end * a_unit
    if not abs(steps) < EXACT:
        return end
    near = round(steps)
    return (near if math.isclose(near, steps, rel_tol=CLOSE) else math.floor(steps)) / a_unit


def _number_or_date(name: str, key: str, value: Any, dtype: str) -> float:
    """Return a number, or for times the days since 1970."""
    if dtype not in TIMES:
        return _number(name, key, value)
    return float((_moment(name, key, value) - EPOCH) / np.timedelta64(1, "D"))


def _moment(name: str, key: str, value: Any) -> np.datetime64:
    """Return a time that is told as text, or in days since 1970."""
    if isinstance(value, Real) and not isinstance(value, bool):
        seconds = _number(name, key, value) * SECONDS_A_DAY
        if not SECONDS[0] <= seconds <= SECONDS[1]:
            _refuse(name, key, f"day {shown(value)} since 1970 is not in the years 1 to 9999.")
        return EPOCH + np.timedelta64(round(seconds * 1e6), "us")
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):
        _refuse(
            name,
            key,
            f"a date is wanted, such as 2024-02-29, or days since 1970, not {shown(value)}.",
        )
    return np.datetime64(moment, "us")


def _read_correlations(
    given: Mapping[str, Any], columns: Mapping[str, Column]
) -> tuple[list[str], Floats]:
    """Return which columns are correlated, and a root of their correlations."""
    pairs: dict[tuple[str, str], float] = {}
    for name, told in given.items():
        others = told.get("correlations", {})
        if not isinstance(others, Mapping):
            _refuse(
                name,
                "correlations",
                f"a mapping of columns to numbers is wanted, not {shown(others)}.",
            )
        for other, value in others.items():
            key = f"correlations.{other}"
            if other not in columns or other == name:
                hint = _did_you_mean(other, [one for one in columns if one != name])
                _refuse(name, key, f"no other column has this name.{hint}")
            if isinstance(columns[other], ProviderColumn):
                _refuse(name, key, "what a provider makes up is correlated with nothing.")
            value = _number(name, key, value)
            if abs(value) > 1:
                _refuse(name, key, f"a number from -1 to 1 is wanted, not {value:g}.")
            if pairs.setdefault((min(name, other), max(name, other)), value) != value:
                _refuse(name, key, f"column {shown(other)} says another number than {value:g}.")
    joined = [name for name in columns if any(name in pair for pair in pairs)]
    matrix = np.eye(len(joined))
    for (one, other), value in pairs.items():
        i, j = joined.index(one), joined.index(other)
        matrix[i, j] = matrix[j, i] = value
    eigenvalues, vectors = np.linalg.eigh(matrix)
    if joined and eigenvalues[0] < -TOLERANCE:
        key = next(name for name, told in given.items() if told.get("correlations"))
        _refuse(
            key,
            "correlations",
            f"no {len(joined)} columns have these correlations at once: bring them nearer to 0.",
        )
    return joined, vectors * np.sqrt(np.maximum(eigenvalues, 0))


def _read_provider(name: str, told: Mapping[str, Any], missing: float) -> ProviderColumn:
    _check_keys(name, told, ("provider", "locale", *COMMON))
    provider, locale = told["provider"], told.get("locale")
    if locale is not None and not isinstance(locale, str):
        _refuse(name, "locale", f"text such as 'de' is wanted, not {shown(locale)}.")
    library, *path = str(provider).split(".")
    openers = {"faker": _faker, "mimesis": _mimesis}
    if library not in openers or not all(one.isidentifier() and one[0] != "_" for one in path):
        _refuse(
            name,
            "provider",
            f"{shown(provider)} is none: write it as 'faker.name' or 'mimesis.person.full_name'.",
        )
    try:
        openers[library](locale, 0)
    except (AttributeError, ValueError) as error:
        _refuse(name, "locale", f"{library} does not have {shown(locale)}: {_said(error)}")

    def opened(seed: int) -> Callable[[], Any]:
        found: Any = openers[library](locale, seed)
        for one in path:
            if not hasattr(found, one):
                raise AttributeError(f"there is no {one!r} in it.{_did_you_mean(one, dir(found))}")
            found = getattr(found, one)
        return found

    try:
        value = opened(0)()
    except Exception as error:  # whatever the other library raises
        _refuse(name, "provider", f"{shown(provider)} cannot be called: {_said(error)}")
    if _kind(value) is None:
        _refuse(name, "provider", f"{provider} gives {type(value).__name__}, and not one value.")
    return ProviderColumn(name, provider, opened, missing)


def _faker(locale: str | None, seed: int) -> Any:
    fake = import_extra("faker", "fake").Faker(locale)
    fake.seed_instance(seed)
    return fake


def _mimesis(locale: str | None, seed: int) -> Any:
    mimesis = import_extra("mimesis", "fake")
    return mimesis.Generic(locale=mimesis.Locale(locale or "en"), seed=seed)
