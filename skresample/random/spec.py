"""Tables told in words: a distribution, a list of values or a provider for each column."""

import difflib
import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import ndtr

from skresample._files import write_atomically
from skresample.numerics.distributions import Named
from skresample.numerics.normal_scores import Marginal
from skresample.utils import import_extra

__all__ = ["EMPIRICAL", "TableSpec", "read_spec", "write_spec"]

Floats = npt.NDArray[np.floating]

EMPIRICAL = "empirical"
DTYPES = ("float", "int", "date", "datetime")
# What days are counted from.
EPOCH = np.datetime64("1970-01-01", "s")
SECONDS_A_DAY = 86_400
KINDS = ("dist", "values", "provider")
BOUNDS = ("min", "max")
# What any column may have, and any of which the share is known that lies below a value.
COMMON, JOINED = ("missing",), ("missing", "correlations")
OF_NUMBERS = ("dist", *BOUNDS, "dtype", "decimals", *JOINED)
# Below this probability, floats do not tell the values between two bounds apart.
LEAST_INSIDE = 1e-9
# How far probabilities may be from 1 together, and eigenvalues below 0.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class NumberColumn:
    """Numbers or times from a distribution."""

    distribution: Named | Marginal
    dtype: str
    decimals: int | None
    missing: float

    def quantile(self, share: Floats) -> Any:
        """Return the values below which shares of the probability lie."""
        numbers = self.distribution.quantile(share)
        if self.dtype == "float":
            return numbers if self.decimals is None else np.round(numbers, self.decimals)
        if self.dtype == "int":
            return np.rint(numbers).astype(np.int64)
        days = np.rint(numbers) if self.dtype == "date" else numbers
        return EPOCH + np.rint(days * SECONDS_A_DAY).astype("timedelta64[s]")


@dataclass(frozen=True)
class ValuesColumn:
    """Values, each with a probability."""

    values: list[Any]
    shares: Floats
    missing: float

    def quantile(self, share: Floats) -> list[Any]:
        """Return the values below which shares of the probability lie, in their order."""
        ends = np.cumsum(self.shares)
        places = np.searchsorted(ends[:-1], share * ends[-1], side="right")
        return [self.values[place] for place in places.tolist()]


@dataclass(frozen=True)
class ProviderColumn:
    """What a provider of Faker or Mimesis makes up."""

    open: Callable[[int], Callable[[], Any]]
    missing: float

    def draw(self, n: int, rng: np.random.Generator) -> list[Any]:
        """Return so many values."""
        make = self.open(int(rng.integers(2**32)))
        return [make() for _ in range(n)]


Column = NumberColumn | ValuesColumn | ProviderColumn


class TableSpec:
    """What a spec says, checked.

    Parameters
    ----------
    given : mapping
        A mapping for each column, by its name.

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
            if not isinstance(told, Mapping):
                raise ValueError(
                    f"Column {name!r} must be a mapping with one of {', '.join(KINDS)}, "
                    f"not {told!r}."
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
        """
        pd = import_extra("pandas", "cli")
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


def read_spec(source: Any) -> dict[str, Any]:
    """Read a spec.

    Parameters
    ----------
    source : mapping, str or path-like
        The spec itself; the name of a file that ends in .json or .toml; or text of either kind.

    Returns
    -------
    spec : dict
        Not checked.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no JSON or TOML.
    """
    if isinstance(source, Mapping):
        return dict(source)
    is_text = isinstance(source, str) and ("\n" in source or source.lstrip().startswith("{"))
    if is_text:
        text, is_json, what = source, source.lstrip().startswith("{"), "The text"
    else:
        path = Path(source)
        is_json, what = _is_json(path), str(path)
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
        text = path.read_text(encoding="utf-8")
    try:
        read = json.loads(text) if is_json else tomllib.loads(text)
    except ValueError as error:
        kind = "JSON" if is_json else "TOML"
        raise ValueError(f"{what} cannot be read as {kind}: {error}") from error
    if not isinstance(read, dict):
        raise ValueError(f"{what} must have a mapping for each column, not {read!r}.")
    return read


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
    if path.suffix.lower() not in (".json", ".toml"):
        raise ValueError(f"{path} is not a name of a spec: it must end in .json or .toml.")
    return path.suffix.lower() == ".json"


