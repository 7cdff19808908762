"""GeometricSMOTE of imbalanced-learn-extra."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

NAME = "imbalanced-learn-extra"
PACKAGE = "imbalanced-learn-extra"


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    if case.task != "GeometricSMOTE":
        return None
    from imblearn_extra.gsmote import GeometricSMOTE

    return lambda: GeometricSMOTE(random_state=0).fit_resample(X, y)
