"""Progress of a training on standard error: one line, without the extra that installs rich."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

PAUSE = 0.2  # seconds between two updates of the line, at least


@contextmanager
def progress(
    shown: bool, n_epochs: int, title: str, unit: str = "epoch", measure: str = "loss"
) -> Iterator[Callable[[int, float], None]]:
    """Yield a function that is called with the number of each epoch and its loss."""
    start = written = time.monotonic()
    last = ""

    def each_epoch(epoch: int, loss: float) -> None:
        nonlocal written, last
        now = time.monotonic()
        done = f"{unit} {epoch + 1} of {n_epochs}, {measure} {loss:.4g}"
        last = f"\r{title}: {done}, {now - start:.1f} s"
        if now - written > PAUSE:
            written = now
            sys.stderr.write(last)
            sys.stderr.flush()

    try:
        yield each_epoch if shown else lambda *_: None
    finally:
        if last:
            sys.stderr.write(f"{last}\n")
