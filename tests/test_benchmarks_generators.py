"""What the benchmark of generators measures with."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generators import __main__ as benchmark
from skresample import SMOTE, RandomOverSampler


@pytest.fixture(scope="module")
def table():
    return benchmark.tables(2)


def test_tables_have_thirty_rare_rows_and_two_columns(table):
    assert len(table) == 2
    for X, y in table.values():
        assert y.sum() >= 30
        assert y.mean() < 0.5
        assert X.shape[1] > 1
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)


def test_correlation_error_by_hand():
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000)
    real = np.column_stack([x, x, -x])
    alone = rng.normal(size=(1000, 3))
    assert benchmark.correlation_error(real, real) == 0
    assert benchmark.correlation_error(alone, real) == pytest.approx(1, abs=0.05)
    assert benchmark.correlation_error(np.ones((9, 3)), real) == pytest.approx(1)


def test_told_apart_from_what_is_elsewhere_and_not_from_the_same():
    rng = np.random.default_rng(0)
    one, two, three, four = rng.normal(size=(4, 200, 2))
    assert benchmark.told_apart(one, two + 5, three, four + 5) == 1
    assert benchmark.told_apart(one, two, three, four) == pytest.approx(0.5, abs=0.1)


def test_precision_of_rows_that_say_it_and_of_noise():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), np.repeat([0, 1], [300, 100])
    told = X + 9 * y[:, np.newaxis]
    assert benchmark.precision(told, y, told, y) == 1
    order = rng.permutation(400)
    assert benchmark.precision(X, y, rng.normal(size=(400, 2)), y[order]) < 0.5


def test_every_method_on_one_table(table, monkeypatch):
    some = {"SMOTE": SMOTE(), "RandomOverSampler": RandomOverSampler()}
    monkeypatch.setattr(benchmark, "samplers", lambda: some)
    name = min(table, key=lambda name: len(table[name][0]))
    results = benchmark.compared({name: table[name]}, 1)
    assert list(results[name]) == [benchmark.REAL, *some]
    for values in results[name].values():
        assert tuple(values) == benchmark.MEASURES
        assert all(np.isfinite(value) for value in values.values())
        assert 0 <= values["real or synthetic"] <= 1
    real, smote, copies = benchmark.lines_of(results)
    assert real[0] == "real rows"
    assert smote[4] == ""
    assert copies[4].endswith("of 1") or "of 1, p" in copies[4]


def test_what_the_library_exports_is_compared():
    found = benchmark.samplers()
    assert {"SMOTE", "KDEOverSampler", "VAEOverSampler", "ARFOverSampler"} <= set(found)
