"""Specs: tables described by a distribution, a list of values or a provider per column."""

import json
import os
import tomllib
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from skresample._files import write_atomically
from skresample._messages import did_you_mean
from skresample._support import import_extra
from skresample.spec._columns import (
    TOLERANCE,
    Column,
    NumberColumn,
    ProviderColumn,
    is_number,
    read_column,
    refuse,
    shown,
)
from skresample.spec._distributions import Named

__all__ = ["TableSpec", "read_spec", "write_spec"]

Floats = npt.NDArray[np.floating]

ENDINGS = (".json", ".toml")
TOO_DEEP = "it is nested too deeply."
# A column that takes more seconds gets a warning.
LONG = 10.0


class TableSpec:
    """A checked spec, which draws tables; `given` is as `read_spec` returns it."""

    def __init__(self, given: Mapping[str, Any]):
        if not isinstance(given, Mapping) or not given:
            raise ValueError(
                "A spec needs at least one column, such as "
                '{"age": {"dist": "norm", "loc": 40, "scale": 12}}.'
            )
        self.columns = {name: read_column(name, one) for name, one in given.items()}
        self.joined, self.root = _read_correlations(self.columns)

    def draw(self, n: int, rng: np.random.Generator) -> Any:
        """Draw `n` rows as a DataFrame; each column has a stream of its own."""
        pd = import_extra("pandas", "cli")
        self._warn_of_slow_columns(n)
        together, *streams = rng.spawn(1 + len(self.columns))
        scores = together.standard_normal((n, len(self.joined))) @ self.root.T
        joint = dict(zip(self.joined, ndtr(scores).T, strict=True))
        frame = {}
        for (name, column), stream in zip(self.columns.items(), streams, strict=True):
            series = pd.Series(column.draw(n, stream, joint.get(name)))
            is_missing = stream.random(n) < column.missing
            if is_missing.any():
                nullable = {"i": "Int64", "b": "boolean"}.get(series.dtype.kind)
                series = (series.astype(nullable) if nullable else series).mask(is_missing)
            frame[name] = series
        return pd.DataFrame(frame)

    def _warn_of_slow_columns(self, n: int) -> None:
        """Warn of slow columns before drawing."""
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
    """Read a spec from a mapping, a .json or .toml file, or the text of one, without checks.

    It is a copy with types that JSON and TOML share: dates become text, numbers of other types
    plain ones, and None is left out.
    """
    if not isinstance(source, Mapping):
        source = _read_text(source)
    spec = {}
    for name, given in source.items():
        try:
            spec[name] = _plain_column(given)
        except RecursionError:
            raise ValueError(f"Column {shown(name)}: {TOO_DEEP}") from None
    return spec


def _read_text(source: Any) -> dict[str, Any]:
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            'A spec is a mapping for each column, such as {"age": {"dist": "norm"}}, or JSON or '
            f"TOML of such a mapping, as text or as a file name. It is not {shown(source)}."
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
    """Return an object of JSON with unique names, as in TOML."""
    read = {}
    for name, value in pairs:
        if name in read:
            raise ValueError(f"{shown(name)} is given twice in one object.")
        read[name] = value
    return read


def _is_text(source: str) -> bool:
    """Return whether a string is a spec, not the name of a file."""
    if "\n" in source or source.lstrip().startswith("{"):
        return True
    return "=" in source and not source.lower().endswith(ENDINGS)


def _plain_column(given: Any) -> Any:
    """Return a copy of a column with types that JSON and TOML share."""
    if not isinstance(given, Mapping):
        return given
    plain = {key: _plain(value) for key, value in given.items() if value is not None}
    values = plain.get("values")
    if isinstance(values, list) and values and all(isinstance(one, date) for one in values):
        times = any(isinstance(one, datetime) for one in values)
        plain.setdefault("dtype", "datetime" if times else "date")
        plain["values"] = _dates_as_text(values)
    for key in ("min", "max", "levels"):
        if key in plain:
            plain[key] = _dates_as_text(plain[key])
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.datetime64 | np.timedelta64):
        # NumPy returns integers for nanoseconds and years beyond 9999.
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
    """Write a spec to a .json or .toml file, whole or not at all."""
    if _is_json(Path(path)):
        text = json.dumps(spec, indent=2, ensure_ascii=False) + "\n"
    else:
        text = import_extra("tomli_w", "cli").dumps(spec)
    write_atomically(path, lambda to: to.write_text(text, encoding="utf-8"), overwrite=overwrite)


def _is_json(path: Path) -> bool:
    if path.suffix.lower() not in ENDINGS:
        raise ValueError(f"Unsupported file type {path}: a spec must end in .json or .toml.")
    return path.suffix.lower() == ".json"


def _read_correlations(columns: Mapping[str, Column]) -> tuple[list[str], Floats]:
    """Return which columns are correlated, and a root of their correlation matrix."""
    pairs: dict[tuple[str, str], float] = {}
    for name, column in columns.items():
        others = column.correlations or {}
        for other, value in others.items():
            key = f"correlations.{other}"
            if other not in columns or other == name:
                hint = did_you_mean(other, [one for one in columns if one != name])
                refuse(name, key, f"no other column has this name.{hint}")
            if isinstance(columns[other], ProviderColumn):
                refuse(name, key, "values of a provider cannot be correlated.")
            if not is_number(value) or abs(value) > 1:
                refuse(name, key, f"must be a number from -1 to 1, not {shown(value)}.")
            value = float(value)
            if pairs.setdefault((min(name, other), max(name, other)), value) != value:
                refuse(name, key, f"column {shown(other)} has another number than {value:g}.")
    joined = [name for name in columns if any(name in pair for pair in pairs)]
    matrix = np.eye(len(joined))
    for (one, other), value in pairs.items():
        i, j = joined.index(one), joined.index(other)
        matrix[i, j] = matrix[j, i] = value
    eigenvalues, vectors = np.linalg.eigh(matrix)
    if joined and eigenvalues[0] < -TOLERANCE:
        key = next(name for name, column in columns.items() if column.correlations)
        refuse(
            key,
            "correlations",
            f"no {len(joined)} columns have these correlations at once: bring them nearer to 0.",
        )
    return joined, vectors * np.sqrt(np.maximum(eigenvalues, 0))
