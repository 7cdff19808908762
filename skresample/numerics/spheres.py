"""Points inside spheres, spheres out of shape, and spheres that grow among rows."""

import numpy as np
import numpy.typing as npt

__all__ = ["draw_in_ball", "fold", "grow", "reshape_ball"]

Floats = npt.NDArray[np.float64]


def draw_in_ball(n: int, d: int, rng: np.random.Generator) -> Floats:
    """Draw points (n, d) uniformly from the unit ball."""
    direction = rng.standard_normal((n, d))
    if not d:
        return direction
    length = rng.random(n) ** (1 / d) / np.linalg.norm(direction, axis=1)
    return direction * length[:, np.newaxis]


def fold(steps: Floats, reach: Floats) -> Floats:
    """Return steps (n, d) within ``-reach`` to ``reach`` (d,): longer ones are reflected there.

    They are reflected as often as they reach an end. Reaches are positive.
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
    r"""Grow spheres among rows until each has spent its energy; return radii and rows inside (m,).

    `distances` (m, k) are those of the k nearest rows, ascending. To grow by :math:`\Delta r` costs
    :math:`(n + 1) \Delta r` with n rows inside, so that the radius r solves
    :math:`r + \sum (r - d)_+ =` `energy`; it is too large if all k rows are inside, and more exist.
    """
    before = np.zeros((len(distances), distances.shape[1] + 1))
    np.cumsum(distances, axis=1, out=before[:, 1:])
    cost = distances * np.arange(1, distances.shape[1] + 1) - before[:, :-1]
    n_inside = np.count_nonzero(cost < energy, axis=1)
    radius = (energy + before[np.arange(len(distances)), n_inside]) / (n_inside + 1)
    return radius, n_inside


def reshape_ball(points: Floats, axis: Floats, truncation: float, deformation: float) -> Floats:
    r"""Cut off a unit ball along an axis, and flatten it towards the axis, as Geometric SMOTE does.

    Points z (n, d) with :math:`|t - z \cdot e| > 1` are mirrored to the other side, where t is
    `truncation` and e the unit `axis` (n, d), zeros to keep a point. Then the component orthogonal
    to the axis shrinks by the proportion `deformation`.
    """
    along = np.einsum("ij,ij->i", points, axis)[:, np.newaxis]
    beyond = np.abs(truncation - along) > 1
    points = np.where(beyond, points - 2 * along * axis, points)
    along = np.where(beyond, -along, along)
    known = axis.any(axis=1, keepdims=True)
    return points - np.where(known, deformation * (points - along * axis), 0.0)
