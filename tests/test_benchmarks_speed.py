"""The speed benchmark: missed targets are shown, and quality of neighbors is correct."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.speed import shapes  # noqa: E402
from benchmarks.speed.__main__ import Check, Result, Side  # noqa: E402
from benchmarks.speed.cases import Case, all_cases  # noqa: E402
from benchmarks.speed.competitors import all_competitors  # noqa: E402
from benchmarks.speed.quality import quality  # noqa: E402

LINE = np.array([[0.0], [1.0], [3.0], [4.0], [6.0], [9.0], [13.0], [18.0], [24.0], [31.0]])


def test_case_names_are_unique():
    titles = [f"{case.group}: {case.title}" for case in all_cases()]
    assert len(titles) == len(set(titles))


def test_every_competitor_keeps_to_the_interface():
    competitors = all_competitors()
    assert next(iter(competitors)) == "ours"
    assert {"imblearn", "sklearn", "smote-variants"} < {c.NAME for c in competitors.values()}
    for module in competitors.values():
        assert module.PACKAGE
        assert callable(module.runner)


@pytest.mark.parametrize(
    ("of", "found", "same", "distance"),
    [
        (None, [1, 0, 3, 2, 3, 4, 5, 6, 7, 8], 1.0, 1.0),
        (None, [1, 0, 1, 2, 3, 4, 5, 6, 7, 8], 0.9, 32 / 31),  # a more distant neighbor of 3
        (None, [1, 0, 3, 2, 4, 4, 5, 6, 7, 8], 0.9, np.inf),  # 6 is its own neighbor
        ([1, 4], [0, 3], 1.0, 1.0),
    ],
)
def test_quality(of, found, same, distance):
    rows = None if of is None else np.array(of)
    judged = quality(LINE, rows, np.array(found)[:, np.newaxis], n_queries=100)
    assert judged == pytest.approx({"same": same, "distance": distance})


def test_ties_are_exact_and_duplicate_neighbors_are_not():
    X = np.array([[0.0], [1.0], [-1.0], [5.0], [6.0], [7.0], [8.0], [9.0], [10.0], [11.0]])
    of = np.array([0])
    for found in (1, 2):
        assert quality(X, of, np.array([[found]]), 100)["same"] == 1
    assert quality(X, of, np.array([[1, 1]]), 100) == {"same": 0, "distance": np.inf}


def test_a_missed_target_is_marked():
    assert Check("ratio", 2.0, 2.0, at_least=True).met
    assert "✓" in Check("peak", 1.9, 2.0).cells()[1]
    for value in (1.996, None):
        check = Check("ratio", value, 2.0, at_least=True)
        assert not check.met
        assert all("red" in cell for cell in check.cells())
        assert "✗" in check.cells()[1]


def test_the_fastest_of_a_name_counts_and_a_failure_of_ours_misses():
    case = Case("group", "name", "neighbors", 10, 2, targets={"sklearn": 3.0, "imblearn": 1.0})
    ours = Side("ours", "ours", [1.0, 2.0, 9.0])
    others = [Side("sklearn", "a", [8.0]), Side("sklearn", "b", [5.0]), Side("imblearn", "c")]
    result = Result(case, [ours, *others])
    result.check_ratios()
    assert [(check.what, check.value) for check in result.checks] == [("ratio to sklearn", 2.5)]

    ours.error = "failed"
    result = Result(case, [ours, *others])
    result.check_ratios()
    assert [check.met for check in result.checks] == [False, False]


def run(*options):
    command = [sys.executable, "-m", "benchmarks.speed", "--repeat", "1", "--shrink", "10"]
    command += ["--only", "small tables: SMOTE, 1,000", "--competitor", "imblearn", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_partial_run_is_written_only_with_an_output_path(tmp_path):
    path = tmp_path / "some.json"
    assert str(path) in run("--output", str(path)).replace("\n", "")
    written = json.loads(path.read_text())
    (case,) = written["cases"]
    assert [side["label"] for side in case["sides"]] == ["ours", "imblearn"]
    assert case["sides"][1]["ratio"] > 0
    assert [check["what"] for check in case["checks"]] == ["ratio to imblearn"]
    assert written["versions"]["imbalanced-learn"]
    assert "Give --output" in run()


class TestShapes:
    @pytest.mark.parametrize("shape", shapes.SHAPES)
    def test_tables_have_their_shape_and_a_tenth_minority(self, shape, monkeypatch):
        n, d, container = shapes.SHAPES[shape]
        few = dict.fromkeys([shape], (100, min(d, 20), container))
        monkeypatch.setattr(shapes, "SHAPES", few)
        for n_categories in (0, 1, None):
            X, y = shapes.table_of(shape, n_categories)
            assert X.shape == (100, min(d, 20))
            assert np.bincount(y).tolist() == [90, 10]
        assert n >= 480

    def test_every_sampler_has_a_cell_for_every_shape(self):
        named = shapes.cells()
        assert len(named) == len(set(named)) > 100

    def test_a_cell_runs_in_a_new_process(self):
        cell = shapes.in_a_process("RandomOverSampler", "100,000 × 10")
        assert cell["error"] is None
        assert cell["rows"] == 180_000
        assert 0 < cell["peak"] < shapes.MOST_MIB
        assert shapes.is_good(cell)

    def test_the_page_marks_cells_that_exceed_the_limits(self):
        one, two = list(shapes.SHAPES)[:2]
        fine = {"sampler": "A", "shape": one, "cpu": 1.5, "peak": 512.0, "error": None}
        slow = fine | {"shape": two, "cpu": 123.4}
        refused = fine | {"sampler": "B", "error": "ValueError: no"}
        killed = {
            "sampler": "B",
            "shape": two,
            "error": "stopped: the process ended with exit status -9",
        }
        page = shapes.as_markdown([fine, slow, refused, killed])
        assert "| A |1.5 s, 0.50 GB|**123 s, 0.50 GB**|" in page
        assert "| B |refused|**fails**|" in page
        assert f"- B, {two}: stopped" in page
