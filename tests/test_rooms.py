"""The rooms of the package: docs/architecture.md draws them, and imports point downwards only."""

import ast
import re
from pathlib import Path

import pytest

import skresample

ROOT = Path(skresample.__file__).parent
PAGE = (ROOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
# From the bottom up. What is in one line does not import from each other.
LEVELS = [
    {"_version", "_exports", "_support", "_messages", "_files", "numerics"},
    {"_former", "neighbors", "_pages", "datasets"},
    {"table"},
    {"samplers"},
    {"smote", "density", "generative"},
    {"registry", "spec", "disclosure"},
    {"pipeline"},
    {"cleaning"},
    {"compare"},
    {"audit"},
    {"cli", "testing", "utils"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}


def imports(path):
    """Yield the modules of the package that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "skresample":
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                file = ROOT.parent / Path(*whole.split("."))
                exists = file.is_dir() or file.with_suffix(".py").exists()
                yield whole if exists else node.module
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "skresample")


def room_of(module):
    """Return the part of the package that a module is in, empty for the package itself."""
    return [*module.split("."), ""][1]


FILES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


def test_every_room_has_a_level():
    rooms = {room_of(module_of(path)) for path in FILES} - {""}
    assert rooms == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_downwards(path):
    own = room_of(module_of(path))
    for module in imports(path):
        room = room_of(module)
        if own and room and room != own:
            assert LEVEL[room] < LEVEL[own], f"{module_of(path)} imports {module}"


def test_no_circles():
    graph = {module_of(path): set(imports(path)) for path in FILES}
    done, under_way = set(), []

    def visit(module):
        assert module not in under_way, " -> ".join([*under_way, module])
        if module in done or module not in graph:
            return
        under_way.append(module)
        for imported in sorted(graph[module]):
            visit(imported)
        under_way.pop()
        done.add(module)

    for module in graph:
        visit(module)


def first_line(path):
    """Return the first line of a module's docstring, without its full stop."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0].rstrip(".")


def drawn():
    """Draw the rooms: what each file is for, as its docstring says."""
    lines = ["skresample/", "  __init__.pyi    the public names, a line each"]
    for room in sorted(LEVEL):
        folder, file = ROOT / room, ROOT / f"{room}.py"
        if file.exists():
            lines.append(f"  {file.name:15} {first_line(file) or 'the version'}")
            continue
        lines.append(f"  {room + '/':15} {first_line(folder / '__init__.py')}")
        for path in sorted(folder.rglob("*.py")):
            if path.name != "__init__.py":
                lines.append(f"    {path.relative_to(folder).as_posix():23} {first_line(path)}")
    return "\n".join(lines) + "\n"


DRAWING = re.compile(r"(?<=```text\n)skresample/\n.*?(?=```)", re.S)


def test_the_drawing_is_of_these_rooms():
    """``python tests/test_rooms.py`` draws them again."""
    assert DRAWING.search(PAGE).group() == drawn()


if __name__ == "__main__":
    page = ROOT.parent / "docs" / "architecture.md"
    page.write_text(DRAWING.sub(lambda _: drawn(), PAGE), encoding="utf-8")
