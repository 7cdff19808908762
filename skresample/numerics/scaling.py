"""Standardization of columns: a linear map, as `NormalScores` is one that is not."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Scaled"]

Floats = npt.NDArray[np.floating]


class Scaled(NamedTuple):
    """Columns less their means `center` (d,), over their standard deviations `scale` (d,)."""

    center: Floats
    scale: Floats

    @classmethod
    def of(cls, values: Floats) -> "Scaled":
        """Measure rows (n, d); the scale of a constant column is 1."""
        first = values[0]
        with np.errstate(over="ignore"):
            size = np.ptp(values, axis=0)
        size = np.where(size > 0, size, 1.0)
        inside = (values - first) / size
        scale = size * inside.std(axis=0)
        return cls(first + size * inside.mean(axis=0), np.where(scale > 0, scale, 1.0))

    def map(self, values: Floats) -> tuple[Floats, Floats]:
        """Return standardized rows (n, d), and the logarithm of how much denser rows are."""
        log_slope = np.broadcast_to(-np.log(self.scale), values.shape)
        return (values - self.center) / self.scale, log_slope

    def values(self, points: Floats) -> Floats:
        """Map standardized rows back."""
        return points * self.scale + self.center
