"""Cleaners: they remove what the hybrids remove, of the classes that may lose samples."""

import imblearn.under_sampling
import numpy as np
import pandas as pd
import polars as pl
import pytest
from imblearn.pipeline import make_pipeline
from samplers import name_of
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors

from skresample import (
    SMOTE,
    SMOTEENN,
    SMOTEIPF,
    EditedNearestNeighbours,
    IterativePartitioningFilter,
    ResampledClassifier,
    SMOTETomek,
    TomekLinks,
    compare,
)

CLEANERS = [
    TomekLinks(),
    EditedNearestNeighbours(),
    EditedNearestNeighbours(kind_sel="mode", n_neighbors=5),
    IterativePartitioningFilter(random_state=0),
]
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows that class .* had:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning"),
]
every_cleaner = pytest.mark.parametrize("cleaner", CLEANERS, ids=name_of)


def overlapping(sizes=(150, 60, 30), seed=0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(y.size, 2)) + 1.2 * y[:, np.newaxis], y


class TestAgainstImbalancedLearn:
    """As classes of the same name are there, and hybrids use them."""

    @pytest.mark.parametrize("strategy", ["auto", "all", "majority", "not majority", [0, 2]])
    @pytest.mark.parametrize(
        "ours",
        [
            TomekLinks(),
            EditedNearestNeighbours(),
            EditedNearestNeighbours(n_neighbors=NearestNeighbors(n_neighbors=3)),
        ],
        ids=name_of,
    )
    def test_same_samples(self, ours, strategy):
        X, y = overlapping()
        theirs = getattr(imblearn.under_sampling, type(ours).__name__)()
        params = {k: v for k, v in ours.get_params().items() if k in theirs.get_params()}
        params |= {"sampling_strategy": strategy}
        theirs = theirs.set_params(**params)
        theirs.fit_resample(X, y)
        ours = clone(ours).set_params(sampling_strategy=strategy)
        X_out, y_out = ours.fit_resample(X, y)
        np.testing.assert_array_equal(ours.sample_indices_, np.sort(theirs.sample_indices_))
        np.testing.assert_array_equal(X_out, X[ours.sample_indices_])
        np.testing.assert_array_equal(y_out, y[ours.sample_indices_])
        assert len(X_out) < len(X)

    @pytest.mark.parametrize("cls", [TomekLinks, EditedNearestNeighbours])
    def test_metric(self, cls):
        """A metric of scikit-learn, by name or as a function, is that of its neighbors."""
        X, y = overlapping()
        ours = cls(metric="chebyshev", sampling_strategy="all")
        ours.fit_resample(X, y)
        by_name = EditedNearestNeighbours(
            n_neighbors=NearestNeighbors(n_neighbors=4, metric="chebyshev"),
            sampling_strategy="all",
        )
        if cls is EditedNearestNeighbours:
            by_name.fit_resample(X, y)
            np.testing.assert_array_equal(ours.sample_indices_, by_name.sample_indices_)
        by_function = cls(metric=lambda a, b: np.abs(a - b).max(), sampling_strategy="all")
        by_function.fit_resample(X, y)
        np.testing.assert_array_equal(ours.sample_indices_, by_function.sample_indices_)
        frame = pd.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 0, "u", "v")})
        with pytest.raises(ValueError, match="metric='chebyshev' measures distances between num"):
            cls(metric="chebyshev").fit_resample(frame, y)

    @pytest.mark.parametrize("cls", [TomekLinks, EditedNearestNeighbours])
    def test_drop_in(self, cls):
        theirs = getattr(imblearn.under_sampling, cls.__name__)
        assert isinstance(cls(), theirs)
        for name, value in theirs().get_params().items():
            assert cls().get_params()[name] == value
        hybrid = {"tomek": cls()} if cls is TomekLinks else {"enn": cls()}
        ours = {"tomek": SMOTETomek, "enn": SMOTEENN}[next(iter(hybrid))]
        peer = getattr(imblearn.combine, ours.__name__)
        X, y = make_classification(weights=[0.8], flip_y=0.1, random_state=0)
        assert len(peer(**hybrid, random_state=0).fit_resample(X, y)[0]) > len(X)


