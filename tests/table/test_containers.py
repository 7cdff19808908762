"""Out comes what went in: the same type, columns, dtypes and, bit for bit, rows."""

import warnings
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from checks import assert_laws, assert_originals, column_of, columns_of, same_bits, types_of
from makes import COLUMNS, can_miss, frame_of
from samplers import CLASSES, REMOVING, SAMPLERS, VARIANTS, blobs, name_of, unmoved
from scipy import sparse
from sklearn.base import clone
from sklearn.tree import DecisionTreeClassifier

from skresample import (
    CCR,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    Perturbation,
    RandomOverSampler,
    ResampledClassifier,
    TableEncoder,
    audit,
    compare,
)
from skresample.table import _source, frames

# What a method says when it finds no base or too few neighbours is tested with the method.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
]
every_sampler = pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
every_library = pytest.mark.parametrize("library", COLUMNS)
KINDS = [(library, kind) for library, kinds in COLUMNS.items() for kind in kinds]


class Row(NamedTuple):
    whole: int
    yes: bool
    number: float
    large: int


def labels(n=60, rate=0.3, seed=1):
    return (np.random.default_rng(seed).permutation(n) < rate * n).astype(int)


class TestRoundTrip:
    @pytest.mark.parametrize("missing", [0, 0.25, 1])
    @pytest.mark.parametrize(("library", "kind"), KINDS, ids=lambda part: part)
    def test_each_kind_of_column_in_each_sampler(self, library, kind, missing, turn):
        if missing and not can_miss(library, kind):
            return
        other = {"pandas": "float64", "polars": "Float64", "pyarrow": "double"}[library]
        X, y = frame_of(library, [kind, other], 40, seed=0, missing=missing), labels(40)
        # When every value is missing, it is the way in and out that is looked at.
        samplers = turn(VARIANTS, KINDS.index((library, kind)), 5) if missing < 1 else SAMPLERS[:4]
        for sampler in samplers:
            sampler = clone(sampler)
            assert_laws(sampler, X, y, *sampler.fit_resample(X, y))

    @every_sampler
    @every_library
    def test_all_kinds_of_columns_in_one_frame(self, library, sampler):
        X, y = frame_of(library, COLUMNS[library], 60, seed=0, missing=0.1), labels(60)
        before = columns_of(frame_of(library, COLUMNS[library], 60, seed=0, missing=0.1))
        sampler = clone(sampler)
        assert_laws(sampler, X, y, *sampler.fit_resample(X, y))
        for left, right in zip(before, columns_of(X), strict=True):
            assert same_bits(left, right), "the table is left alone"
        for n_new in (0, 7):
            new = sampler.sample(n_new)
            assert types_of(new) == types_of(X)
            assert len(columns_of(new)[0]) == n_new

    @every_sampler
    def test_new_rows_do_not_depend_on_the_library(self, sampler):
        """The same table in three libraries, each read and written in its own way."""
        rng, y = np.random.default_rng(0), labels(60)
        columns = {
            "float": np.where(rng.random(60) < 0.2, np.nan, rng.normal(size=60)),
            "whole": rng.integers(-9, 9, 60),
            "name": np.array(["ash", "birch", "oak"], dtype=object)[rng.integers(0, 3, 60)],
            "yes": rng.random(60) < 0.5,
            "day": np.datetime64("2020-01-01T00:00:00.000000")
            + rng.integers(0, 99, 60) * 86400000000,
        }
        if sampler.get_params().get("shrinkage") is not None:
            columns.pop("day")  # of which pandas and pyarrow count the same, in other units
        frame = pd.DataFrame(columns).astype({"day": "datetime64[us]"} if "day" in columns else {})
        arrow = pa.Table.from_pandas(frame, preserve_index=False)
        results = []
        for X in (frame, pl.from_pandas(frame), arrow):
            own = clone(sampler)
            X_out, _ = own.fit_resample(X, y)
            results.append((own.parents_, [list(map(str, c)) for c in columns_of(X_out)]))
        for parents, values in results[1:]:
            np.testing.assert_array_equal(parents, results[0][0])
            for left, right in zip(values, results[0][1], strict=True):
                assert [v.replace("None", "nan") for v in left] == [
                    v.replace("None", "nan") for v in right
                ]


