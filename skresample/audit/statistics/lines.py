"""Lines on which rows lie, and their intersections."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from sklearn.utils import gen_batches

from skresample.compare.arrays import Bools, Floats
from skresample.neighbors import Dense

__all__ = ["lines_through", "matches", "meeting_points"]

# Other rows on the line of a row are looked for among so many of its nearest neighbors.
MATES = 60
# So many numbers are in memory at once.
BLOCK_VALUES = 1 << 22
# Intersections are looked for up to this multiple of the length of a line from its mean.
REACH = 20
# Directions are the same if the sine of their angle is below this, which is what cosines of
# doubles can tell apart.
SAME_DIRECTION = 1e-7
# Points are the same if their distance is below this multiple of the size of the table.
SAME_POINT = 1e-7


def lines_through(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """Find the lines through at least three of the rows (n, d), which are all different.

    Returns the mean of the rows of each line (l, d), its direction (l, d), and how far its rows
    reach to the shorter and the longer side (l, 2). Lines along an axis are left out: wherever a
    value is frequent, rows lie on such a line.
    """
    n, d = rows.shape
    if n < 3 or d < 2:
        return np.empty((0, d)), np.empty((0, d)), np.empty((0, 2))
    neighbors = Dense(rows).kneighbors(MATES, n_jobs=-1)
    k = neighbors.shape[1]
    pairs = []
    for part in gen_batches(n, max(1, BLOCK_VALUES // (k * max(k, d)))):
        away = rows[neighbors[part]] - rows[part, np.newaxis]
        away /= np.linalg.norm(away, axis=2, keepdims=True)
        along_axis = np.abs(away).max(axis=2) > 1 - SAME_DIRECTION**2
        cosines = np.abs(away @ away.swapaxes(1, 2))
        parallel = cosines > 1 - max(SAME_DIRECTION**2, 4 * np.finfo(np.float64).eps)
        parallel &= ~along_axis[:, np.newaxis]
        count = parallel.sum(axis=1)
        # A row lies on the line in the direction of most others.
        best = count.argmax(axis=1)
        found = np.arange(len(best))
        on_line = parallel[found, best] & (count[found, best] >= 2)[:, np.newaxis]
        query, mate = np.nonzero(on_line)
        pairs.append(np.stack([part.start + query, neighbors[part][query, mate]]))
    left, right = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    component = connected_components(graph, directed=False)[1]
    order = np.argsort(component, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(component[order])) + 1)
    lines = [line for group in groups if len(group) > 2 and (line := _line(rows[group]))]
    if not lines:
        return np.empty((0, d)), np.empty((0, d)), np.empty((0, 2))
    origins, directions, spans = zip(*lines, strict=True)
    return np.array(origins), np.array(directions), np.array(spans)


def _line(rows: Floats) -> tuple[Floats, Floats, list[float]] | None:
    """Return the mean, direction and reach of the line that all rows lie on, or None."""
    origin = rows.mean(axis=0)
    _, sizes, axes = np.linalg.svd(rows - origin, full_matrices=False)
    if sizes[1] > SAME_DIRECTION * sizes[0]:
        return None
    places = (rows - origin) @ axes[0]
    return origin, axes[0], sorted([float(places.max()), float(-places.min())])


def meeting_points(
    origins: Floats, directions: Floats, spans: Floats, *, scale: float, least: int
) -> Floats:
    """Find the points (p, d) at which `least` lines intersect, beyond the rows that lie on them.

    `scale` is the size of the table. In more than two dimensions two lines do not meet by chance;
    in a plane any two do, but not three.
    """
    n, d = origins.shape
    found, meeting = [], []
    for i in range(n - 1):
        apart = origins[i + 1 :] - origins[i]
        along, beside = directions[i], directions[i + 1 :]
        cosine = beside @ along
        sine = 1 - cosine**2  # squared
        crossing = sine > 1e-8
        here = apart @ along
        there = np.einsum("ij,ij->i", apart, beside)
        with np.errstate(divide="ignore", invalid="ignore"):
            ours = (here - cosine * there) / sine
            theirs = (cosine * here - there) / sine
        # Interpolated rows lie between the two real rows, which are the intersections.
        for place, (shorter, longer) in ((ours, spans[i]), (theirs, spans[i + 1 :].T)):
            crossing &= (np.abs(place) > shorter) & (np.abs(place) < REACH * longer)
        others = np.flatnonzero(crossing)
        if not others.size:
            continue
        point = origins[i] + ours[others, np.newaxis] * along
        other = origins[i + 1 + others] + theirs[others, np.newaxis] * beside[others]
        near = np.linalg.norm(point - other, axis=1) < SAME_POINT * scale
        found.append(point[near])
        pair = np.stack([np.full(near.sum(), i), i + 1 + others[near]], axis=1)
        meeting.append(pair)
    if not found or not len(points := np.concatenate(found)):
        return np.empty((0, d))
    lines = np.concatenate(meeting)
    close = KDTree(points).query_pairs(2 * SAME_POINT * scale, output_type="ndarray")
    graph = coo_array((np.ones(len(close)), close.T), shape=(len(points),) * 2)
    n_groups, group = connected_components(graph, directed=False)
    membership = np.unique(np.stack([np.repeat(group, 2), lines.ravel()]), axis=1)
    enough = np.bincount(membership[0], minlength=n_groups) >= least
    first = np.unique(group, return_index=True)[1]
    return points[first[enough]]


def matches(points: Floats, rows: Floats, scale: float) -> tuple[Bools, Bools]:
    """Return which points (p,) are rows, and which rows (n,) are among the points."""
    if not len(points):
        return np.zeros(0, dtype=bool), np.zeros(len(rows), dtype=bool)
    reach = 10 * SAME_POINT * scale
    right = KDTree(rows).query(points)[0] < reach
    recovered = KDTree(points).query(rows)[0] < reach
    return right, recovered
