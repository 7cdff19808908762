"""What is compared, and the settings that each method may draw from."""

import inspect
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import imblearn.over_sampling
import numpy as np
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import clone

from benchmarks.gains.data import Table
from skresample import RandomOverSampler, ResampledClassifier
from skresample.compare.methods import (
    CLASS_WEIGHTS,
    NO_RESAMPLING,
    RANDOM_OVERSAMPLING,
)
from skresample.utils import all_samplers, default_sampler

__all__ = ["NO_RESAMPLING", "QUICK", "Method", "all_methods", "draws", "halfway"]

IMBLEARN = "imbalanced-learn's SMOTE"
UNDER_SAMPLING = "random undersampling"
QUICK = (
    NO_RESAMPLING,
    CLASS_WEIGHTS,
    RANDOM_OVERSAMPLING,
    UNDER_SAMPLING,
    IMBLEARN,
    "SMOTE",
    "BorderlineSMOTE",
    "KDEOverSampler",
)


def halfway(y: Any) -> dict[Any, int]:
    """Ask for half of the rows that a class lacks."""
    labels, counts = np.unique(y, return_counts=True)
    wanted = (counts + (counts.max() - counts + 1) // 2).tolist()
    most = counts.max()
    return {
        label: n
        for label, n, count in zip(labels.tolist(), wanted, counts, strict=True)
        if count < most
    }


def down_halfway(y: Any) -> dict[Any, int]:
    """Ask for half of the rows that a class has too many of."""
    labels, counts = np.unique(y, return_counts=True)
    return dict(zip(labels.tolist(), ((counts + counts.min() + 1) // 2).tolist(), strict=True))


# Of these, each sampler has the ones that are its parameters. The default is one more setting.
SETTINGS: dict[str, tuple[Any, ...]] = {
    "sampling_strategy": ("auto", halfway),
    "k_neighbors": (3, 5, 7, 10),
    "n_neighbors": (3, 5, 10),
    "m_neighbors": (5, 10, 20),
    "kind": ("borderline-1", "borderline-2"),
    "cosine": (0.0, 0.3, 0.6),
    "energy": (0.1, 0.25, 0.5, 1.0),
    "deformation_factor": (0.0, 0.5, 1.0),
    "selection_strategy": ("combined", "minority", "majority"),
    "truncation_factor": (-0.5, 0.0, 0.5, 1.0),
    "bandwidth": ("likelihood_cv", "scott", "silverman"),
    "marginals": ("identity", "normal_score"),
    "density_exponent": ("auto", 0.0, 2.0),
    "n_codebooks": (6, 10, 16),
    "rejection_level": (0.3, 0.5, 0.7),
    "noise": (0.001, 0.005, 0.02),
    "cut_off": (1.0, 3.0, 5.0),
    "k2": (3, 5, 10),
    "scale": (0.5, 1.0, 2.0),
    "topology": ("star", "bus", "mesh"),
    "theta": (0.5, 1.0, 2.0),
    "shrinkage": (0.25, 0.5, 1.0),
    "eta": (0.25, 0.5, 0.75),
    "kind_sel": ("mode", "all"),
    "n_parts": (5, 9),
    "voting": ("majority", "consensus"),
    "out_step": (0.25, 0.5, 1.0),
}


class Method(NamedTuple):
    """A way to treat the training rows.

    Attributes
    ----------
    name : str
        How it is reported; the baselines of `compare` are known by it.
    sampler : sampler or None
        What resamples, if anything does.
    settings : mapping of str to tuple
        What each of its parameters may be.
    mixed : callable or None
        Takes a table with categories and makes the sampler for it, where that is another one.
    calibration : str or None
        That of `ResampledClassifier`.
    """

    name: str
    sampler: Any = None
    settings: Mapping[str, tuple[Any, ...]] = {}
    mixed: Callable[[Table], Any] | None = None
    calibration: str | None = None

    def sampler_for(self, table: Table) -> Any:
        """Return the sampler for a table."""
        if not table.categorical or self.sampler is None:
            return self.sampler
        if self.mixed is not None:
            return self.mixed(table)
        if "categorical_features" in self.sampler.get_params():
            return clone(self.sampler).set_params(categorical_features=table.categorical)
        return self.sampler


def draws(settings: Mapping[str, tuple[Any, ...]], budget: int, seed: int) -> list[dict[str, Any]]:
    """Draw configurations: the defaults, and then one at random for each that is left.

    Every method gets as many, however many settings it has; and methods with the same
    settings get the same.
    """
    rng = np.random.default_rng(seed)
    configurations: list[dict[str, Any]] = [{}]
    while len(configurations) < budget:
        chosen = {name: of[rng.integers(len(of))] for name, of in sorted(settings.items())}
        configurations.append(chosen)
    return configurations


def settings_of(sampler: Any) -> dict[str, tuple[Any, ...]]:
    """Return what the parameters of a sampler may be."""
    return {name: of for name, of in SETTINGS.items() if name in sampler.get_params(deep=False)}


def imblearn_for(table: Table) -> Any:
    """Return imbalanced-learn's SMOTE for a table with categories."""
    if len(table.categorical) == table.X.shape[1]:
        return imblearn.over_sampling.SMOTEN()
    return imblearn.over_sampling.SMOTENC(table.categorical)


def all_methods() -> dict[str, Method]:
    """Return the baselines, every exported sampler, and calibrated ones where there are such."""
    theirs = imblearn.over_sampling.SMOTE()
    found = [
        Method(NO_RESAMPLING),
        Method(CLASS_WEIGHTS),
        Method(RANDOM_OVERSAMPLING, RandomOverSampler(), settings_of(RandomOverSampler())),
        Method(UNDER_SAMPLING, RandomUnderSampler(), {"sampling_strategy": ("auto", down_halfway)}),
        Method(IMBLEARN, theirs, settings_of(theirs), imblearn_for),
    ]
    samplers = {name: default_sampler(name) for name in all_samplers()}
    del samplers["RandomOverSampler"]
    if find_spec("torch") is None:  # which it cannot be trained without
        del samplers["GANOverSampler"]
    found += [Method(name, one, settings_of(one)) for name, one in samplers.items()]
    if "calibration" in inspect.signature(ResampledClassifier).parameters:
        for name, one in (
            (RANDOM_OVERSAMPLING, RandomOverSampler()),
            ("SMOTE", samplers["SMOTE"]),
        ):
            found += [
                Method(f"{name} + {how}", one, settings_of(one), calibration=how)
                for how in ("prior", "sigmoid", "isotonic")
            ]
    return {method.name: method for method in found}