NAN = np.array([0x7FF8_0000_DEAD_BEEF, 0xFFF8_0000_0000_0001], dtype=np.uint64).view(np.float64)


class TestOriginalsToTheBit:
    @every_sampler
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_nan_with_a_payload_and_negative_zero(self, sampler, order):
        X, y = blobs()
        X[[3, 70], 0], X[5:9, 1] = NAN, -0.0
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(np.asarray(X, order=order), y)
        same = unmoved(sampler, len(X))
        assert X_out[same].tobytes() == X[same].tobytes()
        X_out, _ = sampler.fit_resample(pd.DataFrame(X), y)
        assert X_out.to_numpy()[same].tobytes() == X[same].tobytes()

    @every_sampler
    def test_nan_of_single_precision(self, sampler):
        X, y = blobs()
        X = X.astype(np.float32)
        X[3, 0] = np.array([0x7FC0_BEEF], dtype=np.uint32).view(np.float32)[0]
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        assert X_out.dtype == np.float32
        same = unmoved(sampler, len(X))
        assert X_out[same].tobytes() == X[same].tobytes()

    @every_sampler
    def test_whole_numbers_beyond_2_to_the_53_beside_missing_ones(self, sampler):
        X, y = blobs()
        whole = 2**62 + np.arange(len(X))
        X = pd.DataFrame({"x": X[:, 0], "whole": pd.array(whole, dtype="Int64")})
        X.loc[5, "whole"] = pd.NA
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        kept = X_out["whole"].iloc[: len(X)]
        same = np.setdiff1d(unmoved(sampler, len(X)), [5])
        assert kept.iloc[same].tolist() == whole[same].tolist()
        assert kept.isna().tolist() == X["whole"].isna().tolist()
        beyond = isinstance(sampler, SVMSMOTE) or not getattr(sampler, "_on_lines", False)
        if beyond and "bounds" in sampler.get_params():
            sampler.set_params(bounds="observed")
            X_out, _ = sampler.fit_resample(X, y)
        new = X_out["whole"].iloc[len(X) :].dropna()
        assert new.between(2**62, 2**62 + len(X) - 1).all()

    @every_sampler
    @pytest.mark.parametrize("make", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array])
    def test_structure_of_a_sparse_table(self, sampler, make):
        """Zeros that are stored, and columns in any order, stay so."""
        X, y = blobs()
        X = make(np.maximum(X, 0))
        X.data[::5] = 0.0
        if X.format == "csr":  # the indices of each row backwards
            X = make(
                (
                    np.concatenate([p[::-1] for p in np.split(X.data, X.indptr[1:-1])]),
                    np.concatenate([p[::-1] for p in np.split(X.indices, X.indptr[1:-1])]),
                    X.indptr,
                ),
                shape=X.shape,
            )
        before = X.copy()
        sampler = clone(sampler)
        if isinstance(sampler, CCR):
            sampler.set_params(energy=1e-9)
        X_out, _ = sampler.fit_resample(X, y)
        assert type(X_out) is type(X)
        for name in ("data", "indices", "indptr"):
            assert getattr(X, name).tobytes() == getattr(before, name).tobytes()
        if X.format == "csr":
            stored = X.indptr[-1]
            assert X_out.indptr[: len(y) + 1].tolist() == X.indptr.tolist()
            assert X_out.indices[:stored].tolist() == X.indices.tolist()
            assert X_out.data[:stored].tobytes() == X.data.tobytes()
        else:
            old = X_out.indices < len(y)
            assert X_out.indices[old].tolist() == X.indices.tolist()
            assert X_out.data[old].tobytes() == X.data.tobytes()

    @every_sampler
    def test_null_and_nan_stay_apart(self, sampler):
        rng, y = np.random.default_rng(0), labels(60)
        marks = {1: None, 2: float("nan")}
        values = [marks.get(i % 5, value) for i, value in enumerate(rng.normal(size=60).tolist())]
        other = rng.normal(size=60)
        for X in (
            pl.DataFrame({"x": values, "z": other}, strict=False),
            pa.table({"x": values, "z": other}),
        ):
            own = clone(sampler)
            assert_laws(own, X, y, *own.fit_resample(X, y))

    @pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
    def test_objects_are_the_same_objects(self, cls):
        X, y = blobs()
        table = X.astype(object)
        table[:, 1] = np.where(X[:, 1] > 0, "right", "left")
        sampler = cls(random_state=0)
        X_out, _ = sampler.fit_resample(table, y)
        assert X_out.dtype == object
        same = unmoved(sampler, len(X))
        assert all(a is b for a, b in zip(X_out[same].ravel(), table[same].ravel(), strict=True))


