"""The kinds of column of a spec. Each is a class, whose fields declare its keys."""
# ruff: noqa: RUF009 - `_key` is `dataclasses.field`.

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral, Real
from reprlib import Repr
from typing import Any, NoReturn, Self

import numpy as np
import numpy.typing as npt
from scipy import stats

from skresample._messages import did_you_mean
from skresample._support import import_extra
from skresample.numerics.normal_scores import Marginal
from skresample.spec._distributions import EXACT, Named, is_discrete, shape_names

__all__ = ["Column", "NumberColumn", "ProviderColumn", "read_column", "refuse", "shown"]

Floats = npt.NDArray[np.floating]

EMPIRICAL = "empirical"
DTYPES = ("float", "int", "date", "datetime")
TIMES = ("date", "datetime")
EPOCH = np.datetime64("1970-01-01", "s")
SECONDS_A_DAY = 86_400
# The first and the last second of the years that have four digits.
SECONDS = (-62_135_596_800, 253_402_300_799)
# The range of each dtype, times in seconds, and how to avoid draws beyond it.
BEYOND_TIMES = "the years 1 to 9999: give min and max"
HELD = {
    "float": (-np.finfo(float).max, np.finfo(float).max, "floats: give min and max"),
    "int": (-(2.0**63), np.nextafter(2.0**63, 0), "64 bits: give min and max, or dtype float"),
    "date": (*SECONDS, BEYOND_TIMES),
    "datetime": (*SECONDS, BEYOND_TIMES),
}
# Floats have no more decimals; it bounds multiples of powers of 10 as well.
MOST_DECIMALS = 15
# Below this probability, floats do not distinguish the values between two bounds.
LEAST_INSIDE = 1e-9
# Largest distance of a sum of probabilities to 1.
TOLERANCE = 1e-6
HALF_A_CHARACTER = "has half of a surrogate pair, which no file can hold: write the character."
SCIPY_FAILS = "SciPy cannot compute it with these parameters"
# The most characters that are shown of an error of another library.
MOST_SAID = 300
SHORTENED = Repr()
SHORTENED.maxstring = SHORTENED.maxother = SHORTENED.maxlong = 80


def shown(value: Any) -> str:
    """Return a value as messages show it: shortened."""
    try:
        return SHORTENED.repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number of thousands of digits"


def refuse(column: str, key: str, why: str) -> NoReturn:
    """Raise the error that names column and key."""
    raise ValueError(f"Column {shown(column)}, key {shown(key)}: {why}")


def is_unicode(text: str) -> bool:
    """Return whether text can be encoded, which a half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_number(value: Any, of: Any = Real) -> bool:
    """Return whether a value is a finite number."""
    try:
        return isinstance(value, of) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # of a whole number beyond floats
        return False


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: Any) -> str | None:
    """Return the kind of a value; None if a column cannot hold it."""
    if is_number(value, Real | Decimal):
        return "numbers"
    kinds = {bool: "true or false", str: "text", date: "dates"}
    return next((kind for of, kind in kinds.items() if isinstance(value, of)), None)


def _key(wanted: str, accepts: Callable[[Any], Any], default: Any = MISSING) -> Any:
    """Declare a field as a key of the spec, whose value must be as `wanted` says."""
    return field(default=default, metadata={"wanted": wanted, "accepts": accepts})


def _list(wanted: str, of: Callable[[Any], bool] = lambda _: True, default: Any = MISSING) -> Any:
    """Declare a key whose value is a list of at least one value."""
    return _key(
        wanted,
        lambda given: isinstance(given, list | tuple) and given and all(map(of, given)),
        default,
    )


def _correlations() -> Any:
    return _key("a mapping of columns to numbers", lambda given: isinstance(given, Mapping), None)


def check_keys(name: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise an error if there is an unknown key."""
    known = list(known)
    for key in given:
        if key not in known:
            hint = did_you_mean(key, known)
            refuse(name, key, f"no such key.{hint} The keys are: {', '.join(known)}.")


