"""ResampledClassifier."""

import enum
import pickle
from datetime import date
from decimal import Decimal
from inspect import signature
from typing import ClassVar

import imblearn.over_sampling
import imblearn.under_sampling
import imblearn.utils.estimator_checks as imblearn_checks
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn.utils.estimator_checks as sklearn_checks
from lightgbm import LGBMClassifier
from samplers import blobs
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.feature_selection import RFECV, SelectFromModel
from sklearn.linear_model import (
    LassoCV,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
    cross_validate,
    train_test_split,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.validation import check_array

from skresample import (
    ROSE,
    SMOTE,
    SMOTEENN,
    SMOTEIPF,
    RandomOverSampler,
    ResampledClassifier,
    TableEncoder,
    compare,
)
from skresample.pipeline.nesting import with_sampler


@pytest.fixture
def table():
    return make_classification(300, weights=[0.9], random_state=0)


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_, self.sample_weight_ = X, y, sample_weight
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        self.predicted_on_ = X
        return np.full(len(X), self.classes_[0])


def expected_failures(model):
    if model.sampler is None:
        return {}
    reason = "a sampler counts rows: weights and repeated rows differ for it"
    return {
        "check_sample_weight_equivalence_on_dense_data": reason,
        "check_sample_weight_equivalence_on_sparse_data": reason,
    }


MODELS = [
    ResampledClassifier(LogisticRegression(max_iter=1000), sampler)
    for sampler in (None, SMOTE(random_state=0), RandomOverSampler(random_state=0))
]
MODELS.append(ResampledClassifier(LogisticRegression(max_iter=1000), calibration="prior"))


@pytest.mark.filterwarnings("ignore:SMOTE. k_neighbors asks for:UserWarning")
@sklearn_checks.parametrize_with_checks(MODELS, expected_failed_checks=expected_failures)
def test_scikit_learn(estimator, check):
    check(estimator)


@imblearn_checks.parametrize_with_checks(MODELS)
def test_imbalanced_learn(estimator, check):
    check(estimator)


def test_resamples_in_fit_only(table):
    X, y = table
    model = ResampledClassifier(Recorder(), SMOTE(random_state=0)).fit(X, y)
    X_res, y_res = SMOTE(random_state=0).fit_resample(X, y)
    np.testing.assert_array_equal(model.estimator_.X_, X_res)
    np.testing.assert_array_equal(model.estimator_.y_, y_res)
    model.predict(X[:7])
    np.testing.assert_array_equal(model.estimator_.predicted_on_, X[:7])


def test_no_sampler_is_the_classifier_itself(table):
    X, y = table
    alone = LogisticRegression().fit(X, y)
    wrapped = ResampledClassifier(LogisticRegression()).fit(X, y)
    np.testing.assert_array_equal(wrapped.predict_proba(X), alone.predict_proba(X))
    assert wrapped.sampler_ is None


def test_originals_keep_their_weight_and_synthetic_rows_get_the_mean_of_their_parents(table):
    X, y = table
    weights = np.random.default_rng(0).random(len(y))
    model = ResampledClassifier(Recorder(), SMOTE(random_state=0)).fit(X, y, sample_weight=weights)
    carried = model.estimator_.sample_weight_
    np.testing.assert_array_equal(carried[: len(y)], weights)
    by_hand = [(weights[a] + weights[b]) / 2 for a, b in model.sampler_.parents_]
    np.testing.assert_allclose(carried[len(y) :], by_hand)


def test_weights_follow_repeated_and_removed_rows(table):
    X, y = table
    weights = np.arange(1.0, len(y) + 1)
    over = ResampledClassifier(Recorder(), RandomOverSampler(random_state=0))
    carried = over.fit(X, y, sample_weight=weights).estimator_.sample_weight_
    np.testing.assert_array_equal(carried, weights[over.sampler_.sample_indices_])
    under = imblearn.under_sampling.RandomUnderSampler(random_state=0)
    under = ResampledClassifier(Recorder(), under).fit(X, y, sample_weight=weights)
    kept = under.sampler_.sample_indices_
    np.testing.assert_array_equal(under.estimator_.sample_weight_, weights[kept])


def test_unsupported_weights_raise_an_error(table):
    X, y = table
    weights = np.full(len(y), 0.5)
    with pytest.raises(ValueError, match=r"KNeighborsClassifier has no parameter.*whole numbers"):
        ResampledClassifier(KNeighborsClassifier(), SMOTE()).fit(X, y, sample_weight=weights)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    with pytest.raises(
        ValueError, match="Put only the last step of the pipeline into ResampledClassifier"
    ):
        ResampledClassifier(pipeline, SMOTE()).fit(X, y, sample_weight=weights)
    tomek = imblearn.under_sampling.ClusterCentroids(random_state=0)
    with pytest.raises(
        ValueError, match="ClusterCentroids does not report where its rows come from"
    ):
        ResampledClassifier(LogisticRegression(), tomek).fit(X, y, sample_weight=weights)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (-1.0, "sample_weight is negative for 300 of 300 rows"),
        (0.0, "sample_weight is zero for all rows"),
        (np.nan, "sample_weight contains NaN"),
    ],
)
def test_invalid_weights_raise_an_error(table, weight, said):
    X, y = table
    for sampler in (None, SMOTE()):
        with pytest.raises(ValueError, match=said):
            ResampledClassifier(LogisticRegression(), sampler).fit(X, y, np.full(len(y), weight))


