"""Assembled SMOTE: the border, its parts, and partners inside them."""

import numpy as np
import pandas as pd
import pytest
from samplers import blobs, group_of, groups, nearest_rows, steps_of

from skresample import SMOTE, AssembledSMOTE


def corner():
    """Return a border of two lines upright on each other, and a safe group far from both."""
    rng = np.random.default_rng(0)
    place = np.arange(10) + 0.01 * np.arange(10) ** 2
    across = np.column_stack([place, np.zeros(10)])
    upright = np.column_stack([np.full(10, 13.0), 3 + place])
    safe = 200 + rng.normal(size=(20, 2))
    below, further, right = np.array([[0.0, -0.3], [0.1, -0.4], [0.3, 0.0]])
    beside = np.vstack([across + below, across + further, upright + right])
    X = np.vstack([across, upright, safe, beside, rng.normal(500, 1, size=(30, 2))])
    y = np.repeat([1, 0], [40, 60])
    return X, y, np.repeat([0, 1, 2, 3], [10, 10, 20, 60])


def parts_of(**given):
    X, y, part = corner()
    sampler = AssembledSMOTE(random_state=0, **given)
    X_out, _ = sampler.fit_resample(X, y)
    steps_of(X, X_out[len(X) :], sampler.parents_)
    return sampler.parents_, part[sampler.parents_]


class TestParts:
    def test_lines_upright_on_each_other_are_two(self):
        _, part = parts_of()
        np.testing.assert_array_equal(part[:, 0], part[:, 1])
        assert set(part[:, 0]) == {0, 1, 2}

    def test_lines_that_point_the_same_way_are_one(self):
        X, y, part = corner()
        X[10:20] = X[:10] + np.array([14.0, 0.0])
        X[60:70] = X[10:20] + np.array([0.0, 0.3])
        sampler = AssembledSMOTE(k_neighbors=12, random_state=0)
        sampler.fit_resample(X, y)
        part = part[sampler.parents_]
        assert {(0, 1), (1, 0)} < set(map(tuple, part.tolist()))

    def test_small_parts_are_joined_whatever_their_axes(self):
        _, part = parts_of(min_part=11, k_neighbors=12, sampling_strategy={1: 240})
        assert {(0, 1), (1, 0)} < set(map(tuple, part.tolist()))
        assert {(0, 2), (2, 0), (1, 2), (2, 1)}.isdisjoint(map(tuple, part.tolist()))

    def test_of_cosine_0_any_direction_will_do(self):
        """A little off the axes, no two are upright on each other exactly."""
        X, y, part = corner()
        X[:40] += np.random.default_rng(1).normal(0, 0.01, size=(40, 2))
        sampler = AssembledSMOTE(
            cosine=0.0, k_neighbors=12, sampling_strategy={1: 240}, random_state=0
        )
        sampler.fit_resample(X, y)
        part = part[sampler.parents_]
        assert {(0, 1), (1, 0)} < set(map(tuple, part.tolist()))

    def test_units_do_not_matter(self):
        """Upright in units of deviations, whatever these are."""
        X, y, part = corner()
        sampler = AssembledSMOTE(standardize=True, random_state=0)
        sampler.fit_resample(X * [1.0, 1e-3], y)
        part = part[sampler.parents_]
        np.testing.assert_array_equal(part[:, 0], part[:, 1])

    def test_bases_are_even(self):
        parents, _ = parts_of(sampling_strategy={0: 60, 1: 40 + 400})
        assert np.bincount(parents[:, 0], minlength=100)[:40].tolist() == [10] * 40

    def test_holes_and_categories(self):
        X, y, part = corner()
        X[::7, 0] = np.nan
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "name": np.array(list("uvw"))[part % 3]})
        sampler = AssembledSMOTE(random_state=0)
        X_out, _ = sampler.fit_resample(frame, y)
        base = frame.iloc[sampler.parents_[:, 0]]
        assert X_out["a"][len(X) :].isna().tolist() == base["a"].isna().tolist()


class TestPartners:
    def test_are_the_nearest_rows_of_the_part(self):
        X, y, part = corner()
        pairing = AssembledSMOTE(k_neighbors=3).fit(X, y)._fitted_class(1)[1]
        assert (pairing.weights == 1).all()
        for row in range(40):
            wanted = nearest_rows(X, row, np.flatnonzero(part == part[row]), 3)
            assert sorted(pairing.partners.positions[row]) == sorted(wanted)

    def test_of_a_small_part_are_all_others(self):
        X, y, part = corner()
        pairing = AssembledSMOTE(k_neighbors=10).fit(X, y)._fitted_class(1)[1]
        for row in range(20):
            found = pairing.partners.positions[row]
            others = np.flatnonzero((part == part[row]) & (np.arange(100) != row))
            assert sorted(found[found >= 0]) == others.tolist()


class TestBorder:
    def test_no_border_is_smote(self):
        sizes = [(9, 0), (0, 20)]
        X, y = groups(*sizes)
        ours = AssembledSMOTE(random_state=0).fit(X, y)._fitted_class(1)[1]
        theirs = SMOTE(random_state=0).fit(X, y)._fitted_class(1)[1]
        np.testing.assert_array_equal(ours.weights, theirs.weights)
        np.testing.assert_array_equal(
            np.sort(ours.partners.positions), np.sort(theirs.partners.positions)
        )

    def test_rows_at_the_border_are_joined_with_each_other_only(self):
        sizes = [(8, 0), (4, 5), (0, 20)]
        X, y = groups(*sizes)
        sampler = AssembledSMOTE(random_state=0)
        sampler.fit_resample(X, y)
        group = group_of(sampler.parents_, sizes)
        np.testing.assert_array_equal(group[:, 0], group[:, 1])
        assert set(group[:, 0]) == {0, 1}

    def test_one_row_at_the_border_is_no_base(self):
        sizes = [(8, 0), (1, 9)]
        X, y = groups(*sizes)
        sampler = AssembledSMOTE(random_state=0)
        sampler.set_params(sampling_strategy={0: 9, 1: 40}).fit_resample(X, y)
        assert set(group_of(sampler.parents_, sizes).flat) == {0}

    def test_every_part_of_one_row_says_so_and_uses_all(self):
        X = np.array([[0.0], [1.0], [1.1], [1.2], [1.3], [-9.0]])
        X[0], X[5] = 0.0, 1.05  # the nearest row of the one is of the class, of the other not
        y = np.array([1, 0, 0, 0, 0, 1])
        X[1:5] += 0.06
        sampler = AssembledSMOTE(k_neighbors=1, random_state=0)
        with pytest.warns(UserWarning, match=r"every part has one row.*as in SMOTE"):
            _, y_out = sampler.fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [4, 4]


def test_the_same_rows_at_any_number_of_threads():
    X, y = blobs((400, 150), d=8)
    one, other = (AssembledSMOTE(n_jobs=n, random_state=0).fit_resample(X, y)[0] for n in (1, 2))
    np.testing.assert_array_equal(one, other)
