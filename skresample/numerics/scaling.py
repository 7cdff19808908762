"""Standardization of columns: a linear map, as `NormalScores` is one that is not."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Scaled"]

Floats = npt.NDArray[np.floating]


class Scaled(NamedTuple):
    """Columns less their means, over their standard deviations.

    Attributes
    ----------
    centre, scale : ndarray of shape (d,)
        The means and the deviations.
    """

    centre: Floats
    scale: Floats

    @classmethod
    def of(cls, values: Floats) -> "Scaled":
        """Measure rows; a column that does not vary is left as it is."""
        first = values[0]
        with np.errstate(over="ignore"):
            size = np.ptp(values, axis=0)
        size = np.where(size > 0, size, 1.0)
        inside = (values - first) / size
        scale = size * inside.std(axis=0)
        return cls(first + size * inside.mean(axis=0), np.where(scale > 0, scale, 1.0))

    def map(self, values: Floats) -> tuple[Floats, Floats]:
        """Map rows, and say by how much the logarithm of their density differs, per column."""
        return (values - self.centre) / self.scale, np.broadcast_to(
            -np.log(self.scale), values.shape
        )

    def values(self, points: Floats) -> Floats:
        """Map points back."""
        return points * self.scale + self.centre
