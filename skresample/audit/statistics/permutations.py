"""Permutation tests of many statistics at once, within strata."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

__all__ = [
    "Familywise",
    "excess_within_strata",
    "familywise",
    "holm",
    "masses_within_strata",
    "null_statistics",
    "permuted",
]

# How many labellings are looked at together.
BLOCK = 32


class Familywise(NamedTuple):
    """What a permutation test of several statistics says.

    Attributes
    ----------
    pvalue : float
        Of the hypothesis that none of them is larger than by chance.
    pvalues : ndarray of shape (s,)
        Of each, corrected for there being s of them.
    reference : ndarray of shape (s,)
        The mean of each over the permutations.
    excess : ndarray of shape (s,)
        How many standard deviations of the permutations each is above that.
    """

    pvalue: float
    pvalues: npt.NDArray[np.float64]
    reference: npt.NDArray[np.float64]
    excess: npt.NDArray[np.float64]


def permuted(
    labels: npt.NDArray[np.bool_],
    strata: npt.NDArray[np.integer],
    n: int,
    rng: np.random.Generator,
) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield labels that are shuffled within strata, some at a time.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        To be shuffled.
    strata : ndarray of shape (n_rows,)
        Which rows may exchange labels.
    n : int
        How often.
    rng : numpy.random.Generator
        Source of the draws.

    Yields
    ------
    block : ndarray of shape (up to 32, n_rows)
        One labelling per row.
    """
    groups = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    for start in range(0, n, BLOCK):
        block = np.empty((min(BLOCK, n - start), len(labels)), dtype=bool)
        for rows in groups:
            same = np.broadcast_to(labels[rows], (len(block), len(rows)))
            block[:, rows] = rng.permuted(same, axis=1)
        yield block


def null_statistics(
    statistics: Callable[[npt.NDArray[np.bool_]], npt.NDArray[np.floating]],
    labels: npt.NDArray[np.bool_],
    n: int,
    rng: np.random.Generator,
    *,
    strata: npt.NDArray[np.integer] | None = None,
) -> npt.NDArray[np.float64]:
    """Compute statistics of the labels as they are, and as shuffled within strata.

    Parameters
    ----------
    statistics : callable
        Takes labellings of shape (b, n_rows), returns statistics of shape (b, s).
    labels : ndarray of shape (n_rows,)
        The labels.
    n : int
        How often they are shuffled.
    rng : numpy.random.Generator
        Source of the draws.
    strata : ndarray of shape (n_rows,), default=None
        Which rows may exchange labels; None for all.

    Returns
    -------
    found : ndarray of shape (n + 1, s)
        First those of the labels as they are.
    """
    strata = np.zeros(len(labels), dtype=int) if strata is None else strata
    blocks = [statistics(labels[np.newaxis])]
    blocks += [statistics(block) for block in permuted(labels, strata, n, rng)]
    return np.concatenate(blocks).astype(np.float64)


def familywise(found: npt.NDArray[np.floating]) -> Familywise:
    """Test whether any of several statistics is larger than by chance.

    Each is taken in standard deviations of its permutations, so that those that vary
    little count as much as those that vary a lot, and the largest is compared with the
    largest of each permutation: Westfall and Young's single-step correction
    :footcite:p:`westfall1993resampling`. The level is exact, whatever depends on what.

    Parameters
    ----------
    found : ndarray of shape (n + 1, s)
        What `null_statistics` returns; large values speak against the hypothesis.

    Returns
    -------
    result : Familywise
        The p-values, and what was to be expected.

    References
    ----------
    .. footbibliography::
    """
    # The labels as they are count among the permutations, or the level would not be exact.
    centre, deviation = found.mean(axis=0), found.std(axis=0)
    varies = deviation > 1e-12 * (1 + np.abs(centre))
    excess = np.where(varies, (found - centre) / np.where(varies, deviation, 1), 0.0)
    largest = excess.max(axis=1, initial=0.0)
    reach = largest[:, np.newaxis] >= excess[0] - 1e-9
    pvalues = np.where(varies, reach.mean(axis=0), 1.0)
    pvalue = float(pvalues.min(initial=1.0))
    return Familywise(pvalue, pvalues, found[1:].mean(axis=0), excess[0])


def holm(pvalues: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Correct p-values for their number by Holm's steps :footcite:p:`holm1979simple`.

    Parameters
    ----------
    pvalues : array-like of shape (s,)
        Of any dependence.

    Returns
    -------
    corrected : ndarray of shape (s,)
        At most 1.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from skresample.audit.statistics.permutations import holm
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    raw = np.asarray(pvalues, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    corrected = np.empty_like(raw)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def excess_within_strata(
    first: npt.NDArray[np.bool_],
    strata: npt.NDArray[np.integer],
    second: npt.NDArray[np.bool_],
    strata_of_second: npt.NDArray[np.integer],
) -> float:
    """Test whether something is more frequent in a first sample than in a second, given strata.

    The number of the first is compared with what it would be if, within each stratum, rows had been
    dealt out to both samples at random: Fisher's exact test for one stratum, and the exact form
    of Cochran, Mantel and Haenszel's for several :footcite:p:`mantel1959statistical`.

    Parameters
    ----------
    first, second : ndarray of shape (n,) and (m,)
        Which rows have it.
    strata, strata_of_second : ndarray of shape (n,) and (m,)
        Of which stratum they are.

    Returns
    -------
    pvalue : float
        One-sided.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> import numpy as np
    >>> from skresample.audit.statistics.permutations import excess_within_strata
    >>> strata = np.zeros(4, dtype=int)
    >>> excess_within_strata(np.array([True] * 4), strata, np.array([False] * 4), strata)
    0.0142...
    """
    cells = []
    for stratum in np.unique(strata):
        ours, others = first[strata == stratum], second[strata_of_second == stratum]
        cells.append((len(ours), len(others), int(ours.sum() + others.sum())))
    lowest, masses = masses_within_strata(cells)
    return float(min(1.0, masses[int(first.sum()) - lowest :].sum()))


def masses_within_strata(
    cells: Iterable[tuple[int, int, int]],
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return how probable it is that so many of a first sample have something, given strata.

    Parameters
    ----------
    cells : iterable of (int, int, int)
        For each stratum how many rows the first sample has, how many the second, and how many of
        both have it.

    Returns
    -------
    lowest : int
        The least number that there can be.
    masses : ndarray
        The probabilities of that one and of those that follow.
    """
    cells = list(cells)
    size = 1 + sum(have for *_, have in cells)
    lowest, spectra = 0, []
    for n, m, have in cells:
        least, most = max(0, have - m), min(have, n)
        masses = stats.hypergeom.pmf(np.arange(least, most + 1), n + m, have, n)
        lowest += least
        spectra.append(np.fft.rfft(masses, size))
    # The number of all strata is the sum of independent ones.
    return lowest, np.clip(np.fft.irfft(np.prod(spectra, axis=0), size), 0.0, 1.0)
