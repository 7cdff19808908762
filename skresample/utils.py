"""What there is in the library."""

from typing import Any

__all__ = ["all_samplers"]


def all_samplers() -> dict[str, Any]:
    """List every sampler that the library exports.

    Returns
    -------
    samplers : dict
        Classes by name, sorted.

    Examples
    --------
    >>> from skresample.utils import all_samplers
    >>> "SMOTE" in all_samplers()
    True
    """
    import skresample
    from skresample.base import BaseOverSampler

    exported = {name: getattr(skresample, name) for name in sorted(skresample.__all__)}
    return {
        name: cls
        for name, cls in exported.items()
        if isinstance(cls, type) and issubclass(cls, BaseOverSampler)
    }
