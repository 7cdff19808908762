"""The laws that every sampler keeps, whatever its method."""

import math
import warnings
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling.base import BaseOverSampler as ImblearnBaseOverSampler
from imblearn.pipeline import make_pipeline
from samplers import (
    CLASSES,
    HYBRIDS,
    INTERPOLANTS,
    INTERPOLATING,
    NO_PARENTS,
    REMOVERS,
    VARIANTS,
    Bootstrap,
    blobs,
    name_of,
    steps_of,
    unmoved,
)
from scipy import sparse
from scipy.stats import ks_2samp, spearmanr
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import cross_val_score

from skresample import (
    CCR,
    LVQSMOTE,
    SMOTE,
    SVMSMOTE,
    BorderlineSMOTE,
    GeneratorSampler,
    GeometricSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
    SafeLevelSMOTE,
)
from skresample.table import read_labels
from skresample.table.target import part_of
from skresample.testing import parametrize_with_laws

# What a method says when it finds no base or too few neighbours is tested with the method.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
    pytest.mark.filterwarnings("ignore:.*rows that class .* had:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning"),
]

every_sampler = pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
every_interpolant = pytest.mark.parametrize("sampler", INTERPOLANTS, ids=name_of)
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
every_interpolating_class = pytest.mark.parametrize(
    "cls", INTERPOLATING, ids=lambda cls: cls.__name__
)


def dense(X):
    if sparse.issparse(X):
        return X.toarray()
    if isinstance(X, pd.DataFrame):
        return X.to_numpy(dtype=np.float64)
    return np.asarray(X)


def assert_same_bits(left, right):
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    assert left.tobytes() == right.tobytes()


def assert_same_frame(left, right):
    pd.testing.assert_frame_equal(left, right, check_exact=True)
    for j, dtype in enumerate(right.dtypes):
        if isinstance(dtype, np.dtype) and dtype.kind == "f":
            assert_same_bits(left.iloc[:, j].to_numpy(), right.iloc[:, j].to_numpy())


def as_float64(X):
    X = X.copy()
    X[3, 1] = -0.0
    return X


ARRAYS = {
    "float64": as_float64,
    "float32": lambda X: as_float64(X).astype(np.float32),
    "float16": lambda X: as_float64(X).astype(np.float16),
    "int64 beyond 2^53": lambda X: (X * 2.0**50).astype(np.int64) + 2**60 + 1,
    "uint64 beyond 2^63": lambda X: (X * 2.0**50).astype(np.int64).astype(np.uint64) + 2**63 + 1,
    "int8": lambda X: np.clip(X * 20, -128, 127).astype(np.int8),
    "uint8": lambda X: np.clip(X * 30 + 100, 0, 255).astype(np.uint8),
    "bool": lambda X: X > 0.5,
}
SPARSE = {
    "csr_matrix": sparse.csr_matrix,
    "csc_matrix": sparse.csc_matrix,
    "csr_array": sparse.csr_array,
    "csc_array": sparse.csc_array,
}


def mixed_frame(X):
    """Return a frame with a column of each numeric dtype of pandas."""
    whole = np.round(X * 10).astype(np.int64)
    return pd.DataFrame(
        {
            "float64": as_float64(X)[:, 1],
            "float32": X[:, 0].astype(np.float32),
            "int64": whole[:, 1] * 2**50 + 2**60 + 1,
            "uint8": np.clip(whole[:, 2] + 100, 0, 255).astype(np.uint8),
            "bool": X[:, 0] > 0.5,
            "Int64": pd.array(whole[:, 0], dtype="Int64"),
            "UInt8": pd.array(np.clip(whole[:, 2] + 100, 0, 255), dtype="UInt8"),
            "Float64": pd.array(X[:, 0], dtype="Float64"),
            "Float32": pd.array(X[:, 1].astype(np.float32), dtype="Float32"),
            "boolean": pd.array(X[:, 1] > 0.5, dtype="boolean"),
            "sparse float": pd.arrays.SparseArray(np.where(X[:, 2] > 0, X[:, 2], 0), fill_value=0),
            "sparse int": pd.arrays.SparseArray(np.maximum(whole[:, 2], 0), fill_value=0),
            "arrow double": pd.array(X[:, 2], dtype="double[pyarrow]"),
            "arrow int": pd.array(whole[:, 2], dtype="int64[pyarrow]"),
        },
        index=np.arange(len(X)) + 1000,
    )


@pytest.mark.every_third("sampler", "law", 5)  # each goes through a grid of its own
@parametrize_with_laws([*VARIANTS, *REMOVERS])
def test_law(sampler, law):
    law(sampler)


