"""Former versions: modules that have moved are found, pickles are refused by name."""

import importlib.util
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from skresample._version import __version__

__all__ = ["FormerModules", "Versioned", "pickled"]

# Modules of version 0.1 that have moved, without the package's name; they go on for one version.
MOVED = {
    "audit.fair": "audit.fairness",
    "audit.faithful": "audit.fidelity",
    "audit.private": "audit.privacy",
    "audit.protocol": "audit._audit",
    "audit.useful": "audit.utility",
    "audit.valid": "audit.validity",
    "audit.varied": "audit.diversity",
    "base": "samplers.base",
    "compare.protocol": "compare._compare",
    "encoding": "pipeline.encoder",
    "generative.adversarial": "generative._adversarial",
    "generative.progress": "generative._progress",
    "hybrid": "cleaning",
    "model": "pipeline.classifier",
    "numerics.adam": "generative._autoencoder",
    "numerics.autoencoder": "generative._autoencoder",
    "numerics.categories": "density._categories",
    "numerics.cleaning": "cleaning",
    "numerics.closeness": "audit.statistics.closeness",
    "numerics.clusters": "smote._clusters",
    "numerics.codebooks": "smote._codebooks",
    "numerics.distributions": "spec._distributions",
    "numerics.euclidean": "neighbors.euclidean",
    "numerics.lines": "audit.statistics.lines",
    "numerics.mixed": "neighbors.mixed",
    "numerics.modes": "generative._modes",
    "numerics.neighbors": "neighbors",
    "numerics.permutations": "audit.statistics.permutations",
    "numerics.perturbation": "disclosure._masking",
    "numerics.rank_correlations": "density._rank_correlations",
    "numerics.spanning": "smote._spanning",
    "numerics.topologies": "smote._topologies",
    "numerics.truncated": "generative._truncated",
    "numerics.two_samples": "audit.statistics.two_samples",
    "random": "",  # its names are in three rooms now: all of them are public
    "random.generator": "spec.marginal_sampler",
    "random.over_sampler": "density.random_over_sampler",
    "random.perturbation": "disclosure.perturbation",
    "random.spec": "spec.spec",
    "validation": "pipeline.validation",
}


def present_name(module: str) -> str | None:
    """Return where a module of a former version is now, None if it has not moved."""
    package, _, inside = module.partition(".")
    parent, _, child = inside.rpartition(".")
    if package != "skresample" or not inside:
        return None
    if inside in MOVED:
        return f"skresample.{MOVED[inside]}".rstrip(".")
    return f"skresample.{MOVED[parent]}.{child}" if parent in MOVED else None


class FormerModules(MetaPathFinder, Loader):
    """Finds modules under their former names, with a FutureWarning, after all others have."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that has moved."""
        present = present_name(fullname)
        if present is None or importlib.util.find_spec(present) is None:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Give a former module the names of the present one."""
        former, present = module.__name__, present_name(module.__name__)
        assert present is not None
        warnings.warn(
            f"{former} is now {present}. The former name will be removed in the next version: "
            "import public names from skresample.",
            FutureWarning,
            stacklevel=2,
        )

        # Not imported before a name is asked for: it may need an extra.
        module.__getattr__ = lambda name: getattr(  # type: ignore[method-assign]
            import_module(present), name
        )


# Private classes inside pickles of version 0.1 that are gone, and what stands for their objects
# until the estimator, which is read last, says by its name that it is of another version.
PICKLED = {"Learnt", "Members", "Named", "OneVsRest"}


class _Gone:
    def __new__(cls, *args: Any) -> "_Gone":
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        """Forget the state."""


def pickled(module: str, name: str) -> Any:
    """Return what a pickle of version 0.1 finds in a module in place of a class that is gone."""
    if name in PICKLED:
        return _Gone
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


class Versioned:
    """Base class of estimators whose pickles are refused, by name, by any other version.

    The version is read before the state, since this may have classes that another version lacks.
    """

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[type, str], Any]:
        return _begin, (type(self), __version__), self.__getstate__()

    def __setstate__(self, state: dict[str, Any]) -> None:
        if not self.__dict__.pop("_begun", False):  # version 0.1 did not say what it was
            _refuse(type(self), "0.1.0")
        super().__setstate__(state)  # type: ignore[misc]


def _begin(cls: Any, version: str) -> Any:
    """Return an estimator without its state, if this version can read that."""
    if version.split(".")[:2] != __version__.split(".")[:2]:
        _refuse(cls, version)
    estimator = cls.__new__(cls)
    estimator._begun = True
    return estimator


def _refuse(cls: type, version: str) -> None:
    raise ValueError(
        f"This pickle of {cls.__name__} was written by skresample {version}, and this is "
        f"skresample {__version__}, which may compute differently. Make a new {cls.__name__} with "
        "the same parameters and fit it again, or install the version that wrote the pickle."
    )
