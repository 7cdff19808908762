"""SMOTE and cleaning: which rows go, what is left of the table, and where rows are from."""

import inspect

import imblearn.combine
import imblearn.over_sampling
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import EditedNearestNeighbours, RandomUnderSampler, TomekLinks
from samplers import blobs, name_of
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors
from sklearn.tree import DecisionTreeClassifier

from skresample import (
    ADASYN,
    CCR,
    SMOTE,
    SMOTEENN,
    SMOTEIPF,
    ResampledClassifier,
    SMOTETomek,
    compare,
)
from skresample.cleaning.enn import agreed
from skresample.cleaning.tomek import in_tomek_links

SAMPLERS = [
    SMOTEENN(random_state=0),
    SMOTEENN(kind_sel="all", random_state=0),
    SMOTETomek(random_state=0),
    SMOTEIPF(random_state=0),
]
# Where classes overlap, much is removed, and that is said.
pytestmark = pytest.mark.filterwarnings("ignore:.*had after oversampling:UserWarning")

every_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)


def overlapping(sizes=(150, 60), d=2, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(y.size, d)) + 1.2 * y[:, np.newaxis], y


class TestRules:
    def test_agreed_by_hand(self):
        codes = np.array([0, 0, 1, 1, 2])
        neighbors = np.array([[1, 2, 3], [0, 2, 4], [3, 0, 4], [2, 0, 1], [0, 1, 2]])
        # Two of three are 1; one each; one each; two are 0; two are 0.
        by_most = [False, True, True, False, False]
        assert agreed(neighbors, codes, unanimously=False).tolist() == by_most
        assert not agreed(neighbors, codes, unanimously=True).any()
        assert agreed(neighbors[:, :1], codes, unanimously=True).tolist() == [
            True,
            True,
            True,
            True,
            False,
        ]

    def test_tomek_links_by_hand(self):
        # On a line: 0 a, 1 b, 3 b, 4 b, 9 a: the first two are a link.
        nearest, codes = np.array([1, 0, 3, 2, 3]), np.array([0, 1, 1, 1, 0])
        assert in_tomek_links(nearest, codes).tolist() == [True, True, False, False, False]

    @pytest.mark.parametrize("kind", ["all", "mode"])
    def test_neighbours_against_imbalanced_learn(self, kind):
        X, y = overlapping((150, 60, 30))
        full = SMOTE(random_state=0)
        X_full, y_full = full.fit_resample(X, y)
        theirs = EditedNearestNeighbours(sampling_strategy="all", kind_sel=kind)
        theirs.fit_resample(X_full, y_full)
        sampler = SMOTEENN(smote=full, kind_sel=kind, random_state=1)
        X_out, _ = sampler.fit_resample(X, y)
        kept = np.sort(theirs.sample_indices_)
        if kind == "all":
            np.testing.assert_array_equal(X_out, X_full[kept])
        else:  # where three classes have one vote each, it takes the first of them
            assert abs(len(X_out) - len(kept)) < 0.06 * len(kept)

    def test_links_against_imbalanced_learn(self):
        X, y = overlapping()
        full = SMOTE(random_state=0)
        X_full, y_full = full.fit_resample(X, y)
        theirs = TomekLinks(sampling_strategy="all")
        theirs.fit_resample(X_full, y_full)
        X_out, _ = SMOTETomek(smote=full, random_state=1).fit_resample(X, y)
        assert len(X_out) < len(X_full)
        np.testing.assert_array_equal(X_out, X_full[np.sort(theirs.sample_indices_)])

    def test_filter_removes_wrong_labels(self):
        rng = np.random.default_rng(0)
        y = np.repeat([0, 1], [200, 100])
        X = rng.normal(size=(300, 2)) + 8 * y[:, np.newaxis]
        wrong = np.concatenate([np.arange(10), np.arange(290, 300)])
        labels = y.copy()
        labels[wrong] = 1 - labels[wrong]
        smote = SMOTE(k_neighbors=1, random_state=0)
        sampler = SMOTEIPF(smote=smote, random_state=0)
        sampler.fit_resample(X, labels)
        left = set(sampler.sample_indices_.tolist())
        assert not left & set(wrong.tolist())
        assert len(left - {-1}) > 275
        assert sampler.n_rounds_ >= 3

    def test_consensus_removes_less(self):
        X, y = overlapping()
        removed = {}
        for voting in ("consensus", "majority"):
            sampler = SMOTEIPF(voting=voting, random_state=0)
            sampler.fit_resample(X, y)
            removed[voting] = sum(sampler.n_removed_.values())
        assert removed["consensus"] < removed["majority"]

    def test_any_labels_and_any_classifier(self):
        X, y = overlapping()
        names = np.array(["well", "ill"])[y]
        sampler = SMOTEIPF(estimator=GaussianNB(), random_state=0)
        _, labels = sampler.fit_resample(X, names)
        assert set(labels) == {"well", "ill"}
        assert set(sampler.n_removed_) == {"well", "ill"}