class TestWeightZero:
    """A row of weight 0 has no effect."""

    @pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, pl.DataFrame, sparse.csr_array])
    @pytest.mark.parametrize("calibration", [None, "prior", "sigmoid"])
    def test_is_the_same_as_leaving_the_row_out(self, table, make, calibration):
        X, y = table
        weight = np.where(np.arange(len(y)) % 3, 1.0, 0.0)
        model = ResampledClassifier(
            LogisticRegression(), SMOTE(random_state=0), calibration=calibration
        )
        without = clone(model).fit(make(X[weight > 0]), y[weight > 0])
        model.fit(make(X), y, sample_weight=weight)
        np.testing.assert_allclose(
            model.predict_proba(make(X)), without.predict_proba(make(X)), rtol=1e-6
        )
        np.testing.assert_array_equal(model.prior_, without.prior_)
        assert model.sampler_.is_synthetic_.sum() == without.sampler_.is_synthetic_.sum()

    @pytest.mark.parametrize("inside", [DecisionTreeClassifier(), KNeighborsClassifier()])
    def test_out_of_bag_scores_of_noise_are_those_of_noise(self, inside):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(300, 3)), np.repeat([0, 1], [240, 60])
        model = ResampledClassifier(inside, RandomOverSampler(random_state=0))
        bagging = BaggingClassifier(model, n_estimators=30, oob_score=True, random_state=0)
        found = bagging.fit(X, y).oob_decision_function_[:, 1]
        assert roc_auc_score(y, found) == pytest.approx(0.5, abs=0.1)

    def test_the_encoder_does_not_see_the_row(self, mixed):
        frame, y = mixed
        frame.loc[0, "town"] = "Atlantis"
        weight = np.arange(len(y)) > 0
        model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0))
        model.fit(frame, y, sample_weight=weight)
        assert "town_Atlantis" not in model.encoder_.get_feature_names_out()

    @pytest.mark.filterwarnings("ignore:divide by zero encountered in log")  # by AdaBoost
    @pytest.mark.parametrize("routing", [False, True])
    def test_in_other_estimators(self, table, routing):
        X, y = table
        weight = np.where(np.arange(len(y)) % 3, 1.0, 0.0)
        with config_context(enable_metadata_routing=routing):
            model = ResampledClassifier(DecisionTreeClassifier(max_depth=1, random_state=0), Spy())
            if routing:
                model.set_fit_request(sample_weight=True)
            for around in (
                StackingClassifier([("a", model)], LogisticRegression(), cv=2, passthrough=True),
                VotingClassifier([("a", model)], voting="soft"),
                CalibratedClassifierCV(model, cv=2),
                BaggingClassifier(model, n_estimators=2, random_state=0),
                AdaBoostClassifier(model, n_estimators=2),
            ):
                if routing and isinstance(around, StackingClassifier):
                    around.final_estimator.set_fit_request(sample_weight=True)
                if routing and isinstance(around, AdaBoostClassifier):
                    continue  # which has no routing
                Spy.seen.clear()
                around.fit(X, y, sample_weight=weight)
                assert Spy.seen
                absent = set(X[weight == 0, 0].tolist())
                assert not absent & Spy.seen
                assert around.predict_proba(X).shape == (len(y), 2)

    def test_integer_weights_repeat_rows_for_a_classifier_without_weights(self, table):
        X, y = table
        weight = np.arange(len(y)) % 3
        model = ResampledClassifier(KNeighborsClassifier(), SMOTE(random_state=0))
        repeated = clone(model).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
        model.fit(X, y, sample_weight=weight)
        np.testing.assert_array_equal(model.predict_proba(X), repeated.predict_proba(X))
        search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 3]})
        with pytest.raises(ValueError, match="GridSearchCV has no parameter of that name"):
            ResampledClassifier(search).fit(X, y, sample_weight=weight)

    @pytest.mark.parametrize("calibration", [None, "prior", "sigmoid"])
    def test_a_class_may_disappear(self, calibration):
        X, y = blobs((60, 40, 30))
        labels = np.array(["a", "b", "c"])[y]
        model = ResampledClassifier(
            LogisticRegression(), SMOTE(random_state=0), calibration=calibration
        )
        model.fit(X, labels, sample_weight=labels != "b")
        assert model.classes_.tolist() == ["a", "c"]
        assert model.predict_proba(X).shape == (130, 2)
        assert set(model.predict(X)) == {"a", "c"}
        bagging = BaggingClassifier(
            ResampledClassifier(LogisticRegression(), RandomOverSampler()),
            5,
            max_samples=20,
            random_state=0,
        )
        y_rare = np.where(np.arange(130) == 0, "rare", labels)
        assert bagging.fit(X, y_rare).predict_proba(X).shape == (130, 4)

    def test_folds_of_positions_refer_to_the_whole_table(self, table):
        X, y = table
        here = np.arange(len(y)) % 3 > 0
        half = np.arange(len(y)) % 2 == 0
        folds = [(np.flatnonzero(half), np.flatnonzero(~half)), (~half, half)]
        inside = [(half[here], ~half[here]), (~half[here], half[here])]
        model = ResampledClassifier(
            LogisticRegression(), SMOTE(random_state=0), calibration="sigmoid"
        )
        model.set_params(calibration_cv=folds).fit(X, y, sample_weight=here)
        without = clone(model).set_params(calibration_cv=inside).fit(X[here], y[here])
        np.testing.assert_allclose(model.predict_proba(X), without.predict_proba(X))


class Spy(RandomOverSampler):
    """Remembers the first column of what it resamples, over all clones."""

    seen: ClassVar[set] = set()

    def fit_resample(self, X, y):
        self.seen.update(np.asarray(X)[:, 0].tolist())
        return super().fit_resample(X, y)


takes_validation = pytest.mark.skipif(
    "X_val" not in signature(HistGradientBoostingClassifier.fit).parameters,
    reason="before scikit-learn 1.7, boosting takes no validation rows",
)


