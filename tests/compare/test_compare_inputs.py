"""What `compare` takes, and what it refuses before anything is fitted."""

import itertools
import re
import threading
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skresample import SMOTE, compare
from skresample.compare import _compare
from skresample.compare.baselines import TunedThreshold, groups_for
from skresample.compare.inputs import distinct_names
from skresample.compare.methods import Method
from skresample.pipeline.adapt import with_encoder

TREE = DecisionTreeClassifier(max_depth=3)
SETTINGS = {"samplers": SMOTE(), "estimators": TREE, "cv": 2, "random_state": 0}
# Two folds, not repeated.
ONCE = SETTINGS | {"cv": StratifiedKFold(2)}


@pytest.fixture(scope="module")
def table():
    return make_classification(120, n_features=5, weights=[0.75], random_state=0)


# Labels


LABELS = {
    "intervals": lambda y: pd.cut(pd.Series(y * 10.0), [-1, 5, 20]),
    "whole numbers as objects": lambda y: pd.Series(y.astype(object)),
    "booleans as objects": lambda y: (y == 1).astype(object),
    "array of booleans": lambda y: y == 1,
    "periods": lambda y: pd.Series(pd.PeriodIndex(["2020", "2021"], freq="Y")).take(y),
    "dates": lambda y: pd.Series(np.array(["2020-01-01", "2021-01-01"], "M8[ns]")[y]),
    "unused categories": lambda y: pd.Series(pd.Categorical(y, categories=[2, 1, 0])),
    "unused names": lambda y: pd.Series(pd.Categorical(np.array(["a", "b"])[y], ["c", "b", "a"])),
    "nullable": lambda y: pd.Series(y).astype("Int64"),
    "categorical of polars": lambda y: pl.Series(np.array(["a", "b"])[y]).cast(pl.Categorical),
    "dictionary of Arrow": lambda y: pa.array(np.array(["a", "b"])[y]).dictionary_encode(),
    "one-hot": lambda y: np.eye(2, dtype=int)[y],
}


@pytest.fixture(scope="module")
def plain(table):
    return compare(*table, **ONCE)


@pytest.mark.parametrize("make", LABELS.values(), ids=LABELS)
def test_labels_of_any_kind_bring_the_same_scores(table, plain, make):
    X, y = table
    found = compare(X, make(y), **ONCE)
    assert found.support == plain.support
    np.testing.assert_allclose(found.scores, plain.scores, atol=1e-12)
    assert not found.notes
    str(found), found.to_frame(), found.findings()


def test_parameters_by_label_are_those_of_the_labels_given(table):
    X, y = table
    y = pd.cut(pd.Series(y * 10.0), [-1, 5, 20])
    small = y.value_counts().idxmin()
    weights = {label: 1.0 + (label == small) for label in y.cat.categories}
    settings = SETTINGS | {"estimators": DecisionTreeClassifier(max_depth=2, class_weight=weights)}
    found = compare(X, y, **settings | {"samplers": SMOTE(sampling_strategy={small: 40})})
    assert not found.notes
    assert not np.isnan(found.scores).any()


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("name", ["a", 1])
def test_missing_labels_are_a_value_error(table, missing, name):
    y = np.full(120, name, dtype=object)
    y[::2] = "b" if name == "a" else 2
    y[3] = missing
    with pytest.raises(ValueError, match="y contains NaN, None"):
        compare(table[0], y, **SETTINGS)


def test_a_target_that_is_not_of_classes_is_not_predicted(table):
    class Other(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            return self

        def predict(self, X):
            return np.full(len(X), 7)

    with pytest.raises(ValueError, match="predict returns labels that are not classes of y"):
        compare(*table, **SETTINGS | {"estimators": Other()})


# Texts


@pytest.mark.parametrize(
    "make", [list, np.array, lambda x: np.array(x, object), pd.Series, pl.Series]
)
def test_texts(make):
    texts = ["good morning", "good night", "bad luck"] * 12
    y = [0, 0, 1] * 12
    pipeline = make_pipeline(TfidfVectorizer(), DecisionTreeClassifier())
    result = compare(make(texts), y, **ONCE | {"estimators": pipeline})
    assert result.n_features == 1
    assert not np.isnan(result.scores).any()
    assert not result.notes


# Columns


def test_columns_may_have_one_name(table):
    X, y = table
    frame = pd.DataFrame(X[:, :3]).assign(town=np.array(["Rome", "Oslo"])[np.arange(120) % 2])
    named = compare(frame.set_axis(list("abcd"), axis=1), y, **ONCE)
    found = compare(frame.set_axis(list("abaa"), axis=1), y, **ONCE)
    np.testing.assert_array_equal(found.scores, named.scores)


def test_distinct_names_are_distinct():
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", "a (1)", "b"])
    assert distinct_names(frame).columns.tolist() == ["a (2)", "a (3)", "a (1)", "b"]
    assert frame.columns.tolist() == ["a", "a", "a (1)", "b"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.from_pandas])
