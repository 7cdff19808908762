"""ProWSyn: levels by nearness to the majority, weights by level, mates within a level."""

import numpy as np
import pytest

from skresample import ProWSyn

# A line: majority at 0 to 9, minority from 10 on.
LINE = np.arange(30.0)[:, np.newaxis] ** 1.001
LABELS = np.repeat([0, 1], [10, 20])


def sampler(**given):
    return ProWSyn(random_state=0, sampling_strategy={1: 20 + 40_000}, **given)


def levels(parents, n_neighbors):
    return np.minimum((parents - 10) // n_neighbors, 4)


class TestLevels:
    def test_partner_is_of_the_same_level(self):
        fitted = sampler(n_neighbors=3)
        fitted.fit_resample(LINE, LABELS)
        level = levels(fitted.parents_, 3)
        np.testing.assert_array_equal(level[:, 0], level[:, 1])
        assert (fitted.parents_[:, 0] != fitted.parents_[:, 1]).all()

    @pytest.mark.parametrize("theta", [0.0, 1.0, 0.3])
    def test_weight_falls_from_level_to_level(self, theta):
        fitted = sampler(n_neighbors=3, theta=theta)
        fitted.fit_resample(LINE, LABELS)
        count = np.bincount(fitted.parents_[:, 0], minlength=30)[10:]
        level = np.minimum(np.arange(20) // 3, 4)
        wanted = np.exp(-theta * level)
        np.testing.assert_allclose(count, 40_000 * wanted / wanted.sum(), atol=1)

    def test_all_mates_are_as_likely(self):
        fitted = sampler(n_neighbors=5, n_levels=1)
        fitted.fit_resample(LINE, LABELS)
        pairs = np.zeros((30, 30))
        np.add.at(pairs, tuple(fitted.parents_.T), 1)
        inside = pairs[10:, 10:][~np.eye(20, dtype=bool)]
        assert inside.sum() == 40_000
        assert abs(inside - 40_000 / 380).max() < 6 * np.sqrt(40_000 / 380)

    def test_a_row_alone_in_its_level_is_no_base(self):
        fitted = sampler(n_neighbors=19, n_levels=2)
        fitted.fit_resample(LINE, LABELS)
        assert 29 not in fitted.parents_
        assert set(fitted.parents_[:, 0]) == set(range(10, 29))

    def test_every_level_of_one_row_says_so(self):
        with pytest.warns(UserWarning, match=r"every level has one row.*as in SMOTE"):
            _, y = ProWSyn(n_neighbors=1, random_state=0).fit_resample(LINE[5:13], LABELS[5:13])
        assert np.bincount(y).tolist() == [5, 5]
