"""Columns of any distribution as columns of the normal one, and back."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["Marginal", "NormalScores", "spread_ties"]

Floats = npt.NDArray[np.floating]


class Marginal(NamedTuple):
    """The distribution of one column, whose quantiles are interpolated.

    A value that is there once stands in the middle of its share of the probability, and lines
    lead from it to its neighbours. One that is there several times is an atom, which has all of
    its share; the least and the greatest have what is left below and above.

    Attributes
    ----------
    values : ndarray of shape (q,)
        The different values, in order.
    low, high : ndarray of shape (q,)
        The shares of the probability below each, and below or at it.
    """

    values: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, column: Floats, atoms: bool = False) -> "Marginal":
        """Estimate it from a column without missing values; with `atoms`, of nothing else."""
        return cls.counted(*np.unique(column, return_counts=True), atoms)

    @classmethod
    def counted(cls, values: Floats, counts: npt.NDArray[Any], atoms: bool = False) -> "Marginal":
        """Estimate it from the different values of a column, in order, and how many of each."""
        ends = np.cumsum(counts)
        line = (counts == 1) & (not atoms)
        low = np.where(line, ends - 0.5, ends - counts) / ends[-1]
        high = np.where(line, ends - 0.5, ends) / ends[-1]
        low[0], high[-1] = 0.0, 1.0
        return cls(values, low, high)

    def ppf(self, q: Floats) -> Floats:
        """Return the values at which the distribution function reaches `q`."""
        ends = np.column_stack([self.low, self.high]).ravel()
        return np.interp(q, ends, np.repeat(self.values, 2))

    def atoms(self, n: int) -> tuple[Floats, Floats]:
        """Return where the atoms of a column of n rows begin and end, in shares."""
        # The least and the greatest value have half of a row's share without being one.
        several = (self.high - self.low) * n > 0.75
        return self.low[several], self.high[several]

    def cdf(self, x: Floats) -> Floats:
        """Return the probability below or at each value."""
        return self._at(x)[1]

    def cdf_below(self, x: Floats) -> Floats:
        """Return the probability below each value."""
        return self._at(x)[0]

    def pdf(self, x: Floats) -> Floats:
        """Return the density at each value; at an atom, its probability."""
        return self._at(x)[2]

    def _at(self, column: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the probabilities below, and below or at each value, and the density."""
        last = self.values.size - 1
        after = np.searchsorted(self.values, column)
        here, before = np.minimum(after, last), np.clip(after - 1, 0, last)
        held = self.values[here] == column
        outside = ~held & ((after == 0) | (after > last))
        way = np.where(here > before, self.values[here] - self.values[before], 1.0)
        with np.errstate(over="ignore"):  # of values as near as floats are
            slope = np.where(here > before, self.low[here] - self.high[before], 0.0) / way
        between = self.high[before] + (column - self.values[before]) * slope
        between = np.where(outside, (after > 0) * 1.0, between)
        low = np.where(held, self.low[here], between)
        high = np.where(held, self.high[here], between)
        return low, high, np.where(held & (high > low), high - low, np.where(outside, 0, slope))


class NormalScores:
    """A map of each column to the standard normal distribution, by ranks.

    Rows with one value are given different scores of its share at random, so that an atom is
    as wide as it is probable.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        Rows without missing values.
    rng : numpy.random.Generator
        Source of the draws.
    atoms : ndarray of shape (d,), default=None
        Which columns have no values but those observed; None for none.

    Attributes
    ----------
    scores : ndarray of shape (n, d)
        The rows, mapped.
    marginals : list of Marginal
        Where scores lead back to. Anything else with its methods may be put in their place.
    """

    def __init__(
        self,
        values: Floats,
        rng: np.random.Generator,
        atoms: npt.NDArray[np.bool_] | None = None,
    ):
        which = np.zeros(values.shape[1], dtype=bool) if atoms is None else atoms
        self.marginals: list[Any] = [
            Marginal.of(column, bool(a)) for column, a in zip(values.T, which, strict=True)
        ]
        self.scores: Floats = np.empty(values.shape)
        for j, column in enumerate(values.T):
            order = np.lexsort((rng.random(column.size), column))
            ranks = np.empty(column.size)
            ranks[order] = np.arange(column.size)
            self.scores[:, j] = ndtri((ranks + 0.5) / column.size)

    def values(self, scores: Floats) -> Floats:
        """Map scores back.

        Parameters
        ----------
        scores : ndarray of shape (n, d)
            Standard normal, nearly.

        Returns
        -------
        values : ndarray of shape (n, d)
            In the range of each column.
        """
        shares = ndtr(scores)
        for j, marginal in enumerate(self.marginals):
            shares[:, j] = marginal.ppf(shares[:, j])
        return shares

    def map(self, values: Floats) -> tuple[Floats, Floats]:
        """Map other rows, atoms to the middle of their share.

        Parameters
        ----------
        values : ndarray of shape (n, d)
            Rows without missing values.

        Returns
        -------
        scores : ndarray of shape (n, d)
            Their scores.
        log_slope : ndarray of shape (n, d)
            The logarithm of how much denser rows lie than scores; -inf out of range.
        """
        scores, log_slope = np.empty(values.shape), np.empty(values.shape)
        for j, (marginal, column) in enumerate(zip(self.marginals, values.T, strict=True)):
            low, high = marginal.cdf_below(column), marginal.cdf(column)
            density = marginal.pdf(column)
            tip = 0.25 / len(self.scores)
            z = ndtri(np.clip((low + high) / 2, tip, 1 - tip))
            scores[:, j] = z
            with np.errstate(divide="ignore"):
                log_slope[:, j] = np.log(density) + (z**2 + np.log(2 * np.pi)) / 2
        return scores, log_slope


def spread_ties(values: Floats, rng: np.random.Generator) -> Floats:
    """Spread the values that are in a column several times over the room around them.

    Evenly, half of the way to the next value on either side: whole numbers become what they
    could have been before they were rounded.

    Parameters
    ----------
    values : ndarray of shape (n, d)
        Rows without missing values.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    spread : ndarray of shape (n, d)
        A copy; a constant column stays as it is.
    """
    spread = np.array(values, dtype=np.float64)
    repeats = (np.diff(np.sort(spread, axis=0), axis=0) == 0).any(axis=0)
    for j in np.flatnonzero(repeats):
        column = spread[:, j]
        levels, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        if levels.size == 1:
            continue
        gaps = np.diff(levels) / 2
        below, above = np.append(gaps[:1], gaps)[which], np.append(gaps, gaps[-1:])[which]
        tied = counts[which] > 1
        moved = column - below + (below + above) * rng.random(column.size)
        column[tied] = moved[tied]
    return spread
