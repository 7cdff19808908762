"""A sampler and a classifier as one scikit-learn classifier."""

from numbers import Integral
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
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
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

# The calibrations that are fitted to held-out rows.
FITTED = ("isotonic", "sigmoid")


def _estimator_has(method: str) -> Any:
    """Say whether the fitted classifier, or else the given one, has a method."""

    def check(self: Any) -> bool:
        if self.calibration in FITTED and method != "decision_function":
            return True
        if self.calibration is not None and method == "decision_function":
            raise AttributeError(
                f"With calibration={self.calibration!r} there are calibrated probabilities instead "
                "of decision values: use predict_proba."
            )
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return available_if(check)


class ResampledClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    r"""Resample, then fit a classifier; predict as that classifier does.

    A plain scikit-learn classifier, so that it works where samplers are refused: as the
    last step of a :class:`sklearn.pipeline.Pipeline`, in cross-validation, in a search
    over ``sampler__k_neighbors``, over ``sampler`` itself or over None. Rows are
    resampled in `fit` only: what is predicted, scored or validated on stays as it is.

    The sampler sees the table as it is, with categories and missing values. A classifier
    that cannot be fitted on such a table, or takes the names in it for numbers, gets a
    :class:`TableEncoder` in front of it.

    What a classifier learns from resampled rows says how likely a class is *among these*. With
    `calibration`, probabilities are of the table again, and so is the class that is predicted,
    the likeliest: the rare class is predicted as rarely as without resampling, and a threshold
    on the probabilities is what then has to be chosen.

    Parameters
    ----------
    estimator : classifier
        Fitted on the resampled rows. It is cloned.
    sampler : sampler, default=None
        Anything with ``fit_resample``: of this library, of imbalanced-learn, or your own.
        It is cloned. None fits the classifier on the rows as they are.
    calibration : {None, 'prior', 'sigmoid', 'isotonic'}, default=None
        What makes the probabilities those of the table.

        - None: nothing.
        - ``'prior'``: each class's probability is multiplied by :math:`\pi_k / \pi^s_k`, its share
          of the given rows over that which it has of the resampled ones, and the sum is made 1
          again :footcite:p:`elkan2001foundations,saerens2002adjusting`. Exact where the sampler
          leaves each class distributed as it is, which copies do, SMOTE only nearly, and methods
          that seek the border do not :footcite:p:`dalpozzolo2015calibrating`.
        - ``'sigmoid'``, ``'isotonic'``: a curve fitted to what is predicted for rows that were
          held out, and never resampled, as :class:`sklearn.calibration.CalibratedClassifierCV`
          does; right for any sampler, at the price of as many more fits as there are folds. The
          second needs about a thousand rows.
    calibration_cv : int, cross-validation generator or iterable, default=5
        The folds of ``'sigmoid'`` and ``'isotonic'``; an int is a number of stratified ones.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Share of each class in the given rows, by weight if weights were given.
    resampled_prior_ : ndarray of shape (n_classes,)
        Share of each class in the rows that the classifier was fitted on.
    calibrated_ : CalibratedClassifierCV
        The fitted curves, with ``'sigmoid'`` and ``'isotonic'``.
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

    References
    ----------
    .. footbibliography::

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
        "calibration": [StrOptions({"prior", *FITTED}), None],
        "calibration_cv": [
            Interval(Integral, 2, None, closed="left"),
            HasMethods(["split"]),
            "array-like",
        ],
    }

    def __init__(
        self,
        estimator: Any,
        sampler: Any = None,
        *,
        calibration: str | None = None,
        calibration_cv: Any = 5,
    ):
        self.estimator = estimator
        self.sampler = sampler
        self.calibration = calibration
        self.calibration_cv = calibration_cv

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
            If the target is not of classes, weights are given to a classifier or a
            sampler that cannot use them, or there is nothing, or too little, to calibrate.
            What the classifier itself raises is passed on, of a table with categories or
            missing values only if an encoder does not help.
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
        if self.calibration in FITTED:
            return self._fit_calibrated(X, y, weights)
        if self.calibration == "prior" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"calibration='prior' corrects probabilities, and {type(self.estimator).__name__} "
                "has no predict_proba: use calibration='sigmoid'."
            )
        given = _shares(y, **weights)
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
        resampled = _shares(np.asarray(y), **weights)
        classes = sorted(given)  # as scikit-learn's classifiers have them
        self.prior_ = np.array([given[label] for label in classes])
        self.resampled_prior_ = np.array([resampled.get(label, 0.0) for label in classes])
        return self

    def _fit_calibrated(self, X: Any, y: npt.NDArray[Any], weights: dict[str, Any]) -> Self:
        """Fit to all rows, and a curve to what folds say of the rows that they leave out."""
        labels, counts = np.unique(y, return_counts=True)
        folds = self.calibration_cv
        if isinstance(folds, Integral) and counts.min() < folds:
            raise ValueError(
                f"calibration={self.calibration!r} holds out rows of each class in {folds} folds, "
                f"and class {labels.tolist()[counts.argmin()]!r} has {counts.min()}: use a smaller "
                "calibration_cv, or calibration='prior', which holds out none."
            )
        plain = clone(self).set_params(calibration=None)
        self.calibrated_ = CalibratedClassifierCV(
            plain, method=self.calibration, cv=folds, ensemble=False
        ).fit(X, y, **weights)
        fitted = self.calibrated_.calibrated_classifiers_[0].estimator
        for name, value in vars(fitted).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(self, name, value)
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
            Class labels; with a calibration those that are likeliest in the table.
        """
        check_is_fitted(self)
        if self.calibration is not None:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        return self.estimator_.predict(X)

    @_estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Columns as in ``classes_``. Without a calibration, resampling shifts them towards
            the classes that it adds rows to.
        """
        check_is_fitted(self)
        if self.calibration in FITTED:
            return self.calibrated_.predict_proba(X)
        probabilities = self.estimator_.predict_proba(X)
        if self.calibration is None:
            return probabilities
        shift, had = np.zeros_like(self.prior_), self.resampled_prior_
        np.divide(self.prior_, had, out=shift, where=had > 0)
        corrected = probabilities * shift
        total = corrected.sum(axis=1, keepdims=True)
        # A row that can only be of classes without weight is left as it is.
        return np.divide(corrected, total, out=probabilities.copy(), where=total > 0)

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
        if self.calibration is not None:
            with np.errstate(divide="ignore"):
                return np.log(self.predict_proba(X))
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
        kept = np.arange(np.count_nonzero(~sampler.is_synthetic_))
        if hasattr(sampler, "input_indices_"):  # of a method that also removes rows
            kept = sampler.input_indices_[~sampler.is_synthetic_]
        known = sampler.parents_ >= 0
        behind = np.where(known, weights[sampler.parents_], 0).sum(axis=1)
        n_known = known.sum(axis=1)
        means = np.where(n_known > 0, behind / np.maximum(n_known, 1), weights.mean())
        return np.concatenate([weights[kept], means])
    if hasattr(sampler, "sample_indices_"):
        return weights[sampler.sample_indices_]
    raise ValueError(
        f"sample_weight was given, and {type(sampler).__name__} does not say where its rows come "
        "from: use a sampler with parents_ (any of skresample) or sample_indices_."
    )


def _shares(y: npt.NDArray[Any], sample_weight: Any = None) -> dict[Any, float]:
    """Return the share of each class, by weight."""
    labels, codes = np.unique(y, return_inverse=True)
    total = np.bincount(codes, weights=sample_weight)
    return dict(zip(labels.tolist(), (total / total.sum()).tolist(), strict=True))
