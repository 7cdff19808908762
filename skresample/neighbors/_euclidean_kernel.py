"""The compiled parts of the search for Euclidean neighbors.

On centered rows, half the squared distance of q and b is, up to a term of q alone, the *score*
|b|²/2 - qb. It is computed in float32. Base rows are stored in tiles of `LANES`, feature by
feature, the halves of their squared norms last, so that the scores of `QUERIES` queries and one
tile stay in registers from the first feature to the last. The rows that are found are ranked by
exact distances afterwards.

Nothing here starts threads, holds the interpreter's lock or draws random numbers. All kernels are
in one file, because numba's cache does not notice a change in another.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from skresample.neighbors._jit import jit

__all__ = [
    "LANES",
    "QUERIES",
    "grow",
    "pack_leaves",
    "pack_rows",
    "pack_tiles",
    "rank",
    "scan",
    "unpack_leaves",
]

LANES = 16
QUERIES = 5
# How many queries are compared with a part of the base, and how many bytes that has: queries
# stay in the second cache, base rows in the first.
GROUP = 480
TILE_BYTES = 16 << 10
UNIT = 2.0**-24  # of rounding, in float32
ROUNDED = np.float32(16 * UNIT)  # proportion of a square that rounding in a leaf may change
TRIES = 16  # to find two different rows of a node
SAMPLED = 64  # rows of a node whose median divides it


@intrinsic
def _hits(
    typingctx: Any, tiles: Any, t: Any, queries: Any, q: Any, limits: Any, scores: Any, lanes: Any
) -> Any:
    """Score `QUERIES` queries from q on against tile t, and return which have scores below limits.

    Bit i of the result is that of query q + i; `scores` and the bits of `lanes` then hold the
    scores. They are in registers, unlike NumPy's arrays.
    """
    signature = types.uint32(tiles, t, queries, q, limits, scores, lanes)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        tiles, queries, limits, scores, lanes = (
            context.make_array(signature.args[i])(context, builder, args[i])
            for i in (0, 2, 4, 5, 6)
        )
        t, q = args[1], args[3]
        index, word = ir.IntType(64), ir.IntType(32)
        row = ir.VectorType(ir.FloatType(), LANES)
        mask = ir.IntType(LANES)
        undefined = ir.Constant(row, ir.Undefined)
        zeros = ir.Constant(ir.VectorType(word, LANES), [0] * LANES)

        def at(data: Any, position: Any) -> Any:
            return builder.bitcast(builder.gep(data, [position]), row.as_pointer())

        def everywhere(number: Any) -> Any:
            first = builder.insert_element(undefined, number, word(0))
            return builder.shuffle_vector(first, undefined, zeros)

        height = builder.extract_value(tiles.shape, 1)
        d = builder.sub(height, index(1))
        first = builder.mul(t, builder.mul(height, index(LANES)))
        start = builder.mul(q, d)
        norms = builder.add(first, builder.mul(d, index(LANES)))
        halves = builder.load(at(tiles.data, norms), align=4)
        totals = [cgutils.alloca_once_value(builder, halves) for _ in range(QUERIES)]
        with cgutils.for_range(builder, d, intp=index) as loop:
            step = builder.mul(loop.index, index(LANES))
            base = builder.load(at(tiles.data, builder.add(first, step)), align=4)
            for i, total in enumerate(totals):
                skip = builder.add(builder.mul(d, index(i)), loop.index)
                value = builder.load(builder.gep(queries.data, [builder.add(start, skip)]))
                product = builder.fmul(everywhere(value), base, flags=("contract",))
                less = builder.fsub(builder.load(total), product, flags=("contract",))
                builder.store(less, total)
        found = word(0)
        below = []
        for i, total in enumerate(totals):
            limit = builder.load(builder.gep(limits.data, [builder.add(q, index(i))]))
            smaller = builder.fcmp_ordered("<", builder.load(total), everywhere(limit))
            bits = builder.bitcast(smaller, mask)
            below.append(bits)
            some = builder.icmp_unsigned("!=", bits, mask(0))
            found = builder.or_(found, builder.select(some, word(1 << i), word(0)))
        with builder.if_then(builder.icmp_unsigned("!=", found, word(0)), likely=False):
            for i, (total, bits) in enumerate(zip(totals, below, strict=True)):
                builder.store(builder.load(total), at(scores.data, index(i * LANES)), align=4)
                builder.store(builder.zext(bits, word), builder.gep(lanes.data, [index(i)]))
        return found

    return signature, codegen


@intrinsic
def _lowest(typingctx: Any, bits: Any) -> Any:
    """Return the position of the lowest bit that is set."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.IntType(1)(1))

    return types.uint32(types.uint32), codegen


@jit(reorder=True)
def pack_rows(values, rows, center, scale, out):
    """Write some rows of a table, centered and scaled."""
    for i in range(rows.size):
        for f in range(values.shape[1]):
            out[i, f] = (values[rows[i], f] - center[f]) * scale