class TestValidationInside:
    """Classifiers that validate get original rows as a holdout, or raise an error."""

    @takes_validation
    @pytest.mark.parametrize("pipeline", [False, True])
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("calibration", [None, "prior"])
    def test_rows_are_held_out_before_the_others_are_resampled(
        self, pipeline, weighted, calibration
    ):
        X, y = make_classification(400, weights=[0.9], flip_y=0.1, random_state=0)
        boosting = HistGradientBoostingClassifier(
            early_stopping=True, validation_fraction=0.25, random_state=0
        )
        estimator = make_pipeline(StandardScaler(), boosting) if pipeline else boosting
        sampler = RandomOverSampler(random_state=0)
        model = ResampledClassifier(estimator, sampler, calibration=calibration)
        weight = np.random.default_rng(0).random(400) + 0.5 if weighted else None
        model.fit(X, y, sample_weight=weight) if not pipeline else model.fit(X, y)
        train, test = train_test_split(np.arange(400), test_size=0.25, stratify=y, random_state=0)
        train, test = np.sort(train), np.sort(test)
        X_new, y_new = clone(sampler).fit_resample(X[train], y[train])
        scaler = StandardScaler().fit(X_new)
        on = scaler.transform if pipeline else np.asarray
        weights = {}
        if weighted and not pipeline:
            of_rows = weight[train][model.sampler_.sample_indices_]
            weights = {"sample_weight": of_rows, "sample_weight_val": weight[test]}
        by_hand = clone(boosting).fit(on(X_new), y_new, X_val=on(X[test]), y_val=y[test], **weights)
        fitted = model.estimator_[-1] if pipeline else model.estimator_
        assert fitted.n_iter_ == by_hand.n_iter_ < 100
        np.testing.assert_array_equal(
            model.estimator_.predict_proba(X), by_hand.predict_proba(on(X))
        )
        np.testing.assert_allclose(model.prior_.sum(), 1)

    @takes_validation
    def test_rows_held_out_go_through_the_encoder(self, mixed):
        frame, y = mixed
        boosting = HistGradientBoostingClassifier(early_stopping=True, random_state=0)
        model = ResampledClassifier(boosting, RandomOverSampler(random_state=0)).fit(frame, y)
        assert model.encoder_ is not None
        assert model.estimator_[-1].n_iter_ < 100
        assert len(model.sampler_.sample_indices_) == 2 * 72

    @takes_validation
    def test_auto_is_decided_by_the_rows_that_were_given(self, table, monkeypatch):
        X, y = table
        model = ResampledClassifier(
            HistGradientBoostingClassifier(max_iter=2), RandomOverSampler(random_state=0)
        )
        for n_rows, stops in [(len(y), False), (len(y) - 1, True)]:
            monkeypatch.setattr("skresample.pipeline.validation.MANY_ROWS", n_rows)
            assert model.fit(X, y).estimator_.do_early_stopping_ is stops
        assert model.estimator.early_stopping == "auto"

    @takes_validation
    def test_one_row_of_a_class_cannot_be_held_out(self):
        X, y = blobs((50, 1))
        boosting = HistGradientBoostingClassifier(early_stopping=True)
        model = ResampledClassifier(boosting, RandomOverSampler())
        with pytest.raises(ValueError, match=r"class 1 has 1 row: set early_stopping=False"):
            model.fit(X, y)

    REFUSED: ClassVar[list] = [
        (
            GridSearchCV(LogisticRegression(), {"C": [1, 2]}),
            r"GridSearchCV\(ResampledClassifier\(LogisticRegression\(\), RandomOverSampler\(\)\), "
            r"\{'estimator__C'",
        ),
        (
            RandomizedSearchCV(LogisticRegression(), [{"C": [1, 2]}]),
            r"RandomizedSearchCV\(ResampledClassifier\(.*'estimator__C'",
        ),
        (LogisticRegressionCV(), r"GridSearchCV\(ResampledClassifier\(LogisticRegression\(\)"),
        (RidgeClassifierCV(), r"GridSearchCV\(ResampledClassifier\(RidgeClassifier\(\)"),
        (
            TunedThresholdClassifierCV(LogisticRegression()),
            r"TunedThresholdClassifierCV\(ResampledClassifier\(LogisticRegression",
        ),
        (
            CalibratedClassifierCV(LogisticRegression()),
            r"CalibratedClassifierCV\(ResampledClassifier\(LogisticRegression",
        ),
        (
            StackingClassifier([("lr", LogisticRegression())]),
            r"StackingClassifier\(\[\('lr', ResampledClassifier\(LogisticRegression",
        ),
        (RandomForestClassifier(oob_score=True), "oob_score=False and cross-validate"),
        (
            BaggingClassifier(oob_score=True),
            r"BaggingClassifier\(ResampledClassifier\(DecisionTreeClassifier\(\), .*oob_score=True",
        ),
        (GradientBoostingClassifier(n_iter_no_change=3), "n_iter_no_change=None"),
        (MLPClassifier(early_stopping=True), "early_stopping=False"),
        (SGDClassifier(early_stopping=True), "early_stopping=False"),
        (make_pipeline(StandardScaler(), Perceptron(early_stopping=True)), "early_stopping=False"),
        (
            make_pipeline(RFECV(LogisticRegression()), LogisticRegression()),
            r"in front: make_pipeline\(RFECV\(...\), ResampledClassifier",
        ),
        (
            make_pipeline(SelectFromModel(LassoCV()), LogisticRegression()),
            r"LassoCV validates.*in front: make_pipeline\(SelectFromModel\(...\), Resampled",
        ),
        (
            BaggingClassifier(HistGradientBoostingClassifier(early_stopping=True)),
            r"inside: ResampledClassifier\(HistGradientBoostingClassifier\(...\)",
        ),
    ]

    @pytest.mark.parametrize(("estimator", "said"), REFUSED, ids=lambda v: type(v).__name__)
    @pytest.mark.parametrize("calibration", [None, "isotonic"])
    def test_other_validation_raises_an_error_with_a_remedy(
        self, table, estimator, said, calibration
    ):
        model = ResampledClassifier(estimator, RandomOverSampler(), calibration=calibration)
        with pytest.raises(ValueError, match=said) as caught:
            model.fit(*table)
        assert "validates on rows that it holds out of its training data" in str(caught.value)

    def test_without_a_sampler_validation_is_unchanged(self, table):
        search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]})
        model = ResampledClassifier(search).fit(*table)
        assert model.estimator_.best_score_ == search.fit(*table).best_score_
        boosting = HistGradientBoostingClassifier(max_iter=2)
        model = ResampledClassifier(boosting).fit(*table)
        assert model.estimator_.early_stopping == "auto"

    def test_classifiers_that_do_not_validate_are_fitted(self, table):
        for estimator in (
            MLPClassifier((2,), tol=1, n_iter_no_change=2, random_state=0),
            SGDClassifier(n_iter_no_change=2),
            GradientBoostingClassifier(n_estimators=2),
            BaggingClassifier(n_estimators=2),
            HistGradientBoostingClassifier(
                max_iter=2, early_stopping=True, validation_fraction=None
            ),
        ):
            model = ResampledClassifier(estimator, RandomOverSampler()).fit(*table)
            assert model.predict(table[0]).shape == (300,)

    def test_with_sampler_nests_as_the_remedy_says(self, table):
        X, y = table
        sampler = RandomOverSampler(random_state=0)
        tree = DecisionTreeClassifier(random_state=0)
        grid = {"max_depth": [1, 2]}
        long = {"estimator__max_depth": [1, 2]}
        by_hand = GridSearchCV(ResampledClassifier(tree, sampler), long).fit(X, y)
        search = with_sampler(GridSearchCV(tree, grid), sampler).fit(X, y)
        assert search.best_score_ == by_hand.best_score_
        pipeline = make_pipeline(StandardScaler(), GridSearchCV(tree, [grid]))
        search = with_sampler(pipeline, sampler).fit(X, y)
        assert set(search.best_params_) == {"estimator__gridsearchcv__max_depth"}
        stack = with_sampler(StackingClassifier([("a", tree)]), sampler).fit(X, y)
        assert isinstance(stack.estimators_[0], ResampledClassifier)
        assert isinstance(with_sampler(tree, sampler), ResampledClassifier)
        bagging = with_sampler(BaggingClassifier(tree, oob_score=True), sampler)
        assert isinstance(bagging.estimator, ResampledClassifier)

    def test_in_a_comparison(self, mixed):
        frame, y = mixed
        inner = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
        grid = {"decisiontreeclassifier__max_depth": [1, 2]}
        estimators = {"search": GridSearchCV(inner, grid, cv=2)}
        result = compare(
            frame, y, samplers=SMOTE(), estimators=estimators, cv=2, random_state=0, n_jobs=1
        )
        assert np.isfinite(result.scores[0, result.methods.index("SMOTE")]).all()


