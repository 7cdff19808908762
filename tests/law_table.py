"""The table of laws of the user guide: python tests/law_table.py writes it."""

from pathlib import Path

import imblearn.over_sampling

from skresample.registry import all_samplers
from skresample.testing import LAWS, laws_of

PAGE = Path(__file__).parent.parent / "docs" / "user_guide" / "_laws.md"


def table():
    """Return which laws there are, and of whom they ask what."""
    samplers = [cls() for cls in all_samplers().values()]
    theirs = laws_of(imblearn.over_sampling.SMOTE())
    lines = ["| law | what it asks | of samplers here | of imbalanced-learn's |", "|---" * 4 + "|"]
    for applies, law in LAWS:
        n = sum(map(applies, samplers))
        asked = "all" if n == len(samplers) else f"{n} of {len(samplers)}"
        text = law.__doc__.replace("``", "`")
        lines.append(f"| `{law.__name__}` | {text} | {asked} | {'yes' if law in theirs else '—'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(table(), encoding="utf-8")