class TestOriginals:
    """The rows that were given come first, bit for bit, in the container that they came in.

    But for those that a method says it has moved.
    """

    @every_sampler
    @pytest.mark.parametrize("dtype", ["float64", "float32", "int64 beyond 2^53", "uint8", "bool"])
    @pytest.mark.parametrize("make", SPARSE)
    def test_sparse(self, sampler, make, dtype):
        X, y = blobs()
        X = SPARSE[make](np.where(X > 0, ARRAYS[dtype](X), 0).astype(ARRAYS[dtype](X).dtype))
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        assert type(X_out) is type(X)
        assert X_out.format == X.format
        assert X_out.shape == (180, 3)
        same = unmoved(sampler, len(y))
        assert_same_bits(X_out.tocsr()[same].toarray(), X.tocsr()[same].toarray())

    @every_sampler
    def test_frame(self, sampler):
        X, y = blobs()
        X = mixed_frame(X)
        before = X.copy()
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        assert type(X_out) is pd.DataFrame
        assert len(X_out) == 180
        pd.testing.assert_series_equal(X_out.dtypes, X.dtypes)
        assert not X_out.isna().any().any()
        same = unmoved(sampler, len(X))
        assert_same_frame(X_out.iloc[same], before.reset_index(drop=True).iloc[same])
        assert_same_frame(X, before)
        assert sampler.feature_names_in_.tolist() == list(X.columns)
        assert_same_frame(X_out, X_out.reset_index(drop=True))

    @every_sampler
    def test_frame_of_arrow_booleans(self, sampler):
        X, y = blobs()
        X = pd.DataFrame({"x": X[:, 0], "yes": pd.array(X[:, 2] > 0.5, dtype="bool[pyarrow]")})
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        same = unmoved(sampler, len(X))
        assert_same_frame(X_out.iloc[same], X.iloc[same])
        pd.testing.assert_series_equal(X_out.dtypes, X.dtypes)


class TestNewValues:
    """A new value is one that its column can hold, and stays where the old ones are."""

    @every_interpolant
    @pytest.mark.parametrize("dtype", ARRAYS)
    def test_whole_numbers_stay_between_the_parents(self, sampler, dtype):
        X, y = blobs()
        X = ARRAYS[dtype](X)
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        if isinstance(sampler, SVMSMOTE):
            return
        base, partner = (X[sampler.parents_[:, p]] for p in (0, 1))
        new = X_out[len(X) :]
        assert (new >= np.minimum(base, partner)).all()
        assert (new <= np.maximum(base, partner)).all()

    @every_sampler
    def test_constant_columns_of_a_frame_stay_constant(self, sampler):
        X, y = blobs()
        X = pd.DataFrame({"x": X[:, 0], "float": 0.1, "whole": 7, "yes": True})
        X_out, _ = clone(sampler).fit_resample(X, y)
        assert (X_out["float"] == 0.1).all()
        assert (X_out["whole"] == 7).all()
        assert X_out["yes"].all()

    @pytest.mark.parametrize(
        "sampler",
        [s for s in INTERPOLANTS if not isinstance(s, (SVMSMOTE, KMeansSMOTE))],
        ids=name_of,
    )
    @pytest.mark.parametrize("d", [3, 20])
    def test_far_from_the_origin_the_same_rows_are_joined(self, sampler, d):
        X, y = blobs(d=d)
        X = np.round(X * 2**10) / 2**10  # so that X + 2**30 is exact
        near, far = clone(sampler), clone(sampler)
        near.fit_resample(X, y)
        far.fit_resample(X + 2.0**30, y)
        np.testing.assert_array_equal(near.parents_, far.parents_)