@jit(reorder=True)
def pack_tiles(values, rows, center, scale, first, tiles):
    """Write some rows of a table, centered and scaled, into zeroed tiles.

    They are the rows of the tiles from `first` on; the last is filled up with rows that are
    infinitely far.
    """
    d = values.shape[1]
    for t in range(tiles.shape[0]):
        for j in range(LANES):
            i = (first + t) * LANES + j
            half = np.inf
            if i < rows.size:
                total = 0.0
                for f in range(d):
                    v = np.float32((values[rows[i], f] - center[f]) * scale)
                    tiles[t, f, j] = v
                    total += np.float64(v) * np.float64(v)
                half = total / 2
            tiles[t, d, j] = half


@jit()
def scan(tiles, names, tile_starts, queries, own, query_starts, near, found, again):
    """Merge base rows into the lists of the nearest of queries.

    Queries and tiles come in segments, whose ends are in `query_starts` and `tile_starts`. Those
    of one segment are compared with each other. Segments of queries are filled up to a multiple
    of `QUERIES` with queries whose scores are -inf, so that nothing enters their lists. With
    `again`, a base row may be in a list already.
    """
    k = near.shape[1]
    limits = np.empty(own.size, np.float32)
    for q in range(own.size):
        limits[q] = near[q, k - 1]
    scores = np.empty(QUERIES * LANES, np.float32)
    lanes = np.empty(QUERIES, np.uint32)
    at_once = max(1, TILE_BYTES // (4 * LANES * tiles.shape[1]))
    for segment in range(query_starts.size - 1):
        last_query, last_tile = query_starts[segment + 1], tile_starts[segment + 1]
        for group in range(query_starts[segment], last_query, GROUP):
            for first in range(tile_starts[segment], last_tile, at_once):
                for q in range(group, min(last_query, group + GROUP), QUERIES):
                    for t in range(first, min(last_tile, first + at_once)):
                        hits = _hits(tiles, t, queries, q, limits, scores, lanes)
                        while hits:
                            i = _lowest(hits)
                            hits &= hits - np.uint32(1)
                            r = q + i
                            bits = lanes[i]
                            while bits:
                                j = _lowest(bits)
                                bits &= bits - np.uint32(1)
                                name = names[t * LANES + j]
                                score = scores[i * LANES + j]
                                if name == own[r] or score >= limits[r]:
                                    continue
                                if again and _has(found, r, name):
                                    continue
                                _insert(near, found, r, score, name)
                                limits[r] = near[r, k - 1]


@jit()
def _has(found, r, name):
    there = False
    for p in range(found.shape[1]):
        there |= found[r, p] == name
    return there


@jit()
def _insert(near, found, r, score, name):
    p = near.shape[1] - 1
    while p > 0 and near[r, p - 1] > score:
        near[r, p] = near[r, p - 1]
        found[r, p] = found[r, p - 1]
        p -= 1
    near[r, p] = score
    found[r, p] = name


@jit(reorder=True)
def rank(values, rows, center, scale, near, found, n_others, out, sure):
    """Rank what was found by exact distances, and write where nothing nearer can be missing.

    A row that is nearer than the k-th, at distance D from q, has a norm of at most |q| + D,
    which bounds the rounding of its score. If the last score found exceeds that of such a
    row by more than rounding, none is missing. Without a last score, all `n_others` must have
    been found.
    """
    d = values.shape[1]
    k, kept = out.shape[1], found.shape[1]
    distances = np.empty(kept)
    for i in range(rows.size):
        r = rows[i]
        n_found = 0
        for c in range(kept):
            g = found[i, c]
            if g < 0:
                break
            total = 0.0
            for f in range(d):
                difference = (np.float64(values[r, f]) - np.float64(values[g, f])) * scale
                total += difference * difference
            p = c
            while p > 0 and (
                distances[p - 1] > total or (distances[p - 1] == total and found[i, p - 1] > g)
            ):
                distances[p] = distances[p - 1]
                found[i, p] = found[i, p - 1]
                p -= 1
            distances[p] = total
            found[i, p] = g
            n_found += 1
        for c in range(k):
            out[i, c] = found[i, c]
        sure[i] = False
        if n_found >= k and distances[k - 1] < np.inf:
            norm = 0.0
            for f in range(d):
                v = (np.float64(values[r, f]) - center[f]) * scale
                norm += v * v
            reach = np.sqrt(norm) + np.sqrt(distances[k - 1])
            if n_found < kept:
                sure[i] = n_found == n_others[i]
            elif reach < 1e18:
                rounding = (d + 3) * (np.sqrt(norm) * reach + reach * reach / 2)
                rounding = UNIT * (rounding + 1.5 * reach * reach) + 1e-30
                sure[i] = 2 * (near[i, kept - 1] - rounding) + norm > distances[k - 1] or (
                    n_found == n_others[i]
                )


@jit()
def _mix(seed):
    """Return a number that looks random (the finalizer of SplitMix64)."""
    z = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit(reorder=True)
def grow(points, seed, leaf, order, starts):
    """Divide the rows into leaves of at most `leaf` by planes, and return how many there are.

    A plane is perpendicular to the line through two rows of the node, at about the median of
    the node's rows along it. `order` lists the rows leaf by leaf, `starts` where each begins.
    """
    n, d = points.shape
    direction = np.empty(d, np.float32)
    sample = np.empty(SAMPLED, np.float32)
    along = np.empty(n, np.float32)
    right = np.empty(n, order.dtype)
    # A part has at most seven eighths of the whole, so that few are ever waiting.
    waiting = np.empty((256, 2), np.int64)
    waiting[0, 0], waiting[0, 1] = 0, n
    n_waiting, n_leaves = 1, 0
    while n_waiting:
        n_waiting -= 1
        low, high = waiting[n_waiting, 0], waiting[n_waiting, 1]
        size = high - low
        if size <= leaf:
            starts[n_leaves] = low
            n_leaves += 1
            continue
        state = _mix(np.uint64(seed) ^ _mix(np.uint64(low) ^ (np.uint64(high) << np.uint64(32))))
        a = order[low + np.int64(state % np.uint64(size))]
        state = _mix(state)
        for _ in range(TRIES):
            b = order[low + np.int64(state % np.uint64(size))]
            state = _mix(state)
            apart = False
            for f in range(d):
                direction[f] = points[a, f] - points[b, f]
                apart |= direction[f] != 0
            if apart:
                break
        for i in range(low, high):
            total = np.float32(0)
            p = order[i]
            for f in range(d):
                total += direction[f] * points[p, f]
            along[i] = total
        for s in range(SAMPLED):
            state = _mix(state)
            value = along[low + np.int64(state % np.uint64(size))]
            place = s
            while place > 0 and sample[place - 1] > value:
                sample[place] = sample[place - 1]
                place -= 1
            sample[place] = value
        threshold = sample[SAMPLED // 2]
        left, n_right = low, 0
        for i in range(low, high):
            # Without a branch, which nothing could predict.
            p = order[i]
            goes_left = along[i] < threshold
            order[left] = p
            right[n_right] = p
            left += goes_left
            n_right += not goes_left
        for i in range(n_right):
            order[left + i] = right[i]
        # Rows on the plane may go to either side; those beyond it go last.
        if min(left - low, high - left) * 8 < size:
            n_equal, n_right = left, 0
            for i in range(left, high):
                p, side = order[i], np.float32(0)
                for f in range(d):
                    side += direction[f] * points[p, f]
                order[n_equal] = p
                right[n_right] = p
                n_equal += side <= threshold
                n_right += side > threshold
            for i in range(n_right):
                order[n_equal + i] = right[i]
            left = low + size // 2
        waiting[n_waiting, 0], waiting[n_waiting, 1] = left, high
        waiting[n_waiting + 1, 0], waiting[n_waiting + 1, 1] = low, left
        n_waiting += 2
    starts[n_leaves] = n
    return n_leaves


@jit()
def pack_leaves(
    points, members, order, starts, is_query, is_base, near, found,
    tiles, names, tile_starts, queries, own, query_starts, leaf_near, leaf_found, own_halves,
):  # fmt: skip
    """Write the rows of leaves into empty tiles, and their queries beside their lists.

    They are in segments for `scan`, whose ends are written, too. `members` has the names of the
    points, which are the positions of their lists.
    """
    d = points.shape[1]
    center = np.empty(d, np.float32)
    tile_starts[0], query_starts[0] = 0, 0
    for leaf in range(starts.size - 1):
        b, q = tile_starts[leaf] * LANES, query_starts[leaf]
        middle = order[(starts[leaf] + starts[leaf + 1]) // 2]
        for f in range(d):
            center[f] = points[middle, f]
        for i in range(starts[leaf], starts[leaf + 1]):
            p = order[i]
            half = np.float32(0)
            for f in range(d):
                v = points[p, f] - center[f]
                half += v * v / 2
            name = members[p]
            if is_base[p]:
                for f in range(d):
                    tiles[b // LANES, f, b % LANES] = points[p, f] - center[f]
                tiles[b // LANES, d, b % LANES] = half
                names[b] = name
                b += 1
            if is_query[p]:
                for f in range(d):
                    queries[q, f] = points[p, f] - center[f]
                for c in range(near.shape[1]):
                    leaf_near[q, c] = near[name, c] - half
                    leaf_found[q, c] = found[name, c]
                own[q] = name
                own_halves[q] = half
                q += 1
        tile_starts[leaf + 1] = (b + LANES - 1) // LANES
        query_starts[leaf + 1] = (q + QUERIES - 1) // QUERIES * QUERIES


@jit()
def unpack_leaves(own, own_halves, leaf_near, leaf_found, near, found):
    """Write the lists of the queries of leaves back.

    Far from the center of a leaf, short distances are lost in rounding. They count as no less
    than that, so that such a list does not replace one of shorter distances.
    """
    k = near.shape[1]
    for q in range(own.size):
        unsure = ROUNDED * own_halves[q]
        if own[q] < 0 or near[own[q], k - 1] < unsure:
            continue
        for c in range(k):
            near[own[q], c] = max(leaf_near[q, c] + own_halves[q], unsure)
            found[own[q], c] = leaf_found[q, c]
