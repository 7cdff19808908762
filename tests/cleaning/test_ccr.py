"""CCR: how spheres grow, where rows are pushed to, and where new ones are drawn."""

import numpy as np
import pandas as pd
import pytest
from samplers import blobs
from scipy import sparse, stats
from scipy.spatial.distance import cdist

from skresample import CCR, RandomOverSampler
from skresample.numerics.spheres import grow
from skresample.table import read_rows


def radius_of_paper(distances, energy):
    """Grow one sphere in the paper's own steps, from one majority row to the next."""
    r, inside = 0.0, 0
    for d in np.sort(distances):
        step = energy / (inside + 1)
        if d >= r + step:
            break
        energy -= (d - r) * (inside + 1)
        r, inside = d, inside + 1
    return r + energy / (inside + 1), inside


def brute(X, y, energy):
    """Return radii and pushes of a table of two classes, one pair of rows after the other."""
    few, many = X[y == 1], X[y == 0]
    away = cdist(few, many)
    radii = np.array([radius_of_paper(row, energy)[0] for row in away])
    push = np.zeros_like(many)
    for i, j in np.argwhere(away < radii[:, np.newaxis]):
        push[j] += (radii[i] - away[i, j]) / away[i, j] * (many[j] - few[i])
    return radii, push


class TestGrow:
    def test_by_hand(self):
        radius, inside = grow(np.array([[1.0, 2.0, 4.0], [5.0, 6.0, 7.0], [0.0, 0.0, 9.0]]), 3.0)
        # 1 up to the first row, then 2 for one step of two rows, which is just the second.
        assert radius.tolist() == [2.0, 3.0, 1.0]
        assert inside.tolist() == [1, 0, 2]

    def test_as_the_paper_grows_them_and_by_its_energy(self):
        rng = np.random.default_rng(0)
        distances = np.sort(rng.exponential(size=(200, 30)), axis=1)
        for energy in (0.01, 0.5, 3.0, 50.0):
            radius, inside = grow(distances, energy)
            theirs = [radius_of_paper(row, energy) for row in distances]
            np.testing.assert_allclose(radius, [r for r, _ in theirs], rtol=1e-12)
            assert inside.tolist() == [n for _, n in theirs]
            spent = radius + np.maximum(radius[:, np.newaxis] - distances, 0).sum(axis=1)
            np.testing.assert_allclose(spent, energy, rtol=1e-12)

    def test_without_rows(self):
        radius, inside = grow(np.empty((2, 0)), 1.5)
        assert radius.tolist() == [1.5, 1.5]
        assert inside.tolist() == [0, 0]


