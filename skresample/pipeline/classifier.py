"""A sampler and a classifier as one scikit-learn classifier."""

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any, ClassVar, NamedTuple, Self

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
from sklearn.model_selection import check_cv, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    _is_arraylike,
    _num_samples,
    check_is_fitted,
    column_or_1d,
    has_fit_parameter,
)

from skresample.cleaning.base import HybridSampler
from skresample.pipeline.encoder import (
    TableEncoder,
    needs_encoder,
    takes_missing,
    takes_names_for_numbers,
)
from skresample.pipeline.validation import last_step, prepare_validation, trait_of, validates
from skresample.samplers.base import BaseSampler
from skresample.smote import SMOTE
from skresample.table import Target, read_labels, take_rows

__all__ = ["ResampledClassifier", "with_sampler"]

# The calibrations that are fitted to held-out rows.
FITTED = ("isotonic", "sigmoid")
# What stays of a fitted sampler, none of which holds values of the table.
PROVENANCE = (
    "categorical_features_",
    "feature_names_in_",
    "is_moved_",
    "is_synthetic_",
    "n_features_in_",
    "n_removed_",
    "parents_",
    "sample_indices_",
    "sampling_strategy_",
)
# Parameters of `fit` that hold tables, and targets, of rows to validate on.
TABLES = ("X_val", "eval_X")
TARGETS = ("y_val", "eval_y")
# One of these is a part of the name of each parameter that belongs to such rows.
EVALUATION = {"eval", "val", "valid", "validation"}


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
        Folds by group take ``fit(X, y, groups=...)``.
    keep_table : bool, default=False
        Whether `sampler_` keeps the rows that it was fitted on, for ``sampler_.sample``. They
        are then part of the classifier, also in a file that it is saved to.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Share of each class in the given rows, by weight if weights were given.
    resampled_prior_ : ndarray of shape (n_classes,)
        Share of each class in the rows that the classifier was fitted on.
    calibrated_ : CalibratedClassifierCV
        The fitted curves, with ``'sigmoid'`` and ``'isotonic'``; its classes are positions in
        ``classes_``.
    estimator_ : classifier
        The fitted classifier, or a pipeline of an encoder and the classifier.
    encoder_ : TableEncoder or None
        The fitted encoder, where the classifier needed one.
    sampler_ : sampler or None
        The fitted sampler, with ``parents_``, ``is_synthetic_`` and so on, but, unless
        `keep_table`, without the table. Positions are of the rows that it was fitted on, which
        are without those of weight 0 and those that were held out for early stopping.
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
    0.78
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit"])],  # some have predict only once they are fitted
        "sampler": [HasMethods(["fit_resample"]), None],
        "calibration": [StrOptions({"prior", *FITTED}), None],
        "calibration_cv": [
            Interval(Integral, 2, None, closed="left"),
            HasMethods(["split"]),
            "array-like",
        ],
        "keep_table": ["boolean"],
    }

    def __init__(
        self,
        estimator: Any,
        sampler: Any = None,
        *,
        calibration: str | None = None,
        calibration_cv: Any = 5,
        keep_table: bool = False,
    ):
        self.estimator = estimator
        self.sampler = sampler
        self.calibration = calibration
        self.calibration_cv = calibration_cv
        self.keep_table = keep_table

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Resample the rows and fit the classifier on them.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            The table. Frames may be of pandas, polars or pyarrow.
        y : array-like of shape (n_samples,)
            Class labels: numbers, strings, or anything that can be ordered, such as the
            intervals of :func:`pandas.cut`.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the classifier: rows that were given keep theirs, a synthetic row
            gets the mean of its parents', or of all rows if it has none. Rows of weight 0
            are left out of everything, as if they had not been passed. To a classifier
            without that parameter, a whole number is how often a row is repeated. The
            sampler does not see other weights.
        **fit_params : dict
            Passed to `fit` of the classifier, if metadata routing is enabled those that it
            requests. Validation rows (`eval_set`, `X_val`, ...) are encoded like the table
            and never resampled. ``groups`` goes to `calibration_cv`.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If the target is not of classes, weights are negative, all 0, or given to a
            classifier or a sampler that cannot use them, or there is nothing, or too little,
            to calibrate; if the classifier would validate on rows that are copies of its
            training rows, or made from them; or if a fit parameter has a value per row, which
            synthetic rows do not have.
            What the classifier itself raises is passed on, of a table with categories or
            missing values only if an encoder does not help.
        """
        if not is_classifier(self.estimator) and (
            is_regressor(self.estimator) or not hasattr(self.estimator, "predict")
        ):
            kind = "a regressor" if is_regressor(self.estimator) else "not a classifier"
            raise ValueError(
                f"{type(self.estimator).__name__} is {kind}, and {type(self).__name__} needs a "
                "classifier."
            )
        target = self._read_target(X, y)
        weight = None
        if sample_weight is not None:
            weight = _check_weights(sample_weight, X)
        if self.calibration == "prior" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"calibration='prior' corrects probabilities, and {type(self.estimator).__name__} "
                "has no predict_proba: use calibration='sigmoid'."
            )
        # Other labels than numbers and strings are codes inside.
        self._names = None if target.is_plain else target.classes
        training = _Rows(X, target.labels if target.is_plain else target.codes, weight, fit_params)
        kept = np.arange(len(target.codes))
        if weight is not None and not weight.all():
            kept = np.flatnonzero(weight)
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
                f"Multilabel and multioutput targets are not supported. y has {shape[1]} columns, "
                f"and {name} needs one class label per row, for example y.argmax(axis=1)."
            )
        if len(shape) == 2:
            y = column_or_1d(y, warn=True)
        try:
            n_rows = _num_samples(X)
        except TypeError:  # no table: the sampler or the classifier says what it is instead
            n_rows = _num_samples(y)
        return read_labels(y, n_rows, name)

    def _fit_resampled(self, training: "_Rows") -> None:
        """Resample rows and fit the classifier on what comes out."""
        estimator, held_out = clone(self.estimator), None
        if training.params and _routing_enabled():
            routed = process_routing(self, "fit", **training.params)
            training = training._replace(params=routed.estimator.fit)
        given = _shares(training.y, training.weight)
        if self.sampler is not None:
            fraction = prepare_validation(estimator, self.sampler, len(training.y), training.params)
            if fraction is not None:
                training, held_out = _hold_out(training, fraction, last_step(estimator))
        if training.weight is not None and not has_fit_parameter(estimator, "sample_weight"):
            training = self._repeat(training)
        self.sampler_ = None
        if self.sampler is not None:
            sampler = clone(self.sampler)
            training = self._resample(training, sampler)
            self.sampler_ = sampler if self.keep_table else _without_table(sampler)
        self.encoder_, self.estimator_ = self._fit_estimator(estimator, training, held_out)
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)  # of an earlier fit
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        resampled = _shares(training.y, training.weight)
        classes = sorted(given)  # as scikit-learn's classifiers have them
        if self._names is not None:
            self.classes_ = self._names[classes]
        self.prior_ = np.array([given[label] for label in classes])
        self.resampled_prior_ = np.array([resampled.get(label, 0.0) for label in classes])

    def _repeat(self, training: "_Rows") -> "_Rows":
        """Return rows as often as their weights say, for a classifier that takes none."""
        weight, name = training.weight, type(self.estimator).__name__
        assert weight is not None
        copied = bool((weight > 1).any())
        if (weight == np.floor(weight)).all() and not (copied and validates(self.estimator)):
            rows = np.repeat(np.arange(len(weight)), weight.astype(np.intp))
            return training.take(rows)._replace(weight=None)
        hint = (
            "Put only the last step of the pipeline into ResampledClassifier"
            if isinstance(self.estimator, Pipeline)
            else "Take a classifier with that parameter"
        )
        raise ValueError(
            f"sample_weight was given, and fit of {name} has no parameter of that name. {hint}, "
            "give whole numbers, which count as repetitions of rows, or leave the weights out."
        )

    def _resample(self, training: "_Rows", sampler: Any) -> "_Rows":
        """Return the rows that a sampler makes of some."""
        n_rows = len(training.y)
        for name, value in training.params.items():
            if _is_per_row(name, value, n_rows):
                raise ValueError(
                    f"{name} has a value for each of the {n_rows} rows, which rows of "
                    f"{type(sampler).__name__} do not have: leave it out. sample_weight alone is "
                    "carried over to resampled rows."
                )
        y = training.y
        if self._names is not None:
            if isinstance(sampler, BaseSampler):
                y = self._names[y]  # as the user calls them
            else:
                _know_codes(sampler, self._names)
        X, y = sampler.fit_resample(training.X, y)
        y = np.asarray(y)
        if self._names is not None and isinstance(sampler, BaseSampler):
            y = _codes_of(y, self._names)
        elif self._names is not None:
            counts = getattr(sampler, "sampling_strategy_", {})
            sampler.sampling_strategy_ = {self._names.tolist()[k]: n for k, n in counts.items()}
        weight = training.weight
        return _Rows(X, y, None if weight is None else _carry(weight, sampler), training.params)

    def _fit_calibrated(self, training: "_Rows", kept: npt.NDArray[np.intp]) -> None:
        """Fit to all rows, and a curve to what folds say of the rows that they leave out."""
        params = dict(training.params)
        groups = params.pop("groups", None)
        if self.sampler is not None:  # refused here already, before folds are fitted
            prepare_validation(clone(self.estimator), self.sampler, len(training.y), params)
        if not any(hasattr(self.estimator, m) for m in ("predict_proba", "decision_function")):
            raise ValueError(
                f"calibration={self.calibration!r} fits a curve to probabilities or decision "
                f"values, and {type(self.estimator).__name__} has neither predict_proba nor "
                "decision_function: use a classifier with one of them."
            )
        folds = self._folds(training, groups, kept)
        plain = clone(self).set_params(calibration=None)
        if training.weight is not None:
            params["sample_weight"] = training.weight
            if _routing_enabled():
                plain.set_fit_request(sample_weight=True)
        labels, codes = np.unique(training.y, return_inverse=True)
        names = labels if self._names is None else self._names[labels]
        self.calibrated_ = CalibratedClassifierCV(
            _OfCodes(plain, names), method=self.calibration, cv=folds, ensemble=False
        ).fit(training.X, codes, **params)
        self.calibrated_.set_params(cv=self.calibration_cv)  # which rows they were is not carried
        fitted = self.calibrated_.calibrated_classifiers_[0].estimator.model_
        for name, value in vars(fitted).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(self, name, value)

    def _folds(
        self, training: "_Rows", groups: Any, kept: npt.NDArray[np.intp]
    ) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Return the rows that are fitted on and those that are held out, fold by fold."""
        y, cv = training.y, self.calibration_cv
        labels, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        names = (labels if self._names is None else self._names[labels]).tolist()
        if isinstance(cv, Integral) and counts.min() < cv:
            raise ValueError(
                f"calibration={self.calibration!r} holds out rows of each class in {cv} folds, "
                f"and class {names[counts.argmin()]!r} has {counts.min()}: use a smaller "
                "calibration_cv, or calibration='prior', which holds out none."
            )
        try:
            if isinstance(cv, Integral) or hasattr(cv, "split"):
                splitter = check_cv(cv, codes, classifier=True)
                folds = list(splitter.split(training.X, codes, groups))
            else:
                folds = [_renumbered(fold, kept) for fold in cv]
        except (TypeError, ValueError, IndexError) as error:
            raise ValueError(f"calibration_cv cannot split the rows: {error}") from error
        if not folds:
            raise ValueError("calibration_cv makes no folds.")
        needed = _rows_needed(self.sampler)
        for train, _ in folds:
            left = np.bincount(codes[train], minlength=len(labels))
            few = [k for k in np.flatnonzero(left < needed) if _is_grown(self.sampler, names[k])]
            if few:
                raise ValueError(
                    f"calibration={self.calibration!r} fits on the rows that each of {len(folds)} "
                    f"folds leaves, and one leaves {left[few[0]]} of class {names[few[0]]!r} (of "
                    f"{counts[few[0]]}), of which {_name_of(self)} needs {needed}: use other "
                    "folds (calibration_cv), RandomOverSampler, which repeats rows, or "
                    "calibration='prior', which holds out none."
                )
        return folds

    def _fit_estimator(
        self, estimator: Any, training: "_Rows", held_out: "_Rows | None"
    ) -> tuple[Any, Any]:
        """Return the encoder, if one is needed, and the fitted classifier."""
        again = clone(estimator)
        names = self._names
        training = training.with_evaluation(on_y=lambda y: _labels_like(y, names))
        try:
            fitted = _fit(estimator, training, held_out)
        except Exception:  # libraries have errors of their own
            if not needs_encoder(training.X):
                raise
        else:
            if not takes_names_for_numbers(self.estimator, training.X, training.y):
                return None, fitted
        encoder = TableEncoder(impute=not takes_missing(self.estimator))
        encoder.set_output(transform="default").fit(training.X)
        training = training._replace(X=encoder.transform(training.X))
        training = training.with_evaluation(on_X=encoder.transform)
        if held_out is not None:
            held_out = held_out._replace(X=encoder.transform(held_out.X))
        # Not by the fit of a pipeline: how that takes weights depends on metadata routing.
        return encoder, make_pipeline(encoder, _fit(again, training, held_out))

    def get_metadata_routing(self) -> MetadataRouter:
        """Say which metadata goes where: to the classifier's `fit`, and to the folds' `split`.

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
        predicted = self.estimator_.predict(X)
        return predicted if self._names is None else self._names[predicted]

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

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the accuracy.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
            Rows, never resampled.
        y : array-like of shape (n_samples,)
            Their class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        accuracy : float
            The share of the rows that are predicted right.
        """
        predicted = self.predict(X)
        labels = read_labels(y, len(predicted), type(self).__name__).labels
        return float(np.average(labels == predicted, weights=sample_weight))

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
        tags.classifier_tags.multi_label = False
        return tags


