"""SMOTE-N: the value difference metric and the vote with the base, counted by hand."""

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pytest
from imblearn.metrics.pairwise import ValueDifferenceMetric
from scipy import stats
from sklearn.preprocessing import OrdinalEncoder

from skresample import SMOTEN

LEVEL = 1e-4


def categories(n=(60, 25), d=4, levels=4, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1], n))
    return rng.integers(0, levels, (sum(n), d)) + (rng.random((sum(n), d)) < 0.5 * y[:, None]), y


class TestMetric:
    def test_partners_are_nearest_under_the_metric_of_imbalanced_learn(self):
        X, y = categories(levels=6)
        sampler = SMOTEN(k_neighbors=3, random_state=0, sampling_strategy={1: 25 + 3000})
        sampler.fit_resample(X, y)
        few = np.flatnonzero(y == 1)
        distances = ValueDifferenceMetric().fit(X, y).pairwise(X[few])
        np.fill_diagonal(distances, np.inf)
        third = np.sort(distances, axis=1)[:, 2]
        place = {row: i for i, row in enumerate(few.tolist())}
        for base, partner in np.unique(sampler.parents_, axis=0).tolist():
            if base != partner:
                distance = distances[place[base], place[partner]]
                assert distance <= third[place[base]] + 1e-12

    def test_categories_with_the_same_share_are_the_same(self):
        """red and blue are of the class one time in two, green never, grey always.

        A red row is at no distance from the blue, at (2 · 1/2)² from the grey.
        """
        X = [["red"], ["blue"], ["grey"], ["red"], ["blue"], ["green"], ["green"], ["green"]]
        y = [1, 1, 1, 0, 0, 0, 0, 0]
        sampler = SMOTEN(k_neighbors=1, random_state=0, sampling_strategy={1: 300})
        sampler.fit_resample(X, y)
        partners = {}
        for base, partner in sampler.parents_.tolist():
            if partner != base:
                partners.setdefault(base, set()).add(partner)
        assert partners[0] == {1}
        assert partners[1] == {0}


class TestVote:
    def new_values(self, categories, n_new=3000, k=5, y_other=20):
        """Return what a class of rows with these categories gives, by base."""
        X = [[c] for c in categories] + [["other"]] * y_other
        y = [1] * len(categories) + [0] * y_other
        sampler = SMOTEN(k_neighbors=k, random_state=0)
        sampler.set_params(sampling_strategy={1: len(categories) + n_new})
        X_out, _ = sampler.fit_resample(X, y)
        found = {}
        for base, (value,) in zip(sampler.parents_[:, 0].tolist(), X_out[len(X) :], strict=True):
            found.setdefault(base, []).append(value)
        assert sorted(found) == list(range(len(categories)))
        return found

    def test_the_base_votes_too(self):
        """Of a a a b b c all six vote, whoever is the base: a wins with 3.

        Without its base, an a would see a tie of a and b.
        """
        for values in self.new_values(["a", "a", "a", "b", "b", "c"]).values():
            assert set(values) == {"a"}

    def test_ties_are_drawn(self):
        """Of z z z b b b it is a tie whoever is the base."""
        for values in self.new_values(["z", "z", "z", "b", "b", "b"]).values():
            assert stats.binomtest(values.count("z"), len(values), 0.5).pvalue > LEVEL

    def test_missing_votes_and_bases(self):
        """Of a ? ? b b b: a base with a value sees a b b b; one without has none."""
        found = self.new_values(["a", None, None, "b", "b", "b"])
        for base, values in found.items():
            assert set(values) == {None if base in (1, 2) else "b"}

    def test_booleans_keep_their_rate(self):
        """Two in six are true, and each row may be joined with each: a vote would leave none."""
        frame = pd.DataFrame({"t": [True] * 2 + [False] * 4 + [True, False] * 10})
        y = [1] * 6 + [0] * 20
        sampler = SMOTEN(k_neighbors=5, random_state=0, sampling_strategy={1: 6 + 6000})
        X_out, _ = sampler.fit_resample(frame, y)
        assert X_out["t"].dtype == bool
        assert stats.binomtest(int(X_out["t"][26:].sum()), 6000, 1 / 3).pvalue > LEVEL

    def test_each_column_is_voted_on_by_itself(self):
        rows = [["a", "x"], ["a", "y"], ["b", "y"]]
        X, y = rows + [["c", "z"]] * 9, [1] * 3 + [0] * 9
        X_out, _ = SMOTEN(k_neighbors=2, random_state=0).fit_resample(X, y)
        assert all(row == ["a", "y"] for row in X_out[12:])


class TestTables:
    def test_numbers_are_categories_too(self):
        X, y = categories()
        for table in (X, X * 0.37, pd.DataFrame(X).astype("Int8"), X.astype(str)):
            sampler = SMOTEN(random_state=0)
            X_out, _ = sampler.fit_resample(table, y)
            new, old = np.asarray(X_out)[85:], np.asarray(table)[y == 1]
            for j in range(4):
                assert set(new[:, j]) <= set(old[:, j])
            assert sampler.categorical_features_.tolist() == [0, 1, 2, 3]

    def test_codes_do_not_matter(self):
        """Other numbers, or words, for the same categories: the same parents."""
        X, y = categories()
        words = np.array(["w", "q", "z", "a", "m", "b"], dtype=object)[X]
        parents = []
        for table in (X, words, -(X**3)):
            sampler = SMOTEN(random_state=0)
            sampler.fit_resample(table, y)
            parents.append(sampler.parents_)
        np.testing.assert_array_equal(parents[0], parents[1])
        np.testing.assert_array_equal(parents[0], parents[2])

    def test_infinity_is_a_category(self):
        X, y = categories()
        X = np.where(X == 2, np.inf, X)
        X_out, _ = SMOTEN(random_state=0).fit_resample(X, y)
        assert np.isinf(X_out[85:]).any()

    def test_three_classes(self):
        X, _ = categories((60, 25), levels=3)
        y = np.repeat([0, 1, 2], [45, 25, 15])
        _, y_out = SMOTEN(random_state=0).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [45, 45, 45]

    def test_takes_the_place_of_the_peer(self):
        assert isinstance(SMOTEN(), imblearn.over_sampling.SMOTEN)
        X, y = categories()
        with pytest.raises(ValueError, match="categorical_encoder"):
            SMOTEN(object()).fit(X, y)
        with pytest.warns(UserWarning, match="SMOTEN: categorical_encoder has no effect"):
            encoded = SMOTEN(OrdinalEncoder(), random_state=0).fit_resample(X, y)[0]
        np.testing.assert_array_equal(encoded, SMOTEN(random_state=0).fit_resample(X, y)[0])


class TestContinuousNumbers:
    def test_are_named_with_the_remedy(self):
        rng = np.random.default_rng(0)
        X, y = categories()
        X = pd.DataFrame(X, columns=list("abcd")).assign(
            height=rng.normal(size=len(y)),
            few=rng.integers(0, 9, len(y)) / 2,
            whole=np.arange(len(y), dtype=float),
            weight=pd.Series(rng.normal(size=len(y)), dtype=object),
        )
        with pytest.warns(UserWarning, match="in columns 'height', 'weight': .* Use SMOTE"):
            SMOTEN(random_state=0).fit_resample(X, y)

    @pytest.mark.filterwarnings("error")
    def test_categories_cost_no_warning(self):
        X, y = categories()
        SMOTEN(random_state=0).fit_resample(X / 2, y)
        SMOTEN(random_state=0).fit_resample(X.astype(str), y)
