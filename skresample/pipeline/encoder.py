"""TableEncoder: mixed-type tables as arrays of floats."""

# Why not skrub's TableVectorizer: the encoder has to read columns as the samplers do (booleans,
# durations, dates of the standard library, masked arrays, repeated names, pyarrow tables), so that
# both agree on which features are categorical. It counts dates in days, where TableVectorizer
# extracts year, month and day. And skrub would be a further dependency for a scaler, an imputer
# and a one-hot encoder, which scikit-learn has.

import warnings
from dataclasses import field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context, clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from skresample.samplers.parameters import Parametrized
from skresample.table.columns import Category, Values, kind_of, plain
from skresample.table.read import read_rows, with_unique_names
from skresample.table.rows import Rows

__all__ = ["TableEncoder", "as_text"]

# A feature with more categories than this has its rarest categories grouped.
MAX_CATEGORIES = 32


class TableEncoder(Parametrized, TransformerMixin, BaseEstimator):
    """Encode categorical features, dates and missing values as floats.

    :class:`ResampledClassifier` and :func:`compare` put it in front of classifiers that accept
    only complete numerical features. It accepts every dense table that the samplers accept:

    - Numerical features are standardized to mean 0 and variance 1. Dates, times and durations are
      counted in days. Missing values are replaced by the median, and an indicator column marks
      them.
    - Strings, categories and booleans are one-hot encoded, with a single column if there are two
      categories. A missing value is a category of its own. Above 32 categories, the rarest are
      grouped.

    Parameters
    ----------
    impute : bool, default=True
        If True, missing numbers are imputed. If False, they stay NaN, for classifiers that
        accept NaN.

    Attributes
    ----------
    categorical_features_ : ndarray of shape (n_categorical,)
        Positions of the categorical features found by `fit`.
    numbers_ : Pipeline
        Fitted on the numerical features.
    categories_ : OneHotEncoder
        Fitted on the categorical features.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if all are strings.

    See Also
    --------
    ResampledClassifier : Puts this encoder in front of a classifier that needs it.

    Notes
    -----
    A category that `fit` has not seen is encoded as one of the rare categories. If the feature has
    no group of rare categories, all its columns are 0.

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

    impute: bool = field(default=True, kw_only=False)

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn means, medians and categories.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Training data.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : object
            The fitted encoder.

        Raises
        ------
        ValueError
            If `impute` is not a boolean, or if the table is empty, not two-dimensional, complex or
            infinite.
        TypeError
            If the table is sparse, or contains other objects than numbers and strings.
        """
        rows = self._read(X, self)
        kinds = [_kind(rows, j) for j in range(self.n_features_in_)]
        self.categorical_features_ = np.flatnonzero([kind != "number" for kind in kinds])
        imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        steps: list[Any] = [StandardScaler(), *([imputer] if self.impute else [])]
        # `set_config(transform_output=...)` applies to the final output, not to the parts.
        self.numbers_ = make_pipeline(*steps).set_output(transform="default")
        self.categories_ = OneHotEncoder(
            drop="if_binary",
            handle_unknown="infrequent_if_exist",
            max_categories=MAX_CATEGORIES,
            sparse_output=False,
        ).set_output(transform="default")
        for part, columns in zip((self.numbers_, self.categories_), self._split(rows), strict=True):
            if columns.shape[1]:
                with np.errstate(invalid="ignore"):  # a column may have missing values only
                    part.fit(columns)
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float64]:
        """Encode a table.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            Data with the same features as in `fit`. Categories and missing values may differ.

        Returns
        -------
        X_encoded : {ndarray, DataFrame} of shape (n_samples, n_features_out)
            The columns from numerical features, then those from categorical features. A DataFrame
            if :meth:`set_output` or scikit-learn's configuration asks for one.

        Raises
        ------
        ValueError
            If the features differ from those in `fit`, or a numerical feature contains text.
        """
        check_is_fitted(self)
        rows = self._read(X, clone(self))
        validate_data(self, with_unique_names(X, rows.names), reset=False, skip_check_array=True)
        with warnings.catch_warnings():
            # The Notes document how unknown categories are encoded.
            warnings.filterwarnings("ignore", "Found unknown categories", UserWarning)
            both = zip((self.numbers_, self.categories_), self._split(rows), strict=True)
            return np.hstack([one.transform(columns) for one, columns in both if columns.shape[1]])

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Get the names of the encoded columns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the input features. If None, the names seen in `fit`, or x0, x1, ...

        Returns
        -------
        names : ndarray of shape (n_features_out,)
            The names. A number is appended to a name that would occur twice.
        """
        check_is_fitted(self)
        given = _check_feature_names_in(self, input_features)
        categorical = self.categorical_features_
        both = (
            (self.numbers_, np.delete(given, categorical)),
            (self.categories_, given[categorical]),
        )
        names = [one.get_feature_names_out(columns) for one, columns in both if len(columns)]
        return _unique(np.concatenate(names))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _read(self, X: Any, estimator: Any) -> Rows:
        if sparse.issparse(X):
            raise TypeError(
                "TableEncoder needs a dense table, but sparse data was passed. Sparse data has no "
                "categorical features: leave the encoder out, or pass X.toarray()."
            )
        return read_rows(X, estimator, numeric=False)

    def _split(self, rows: Rows) -> tuple[npt.NDArray[np.float64], npt.NDArray[Any]]:
        """Return the numerical features, and the categorical ones as strings or None."""
        numbers, categories = [], []
        categorical = set(self.categorical_features_.tolist())
        for j, name in enumerate(rows.names):
            if j in categorical:
                categories.append(as_text(rows.column(j)))
                continue
            try:
                numbers.append(_as_floats(rows.column(j)))
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"Column {name!r} contained numbers in fit, but now it contains other values: "
                    f"{error}."
                ) from error
        shape = -1, len(rows)
        return (
            np.array(numbers, dtype=np.float64).reshape(shape).T.copy(),
            np.array(categories, dtype=object).reshape(shape).T.copy(),
        )


def as_text(column: Values) -> npt.NDArray[Any]:
    """Return categories as strings, and None for missing values."""
    category = Category.read(column)
    found = [*map(_text, column.values[category.first_rows].tolist()), None]
    return np.array(found, dtype=object)[category.codes]


def _text(value: Any) -> str:
    # An integer is read as a float where other values of its column are missing.
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def _as_floats(column: Values) -> npt.NDArray[np.float64]:
    """Return numbers as floats, and dates, times and durations in days."""
    values, missing = plain(column), column.missing
    if values.dtype.kind in "mM":
        if values.dtype.kind == "M":
            values = values - np.zeros(1, dtype=values.dtype)
        values = values / np.timedelta64(1, "D")
    return np.where(missing, np.nan, values).astype(np.float64)


def _kind(rows: Rows, j: int) -> str:
    """Return the kind of a column, and raise an error if it cannot be encoded."""
    kind = kind_of(rows.column(j))
    if kind == "complex":
        raise ValueError(f"Complex data not supported: column {rows.names[j]!r}.")
    if kind not in ("number", "name", "boolean"):
        raise TypeError(
            f"TableEncoder cannot use column {rows.names[j]!r}: argument must be a string or a "
            f"number, not {kind}. Convert it (dates with pandas.to_datetime), or leave it out."
        )
    return kind


def _unique(names: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Append a number to names that repeat an earlier one."""
    given, seen = set(names.tolist()), set()
    for i, name in enumerate(names.tolist()):
        new, count = name, 0
        while new in seen or (count and new in given):
            count += 1
            new = f"{name}_{count}"
        seen.add(new)
        names[i] = new
    return names
