"""Fewer combinations of parameters, in which every value still occurs."""

from math import lcm, prod
from zlib import crc32


def covering(*axes, name=""):
    """Return as many combinations as the longest axis has values.

    Every value of every axis occurs. The shorter axes are combined with each other first: all
    pairs of their values occur as soon as the longest axis is as long as their product.
    The name, of a test, decides where the shorter axes begin, so that tests differ in what
    they combine.
    """
    longest = max(range(len(axes)), key=lambda a: len(axes[a]))
    start, combinations = crc32(name.encode()), []
    for row in range(len(axes[longest])):
        places, period = [], 1
        for a, axis in enumerate(axes):
            place = row
            if a != longest:
                # Where this axis and those before it would repeat too early, go on by one.
                repeats = lcm(period, len(axis))
                period *= len(axis)
                place = start + row + row % period // repeats
            places.append(axis[place % len(axis)])
        combinations.append(tuple(places))
    return combinations


def axes_of(item):
    """Return the axes of a test: the names of parameters that are given together."""
    parameters = dict.fromkeys(item.callspec.params)
    axes = []
    for mark in item.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs["argnames"]
        names = names.replace(",", " ").split() if isinstance(names, str) else names
        axes.append(tuple(names))
        for name in names:
            parameters.pop(name, None)
    return sorted(axes) + [(fixture,) for fixture in parameters]


def label_of(value):
    """Return the name of a function, also of one with some arguments, and else the text."""
    return getattr(getattr(value, "func", value), "__name__", str(value))


def every_third(tests, first, second, part=3):
    """Return a third, or another part, of the tests of each value of a parameter.

    Each value of the second occurs.
    """
    own, others = {}, {}
    for item in tests:
        own.setdefault(label_of(item.callspec.params[first]), []).append(item)
        others.setdefault(label_of(item.callspec.params[second]), []).append(item)
    # Each begins at another place than the one before it.
    chosen = {id(i) for start, some in enumerate(own.values()) for i in some[start % part :: part]}
    for some in others.values():
        if chosen.isdisjoint(map(id, some)):
            chosen.add(id(some[0]))
    return [item for item in tests if id(item) in chosen]


def short_run(items):
    """Return those of some tests that are run unless all are asked for.

    Of a test with several parametrizations, these are the combinations of `covering`. A test
    of which only some combinations are asked for is left as it is. The mark `every_third`, with
    the names of two parameters, is for a test that gets their combinations one by one. Tests
    with the mark `exhaustive` are left out beside others.
    """
    grids = {}
    for item in items:
        if hasattr(item, "callspec"):
            grids.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out = {id(item) for item in items if item.get_closest_marker("exhaustive")}
    if len(left_out) == len(items):
        return items
    for name, grid in grids.items():
        if mark := grid[0].get_closest_marker("every_third"):
            if len(grid) > 99:  # not where some are asked for
                left_out |= {id(i) for i in grid} - set(map(id, every_third(grid, *mark.args)))
            continue
        axes = axes_of(grid[0])
        of = {
            tuple(tuple(id(i.callspec.params[n]) for n in names) for names in axes): i for i in grid
        }
        values = [list(dict.fromkeys(place)) for place in zip(*of, strict=True)]
        if len(of) == len(grid) == prod(map(len, values)):
            left_out |= {id(i) for i in grid} - {
                id(of[places]) for places in covering(*values, name=name)
            }
    return [item for item in items if id(item) not in left_out]
