"""Kernels over categories."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from skresample.numerics.kernels import log_mean_exp

__all__ = ["CategoryKernels"]

# The probabilities of a redraw that are tried, and the most rows that they are tried on.
TRIED = np.concatenate([[0.0], np.geomspace(1e-3, 0.8, 16), [1.0]])
MOST_ROWS = 1000

Codes = npt.NDArray[np.signedinteger]
Floats = npt.NDArray[np.floating]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class CategoryKernels:
    """Aitchison and Aitken's kernels on rows of categories.

    With `probability`, which is their smoothing parameter times c/(c - 1) for c categories, a
    category is drawn anew from all `levels` of its column, which are the sorted codes. `indices`
    (m, q) are the positions of the rows' categories in the levels, -1 where missing.
    """

    indices: Positions
    levels: list[Codes]
    probability: float = 0.0

    @classmethod
    def on(cls, codes: Codes) -> "CategoryKernels":
        """Put kernels that never redraw on rows of codes (m, q), -1 where missing."""
        levels = [np.unique(column[column >= 0]) for column in codes.T]
        return cls(_indices(codes, levels), levels)

    def with_best_probability(self, log_kernels: Floats) -> "CategoryKernels":
        """Return the kernels with the best leave-one-out likelihood.

        `log_kernels` (m, m) are the logarithms, at each row, of each kernel of the other columns.
        """
        others = np.array(log_kernels)
        np.fill_diagonal(others, -np.inf)
        most = others.max(axis=1, keepdims=True)
        reached = np.isfinite(most[:, 0])  # by another kernel; other rows have no say
        others, indices = others[reached] - most[reached], self.indices[reached]

        def likelihood(probability: float) -> float:
            log = replace(self, probability=probability)._log_probability(indices) + others
            return float(log_mean_exp(log).sum())

        best = int(np.argmax([likelihood(probability) for probability in TRIED]))
        return replace(self, probability=float(TRIED[best]))

    def take(self, rows: Positions) -> "CategoryKernels":
        """Return some of the kernels."""
        return replace(self, indices=self.indices[rows])

    def draw(self, which: Positions, rng: np.random.Generator) -> Codes:
        """Draw codes (n, q) from the kernels with the given positions; missing ones stay -1."""
        indices = self.indices[which]
        anew = (rng.random(indices.shape) < self.probability) & (indices >= 0)
        sizes = np.array([max(1, level.size) for level in self.levels], dtype=np.intp)
        indices = np.where(anew, rng.integers(0, sizes, size=indices.shape), indices)
        # The index -1 leads to the end.
        columns = [np.append(n, -1)[i] for n, i in zip(self.levels, indices.T, strict=True)]
        return np.column_stack(columns) if columns else indices

    def log_probability(self, codes: Codes) -> npt.NDArray[np.float64]:
        """Return the logarithm of the probability (n, m) of each row (n, q) from each kernel.

        It is -inf for an unknown category. A missing category of a row does not count; if that of a
        kernel is missing, all categories are equally probable.
        """
        return self._log_probability(_indices(codes, self.levels))

    def _log_probability(self, indices: Positions) -> npt.NDArray[np.float64]:
        total = np.zeros((len(indices), len(self.indices)))
        with np.errstate(divide="ignore"):
            for row, kernel, level in zip(indices.T, self.indices.T, self.levels, strict=True):
                c = max(1, level.size)
                same = np.log(1 - self.probability * (c - 1) / c)
                log = np.full((row.size, kernel.size), np.log(self.probability / c))
                log[row[:, np.newaxis] == kernel] = same
                log[:, kernel < 0] = -np.log(c)
                log[row >= level.size] = -np.inf
                log[row < 0] = 0.0
                total += log
        return total


def _indices(codes: Codes, levels: list[Codes]) -> Positions:
    """Return the positions of codes in the levels: -1 if missing, at the end if unknown."""
    indices = np.full(codes.shape, -1)
    for j, (column, level) in enumerate(zip(codes.T, levels, strict=True)):
        known = np.where(np.isin(column, level), np.searchsorted(level, column), level.size)
        indices[:, j] = np.where(column < 0, -1, known)
    return indices
