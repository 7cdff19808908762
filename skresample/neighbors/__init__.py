"""Nearest neighbors and distances: a metric is an object, a `Space`."""

from skresample.neighbors.mixed import Mixed, mismatch_cost
from skresample.neighbors.numeric import Dense, Numbers
from skresample.neighbors.space import Space, UserSearch
from skresample.neighbors.space_of import METRICS, is_euclidean, space_of, space_of_columns
from skresample.neighbors.value_difference import ValueDifference

__all__ = [
    "METRICS",
    "Dense",
    "Mixed",
    "Numbers",
    "Space",
    "UserSearch",
    "ValueDifference",
    "is_euclidean",
    "mismatch_cost",
    "space_of",
    "space_of_columns",
]
