"""The audit benchmark: each fault changes one thing and nothing else."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.audit import __main__ as benchmark
from benchmarks.audit.data import FAULTS, PART, numbers_of, real_tables, split
from skresample.audit.answers import NOT_JUDGED, PROBLEM


@pytest.fixture(scope="module")
def tables(others_tables):
    return {name: (X, y) for name, X, y in real_tables()}


@pytest.fixture
def parts(tables):
    return split(*tables["magic"], np.random.default_rng(0))


def spoil(fault, parts):
    (real, _), (synthetic, _), _ = parts
    return FAULTS[fault].spoil(real, synthetic.copy(), np.random.default_rng(0))


def test_there_are_enough_real_tables_of_both_kinds(tables):
    assert len(tables) >= 20
    kinds = [{X[c].dtype == object for c in X.columns.drop("group")} for X, _ in tables.values()]
    assert sum(True in kind for kind in kinds) >= 5
    assert sum(False in kind for kind in kinds) >= 15
    assert all(X["group"].nunique() == 3 for X, _ in tables.values())


def test_parts_are_disjoint_and_stratified(tables):
    X, y = tables["pima"]
    X = X.assign(row=np.arange(len(X)))
    found = split(X, y, np.random.default_rng(0))
    rows = np.concatenate([part["row"] for part, _ in found])
    assert len(set(rows)) == len(rows)
    for part, labels in found:
        assert len(part) == len(labels) <= PART
        assert np.mean(labels == y[0]) == pytest.approx(np.mean(y == y[0]), abs=0.02)


def test_copies_are_the_real_rows(parts):
    assert spoil("copies", parts).equals(parts[0][0])


def test_one_row_in_twenty_leaks(parts):
    spoilt, (real, _), (synthetic, _) = spoil("5 % leaked rows", parts), *parts[:2]
    same = (spoilt == real).all(axis=1)
    assert same.sum() == 15
    assert spoilt[~same].equals(synthetic[~same])


def test_a_column_shifts_by_its_standard_deviation(parts):
    spoilt, (real, _), (synthetic, _) = spoil("a shifted column", parts), *parts[:2]
    [column] = [c for c in spoilt if not spoilt[c].equals(synthetic[c])]
    moved = spoilt[column] - synthetic[column]
    np.testing.assert_allclose(moved, real[column].std())


def test_a_broken_correlation_keeps_the_values_of_the_column(parts):
    spoilt, (real, _), (synthetic, _) = spoil("a broken correlation", parts), *parts[:2]
    [column] = [c for c in spoilt if not spoilt[c].equals(synthetic[c])]
    np.testing.assert_allclose(np.sort(spoilt[column]), np.sort(synthetic[column]))
    others = numbers_of(real)
    before = synthetic[others].corr("spearman")[column].drop(column).abs().max()
    after = spoilt[others].corr("spearman")[column].drop(column).abs().max()
    assert before > 0.5
    assert after < 0.2


def test_a_group_is_gone_and_the_number_of_rows_stays(parts):
    spoilt, (synthetic, _) = spoil("a dropped group", parts), parts[1]
    assert len(spoilt) == len(synthetic)
    assert len(set(synthetic["group"]) - set(spoilt["group"])) == 1


def test_few_rows_have_an_unseen_category(parts):
    spoilt = spoil("a never-seen category", parts)
    assert np.mean(~spoilt["group"].isin(parts[0][0]["group"])) == 0.01


def test_undetectable_faults_are_marked(tables):
    alone = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)), columns=["x", "y"])
    broken, leaked = FAULTS["a broken correlation"], FAULTS["5 % leaked rows"]
    assert broken.possible(alone)
    assert not broken.visible(alone)
    assert broken.visible(alone.assign(y=alone["x"] + alone["y"]))
    assert not broken.possible(alone[["x"]])
    assert leaked.visible(alone)
    assert not leaked.visible(pd.concat([alone, alone[:4]]))
    for X, _ in tables.values():
        assert FAULTS["a never-seen category"].possible(X)


def test_power_of_detectable_and_of_all_faults(monkeypatch, capsys):
    by_seed = PROBLEM, NOT_JUDGED
    monkeypatch.setattr(
        benchmark,
        "verdicts",
        lambda parts, seed: dict.fromkeys(benchmark.QUESTIONS, by_seed[seed]),
    )
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=900), "z": rng.integers(9, size=900)}).astype(float)
    X["group"] = np.resize(["low", "middle", "high"], 900)
    y = np.repeat(["a", "b"], 450)
    repeated = pd.concat([X[:450]] * 2, ignore_index=True)
    tables = [("one", X, y), ("twice", repeated, y), ("small", X[:800], y[:800])]
    found = benchmark.power(tables, 2, 1)
    assert set(found) == set(FAULTS)
    assert found["copies"] == {
        "one": {"visible": True, "noticed": [True, False]},
        "twice": {"visible": False, "noticed": [True, False]},
    }
    assert found["a shifted column"] == {}  # one of its columns has nine values only
    found["copies"]["twice"]["noticed"] = [False, False]
    benchmark.show_power({"copies": found["copies"]}, Console(width=100))
    assert "50.0% of 2" in (printed := capsys.readouterr().out)
    assert "25.0% of 4" in printed


def test_parallel_results_are_in_order():
    assert benchmark.in_parallel("", divmod, [(7, 2), (9, 5)], 2) == [(3, 1), (1, 4)]
