"""The samplers of smote-variants."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed.cases import Case

NAME = "smote-variants"
PACKAGE = "smote-variants"
CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "SMOTE": ("SMOTE", {}),
    "BorderlineSMOTE": ("Borderline_SMOTE1", {}),
    "ADASYN": ("ADASYN", {}),
    "AssembledSMOTE": ("Assembled_SMOTE", {}),
    "CCR": ("CCR", {}),
    "LVQSMOTE": ("LVQ_SMOTE", {}),
    "LeeSMOTE": ("Lee", {}),
    "MWMOTE": ("MWMOTE", {}),
    "PolynomialFitSMOTE": ("polynom_fit_SMOTE_star", {}),
    "ProWSyn": ("ProWSyn", {}),
    "SMOBD": ("SMOBD", {}),
    "SMOTEENN": ("SMOTE_ENN", {}),
    "SMOTEIPF": ("SMOTE_IPF", {}),
    "SMOTETomek": ("SMOTE_TomekLinks", {}),
    "SafeLevelSMOTE": ("Safe_Level_SMOTE", {}),
    # The same number of clusters and the same filter as the other libraries.
    "KMeansSMOTE": ("kmeans_SMOTE", {"n_clusters": 8, "irt": 9.0, "n_neighbors": 2}),
}
MOST_VALUES = 1_000_000  # larger tables take too long


def runner(case: Case, X: np.ndarray, y: np.ndarray) -> Callable[[], Any] | None:
    if case.task not in CLASSES:
        return None
    import smote_variants

    logging.disable()
    name, given = CLASSES[case.task]
    cls = getattr(smote_variants, name)
    return lambda: cls(random_state=0, **given).sample(X, y)
