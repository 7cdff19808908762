"""The command line: a file per command, and what they share."""

from typing import Annotated

try:
    import rich  # noqa: F401
    import typer
except ImportError:
    raise SystemExit(
        'The command line needs typer and rich: pip install "skresample[cli]"'
    ) from None

from skresample import __version__
from skresample.cli.audit import audit
from skresample.cli.compare import compare
from skresample.cli.generate import generate
from skresample.cli.resample import resample
from skresample.cli.samplers import samplers
from skresample.cli.terminal import plain_errors, stop_on_signals

__all__ = ["app", "main"]

app = typer.Typer(
    help="Oversample imbalanced tables, measure whether it helps, and audit synthetic data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (samplers, resample, compare, generate, audit):
    app.command()(plain_errors()(command))


def show_version(wanted: bool) -> None:
    """Print the version and exit, if `wanted`."""
    if wanted:
        typer.echo(f"skresample {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def main() -> None:
    """Run the command line."""
    stop_on_signals()
    app()
