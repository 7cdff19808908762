"""Which rows contradict the rows around them."""

import numpy as np
import numpy.typing as npt

__all__ = ["agreed", "in_tomek_links"]


def agreed(
    neighbors: npt.NDArray[np.intp], codes: npt.NDArray[np.intp], *, unanimously: bool
) -> npt.NDArray[np.bool_]:
    """Say which rows their nearest rows would take for what they are.

    Parameters
    ----------
    neighbors : ndarray of shape (n, k)
        Positions of the nearest rows.
    codes : ndarray of shape (n,)
        The class of each row, from 0 on.
    unanimously : bool
        Whether all of them have to be of the class of the row; otherwise, no other class may
        have more of them.

    Returns
    -------
    agreed : ndarray of shape (n,)
        Which.
    """
    around = codes[neighbors]
    own = np.count_nonzero(around == codes[:, np.newaxis], axis=1)
    if unanimously:
        return own == neighbors.shape[1]
    most = np.zeros(codes.size, dtype=np.intp)
    for code in range(codes.max(initial=-1) + 1):
        votes = np.where(codes == code, 0, np.count_nonzero(around == code, axis=1))
        most = np.maximum(most, votes)
    return own >= most


def in_tomek_links(
    nearest: npt.NDArray[np.intp], codes: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Say which rows are the nearest of their own nearest row, which is of another class.

    Parameters
    ----------
    nearest : ndarray of shape (n,)
        Position of the nearest row of each.
    codes : ndarray of shape (n,)
        The class of each row.

    Returns
    -------
    linked : ndarray of shape (n,)
        Which.
    """
    mutual = nearest[nearest] == np.arange(nearest.size)
    return mutual & (codes[nearest] != codes)
