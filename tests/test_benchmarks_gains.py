"""The benchmark of gains: equal budgets, no data leakage, and runs that can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from imblearn.base import BaseSampler
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


from benchmarks.gains import classifiers, data, methods  # noqa: E402
from benchmarks.gains.analysis import (  # noqa: E402
    against,
    better,
    chosen,
    finished,
    gains,
    group_of,
    holm,
    ranks,
    selected_by_test,
    wide,
)
from benchmarks.gains.calibration import calibration_slope  # noqa: E402
from benchmarks.gains.data import Source, Table, load, prepare, shrink, sources  # noqa: E402
from benchmarks.gains.methods import NO_RESAMPLING, Method, all_methods, draws  # noqa: E402
from benchmarks.gains.protocol import (  # noqa: E402
    AT_HALF,
    DECISIONS,
    SCORES,
    Plan,
    Unit,
    run,
)
from benchmarks.gains.report import write_page, write_tables  # noqa: E402
from benchmarks.gains.running import (  # noqa: E402
    facts_of,
    join,
    open_journal,
    read,
    units,
    work_off,
)
from skresample import SMOTE  # noqa: E402

PLAN = Plan(folds=3, inner=2, budget=2, max_rows=300)
PLAIN = classifiers.Classifier("logistic regression", LogisticRegression(), {"C": (0.1, 1.0)})
NEAREST = classifiers.Classifier("1-NN", KNeighborsClassifier(1), {})
UNIT = ["repeat", "fold", "classifier", "table"]


def made(name="made", n=120, n_minority=30, signal=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n - n_minority, n_minority])
    X = rng.normal(size=(n, 3))
    X[:, 0] += signal * y
    return Table(name, name, X, y, [])


def with_categories():
    table = made(n=90, n_minority=30)
    X = np.column_stack([table.X, np.random.default_rng(0).integers(3, size=90)])
    return table._replace(X=X, categorical=[3])


def lines_of(table, compared, classifier=PLAIN, plan=PLAN, repeats=1):
    return pd.DataFrame(
        line
        for repeat in range(repeats)
        for fold in range(plan.folds)
        for line in run(
            table, Unit(repeat, fold, classifier.name, table.name), classifier, compared, plan
        )
    )


class TestTables:
    def test_there_are_enough_tables_and_families(self):
        by_package = pd.Series([s.package for s in sources().values()]).value_counts()
        assert by_package["keel"] >= 90
        assert by_package.sum() - by_package["keel"] >= 5
        families = {name: source.family for name, source in sources().items()}
        assert families["yeast-1_vs_7"] == families["yeast6"] == "yeast"
        assert families["glass0"] != families["ecoli1"]
        assert len(data.QUICK) >= 20
        assert set(data.QUICK) <= set(sources())

    @pytest.mark.usefixtures("others_tables")
    @pytest.mark.parametrize("name", ["abalone9-18", "cleveland-0_vs_4", "credit_data"])
    def test_categories_and_missing_values_are_kept(self, name):
        table, source = load(name), sources()[name]
        assert table.X.shape == (source.rows, source.features)
        assert table.y.sum() == source.minority < len(table.y) / 2
        assert len(table.categorical) == source.categorical > 0
        codes = table.X[:, table.categorical]
        assert (codes == codes.astype(int)).all()
        assert np.isnan(table.X).any() == (name == "credit_data")

    def test_another_table_is_refused(self):
        frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "x"]})
        labels = pd.Series(["no", "no", "yes"])
        source = Source("t", "keel", "", 3, 2, 1, 1, "t")
        assert prepare(source, frame, labels).X.tolist() == [[1, 0], [2, 1], [3, 0]]
        for change in ({"rows": 4}, {"features": 3}, {"categorical": 0}, {"minority": 2}):
            with pytest.raises(
                ValueError, match=f"t has .*{next(iter(change))}.*, but tables.csv expects"
            ):
                prepare(source._replace(**change), frame, labels)
        with pytest.raises(ValueError, match="should have 2"):
            prepare(source, frame, pd.Series(["a", "b", "c"]))
        with pytest.raises(ValueError, match="Unknown table"):
            load("no such table")

    def test_a_subsample_keeps_class_proportions(self):
        table = made(n=1000, n_minority=100)
        cut = shrink(table, 300, 0)
        assert len(cut.y) == 300
        assert cut.y.sum() == 30
        assert shrink(table, 1000, 0) is table


class TestBudgets:
    def test_every_method_has_the_same_number_of_configurations(self):
        for method in all_methods().values():
            drawn = draws(method.settings, 4, seed=1)
            assert len(drawn) == 4
            assert drawn[0] == {}
        assert NO_RESAMPLING in all_methods()
        assert set(methods.QUICK) <= set(all_methods())

    def test_groups_follow_from_names(self):
        for name, method in all_methods().items():
            # Random oversampling is a baseline, with and without calibration.
            calibrated = method.calibration is not None and not name.startswith("random ")
            assert (group_of(name) == "calibrated") == calibrated
        assert group_of("SMOTE") == group_of(methods.IMBLEARN) == "oversampler"
        assert group_of("random oversampling") == group_of("no resampling") == "baseline"

    def test_every_setting_can_be_set(self):
        table = made()
        for method in all_methods().values():
            for name, values in method.settings.items():
                if name not in method.sampler.get_params():
                    pytest.fail(f"{method.name} has no {name}")
                for value in values:
                    method.sampler_for(table).set_params(**{name: value})

    def test_results_of_unequal_budgets_are_refused(self):
        frame = lines_of(made(), [Method(NO_RESAMPLING), Method("SMOTE", SMOTE())])
        assert finished(frame, [NO_RESAMPLING, "SMOTE"], 2) is frame
        fewer = frame[~((frame["method"] == NO_RESAMPLING) & (frame["configuration"] == 1))]
        with pytest.raises(ValueError, match="must have 2 configurations"):
            finished(fewer, [NO_RESAMPLING, "SMOTE"], 2)

    @pytest.mark.exhaustive
    def test_the_trap(self):
        """SMOTE with 300 times the settings is still SMOTE; only selection shows a gain."""
        few = {"k_neighbors": (3, 5, 7)}
        many = {
            "k_neighbors": tuple(range(1, 31)),
            "sampling_strategy": (*np.linspace(0.5, 1, 30),),
        }
        twins = [
            Method(NO_RESAMPLING),
            Method("SMOTE", SMOTE(), few),
            Method("SMOTE again", SMOTE(), few),
            Method("NewSMOTE", SMOTE(), many),
        ]
        tables = [made(f"t{i}", n=90, n_minority=15, signal=0.5, seed=i) for i in range(6)]
        plan = PLAN._replace(budget=3)
        frame = pd.concat([lines_of(table, twins, NEAREST, plan) for table in tables])
        families = pd.Series({t.name: t.family for t in tables})
        score = "F1 of the minority class"
        values = wide(frame, score)
        fair = gains(values, score, "SMOTE")
        assert (fair["SMOTE again"] == 0).all()
        assert against(fair, families).loc["NewSMOTE", "p"] > 0.05

        # Common practice: the best of all draws on the rows that give the reported score.
        plenty = Plan(folds=3, inner=2, budget=12)
        best = []
        for table in tables:
            new = lines_of(table, [Method(NO_RESAMPLING), twins[3]], NEAREST, plenty)
            unfair = chosen(new, score, AT_HALF, by="test")["NewSMOTE"].mean()
            best.append(unfair - wide(frame, score)["SMOTE"].loc["1-NN", table.name])
        assert np.mean(best) > 0.05
        assert stats.wilcoxon(best).pvalue < 0.05


class Memory(BaseSampler):
    """Returns every row three times, and remembers the rows."""

    _sampling_type = "bypass"
    _parameter_constraints: ClassVar[dict] = {}
    shown: ClassVar[list] = []

    def _fit_resample(self, X, y):
        self.sampling_strategy_ = {0: 2 * (y == 0).sum(), 1: 2 * (y == 1).sum()}
        Memory.shown.append(X[:, 0].copy())
        return np.tile(X, (3, 1)), np.tile(y, 3)

    def __init__(self):
        super().__init__(sampling_strategy="auto")


class TestLeaks:
    def test_no_sampler_sees_a_row_that_is_scored(self, monkeypatch):
        table = made()
        # With a categorical feature, the sampler gets the rows before they are scaled.
        X = np.column_stack([table.X, np.zeros(len(table.y))])
        table = table._replace(X=X, categorical=[3])
        monkeypatch.setattr(Memory, "shown", [])
        lines_of(table, [Method(NO_RESAMPLING), Method("memory", Memory())])
        # For each outer fold and configuration: two inner folds, and the training rows.
        assert len(Memory.shown) == PLAN.folds * PLAN.budget * (PLAN.inner + 1)
        folds = [Memory.shown[i : i + 6] for i in range(0, len(Memory.shown), 6)]
        for parts in folds:
            trained = set(parts[2])
            held_out = set(table.X[:, 0]) - trained
            assert len(held_out) == 40
            first, second = set(parts[0]), set(parts[1])
            assert not first & second
            assert first | second == trained

    def test_memorizing_labels_gains_nothing(self):
        table = made(signal=0.0, n=200, n_minority=80)
        both = [Method(NO_RESAMPLING), Method("memory", Memory())]
        frame = lines_of(table, both, NEAREST, repeats=2)
        means = wide(frame, "ROC AUC").mean()
        assert means["memory"] == means[NO_RESAMPLING]
        assert 0.4 < means["memory"] < 0.6
        # The same sampler before the split leaks every label.
        X, y = Memory().fit_resample(table.X, table.y)
        leaky = made()._replace(X=X, y=y)
        assert (
            wide(lines_of(leaky, [Method(NO_RESAMPLING)], NEAREST), "ROC AUC").mean()[NO_RESAMPLING]
            > 0.9
        )


class Failing(BaseSampler):
    _sampling_type = "bypass"
    _parameter_constraints: ClassVar[dict] = {}

    def __init__(self, k=1):
        super().__init__(sampling_strategy="auto")
        self.k = k

    def _fit_resample(self, X, y):
        raise RuntimeError("this never works")


class TestScores:
    def test_a_method_that_fails_counts_as_no_resampling_and_has_the_error(self):
        frame = lines_of(made(), [Method(NO_RESAMPLING), Method("failing", Failing())])
        assert (frame.loc[frame["method"] == "failing", "error"] != "").all()
        assert frame["error"].str.contains("this never works").any()
        values = chosen(frame, "MCC", AT_HALF)
        assert (values["failing"] == values[NO_RESAMPLING]).all()

    def test_the_inner_folds_select_the_configuration(self):
        rows = []
        for configuration, (inner, test) in enumerate([(0.5, 0.9), (0.7, 0.1), (0.7, 0.8)]):
            row = dict.fromkeys(UNIT, 0)
            row |= {"method": NO_RESAMPLING, "configuration": configuration, "decision": AT_HALF}
            rows.append(row | {"error": "", "inner: MCC": inner, "test: MCC": test})
        frame = pd.DataFrame(rows)
        assert chosen(frame, "MCC", AT_HALF)[NO_RESAMPLING].tolist() == [0.1]
        assert chosen(frame, "MCC", AT_HALF, by="test")[NO_RESAMPLING].tolist() == [0.9]
        frame = frame.rename(columns=lambda c: c.replace("MCC", "Brier score"))
        assert chosen(frame, "Brier score", AT_HALF)[NO_RESAMPLING].tolist() == [0.9]

    def test_a_threshold_moves_decisions_only(self):
        frame = lines_of(made(n=300, n_minority=30), [Method(NO_RESAMPLING)])
        by_decision = frame.set_index(["fold", "configuration", "decision"])
        for name in SCORES[9:]:
            at = by_decision[f"test: {name}"].unstack()  # noqa: PD010
            assert at.nunique(axis=1).eq(1).all()
        recall = by_decision["test: recall of the minority class"].unstack().mean()  # noqa: PD010
        assert recall["tuned for balanced accuracy"] > recall[AT_HALF] + 0.1

    def test_synthetic_rows_are_counted(self):
        names = ["SMOTE", methods.IMBLEARN, methods.UNDERSAMPLING, NO_RESAMPLING]
        compared = [all_methods()[name] for name in names]
        frame = lines_of(made(), compared, plan=PLAN._replace(budget=1))
        counts = frame.groupby("method")[["rows", "synthetic"]].first()
        assert counts.loc["SMOTE"].tolist() == counts.loc[methods.IMBLEARN].tolist() == [120, 40]
        assert counts.loc[methods.UNDERSAMPLING].tolist() == [40, 0]
        assert counts.loc[NO_RESAMPLING].tolist() == [80, 0]

    @pytest.mark.parametrize("name", all_methods())
    @pytest.mark.parametrize("columns", ["numbers", "numbers and categories"])
    def test_every_method_runs(self, columns, name):
        table = made(n=90, n_minority=30) if columns == "numbers" else with_categories()
        plan = PLAN._replace(budget=1, folds=2)
        unit = Unit(0, 0, PLAIN.name, "made")
        errors = pd.DataFrame(run(table, unit, PLAIN, [all_methods()[name]], plan))["error"]
        assert set(errors) == {""}

    @pytest.mark.parametrize("name", classifiers.all_classifiers())
    def test_every_classifier_runs_on_categories_with_missing_values(self, name):
        table = with_categories()
        missing = table.X.copy()
        missing[::7, 0] = np.nan
        plan = PLAN._replace(budget=1, folds=2)
        few = [all_methods()[name] for name in (NO_RESAMPLING, "SMOTE")]
        classifier = classifiers.all_classifiers()[name]
        unit = Unit(0, 0, PLAIN.name, "made")
        lines = run(table._replace(X=missing), unit, classifier, few, plan)
        assert {line["error"] for line in lines} == {""}


class TestStatistics:
    def test_holm_by_hand(self):
        assert holm(np.array([0.01, 0.04, 0.03])).tolist() == [0.03, 0.06, 0.06]

    def test_families_count_once(self):
        # Nine tables of one family that gain do not outvote three that lose.
        gained = pd.DataFrame({"m": [0.1] * 9 + [-0.1, -0.2, -0.3]}, index=map(str, range(12)))
        gained.index.name = "table"
        families = pd.Series(["a"] * 9 + ["b", "c", "d"], index=gained.index)
        found = against(gained, families).loc["m"]
        assert found["gain"] == pytest.approx(-0.125)
        assert (found["wins"], found["ties"], found["losses"]) == (1, 0, 3)

    def test_a_gain_is_found_and_its_direction(self):
        rng = np.random.default_rng(0)
        names = [f"t{i}" for i in range(20)]
        values = pd.DataFrame(
            {NO_RESAMPLING: np.full(20, 0.2), "good": 0.1 + 0.01 * rng.random(20)},
            index=pd.Index(names, name="table"),
        )
        families = pd.Series(names, index=names)
        found = against(gains(values, "Brier score"), families).loc["good"]
        assert found["gain"] > 0.08
        assert found["better"] == 1
        d = (better(values, "Brier score")["good"] + 0.2).to_numpy()
        assert found["p"] == pytest.approx(stats.wilcoxon(d).pvalue)
        low, high = stats.t.interval(0.95, 19, d.mean(), stats.sem(d))
        assert [found["low"], found["high"]] == pytest.approx([low, high])
        ranked, _ = ranks(values, "Brier score", families)
        assert ranked.mean().to_dict() == {"good": 1, NO_RESAMPLING: 2}

    def test_no_resampling_gains_by_selection_too(self):
        table = made(n=90, n_minority=15, signal=0.5)
        frame = lines_of(
            table, [Method(NO_RESAMPLING)], classifiers.all_classifiers()["decision tree"]
        )
        found = selected_by_test(frame, "F1 of the minority class").loc[NO_RESAMPLING]
        assert found["best on the held-out fold"] >= found["selected by inner folds"]


def slowly(unit, classifier, compared, plan):
    """Replace a run, with results that depend only on the unit."""
    table = made(unit.table, seed=len(unit.table))
    return run(table, unit, classifier, compared, plan)


class TestRunning:
    def test_partial_results_are_balanced(self):
        work = units(PLAN, 2, ["a", "b"], ["yeast1", "iris0", "pima"])
        assert len(set(work)) == 2 * 3 * 2 * 3
        first = work[:6]
        assert {(u.repeat, u.fold) for u in first} == {(0, 0)}
        assert {(u.classifier, u.table) for u in first} == {(u.classifier, u.table) for u in work}
        assert first[0].table == "iris0"

    def test_a_journal_of_another_plan_is_refused(self, tmp_path):
        facts = facts_of(PLAN, [Method(NO_RESAMPLING)])
        assert open_journal(tmp_path, facts) == set()
        assert open_journal(tmp_path, facts) == set()
        with pytest.raises(ValueError, match="Give another --output"):
            open_journal(tmp_path, facts_of(PLAN._replace(budget=9), [Method(NO_RESAMPLING)]))

    def test_no_unit_starts_after_the_deadline(self, tmp_path):
        seen = defaultdict(int)
        work_off(
            units(PLAN, 1, [PLAIN.name], ["pima"]),
            tmp_path,
            {PLAIN.name: PLAIN},
            [Method(NO_RESAMPLING)],
            PLAN,
            n_jobs=1,
            done=lambda unit, _: seen.__setitem__(unit, 1),
            deadline=time.time() - 1,
            run=slowly,
        )
        assert not seen

    @pytest.mark.usefixtures("others_tables")
    def test_killed_and_started_again_it_gives_the_same(self, tmp_path):
        options = ["--tables", "iris0,zoo-3,glass-0-4_vs_5", "--methods", "no resampling,SMOTE"]
        options += ["--classifiers", "logistic regression,decision tree", "--jobs", "1"]
        options += ["--folds", "3", "--inner", "2", "--budget", "2"]

        def start(name):
            command = [sys.executable, "-m", "benchmarks.gains", "--output", str(tmp_path / name)]
            return subprocess.Popen(
                command + options,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )

        parts = tmp_path / "killed.parts"
        run_once = start("killed.parquet")
        until = time.time() + 120
        while len(list(parts.glob("unit-*.json"))) < 3 and time.time() < until:
            time.sleep(0.01)
        os.killpg(run_once.pid, signal.SIGKILL)
        run_once.communicate()
        stored = {path.name: path.read_bytes() for path in parts.glob("unit-*.json")}
        assert 3 <= len(stored) < 18
        assert not (tmp_path / "killed.parquet").exists()
        out, _ = start("killed.parquet").communicate(timeout=300)
        assert f"{len(stored)} of them finished before" in " ".join(out.split())
        # Finished units are not run again.
        assert all((parts / name).read_bytes() == content for name, content in stored.items())
        out, _ = start("whole.parquet").communicate(timeout=300)
        killed, facts = read(tmp_path / "killed.parquet")
        whole, _ = read(tmp_path / "whole.parquet")
        assert len(whole) == 18 * 2 * 2 * 3
        timed = ["seconds_fit", "seconds_all"]
        pd.testing.assert_frame_equal(killed.drop(columns=timed), whole.drop(columns=timed))
        assert facts["plan"]["seed"] == 0
        assert facts["versions"]["scikit-learn"]
        assert whole["seed"].nunique() == 9


def test_stored_results_are_read_with_current_names():
    frame, facts = read(ROOT / "benchmarks" / "results" / "gains.parquet")
    known = set(all_methods())
    assert set(frame["method"]) == set(facts["methods"]) <= known
    assert set(frame["classifier"]) <= set(classifiers.all_classifiers())
    assert set(frame["decision"]) == set(DECISIONS)
    for part in ("inner", "test"):
        assert [c for c in frame if c.startswith(f"{part}: ")] == [f"{part}: {s}" for s in SCORES]


def test_the_report_has_every_table_and_needs_no_other_file(tmp_path):
    compared = [all_methods()[name] for name in (NO_RESAMPLING, "class weights", "SMOTE", "ADASYN")]
    tables = [made(f"t{i}", n=60, n_minority=15, seed=i) for i in range(4)]
    parts = tmp_path / "parts"
    facts = facts_of(PLAN, compared)
    open_journal(parts, facts)
    for table in tables:
        for fold in range(PLAN.folds):
            unit = Unit(0, fold, PLAIN.name, table.name)
            lines = run(table, unit, PLAIN, compared, PLAN)
            (parts / f"unit-{table.name}-{fold}.json").write_text(
                json.dumps({"key": unit.key, "seconds": 1, "lines": lines})
            )
    frame = join(parts, tmp_path / "r.parquet")
    page = write_page(frame, facts, tmp_path / "page.html").read_text()
    for text in (
        "In short",
        "By classifier and score",
        "Selection bias",
        "ADASYN",
        "60",
    ):
        assert text in page
    assert page.count("data:image/png;base64,") == 2
    assert 'src="http' not in page
    guide, static = tmp_path / "docs" / "user_guide", tmp_path / "docs" / "_static"
    guide.mkdir(parents=True)
    static.mkdir()
    written = write_tables(frame, facts, guide)
    assert {"_gains_in_short.md", "_gains_by_classifier.md", "gains-ranks.png"} <= {
        path.name for path in written
    }
    for path in guide.glob("*.md"):
        rows = [line for line in path.read_text().splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) == 1


def test_the_slope_of_calibration_is_that_of_a_logistic_regression():
    rng = np.random.default_rng(0)
    odds = rng.normal(-2, 2, 5000)
    true = (rng.random(5000) < 1 / (1 + np.exp(-0.5 * odds))).astype(int)
    fitted = LogisticRegression(C=np.inf, tol=1e-10).fit(odds[:, np.newaxis], true)
    found = calibration_slope(true, 1 / (1 + np.exp(-odds)))
    assert found == pytest.approx(fitted.coef_[0, 0], rel=1e-4)
    assert 0.4 < found < 0.6
    assert np.isnan(calibration_slope(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4])))
    assert np.isnan(calibration_slope(np.array([0, 0]), np.array([0.1, 0.2])))
