"""`Source`: a table of any type, read column by column."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from skresample.table._library import Blocks
from skresample.table.columns import Values, is_missing
from skresample.table.frames import library_of, open_frame, read_series

__all__ = ["Source"]


@dataclass(eq=False, repr=False)
class Source:
    """A table that is checked, with the column names and the sampler for messages; see `Rows`."""

    X: Any
    names: list[str]
    sampler: str
    mask: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return int(self.X.shape[0])

    @cached_property
    def frame(self) -> Any:
        """The DataFrame in narwhals."""
        return open_frame(self.X)

    def blocks(self) -> Blocks:
        """Return the plain numbers of each type; see `Library.number_blocks`."""
        if sparse.issparse(self.X):
            return []
        if not isinstance(self.X, np.ndarray):
            return library_of(self.X).number_blocks(self.frame)
        if self.X.dtype.kind not in "iuf" or (self.mask is not None and self.mask.any()):
            return []
        return [(np.arange(self.X.shape[1]), self.X)]

    def column(self, j: int) -> Values:
        """Return the column at a position of the table as NumPy holds it."""
        if sparse.issparse(self.X):
            values = self.X.tocsc()[:, [j]].toarray().ravel()
            return Values(values, is_missing(values))
        if isinstance(self.X, np.ndarray):
            missing = is_missing(self.X[:, j])
            return Values(self.X[:, j], missing if self.mask is None else missing | self.mask[:, j])
        return read_series(library_of(self.X).series(self.frame, int(j)))
