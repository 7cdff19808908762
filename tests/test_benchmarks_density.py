"""The measures of the density benchmark."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.density.__main__ import (
    DENSITIES,
    SAMPLERS,
    SEARCHED,
    distinguishability,
    fitted,
    folds,
    likelihoods,
    summary,
)
from benchmarks.density.data import minority_classes


@pytest.fixture(scope="module")
def classes(others_tables):
    return minority_classes()


def test_minority_classes_are_distinct_and_large_enough(classes):
    assert len(classes) >= 30
    assert min(map(len, classes.values())) >= 30
    assert len({tuple(sorted(map(bytes, rows))) for rows in classes.values()}) == len(classes)
    for rows in classes.values():
        assert np.isfinite(rows).all()
        np.testing.assert_allclose(rows.std(axis=0), 1)


def test_every_row_is_held_out_once():
    held_out = [rows for _, rows in folds(33)]
    assert sorted(np.concatenate(held_out)) == list(range(33))
    for fit, rows in folds(33):
        assert not set(fit) & set(rows)


def test_every_density_scores_held_out_samples(classes):
    found = likelihoods({"iris0": classes["iris0"]})["iris0"]
    assert set(found) == {*DENSITIES, SEARCHED}
    # Four standard normal features have a mean log density of -1.4 each.
    assert all(-8 < value < 0 for value in found.values())


def test_distinguishability_ranks_samplers(classes):
    found = distinguishability({"vehicle0": classes["vehicle0"][:60]})["vehicle0"]
    assert set(found) == set(SAMPLERS)
    assert all(0 <= value <= 1 for value in found.values())
    assert found["ROSE"] > found["KDE, marginals='normal_score'"]


def test_the_sampler_is_fitted_to_the_class():
    rows = np.random.default_rng(0).normal(size=(40, 2))
    sampler = fitted(SAMPLERS["random oversampling"], rows)
    assert set(map(tuple, sampler.sample(200, label=1))) <= set(map(tuple, rows))


def test_summary_counts_where_ours_is_better():
    results = {str(i): {"ours": i, "other": i - 0.5} for i in range(8)}
    ours, other = summary(results, "ours", more_is_better=True)
    assert ours == ["ours", "3.500", "3.500", "", ""]
    assert other[:4] == ["other", "3.000", "3.000", "8 of 8"]
    assert float(other[4]) < 0.05