class _OfCodes(ClassifierMixin, BaseEstimator):
    """A classifier whose labels are positions, around one that knows them by their names.

    The folds of CalibratedClassifierCV number the classes. The sampler and the classifier,
    whose parameters may name some, are to see the labels.

    Parameters
    ----------
    model : ResampledClassifier
        The classifier. It is cloned.
    names : ndarray of shape (n_classes,)
        The label of each code.
    """

    def __init__(self, model: ResampledClassifier, names: npt.NDArray[Any]):
        self.model = model
        self.names = names

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        self.model_ = clone(self.model).fit(X, self.names[y], sample_weight, **params)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.intp]:
        return _codes_of(self.model_.predict(X), self.names)

    @available_if(lambda self: hasattr(self.model, "predict_proba"))
    def predict_proba(self, X: Any) -> npt.NDArray[np.floating]:
        return self.model_.predict_proba(X)

    @available_if(lambda self: hasattr(self.model, "decision_function"))
    def decision_function(self, X: Any) -> npt.NDArray[np.floating]:
        return self.model_.decision_function(X)

    def get_metadata_routing(self) -> MetadataRouter:
        return self.model.get_metadata_routing()

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.model)


def with_sampler(estimator: Any, sampler: Any) -> Any:
    """Return a classifier that resamples: a search, or what else splits rows, around it.

    Parameters
    ----------
    estimator : classifier
        Perhaps a search, or a pipeline that ends in one.
    sampler : sampler
        What resamples.

    Returns
    -------
    model : classifier
        ``ResampledClassifier(estimator, sampler)``, or the search of such a classifier, with
        the steps before it inside. Not fitted.
    """
    front, last, prefix = [], estimator, "estimator__"
    if isinstance(estimator, Pipeline):
        *front, (name, last) = estimator.steps
        prefix += f"{name}__" if front else ""
    params = last.get_params(deep=False)
    if trait_of(last) in ("cv", "oob_score"):
        if params.get("estimator") is not None:
            inner = params["estimator"]
            inner = Pipeline([*front, (name, inner)]) if front else inner
            changed: dict[str, Any] = {"estimator": ResampledClassifier(inner, sampler)}
            for grid in {"param_grid", "param_distributions"} & set(params):
                many = isinstance(params[grid], list)
                longer = [
                    {prefix + key: values for key, values in one.items()}
                    for one in (params[grid] if many else [params[grid]])
                ]
                changed[grid] = longer if many else longer[0]
            return clone(last).set_params(**changed)
        if params.get("estimators") and not front:
            members = [
                (key, ResampledClassifier(one, sampler)) for key, one in params["estimators"]
            ]
            return clone(last).set_params(estimators=members)
    return ResampledClassifier(estimator, sampler)


