"""Codecs of columns: from values of any type to floats or codes, and back."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from numbers import Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.sparsefuncs import min_max_axis

from skresample.numerics.interpolation import round_stochastically

__all__ = [
    "EXACT",
    "Array",
    "Category",
    "Codec",
    "Codecs",
    "FloatCodec",
    "IntegerCodec",
    "Positions",
    "Values",
    "box",
    "codec_of",
    "codecs_of",
    "encode_like",
    "is_binary",
    "is_missing",
    "keep_squares",
    "kind_of",
    "plain",
    "positions_by",
    "read_number",
]

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
Floats = npt.NDArray[np.floating]

# Numbers with more decimals than this are continuous.
MOST_DECIMALS = 6
# Times are counted in days, so that distances do not depend on their resolution.
SECONDS_A_DAY = 86_400
# Possible steps between times, from coarse to fine, in seconds.
TIME_STEPS = (86_400, 3_600, 1_800, 900, 60, 1)
# Above this, floats do not represent every integer.
EXACT = 2**53
# The first rows rule out most columns as binary, or as having few decimals.
FEW = 100
# Types of points in time and of durations; those of pandas are subclasses of Python's.
TIMES = ((datetime, np.datetime64), (timedelta, np.timedelta64))
# Squares of numbers up to this power of two, and down to its inverse, and sums of very many of
# them, stay in the range of floats; the second limit is for single precision.
MOST_EXPONENT, MOST_EXPONENT_SINGLE = 500, 50
# The power of two to which the largest of the very small columns is raised.
LEAST_EXPONENT = -400


class Values(NamedTuple):
    """A column as NumPy holds it."""

    values: Array  # of any dtype; undefined where missing
    missing: Mask
    decimals: int | None = None  # if the type of the column defines their number
    is_categorical: bool = False  # by its type, whatever its values are


@dataclass(frozen=True)
class FloatCodec:
    """Columns of floats: synthetic values have as many decimals as the observed ones."""

    dtype: np.dtype
    decimals: int | None = None  # None for continuous numbers
    limits: tuple[float, float] = (-np.inf, np.inf)  # of synthetic values; 0 and 1 if binary
    scale: float = 1.0  # the factor of encoded values, a power of two: see `keep_squares`

    @property
    def rounds(self) -> bool:
        """Whether synthetic values are rounded."""
        return self.decimals is not None

    @property
    def is_binary(self) -> bool:
        """Whether the column has only zeros and ones."""
        return self.limits == (0, 1)

    def encode(self, values: Array) -> Array:
        """Return the values as floats."""
        if self.decimals is not None and self.dtype.itemsize != 8:
            # Decimal numbers instead of the nearest half or single floats: otherwise, rounding
            # could lead from one such float to another.
            values = np.round(values.astype(np.float64), self.decimals)
        return values if self.scale == 1 else values.astype(np.float64) * self.scale

    def decode(self, new: Floats, draws: Floats, base: Floats | float = 0.0) -> Array:
        """Return encoded values as finite values of the column; the result is undefined for NaN.

        `draws` from U(0, 1) round them, starting from the encoded values `base`; both broadcast.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            if self.scale != 1:
                new, base = new / self.scale, base / self.scale
            if self.decimals is not None:
                tens = np.float64(10.0**self.decimals)
                rounded = round_stochastically(new * tens, draws, np.rint(base * tens)) / tens
                # Numbers that overflow here are too large to have decimals.
                new = np.clip(np.where(np.isfinite(rounded), rounded, new), *self.limits)
            if self.scale != 1 or self.dtype.itemsize < new.dtype.itemsize:
                most = float(np.finfo(self.dtype).max)
                new = np.clip(new, -most, most)
        return new.astype(self.dtype, copy=False)

    def limit(self, value: Any) -> float:
        """Return a bound of the column as a float."""
        return float(value) * self.scale


