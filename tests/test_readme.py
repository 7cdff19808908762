"""What the README promises."""

import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from skresample import cli

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
GUIDE = [page for page in sorted((ROOT / "docs").rglob("*.md")) if "```python" in page.read_text()]


def python_blocks(page):
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [README, *GUIDE], ids=lambda page: page.name)
def test_python_blocks_run_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks(page)
    assert blocks
    names = {"__name__": page.stem}
    for number, block in enumerate(blocks, start=1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)


def test_the_spec_makes_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [spec] = re.findall(r"^```toml\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    [command] = re.findall(r"^```bash\nskresample (generate .*)\n```$", README.read_text(), re.M)
    Path("people.toml").write_text(spec)
    result = CliRunner().invoke(cli.app, command.split())
    assert result.exit_code == 0, result.stderr
    frame = pd.read_csv("rows.csv")
    assert list(frame.columns) == ["age", "income", "sex", "name"]
    assert len(frame) == 1000
    assert frame["age"].between(18, 99).all()


@pytest.mark.parametrize(
    "command",
    [
        'pip install -e ".[all]" && .venv/bin/skresample compare',
        'pip install -e ".[test]" && .venv/bin/pytest',
    ],
)
def test_a_command_that_does_its_own_set_up(command):
    assert f"```bash\npython3 -m venv .venv && .venv/bin/{command}\n```" in README.read_text()