def test_the_output_that_is_set_for_transformers_changes_nothing(table, make):
    X, y = table
    frame = pd.DataFrame(X[:, :3]).add_prefix("x").assign(town="Rome")
    frame.loc[::3, "town"] = "Oslo"
    frame.loc[::7, "x1"] = np.nan
    frame = make(frame)
    estimators = {
        "linear": LogisticRegression(),
        "tree": TREE,
        "scaled": make_pipeline(StandardScaler(), TREE),
    }
    expected = compare(frame, y, **ONCE | {"estimators": estimators})
    for output in ("pandas", "polars"):
        with config_context(transform_output=output):
            found = compare(frame, y, **ONCE | {"estimators": estimators})
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-12)


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_the_output_that_is_set_reaches_processes(table, output):
    X, y = table
    seen = make_pipeline(StandardScaler(), Frames())
    with config_context(transform_output=output):
        for n_jobs in (None, 2):
            found = compare(X, y, **ONCE | {"estimators": seen, "samplers": [], "n_jobs": n_jobs})
            assert not np.isnan(found.scores[0, 0]).any()


class Frames(DecisionTreeClassifier):
    """Takes frames only."""

    def fit(self, X, y):
        assert hasattr(X, "columns")
        return super().fit(X, y)


class FailsInItsOwnWay(DecisionTreeClassifier):
    def fit(self, X, y, sample_weight=None):
        if not isinstance(X, np.ndarray):
            raise RuntimeError(f"cannot take {X.iloc[0, 0]}")
        return super().fit(X, y, sample_weight=sample_weight)


def test_errors_of_any_type_bring_an_encoder(table):
    X, y = table
    frame = pd.DataFrame({"town": np.array(["Rome", "Oslo"])[np.arange(120) % 2], "x": X[:, 0]})
    result = compare(frame, y, **SETTINGS | {"estimators": FailsInItsOwnWay()})
    assert result.encoded == ["FailsInItsOwnWay"]
    assert not np.isnan(result.scores).any()
    _, reason = with_encoder(FailsInItsOwnWay(), frame, y)
    assert reason == "it cannot be fitted on the table as it is (categories in 'town')"


# Groups and folds


@pytest.fixture(scope="module")
def grouped(table):
    return np.arange(120) // 4  # thirty groups


@pytest.mark.parametrize("cv", [None, 3, GroupKFold(3), StratifiedGroupKFold(3)])
def test_groups_stay_together(table, grouped, cv):
    X = np.column_stack([table[0], grouped])
    seen = []

    class Spy(DecisionTreeClassifier):
        def fit(self, X, y, sample_weight=None):
            self.groups_ = set(X[:, -1])
            return super().fit(X, y, sample_weight=sample_weight)

        def predict_proba(self, X):
            seen.append(self.groups_ & set(X[:, -1]))
            return super().predict_proba(X)

    settings = SETTINGS | {"samplers": [], "estimators": Spy(max_depth=2), "cv": cv}
    result = compare(X, table[1], groups=grouped, **settings)
    assert len(seen) > 20  # of thresholds, too
    assert not any(seen)
    assert ("keeps groups together" in result.protocol) == (cv in (None, 3))


def test_folds_that_split_groups_are_refused(table, grouped):
    with pytest.raises(ValueError, match="fold 1 of 3 holds out rows of groups that it trains on"):
        compare(*table, groups=grouped, **SETTINGS | {"cv": KFold(3, shuffle=True, random_state=0)})


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (np.zeros(3), "groups must be one label for each of the 120 rows"),
        (np.zeros((120, 2)), "groups must be one label"),
        (np.array([None] * 120), "groups has missing labels"),
        (np.array([1, "a"] * 60, dtype=object), "groups mixes labels"),
        (np.zeros(120), "cv cannot split the rows|class"),
    ],
)
def test_bad_groups_are_refused(table, groups, message):
    with pytest.raises(ValueError, match=message):
        compare(*table, groups=groups, **SETTINGS)


