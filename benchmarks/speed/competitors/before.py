"""Another checkout of skresample, to compare two versions in one run: ``--before PATH``."""

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from benchmarks.speed.competitors import ours

NAME = "before"
PACKAGE = "skresample"
COLD = f"import os; sys.path.insert(0, os.environ['SKRESAMPLE_BEFORE']); {ours.COLD}"


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    if sys.path[0] != os.environ["SKRESAMPLE_BEFORE"]:
        sys.path.insert(0, os.environ["SKRESAMPLE_BEFORE"])
    import skresample

    known = hasattr(skresample, case.task)
    if case.task == "neighbors":
        known = find_spec("skresample.neighbors") is not None
    return ours.runner(case, X, y) if known else None
