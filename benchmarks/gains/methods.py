"""The methods of the benchmark, and the settings that each one draws from."""

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
UNDERSAMPLING = "random undersampling"
QUICK = (
    NO_RESAMPLING,
    CLASS_WEIGHTS,
    RANDOM_OVERSAMPLING,
    UNDERSAMPLING,
    IMBLEARN,
    "SMOTE",
    "BorderlineSMOTE",
    "KDEOverSampler",
)


def halfway(y: Any) -> dict[Any, int]:
    """Return the class counts that close half of the gap to the majority class."""
    labels, counts = np.unique(y, return_counts=True)
    targets = (counts + (counts.max() - counts + 1) // 2).tolist()
    most = counts.max()
    return {
        label: n
        for label, n, count in zip(labels.tolist(), targets, counts, strict=True)
        if count < most
    }


def down_halfway(y: Any) -> dict[Any, int]:
    """Return the class counts that remove half of the excess over the minority class."""
    labels, counts = np.unique(y, return_counts=True)
    return dict(zip(labels.tolist(), ((counts + counts.min() + 1) // 2).tolist(), strict=True))


# A sampler draws from those that are its parameters. Its defaults are a further setting.
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
    """A way to treat the training data.

    Attributes
    ----------
    name : str
        Name in the reports; it also identifies the baselines of `compare`.
    sampler : sampler or None
        The sampler; None if the method does not resample.
    settings : mapping of str to tuple
        Candidate values of each parameter.
    mixed : callable or None
        Takes a table with categorical features and returns the sampler for it. If None, the
        method has one sampler for all tables.
    calibration : str or None
        Parameter `calibration` of `ResampledClassifier`.
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
    """Return the defaults, and random configurations up to the budget.

    Every method gets the same number of configurations, regardless of its number of settings.
    Methods with the same settings get the same draws.
    """
    rng = np.random.default_rng(seed)
    configurations: list[dict[str, Any]] = [{}]
    while len(configurations) < budget:
        chosen = {name: of[rng.integers(len(of))] for name, of in sorted(settings.items())}
        configurations.append(chosen)
    return configurations


def settings_of(sampler: Any) -> dict[str, tuple[Any, ...]]:
    """Return the candidate values of a sampler's parameters."""
    return {name: of for name, of in SETTINGS.items() if name in sampler.get_params(deep=False)}


def imblearn_for(table: Table) -> Any:
    """Return imbalanced-learn's SMOTE for a table with categorical features."""
    if len(table.categorical) == table.X.shape[1]:
        return imblearn.over_sampling.SMOTEN()
    return imblearn.over_sampling.SMOTENC(table.categorical)


def all_methods() -> dict[str, Method]:
    """Return the baselines, every exported sampler, and calibrated methods."""
    theirs = imblearn.over_sampling.SMOTE()
    found = [
        Method(NO_RESAMPLING),
        Method(CLASS_WEIGHTS),
        Method(RANDOM_OVERSAMPLING, RandomOverSampler(), settings_of(RandomOverSampler())),
        Method(UNDERSAMPLING, RandomUnderSampler(), {"sampling_strategy": ("auto", down_halfway)}),
        Method(IMBLEARN, theirs, settings_of(theirs), imblearn_for),
    ]
    samplers = {name: default_sampler(name) for name in all_samplers()}
    del samplers["RandomOverSampler"]
    if find_spec("torch") is None:  # required by the GAN
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
