"""Normal scores: columns of any distribution mapped to the normal distribution, and back."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

__all__ = ["Marginal", "NormalScores", "spread_ties"]

Floats = npt.NDArray[np.floating]


class Marginal(NamedTuple):
    """The distribution of one column, with interpolated quantiles.

    A value that occurs once is in the middle of its probability, and the distribution function is
    linear between such values. A value that occurs several times is an atom with all of its
    probability. The least and greatest values get the remaining probability.

    `values` (q,) are the sorted different values, `low` and `high` (q,) the probabilities below
    each, and below or at it.
    """

    values: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, column: Floats, atoms: bool = False) -> "Marginal":
        """Estimate it from a column without missing values; with `atoms`, all are atoms."""
        return cls.counted(*np.unique(column, return_counts=True), atoms)

    @classmethod
    def counted(cls, values: Floats, counts: npt.NDArray[Any], atoms: bool = False) -> "Marginal":
        """Estimate it from the sorted different values of a column and their counts."""
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
        """Return the probabilities where the atoms of a column of n rows begin and end."""
        # The least and greatest value have half of a row's probability without being an atom.
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
        gap = np.where(here > before, self.values[here] - self.values[before], 1.0)
        with np.errstate(over="ignore"):  # of adjacent floats
            slope = np.where(here > before, self.low[here] - self.high[before], 0.0) / gap
        between = self.high[before] + (column - self.values[before]) * slope
        between = np.where(outside, (after > 0) * 1.0, between)
        low = np.where(held, self.low[here], between)
        high = np.where(held, self.high[here], between)
        return low, high, np.where(held & (high > low), high - low, np.where(outside, 0, slope))


class NormalScores:
    """A map of each column to the standard normal distribution, by ranks.

    `values` (n, d) have no missing values; equal ones get different `scores` (n, d) at random, over
    all of their probability. `atoms` (d,) are the columns that have only the observed values. Any
    object with the methods of `Marginal` may replace one in the list `marginals`.
    """

    def __init__(
        self,
        values: Floats,
        rng: np.random.Generator,
        atoms: npt.NDArray[np.bool_] | None = None,
    ):
        only = np.zeros(values.shape[1], dtype=bool) if atoms is None else atoms
        columns = zip(values.T, only.tolist(), strict=True)
        self.marginals: list[Any] = [Marginal.of(column, atom) for column, atom in columns]
        self.scores: Floats = np.empty(values.shape)
        for j, column in enumerate(values.T):
            order = np.lexsort((rng.random(column.size), column))
            ranks = np.empty(column.size)
            ranks[order] = np.arange(column.size)
            self.scores[:, j] = ndtri((ranks + 0.5) / column.size)

    def values(self, scores: Floats) -> Floats:
        """Map scores (n, d) back to values in the range of each column."""
        values: Floats = ndtr(scores)
        for j, marginal in enumerate(self.marginals):
            values[:, j] = marginal.ppf(values[:, j])
        return values

    def map(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the scores (n, d) of other rows, and the logarithm of how much denser values are.

        Atoms get the middle of their probability; the logarithm is -inf out of range.
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
    """Return a copy of `values` (n, d) with ties spread uniformly.

    A tied value moves up to half of the way to the next value on either side: integers become
    possible values before rounding. A constant column is unchanged.
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