class Evaluated(Recorder):
    """Remembers its validation data."""

    def fit(self, X, y, sample_weight=None, *, eval_set=None, X_val=None, init_score=None):
        self.eval_set_, self.X_val_, self.init_score_ = eval_set, X_val, init_score
        return super().fit(check_array(X), y, sample_weight)


class TestFitParameters:
    @pytest.mark.filterwarnings("ignore:The argument 'eval_set' is deprecated")
    @pytest.mark.filterwarnings("ignore:X does not have valid feature names, but LGBM")
    @pytest.mark.parametrize("calibration", [None, "sigmoid"])
    def test_evaluation_rows_are_never_resampled(self, table, calibration):
        X, y = table
        model = ResampledClassifier(
            LGBMClassifier(n_estimators=50, early_stopping_round=2, verbose=-1),
            RandomOverSampler(random_state=0),
            calibration=calibration,
        )
        model.fit(X[:200], y[:200], eval_set=[(X[200:], y[200:])])
        X_new, y_new = RandomOverSampler(random_state=0).fit_resample(X[:200], y[:200])
        by_hand = clone(model.estimator).fit(X_new, y_new, eval_set=[(X[200:], y[200:])])
        assert model.estimator_.best_iteration_ == by_hand.best_iteration_ < 50

    def test_evaluation_rows_go_through_the_encoder(self, mixed):
        frame, y = mixed
        bands = pd.cut(np.where(y == "few", 10, 30), [0, 18, 65])
        model = ResampledClassifier(Evaluated(), SMOTE(random_state=0))
        pair = frame[90:], bands[90:]
        model.fit(frame, bands, eval_set=[pair], X_val=frame[95:])
        fitted = model.estimator_[-1]
        [(X_eval, y_eval)] = fitted.eval_set_
        np.testing.assert_array_equal(X_eval, model.encoder_.transform(frame[90:]))
        np.testing.assert_array_equal(fitted.X_val_, model.encoder_.transform(frame[95:]))
        assert y_eval.tolist() == [1] * 10
        model.fit(frame, bands, eval_set=pair)
        assert model.estimator_[-1].eval_set_[0].shape == X_eval.shape
        with pytest.raises(ValueError, match="is not a class of y"):
            model.fit(frame, bands, eval_set=[(frame, pd.cut([99] * 100, [65, 100]))])

    def test_values_per_row_raise_an_error_or_follow_their_rows(self, table):
        X, y = table
        score = np.arange(len(y))
        with pytest.raises(ValueError, match=r"init_score has a value for each of the 300 rows"):
            ResampledClassifier(Evaluated(), SMOTE()).fit(X, y, init_score=score)
        model = ResampledClassifier(Evaluated())
        model.fit(X, y, score > 9, init_score=score, X_val=X)
        np.testing.assert_array_equal(model.estimator_.init_score_, score[10:])
        assert model.estimator_.X_val_ is X

    def test_routed(self, table):
        X, y = table
        with config_context(enable_metadata_routing=True):
            model = ResampledClassifier(Evaluated(), SMOTE(random_state=0))
            with pytest.raises(UnsetMetadataPassedError, match="eval_set"):
                model.fit(X, y, eval_set=[(X, y)])
            estimator = Evaluated().set_fit_request(eval_set="validation")
            model = ResampledClassifier(estimator, SMOTE(random_state=0))
            model.fit(X, y, validation=[(X[:9], y[:9])])
            assert len(model.estimator_.eval_set_[0][0]) == 9
            params = {"validation": [(X[:9], y[:9])]}
            cross_validate(model, X, y, params=params, error_score="raise", cv=2)

    def test_unknown_ones_are_named(self, table):
        with pytest.raises(TypeError, match="nonsense"):
            ResampledClassifier(LogisticRegression(), SMOTE()).fit(*table, nonsense=1)


def test_works_in_scikit_learn_pipelines(table):
    X, y = table
    model = make_pipeline(
        StandardScaler(), ResampledClassifier(LogisticRegression(), SMOTE(random_state=0))
    )
    result = cross_validate(model, X, y, scoring=["balanced_accuracy", "average_precision"])
    plain = make_pipeline(StandardScaler(), LogisticRegression())
    before = cross_validate(plain, X, y, scoring="balanced_accuracy")
    assert result["test_balanced_accuracy"].mean() > before["test_score"].mean()


def test_search_over_parameters_samplers_and_none(table):
    X, y = table
    model = ResampledClassifier(DecisionTreeClassifier(random_state=0), SMOTE(random_state=0))
    grid = [
        {"sampler__k_neighbors": [1, 3]},
        {"sampler": [None, RandomOverSampler(random_state=0)], "estimator__max_depth": [2]},
    ]
    search = GridSearchCV(model, grid, scoring="f1", error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert len(set(search.cv_results_["mean_test_score"])) > 1


def test_cross_validation_passes_weights(table):
    X, y = table
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=3))
    heavy = np.where(y == 1, 100.0, 1.0)
    scores = [
        cross_validate(model, X, y, scoring="recall", params=params)["test_score"].mean()
        for params in ({}, {"sample_weight": heavy})
    ]
    assert scores[1] > scores[0]


