"""The door in: any table comes in as `Rows`."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import gen_batches
from sklearn.utils.sparsefuncs import min_max_axis
from sklearn.utils.validation import check_array, validate_data

from skresample._messages import did_you_mean
from skresample.neighbors.mixed import standard_deviation
from skresample.table.columns import (
    EXACT,
    Category,
    Codec,
    FloatCodec,
    IntegerCodec,
    Values,
    codecs_of,
    encode_like,
    is_missing,
    keep_squares,
    kind_of,
    read_number,
)
from skresample.table.frames import (
    is_column,
    is_frame,
    labels_of,
    number_blocks,
    open_frame,
    read_series,
    series_of,
)
from skresample.table.one_hot import OneHot, find_groups, read_group, split_groups

__all__ = [
    "Columns",
    "Rows",
    "read_like",
    "read_rows",
    "refuse_not_in_memory",
    "with_unique_names",
]

# As many different numbers may well be categories.
FEW_LEVELS = 10

MOST_INT32 = np.iinfo(np.int32).max

# How many values are read at once.
VALUES_AT_ONCE = 1 << 20

# Libraries of tables that are not in memory, or not all, and what makes a table of memory of each.
NOT_IN_MEMORY = {
    "dask": ("compute",),
    "dask_expr": ("compute",),
    "duckdb": ("df", "pl"),
    "_duckdb": ("df", "pl"),
    "ibis": ("to_pandas", "to_polars"),
    "polars": ("collect",),
    "pyspark": ("toPandas", "to_pandas"),
    "vaex": ("to_pandas_df",),
}
# The same of others.
WAYS = ("collect", "compute", "to_pandas", "to_arrow", "read_all")


@dataclass(frozen=True)
class Columns:
    """What is computed with of a table.

    Attributes
    ----------
    numeric : {ndarray, CSR matrix or array} of shape (n, d)
        The columns of numbers as floats, NaN where a value is missing. The user's own
        memory where it can be: not to be written to.
    codes : ndarray of shape (n, c)
        The categories as whole numbers, -1 where a value is missing.
    numbers, categories : ndarray of shape (d,) and (c,)
        Positions of these columns in the table.
    codecs : list of (slice or ndarray, FloatCodec or IntegerCodec)
        How columns of `numeric` are written: all of them, in groups.
    first_rows : list of ndarray
        For each column of categories and each code a row that has it.
    is_boolean : ndarray of shape (c,)
        Whether a column of categories is boolean.
    is_binary : ndarray of shape (c,)
        Whether the codes of a column of categories are what they stand for: 0 and 1.
    """

    numeric: Any
    codes: npt.NDArray[np.signedinteger]
    numbers: npt.NDArray[np.intp]
    categories: npt.NDArray[np.intp]
    codecs: list[tuple[Any, Codec]]
    first_rows: list[npt.NDArray[np.intp]]
    is_boolean: npt.NDArray[np.bool_]
    is_binary: npt.NDArray[np.bool_]

    @cached_property
    def has_missing(self) -> bool:
        """Whether any value is missing."""
        if (self.codes < 0).any():
            return True
        return not sparse.issparse(self.numeric) and _any_nan(self.numeric)


class Rows:
    """A table behind the door.

    Parameters
    ----------
    X : {ndarray, CSR or CSC matrix or array, frame} of shape (n, d)
        The table, already checked.
    names : list of str
        Of its columns, for messages.
    categorical : object, default='auto'
        Which columns are categories, as the user says it.
    row_types : list of callable, default=None
        What makes each row of a table that came as a list, and goes out as one: list or tuple.
    mask : ndarray of shape (n, d), default=None
        Where the values of an array are masked, if it came as a masked one.
    fill_value : object, default=None
        What such an array shows in place of these.
    sampler : str, default='This'
        Who asks, for messages.
    """

    def __init__(
        self,
        X: Any,
        *,
        names: list[str],
        categorical: Any = "auto",
        row_types: list[Any] | None = None,
        mask: npt.NDArray[np.bool_] | None = None,
        fill_value: Any = None,
        sampler: str = "This",
    ):
        self.X = X
        self.names = names
        self.categorical = categorical
        self.row_types = row_types
        self.mask = mask
        self.fill_value = fill_value
        self.sampler = sampler

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def __getstate__(self) -> dict[str, Any]:
        # What can be computed again need not be pickled.
        kept = ("X", "names", "categorical", "row_types", "mask", "fill_value", "sampler")
        return {name: self.__dict__[name] for name in kept}

    @cached_property
    def columns(self) -> Columns:
        """What is computed with; read when it is first asked for."""
        given, _ = split_groups(self.categorical)
        asked = _positions(given, self.X, self.names, f"{self.sampler}: categorical_features")
        if sparse.issparse(self.X):
            return _read_sparse(self.X, asked or set(), self.names, self.sampler)
        if isinstance(self.X, np.ndarray) and self.X.dtype.kind in "buif":
            return _read_array(self, asked or set())
        return self._read_columns(asked)

    @cached_property
    def frame(self) -> Any:
        """The table as narwhals has it, where it is a frame."""
        return open_frame(self.X)

    def blocks(self) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]]:
        """Return columns of plain numbers, many at once; others are read by `column`.

        Returns
        -------
        blocks : list of (ndarray of shape (k,), ndarray of shape (n, k))
            Positions, and values of one dtype: NaN where one is missing.
        """
        if sparse.issparse(self.X):
            return []
        if not isinstance(self.X, np.ndarray):
            return number_blocks(self.frame)
        if self.X.dtype.kind not in "iuf" or (self.mask is not None and self.mask.any()):
            return []
        return [(np.arange(self.X.shape[1]), self.X)]

    @property
    def numeric(self) -> Any:
        """The columns of numbers as floats, of shape (n, d)."""
        return self.columns.numeric

    @property
    def codes(self) -> npt.NDArray[np.signedinteger]:
        """The categories as codes, of shape (n, c)."""
        return self.columns.codes

    @cached_property
    def one_hot(self) -> list[OneHot]:
        """Groups of columns of zeros and ones that are one category together.

        Those that the user names, and those that are found in the table.
        """
        columns = self.columns
        groups = []
        for given in split_groups(self.categorical)[1]:
            what = f"{self.sampler}: categorical_features"
            positions = _positions(given, self.X, self.names, what) or set()
            members = np.flatnonzero(np.isin(columns.numbers, list(positions)))
            if members.size < len(positions):
                raise ValueError(
                    f"The group {given!r} in categorical_features has a column that is named "
                    "as a category too: name it once."
                )
            groups.append(read_group(columns.numeric, members, repr(given)))
        is_binary = np.zeros(columns.numbers.size, dtype=bool)
        for chosen, codec in columns.codecs:
            is_binary[chosen] = codec.is_binary
        for group in groups:
            is_binary[group.members] = False
        groups += find_groups(columns.numeric, np.flatnonzero(is_binary))
        binary = np.flatnonzero(columns.is_binary)
        if binary.size > 1:
            codes = columns.codes[:, binary]
            values = np.where(codes < 0, np.float32(np.nan), codes)
            for group in find_groups(values, np.arange(binary.size)):
                groups.append(group._replace(members=binary[group.members], of_codes=True))
        return groups

    @cached_property
    def deviation(self) -> npt.NDArray[np.float64]:
        """The standard deviations of the columns of numbers, 1 for those that do not vary."""
        deviation = standard_deviation(self.numeric)
        deviation[deviation == 0] = 1
        return deviation

    @cached_property
    def standardized(self) -> Any:
        """The columns of numbers over their standard deviations in the table."""
        if sparse.issparse(self.numeric):
            return (self.numeric @ sparse.diags_array(1 / self.deviation)).tocsr()
        return self.numeric / self.deviation.astype(self.numeric.dtype)

    def unit(self, *, standardize: bool) -> npt.NDArray[np.float64]:
        """Return what counts as 1 in each column of numbers: its deviation, or 1.

        Parameters
        ----------
        standardize : bool
            Whether numbers are taken over their standard deviations.

        Returns
        -------
        unit : ndarray of shape (d,)
            In the units of `numeric`.
        """
        return self.deviation if standardize else np.ones(self.numeric.shape[1])

    def bounds(self, given: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
        """Return the lowest and the highest value of each column of numbers.

        Parameters
        ----------
        given : {None, 'observed'} or mapping
            None for no bounds; those of the table; or a pair per name or position of a
            column, of which either may be None.

        Returns
        -------
        bounds : tuple of ndarray of shape (d,) or None
            In the units of `numeric`; infinite for none.

        Raises
        ------
        ValueError
            If a column is not there or not of numbers, or the table goes beyond its bounds.
        """
        if given is None:
            return None
        lowest, highest = self._range()
        if isinstance(given, str):
            return lowest, highest
        low, high = np.full(len(lowest), -np.inf), np.full(len(lowest), np.inf)
        for key, pair in given.items():
            positions = _positions([key], self.X, self.names, f"{self.sampler}: bounds") or set()
            where = np.flatnonzero(np.isin(self.columns.numbers, list(positions)))
            if not where.size:
                raise ValueError(f"bounds: column {key!r} holds categories, not numbers.")
            i = int(where[0])
            try:
                least, most = pair
            except (TypeError, ValueError):
                raise ValueError(
                    f"bounds of column {key!r} must be a pair (lowest, highest), not {pair!r}."
                ) from None
            codec = self.codec(i)
            low[i] = -np.inf if least is None else codec.limit(least)
            high[i] = np.inf if most is None else codec.limit(most)
            if low[i] > lowest[i] or high[i] < highest[i]:
                raise ValueError(
                    f"bounds of column {key!r} are {pair!r}, and the table goes beyond them: "
                    "correct the bounds, or the table."
                )
            if codec.dtype.kind in "iu":  # rounding must not lead beyond them
                low[i], high[i] = np.ceil(low[i]), np.floor(high[i])
        return low, high

    def _range(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the least and the greatest of each column of numbers; infinite without any."""
        if sparse.issparse(self.numeric):
            low, high = min_max_axis(self.numeric, axis=0)
            return low.astype(np.float64), high.astype(np.float64)
        low = np.fmin.reduce(self.numeric, axis=0).astype(np.float64)
        high = np.fmax.reduce(self.numeric, axis=0).astype(np.float64)
        return np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)

    @property
    def scale(self) -> npt.NDArray[np.float64]:
        """What the columns of numbers were multiplied by, of shape (d,): see `keep_squares`."""
        scale = np.ones(self.numeric.shape[1])
        for chosen, codec in self.columns.codecs:
            scale[chosen] = getattr(codec, "scale", 1.0)
        return scale

    @property
    def common_scale(self) -> float:
        """What a length in the units of the table is multiplied by to be one in `numeric`."""
        scale = self.scale
        return 1.0 if not scale.size or (scale == 1).any() else float(scale.min())

    def codec(self, i: int) -> Codec:
        """Return how a column of numbers is written.

        Parameters
        ----------
        i : int
            Its position in `numeric`.

        Returns
        -------
        codec : FloatCodec or IntegerCodec
            The codec.
        """
        return self.codecs_by_column[i]

    @cached_property
    def codecs_by_column(self) -> list[Codec]:
        """How each column of numbers is written."""
        found: list[Any] = [None] * self.columns.numbers.size
        for chosen, codec in self.columns.codecs:
            for i in np.arange(len(found))[chosen].tolist():
                found[i] = codec
        return found

    def column(self, j: int) -> Values:
        """Return a column of a table of any make.

        Parameters
        ----------
        j : int
            Its position.

        Returns
        -------
        column : Values
            As NumPy holds it.
        """
        if sparse.issparse(self.X):
            values = self.X.tocsc()[:, [j]].toarray().ravel()
            return Values(values, is_missing(values))
        if isinstance(self.X, np.ndarray):
            missing = is_missing(self.X[:, j])
            return Values(self.X[:, j], missing if self.mask is None else missing | self.mask[:, j])
        return read_series(series_of(self.frame, int(j)))

    def continuous_categories(self) -> list[str]:
        """Return the names of columns of continuous numbers that are taken for categories.

        Returns
        -------
        names : list of str
            Of columns of floats, not all whole, of which most values are there only once.
        """
        columns, names = self.columns, []
        for i, j in enumerate(columns.categories.tolist()):
            levels = columns.first_rows[i]
            n_present = np.count_nonzero(columns.codes[:, i] >= 0)
            if len(levels) <= max(FEW_LEVELS, n_present / 2):
                continue
            column = self.column(j)
            if kind_of(column) != "number":
                continue
            codec, numeric = read_number(column, keep_decimals=False)
            if (
                isinstance(codec, FloatCodec)
                and (np.floor(numeric[levels]) != numeric[levels]).any()
            ):
                names.append(self.names[j])
        return names

    def row_with_missing(self, j: int) -> int:
        """Return a row in which a column has no value.

        Parameters
        ----------
        j : int
            The position of the column.

        Returns
        -------
        row : int
            The position of the first; -1 if there is none.
        """
        columns = self.columns
        among = np.flatnonzero(columns.numbers == j)
        if sparse.issparse(columns.numeric):
            return -1
        if among.size:
            missing = np.isnan(columns.numeric[:, among[0]])
        else:
            missing = columns.codes[:, np.flatnonzero(columns.categories == j)[0]] < 0
        return int(np.argmax(missing)) if missing.any() else -1

    def _read_columns(self, asked: set[int] | None) -> Columns:
        """Read a table column by column; ``asked`` are categories, None to go by the types."""
        read: dict[int, Category] = {}
        refused = {}
        blocks = [(where, values) for where, values in self.blocks()]
        plain = np.isin(np.arange(len(self.names)), np.concatenate([[], *(w for w, _ in blocks)]))
        plain[list(asked or ())] = False
        for j in np.flatnonzero(~plain).tolist():
            column = self.column(j)
            kind = kind_of(column)
            if kind == "complex":
                raise ValueError(f"Complex data not supported: column {self.names[j]!r}.")
            if (kind in ("name", "boolean")) if asked is None else (j in asked):
                read[j] = self._category(j, column)
            elif kind not in ("number", "boolean"):
                refused[self.names[j]] = (kind, column)
        if isinstance(self.X, np.ndarray):
            refused |= self._numbers_as_strings(asked or set())
        if refused:
            raise _refusal(refused, self.sampler, auto=asked is None)
        categories = np.array(list(read), dtype=np.intp)
        numbers = np.setdiff1d(np.arange(self.X.shape[1]), categories)
        numeric, codecs = self._read_numbers(numbers, blocks)
        return _columns(numeric, numbers, categories, codecs, list(read.values()), len(self))

    def _category(self, j: int, column: Values) -> Category:
        try:
            return Category.read(column)
        except TypeError as error:
            raise TypeError(
                f"Column {self.names[j]!r} cannot be read as categories ({error}): each "
                "argument must be a string or a real number."
            ) from error

    def _read_numbers(
        self,
        numbers: npt.NDArray[np.intp],
        blocks: list[tuple[npt.NDArray[np.intp], npt.NDArray[Any]]],
    ) -> tuple[npt.NDArray[np.floating], list[tuple[Any, Codec]]]:
        numeric: Any = np.empty((len(self), len(numbers)))
        place = np.full(len(self.names), -1)
        place[numbers] = np.arange(len(numbers))
        found: dict[Codec, list[int]] = {}
        at_once = max(1, VALUES_AT_ONCE // max(1, len(self)))
        for where, values in blocks:
            for part in gen_batches(len(where), at_once):
                among = np.flatnonzero(place[where[part]] >= 0) + part.start
                some = values[:, part] if len(among) == part.stop - part.start else values[:, among]
                for chosen, codec in codecs_of(some, keep_decimals=True):
                    places = place[where[among[chosen]]]
                    numeric[:, places] = codec.encode(some[:, chosen])
                    found.setdefault(codec, []).extend(places.tolist())
            place[where] = -1
        for j in np.flatnonzero(place >= 0).tolist():
            try:
                codec, numeric[:, place[j]] = read_number(self.column(j), keep_decimals=True)
            except OverflowError as error:
                raise ValueError(
                    f"{self.sampler} cannot compute with column {self.names[j]!r}, since {error}: "
                    "divide its values, leave the column out, or name it in categorical_features."
                ) from error
            found.setdefault(codec, []).append(int(place[j]))
        codecs: list[tuple[Any, Codec]] = [
            (np.sort(places), codec) for codec, places in found.items()
        ]
        single = all(codec.dtype == np.float32 for codec in found) and len(found) > 0
        return numeric.astype(np.float32) if single else numeric, codecs

    def _numbers_as_strings(self, asked: set[int]) -> dict[str, tuple[str, Values]]:
        """Return the columns of an array that hold numbers as strings, where that is wrong."""
        others = set(range(len(self.names))) - asked
        numeric = {j for j in others if _are_strings_of_numbers(self.X[:, j])}
        if numeric and numeric == others:
            raise ValueError(
                f"{self.sampler} computes new rows from numbers, and X holds them as strings: "
                "pass X.astype(float), or name the columns in categorical_features."
            )
        if self.X.dtype == object:
            return {}
        return {self.names[j]: ("number", self.column(j)) for j in sorted(numeric)}


def read_rows(
    X: Any, estimator: Any, *, numeric: bool, categorical: Any = "auto", allow_nd: bool = False
) -> Rows:
    """Check a table and set ``n_features_in_`` and ``feature_names_in_`` of an estimator.

    Parameters
    ----------
    X : {array-like, sparse matrix, frame} of shape (n, d)
        The table.
    estimator : estimator
        Who asks: named in the messages, and given the two attributes.
    numeric : bool
        Whether new values are computed from those of the table. Otherwise anything goes,
        since rows are only copied.
    categorical : {'auto', None, array-like, callable}, default='auto'
        Which columns are categories.
    allow_nd : bool, default=False
        Whether an array may have more than two dimensions, such as one of images: where its
        columns are never read.

    Returns
    -------
    rows : Rows
        The table behind the door.

    Raises
    ------
    ValueError
        If the table is empty or not two-dimensional or, for `numeric`, a column cannot be
        computed with or has infinite values: the columns are named.
    TypeError
        If it is not in memory, or a column has values that cannot be told apart.
    """
    sampler = type(estimator).__name__
    refuse_not_in_memory(X, sampler)
    row_types = mask = fill_value = None
    if is_frame(X):
        names = list(map(str, labels_of(X)))
        validate_data(estimator, with_unique_names(X, names), skip_check_array=True)
        check_array(np.broadcast_to(0.0, X.shape), estimator=estimator)  # not empty
    else:
        if isinstance(X, (list, tuple)):
            row_types = [_row_type(row) for row in X]
            X = _from_list(X, numeric=numeric)
        if isinstance(X, np.ma.MaskedArray):
            mask, fill_value = np.ma.getmaskarray(X), X.fill_value
        X = _check_matrix(X, estimator, numeric=numeric, allow_nd=allow_nd)
        names = [str(j) for j in range(X.shape[1])]
    rows = Rows(
        X,
        names=names,
        categorical=categorical,
        row_types=row_types,
        mask=mask,
        fill_value=fill_value,
        sampler=sampler,
    )
    if numeric:
        _refuse_infinite(rows)
    return rows


def refuse_not_in_memory(X: Any, sampler: str, what: str = "X") -> None:
    """Refuse what would first have to be computed, or that no library here reads.

    Parameters
    ----------
    X : object
        A table, or a target.
    sampler : str
        Who asks, for the message.
    what : str, default='X'
        What the parameter is called.

    Raises
    ------
    TypeError
        With what makes a table of memory of it.
    """
    library = type(X).__module__.partition(".")[0]
    if isinstance(X, (np.ndarray, list, tuple)) or is_frame(X) or is_column(X):
        return
    if library in NOT_IN_MEMORY or hasattr(X, "__arrow_c_stream__") or hasattr(X, "__dataframe__"):
        ways = NOT_IN_MEMORY.get(library, WAYS)
        remedies = [f"pass {what}.{way}()" for way in ways if hasattr(X, way)]
        is_arrow = hasattr(X, "__arrow_c_stream__")
        remedies.append(f"pass pyarrow.table({what})" if is_arrow else "make it one of these")
        raise TypeError(
            f"{sampler} reads NumPy arrays, SciPy sparse matrices and frames that are in memory "
            f"(pandas, polars, pyarrow), not {type(X).__module__}.{type(X).__qualname__}: "
            f"{remedies[0]}."
        )


def _row_type(row: Any) -> Any:
    """Return what makes a row of a list like another one."""
    if isinstance(row, tuple):
        return getattr(type(row), "_make", tuple)  # of named tuples
    return list


def _from_list(X: Any, *, numeric: bool) -> Any:
    """Return a list of rows as an array: of objects, where they hold values of several types.

    Then each comes out as it came in, and each column is of a type of its own.
    """
    masked = [isinstance(row, np.ma.MaskedArray) for row in X]
    X = [row.tolist() if here else row for row, here in zip(X, masked, strict=True)]
    if not all(isinstance(row, (list, tuple)) for row in X):
        return X if numeric else np.array(X, dtype=object)
    types = {type(value) for row in X for value in row}
    if type(np.ma.masked) in types:
        X = [[None if value is np.ma.masked else value for value in row] for row in X]
    elif numeric and len(types) == 1:
        kinds = {float: "f", int: "iu", bool: "b"}.get(types.pop(), "biufm")
        try:
            if (plain := np.asarray(X)).dtype.kind in kinds:
                return plain
        except ValueError:
            pass
    try:
        return np.array(X, dtype=object)
    except ValueError:  # rows of different lengths, which the check tells
        return X


def read_like(
    X: Any, fitted: Rows, estimator: Any
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Read another table as a fitted one was read.

    Parameters
    ----------
    X : {array-like, sparse matrix, frame} of shape (n, d)
        With the same columns.
    fitted : Rows
        The table that was read before.
    estimator : estimator
        Who asks, fitted.

    Returns
    -------
    numeric : ndarray of shape (n, d_numbers)
        The columns of numbers, in the units of the fitted ones; NaN where missing.
    codes : ndarray of shape (n, c)
        The categories; -1 where missing, as many as there are for one that is not known.

    Raises
    ------
    ValueError
        If the columns are other ones, or one holds what is no number.
    """
    rows = read_rows(X, clone(estimator), numeric=False)
    named = with_unique_names(rows.X, rows.names)
    validate_data(estimator, named, reset=False, skip_check_array=True)
    if sparse.issparse(rows.X):
        rows.X = rows.X.toarray()
    columns = fitted.columns
    numeric = np.empty((len(rows), columns.numbers.size))
    place = np.full(len(rows.names), -1)
    place[columns.numbers] = np.arange(columns.numbers.size)
    for where, values in rows.blocks():
        groups: dict[Codec, list[int]] = {}
        for k, i in enumerate(place[where].tolist()):
            if i >= 0 and fitted.codec(i).dtype.kind not in "mM":
                groups.setdefault(fitted.codec(i), []).append(k)
        for codec, members in groups.items():
            some = values[:, members]
            encoded = encode_like(Values(some, is_missing(some)), codec)
            numeric[:, place[where[members]]] = encoded
            place[where[members]] = -1
    for j in np.flatnonzero(place >= 0).tolist():
        column, codec = rows.column(j), fitted.codec(int(place[j]))
        try:
            numeric[:, place[j]] = encode_like(column, codec)
        except (TypeError, ValueError, OverflowError) as error:
            held = "times" if codec.dtype.kind in "mM" else "numbers"
            raise ValueError(
                f"Column {rows.names[j]!r} held {held} in fit, and now holds what is none: {error}."
            ) from error
    codes = np.full((len(rows), columns.categories.size), -1)
    for i, j in enumerate(columns.categories):
        known = fitted.column(j).values[columns.first_rows[i]].tolist()
        number = {value: code for code, value in enumerate(known)}
        column = rows.column(j)
        present = np.flatnonzero(~column.missing)
        values = column.values[present].tolist()
        codes[present, i] = [number.get(value, len(known)) for value in values]
    return numeric, codes


def with_unique_names(X: Any, names: list[str]) -> Any:
    """Return a table; with its columns numbered if names repeat, which scikit-learn refuses.

    Parameters
    ----------
    X : {array-like, sparse matrix, frame} of shape (n, d)
        The table.
    names : list of str
        Of its columns.

    Returns
    -------
    X : {array-like, sparse matrix, frame} of shape (n, d)
        The same rows.
    """
    return X if len(set(names)) == len(names) else open_frame(X).to_native()


def _check_matrix(X: Any, estimator: Any, *, numeric: bool, allow_nd: bool) -> Any:
    """Return an array or a sparse matrix."""
    name = type(estimator).__name__
    shape = getattr(X, "shape", ())
    if len(shape) > 2 and not allow_nd:
        raise ValueError(
            f"Found array with dim {len(shape)}, while dim <= 2 is required by {name}: X is of "
            f"shape {shape}. Reshape it, X.reshape(len(X), -1), or copy whole rows with "
            "RandomOverSampler."
        )
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ValueError(
            f"{name} reads tables of rows and columns, and X is a structured array of shape "
            f"{shape} with the fields {', '.join(X.dtype.names)}: pass pandas.DataFrame(X)."
        )
    X = validate_data(
        estimator,
        X,
        accept_sparse=["csr", "csc"],
        dtype=None,
        ensure_all_finite=False,
        allow_nd=allow_nd,
    )
    if numeric and X.dtype.kind not in "buifOUS":
        raise ValueError(
            f"{name} computes new rows from numbers, and X is of dtype {X.dtype}: convert it, or "
            "copy whole rows with RandomOverSampler."
        )
    return X


def _positions(given: Any, X: Any, names: list[str], what: str) -> set[int] | None:
    """Return the positions of the columns that are said to be categories; None for 'auto'."""
    if callable(given):
        given = given(X)
    if given is None:
        return set()
    if isinstance(given, str):
        if given in ("auto", "all"):
            return None if given == "auto" else set(range(len(names)))
        raise ValueError(f"{what}={given!r} must be 'auto', None, or a list, such as [{given!r}].")
    wanted = np.asarray(given).ravel()
    if wanted.dtype == bool:
        if len(wanted) != len(names):
            raise ValueError(f"{what} is a mask of {len(wanted)} columns, and X has {len(names)}.")
        return set(np.flatnonzero(wanted).tolist())
    found = set()
    for one in np.asarray(given, dtype=object).ravel().tolist():
        if isinstance(one, int | np.integer) and not isinstance(one, bool):
            if not -len(names) <= one < len(names):
                raise ValueError(f"{what} names column {one}, and X has {len(names)} columns.")
            found.add(int(one) % len(names))
        elif isinstance(one, str) and names.count(one) == 1 and not isinstance(X, np.ndarray):
            found.add(names.index(one))
        elif isinstance(one, str) and names.count(one) > 1:
            raise ValueError(f"{what} names {one!r}, and X has several columns of that name.")
        else:
            raise ValueError(
                f"{what} names {one!r}, which is no column of X.{did_you_mean(one, names)} Give "
                f"names of columns of a frame, positions, or a mask; the columns are "
                f"{', '.join(names[:20])}"
                f"{', ...' if len(names) > 20 else ''}."
            )
    return found


def _read_array(rows: Rows, asked: set[int]) -> Columns:
    """Read an array of numbers."""
    X, mask = rows.X, rows.mask
    categories = np.array(sorted(asked), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(X.shape[1]), categories)
    values = X[:, numbers] if asked else X
    if mask is not None:
        mask = mask[:, numbers] if asked else mask
        # What lies under a mask is any number: here one that the column has anyway.
        values = np.where(mask, _any_of(values, mask), values)
    dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
    if X.dtype.kind in "iu" and values.size and _extreme(values) > EXACT:
        # Whole numbers beyond what floats hold: each column less its smallest value.
        numeric = np.empty(values.shape)
        codecs: list[tuple[Any, Codec]] = []
        for i in range(values.shape[1]):
            missing = np.zeros(len(X), dtype=bool) if mask is None else mask[:, i]
            codec, numeric[:, i] = read_number(Values(values[:, i], missing), keep_decimals=False)
            codecs.append(([i], codec))
    else:
        numeric, codecs = values.astype(dtype, copy=False), _codecs(X.dtype, _binary(values))
        if mask is not None:
            numeric = np.where(mask, dtype.type(np.nan), numeric)
    read = [Category.read(rows.column(j)) for j in categories]
    return _columns(numeric, numbers, categories, codecs, read, len(X))


def _any_of(values: npt.NDArray[Any], mask: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Return a value of each column that is not masked; zero where all are."""
    first = values[np.argmin(mask, axis=0), np.arange(values.shape[1])]
    return np.where(mask.all(axis=0), values.dtype.type(0), first)


def _read_sparse(X: Any, asked: set[int], names: list[str], sampler: str) -> Columns:
    """Read a sparse matrix of numbers."""
    nan = np.isnan(X.data) if X.dtype.kind == "f" else np.zeros(0, dtype=bool)
    if nan.any():
        columns = np.unique(X.tocsr().indices[np.isnan(X.tocsr().data)])
        raise ValueError(
            f"Input X contains NaN in {_columns_text([names[j] for j in columns])}. {sampler} "
            "takes missing values in a dense table only: pass X.toarray()."
        )
    categories = np.array(sorted(asked), dtype=np.intp)
    numbers = np.setdiff1d(np.arange(X.shape[1]), categories)
    values = X.tocsr()
    values = values[:, numbers] if asked else values
    numeric: Any = values.astype(np.float32 if X.dtype == np.float32 else np.float64, copy=False)
    if not numbers.size:
        numeric = numeric.toarray()  # of a matrix without columns, scikit-learn takes no distances
    elif numeric.indices.dtype != np.int32 and max(numeric.nnz, *numeric.shape) <= MOST_INT32:
        parts = (numeric.indices, numeric.indptr)  # scikit-learn takes no others everywhere
        numeric = type(numeric)(
            (numeric.data, *(part.astype(np.int32) for part in parts)), shape=numeric.shape
        )
    other = np.unique(values.indices[(values.data != 0) & (values.data != 1)])
    binary = np.setdiff1d(np.unique(values.indices), other)
    by_column = X.tocsc()
    read = [
        Category.read(Values(by_column[:, [j]].toarray().ravel(), np.zeros(X.shape[0], dtype=bool)))
        for j in categories
    ]
    codecs = _codecs(X.dtype, binary)
    return _columns(numeric, numbers, categories, codecs, read, X.shape[0])


def _columns(
    numeric: Any,
    numbers: npt.NDArray[np.intp],
    categories: npt.NDArray[np.intp],
    codecs: list[tuple[Any, Codec]],
    read: list[Category],
    n_rows: int,
) -> Columns:
    dtype = np.result_type(np.int8, *(category.codes.dtype for category in read))
    codes = np.empty((n_rows, len(read)), dtype=dtype)
    for i, category in enumerate(read):
        codes[:, i] = category.codes
    is_boolean = np.array([category.is_boolean for category in read], dtype=bool)
    numeric, codecs = keep_squares(numeric, codecs)
    is_binary = np.array([category.is_binary for category in read], dtype=bool)
    first_rows = [category.first_rows for category in read]
    return Columns(numeric, codes, numbers, categories, codecs, first_rows, is_boolean, is_binary)


def _codecs(dtype: np.dtype, binary: npt.NDArray[np.intp]) -> list[tuple[Any, Codec]]:
    """Say how the columns of a matrix are written; those of zeros and ones stay so."""
    everything: Codec = FloatCodec(dtype) if dtype.kind == "f" else IntegerCodec(dtype)
    if not binary.size or dtype.kind == "b":
        return [(slice(None), everything)]
    zeros_and_ones: Codec = (
        FloatCodec(dtype, 0, (0.0, 1.0))
        if dtype.kind == "f"
        else IntegerCodec(dtype, limits=(0, 1))
    )
    return [(slice(None), everything), (binary, zeros_and_ones)]


def _binary(values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return which columns have zeros and ones only, besides missing values."""
    candidates = np.arange(values.shape[1])
    for part in (values[:100], values):
        some = part if len(candidates) == values.shape[1] else part[:, candidates]
        inside = (some == 0) | (some == 1)
        if values.dtype.kind == "f":
            inside |= np.isnan(some)
        candidates = candidates[inside.all(axis=0)]
        if not candidates.size:
            break
    return candidates


def _extreme(values: npt.NDArray[Any]) -> int:
    return max(int(values.max()), -int(values.min()))


def _any_nan(values: npt.NDArray[np.floating]) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(values.size) and not np.isfinite(values.sum()) and bool(np.isnan(values).any())


def _are_strings_of_numbers(values: npt.NDArray[Any]) -> bool:
    if not all(isinstance(value, str | bytes) for value in values[:100]):
        return False
    try:
        values[:100].astype(np.float64)
        values.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _refusal(refused: dict[str, tuple[str, Values]], sampler: str, *, auto: bool) -> Exception:
    """Return the error about columns that can be neither computed with nor voted on."""
    name, (kind, column) = next(iter(refused.items()))
    value = next(iter(column.values[~column.missing].tolist()), None)
    auto = auto and getattr(value, "__hash__", None) is not None
    start = (
        f"{sampler} cannot use {_columns_text(list(refused))} (for example {value!r} in {name!r})"
    )
    if kind == "number":
        return ValueError(
            f"{start}: an array of strings holds numbers and names alike. Pass a frame, or an "
            "array of dtype object."
        )
    if kind == "name":
        return ValueError(
            f"{start} as numbers: could not convert string to float. Name them in "
            "categorical_features, or leave that at 'auto'."
        )
    hint = " (pandas.to_datetime)" if kind in ("date", "datetime") else ""
    return TypeError(
        f"{start}: argument must be a string or a number, not {kind}. Convert it{hint}"
        + (", leave the column out, or name it in categorical_features." if auto else "")
        + ("" if auto else " or leave the column out.")
    )


def _columns_text(names: list[str]) -> str:
    listed = ", ".join(map(repr, names[:20]))
    return f"column{'s' if len(names) > 1 else ''} {listed}{', ...' if len(names) > 20 else ''}"


def _refuse_infinite(rows: Rows) -> None:
    numeric = rows.numeric
    data = numeric.data if sparse.issparse(numeric) else numeric
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(data.sum()) or not np.isinf(data).any():
            return
    where = np.isinf(data)
    if sparse.issparse(numeric):
        found = np.unique(numeric.indices[where])
    else:
        found = np.flatnonzero(where.any(axis=0))
    names = [rows.names[j] for j in rows.columns.numbers[found]]
    raise ValueError(
        f"Input X contains infinity in {_columns_text(names)}. {rows.sampler} takes finite numbers "
        "and missing values: replace them, drop those rows, or copy whole rows with "
        "RandomOverSampler."
    )
