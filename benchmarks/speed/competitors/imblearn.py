"""The samplers of imbalanced-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

NAME = "imblearn"
PACKAGE = "imbalanced-learn"
COLD = "from imblearn.over_sampling import SMOTE"


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    from imblearn import combine, over_sampling

    cls = getattr(over_sampling, case.task, getattr(combine, case.task, None))
    return cls and (lambda: cls(random_state=0, **case.given).fit_resample(X, y))