def test_has_the_methods_of_its_classifier(table):
    X, y = table
    machine = ResampledClassifier(LinearSVC(), SMOTE(random_state=0))
    assert hasattr(machine, "decision_function")
    assert not hasattr(machine, "predict_proba")
    assert machine.fit(X, y).decision_function(X).shape == (len(y),)
    logistic = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
    np.testing.assert_allclose(np.exp(logistic.predict_log_proba(X)), logistic.predict_proba(X))


def test_frames_and_string_labels(table):
    X, y = table
    frame = pd.DataFrame(X).add_prefix("x")
    labels = pd.Series(np.where(y == 1, "ill", "well"), dtype="category")
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, labels)
    assert model.classes_.tolist() == ["ill", "well"]
    assert model.feature_names_in_.tolist() == frame.columns.tolist()
    assert set(model.predict(frame)) == {"ill", "well"}


def test_the_sampler_given_is_not_fitted(table):
    sampler = SMOTE(random_state=0)
    ResampledClassifier(LogisticRegression(), sampler).fit(*table)
    assert not hasattr(sampler, "sampling_strategy_")
    assert clone(sampler).get_params() == sampler.get_params()


def test_a_regressor_raises_an_error(table):
    with pytest.raises(ValueError, match="LinearRegression is a regressor"):
        ResampledClassifier(LinearRegression(), SMOTE()).fit(*table)


@pytest.mark.parametrize(
    "sampler",
    [SMOTE(), SMOTEENN(), SMOTEIPF(random_state=0), ROSE(), imblearn.over_sampling.SMOTE()],
    ids=lambda s: f"{type(s).__module__.split('.')[0]}-{type(s).__name__}",
)
@pytest.mark.parametrize("calibration", [None, "prior", "sigmoid"])
def test_a_pickle_holds_no_training_table(sampler, calibration):
    rng = np.random.default_rng(0)
    y = np.repeat(["few", "many"], [40, 110])
    X = rng.normal(size=(150, 40)) + 3 * (y == "few")[:, np.newaxis]
    model = ResampledClassifier(LogisticRegression(), sampler, calibration=calibration).fit(X, y)
    saved = pickle.dumps(model)
    held = [value.tobytes() in saved for value in X[:, 0]]
    assert not any(held)
    assert len(saved) < X.nbytes / 2
    again = pickle.loads(saved)
    assert again.sampler_.sampling_strategy_ == model.sampler_.sampling_strategy_
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_the_fitted_sampler_is_kept_on_demand(table):
    X, y = table
    frame = pd.DataFrame(X).add_prefix("x")
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, y)
    assert len(model.sampler_.parents_) == model.sampler_.is_synthetic_.sum() > 0
    assert model.sampler_.feature_names_in_.tolist() == frame.columns.tolist()
    with pytest.raises(NotFittedError, match="keep_table=True"):
        model.sampler_.sample(3)
    model.set_params(keep_table=True).fit(frame, y)
    assert len(pickle.dumps(model)) < 1.5 * X.nbytes + 30_000
    again = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(
        again.sampler_.sample(3, random_state=0), model.sampler_.sample(3, random_state=0)
    )


def test_not_a_sampler_raises_an_error(table):
    with pytest.raises(ValueError, match="'sampler' parameter of ResampledClassifier must be"):
        ResampledClassifier(LogisticRegression(), StandardScaler()).fit(*table)


# Tables with categories and missing values

CONTAINERS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}
TARGETS = {
    "pandas": pd.Series,
    "polars": pl.Series,
    "pyarrow": lambda y: pa.chunked_array([pa.array(y)]),
}


@pytest.fixture
def mixed():
    rng = np.random.default_rng(0)
    y = np.repeat(["few", "many"], [20, 80])
    frame = pd.DataFrame(
        {
            "town": rng.choice(["Rome", "Oslo", None], len(y)),
            "age": np.where(rng.random(len(y)) < 0.1, np.nan, rng.normal(size=len(y))),
            "flag": rng.random(len(y)) < 0.3,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9, len(y)), "D"),
        }
    )
    return frame, y


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.parametrize("sampler", [None, SMOTE(random_state=0), RandomOverSampler()])
def test_an_encoder_is_added_for_any_frame(mixed, name, sampler):
    frame, y = mixed
    X = CONTAINERS[name](frame)
    model = ResampledClassifier(LogisticRegression(), sampler).fit(X, TARGETS[name](y))
    assert isinstance(model.encoder_, TableEncoder)
    assert model.encoder_.impute
    assert model.n_features_in_ == 4
    assert model.feature_names_in_.tolist() == frame.columns.tolist()
    assert model.classes_.tolist() == ["few", "many"]
    unseen = CONTAINERS[name](frame.assign(town="Bonn", age=np.nan))
    assert model.predict_proba(unseen).shape == (100, 2)
    if sampler is not None:
        assert model.sampler_.is_synthetic_.sum() == 60


def test_same_as_an_encoder_put_in_by_hand(mixed):
    frame, y = mixed
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, y)
    by_hand = make_pipeline(TableEncoder(), LogisticRegression())
    by_hand.fit(*SMOTE(random_state=0).fit_resample(frame, y))
    np.testing.assert_array_equal(model.predict_proba(frame), by_hand.predict_proba(frame))


def test_missing_values_are_left_to_a_classifier_that_takes_them(mixed):
    frame, y = mixed
    boosting = HistGradientBoostingClassifier(max_iter=3)
    model = ResampledClassifier(make_pipeline(StandardScaler(), boosting), SMOTE()).fit(frame, y)
    assert not model.encoder_.impute
    numbers = frame[["age"]].assign(other=np.arange(100.0))
    assert ResampledClassifier(boosting, SMOTE()).fit(numbers, y).encoder_ is None
    assert ResampledClassifier(Recorder(), SMOTE()).fit(frame, y).encoder_ is None


def test_no_encoder_where_none_is_needed(table):
    model = ResampledClassifier(LogisticRegression(), SMOTE()).fit(*table)
    assert model.encoder_ is None
    with pytest.raises(ValueError, match="'C' parameter"):
        ResampledClassifier(LogisticRegression(C=-1), SMOTE()).fit(*table)


