"""The encoder for classifiers that accept only complete numerical features."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skresample import ResampledClassifier, TableEncoder
from skresample.pipeline.adapt import (
    adapt,
    converts_text,
    needs_encoder,
    takes_missing,
    with_encoder,
)

CONTAINERS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "age": [20.0, 30.0, np.nan, 40.0],
            "count": pd.array([1, None, 3, 4], dtype="Int64"),
            "town": ["Rome", "Oslo", None, "Rome"],
            "size": pd.Categorical(["s", "m", "s", "s"]),
            "flag": [True, False, True, True],
            "maybe": pd.array([True, None, False, True], dtype="boolean"),
            "day": pd.to_datetime(["2024-01-01", "2024-01-03", None, "2024-01-05"]),
        }
    )


@parametrize_with_checks([TableEncoder(), TableEncoder(impute=False)])
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_every_kind_of_column_by_hand(frame, make):
    encoder = TableEncoder().fit(make(frame))
    names = encoder.get_feature_names_out().tolist()
    out = dict(zip(names, encoder.transform(make(frame)).T, strict=True))
    third = np.sqrt(1.5)
    expected = {
        "age": [-third, 0, 0, third],
        "day": [-third, 0, 0, third],
        "missingindicator_age": [0, 0, 1, 0],
        "missingindicator_count": [0, 1, 0, 0],
        "missingindicator_day": [0, 0, 1, 0],
        "town_Oslo": [0, 1, 0, 0],
        "town_Rome": [1, 0, 0, 1],
        "town_None": [0, 0, 1, 0],
        "size_s": [1, 0, 1, 1],
        "flag_True": [1, 0, 1, 1],
        "maybe_False": [0, 0, 1, 0],
        "maybe_True": [1, 0, 0, 1],
        "maybe_None": [0, 1, 0, 0],
    }
    assert set(names) == {*expected, "count"}
    for name, values in expected.items():
        np.testing.assert_allclose(out[name], values, err_msg=name)
    assert encoder.categorical_features_.tolist() == [2, 3, 4, 5]
    assert encoder.feature_names_in_.tolist() == frame.columns.tolist()


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_without_imputation(frame, make):
    encoder = TableEncoder(impute=False).fit(make(frame))
    out = encoder.transform(make(frame))
    assert np.isnan(out).sum(axis=0)[:3].tolist() == [1, 1, 1]
    assert not np.isnan(out[:, 3:]).any()
    assert "missingindicator_age" not in encoder.get_feature_names_out()


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_other_categories_and_missing_values_in_later_rows(frame, make):
    encoder = TableEncoder().fit(make(frame))
    other = frame.iloc[[0, 1]].assign(
        town=["Bonn", None], size=pd.Categorical([None, "xl"]), age=[np.nan, 25.0]
    )
    out = dict(zip(encoder.get_feature_names_out(), encoder.transform(make(other)).T, strict=True))
    assert [out[f"town_{town}"][0] for town in ("Oslo", "Rome", "None")] == [0, 0, 0]
    assert out["town_None"][1] == 1
    assert out["size_s"].tolist() == [0, 0]
    assert out["missingindicator_age"].tolist() == [1, 0]
    assert np.isfinite(encoder.transform(make(other))).all()


def test_dates_before_and_after_those_seen_are_counted_from_the_same_day():
    days = pd.DataFrame({"day": pd.to_datetime(["2024-01-10", "2024-01-12"])})
    encoder = TableEncoder().fit(days)
    later = pd.DataFrame({"day": pd.to_datetime(["2024-01-05 00:00", "2024-01-13 12:00"])})
    np.testing.assert_allclose(encoder.transform(later).ravel(), [-6, 2.5])
    spans = pd.DataFrame({"wait": pd.to_timedelta(["1h", "3h"])})
    np.testing.assert_allclose(TableEncoder().fit_transform(spans).ravel(), [-1, 1])


def test_rare_categories_are_one_and_unknown_ones_are_among_them():
    towns = [f"t{i}" for i in range(40)] + [f"t{i}" for i in range(31)]
    encoder = TableEncoder().fit(pd.DataFrame({"town": towns}))
    names = encoder.get_feature_names_out().tolist()
    assert len(names) == 32
    out = encoder.transform(pd.DataFrame({"town": ["t39", "elsewhere", None]}))
    rare = names.index("town_infrequent_sklearn")
    assert out[:, rare].tolist() == [1, 1, 1]
    assert out.sum() == 3


def test_a_whole_number_is_the_same_category_beside_missing_ones():
    one = pd.DataFrame({"a": pd.Series(["x", 1, 2], dtype=object)})
    other = pd.DataFrame({"a": pd.Series([1.0, 2.0, None], dtype=object)})
    encoder = TableEncoder().fit(one)
    assert encoder.get_feature_names_out().tolist() == ["a_1", "a_2", "a_x"]
    assert encoder.transform(other).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_columns_without_any_value():
    holes = pd.DataFrame({"a": [1.0, 3.0], "b": [np.nan, np.nan], "c": [None, None]})
    out = TableEncoder().fit_transform(holes)
    np.testing.assert_array_equal(out, [[-1, 0, 0, 1, 1], [1, 0, 0, 1, 1]])


def test_arrays_and_lists():
    table = [[1.0, "a"], [3.0, "b"]]
    expected = [[-1, 0], [1, 1]]
    assert TableEncoder().fit_transform(table).tolist() == expected
    assert TableEncoder().fit_transform(np.array(table, dtype=object)).tolist() == expected
    assert TableEncoder().fit_transform(np.array([[1, 0], [3, 4]])).tolist() == [[-1, -1], [1, 1]]
    only_names = np.array([["a", "x"], ["b", "x"]])
    assert TableEncoder().fit_transform(only_names).shape == (2, 2)


def test_invalid_input_raises_an_error():
    with pytest.raises(TypeError, match="sparse data was passed"):
        TableEncoder().fit(sparse.csr_array(np.eye(3)))
    with pytest.raises(TypeError, match=r"column 'a': .* not list"):
        TableEncoder().fit(pd.DataFrame({"a": [[1], [2]]}))
    with pytest.raises(ValueError, match="infinity"):
        TableEncoder().fit(np.array([[np.inf], [0.0]]))
    encoder = TableEncoder().fit([[1.0, "x"], [2.0, "y"]])
    with pytest.raises(ValueError, match="X has 1 features, but TableEncoder is expecting 2"):
        encoder.transform(np.array([[1.0]]))
    encoder = TableEncoder().fit(pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}))
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform(pd.DataFrame({"b": ["x"], "a": [1.0]}))
    with pytest.raises(
        ValueError, match="'a' contained numbers in fit, but now it contains other values"
    ):
        encoder.transform(pd.DataFrame({"a": ["one"], "b": ["x"]}))


@pytest.mark.parametrize("output", ["pandas", "polars"])
@pytest.mark.parametrize("impute", [True, False])
@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_set_output(frame, make, output, impute):
    plain = TableEncoder(impute=impute).fit_transform(make(frame))
    own = TableEncoder(impute=impute).set_output(transform=output)
    with config_context(transform_output=output):
        by_setting = TableEncoder(impute=impute).fit_transform(make(frame))
        inside = TableEncoder(impute=impute).set_output(transform="default")
        assert isinstance(inside.fit_transform(make(frame)), np.ndarray)
    for out in (own.fit_transform(make(frame)), by_setting):
        assert type(out).__module__.split(".")[0] == output
        assert list(out.columns) == own.get_feature_names_out().tolist()
        np.testing.assert_array_equal(out.to_numpy(), plain)


def test_output_names_are_unique():
    frame = pd.DataFrame({"t_x": [1.0, 2.0, 4.0], "t": ["x", "y", "z"], "t_x_1": [0.0, 1.0, 3.0]})
    encoder = TableEncoder().set_output(transform="polars")
    assert encoder.fit_transform(frame).columns == ["t_x", "t_x_1", "t_x_2", "t_y", "t_z"]


def test_repeated_input_names():
    frame = pd.DataFrame([[1.0, "x", 5.0], [3.0, "y", 7.0]], columns=["a", "b", "a"])
    encoder = TableEncoder().fit(frame)
    assert encoder.transform(frame).tolist() == [[-1, -1, 0], [1, 1, 1]]
    assert encoder.get_feature_names_out().tolist() == ["x0", "x2", "x1_y"]
    with pytest.raises(ValueError, match="X has 6 features"):
        encoder.transform(pd.concat([frame, frame], axis=1))


def test_invalid_parameters(frame):
    with pytest.raises(ValueError, match="'impute' parameter of TableEncoder must be"):
        TableEncoder(impute="yes").fit(frame)


@pytest.mark.parametrize(
    ("table", "needed"),
    [
        (np.eye(3), False),
        (np.eye(3, dtype=int), False),
        (np.array([[1.0, np.nan]]), True),
        (sparse.csr_array(np.eye(3)), False),
        ([[1, 2.5], [3, 4]], False),
        ([[1, None]], True),
        ([[1, "a"]], True),
        ([[1], [2, 3]], False),
        (np.array([[1, 2]], dtype=object), False),
        (np.array([["1", "2"]]), True),
        (pd.DataFrame({"a": [1.0, 2.0]}), False),
        (pd.DataFrame({"a": [1.0, np.nan]}), True),
        (pd.DataFrame({"a": pd.to_datetime(["2024-01-01"])}), True),
        (pd.DataFrame({"a": [True]}), True),
        (pl.DataFrame({"a": [1, 2]}), False),
        (pl.DataFrame({"a": [1, None]}), True),
        (pa.table({"a": ["x"]}), True),
    ],
)
def test_tables_that_need_an_encoder(table, needed):
    assert needs_encoder(table) is needed


def test_which_estimators_accept_missing_values():
    boosting = HistGradientBoostingClassifier()
    assert takes_missing(boosting)
    assert not takes_missing(LogisticRegression())
    assert takes_missing(make_pipeline(StandardScaler(), boosting))
    assert takes_missing(make_pipeline("passthrough", boosting))
    assert not takes_missing(make_pipeline(StandardScaler(), LogisticRegression()))
    assert not takes_missing(make_pipeline(SimpleImputer(), LogisticRegression()))
    assert takes_missing(ResampledClassifier(LogisticRegression()))


SPELLED_AS_NUMBERS = {
    "categories": lambda code: pd.DataFrame({"x": 1.0, "c": pd.Categorical(code)}),
    "holes": lambda code: pd.DataFrame({"x": 1.0, "c": pd.Categorical([*code[:-1], None])}),
    "text": lambda code: pd.DataFrame({"x": 1.0, "c": [f"0{c}" for c in code]}),
    "polars": lambda code: pl.DataFrame({"c": [f"0{c}" for c in code]}),
    "pyarrow": lambda code: pa.table({"c": pa.array(code).dictionary_encode()}),
    "list": lambda code: [[1.0, f"0{c}"] for c in code],
}


@pytest.mark.parametrize("make", SPELLED_AS_NUMBERS.values(), ids=SPELLED_AS_NUMBERS)
def test_which_classifiers_convert_text_to_numbers(make):
    code, y = np.arange(40) % 4, np.repeat([0, 1], 20)
    table = make(code)
    boosting = HistGradientBoostingClassifier(max_iter=1)
    assert converts_text(make_pipeline(StandardScaler(), boosting), table, y)
    assert converts_text(make_pipeline(SimpleImputer(), LogisticRegression()), table, y)
    able = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    assert not converts_text(able, table, y)
    assert not converts_text(make_pipeline(TableEncoder(), boosting), table, y)
    if isinstance(table, pd.DataFrame) and table["c"].dtype == "category":
        assert not converts_text(boosting, table, y)


def test_tables_without_categories_spelled_as_numbers():
    y = np.repeat([0, 1], 20)
    model = LogisticRegression()
    for table in (np.eye(40), sparse.eye_array(40).tocsr(), np.eye(40).tolist()):
        assert not converts_text(model, table, y)
    for column in (np.arange(40), y == 1, np.where(y, "a", "1"), pd.Categorical(["a", "b"] * 20)):
        assert not converts_text(model, pd.DataFrame({"a": column}), y)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_times_as_objects(zone):
    times = pd.Series(pd.date_range("2020-01-01", periods=6, freq="7h", tz=zone, unit="us"))
    times[2] = None
    frames = [pd.DataFrame({"seen": some}) for some in (times, times.astype(object))]
    assert all(map(needs_encoder, frames))
    expected, encoded = (TableEncoder().fit_transform(frame) for frame in frames)
    np.testing.assert_allclose(encoded, expected)
    np.testing.assert_allclose(TableEncoder().fit(frames[0]).transform(frames[1]), expected)


COLORS = pd.DataFrame({"x": np.arange(40.0), "color": ["red", "blue"] * 20})
DIGITS = pd.DataFrame({"x": np.arange(40.0), "digit": [f"0{i % 4}" for i in range(40)]})
MASKED = np.ma.masked_array(np.arange(80.0).reshape(40, 2), mask=np.arange(80).reshape(40, 2) == 3)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.eye(40), ""),
        (COLORS, "it cannot be fitted on the table as it is (categories in 'color')"),
        (DIGITS, "it converts categories spelled as numbers to numbers"),
        (MASKED, "it computes with masked values"),
    ],
    ids=["plain", "categories", "digits", "masked"],
)
def test_the_reason_for_an_encoder(table, reason):
    y = np.repeat([0, 1], 20)
    tree = DecisionTreeClassifier()
    encoder, said, _ = adapt(tree, table, y)
    assert said == reason
    assert (encoder is None) == (reason == "")
    model, said = with_encoder(tree, table, y)
    assert said == reason
    assert (model is tree) == (reason == "")
    scaled = make_pipeline("passthrough", tree)
    longer, _ = with_encoder(scaled, table, y)
    assert len(longer) == 2 + (reason != "")
    assert len(scaled) == 2


def test_a_plain_table_is_fitted_once():
    y = np.repeat([0, 1], 20)
    fitted = LogisticRegression()
    assert adapt(None, np.eye(40), y, fit=lambda: fitted.fit(np.eye(40), y)).fitted is fitted
    assert adapt(None, np.eye(40), y).fitted is None


def test_the_reason_names_columns_of_arrays():
    y = np.repeat([0, 1], 20)
    table = np.where(MASKED.mask, np.nan, MASKED.data)
    reason = "it cannot be fitted on the table as it is (missing values in column 1)"
    assert with_encoder(LogisticRegression(), table, y)[1] == reason