@pytest.mark.parametrize(
    ("hybrid", "cleaner"),
    [
        (SMOTETomek(), TomekLinks(sampling_strategy="all")),
        (SMOTETomek(tomek=TomekLinks()), TomekLinks()),
        (SMOTEENN(), EditedNearestNeighbours(sampling_strategy="all", kind_sel="mode")),
        (
            SMOTEENN(enn=EditedNearestNeighbours(n_neighbors=7)),
            EditedNearestNeighbours(n_neighbors=7),
        ),
    ],
    ids=name_of,
)
def test_hybrids_are_an_oversampler_and_then_a_cleaner(hybrid, cleaner):
    X, y = overlapping()
    smote = SMOTE(random_state=3)
    X_out, y_out = clone(hybrid).set_params(smote=smote).fit_resample(X, y)
    X_two, y_two = make_pipeline(smote, cleaner).fit_resample(X, y)
    np.testing.assert_array_equal(X_out, X_two)
    np.testing.assert_array_equal(y_out, y_two)


def test_the_filter_of_the_hybrid_is_the_cleaner():
    X, y = overlapping()
    hybrid = SMOTEIPF(n_parts=5, voting="consensus", random_state=0)
    hybrid.fit_resample(X, y)
    assert isinstance(hybrid.cleaner_, IterativePartitioningFilter)
    assert (hybrid.cleaner_.n_parts, hybrid.cleaner_.voting) == (5, "consensus")
    assert hybrid.n_rounds_ >= 3


class TestTables:
    MAKES = {  # noqa: RUF012
        "array": np.asarray,
        "list": lambda X: X.tolist(),
        "csr": sparse.csr_array,
        "csc": sparse.csc_matrix,
        "masked": lambda X: np.ma.masked_greater(X, 3),
        "polars": lambda X: pl.DataFrame(X, schema=["a", "b"]),
        "mixed": lambda X: pd.DataFrame(
            {
                "a": np.where(X[:, 0] > 2, np.nan, X[:, 0]),
                "b": X[:, 1].round().astype(int),
                "c": pd.Categorical(np.where(X[:, 0] > 0, "u", "v")),
            },
            index=np.arange(len(X)) + 500,
        ),
    }

    @every_cleaner
    @pytest.mark.parametrize("make", MAKES)
    def test_what_is_left_is_untouched(self, cleaner, make):
        X, y = overlapping()
        table = self.MAKES[make](X)
        cleaner = clone(cleaner)
        X_out, y_out = cleaner.fit_resample(table, y)
        kept = cleaner.sample_indices_
        assert type(X_out) is type(table)
        assert (np.diff(kept) > 0).all()
        np.testing.assert_array_equal(y_out, y[kept])
        assert not cleaner.is_synthetic_.any()
        assert cleaner.is_synthetic_.size == len(y_out)
        if make == "mixed":
            expected = table.iloc[kept].reset_index(drop=True)
            pd.testing.assert_frame_equal(X_out, expected)
        elif make == "masked":
            np.testing.assert_array_equal(X_out.mask, table.mask[kept])
            np.testing.assert_array_equal(X_out.data, table.data[kept])
        else:
            dense = X_out.toarray() if sparse.issparse(X_out) else np.asarray(X_out)
            np.testing.assert_array_equal(dense, X[kept])
        removed = {label: int(np.sum(y == label) - np.sum(y_out == label)) for label in (0, 1, 2)}
        assert cleaner.n_removed_ == removed

    @every_cleaner
    def test_labels_of_pandas(self, cleaner):
        X, y = overlapping()
        frame = self.MAKES["mixed"](X)
        target = pd.Series(np.array(["a", "b", "c"])[y], name="y", index=frame.index)
        cleaner = clone(cleaner).set_params(keep_index=True)
        X_out, y_out = cleaner.fit_resample(frame, target)
        assert X_out.index.equals(frame.index[cleaner.sample_indices_])
        assert y_out.index.equals(X_out.index)
        pd.testing.assert_series_equal(y_out, target.iloc[cleaner.sample_indices_])

    @pytest.mark.parametrize("hybrid", [SMOTETomek(), SMOTEENN(), SMOTEIPF()], ids=name_of)
    def test_labels_of_pandas_in_hybrids(self, hybrid):
        X, y = overlapping()
        frame = self.MAKES["mixed"](X)
        target = pd.Series(y, name="y", index=frame.index)
        for smote in (None, SMOTE(random_state=0), SMOTETomek(random_state=0)):
            sampler = clone(hybrid).set_params(keep_index=True, random_state=0, smote=smote)
            X_out, y_out = sampler.fit_resample(frame, target)
            old = ~sampler.is_synthetic_
            of = sampler.sample_indices_[old]
            assert X_out.index[old].equals(frame.index[of])
            assert X_out.index.is_unique
            assert (X_out.index[~old] > frame.index.max()).all()
            assert y_out.index.equals(X_out.index)
        other = clone(hybrid).set_params(keep_index=True, smote=imblearn.over_sampling.SMOTE())
        with pytest.raises(ValueError, match=r"gives samples a new index.*keep_index=False"):
            other.fit_resample(frame[["b"]], target)


