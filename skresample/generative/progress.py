"""Progress of a training, on the terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

# A line is written at most so often, in seconds.
PAUSE = 0.2


@contextmanager
def progress(
    shown: bool, n_epochs: int, title: str, unit: str = "epoch", measure: str = "loss"
) -> Iterator[Callable[[int, float], None]]:
    """Yield what is called after each epoch; it writes one line to standard error, over and over.

    Parameters
    ----------
    shown : bool
        Whether anything is written.
    n_epochs : int
        How many epochs there are at most.
    title : str
        What is being trained.
    unit : str, default='epoch'
        What epochs are called.
    measure : str, default='loss'
        What losses are called.

    Yields
    ------
    each_epoch : callable
        To be given the number of an epoch and its loss.
    """
    start = written = time.monotonic()
    last = ""

    def each_epoch(epoch: int, loss: float) -> None:
        nonlocal written, last
        if not shown:
            return
        seconds = time.monotonic() - start
        done = f"{unit} {epoch + 1} of {n_epochs}, {measure} {loss:.4g}"
        last = f"{title}: {done}, {seconds:.1f} s"
        if time.monotonic() - written > PAUSE:
            written = time.monotonic()
            sys.stderr.write(f"\r{last}")
            sys.stderr.flush()

    try:
        yield each_epoch
    finally:
        if last:
            sys.stderr.write(f"\r{last}\n")