def _refuse(column: str, key: str, why: str) -> NoReturn:
    raise ValueError(f"Column {column!r}, key {key!r}: {why}")


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
            f"Column {name!r} must have one of the keys {', '.join(KINDS)}, and has "
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
    if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
        _refuse(name, key, f"a finite number is wanted, not {value!r}.")
    return float(value)


def _read_values(name: str, told: Mapping[str, Any], missing: float) -> ValuesColumn:
    _check_keys(name, told, ("values", "p", *JOINED))
    values = told["values"]
    if not isinstance(values, list | tuple) or not values:
        _refuse(name, "values", f"a list of one value at least is wanted, not {values!r}.")
    odd = [value for value in values if not _is_value(value)]
    if odd:
        _refuse(name, "values", f"text, numbers, dates, true or false are wanted, not {odd[0]!r}.")
    p = told.get("p", [1 / len(values)] * len(values))
    if not isinstance(p, list | tuple) or len(p) != len(values):
        _refuse(name, "p", f"a list of {len(values)} probabilities is wanted, one a value.")
    shares = np.array([_number(name, "p", one) for one in p])
    if (shares < 0).any():
        _refuse(name, "p", f"no probability may be below 0, and {shares.min()} is.")
    if abs(shares.sum() - 1) > TOLERANCE:
        _refuse(name, "p", f"probabilities must sum to 1, and these to {shares.sum():.6g}.")
    return ValuesColumn(list(values), shares, missing)


def _is_value(value: Any) -> bool:
    return isinstance(value, str | Real | date | Decimal)


def _read_numbers(name: str, told: Mapping[str, Any], missing: float) -> NumberColumn:
    dist = told["dist"]
    known = [
        n for n, d in vars(stats).items() if isinstance(d, stats.rv_continuous | stats.rv_discrete)
    ]
    if dist not in (EMPIRICAL, *known):
        _refuse(
            name,
            "dist",
            f"there is no distribution {dist!r}.{_did_you_mean(dist, known)} The names are those "
            f"of scipy.stats (norm, lognorm, gamma, poisson, ...), or {EMPIRICAL!r}.",
        )
    is_empirical = dist == EMPIRICAL
    discrete = not is_empirical and isinstance(getattr(stats, dist), stats.rv_discrete)
    dtype = told.get("dtype", "int" if discrete else "float")
    if dtype not in DTYPES:
        _refuse(name, "dtype", f"must be one of {', '.join(DTYPES)}, not {dtype!r}.")
    decimals = told.get("decimals")
    if decimals is not None and (
        dtype != "float" or not isinstance(decimals, int) or isinstance(decimals, bool)
    ):
        _refuse(name, "decimals", f"a whole number is wanted, of a dtype float, not {decimals!r}.")
    whole = dtype in ("int", "date")
    distribution = _read_empirical(name, told) if is_empirical else _read_named(name, told, whole)
    return NumberColumn(distribution, dtype, decimals, missing)


def _read_empirical(name: str, told: Mapping[str, Any]) -> Marginal:
    _check_keys(name, told, ("dist", "levels", "counts", "dtype", "decimals", *JOINED))
    levels, counts = told.get("levels"), told.get("counts")
    if not isinstance(levels, list | tuple) or not levels:
        _refuse(name, "levels", f"a list of one number at least is wanted, not {levels!r}.")
    counts = [1] * len(levels) if counts is None else counts
    if not isinstance(counts, list | tuple) or len(counts) != len(levels):
        _refuse(name, "counts", f"a list of {len(levels)} whole numbers is wanted, one a level.")
    if not all(isinstance(one, int) and one >= 1 for one in counts):
        _refuse(name, "counts", "whole numbers of at least 1 are wanted.")
    return Marginal.of(np.repeat([_number(name, "levels", one) for one in levels], counts))