class TestStrategy:
    @every_cleaner
    def test_only_these_classes_lose_samples(self, cleaner):
        X, y = overlapping()
        names = np.array(["few", "some", "many"])[2 - y]
        for strategy in (["many"], lambda y: ["many"], lambda y: {"many": 1}, "majority"):
            cleaner = clone(cleaner).set_params(sampling_strategy=strategy)
            cleaner.fit_resample(X, names)
            assert cleaner.sampling_strategy_ == {"many": 150}
            assert cleaner.n_removed_["few"] == cleaner.n_removed_["some"] == 0
            assert cleaner.n_removed_["many"] > 0

    @every_cleaner
    @pytest.mark.parametrize(
        "wrong", ["some", 0.5, {0: 20}, object()], ids=lambda w: type(w).__name__
    )
    def test_wrong_ones(self, cleaner, wrong):
        cleaner = clone(cleaner).set_params(sampling_strategy=wrong)
        with pytest.raises(ValueError, match="'sampling_strategy' parameter"):
            cleaner.fit_resample(*overlapping())

    @every_cleaner
    def test_a_label_that_is_not_there(self, cleaner):
        cleaner = clone(cleaner).set_params(sampling_strategy=[0, 7])
        with pytest.raises(ValueError, match=r"names \[7\], which is not in y: .*\[0, 1, 2\]"):
            cleaner.fit_resample(*overlapping())

    def test_a_class_that_would_vanish_is_kept(self):
        X = np.arange(40.0)[:, np.newaxis]
        y = (np.arange(40) % 5 == 0).astype(int)
        cleaner = EditedNearestNeighbours(sampling_strategy="all")
        message = r"^EditedNearestNeighbours would remove all rows of class 1"
        with pytest.warns(UserWarning, match=message):
            _, y_out = cleaner.fit_resample(X, y)
        assert (y_out == 1).sum() == 8

    @every_cleaner
    def test_classes_that_a_caller_has_set(self, cleaner):
        X, y = overlapping()
        cleaner = clone(cleaner)
        cleaner.sampling_strategy_ = {1: 5}
        cleaner._fit_resample(X, y)
        assert cleaner.sampling_strategy_ == {1: 60}
        assert cleaner.n_removed_[0] == cleaner.n_removed_[2] == 0

    @every_cleaner
    def test_fit_says_which_classes(self, cleaner):
        cleaner = clone(cleaner).fit(*overlapping())
        assert cleaner.sampling_strategy_ == {0: 150, 1: 60}


class TestElsewhere:
    @every_cleaner
    def test_in_a_classifier(self, cleaner):
        X, y = overlapping()
        model = ResampledClassifier(LogisticRegression(), clone(cleaner)).fit(X, y)
        assert model.score(X, y) > 0.5
        weights = np.ones(len(y))
        model.fit(X, y, sample_weight=weights)

    def test_in_a_comparison(self):
        X, y = overlapping((150, 60))
        result = compare(X, y, samplers=CLEANERS[:2], estimators=LogisticRegression(), cv=2)
        assert len(result.methods) == 5 + 2

    @pytest.mark.parametrize("hybrid", [SMOTETomek(), SMOTEENN(), SMOTEIPF()], ids=name_of)
    def test_not_as_an_oversampler(self, hybrid):
        hybrid = clone(hybrid).set_params(smote=TomekLinks())
        with pytest.raises(ValueError, match=r"smote=TomekLinks\(\) removes samples"):
            hybrid.fit_resample(*overlapping())
