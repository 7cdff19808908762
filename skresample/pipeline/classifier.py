"""ResampledClassifier: a sampler and a classifier as one scikit-learn classifier."""

import warnings
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    MetaEstimatorMixin,
    _fit_context,
    clone,
    is_classifier,
    is_regressor,
)
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import InputTags, get_tags
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _num_samples,
    check_is_fitted,
    column_or_1d,
    has_fit_parameter,
)

from skresample._support import import_extra
from skresample.pipeline._calibration import CodedClassifier, calibration_folds, codes_of
from skresample.pipeline._training import (
    Training,
    check_weights,
    class_proportions,
    fit_classifier,
    hold_out,
    is_per_sample,
    resampled_weights,
)
from skresample.pipeline.adapt import adapt
from skresample.pipeline.encoder import TableEncoder
from skresample.pipeline.validation import last_step, prepare_validation, validates
from skresample.samplers.base import BaseSampler
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Parametrized
from skresample.table import Target, is_frame, open_frame, read_labels, to_pandas

__all__ = ["ResampledClassifier"]

# Calibrations that are fitted to held-out samples.
FITTED = ("isotonic", "sigmoid")
# Attributes that a fitted sampler keeps. None of them contains values of the table.
PROVENANCE = (
    *("sampling_strategy_", "is_synthetic_", "parents_", "sample_indices_", "is_moved_"),
    *("n_removed_", "categorical_features_", "n_features_in_", "feature_names_in_"),
)


def _estimator_has(method: str) -> Any:
    """Return a check whether the classifier, fitted if it is, has a method."""

    def check(self: Any) -> bool:
        if self.calibration in FITTED and method != "decision_function":
            return True
        if self.calibration is not None and method == "decision_function":
            raise AttributeError(
                f"calibration={self.calibration!r} replaces decision values by calibrated "
                "probabilities: use predict_proba."
            )
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return available_if(check)


