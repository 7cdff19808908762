"""The four topologies of polynomial fit SMOTE."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from samplers import blobs, steps_of

from skresample import PolynomialFitSMOTE

X, Y = blobs((120, 25), d=3)
RARE = X[Y == 1]


def new_rows(topology, n_new=3000, **given):
    sampler = PolynomialFitSMOTE(topology=topology, random_state=0, **given)
    sampler.set_params(sampling_strategy={1: 25 + n_new, 0: 120})
    X_out, _ = sampler.fit_resample(X, Y)
    return X_out[len(X) :], sampler.parents_


def test_star_is_between_a_row_and_the_mean():
    new, parents = new_rows("star")
    assert (parents[:, 1] == -1).all()
    middle = RARE.mean(axis=0)
    way = middle - X[parents[:, 0]]
    step = ((new - X[parents[:, 0]]) * way).sum(axis=1) / (way**2).sum(axis=1)
    np.testing.assert_allclose(new, X[parents[:, 0]] + step[:, np.newaxis] * way, atol=1e-12)
    assert 0 <= step.min() < 0.01
    assert 0.99 < step.max() <= 1
    assert np.bincount(parents[:, 0], minlength=len(X))[Y == 1].tolist() == [120] * 25


def test_mesh_is_between_any_two():
    new, parents = new_rows("mesh", n_new=20_000)
    steps_of(X, new, parents)
    pairs = {tuple(pair) for pair in parents.tolist()}
    assert len(pairs) == 25 * 24


def test_bus_is_between_rows_next_to_each_other_on_the_axis():
    new, parents = new_rows("bus")
    steps_of(X, new, parents)
    scaled = (RARE - RARE.mean(axis=0)) / RARE.std(axis=0)
    axis = np.linalg.eigh(np.cov(scaled.T))[1][:, -1]
    order = np.flatnonzero(Y == 1)[np.argsort(scaled @ axis)]
    pairs = {tuple(pair) for pair in parents.tolist()}
    forwards = {(int(a), int(b)) for a, b in pairwise(order)}
    assert pairs in (forwards, {(b, a) for a, b in forwards})


@pytest.mark.parametrize("topology", ["star", "bus", "mesh", "polynomial"])
def test_the_order_of_the_table_does_not_matter(topology):
    order = np.random.default_rng(0).permutation(len(X))
    given = {"topology": topology, "random_state": 0}
    one = PolynomialFitSMOTE(**given).fit(X, Y).sample(4000, label=1)
    other = PolynomialFitSMOTE(**given).fit(X[order], Y[order]).sample(4000, label=1)
    np.testing.assert_allclose(one.mean(axis=0), other.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(one.T), np.cov(other.T), atol=0.15)


@pytest.mark.parametrize("degree", [1, 2, 5])
def test_trend_is_one_curve(degree):
    """One place per row for all features: a polynomial of d numbers of the same t."""
    new, parents = new_rows("polynomial", degree=degree)
    assert parents.shape[1] == 1
    scaled = (RARE - RARE.mean(axis=0)) / RARE.std(axis=0)
    axis = np.linalg.eigh(np.cov(scaled.T))[1][:, -1]
    axis *= np.sign(axis[np.abs(axis).argmax()])
    rows = RARE[np.argsort(scaled @ axis)]
    fitted = np.polyfit(np.linspace(0, 1, 25), rows, degree)
    t = np.linspace(0, 1, 20_001)
    curve = np.array([np.polyval(c, t) for c in fitted.T]).T
    nearest = [np.linalg.norm(curve - row, axis=1).min() for row in new[::30]]
    assert max(nearest) < 2e-3


@pytest.mark.parametrize("topology", ["star", "polynomial"])
def test_categories_and_holes_are_those_of_the_parent(topology):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(X, columns=list("abc")).assign(name=rng.choice(["u", "v", None], len(X)))
    frame.loc[::4, "b"] = np.nan
    sampler = PolynomialFitSMOTE(topology=topology, random_state=0)
    X_out, _ = sampler.fit_resample(frame, Y)
    new, parent = X_out[len(X) :], frame.iloc[sampler.parents_[:, 0]]
    assert new["b"].isna().tolist() == parent["b"].isna().tolist()
    assert new["name"].fillna("").tolist() == parent["name"].fillna("").tolist()
