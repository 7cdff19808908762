"""Print the lowest version that pyproject.toml allows of each dependency, as pip takes constraints.

Usage: python .ci/lowest_versions.py [EXTRA ...] > constraints.txt
"""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]
requirements = [*project["dependencies"], *(r for extra in sys.argv[1:] for r in extras[extra])]
for requirement in requirements:
    if requirement.startswith(f"{project['name']}["):
        continue  # its extras are named by whoever wants them
    parts = re.fullmatch(r"([\w.-]+)>=([\w.]+)", requirement)
    if parts is None:
        raise SystemExit(
            f"{requirement!r} has no lowest version, or more than that: mend one of us."
        )
    print("{}=={}".format(*parts.groups()))
