"""The samplers of the library, and their settings in `compare` and on the command line."""

from inspect import signature
from typing import Any

__all__ = ["FORMER_NAMES", "all_samplers", "default_sampler", "default_samplers"]

# Samplers that were renamed; the former names go on for one version.
FORMER_NAMES = {"RandomGenerator": "MarginalSampler"}


def all_samplers() -> dict[str, Any]:
    """List every sampler that the library exports and that needs no parameter.

    Returns
    -------
    samplers : dict
        Classes by name, sorted. GeneratorSampler, for one, needs a generator.

    Examples
    --------
    >>> from skresample.utils import all_samplers
    >>> "SMOTE" in all_samplers()
    True
    """
    import skresample
    from skresample.samplers.base import BaseSampler

    exported = {name: getattr(skresample, name) for name in sorted(skresample.__all__)}
    return {
        name: cls
        for name, cls in exported.items()
        if isinstance(cls, type) and issubclass(cls, BaseSampler) and _needs_nothing(cls)
    }


def _needs_nothing(cls: type) -> bool:
    """Say whether a class has a default for each of its parameters."""
    parameters = signature(cls).parameters.values()
    return all(parameter.default is not parameter.empty for parameter in parameters)


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
    """Make the samplers that `compare` takes if none are named, each by `default_sampler`.

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
