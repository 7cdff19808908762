"""What a command prints: messages, errors, notes and its progress."""

import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from skresample._messages import did_you_mean

__all__ = [
    "console",
    "no_such",
    "notes",
    "plain_errors",
    "printable",
    "progress_line",
    "say",
    "shown",
]

# Seconds after which a command shows its progress.
PATIENCE = 2.0
# Characters that move the cursor, color the terminal or reverse text, and lone surrogates.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# The most characters that are shown of a value, and of a line of an error.
LONGEST_VALUE, LONGEST_LINE = 80, 1000


class Stopped(SystemExit):
    """SIGTERM or SIGHUP ends the process."""


def stop_on_signals() -> None:
    """Make SIGTERM and SIGHUP end the process as an error does, so that files are cleaned up."""

    def stop(number: int, frame: Any) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not interrupt the cleanup
        raise Stopped(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # nohup ignores SIGHUP.
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, stop)


def printable(text: str) -> str:
    """Return text with its control characters escaped, so that they have no effect."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def say(text: str, *, err: bool = False) -> None:
    """Print text, whatever it contains."""
    typer.echo(printable(text), err=err)


def console() -> Console:
    """Return a console that prints names and labels as they are, whatever they contain."""
    return Console(markup=False, highlight=False, emoji=False)


def shown(value: str) -> str:
    """Return a value of an option as a message shows it."""
    if len(value) <= LONGEST_VALUE:
        return repr(value)
    return f"{value[:LONGEST_VALUE]!r}... ({len(value):,} characters)"


def no_such(what: str, given: str, names: Iterable[str], where: str = "") -> ValueError:
    """Return the error about a name that is not one of `names`."""
    names = list(names)
    return ValueError(
        f"There is no {what} {shown(given)}{where}.{did_you_mean(given, names)} "
        f"Choose from: {', '.join(names)}."
    )


def shortened(line: str) -> str:
    """Return a line of a message, cut off if it is very long."""
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..."


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print an error in at most two lines on stderr, and exit with its code."""
    try:
        yield
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except Stopped:
        say("stopped", err=True)
        raise
    except BrokenPipeError:
        raise  # the reader has closed the output, and typer exits silently
    except (ValueError, TypeError, ImportError, FileNotFoundError, FileExistsError) as error:
        message = f"Error: {error}".replace("set overwrite=True", "replace it with --force")
        code = 2
    except MemoryError as error:
        message, code = f"Error: out of memory{f': {error}' if str(error) else ''}", 1
    except BrokenExecutor:
        message, code = "Error: a worker process was killed (out of memory?): lower --n-jobs.", 1
    except OSError as error:
        message, code = f"Error: {error}", 1
    else:
        return
    for line in message.splitlines()[:2]:
        say(shortened(line), err=True)
    raise typer.Exit(code)


@contextmanager
def notes(names: dict[str, str] | None = None) -> Iterator[None]:
    """Print each warning once, as a note, and at once: some announce that the next step is slow.

    In warnings and errors, `names` replace parameters by the options or files that set them.
    """
    noted: set[str] = set()
    names = names or {}
    pattern = re.compile("|".join(map(re.escape, names)) or "$^")

    def renamed(message: object) -> str:
        return pattern.sub(lambda found: names[found[0]], str(message))

    def note(message: Warning | str, *_: Any, **__: Any) -> None:
        if str(message) not in noted:
            noted.add(str(message))
            say(shortened(f"Note: {renamed(message)}"), err=True)

    with warnings.catch_warnings():
        # Other categories are about code, which the user of a command cannot change.
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = note
        try:
            yield
        except (ValueError, TypeError) as error:
            if renamed(error) == str(error):
                raise
            raise ValueError(renamed(error)) from error


@contextmanager
def progress_line(description: str, *, counted: bool = False) -> Iterator[Callable[..., None]]:
    """Show the progress on a terminal once it has taken longer than `PATIENCE`.

    Yields a callable that takes another ``description``, or ``completed`` and ``total`` if steps
    are `counted`.
    """
    counts = [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("remaining")]
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        *(counts if counted else []),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    task = progress.add_task(description, total=None)
    timer = threading.Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda **changes: progress.update(task, **changes)
    finally:
        timer.cancel()
        timer.join()
        if progress.live.is_started:
            progress.stop()