def hostile(kind):
    """Return a table of numbers near an end of what its types hold, and its labels."""
    X, y = blobs((40, 20))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    inside = np.tanh(X)  # from -1 to 1
    a_day, start = np.timedelta64(1, "D"), np.datetime64("2024-01-01", "ns")
    tables = {
        "beside an offset": lambda: np.column_stack([1e9 + 1e-6 * X[:, 0], X[:, 1]]),
        "beside a large one": lambda: np.column_stack([1e12 * X[:, 0], 1e-12 * X[:, 1]]),
        "1e308": lambda: np.column_stack([1.79e308 * inside[:, 0], X[:, 1], 1e308 * inside[:, 2]]),
        "1e-310": lambda: np.column_stack([1e-310 * X[:, 0], X[:, 1]]),
        "both": lambda: np.column_stack([1.79e308 * inside[:, 0], 1e-310 * X[:, 1], X[:, 2]]),
        "all above 1e154": lambda: 1e160 * X,
        "all below 1e-154": lambda: 1e-170 * X,
        "constant": lambda: np.column_stack([np.full(60, 1.7e308), X[:, 1], np.full(60, 5e-324)]),
        "a class that varies little": lambda: np.where((y == 1)[:, np.newaxis], 1e-300, 1) * X,
        "float16": lambda: (65504 * inside).astype(np.float16),
        "float32": lambda: np.column_stack([3.4e38 * inside[:, 0], X[:, 1]]).astype(np.float32),
        "small float32": lambda: (1e-40 * X).astype(np.float32),
        "int64": lambda: np.where(
            inside < 0, np.iinfo(np.int64).min, np.iinfo(np.int64).max - (20 * X**2).astype(int)
        ),
        "uint64": lambda: np.uint64(2**64 - 1) - (20 * X**2).astype(np.uint64),
        "frame": lambda: pd.DataFrame(
            {
                "large": 1.79e308 * inside[:, 0],
                "single": (3.4e38 * inside[:, 1]).astype(np.float32),
                "half": (65504 * inside[:, 2]).astype(np.float16),
                "small": 1e-312 * X[:, 0],
                "whole": np.uint64(2**64 - 1) - (20 * X[:, 1] ** 2).astype(np.uint64),
                "byte": (49 * inside[:, 2]).astype(np.int8),
            }
        ),
        "within a millisecond": lambda: pd.DataFrame(
            {"when": start + (1e5 * X[:, 0]).astype("m8[ns]"), "n": (49 * inside[:, 1]).astype(int)}
        ),
        "marks": lambda: pd.DataFrame(
            {
                "since": np.where(
                    X[:, 0] < -1, pd.Timestamp.min.to_datetime64(), start + a_day * (X[:, 1] > 0)
                ).astype("M8[ns]"),
                "until": np.where(
                    X[:, 1] > 1, pd.Timestamp.max.to_datetime64(), start + a_day * (X[:, 0] > 0)
                ).astype("M8[ns]"),
            }
        ),
        "sparse": lambda: sparse.csr_array(
            np.where(X > 0, inside, 0) * np.array([1.79e308, 1, 1e-310])
        ),
        "sparse float32": lambda: sparse.csr_array(
            (np.where(X > 0, inside, 0) * np.array([3.4e38, 1, 1e-40])).astype(np.float32)
        ),
    }
    return tables[kind](), y


HOSTILE = [
    *("beside an offset", "beside a large one", "1e308", "1e-310", "both", "all above 1e154"),
    *("all below 1e-154", "constant", "a class that varies little", "float16", "float32"),
    *("small float32", "int64", "uint64", "frame", "within a millisecond", "marks"),
    *("sparse", "sparse float32"),
]
# What these methods add to a column may be so many times the width of the class in it.
FURTHEST = 3
# Of CCR, spheres are as large as its energy says, in deviations of the table.
REACHING = [
    *(s for s in VARIANTS if not isinstance(s, CCR)),
    GeometricSMOTE(standardize=False, random_state=0),
    SMOTE(standardize=True, random_state=0),
]


def longdoubles(column):
    """Return a column in numbers that hold its values and their differences."""
    column = column.view(np.int64) if column.dtype.kind in "mM" else column
    return column.astype(np.longdouble)


class TestExtremes:
    """New values are finite, of their type, and not out of all proportion to the class."""

    @pytest.mark.parametrize("sampler", REACHING, ids=name_of)
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_stay_in_proportion(self, sampler, kind):
        X, y = hostile(kind)
        sampler = clone(sampler).set_params(sampling_strategy={1: 120})
        with warnings.catch_warnings():
            if not isinstance(X, pd.DataFrame):
                warnings.simplefilter("error", RuntimeWarning)
            X_out, _ = sampler.fit_resample(X, y)
        table, new = (
            t if isinstance(t, pd.DataFrame) else pd.DataFrame(dense(t)) for t in (X, X_out)
        )
        pd.testing.assert_series_equal(table.dtypes, new.dtypes)
        outward = getattr(sampler, "kind", "") == "borderline-2"
        for name in table:
            made = new[name].to_numpy()[len(y) :]
            assert not pd.isna(made).any()
            made = longdoubles(made)
            assert np.isfinite(made).all()
            of = longdoubles(table[name].to_numpy()[np.full(len(y), True) if outward else y == 1])
            low, high = of.min(), of.max()
            inward = getattr(sampler, "_on_lines", False) and not isinstance(sampler, SVMSMOTE)
            reach = 0 if inward else FURTHEST * (high - low)
            if table[name].dtype.kind in "iuM":  # floats hold 53 bits of a whole number
                reach += 2.0**-52 * np.ptp(longdoubles(table[name].to_numpy()))
            assert low - reach <= made.min()
            assert made.max() <= high + reach

    @pytest.mark.parametrize("cls", HYBRIDS, ids=lambda cls: cls.__name__)
    @pytest.mark.parametrize("kind", ["1e308", "both", "float16", "frame", "marks", "sparse"])
    def test_rows_are_removed_all_the_same(self, cls, kind):
        X, y = hostile(kind)
        X_out, _ = cls(random_state=0).fit_resample(X, y)
        new = X_out if isinstance(X_out, pd.DataFrame) else pd.DataFrame(dense(X_out))
        assert not new.isna().any().any()
        assert not np.isinf(new.select_dtypes("number").to_numpy(dtype=np.float64)).any()

    @every_sampler
    def test_the_least_time_is_no_missing_one(self, sampler):
        X, y = hostile("marks")
        X_out, _ = clone(sampler).fit_resample(X, y)
        assert not X_out.isna().any().any()