@dataclass(frozen=True)
class IntegerCodec:
    """Columns that are stored as integers: integers, booleans, dates, times, durations."""

    dtype: np.dtype
    offset: int = 0  # subtracted before a value becomes a float, which has 53 bits
    step: int = 1  # the values minus the offset are multiples of it
    unit: int = 1  # the value that is encoded as 1: a day, for times
    limits: tuple[int, int] | None = None  # of synthetic values
    rounds: ClassVar[bool] = True

    @property
    def is_binary(self) -> bool:
        """Whether the column has only zeros and ones."""
        return self.limits == (0, 1) or self.dtype.kind == "b"

    def encode(self, values: Array) -> Array:
        """Return the values as floats."""
        if self.offset:
            # Differences of 64-bit integers can exceed 63 bits. They are negative only in other
            # tables than the one that the offset is from.
            offset, above = np.uint64(self.offset % 2**64), values >= self.offset
            values = values.astype(np.uint64)
            values = np.where(above, values - offset, -(offset - values).astype(np.float64))
        return values / np.float64(self.unit) if self.unit != 1 else values

    def decode(self, new: Floats, draws: Floats, base: Floats | float = 0.0) -> Array:
        """Return encoded values as values of the column; see `FloatCodec.decode`."""
        a_step = self.unit / self.step
        start = np.rint(base * np.float64(a_step))
        steps: Any = round_stochastically(new.astype(np.float64) * a_step, draws, start)
        inside = np.int64 if self.dtype.kind in "mM" else self.dtype
        low, high = self.limits or (0, 1)
        if self.limits is None and self.dtype.kind != "b":
            # The least integer of a time is NaT.
            low = int(np.iinfo(inside).min) + (self.dtype.kind in "mM")
            high = int(np.iinfo(inside).max)
        least, most = -((self.offset - low) // self.step), (high - self.offset) // self.step
        # The last floats within these limits.
        bottom, top = (
            float(end) if abs(int(float(end))) <= abs(end) else np.nextafter(float(end), 0)
            for end in (least, most)
        )
        steps = np.nan_to_num(np.clip(steps, bottom, top))
        if self.offset:
            # Negative numbers wrap to what is added modulo 2^64.
            negative = steps < 0
            counted = np.abs(steps).astype(np.uint64) * np.uint64(self.step)
            counted = np.where(negative, np.uint64(0) - counted, counted)
            return (counted + np.uint64(self.offset % 2**64)).astype(inside).view(self.dtype)
        whole = steps.astype(inside)
        whole = whole if self.step == 1 else whole * np.int64(self.step)
        return whole.view(self.dtype) if self.dtype.kind in "mM" else whole

    def limit(self, value: Any) -> float:
        """Return a bound of the column as a float."""
        if self.dtype.kind in "mM":
            value = int(np.asarray(value, dtype=self.dtype).view(np.int64))
        return float(value - self.offset) / self.unit


Codec = FloatCodec | IntegerCodec
# How groups of columns are decoded; later ones prevail.
Codecs = list[tuple[Any, Codec]]


def codec_of(dtype: np.dtype, *, binary: bool = False) -> Codec:
    """Return the codec of columns of a dtype, which are `binary` if they stay 0 and 1."""
    if dtype.kind == "f":
        return FloatCodec(dtype, 0, (0.0, 1.0)) if binary else FloatCodec(dtype)
    return IntegerCodec(dtype, limits=(0, 1) if binary else None)


def keep_squares(numeric: Any, codecs: Codecs) -> tuple[Any, Codecs]:
    """Scale columns of floats whose squares would leave the range of floats.

    The factors are powers of two, so that no digit is lost. Very large columns share a factor,
    since they may be compared with each other; so do very small ones, except those that would
    remain too small. The given `numeric` (n, d) and its codecs are not written to.
    """
    if not any(isinstance(codec, FloatCodec) for _, codec in codecs) or not numeric.shape[0]:
        return numeric, codecs
    size = _sizes(numeric)
    exponent = np.where(size > 0, np.frexp(size)[1], 0)
    if numeric.dtype == np.float32 and (np.abs(exponent) > MOST_EXPONENT_SINGLE).any():
        numeric = numeric.astype(np.float64)
    shift = np.minimum(MOST_EXPONENT - exponent.max(initial=0), 0) * (exponent > MOST_EXPONENT)
    tiny = exponent < -MOST_EXPONENT
    if tiny.any():
        shift[tiny] = LEAST_EXPONENT - exponent[tiny].max()
        shift[tiny] += np.maximum(-MOST_EXPONENT - exponent[tiny] - shift[tiny], 0)
    far = np.flatnonzero(shift)
    if not far.size:
        return numeric, codecs
    scale = np.ldexp(1.0, shift)
    if sparse.issparse(numeric):
        numeric = (numeric @ sparse.diags_array(scale)).tocsr()
    else:
        numeric = numeric.copy()
        numeric[:, far] *= scale[far]
    kept: Codecs = []
    scaled: Codecs = []  # last, since they replace codecs of all columns
    for chosen, codec in codecs:
        places = np.arange(len(scale))[chosen]
        rest = chosen if isinstance(chosen, slice) else np.setdiff1d(places, far)
        if isinstance(rest, slice) or rest.size:
            kept.append((rest, codec))
        for i in np.intersect1d(places, far).tolist():
            assert isinstance(codec, FloatCodec)
            scaled.append(([i], replace(codec, scale=float(scale[i]))))
    return numeric, kept + scaled


def _sizes(numeric: Any) -> npt.NDArray[np.float64]:
    """Return the largest absolute value of each very large or small column; 0 for others."""
    size = np.zeros(numeric.shape[1])
    if sparse.issparse(numeric):
        low, high = min_max_axis(numeric, axis=0)
        size = np.maximum(high, -low).astype(np.float64)
    else:
        # A single pass is enough for nearly all tables of up to 2^40 rows.
        bits = 100 if numeric.dtype == np.float32 else 1000
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            squares = np.einsum("ij,ij->j", numeric, numeric)
        usual = (squares > 2.0 ** (40 - bits)) & (squares < 2.0 ** (bits - 4))
        far = np.flatnonzero(~usual)
        if far.size:
            some = numeric[:, far]
            size[far] = np.fmax(np.fmax.reduce(some, axis=0), -np.fmin.reduce(some, axis=0))
    size[~np.isfinite(size)] = 0  # infinity is refused later; a column may have no values
    return size


class _Numbering(dict):
    """Numbers of keys in the order of their first look-up."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return len(self) - 1


class Category(NamedTuple):
    """A categorical column, as codes."""

    codes: npt.NDArray[np.signedinteger]  # of the smallest dtype; -1 where the value is missing
    first_rows: Positions  # a row with each code, whose value is copied to write it
    # Boolean values are one parent's, so that True stays nearly as frequent; a vote would favor
    # the more frequent value.
    is_boolean: bool
    is_binary: bool  # whether the codes are the values: 0 and 1, or False and True

    @classmethod
    def read(cls, column: Values) -> "Category":
        """Give each distinct value a code."""
        present = np.flatnonzero(~column.missing)
        values = column.values[present]
        # In the order of appearance in every library, so that ties are broken in the same way.
        if values.dtype.kind in "OUS":
            lookup = _Numbering()
            found: Any = np.fromiter(map(lookup.__getitem__, values), np.int32, len(values))
            booleans = bool(lookup) and all(isinstance(v, bool | np.bool_) for v in lookup)
            binary = set(lookup) == {0, 1}
            if binary and lookup[0]:
                found = 1 - found
        else:
            different, found = np.unique(values, return_inverse=True)
            found = found.astype(np.int32)
            booleans = values.dtype.kind == "b"
            binary = different.dtype.kind in "buif" and different.tolist() == [0, 1]
        codes = np.full(len(column.values), -1, np.min_scalar_type(-1 - found.max(initial=0)))
        codes[present] = found
        first_rows = np.empty(found.max(initial=-1) + 1, dtype=np.intp)
        first_rows[found[::-1]] = present[::-1]
        return cls(codes, first_rows, booleans, binary)


def kind_of(column: Values) -> str:
    """Return what a column holds: 'number', 'boolean', 'name', 'complex', or the name of a type.

    A name is a string, or a value of a column that mixes strings with other values.
    """
    if column.is_categorical:
        return "name"
    kind = column.values.dtype.kind
    if kind in "fiumM":
        return "number"
    if kind in "bcUS":
        return {"b": "boolean", "c": "complex"}.get(kind, "name")
    held = column.values[~column.missing]
    types = set(map(type, held.tolist()))
    if all(issubclass(t, bool | np.bool_) for t in types) and types:
        return "boolean"
    if types and any(all(issubclass(t, a_time) for t in types) for a_time in TIMES):
        aware = {getattr(value, "tzinfo", None) is not None for value in held.tolist()}
        return "number" if len(aware) == 1 else "datetime with and without a time zone"
    # NumPy's durations are registered as integers.
    plain = [t for t in types if issubclass(t, Real) and not issubclass(t, np.timedelta64)]
    if len(plain) == len(types) and not any(issubclass(t, bool | np.bool_) for t in types):
        return "number"
    other = [t for t in types if t not in plain and not issubclass(t, str | bytes)]
    if not other:
        return "name"
    if any(issubclass(t, complex | np.complexfloating) for t in other):
        return "complex"
    return sorted(t.__name__ for t in other)[0]


def read_number(column: Values, *, keep_decimals: bool) -> tuple[Codec, Array]:
    """Return the codec of a numerical or boolean column, and its values as floats, NaN if missing.

    With `keep_decimals`, synthetic values have as few decimals as those of the column. Columns of
    0 and 1 always keep these values.
    """
    values, present = plain(column), ~column.missing
    number: Codec
    if values.dtype.kind in "mM":
        number = _time(values[present], values.dtype)
        values = values.view(np.int64)
    else:
        [(_, number)] = codecs_of(values[present][:, np.newaxis], keep_decimals=keep_decimals)
    if isinstance(number, FloatCodec) and column.decimals is not None and not number.is_binary:
        number = FloatCodec(number.dtype, column.decimals)
    numeric = number.encode(values)
    if column.missing.any():
        dtype = numeric.dtype if numeric.dtype.kind == "f" else np.float64
        numeric = np.where(present, numeric, np.nan).astype(dtype, copy=False)
    return number, numeric


def codecs_of(values: Array, *, keep_decimals: bool) -> list[tuple[Positions, Codec]]:
    """Return the codecs of plain numbers (n, k) of one dtype, each with its columns.

    Floats are NaN where missing; for `keep_decimals`, see `read_number`.
    """
    dtype = values.dtype
    codecs: list[Codec]
    if dtype.kind == "b" or not len(values):
        codecs = [codec_of(dtype)] * values.shape[1]
    elif dtype.kind == "f":
        both = zip(_decimals(values, keep_decimals), is_binary(values), strict=True)
        codecs = [
            codec_of(dtype, binary=True) if binary else FloatCodec(dtype, decimals)
            for decimals, binary in both
        ]
    else:
        ends = zip(values.min(axis=0).tolist(), values.max(axis=0).tolist(), strict=True)
        codecs = [
            IntegerCodec(dtype, offset=low)
            if max(high, -low) > EXACT
            else codec_of(dtype, binary=low >= 0 and high <= 1)
            for low, high in ends
        ]
    return [(columns, codec) for codec, columns in positions_by(codecs).items()]


def positions_by(keys: Iterable[Hashable]) -> dict[Any, Positions]:
    """Return the positions of each distinct key."""
    found: dict[Any, list[int]] = {}
    for j, key in enumerate(keys):
        found.setdefault(key, []).append(j)
    return {key: np.array(where, dtype=np.intp) for key, where in found.items()}


def encode_like(column: Values, number: Codec) -> npt.NDArray[np.float64]:
    """Return columns (n,) or (n, k) as floats, encoded by the codec of another; NaN if missing."""
    values, present = plain(column), ~column.missing
    if isinstance(number, IntegerCodec) and number.offset and values.dtype.kind == "f":
        encoded = (values - float(number.offset)) / number.unit
        return np.where(present, encoded, np.nan)
    if number.dtype.kind in "mM":
        values = values.astype(number.dtype).view(np.int64)
    elif values.dtype.kind not in "buif":
        values = values.astype(np.float64)
    return np.where(present, number.encode(values), np.nan).astype(np.float64)


def is_missing(values: Array) -> Mask:
    """Return where an array of any dtype and shape has NaN, NaT, None or pandas' NA."""
    if values.dtype.kind in "fcmM":
        return np.isnat(values) if values.dtype.kind in "mM" else np.isnan(values)
    if values.dtype != object:
        return np.zeros(values.shape, dtype=bool)
    flat = [v is None or (v.__class__ is not str and _is_missing_object(v)) for v in values.ravel()]
    return np.array(flat, dtype=bool).reshape(values.shape)


def _is_missing_object(value: Any) -> bool:
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # for pandas' NA, and for arrays
        return type(value).__name__ == "NAType"


def box(values: Array, like: Positions, held: Array) -> Array:
    """Return numbers or times (n_new,) as objects, as a column `held` (n,) of objects has them.

    Times get the type and time zone of the rows `like` (n_new,); -1 for any row.
    """
    if values.dtype.kind not in "mM":
        return values.astype(object)
    missing = is_missing(held)
    a_value = int(np.argmin(missing))
    models = held[np.where((like < 0) | missing[like], a_value, like)]
    boxed = np.empty(len(values), dtype=object)
    boxed[:] = [_as_object(v, model) for v, model in zip(values, models, strict=True)]
    return boxed


def _as_object(value: Any, model: Any) -> Any:
    """Return a NumPy time in UTC with the type and time zone of `model`."""
    if isinstance(model, np.datetime64 | np.timedelta64):
        return value.astype(model.dtype)
    if hasattr(model, "to_numpy"):  # pandas, in nanoseconds if necessary
        time = type(model)(value)
        zone = getattr(model, "tz", None)
        return time if zone is None else time.tz_localize("UTC").tz_convert(zone)
    time = value.astype(f"{value.dtype.kind}8[us]").item()
    zone = getattr(model, "tzinfo", None)
    return time if zone is None else time.replace(tzinfo=UTC).astimezone(zone)


def _as_time(value: Any) -> Any:
    """Return a time object as a NumPy time in UTC."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        return value
    if getattr(value, "tzinfo", None) is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if hasattr(value, "to_numpy"):
        return value.to_numpy()
    return np.datetime64(value) if isinstance(value, datetime) else np.timedelta64(value)


def plain(column: Values) -> Array:
    """Return the values of a numerical or boolean column with objects converted to a NumPy dtype.

    The result is undefined where they are missing.
    """
    values, present = column.values, ~column.missing
    if values.dtype != object:
        return values
    held: Any = values[present].tolist()
    dtype: Any = np.float64
    if held and isinstance(held[0], (*TIMES[0], *TIMES[1])):
        held = np.array([_as_time(value) for value in held])
        dtype = held.dtype
    elif held and all(isinstance(v, int | np.integer | np.bool_) for v in held):
        dtype = np.int64 if min(held) >= -(2**63) and max(held) < 2**63 else np.uint64
        dtype = np.bool_ if isinstance(held[0], bool | np.bool_) else dtype
    unboxed: Array = np.zeros(len(values), dtype=dtype)
    try:
        unboxed[present] = held
    except OverflowError:
        beyond = "numbers beyond the range of floats" if dtype is np.float64 else None
        raise OverflowError(f"it has {beyond or 'integers beyond 64 bits'}") from None
    return unboxed


def is_binary(values: Array) -> Mask:
    """Return which columns of (n, k) have zeros, ones and missing values only, not all missing."""
    found = np.ones(values.shape[1], dtype=bool)
    is_float = values.dtype.kind == "f"
    for part in (slice(FEW), slice(None)):
        some = values[part, found]
        inside = (some == 0) | (some == 1) | (np.isnan(some) if is_float else False)
        found[found] = inside.all(axis=0)
    if is_float:
        found[found] = ~np.isnan(values[:, found]).all(axis=0)
    return found


def _decimals(values: Floats, wanted: bool) -> list[int | None]:
    """Return the number of decimals of each column; None for continuous numbers."""
    found: list[int | None] = [None] * values.shape[1]
    if not wanted:
        return found
    open_ = np.flatnonzero(~np.isnan(values).all(axis=0))
    for decimals in range(MOST_DECIMALS + 1):
        fits = _has_decimals(values[:FEW, open_], decimals)
        fits[fits] = _has_decimals(values[:, open_[fits]], decimals)
        for i in open_[fits].tolist():
            found[i] = decimals
        open_ = open_[~fits]
    return found


def _has_decimals(values: Floats, decimals: int) -> Mask:
    """Return which columns have at most this number of decimals."""
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(values.astype(np.float64, copy=False), decimals)
    same = rounded.astype(values.dtype, copy=False) == values
    return np.asarray((same | np.isnan(values)).all(axis=0))


def _time(values: Array, dtype: np.dtype) -> IntegerCodec:
    unit = np.datetime_data(dtype)[0]
    a_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.get(unit)
    if a_second is None:  # whole days
        return IntegerCodec(dtype, offset=int(values.view(np.int64).min()) if values.size else 0)
    day = SECONDS_A_DAY * a_second
    if not values.size:
        return IntegerCodec(dtype, unit=day)
    first = int(values.view(np.int64).min())
    # Counted from the first time, not from midnight UTC, so that local midnights are whole days.
    since = values.view(np.uint64) - np.uint64(first % 2**64)
    steps = (seconds * a_second for seconds in TIME_STEPS)
    step = next((step for step in steps if not (since % np.uint64(step)).any()), 1)
    return IntegerCodec(dtype, offset=first, step=step, unit=day)