def test_other_errors_are_passed_on(mixed):
    with pytest.raises(ValueError, match="'C' parameter"):
        ResampledClassifier(LogisticRegression(C=-1), SMOTE()).fit(*mixed)


@pytest.mark.parametrize("routing", [False, True])
def test_weights_reach_the_classifier_behind_the_encoder(mixed, routing):
    frame, y = mixed

    class Picky(Recorder):
        def fit(self, X, y, sample_weight=None):
            return super().fit(check_array(X), y, sample_weight)

    weights = np.arange(1.0, 101.0)
    with config_context(enable_metadata_routing=routing):
        model = ResampledClassifier(Picky(), SMOTE(random_state=0))
        model.fit(frame, y, sample_weight=weights)
    assert model.encoder_ is not None
    carried = model.estimator_[-1].sample_weight_
    np.testing.assert_array_equal(carried[:100], weights)
    assert len(carried) == 160


def test_tags_follow_the_sampler():
    tags = get_tags(ResampledClassifier(LogisticRegression(), SMOTE())).input_tags
    assert tags.allow_nan
    assert not get_tags(LogisticRegression()).input_tags.allow_nan
    encoded = imblearn.under_sampling.ClusterCentroids()
    assert get_tags(ResampledClassifier(LogisticRegression(), encoded)).input_tags.allow_nan
    other = imblearn.over_sampling.SMOTENC([0])
    assert not get_tags(ResampledClassifier(LogisticRegression(), other)).input_tags.allow_nan


def test_categories_spelled_as_numbers_are_encoded():
    rng = np.random.default_rng(0)
    code = rng.integers(1, 4, 200)
    y = np.where(code == 2, "few", "many")  # not linear in 1, 2, 3
    frame = pd.DataFrame({"code": pd.Categorical(code), "x": rng.normal(size=200)})
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, y)
    assert model.score(frame, y) == 1
    assert model.encoder_ is not None
    boosting = HistGradientBoostingClassifier(max_iter=3)
    assert ResampledClassifier(boosting, SMOTE(random_state=0)).fit(frame, y).encoder_ is None


def test_search_on_a_mixed_table(mixed):
    frame, y = mixed
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0))
    search = GridSearchCV(model, {"sampler__k_neighbors": [1, 3]}, error_score="raise", cv=3)
    assert search.fit(frame, y).best_estimator_.encoder_ is not None


