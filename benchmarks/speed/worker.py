"""A process that runs one competitor: orders come in as lines of JSON, answers go out.

Started by ``benchmarks.speed``; `Worker` is its end of the pipe.
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
    """A process for one competitor, with an empty cache of compiled code.

    Parameters
    ----------
    competitor : str
        The name of its file.
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
        """Give an order without waiting."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the answer says so
            print(json.dumps([order, given]), file=self._process.stdin, flush=True)

    def answer(self) -> Any:
        """Wait for the answer to an order; raise RuntimeError if it failed."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended with {self._process.wait()}")
        answer, error = json.loads(line)
        if error:
            raise RuntimeError(error)
        return answer

    def ask(self, order: str, **given: Any) -> Any:
        self.send(order, **given)
        return self.answer()


class Bench:
    """The other end: holds a table and what to call."""

    def __init__(self, competitor: ModuleType) -> None:
        self.competitor = competitor

    def load(self, case: dict[str, Any]) -> bool:
        """Import the package; return False where it has no such method."""
        self.case = Case(**case)
        few = replace(self.case, rows=min(self.case.rows, 100))
        if self.case.rows * self.case.features > getattr(self.competitor, "MOST_VALUES", np.inf):
            return False
        return self.competitor.runner(few, *table(few)) is not None

    def first(self) -> dict[str, float]:
        """Make the table and call for the first time."""
        self._make()
        return self.run(calls=1)

    def renew(self) -> None:
        """Make the table again, so that what stays in memory from the first call is not counted."""
        del self.X, self.y, self.call, self.result
        gc.collect()
        give_back()
        self._make()

    def run(self, calls: int) -> dict[str, float]:
        """Call some times: median of the seconds, most MiB besides what was held before."""
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
            raise RuntimeError("made no new rows")
        return {"seconds": statistics.median(seconds), "peak": peak() - self.before}

    def sizes(self) -> dict[str, float]:
        """Return the MiB of what goes in and of what comes out."""
        neighbors = self.case.task == "neighbors"
        given = self.X.nbytes if neighbors else self.X.nbytes + self.y.nbytes
        out = self.result if isinstance(self.result, tuple) else (self.result,)
        return {"input": given / MIB, "output": sum(part.nbytes for part in out) / MIB}

    def quality(self, n_queries: int) -> dict[str, float]:
        """Compare the neighbours found last with the nearest ones."""
        return quality(self.X, minority(self.case, self.y), self.result, n_queries)

    def _make(self) -> None:
        self.before = resident()
        self.X, self.y = table(self.case)
        call = self.competitor.runner(self.case, self.X, self.y)
        assert call is not None
        self.call: Callable[[], Any] = call
        give_back()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    # What a library prints is no answer.
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
