"""Errors about unsupported tables: what, why, and the remedy."""

from typing import Any

import numpy as np

from skresample.table.columns import Values
from skresample.table.frames import is_column, is_frame

__all__ = ["columns_text", "refuse_not_in_memory", "unusable"]

# Libraries with tables that are not in memory.
NOT_IN_MEMORY = {"dask", "dask_expr", "duckdb", "_duckdb", "ibis", "polars", "pyspark", "vaex"}
# Methods that load a table. pyspark also has `collect`, which returns a list.
WAYS = ("toPandas", "compute", "df", "to_pandas", "to_pandas_df", "collect", "to_arrow", "read_all")


def refuse_not_in_memory(X: Any, sampler: str, what: str = "X") -> None:
    """Raise a TypeError if X, the value of the parameter `what`, is not in memory."""
    library = type(X).__module__.partition(".")[0]
    if isinstance(X, (np.ndarray, list, tuple)) or is_frame(X) or is_column(X):
        return
    is_arrow = hasattr(X, "__arrow_c_stream__")
    if library in NOT_IN_MEMORY or is_arrow or hasattr(X, "__dataframe__"):
        remedies = [f"pass {what}.{way}()" for way in WAYS if hasattr(X, way)]
        remedies.append(f"pass pyarrow.table({what})" if is_arrow else "convert it to one of these")
        raise TypeError(
            f"{sampler} accepts NumPy arrays, SciPy sparse matrices and DataFrames in memory "
            f"(pandas, polars, pyarrow), not {type(X).__module__}.{type(X).__qualname__}: "
            f"{remedies[0]}."
        )


def unusable(refused: dict[str, tuple[str, Values]], sampler: str, *, auto: bool) -> Exception:
    """Return the error about columns that are neither numerical nor categorical.

    `refused` has their kinds and values by name; with `auto`, types decide what is categorical.
    """
    name, (kind, column) = next(iter(refused.items()))
    value = next(iter(column.values[~column.missing].tolist()), None)
    auto = auto and getattr(value, "__hash__", None) is not None
    start = (
        f"{sampler} cannot use {columns_text(list(refused))} (for example {value!r} in {name!r})"
    )
    if kind == "number":
        return ValueError(
            f"{start}: an array of strings holds both numbers and text. Pass a DataFrame, or an "
            "array of dtype object."
        )
    if kind == "name":
        return ValueError(
            f"{start} as numbers: could not convert string to float. Name them in "
            "categorical_features, or set it to 'auto'."
        )
    hint = " (pandas.to_datetime)" if kind in ("date", "datetime") else ""
    return TypeError(
        f"{start}: argument must be a string or a number, not {kind}. Convert it{hint}, "
        + ("name it in categorical_features, or leave it out." if auto else "or leave it out.")
    )


def columns_text(names: list[str]) -> str:
    """Return ``column 'a'`` or ``columns 'a', 'b'``, of at most 20 names."""
    listed = ", ".join(map(repr, names[:20]))
    return f"column{'s' if len(names) > 1 else ''} {listed}{', ...' if len(names) > 20 else ''}"