def one_hot_table(sizes=(60, 20)):
    """Return a table with two groups of zeros and ones, and its labels."""
    X, y = blobs(sizes)
    rng = np.random.default_rng(0)
    first = np.eye(3)[rng.choice(3, len(y), p=[0.1, 0.3, 0.6])]
    second = np.eye(2)[rng.choice(2, len(y), p=[0.2, 0.8])]
    other = rng.random((len(y), 2)) < 0.4  # which are no group
    return np.column_stack([X[:, :1], first, X[:, 1:2], other, second]), y


GROUPS = {"first": [1, 2, 3], "second": [7, 8]}
BINARY = [1, 2, 3, 5, 6, 7, 8]


def frame_with_zeros_and_ones(X, dtype):
    return pd.DataFrame(X, columns=list("abcdefghi")).astype(
        {"abcdefghi"[j]: dtype for j in BINARY}
    )


ONE_HOT = {
    "array": np.asarray,
    "float32": lambda X: X.astype(np.float32),
    "int": lambda X: X.round().astype(int),
    "objects": lambda X: X.astype(object),
    "csr": sparse.csr_array,
    "csc, int": lambda X: sparse.csc_matrix(np.abs(X).round().astype(int)),
    "frame of floats": pd.DataFrame,
    "frame of ints": lambda X: frame_with_zeros_and_ones(X, int),
    "frame of booleans": lambda X: frame_with_zeros_and_ones(X, bool),
    "frame of Int8": lambda X: frame_with_zeros_and_ones(X, int).astype(
        {"abcdefghi"[j]: "Int8" for j in BINARY}
    ),
}