@dataclass(kw_only=True, eq=False)
class Column:
    """A column of any kind."""

    name: str
    missing: float = _key(
        "a probability from 0 to 1", lambda given: is_number(given) and 0 <= given <= 1, 0.0
    )
    correlations: Any = None

    @classmethod
    def keys(cls) -> dict[str, Any]:
        """Return the fields that are keys of the spec, by name."""
        return {one.name: one for one in fields(cls) if one.metadata}

    @classmethod
    def read(cls, name: str, given: Mapping[str, Any], **others: Any) -> Self:
        """Check the keys of a column in the spec, and make it."""
        check_keys(name, given, cls.keys())
        for key, one in cls.keys().items():
            wanted = one.metadata["wanted"]
            if key in given and not one.metadata["accepts"](given[key]):
                refuse(name, key, f"must be {wanted}, not {shown(given[key])}.")
            if key not in given and one.default is MISSING:
                refuse(name, key, f"is required: {wanted}.")
        return cls(name=name, **given, **others)

    def draw(self, n: int, rng: np.random.Generator, q: Floats | None) -> Any:
        """Return `n` values, at the probabilities `q` if the column is correlated with others."""
        own = rng.random(n)
        return self.ppf(own if q is None else q)

    def ppf(self, q: Floats) -> Any:
        """Return the values at which the cumulative probability reaches `q`."""
        raise NotImplementedError

    def refuse(self, key: str, why: str = "") -> NoReturn:
        """Raise the error that names column and key; by default, that the value is wrong."""
        wanted = self.keys()[key].metadata["wanted"]
        refuse(self.name, key, why or f"must be {wanted}, not {shown(getattr(self, key))}.")

    @contextmanager
    def _refusing(self, key: str, what: str) -> Iterator[None]:
        """Name column and key where another library fails."""
        try:
            yield
        except (MemoryError, ImportError):
            raise
        except Exception as error:  # whatever the other library raises
            line = str(error).partition("\n")[0]
            line = line if len(line) <= MOST_SAID else line[:MOST_SAID] + "..."
            self.refuse(key, f"{what}: {type(error).__name__}: {line}")

    def _moment(self, key: str, value: Any) -> np.datetime64:
        """Return a time given as text or as days since 1970."""
        if is_number(value):
            seconds = float(value) * SECONDS_A_DAY
            if not SECONDS[0] <= seconds <= SECONDS[1]:
                self.refuse(key, f"day {shown(value)} since 1970 is not in the years 1 to 9999.")
            return EPOCH + np.timedelta64(round(seconds * 1e6), "us")
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo:
                moment = moment.astimezone(UTC).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError):
            self.refuse(
                key,
                f"must be a date, such as 2024-02-29, or days since 1970, not {shown(value)}.",
            )
        return np.datetime64(moment, "us")


@dataclass(kw_only=True, eq=False)
class ValuesColumn(Column):
    """Values, each with a probability."""

    values: Any = _list("a list of at least one value")
    p: Any = _list(
        "a list of probabilities, none below 0", lambda one: is_number(one) and one >= 0, None
    )
    dtype: str | None = _key("date or datetime", TIMES.__contains__, None)
    correlations: Any = _correlations()

    def __post_init__(self) -> None:
        n = len(self.values)
        self._check_values()
        if self.p is not None and len(self.p) != n:
            self.refuse("p", f"must be a list of {n} probabilities, one per value.")
        self.p = np.array([1 / n] * n if self.p is None else self.p, dtype=float)
        if abs(self.p.sum() - 1) > TOLERANCE:
            self.refuse("p", f"must sum to 1, not to {self.p.sum():.6g}.")
        self.values = list(self.values) if self.dtype is None else self._dates()

    def _check_values(self) -> None:
        kinds = [_kind(value) for value in self.values]
        if None in kinds:
            self.refuse(
                "values",
                "must be text, numbers, dates, true or false, not "
                f"{shown(self.values[kinds.index(None)])}: for missing values, there is the key "
                "missing.",
            )
        for value in self.values:
            if isinstance(value, str) and not is_unicode(value):
                self.refuse("values", f"{shown(value)} {HALF_A_CHARACTER}")
        if len(set(kinds)) > 1:
            found = ", ".join(sorted(set(map(str, kinds))))
            self.refuse("values", f"must be of one kind, and these are {found}.")
        whole = [int(value) for value in self.values if isinstance(value, Integral)]
        if whole and not (
            min(whole) >= -(2**63) and max(whole) < 2 ** (63 if min(whole) < 0 else 64)
        ):
            self.refuse("values", "whole numbers beyond 64 bits: write them as text.")

    def _dates(self) -> Any:
        times = np.array([self._moment("values", value) for value in self.values])
        if self.dtype == "datetime":
            return times
        days = times.astype("datetime64[D]").astype("datetime64[s]")
        if (days != times).any():
            odd = self.values[int(np.argmax(days != times))]
            self.refuse("values", f"{shown(odd)} is not a whole day: take dtype datetime.")
        return days

    def ppf(self, q: Floats) -> Any:
        """Return the values at which the cumulative probability, in their order, reaches `q`."""
        ends = np.cumsum(self.p)
        indices = np.searchsorted(ends[:-1], q * ends[-1], side="right")
        if isinstance(self.values, np.ndarray):
            return self.values[indices]
        return [self.values[i] for i in indices.tolist()]


