"""Columns as the mode that a value is of, and how far it is from the middle of it."""

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from skresample.numerics.threads import limit_openmp

__all__ = ["REACH", "Modes"]

Floats = npt.NDArray[np.floating]

MOST_MODES = 10
LEAST_WEIGHT = 0.005
# A mode is this many deviations wide, to either side.
REACH = 4.0
# Of a column with a deviation of 1.
LEAST_DEVIATION = 1e-3


class Modes(NamedTuple):
    """The modes of one column: a mixture of normal distributions.

    Attributes
    ----------
    means, deviations : ndarray of shape (k,)
        Of each mode.
    weights : ndarray of shape (k,)
        How much of the column is of each; sums to 1.
    """

    means: Floats
    deviations: Floats
    weights: Floats

    @classmethod
    def of(cls, column: Floats, seed: int) -> "Modes":
        """Fit a variational mixture, and keep the modes that have a share.

        Parameters
        ----------
        column : ndarray of shape (n,)
            Of a deviation of about 1, with two different values or more.
        seed : int
            Of the mixture's first guess.

        Returns
        -------
        modes : Modes
            From one to ten.
        """
        mixture = BayesianGaussianMixture(
            n_components=min(MOST_MODES, np.unique(column).size),
            weight_concentration_prior=1e-3,
            random_state=seed,
        )
        with warnings.catch_warnings(), limit_openmp():
            # Where it has not settled, the modes are good enough all the same.
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(column[:, np.newaxis])
        kept = mixture.weights_ > LEAST_WEIGHT
        deviations = np.sqrt(mixture.covariances_[kept, 0, 0])
        weights = mixture.weights_[kept]
        return cls(
            mixture.means_[kept, 0],
            np.maximum(deviations, LEAST_DEVIATION),
            weights / weights.sum(),
        )

    def split(
        self, column: Floats, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.intp], Floats]:
        """Return a mode for each value, drawn by its probability, and the place in it.

        Parameters
        ----------
        column : ndarray of shape (n,)
            Values.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        mode : ndarray of shape (n,)
            Which.
        place : ndarray of shape (n,)
            In deviations of the mode, from -4 to 4. Values further out are at the end.
        """
        places = (column[:, np.newaxis] - self.means) / self.deviations
        log = np.log(self.weights / self.deviations) - places**2 / 2
        # Gumbel's noise makes of a maximum a draw.
        mode = np.argmax(log + rng.gumbel(size=log.shape), axis=1)
        place = np.take_along_axis(places, mode[:, np.newaxis], axis=1)[:, 0]
        return mode, np.clip(place, -REACH, REACH)

    def join(self, mode: npt.NDArray[np.intp], place: Floats) -> Floats:
        """Return the values that are at places in modes.

        Parameters
        ----------
        mode, place : ndarray of shape (n,)
            As `split` returns them.

        Returns
        -------
        column : ndarray of shape (n,)
            Values.
        """
        column: Floats = self.means[mode] + self.deviations[mode] * place
        return column
