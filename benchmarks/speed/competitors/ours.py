"""skresample with all processors, which scikit-learn's search in the competitors also uses."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case, minority

NAME = "ours"
PACKAGE = "skresample"
COLD = "from skresample import SMOTE"


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    import skresample

    if case.task == "neighbors":
        from skresample.neighbors import Dense  # a checkout of an older version has it elsewhere

        of = minority(case, y)
        return lambda: Dense(X).kneighbors(5, of=of, algorithm=case.method, n_jobs=-1)
    cls = getattr(skresample, case.task)
    return lambda: cls(random_state=0, n_jobs=-1, **case.given).fit_resample(X, y)
