"""SMOTE-NC: by hand where imbalanced-learn differs from the paper, else in distribution."""

from functools import cache

import imblearn.over_sampling
import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from scipy import stats
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import OneHotEncoder

from skresample import SMOTE, SMOTENC

LEVEL = 1e-4
N_NEW = 6000


def mixed_table(n_categories=2, seed=0):
    """Return three numbers and two categories; of 5 partners no 2 categories tie."""
    X, y = blobs((70, 30))
    rng = np.random.default_rng(seed)
    first = (X[:, 0] + rng.normal(size=100) > 1).astype(int)
    second = rng.integers(0, n_categories, 100)
    return np.column_stack([X, first, second]), y


def new_rows(sampler, X, y):
    sampler.set_params(sampling_strategy={1: int(np.sum(y == 1)) + N_NEW}, random_state=0)
    return np.asarray(sampler.fit_resample(X, y)[0])[len(X) :]


@cache
def both():
    """Return a table, and the new rows of the two libraries."""
    X, y = mixed_table()
    ours = new_rows(SMOTENC([3, 4]), X, y)
    return X, y, ours, new_rows(imblearn.over_sampling.SMOTENC([3, 4]), X, y)


class TestAgainstImbalancedLearn:
    def test_numbers(self):
        *_, ours, theirs = both()
        for j in range(3):
            assert stats.ks_2samp(ours[:, j], theirs[:, j]).pvalue > LEVEL

    def test_categories(self):
        *_, ours, theirs = both()
        pairs = [np.unique(new[:, 3:], axis=0, return_counts=True) for new in (ours, theirs)]
        np.testing.assert_array_equal(pairs[0][0], pairs[1][0])
        counts = [pair[1] for pair in pairs]
        assert stats.chi2_contingency(counts).pvalue > LEVEL

    def test_categories_given_the_numbers(self):
        """In each quarter of the first number, the categories are as frequent."""
        X, y, ours, theirs = both()
        cuts = np.quantile(X[y == 1, 0], [0.25, 0.5, 0.75])
        for quarter in range(4):
            counts = []
            for new in (ours, theirs):
                inside = np.digitize(new[:, 0], cuts) == quarter
                counts.append(np.bincount(new[inside, 3].astype(int), minlength=2) + 1)
            assert stats.chi2_contingency(counts).pvalue > LEVEL

    def test_partners_against_categories_as_columns(self):
        """A column per category, of the median over the root of 2, so that two differ by it."""
        X, y = mixed_table(4)
        few = X[y == 1]
        median = np.median(few[:, :3].std(axis=0))
        columns = [few[:, j : j + 1] == np.unique(few[:, j]) for j in (3, 4)]
        features = np.hstack([few[:, :3], np.hstack(columns) * median / np.sqrt(2)])
        near = NearestNeighbors(n_neighbors=6).fit(features).kneighbors(return_distance=False)
        sampler = SMOTENC([3, 4], random_state=0, sampling_strategy={1: 30 + N_NEW})
        sampler.fit_resample(X, y)
        base, partner = np.searchsorted(np.flatnonzero(y == 1), sampler.parents_.T)
        joined = np.zeros((30, 30), dtype=bool)
        joined[base, partner] = True
        expected = np.zeros((30, 30), dtype=bool)
        np.put_along_axis(expected, near[:, :5], True, axis=1)
        np.testing.assert_array_equal(joined, expected)

    def test_parameters(self):
        X, y = mixed_table()
        for sampler in (SMOTENC(categorical_features=[3, 4]), SMOTENC([3, 4])):
            assert isinstance(sampler, imblearn.over_sampling.SMOTENC)
            sampler.fit(X, y)
            assert sampler.continuous_features_.tolist() == [0, 1, 2]
            assert sampler.categorical_features_.tolist() == [3, 4]
        with pytest.raises(ValueError, match="categorical_encoder"):
            SMOTENC([3], categorical_encoder=object()).fit(X, y)
        sampler = SMOTENC([3, 4], categorical_encoder=OneHotEncoder())
        with pytest.warns(UserWarning, match="SMOTENC: categorical_encoder has no effect"):
            sampler.fit(X, y)


