"""The audit: what it refuses, what it says, and whether it notices what is wrong."""

import itertools
import json
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skresample import SMOTE, KDEOverSampler, RandomOverSampler, audit
from skresample.audit.answers import (
    LOOK_CLOSER,
    NO_PROBLEM,
    NOT_JUDGED,
    PROBLEM,
    Check,
    answer,
    not_judged,
)
from skresample.audit.fairness import fairness
from skresample.audit.tables import read_tables
from skresample.audit.validity import validity

QUESTIONS = ["validity", "fidelity", "diversity", "privacy", "utility", "fairness"]
KEYS = {"value", "reference", "interval", "sentence", "verdict"}
N = 300
# For what does not depend on the classifier.
DUMMY = DummyClassifier()


def people(n, seed):
    """A mixed table with two classes of which one is rare, and columns that hang together."""
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < 0.25, "ill", "well")
    size = rng.normal(size=n)
    X = pd.DataFrame(
        {
            "height": 170 + 10 * size + 12 * (y == "ill"),
            "weight": 70 + 8 * size + rng.normal(scale=4, size=n),
            "age": rng.integers(18, 90, n),
            "dose": np.where(rng.random(n) < 0.1, np.nan, rng.exponential(size=n)),
            "sex": rng.choice(["f", "m"], n, p=[0.4, 0.6]),
            "town": rng.choice(["Bonn", "Oslo", "Rome"], n, p=[0.2, 0.3, 0.5]),
        }
    )
    return X, y


@pytest.fixture(scope="module")
def real():
    return people(N, 1)


@pytest.fixture(scope="module")
def other():
    return people(N, 2)


@pytest.fixture(scope="module")
def held_out():
    return people(N, 3)


def run(real, synthetic, held_out=None, **given):
    if held_out is not None:
        given |= {"X_holdout": held_out[0], "y_holdout": held_out[1]}
    return audit(*real, *synthetic, random_state=0, **given)


@pytest.fixture(scope="module")
def report(real, other, held_out):
    return run(real, other, held_out, sensitive="sex")