class TestNamesAndOrder:
    @every_sampler
    @every_library
    def test_order_of_columns(self, sampler, library):
        kinds = list(COLUMNS[library])[::-1]
        X, y = frame_of(library, kinds, 40, seed=0), labels(40)
        X_out, _ = clone(sampler).fit_resample(X, y)
        assert types_of(X_out)[1] == types_of(X)[1]

    @every_sampler
    @pytest.mark.parametrize(
        "columns",
        [
            pd.Index(["a", "a", "b"]),
            pd.Index([1, "a", None], dtype=object),
            pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["one", "two"]),
            pd.DatetimeIndex(["2020-01-01", "2020-01-02", "2020-01-03"], name="day"),
            pd.CategoricalIndex(list("abc")),
        ],
        ids=["twice", "mixed", "levels", "days", "categories"],
    )
    @pytest.mark.filterwarnings("ignore:SMOTEN takes continuous numbers")
    @pytest.mark.filterwarnings("error")
    def test_any_names_of_pandas(self, sampler, columns):
        X, y = blobs()
        X = pd.DataFrame(X, columns=columns)
        if None in columns.tolist():
            # scikit-learn refuses names of which some are strings.
            with pytest.raises(TypeError, match="string"):
                clone(sampler).fit_resample(X, y)
            return
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        pd.testing.assert_index_equal(X_out.columns, columns, exact=True)
        assert_originals(X, X_out, sampler)

    def test_a_class_of_ones_own(self):
        class Table(pd.DataFrame):
            @property
            def _constructor(self):
                return Table

        X, y = blobs()
        X_out, _ = SMOTE(random_state=0).fit_resample(Table(X), y)
        assert isinstance(X_out, pd.DataFrame)

    @every_library
    def test_one_column_of_one_chunk_or_many(self, library):
        X, y = frame_of(library, list(COLUMNS[library])[:1], 40, seed=0), labels(40)
        half = {"pandas": pd.concat, "polars": pl.concat, "pyarrow": pa.concat_tables}[library]
        top, bottom = (X[:13], X[13:]) if library != "pyarrow" else (X.slice(0, 13), X.slice(13))
        X_out, _ = SMOTE(random_state=0).fit_resample(half([top, bottom]), y)
        once, _ = SMOTE(random_state=0).fit_resample(X, y)
        for left, right in zip(columns_of(X_out), columns_of(once), strict=True):
            assert same_bits(left, right)


INDEXES = {
    "whole": (pd.Index([7, 3, 900, -5] * 30, name="id"), None),
    "unsigned": (pd.Index(np.arange(120, dtype=np.uint8)), None),
    "range": (pd.RangeIndex(10, 130), None),
    "Int64": (pd.Index(np.arange(120) * 2, dtype="Int64"), None),
    "strings": (pd.Index([f"row {i}" for i in range(120)], name="id"), "nan"),
    "floats": (pd.Index(np.arange(120) / 4), "nan"),
    "times": (pd.date_range("2020-01-01", periods=120, freq="h", name="when"), "NaT"),
    "times in a zone": (pd.date_range("2020-01-01", periods=120, freq="h", tz="CET"), "NaT"),
    "durations": (pd.to_timedelta(np.arange(120), unit="min"), "NaT"),
    "categories": (pd.CategoricalIndex(list("abcd") * 30), "nan"),
    "booleans": (pd.Index([True, False] * 60), "nan"),
}


