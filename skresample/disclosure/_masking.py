"""Rows changed so that it is hard to tell whose they are."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from skresample.neighbors import Space

__all__ = ["Groups", "Members", "draw_anew", "linked_share", "microaggregate", "swap_ranks"]

Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.signedinteger]
Positions = npt.NDArray[np.intp]

# Groups are looked for among so many rows at most, since that takes time with their square.
MOST_GROUPED = 2_500
# By how much a distance may be longer than another and pass for the same.
SAME = 1e-9


def microaggregate(points: Floats, size: int) -> Positions:
    """Put rows into groups of rows that are near each other.

    By MDAV, maximum distance to average vector :footcite:p:`domingo2005ordinal`: the rows
    nearest to the one furthest from the mean are a group, and those nearest to the one
    furthest from that; and so on with the rest. More than `MOST_GROUPED` rows are first
    halved at the median of the column that varies most, as often as is needed.

    Parameters
    ----------
    points : ndarray of shape (m, d)
        Rows, in units in which distances are to be taken.
    size : int
        How many rows a group has at least; at most, one less than twice as many.

    Returns
    -------
    groups : ndarray of shape (m,)
        The group of each row, from 0 on.

    References
    ----------
    .. footbibliography::
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
class Groups:
    """Rows for which the mean of their group stands, or draws of its mean and covariance.

    Attributes
    ----------
    means : ndarray of shape (n_groups, d)
        The means.
    deviations : ndarray of shape (n_groups, k, d)
        The rows of each group less their mean, over the root of their number; zeros where a
        group has fewer. The sum of these, each times a standard normal number, has the
        covariance of the group.
    groups : ndarray of shape (m,)
        The group of each row.
    spread : bool
        Whether to draw.
    """

    means: Floats
    deviations: Floats
    groups: Positions
    spread: bool

    @classmethod
    def of(cls, points: Floats, groups: Positions, *, spread: bool) -> "Groups":
        """Measure the groups of rows."""
        sizes = np.bincount(groups)
        order = np.argsort(groups, kind="stable")
        place = np.arange(len(points)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        deviations = np.zeros((sizes.size, sizes.max(), points.shape[1]))
        deviations[groups[order], place] = points[order]
        means = deviations.sum(axis=1) / sizes[:, np.newaxis]
        deviations[groups[order], place] -= means[groups[order]]
        deviations /= np.sqrt(sizes)[:, np.newaxis, np.newaxis]
        return cls(means, deviations, groups, spread)

    def rescaled(self, scale: Floats, offset: Floats) -> "Groups":
        """Return the groups of ``scale * x + offset``."""
        means, deviations = self.means * scale + offset, self.deviations * scale
        return replace(self, means=means, deviations=deviations)

    def draw(self, which: Positions, rng: np.random.Generator) -> Floats:
        """Return what stands for the rows with the given positions."""
        groups = self.groups[which]
        if not self.spread:
            return self.means[groups]
        noise = rng.standard_normal((which.size, self.deviations.shape[1]))
        return self.means[groups] + np.einsum("nk,nkd->nd", noise, self.deviations[groups])


@dataclass(frozen=True)
class Members:
    """Groups of rows, and how often another one of its group stands for a row.

    Attributes
    ----------
    groups : ndarray of shape (m,)
        The group of each row, from 0 on.
    share : float
        With this probability, any row of its group does, itself among them.
    """

    groups: Positions
    share: float

    def draw(
        self, which: Positions, rng: np.random.Generator
    ) -> tuple[Positions, npt.NDArray[np.bool_]]:
        """Return the rows that stand for those with the given positions, and which may be others.

        Parameters
        ----------
        which : ndarray of shape (n,)
            Positions.
        rng : numpy.random.Generator
            Source of the draws.

        Returns
        -------
        others : ndarray of shape (n,)
            Positions, too.
        is_drawn : ndarray of shape (n,)
            Whether it was drawn anew.
        """
        order = np.argsort(self.groups, kind="stable")
        sizes = np.bincount(self.groups)
        first = np.cumsum(sizes) - sizes
        is_drawn = rng.random(which.size) < self.share
        group = self.groups[which]
        place = first[group] + rng.integers(sizes[group])
        return np.where(is_drawn, order[place], which), is_drawn


def swap_ranks(
    values: Floats, share: float, rounds: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Let rows exchange values with rows of nearby rank, in each column by itself.

    Ranks are moved by random numbers up to the window, and the values handed out in the new
    order: each value goes to one row, of a rank less than the window away.

    Parameters
    ----------
    values : ndarray of shape (m, d)
        Rows; what is NaN stays so.
    share : float
        The window, as a share of the values of a column; two ranks at least.
    rounds : int
        How often the rows are to be exchanged, each time as they were given.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    swapped : ndarray of shape (rounds, m, d)
        The rows of each round.
    """
    swapped = np.full((rounds, *values.shape), np.nan)
    for j, column in enumerate(values.T):
        there = np.flatnonzero(~np.isnan(column))
        # Rows of one value are in any order.
        order = there[np.lexsort((rng.random(there.size), column[there]))]
        window = max(2.0, share * there.size)
        keys = np.arange(there.size) + window * rng.random((rounds, there.size))
        swapped[:, order, j] = column[order][np.argsort(keys, axis=1)]
    return swapped


def draw_anew(codes: Codes, which: Positions, share: float, rng: np.random.Generator) -> Codes:
    r"""Draw some categories anew, each as likely as it is frequent.

    So their frequencies stay, in expectation: the matrix :math:`(1 - t) I + t 1 p^T` leaves
    the frequencies p as they are, which makes it an invariant one of post-randomisation
    :footcite:p:`gouweleeuw1998post`.

    Parameters
    ----------
    codes : ndarray of shape (m, c)
        Categories, -1 where missing, which stays so.
    which : ndarray of shape (n,)
        Rows that are wanted.
    share : float
        The t: with this probability, a category is drawn anew.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    new : ndarray of shape (n, c)
        Categories.

    References
    ----------
    .. footbibliography::
    """
    new = codes[which]
    for j, column in enumerate(codes.T):
        there = column[column >= 0]
        anew = (rng.random(which.size) < share) & (new[:, j] >= 0)
        if there.size:
            drawn = there[rng.integers(there.size, size=which.size)]
            new[:, j] = np.where(anew, drawn, new[:, j])
    return new


def linked_share(space: Space, n: int, own: Positions, copies: npt.NDArray[np.intp]) -> float:
    """Return the share of released rows whose nearest original row is their own.

    Parameters
    ----------
    space : Space
        The original rows and then the released ones.
    n : int
        How many are original.
    own : ndarray of shape (n_released,)
        For each released row, the position of its own.
    copies : ndarray of shape (n,)
        How many original rows are the same as each, itself among them: with so many to
        choose from, its own is found once in as many times.

    Returns
    -------
    share : float
        From 0 to 1.
    """
    released = n + np.arange(own.size)
    nearest = space.kneighbors(1, of=released, among=np.arange(n))[:, 0]
    least = space.paired_distances(released, nearest)
    linked = space.paired_distances(released, own) <= least * (1 + SAME)
    return float(np.mean(linked / copies[own]))
