"""What cannot work is refused, or done otherwise with a warning, in words that help."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from enum import Enum

import numpy as np
import pandas as pd
import pytest
from samplers import CLASSES, INTERPOLATING, REMOVERS, SAMPLERS, VARIANTS, blobs, name_of
from scipy import sparse
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors

from skresample import (
    ADASYN,
    SMOTE,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
    ResampledClassifier,
    TableEncoder,
)

every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
every_interpolating_class = pytest.mark.parametrize(
    "cls", INTERPOLATING, ids=lambda cls: cls.__name__
)
no_base = pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning")
# Values that hardly any parameter is meant to have.
ODD = [
    *(True, False, np.True_, -1, 0, 0.5, 10**30, -(10**30), 10**400, 2**31, 2**62),
    *(1e308, np.nan, np.inf, -np.inf, 1 + 2j, np.array(2), np.array([1, 2])),
    *("x", "", b"x", None, object(), [], (), {}, [1], [None], {"x": 1}, {0: 1}),
    lambda *_: object(),
]

MODELS = [
    TableEncoder(),
    ResampledClassifier(GaussianNB(), SMOTE(random_state=0)),
    ResampledClassifier(GaussianNB(), calibration="sigmoid", calibration_cv=2),
]


def refusal(sampler, X, y, error=ValueError):
    """Return the message of the error about a table."""
    with pytest.raises(error) as caught:
        sampler.fit_resample(X, y)
    return str(caught.value)


def unnamed(estimator, name, method):
    """Return the odd values that neither work, in no time, nor bring an error with the name."""
    found = []
    for value in ODD:
        odd = clone(estimator)
        setattr(odd, name, value)
        try:
            getattr(odd, method)(*blobs((30, 9)))
        except (TypeError, ValueError) as error:
            if name not in str(error):
                found.append((value, error))
    return found


class TestTarget:
    @every_class
    @pytest.mark.parametrize("label", ["sick", 1, True])
    def test_one_class(self, cls, label):
        X, _ = blobs((20,))
        message = refusal(cls(), X, np.array([label] * 20))
        assert cls.__name__ in message
        assert "1 class" in message
        assert str(label) in message
        assert "target column" in message

    @every_class
    def test_other_length_than_the_table(self, cls):
        X, y = blobs()
        for target in (y[:-1], y[:-1].tolist(), pd.Series(y[:-1]), np.append(y, 0)):
            message = refusal(cls(), X, target)
            assert "different length" in message
            assert "120" in message
            assert str(len(target)) in message

    @every_class
    def test_none(self, cls):
        X, _ = blobs()
        assert "y is None" in refusal(cls(), X, None)

    @every_class
    def test_with_a_mask(self, cls):
        X, y = blobs()
        masked = np.ma.masked_array(y, mask=np.arange(len(y)) < 2)
        assert "missing label in 2 of 120 rows" in refusal(cls(), X, masked)

    @every_class
    def test_of_bytes(self, cls):
        X, y = blobs()
        names = np.array([b"a", b"b"])[y]
        for target in (names, names.astype(object), names.tolist()):
            message = refusal(cls(), X, target)
            assert "bytes" in message
            assert "numpy.char.decode" in message

    @every_class
    def test_of_what_cannot_be_ordered(self, cls):
        class Kind(Enum):
            A = 1
            B = 2

        X, y = blobs()
        for target in (
            np.array([Kind.A, "a"], dtype=object)[y],
            np.array(["a", 1], dtype=object)[y],
        ):
            assert "cannot be ordered" in refusal(cls(), X, target)

    @every_class
    def test_of_a_regression(self, cls):
        X, _ = blobs()
        message = refusal(cls(), X, X[:, 0])
        assert "continuous" in message
        assert "regression target" in message
        assert "numpy.digitize" in message

    @every_class
    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
    def test_with_missing_labels(self, cls, missing):
        X, y = blobs()
        strings = np.array(["a", "b"], dtype=object)[y]
        strings[3] = missing
        for target in (strings, pd.Series(strings), pd.Series(strings, dtype="category")):
            message = refusal(cls(), X, target)
            assert "y" in message.split()
            assert "NaN" in message

    @every_class
    def test_of_numbers_with_nan(self, cls):
        X, y = blobs()
        y = y.astype(float)
        y[3] = np.nan
        for target in (y, pd.Series(y), pd.Series(y).astype("Int64")):
            message = refusal(cls(), X, target)
            assert "y" in message.split()
            assert "NaN" in message

    @every_class
    def test_of_several_labels_per_row(self, cls):
        X, y = blobs()
        message = refusal(cls(), X, np.column_stack([y, 1 - y, np.ones_like(y)]))
        assert "multilabel" in message.lower() or "multi-label" in message.lower()

    @every_class
    def test_of_several_outputs(self, cls):
        X, y = blobs()
        message = refusal(cls(), X, np.column_stack([y, y + 2]))
        assert "y should be a 1d array" in message

    @every_class
    def test_of_labels_that_cannot_be_ordered(self, cls):
        X, y = blobs()
        mixed = np.where(y == 1, "one", y).astype(object)
        mixed[y == 0] = 0
        with pytest.raises(ValueError, match="make them all of one type"):
            cls().fit_resample(X, mixed)

    @every_class
    def test_one_hot_without_a_class(self, cls):
        X, y = blobs((30, 20, 12))
        one_hot = np.eye(3, dtype=int)[y]
        one_hot[4] = 0
        with pytest.raises(ValueError, match="rows without a class"):
            cls().fit_resample(X, one_hot)


class TestTable:
    @every_class
    def test_empty(self, cls):
        for X in (np.empty((0, 3)), pd.DataFrame({"a": []}), sparse.csr_array((0, 3))):
            message = refusal(cls(), X, np.empty(0, dtype=int))
            assert "0 sample(s)" in message
            assert cls.__name__ in message

    @every_class
    def test_without_columns(self, cls):
        for X in (np.empty((5, 0)), pd.DataFrame(index=range(5))):
            assert "0 feature(s)" in refusal(cls(), X, [0, 0, 0, 1, 1])

    @every_class
    def test_of_other_than_two_dimensions(self, cls):
        X, y = blobs()
        assert "2D array" in refusal(cls(), X[:, 0], y)
        if cls()._computes:  # else images are copied
            assert "dim 3" in refusal(cls(), X[:, :, np.newaxis], y)

    @every_interpolating_class
    @pytest.mark.parametrize("bad", [np.inf, -np.inf])
    def test_infinite_names_the_columns(self, cls, bad):
        X, y = blobs()
        X[5, 1] = X[9, 2] = bad
        for table in (X, X.astype(np.float32), X.tolist(), np.asfortranarray(X)):
            message = refusal(cls(), table, y)
            assert "infinity in columns '1', '2'" in message
            assert cls.__name__ in message
            assert "RandomOverSampler" in message
        for make in (sparse.csr_matrix, sparse.csc_array):
            assert "columns '1', '2'" in refusal(cls(), make(X), y)
        frame = pd.DataFrame(X, columns=["age", "weight", "height"])
        assert "columns 'weight', 'height'" in refusal(cls(), frame, y)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_not_finite_is_repeated_by_random_over_sampling(self, bad):
        X, y = blobs()
        X[y == 1, 1] = bad
        for make in (np.asarray, pd.DataFrame, sparse.csr_array):
            X_out, _ = RandomOverSampler().fit_resample(make(X), y)
            new = X_out.toarray() if sparse.issparse(X_out) else np.asarray(X_out)
            np.testing.assert_array_equal(new[120:, 1], np.full(60, bad))

    def test_infinite_is_refused_where_noise_is_added(self):
        X, y = blobs()
        X[5, 1] = np.inf
        assert "infinity in column '1'" in refusal(RandomOverSampler(shrinkage=1), X, y)

    @every_interpolating_class
    def test_strings_where_categories_are_named(self, cls):
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "colour": ["red", "blue"] * 60, "size": ["S"] * 120})
        for table in (frame, frame.astype({"colour": "category", "size": "string"})):
            for given in (None, [], ["size"], [2], [False, False, True]):
                message = refusal(cls(categorical_features=given), table, y)
                assert cls.__name__ in message
                assert "'colour'" in message
                assert "'x'" not in message
                assert "'red'" in message
                assert "Name them in categorical_features" in message

    @every_interpolating_class
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (["color"], "'color', which is not a column of X. Did you mean 'colour'?"),
            ([2], "column 2, but X has 2 columns"),
            ([-3], "column -3, but X has 2 columns"),
            ([True], "a mask of 1 columns, but X has 2"),
            ("colour", "must be 'auto', None, or a list, such as ['colour']"),
            ([None], "None, which is not a column"),
        ],
    )
    def test_categories_that_are_no_columns(self, cls, given, words):
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "colour": ["red", "blue"] * 60})
        assert words in refusal(cls(categorical_features=given), frame, y)

    @every_interpolating_class
    def test_names_for_an_array(self, cls):
        X, y = blobs()
        assert "'x', which is not a column" in refusal(cls(categorical_features=["x"]), X, y)

    @every_interpolating_class
    def test_strings_beside_numbers_in_an_array_of_strings(self, cls):
        X, y = blobs()
        table = X.astype(object)
        table[:, 1] = "red"
        message = refusal(cls(), table.astype(str), y)
        assert "'0', '2'" in message
        assert "dtype object" in message

    @every_interpolating_class
    def test_dates_in_an_array(self, cls):
        _, y = blobs()
        dates = np.array("2020-01-01", dtype="M8[D]") + np.arange(120)
        message = refusal(cls(), np.column_stack([dates, dates]), y)
        assert "datetime64" in message
        assert "RandomOverSampler" in message

    @every_interpolating_class
    @pytest.mark.parametrize("value", [Decimal(1), date(2020, 1, 1), {"a": 1}, [1, 2]])
    def test_objects_of_other_types(self, cls, value):
        X, y = blobs()
        frame = pd.DataFrame(X).add_prefix("x")
        frame["odd"] = pd.Series([value] * len(y), dtype=object)
        message = refusal(cls(), frame, y, TypeError)
        assert "'odd'" in message
        assert f"not {type(value).__name__}" in message

    @every_interpolating_class
    def test_values_that_cannot_be_told_apart(self, cls):
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "odd": [[1, 2]] * len(y)})
        assert "'odd'" in refusal(cls(categorical_features=["odd"]), frame, y, TypeError)

    @every_interpolating_class
    @pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix])
    def test_missing_in_a_sparse_table(self, cls, make):
        X, y = blobs()
        X[5, 1] = np.nan
        message = refusal(cls(), make(X), y)
        assert "NaN in column '1'" in message
        assert "X.toarray()" in message

    @every_interpolating_class
    def test_neighbours_of_the_users_for_a_mixed_table(self, cls):
        name = "n_neighbors" if cls is ADASYN else "k_neighbors"
        if name not in cls().get_params():
            return  # which take a number only
        X, y = blobs()
        X[5, 1] = np.nan
        message = refusal(cls(**{name: NearestNeighbors(n_neighbors=3)}), X, y)
        assert name in message
        assert "give a number of neighbors" in message

    def test_clusters_of_the_users_for_a_mixed_table(self):
        X, y = blobs()
        X[5, 1] = np.nan
        message = refusal(KMeansSMOTE(kmeans_estimator=KMeans(3)), X, y)
        assert "give a number of clusters" in message

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"x": (0, 1)}, "bounds of column 'x' are (0, 1), and the table goes beyond them"),
            ({"x": 3}, "must be a pair (lowest, highest), not 3"),
            ({"z": (0, 1)}, "bounds names 'z', which is not a column"),
            ({"colour": (0, 1)}, "column 'colour' holds categories, not numbers"),
        ],
    )
    def test_bounds(self, given, words):
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "colour": ["red", "blue"] * 60})
        for sampler in (SVMSMOTE(bounds=given), RandomOverSampler(shrinkage=1, bounds=given)):
            assert words in refusal(sampler, frame, y)

    @every_class
    def test_complex_numbers(self, cls):
        X, y = blobs()
        assert "Complex data not supported" in refusal(cls(), X + 1j, y)

    @every_interpolating_class
    def test_complex_column(self, cls):
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "wave": X[:, 1] + 1j})
        assert "Complex data not supported: column 'wave'" in refusal(cls(), frame, y)

    @every_class
    def test_frame_of_another_library(self, cls):
        class Frame:
            """As much of a polars frame as matters."""

            shape = (120, 3)

            def __init__(self, X):
                self.X = X

            def __len__(self):
                return len(self.X)

            def __array__(self, dtype=None, copy=None):
                return self.X

            def __arrow_c_stream__(self, requested_schema=None):
                raise NotImplementedError

            @property
            def columns(self):
                return ["a", "b", "c"]

        X, y = blobs()
        message = refusal(cls(), Frame(X), y, TypeError)
        assert cls.__name__ in message
        assert "Frame" in message
        assert "pass pyarrow.table(X)" in message

    @every_interpolating_class
    @pytest.mark.parametrize("make", [list, np.asarray])
    def test_numbers_written_as_strings(self, cls, make):
        X, y = blobs()
        with pytest.raises(ValueError, match=r"holds them as strings: pass X\.astype\(float\)"):
            cls().fit_resample(make(X.astype(str).tolist()), y)

    def test_machine_without_support_vectors(self):
        with pytest.raises(ValueError, match=r"has no support_ .* sklearn\.svm\.SVC"):
            SVMSMOTE(svm_estimator=LogisticRegression()).fit_resample(*blobs())


class TestExtremeNumbers:
    """Numbers that squares of floats do not hold are computed with, or their column is named."""

    @pytest.mark.parametrize("sampler", [*VARIANTS, *REMOVERS], ids=name_of)
    @pytest.mark.parametrize("size", [1e160, 1.7e308])
    @pytest.mark.parametrize("make", ["array", "sparse", "frame"])
    @pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
    def test_one_column(self, sampler, size, make):
        X, y = blobs((40, 14))
        X[:, 1] *= size / np.abs(X[:, 1]).max()
        table = {
            "sparse": lambda X: sparse.csr_array(np.maximum(X, 0)),
            "frame": lambda X: pd.DataFrame({"0": X[:, 0], "1": X[:, 1], "2": X[:, 2] > 0}),
        }.get(make, np.asarray)(X)
        try:
            X_out, y_out = clone(sampler).fit_resample(table, y)
        except ValueError as error:
            message = str(error)
        else:
            assert X_out.shape[0] == len(y_out)
            return
        assert re.search(r"columns? \[?'?1'?\]?", message)


class TestClassSizes:
    @every_interpolating_class
    def test_class_of_one_row(self, cls):
        X, y = blobs((30, 1))
        message = refusal(cls(), X, np.array(["healthy", "sick"])[y])
        assert cls.__name__ in message
        assert "class 'sick' has 1 row" in message
        assert "RandomOverSampler" in message
        assert "sampling_strategy" in message

    @no_base
    @pytest.mark.parametrize(
        ("cls", "parameter"),
        [
            (SMOTE, "k_neighbors"),
            (BorderlineSMOTE, "k_neighbors"),
            (SVMSMOTE, "k_neighbors"),
            (ADASYN, "n_neighbors"),
        ],
    )
    @pytest.mark.parametrize("as_estimator", [False, True])
    def test_fewer_rows_than_neighbours(self, cls, parameter, as_estimator):
        X, y = blobs((30, 4))
        k = NearestNeighbors(n_neighbors=10) if as_estimator else 9
        with pytest.warns(UserWarning, match=f"{cls.__name__}: {parameter} asks for 9 ") as caught:
            _, y_out = cls(**{parameter: k}).fit_resample(X, y)
        message = next(str(w.message) for w in caught if "asks for" in str(w.message))
        assert "each row of class 1, and there are 3 to choose from" in message
        assert np.bincount(y_out).tolist() == [30, 30]

    @no_base
    @pytest.mark.parametrize("cls", [BorderlineSMOTE, SVMSMOTE])
    def test_fewer_rows_than_m_neighbors(self, cls):
        X, y = blobs((8, 4))
        with pytest.warns(UserWarning, match="m_neighbors asks for 30 .* there are 11 to choose"):
            cls(m_neighbors=30, k_neighbors=3).fit_resample(X, y)

    @no_base
    def test_fewer_majority_rows_than_neighbours_names_the_majority(self):
        X, y = blobs((3, 3, 30))
        sampler = BorderlineSMOTE(kind="borderline-2", k_neighbors=7, sampling_strategy={2: 40})
        with pytest.warns(UserWarning, match="k_neighbors asks for 7") as caught:
            sampler.fit_resample(X, y)
        message = [str(w.message) for w in caught if "k_neighbors asks" in str(w.message)]
        assert len(message) == 1
        assert "class 2 has 6" not in message[0]  # it has 30; all others together have 6

    @every_interpolating_class
    @no_base
    def test_as_many_rows_as_needed_are_no_reason_to_warn(self, cls):
        X, y = blobs((30, 6))
        cls().fit_resample(X, y)


class TestStrategy:
    @every_class
    def test_unknown_label(self, cls):
        X, y = blobs()
        message = refusal(cls(sampling_strategy={"sick": 50}), X, np.array(["ill", "well"])[y])
        assert "'sick'" in message
        assert "['ill', 'well']" in message

    @every_class
    def test_fewer_rows_than_there_are(self, cls):
        X, y = blobs()
        message = refusal(cls(sampling_strategy={1: 29}), X, y)
        assert "29" in message
        assert "class 1" in message
        assert "30" in message
        assert "only adds" in message

    @every_class
    @pytest.mark.parametrize("wanted", [40.5, "many", None])
    def test_count_that_is_no_whole_number(self, cls, wanted):
        X, y = blobs()
        assert "whole number" in refusal(cls(sampling_strategy={1: wanted}), X, y)

    @every_class
    def test_callable_is_checked_too(self, cls):
        X, y = blobs()
        assert "['0', '1']" in refusal(
            cls(sampling_strategy=lambda y: {"other": 50}), X, y.astype(str)
        )

    @every_class
    def test_ratio_of_three_classes(self, cls):
        X, y = blobs((60, 30, 20))
        message = refusal(cls(sampling_strategy=0.5), X, y)
        assert "0.5" in message
        assert "3" in message
        assert "dict" in message

    @every_class
    def test_ratio_that_is_met_already(self, cls):
        X, y = blobs((90, 30))
        sampler = cls(sampling_strategy=0.2)
        with pytest.warns(UserWarning, match=r"0\.2 is already reached.*class 1.*30.*90"):
            X_out, y_out = sampler.fit_resample(X, y)
        np.testing.assert_array_equal(X_out, X)
        np.testing.assert_array_equal(y_out, y)
        assert not sampler.is_synthetic_.any()

    @every_class
    def test_ratio_that_is_met_exactly_is_no_reason_to_warn(self, cls):
        X, y = blobs((90, 30))
        X_out, _ = cls(sampling_strategy=30 / 90).fit_resample(X, y)
        assert len(X_out) == 120

    @every_class
    @pytest.mark.parametrize("strategy", [1.5, 0.0, -0.5, "majority", "balanced", None])
    def test_wrong_value(self, cls, strategy):
        X, y = blobs()
        assert "sampling_strategy" in refusal(cls(sampling_strategy=strategy), X, y)


class TestParameters:
    @every_class
    def test_misspelt(self, cls):
        with pytest.raises(TypeError, match="k_neighbours"):
            cls(k_neighbours=3)
        with pytest.raises(ValueError, match="Invalid parameter 'k_neighbours'"):
            cls().set_params(k_neighbours=3)

    @pytest.mark.parametrize(
        ("cls", "wrong"),
        [
            *((c, {"k_neighbors": 0}) for c in (SMOTE, BorderlineSMOTE, SVMSMOTE, KMeansSMOTE)),
            *((c, {"k_neighbors": 2.5}) for c in (SMOTE, BorderlineSMOTE, SVMSMOTE, KMeansSMOTE)),
            *((c, {"k_neighbors": None}) for c in (SMOTE, BorderlineSMOTE, SVMSMOTE, KMeansSMOTE)),
            *((c, {"m_neighbors": 0}) for c in (BorderlineSMOTE, SVMSMOTE)),
            (ADASYN, {"n_neighbors": 0}),
            (ADASYN, {"n_neighbors": "auto"}),
            (BorderlineSMOTE, {"kind": "x"}),
            (BorderlineSMOTE, {"kind": 1}),
            (SVMSMOTE, {"out_step": -0.1}),
            (SVMSMOTE, {"svm_estimator": "svc"}),
            (KMeansSMOTE, {"kmeans_estimator": 0}),
            (KMeansSMOTE, {"kmeans_estimator": "kmeans"}),
            (KMeansSMOTE, {"cluster_balance_threshold": -0.1}),
            (KMeansSMOTE, {"cluster_balance_threshold": 1.0}),
            (KMeansSMOTE, {"density_exponent": "d"}),
            (KMeansSMOTE, {"density_exponent": -1.0}),
            (RandomOverSampler, {"shrinkage": -1}),
            (RandomOverSampler, {"shrinkage": "auto"}),
            *((c, {"n_jobs": "all"}) for c in CLASSES),
            *((c, {"random_state": "seed"}) for c in CLASSES),
        ],
        ids=lambda value: getattr(value, "__name__", str(value)),
    )
    def test_wrong_value(self, cls, wrong):
        X, y = blobs()
        message = refusal(cls(**wrong), X, y)
        (name,) = wrong
        assert f"The {name!r} parameter of {cls.__name__} must be" in message

    @pytest.mark.parametrize(
        ("sampler", "name"),
        [(s, name) for s in [*SAMPLERS, *REMOVERS] for name in s.get_params(deep=False)],
        ids=name_of,
    )
    @pytest.mark.filterwarnings("ignore::UserWarning")
    def test_odd_value(self, sampler, name):
        assert not unnamed(sampler, name, "fit_resample")

    @pytest.mark.parametrize(
        ("model", "name"),
        [(m, name) for m in MODELS for name in m.get_params(deep=False)],
        ids=lambda value: value if isinstance(value, str) else name_of(value),
    )
    @pytest.mark.filterwarnings("ignore::UserWarning")
    def test_odd_value_of_what_is_no_sampler(self, model, name):
        assert not unnamed(model, name, "fit")

    @pytest.mark.parametrize(
        ("sampler", "name"),
        [
            (s, name)
            for s in [*SAMPLERS, *REMOVERS]
            for name, value in s.get_params(deep=False).items()
            if (type(value) is int and name != "random_state") or name == "n_jobs"
        ],
        ids=name_of,
    )
    @pytest.mark.parametrize("value", [True, np.True_, 10**30, 2**31, 2**62, -(10**30), 2.0])
    def test_no_whole_number_of_any_use(self, sampler, name, value):
        message = refusal(clone(sampler).set_params(**{name: value}), *blobs())
        assert f"The {name!r} parameter of {type(sampler).__name__} must be" in message

    @pytest.mark.parametrize("values", [{1: -0.5}, {}])
    def test_wrong_shrinkage_per_label(self, values):
        X, y = blobs()
        sampler = RandomOverSampler(shrinkage=values, sampling_strategy={1: 40})
        if not values:
            sampler.set_params(shrinkage={0: 1.0})
        message = refusal(sampler, X, y)
        assert "shrinkage" in message
        assert "at least 0" in message

    @no_base
    @pytest.mark.parametrize(
        ("cls", "parameter"),
        [
            (SMOTE, "k_neighbors"),
            (BorderlineSMOTE, "k_neighbors"),
            (BorderlineSMOTE, "m_neighbors"),
            (SVMSMOTE, "k_neighbors"),
            (SVMSMOTE, "m_neighbors"),
            (KMeansSMOTE, "k_neighbors"),
            (ADASYN, "n_neighbors"),
        ],
    )
    @pytest.mark.parametrize("n_neighbors", [None, 1, 0, 2.5])
    def test_neighbours_estimator_without_a_usable_number(self, cls, parameter, n_neighbors):
        X, y = blobs()
        message = refusal(cls(**{parameter: NearestNeighbors(n_neighbors=n_neighbors)}), X, y)
        assert parameter in message
        assert f"n_neighbors={n_neighbors}" in message
        assert "at least 2" in message


class TestSample:
    @every_class
    def test_before_fit(self, cls):
        with pytest.raises(NotFittedError, match=f"This {cls.__name__} instance is not fitted yet"):
            cls().sample(3)

    @every_class
    @no_base
    def test_unknown_label(self, cls):
        X, y = blobs()
        sampler = cls().fit(X, np.array(["well", "ill"])[y])
        with pytest.raises(ValueError, match=r"no class 'sick'.*\['ill', 'well'\]"):
            sampler.sample(3, label="sick")

    @every_class
    @no_base
    @pytest.mark.parametrize("n", [-1, 2.5, "3", None, True, 10**30])
    def test_wrong_number(self, cls, n):
        sampler = cls().fit(*blobs())
        with pytest.raises(ValueError, match="n_samples must be a whole number from 0"):
            sampler.sample(n)

    @every_interpolating_class
    @no_base
    def test_of_a_class_of_one_row(self, cls):
        X, y = blobs((40, 20, 1))
        sampler = cls(sampling_strategy={1: 30}).fit(X, y)
        with pytest.raises(ValueError, match=r"class 2 has 1 row.*RandomOverSampler"):
            sampler.sample(3, label=2)


@every_class
@no_base
def test_a_refused_table_leaves_the_parameters_alone(cls):
    X, y = blobs()
    sampler = cls(random_state=0)
    before = sampler.get_params()
    refusal(sampler, X, y[:-1])
    assert sampler.get_params() == before
    _, y_out = sampler.fit_resample(X, y)
    assert Counter(y_out.tolist()) == {0: 90, 1: 90}
