"""What there is in the library, and what its parts share."""

from importlib import import_module
from typing import Any

from sklearn.base import clone

__all__ = [
    "FORMER_NAMES",
    "all_samplers",
    "default_sampler",
    "default_samplers",
    "import_extra",
    "seeded_clone",
]

# Samplers that were renamed; the former names go on for one version.
FORMER_NAMES = {"RandomGenerator": "MarginalSampler"}


def all_samplers() -> dict[str, Any]:
    """List every sampler that the library exports and that needs no parameter.

    Returns
    -------
    samplers : dict
        Classes by name, sorted. All but GeneratorSampler, which needs a generator.

    Examples
    --------
    >>> from skresample.utils import all_samplers
    >>> "SMOTE" in all_samplers()
    True
    """
    import skresample
    from skresample.cleaning.base import HybridSampler
    from skresample.samplers.base import BaseOverSampler

    names = sorted(set(skresample.__all__) - {"GeneratorSampler"})
    exported = {name: getattr(skresample, name) for name in names}
    return {
        name: cls
        for name, cls in exported.items()
        if isinstance(cls, type) and issubclass(cls, (BaseOverSampler, HybridSampler))
    }


def default_sampler(name: str) -> Any:
    """Make a sampler with the settings that `compare` and the command line use.

    Parameters
    ----------
    name : str
        Name of its class, a key of `all_samplers`.

    Returns
    -------
    sampler : sampler
        With ``standardize=True`` if it has this parameter, so that distances do not depend on
        units, and its defaults otherwise.

    Examples
    --------
    >>> from skresample.utils import default_sampler
    >>> default_sampler("SMOTE")
    SMOTE(standardize=True)
    """
    sampler = all_samplers()[name]()
    if "standardize" in sampler.get_params():
        sampler.set_params(standardize=True)
    return sampler


def default_samplers() -> dict[str, Any]:
    """Make the samplers that are compared if none are named, by `default_sampler`.

    Returns
    -------
    samplers : dict
        Samplers by the names of their classes, without those whose class attribute
        ``_compared_by_default`` is False.
    """
    return {
        name: default_sampler(name)
        for name, cls in all_samplers().items()
        if getattr(cls, "_compared_by_default", True)
    }


def seeded_clone(estimator: Any, seed: int) -> Any:
    """Clone an estimator, and seed it and what it is made of where no seed was given.

    Parameters
    ----------
    estimator : estimator
        Left as it is.
    seed : int
        For every ``random_state`` that is None, also of nested estimators.

    Returns
    -------
    estimator : estimator
        The clone.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from skresample.utils import seeded_clone
    >>> seeded_clone(SVC(), 3).random_state, seeded_clone(SVC(random_state=1), 3).random_state
    (3, 1)
    """
    estimator = clone(estimator)
    for name, value in estimator.get_params().items():
        if value is None and name.split("__")[-1] == "random_state":
            estimator.set_params(**{name: seed})
    return estimator


def import_extra(module: str, extra: str) -> Any:
    """Import what only an extra of the library installs.

    Parameters
    ----------
    module : str
        Its name.
    extra : str
        The extra that installs it.

    Returns
    -------
    module : module
        The module.

    Raises
    ------
    ImportError
        If it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f'This needs {module.partition(".")[0]}: pip install "skresample[{extra}]"'
        ) from error