class _Rows(NamedTuple):
    """Rows of a table and what belongs to them.

    Attributes
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n, n_features)
        The table.
    y : ndarray of shape (n,)
        Labels that classifiers take.
    weight : ndarray of shape (n,) or None
        Sample weights.
    params : dict
        Further parameters of the classifier's `fit`.
    """

    X: Any
    y: npt.NDArray[Any]
    weight: npt.NDArray[np.floating] | None
    params: dict[str, Any]

    def take(self, rows: npt.NDArray[np.intp]) -> "_Rows":
        """Return some rows."""
        params = {
            name: take_rows(value, rows) if _is_per_row(name, value, len(self.y)) else value
            for name, value in self.params.items()
        }
        X = self.X.tocsr() if sparse.issparse(self.X) else self.X
        weight = None if self.weight is None else self.weight[rows]
        return _Rows(take_rows(X, rows), self.y[rows], weight, params)

    def with_evaluation(
        self, on_X: Callable[[Any], Any] | None = None, on_y: Callable[[Any], Any] | None = None
    ) -> "_Rows":
        """Return the rows with other evaluation rows, as LightGBM, XGBoost and others have them."""
        on_X, on_y = on_X or _same, on_y or _same
        params = dict(self.params)
        for name, value in params.items():
            last = name.split("__")[-1]
            if value is None:
                continue
            if last == "eval_set":
                # CatBoost takes a single pair, too. What else it takes cannot be looked into.
                single = isinstance(value, tuple) and len(value) == 2
                single = single and not isinstance(value[0], tuple)
                pairs = [value] if single else value
                if isinstance(pairs, list | tuple) and all(
                    isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
                ):
                    mapped = [(on_X(X), on_y(y)) for X, y in pairs]
                    params[name] = mapped[0] if single else mapped
            elif last in TABLES or last in TARGETS:
                change = on_X if last in TABLES else on_y
                many = isinstance(value, tuple)
                params[name] = tuple(map(change, value)) if many else change(value)
        return self._replace(params=params)


