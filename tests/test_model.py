"""ResampledClassifier."""

import pickle

import imblearn.under_sampling
import imblearn.utils.estimator_checks as imblearn_checks
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn.utils.estimator_checks as sklearn_checks
from samplers import blobs
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_validate
from sklearn.neighbors import KNeighborsClassifier
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
    RandomOverSampler,
    ResampledClassifier,
    TableEncoder,
)


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
    reason = "a sampler counts rows: it sees neither weights nor that a row repeats another"
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


def test_weights_are_refused_where_they_cannot_be_used(table):
    X, y = table
    weights = np.ones(len(y))
    with pytest.raises(ValueError, match="KNeighborsClassifier has no parameter"):
        ResampledClassifier(KNeighborsClassifier(), SMOTE()).fit(X, y, sample_weight=weights)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    with pytest.raises(
        ValueError, match="Put only the last step of the pipeline into ResampledClassifier"
    ):
        ResampledClassifier(pipeline, SMOTE()).fit(X, y, sample_weight=weights)
    tomek = imblearn.under_sampling.ClusterCentroids(random_state=0)
    with pytest.raises(ValueError, match="ClusterCentroids does not say where its rows come from"):
        ResampledClassifier(LogisticRegression(), tomek).fit(X, y, sample_weight=weights)


def test_works_where_samplers_are_refused(table):
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


def test_a_regressor_is_refused(table):
    with pytest.raises(ValueError, match="LinearRegression is a regressor"):
        ResampledClassifier(LinearRegression(), SMOTE()).fit(*table)


def test_a_pickle_holds_the_training_table_once(table):
    X, y = table
    model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0))
    frame = pd.DataFrame(X).add_prefix("x")
    size = len(pickle.dumps(model.fit(frame, y)))
    assert size < 1.5 * X.nbytes + 30_000
    again = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(
        again.sampler_.sample(3, random_state=0), model.sampler_.sample(3, random_state=0)
    )


def test_what_is_no_sampler_is_refused(table):
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
def test_an_encoder_steps_in_for_any_frame(mixed, name, sampler):
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


def test_what_an_encoder_does_not_help_is_raised(mixed):
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


def test_says_that_it_takes_what_its_sampler_takes():
    tags = get_tags(ResampledClassifier(LogisticRegression(), SMOTE())).input_tags
    assert tags.allow_nan
    assert not get_tags(LogisticRegression()).input_tags.allow_nan
    other = imblearn.under_sampling.ClusterCentroids()
    assert not get_tags(ResampledClassifier(LogisticRegression(), other)).input_tags.allow_nan


def test_names_that_are_spelt_as_numbers_are_no_numbers():
    rng = np.random.default_rng(0)
    code = rng.integers(1, 4, 200)
    y = np.where(code == 2, "few", "many")  # no line through 1, 2, 3 can tell
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
    def test_prior_is_the_rule_of_bayes(self, sizes):
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
        """A model that is right about resampled rows is right about the table again."""
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
    def test_makes_probabilities_those_of_the_table(self, method):
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
        with pytest.raises(ValueError, match=r"LinearSVC has no predict_proba.*'sigmoid'"):
            clone(model).set_params(calibration="prior").fit(X, y)

    def test_says_what_is_too_little(self):
        X, y = blobs((50, 4))
        model = ResampledClassifier(LogisticRegression(), calibration="isotonic")
        with pytest.raises(ValueError, match=r"in 5 folds, and class 'b' has 4: use a smaller"):
            model.fit(X, np.array(["a", "b"])[y])
        with pytest.raises(ValueError, match="calibration"):
            clone(model).set_params(calibration="platt").fit(X, y)

    def test_there_are_no_decision_values_beside_probabilities(self):
        X, y = blobs()
        model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
        assert hasattr(model, "decision_function")
        model.set_params(calibration="prior").fit(X, y)
        assert not hasattr(model, "decision_function")
        scores = cross_validate(model, X, y, scoring=["roc_auc", "neg_brier_score"])
        assert scores["test_roc_auc"].min() > 0.8

    def test_a_threshold_is_chosen_on_top(self):
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


def test_weights_of_rows_that_are_left_or_all_made_anew():
    X, y = blobs((80, 40), d=2)
    weight = np.arange(120.0) + 1
    cleaned = ResampledClassifier(Recorder(), SMOTEENN(random_state=0)).fit(X, y, weight)
    sampler, carried = cleaned.sampler_, cleaned.estimator_.sample_weight_
    old = ~sampler.is_synthetic_
    assert old.sum() < 120
    np.testing.assert_array_equal(carried[old], weight[sampler.input_indices_[old]])
    np.testing.assert_array_equal(carried[~old], weight[sampler.parents_].mean(axis=1))
    anew = ResampledClassifier(Recorder(), ROSE(both_classes=True, random_state=0))
    carried = anew.fit(X, y, weight).estimator_.sample_weight_
    np.testing.assert_array_equal(carried, weight[anew.sampler_.parents_[:, 0]])
