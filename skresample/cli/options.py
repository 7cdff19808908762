"""Arguments and options that several commands take, and checks of their values."""

import ast
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from skresample.cli.terminal import LONGEST_VALUE, shown

__all__ = ["at_least", "check_memory", "literal", "memory_size"]

FORMATS = "CSV, TSV (both also .gz) or Parquet file."
TARGET = Option(help="Name of the target column, which holds the classes.")

TargetOption = Annotated[str, TARGET]
OutputOption = Annotated[Path, Option(help="File to write; its extension sets the format.")]
SeedOption = Annotated[int, Option(help="Random seed: the same seed gives the same result.")]
ForceOption = Annotated[bool, Option("--force", help="Replace the output if it exists.")]
SafeOption = Annotated[
    bool,
    Option(
        "--safe-csv",
        help="Put ' before text that a spreadsheet would run as a formula: text that starts with "
        "=, +, -, @, tab or line break and is not a number.",
    ),
]


def at_least(option: str, value: int | None, lowest: int) -> None:
    """Raise an error if a number is too small."""
    if value is not None and value < lowest:
        raise ValueError(f"{option} must be at least {lowest}, not {value}.")


def check_memory(option: str, rows: int, columns: int) -> None:
    """Raise an error if a table of this size, with 8 bytes a value, exceeds the memory."""
    size, room = 8 * rows * columns, memory_size()
    if size > room:
        raise ValueError(
            f"{option} asks for {rows:,} rows × {columns:,} columns, which need at least "
            f"{size / 2**30:,.0f} GiB, but this machine has {room / 2**30:,.0f} GiB: ask for fewer "
            "rows."
        )


def memory_size() -> float:
    """Return the size of the memory in bytes, infinity if unknown."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # on Windows
        return math.inf
    with suppress(OSError, ValueError):  # of a container; "max" if it has no limit
        return min(size, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return size


def literal(option: str, text: str) -> Any:
    """Read a number, None, True, a list or a dict as Python does; anything else is text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        if len(text) <= LONGEST_VALUE:
            return text
        why = "it is too long"
    except (TypeError, MemoryError, RecursionError) as error:
        why = str(error) or "it is nested too deeply"
    raise ValueError(
        f"{option}: {shown(text)} cannot be read ({why}): write a word, a number, or a list or "
        "dict of these, such as \"{'a': 3}\"."
    )
