import numpy as np
import pytest

from skresample.smote import _codebooks as codebooks
from skresample.smote._codebooks import alike_pairs, nearest_rows


class TestAlikePairs:
    @pytest.mark.parametrize("c", [4, 5, 9])
    @pytest.mark.parametrize("at_once", [1, 1 << 20])
    def test_by_hand(self, monkeypatch, c, at_once):
        monkeypatch.setattr(codebooks, "DISTANCES_AT_ONCE", at_once)
        vectors = np.random.default_rng(c).normal(size=(c, 3))
        alike = alike_pairs(vectors)
        for a in range(c):
            assert alike[a, a].tolist() == [-1, -1]
            for b in set(range(c)) - {a}:
                others = [
                    (np.linalg.norm(vectors[i] - vectors[j] - vectors[a] + vectors[b]), [i, j])
                    for i in range(c)
                    for j in range(c)
                    if i != j and not {i, j} & {a, b}
                ]
                assert alike[a, b].tolist() == min(others)[1]

    def test_a_parallelogram(self):
        vectors = np.array([[0.0, 0.0], [5.0, 1.0], [40.0, 7.0], [45.0, 8.0]])
        alike = alike_pairs(vectors)
        assert alike[0, 1].tolist() == [2, 3]
        assert alike[3, 2].tolist() == [1, 0]


@pytest.mark.parametrize("at_once", [1, 1 << 20])
def test_nearest_rows(monkeypatch, at_once):
    monkeypatch.setattr(codebooks, "DISTANCES_AT_ONCE", at_once)
    rows = np.array([[0.0], [1.0], [1.0], [7.0]])
    near = nearest_rows(np.array([[0.9], [6.0]]), rows, 3)
    assert near.tolist() == [[1, 2, 0], [3, 1, 2]]
    assert nearest_rows(np.array([[0.9]]), rows, 9).shape == (1, 4)
