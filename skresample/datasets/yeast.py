"""The data set that `skresample compare` takes without a table."""

import csv
from importlib.resources import files
from typing import Any

import numpy as np

from skresample._support import import_extra

__all__ = ["load_yeast4"]


def load_yeast4(*, as_frame: bool = False) -> tuple[Any, Any]:
    """Load the yeast4 data set: 51 proteins of one cellular site against 1,433 of all others.

    The data are from the UCI Machine Learning Repository [1]_ under the license CC BY 4.0, in the
    two classes of KEEL. Nothing is downloaded.

    Parameters
    ----------
    as_frame : bool, default=False
        If True, return a DataFrame and a Series of pandas, else arrays.

    Returns
    -------
    X : {ndarray, DataFrame} of shape (1484, 8)
        Eight measurements of each protein, all from 0 to 1: scores of its sequence (``mcg``,
        ``gvh``, ``alm``, ``mit``, ``vac``, ``nuc``), and whether it has a signal (``erl``,
        ``pox``).
    y : {ndarray, Series} of shape (1484,)
        ``"positive"`` for membrane proteins with an uncleaved signal (ME2), else ``"negative"``.

    Raises
    ------
    ImportError
        If `as_frame` is True and pandas is not installed; the message says how to install it.

    References
    ----------
    .. [1] Nakai, K. "Yeast." UCI Machine Learning Repository. https://doi.org/10.24432/C5KG68

    Examples
    --------
    >>> from skresample.datasets import load_yeast4
    >>> X, y = load_yeast4()
    >>> X.shape, int((y == "positive").sum())
    ((1484, 8), 51)
    """
    source = files("skresample.datasets") / "data" / "yeast4.csv"
    with source.open(encoding="ascii") as file:
        names, *rows = csv.reader(file)
    X = np.array([row[:-1] for row in rows], dtype=float)
    y = np.array([row[-1] for row in rows])
    if not as_frame:
        return X, y
    pd = import_extra("pandas", "cli")
    return pd.DataFrame(X, columns=names[:-1]), pd.Series(y, name=names[-1])