class ByGroup(DecisionTreeClassifier):
    def fit(self, X, y, groups):
        assert len(groups) == len(y)
        return super().fit(X, y)


def test_what_takes_groups_gets_those_of_its_rows(table, grouped):
    for one in (ByGroup(), make_pipeline(StandardScaler(), ByGroup())):
        settings = SETTINGS | {"samplers": [], "estimators": one}
        result = compare(*table, groups=grouped, **settings)
        assert not np.isnan(result.scores[0, [0, 2, 3]]).any(), result.notes
    assert groups_for(make_pipeline(TREE), grouped, np.arange(3)) == {}


def test_a_threshold_is_tuned_where_a_class_is_in_one_group():
    X, y = np.arange(60.0)[:, np.newaxis], np.repeat([0, 1, 2], 20)
    groups = np.concatenate([np.arange(40) % 5, np.full(20, 9)])
    TunedThreshold(TREE, random_state=0).fit(X, y, groups)


def refused_before_any_fit(*arguments, **settings):
    class Never(DecisionTreeClassifier):
        def fit(self, X, y):
            raise AssertionError("nothing should be fitted")

    with pytest.raises(ValueError) as caught:
        compare(*arguments, **SETTINGS | {"estimators": Never()} | settings)
    return str(caught.value)


def test_folds_that_leave_one_row_of_a_class_are_refused_before_any_fit(table):
    X, y = table
    rare = np.where(np.arange(120) < 2, "rare", np.array(["a", "b"])[y])
    assert "trains on 1 row of class 'rare'" in refused_before_any_fit(X, rare)
    assert "trains on 1 row of class 'rare'" in refused_before_any_fit(X, rare, cv=None)
    assert "trains on 0 rows of class 'rare'" in refused_before_any_fit(X, rare, cv=KFold(3))
    once = np.where(np.arange(120) < 1, "rare", np.array(["a", "b"])[y])
    assert "class 'rare' has 1 row" in refused_before_any_fit(X, once, cv=KFold(3))


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        ([], "cv has no folds"),
        ([(np.arange(60), np.arange(50, 120))], "holds out rows that it trains on"),
        ([(np.arange(60), [])], "holds out 0 rows"),
        ([1, 2], "cv cannot split the rows"),
        ([(np.arange(60), np.array([500]))], "cv cannot split the rows"),
        (GroupKFold(2), "cv cannot split the rows: The 'groups' parameter should not be None"),
    ],
)
def test_bad_folds_are_refused_before_any_fit(table, cv, message):
    assert message in refused_before_any_fit(*table, cv=cv)


def test_a_class_without_held_out_rows_is_noted(table):
    X, y = table
    y = np.where(np.arange(120) >= 110, 2, y)
    folds = [(np.arange(40, 120), np.arange(40)), (np.r_[0:80, 110:115], np.r_[80:110, 115:120])]
    result = compare(X, y, **SETTINGS | {"cv": folds})
    assert "class 2 has no held-out rows in 1 of 2 folds" in result.notes[0]


class FailsOnce(DecisionTreeClassifier):
    """Cannot be fitted where the first column is never 0."""

    def fit(self, X, y, sample_weight=None):
        if not (X[:, 0] == 0).any():
            raise ValueError("no zero")
        return super().fit(X, y, sample_weight=sample_weight)


def test_what_fails_in_one_fold_does_not_end_the_comparison(table):
    X, y = table[0].copy(), np.where(np.arange(120) % 12 == 0, 1, 0)
    X[0, 0] = 0
    estimators = {"fails once": FailsOnce(), "sound": TREE}
    result = compare(X, y, **SETTINGS | {"estimators": estimators})
    assert not np.isnan(result.scores[1]).any()
    [note] = [note for note in result.notes if note.startswith("no resampling:")]
    assert "ValueError: no zero (class 1 has 5 training rows) (fails once in 2 of 4 folds)" in note


# Early stopping


