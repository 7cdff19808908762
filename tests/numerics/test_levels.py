"""Which numbers are levels."""

import numpy as np

from skresample.numerics.levels import atoms, levels_of


def test_levels_are_few_and_have_three_rows_each():
    assert levels_of(np.repeat([3.0, 1.0], 3)).tolist() == [1, 3]
    assert levels_of(np.array([3.0, 1.0, 1.0, 1.0, 3.0])) is None
    assert levels_of(np.repeat(np.arange(10.0), 3)).size == 10
    assert levels_of(np.repeat(np.arange(11.0), 30)) is None
    assert levels_of(np.array([7.0])).tolist() == [7]


def test_atoms_are_levels_and_crowded_ends():
    few = np.repeat([0.0, 1.0], 50)
    zeros = np.maximum(np.arange(100.0) - 4, 0)  # five of a hundred
    fewer = np.maximum(np.arange(100.0) - 3, 0)
    top = np.minimum(np.arange(100.0), 90)
    middle = np.concatenate([np.arange(60.0), np.full(40, 30.5)])
    found = atoms(np.column_stack([few, zeros, fewer, top, middle]))
    assert found.sum(axis=0).tolist() == [100, 5, 0, 10, 0]
    assert found[:5, 1].all()
    assert found[90:, 3].all()
