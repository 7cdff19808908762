"""The measures of the generator benchmark."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generators import __main__ as benchmark
from benchmarks.generators import data
from skresample import SMOTE, RandomOverSampler


@pytest.fixture(scope="module")
def table(others_tables):
    return data.numeric(2)


def test_tables_have_thirty_minority_samples_and_two_features(table):
    assert len(table) == 2
    for X, y, encode in table.values():
        assert y.sum() >= 30
        assert y.mean() < 0.5
        assert X.shape[1] > 1
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_array_equal(encode(X), X)


@pytest.mark.usefixtures("others_tables")
def test_mixed_tables_have_categories_and_all_classes():
    found = data.mixed()
    assert tuple(found) == data.MIXED
    for X, y, encode in found.values():
        assert len(X) <= 2000
        assert y.sum() >= 30
        assert any(X[name].dtype == object for name in X)
        encoded = encode(X)
        assert np.isfinite(encoded).all()
        assert encoded.shape[1] >= X.shape[1]
    assert found["credit_data"].X.isna().any(axis=None)


def test_correlation_error_by_hand():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    real = np.column_stack([x, x, -x])
    alone = rng.normal(size=(1000, 3))
    assert benchmark.correlation_error(real, real) == 0
    assert benchmark.correlation_error(alone, real) == pytest.approx(1, abs=0.05)
    assert benchmark.correlation_error(np.ones((9, 3)), real) == pytest.approx(1)


def test_distinguishability_of_different_and_of_equal_distributions():
    rng = np.random.default_rng(0)
    one, two, three, four = rng.normal(size=(4, 200, 2))
    assert benchmark.distinguishability(one, two + 5, three, four + 5) == 1
    assert benchmark.distinguishability(one, two, three, four) == pytest.approx(0.5, abs=0.1)


def test_precision_with_signal_and_with_noise():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), np.repeat([0, 1], [300, 100])
    signal = X + 9 * y[:, np.newaxis]
    assert benchmark.precision(signal, y, signal, y) == 1
    order = rng.permutation(400)
    assert benchmark.precision(X, y, rng.normal(size=(400, 2)), y[order]) < 0.5


@pytest.mark.parametrize("of_frames", [False, True])
def test_every_method_on_one_table(table, of_frames, monkeypatch):
    some = {"SMOTE": SMOTE(), "RandomOverSampler": RandomOverSampler()}
    monkeypatch.setattr(benchmark, "samplers", lambda of_frames: some)
    tables = data.mixed(1) if of_frames else table
    name = min(tables, key=lambda name: len(tables[name].X))
    results = benchmark.compared({name: tables[name]}, 1, of_frames=of_frames)
    assert list(results[name]) == [benchmark.REAL, *some]
    for values in results[name].values():
        assert tuple(values) == benchmark.MEASURES
        assert all(np.isfinite(value) for value in values.values())
        assert 0 <= values["real or synthetic"] <= 1
    real, smote, copies = benchmark.lines_of(results)
    assert real[0] == "real samples"
    assert smote[4] == ""
    assert copies[4].endswith("of 1") or "of 1, p" in copies[4]


def test_what_the_library_exports_is_compared():
    found = benchmark.samplers()
    assert {"SMOTE", "KDEOverSampler", "VAEOverSampler", "ARFOverSampler"} <= set(found)
    of_frames = benchmark.samplers(of_frames=True)
    assert set(found) - set(of_frames) == {"GeneratorSampler(mixture)"}


def test_times_are_shown_with_targets(monkeypatch):
    monkeypatch.setattr(benchmark, "samplers", lambda: {"SMOTE": SMOTE()})
    found = benchmark.timed((20, 40), 1)
    assert set(found["SMOTE"]) == {"20", "40"}
    assert all(seconds > 0 for seconds in found["SMOTE"].values())
    lines = benchmark.lines_of_times({"VAEOverSampler": {"500": 1.0, "5000": 20.0}})
    assert lines == [["VAEOverSampler", "1.000 (target: ≤ 3)", "20.000"]]
