"""The samplers that the package exports, and small tables, for tests that hold for all."""

from importlib.util import find_spec

import numpy as np

import skresample
from skresample.density.copula import CopulaOverSampler
from skresample.registry import all_samplers
from skresample.samplers.base import BaseOverSampler


class Bootstrap:
    """A generator as another library may have it: whole rows, by NumPy's global state."""

    def __repr__(self):
        return "Bootstrap()"

    def __eq__(self, other):
        return isinstance(other, Bootstrap)

    __hash__ = object.__hash__

    def fit(self, frame):
        self.frame = frame

    def sample(self, n):
        return self.frame.iloc[np.random.randint(len(self.frame), size=n)]  # noqa: NPY002


# What needs no generator of another library, and no extra: see below.
CLASSES = [
    cls
    for cls in all_samplers().values()
    if issubclass(cls, BaseOverSampler) and not hasattr(cls, "_extra")
]
# What removes rows keeps other laws: hybrids also add some, cleaners add none.
REMOVING = [
    cls for cls in all_samplers().values() if cls().__sklearn_tags__().sampler_tags.removes_rows
]
HYBRIDS = [cls for cls in REMOVING if cls().__sklearn_tags__().sampler_tags.adds_rows]
CLEANERS = [cls for cls in REMOVING if cls not in HYBRIDS]
REMOVERS = [
    cls(random_state=0) if "random_state" in cls().get_params() else cls() for cls in REMOVING
]
# What puts numbers on lines, and does not take every column for categories.
INTERPOLATING = [
    cls for cls in CLASSES if getattr(cls, "_on_lines", False) and cls()._categorical != "all"
]

# What holds for all has nothing to do with how long a generator is trained.
QUICK = {
    skresample.ARFOverSampler: {"n_estimators": 3, "max_iter": 2},
    skresample.VAEOverSampler: {"max_iter": 5, "hidden_layer_sizes": 8},
}
SAMPLERS = [
    *(cls(**QUICK.get(cls, {}), random_state=0) for cls in CLASSES),
    skresample.GeneratorSampler(Bootstrap(), random_state=0),
]
if find_spec("torch"):  # which comes with an extra
    SAMPLERS.append(
        skresample.GANOverSampler(
            max_iter=3, batch_size=20, pac=2, hidden_layer_sizes=(8,), n_noise=4, random_state=0
        )
    )
VARIANTS = [
    *SAMPLERS,
    skresample.BorderlineSMOTE(kind="borderline-2", random_state=0),
    skresample.RandomOverSampler(shrinkage=1, random_state=0),
    skresample.PolynomialFitSMOTE(topology="bus", random_state=0),
    skresample.PolynomialFitSMOTE(topology="mesh", random_state=0),
    skresample.PolynomialFitSMOTE(topology="polynomial", random_state=0),
    skresample.GeometricSMOTE(selection_strategy="majority", random_state=0),
    skresample.CCR(energy=9, random_state=0),
    skresample.MarginalSampler(dependence="gaussian", bounds="observed", random_state=0),
    skresample.MarginalSampler(distributions="empirical", random_state=0),
    skresample.Perturbation(method="correlated_noise", scale=1, random_state=0),
    skresample.Perturbation(method="microaggregation", random_state=0),
    skresample.Perturbation(method="rank_swap", change=1, random_state=0),
    skresample.KDEOverSampler(covariance="full", kernel="gaussian", random_state=0),
    skresample.KDEOverSampler(marginals="normal_score", adaptive=True, random_state=0),
    skresample.VAEOverSampler(latent="prior", max_iter=5, hidden_layer_sizes=8, random_state=0),
]
INTERPOLANTS = [s for s in VARIANTS if isinstance(s, tuple(INTERPOLATING))]

# New rows may be made from no row in particular.
NO_PARENTS = (CopulaOverSampler, skresample.GeneratorSampler)
# Rows of a generator of another library are made from no row.
WITH_PARENTS = [s for s in VARIANTS if not isinstance(s, skresample.GeneratorSampler)]


def name_of(value):
    """Name a sampler for pytest: its class, and what is not at its default."""
    text = str(value)
    return text.replace("random_state=0", "").replace("(, ", "(").replace(", )", ")")


def unmoved(sampler, n):
    """Return the positions of the given rows that a sampler says it has left as they were."""
    return np.flatnonzero(~getattr(sampler, "is_moved_", np.zeros(n, dtype=bool))[:n])


def blobs(sizes=(90, 30), d=3, seed=0):
    """Return normal classes of the given sizes, next to each other, in mixed order."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(sizes)), sizes)
    X = rng.normal(size=(y.size, d)) + 1.5 * y[:, np.newaxis]
    order = rng.permutation(y.size)
    return X[order], y[order]


def groups(*sizes):
    """Return groups far apart on a line, each of (minority, majority) rows about one apart.

    The nearest rows of each row, as many as its group has others, are those of its group,
    and no two rows are equally near to a third.
    """
    X, y = [], []
    for g, (n_minority, n_majority) in enumerate(sizes):
        place = np.arange(n_minority + n_majority)
        X.append(1000 * g + 10 * g**2 + place + 0.01 * place**2)
        y.append(np.repeat([1, 0], [n_minority, n_majority]))
    return np.concatenate(X)[:, np.newaxis], np.concatenate(y)


def group_of(positions, sizes):
    """Return the group of `groups` that each row position belongs to."""
    return np.repeat(np.arange(len(sizes)), np.sum(sizes, axis=1))[positions]


def nearest_rows(X, base, among, k):
    """Return the positions of the k nearest rows to a base, itself excluded."""
    others = among[among != base]
    distances = np.linalg.norm(X[others] - X[base], axis=1)
    return others[np.argsort(distances, kind="stable")[:k]]


def steps_of(X, X_new, parents):
    """Return the step from each first parent to the second, and check that there is one."""
    base, partner = X[parents[:, 0]], X[parents[:, 1]]
    way = partner - base
    length = (way * way).sum(axis=1)
    step = ((X_new - base) * way).sum(axis=1) / np.where(length > 0, length, 1)
    scale = 1 + np.abs(X).max()
    np.testing.assert_allclose(X_new, base + step[:, np.newaxis] * way, rtol=0, atol=1e-9 * scale)
    return step