@dataclass(kw_only=True, eq=False)
class NumberColumn(Column):
    """Numbers or times from a distribution."""

    dist: str = _key("the name of a distribution", lambda given: isinstance(given, str))
    dtype: Any = _key(f"one of {', '.join(DTYPES)}", DTYPES.__contains__, None)
    decimals: int | None = _key(
        f"a whole number from -{MOST_DECIMALS} to {MOST_DECIMALS}, of a dtype float",
        lambda given: _is_integer(given) and abs(given) <= MOST_DECIMALS,
        None,
    )
    step: int | None = _key(
        "a whole number of seconds of at least 1, of a dtype datetime",
        lambda given: _is_integer(given) and given >= 1,
        None,
    )
    correlations: Any = _correlations()
    distribution: Named | Marginal = field(init=False)

    def __post_init__(self) -> None:
        if self.dtype is None:
            self.dtype = "int" if is_discrete(self.dist) else "float"
        for key, dtype in (("decimals", "float"), ("step", "datetime")):
            if getattr(self, key) is not None and self.dtype != dtype:
                self.refuse(key)
        self.distribution = self._distribution()
        # Fail at once if every draw would fail.
        self.ppf(np.array([0.25, 0.5, 0.75]))

    def _distribution(self) -> Named | Marginal:
        raise NotImplementedError

    def _number(self, key: str, value: Any) -> float:
        """Return a number, or for times the days since 1970."""
        if self.dtype in TIMES:
            return float((self._moment(key, value) - EPOCH) / np.timedelta64(1, "D"))
        if not is_number(value):
            self.refuse(key, f"must be a finite number, not {shown(value)}.")
        return float(value)

    def ppf(self, q: Floats) -> Any:
        """Return the values at which the cumulative probability reaches `q`."""
        with np.errstate(over="ignore", invalid="ignore"), self._refusing("dist", SCIPY_FAILS):
            numbers = self._rounded(self.distribution.ppf(q))
        low, high, beyond = HELD[self.dtype]
        if not ((numbers >= low) & (numbers <= high)).all():
            key = "dist" if self.dtype == "float" else "dtype"
            self.refuse(key, f"some draws are beyond {beyond}.")
        if self.dtype == "float":
            return numbers
        whole = numbers.astype(np.int64)
        return EPOCH + whole.astype("timedelta64[s]") if self.dtype in TIMES else whole

    def _rounded(self, numbers: Floats) -> Floats:
        """Return numbers rounded by dtype, decimals and step; times in seconds."""
        if self.dtype == "datetime":
            step = self.step or 1
            return np.rint(numbers * SECONDS_A_DAY / step) * step
        if self.dtype != "float":
            return np.rint(numbers) * (SECONDS_A_DAY if self.dtype == "date" else 1)
        if self.decimals is None:
            return numbers
        rounded = np.round(numbers, self.decimals)
        # Numbers too large for decimals have none.
        return np.where(np.isfinite(rounded), rounded, numbers)


