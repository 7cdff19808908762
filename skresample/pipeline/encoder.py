"""Tables with categories and missing values as plain floats, for classifiers that need them."""

import warnings
from typing import Any, ClassVar, Self

import narwhals as nw
import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context, clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from skresample.table.columns import Category, Values, kind_of, plain
from skresample.table.frames import is_frame, open_frame
from skresample.table.rows import Rows, read_rows

__all__ = ["TableEncoder", "needs_encoder", "takes_missing", "takes_names_for_numbers"]

# Of a column with more categories than this, the rarest become one.
MAX_CATEGORIES = 32
# Rows of each class that show how a classifier reads its table.
FEW_ROWS = 50


class TableEncoder(TransformerMixin, BaseEstimator):
    """Turn a table with categories and missing values into floats.

    What stands in front of a classifier that takes plain numbers only, where
    :class:`ResampledClassifier` or :func:`compare` meets one. Any table that the samplers
    take is taken, and its columns are read as they read them:

    - Numbers are scaled to mean 0 and variance 1; dates, times and durations are counted
      in days. Missing ones become the median, and a further column says where.
    - Strings, categories and booleans become a column of zeros and ones per category, one
      column only where there are two. A missing value is a category too. Of more than 32
      categories, the rarest become one.

    Parameters
    ----------
    impute : bool, default=True
        Whether missing numbers are filled in. Otherwise they stay NaN, for a classifier
        that takes that.

    Attributes
    ----------
    categorical_features_ : ndarray of shape (n_categorical,)
        Positions of the columns of categories, as decided in `fit`.
    numbers_ : Pipeline
        Fitted on the other columns.
    categories_ : OneHotEncoder
        Fitted on the columns of categories.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, if all are strings.

    See Also
    --------
    ResampledClassifier : Puts this in front of a classifier that needs it.

    Notes
    -----
    A category that `fit` has not seen counts as one of the rare ones. Where there are none
    of these, all columns of its feature are 0.

    Examples
    --------
    >>> from skresample import TableEncoder
    >>> X = [[1.0, "red"], [3.0, "blue"], [None, "red"]]
    >>> TableEncoder().fit_transform(X)
    array([[-1.,  0.,  1.],
           [ 1.,  0.,  0.],
           [ 0.,  1.,  1.]])
    >>> TableEncoder().fit(X).get_feature_names_out()
    array(['x0', 'missingindicator_x0', 'x1_red'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {"impute": ["boolean"]}

    def __init__(self, impute: bool = True):
        self.impute = impute

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn means, medians and categories.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            The table.
        y : object, default=None
            Not used.

        Returns
        -------
        self : object
            The fitted encoder.

        Raises
        ------
        ValueError
            If `impute` is not a boolean, or the table is empty, not two-dimensional, complex,
            or has infinite values.
        TypeError
            If the table is sparse, or a column has neither numbers nor names, such as
            lists.
        """
        rows = self._read(X, self)
        kinds = [_kind(rows, j) for j in range(self.n_features_in_)]
        self.categorical_features_ = np.flatnonzero([kind != "number" for kind in kinds])
        steps: list[Any] = [StandardScaler()]
        if self.impute:
            steps.append(
                SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
            )
        # What `set_config(transform_output=...)` asks for is made of what comes out at the end.
        self.numbers_ = make_pipeline(*steps).set_output(transform="default")
        self.categories_ = OneHotEncoder(
            drop="if_binary",
            handle_unknown="infrequent_if_exist",
            max_categories=MAX_CATEGORIES,
            sparse_output=False,
        ).set_output(transform="default")
        numbers, names = self._split(rows)
        if numbers.shape[1]:
            with np.errstate(invalid="ignore"):  # of a column without any value
                self.numbers_.fit(numbers)
        if names.shape[1]:
            self.categories_.fit(names)
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float64]:
        """Turn rows into floats.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Rows with the columns that `fit` saw; categories and missing values may be
            other ones.

        Returns
        -------
        X_encoded : {ndarray, DataFrame} of shape (n_samples, n_features_out)
            The columns made of numbers, then those made of categories. An array, unless
            :meth:`set_output` or scikit-learn's configuration asks for a frame.

        Raises
        ------
        ValueError
            If the columns are other ones, or hold names where they held numbers.
        """
        check_is_fitted(self)
        rows = self._read(X, clone(self))
        repeated = len(set(rows.names)) < len(rows.names)  # which only pandas allows
        named = open_frame(X).to_native() if repeated else X
        validate_data(self, named, reset=False, skip_check_array=True)
        numbers, names = self._split(rows)
        parts = []
        if numbers.shape[1]:
            parts.append(self.numbers_.transform(numbers))
        if names.shape[1]:
            with warnings.catch_warnings():
                # It is known, and documented, what becomes of unknown categories.
                warnings.filterwarnings("ignore", "Found unknown categories", UserWarning)
                parts.append(self.categories_.transform(names))
        return np.hstack(parts)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Name the columns that come out.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns that go in; None for those seen in `fit`, or x0, x1, ...

        Returns
        -------
        names : ndarray of shape (n_features_out,)
            The names; one that would come twice, such as that of a number ``town_Rome`` beside
            a category Rome of ``town``, gets a number.
        """
        check_is_fitted(self)
        given = _check_feature_names_in(self, input_features)
        categorical = self.categorical_features_
        numbers = np.delete(given, categorical)
        parts = [np.empty(0, dtype=object)]
        if len(numbers):
            parts.append(self.numbers_.get_feature_names_out(numbers))
        if len(categorical):
            parts.append(self.categories_.get_feature_names_out(given[categorical]))
        return _different(np.concatenate(parts))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _read(self, X: Any, estimator: Any) -> Rows:
        """Check a table, and set what an estimator remembers of its columns."""
        if sparse.issparse(X):
            raise TypeError(
                "TableEncoder takes dense tables, and sparse data was passed, which has no "
                "categories: leave the encoder out, or pass X.toarray()."
            )
        return read_rows(X, estimator, numeric=False)

    def _split(self, rows: Rows) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
        """Return the columns of numbers, and those of categories as strings or None."""
        names = np.empty((len(rows), len(self.categorical_features_)), dtype=object)
        numbers = np.empty((len(rows), len(rows.names) - names.shape[1]))
        categorical = self.categorical_features_.tolist()
        for i, j in enumerate(categorical):
            names[:, i] = _texts(rows.column(j))
        for i, j in enumerate(np.delete(np.arange(len(rows.names)), categorical).tolist()):
            try:
                numbers[:, i] = _floats(rows.column(j))
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"Column {rows.names[j]!r} held numbers in fit, and now holds what is none: "
                    f"{error}."
                ) from error
        return numbers, names


def needs_encoder(X: Any) -> bool:
    """Say whether a table has what not every classifier takes.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The table.

    Returns
    -------
    needed : bool
        Whether it has categories, dates or missing values. Never of sparse matrices, and
        False for what is no table at all.
    """
    if sparse.issparse(X):
        return False
    if np.ma.is_masked(X):
        return True
    if not is_frame(X):
        try:
            X = np.asarray(X) if hasattr(X, "dtype") else np.array(X, dtype=object)
        except ValueError:  # rows of different lengths
            return False
        if X.ndim != 2 or X.dtype.kind in "biu":
            return False
        if X.dtype.kind == "f":
            return bool(np.isnan(X).any())
    rows = Rows(X, names=[""] * X.shape[1])
    columns = map(rows.column, range(X.shape[1]))
    return any(
        column.missing.any() or kind_of(column) != "number" or plain(column).dtype.kind in "mM"
        for column in columns
    )


def takes_missing(estimator: Any) -> bool:
    """Say whether an estimator takes NaN, as far as its tags tell.

    Parameters
    ----------
    estimator : estimator
        Of a pipeline, every step is asked.

    Returns
    -------
    takes : bool
        Whether NaN may go in.
    """
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
        return all(map(takes_missing, steps))
    return bool(get_tags(estimator).input_tags.allow_nan)


def takes_names_for_numbers(estimator: Any, X: Any, y: npt.NDArray[Any]) -> bool:
    """Say whether a classifier computes with categories spelt as numbers, or with masked values.

    scikit-learn reads the text "007", and the category 7 of a frame, as the number 7 and
    fits. Whether it did is seen from a few rows in which such categories are spelt otherwise.
    It computes with what lies under a mask, too.

    Parameters
    ----------
    estimator : classifier
        One that can be fitted on the table. It is cloned.
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The table.
    y : ndarray of shape (n_samples,)
        Class labels.

    Returns
    -------
    takes : bool
        Whether it cannot be fitted on these rows, since they hold text, or values are masked.
    """
    if np.ma.is_masked(X):
        return True
    if not is_frame(X):
        if sparse.issparse(X) or (hasattr(X, "dtype") and X.dtype.kind in "biuf"):
            return False
        X = np.array(X, dtype=object)
        if X.ndim != 2:
            return False
    rows = Rows(X, names=[""] * X.shape[1])
    spelt = {
        j: _texts(column)
        for j, column in enumerate(map(rows.column, range(X.shape[1])))
        if kind_of(column) == "name" and _are_numbers(column)
    }
    if not spelt:
        return False
    few = np.concatenate([np.flatnonzero(y == label)[:FEW_ROWS] for label in np.unique(y)])
    names = {
        j: [None if text is None else f"={text}" for text in texts[few]]
        for j, texts in spelt.items()
    }
    try:
        clone(estimator).fit(_respelt(X, few, names), y[few])
    except Exception as error:
        # Errors of few rows, or of columns that it knew by name, say nothing about that.
        said = str(error).lower()
        return "convert" in said and "float" in said
    return False


def _are_numbers(column: Values) -> bool:
    try:
        column.values[Category.read(column).first_rows].astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _respelt(X: Any, rows: npt.NDArray[np.intp], names: dict[int, list[Any]]) -> Any:
    """Return some rows of a table with other names in some of its columns."""
    if isinstance(X, np.ndarray):
        table = X[rows]
        for j, values in names.items():
            table[:, j] = values
        return table
    frame = open_frame(X)
    columns = {}
    for j in range(X.shape[1]):
        series = frame[:, j]
        if j in names:
            texts = nw.new_series("", names[j], nw.String, backend=series.implementation)
            # What the cast makes of Arrow's columns, pyarrow before 22 cannot turn into arrays.
            is_text = series.dtype in (nw.String, nw.Object) or series.implementation.is_pyarrow()
            columns[str(j)] = texts if is_text else texts.cast(nw.Categorical)
        else:
            columns[str(j)] = series[rows]
    return nw.from_dict(columns).to_native()


def _different(names: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return names of which none repeats."""
    taken: set[str] = set(names.tolist())
    seen: set[str] = set()
    different = []
    for name in names.tolist():
        new, count = name, 0
        while new in seen or (count and new in taken):
            count += 1
            new = f"{name}_{count}"
        seen.add(new)
        different.append(new)
    return np.array(different, dtype=object)


