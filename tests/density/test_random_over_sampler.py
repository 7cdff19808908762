"""Random oversampling: copies of anything, and the smoothed bootstrap of ROSE."""

import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from scipy import sparse, stats

from skresample import RandomOverSampler
from skresample.numerics.bandwidth import silverman_factor


def fit_resample(X, y, n_new, label=1, **parameters):
    """Return the new rows of one class and the positions that they were drawn from."""
    wanted = {label: int(np.sum(np.asarray(y) == label)) + n_new}
    sampler = RandomOverSampler(sampling_strategy=wanted, **{"random_state": 0, **parameters})
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(y) :], sampler.parents_[:, 0]


class TestCopies:
    def test_drawn_with_replacement_each_as_likely(self):
        X, y = blobs((20, 8))
        X_new, drawn = fit_resample(X, y, 8000)
        np.testing.assert_array_equal(X_new, X[drawn])
        counts = np.bincount(drawn, minlength=28)
        assert (counts[y == 0] == 0).all()
        # Of 8000 independent draws; even spreading would give a p-value of 1.
        assert 1e-4 < stats.chisquare(counts[y == 1]).pvalue < 1 - 1e-4

    def test_sample_indices(self):
        X, y = blobs((20, 8, 5))
        sampler = RandomOverSampler(random_state=0)
        X_out, y_out = sampler.fit_resample(X, y)
        np.testing.assert_array_equal(sampler.sample_indices_[:33], np.arange(33))
        np.testing.assert_array_equal(X_out, X[sampler.sample_indices_])
        np.testing.assert_array_equal(y_out, y[sampler.sample_indices_])
        np.testing.assert_array_equal(sampler.parents_[:, 0], sampler.sample_indices_[33:])
        assert sampler.parents_.shape == (27, 1)
        assert sampler.shrinkage_ is None

    def test_frame_of_anything(self):
        n = 30
        X = pd.DataFrame(
            {
                "text": ["a", None, "c"] * 10,
                "string": pd.array(["x", pd.NA, "z"] * 10, dtype="string"),
                "category": pd.Categorical(["u", "v", None] * 10, categories=["v", "u", "w"]),
                "when": pd.date_range("2020-01-01", periods=n).where(np.arange(n) != 4),
                "zoned": pd.date_range("2020-01-01", periods=n, tz="Europe/Berlin"),
                "long": pd.to_timedelta(np.arange(n), unit="h"),
                "period": pd.period_range("2020-01", periods=n, freq="M"),
                "missing": np.where(np.arange(n) % 4, np.arange(n) / 7, np.nan),
                "infinite": [np.inf, -np.inf, 0.1] * 10,
                "whole": pd.array([1, None, 3] * 10, dtype="Int64"),
                "arrow": pd.array(["p", None, "q"] * 10, dtype="string[pyarrow]"),
                "thing": [{"k": i} for i in range(n)],
            }
        )
        y = np.repeat([0, 1], [22, 8])
        X_new, drawn = fit_resample(X, y, 50)
        pd.testing.assert_frame_equal(
            X_new.reset_index(drop=True), X.iloc[drawn].reset_index(drop=True), check_exact=True
        )
        pd.testing.assert_series_equal(X_new.dtypes, X.dtypes)
        assert set(drawn) == set(range(22, 30))

    @pytest.mark.parametrize(
        "X",
        [
            np.array([["red", 1.5], [None, np.nan], ["blue", 3]] * 4, dtype=object),
            np.array([["red", "S"], ["blue", "M"], ["green", "L"]] * 4),
            np.array([["2020-01-01"], ["NaT"], ["2021-05-05"]] * 4, dtype="M8[D]"),
            np.array([[1.5, np.nan], [np.inf, 2], [3, -0.0]] * 4),
        ],
        ids=["objects", "strings", "dates", "not finite"],
    )
    def test_array_of_anything(self, X):
        y = np.repeat([0, 1], [8, 4])
        X_new, drawn = fit_resample(X, y, 30)
        assert X_new.dtype == X.dtype
        for new, old in zip(X_new.ravel(), X[drawn].ravel(), strict=True):
            assert new is old or new == old or (new != new and old != old)

    @pytest.mark.parametrize(
        "X",
        [
            [["red", 1], ["blue", 2], ["green", 3]] * 4,
            [["red", 1.5], [None, float("nan")], ["blue", 3]] * 4,
            [[1, True, 2.5], [3, False, 2], [4, True, 1]] * 4,
        ],
        ids=["strings and numbers", "missing", "numbers of several types"],
    )
    def test_list_keeps_its_values(self, X):
        y = [0] * 8 + [1] * 4
        X_out, _ = RandomOverSampler(random_state=0).fit_resample(X, y)
        assert X_out[:12] == X
        assert all(row in X[8:] for row in X_out[12:])

    def test_whole_numbers_beyond_floats(self):
        X = np.arange(12)[:, np.newaxis] + 2**60 + 1
        X_new, drawn = fit_resample(X, np.repeat([0, 1], [8, 4]), 30)
        np.testing.assert_array_equal(X_new, X[drawn])

    @pytest.mark.parametrize("shrinkage", [0, {0: 0.0, 1: 0.0}])
    def test_no_shrinkage(self, shrinkage):
        X, y = blobs()
        copies = fit_resample(X, y, 40)
        same = fit_resample(X, y, 40, shrinkage=shrinkage)
        np.testing.assert_array_equal(same[0], copies[0])