class ResampledClassifier(Parametrized, ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    r"""Resample the training data, then fit a classifier.

    This is a plain scikit-learn classifier, so it works where samplers are not accepted: in a
    :class:`sklearn.pipeline.Pipeline`, in cross-validation, or in a search over
    ``sampler__k_neighbors`` or over ``sampler`` itself. Only training data is resampled. Data
    passed to `predict` and `score`, and validation data, is unchanged, which avoids data leakage.

    The sampler gets the table with its categorical features and missing values. A
    :class:`TableEncoder` is put in front of a classifier that cannot be fitted on such a table, or
    that converts categories spelled as numbers to numbers. A sampler of another library that
    cannot resample the table gets the encoded table, with a warning.

    Resampling changes the class frequencies, and so the predicted probabilities. `calibration`
    corrects them. `predict` then returns the most probable class under the original
    frequencies, so the minority class is predicted as rarely as without resampling. Tune the
    decision threshold to predict it more often.

    Parameters
    ----------
    estimator : classifier
        Fitted on the resampled data. It is cloned.
    sampler : sampler, default=None
        Any object with ``fit_resample``: a sampler of this library, of imbalanced-learn, or your
        own. It is cloned. If None, the classifier is fitted without resampling.
    calibration : {None, 'prior', 'sigmoid', 'isotonic'}, default=None
        How predicted probabilities are corrected for the changed class frequencies.

        - None: not at all.
        - ``'prior'``: each class's probability is multiplied by :math:`\pi_k / \pi^s_k`, its
          proportion in the original data over its proportion in the resampled data, and the
          result is normalized :footcite:p:`elkan2001foundations,saerens2002adjusting`. This is
          exact if the sampler keeps the distribution within each class. Random oversampling
          does, SMOTE does approximately, and methods that focus on the class border do not
          :footcite:p:`dalpozzolo2015calibrating`.
        - ``'sigmoid'``, ``'isotonic'``: a curve is fitted to predictions for holdout samples,
          which are not resampled, as in :class:`sklearn.calibration.CalibratedClassifierCV`.
          This is right for every sampler, but needs one more fit per fold. ``'isotonic'``
          needs about a thousand samples.
    calibration_cv : int, cross-validation generator or iterable, default=5
        The folds for ``'sigmoid'`` and ``'isotonic'``. An int is the number of stratified folds.
        Pass the groups of group-wise folds as ``fit(X, y, groups=...)``.
    keep_table : bool, default=False
        If True, `sampler_` keeps its training data, which ``sampler_.sample`` needs. A saved
        classifier then contains this data, too.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Proportion of each class in the original data, by sample weight.
    resampled_prior_ : ndarray of shape (n_classes,)
        Proportion of each class in the data that the classifier was fitted on.
    calibrated_ : CalibratedClassifierCV
        The fitted curves of ``'sigmoid'`` and ``'isotonic'``. Its classes are positions in
        ``classes_``.
    estimator_ : classifier
        The fitted classifier, or a pipeline of an encoder and the classifier.
    encoder_ : TableEncoder or None
        The fitted encoder. None if neither the classifier nor the sampler needs one.
    sampler_ : sampler or None
        The fitted sampler, with ``parents_``, ``is_synthetic_`` and so on. Positions refer to the
        samples that it was fitted on, without those of weight 0 and those held out for early
        stopping.
    classes_ : ndarray of shape (n_classes,)
        The class labels.
    n_features_in_ : int
        Number of features, if the classifier has this attribute.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if the classifier has this attribute.

    See Also
    --------
    compare : Cross-validated comparison of samplers.

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
    0.79
    """

    # Some classifiers have `predict` only once they are fitted.
    estimator: Annotated[Any, HasMethods(["fit"])] = field(kw_only=False)
    sampler: Annotated[Any, HasMethods(["fit_resample"]), None] = field(default=None, kw_only=False)
    calibration: Annotated[str | None, StrOptions({"prior", *FITTED}), None] = None
    calibration_cv: Annotated[Any, IntegerInterval(2), HasMethods(["split"]), "array-like"] = 5
    keep_table: bool = False

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Resample the training data and fit the classifier.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Training data. DataFrames may be of pandas, polars or pyarrow.
        y : array-like of shape (n_samples,)
            Class labels: numbers, strings, or other values that can be ordered, such as the
            intervals of :func:`pandas.cut`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the classifier. A synthetic sample gets the mean weight of its parents, or
            of all samples if it has none. A weight of 0 excludes a sample from everything. If the
            classifier does not accept weights, integer weights repeat samples. The sampler ignores
            all weights but 0.
        **fit_params : dict
            Passed to `fit` of the classifier; with metadata routing, only those that it
            requests. Validation data (`eval_set`, `X_val`, ...) is encoded like the table, but
            not resampled. ``groups`` is passed to `calibration_cv`.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If the target, the weights or a fit parameter cannot be used; if there are too few
            samples to calibrate; or if the classifier would validate on synthetic samples or on
            copies of its training data. An error of the classifier is passed on, unless an encoder
            helps.
        """
        name = type(self.estimator).__name__
        if not is_classifier(self.estimator) and (
            is_regressor(self.estimator) or not hasattr(self.estimator, "predict")
        ):
            kind = "a regressor" if is_regressor(self.estimator) else "not a classifier"
            raise ValueError(f"{name} is {kind}, but {type(self).__name__} needs a classifier.")
        target = self._read_target(X, y)
        weight = None if sample_weight is None else check_weights(sample_weight, X)
        if self.calibration == "prior" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"calibration='prior' corrects probabilities, but {name} has no predict_proba: use "
                "calibration='sigmoid'."
            )
        # Classifiers get codes instead of labels that are neither numbers nor strings.
        self._names = None if target.is_plain else target.classes
        labels = target.labels if target.is_plain else target.codes
        training = Training(X, labels, weight, fit_params)
        kept = np.arange(len(labels)) if weight is None else np.flatnonzero(weight)
        if len(kept) < len(labels):
            training = training.take(kept)
        if self.calibration in FITTED:
            self._fit_calibrated(training, kept)
        else:
            self._fit_resampled(training)
        return self

    def _read_target(self, X: Any, y: Any) -> Target:
        name = type(self).__name__
        shape: Any = np.shape(y) if isinstance(y, list | tuple) else getattr(y, "shape", ())
        if sparse.issparse(y) or (len(shape) == 2 and shape[1] > 1):
            raise ValueError(
                f"Multilabel and multioutput targets are not supported: y has {shape[1]} columns, "
                f"but {name} needs one class label per row, for example y.argmax(axis=1)."
            )
        if len(shape) == 2:
            y = column_or_1d(y, warn=True)
        try:
            n_rows = _num_samples(X)
        except TypeError:  # not a table: the sampler or the classifier raises a better error
            n_rows = _num_samples(y)
        return read_labels(y, n_rows, name)

    def _fit_resampled(self, training: Training) -> None:
        """Resample, and fit the classifier on the result."""
        estimator, held_out = clone(self.estimator), None
        if training.params and _routing_enabled():
            routed = process_routing(self, "fit", **training.params)
            training = training._replace(params=routed.estimator.fit)
        original = class_proportions(training)
        if self.sampler is not None:
            fraction = prepare_validation(estimator, self.sampler, len(training.y), training.params)
            if fraction is not None:
                training, held_out = hold_out(training, fraction, last_step(estimator))
        if training.weight is not None and not has_fit_parameter(estimator, "sample_weight"):
            training = self._repeat(training)
        self.sampler_ = encoder = None
        if self.sampler is not None:
            sampler = clone(self.sampler)
            training, encoder = self._resample(training, sampler)
            self.sampler_ = sampler if self.keep_table else _without_table(sampler)
        self.encoder_, self.estimator_ = self._fit_estimator(estimator, training, held_out, encoder)
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)  # from an earlier fit
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        if self._names is not None:
            self.classes_ = self._names[list(original)]
        resampled = class_proportions(training)
        self.prior_ = np.array(list(original.values()))
        self.resampled_prior_ = np.array([resampled.get(label, 0.0) for label in original])

    def _repeat(self, training: Training) -> Training:
        """Repeat samples by their weights, for a classifier that does not accept weights."""
        weight, name = training.weight, type(self.estimator).__name__
        assert weight is not None
        copied = bool((weight > 1).any())
        if (weight == np.floor(weight)).all() and not (copied and validates(self.estimator)):
            rows = np.repeat(np.arange(len(weight)), weight.astype(np.intp))
            return training.take(rows)._replace(weight=None)
        hint = (
            "Put only the last step of the pipeline into ResampledClassifier"
            if isinstance(self.estimator, Pipeline)
            else "Use a classifier with that parameter"
        )
        raise ValueError(
            f"sample_weight was passed, but fit of {name} has no parameter of that name. {hint}, "
            "pass whole numbers, which repeat rows, or leave the weights out."
        )

    def _resample(self, training: Training, sampler: Any) -> tuple[Training, TableEncoder | None]:
        """Return the resampled data, and the encoder of a sampler that needs one."""
        X, y, weight, params = training
        for name, value in params.items():
            if is_per_sample(name, value, len(y)):
                raise ValueError(
                    f"{name} has a value for each of the {len(y)} rows, but the synthetic rows of "
                    f"{type(sampler).__name__} have none: leave it out. Only sample_weight is "
                    "carried over to resampled rows."
                )
        names, encoder = self._names, None
        if not isinstance(sampler, BaseSampler):
            X, y, encoder = _resample_foreign(sampler, X, y, names)
        elif names is None:
            X, y = sampler.fit_resample(X, y)
        else:
            X, y = sampler.fit_resample(X, names[y])
            y = codes_of(np.asarray(y), names)
        weight = None if weight is None else resampled_weights(weight, sampler)
        return Training(X, np.asarray(y), weight, params), encoder

    def _fit_estimator(
        self,
        estimator: Any,
        training: Training,
        held_out: Training | None,
        encoder: TableEncoder | None,
    ) -> tuple[TableEncoder | None, Any]:
        """Return the encoder, if one is needed, and the fitted classifier."""
        training = training.map_evaluation(on_y=self._evaluation_labels)
        if encoder is None:
            first = clone(estimator)
            encoder, _, fitted = adapt(
                self.estimator,
                training.X,
                training.y,
                fit=lambda: fit_classifier(first, training, held_out),
            )
            if encoder is None:
                return None, fitted
            training = training._replace(X=encoder.fit_transform(training.X))
        training = training.map_evaluation(on_X=encoder.transform)
        if held_out is not None:
            held_out = held_out._replace(X=encoder.transform(held_out.X))
        # Without `fit` of the pipeline, whose handling of weights depends on metadata routing.
        return encoder, make_pipeline(encoder, fit_classifier(estimator, training, held_out))

    def _evaluation_labels(self, y: Any) -> Any:
        """Return the target of validation data as the classifier gets the training target."""
        labels = read_labels(y, _num_samples(y), type(self).__name__).labels
        return labels if self._names is None else codes_of(labels, self._names)

    def _fit_calibrated(self, training: Training, kept: npt.NDArray[np.intp]) -> None:
        """Fit on all samples, and a curve on the predictions for the holdout of each fold."""
        params = dict(training.params)
        groups = params.pop("groups", None)
        if self.sampler is not None:  # an error is raised before folds are fitted
            prepare_validation(clone(self.estimator), self.sampler, len(training.y), params)
        if not any(hasattr(self.estimator, m) for m in ("predict_proba", "decision_function")):
            raise ValueError(
                f"calibration={self.calibration!r} fits a curve to probabilities or decision "
                f"values, but {type(self.estimator).__name__} has neither predict_proba nor "
                "decision_function: use a classifier with one of them."
            )
        labels, codes = np.unique(training.y, return_inverse=True)
        names = labels if self._names is None else self._names[labels]
        folds = calibration_folds(self, training.X, codes, names, groups, kept)
        plain = clone(self).set_params(calibration=None)
        if training.weight is not None:
            params["sample_weight"] = training.weight
            if _routing_enabled():
                plain.set_fit_request(sample_weight=True)
        self.calibrated_ = CalibratedClassifierCV(
            CodedClassifier(plain, names), method=self.calibration, cv=folds, ensemble=False
        ).fit(training.X, codes, **params)
        self.calibrated_.set_params(cv=self.calibration_cv)  # positions of samples are not kept
        fitted = self.calibrated_.calibrated_classifiers_[0].estimator.model_
        for name, value in vars(fitted).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(self, name, value)

    def get_metadata_routing(self) -> MetadataRouter:
        """Get the metadata routing of the classifier's `fit` and of the folds' `split`.

        Returns
        -------
        routing : MetadataRouter
            The routing information.
        """
        fit = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        router.add(estimator=self.estimator, method_mapping=fit)
        if self.calibration in FITTED and hasattr(self.calibration_cv, "get_metadata_routing"):
            split = MethodMapping().add(caller="fit", callee="split")
            router.add(splitter=self.calibration_cv, method_mapping=split)
        return router

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Predict class labels.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Samples. They are not resampled.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Class labels. With a calibration, the most probable class under the original class
            frequencies.
        """
        check_is_fitted(self)
        if self.calibration is not None:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        predicted = self.estimator_.predict(X)
        return predicted if self._names is None else self._names[predicted]

    @_estimator_has("predict_proba")
    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict class probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Samples. They are not resampled.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Columns follow ``classes_``. Without a calibration, resampling shifts the
            probabilities towards oversampled classes.
        """
        check_is_fitted(self)
        if self.calibration in FITTED:
            return self.calibrated_.predict_proba(X)
        probabilities = self.estimator_.predict_proba(X)
        if self.calibration is None:
            return probabilities
        ratio, resampled = np.zeros_like(self.prior_), self.resampled_prior_
        np.divide(self.prior_, resampled, out=ratio, where=resampled > 0)
        corrected = probabilities * ratio
        total = corrected.sum(axis=1, keepdims=True)
        # Samples of which only classes without weight are probable stay as they are.
        return np.divide(corrected, total, out=probabilities.copy(), where=total > 0)

    @_estimator_has("predict_log_proba")
    def predict_log_proba(self, X: Any) -> npt.NDArray[np.floating]:
        """Predict the logarithms of class probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Samples. They are not resampled.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Columns follow ``classes_``.
        """
        check_is_fitted(self)
        if self.calibration is not None:
            with np.errstate(divide="ignore"):
                return np.log(self.predict_proba(X))
        return self.estimator_.predict_log_proba(X)

    @_estimator_has("decision_function")
    def decision_function(self, X: Any) -> npt.NDArray[np.floating]:
        """Compute decision values.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Samples. They are not resampled.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Decision values of the classifier.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the accuracy.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Samples. They are not resampled.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Sample weights.

        Returns
        -------
        accuracy : float
            The proportion of correct predictions.
        """
        predicted = self.predict(X)
        labels = read_labels(y, len(predicted), type(self).__name__).labels
        return float(np.average(labels == predicted, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        estimator = get_tags(self.estimator)
        sampler = [] if self.sampler is None else [_input_tags(self.sampler)]
        for name in ("sparse", "string"):
            allowed = all(getattr(one, name) for one in [estimator.input_tags, *sampler])
            setattr(tags.input_tags, name, allowed)
        # The encoder accepts what the classifier, and a sampler that needs it, do not.
        tags.input_tags.categorical = all(one.categorical for one in sampler)
        tags.input_tags.allow_nan = all(one.allow_nan or not _takes_text(one) for one in sampler)
        tags.classifier_tags = estimator.classifier_tags or tags.classifier_tags
        tags.classifier_tags.multi_label = False
        return tags


def _without_table(sampler: Any) -> Any:
    """Return a fitted sampler with only the provenance of its samples."""
    light = clone(sampler)
    for name in PROVENANCE:
        if hasattr(sampler, name):
            setattr(light, name, getattr(sampler, name))
    return light


def _input_tags(sampler: Any) -> InputTags:
    """Return what a sampler accepts, by its tags; numbers only if it has none."""
    return get_tags(sampler).input_tags if hasattr(sampler, "__sklearn_tags__") else InputTags()


def _takes_text(tags: InputTags) -> bool:
    """Return whether a sampler resamples categories itself."""
    return tags.string or tags.categorical


def _resample_foreign(
    sampler: Any, X: Any, y: npt.NDArray[Any], names: npt.NDArray[Any] | None
) -> tuple[Any, Any, TableEncoder | None]:
    """Resample by a sampler of another library; it gets codes of labels that have `names`.

    DataFrames become those of pandas, and tables that it cannot resample are encoded.
    """
    strategy = getattr(sampler, "sampling_strategy", None)
    if names is not None and isinstance(strategy, Mapping):
        code_of = {name: code for code, name in enumerate(names.tolist())}
        coded = {code_of.get(name, name): n for name, n in strategy.items()}
        sampler.set_params(sampling_strategy=coded)
    if is_frame(X) and not open_frame(X).implementation.is_pandas_like():
        import_extra("pandas", "cli")
        X = to_pandas(X)
    encoder = None
    if _takes_text(_input_tags(sampler)):
        X, y = sampler.fit_resample(X, y)
    else:
        with warnings.catch_warnings(record=True) as trial:
            encoder, reason, resampled = adapt(
                sampler, X, y, fit=lambda: sampler.fit_resample(X, y)
            )
        if encoder is None:
            for one in trial:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
            X, y = resampled
        else:
            X, y = sampler.fit_resample(encoder.set_params(impute=True).fit_transform(X), y)
            name = type(sampler).__name__
            warnings.warn(
                f"{name} gets the table from a TableEncoder: {reason}. In synthetic samples, "
                "encoded categories may be fractions. Samplers of skresample need no encoder.",
                UserWarning,
                stacklevel=2,
            )
    if names is not None:
        counts = getattr(sampler, "sampling_strategy_", {})
        sampler.sampling_strategy_ = {names.tolist()[k]: n for k, n in counts.items()}
    return X, y, encoder