class TestCalibration:
    @pytest.mark.parametrize("sizes", [(300, 40), (300, 80, 25)])
    def test_prior_is_bayes_rule(self, sizes):
        X, y = blobs(sizes)
        sampler = SMOTE(sampling_strategy={1: 200}, random_state=0)
        plain = ResampledClassifier(LogisticRegression(), sampler).fit(X, y)
        model = ResampledClassifier(LogisticRegression(), sampler, calibration="prior").fit(X, y)
        counts = np.array(sizes)
        achieved = np.where(np.arange(len(sizes)) == 1, 200, counts)
        np.testing.assert_allclose(model.prior_, counts / counts.sum())
        np.testing.assert_allclose(model.resampled_prior_, achieved / achieved.sum())
        by_hand = plain.predict_proba(X) * (counts / achieved)
        by_hand /= by_hand.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(model.predict_proba(X), by_hand)
        np.testing.assert_allclose(model.predict_log_proba(X), np.log(by_hand))
        np.testing.assert_array_equal(model.predict(X), by_hand.argmax(axis=1))

    def test_prior_undoes_copies_and_class_weights_by_rows(self):
        """A model that is calibrated on resampled rows is calibrated on the table."""
        X, y = blobs((4000, 400))
        free = LogisticRegression(C=1e6).fit(X, y).predict_proba(X)[:, 1]
        sampler = RandomOverSampler(random_state=0)
        estimator = LogisticRegression(C=1e6)
        plain = ResampledClassifier(estimator, sampler).fit(X, y).predict_proba(X)[:, 1]
        model = ResampledClassifier(estimator, sampler, calibration="prior").fit(X, y)
        assert plain.mean() > 0.2
        assert model.predict_proba(X)[:, 1].mean() == pytest.approx(1 / 11, abs=0.005)
        assert np.abs(model.predict_proba(X)[:, 1] - free).mean() < 0.01

    def test_prior_by_weight(self):
        X, y = blobs((100, 50))
        weight = np.where(y == 1, 4.0, 1.0)
        sampler = RandomOverSampler(random_state=0)
        model = ResampledClassifier(LogisticRegression(), sampler, calibration="prior")
        model.fit(X, y, sample_weight=weight)
        np.testing.assert_allclose(model.prior_, [1 / 3, 2 / 3])
        np.testing.assert_allclose(model.resampled_prior_, [1 / 5, 4 / 5])

    @pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
    def test_curves_are_fitted_to_rows_that_were_held_out_and_never_resampled(self, method):
        X, y = blobs((200, 50))
        seen = []

        class Spy(LogisticRegression):
            def fit(self, X, y, sample_weight=None):
                self.rows_ = set(map(tuple, X))
                return super().fit(X, y, sample_weight)

            def decision_function(self, X):
                seen.append((self.rows_, set(map(tuple, X))))
                return super().decision_function(X)

        sampler = SMOTE(random_state=0)
        model = ResampledClassifier(Spy(), sampler, calibration=method, calibration_cv=4)
        model.fit(X, y)
        given = set(map(tuple, X))
        held_out = [scored for _, scored in seen[-4:]]
        assert set().union(*held_out) == given
        assert sum(map(len, held_out)) == len(given)
        for fitted, scored in seen[-4:]:
            assert not fitted & scored
            assert fitted - given  # synthetic ones
        # The classifier that predicts is fitted on all.
        np.testing.assert_allclose(
            model.estimator_.coef_,
            LogisticRegression().fit(*clone(sampler).fit_resample(X, y)).coef_,
        )
        assert model.sampler_.is_synthetic_.sum() == 150

    @pytest.mark.parametrize("method", ["prior", "sigmoid", "isotonic"])
    def test_calibrates_probabilities_to_the_original_frequencies(self, method):
        X, y = blobs((3000, 200))
        X_test, y_test = blobs((3000, 200), seed=1)
        sampler = RandomOverSampler(random_state=0)
        plain = ResampledClassifier(LogisticRegression(), sampler).fit(X, y)
        model = ResampledClassifier(LogisticRegression(), sampler, calibration=method).fit(X, y)
        before, after = (m.predict_proba(X_test)[:, 1] for m in (plain, model))
        assert brier_score_loss(y_test, after) < 0.6 * brier_score_loss(y_test, before)
        assert after.mean() == pytest.approx(y_test.mean(), rel=0.15)
        # The ranking is the same, but for ties.
        assert roc_auc_score(y_test, after) == pytest.approx(
            roc_auc_score(y_test, before), abs=0.01
        )

    def test_of_several_classes_with_names_in_a_frame_with_categories(self):
        X, y = blobs((200, 60, 30))
        frame = pl.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 0, "high", "low")})
        labels = np.array(["x", "y", "z"])[y]
        for method in ("prior", "sigmoid", "isotonic"):
            model = ResampledClassifier(
                LogisticRegression(), SMOTE(random_state=0), calibration=method
            ).fit(frame, labels)
            probabilities = model.predict_proba(frame)
            np.testing.assert_allclose(probabilities.sum(axis=1), 1)
            np.testing.assert_allclose(
                probabilities.mean(axis=0), [20 / 29, 6 / 29, 3 / 29], atol=0.05
            )
            assert model.predict(frame).tolist() == labels_of(model, probabilities)
            assert model.encoder_ is not None

    def test_gives_probabilities_to_a_classifier_without(self):
        X, y = blobs((200, 50))
        model = ResampledClassifier(LinearSVC(), SMOTE(random_state=0), calibration="sigmoid")
        assert model.fit(X, y).predict_proba(X).shape == (250, 2)
        voting = VotingClassifier([("a", LinearSVC())])
        with pytest.raises(ValueError, match="VotingClassifier has neither predict_proba"):
            clone(model).set_params(estimator=voting).fit(X, y)
        with pytest.raises(ValueError, match=r"LinearSVC has no predict_proba.*'sigmoid'"):
            clone(model).set_params(calibration="prior").fit(X, y)

    def test_too_few_rows_for_the_folds(self):
        X, y = blobs((50, 4))
        model = ResampledClassifier(LogisticRegression(), calibration="isotonic")
        with pytest.raises(ValueError, match=r"in 5 folds, but class 'b' has 4: use a smaller"):
            model.fit(X, np.array(["a", "b"])[y])
        with pytest.raises(ValueError, match="calibration"):
            clone(model).set_params(calibration="platt").fit(X, y)

    @pytest.mark.parametrize("routing", [False, True])
    def test_groups_and_weights_reach_the_folds(self, routing):
        X, y = blobs((200, 50))
        groups, weight = np.arange(250) % 7, np.random.default_rng(0).random(250)
        folds = list(GroupKFold(3).split(X, y, groups))
        model = ResampledClassifier(
            LogisticRegression(), SMOTE(random_state=0), calibration="sigmoid", calibration_cv=folds
        )
        by_hand = clone(model).fit(X, y, sample_weight=weight)
        with config_context(enable_metadata_routing=routing):
            model.set_params(calibration_cv=GroupKFold(3))
            model.fit(X, y, sample_weight=weight, groups=groups)
            np.testing.assert_array_equal(model.predict_proba(X), by_hand.predict_proba(X))
            if routing:
                model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
                params = {"groups": groups, "sample_weight": weight}
                cross_validate(model, X, y, cv=GroupKFold(3), params=params, error_score="raise")

    def test_a_fold_that_leaves_too_few_rows_is_found_before_any_fit(self):
        X, y = blobs((50, 2))
        model = ResampledClassifier(
            LinearSVC(C=-1), SMOTE(), calibration="sigmoid", calibration_cv=2
        )
        said = r"leaves 1 of 2 rows of class 'b', but SMOTE needs 2: use other folds"
        with pytest.raises(ValueError, match=said):
            model.fit(X, np.array(["a", "b"])[y])
        with pytest.raises(ValueError, match="rows of class 1, but SMOTEENN needs 2"):
            model.set_params(sampler=SMOTEENN()).fit(X, y)
        copies = RandomOverSampler(random_state=0)
        model.set_params(estimator=LogisticRegression(), sampler=copies).fit(X, y)
        assert model.predict_proba(X).shape == (52, 2)
        folds = [(np.arange(40), np.arange(40, 52)), (np.arange(40, 52), np.arange(40))]
        alone = np.where(np.arange(52) < 50, 0, 1)
        with pytest.raises(ValueError, match="leaves 0 of 2 rows of class 1"):
            model.set_params(calibration_cv=folds).fit(X, alone)

    def test_no_decision_values_with_a_calibration(self):
        X, y = blobs()
        model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
        assert hasattr(model, "decision_function")
        model.set_params(calibration="prior").fit(X, y)
        assert not hasattr(model, "decision_function")
        scores = cross_validate(model, X, y, scoring=["roc_auc", "neg_brier_score"])
        assert scores["test_roc_auc"].min() > 0.8

    def test_a_threshold_can_be_tuned(self):
        X, y = blobs((300, 30))
        inner = ResampledClassifier(
            LogisticRegression(), RandomOverSampler(random_state=0), calibration="prior"
        )
        assert recall_score(y, inner.fit(X, y).predict(X)) < 0.9
        model = TunedThresholdClassifierCV(inner, scoring="balanced_accuracy").fit(X, y)
        assert model.best_threshold_ < 0.4
        assert recall_score(y, model.predict(X)) > 0.85


def labels_of(model, probabilities):
    return [model.classes_[i] for i in probabilities.argmax(axis=1)]


def test_weights_after_removal_and_without_originals():
    X, y = blobs((80, 40), d=2)
    weight = np.arange(120.0) + 1
    cleaned = ResampledClassifier(Recorder(), SMOTEENN(random_state=0)).fit(X, y, weight)
    sampler, carried = cleaned.sampler_, cleaned.estimator_.sample_weight_
    old = ~sampler.is_synthetic_
    assert old.sum() < 120
    np.testing.assert_array_equal(carried[old], weight[sampler.sample_indices_[old]])
    np.testing.assert_array_equal(carried[~old], weight[sampler.parents_].mean(axis=1))
    anew = ResampledClassifier(Recorder(), ROSE(both_classes=True, random_state=0))
    carried = anew.fit(X, y, weight).estimator_.sample_weight_
    np.testing.assert_array_equal(carried, weight[anew.sampler_.parents_[:, 0]])


