"""A process that runs one competitor; it reads orders and writes answers as lines of JSON.

``benchmarks.speed`` starts it through `Worker`.
"""

import gc
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case, minority, table
from benchmarks.speed.memory import forget_peak, give_back, peak, resident
from benchmarks.speed.quality import quality

__all__ = ["Worker"]

ROOT = Path(__file__).parents[2]
MIB = 1 << 20


class Worker:
    """Handle of a process for one competitor, with an empty cache of compiled code.

    Parameters
    ----------
    competitor : str
        Name of the competitor's file.
    """

    def __init__(self, competitor: str) -> None:
        self.competitor = competitor

    def __enter__(self) -> "Worker":
        self._cache = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.speed.worker", self.competitor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=os.environ | {"NUMBA_CACHE_DIR": self._cache.name},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._cache.cleanup()

    def send(self, order: str, **given: Any) -> None:
        """Send an order without waiting for the answer."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # `answer` reports the failure
            print(json.dumps([order, given]), file=self._process.stdin, flush=True)

    def answer(self) -> Any:
        """Return the answer to an order; raise RuntimeError if it failed."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended with exit status {self._process.wait()}")
        answer, error = json.loads(line)
        if error:
            raise RuntimeError(error)
        return answer

    def ask(self, order: str, **given: Any) -> Any:
        self.send(order, **given)
        return self.answer()


class Bench:
    """The state of the process: a table, and the function to time."""

    def __init__(self, competitor: ModuleType) -> None:
        self.competitor = competitor

    def load(self, case: dict[str, Any]) -> bool:
        """Import the package; return False if it does not support the case."""
        self.case = Case(**case)
        few = replace(self.case, rows=min(self.case.rows, 100))
        if self.case.rows * self.case.features > getattr(self.competitor, "MOST_VALUES", np.inf):
            return False
        return self.competitor.runner(few, *table(few)) is not None

    def first(self) -> dict[str, float]:
        """Make the table and time the first call."""
        self._make()
        return self.run(calls=1)

    def renew(self) -> None:
        """Make the table again, so that memory kept from the first call does not count."""
        del self.X, self.y, self.call, self.result
        gc.collect()
        give_back()
        self._make()

    def run(self, calls: int) -> dict[str, float]:
        """Return the median seconds of several calls, and the peak memory that they add, in MiB."""
        gc.collect()
        forget_peak()
        seconds = []
        self.result: Any = None
        for _ in range(calls):
            self.result = None
            start = time.perf_counter()
            self.result = self.call()
            seconds.append(time.perf_counter() - start)
        if self.case.task != "neighbors" and len(self.result[0]) <= self.case.rows:
            raise RuntimeError("the sampler added no synthetic samples")
        return {"seconds": statistics.median(seconds), "peak": peak() - self.before}

    def sizes(self) -> dict[str, float]:
        """Return the sizes of input and output in MiB."""
        neighbors = self.case.task == "neighbors"
        given = self.X.nbytes if neighbors else self.X.nbytes + self.y.nbytes
        out = self.result if isinstance(self.result, tuple) else (self.result,)
        return {"input": given / MIB, "output": sum(part.nbytes for part in out) / MIB}

    def quality(self, n_queries: int) -> dict[str, float]:
        """Compare the neighbors of the last call with the exact ones."""
        return quality(self.X, minority(self.case, self.y), self.result, n_queries)

    def _make(self) -> None:
        self.before = resident()
        self.X, self.y = table(self.case)
        call = self.competitor.runner(self.case, self.X, self.y)
        assert call is not None
        self.call: Callable[[], Any] = call
        give_back()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    # Output of a library must not mix with answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    np.seterr(all="ignore")
    bench = Bench(import_module(f"benchmarks.speed.competitors.{sys.argv[1]}"))
    for line in sys.stdin:
        order, given = json.loads(line)
        answer, error = None, None
        try:
            answer = getattr(bench, order)(**given)
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}".splitlines()[0]
        print(json.dumps([answer, error]), file=answers, flush=True)


if __name__ == "__main__":
    main()
