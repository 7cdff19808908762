"""Points inside spheres, spheres out of shape, and spheres that grow among rows."""

import numpy as np
import numpy.typing as npt

__all__ = ["draw_in_ball", "fold", "grow", "reshape_ball"]

Floats = npt.NDArray[np.float64]


def draw_in_ball(n: int, d: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw points evenly from inside the unit ball.

    Parameters
    ----------
    n, d : int
        How many, of how many dimensions.
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    points : ndarray of shape (n, d)
        No longer than 1.
    """
    direction = rng.standard_normal((n, d))
    if not d:
        return direction
    length = rng.random(n) ** (1 / d) / np.linalg.norm(direction, axis=1)
    return direction * length[:, np.newaxis]


def fold(steps: Floats, reach: Floats) -> npt.NDArray[np.float64]:
    """Return steps that turn back at a distance, as often as they come to it.

    Parameters
    ----------
    steps : ndarray of shape (n, d)
        Of any length.
    reach : ndarray of shape (d,)
        The distance; greater than 0.

    Returns
    -------
    folded : ndarray of shape (n, d)
        From ``-reach`` to ``reach``; what is no longer than that is as it was.
    """
    far = np.abs(steps) > reach
    if not far.any():
        return steps
    end = np.broadcast_to(reach, steps.shape)[far]
    there_and_back = np.mod(steps[far] + end, 4 * end)
    folded = steps.copy()
    folded[far] = np.clip(end - np.abs(there_and_back - 2 * end), -end, end)
    return folded


def grow(distances: Floats, energy: float) -> tuple[Floats, npt.NDArray[np.intp]]:
    r"""Grow spheres against the rows inside, until each has spent its energy.

    To grow by :math:`\Delta r` costs :math:`(n + 1) \Delta r` with n rows inside
    :footcite:p:`koziarski2017ccr`. So the radius r is where, with the distances d of rows,
    :math:`r + \sum (r - d)_+` is the energy.

    Parameters
    ----------
    distances : ndarray of shape (m, k)
        How far the k nearest rows are from each centre, in ascending order.
    energy : float
        Greater than 0, in units of distance.

    Returns
    -------
    radius : ndarray of shape (m,)
        Of each sphere; too large where all k rows are inside, and there are others.
    n_inside : ndarray of shape (m,)
        How many of the rows are nearer than that.

    References
    ----------
    .. footbibliography::
    """
    before = np.zeros((len(distances), distances.shape[1] + 1))
    np.cumsum(distances, axis=1, out=before[:, 1:])
    cost = distances * np.arange(1, distances.shape[1] + 1) - before[:, :-1]
    n_inside = np.count_nonzero(cost < energy, axis=1)
    radius = (energy + before[np.arange(len(distances)), n_inside]) / (n_inside + 1)
    return radius, n_inside


def reshape_ball(
    points: Floats, axis: Floats, truncation: float, deformation: float
) -> npt.NDArray[np.float64]:
    r"""Cut a ball off along an axis, and flatten it towards the axis.

    Points z beyond the cut, :math:`|t - z \cdot e| > 1`, are mirrored to the other side; then
    they lose a share of what is upright on the axis e :footcite:p:`douzas2019geometric`.

    Parameters
    ----------
    points : ndarray of shape (n, d)
        Points of the unit ball.
    axis : ndarray of shape (n, d)
        A unit vector for each; of zeros, where nothing is done.
    truncation : float
        The t, from -1 to 1: 0 for the whole ball, 1 for the half on the side of the axis, -1
        for the other half.
    deformation : float
        The share, from 0 to 1: 1 for a line.

    Returns
    -------
    points : ndarray of shape (n, d)
        Of the unit ball.

    References
    ----------
    .. footbibliography::
    """
    along = np.einsum("ij,ij->i", points, axis)[:, np.newaxis]
    beyond = np.abs(truncation - along) > 1
    points = np.where(beyond, points - 2 * along * axis, points)
    along = np.where(beyond, -along, along)
    known = axis.any(axis=1, keepdims=True)
    return points - np.where(known, deformation * (points - along * axis), 0.0)