class TestIndex:
    """Labels of the rows of pandas."""

    @every_sampler
    @pytest.mark.parametrize("kind", INDEXES)
    def test_kept(self, sampler, kind):
        X, y = blobs()
        index, none = INDEXES[kind]
        X, y = pd.DataFrame(X, index=index), pd.Series(y, index=index)
        sampler = clone(sampler).set_params(keep_index=True)
        X_out, y_out = sampler.fit_resample(X, y)
        assert X_out.index.equals(y_out.index)
        assert X_out.index.name == index.name
        assert X_out.index[:120].tolist() == index.tolist()
        if none is None:
            first = int(index.max()) + 1
            assert X_out.index[120:].tolist() == list(range(first, first + 60))
        else:
            assert X_out.index[120:].isna().all()
            assert X_out.index.dtype == index.dtype or kind == "booleans"
        assert_originals(X, X_out, sampler)

    @every_sampler
    def test_kept_on_several_levels(self, sampler):
        X, y = blobs()
        index = pd.MultiIndex.from_product([list("abcdef"), range(20)], names=["one", "two"])
        sampler = clone(sampler).set_params(keep_index=True)
        X_out, _ = sampler.fit_resample(pd.DataFrame(X, index=index), y)
        assert X_out.index.names == ["one", "two"]
        assert X_out.index[:120].tolist() == index.tolist()
        assert all(np.isnan(level) for label in X_out.index[120:] for level in label)

    @every_sampler
    @pytest.mark.parametrize("kind", INDEXES)
    def test_numbered_by_default(self, sampler, kind):
        X, y = blobs()
        index, _ = INDEXES[kind]
        X, y = pd.DataFrame(X, index=index), pd.Series(y, index=index)
        before = X.index.copy()
        X_out, y_out = clone(sampler).fit_resample(X, y)
        assert X_out.index.equals(pd.RangeIndex(180))
        assert y_out.index.equals(pd.RangeIndex(180))
        assert X.index.equals(before)
        assert y.index.equals(before)

    @every_sampler
    def test_new_rows_of_sample_are_numbered(self, sampler):
        X, y = blobs()
        X = pd.DataFrame(X, index=np.arange(120) + 1000)
        fitted = clone(sampler).set_params(keep_index=True).fit(X, y)
        assert fitted.sample(3).index.tolist() == [0, 1, 2]

    def test_says_nothing_to_tables_without_labels(self):
        X, y = blobs()
        for table in (X, pl.DataFrame(X), pa.table({"a": X[:, 0]}), sparse.csr_array(X)):
            first, _ = SMOTE(random_state=0, keep_index=True).fit_resample(table, y)
            second, _ = SMOTE(random_state=0).fit_resample(table, y)
            for left, right in zip(columns_of(first), columns_of(second), strict=True):
                assert same_bits(left, right)


TREES = ["ash", "oak", "birch"]
ARROW_STRING = pd.ArrowDtype(pa.string())
TARGETS = {
    "polars strings": lambda y: pl.Series("y", [TREES[i] for i in y]),
    "polars Categorical": lambda y: pl.Series("y", [TREES[i] for i in y], dtype=pl.Categorical),
    "polars Enum": lambda y: pl.Series("y", [TREES[i] for i in y], dtype=pl.Enum(TREES)),
    "polars Int8": lambda y: pl.Series("y", y, dtype=pl.Int8),
    "polars Boolean": lambda y: pl.Series("y", y > 0),
    "pyarrow array": lambda y: pa.array(y),
    "pyarrow strings": lambda y: pa.array([TREES[i] for i in y]),
    "pyarrow chunks": lambda y: pa.chunked_array([y[:50], y[50:]]),
    "pyarrow dictionary": lambda y: pa.array([TREES[i] for i in y]).dictionary_encode(),
    "pyarrow booleans": lambda y: pa.array(y > 0),
    "pandas Int64": lambda y: pd.Series(y, name="y", dtype="Int64"),
    "pandas boolean": lambda y: pd.Series(y > 0, dtype="boolean"),
    "pandas string": lambda y: pd.Series([TREES[i] for i in y], dtype="string"),
    "pandas str": lambda y: pd.Series([TREES[i] for i in y], dtype="str"),
    "pandas category": lambda y: pd.Series([TREES[i] for i in y], dtype="category"),
    "pandas category of numbers": lambda y: pd.Series(y, dtype="category"),
    "pandas Arrow strings": lambda y: pd.Series([TREES[i] for i in y], dtype=ARROW_STRING),
    "pandas Arrow booleans": lambda y: pd.Series(y > 0, dtype="bool[pyarrow]"),
}