def _same(value: Any) -> Any:
    return value


def _is_per_row(name: str, value: Any, n_rows: int) -> bool:
    """Say whether a parameter of `fit` has a value per row of the table."""
    if EVALUATION & set(name.split("__")[-1].split("_")):
        return False
    if isinstance(value, str | Mapping) or not _is_arraylike(value):
        return False
    return np.shape(value) != () and _num_samples(value) == n_rows


def _labels_like(y: Any, names: npt.NDArray[Any] | None) -> Any:
    """Return labels of evaluation rows as the classifier gets those of its training rows."""
    labels = read_labels(y, _num_samples(y), "ResampledClassifier").labels
    return labels if names is None else _codes_of(labels, names)


def _codes_of(labels: npt.NDArray[Any], names: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    number = {name: code for code, name in enumerate(names.tolist())}
    unknown = sorted(set(labels.tolist()) - set(number))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a class of y: the classes are {list(number)}.")
    return np.array([number[label] for label in labels.tolist()], dtype=np.intp)


def _know_codes(sampler: Any, names: npt.NDArray[Any]) -> None:
    """Tell a sampler that classes are called by their position from now on."""
    strategy = getattr(sampler, "sampling_strategy", None)
    if isinstance(strategy, Mapping):
        number = {name: code for code, name in enumerate(names.tolist())}
        sampler.set_params(
            sampling_strategy={number.get(name, name): n for name, n in strategy.items()}
        )


def _check_weights(sample_weight: Any, X: Any) -> npt.NDArray[np.floating]:
    if not np.asarray(sample_weight).any():
        raise ValueError(
            "sample_weight is zero for all rows, which leaves none to fit on: give some rows a "
            "positive weight."
        )
    weight = _check_sample_weight(sample_weight, X)
    if (weight < 0).any():
        raise ValueError(
            f"sample_weight is negative for {np.count_nonzero(weight < 0)} of {len(weight)} rows: "
            "give weights of at least 0, of which 0 leaves a row out."
        )
    return weight


def _renumbered(
    fold: Any, kept: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return a fold of positions in a table as positions among those of its rows that are kept."""
    place = np.full(int(kept.max()) + 1, -1)
    place[kept] = np.arange(len(kept))
    train, test = (np.arange(len(place))[rows] for rows in fold)
    return place[train[np.isin(train, kept)]], place[test[np.isin(test, kept)]]


def _without_table(sampler: Any) -> Any:
    """Return a fitted sampler that only knows where its rows come from."""
    light = clone(sampler)
    for name in PROVENANCE:
        if hasattr(sampler, name):
            setattr(light, name, getattr(sampler, name))
    return light


def _name_of(model: ResampledClassifier) -> str:
    return type(model.estimator if model.sampler is None else model.sampler).__name__


def _rows_needed(sampler: Any) -> int:
    """Return how many rows of a class a sampler needs, as far as it is known."""
    if isinstance(sampler, HybridSampler):
        sampler = sampler.smote or SMOTE
    return max(1, getattr(sampler, "_min_rows", 1))


def _is_grown(sampler: Any, label: Any) -> bool:
    strategy = getattr(sampler, "sampling_strategy", None)
    return label in strategy if isinstance(strategy, Mapping) else True


def _hold_out(training: _Rows, fraction: Any, estimator: Any) -> tuple[_Rows, _Rows]:
    """Split rows before they are resampled, as the estimator would have split them."""
    labels, counts = np.unique(training.y, return_counts=True)
    if counts.min() < 2:
        raise ValueError(
            f"{type(estimator).__name__} stops early by rows of each class that are held out, and "
            f"class {labels.tolist()[counts.argmin()]!r} has 1 row: set early_stopping=False, or "
            "leave out the class."
        )
    train, test = train_test_split(
        np.arange(len(training.y)),
        test_size=fraction,
        stratify=training.y,
        random_state=estimator.get_params(deep=False).get("random_state"),
    )
    return training.take(np.sort(train)), training.take(np.sort(test))


def _fit(estimator: Any, training: _Rows, held_out: _Rows | None) -> Any:
    """Fit an estimator, and give it the rows that were held out."""
    X, y, weight, params = training
    if held_out is not None and isinstance(estimator, Pipeline):
        # The rows go through the steps before the last one, which a pipeline would not do.
        name, last = estimator.steps[-1]
        prefix = f"{name}__"
        inner = {k.removeprefix(prefix): v for k, v in params.items() if k.startswith(prefix)}
        outer = {k: v for k, v in params.items() if not k.startswith(prefix)}
        if len(estimator.steps) > 1:
            front = estimator[:-1]
            X = front.fit_transform(X, y, **outer)
            held_out = held_out._replace(X=front.transform(held_out.X))
            estimator.steps[:-1] = front.steps
        _fit(last, _Rows(X, y, weight, inner), held_out)
        return estimator
    params = dict(params)
    if weight is not None:
        params["sample_weight"] = weight
    if held_out is not None:
        params |= {"X_val": held_out.X, "y_val": held_out.y}
        if held_out.weight is not None:
            params["sample_weight_val"] = held_out.weight
    return estimator.fit(X, y, **params)


def _carry(weights: npt.NDArray[np.floating], sampler: Any) -> npt.NDArray[np.floating]:
    """Return the weights of the rows that a sampler gave out."""
    if hasattr(sampler, "is_synthetic_"):
        kept = sampler.sample_indices_[~sampler.is_synthetic_]
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


def _shares(y: npt.NDArray[Any], sample_weight: Any) -> dict[Any, float]:
    """Return the share of each class, by weight."""
    labels, codes = np.unique(y, return_inverse=True)
    total = np.bincount(codes, weights=sample_weight)
    return dict(zip(labels.tolist(), (total / total.sum()).tolist(), strict=True))
