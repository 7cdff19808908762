"""What samplers learn is what they learnt when it was kept, in learned.npz."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from learned import NAMES, differences, exactly, learn_all, load

STORED = load(Path(__file__).with_name("learned.npz"))
EXACT = os.environ.get("SKRESAMPLE_EXACT") == "1"

# What other versions of NumPy, scikit-learn or BLAS may find otherwise, though as good: clusters,
# eigenvectors of nearly equal values, and digests, which nothing can be close to.
NOT_UNIQUE = re.compile(r"KMeansSMOTE.*/partners$|KMeansSMOTE.*/weights$|/roots/axes$|/sha256$")
# What they may find less precisely: bandwidths by minimisation, and what follows from them; roots
# of covariances that fewer rows than columns leave singular.
LESS_PRECISE = {
    re.compile(r"KDEOverSampler"): 1e-5,
    re.compile(r"(GaussianCopulaOverSampler|MarginalSampler-gaussian)/wide/.*/roots$"): 1e-2,
    re.compile(r"Perturbation-correlated/wide/.*/roots$"): 1e-6,
}


def nearly(key, stored, now):
    """Say whether an array is what was kept, but for the last digits of floats."""
    if stored.dtype.kind != now.dtype.kind or stored.shape != now.shape:
        return False
    if NOT_UNIQUE.search(key):
        return True
    if stored.dtype.kind != "f":
        return exactly(key, stored, now)
    rtol = next((r for words, r in LESS_PRECISE.items() if words.match(key)), 1e-9)
    # Of what cancels, only digits of the largest value are left.
    largest = np.max(np.abs(stored), initial=0.0, where=np.isfinite(stored))
    return np.allclose(now, stored, rtol=rtol, atol=rtol * largest, equal_nan=True)


@pytest.mark.parametrize("name", sorted({*NAMES, *(key.partition("/")[0] for key in STORED)}))
def test_learns_what_it_did(name):
    stored = {key: array for key, array in STORED.items() if key.startswith(f"{name}/")}
    assert stored, "nothing is kept of it: python learned.py write learned.npz"
    found = differences(stored, learn_all(name), exactly if EXACT else nearly)
    assert not found, "\n".join(found)
