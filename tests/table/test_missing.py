"""What is missing in a new row is what is missing in the row that it starts from."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from checks import assert_laws, columns_of, is_missing
from samplers import INTERPOLANTS, VARIANTS, WITH_PARENTS, blobs, name_of
from sklearn.base import clone

from skresample import CCR, MWMOTE, SMOBD, SMOTE, SMOTENC, SVMSMOTE, LeeSMOTE

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
]
every_sampler = pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)
every_maker_from_rows = pytest.mark.parametrize("sampler", WITH_PARENTS, ids=name_of)
every_interpolant = pytest.mark.parametrize("sampler", INTERPOLANTS, ids=name_of)


def with_missing(rate=0.3, seed=0):
    X, y = blobs((60, 35, 22))
    X[np.random.default_rng(seed).random(X.shape) < rate] = np.nan
    return X, y


class TestFirstParent:
    @every_maker_from_rows
    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
    @pytest.mark.parametrize("rate", [0.05, 0.3, 0.9])
    def test_of_an_array(self, sampler, dtype, rate):
        X, y = with_missing(rate)
        X = X.astype(dtype)
        sampler = clone(sampler)
        X_out, y_out = sampler.fit_resample(X, y)
        assert_laws(sampler, X, y, X_out, y_out)
        new = np.isnan(X_out[len(X) :])
        np.testing.assert_array_equal(new, np.isnan(X[sampler.parents_[:, 0]]))
        assert new.any()

    @pytest.mark.parametrize(
        "sampler", [s for s in INTERPOLANTS if type(s) in (SMOTE, SMOTENC)], ids=name_of
    )
    def test_the_rate_stays(self, sampler):
        """All rows are bases equally often, so that the rate is that of the class."""
        X, y = with_missing()
        m = int(np.sum(y == 2))
        sampler = clone(sampler).set_params(sampling_strategy={2: 11 * m})
        X_out, _ = sampler.fit_resample(X, y)
        rate = np.isnan(X[y == 2]).mean(axis=0)
        np.testing.assert_allclose(np.isnan(X_out[len(X) :]).mean(axis=0), rate, rtol=1e-12)

    @every_interpolant
    def test_where_only_the_partner_has_none_it_is_the_base(self, sampler):
        X, y = with_missing()
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        base, partner = (X[sampler.parents_[:, p]] for p in (0, 1))
        alone = ~np.isnan(base) & np.isnan(partner)
        assert alone.sum() > 10
        np.testing.assert_array_equal(X_out[len(X) :][alone], base[alone])
        both = ~np.isnan(base) & ~np.isnan(partner)
        assert (X_out[len(X) :][both] != base[both]).mean() > 0.9

    @every_interpolant
    def test_of_what_both_have_all_numbers_take_the_same_step(self, sampler):
        X, y = with_missing(0.05)
        sampler = clone(sampler)
        X_out, _ = sampler.fit_resample(X, y)
        base, partner = (X[sampler.parents_[:, p]] for p in (0, 1))
        step = (X_out[len(X) :] - base) / (partner - base)
        step = step[~np.isnan(step).any(axis=1)]
        assert len(step) > 20
        np.testing.assert_allclose(step, step[:, :1] * [1, 1, 1], atol=1e-9)
        if not isinstance(sampler, SVMSMOTE):
            assert ((step >= 0) & (step <= 1)).all()

    @every_maker_from_rows
    def test_null_stays_null_and_nan_stays_nan(self, sampler):
        rng = np.random.default_rng(0)
        y = rng.permutation([0] * 40 + [1] * 20)
        marks = {1: None, 2: float("nan")}
        values = [marks.get(i % 4, float(i)) for i in range(60)]
        for X in (
            pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64, strict=False)}),
            pa.table({"x": pa.array(values, pa.float64())}),
        ):
            own = clone(sampler)
            new = columns_of(own.fit_resample(X, y)[0])[0][60:]
            seen = set()
            for value, p in zip(new, own.parents_[:, 0].tolist(), strict=True):
                if is_missing(values[p]):
                    assert value is None if values[p] is None else value != value
                    seen.add(str(value))
            # These avoid rows that are near to none of their class, or of another.
            assert seen == {"None", "nan"} or isinstance(sampler, (CCR, LeeSMOTE, MWMOTE, SMOBD))

    @every_maker_from_rows
    def test_objects_keep_their_own_mark(self, sampler):
        X, y = blobs((60, 35))
        table = X[:, :2].astype(object)
        names = np.array(["ash", "oak"], dtype=object)[(X[:, 2] > 0).astype(int)]
        table = np.column_stack([table, names])
        marks = [None, np.nan, pd.NA]
        for i in range(60):
            table[i, i % 3] = marks[(i // 3) % 3]
        own = clone(sampler)
        X_out, _ = own.fit_resample(table, y)
        for row, p in zip(X_out[len(X) :], own.parents_[:, 0], strict=True):
            for value, parents in zip(row, table[p], strict=True):
                if is_missing(parents):
                    assert value is parents or value != value
                else:
                    assert not is_missing(value)


class TestLittleIsThere:
    @every_sampler
    def test_a_column_without_values(self, sampler):
        X, y = blobs()
        X[:, 1] = np.nan
        for table in (X, pd.DataFrame(X), pl.DataFrame(X), X.astype(np.float32)):
            own = clone(sampler)
            X_out, y_out = own.fit_resample(table, y)
            assert_laws(own, table, y, X_out, y_out)
            assert all(map(is_missing, columns_of(X_out)[1]))

    @every_sampler
    def test_a_column_without_values_in_one_class(self, sampler):
        X, y = blobs()
        X[y == 1, 1] = np.nan
        own = clone(sampler)
        X_out, y_out = own.fit_resample(X, y)
        assert_laws(own, X, y, X_out, y_out)

    @every_sampler
    def test_nothing_at_all(self, sampler):
        X, y = blobs()
        X[:] = np.nan
        own = clone(sampler)
        X_out, y_out = own.fit_resample(X, y)
        assert len(y_out) == 180
        assert np.isnan(X_out).all()

    @every_sampler
    def test_rows_without_values(self, sampler):
        X, y = blobs()
        X[::3] = np.nan
        own = clone(sampler)
        assert_laws(own, X, y, *own.fit_resample(X, y))

    @every_maker_from_rows
    def test_no_two_rows_have_a_feature_in_common(self, sampler):
        """Each row has one value, in a column of its own: all are equally far apart."""
        n = 20
        X, y = np.full((n, n), np.nan), np.repeat([0, 1], [14, 6])
        np.fill_diagonal(X, np.arange(n))
        own = clone(sampler)
        X_out, _ = own.fit_resample(X, y)
        if getattr(own, "shrinkage", None) is None:
            new = X_out[n:]
            np.testing.assert_array_equal(new, X[own.parents_[:, 0]])


class TestDistances:
    def test_over_what_both_have(self):
        """(0, 0) to (?, 3): 2/1 * 9 = 18; to (1, 4): 17, which is nearer."""
        X = np.array([[0, 0], [np.nan, 3], [1, 4], [50, 50], [60, 50], [50, 70]])
        sampler = SMOTE(k_neighbors=1, random_state=0, sampling_strategy={1: 12})
        sampler.fit_resample(np.vstack([X, X[3:]]), [1, 1, 1] + [0] * 6)
        assert dict(sampler.parents_.tolist()) == {0: 2, 1: 2, 2: 1}

    def test_rows_with_nothing_in_common_are_last(self):
        X = np.array([[0, np.nan], [np.nan, 0], [900.0, 7], [0, 0], [1, 1], [2, 2], [3, 1]])
        sampler = SMOTE(k_neighbors=1, random_state=0, sampling_strategy={1: 12})
        sampler.fit_resample(np.vstack([X, X[3:] + 9]), [1, 1, 1] + [0] * 8)
        partners = dict(sampler.parents_.tolist())
        assert partners[0] == 2
        assert partners[1] == 2

    @pytest.mark.filterwarnings("ignore:SMOTEN takes continuous numbers")
    @pytest.mark.filterwarnings("error")
    def test_missing_numbers_cost_no_warning(self):
        X, y = with_missing(0.5)
        for sampler in VARIANTS:
            if "KMeans" in name_of(sampler) or "SVM" in name_of(sampler):
                continue
            clone(sampler).set_params(random_state=1).fit_resample(pd.DataFrame(X), y)


class TestSparse:
    @every_sampler
    def test_nan_is_refused_by_name(self, sampler):
        from scipy import sparse

        if not sampler._computes:
            return
        X, y = blobs()
        X = np.maximum(X, 0)
        X[3, 1] = np.nan
        for make in (sparse.csr_array, sparse.csc_matrix):
            with pytest.raises(ValueError, match=r"NaN in column '1'.*toarray"):
                clone(sampler).fit_resample(make(X), y)