def _kind(rows: Rows, j: int) -> str:
    """Return the kind of a column, and refuse it if nothing can be made of it."""
    kind = kind_of(rows.column(j))
    if kind == "complex":
        raise ValueError(f"Complex data not supported: column {rows.names[j]!r}.")
    if kind not in ("number", "name", "boolean"):
        raise TypeError(
            f"TableEncoder cannot use column {rows.names[j]!r}: argument must be a string or a "
            f"number, not {kind}. Convert it (dates with pandas.to_datetime), or leave it out."
        )
    return kind


def _floats(column: Values) -> npt.NDArray[np.float64]:
    """Return numbers, or times in days, as floats."""
    values, missing = plain(column), column.missing
    if values.dtype.kind in "mM":
        if values.dtype.kind == "M":
            values = values - np.zeros(1, dtype=values.dtype)
        values = values / np.timedelta64(1, "D")
    return np.where(missing, np.nan, values).astype(np.float64)


def _texts(column: Values) -> npt.NDArray[Any]:
    """Return categories as strings, and None where a value is missing."""
    category = Category.read(column)
    found = [*map(_text, column.values[category.first_rows].tolist()), None]
    return np.array(found, dtype=object)[category.codes]


def _text(value: Any) -> str:
    # The same number may be whole here and a float there, where others are missing.
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)
