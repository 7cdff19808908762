"""Synthetic samples are drawn in blocks: who draws them, and in what order, changes nothing."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from samplers import SAMPLERS, blobs, name_of
from scipy import sparse
from sklearn.base import clone

from skresample.samplers import streams

SMALL = [s for s in SAMPLERS if type(s).__name__ != "GeneratorSampler"]
IN_ANOTHER_PROCESS = """
import pickle, sys
sampler, plan, number = pickle.load(sys.stdin.buffer)
sys.stdout.buffer.write(pickle.dumps(sampler._draw_block(plan, number)))
"""


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(streams, "BLOCK_ROWS", 7)


def assert_same(block, other):
    for mine, theirs in zip(block, other, strict=True):
        if sparse.issparse(mine):
            mine, theirs = mine.toarray(), theirs.toarray()
        if mine is None:
            assert theirs is None
        else:
            assert_array_equal(mine, theirs)


@pytest.mark.filterwarnings("ignore:.*repeat others:UserWarning")
@pytest.mark.parametrize("sampler", SMALL, ids=name_of)
class TestBlocks:
    def planned(self, sampler):
        X, y = blobs((40, 20))
        sampler = clone(sampler).fit(X, y)
        return sampler, sampler._plan(1, 24, np.random.default_rng(5))

    def test_in_any_order(self, sampler, small_blocks):
        sampler, plan = self.planned(sampler)
        forwards = [sampler._draw_block(plan, number) for number in range(plan.n_blocks)]
        assert [len(block.parents) for block in forwards] == [7, 7, 7, 3]
        for number in reversed(range(plan.n_blocks)):
            assert_same(forwards[number], sampler._draw_block(plan, number))

    def test_bases_are_as_often_as_all_at_once(self, sampler, small_blocks):
        sampler, plan = self.planned(sampler)
        weights = sampler._base_weights(plan.task, plan.fitted)
        if weights is None:
            pytest.skip("its bases are drawn independently")
        drawn = [plan.bases(number, np.random.default_rng(number)) for number in range(4)]
        counts = np.bincount(np.concatenate(drawn), minlength=weights.size)
        quotas = 24 * weights / weights.sum()
        assert counts.sum() == 24
        assert (counts >= np.floor(quotas - 1e-9)).all()
        assert (counts <= np.ceil(quotas + 1e-9)).all()


@pytest.mark.parametrize(
    "sampler",
    [s for s in SMALL if type(s).__name__ in ("SMOTE", "KDEOverSampler", "VAEOverSampler")],
    ids=name_of,
)
def test_in_another_process(sampler, small_blocks):
    X, y = blobs((40, 20))
    sampler = clone(sampler).fit(X, y)
    plan = sampler._plan(1, 24, np.random.default_rng(5))
    run = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        input=pickle.dumps((sampler, plan, 2)),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert_same(sampler._draw_block(plan, 2), pickle.loads(run.stdout))


def test_wide_tables_have_smaller_blocks(monkeypatch):
    monkeypatch.setattr(streams, "BLOCK_VALUES", 30)
    X, y = blobs((40, 20), d=6)
    [sampler] = [clone(s) for s in SAMPLERS if type(s).__name__ == "SMOTE"]
    plan = sampler.fit(X, y)._plan(1, 24, np.random.default_rng(0))
    assert plan.size == 5
    assert plan.n_blocks == 5
