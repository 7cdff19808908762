"""Print the lowest version that pyproject.toml allows of each dependency, as constraints of pip.

Usage: python .ci/lowest_versions.py [EXTRA ...] > constraints.txt
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]


def lowest(requirements: list[str]) -> dict[str, str]:
    """Return the lowest version of each requirement, and of those of the extras among them."""
    found = {}
    for requirement in requirements:
        if extras := re.fullmatch(rf"{PROJECT['name']}\[(.+)\]", requirement):
            for extra in extras[1].split(","):
                found |= lowest(PROJECT["optional-dependencies"][extra])
        elif bound := re.fullmatch(r"([\w.-]+)>=([\w.]+)", requirement):
            found[bound[1]] = bound[2]
        else:
            raise SystemExit(f"{requirement!r} needs a lowest version, as in name>=1.2.")
    return found


wanted = [f"{PROJECT['name']}[{extra}]" for extra in sys.argv[1:]]
for name, version in lowest([*PROJECT["dependencies"], *wanted]).items():
    print(f"{name}=={version}")