MAKES = {
    "array": np.asarray,
    "list": lambda X: X.tolist(),
    "csr": sparse.csr_array,
    "csc": sparse.csc_matrix,
    "pandas": lambda X: pd.DataFrame(X, columns=["a", "b"]),
    "polars": lambda X: pl.DataFrame(X, schema=["a", "b"]),
    "pyarrow": lambda X: pa.table({"a": X[:, 0], "b": X[:, 1]}),
}


def dense(X):
    if sparse.issparse(X):
        return X.toarray()
    if isinstance(X, pa.Table):
        return np.column_stack([column.to_numpy() for column in X.columns])
    return np.asarray(X)


class TestTable:
    @every_sampler
    @pytest.mark.parametrize("make", MAKES)
    def test_what_is_left_is_untouched_and_traced(self, sampler, make):
        X, y = overlapping()
        table = MAKES[make](X)
        sampler = clone(sampler)
        X_out, y_out = sampler.fit_resample(table, y)
        assert type(X_out) is type(table)
        rows, known = dense(X_out), ~sampler.is_synthetic_
        assert len(rows) == len(y_out) == known.size == sampler.sample_indices_.size
        of = sampler.sample_indices_[known]
        assert (np.diff(of) > 0).all()
        np.testing.assert_array_equal(rows[known], X[of])
        np.testing.assert_array_equal(np.asarray(y_out)[known], y[of])
        assert (sampler.sample_indices_[~known] == -1).all()
        assert len(sampler.parents_) == (~known).sum()
        np.testing.assert_array_equal(y[sampler.parents_[:, 0]], np.asarray(y_out)[~known])

    @every_sampler
    def test_counts_are_those_reported(self, sampler):
        X, y = overlapping((150, 60, 30))
        sampler = clone(sampler)
        _, y_out = sampler.fit_resample(X, y)
        assert sampler.sampling_strategy_ == {1: 90, 2: 120}
        left = {c: 150 - removed for c, removed in sampler.n_removed_.items()}
        assert np.bincount(y_out).tolist() == [left[0], left[1], left[2]]
        assert sum(sampler.n_removed_.values()) > 0

    @every_sampler
    def test_categories_holes_and_a_target_with_a_name(self, sampler):
        X, y = overlapping()
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": rng.choice(["u", "v", None], 210)})
        frame.loc[::9, "a"] = np.nan
        target = pd.Series(y, name="ill", index=frame.index)
        X_out, y_out = clone(sampler).fit_resample(frame, target)
        assert X_out.dtypes.equals(frame.dtypes)
        assert X_out.index.equals(pd.RangeIndex(len(X_out)))
        assert y_out.name == "ill"
        assert y_out.index.equals(X_out.index)

    @every_sampler
    def test_same_seed_same_rows(self, sampler):
        X, y = overlapping()
        one, two, other = clone(sampler), clone(sampler), clone(sampler).set_params(random_state=1)
        first = one.fit_resample(X, y)[0]
        np.testing.assert_array_equal(first, two.set_params(n_jobs=1).fit_resample(X, y)[0])
        third = other.fit_resample(X, y)[0]
        assert first.shape != third.shape or not np.array_equal(first, third)

    def test_a_class_of_which_most_is_removed(self):
        X, y = overlapping()
        sampler = SMOTEIPF(standardize=False, random_state=2)
        with pytest.warns(UserWarning, match=r"SMOTEIPF removed (\d+) of the 150 rows") as said:
            sampler.fit_resample(X, y)
        assert f"removed {sampler.n_removed_[1]} of" in str(said[0].message)

    @every_sampler
    @pytest.mark.parametrize("m", [2, 3, 4, 5, 6])
    @pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning")
    def test_few_rows(self, sampler, m):
        X, y = blobs((40, m))
        X += 9 * y[:, np.newaxis]
        X_out, y_out = clone(sampler).fit_resample(X, y)
        assert len(X_out) == len(y_out)
        assert set(y_out) == {0, 1}

    @every_sampler
    @pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning")
    def test_strategy_and_sampler_of_the_users(self, sampler):
        X, y = overlapping()
        half = clone(sampler).set_params(sampling_strategy=0.7)
        half.fit_resample(X, y)
        assert half.sampling_strategy_ == {1: 45}
        given = clone(sampler).set_params(smote=ADASYN(sampling_strategy=0.6))
        given.fit_resample(X, y)
        assert type(given.sampler_) is ADASYN
        assert given.sampling_strategy_ == {1: 30}
        assert given.smote.sampling_strategy == 0.6

    def test_a_class_that_would_vanish_is_kept(self):
        X = np.arange(40.0)[:, np.newaxis]
        y = (np.arange(40) % 5 == 0).astype(int)
        sampler = SMOTEENN(sampling_strategy={1: 8}, random_state=0)
        with pytest.warns(UserWarning, match=r"would remove all rows of class 1.*were kept"):
            _, y_out = sampler.fit_resample(X, y)
        assert (y_out == 1).sum() == 8
        assert sampler.n_removed_[1] == 0


