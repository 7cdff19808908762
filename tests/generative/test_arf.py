"""The claims of the paper on adversarial random forests, on known distributions."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from skresample import ARFOverSampler
from skresample.generative.arf import Leaves, _boxes


def with_others(rows):
    """Return a table in which the rows are class 1, and two rows of class 0."""
    return pd.concat([rows, rows[:2]], ignore_index=True), np.repeat([1, 0], [len(rows), 2])


def drawn(rows, n=4000, **given):
    sampler = ARFOverSampler(sampling_strategy={0: 5}, random_state=0, **given)
    return sampler.fit(*with_others(rows)).sample(n, label=1), sampler


class TestLeaves:
    def forest(self, least=3):
        rng = np.random.default_rng(0)
        table = np.column_stack([rng.normal(size=(200, 2)), rng.integers(0, 3, 200)])
        labels = (table[:, 0] * table[:, 1] > 0).astype(int)
        forest = RandomForestClassifier(5, random_state=0).fit(table, labels)
        return table, [(one.tree_, Leaves.of(one.tree_, table, 2, least)) for one in forest]

    def test_a_leaf_has_enough_rows_and_all_rows_are_in_one(self):
        for least in (1, 3, 10):
            table, trees = self.forest(least)
            for _, leaves in trees:
                counts = leaves.members.counts
                assert counts.min() >= least
                assert counts.sum() == len(table)
                assert len(leaves.mean) == counts.size

    def test_without_a_least_number_leaves_are_those_of_the_tree(self):
        table, trees = self.forest(least=1)
        for tree, leaves in trees:
            applied = tree.apply(table.astype(np.float32))
            np.testing.assert_array_equal(leaves.members.nodes[leaves.members.of_row], applied)

    def test_rows_are_in_the_box_of_their_leaf_and_no_two_boxes_overlap(self):
        table, trees = self.forest()
        for _, leaves in trees:
            of_row = leaves.members.of_row
            assert (table[:, :2] >= leaves.low[of_row] - 1e-6).all()
            assert (table[:, :2] <= leaves.high[of_row] + 1e-6).all()

    def test_box_by_hand(self):
        class Stump:
            node_count = 5
            children_left = np.array([1, -1, 3, -1, -1])
            children_right = np.array([2, -1, 4, -1, -1])
            feature = np.array([0, -2, 1, -2, -2])
            threshold = np.array([0.5, 0, -1.0, 0, 0])

        low, high = _boxes(Stump, 2, np.array([True, False, True, False, False]))
        np.testing.assert_array_equal(low[3], [0.5, -np.inf])
        np.testing.assert_array_equal(high[3], [np.inf, -1])
        np.testing.assert_array_equal(low[4], [0.5, -1])
        np.testing.assert_array_equal(high[1], [0.5, np.inf])
        low, high = _boxes(Stump, 2, np.array([False, False, True, False, False]))
        np.testing.assert_array_equal(low[3], [-np.inf, -np.inf])
        np.testing.assert_array_equal(high[3], [np.inf, -1])

    def test_mates_are_of_the_leaf(self):
        table, trees = self.forest()
        for _, leaves in trees:
            which = np.arange(len(table))
            mates = leaves.members.mates(which, 4, np.random.default_rng(0))
            of_row = leaves.members.of_row
            assert (of_row[mates] == of_row[which][:, np.newaxis]).all()


class TestLearning:
    def test_independent_columns_take_one_round(self):
        rows = pd.DataFrame(np.random.default_rng(0).normal(size=(800, 3)))
        _, sampler = drawn(rows, n=1, tolerance=0.05)
        assert len(sampler.history_[1]) == 1
        assert sampler.history_[1][0] == pytest.approx(0.5, abs=0.05)

    def test_accuracy_is_high_for_dependent_columns_and_then_falls(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=800)
        rows = pd.DataFrame({"x": x, "y": x + 0.1 * rng.normal(size=800)})
        _, sampler = drawn(rows, n=1)
        accuracies = sampler.history_[1]
        assert accuracies[0] > 0.85
        assert accuracies[1] < accuracies[0] - 0.1

    def test_correlation_and_marginals(self):
        rng = np.random.default_rng(0)
        x = rng.exponential(size=1500)
        rows = pd.DataFrame({"x": x, "y": x**2 + 0.3 * rng.normal(size=1500)})
        new, _ = drawn(rows)
        wanted = rows.corr(method="spearman").iloc[0, 1]
        assert new.corr(method="spearman").iloc[0, 1] == pytest.approx(wanted, abs=0.05)
        np.testing.assert_allclose(
            new.quantile([0.1, 0.5, 0.9]), rows.quantile([0.1, 0.5, 0.9]), atol=0.25
        )
        assert new["x"].min() >= x.min()

    def test_categories_and_numbers_keep_their_dependence(self):
        rng = np.random.default_rng(0)
        kind = rng.choice(["a", "b", "c"], 900, p=[0.6, 0.3, 0.1])
        centre = pd.Series(kind).map({"a": 0.0, "b": 5.0, "c": 10.0})
        rows = pd.DataFrame({"kind": kind, "x": centre + rng.normal(size=900)})
        new, _ = drawn(rows)
        np.testing.assert_allclose(
            new["kind"].value_counts(normalize=True)[["a", "b", "c"]],
            rows["kind"].value_counts(normalize=True)[["a", "b", "c"]],
            atol=0.03,
        )
        means = new.groupby("kind")["x"].mean()
        np.testing.assert_allclose(means[["a", "b", "c"]], [0, 5, 10], atol=0.6)

    def test_missing_values_keep_their_dependence(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=600)
        rows = pd.DataFrame({"x": x, "y": np.where(x > 0.5, np.nan, rng.normal(size=600))})
        new, _ = drawn(rows)
        assert new["y"].isna().mean() == pytest.approx(rows["y"].isna().mean(), abs=0.03)
        assert new.loc[new["y"].isna(), "x"].mean() > 0.8


def test_verbose_prints_the_progress(capsys):
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)))
    drawn(rows, n=1, verbose=True, max_iter=1)
    assert "ARFOverSampler, class 0: round 1 of 1, accuracy" in capsys.readouterr().err


def test_a_large_class_is_subsampled(monkeypatch):
    monkeypatch.setattr("skresample.generative.arf.MOST_ROWS", 100)
    sizes = []
    fit = RandomForestClassifier.fit

    def spy(self, X, y):
        sizes.append(len(X))
        return fit(self, X, y)

    monkeypatch.setattr(RandomForestClassifier, "fit", spy)
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)))
    new = drawn(rows, 1000)[0]
    assert set(sizes) == {200, 4} or set(sizes) == {200}
    np.testing.assert_allclose(new.mean(), rows.mean(), atol=0.2)
