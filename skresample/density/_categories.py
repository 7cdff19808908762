"""Kernels over categories."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["CategoryKernels"]

# What is tried for the share of the way to evenly spread categories, and on how many rows.
TRIED = np.concatenate([[0.0], np.geomspace(1e-3, 0.8, 16), [1.0]])
MOST_ROWS = 1000

Codes = npt.NDArray[np.signedinteger]
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class CategoryKernels:
    r"""Aitchison and Aitken's kernels on rows of categories.

    A category of c stays with the probability :math:`1 - \lambda`, and is else any of the
    others :footcite:p:`aitchison1976multivariate`. Here :math:`\lambda = t\,(c - 1)/c` with one
    t for all columns; so with the probability t, a category is drawn anew from all that there
    are in these rows.

    Attributes
    ----------
    places : ndarray of shape (m, q)
        Where the category of each row is in the levels; -1 where it is missing, which stays so.
    levels : list of ndarray
        For each column, the codes of the categories that it has.
    share : float
        The t, from 0 to 1.

    References
    ----------
    .. footbibliography::
    """

    places: npt.NDArray[np.intp]
    levels: list[Codes]
    share: float = 0.0

    @classmethod
    def on(cls, codes: Codes) -> "CategoryKernels":
        """Put kernels on rows of codes, -1 where one is missing; they do not switch."""
        levels = [np.unique(column[column >= 0]) for column in codes.T]
        return cls(_places(codes, levels), levels)

    def select_share(self, log_kernels: Floats) -> "CategoryKernels":
        """Return the kernels that switch as often as makes their rows most likely.

        By leaving one row out at a time.

        Parameters
        ----------
        log_kernels : ndarray of shape (m, m)
            The logarithm, at each row, of the kernel of each in the other columns.

        Returns
        -------
        kernels : CategoryKernels
            With another share.
        """
        away = np.array(log_kernels)
        np.fill_diagonal(away, -np.inf)
        most = away.max(axis=1, keepdims=True)
        reached = np.isfinite(most[:, 0])  # by some other kernel; else they have no say
        away, places = away[reached] - most[reached], self.places[reached]

        def likelihood(share: float) -> float:
            log = replace(self, share=share)._log_probability(places) + away
            top = log.max(axis=1, keepdims=True)
            top = np.where(np.isfinite(top), top, 0)
            return float((np.log(np.exp(log - top).sum(axis=1)) + top[:, 0]).sum())

        with np.errstate(divide="ignore"):
            best = int(np.argmax([likelihood(share) for share in TRIED]))
        return replace(self, share=float(TRIED[best]))

    def take(self, rows: npt.NDArray[np.intp]) -> "CategoryKernels":
        """Return some of the kernels."""
        return replace(self, places=self.places[rows])

    def draw(self, which: npt.NDArray[np.intp], rng: np.random.Generator) -> Codes:
        """Draw codes from the kernels with the given positions.

        Parameters
        ----------
        which : ndarray of shape (n,)
            From which kernel each row is drawn.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        codes : ndarray of shape (n, q)
            The categories, -1 where the kernel's is missing.
        """
        places = self.places[which]
        anew = (rng.random(places.shape) < self.share) & (places >= 0)
        sizes = np.array([max(1, level.size) for level in self.levels], dtype=np.intp)
        places = np.where(anew, rng.integers(0, sizes, size=places.shape), places)
        # At the end, where -1 leads.
        columns = [
            np.append(level, -1)[place] for level, place in zip(self.levels, places.T, strict=True)
        ]
        return np.column_stack(columns) if columns else places

    def log_probability(self, codes: Codes) -> npt.NDArray[np.float64]:
        """Return the logarithm of the probability of each row from each kernel.

        Parameters
        ----------
        codes : ndarray of shape (n, q)
            Of the rows; -1 where missing, which does not count.

        Returns
        -------
        log_probability : ndarray of shape (n, m)
            -inf for a category that no row of the kernels has. Where that of a kernel is
            missing, all are as probable.
        """
        return self._log_probability(_places(codes, self.levels))

    def _log_probability(self, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        total = np.zeros((len(places), len(self.places)))
        with np.errstate(divide="ignore"):
            for own, of, level in zip(places.T, self.places.T, self.levels, strict=True):
                c = max(1, level.size)
                same, other = np.log(1 - self.share * (c - 1) / c), np.log(self.share / c)
                log = np.full((own.size, of.size), other)
                log[own[:, np.newaxis] == of] = same
                log[:, of < 0] = -np.log(c)
                log[own >= level.size] = -np.inf
                log[own < 0] = 0.0
                total += log
        return total


def _places(codes: Codes, levels: list[Codes]) -> npt.NDArray[np.intp]:
    """Return where codes are in the levels: -1 if missing, at the end if not there."""
    places = np.full(codes.shape, -1)
    for j, (column, level) in enumerate(zip(codes.T, levels, strict=True)):
        known = np.isin(column, level)
        place = np.where(known, np.searchsorted(level, column), level.size)
        places[:, j] = np.where(column < 0, -1, place)
    return places