def bandwidth(P, shrinkage=1.0):
    """Return the deviation of the noise, from the formula."""
    n, d = P.shape
    return shrinkage * (4 / ((d + 2) * n)) ** (1 / (d + 4)) * P.std(axis=0, ddof=1)


class TestShrinkage:
    """The deviation of 40,000 draws is known to about .35 %."""

    n_new = 40_000

    @pytest.mark.parametrize("d", [1, 3, 6])
    @pytest.mark.parametrize("shrinkage", [1, 0.5])
    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
    def test_noise(self, d, shrinkage, make):
        # With the 1000 rows of the table instead of the 5 of the class the deviation would be
        # 1.7 to 2.9 times too small; with the other denominator, 11 % too small.
        X, y = blobs((995, 5), d=d)
        X *= np.arange(1, d + 1)
        X_new, drawn = fit_resample(make(X), y, self.n_new, shrinkage=shrinkage)
        X_new = X_new.toarray() if sparse.issparse(X_new) else X_new
        noise = (X_new - X[drawn]) / bandwidth(X[y == 1], shrinkage)
        np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.02)
        np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.025)
        np.testing.assert_allclose(np.corrcoef(noise.T), np.eye(d), atol=0.025)
        for column in noise.T:
            assert stats.kstest(column, "norm").pvalue > 1e-3
        for base in np.flatnonzero(y == 1):  # the noise does not depend on the row
            np.testing.assert_allclose(noise[drawn == base].std(), 1, atol=0.05)

    def test_each_class_its_own(self):
        X, y = blobs((500, 50, 10))
        X[y == 2] *= 3
        sampler = RandomOverSampler(
            sampling_strategy={1: 20_000, 2: 20_000}, shrinkage={1: 0.5, 2: 2.0}, random_state=0
        )
        X_out, y_out = sampler.fit_resample(X, y)
        noise = X_out[len(X) :] - X[sampler.parents_[:, 0]]
        for label, shrinkage in ((1, 0.5), (2, 2.0)):
            deviation = noise[y_out[len(X) :] == label].std(axis=0)
            np.testing.assert_allclose(deviation, bandwidth(X[y == label], shrinkage), rtol=0.03)
        assert sampler.shrinkage_ == {1: 0.5, 2: 2.0}

    @pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, sparse.csr_array])
    def test_one_class_moved_and_one_copied(self, make):
        X, y = blobs((60, 30, 20))
        sampler = RandomOverSampler(shrinkage={1: 0, 2: 1.0}, random_state=0)
        X_out, y_out = sampler.fit_resample(make(X), y)
        X_out = X_out.toarray() if sparse.issparse(X_out) else np.asarray(X_out)
        moved = (X_out[len(X) :] != X[sampler.parents_[:, 0]]).all(axis=1)
        np.testing.assert_array_equal(moved, y_out[len(X) :] == 2)
        copied = X_out[len(X) :][~moved]
        np.testing.assert_array_equal(copied, X[sampler.parents_[~moved, 0]])

    @pytest.mark.parametrize("shrinkage", [0.5, dict.fromkeys("abcd", 0.5)])
    def test_of_the_labels_that_are_over_sampled(self, shrinkage):
        X, y = blobs((60, 30, 20))
        sampler = RandomOverSampler(shrinkage=shrinkage, random_state=0)
        sampler.fit(X, np.array(["a", "b", "c"])[y])
        assert sampler.shrinkage_ == {"b": 0.5, "c": 0.5}
        assert not np.isin(sampler.sample(9, label="a"), X).any()

    @pytest.mark.parametrize("wrong", [-1, "wide", None, np.inf])
    def test_wrong_value_of_a_label(self, wrong):
        X, y = blobs((60, 30))
        with pytest.raises(ValueError, match="shrinkage must be a number of at least 0"):
            RandomOverSampler(shrinkage={1: wrong}).fit(X, y)

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.uint64])
    @pytest.mark.parametrize("low", [False, True])
    def test_whole_numbers_stay_in_their_bounds(self, dtype, low):
        info = np.iinfo(dtype)
        edge = info.min if low else info.max
        X = np.full((60, 2), edge, dtype=dtype)
        X[::2] = edge + 7 if low else edge - 7
        X[::3, 1] = edge + 100 if low else edge - 100
        X_new, drawn = fit_resample(X, np.repeat([0, 1], [40, 20]), 5000, shrinkage=1)
        assert X_new.dtype == dtype
        if info.bits == 8:  # whole numbers of 64 bits are moved in steps of a float
            away = np.abs(X_new.astype(float) - X[drawn].astype(float))
            assert away.max() < 200  # none has wrapped around
        distance = X_new - dtype(edge) if low else dtype(edge) - X_new
        assert distance.max() < 2**14

    @pytest.mark.parametrize("shrinkage", [0.05, 0.3, 2])
    def test_whole_numbers_are_rounded_without_bias(self, shrinkage):
        X = np.column_stack([np.arange(60) % 5 + 100, np.arange(60) % 2 + 50]).astype(np.uint8)
        y = np.repeat([0, 1], [40, 20])
        X_new, drawn = fit_resample(X, y, self.n_new, shrinkage=shrinkage)
        moved = X_new.astype(float) - X[drawn].astype(float)
        assert (moved != 0).any()
        error = moved.std(axis=0) / np.sqrt(self.n_new)
        assert (np.abs(moved.mean(axis=0)) < 4 * error).all()
        # Rounding to the nearest would have left the rows where they were at .05.
        wide = bandwidth(X[y == 1].astype(float), shrinkage)
        assert (moved.std(axis=0) > wide).all()
        assert (moved.std(axis=0) < np.sqrt(wide**2 + 0.3)).all()

    @pytest.mark.parametrize("mean", [0.0, 1e4, 1e5])
    def test_noise_of_many_float32_rows_far_from_the_origin(self, mean):
        X = (mean + np.random.default_rng(0).normal(size=(100_010, 2))).astype(np.float32)
        y = np.repeat([1, 0], [100_000, 10])
        sampler = RandomOverSampler(shrinkage=1.0, random_state=0).fit(X, y)
        new = sampler.sample(20_000, label=1, random_state=0).astype(np.float64)
        noise = new - X[:100_000].mean(axis=0, dtype=np.float64)
        # The sum of the rows' own variance, 1, and that of the noise.
        expected = np.sqrt(1 + silverman_factor(100_000, 2) ** 2)
        np.testing.assert_allclose(noise.std(axis=0), expected, rtol=0.03)

    def test_float32(self):
        X, y = blobs((995, 5))
        X_new, drawn = fit_resample(X.astype(np.float32), y, self.n_new, shrinkage=1)
        assert X_new.dtype == np.float32
        noise = X_new - X[drawn]
        np.testing.assert_allclose(noise.std(axis=0), bandwidth(X[y == 1]), rtol=0.02)

    def test_reads_numbers_only_where_it_computes(self):
        assert RandomOverSampler().__sklearn_tags__().input_tags.string
        assert not RandomOverSampler(shrinkage=1).__sklearn_tags__().input_tags.string