THEIRS = [
    imblearn.over_sampling.SMOTE(random_state=0),
    imblearn.over_sampling.ADASYN(sampling_strategy=0.7, random_state=0),
    imblearn.over_sampling.RandomOverSampler(random_state=0),
    imblearn.over_sampling.SMOTENC([0], random_state=0),
]


class TestWhatOverSamples:
    @every_sampler
    @pytest.mark.parametrize("theirs", THEIRS, ids=name_of)
    @pytest.mark.parametrize("make", ["array", "pandas"])
    @pytest.mark.filterwarnings("ignore:.*rows are used evenly:UserWarning")
    def test_of_imbalanced_learn(self, sampler, theirs, make):
        """Its rows are known by their places: it puts the given ones first."""
        X, y = overlapping()
        X[:, 0] = np.round(X[:, 0])
        full = dense(clone(theirs).fit_resample(MAKES[make](X), y)[0])
        sampler = clone(sampler).set_params(smote=theirs)
        X_out, y_out = sampler.fit_resample(MAKES[make](X), y)
        rows, known = dense(X_out), ~sampler.is_synthetic_
        np.testing.assert_array_equal(rows[known], X[sampler.sample_indices_[known]])
        np.testing.assert_array_equal(y_out[known], y[sampler.sample_indices_[known]])
        assert set(map(tuple, rows[~known])) <= set(map(tuple, full[len(X) :]))
        assert len(sampler.parents_) == (~known).sum()
        if isinstance(theirs, imblearn.over_sampling.RandomOverSampler):
            np.testing.assert_array_equal(rows[~known], X[sampler.parents_[:, 0]])
        else:
            assert (sampler.parents_ == -1).all()
        after = sampler.sampling_strategy_
        assert sampler.fit(MAKES[make](X), y).sampling_strategy_ == after

    @pytest.mark.parametrize("make", ["array", "csr", "pandas", "list"])
    def test_that_does_not_give_the_rows_out_first(self, make):
        X, y = overlapping()
        for other in (RandomUnderSampler(), imblearn.combine.SMOTETomek(), Shuffled()):
            with pytest.raises(ValueError, match=r"smote=.* put the rows that it was given first"):
                SMOTEENN(smote=other).fit_resample(MAKES[make](X), y)

    def test_that_is_a_pipeline(self):
        with pytest.raises(ValueError, match="has no sampling_strategy"):
            SMOTEENN(smote=make_pipeline(SMOTE())).fit_resample(*overlapping())

    @every_sampler
    @pytest.mark.parametrize("inner", SAMPLERS, ids=name_of)
    def test_a_hybrid_in_a_hybrid(self, sampler, inner):
        X, y = overlapping((150, 60, 30))
        sampler = clone(sampler).set_params(smote=inner)
        X_out, y_out = sampler.fit_resample(X, y)
        known = ~sampler.is_synthetic_
        np.testing.assert_array_equal(X_out[known], X[sampler.sample_indices_[known]])
        np.testing.assert_array_equal(y_out[known], y[sampler.sample_indices_[known]])
        np.testing.assert_array_equal(y[sampler.parents_[:, 0]], y_out[~known])
        assert sampler.sampling_strategy_ == {1: 90, 2: 120}
        # Rows are on the lines of the parents that they are said to have.
        first, second = X[sampler.parents_.T]
        new = X_out[~known]
        apart = [np.linalg.norm(new - one, axis=1) for one in (first, second)]
        np.testing.assert_allclose(sum(apart), np.linalg.norm(first - second, axis=1))

    @every_sampler
    def test_that_moves_rows(self, sampler):
        X, y = overlapping()
        sampler = clone(sampler).set_params(smote=CCR(energy=3, random_state=0))
        X_out, _ = sampler.fit_resample(X, y)
        assert sampler.__sklearn_tags__().sampler_tags.moves_rows
        assert not clone(sampler).set_params(smote=None).__sklearn_tags__().sampler_tags.moves_rows
        known = ~sampler.is_synthetic_
        moved = (X_out[known] != X[sampler.sample_indices_[known]]).any(axis=1)
        np.testing.assert_array_equal(moved, sampler.is_moved_[known])
        assert moved.any()
        sampler.set_params(smote=None).fit_resample(X, y)
        assert not hasattr(sampler, "is_moved_")

    @every_sampler
    @pytest.mark.parametrize(
        ("strategy", "smote"),
        [(0.7, None), ({1: 100}, None), ("auto", ADASYN(sampling_strategy=0.6)), (0.9, SMOTE())],
    )
    @pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning")
    def test_counts_are_the_same_after_fit(self, sampler, strategy, smote):
        X, y = overlapping()
        sampler = clone(sampler).set_params(sampling_strategy=strategy, smote=smote)
        fitted = dict(sampler.fit(X, y).sampling_strategy_)
        sampler.fit_resample(X, y)
        assert sampler.sampling_strategy_ == fitted

    @every_sampler
    @pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning")
    def test_counts_that_a_caller_has_set(self, sampler):
        X, y = overlapping()
        for smote in (None, SMOTE(), SMOTEENN(), imblearn.over_sampling.SMOTE()):
            mine = clone(sampler).set_params(smote=smote)
            mine.sampling_strategy_ = {1: 7}
            mine._fit_resample(X, y)
            assert mine.sampling_strategy_ == {1: 7}
            assert np.count_nonzero(mine.is_synthetic_) <= 7

    @every_sampler
    @pytest.mark.parametrize(
        "wrong", [object(), -1.0, 0.0, 2, "some"], ids=lambda wrong: type(wrong).__name__
    )
    def test_wrong_strategy(self, sampler, wrong):
        sampler = clone(sampler).set_params(sampling_strategy=wrong)
        for method in (sampler.fit, sampler.fit_resample):
            with pytest.raises(ValueError, match="sampling_strategy"):
                method(*overlapping())

    @every_sampler
    def test_no_target(self, sampler):
        name = type(sampler).__name__
        for method in (sampler.fit, sampler.fit_resample):
            with pytest.raises(ValueError, match=f"^{name} requires y"):
                method(overlapping()[0], None)

    @every_sampler
    @pytest.mark.parametrize(
        "make", [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix, sparse.coo_array]
    )
    def test_one_hot_target_that_is_sparse(self, sampler, make):
        X, y = overlapping((150, 60, 30))
        one_hot = make(np.eye(3, dtype=int)[y])
        X_out, y_out = clone(sampler).fit_resample(X, one_hot)
        same, labels = clone(sampler).fit_resample(X, y)
        assert type(y_out) is type(one_hot)
        np.testing.assert_array_equal(X_out, same)
        np.testing.assert_array_equal(y_out.toarray().argmax(axis=1), labels)

    @every_sampler
    @pytest.mark.parametrize("output", ["pandas", "polars"])
    def test_output_that_is_set_for_transformers(self, sampler, output):
        X, y = overlapping()
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.where(X[:, 0] > 0, "u", "v")})
        plain = clone(sampler).fit_resample(frame, y)[0]
        with sklearn.config_context(transform_output=output):
            again = clone(sampler).fit_resample(frame, y)[0]
        pd.testing.assert_frame_equal(again, plain)

    @every_sampler
    def test_names_that_repeat(self, sampler):
        X, y = overlapping()
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.where(X[:, 0] > 0, "u", "v")})
        frame.columns = ["a", "a", "c"]
        X_out, _ = clone(sampler).fit_resample(frame, y)
        assert list(X_out) == ["a", "a", "c"]


