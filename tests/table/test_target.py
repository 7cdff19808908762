"""Labels of any type: the target comes out with the same type and dtype."""

import enum
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from sklearn.linear_model import LogisticRegression

from skresample import (
    SMOTE,
    SMOTEENN,
    KDEOverSampler,
    RandomOverSampler,
    ResampledClassifier,
    SMOTETomek,
)
from skresample.table import read_labels

SIZES = (60, 30, 20)


class Tree(enum.Enum):
    """An enumeration, whose members have no order."""

    OAK = 1
    ASH = 2
    ELM = 3


def objects(values):
    """Return a function that makes an array of objects of class positions."""

    def make(codes):
        labels = np.empty(len(codes), dtype=object)
        labels[:] = [values[i] for i in codes]
        return labels

    return make


def series_of(values):
    return lambda codes: pd.Series(objects(values)(codes), name="y")


INTERVALS = pd.interval_range(0, 3).tolist()
SETS = [frozenset("ab"), frozenset("a"), frozenset("c")]  # the second is a subset of the first
TUPLES = [(1, "ash"), (0, "oak"), (0, "elm")]
UNORDERED = [(1, "ash"), ("oak", 0), (0, None)]
CATEGORIES = ["oak", "fir", "elm", "ash"]  # not sorted, one without rows

MAKES = {
    "Categorical": lambda c: pd.Categorical(np.array(["ash", "oak", "elm"])[c], CATEGORIES),
    "ordered Categorical": lambda c: pd.Categorical(
        np.array(["ash", "oak", "elm"])[c], CATEGORIES, ordered=True
    ),
    "Categorical of numbers": lambda c: pd.Categorical(np.array([3, 1, 2])[c]),
    "Series of ordered categories": lambda c: pd.Series(
        pd.Categorical(np.array(["ash", "oak", "elm"])[c], CATEGORIES, ordered=True), name="y"
    ),
    "CategoricalIndex": lambda c: pd.CategoricalIndex(np.array(["ash", "oak", "elm"])[c]),
    "Index": lambda c: pd.Index(np.array(["ash", "oak", "elm"], dtype=object)[c], name="y"),
    "nullable integers": lambda c: pd.array(c, dtype="Int64"),
    "nullable booleans": lambda c: pd.array(c > 0, dtype="boolean"),
    "array of strings": lambda c: pd.array(np.array(["ash", "oak", "elm"])[c], dtype="string"),
    "booleans": lambda c: c > 0,
    "booleans as objects": lambda c: (c > 0).astype(object),
    "Series of booleans": lambda c: pd.Series(c > 0, name="y"),
    "cut": lambda c: pd.cut(c.astype(float), 3),
    "Series of cut": lambda c: pd.cut(pd.Series(c.astype(float), name="y"), [-1, 0, 1, 2, 9]),
    "IntervalArray": lambda c: pd.arrays.IntervalArray(objects(INTERVALS)(c)),
    "intervals": objects(INTERVALS),
    "Series of intervals": series_of(INTERVALS),
    "periods": lambda c: pd.Series(pd.period_range("2020", periods=3, freq="M")[c]),
    "tuples": objects(TUPLES),
    "Series of tuples": series_of(TUPLES),
    "unordered tuples": objects(UNORDERED),
    "frozensets": objects(SETS),
    "list of frozensets": lambda c: objects(SETS)(c).tolist(),
    "Series of frozensets": series_of(SETS),
    "Enum": objects(list(Tree)),
    "list of Enum": lambda c: objects(list(Tree))(c).tolist(),
    "Series of Enum": series_of(list(Tree)),
}
every_make = pytest.mark.parametrize("make", MAKES)


def as_list(y):
    return y if isinstance(y, list) else y.tolist()


def assert_same_type(y_out, y):
    assert type(y_out) is type(y)
    assert getattr(y_out, "dtype", None) == getattr(y, "dtype", None)
    assert getattr(y_out, "name", None) == getattr(y, "name", None)
    if isinstance(y, pd.Categorical):
        assert y_out.categories.tolist() == y.categories.tolist()
        assert y_out.ordered == y.ordered


@every_make
@pytest.mark.parametrize("cls", [SMOTE, KDEOverSampler, RandomOverSampler])
def test_over_samplers(cls, make):
    X, codes = blobs(SIZES)
    y = MAKES[make](codes)
    sampler = cls(random_state=0)
    X_out, y_out = sampler.fit_resample(X, y)
    assert_same_type(y_out, y)
    before, after = as_list(y), as_list(y_out)
    assert after[: len(before)] == before
    most = max(before.count(label) for label in set(before))
    assert {label: after.count(label) for label in set(before)} == dict.fromkeys(before, most)
    assert sampler.sampling_strategy_ == {
        label: most - before.count(label) for label in set(before) if before.count(label) < most
    }
    # The rows of a class are those of its codes, whatever the labels are.
    few = sampler.fit(X, y).sample(5, label=before[codes.tolist().index(2)])
    assert few.shape == (5, 3)
    assert len(X_out) == len(after)


