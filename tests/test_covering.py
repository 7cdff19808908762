"""The short run has every value of every parameter, and the exhaustive one all combinations."""

from itertools import combinations, product
from types import SimpleNamespace

import pytest
from conftest import pytest_collection_modifyitems
from covering import covering, every_third, short_run

pytest_plugins = ["pytester"]
SIZES = [*product([1, 2, 3, 4, 6], repeat=2), *product([2, 3, 4, 8], repeat=3), (45, 8, 2), (5, 45)]

GRIDS = """
    import pytest

    @pytest.fixture(params=["x", "y"])
    def letter(request):
        return request.param

    @pytest.mark.parametrize(("word", "length"), [("one", 3), ("three", 5), ("seven", 5)])
    @pytest.mark.parametrize("number", range(7))
    class TestGrid:
        def test_of_three(self, number, word, length, letter): ...

    @pytest.mark.parametrize("number", range(4))
    def test_no_grid(number): ...

    def test_alone(): ...

    @pytest.mark.exhaustive
    def test_many_draws(): ...
"""


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_every_value_of_every_axis_occurs(sizes):
    for name in ("", "test_a", "test_b"):
        chosen = covering(*map(range, sizes), name=name)
        assert len(chosen) == max(sizes)
        for size, values in zip(sizes, zip(*chosen, strict=True), strict=True):
            assert set(values) == set(range(size))


@pytest.mark.parametrize("sizes", [(45, 8, 2), (4, 45, 6), (30, 5, 3, 2), (12, 3, 4), (9, 3, 3)])
def test_shorter_axes_have_all_their_pairs(sizes):
    chosen = covering(*map(range, sizes), name="test")
    longest = sizes.index(max(sizes))
    for a, b in combinations([axis for axis in range(len(sizes)) if axis != longest], 2):
        pairs = {(row[a], row[b]) for row in chosen}
        assert pairs == set(product(range(sizes[a]), range(sizes[b])))


def test_tests_differ_in_what_they_combine():
    assert len({tuple(covering(range(45), range(8), name=f"test_{i}")) for i in range(99)}) == 8


def test_the_short_run_is_always_the_same():
    assert covering("abc", "xy", name="test_a") == covering("abc", "xy", name="test_a")


def kept_of(items, option=None):
    """Return the names of those of some tests that are run, and of those that are left out."""
    kept, left_out = list(items), []
    config = SimpleNamespace(
        getoption=lambda name: name == option,
        hook=SimpleNamespace(pytest_deselected=lambda items: left_out.extend(items)),
    )
    pytest_collection_modifyitems(config, kept)
    return [item.name for item in kept], [item.name for item in left_out]


@pytest.fixture
def items(pytester):
    return pytester.getitems(GRIDS)


def test_a_grid_is_covered_and_other_tests_stay(items):
    kept, left_out = kept_of(items)
    assert len(kept) + len(left_out) == len(items) == 7 * 3 * 2 + 4 + 2
    assert kept == [item.name for item in items if item.name in kept]  # in their order
    assert {name.partition("[")[0] for name in left_out} == {"test_of_three", "test_many_draws"}
    grid = [name.removesuffix("]").split("[")[1] for name in kept if "of_three" in name]
    assert len(grid) == 7
    for place, n_values in enumerate((2, 7, 3)):
        parts = {name.split("-", 2)[place] for name in grid}
        assert len(parts) == n_values


def test_all_stay_when_all_are_asked_for(items):
    assert kept_of(items, "--exhaustive") == ([item.name for item in items], [])


def test_the_rest_and_the_short_run_are_all(pytester):
    items = pytester.getitems(
        GRIDS
        + """
    from hypothesis import given, strategies

    @given(strategies.integers())
    def test_property(number): ...

    def test_takes_turns(turn): ...
    """
    )
    short, left_out = kept_of(items)
    rest, repeated = kept_of(items, "--rest")
    more = {"test_property", "test_takes_turns"}  # have more values in the rest
    assert set(short) & set(rest) == more
    assert set(rest) == set(left_out) | more
    assert set(repeated) == set(short) - more


def test_combinations_that_are_asked_for_stay(items):
    grid = [item for item in items if item.name.startswith("test_of_three")]
    for some in (grid[:1], grid[3:10], grid[1:], items[-1:]):
        assert short_run(some) == some


def test_a_third_of_a_list_of_combinations(pytester):
    items = pytester.getitems(
        """
        import pytest

        PAIRS = [(e, c) for e in range(7) for c in range(9) if c < 8 or e == 4]

        @pytest.mark.parametrize(("estimator", "check"), PAIRS)
        def test_it(estimator, check): ...
        """
    )
    chosen = [item.callspec.params for item in every_third(items, "estimator", "check")]
    assert {params["estimator"] for params in chosen} == set(range(7))
    assert {params["check"] for params in chosen} == set(range(9))
    assert len(items) / 3 - 7 < len(chosen) < len(items) / 3 + 7
