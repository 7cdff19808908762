"""Permutation tests of many statistics at once, within strata."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from skresample.compare.arrays import Bools, Floats, Ints

__all__ = [
    "Familywise",
    "excess_within_strata",
    "familywise",
    "holm",
    "masses_within_strata",
    "null_statistics",
    "permuted",
]

# How often labels are shuffled.
PERMUTATIONS = 999
# How many labelings are computed at once.
BLOCK = 32


class Familywise(NamedTuple):
    """The result of a permutation test of s statistics.

    `pvalue` is for all of them together, `pvalues` (s,) are corrected for their number;
    `reference` (s,) are means over the permutations, `excess` (s,) the standard deviations above
    these.
    """

    pvalue: float
    pvalues: Floats
    reference: Floats
    excess: Floats


def permuted(labels: Bools, strata: Ints, n: int, rng: np.random.Generator) -> Iterator[Bools]:
    """Yield n labelings (n_rows,) shuffled within strata, in blocks of up to 32."""
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    for start in range(0, n, BLOCK):
        block = np.empty((min(BLOCK, n - start), len(labels)), dtype=bool)
        for rows in groups:
            same = np.broadcast_to(labels[rows], (len(block), len(rows)))
            block[:, rows] = rng.permuted(same, axis=1)
        yield block


def null_statistics(
    statistics: Callable[[Bools], Floats],
    labels: Bools,
    rng: np.random.Generator,
    *,
    strata: Ints | None = None,
    n: int | None = None,
) -> Floats:
    """Compute statistics of the labels, and of n (999) shuffles within strata: (n + 1, s).

    `statistics` takes labelings (b, n_rows) and returns (b, s).
    """
    n = PERMUTATIONS if n is None else n
    strata = np.zeros(len(labels), dtype=int) if strata is None else strata
    blocks = [statistics(labels[np.newaxis])]
    blocks += [statistics(block) for block in permuted(labels, strata, n, rng)]
    return np.concatenate(blocks).astype(np.float64)


def familywise(found: Floats) -> Familywise:
    """Test whether any of several statistics (n + 1, s), as of `null_statistics`, is too large.

    Each is standardized by its permutations, and the largest is compared with the largest of each
    permutation: Westfall and Young's single-step correction :footcite:p:`westfall1993resampling`,
    exact for any dependence.
    """
    # The actual labels count among the permutations, or the level would not be exact.
    center, deviation = found.mean(axis=0), found.std(axis=0)
    varies = deviation > 1e-12 * (1 + np.abs(center))
    excess = np.where(varies, (found - center) / np.where(varies, deviation, 1), 0.0)
    largest = excess.max(axis=1, initial=0.0)
    reach = largest[:, np.newaxis] >= excess[0] - 1e-9
    pvalues = np.where(varies, reach.mean(axis=0), 1.0)
    pvalue = float(pvalues.min(initial=1.0))
    return Familywise(pvalue, pvalues, found[1:].mean(axis=0), excess[0])


def holm(pvalues: npt.ArrayLike) -> Floats:
    """Correct p-values by Holm's method :footcite:p:`holm1979simple`, which SciPy does not have."""
    raw = np.asarray(pvalues, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    corrected = np.empty_like(raw)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def excess_within_strata(
    first: Bools, strata: Ints, second: Bools, strata_of_second: Ints
) -> float:
    """Return the p-value of something more frequent in a first sample (n,) than in a second (m,).

    Rows are dealt out at random within strata: Fisher's exact test for one stratum, the exact
    Cochran-Mantel-Haenszel test for several :footcite:p:`mantel1959statistical`.
    """
    cells = []
    for stratum in np.unique(strata):
        ours, others = first[strata == stratum], second[strata_of_second == stratum]
        cells.append((len(ours), len(others), int(ours.sum() + others.sum())))
    lowest, masses = masses_within_strata(cells)
    return float(min(1.0, masses[int(first.sum()) - lowest :].sum()))


def masses_within_strata(cells: Iterable[tuple[int, int, int]]) -> tuple[int, Floats]:
    """Return the distribution of how many rows of a first sample have something.

    A cell has the sizes of both samples in a stratum, and how many of their rows have it. Returns
    the lowest possible number, and the probabilities of it and of those that follow.
    """
    cells = list(cells)
    size = 1 + sum(have for *_, have in cells)
    lowest, spectra = 0, []
    for n, m, have in cells:
        least, most = max(0, have - m), min(have, n)
        masses = stats.hypergeom.pmf(np.arange(least, most + 1), n + m, have, n)
        lowest += least
        spectra.append(np.fft.rfft(masses, size))
    # The number in all strata is a sum of independent numbers.
    return lowest, np.clip(np.fft.irfft(np.prod(spectra, axis=0), size), 0.0, 1.0)
