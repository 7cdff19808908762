"""Blocks changed the draws, but not the distributions: samples of the last version and today's."""

from pathlib import Path

import numpy as np
import pytest
from samples import CASES, draw
from scipy.stats import ks_2samp

KEPT = np.load(Path(__file__).with_name("samples.npz"))
# The least p-value: there are about 700 comparisons.
LEAST = 1e-5


def compared(rows):
    """Return columns, and sums of them with random signs, in which dependence shows."""
    missing = np.isnan(rows)
    rows = np.column_stack([np.nan_to_num(rows), missing[:, missing.any(axis=0)]])
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(rows.shape[1], 3))
    return np.column_stack([rows, rows @ signs])


@pytest.mark.parametrize(("name", "table"), [case for case in CASES if "/".join(case) in KEPT])
def test_same_distribution(name, table):
    old, new = KEPT[f"{name}/{table}"], draw(name, table).astype(np.float32)
    assert new.shape[1] == old.shape[1]
    np.testing.assert_array_equal(np.isnan(old).any(axis=0), np.isnan(new).any(axis=0))
    for before, after in zip(compared(old).T, compared(new).T, strict=True):
        assert ks_2samp(before, after, method="asymp").pvalue > LEAST


def test_another_distribution_is_told_apart():
    rng = np.random.default_rng(0)
    old = rng.normal(size=(300, 2))
    new = np.repeat(rng.normal(size=(300, 1)), 2, axis=1)  # the same, but for the dependence
    pairs = zip(compared(old).T, compared(new).T, strict=True)
    p_values = [ks_2samp(a, b, method="asymp").pvalue for a, b in pairs]
    assert min(p_values[:2]) > LEAST > min(p_values[2:])
