"""Rejection of new rows among the majority."""

import warnings

import numpy as np
import pytest
from samplers import blobs, groups
from scipy import sparse

from skresample import SMOTE, LeeSMOTE


def proportions(X, y, new, k):
    distance = np.linalg.norm(new[:, np.newaxis] - X, axis=2)
    return 1 - y[np.argsort(distance, axis=1, kind="stable")[:, :k]].mean(axis=1)


@pytest.mark.parametrize("level", [0.3, 0.5, 0.9])
def test_no_new_row_is_among_the_majority(level):
    X, y = blobs((300, 100), d=2)
    given = {"random_state": 1, "sampling_strategy": {1: 1100}}
    plain = SMOTE(**given).fit_resample(X, y)[0][400:]
    assert (proportions(X, y, plain, 5) >= level).mean() > 0.02
    sampler = LeeSMOTE(standardize=False, rejection_level=level, **given)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        new = sampler.fit_resample(X, y)[0][400:]
    assert (proportions(X, y, new, 5) < level).all()
    assert len(new) == 1000


def test_what_cannot_be_accepted_is_taken_and_counted():
    X, y = groups((1, 9), (1, 9))
    with pytest.warns(UserWarning, match=r"of 16 new rows of class 1, \d+ were rejected 20 times"):
        _, y_out = LeeSMOTE(
            standardize=False, k_neighbors=1, rejection_level=1e-9, random_state=0
        ).fit_resample(X, y)
    assert np.bincount(y_out).tolist() == [18, 18]


def test_a_level_above_1_is_smote():
    X, y = blobs()
    given = {"random_state": 0}
    lee = LeeSMOTE(standardize=False, rejection_level=1.1, **given).fit_resample(X, y)[0]
    np.testing.assert_array_equal(lee, SMOTE(**given).fit_resample(X, y)[0])


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_rounds_of_a_large_table_are_fewer(make, monkeypatch):
    monkeypatch.setattr("skresample.smote.lee.MOST_DRAWN", 150)
    monkeypatch.setattr("skresample.smote.lee.MOST_PAIRS", 150 * 120)
    X = np.random.default_rng(0).normal(size=(120, 3))
    y = np.repeat([0, 1], [110, 10])
    sampler = LeeSMOTE(standardize=False, rejection_level=1e-9, random_state=0)
    with pytest.warns(UserWarning, match=r"were rejected [23] times"):
        assert np.bincount(sampler.fit_resample(make(X), y)[1]).tolist() == [110, 110]
