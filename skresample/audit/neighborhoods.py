"""Real and synthetic rows of a class as neighbors of each other."""

from typing import NamedTuple

import numpy as np

from skresample.audit.statistics.closeness import KNeighbors, nearest_lists, nearest_two
from skresample.audit.tables import FEWEST, Tables
from skresample.compare.arrays import Array, Bools, Floats

__all__ = ["LISTED", "Neighborhood", "by_side", "neighborhoods"]

# How many nearest neighbors are listed: enough for some of them to be real and some synthetic.
LISTED = 20


class Neighborhood(NamedTuple):
    """The rows of a class, with at most as many synthetic rows as real ones.

    `nearest` is the distance of each row to the nearest (other) real row.
    """

    stratum: int
    is_real: Bools
    neighbors: KNeighbors
    nearest: Floats


def neighborhoods(tables: Tables, rng: np.random.Generator) -> list[Neighborhood]:
    """List the nearest neighbors among real and synthetic rows of each class with enough rows.

    Among many more synthetic rows, all neighbors would be synthetic: the excess is left out at
    random.
    """
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    found = []
    for stratum in np.unique(ours):
        real, synthetic = np.flatnonzero(ours == stratum), np.flatnonzero(others == stratum)
        if synthetic.size < FEWEST:
            continue
        if synthetic.size > real.size:
            synthetic = np.sort(rng.choice(synthetic, real.size, replace=False))
        both = tables.real.take(real).joined(tables.synthetic.take(synthetic))
        # In random order, since the first of equally near rows is listed first.
        order = rng.permutation(len(both))
        values = tables.space(both.take(order))
        is_real = order < real.size
        neighbors = nearest_lists(values, LISTED)
        nearest = nearest_two(neighbors, is_real[np.newaxis])[0][0]
        far = np.flatnonzero(np.isinf(nearest))
        if far.size:  # all listed neighbors are synthetic
            alone = nearest_lists(values, 1, of=far, among=np.flatnonzero(is_real))
            nearest[far] = alone.distances[:, 0]
        found.append(Neighborhood(int(stratum), is_real, neighbors, nearest))
    return found


def by_side(near: list[Neighborhood], values: list[Array]) -> tuple[Array, Array, Floats]:
    """Return the values of all synthetic and of all real rows, and weights of the real rows.

    The weights give each class its weight among the synthetic rows.
    """
    pairs = list(zip(values, near, strict=True))
    synthetic = np.concatenate([value[~one.is_real] for value, one in pairs])
    real = np.concatenate([value[one.is_real] for value, one in pairs])
    n_real = [np.count_nonzero(one.is_real) for one in near]
    ratios = [(len(one.is_real) - n) / n for one, n in zip(near, n_real, strict=True)]
    return synthetic, real, np.repeat(ratios, n_real)