@every_make
@pytest.mark.parametrize("cls", [SMOTETomek, SMOTEENN])
def test_hybrids(cls, make):
    X, codes = blobs(SIZES)
    y = MAKES[make](codes)
    sampler = cls(random_state=0)
    X_out, y_out = sampler.fit_resample(X, y)
    assert_same_type(y_out, y)
    before, after = as_list(y), as_list(y_out)
    assert len(X_out) == len(after)
    given = np.flatnonzero(~sampler.is_synthetic_)
    assert [after[i] for i in given] == [before[i] for i in sampler.sample_indices_[given]]
    for label in set(before):
        made = sampler.sampling_strategy_.get(label, 0)
        assert after.count(label) == before.count(label) + made - sampler.n_removed_[label]


@every_make
@pytest.mark.parametrize("sampler", [SMOTE(random_state=0), SMOTETomek(random_state=0), None])
def test_classifier(sampler, make):
    X, codes = blobs(SIZES)
    y = MAKES[make](codes)
    model = ResampledClassifier(LogisticRegression(), sampler=sampler).fit(X, y)
    before = as_list(y)
    assert set(model.classes_.tolist()) == set(before)
    predicted = model.predict(X).tolist()
    right = np.mean([one == other for one, other in zip(predicted, before, strict=True)])
    assert right > 0.6
    assert model.score(X, y) == pytest.approx(right)


@pytest.mark.parametrize("make", ["frozensets", "Enum", "unordered tuples"])
def test_strategies_name_labels_without_an_order(make):
    X, codes = blobs(SIZES)
    y = MAKES[make](codes)
    label = y[codes.tolist().index(1)]
    _, y_out = SMOTE(sampling_strategy={label: 50}, random_state=0).fit_resample(X, y)
    assert y_out.tolist().count(label) == 50
    rows = np.flatnonzero(codes > 0)
    _, y_out = SMOTE(sampling_strategy=0.9, random_state=0).fit_resample(X[rows], y[rows])
    assert len(y_out) == 30 + 27


def test_order_of_classes():
    codes = np.array([1, 0, 2, 1, 0, 2])

    def classes_of(values):
        return read_labels(objects(values)(codes), 6, "SMOTE").classes.tolist()

    assert classes_of(TUPLES) == sorted(TUPLES)
    assert classes_of(INTERVALS) == INTERVALS
    for values in (SETS, list(Tree), UNORDERED):  # by first appearance
        assert classes_of(values) == [values[1], values[0], values[2]]
    target = read_labels(objects(SETS)(codes), 6, "SMOTE")
    assert target.codes.tolist() == [0, 1, 2, 0, 1, 2]
    assert target.counts.tolist() == [2, 2, 2]


def test_rows_do_not_depend_on_the_hashes_of_labels():
    program = (
        "import numpy as np\n"
        "from skresample import SMOTE\n"
        "y = np.array([frozenset(s) for s in ['ab'] * 6 + ['a'] * 4 + ['c'] * 3], dtype=object)\n"
        "X = np.arange(13.0)[:, np.newaxis] ** 2\n"
        "X_out, y_out = SMOTE(k_neighbors=2, random_state=0).fit_resample(X, y)\n"
        "print(X_out.ravel().tolist(), [sorted(label) for label in y_out])\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("model", [SMOTE, KDEOverSampler, RandomOverSampler, SMOTETomek])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, "ash", 2], "y mixes labels that cannot be ordered.*instead of int, str"),
        ([Tree.ASH, frozenset("a"), (1,)], "y mixes labels that cannot be ordered"),
        ([["ash"], ["oak"], ["elm"]], "type list, which cannot be hashed.*Multi-label"),
        ([{"ash"}, {"oak"}, set()], "type set, which cannot be hashed.*Multi-label"),
        ([None, Tree.ASH, Tree.ELM], "missing label in 60 of 110 rows"),
    ],
)
def test_labels_that_are_refused(model, values, message):
    X, codes = blobs(SIZES)
    with pytest.raises(ValueError, match=message):
        model().fit_resample(X, objects(values)(codes))


def test_missing_labels_of_a_categorical_are_refused():
    X, codes = blobs(SIZES)
    y = pd.Categorical(np.array(["ash", "oak", None], dtype=object)[codes])
    with pytest.raises(ValueError, match="missing label in 20 of 110 rows"):
        SMOTE().fit_resample(X, y)
