"""Messages without the values of a table."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from skresample.compare.masking import Masking

FRAME = pd.DataFrame(
    {
        "name": ["Ann Smith", "Bob\nJones", "007"],
        "income": [87213.55, 1200.0, 3e9],
        "age": [37, 5, 61],
        "day": pd.to_datetime(["2021-05-06", "2022-01-01", "2023-01-01"]),
        "tall": [True, False, True],
        "bytes": [b"secret", b"b", b"c"],
    }
)


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("could not convert string: 'Ann Smith'", "could not convert string: '…'"),
        ("unknown: ['Bob\\nJones', np.str_('007')]", "unknown: ['…', np.str_('…')]"),
        ("not Bob\nJones here", "not … here"),
        ("bad text 'Ann Smi...'", "bad text '…'"),
        ("value 87213.55 is too large", "value … is too large"),
        ("value np.float64(87213.6)", "value np.float64(…)"),
        ("value 8.72e+04, 87,214", "value …, …"),
        ("3e9 or 3,000,000,000", "… or …"),
        ("Timestamp('2021-05-06 00:00:00')", "Timestamp('…')"),
        ("datetime.datetime(2021, 5, 6, 0, 0)", "…"),
        ("born 1620259200000000000 or 18753", "born … or …"),
        ("age 37 and 61.", "age … and …."),
        ("needs 5 neighbors, and class ill has 37", "needs 5 neighbors, and class ill has …"),
        ("b'secret'", "…"),
        ("it has no 'predict_proba'", "it has no 'predict_proba'"),
        ("'income' must be finite", "'income' must be finite"),
    ],
)  # fmt: skip
def test_values_are_masked_and_the_rest_stays(message, masked):
    assert Masking(FRAME, names=["ill"], numbers=[5])(message) == masked


@pytest.mark.parametrize(
    "make",
    [
        lambda f: f,
        pl.from_pandas,
        lambda f: pa.Table.from_pandas(f, preserve_index=False),
        lambda f: f.to_numpy(dtype=object),
        lambda f: f.to_numpy(dtype=object).tolist(),
    ],
    ids=["pandas", "polars", "pyarrow", "array", "list"],
)
def test_of_tables_of_any_make(make):
    mask = Masking(make(FRAME[["name", "income", "age"]]))
    assert mask("Ann Smith, 87213.55 and 37") == "…, … and …"


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pl.Series])
def test_of_texts(make):
    mask = Masking(make(["a private letter", "another one"]))
    assert mask("cannot parse 'private letter'") == "cannot parse '…'"


def test_of_sparse_tables():
    assert Masking(sparse.csr_array(np.eye(3) * 41.5))("41.5 and 7") == "… and 7"


def test_of_a_table_that_cannot_be_read_no_quotation_stays():
    assert Masking(object())("'a' is 7 on 2020-01-01") == "… is … on …"


def test_long_messages_are_cut_off_after_their_values_are_masked():
    assert Masking(FRAME)("x" * 495 + " Ann Smith") == "x" * 495 + " …"
    assert Masking(FRAME)("x" * 600) == "x" * 500 + " ..."
