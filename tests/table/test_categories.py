"""Categories in every sampler of the family: who they are, and how they are voted on."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from checks import assert_laws, columns_of, is_missing
from samplers import CLASSES, INTERPOLANTS, INTERPOLATING, VARIANTS, blobs, name_of
from scipy import sparse, stats
from sklearn.base import clone

from skresample import (
    ADASYN,
    MWMOTE,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    AssembledSMOTE,
    BorderlineSMOTE,
    GANOverSampler,
    GeneratorSampler,
    KMeansSMOTE,
    LeeSMOTE,
    SafeLevelSMOTE,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
]
CHOOSING = [s for s in VARIANTS if "categorical_features" in s.get_params()]
every_choosing = pytest.mark.parametrize("sampler", CHOOSING, ids=name_of)
every_interpolant = pytest.mark.parametrize("sampler", INTERPOLANTS, ids=name_of)
LEVEL = 1e-4

# Every row of a class of six has the other five for partners.
ALL_OTHERS = [
    SMOTE(k_neighbors=5),
    SMOTENC(k_neighbors=5),
    ADASYN(n_neighbors=5),
    BorderlineSMOTE(k_neighbors=5, m_neighbors=5),
    SVMSMOTE(k_neighbors=5, m_neighbors=10),
    KMeansSMOTE(k_neighbors=5, kmeans_estimator=1, cluster_balance_threshold=0.01),
]
every_voting = pytest.mark.parametrize("sampler", ALL_OTHERS, ids=name_of)
MAKES = {
    "pandas object": lambda c: pd.DataFrame({"x": c["x"], "c": np.array(c["c"], dtype=object)}),
    "pandas category": lambda c: pd.DataFrame({"x": c["x"], "c": pd.Categorical(c["c"])}),
    "pandas string": lambda c: pd.DataFrame({"x": c["x"], "c": pd.array(c["c"], dtype="string")}),
    "polars": pl.DataFrame,
    "polars Categorical": lambda c: pl.DataFrame(c, schema_overrides={"c": pl.Categorical}),
    "pyarrow": pa.table,
    "pyarrow dictionary": lambda c: pa.table(
        {"x": c["x"], "c": pa.array(c["c"]).dictionary_encode()}
    ),
    "objects": lambda c: np.array([c["x"], c["c"]], dtype=object).T,
    "list": lambda c: [list(row) for row in zip(c["x"], c["c"], strict=True)],
}


def six(categories, n_other=20):
    """Return a class of six rows with these categories, among rows with others of their own."""
    x = [0.0, 1.0, 2.5, 4.5, 7.0, 10.0]
    other = np.linspace(-3.0, 13.0, n_other).tolist()
    y = [1] * 6 + [0] * n_other
    names = ["other", "z"] * n_other
    return {"x": x + other, "c": [*categories, *names[:n_other]]}, y


def new_by_base(sampler, X, y, n_new=900, column=1):
    """Return which new values each base gave, and how often."""
    sampler = clone(sampler).set_params(sampling_strategy={1: 6 + n_new}, random_state=0)
    X_out, _ = sampler.fit_resample(X, y)
    new = columns_of(X_out)[column][len(y) :]
    found = {}
    for base, value in zip(sampler.parents_[:, 0].tolist(), new, strict=True):
        found.setdefault(base, []).append(None if is_missing(value) else value)
    return found


class TestVote:
    """Partners vote, the base does not; the winner is hand-counted."""

    @every_voting
    @pytest.mark.parametrize("make", MAKES)
    def test_most_frequent_among_the_partners(self, sampler, make):
        """Of a a a a b c, whoever starts has most a among the other five."""
        columns, y = six(["a", "a", "a", "a", "b", "c"])
        found = new_by_base(sampler, MAKES[make](columns), y)
        assert found
        for values in found.values():
            assert set(values) == {"a"}

    @every_voting
    def test_ties_are_drawn(self, sampler):
        """Of a a a b b c: an a sees a a b b c, a tie; b and c see most a."""
        columns, y = six(["a", "a", "a", "b", "b", "c"])
        found = new_by_base(sampler, pd.DataFrame(columns), y, n_new=3000)
        tied = 0
        for base, values in found.items():
            if base >= 3:
                assert set(values) == {"a"}
                continue
            tied += 1
            assert set(values) == {"a", "b"}
            assert stats.binomtest(values.count("a"), len(values), 0.5).pvalue > LEVEL
        assert tied

    @every_voting
    def test_the_names_do_not_matter(self, sampler):
        """Random ties under other names: a lowest code that always wins would show."""
        columns, y = six(["z", "z", "z", "b", "b", "c"])
        for base, values in new_by_base(sampler, pd.DataFrame(columns), y, 3000).items():
            if base < 3:
                assert stats.binomtest(values.count("z"), len(values), 0.5).pvalue > LEVEL

    @every_voting
    def test_missing_ones_do_not_vote(self, sampler):
        """Of a ? ? ? b b: the a sees b b; ? stay ?; a b sees a and b, a tie."""
        columns, y = six(["a", None, None, None, "b", "b"])
        found = new_by_base(sampler, pd.DataFrame(columns), y, n_new=3000)
        for base, values in found.items():
            if base == 0:
                assert set(values) == {"b"}
            elif base < 4:
                assert set(values) == {None}
            else:
                assert stats.binomtest(values.count("a"), len(values), 0.5).pvalue > LEVEL

    @every_voting
    def test_where_nobody_votes_it_is_the_base(self, sampler):
        columns, y = six(["a", None, None, None, None, None])
        found = new_by_base(sampler, pd.DataFrame(columns), y)
        for base, values in found.items():
            assert set(values) == {"a" if base == 0 else None}

    @every_voting
    def test_booleans_are_not_voted_on(self, sampler):
        """Of T T F F F F a vote would be F always; the partner is T two times in five."""
        truth = [True, True] + [False] * 4
        columns, y = six(["a"] * 6)
        frame = pd.DataFrame({"x": columns["x"], "t": truth + [False, True] * 10})
        found = new_by_base(sampler, frame, y, n_new=3000)
        assert any(set(values) == {True, False} for values in found.values())

    def test_majority_partners_of_borderline_2_do_not_vote(self):
        rng = np.random.default_rng(0)
        y = np.repeat([0, 1], [80, 30])
        X = pd.DataFrame({"x": rng.normal(size=110) + y, "c": np.where(y == 1, "few", "many")})
        sampler = BorderlineSMOTE(kind="borderline-2", random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert (y[sampler.parents_[:, 1]] == 0).any()
        assert (X_out["c"][110:] == "few").all()

    @pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
    @pytest.mark.parametrize("make", MAKES)
    def test_only_categories_that_the_class_has(self, sampler, make):
        rng = np.random.default_rng(0)
        y = rng.permutation([0] * 40 + [1] * 20)
        of_class = np.where(y == 1, rng.integers(0, 3, 60), rng.integers(2, 7, 60))
        columns = {"x": rng.normal(size=60).tolist(), "c": [f"c{i}" for i in of_class]}
        X = MAKES[make](columns)
        own = clone(sampler)
        X_out, y_out = own.fit_resample(X, y)
        assert_laws(own, X, y, X_out, y_out)
        assert set(columns_of(X_out)[1][60:]) <= {"c0", "c1", "c2"}

    @pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
    def test_three_classes(self, sampler):
        X, y = blobs((60, 35, 22))
        names = np.array(["a", "b", "c"])[y]
        frame = pd.DataFrame(X, columns=list("uvw")).assign(name=names)
        X_out, y_out = clone(sampler).fit_resample(frame, y)
        assert (X_out["name"] == np.array(["a", "b", "c"])[y_out]).all()


class TestWhichColumns:
    """'auto', a mask, positions, names, a callable or None: all lead to the same."""

    FRAME_WAYS = ("names", "index", "positions", "negative", "mask", "array", "callable", "series")

    def frame(self):
        X, y = blobs()
        codes = np.random.default_rng(0).integers(0, 4, 120)
        return pd.DataFrame({"x": X[:, 0], "c": codes * 10, "z": X[:, 1], "d": codes % 3}), y

    @every_choosing
    @pytest.mark.parametrize("way", FRAME_WAYS)
    def test_of_a_frame(self, sampler, way):
        if sampler.get_params().get("shrinkage") is None and not sampler._computes:
            return
        X, y = self.frame()
        ways = {
            "names": ["c", "d"],
            "index": X.columns[[1, 3]],
            "positions": [1, 3],
            "negative": (-3, -1),
            "mask": [False, True, False, True],
            "array": np.array([3, 1]),
            "callable": lambda X: [name for name in X.columns if X[name].dtype.kind == "i"],
            "series": pd.Series([False, True, False, True]),
        }
        own = clone(sampler).set_params(categorical_features=ways[way])
        X_out, y_out = own.fit_resample(X, y)
        assert own.categorical_features_.tolist() == [1, 3]
        assert_laws(own, X, y, X_out, y_out)
        by_name = clone(sampler).set_params(categorical_features=["c", "d"])
        pd.testing.assert_frame_equal(by_name.fit_resample(X, y)[0], X_out)
        assert set(X_out["c"]) <= {0, 10, 20, 30}

    @every_choosing
    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.csc_matrix, list])
    def test_of_an_array(self, sampler, make):
        if not sampler._computes:
            return
        X, y = self.frame()
        table = X.to_numpy().tolist() if make is list else make(X.to_numpy())
        results = []
        for given in ([1, 3], [False, True, False, True], lambda X: [-1, -3]):
            own = clone(sampler).set_params(categorical_features=given)
            X_out, y_out = own.fit_resample(table, y)
            assert_laws(own, table, y, X_out, y_out)
            assert own.categorical_features_.tolist() == [1, 3]
            results.append(columns_of(X_out))
        assert results[0] == results[1] == results[2]
        assert set(results[0][1]) <= {0, 10, 20, 30}

    @every_choosing
    def test_a_sparse_table_may_hold_nothing_else(self, sampler):
        X, y = self.frame()
        X = X[["c", "d"]].to_numpy()
        own = clone(sampler)
        if sampler._computes:
            own.set_params(categorical_features=[0, 1])
        X_out, _ = own.fit_resample(sparse.csr_array(X), y)
        dense, _ = own.fit_resample(X, y)
        np.testing.assert_array_equal(X_out.toarray(), dense)

    @every_choosing
    def test_a_number_of_many_values_may_be_a_category(self, sampler):
        if not sampler._computes:
            return
        X, y = blobs()
        own = clone(sampler).set_params(categorical_features=[0])
        X_out, y_out = own.fit_resample(X, y)
        assert set(X_out[:, 0]) == set(X[:, 0])
        assert_laws(own, X, y, X_out, y_out)

    @every_choosing
    def test_auto_goes_by_the_types(self, sampler):
        if not sampler._computes:
            return
        X, y = blobs()
        codes = (X[:, 0] > 0).astype(int)
        words = np.array(["u", "v"], dtype=object)[codes]
        frame = pd.DataFrame(
            {
                "number": X[:, 0],
                "object": words,
                "whole": codes,
                "string": pd.array(words, dtype="string"),
                "category": pd.Categorical(words),
                "codes": pd.Categorical(codes),
                "bool": codes > 0,
                "boolean": pd.array(codes > 0, dtype="boolean"),
                "arrow": pd.array(words, dtype=pd.ArrowDtype(pa.string())),
                "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(codes, "D"),
            }
        )
        own = clone(sampler)
        X_out, y_out = own.fit_resample(frame, y)
        assert own.categorical_features_.tolist() == [1, 3, 4, 5, 6, 7, 8]
        assert_laws(own, frame, y, X_out, y_out)

    @every_choosing
    def test_none_takes_booleans_for_numbers_and_refuses_strings(self, sampler):
        if not sampler._computes:
            return
        X, y = blobs()
        own = clone(sampler).set_params(categorical_features=None)
        X_out, _ = own.fit_resample(pd.DataFrame({"x": X[:, 0], "yes": X[:, 1] > 0}), y)
        assert own.categorical_features_.tolist() == []
        assert X_out["yes"].dtype == bool
        frame = pd.DataFrame({"x": X[:, 0], "name": np.array(["u", "v"])[y]})
        with pytest.raises(ValueError, match=r"'name'.*categorical_features"):
            own.fit_resample(frame, y)

    @every_choosing
    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (["colour"], "'colour', which is not a column of X. Did you mean 'color'"),
            ([7], "column 7, but X has 2"),
            ([-3], "column -3, but X has 2"),
            ([True], "mask of 1 columns, but X has 2"),
            ("color", "must be 'auto', None, or a list"),
        ],
        ids=str,
    )
    def test_refused_with_the_remedy(self, sampler, given, message):
        if not sampler._computes:
            return
        X, y = blobs()
        frame = pd.DataFrame({"x": X[:, 0], "color": np.array(["u", "v"])[y]})
        with pytest.raises(ValueError, match=message):
            clone(sampler).set_params(categorical_features=given).fit_resample(frame, y)

    @every_choosing
    def test_a_name_that_two_columns_have(self, sampler):
        if not sampler._computes:
            return
        X, y = blobs()
        frame = pd.DataFrame(X, columns=["a", "a", "b"])
        with pytest.raises(ValueError, match="several columns of this name"):
            clone(sampler).set_params(categorical_features=["a"]).fit_resample(frame, y)

    @every_choosing
    def test_all_columns(self, sampler):
        """Only categories: distances count those that differ."""
        if not sampler._computes:
            return
        rng = np.random.default_rng(0)
        y = rng.permutation([0] * 40 + [1] * 20)
        X = pd.DataFrame({name: np.array(list("uvw"))[rng.integers(0, 3, 60)] for name in "abc"})
        own = clone(sampler)
        assert_laws(own, X, y, *own.fit_resample(X, y))

    @every_interpolant
    def test_distances_do_not_depend_on_how_many_categories_there_are(self, sampler):
        """A category that nobody of the class has changes nothing for it: same parents."""
        others = KMeansSMOTE, SVMSMOTE, ADASYN, BorderlineSMOTE, SafeLevelSMOTE, LeeSMOTE, MWMOTE
        if isinstance(sampler, (*others, AssembledSMOTE)):
            return  # these look at the majority too
        X, y = blobs()
        names = np.array(["u", "v"])[(X[:, 0] > 1).astype(int)].astype(object)
        more = np.where(y == 0, [f"c{i}" for i in range(120)], names)
        parents = []
        for column in (names, more):
            own = clone(sampler)
            own.fit_resample(pd.DataFrame({"x": X[:, 0], "z": X[:, 1], "c": column}), y)
            parents.append(own.parents_)
        np.testing.assert_array_equal(*parents)

    @every_choosing
    def test_units_do_not_matter_when_standardized(self, sampler):
        if "standardize" not in sampler.get_params() or isinstance(sampler, SVMSMOTE):
            return
        X, y = blobs()
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": np.array(["u", "v"])[y]})
        grams = frame.assign(b=frame["b"] * 1024)
        parents = []
        for table in (frame, grams):
            own = clone(sampler).set_params(standardize=True)
            X_out, _ = own.fit_resample(table, y)
            parents.append(own.parents_)
        np.testing.assert_array_equal(*parents)
        np.testing.assert_allclose(X_out["b"].abs().max(), frame["b"].abs().max() * 1024, rtol=1)

    @pytest.mark.parametrize("cls", INTERPOLATING, ids=lambda cls: cls.__name__)
    def test_many_categories_cost_no_columns(self, cls):
        """A name per row of a table: codes, not a matrix of as many columns as rows."""
        import tracemalloc

        rng, n = np.random.default_rng(0), 3000
        y = (rng.random(n) < 0.1).astype(int)
        X = pd.DataFrame({"x": rng.normal(size=n), "c": [f"id {i}" for i in range(n)]})
        cls(random_state=0).fit(X[:200], y[:200])  # so that nothing is loaded below
        tracemalloc.start()
        cls(random_state=0).fit_resample(X, y)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * n * n  # one byte per pair would be n * n

    def test_every_class_is_here(self):
        named = {type(sampler) for sampler in CHOOSING} | {SMOTEN}
        assert named - {GANOverSampler} == {*CLASSES, GeneratorSampler}  # it needs an extra