class Shuffled(imblearn.over_sampling.SMOTE):
    """An over-sampler that puts the rows into another order."""

    def _fit_resample(self, X, y):
        X_out, y_out = super()._fit_resample(X, y)
        return X_out[::-1], y_out[::-1]


class TestCleaners:
    """`enn` and `tomek` of imbalanced-learn do here what they do there."""

    @pytest.mark.parametrize("strategy", ["auto", "all", "majority", [0, 2]])
    @pytest.mark.parametrize("k", [1, 3, NearestNeighbors(n_neighbors=4)], ids=str)
    def test_edited_nearest_neighbours(self, strategy, k):
        X, y = overlapping((150, 60, 30))
        enn = EditedNearestNeighbours(sampling_strategy=strategy, n_neighbors=k)
        self.compare(SMOTEENN(enn=enn, random_state=1), enn, "enn_", X, y)

    @pytest.mark.parametrize("strategy", ["auto", "all", "majority", [0, 2]])
    def test_tomek_links(self, strategy):
        X, y = overlapping((150, 60, 30))
        tomek = TomekLinks(sampling_strategy=strategy)
        self.compare(SMOTETomek(tomek=tomek, random_state=1), tomek, "tomek_", X, y)

    def compare(self, sampler, cleaner, name, X, y):
        sampler.set_params(smote=SMOTE(random_state=0))
        X_full, y_full = sampler.smote.fit_resample(X, y)
        theirs = clone(cleaner)
        X_there, y_there = theirs.fit_resample(X_full, y_full)
        X_out, y_out = sampler.fit_resample(X, y)
        order = np.argsort(theirs.sample_indices_)
        np.testing.assert_array_equal(X_out, X_there[order])
        np.testing.assert_array_equal(y_out, y_there[order])
        mine = getattr(sampler, name)
        assert type(mine) is type(cleaner)
        assert mine is not cleaner
        np.testing.assert_array_equal(mine.sample_indices_, np.sort(theirs.sample_indices_))
        assert type(sampler.smote_) is SMOTE
        assert not hasattr(cleaner, "sample_indices_")

    def test_as_they_are_without_any(self):
        X, y = overlapping()
        sampler = SMOTEENN(n_neighbors=4, kind_sel="all", random_state=0)
        sampler.fit_resample(X, y)
        assert (sampler.enn_.n_neighbors, sampler.enn_.kind_sel) == (4, "all")
        assert sampler.enn_.sampling_strategy == "all"
        sampler = SMOTETomek(random_state=0)
        sampler.fit_resample(X, y)
        assert sampler.tomek_.sampling_strategy == "all"

    def test_wrong_ones_are_named(self):
        X, y = overlapping()
        with pytest.raises(ValueError, match="'enn' parameter"):
            SMOTEENN(enn=TomekLinks()).fit_resample(X, y)
        with pytest.raises(ValueError, match="'n_neighbors' parameter of EditedNearest"):
            SMOTEENN(enn=EditedNearestNeighbours(n_neighbors=-1)).fit_resample(X, y)


