"""imbalanced-learn's base classes, with types."""

from imblearn.base import BaseSampler
from imblearn.over_sampling.base import BaseOverSampler

__all__ = ["BaseOverSampler", "BaseSampler"]