def _read_named(name: str, told: Mapping[str, Any], whole: bool) -> Named:
    dist = told["dist"]
    family = getattr(stats, dist)
    shapes = [one.strip() for one in family.shapes.split(",")] if family.shapes else []
    places = ["loc"] if isinstance(family, stats.rv_discrete) else ["loc", "scale"]
    _check_keys(name, told, (*OF_NUMBERS[:1], *shapes, *places, *OF_NUMBERS[1:]))
    for shape in shapes:
        if shape not in told:
            _refuse(name, shape, f"{dist} needs it, and it is not there.")
    if told.get("scale", 1) == 0 or _number(name, "scale", told.get("scale", 1)) < 0:
        _refuse(name, "scale", f"a number above 0 is wanted, not {told['scale']!r}.")
    parameters = {key: _number(name, key, told[key]) for key in (*shapes, *places) if key in told}
    low = _bound(name, "min", told, -np.inf)
    high = _bound(name, "max", told, np.inf)
    if low > high:
        _refuse(name, "min", f"{told['min']!r} is more than the max, {told['max']!r}.")
    if whole:
        low, high = float(np.ceil(low)), float(np.floor(high))
    named = Named(dist, parameters, low, high, whole)
    with np.errstate(all="ignore"):
        takes = np.isfinite(family.cdf(0.0, **parameters))
    if not takes:
        written = ", ".join(f"{key}={value:g}" for key, value in parameters.items())
        _refuse(name, "dist", f"{dist} does not take {written}: see its page in scipy.stats.")
    below, up_to = named.inside()
    if not up_to - below > LEAST_INSIDE:
        key = next(key for key in (*BOUNDS, "dist") if key in told)
        _refuse(name, key, f"{dist} has no probability from {low:g} to {high:g}.")
    return named


def _bound(name: str, key: str, told: Mapping[str, Any], otherwise: float) -> float:
    if key not in told:
        return otherwise
    if told.get("dtype") not in ("date", "datetime"):
        return _number(name, key, told[key])
    value = told[key]
    try:
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
        if getattr(value, "tzinfo", None):
            value = value.astimezone(UTC).replace(tzinfo=None)
        moment = np.datetime64(value, "s")
    except (TypeError, ValueError):
        _refuse(name, key, f"a date is wanted, such as 2024-02-29, not {value!r}.")
    return float((moment - EPOCH) / np.timedelta64(1, "D"))


def _read_correlations(
    given: Mapping[str, Any], columns: Mapping[str, Column]
) -> tuple[list[str], Floats]:
    """Return which columns are correlated, and a root of their correlations."""
    pairs: dict[tuple[str, str], float] = {}
    for name, told in given.items():
        others = told.get("correlations", {})
        if not isinstance(others, Mapping):
            _refuse(
                name, "correlations", f"a mapping of columns to numbers is wanted, not {others!r}."
            )
        for other, value in others.items():
            key = f"correlations.{other}"
            if other not in columns or other == name:
                _refuse(name, key, f"no other column has this name.{_did_you_mean(other, columns)}")
            if isinstance(columns[other], ProviderColumn):
                _refuse(name, key, "what a provider makes up is correlated with nothing.")
            value = _number(name, key, value)
            if abs(value) > 1:
                _refuse(name, key, f"a number from -1 to 1 is wanted, not {value:g}.")
            if pairs.setdefault((min(name, other), max(name, other)), value) != value:
                _refuse(name, key, f"column {other!r} says another number than {value:g}.")
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
        _refuse(name, "locale", f"text such as 'de' is wanted, not {locale!r}.")
    library, *path = str(provider).split(".")
    openers = {"faker": _faker, "mimesis": _mimesis}
    if library not in openers or not all(one.isidentifier() and one[0] != "_" for one in path):
        _refuse(
            name,
            "provider",
            f"{provider!r} is none: write it as 'faker.name' or 'mimesis.person.full_name'.",
        )
    try:
        openers[library](locale, 0)
    except (AttributeError, ValueError) as error:
        _refuse(name, "locale", f"{library} does not have {locale!r}: {error}")

    def opened(seed: int) -> Callable[[], Any]:
        found: Any = openers[library](locale, seed)
        for one in path:
            if not hasattr(found, one):
                raise AttributeError(f"there is no {one!r} in it.{_did_you_mean(one, dir(found))}")
            found = getattr(found, one)
        return found

    try:
        value = opened(0)()
    except (AttributeError, TypeError, ValueError) as error:
        _refuse(name, "provider", f"{provider!r} cannot be called: {error}")
    if not _is_value(value):
        _refuse(name, "provider", f"{provider} gives {type(value).__name__}, and not one value.")
    return ProviderColumn(opened, missing)


def _faker(locale: str | None, seed: int) -> Any:
    fake = import_extra("faker", "fake").Faker(locale)
    fake.seed_instance(seed)
    return fake


def _mimesis(locale: str | None, seed: int) -> Any:
    mimesis = import_extra("mimesis", "fake")
    return mimesis.Generic(locale=mimesis.Locale(locale or "en"), seed=seed)