class TestDistance:
    """Whom a row is joined with, counted by hand."""

    def partners(self, minority):
        """Return the partner of each minority row, of which each has one, and the sampler."""
        m, d = minority.shape
        other = np.full((9, d), 90.0)
        other[:, -1] = 0
        sampler = SMOTENC([d - 1], k_neighbors=1, random_state=0, sampling_strategy={1: 5 * m})
        sampler.fit_resample(np.vstack([minority, other]), [1] * m + [0] * 9)
        return dict(sampler.parents_.tolist()), sampler

    def test_the_median_deviation_is_of_the_class(self):
        X = np.array([[1.0, 2, 3, 0, 0, 0], [4, 6, 5, 0, 1, 1], *[[50, 90, 70, 0, 0, 0]] * 3])
        sampler = SMOTENC([3, 4, 5], k_neighbors=1, random_state=0).fit(X, [1, 1, 0, 0, 0])
        # Half of the differences 3, 4 and 2: deviations 1.5, 2 and 1, the median 1.5.
        assert sampler.median_std_ == {1: pytest.approx(1.5, rel=1e-15)}

    def test_a_category_costs_the_median(self):
        """Numbers 0, 3, 6, 0: deviation 2.49, so that 3 apart is further than a category."""
        minority = np.array([[0.0, 0], [3, 0], [6, 0], [0, 1]])
        deviation = np.std([0, 3, 6, 0])
        assert 2.4 < deviation < 3
        partners, sampler = self.partners(minority)
        assert sampler.median_std_[1] == pytest.approx(deviation, rel=1e-14)
        # 0 (a): 9 to the 3 (a), deviation² = 6.19 to its twin.
        assert partners[0] == 3
        # 6 (a): 9 to the 3 (a).
        assert partners[2] == 1
        # The twin 0 (b): 6.19 to 0 (a), 15.2 to 3 (a).
        assert partners[3] == 0

    def test_a_category_weighs_more_than_a_small_step(self):
        """Numbers 0, 1, 2, 9: deviation 3.54; 1 (b) is nearer to 0 (a), but for its category."""
        minority = np.array([[0.0, 0], [1, 1], [2, 0], [9, 1]])
        partners, _ = self.partners(minority)
        assert partners[0] == 2
        assert partners[2] == 0

    def test_where_the_median_is_0_categories_still_count(self):
        """Two of three columns are constant: imbalanced-learn would not tell the twins apart."""
        minority = np.array([[5.0, 5, 0, 0], [5, 5, 0.5, 1], [5, 5, 1.2, 0], [5, 5, 4, 1]])
        partners, sampler = self.partners(minority)
        deviation = np.std([0, 0.5, 1.2, 4])
        assert sampler.median_std_[1] == pytest.approx(deviation, rel=1e-14)
        assert 0.5**2 + deviation**2 > 1.2**2
        assert partners[0] == 2

    def test_where_all_numbers_are_constant_a_category_costs_1(self):
        minority = np.array([[5.0, 0], [5, 1], [5, 0], [5, 1]])
        partners, sampler = self.partners(minority)
        assert sampler.median_std_ == {1: 1.0}
        assert partners == {0: 2, 1: 3, 2: 0, 3: 1}

    def test_standardized(self):
        """In units of the table's deviations: the median is of the class's numbers over those."""
        X, y = blobs((60, 30))
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1] * 1000, "c": np.array(["u", "v"])[y]})
        sampler = SMOTENC(standardize=True, random_state=0).fit(frame, y)
        numbers = frame[["a", "b"]].to_numpy()
        scaled = numbers[y == 1] / numbers.std(axis=0)
        assert sampler.median_std_[1] == pytest.approx(np.median(scaled.std(axis=0)))


class TestIsSMOTE:
    def test_the_same_rows_under_either_name(self):
        X, y = mixed_table(4)
        frame = pd.DataFrame(X, columns=list("abcde")).astype({"d": "category", "e": "category"})
        one, _ = SMOTE(random_state=0).fit_resample(frame, y)
        other, _ = SMOTENC(random_state=0).fit_resample(frame, y)
        pd.testing.assert_frame_equal(one, other)

    def test_without_categories_it_is_plain(self):
        X, y = blobs()
        one, _ = SMOTE(random_state=0).fit_resample(X, y)
        other, _ = SMOTENC(None, random_state=0).fit_resample(X, y)
        np.testing.assert_array_equal(one, other)
