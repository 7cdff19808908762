"""Generate a synthetic table from a spec."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from skresample._files import write_atomically
from skresample.cli.files import write_table
from skresample.cli.options import (
    ForceOption,
    OutputOption,
    SafeOption,
    SeedOption,
    at_least,
    check_memory,
)
from skresample.cli.tables import check_table_output
from skresample.cli.terminal import notes, progress_line, say

__all__ = ["generate"]


def generate(
    spec: Annotated[
        Path, Argument(metavar="SPEC", help="TOML or JSON file that describes the columns.")
    ],
    n: Annotated[int, Option("--n", help="Number of rows.")],
    output: OutputOption,
    safe_csv: SafeOption = False,
    seed: SeedOption = 0,
    force: ForceOption = False,
) -> None:
    """Generate a synthetic table from a spec, which describes each column."""
    check_table_output(output, force, safe_csv)
    at_least("--n", n, 1)
    at_least("--seed", seed, 0)

    from skresample.spec import MarginalSampler

    with notes(), progress_line("generating") as update:
        generator = MarginalSampler.from_spec(spec, random_state=seed)
        check_memory("--n", n, len(generator.spec))
        frame = generator.sample(n)
        update(description="writing")
        write_atomically(
            output, lambda path: write_table(frame, path, safe=safe_csv), overwrite=force
        )
    say(f"Wrote {len(frame):,} rows to {output}")