class TestElsewhere:
    def test_pass_as_those_of_imbalanced_learn(self):
        assert isinstance(SMOTEENN(), imblearn.combine.SMOTEENN)
        assert isinstance(SMOTETomek(), imblearn.combine.SMOTETomek)

    @pytest.mark.parametrize("cls", [SMOTEENN, SMOTETomek])
    def test_same_parameters_with_the_same_defaults(self, cls):
        theirs, ours = (
            inspect.signature(one).parameters
            for one in (getattr(imblearn.combine, cls.__name__), cls)
        )
        for name, parameter in theirs.items():
            assert ours[name].default == parameter.default
            assert ours[name].kind == parameter.kind

    @every_sampler
    def test_in_a_classifier_with_weights(self, sampler):
        X, y = overlapping()
        model = ResampledClassifier(LogisticRegression(), clone(sampler)).fit(X, y)
        assert model.score(X, y) > 0.6

    def test_in_a_comparison(self):
        X, y = overlapping()
        result = compare(X, y, samplers=SAMPLERS, estimators=LogisticRegression(), random_state=0)
        assert len(result.methods) == 5 + len(SAMPLERS)


@pytest.mark.parametrize("estimator", [None, DecisionTreeClassifier(min_samples_leaf=2)])
def test_only_the_default_tree_is_fitted_to_some_rows_of_large_parts(estimator, monkeypatch):
    monkeypatch.setattr("skresample.cleaning.ipf.MOST_VALUES", 40)
    sizes = set()
    fit = DecisionTreeClassifier.fit

    def spy(self, X, y, **given):
        sizes.add(len(X))
        return fit(self, X, y, **given)

    monkeypatch.setattr(DecisionTreeClassifier, "fit", spy)
    X, y = blobs((90, 30))
    SMOTEIPF(estimator=estimator, random_state=0, n_jobs=1).fit_resample(X, y)
    most = 40 // X.shape[1]
    assert sizes == {most} if estimator is None else min(sizes) > most
