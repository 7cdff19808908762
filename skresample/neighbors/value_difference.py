"""The value difference metric of SMOTE-N."""

import numpy as np
import numpy.typing as npt

from skresample.neighbors.mixed import Mixed, class_proportions
from skresample.neighbors.numeric import Dense
from skresample.neighbors.space import Positions, Query

__all__ = ["ValueDifference"]


class ValueDifference(Mixed):
    """Rows of categories, near to each other if classes are as frequent with the one as the other.

    Two categories are 2 |P(minority | one) - P(minority | other)| apart
    :footcite:p:`chawla2002smote`, so twice these proportions are coordinates of the rows. Missing
    values count as in `Mixed`.
    """

    def __init__(
        self, codes: npt.NDArray[np.signedinteger], is_minority: npt.NDArray[np.bool_]
    ) -> None:
        proportions = 2 * class_proportions(codes, is_minority, extra=0)
        proportions[codes < 0] = np.nan
        super().__init__(proportions, np.empty((len(codes), 0), dtype=np.int8))

    def _kneighbors(self, query: Query) -> Positions:
        complete = not np.isnan(self.numeric).any()
        return Dense(self.numeric)._kneighbors(query) if complete else super()._kneighbors(query)
