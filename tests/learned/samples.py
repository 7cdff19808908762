"""Synthetic samples of the last version, kept to compare their distribution with today's.

``python samples.py write PATH`` draws and keeps them.
"""

import sys
import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from learned import NAMES, TABLES, build
from scipy import sparse

__all__ = ["CASES", "draw"]

N_NEW = 300
CASES = [(name, table) for table in ("blobs", "mixed") for name in NAMES]


def draw(name: str, table: str) -> npt.NDArray[np.float64] | None:
    """Return synthetic samples of one class as numbers, categories as codes, -1 where missing.

    None where the sampler refuses the table or makes no samples.
    """
    X, y = TABLES[table]
    label = {"blobs": 1, "mixed": "few"}[table]
    n = int(np.count_nonzero(y == label))
    sampler = build(name, n_jobs=2, sampling_strategy={label: n + N_NEW})
    if getattr(sampler, "_sampling_type", "") == "clean-sampling":
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            X_out, _ = sampler.fit_resample(X.copy(), y.copy())
        except ValueError:
            return None
    if sparse.issparse(X_out):
        X_out = X_out.toarray()
    if isinstance(X_out, pd.DataFrame):
        numbers = [
            column.astype(float) if column.dtype.kind in "iufb" else as_codes(X[name], column)
            for name, column in X_out.items()
        ]
        X_out = np.column_stack(numbers)
    return np.asarray(X_out, dtype=float)[sampler.is_synthetic_][:N_NEW]


def as_codes(given: pd.Series, column: pd.Series) -> npt.NDArray[np.intp]:
    """Return the positions of values among those that a column was given with."""
    return pd.Categorical(column, categories=sorted(given.dropna().unique())).codes


def main() -> None:
    """Draw and keep the samples."""
    drawn = {f"{name}/{table}": draw(name, table) for name, table in CASES}
    kept = {key: rows.astype(np.float32) for key, rows in drawn.items() if rows is not None}
    np.savez_compressed(sys.argv[2], **kept)
    print(f"{len(kept)} tables of {len(drawn)}")


if __name__ == "__main__":
    main()