# Labels

CODES = np.repeat([0, 1], [40, 20])
NAMES = np.array(["a", "b"])[CODES]
AGES = pd.cut(np.where(CODES, 30, 10), [0, 18, 65, 99])


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


LABELS = {
    "intervals": AGES,
    "series of intervals": pd.Series(AGES),
    "array of intervals": np.asarray(AGES),
    "intervals, no categories": pd.Series(pd.IntervalIndex(AGES)),
    "objects of integers": CODES.astype(object),
    "series of objects": pd.Series(CODES, dtype=object),
    "objects of booleans": (CODES == 1).astype(object),
    "list of enum": [Level(code + 1) for code in CODES.tolist()],
    "booleans": CODES == 1,
    "unused levels": pd.Series(pd.Categorical(NAMES, categories=["c", "b", "a"])),
    "categories of integers": pd.Series(pd.Categorical(CODES)),
    "Int64": pd.Series(CODES, dtype="Int64"),
    "boolean": pd.Series(CODES == 1, dtype="boolean"),
    "int64[pyarrow]": pd.Series(CODES, dtype="int64[pyarrow]"),
    "string": pd.Series(NAMES, dtype="string"),
    "periods": pd.Series(pd.PeriodIndex([f"20{20 + code}-01" for code in CODES], freq="M")),
    "dates": np.array([date(2020, 1, 1 + code) for code in CODES.tolist()], dtype=object),
    "decimals": np.array([Decimal(code) for code in CODES.tolist()], dtype=object),
    "polars strings": pl.Series(NAMES),
    "polars categories": pl.Series(NAMES, dtype=pl.Categorical),
    "polars enum": pl.Series(NAMES, dtype=pl.Enum(["b", "a", "c"])),
    "arrow strings": pa.array(NAMES.tolist()),
    "arrow dictionary": pa.chunked_array([pa.array(NAMES.tolist()).dictionary_encode()]),
    "masked, none of them": np.ma.masked_array(CODES, mask=False),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize(
    ("sampler", "calibration"),
    [
        (None, None),
        (SMOTE(random_state=0), "prior"),
        (SMOTEENN(random_state=0), "sigmoid"),
        (imblearn.over_sampling.SMOTE(random_state=0), None),
        (imblearn.over_sampling.SMOTE(random_state=0), "sigmoid"),
    ],
    ids=["none", "ours", "ours, calibrated", "theirs", "theirs, calibrated"],
)
def test_labels_of_any_kind(labels, sampler, calibration):
    X = np.random.default_rng(0).normal(size=(60, 3)) + 2 * CODES[:, np.newaxis]
    model = ResampledClassifier(LogisticRegression(), sampler, calibration=calibration)
    plain = clone(model).fit(X, CODES)
    model.fit(X, labels)
    given = list(np.asarray(labels))
    assert model.classes_.tolist() == [given[0], given[-1]]
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X))
    assert model.predict(X).tolist() == [model.classes_.tolist()[k] for k in plain.predict(X)]
    assert model.score(X, labels) == plain.score(X, CODES)
    weight = np.arange(60.0)
    assert model.score(X, labels, weight) == pytest.approx(plain.score(X, CODES, weight))
    if sampler is not None:
        assert model.sampler_.sampling_strategy_ == {given[-1]: 20}
    if sampler is not None and "sampling_strategy" in sampler.get_params():
        strategy = {given[-1]: 30}  # of the whole table: folds have fewer
        model = clone(model).set_params(sampler__sampling_strategy=strategy).fit(X, labels)
        assert model.sampler_.sampling_strategy_ == {given[-1]: 10}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([None, *NAMES[1:]], "None or another mark of a missing label in 1 of 60"),
        (pl.Series([None, *NAMES[1:].tolist()]), "missing label in 1 of 60"),
        (np.ma.masked_array(CODES, mask=np.arange(60) < 2), "missing label in 2 of 60"),
        (NAMES.astype("S"), "y holds bytes.*decode"),
        (NAMES.astype("S").astype(object), "y holds bytes.*decode"),
        (np.array(["a", *CODES[1:].tolist()], dtype=object), "cannot be ordered"),
        (CODES[1:], "different length"),
        (np.eye(2)[CODES], "Multilabel and multioutput"),
    ],
)
@pytest.mark.parametrize("sampler", [None, imblearn.over_sampling.RandomOverSampler()])
def test_invalid_labels(labels, said, sampler):
    X = np.random.default_rng(0).normal(size=(60, 3))
    with pytest.raises(ValueError, match=said):
        ResampledClassifier(LogisticRegression(), sampler).fit(X, labels)


def test_tags_exclude_several_labels_per_row():
    tags = get_tags(ResampledClassifier(RandomForestClassifier(), SMOTE()))
    assert not tags.classifier_tags.multi_label
    assert not tags.target_tags.multi_output


# Unusual tables and settings


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_transform_output_does_not_reach_the_encoder(mixed, output):
    frame, y = mixed
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0))
    plain = clone(model).fit(frame, y).predict_proba(frame)
    with config_context(transform_output=output):
        model.fit(frame, y)
        np.testing.assert_array_equal(model.predict_proba(frame), plain)
    np.testing.assert_array_equal(model.predict_proba(frame), plain)


def test_an_error_of_any_type_adds_the_encoder(mixed):
    class LibraryError(Exception):
        pass

    class Library(Recorder):
        def fit(self, X, y, sample_weight=None):
            try:
                return super().fit(np.asarray(X, dtype=float), y)
            except (TypeError, ValueError) as error:
                raise LibraryError(f"Cannot convert {error.args} to float") from error

    frame, y = mixed
    assert ResampledClassifier(Library(), SMOTE()).fit(frame, y).encoder_ is not None
    numbers = pd.DataFrame({"code": [f"0{i % 3}" for i in range(100)], "x": np.arange(100.0)})
    assert ResampledClassifier(Library(), SMOTE()).fit(numbers, y).encoder_ is not None


def test_repeated_column_names(mixed):
    frame, y = mixed
    frame.columns = ["a", "b", "a", "b"]
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(frame, y)
    assert model.predict_proba(frame).shape == (100, 2)


def test_a_transformer_raises_an_error(table):
    with pytest.raises(ValueError, match="StandardScaler is not a classifier"):
        ResampledClassifier(StandardScaler(), SMOTE()).fit(*table)
