"""imbalanced-learn's base classes, with types."""

from imblearn.base import BaseSampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseCleaningSampler

__all__ = ["BaseCleaningSampler", "BaseOverSampler", "BaseSampler"]