class TestReport:
    def test_every_question_has_its_answer(self, report):
        found = report.to_dict()
        assert list(found) == QUESTIONS
        for one in found.values():
            assert set(one) == KEYS | {"checks"}
            assert one["verdict"] in (NO_PROBLEM, LOOK_CLOSER, PROBLEM)
            low, high = one["interval"]
            assert low <= high
            for check in one["checks"].values():
                assert set(check) == KEYS
        json.dumps(found)

    def test_real_rows_are_no_problem(self, report):
        assert {one["verdict"] for one in report.to_dict().values()} == {NO_PROBLEM}

    def test_sentences_are_one_line_and_whole(self, report):
        for one in report.answers.values():
            for check in one.checks:
                assert check.sentence[0].isupper() or check.sentence[0].isdigit()
                assert check.sentence.endswith(".")
                assert "\n" not in check.sentence

    def test_frame_has_a_row_per_check(self, report):
        frame = report.to_frame()
        assert list(frame["question"].unique()) == QUESTIONS
        assert len(frame) == sum(len(one.checks) for one in report.answers.values())
        known = frame.dropna(subset=["value"])
        assert (known["low"] <= known["high"]).all()

    def test_print_says_every_sentence_and_no_more_than_it_may(self, report):
        text = str(report)
        flat = " ".join(text.split())
        for one in report.answers.values():
            assert one.question in text
            for check in one.checks:
                assert check.sentence in flat
        assert "compliant" not in text.lower()
        assert max(map(len, text.splitlines())) <= 120

    def test_page_is_self_contained(self, report, tmp_path):
        page = report.to_html(tmp_path / "audit.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert page.count("data:image/png;base64,") == 1
        assert "http" not in page
        assert "compliant" not in page.lower()
        assert "Rows by class and sex" in page
        with pytest.raises(FileExistsError, match="overwrite=True"):
            report.to_html(tmp_path / "audit.html")
        report.to_html(tmp_path / "audit.html", overwrite=True)

    def test_names_of_the_version_before_still_work_with_a_warning(self, report):
        found = report.to_dict()
        for old, new in (("private", "privacy"), ("useful", "utility")):
            with pytest.warns(FutureWarning, match=f"'{old}' is now '{new}'"):
                assert found[old] == found[new]
        with pytest.warns(FutureWarning, match="'membership' is now"):
            found["privacy"]["checks"]["membership"]
        with pytest.warns(FutureWarning, match="'fair' is now 'fairness'"):
            assert report.answers["fair"].name == "fairness"
        with pytest.raises(KeyError, match="whole"):
            found["whole"]
        assert json.loads(json.dumps(found)) == found

    def test_without_jinja_a_notebook_shows_the_text(self, report, monkeypatch, tmp_path):
        monkeypatch.setitem(sys.modules, "jinja2", None)
        assert report._repr_html_() is None
        with pytest.raises(
            ImportError, match=r'This needs jinja2: pip install "skresample\[cli\]"'
        ):
            report.to_html(tmp_path / "audit.html")
        assert not (tmp_path / "audit.html").exists()

    @pytest.mark.usefixtures("few_repetitions")
    def test_names_are_escaped(self, real, other):
        spelt = [(X.rename(columns={"town": "<town>"}), y) for X, y in (real, other)]
        page = run(*spelt)._repr_html_()
        assert "<town>" not in page
        assert "&lt;town&gt;" in page

    def test_without_matplotlib_a_notebook_still_has_the_tables(
        self, report, monkeypatch, tmp_path
    ):
        monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
        assert "Fidelity" in report._repr_html_()
        with pytest.raises(ImportError, match=r"pip install"):
            report.to_html(tmp_path / "audit.html")
        assert not (tmp_path / "audit.html").exists()

    def test_every_panel_is_drawn(self, report):
        import matplotlib.pyplot as plt

        figure = report.plot()
        titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
        assert len(titles) == 4
        plt.close(figure)

    @pytest.mark.usefixtures("few_repetitions")
    def test_same_seed_same_report(self, real, other, report):
        again, changed = (
            audit(*real, *other, random_state=seed).to_dict()["fidelity"] for seed in (0, 1)
        )
        assert again == audit(*real, *other, random_state=0).to_dict()["fidelity"]
        assert changed != again

    @pytest.mark.usefixtures("few_repetitions")
    def test_names_with_dollar_signs_are_no_formulas(self, tmp_path):
        rng = np.random.default_rng(0)

        def table():
            X = pd.DataFrame({r"$\x$": rng.normal(size=100), "US$_per_$": rng.normal(size=100)})
            return X.assign(**{"$a_$": rng.choice(["<$25k", r"$\y$"], 100)}), np.arange(100) % 2

        report = run(table(), table(), sensitive="$a_$")
        page = report.to_html(tmp_path / "audit.html").read_text()
        assert "US$_per_$" in page

    @pytest.mark.usefixtures("few_repetitions")
    def test_rows_without_a_value_in_common_are_not_drawn(self):
        rng = np.random.default_rng(0)

        def table():
            X = rng.normal(size=(100, 2))
            X[::9] = np.nan
            return X, np.arange(100) % 2

        figure = run(table(), table()).plot()
        [axes] = [ax for ax in figure.axes if "nearest" in ax.get_title()]
        assert axes.get_xlim()[1] < 100


class TestVerdicts:
    def test_an_alarm_takes_the_other_checks_into_account(self):
        one = Check("a", "A.", 1.0, 0.0, (0.0, 1.0), pvalue=0.012, material=True)
        rest = [Check(name, "B.", 1.0, 0.0, (0.0, 1.0), pvalue=0.5) for name in "bcd"]
        assert answer("validity", [one]).verdict == PROBLEM
        assert answer("validity", [one, *rest]).verdict == NO_PROBLEM

    def test_what_is_small_is_to_be_looked_at(self):
        small = Check("a", "A.", 1.0, 0.9, (0.9, 1.1), pvalue=1e-6, material=False)
        assert answer("validity", [small]).verdict == LOOK_CLOSER

    def test_what_is_large_by_chance_is_no_problem(self):
        large = Check("a", "A.", 1.0, 0.1, (0.0, 2.0), pvalue=0.2, material=True)
        assert answer("validity", [large]).verdict == NO_PROBLEM

    def test_the_headline_is_the_worst_check_else_the_first_that_is_judged(self):
        fine = [Check(n, f"{n}.", 1.0, 1.0, (0.9, 1.1)) for n in ("first", "second")]
        bad = Check("bad", "Bad.", 1.0, 0.0, (0.9, 1.1), pvalue=0.0, material=True)
        assert answer("validity", [not_judged("x", "y"), *fine]).headline.name == "first"
        assert answer("validity", [*fine, bad]).headline.name == "bad"
        assert answer("validity", [not_judged("x", "y")]).verdict == NOT_JUDGED


def said(report, question, check=None):
    one = report.to_dict()[question]
    return one if check is None else one["checks"][check]


class TestPower:
    """Each fault is noticed by the check that is there for it, which names what is wrong."""

    def test_copies(self, real, held_out):
        report = run(real, real, held_out, estimator=DUMMY)
        assert said(report, "diversity", "exact copies")["value"] == 1
        for question in ("diversity", "privacy"):
            assert said(report, question)["verdict"] == PROBLEM
        assert said(report, "privacy", "membership inference")["verdict"] == PROBLEM
        assert said(report, "privacy", "distance to closest record")["value"] >= 0.95
        assert said(report, "fidelity")["verdict"] == NO_PROBLEM

    def test_copies_are_noticed_without_a_holdout(self, real):
        report = run(real, real)
        assert said(report, "diversity", "exact copies")["verdict"] == PROBLEM
        assert said(report, "privacy", "nearest-neighbor distance ratio")["verdict"] != NO_PROBLEM

    def test_one_leaked_row_in_twenty(self, real, other, held_out):
        X = other[0].copy()
        X.iloc[:15] = real[0].iloc[:15].to_numpy()
        y = np.concatenate([real[1][:15], other[1][15:]])
        report = run(real, (X, y), held_out, estimator=DUMMY)
        copies = said(report, "diversity", "exact copies")
        assert copies["verdict"] == PROBLEM
        assert copies["value"] == pytest.approx(0.05, abs=0.01)
        assert said(report, "privacy", "membership inference at 1 % FPR")["verdict"] == PROBLEM

    def test_a_shifted_column(self, real, other):
        X = other[0].assign(dose=other[0]["dose"] + 1)
        columns = said(run(real, (X, other[1])), "fidelity", "columns")
        assert columns["verdict"] == PROBLEM
        assert "'dose'" in columns["sentence"]

    def test_a_broken_correlation(self, real, other):
        X = other[0].assign(weight=np.random.default_rng(0).permutation(other[0]["weight"]))
        report = run(real, (X, other[1]))
        found = said(report, "fidelity", "correlations")
        assert found["verdict"] == PROBLEM
        assert "'height'" in found["sentence"]
        assert "'weight'" in found["sentence"]
        assert said(report, "fidelity", "columns")["verdict"] == NO_PROBLEM

    def test_a_dropped_group(self, real, other):
        kept = np.flatnonzero(other[0]["town"] != "Bonn")
        report = run(real, (other[0].iloc[kept], other[1][kept]), sensitive="town")
        shares = said(report, "fairness", "proportions of groups")
        assert shares["verdict"] == PROBLEM
        assert "Bonn" in shares["sentence"]

    def test_a_category_never_seen_in_a_single_row(self, real, other):
        X = other[0].copy()
        X.loc[5, "town"] = "Atlantis"
        found = said(run(real, (X, other[1])), "validity", "unseen categories")
        assert found["verdict"] == PROBLEM
        assert "'town'" in found["sentence"]

    def test_a_rare_category_is_to_be_expected_where_others_are_rare(self, real, other):
        rare = [f"village {i}" for i in range(30)]
        spoilt = []
        for part, names in ((real, rare[:15]), (other, rare[15:])):
            X = part[0].copy()
            X.loc[:14, "town"] = names
            spoilt.append((X, part[1]))
        assert said(run(*spoilt), "validity", "unseen categories")["verdict"] == NO_PROBLEM

    @pytest.mark.parametrize(
        ("spoil", "check", "named"),
        [
            (lambda X: X.assign(age=X["age"] + 0.5), "integers", "'age' is not an integer"),
            (lambda X: X.assign(height=X["height"] + 60), "bounds", "above its maximum"),
            (
                lambda X: X.assign(sex=X["sex"].where(X.index % 9 > 0)),
                "integers",
                "'sex' is missing",
            ),
        ],
    )
    def test_broken_rules(self, real, other, spoil, check, named):
        checks = said(run(real, (spoil(other[0]), other[1])), "validity")["checks"]
        [found] = [one for name, one in checks.items() if name.startswith(check)]
        assert found["verdict"] == PROBLEM
        assert named in found["sentence"]

    def test_impossible_combinations(self, real, other):
        kept = [
            (
                X.assign(
                    height2=X["height"] + 1, smokes=np.where(X["sex"] == "f", "no", X["town"])
                ),
                y,
            )
            for X, y in (real, other)
        ]
        assert said(run(*kept), "validity", "unseen combinations")["verdict"] == NO_PROBLEM
        X, y = kept[1]
        for spoilt in (
            X.assign(height2=X["height2"].where(X.index % 8 > 0, X["height"] - 1)),
            X.assign(smokes=np.where(X.index % 5 == 0, "Rome", X["smokes"])),
        ):
            found = said(run(kept[0], (spoilt, y)), "validity", "unseen combinations")
            assert found["verdict"] == PROBLEM

    def test_repeated_rows(self, real, other):
        rows = np.arange(N) // 2
        repeated = other[0].iloc[rows], other[1][rows]
        assert said(run(real, repeated), "validity", "duplicates")["verdict"] == PROBLEM

    def test_rows_in_one_corner_cover_little(self, real, other):
        near = np.flatnonzero(other[0]["height"] > 172)
        rows = np.random.default_rng(0).choice(near, N)
        report = run(real, (other[0].iloc[rows], other[1][rows]))
        assert said(report, "diversity", "coverage")["verdict"] == PROBLEM

    def test_noise_for_classes_is_of_no_use(self, real, other, held_out):
        rng = np.random.default_rng(0)
        big = people(1500, 9)[0], rng.choice(["ill", "well"], 1500)
        report = run(real, big, held_out, estimator=DecisionTreeClassifier(max_depth=3))
        assert said(report, "utility", "training on synthetic rows only")["verdict"] == PROBLEM

    def test_a_group_that_is_always_selected(self, real, held_out):
        X, y = people(900, 5)
        y = np.where(X["sex"] == "f", "ill", "well")
        report = run(real, (X, y), held_out, sensitive="sex")
        assert said(report, "fairness", "selection rate, sex")["verdict"] == PROBLEM

    @pytest.mark.parametrize(("with_holdout", "share"), [(True, 0.12), (False, 0.3)])
    def test_pairs_that_never_meet_are_found_together(self, with_holdout, share):
        # Each pair is too rare for itself, and of the class there are not many real rows. Without
        # a holdout half of these are needed to see how often rules are broken.
        rng = np.random.default_rng(0)

        def table(n, share):
            y = np.where(rng.random(n) < share, "ill", "well")
            job = rng.integers(8, size=n)
            X = pd.DataFrame({"job": job, "firm": job // 2, "age": rng.normal(size=n)})
            return X.assign(job="j" + X["job"].astype(str), firm="f" + X["firm"].astype(str)), y

        real, held_out = table(700, share), table(700, share)
        X, y = table(400, 1.0)
        given = {"held_out": held_out if with_holdout else None, "estimator": DUMMY}
        fine = run(real, (X, y), **given).to_dict()["validity"]
        assert fine["verdict"] == NO_PROBLEM
        mixed = rng.random(400) < 0.15
        X.loc[mixed, "firm"] = rng.permutation(X["firm"][mixed])
        found = run(real, (X, y), **given).to_dict()["validity"]
        assert found["verdict"] == PROBLEM
        assert found["checks"]["any rule"]["verdict"] == PROBLEM
        assert found["checks"]["unseen combinations"]["verdict"] == PROBLEM

    @pytest.mark.exhaustive
    def test_guesses_that_hang_on_few_rows_are_no_alarm(self):
        # All people of a cell of categories get one guess.
        found = []
        for seed in range(20):
            rng = np.random.default_rng(seed)

            def table(n, rng=rng):
                names = {"f": rng.random(n) < 0.1, "g": rng.integers(3, size=n)}
                return pd.DataFrame(names | {"h": rng.integers(3, size=n)}).astype(str)

            y = np.arange(300) % 2
            answers = run((table(300), y), (table(300), y)).answers
            found += [
                c.pvalue for c in answers["privacy"].checks if c.name == "attribute inference"
            ]
        assert np.mean(np.array(found) <= 0.1) <= 0.25
        assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.3)

    def test_copies_tell_what_their_owner_keeps_secret(self, real):
        found = run(real, real, None).to_dict()["privacy"]["checks"]["attribute inference"]
        assert found["verdict"] == PROBLEM
        assert found["value"] > found["reference"] + 0.3

    def test_real_rows_count_as_their_class_does_among_the_synthetic(self):
        # Rows of class 1 often repeat each other, and most synthetic rows are of it.
        rng = np.random.default_rng(0)

        def table(n, m):
            X = np.concatenate([rng.normal(size=(n, 3)), rng.integers(0, 3, size=(m, 3))])
            return X, np.repeat([0, 1], [n, m])

        found = run(table(900, 100), table(20, 100)).to_dict()
        copies = found["diversity"]["checks"]["exact copies"]
        assert copies["verdict"] == NO_PROBLEM
        assert copies["reference"] == pytest.approx(copies["value"], abs=0.1)
        ratio = found["privacy"]["checks"]["nearest-neighbor distance ratio"]
        assert ratio["reference"] == pytest.approx(ratio["value"], abs=0.1)

    def test_rules_that_hold_by_accident_are_no_alarm_where_many_rows_break_one(self):
        # Of ten values in each of twelve columns, some pairs never meet by accident.
        alarms = 0
        for seed in range(12):
            rng = np.random.default_rng(seed)

            def table(rng=rng):
                X = rng.integers(10, size=(600, 12)).astype(str)
                return pd.DataFrame(X, columns=list("abcdefghijkl")).map("v".__add__)

            y = np.arange(600) % 2
            tables = read_tables(table(), y, table(), None, None, None)
            alarms += validity(tables, rng).verdict != NO_PROBLEM
        assert alarms <= 1

    @pytest.mark.parametrize("n_groups", [3, 8, 12, 20])
    def test_a_group_that_is_gone_is_found_among_many(self, n_groups):
        found = 0
        for seed in range(8):
            rng = np.random.default_rng(seed)
            groups = rng.integers(n_groups, size=(2, 400))
            groups[1, groups[1] == 0] = rng.integers(1, n_groups, np.sum(groups[1] == 0))
            X, new = (
                pd.DataFrame({"x": rng.normal(size=400), "g": [f"g{k}" for k in one]})
                for one in groups
            )
            tables = read_tables(X, np.arange(400) % 2, new, np.arange(400) % 2, None, None)
            found += fairness(tables, [1], "no holdout", rng).verdict == PROBLEM
        assert found >= 7

    def test_rows_that_are_all_the_same_are_no_copies_of_what_they_are_not_near(self):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(300, 4)), np.repeat([0, 1], 150)
        new = np.tile([[2.0, -2.0, 2.0, -2.0]], (300, 1))
        found = run((X, y), (new, y)).to_dict()
        assert found["diversity"]["checks"]["exact copies"]["value"] == 0
        assert found["diversity"]["checks"]["near copies"]["value"] == 0
        assert found["diversity"]["checks"]["coverage"]["verdict"] == PROBLEM
        assert found["validity"]["checks"]["duplicates"]["verdict"] == PROBLEM

    def test_what_is_certain_is_no_accident(self):
        # Every classifier of real rows is right, so that nothing varies.
        def table(seed):
            rng = np.random.default_rng(seed)
            y = np.repeat([0, 1], 100)
            return rng.normal(size=(200, 2)) + 40 * y[:, np.newaxis], y

        X, y = table(1)
        useful = run(table(0), (X, 1 - y), table(2)).to_dict()["utility"]["checks"]
        assert useful["training on synthetic rows only"]["verdict"] == PROBLEM

    @pytest.mark.usefixtures("few_repetitions")
    def test_intervals_hold_their_values(self):
        for seed in range(5):
            rng = np.random.default_rng(seed)

            def table(rng=rng):
                X = pd.DataFrame({"x": rng.normal(size=300), "c": rng.integers(15, size=300)})
                return X.assign(c=X["c"].map("k{}".format)), np.arange(300) % 2

            report = run(table(), table(), sensitive="c")
            for check in itertools.chain(*(one.checks for one in report.answers.values())):
                if check.judged:
                    low, high = check.interval
                    assert low <= check.value <= high


class TestReconstruction:
    def rare(self, seed=0):
        return make_classification(
            960,
            n_features=6,
            n_informative=6,
            n_redundant=0,
            weights=[15 / 16],
            flip_y=0,
            random_state=seed,
        )

    def resampled(self, sampler, X, y):
        new_X, new_y = sampler.fit_resample(X, y)
        return new_X[sampler.is_synthetic_], new_y[sampler.is_synthetic_]

    def test_rows_of_smote_give_away_most_rare_rows(self):
        X, y = self.rare()
        report = audit(X, y, *self.resampled(SMOTE(random_state=0), X, y), random_state=0)
        found = said(report, "privacy", "reconstruction")
        assert found["value"] >= 0.8
        assert found["reference"] == 0
        assert found["verdict"] == PROBLEM
        [_, row] = report.answers["privacy"].details[
            "Intersections of lines through synthetic rows"
        ]
        assert row[3] / row[2] >= 0.9  # points that are real rows

    def test_rows_of_a_density_give_away_none(self):
        X, y = self.rare()
        report = audit(X, y, *self.resampled(KDEOverSampler(random_state=0), X, y), random_state=0)
        found = said(report, "privacy", "reconstruction")
        assert found["value"] == 0
        assert found["verdict"] == NO_PROBLEM

    def test_copies_of_few_rows_are_copies(self):
        X, y = self.rare()
        report = audit(X, y, *self.resampled(RandomOverSampler(random_state=0), X, y))
        assert said(report, "diversity", "exact copies")["value"] == 1
        assert said(report, "diversity")["verdict"] == PROBLEM

    def test_rounded_columns_cannot_be_attacked_so(self, real, other):
        rounded = [(X[["age", "sex"]], y) for X, y in (real, other)]
        found = said(run(*rounded), "privacy", "reconstruction")
        assert found["verdict"] == NOT_JUDGED
        assert found["value"] is None


class TestWhatIsMissing:
    def test_without_a_holdout_some_cannot_be_judged(self, real, other):
        report = run(real, other)
        for check in (
            "distance to closest record",
            "membership inference",
            "membership inference at 1 % FPR",
        ):
            found = said(report, "privacy", check)
            assert found["verdict"] == NOT_JUDGED
            assert found["value"] is found["interval"] is None
            assert "X_holdout" in found["sentence"]
        assert said(report, "privacy", "attribute inference")["verdict"] == NO_PROBLEM
        assert said(report, "utility")["verdict"] == NOT_JUDGED
        assert said(report, "fairness")["verdict"] == NOT_JUDGED
        json.dumps(report.to_dict())
        assert "cannot be judged" in str(report)

    def test_without_labels_rows_are_compared_with_all(self, real, other, held_out):
        report = run(real, (other[0], None), held_out, sensitive="sex")
        found = report.to_dict()
        assert found["utility"]["verdict"] == NOT_JUDGED
        assert "y_syn" in found["utility"]["sentence"]
        for question in ("validity", "fidelity", "diversity", "privacy", "fairness"):
            assert found[question]["verdict"] == NO_PROBLEM

    def test_rows_of_one_class_are_compared_with_that_class(self, real, other, held_out):
        some = np.flatnonzero(other[1] == "ill")
        report = run(real, (other[0].iloc[some], other[1][some]), held_out, sensitive="sex")
        for question in QUESTIONS:
            assert said(report, question)["verdict"] == NO_PROBLEM
        # Without their labels they are not like people in general.
        shifted = run(real, (other[0].iloc[some], None))
        assert said(shifted, "fidelity")["verdict"] != NO_PROBLEM

    @pytest.mark.usefixtures("few_repetitions")
    def test_of_a_class_with_few_real_rows_nothing_is_said(self, real, other):
        spoilt = [(X, np.where(np.arange(N) < 11, "odd", y)) for X, y in (real, other)]
        report = run(*spoilt)
        assert any("odd has 11 real rows" in note for note in report.notes)
        assert "class odd" in str(report)
        assert "(class odd)" not in str(report)

    @pytest.mark.usefixtures("few_repetitions")
    def test_where_every_class_is_too_small_nothing_is_judged(self, real, other):
        X = other[0]
        report = audit(real[0][:20], np.repeat(["a", "b"], 10), X, np.repeat(["a", "b"], N // 2))
        assert {one["verdict"] for one in report.to_dict().values()} == {NOT_JUDGED}
        assert len(report.notes) == 2
        report.to_frame()
        assert "it is left out" in str(report)

    @pytest.mark.usefixtures("few_repetitions")
    def test_few_synthetic_rows_of_a_class_are_named(self):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(100, 2)), np.repeat(["a", "b"], 50)
        report = run((X, y), (rng.normal(size=(54, 2)), np.repeat(["a", "b"], [50, 4])))
        assert report.notes == [
            "class b has 4 synthetic rows, fewer than 5: its fidelity, diversity and privacy are "
            "not judged"
        ]

    def test_small_classes_of_rows_without_labels_stay(self):
        # Whose rows are among the synthetic ones, too.
        rng = np.random.default_rng(1)

        def table(n, m):
            X = rng.normal(size=(n + m, 2)) + 8 * (np.arange(n + m) >= n)[:, np.newaxis]
            return X, np.repeat([0, 1], [n, m])

        found = run(table(289, 11), (table(289, 11)[0], None)).to_dict()
        assert {one["verdict"] for one in found.values()} <= {NO_PROBLEM, NOT_JUDGED}

    @pytest.mark.usefixtures("few_repetitions")
    def test_a_holdout_of_another_class_than_the_synthetic_rows(self):
        X, y = people(300, 0)
        ill = y == "ill"
        report = run((X, y), (X[ill], y[ill]), (X[~ill], y[~ill]))
        private = report.to_dict()["privacy"]["checks"]
        assert private["membership inference"]["verdict"] == NOT_JUDGED
        assert private["attribute inference"]["verdict"] != NOT_JUDGED


class TestRefusals:
    @pytest.mark.parametrize(
        ("spoil", "message"),
        [
            (lambda X: X.drop(columns="dose"), "X_syn has no column 'dose'"),
            (lambda X: X.assign(more=1), "X_syn has a column 'more'"),
            (lambda X: X[X.columns[::-1]], "in another order"),
            (
                lambda X: X.assign(age=X["age"].astype(str)),
                "'age' holds numbers in X_real but strings",
            ),
            (lambda X: X.assign(sex=X["sex"] == "f"), "'sex' holds strings in X_real but booleans"),
            (lambda X: X.assign(age=pd.to_datetime("2024-01-01")), "'age' holds numbers .* dates"),
            (lambda X: X[:0], "X_syn has no rows"),
            (lambda X: X.assign(dose=np.inf), "infinite values in column 'dose'"),
        ],
    )
    def test_tables_that_do_not_match(self, real, other, spoil, message):
        X = spoil(other[0])
        with pytest.raises(ValueError, match=message):
            audit(*real, X, other[1][: len(X)])

    def test_an_empty_real_table(self, real, other):
        with pytest.raises(ValueError, match="X_real has no rows"):
            audit(real[0][:0], real[1][:0], *other)

    def test_a_holdout_that_does_not_match(self, real, other, held_out):
        X = held_out[0].drop(columns="sex")
        with pytest.raises(ValueError, match="X_holdout has no column 'sex'"):
            run(real, other, (X, held_out[1]))
        with pytest.raises(ValueError, match="both X_holdout and y_holdout"):
            audit(*real, *other, X_holdout=held_out[0])

    def test_labels_that_do_not_match(self, real, other):
        with pytest.raises(
            ValueError, match="y_syn has the label 'dead', which y_real does not have"
        ):
            audit(*real, other[0], np.where(np.arange(N) == 7, "dead", other[1]))
        with pytest.raises(ValueError, match="y_syn has 299 labels, but X_syn has 300 rows"):
            audit(*real, other[0], other[1][:-1])

    def test_sparse_tables(self):
        X = sparse.random_array((40, 3), density=0.5, rng=np.random.default_rng(0)).tocsr()
        with pytest.raises(TypeError, match="X_real is sparse"):
            audit(X, np.repeat([0, 1], 20), X)

    def test_sensitive_columns(self, real, other):
        with pytest.raises(ValueError, match="sensitive: 'gender' is not a column"):
            run(real, other, sensitive="gender")
        with pytest.raises(ValueError, match=r"'height' has more than 20 .* bin it"):
            run(real, other, sensitive=["sex", "height"])

    def test_tables_of_two_libraries(self, real, other, held_out):
        with pytest.raises(TypeError, match="convert one of them"):
            run(real, (pl.from_pandas(other[0]), other[1]), held_out)

    def test_a_column_of_names_is_no_column_of_groups(self):
        X = pd.DataFrame({"x": np.arange(150.0), "name": [f"p{i}" for i in range(150)]})
        y = np.arange(150) % 2
        with pytest.raises(ValueError, match="sensitive column 'name' has more than 100 different"):
            run((X, y), (X, y), sensitive="name")


class TestTables:
    @pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas])
    def test_frames_of_any_library_say_the_same(self, real, other, held_out, report, convert):
        made = [(convert(X), y) for X, y in (real, other, held_out)]
        found = run(*made, sensitive="sex", estimator=DUMMY).to_dict()
        expected = report.to_dict()
        for question in ("validity", "fidelity", "diversity", "privacy"):
            assert found[question] == expected[question]

    def test_whole_numbers_beside_floats(self, real, other, held_out):
        floats = [(pl.from_pandas(X), y) for X, y in (real, other, held_out)]
        X = floats[1][0].with_columns(pl.col("age").cast(pl.Float64))
        report = run(floats[0], (X, other[1]), floats[2])
        assert said(report, "validity")["verdict"] == NO_PROBLEM
        assert said(report, "utility")["verdict"] == NO_PROBLEM

    def test_arrays_and_three_classes(self):
        X, y = make_classification(900, n_classes=3, n_informative=4, random_state=0)
        group = np.random.default_rng(0).integers(0, 4, 900)
        X = np.column_stack([X, group])
        parts = [(X[i::3], y[i::3]) for i in range(3)]
        report = run(*parts, sensitive=20)
        assert {one["verdict"] for one in report.to_dict().values()} == {NO_PROBLEM}
        assert "class 2" in str(report)

    def test_names_that_are_different_in_every_row(self, real, other, held_out):
        """Nobody can tell real from synthetic by names that both have only once."""
        named = [
            (X.assign(name=[f"{side} {i}" for i in range(N)]), y)
            for side, (X, y) in zip("abc", (real, other, held_out), strict=True)
        ]
        found = run(*named).to_dict()
        for question in QUESTIONS[:5]:
            assert found[question]["verdict"] == NO_PROBLEM

    @pytest.mark.parametrize("filler", [np.nan, 3.0])
    def test_a_column_that_says_nothing(self, real, other, held_out, filler):
        spoilt = [(X.assign(more=filler), y) for X, y in (real, other, held_out)]
        found = run(*spoilt).to_dict()
        for question in QUESTIONS[:5]:
            assert found[question]["verdict"] == NO_PROBLEM

    def test_one_column(self, real, other, held_out):
        tables = [(X[["height"]], y) for X, y in (real, other, held_out)]
        report = run(*tables, estimator=DUMMY)
        assert said(report, "privacy", "attribute inference")["verdict"] == NOT_JUDGED
        assert said(report, "fidelity", "correlations")["verdict"] == NOT_JUDGED
        assert said(report, "fidelity")["verdict"] == NO_PROBLEM

    def test_lists_of_lists(self, real, other):
        lists = [X.drop(columns="dose").to_numpy(dtype=object).tolist() for X, _ in (real, other)]
        report = audit(lists[0], list(real[1]), lists[1], list(other[1]), random_state=0)
        assert said(report, "fidelity")["verdict"] == NO_PROBLEM

    def test_a_classifier_without_probabilities_or_weights(self, real, other, held_out):
        class Neither(LinearSVC):
            def fit(self, X, y):
                return super().fit(X, y)

        report = run(real, other, held_out, estimator=Neither(dual=False))
        assert said(report, "utility")["verdict"] == NO_PROBLEM

    def test_groups_that_are_missing_are_a_group(self, real, other, held_out):
        spoilt = [
            (X.assign(sex=X["sex"].where(X.index % 4 > 0)), y) for X, y in (real, other, held_out)
        ]
        report = run(*spoilt, sensitive=["sex", "town"])
        assert "(missing)" in report._repr_html_()
        assert said(report, "fairness")["verdict"] == NO_PROBLEM

    @pytest.mark.usefixtures("few_repetitions")
    def test_progress_reaches_the_end(self, real, other, held_out):
        steps = []
        run(real, other, held_out, progress=lambda *one: steps.append(one))
        done, totals = zip(*steps, strict=True)
        assert len(set(totals)) == 1
        assert done[-1] == totals[0]
        assert list(done) == sorted(done)

    @pytest.mark.usefixtures("few_repetitions")
    def test_tables_are_left_as_they_are(self, real, other, held_out):
        kept = [X.copy(deep=True) for X, _ in (real, other, held_out)]
        run(real, other, held_out, sensitive="sex")
        for before, (after, _) in zip(kept, (real, other, held_out), strict=True):
            pd.testing.assert_frame_equal(before, after)