class TestTarget:
    @every_sampler
    @pytest.mark.parametrize("make", TARGETS)
    def test_of_any_library(self, sampler, make):
        X, codes = blobs((60, 30))
        y = TARGETS[make](codes)
        X_out, y_out = clone(sampler).fit_resample(X, y)
        assert type(y_out) is type(y)
        if isinstance(y, (pa.Array, pa.ChunkedArray)):
            assert y_out.type == y.type
        else:
            assert y_out.dtype == y.dtype
            assert y_out.name == y.name
        before, after = column_of(y), column_of(y_out)
        assert same_bits(after[:90], before)
        few = before[codes.tolist().index(1)]
        assert set(after[90:]) == {few}
        assert len(after) == len(X_out) == 120

    @pytest.mark.parametrize("make", TARGETS)
    def test_beside_a_frame_of_the_same_library(self, make):
        library = make.split()[0]
        X = frame_of(library, list(COLUMNS[library])[:5], 90, seed=0)
        _, codes = blobs((60, 30))
        y = TARGETS[make](codes)
        sampler = SMOTE(random_state=0)
        if "Boolean" in make or "boolean" in make or "number" in make or "Int" in make:
            y_out = sampler.fit_resample(X, y)[1]
            assert len(column_of(y_out)) == 120
            return
        assert_originals(X, sampler.fit_resample(X, y)[0])

    @every_sampler
    @pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, sparse.csr_array])
    @pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.float64])
    def test_one_hot(self, sampler, make, dtype):
        X, y = blobs((60, 30, 20))
        one_hot = make(np.eye(3, dtype=dtype)[y])
        X_out, y_out = clone(sampler).fit_resample(X, one_hot)
        assert type(y_out) is type(one_hot)
        values = np.array(columns_of(y_out), dtype=int).T
        np.testing.assert_array_equal(values[: len(y)], np.eye(3, dtype=int)[y])
        assert values.sum(axis=0).tolist() == [60, 60, 60]
        assert (values.sum(axis=1) == 1).all()
        assert types_of(y_out) == types_of(one_hot)
        assert len(X_out) == 180

    @every_sampler
    def test_one_hot_table_of_arrow(self, sampler):
        X, y = blobs((60, 30, 20))
        one_hot = pa.table({name: (y == i).astype(int) for i, name in enumerate("abc")})
        _, y_out = clone(sampler).fit_resample(X, one_hot)
        assert_originals(one_hot, y_out)
        assert [sum(column) for column in columns_of(y_out)] == [60, 60, 60]

    @pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
    @pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, sparse.csr_matrix])
    def test_several_labels_per_row_are_refused(self, cls, make):
        X, y = blobs((60, 30))
        several = make(np.column_stack([y, 1 - y, np.ones_like(y)]))
        with pytest.raises(ValueError, match=r"(?i)multi-?label"):
            cls().fit_resample(X, several)

    @pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
    @pytest.mark.parametrize("make", ["polars", "pyarrow"])
    def test_missing_labels_are_refused(self, cls, make):
        X, y = blobs((60, 30))
        y = [None if i == 4 else TREES[label] for i, label in enumerate(y)]
        with pytest.raises(ValueError, match="missing label in 1 of 90 rows"):
            cls().fit_resample(X, pl.Series(y) if make == "polars" else pa.array(y))


