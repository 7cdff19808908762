"""Mode-specific normalization of CTGAN: a number as its mode, and its offset from that mode."""

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from skresample.numerics.threads import limit_openmp

__all__ = ["REACH", "Modes"]

Floats = npt.NDArray[np.floating]

MOST_MODES = 10  # components of the mixture, at most
LEAST_WEIGHT = 0.005  # components with a smaller weight are dropped
REACH = 4.0  # half the width of a mode, in its standard deviations
LEAST_DEVIATION = 1e-3  # lower limit of a mode's standard deviation, relative to the column's


class Modes(NamedTuple):
    """The modes of a column: a mixture of k normal distributions, whose weights sum to 1."""

    means: Floats
    deviations: Floats
    weights: Floats

    @classmethod
    def of(cls, column: Floats, seed: int) -> "Modes":
        """Fit a variational mixture to a column of standard deviation 1 with two values or more."""
        mixture = BayesianGaussianMixture(
            n_components=min(MOST_MODES, np.unique(column).size),
            weight_concentration_prior=1e-3,
            random_state=seed,
        )
        with warnings.catch_warnings(), limit_openmp():
            # Modes of a mixture that has not converged are good enough.
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(column[:, np.newaxis])
        kept = mixture.weights_ > LEAST_WEIGHT
        deviations = np.maximum(np.sqrt(mixture.covariances_[kept, 0, 0]), LEAST_DEVIATION)
        weights = mixture.weights_[kept]
        return cls(mixture.means_[kept, 0], deviations, weights / weights.sum())

    def split(
        self, column: Floats, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.intp], Floats]:
        """Draw a mode of each value by its probability; return it and the clipped offset."""
        offsets = (column[:, np.newaxis] - self.means) / self.deviations
        log = np.log(self.weights / self.deviations) - offsets**2 / 2
        # With Gumbel noise, the maximum is a draw by probability.
        mode = np.argmax(log + rng.gumbel(size=log.shape), axis=1)
        offset = np.take_along_axis(offsets, mode[:, np.newaxis], axis=1)[:, 0]
        return mode, np.clip(offset, -REACH, REACH)

    def join(self, mode: npt.NDArray[np.intp], offset: Floats) -> Floats:
        """Return the values at offsets from modes; the inverse of `split`."""
        column: Floats = self.means[mode] + self.deviations[mode] * offset
        return column