class TestPushes:
    def test_to_the_surface_straight_away_from_the_middle(self):
        X = np.array([[0.0, 0.0], [50.0, 50.0], [3.0, 4.0], [30.0, -30.0], [-30.0, 30.0]])
        sampler = CCR(energy=9.0, standardize=False, random_state=0)
        X_out, _ = sampler.fit_resample(X, [1, 1, 0, 0, 0])
        # 5 up to the row, and then 2 for each of the 4 that are left over.
        np.testing.assert_allclose(X_out[2], [3.0 * 7 / 5, 4.0 * 7 / 5])
        assert np.flatnonzero(sampler.is_moved_).tolist() == [2]
        np.testing.assert_array_equal(X_out[[0, 1, 3, 4]], X[[0, 1, 3, 4]])

    def test_of_several_spheres_are_summed(self):
        X = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 1.0], [90.0, 0.0], [80.0, 1.5]])
        sampler = CCR(energy=4.0, standardize=False, random_state=0)
        X_out, _ = sampler.fit_resample(X, [1, 1, 0, 0, 0])
        d = np.sqrt(5)
        r = d + (4 - d) / 2
        np.testing.assert_allclose(X_out[2], [0.0, 1.0 + 2 * (r - d) / d])

    @pytest.mark.parametrize("energy", [0.05, 1.0, 20.0, 400.0])
    @pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
    def test_against_all_pairs(self, energy, make):
        """Also where more rows are inside than are looked at first."""
        X, y = blobs((300, 40), d=2)
        sampler = CCR(energy=energy, standardize=False, random_state=0)
        X_out, _ = sampler.fit_resample(make(X), y)
        X_out = X_out.toarray() if sparse.issparse(X_out) else X_out
        radii, push = brute(X, y, energy)
        np.testing.assert_allclose(X_out[:340][y == 0], X[y == 0] + push, atol=1e-9)
        assert sampler.is_moved_[:340][y == 0].tolist() == push.any(axis=1).tolist()
        assert not sampler.is_moved_[:340][y == 1].any()
        # Who is in the sphere of one row only ends outside of it.
        times = np.bincount(sampler.parents_[:, 0], minlength=340)[y == 1]
        share = 260 / radii / (1 / radii).sum()
        assert (np.abs(times - share) < 1).all()

    def test_do_not_depend_on_units_or_the_origin(self):
        X, y = blobs()
        one, other = CCR(energy=2, random_state=0), CCR(energy=2, random_state=0)
        # Powers of two, as standard deviations are rounded to single precision.
        scale, origin = np.array([1024.0, 2**-7, 1.0]), np.array([5.0, -7.0, 1e3])
        X_out, _ = one.fit_resample(X, y)
        scaled, _ = other.fit_resample(X * scale + origin, y)
        np.testing.assert_allclose(scaled, X_out * scale + origin, rtol=1e-8, atol=1e-8)

    @pytest.mark.parametrize("scale", [2.0**-997, 2.0**664])
    @pytest.mark.parametrize("standardize", [True, False])
    def test_at_the_ends_of_the_floats(self, scale, standardize):
        X, y = blobs()
        energy = 2.0 if standardize else 2.0 * scale
        one = CCR(energy=2.0, standardize=standardize, random_state=0)
        other = CCR(energy=energy, standardize=standardize, random_state=0)
        X_out, _ = one.fit_resample(X, y)
        scaled, _ = other.fit_resample(X * scale, y)
        assert one.is_moved_.sum() > 10
        np.testing.assert_allclose(scaled / scale, X_out, rtol=1e-8, atol=1e-8)

    def test_a_row_in_the_same_place_goes_anywhere(self):
        X = np.zeros((12, 3))
        X[2:, 0] = np.arange(100, 110)
        X[1, 1] = X[2, 1] = 60.0
        X[2, 0] = 0.0  # so that row 2, of the majority, is where row 1 is
        y = np.array([1, 1] + [0] * 10)
        ways = []
        for seed in (0, 0, 1):
            sampler = CCR(energy=3.0, standardize=False, random_state=seed)
            X_out, _ = sampler.fit_resample(X, y)
            assert sampler.is_moved_.sum() == 1
            way = X_out[2] - X[1]
            # All the energy is for two rows from the start; the third column does not vary.
            assert np.linalg.norm(way) == pytest.approx(1.5)
            assert way[2] == 0
            ways.append(way.tolist())
        assert ways[0] == ways[1] != ways[2]

    def test_of_larger_classes_only(self):
        X, y = blobs((80, 40, 20), d=2)
        sampler = CCR(energy=5, random_state=0)
        sampler.fit_resample(X, y)
        moved = np.bincount(y[sampler.is_moved_[:140]], minlength=3)
        assert moved[0] > 0
        assert moved[1] > 0
        assert moved[2] == 0
        alone = CCR(energy=5, sampling_strategy={1: 80}, random_state=0)
        alone.fit_resample(X, y)
        assert set(y[alone.is_moved_[:140]]) == {0}

    def test_categories_count_and_stay(self):
        rng = np.random.default_rng(0)
        X, y = blobs((80, 30), d=2)
        frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": rng.choice(["u", "v"], 110)})
        frame.loc[frame.index[::7], "c"] = "w"
        few = np.flatnonzero(y == 1)[:1]
        kept = np.concatenate([few, np.flatnonzero(y == 0)])
        frame, y = frame.iloc[kept].reset_index(drop=True), y[kept]
        sampler = CCR(energy=4, standardize=False, random_state=0)
        moved, _ = sampler.fit_resample(frame, y)
        assert moved["c"].iloc[: len(frame)].equals(frame["c"])
        mixed = read_rows(frame, sampler, numeric=True)
        cost = 1.0  # of a class that does not vary

        def distances(table):
            numbers = table[["a", "b"]].to_numpy()[: len(frame)]
            differ = mixed.codes[1:, 0] != mixed.codes[0, 0]
            return np.sqrt(((numbers[1:] - numbers[0]) ** 2).sum(axis=1) + cost * differ)

        before, after = distances(frame), distances(moved)
        radius = radius_of_paper(before, 4)[0]
        inside = before < radius
        assert 3 < inside.sum() < 80
        np.testing.assert_allclose(after[inside], radius)
        np.testing.assert_array_equal(after[~inside], before[~inside])

    def test_bounds_hold_for_moved_rows_too(self):
        X, y = blobs()
        X_free, _ = CCR(energy=30, random_state=0).fit_resample(X, y)
        assert (X_free[:120].min(axis=0) < X.min(axis=0)).any()
        sampler = CCR(energy=30, bounds="observed", random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        assert sampler.is_moved_.sum() > 20
        assert (X_out.min(axis=0) >= X.min(axis=0)).all()
        assert (X_out.max(axis=0) <= X.max(axis=0)).all()


class TestNewRows:
    def test_even_in_the_spheres(self):
        X, y = blobs((400, 25), d=3)
        sampler = CCR(energy=2, sampling_strategy={1: 40_025}, standardize=False, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        base = sampler.parents_[:, 0]
        radii = np.zeros(len(X))
        radii[y == 1] = brute(X, y, 2)[0]
        away = (X_out[425:] - X[base]) / radii[base, np.newaxis]
        length = np.linalg.norm(away, axis=1)
        assert length.max() <= 1 + 1e-12
        assert stats.kstest(length**3, "uniform").pvalue > 0.01
        assert stats.kstest(away[:, 0] / length, "uniform", args=(-1, 2)).pvalue > 0.01

    def test_more_where_the_majority_is_near(self):
        X = np.array([[0.0], [100.0], [0.5], [0.6], [50.0], [51.0], [52.0]])
        sampler = CCR(sampling_strategy={1: 5}, energy=2, standardize=False, random_state=0)
        sampler.fit_resample(X, [1, 1, 0, 0, 0, 0, 0])
        # Radii of (2 + .5 + .6) / 3 and 2.
        new = CCR(energy=2, standardize=False, random_state=0).fit(X, [1, 1, 0, 0, 0, 0, 0])
        near = np.abs(new.sample(3033)).ravel() < 10
        assert near.sum() == pytest.approx(3033 * 2 / (2 + 3.1 / 3), abs=1)

    def test_sample_moves_nothing(self):
        X, y = blobs()
        sampler = CCR(energy=9, random_state=0).fit(X, y)
        before = X.copy()
        sampler.sample(10)
        np.testing.assert_array_equal(X, before)
        assert not hasattr(sampler, "is_moved_")

    def test_without_larger_classes_nothing_is_moved(self):
        X, y = blobs((30, 30))
        sampler = CCR(sampling_strategy={1: 50}, energy=9, random_state=0)
        X_out, _ = sampler.fit_resample(X, y)
        np.testing.assert_array_equal(X_out[:60], X)
        assert not sampler.is_moved_.any()


class TestTags:
    def test_say_who_moves_and_who_removes(self):
        from skresample import SMOTE, SMOTEENN

        tags = {cls: cls().__sklearn_tags__().sampler_tags for cls in (CCR, SMOTE, SMOTEENN)}
        assert [tags[cls].moves_rows for cls in tags] == [True, False, False]
        assert [tags[cls].removes_rows for cls in tags] == [False, False, True]
        assert RandomOverSampler().__sklearn_tags__().sampler_tags.sample_indices
