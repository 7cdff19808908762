"""What every room may need: optional dependencies, and estimators with seeds."""

from importlib import import_module
from typing import Any

from sklearn.base import clone

__all__ = ["import_extra", "seeded_clone"]


def seeded_clone(estimator: Any, seed: int) -> Any:
    """Clone an estimator, and set every `random_state` that is None to a seed, nested ones too.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from skresample._support import seeded_clone
    >>> seeded_clone(SVC(), 3).random_state, seeded_clone(SVC(random_state=1), 3).random_state
    (3, 1)
    """
    estimator = clone(estimator)
    for name, value in estimator.get_params().items():
        if value is None and name.split("__")[-1] == "random_state":
            estimator.set_params(**{name: seed})
    return estimator


def import_extra(module: str, extra: str) -> Any:
    """Import a module of an extra; if it is missing, the error says how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f'This needs {module.partition(".")[0]}: pip install "skresample[{extra}]"'
        ) from error