class TestZerosAndOnes:
    """Columns of zeros and ones that are one category have one 1 in every new row."""

    @every_sampler
    @pytest.mark.parametrize("make", ONE_HOT)
    def test_groups(self, sampler, make):
        X, y = one_hot_table()
        X_out, _ = clone(sampler).fit_resample(ONE_HOT[make](X), y)
        new = dense(X_out).astype(np.float64)[len(y) :]
        assert set(np.unique(new[:, BINARY])) == {0, 1}
        for members in GROUPS.values():
            assert (new[:, members].sum(axis=1) == 1).all()

    @pytest.mark.parametrize(
        "sampler",
        [s for s in VARIANTS if "categorical_features" in s.get_params()],
        ids=name_of,
    )
    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, pd.DataFrame])
    def test_groups_that_are_named(self, sampler, make):
        """Also of columns apart, and where some rows have no 1."""
        X, y = blobs((60, 20))
        level = np.random.default_rng(0).choice(4, 80, p=[0.2, 0.2, 0.3, 0.3])
        a, b, c, _ = np.eye(4)[level].T  # the fourth was dropped
        X = np.column_stack([a, X[:, 0], b, X[:, 1], c])
        sampler = clone(sampler).set_params(categorical_features=[(0, 4, 2)])
        X_out, _ = sampler.fit_resample(make(X), y)
        new = dense(X_out)[80:]
        assert set(np.unique(new[:, [0, 2, 4]])) == {0, 1}
        assert set(np.unique(new[:, [0, 2, 4]].sum(axis=1))) == {0, 1}

    def test_groups_that_are_none(self):
        X, y = one_hot_table()
        for group, why in (((0, 1), "zeros and ones"), ((3, 8), "ones in row")):
            with pytest.raises(ValueError, match=why):
                SMOTE(categorical_features=[group]).fit_resample(X, y)
        with pytest.raises(ValueError, match="name it once"):
            SMOTE(categorical_features=[1, (1, 2, 3)]).fit_resample(X, y)

    @every_sampler
    def test_missing_where_the_first_parent_is(self, sampler):
        X, y = one_hot_table()
        holes = np.random.default_rng(1).random(len(y)) < 0.2
        X[np.ix_(holes, GROUPS["first"])] = np.nan
        X_out, _ = clone(sampler).fit_resample(X, y)
        new = X_out[len(y) :][:, GROUPS["first"]]
        missing = np.isnan(new)
        assert (missing.all(axis=1) | (new.sum(axis=1) == 1)).all()

    @every_interpolant
    @pytest.mark.parametrize("make", ["array", "int", "frame of ints", "frame of booleans", "csr"])
    def test_are_all_those_of_one_parent(self, sampler, make):
        """Also those of no group, so that no new combination is made."""
        X, y = one_hot_table()
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(ONE_HOT[make](X), y)
        new = dense(X_out).astype(np.float64)[len(y) :]
        both = [X[sampler.parents_[:, p]][:, BINARY] == new[:, BINARY] for p in (0, 1)]
        assert (both[0].all(axis=1) | both[1].all(axis=1)).all()

    def test_rates_are_kept(self):
        """Each row may be joined with each, so that bases and partners are evenly drawn."""
        X, y = one_hot_table()
        n = 20_000
        sampler = SMOTE(k_neighbors=19, sampling_strategy={1: 20 + n}, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        expected = X[y == 1][:, BINARY].mean(axis=0)
        np.testing.assert_allclose(X_out[80:, BINARY].mean(axis=0), expected, atol=0.015)


def start_and_end(kind, n):
    """Return two columns of which the first is always below the second, by one step at least."""
    rng = np.random.default_rng(0)
    start = rng.integers(0, 9, n)
    end = start + rng.integers(1, 4, n)
    if kind == "days":
        return (np.datetime64("2024-01-01") + part.astype("m8[D]") for part in (start, end))
    if kind == "seconds":
        return (
            np.datetime64("2024-01-01T00:00:07") + part.astype("m8[s]") for part in (start, end)
        )
    return (start / 10, end / 10) if kind == "tenths" else (start, end)


class TestInequalities:
    """What is below another value of the row in both parents is so in their new rows."""

    @every_interpolant
    @pytest.mark.parametrize("kind", ["int", "tenths", "days", "seconds"])
    def test_start_before_end(self, sampler, kind):
        if isinstance(sampler, SVMSMOTE):  # which goes beyond its parents
            return
        X, y = blobs((60, 20))
        start, end = start_and_end(kind, 80)
        X = pd.DataFrame({"x": X[:, 0], "start": start, "end": end})
        X_out, _ = clone(sampler).set_params(sampling_strategy={1: 420}).fit_resample(X, y)
        assert (X_out["start"] < X_out["end"]).all()

    @every_interpolant
    def test_start_before_end_in_an_array(self, sampler):
        if isinstance(sampler, SVMSMOTE):
            return
        X, y = blobs((60, 20))
        X = np.column_stack([(X[:, 0] * 10).astype(int), *start_and_end("int", 80)])
        for make in (np.asarray, sparse.csr_array):
            X_out, _ = (
                clone(sampler).set_params(sampling_strategy={1: 420}).fit_resample(make(X), y)
            )
            new = dense(X_out)
            assert (new[:, 1] < new[:, 2]).all()


STRINGS = np.array(["many", "few"], dtype=object)


class TestTarget:
    """The target goes out in the make that it came in."""

    @every_sampler
    def test_categorical_series_keeps_its_categories(self, sampler):
        X, y = blobs()
        y = pd.Series(pd.Categorical(STRINGS[y], categories=["many", "none", "few"], ordered=True))
        _, y_out = clone(sampler).fit_resample(X, y)
        assert y_out.dtype == y.dtype
        assert y_out[:120].tolist() == y.tolist()
        assert (y_out[120:] == "few").all()

    @every_sampler
    @pytest.mark.parametrize("dtype", ["string", "string[pyarrow]", "Int64", "int64[pyarrow]"])
    def test_extension_series(self, sampler, dtype):
        X, y = blobs()
        y = pd.Series(y.astype(str) if "string" in dtype else y).astype(dtype)
        _, y_out = clone(sampler).fit_resample(X, y)
        assert y_out.dtype == y.dtype
        assert Counter(map(str, y_out)) == {"0": 90, "1": 90}

    @every_sampler
    def test_one_hot_frame(self, sampler):
        X, y = blobs((60, 30, 20))
        one_hot = pd.DataFrame(np.eye(3, dtype=int)[y], columns=list("abc"))
        _, y_out = clone(sampler).fit_resample(X, one_hot)
        assert_same_frame(y_out.iloc[: len(y)], one_hot)
        assert y_out.sum().to_dict() == {"a": 60, "b": 60, "c": 60}


def one_more_than_class_0(y):
    return {1: int(np.sum(y == 0)) + 1}


class TestCounts:
    """Exactly as many rows as were asked for."""

    def test_ratio_is_the_decimal_that_was_written(self):
        """0.29 of 100 rows is 29, though 0.29 * 100 is a float below 29."""
        for n in range(2, 301):
            target = read_labels(np.repeat([0, 1], [n, 1]), n + 1, "SMOTE")
            for hundredths in range(1, 101):
                ratio = float(f"{hundredths / 100:.2f}")
                wanted = max(n * hundredths // 100, 1)
                for given in (ratio, np.float64(ratio), np.float32(ratio)):
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", UserWarning)  # met already
                        assert target.plan(given) == {1: wanted - 1}, (ratio, n)

    @pytest.mark.parametrize("ratio", [0.001, 0.057, 0.283, 0.999, 1 / 3, 2 / 3, 1])
    @pytest.mark.parametrize("n", [1000, 3000, 10**6, 3 * 10**9])
    def test_part_of_a_large_class(self, ratio, n):
        exact = Fraction(ratio).limit_denominator(1000) * n
        assert part_of(ratio, n) == math.floor(exact)


class TestSeeds:
    @every_sampler
    def test_classes_do_not_share_draws(self, sampler):
        X, _ = blobs((40,))
        X = np.vstack([X, X, np.tile(X, (2, 1))])  # two small classes of the same rows
        y = np.repeat([1, 2, 0], [40, 40, 80])
        sampler = clone(sampler)
        if isinstance(sampler, GeometricSMOTE):  # a ball to a row of the majority has no size here
            sampler.set_params(selection_strategy="minority")
        X_out, y_out = sampler.fit_resample(X, y)
        new = slice(len(y), None)
        assert not np.array_equal(X_out[new][y_out[new] == 1], X_out[new][y_out[new] == 2])


class TestProvenance:
    @every_sampler
    def test_is_synthetic_and_parents(self, sampler):
        X, y = blobs((60, 35, 22))
        sampler = clone(sampler)
        X_out, y_out = sampler.fit_resample(X, y)
        n_new = len(X_out) - len(X)
        assert sampler.is_synthetic_.dtype == bool
        assert sampler.is_synthetic_.tolist() == [False] * len(X) + [True] * n_new
        assert sampler.parents_.shape[0] == n_new
        assert np.issubdtype(sampler.parents_.dtype, np.integer)
        assert sampler.parents_.max() < len(X)
        assert sampler.parents_.min() >= -1
        towards_others = isinstance(sampler, GeometricSMOTE) or (
            isinstance(sampler, BorderlineSMOTE) and sampler.kind == "borderline-2"
        )
        if not towards_others:
            for column in sampler.parents_.T:
                known = column >= 0
                np.testing.assert_array_equal(y[column[known]], y_out[len(y) :][known])
        if not isinstance(sampler, NO_PARENTS):
            assert (sampler.parents_[:, 0] >= 0).all()

    @every_interpolant
    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, pd.DataFrame])
    def test_new_rows_lie_on_the_line_of_their_parents(self, sampler, make):
        X, y = blobs((60, 35, 22))
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(make(X), y)
        X_new = dense(X_out)[len(X) :]
        step = steps_of(X, X_new, sampler.parents_)
        assert (sampler.parents_[:, 0] != sampler.parents_[:, 1]).all()
        if not isinstance(sampler, SafeLevelSMOTE):  # copies, where the partner has no safe level
            assert np.unique(step).size == step.size
        if isinstance(sampler, SVMSMOTE):
            assert step.min() > -0.5
        else:
            assert step.min() >= 0
        # A row of no safe level is its partner.
        assert step.max() < 1 or isinstance(sampler, SafeLevelSMOTE)
        base, partner = (X[sampler.parents_[:, p]] for p in (0, 1))
        between = step >= 0
        assert (X_new >= np.minimum(base, partner))[between].all()
        assert (X_new <= np.maximum(base, partner))[between].all()

    def test_copies_are_copies(self):
        X, y = blobs()
        sampler = RandomOverSampler(random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert_same_bits(X_out[len(X) :], X[sampler.parents_[:, 0]])


MAKES = {
    "array": np.asarray,
    "float32": lambda X: X.astype(np.float32),
    "whole numbers": lambda X: np.round(X * 10).astype(int),
    "frame": mixed_frame,
    "csr": lambda X: sparse.csr_matrix(np.maximum(X, 0)),
    "csc": lambda X: sparse.csc_array(np.maximum(X, 0)),
    "list": lambda X: X.tolist(),
}


class TestSample:
    @every_sampler
    def test_no_two_classes_share_draws_whatever_the_seed(self, sampler):
        X, _ = blobs((60, 35, 22))
        twice, y = np.vstack([X, X]), np.repeat(["a", "b"], len(X))
        sampler = clone(sampler).fit(twice, y)
        one, other = (sampler.sample(5, label=label, random_state=3) for label in "ab")
        assert not np.array_equal(one, other)

    @every_sampler
    def test_a_table_without_a_target(self, sampler):
        X, _ = blobs((30, 12))
        sampler = clone(sampler)
        if sampler._knows_others:
            with pytest.raises(ValueError, match="requires y"):
                sampler.fit(X)
            return
        new = sampler.fit(X).sample(7)
        assert new.shape == (7, 3)
        assert np.isfinite(new).all()
        with pytest.raises(ValueError, match="requires y"):
            sampler.fit_resample(X, None)

    @every_sampler
    def test_every_class_can_be_drawn_from(self, sampler):
        X, y = blobs((60, 35, 22))
        X += 100 * y[:, np.newaxis]
        labels = np.array(["a", "b", "c"])
        sampler = clone(sampler).set_params(sampling_strategy={"c": 30})
        if "kmeans_estimator" in sampler.get_params():
            sampler.set_params(kmeans_estimator=3)
        if isinstance(sampler, GeometricSMOTE):  # whose balls may else reach to another class
            sampler.set_params(selection_strategy="combined")
        if isinstance(sampler, CCR):
            sampler.set_params(energy=0.3)
        sampler.fit(X, labels[y])
        for code, label in enumerate(labels):
            new = sampler.sample(7, label=label)
            assert new.shape == (7, 3)
            # Rows that step towards another class's still start in their own.
            assert (np.abs(new - 100 * code).max(axis=1) < 60).all()


def assert_in_random_order(new, parents=None):
    """Check that the first fifth of rows is a sample of all, in values and in parents."""
    fifth = len(new) // 5
    for column in new.T:
        assert ks_2samp(column[:fifth], column[fifth:]).pvalue > 1e-4
        assert abs(spearmanr(np.arange(len(new)), column).statistic) < 0.15
    if parents is not None and (parents >= 0).all():
        assert abs(spearmanr(np.arange(len(new)), parents).statistic) < 0.15


class TestOrder:
    """New rows come in random order within their class: any part of them is a sample of it."""

    @every_sampler
    def test_of_what_is_added_and_of_a_sample(self, sampler):
        X, y = blobs((90, 60, 60))
        by_value = np.lexsort((X[:, 0], y))  # so that the order of the table would be seen
        X, y = X[by_value], y[by_value]
        sampler = clone(sampler).set_params(sampling_strategy={1: 1060, 2: 1060})
        X_out, _ = sampler.fit_resample(X, y)
        for part in (slice(0, 1000), slice(1000, 2000)):
            assert_in_random_order(X_out[210:][part], sampler.parents_[part, 0])
        assert_in_random_order(sampler.sample(1000, label=1))

    @pytest.mark.parametrize("generator", ["mixture", "sorted"])
    def test_of_a_generator_that_draws_part_by_part(self, generator):
        X, y = blobs((90, 60))
        drawn = GaussianMixture(3) if generator == "mixture" else InOrder()
        sampler = GeneratorSampler(drawn, random_state=0).fit(X, y)
        assert_in_random_order(sampler.sample(1000))


class InOrder(Bootstrap):
    """A generator whose rows are sorted."""

    def sample(self, n):
        return super().sample(n).sort_values("0")


class TestCopies:
    """New rows of continuous numbers repeat none, or the sampler says that they may."""

    @every_sampler
    def test_of_given_rows_and_of_each_other(self, sampler):
        X, y = blobs((300, 60))
        sampler = clone(sampler).set_params(sampling_strategy={1: 1060})
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            X_out, _ = sampler.fit_resample(X, y)
        told = [w for w in said if "new rows of class 1" in str(w.message)]
        n_different = len(np.unique(X_out, axis=0))
        repeated = len(X_out) - n_different
        if repeated > 2:  # a row with all its values at the ends of their columns, twice
            assert sampler.__sklearn_tags__().sampler_tags.repeats_rows
        if isinstance(sampler, (LVQSMOTE, SafeLevelSMOTE)):
            assert len(told) == (repeated > 250)
            assert all(f"1, {repeated} repeat others" in str(w.message) for w in told)
        else:
            assert not told

    def test_of_rows_among_the_majority(self):
        X, y = make_classification(2000, weights=[0.9], class_sep=0.2, random_state=0)
        sampler = SafeLevelSMOTE(random_state=0)
        with pytest.warns(UserWarning, match=r"of \d+ new rows of class 1, (\d+) repeat others"):
            X_out, _ = sampler.fit_resample(X, y)
        copies = (X_out[2000:, np.newaxis, 0] == X[y == 1, 0]).any(axis=1)
        assert copies.mean() > 0.25


class TestFewRows:
    @every_interpolating_class
    def test_one_row_is_refused_with_the_remedy(self, cls):
        X, y = blobs((40, 1))
        with pytest.raises(ValueError, match=r"class 1 has 1 row\b.*RandomOverSampler"):
            cls().fit_resample(X, y)

    @pytest.mark.parametrize("shrinkage", [None, 1])
    def test_one_row_is_repeated(self, shrinkage):
        X, y = blobs((40, 1))
        X_out, y_out = RandomOverSampler(shrinkage=shrinkage).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [40, 40]
        assert (X_out[41:] == X[y == 1]).all()


class TestApproximateSearch:
    @pytest.mark.parametrize(
        "sampler", [s for s in VARIANTS if "algorithm" in s.get_params()], ids=name_of
    )
    @pytest.mark.parametrize("make", ["dense", "missing", "sparse", "categories"])
    def test_small_and_other_tables_are_searched_exactly(self, sampler, make):
        """Which of them a table is may depend on the fold."""
        X, y = blobs((60, 24))
        categorical = [0] if make == "categories" else None
        if make == "missing":
            X[3, 1] = np.nan
        elif make == "sparse":
            X = sparse.csr_array(np.maximum(X, 0))
        elif make == "categories":
            X[:, 0] = np.round(X[:, 0])
        sampler = clone(sampler).set_params(categorical_features=categorical)
        exact = clone(sampler).set_params(algorithm="exact").fit_resample(X, y)[0]
        approximate = clone(sampler).set_params(algorithm="approximate").fit_resample(X, y)[0]
        np.testing.assert_array_equal(dense(exact), dense(approximate))


class TestRepeatedRows:
    @every_sampler
    @pytest.mark.parametrize("d", [3, 20])
    @pytest.mark.parametrize("row", [0.0, 0.1, 12345.678])
    def test_all_minority_rows_the_same(self, sampler, d, row):
        X, y = blobs((40, 12), d=d)
        X[y == 1] = row + np.arange(d) / 3
        sampler = clone(sampler)
        X_out, y_out = sampler.fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [40, 40]
        if not (isinstance(sampler, BorderlineSMOTE) and sampler.kind == "borderline-2"):
            assert (X_out[52:] == row + np.arange(d) / 3).all()

    @every_interpolant
    def test_every_row_twice(self, sampler):
        X, y = blobs((40, 12))
        X, y = np.repeat(X, 2, axis=0), np.repeat(y, 2)
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        assert (sampler.parents_[:, 0] != sampler.parents_[:, 1]).all()
        steps_of(X, X_out[len(X) :], sampler.parents_)


class TestInputIsLeftAlone:
    @every_sampler
    def test_frame_and_series(self, sampler):
        X, y = blobs()
        X, y = mixed_frame(X), pd.Series(y, name="y")
        X_before, y_before = X.copy(deep=True), y.copy(deep=True)
        X_out, y_out = clone(sampler).fit_resample(X, y)
        X_out.iloc[:, 0] = 7.0
        y_out.iloc[:] = 7
        assert_same_frame(X, X_before)
        pd.testing.assert_series_equal(y, y_before)

    @every_sampler
    def test_nothing_added_is_still_a_table_of_its_own(self, sampler):
        X, y = blobs((30, 30))
        for make in (np.asarray, pd.DataFrame, sparse.csr_array):
            table = make(X)
            X_out, _ = clone(sampler).fit_resample(table, y)
            if sparse.issparse(X_out):
                X_out.data[:] = 7
            elif isinstance(X_out, pd.DataFrame):
                X_out.iloc[:, 0] = 7.0
            else:
                X_out[:] = 7
            assert_same_bits(dense(table), blobs((30, 30))[0])


class TestEstimator:
    @every_class
    def test_parameters_are_those_given(self, cls):
        sampler = cls(random_state=3, sampling_strategy="minority", n_jobs=2)
        before = sampler.get_params()
        sampler.fit_resample(*blobs())
        assert sampler.get_params() == before
        assert clone(sampler).get_params() == before
        assert cls().set_params(**before).get_params() == before
        assert eval(repr(sampler), {cls.__name__: cls}).get_params() == before

    @every_class
    def test_parameters_are_keywords(self, cls):
        with pytest.raises(TypeError):
            cls(None, None)  # SMOTENC and SMOTEN of imbalanced-learn take one

    @every_class
    def test_is_a_sampler_of_imbalanced_learn(self, cls):
        assert issubclass(cls, ImblearnBaseOverSampler)
        assert cls()._sampling_type == "over-sampling"

    @every_sampler
    def test_pipeline_in_cross_validation(self, sampler):
        X, y = blobs()
        X = pd.DataFrame(X, columns=list("abc"))
        model = make_pipeline(clone(sampler), LogisticRegression())
        scores = cross_val_score(model, X, STRINGS[y], cv=3, scoring="balanced_accuracy")
        assert (scores > 0.7).all()

    @every_sampler
    def test_attributes(self, sampler):
        X, y = blobs()
        sampler = clone(sampler).fit(X, y)
        assert sampler.n_features_in_ == 3
        assert not hasattr(sampler, "feature_names_in_")
        assert sampler.sampling_strategy_ == {1: 60}

    @every_sampler
    @pytest.mark.parametrize("output", ["pandas", "polars"])
    def test_output_that_is_set_for_transformers(self, sampler, output):
        """It is for those of users, not for what is used inside."""
        X, y = blobs((40, 12))
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.where(X[:, 2] > 0, "u", "v")})
        for table in (X, frame):
            plain, _ = clone(sampler).fit_resample(table, y)
            with config_context(transform_output=output):
                again, _ = clone(sampler).fit_resample(table, y)
            assert type(again) is type(plain)
            assert np.array_equal(again, plain)

    @every_sampler
    def test_names_that_repeat(self, sampler):
        X, y = blobs((40, 12))
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.where(X[:, 2] > 0, "u", "v")})
        frame.columns = ["a", "a", "a"]
        X_out, _ = clone(sampler).fit_resample(frame, y)
        assert list(X_out) == ["a", "a", "a"]
        assert len(X_out) == 80

    def test_smote_is_what_the_others_are_compared_with(self):
        assert SMOTE in INTERPOLATING
        assert RandomOverSampler in CLASSES
        assert RandomOverSampler not in INTERPOLATING
