"""What `audit` takes, and what it refuses by name."""

import itertools
import re
import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skresample import audit
from skresample.audit import tables

pytestmark = pytest.mark.usefixtures("few_repetitions")

TREE = DecisionTreeClassifier(max_depth=2)


@pytest.fixture(scope="module")
def table():
    return make_classification(80, n_features=3, n_redundant=0, weights=[0.6], random_state=0)


@pytest.fixture(scope="module")
def given(table):
    X, y = table
    return {
        "X_real": X,
        "y_real": y,
        "X_syn": X[::2] + 0.1,
        "y_syn": y[::2],
        "X_holdout": X[1::2],
        "y_holdout": y[1::2],
        "sensitive": None,
        "estimator": TREE,
        "random_state": 0,
        "progress": None,
    }


LABELS = {
    "intervals": lambda y: pd.cut(pd.Series(y * 10.0), [-1, 5, 20]),
    "whole numbers as objects": lambda y: y.astype(object),
    "booleans as objects": lambda y: (y == 1).astype(object),
    "periods": lambda y: pd.Series(pd.PeriodIndex(["2020", "2021"], freq="Y")).take(y),
    "dates": lambda y: pd.Series(np.array(["2020-01-01", "2021-01-01"], "M8[ns]")[y]),
    "unused categories": lambda y: pd.Series(pd.Categorical(y, categories=[2, 1, 0])),
    "nullable": lambda y: pd.Series(y).astype("Int64"),
    "categorical of polars": lambda y: pl.Series(np.array(["a", "b"])[y]).cast(pl.Categorical),
    "dictionary of Arrow": lambda y: pa.array(np.array(["a", "b"])[y]).dictionary_encode(),
    "one-hot": lambda y: np.eye(2, dtype=int)[y],
    "column": lambda y: pd.DataFrame({"y": y}),
}


@pytest.fixture
def plain(given):
    return audit(**given).to_frame()


@pytest.mark.parametrize("make", LABELS.values(), ids=LABELS)
def test_labels_of_any_kind_bring_the_same_numbers(given, plain, make):
    made = {name: make(given[name]) for name in ("y_real", "y_syn", "y_holdout")}
    found = audit(**given | made).to_frame()
    pd.testing.assert_frame_equal(found.drop(columns="sentence"), plain.drop(columns="sentence"))


@pytest.mark.parametrize("name", ["y_real", "y_syn", "y_holdout"])
@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_labels_are_a_value_error(given, name, missing):
    labels = given[name].astype(object)
    labels[3] = missing
    with pytest.raises(ValueError, match=r"NaN|missing labels"):
        audit(**given | {name: labels})


@pytest.mark.parametrize("estimator", [None, TREE, make_pipeline(StandardScaler(), TREE)])
def test_the_output_that_is_set_for_transformers_changes_nothing(given, estimator):
    frames = {
        name: pd.DataFrame(given[name], columns=["x", "y", "z"]).assign(town="Rome")
        for name in ("X_real", "X_syn", "X_holdout")
    }
    for one in frames.values():
        one.loc[::3, "town"] = "Oslo"
        one.loc[5, "x"] = np.nan
    settings = given | frames | {"estimator": estimator}
    expected = audit(**settings).to_frame()
    for output in ("pandas", "polars"):
        with config_context(transform_output=output):
            pd.testing.assert_frame_equal(audit(**settings).to_frame(), expected)


def test_columns_may_have_one_name(given):
    tables = {
        name: pd.DataFrame(given[name], columns=["a", "b", "a"])
        for name in ("X_real", "X_syn", "X_holdout")
    }
    frame = audit(**given | tables).to_frame()
    named = {name: one.set_axis(["a (1)", "b", "a (2)"], axis=1) for name, one in tables.items()}
    pd.testing.assert_frame_equal(frame, audit(**given | named).to_frame())
    with pytest.raises(ValueError, match=r"sensitive: 'a' is not a column"):
        audit(**given | tables | {"sensitive": "a"})


def test_no_class_is_lost_where_large_tables_are_thinned(given, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 30)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), np.repeat([0, 1], [387, 13])
    side = {"X_real": X, "y_real": y, "X_syn": X[::-1], "y_syn": y[::-1]}
    for seed in range(3):
        found = audit(**side, X_holdout=X, y_holdout=y, estimator=TREE, random_state=seed)
        assert not any("left out" in note for note in found.notes)
        assert found.to_dict()["utility"]["value"] is not None


class Unlike:
    """Nothing that any parameter takes."""


TABLES = ["X_real", "y_real", "X_syn", "y_syn", "X_holdout", "y_holdout"]
WRONG = {
    "None": None,
    "an object": Unlike(),
    "a class": Unlike,
    "a class of classifiers": DecisionTreeClassifier,
    "text": "abc",
    "bytes": b"abc",
    "0": 0,
    "-1": -1,
    "7": 7,
    "10**30": 10**30,
    "True": True,
    "2.5": 2.5,
    "nan": np.nan,
    "complex": 2j,
    "empty list": [],
    "empty dict": {},
    "list of None": [None],
    "list of objects": [Unlike()],
    "list of numbers": [5, 6],
    "ragged": [[1], [1, 2]],
    "dict": {"a": 1},
    "set": {1},
    "function": len,
    "lock": threading.Lock(),
    "generator": (i for i in range(3)),
    "array": np.zeros(3),
    "0-d array": np.array(2),
    "empty array": np.zeros((0, 3)),
    "no columns": np.zeros((80, 0)),
    "3-d array": np.zeros((2, 2, 2)),
    "sparse": sparse.csr_array(np.eye(3)),
    "frame": pd.DataFrame({"a": [1, 2]}),
    "Series": pd.Series([1, 2]),
    "lazy frame": pl.LazyFrame({"a": [1]}),
    "generator of NumPy": np.random.default_rng(0),
    "regressor": LinearRegression(),
    "clusters": KMeans(2),
    "Ellipsis": ...,
}
RIGHT = {
    *itertools.product(["y_syn", "sensitive", "estimator", "progress", "random_state"], ["None"]),
    *itertools.product(["random_state"], ["0", "7"]),
    *itertools.product(["progress"], ["a class", "a class of classifiers", "function"]),
}


@pytest.mark.parametrize(
    "parameter",
    [*TABLES, "sensitive", "estimator", "random_state", "progress"],
)
@pytest.mark.parametrize("value", WRONG)
def test_wrong_values_are_refused_by_name(given, parameter, value):
    if (parameter, value) in RIGHT:
        return
    with pytest.raises((ValueError, TypeError)) as caught:
        audit(**given | {parameter: WRONG[value]})
    assert re.search(rf"(?<!\w){parameter}(?!\w)", str(caught.value)), str(caught.value)


def test_validation_of_the_estimator_is_left_to_it(given):
    with pytest.raises(ValueError, match="'C' parameter of LogisticRegression must be"):
        audit(**given | {"estimator": LogisticRegression(C=-1)})