@dataclass(kw_only=True, eq=False)
class EmpiricalColumn(NumberColumn):
    """Numbers or times between given levels."""

    levels: Any = _list("a list of at least one number")
    counts: Any = _list(
        "a list of whole numbers of at least 1", lambda one: _is_integer(one) and one >= 1, None
    )

    def _distribution(self) -> Marginal:
        counts = [1] * len(self.levels) if self.counts is None else self.counts
        if len(counts) != len(self.levels):
            n = len(self.levels)
            self.refuse("counts", f"must be a list of {n} whole numbers, one per level.")
        if sum(counts) > EXACT:
            self.refuse("counts", f"they sum to more than floats hold exactly, {EXACT:,}.")
        numbers = [self._number("levels", one) for one in self.levels]
        values, which = np.unique(numbers, return_inverse=True)
        return Marginal.counted(values, np.bincount(which, counts))


@dataclass(kw_only=True, eq=False)
class NamedColumn(NumberColumn):
    """Numbers or times from a distribution of SciPy; `parameters` are SciPy's."""

    parameters: dict[str, float] = field(default_factory=dict)
    min: Any = _key("a number or a date", lambda given: True, None)
    max: Any = _key("a number or a date", lambda given: True, None)

    @classmethod
    def read(cls, name: str, given: Mapping[str, Any], **others: Any) -> Self:
        """Check the parameters of the distribution, and then the other keys."""
        shapes = shape_names(given["dist"])
        names = [*shapes, "loc", *([] if is_discrete(given["dist"]) else ["scale"])]
        check_keys(name, given, ["dist", *names, *cls.keys()])
        for key in shapes:
            if key not in given:
                refuse(name, key, f"is required by {given['dist']}.")
        parameters = {key: given[key] for key in names if key in given}
        for key, value in parameters.items():
            if not is_number(value):
                refuse(name, key, f"must be a finite number, not {shown(value)}.")
            if key == "scale" and value <= 0:
                refuse(name, key, f"must be a number above 0, not {shown(value)}.")
            if 0 < abs(value) < np.finfo(float).tiny:  # at which compiled code of SciPy aborts
                refuse(name, key, f"{value:g} is too small: floats have all digits from 2e-308 on.")
        rest = {key: value for key, value in given.items() if key not in parameters}
        parameters = {key: float(value) for key, value in parameters.items()}
        return super().read(name, rest, parameters=parameters, **others)

    def _distribution(self) -> Named:
        low = -np.inf if self.min is None else self._number("min", self.min)
        high = np.inf if self.max is None else self._number("max", self.max)
        if low > high:
            self.refuse("min", f"{shown(self.min)} is more than the max, {shown(self.max)}.")
        whole = self.dtype in ("int", "date") or self.decimals == 0
        per_unit, what = self._multiples()
        if per_unit:
            low, high = -_rounded_down(-low, per_unit), _rounded_down(high, per_unit)
        if low > high:
            self.refuse("min", f"no {what} is from {shown(self.min)} to {shown(self.max)}.")
        named = Named(self.dist, self.parameters, low, high, whole)
        with np.errstate(all="ignore"), self._refusing("dist", SCIPY_FAILS):
            is_valid = np.isfinite(getattr(stats, self.dist).cdf(0.0, **self.parameters))
        if not is_valid:
            written = ", ".join(f"{key}={value:g}" for key, value in self.parameters.items())
            self.refuse(
                "dist", f"{self.dist} does not take {written}: see its page in scipy.stats."
            )
        # Values up to half of a unit away are rounded to a bound.
        room = 0.5 / per_unit if per_unit and not whole else 0.0
        with self._refusing("dist", SCIPY_FAILS):
            below, up_to = replace(named, low=low - room, high=high + room).inside()
        if not up_to - below > LEAST_INSIDE:
            key = next((key for key in ("min", "max") if getattr(self, key) is not None), "dist")
            self.refuse(key, f"{self.dist} has no probability from {low:g} to {high:g}.")
        return named

    def _multiples(self) -> tuple[float | None, str]:
        """Return the number of values per unit, None for all, and what to call them."""
        if self.dtype == "datetime":
            step = self.step or 1
            return SECONDS_A_DAY / step, f"time in steps of {step} s"
        if self.dtype != "float":
            return 1.0, "whole day" if self.dtype == "date" else "whole number"
        if self.decimals is None:
            return None, "number"
        return 10.0**self.decimals, f"number with decimals={self.decimals}"


