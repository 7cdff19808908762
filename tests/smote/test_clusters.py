import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist
from spaces import space

from skresample.neighbors.mixed import Mixed
from skresample.smote import _clusters as clusters
from skresample.smote._clusters import _by_means, average_linkage


def same_partition(one, other):
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def rows_of(n=120, d=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) + 6 * rng.integers(0, 3, (n, 1))


class TestAverageLinkage:
    @pytest.mark.parametrize("threshold", [0.5, 2.0, 4.0, 100.0])
    def test_against_scipy(self, threshold):
        rows = rows_of()
        wanted = fcluster(linkage(pdist(rows), "average"), threshold, "distance")
        found = average_linkage(space(rows), threshold)
        assert same_partition(found, wanted)
        assert found.min() == 0

    def test_of_categories(self):
        codes = np.array([[0], [0], [1], [1]])
        mixed = Mixed(np.array([[0.0], [0.1], [0.0], [0.1]]), codes, 5.0)
        assert same_partition(average_linkage(space(mixed), 1.0), codes[:, 0])

    def test_of_one_row(self):
        assert average_linkage(space(np.zeros((1, 2))), 1.0).tolist() == [0]

    def test_copies_are_together(self):
        assert average_linkage(space(np.zeros((6, 2))), 1e-9).tolist() == [0] * 6


class TestByMiddles:
    """Mean squared distances: SciPy's average linkage of squared distances."""

    @pytest.mark.parametrize("threshold", [0.3, 1.0, 2.0, 4.0, 9.0, 100.0])
    @pytest.mark.parametrize("seed", range(5))
    def test_against_scipy(self, threshold, seed):
        rows = rows_of(seed=seed)
        squared = linkage(pdist(rows, "sqeuclidean"), "average")
        wanted = fcluster(squared, threshold**2, "distance")
        assert same_partition(_by_means(rows, threshold), wanted)

    def test_is_what_large_classes_get(self, monkeypatch):
        monkeypatch.setattr(clusters, "LINKED", 50)
        rows = rows_of()
        assert same_partition(average_linkage(space(rows), 4.0), _by_means(rows, 4.0))

    def test_copies(self):
        rows = np.repeat([[0.0, 0.0], [5.0, 5.0]], 40, axis=0)
        assert same_partition(_by_means(rows, 1.0), np.repeat([0, 1], 40))
        assert len(set(_by_means(rows, 100.0).tolist())) == 1

    def test_other_tables_are_refused(self, monkeypatch):
        monkeypatch.setattr(clusters, "LINKED", 3)
        with pytest.raises(ValueError, match="dense numbers"):
            average_linkage(Mixed(np.zeros((5, 1)), np.zeros((5, 1), dtype=int)), 1.0)


def test_of_many_rows_clusters_are_found_in_parts(monkeypatch):
    rng = np.random.default_rng(0)
    middles = 100 * np.arange(16)[:, np.newaxis] * np.ones(2)
    rows = np.repeat(middles, 10, axis=0) + rng.normal(size=(160, 2))
    wanted = np.repeat(np.arange(16), 10)
    monkeypatch.setattr(clusters, "LINKED", 50)
    monkeypatch.setattr(clusters, "MOST_ROWS", 100)
    monkeypatch.setattr(clusters, "MOST_IN_PART", 40)
    found = average_linkage(space(rows), 20.0)
    assert same_partition(found, wanted)
    assert found.max() == 15
