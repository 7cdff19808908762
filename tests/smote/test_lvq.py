"""LVQ-SMOTE: codebooks, and what is carried from one vector to another."""

import numpy as np
import pandas as pd
import pytest
from samplers import blobs, steps_of

from skresample import LVQSMOTE

X, Y = blobs((400, 120), d=3)
RARE = X[Y == 1]


def drawn(n_new=2000, **given):
    """Return the codebook, new rows and the rows that were moved."""
    sampler = LVQSMOTE(random_state=0, sampling_strategy={0: 400, 1: 120 + n_new}, **given)
    X_out, _ = sampler.fit_resample(X, Y)
    return sampler._fitted_class(1)[1], X_out[len(X) :], sampler.parents_


class TestMoves:
    @pytest.mark.parametrize("n_codebooks", [4, 10, 40])
    def test_are_from_one_vector_to_another(self, n_codebooks):
        codebook, new, parents = drawn(n_codebooks=n_codebooks)
        vectors = codebook.vectors
        assert vectors.shape == (n_codebooks, 3)
        assert (parents[:, 1] == -1).all()
        moves = (vectors[:, np.newaxis] - vectors[np.newaxis]).reshape(-1, 3)
        away = (new - X[parents[:, 0]])[:, np.newaxis] - moves
        nearest = np.abs(away).max(axis=2)
        assert nearest.min(axis=1).max() < 1e-12
        to, origin = np.divmod(nearest.argmin(axis=1), n_codebooks)
        assert (to != origin).all()
        # The row that is moved is one of the nearest of where it comes from.
        minority = np.flatnonzero(Y == 1)
        near = minority[codebook.near[origin]]
        assert (near == parents[:, :1]).any(axis=1).all()
        # Every vector is moved to as often as the others.
        counts = np.bincount(to, minlength=n_codebooks)
        np.testing.assert_allclose(counts, 2000 / n_codebooks, rtol=0.6)

    def test_are_from_vectors_with_a_difference_most_like(self):
        """Of four vectors, the pair that is left is the only one; o is either of its ends."""
        codebook, new, parents = drawn(n_codebooks=4)
        moves = codebook.vectors[:, np.newaxis] - codebook.vectors[np.newaxis]
        away = np.abs((new - X[parents[:, 0]])[:, np.newaxis, np.newaxis] - moves).max(axis=3)
        seen = {divmod(int(a), 4) for a in away.reshape(len(new), -1).argmin(axis=1)}
        assert seen == {(a, o) for a in range(4) for o in range(4) if a != o}

    def test_carry_what_is_seen_elsewhere(self):
        """Four groups, of which one is wide in the second column: it is moved to all others."""
        rng = np.random.default_rng(0)
        middles = np.array([[0, 0], [100, 0], [0, 100], [130, 140]])
        rare = np.vstack([rng.normal(m, [0.1, 5.0 if i == 0 else 0.1], (30, 2)) for i, m in
                          enumerate(middles)])  # fmt: skip
        table = np.vstack([rare, rng.normal(50, 5, (600, 2))])
        y = np.repeat([1, 0], [120, 600])
        new = LVQSMOTE(n_codebooks=4, k_neighbors=30, random_state=0).fit(table, y).sample(4000)
        at = np.linalg.norm(new[:, np.newaxis] - middles, axis=2).argmin(axis=1)
        assert np.abs(new - middles[at]).max() < 20
        for group in (1, 2, 3):
            spread = new[at == group].std(axis=0)
            assert spread[0] < 0.2
            assert spread[1] > 2
        assert new[at == 0].std(axis=0).max() < 0.3


class TestCodebook:
    def test_units_do_not_matter(self):
        units = np.array([1.0, 1e6, 1e-6])
        one = LVQSMOTE(random_state=0).fit(X, Y).sample(500)
        other = LVQSMOTE(random_state=0).fit(X * units, Y).sample(500)
        np.testing.assert_allclose(other / units, one, rtol=0, atol=1e-9)

    def test_nearest_rows_of_a_vector(self):
        codebook, _, _ = drawn(k_neighbors=7)
        unit = RARE.std(axis=0)
        for vector, near in zip(codebook.vectors, codebook.near, strict=True):
            # The codebook is about the mean of the class.
            away = np.linalg.norm((RARE - RARE.mean(axis=0) - vector) / unit, axis=1)
            assert sorted(near) == sorted(np.argsort(away)[:7])

    def test_few_different_rows_are_the_codebook(self):
        rare = np.repeat([[0.0, 1.0], [3.0, 1.0], [0.0, 4.0], [2.0, 9.0], [7.0, 7.0]], 4, axis=0)
        table = np.vstack([rare, np.random.default_rng(0).normal(size=(60, 2))])
        sampler = LVQSMOTE(random_state=0).fit(table, np.repeat([1, 0], [20, 60]))
        vectors = sampler._fitted_class(1)[1].vectors + rare.mean(axis=0)
        np.testing.assert_allclose(np.unique(vectors.round(9), axis=0), np.unique(rare, axis=0))

    @pytest.mark.parametrize("different", [1, 2, 3])
    def test_too_few_are_as_smote_and_say_so(self, different):
        rare = (np.arange(12) % different)[:, np.newaxis] * [1.0, 2.0]
        table = np.vstack([rare, np.random.default_rng(0).normal(size=(40, 2))])
        y = np.repeat([1, 0], [12, 40])
        sampler = LVQSMOTE(random_state=0)
        with pytest.warns(UserWarning, match=r"fewer than 4 different codebook.*as in SMOTE"):
            X_out, y_out = sampler.fit_resample(table, y)
        assert np.bincount(y_out).tolist() == [40, 40]
        steps_of(table, X_out[52:], sampler.parents_)


class TestColumns:
    def test_categories_and_holes_are_those_of_the_row_that_is_moved(self):
        rng = np.random.default_rng(0)
        name = rng.choice(["u", "v", None], len(X))
        frame = pd.DataFrame(X, columns=list("abc")).assign(name=name)
        frame.loc[::4, "b"] = np.nan
        sampler = LVQSMOTE(random_state=0)
        X_out, _ = sampler.fit_resample(frame, Y)
        new, parent = X_out[len(X) :], frame.iloc[sampler.parents_[:, 0]]
        assert new["b"].isna().tolist() == parent["b"].isna().tolist()
        assert new["name"].fillna("").tolist() == parent["name"].fillna("").tolist()

    def test_bounds(self):
        _, free, _ = drawn()
        _, kept, _ = drawn(bounds="observed")
        low, high = X.min(axis=0), X.max(axis=0)
        assert ((free < low) | (free > high)).any()
        assert ((kept >= low) & (kept <= high)).all()

    def test_the_same_rows_at_any_number_of_threads(self):
        one, other = (drawn(n_new=9000, n_jobs=n)[1] for n in (1, 2))
        np.testing.assert_array_equal(one, other)