@pytest.mark.parametrize(("limit", "stops"), [(50, True), (70, False)])
def test_early_stopping_is_the_same_for_all_methods(table, monkeypatch, limit, stops):
    monkeypatch.setattr(_compare, "MANY_ROWS", limit)
    build, built = Method.build, []

    def remember(method, estimator, seed, **others):
        built.append(estimator.get_params())
        return build(method, estimator, seed, **others)

    monkeypatch.setattr(Method, "build", remember)
    boosting = HistGradientBoostingClassifier(max_iter=3)
    chosen = HistGradientBoostingClassifier(max_iter=2, early_stopping=not stops)
    estimators = {"alone": boosting, "last": make_pipeline(StandardScaler(), boosting)}
    result = compare(*table, **SETTINGS | {"estimators": estimators | {"chosen": chosen}})
    values = {v for one in built for k, v in one.items() if k.endswith("early_stopping")}
    assert values == {stops, not stops}  # of what was chosen, and of what was left to it
    assert [note.split(", which")[0] for note in result.notes if "'auto'" in note] == [
        f"{name}: early_stopping='auto' is set to {stops} for all methods. It depends on the "
        f"number of rows (more than {limit})"
        for name in ("alone", "last")
    ]


def test_early_stopping_is_not_spoken_of_where_it_cannot_matter(table):
    boosting = HistGradientBoostingClassifier(max_iter=3)
    assert not compare(*table, **SETTINGS | {"estimators": boosting, "samplers": []}).notes


# Wrong values of every parameter


class Unlike:
    """Nothing that any parameter takes."""


WRONG = {
    "an object": Unlike(),
    "a class": Unlike,
    "text": "abc",
    "bytes": b"abc",
    "0": 0,
    "-1": -1,
    "1": 1,
    "10**30": 10**30,
    "-10**30": -(10**30),
    "True": True,
    "np.True_": np.True_,
    "2.5": 2.5,
    "nan": np.nan,
    "inf": np.inf,
    "complex": 2j,
    "empty list": [],
    "empty tuple": (),
    "empty dict": {},
    "list of None": [None],
    "list of objects": [Unlike()],
    "nested": [[[1]]],
    "dict": {"a": 1},
    "dict of numbers": {1: 2},
    "set": {1},
    "range": range(3),
    "function": len,
    "lock": threading.Lock(),
    "generator": (i for i in range(3)),
    "array": np.zeros(3),
    "0-d array": np.array(2),
    "empty array": np.zeros((0, 3)),
    "3-d array": np.zeros((2, 2, 2)),
    "dates": np.array(["2020-01-01"], "M8[D]"),
    "frame": pd.DataFrame({"a": [1, 2]}),
    "Series": pd.Series([1, 2]),
    "lazy frame": pl.LazyFrame({"a": [1]}),
    "generator of NumPy": np.random.default_rng(0),
    "exception": ValueError("a"),
    "module": itertools,
    "regressor": LinearRegression(),
    "clusters": KMeans(2),
    "Ellipsis": ...,
}
PARAMETERS = {
    "X": "X",
    "y": "y",
    "samplers": "samplers",
    "estimators": "estimators",
    "cv": "cv",
    "groups": "groups",
    "n_jobs": "n_jobs",
    "random_state": "random_state",
    "progress": "progress",
}
# These are right, or found by who uses them.
RIGHT = {
    *itertools.product(["samplers"], ["empty list", "empty tuple", "empty dict"]),
    *itertools.product(["n_jobs"], ["-1", "1"]),
    *itertools.product(["random_state"], ["0", "1"]),
    *itertools.product(["progress"], ["a class", "function"]),
}


@pytest.mark.parametrize("parameter", PARAMETERS)
@pytest.mark.parametrize("value", WRONG)
def test_wrong_values_are_refused_by_name(table, parameter, value):
    X, y = table
    settings = {"X": X, "y": y, **SETTINGS, "samplers": [], "groups": None, "n_jobs": None}
    settings |= {"progress": None, parameter: WRONG[value]}
    if (parameter, value) in RIGHT:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, TypeError)) as caught:
            compare(**settings)
    assert re.search(rf"(?<!\w){parameter}(?!\w)", str(caught.value)), str(caught.value)


def test_validation_of_estimators_inside_is_left_to_them(table):
    with pytest.raises(ValueError, match="'C' parameter of LogisticRegression must be"):
        compare(*table, **SETTINGS | {"estimators": LogisticRegression(C=-1)})
