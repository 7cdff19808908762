"""Partners of a pairing: who has one, who is drawn, and who votes."""

from types import SimpleNamespace

import numpy as np
import pytest
from samplers import blobs

from skresample import SMOTE
from skresample.smote.base import Groups, Neighbors, Pairing, PairingOverSampler

MINORITY = np.array([1, 4, 6, 8])
TASK = SimpleNamespace(minority=MINORITY, is_minority=np.isin(np.arange(10), MINORITY))
NEIGHBORS = Neighbors(np.array([[4, 6, 0], [1, 2, -1], [-1, -1, -1], [6, -1, -1]]))
GROUPS = Groups(np.array([0, 1, 0, 2]))


def rng():
    return np.random.default_rng(0)


def test_who_has_a_partner():
    assert NEIGHBORS.joined.tolist() == [True, True, False, True]
    assert GROUPS.joined.tolist() == [True, False, True, False]


class TestDraw:
    def test_neighbors_are_equally_likely(self):
        bases = np.repeat([0, 1, 3], 3000)
        second, _ = NEIGHBORS.draw(TASK, bases, (0.0, 1.0), rng())
        for base, wanted in [(0, [4, 6, 0]), (1, [1, 2]), (3, [6])]:
            found, counts = np.unique(second[bases == base], return_counts=True)
            assert found.tolist() == sorted(wanted)
            np.testing.assert_allclose(counts, 3000 / len(wanted), rtol=0.1)

    def test_mates_are_of_the_group(self):
        second, limits = GROUPS.draw(TASK, np.array([0, 2, 2]), (-1.0, 2.0), rng())
        assert second.tolist() == [6, 1, 1]
        assert [limit.tolist() for limit in limits] == [[-1.0] * 3, [2.0] * 3]

    def test_limits_are_those_of_the_partner(self):
        per_slot = np.array([1.0, 0.5, 0.25])
        per_base = np.array([[0.0], [0.1], [0.2], [0.3]])
        bases = np.repeat([0, 1, 3], 50)
        second, (low, high) = NEIGHBORS.draw(TASK, bases, (per_base, per_slot), rng())
        np.testing.assert_array_equal(low, per_base[bases, 0])
        slots = [
            NEIGHBORS.positions[b].tolist().index(s) for b, s in zip(bases, second, strict=True)
        ]
        np.testing.assert_array_equal(high, per_slot[slots])


def test_partners_of_the_class_vote():
    wanted = [[4, 6, -1], [1, -1, -1], [-1, -1, -1], [6, -1, -1]]
    assert NEIGHBORS.voters(TASK).tolist() == wanted
    assert GROUPS.voters(TASK) is None


class Chosen(PairingOverSampler):
    """A method with a pairing that is given."""

    _no_base = "nobody was chosen"

    def __init__(self, pairing, k_neighbors=3):
        super().__init__(random_state=0)
        self.pairing, self.k_neighbors = pairing, k_neighbors

    def _pair(self, task):
        return self.pairing


class TestFallBack:
    X, Y = blobs((20, 4), d=2)

    def fitted(self, weights, partners):
        sampler = Chosen(Pairing(np.array(weights), partners))
        return sampler.fit(self.X, self.Y)._fitted_class(1)[1]

    def test_bases_without_a_partner_have_no_weight(self):
        minority = np.flatnonzero(self.Y == 1)
        partners = Neighbors(np.array([minority[1], -1, minority[0], -1])[:, np.newaxis])
        assert self.fitted([1.0, 5.0, 2.0, 0.0], partners).weights.tolist() == [1, 0, 2, 0]
        assert self.fitted([1.0, 5.0, 2.0, 0.0], GROUPS).weights.tolist() == [1, 0, 2, 0]

    @pytest.mark.parametrize("partners", [Neighbors(np.full((4, 1), -1)), Groups(np.arange(4))])
    def test_is_smote_where_nobody_has_a_partner(self, partners):
        with pytest.warns(UserWarning, match=r"Chosen: in class 1 nobody was chosen.*as in SMOTE"):
            found = self.fitted([1.0, 1.0, 1.0, 1.0], partners)
        wanted = SMOTE(k_neighbors=3).fit(self.X, self.Y)._fitted_class(1)[1]
        np.testing.assert_array_equal(found.weights, wanted.weights)
        np.testing.assert_array_equal(found.partners.positions, wanted.partners.positions)
