"""Spanning trees against SciPy and scikit-learn; parts against scatter matrices of all rows."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.cluster import OPTICS
from spaces import distances, space

from skresample.neighbors import Mixed
from skresample.smote import _spanning as spanning
from skresample.smote._spanning import (
    SpanningTree,
    aligned_parts,
    median_parts,
    spanning_tree,
)

ROWS = np.random.default_rng(0).normal(size=(80, 3))
MAKES = {
    "array": ROWS,
    "float32": ROWS.astype(np.float32),
    "large": ROWS * 1e200,
    "small": ROWS * 1e-200,
    "sparse": sparse.csr_array(np.where(ROWS > 0, ROWS, 0)),
    "mixed": Mixed(
        np.where(ROWS > 1.5, np.nan, ROWS), (ROWS[:, :1] > 0).astype(np.int8), np.float64(0.7)
    ),
}


class TestSpanningTree:
    @pytest.mark.parametrize("make", MAKES)
    def test_is_the_minimum_spanning_tree(self, make):
        values, everything = MAKES[make], np.arange(80)
        apart = distances(values, everything, everything)
        tree = spanning_tree(space(values))
        # SciPy takes 0 for no edge; that all are longer by the same does not change the tree.
        unit = apart.mean()
        wanted = minimum_spanning_tree(apart / unit + 1).data - 1
        ours = tree.reach[1:] / unit
        np.testing.assert_allclose(np.sort(ours), np.sort(wanted), rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(
            apart[everything[1:], tree.parent[1:]] / unit, ours, rtol=1e-6, atol=1e-7
        )
        assert tree.parent[0] == -1
        assert tree.reach[0] == np.inf
        assert (tree.within == 0).all()

    def test_is_one_tree(self):
        parent = spanning_tree(space(ROWS), start=7).parent
        assert parent[7] == -1
        for row in range(80):
            steps = 0
            while row != 7:
                row, steps = parent[row], steps + 1
                assert steps < 80

    @pytest.mark.parametrize("k", [2, 5, 20])
    def test_with_core_distances_is_optics(self, k):
        optics = OPTICS(min_samples=k, max_eps=np.inf).fit(ROWS)
        core = np.sort(cdist(ROWS, ROWS), axis=1)[:, k - 1]
        tree = spanning_tree(space(ROWS), core)
        np.testing.assert_allclose(core, optics.core_distances_, rtol=1e-12)
        np.testing.assert_allclose(tree.reach, optics.reachability_, rtol=1e-12)

    @pytest.mark.parametrize("radius", [1e-9, 0.8, 100.0])
    @pytest.mark.parametrize("start", [0, 30])
    def test_counts_other_rows_within_the_radius(self, radius, start):
        wanted = (cdist(ROWS, ROWS) <= radius).sum(axis=1) - 1
        np.testing.assert_array_equal(
            spanning_tree(space(ROWS), None, radius, start).within, wanted
        )

    def test_equal_rows(self):
        tree = spanning_tree(space(np.full((5, 2), 0.1)), radius=0.0)
        assert tree.reach[1:].tolist() == [0.0] * 4
        assert tree.within.tolist() == [4] * 5

    def test_one_row(self):
        tree = spanning_tree(space(ROWS[:1]), radius=1.0)
        assert (tree.parent.tolist(), tree.within.tolist()) == ([-1], [0])

    def test_rows_that_are_infinitely_far_are_in_the_tree_too(self):
        with np.errstate(over="ignore"):
            tree = spanning_tree(space(np.array([[-1.7e308], [1.7e308], [1.7e308]])))
        assert tree.parent.tolist() == [-1, 0, 1]

    def test_no_matrix_of_all_pairs(self):
        tracemalloc = pytest.importorskip("tracemalloc")
        rows = np.random.default_rng(0).normal(size=(3000, 2))
        tracemalloc.start()
        spanning_tree(space(rows), radius=0.1)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3000 * 3000 / 8


def parts_by_hand(tree, rows, min_part, cosine):
    """Return the parts, with an axis found anew from all rows of a part."""
    parts = {i: [i] for i in range(len(rows))}
    label = list(range(len(rows)))

    def axis(members):
        scatter = np.cov(rows[members].T, bias=True).reshape(rows.shape[1], rows.shape[1])
        return np.linalg.eigh(scatter)[1][:, -1]

    for row in np.argsort(tree.reach)[: len(rows) - 1]:
        one, other = label[row], label[tree.parent[row]]
        small = min(len(parts[one]), len(parts[other])) < min_part
        if small or abs(axis(parts[one]) @ axis(parts[other])) > cosine:
            for member in parts.pop(other):
                parts[one].append(member)
                label[member] = one
    return np.unique(label, return_inverse=True)[1]


class TestAlignedParts:
    @pytest.mark.parametrize("d", [1, 2, 5, 30])
    @pytest.mark.parametrize("min_part", [2, 4])
    @pytest.mark.parametrize("cosine", [0.3, 0.9])
    def test_by_hand(self, d, min_part, cosine):
        rows = np.random.default_rng(d).normal(size=(90, d))
        tree = spanning_tree(space(rows))
        labels = aligned_parts(tree, rows, min_part, cosine)
        wanted = parts_by_hand(tree, rows, min_part, cosine)
        pairs = set(zip(labels.tolist(), wanted.tolist(), strict=True))
        assert len(pairs) == len(set(labels.tolist())) == len(set(wanted.tolist()))
        if d == 1 or cosine == 0.9:
            assert (len(pairs) == 1) == (d == 1)
        assert np.bincount(labels).min() >= min_part

    def test_equal_rows_go_with_any(self):
        rows = np.repeat([[0.0, 0.0], [1.0, 0.0], [1.0, 3.0]], 4, axis=0)
        assert aligned_parts(spanning_tree(space(rows)), rows, 2, 0.3).tolist() == [0] * 12

    def test_no_features(self):
        tree = SpanningTree(np.array([-1, 0, 0, 1]), np.array([np.inf, 1, 2, 3]), None)
        assert aligned_parts(tree, np.empty((4, 0)), 2, 0.3).tolist() == [0] * 4

    def test_more_rows_than_features_keep_their_axis(self):
        rng = np.random.default_rng(0)
        line = np.column_stack([np.arange(200.0), rng.normal(0, 0.01, 200)])
        upright = np.column_stack([rng.normal(0, 0.01, 100), 300 + np.arange(100.0)])
        rows = np.vstack([line, upright])
        labels = aligned_parts(spanning_tree(space(rows)), rows, 2, 0.3)
        assert labels.tolist() == [0] * 200 + [1] * 100


class TestParts:
    def test_are_cut_at_medians(self):
        parts = median_parts(ROWS, 30)
        assert sorted(part.size for part in parts) == [20] * 4
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(80))
        widest = ROWS.var(axis=0).argmax()
        low, high = np.concatenate(parts[:2]), np.concatenate(parts[2:])
        ends = ROWS[low, widest], ROWS[high, widest]
        assert ends[0].min() >= ends[1].max() or ends[1].min() >= ends[0].max()

    def test_equal_rows_are_cut_too(self):
        assert [part.size for part in median_parts(np.zeros((9, 2)), 3)] == [3, 2, 2, 2]

    def test_each_has_a_tree(self, monkeypatch):
        core = np.random.default_rng(0).random(80)
        whole = spanning_tree(space(ROWS), core, 1.0, int(core.argmin()))
        monkeypatch.setattr(spanning, "MOST_ROWS", 30)
        forest = spanning_tree(space(ROWS), core, 1.0)
        label = np.empty(80, dtype=int)
        for number, part in enumerate(median_parts(ROWS, 30)):
            label[part] = number
            (first,) = part[forest.parent[part] < 0]
            assert core[first] == core[part].min()
        joined = forest.parent >= 0
        np.testing.assert_array_equal(label[forest.parent[joined]], label[joined])
        assert (forest.reach >= whole.reach).mean() > 0.7
        assert (forest.within <= whole.within).all()
        assert (forest.within == whole.within).mean() > 0.1
