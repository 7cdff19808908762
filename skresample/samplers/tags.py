"""What a sampler says of itself, for the laws, `compare`, the command line and the docs."""

from dataclasses import dataclass
from typing import TypeVar

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
from imblearn.utils._tags import SamplerTags as ImblearnSamplerTags

__all__ = ["SamplerTags", "drop_in"]

Sampler = TypeVar("Sampler", bound=type)


@dataclass(slots=True)
class SamplerTags(ImblearnSamplerTags):
    """What a sampler does to the samples that it is given: ``__sklearn_tags__().sampler_tags``.

    Attributes
    ----------
    sample_indices : bool, default=False
        Whether there are ``sample_indices_``.
    adds_rows : bool, default=True
        Whether there may be synthetic samples.
    measures_linkage : bool, default=False
        Whether ``linkage_`` is the proportion of synthetic samples that are nearest to the sample
        that they come from.
    moves_rows : bool, default=False
        Whether numbers of original samples may change; ``is_moved_`` says where.
    removes_rows : bool, default=False
        Whether original samples may be removed.
    repeats_rows : bool, default=False
        Whether synthetic samples of continuous numbers may be equal to original samples, or to
        each other.
    """

    adds_rows: bool = True
    measures_linkage: bool = False
    moves_rows: bool = False
    removes_rows: bool = False
    repeats_rows: bool = False


def drop_in(cls: Sampler) -> Sampler:
    """Make a sampler an instance of imbalanced-learn's class of the same name.

    ``SMOTETomek(smote=...)`` of that library, for one, takes nothing else.
    """
    theirs = imblearn.over_sampling, imblearn.combine, imblearn.under_sampling
    module = next(module for module in theirs if hasattr(module, cls.__name__))
    getattr(module, cls.__name__).register(cls)
    return cls
