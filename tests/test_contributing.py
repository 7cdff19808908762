"""CONTRIBUTING.md: its example is one file and one line, and is everywhere then."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import skresample
from skresample import SMOTE
from skresample.testing import parametrize_with_laws

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILE, TEST = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
[PLACE] = re.findall(r"It is one file, `(.*?)`", PAGE)
[LINE] = re.findall(r"^```text\n(from .*?\n)```$", PAGE, re.M | re.S)
# As a module that pickles find.
sys.modules["outer_smote"] = ModuleType("outer_smote")
exec(compile(FILE, "CONTRIBUTING.md", "exec"), vars(sys.modules["outer_smote"]))
OuterSMOTE = sys.modules["outer_smote"].OuterSMOTE
# What a file that was added to the package finds there.
EVERYWHERE = """
import numpy as np
from skresample import OuterSMOTE, __all__, compare
from skresample.cli.samplers import make_sampler, samplers
from skresample.utils import default_samplers
from sklearn.linear_model import LogisticRegression

assert "OuterSMOTE" in __all__
assert "OuterSMOTE" in default_samplers()
samplers()  # prints the list
assert make_sampler("outer-smote", ["power=2.0"]).get_params()["power"] == 2
X, y = np.random.default_rng(0).normal(size=(90, 2)), np.repeat([0, 1], [60, 30])
model = LogisticRegression()
result = compare(X, y, samplers=[OuterSMOTE()], estimators=model, cv=2, random_state=0)
assert "OuterSMOTE" in set(result.to_frame()["sampler"])
"""


@parametrize_with_laws([OuterSMOTE(random_state=0), OuterSMOTE(power=0, random_state=0)])
@pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning")
@pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning")
def test_laws(sampler, law):
    law(sampler)


def test_the_example_of_a_test(tmp_path):
    Path(tmp_path, "test_outer.py").write_text(f"{FILE}\n\n{TEST}")
    arguments = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "-k",
        "provenance",
        str(tmp_path),
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], capture_output=True, text=True
    )
    assert "1 passed" in run.stdout, run.stdout


def test_without_weights_it_is_smote():
    signature = OuterSMOTE(power=0, random_state=0).get_params()
    assert set(signature) - set(SMOTE().get_params()) == {"power"}
    assert "power : float, default=1.0" in OuterSMOTE.__doc__
    assert "k_neighbors : int or estimator, default=5" in OuterSMOTE.__doc__


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Return a copy of the package with the example in it."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "skresample", root / "skresample")  # with what numba has compiled
    (root / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "conf.py", root / "docs")
    (root / PLACE).write_text(FILE)
    with (root / "skresample" / "__init__.pyi").open("a") as exports:
        exports.write(LINE)
    return root


def run(package, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(package), "COLUMNS": "200"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_file_and_one_line_are_enough(package):
    listing = run(package, "-c", EVERYWHERE)
    assert "outer-smote" in listing
    assert "SMOTE that starts more often from samples far from the mean of their class" in listing
    assert "Yours (2026)" in listing


def test_the_reference_lists_it(package):
    run(package, "docs/conf.py")
    page = (package / "docs" / "reference" / "index.rst").read_text()
    family = page.partition("The SMOTE family")[2].partition("---\n\n")[2].partition("---")[0]
    assert "   OuterSMOTE\n" in family


def test_the_reference_lists_all_that_is_exported(package):
    run(package, "docs/conf.py")
    page = (package / "docs" / "reference" / "index.rst").read_text()
    listed = re.findall(r"^   (\w+)$", page, re.M)
    assert sorted(listed) == sorted({*skresample.__all__, "OuterSMOTE"} - {"__version__"})