class TestOtherTables:
    @pytest.mark.parametrize(
        ("module", "name", "way"),
        [
            ("dask.array.core", "Array", "compute"),
            ("dask.dataframe.dask_expr._collection", "DataFrame", "compute"),
            ("duckdb", "DuckDBPyRelation", "df"),
            ("pyspark.sql.dataframe", "DataFrame", "toPandas"),
            ("ibis.expr.types.relations", "Table", "to_pandas"),
            ("polars", "LazyFrame", "collect"),
        ],
        ids=lambda part: part,
    )
    def test_tables_out_of_memory_are_refused_with_the_remedy(self, module, name, way):
        X, y = blobs()
        # As these libraries have it: what NumPy could read without a word too.
        members = {"__module__": module, "__array__": lambda self, *_, **__: X, "shape": X.shape}
        members |= {"__len__": lambda self: len(X), way: lambda self: X}
        table = pl.DataFrame(X).lazy() if module == "polars" else type(name, (), members)()
        remedy = rf"{name}: pass (X|X_syn)\.{way}\(\)"
        for sampler in [*SAMPLERS, *(cls() for cls in REMOVING)]:
            with pytest.raises(TypeError, match=remedy):
                clone(sampler).fit_resample(table, y)
        for call in (
            lambda: ResampledClassifier(DecisionTreeClassifier(), SMOTE()).fit(table, y),
            lambda: TableEncoder().fit(table),
            lambda: compare(table, y),
            lambda: audit(X, y, table, y),
            lambda: Perturbation().perturb(table),
        ):
            with pytest.raises(TypeError, match=remedy):
                call()

    @every_sampler
    def test_categories_of_a_sparse_table(self, sampler):
        if "categorical_features" not in sampler.get_params():
            return
        rng, y = np.random.default_rng(0), labels(60)
        X = np.column_stack([np.maximum(rng.normal(size=60), 0), rng.integers(0, 4, 60) * 1.5])
        for make in (sparse.csr_array, sparse.csc_matrix):
            own = clone(sampler).set_params(categorical_features=[1])
            X_out, y_out = own.fit_resample(make(X), y)
            assert_laws(own, make(X), y, X_out, y_out)
            assert set(X_out.toarray()[:, 1]) <= {0, 1.5, 3, 4.5}

    @every_sampler
    @pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "u8", "f2", "f4", "f8", ">f8", ">i4", "?"])
    def test_any_array_of_numbers(self, sampler, dtype):
        rng, y = np.random.default_rng(0), labels(60)
        X = rng.integers(0, 2 if dtype == "?" else 100, (60, 3)).astype(dtype)
        own = clone(sampler)
        assert_laws(own, X, y, *own.fit_resample(X, y))

    @every_sampler
    @pytest.mark.parametrize("where", ["none", "one"])
    @pytest.mark.parametrize("make", [list, tuple])
    def test_lists(self, sampler, where, make):
        X, y = blobs((40, 20), d=2)
        X = [[*row, name] for row, name in zip(X.tolist(), ["ash", "oak"] * 30, strict=True)]
        if where == "one":
            X[3][0] = X[9][2] = None
        X = list(map(make, X))
        own = clone(sampler)
        assert_laws(own, X, y.tolist(), *own.fit_resample(X, y.tolist()))

    @every_sampler
    def test_lists_of_several_types(self, sampler):
        """Each column comes back as values of its own type, the given ones as they were."""
        rng, y = np.random.default_rng(0), labels(60).tolist()
        columns = [
            rng.integers(0, 99, 60).tolist(),
            (rng.random(60) < 0.5).tolist(),
            rng.normal(size=60).tolist(),
            [2**63 + i for i in rng.integers(0, 2**50, 60).tolist()],
        ]
        X = [Row(*values) for values in zip(*columns, strict=True)]
        own = clone(sampler)
        X_out, y_out = own.fit_resample(X, y)
        assert_laws(own, X, y, X_out, y_out)
        if not hasattr(own, "is_moved_"):
            assert X_out[:60] == X
            given = zip(sum(X_out[:60], ()), sum(X, ()), strict=True)
            assert all(after is before for after, before in given)
        for row in X_out:
            assert isinstance(row, Row)
            assert list(map(type, row)) == [int, bool, float, int]
        assert {type(row) for row in own.sample(3)} == {Row}

    @every_sampler
    @pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "u8", "?", "O"])
    def test_masked_arrays(self, sampler, dtype):
        """What is masked is missing, and comes out masked."""
        rng, y = np.random.default_rng(0), labels(60)
        X = np.ma.array(
            rng.integers(0, 2 if dtype == "?" else 90, (60, 3)).astype(dtype),
            mask=rng.random((60, 3)) < 0.15,
            fill_value=dtype != "?" and 77,
        )
        X.data[X.mask] = 30_000 if dtype != "?" else True
        own = clone(sampler)
        if dtype == "i2" and "categorical_features" in own.get_params():
            own.set_params(categorical_features=[1])
        X_out, y_out = own.fit_resample(X, y)
        assert_laws(own, X, y, X_out, y_out)
        assert 30_000 not in X_out.compressed().tolist()
        if not hasattr(own, "is_moved_"):
            assert X_out.data[:60].tolist() == X.data.tolist()

    @every_sampler
    def test_masked_values_in_lists_come_out_as_none(self, sampler):
        X, y = blobs((40, 20), d=2)
        rows = X.tolist()
        rows[3][0], rows[50] = np.ma.masked, np.ma.array([-9999.0, 1.0], mask=[True, False])
        X_out, _ = clone(sampler).fit_resample(rows, y)
        assert X_out[3][0] is X_out[50][0] is None
        assert all(row[0] is None or row[0] > -99 for row in X_out)

    @every_sampler
    @pytest.mark.parametrize("make", ["S8", object, list])
    def test_numbers_as_bytes_are_refused_like_strings(self, sampler, make):
        X, y = blobs()
        X = X.round(2).astype("S8")
        X = X.tolist() if make is list else X.astype(make)
        if not sampler._computes or isinstance(sampler, SMOTEN):
            assert len(clone(sampler).fit_resample(X, y)[0]) == 180
            return
        with pytest.raises(ValueError, match="X holds them as strings"):
            clone(sampler).fit_resample(X, y)

    @every_sampler
    @pytest.mark.parametrize(
        "make", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array, sparse.csc_matrix]
    )
    def test_sparse_tables_with_indices_of_64_bits(self, sampler, make):
        X, y = blobs()
        X = make(np.maximum(X, 0))
        X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
        own = clone(sampler)
        assert_laws(own, X, y, *own.fit_resample(X, y))

    @every_sampler
    def test_sparse_tables_of_categories_only(self, sampler):
        if "categorical_features" not in sampler.get_params():
            return
        rng, y = np.random.default_rng(0), labels(60)
        X = sparse.csr_array(rng.integers(0, 3, (60, 3)) * 1.5)
        own = clone(sampler).set_params(categorical_features=[0, 1, 2])
        assert_laws(own, X, y, *own.fit_resample(X, y))

    @every_sampler
    def test_images(self, sampler):
        """Arrays of more dimensions are copied whole, or refused with what to do."""
        X, y = np.random.default_rng(0).normal(size=(60, 2, 3, 1)), labels(60)
        own = clone(sampler)
        for table in (X, X.tolist(), np.ma.array(X, mask=X > 1)):
            if own._computes:
                with pytest.raises(ValueError, match=r"(?i)reshape"):
                    own.fit_resample(table, y)
                continue
            X_out, _ = own.fit_resample(table, y)
            assert type(X_out) is type(table)
            new = np.ma.asarray(X_out) if isinstance(table, np.ma.MaskedArray) else np.array(X_out)
            assert new.shape == (84, 2, 3, 1)
            same = np.concatenate([np.arange(60), own.parents_[:, 0]])
            np.testing.assert_array_equal(new, np.ma.asarray(table)[same])

    @every_sampler
    def test_structured_arrays_are_refused_with_the_remedy(self, sampler):
        X = np.zeros(60, dtype=[("a", "f8"), ("b", "i4")])
        with pytest.raises(ValueError, match=r"fields a, b: pass pandas.DataFrame\(X\)"):
            clone(sampler).fit_resample(X, labels(60))

    @pytest.mark.parametrize(
        ("value", "what"),
        [
            (2**64, "integers beyond 64 bits"),
            (-(2**63) - 1, "integers beyond 64 bits"),
            (10**400, "integers beyond 64 bits"),
            (Decimal(1), "not Decimal"),
            (1j, "Complex data"),
            ([1, 2], "not list"),
            (pd.Timestamp("2020-01-01"), "not Timestamp"),
        ],
        ids=str,
    )
    def test_objects_that_cannot_be_computed_with_are_refused_by_name(self, value, what):
        X, y = blobs()
        X = pd.DataFrame(X, columns=["x", "odd", "z"])
        X["odd"] = pd.Series([value, *range(119)], dtype=object)
        for sampler in SAMPLERS:
            if not sampler._computes or isinstance(sampler, SMOTEN):
                continue
            with pytest.raises((TypeError, ValueError), match=f"(?s)'odd'.*{what}|{what}.*'odd'"):
                clone(sampler).fit_resample(X, y)

    def test_times_with_and_without_a_zone_are_refused_by_name(self):
        X, y = blobs()
        times = [pd.Timestamp("2020-01-01", tz="UTC" if i % 2 else None) for i in range(120)]
        X = pd.DataFrame({"x": X[:, 0], "when": pd.Series(times, dtype=object)})
        with pytest.raises(TypeError, match=r"'when'.*with and without a time zone"):
            SMOTE().fit_resample(X, y)


