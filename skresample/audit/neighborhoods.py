"""Real and synthetic rows of a class as neighbours of each other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from skresample.audit.statistics.closeness import KNeighbors, nearest_lists, nearest_two
from skresample.audit.tables import FEWEST, Tables

__all__ = ["LISTED", "Neighborhood", "neighborhoods", "weights_like_synthetic"]

# How many of the nearest rows are listed: among so many, some are real and some synthetic.
LISTED = 20


class Neighborhood(NamedTuple):
    """The rows of a class, and at most as many synthetic ones as there are real ones.

    Attributes
    ----------
    stratum : int
        Which class.
    is_real : ndarray of shape (n,)
        Which of the rows are real.
    lists : KNeighbors
        The nearest of them, of each.
    nearest : ndarray of shape (n,)
        How far the nearest real row is, of real rows the nearest other one.
    """

    stratum: int
    is_real: npt.NDArray[np.bool_]
    lists: KNeighbors
    nearest: npt.NDArray[np.float64]


def neighborhoods(tables: Tables, rng: np.random.Generator) -> list[Neighborhood]:
    """List the nearest rows of real and synthetic rows, class by class.

    Parameters
    ----------
    tables : Tables
        What is audited.
    rng : numpy.random.Generator
        Draws the synthetic rows where there are more than real ones. Among many more, the
        nearest row of each would be a synthetic one, and nothing could be told.

    Returns
    -------
    neighborhoods : list of Neighborhood
        Of the classes with enough synthetic rows.
    """
    ours, others = tables.strata(tables.real), tables.strata(tables.synthetic)
    found = []
    for stratum in np.unique(ours):
        real, synthetic = np.flatnonzero(ours == stratum), np.flatnonzero(others == stratum)
        if synthetic.size < FEWEST:
            continue
        if synthetic.size > real.size:
            synthetic = np.sort(rng.choice(synthetic, real.size, replace=False))
        values = tables.space(tables.real.take(real), tables.synthetic.take(synthetic))
        # In random order, since of equally near rows the first one is listed first.
        order = rng.permutation(real.size + synthetic.size)
        values = values.take(order)
        is_real = order < real.size
        lists = nearest_lists(values, LISTED)
        nearest = nearest_two(lists, is_real[np.newaxis])[0][0]
        far = np.flatnonzero(np.isinf(nearest))
        if far.size:  # many synthetic rows lie beside each other
            alone = nearest_lists(values, 1, of=far, among=np.flatnonzero(is_real))
            nearest[far] = alone.distances[:, 0]
        found.append(Neighborhood(int(stratum), is_real, lists, nearest))
    return found


def weights_like_synthetic(near: list[Neighborhood]) -> npt.NDArray[np.float64]:
    """Return what real rows count, for their classes to count as much as among synthetic rows.

    Parameters
    ----------
    near : list of Neighborhood
        Of each class.

    Returns
    -------
    weights : ndarray of shape (n_real,)
        Of the real rows, class by class.
    """
    parts = []
    for one in near:
        n = np.count_nonzero(one.is_real)
        parts.append(np.full(n, (len(one.is_real) - n) / n))
    return np.concatenate(parts)
