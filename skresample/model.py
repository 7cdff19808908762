"""A sampler and a classifier as one scikit-learn classifier."""

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    _fit_context,
    clone,
    is_regressor,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    check_is_fitted,
    column_or_1d,
    has_fit_parameter,
)

from skresample.encoding import (
    TableEncoder,
    needs_encoder,
    takes_missing,
    takes_names_for_numbers,
)

__all__ = ["ResampledClassifier"]


def _estimator_has(method: str) -> Any:
    """Say whether the fitted classifier, or else the given one, has a method."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return available_if(check)


class ResampledClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Resample, then fit a classifier; predict as that classifier does.

    A plain scikit-learn classifier, so that it works where samplers are refused: as the
    last step of a :class:`sklearn.pipeline.Pipeline`, in cross-validation, in a search
    over ``sampler__k_neighbors``, over ``sampler`` itself or over None. Rows are
    resampled in `fit` only: what is predicted, scored or validated on stays as it is.

    The sampler sees the table as it is, with categories and missing values. A classifier
    that cannot be fitted on such a table, or takes the names in it for numbers, gets a
    :class:`TableEncoder` in front of it.

    Parameters
    ----------
    estimator : classifier
        Fitted on the resampled rows. It is cloned.
    sampler : sampler, default=None
        Anything with ``fit_resample``: of this library, of imbalanced-learn, or your own.
        It is cloned. None fits the classifier on the rows as they are.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier, or a pipeline of an encoder and the classifier.
    encoder_ : TableEncoder or None
        The fitted encoder, where the classifier needed one.
    sampler_ : sampler or None
        The fitted sampler; it holds the rows that it was fitted on.
    classes_ : ndarray of shape (n_classes,)
        The class labels.
    n_features_in_ : int
        Number of features, where the classifier knows it.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Their names, where the classifier knows them.

    See Also
    --------
    compare : What a sampler gains, on held-out rows.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skresample import SMOTE, ResampledClassifier
    >>> X, y = make_classification(500, weights=[0.9], random_state=0)
    >>> model = make_pipeline(
    ...     StandardScaler(),
    ...     ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)),
    ... )
    >>> grid = {"resampledclassifier__sampler__k_neighbors": [3, 5]}
    >>> search = GridSearchCV(model, grid, scoring="balanced_accuracy").fit(X, y)
    >>> round(float(search.best_score_), 2)
    0.8
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "sampler": [HasMethods(["fit_resample"]), None],
    }

    def __init__(self, estimator: Any, sampler: Any = None):
        self.estimator = estimator
        self.sampler = sampler

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Resample the rows and fit the classifier on them.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. Frames may be of pandas, polars or pyarrow.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the classifier: rows that were given keep theirs, a synthetic row
            gets the mean of its parents', or of all rows if it has none. The sampler does
            not see them.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If the target is not of classes, or weights are given to a classifier or a
            sampler that cannot use them. What the classifier itself raises is passed on, of
            a table with categories or missing values only if an encoder does not help.
        """
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        y = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=self)
        if is_regressor(self.estimator):
            raise ValueError(
                f"{type(self.estimator).__name__} is a regressor, and {type(self).__name__} needs "
                "a classifier."
            )
        check_classification_targets(y)
        if type_of_target(y).startswith("multilabel") or type_of_target(y).endswith("-multioutput"):
            raise ValueError("Multilabel and multioutput targets are not supported.")
        y = column_or_1d(y, warn=True)
        weights = {}
        if sample_weight is not None:
            if not has_fit_parameter(self.estimator, "sample_weight"):
                hint = (
                    "Put only the last step of the pipeline into ResampledClassifier."
                    if isinstance(self.estimator, Pipeline)
                    else "Take a classifier with that parameter, or leave the weights out."
                )
                raise ValueError(
                    f"sample_weight was given, and fit of {type(self.estimator).__name__} has no "
                    f"parameter of that name. {hint}"
                )
            weights["sample_weight"] = _check_sample_weight(sample_weight, X)
        self.sampler_ = None
        if self.sampler is not None:
            self.sampler_ = clone(self.sampler)
            X, y = self.sampler_.fit_resample(X, y)
            if weights:
                weights["sample_weight"] = _carry(weights["sample_weight"], self.sampler_)
        self.encoder_, self.estimator_ = self._fit_estimator(X, y, weights)
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def _fit_estimator(self, X: Any, y: Any, weights: dict[str, Any]) -> tuple[Any, Any]:
        """Return the encoder, if one is needed, and the fitted classifier."""
        try:
            fitted = clone(self.estimator).fit(X, y, **weights)
        except (TypeError, ValueError):
            if not needs_encoder(X):
                raise
        else:
            if not takes_names_for_numbers(self.estimator, X, np.asarray(y)):
                return None, fitted
        encoder = TableEncoder(impute=not takes_missing(self.estimator)).fit(X)
        # Not by the fit of a pipeline: how that takes weights depends on metadata routing.
        fitted = clone(self.estimator).fit(encoder.transform(X), y, **weights)
        return encoder, make_pipeline(encoder, fitted)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict the class of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Class labels.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @_estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict the probability of each class, as learnt from the resampled rows.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``. Resampling shifts them towards the classes that
            it adds rows to.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @_estimator_has("predict_log_proba")
    def predict_log_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @_estimator_has("decision_function")
    def decision_function(self, X: Any) -> npt.NDArray[np.floating]:
        """Compute the decision values of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            As the classifier gives them.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        estimator = get_tags(self.estimator)
        samplers = [] if self.sampler is None else [get_tags(self.sampler)]
        for name in ("sparse", "string"):
            allowed = all(getattr(part.input_tags, name) for part in [estimator, *samplers])
            setattr(tags.input_tags, name, allowed)
        # What the classifier does not take, the encoder takes.
        for name in ("allow_nan", "categorical"):
            allowed = all(getattr(part.input_tags, name) for part in samplers)
            setattr(tags.input_tags, name, allowed)
        tags.classifier_tags = estimator.classifier_tags or tags.classifier_tags
        return tags


def _carry(weights: npt.NDArray[np.floating], sampler: Any) -> npt.NDArray[np.floating]:
    """Return the weights of the rows that a sampler gave out."""
    if hasattr(sampler, "is_synthetic_"):
        known = sampler.parents_ >= 0
        behind = np.where(known, weights[sampler.parents_], 0).sum(axis=1)
        n_known = known.sum(axis=1)
        means = np.where(n_known > 0, behind / np.maximum(n_known, 1), weights.mean())
        return np.concatenate([weights, means])
    if hasattr(sampler, "sample_indices_"):
        return weights[sampler.sample_indices_]
    raise ValueError(
        f"sample_weight was given, and {type(sampler).__name__} does not say where its rows come "
        "from: use a sampler with parents_ (any of skresample) or sample_indices_."
    )