class TestWideFrames:
    @every_library
    def test_work_grows_with_the_columns(self, library, monkeypatch):
        """A frame is opened once, and plain columns are read and written many at once."""
        opened, read = [], []
        real = frames.open_frame, frames.read_series
        monkeypatch.setattr(_source, "open_frame", lambda X: opened.append(X) or real[0](X))
        monkeypatch.setattr(_source, "read_series", lambda s: read.append(s) or real[1](s))
        X, y = blobs(d=300)
        X[:, 100:] = np.rint(X[:, 100:])
        kinds = {f"c{j}": X[:, j].astype(int if j >= 200 else float) for j in range(300)}
        X = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library](kinds)
        SMOTE(random_state=0).fit_resample(X, y)
        assert len(opened) == 1
        assert not read

    def test_what_comes_out_is_consolidated(self):
        X, y = blobs(d=200)
        X = pd.DataFrame(X, columns=[f"x{j}" for j in range(200)])
        X = X.astype(dict.fromkeys(X.columns[::2], int)).copy()
        X["name"] = "ash"
        with warnings.catch_warnings(action="error"):  # of pandas, that a frame is fragmented
            X_out, _ = SMOTE(random_state=0).fit_resample(X, y)
            X_out["more"] = 0
        assert len(X_out._mgr.blocks) <= 5

    def test_columns_in_many_orders_and_types(self):
        """What is written in blocks comes out in its place."""
        rng, y = np.random.default_rng(0), labels(60)
        columns = {
            f"{i} {dtype}": rng.integers(0, 99, 60).astype(dtype)
            for i in range(3)
            for dtype in ("f8", "i4", "f4", "u8", "?", "i8")
        }
        X = pd.DataFrame(columns)
        X.insert(4, "name", pd.Categorical(["ash", "oak"] * 30))
        sampler = SMOTE(random_state=0)
        assert_laws(sampler, X, y, *sampler.fit_resample(X, y))


class TestSamplers:
    def test_samplers_under_test(self):
        """This file speaks of every sampler, so that none may be missing."""
        assert {SMOTE, SMOTEN, SMOTENC, RandomOverSampler} <= {type(s) for s in VARIANTS}