def _rounded_down(end: float, per_unit: float) -> float:
    """Return the multiple of ``1 / per_unit`` at or below a bound."""
    steps = end * per_unit
    if not abs(steps) < EXACT:
        return end
    near = round(steps)
    # A bound this close to a multiple is meant to be it.
    return (near if math.isclose(near, steps, rel_tol=1e-12) else math.floor(steps)) / per_unit


def _faker(locale: str | None, seed: int) -> Any:
    fake = import_extra("faker", "fake").Faker(locale)
    fake.seed_instance(seed)
    return fake


def _mimesis(locale: str | None, seed: int) -> Any:
    mimesis = import_extra("mimesis", "fake")
    return mimesis.Generic(locale=mimesis.Locale(locale or "en"), seed=seed)


OPENERS = {"faker": _faker, "mimesis": _mimesis}


def _is_provider(given: Any) -> bool:
    library, *path = str(given).split(".")
    return library in OPENERS and all(one.isidentifier() and one[0] != "_" for one in path)


@dataclass(kw_only=True, eq=False)
class ProviderColumn(Column):
    """Values of a provider of Faker or Mimesis."""

    provider: str = _key("written as 'faker.name' or 'mimesis.person.full_name'", _is_provider)
    locale: str | None = _key("text such as 'de'", lambda given: isinstance(given, str), None)

    def __post_init__(self) -> None:
        library = self.provider.partition(".")[0]
        with self._refusing("locale", f"{library} does not have {shown(self.locale)}"):
            OPENERS[library](self.locale, 0)
        with self._refusing("provider", f"{shown(self.provider)} cannot be called"):
            value = self._open(0)()
        if _kind(value) is None:
            found = type(value).__name__
            self.refuse("provider", f"{self.provider} gives {found}, and not one value.")

    def _open(self, seed: int) -> Callable[[], Any]:
        """Return the provider, seeded."""
        library, *path = self.provider.split(".")
        found: Any = OPENERS[library](self.locale, seed)
        for one in path:
            if not hasattr(found, one):
                raise AttributeError(f"it has no {one!r}.{did_you_mean(one, dir(found))}")
            found = getattr(found, one)
        return found

    def draw(self, n: int, rng: np.random.Generator, q: Floats | None) -> list[Any]:
        """Return `n` values of the provider."""
        make = self._open(int(rng.integers(2**32)))
        with self._refusing("provider", f"{shown(self.provider)} failed"):
            return [make() for _ in range(n)]


KINDS: dict[str, type[Column]] = {
    "dist": NamedColumn,
    "values": ValuesColumn,
    "provider": ProviderColumn,
}


def read_column(name: Any, given: Any) -> Column:
    """Check a column of a spec, and make it."""
    if not isinstance(name, str):
        raise ValueError(f"Column {shown(name)}: a name must be text, such as {shown(str(name))}.")
    if not is_unicode(name):
        raise ValueError(f"Column {shown(name)}: the name {HALF_A_CHARACTER}")
    if not isinstance(given, Mapping):
        raise ValueError(
            f"Column {shown(name)} must be a mapping with one of {', '.join(KINDS)}, not "
            f"{shown(given)}."
        )
    kinds = [key for key in KINDS if key in given]
    if not kinds:
        check_keys(name, given, itertools.chain(KINDS, *(one.keys() for one in KINDS.values())))
    if len(kinds) != 1:
        raise ValueError(
            f"Column {shown(name)} must have one of the keys {', '.join(KINDS)}, and has "
            f"{' and '.join(kinds) or 'none'}."
        )
    [kind] = kinds
    if kind != "dist":
        return KINDS[kind].read(name, given)
    dist = given["dist"]
    if dist == EMPIRICAL:
        return EmpiricalColumn.read(name, given)
    known = [
        n for n, d in vars(stats).items() if isinstance(d, stats.rv_continuous | stats.rv_discrete)
    ]
    if dist not in known:
        refuse(
            name,
            "dist",
            f"there is no distribution {shown(dist)}.{did_you_mean(dist, known)} The names are "
            f"those of scipy.stats (norm, lognorm, gamma, poisson, ...), or {EMPIRICAL!r}.",
        )
    return NamedColumn.read(name, given)
