"""Disclosure control: microaggregation, rank swapping, post-randomization, and linkage."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from skresample.neighbors import Space

__all__ = [
    "GroupMembers",
    "GroupMoments",
    "draw_anew",
    "linkage_proportion",
    "microaggregate",
    "swap_ranks",
]

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.signedinteger]
Positions = npt.NDArray[np.intp]

# Most rows among which groups are formed: the time grows with their square.
MOST_GROUPED = 2_500
# Relative difference below which two distances are the same.
SAME = 1e-9


def microaggregate(points: Floats, size: int) -> Positions:
    """Group rows that are near each other, at least `size` each; return the group of each row.

    By MDAV, maximum distance to average vector :footcite:p:`domingo2005ordinal`. More than
    `MOST_GROUPED` rows are first halved at the median of the column that varies most.
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
        # With fewer than three groups' rows left, those that are not taken are the last group.
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
    """Groups of rows, and the mean of each; with `spread`, draws that keep its covariance.

    `deviations`, of shape (n_groups, k, d), are the rows less their mean over the root of their
    number, zeros where a group has fewer. Their sum, each times a normal number, is a draw.
    """

    means: Floats
    deviations: Floats
    groups: Positions
    spread: bool

    @classmethod
    def of(cls, points: Floats, groups: Positions, *, spread: bool) -> "GroupMoments":
        """Compute the means and deviations of groups of rows."""
        sizes = np.bincount(groups)
        order = np.argsort(groups, kind="stable")
        place = np.arange(len(points)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        deviations = np.zeros((sizes.size, sizes.max(), points.shape[1]))
        deviations[groups[order], place] = points[order]
        means = deviations.sum(axis=1) / sizes[:, np.newaxis]
        deviations[groups[order], place] -= means[groups[order]]
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


@dataclass(frozen=True)
class GroupMembers:
    """Groups of rows, and the probability that a row is drawn anew from its group."""

    groups: Positions
    probability: float

    def draw(
        self, which: Positions, rng: np.random.Generator
    ) -> tuple[Positions, npt.NDArray[np.bool_]]:
        """Return positions, some of them drawn anew, and which are."""
        order = np.argsort(self.groups, kind="stable")
        sizes = np.bincount(self.groups)
        first = np.cumsum(sizes) - sizes
        is_drawn = rng.random(which.size) < self.probability
        group = self.groups[which]
        place = first[group] + rng.integers(sizes[group])
        return np.where(is_drawn, order[place], which), is_drawn


def swap_ranks(
    values: Floats, window: float, rounds: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Exchange values between rows of nearby rank, column by column and `rounds` times.

    Each value goes to one row, of a rank less than the window away: a proportion of the values
    of the column, at least two ranks. The result has shape (rounds, m, d); NaN stays.
    """
    swapped = np.full((rounds, *values.shape), np.nan)
    for j, column in enumerate(values.T):
        there = np.flatnonzero(~np.isnan(column))
        # Rows with equal values are in random order.
        order = there[np.lexsort((rng.random(there.size), column[there]))]
        reach = max(2.0, window * there.size)
        keys = np.arange(there.size) + reach * rng.random((rounds, there.size))
        swapped[:, order, j] = column[order][np.argsort(keys, axis=1)]
    return swapped


def draw_anew(codes: Codes, which: Positions, change: float, rng: np.random.Generator) -> Codes:
    r"""Draw some categories anew, each as likely as it is frequent.

    Missing values (-1) stay. The matrix :math:`(1 - t) I + t 1 p^T` leaves the expected
    frequencies p as they are: invariant post-randomization :footcite:p:`gouweleeuw1998post`.
    """
    new = codes[which]
    for j, column in enumerate(codes.T):
        there = column[column >= 0]
        anew = (rng.random(which.size) < change) & (new[:, j] >= 0)
        if there.size:
            drawn = there[rng.integers(there.size, size=which.size)]
            new[:, j] = np.where(anew, drawn, new[:, j])
    return new


def linkage_proportion(space: Space, n: int, own: Positions, copies: npt.NDArray[np.intp]) -> float:
    """Return the proportion of released rows whose nearest original row is their own.

    `space` has the n original rows first, and `own` is the position of each released row's own. One
    of `copies` equal rows is found once in as many times.
    """
    released = n + np.arange(own.size)
    nearest = space.kneighbors(1, of=released, among=np.arange(n))[:, 0]
    least = space.paired_distances(released, nearest)
    linked = space.paired_distances(released, own) <= least * (1 + SAME)
    return float(np.mean(linked / copies[own]))
