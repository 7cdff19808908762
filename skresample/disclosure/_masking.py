"""Disclosure control: microaggregation, rank swapping, post-randomization, and linkage."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from skresample.neighbors import Space
from skresample.numerics.allocation import by_group

__all__ = [
    "GroupMoments",
    "draw_anew",
    "linkage_proportion",
    "microaggregate",
    "swap_ranks",
]

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.signedinteger]
Positions = npt.NDArray[np.intp]

# The most rows among which groups are formed, since time grows with their square.
MOST_GROUPED = 2_500
# Distances with a smaller relative difference are the same.
SAME = 1e-9


def microaggregate(points: Floats, size: int) -> Positions:
    """Return the group (m,) of each row (m, d): near rows, at least `size` of them.

    By MDAV, maximum distance to average vector. More than `MOST_GROUPED` rows are first halved at
    the median of the column with the largest variance.
    """
    groups = np.zeros(len(points), dtype=np.intp)
    parts, found = [np.arange(len(points))], 0
    while parts:
        part = parts.pop()
        if part.size > max(MOST_GROUPED, 2 * size) and points.shape[1]:
            widest = int(np.var(points[part], axis=0).argmax())
            order = part[np.argsort(points[part, widest], kind="stable")]
            parts += [order[order.size // 2 :], order[: order.size // 2]]
            continue
        for members in _furthest_first(points, part, size):
            groups[members] = found
            found += 1
    return groups


def _furthest_first(points: Floats, left: Positions, size: int) -> list[Positions]:
    groups = []
    while left.size >= 2 * size:
        rows = points[left]
        start = rows[_squares(rows - rows.mean(axis=0)).argmax()]
        # With rows for fewer than three groups, the rest is the last group.
        for _ in range(2 if left.size >= 3 * size else 1):
            away = _squares(points[left] - start)
            taken = np.argpartition(away, size - 1)[:size]
            start = points[left[away.argmax()]]
            groups.append(left[taken])
            left = np.delete(left, taken)
    return [*groups, left]


def _squares(rows: Floats) -> Floats:
    squares: Floats = np.einsum("ij,ij->i", rows, rows)
    return squares


@dataclass(frozen=True)
class GroupMoments:
    """The mean of each group of rows; with `spread`, draws that keep its covariance.

    A draw is the mean plus the sum of `deviations` (n_groups, k, d), each times a normal number.
    These are the rows less their mean over the root of their number, padded with zeros.
    """

    means: Floats
    deviations: Floats
    groups: Positions
    spread: bool

    @classmethod
    def of(cls, points: Floats, groups: Positions, *, spread: bool) -> "GroupMoments":
        """Compute the means and deviations of groups of rows."""
        _, sizes, _, rank = by_group(groups)
        deviations = np.zeros((sizes.size, sizes.max(), points.shape[1]))
        deviations[groups, rank] = points
        means = deviations.sum(axis=1) / sizes[:, np.newaxis]
        deviations[groups, rank] -= means[groups]
        deviations /= np.sqrt(sizes)[:, np.newaxis, np.newaxis]
        return cls(means, deviations, groups, spread)

    def rescaled(self, scale: Floats, offset: Floats) -> "GroupMoments":
        """Return the groups of ``scale * x + offset``."""
        means, deviations = self.means * scale + offset, self.deviations * scale
        return replace(self, means=means, deviations=deviations)

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
        """Return a mean, or a draw, for each of the rows with the given positions."""
        groups = self.groups[which]
        if not self.spread:
            return self.means[groups]
        noise = rng.standard_normal((which.size, self.deviations.shape[1]))
        return self.means[groups] + np.einsum("nk,nkd->nd", noise, self.deviations[groups])


def swap_ranks(
    values: Floats, window: float, rounds: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return values (rounds, m, d) that rows of nearby rank exchange in each column; NaN stays.

    Ranks differ by less than `window`, a proportion of the values of the column, or by less than 2.
    """
    swapped = np.full((rounds, *values.shape), np.nan)
    for j, column in enumerate(values.T):
        known = np.flatnonzero(~np.isnan(column))
        # Rows with equal values are in random order.
        order = known[np.lexsort((rng.random(known.size), column[known]))]
        reach = max(2.0, window * known.size)
        keys = np.arange(known.size) + reach * rng.random((rounds, known.size))
        swapped[:, order, j] = column[order][np.argsort(keys, axis=1)]
    return swapped


def draw_anew(codes: Codes, which: Positions, change: float, rng: np.random.Generator) -> Codes:
    r"""Return codes (n, q) of some rows, drawn anew by their frequencies with a probability.

    Missing values (-1) stay. The matrix :math:`(1 - t) I + t 1 p^T` keeps the expected frequencies
    p, with the probability t: invariant post-randomization.
    """
    new = codes[which]
    for j, column in enumerate(codes.T):
        known = column[column >= 0]
        anew = (rng.random(which.size) < change) & (new[:, j] >= 0)
        if known.size:
            drawn = known[rng.integers(known.size, size=which.size)]
            new[:, j] = np.where(anew, drawn, new[:, j])
    return new


def linkage_proportion(space: Space, n: int, own: Positions, copies: npt.NDArray[np.intp]) -> float:
    """Return the proportion of released rows whose nearest original row is their own.

    `space` has the n original rows first, and `own` are the positions of the released rows' own. Of
    `copies` equal rows, each is as likely to be found.
    """
    released = n + np.arange(own.size)
    nearest = space.kneighbors(1, of=released, among=np.arange(n))[:, 0]
    least = space.paired_distances(released, nearest)
    linked = space.paired_distances(released, own) <= least * (1 + SAME)
    return float(np.mean(linked / copies[own]))
