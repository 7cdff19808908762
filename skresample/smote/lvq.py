"""LVQ-SMOTE."""

import warnings
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from skresample.samplers.base import Positions, Task, rows_of
from skresample.samplers.constraints import IntegerInterval
from skresample.samplers.parameters import Bounds, CategoricalFeatures
from skresample.smote._codebooks import alike_pairs, nearest_rows
from skresample.smote._topologies import in_deviations
from skresample.smote.base import PairingOverSampler
from skresample.table import Block

__all__ = ["LVQSMOTE"]

# A pair of codebook vectors, and another pair without any of them.
FEWEST = 4


class Codebook(NamedTuple):
    """What is learned from a class.

    These are the c `vectors` (c, d), the pairs `alike` (c, c, 2) of `alike_pairs`, and the
    positions in the class of the samples `near` (c, k) each vector.
    """

    vectors: npt.NDArray[np.float64]
    alike: Positions
    near: Positions


class LVQSMOTE(PairingOverSampler):
    r"""Synthetic samples by moving samples between similar places of the class.

    A codebook of vectors :math:`c` represents the class :footcite:p:`nakamura2013lvq`. For each
    synthetic sample, two of them, a and b, are drawn. The class looks alike at the two others, i
    and j, whose difference :math:`c_i - c_j` is nearest to :math:`c_a - c_b`. One of the
    `k_neighbors` samples :math:`x` nearest to o, which is i or j, is moved to a:

    .. math:: x + (c_a - c_o) .

    Parameters
    ----------
    k_neighbors : int, default=5
        Number of samples nearest to a codebook vector that may be moved; if the class has
        fewer, all.
    n_codebooks : int, default=10
        Number of codebook vectors, at least 4. If the class has fewer different samples, these
        are the codebook.

    See Also
    --------
    KMeansSMOTE : Synthetic samples within clusters.
    GeometricSMOTE : Also leaves the lines between samples.

    Notes
    -----
    The paper learns the codebook by learning vector quantization; here it consists of the means of
    k-means. Numerical features are divided by their standard deviations in the class, missing
    numbers count as means, and categories do not count. A synthetic sample has the categories
    and missing values of the moved sample, its only parent: ``parents_`` has -1 for the other. It
    may leave the observed range (see `bounds`). c vectors give at most :math:`c^2 k` different
    synthetic samples, and a warning says so if many are repeated. A class with fewer than 4
    different vectors is oversampled as by SMOTE, and a warning says so.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skresample import LVQSMOTE
    >>> X, y = make_classification(1000, weights=[0.9], random_state=0)
    >>> X_new, y_new = LVQSMOTE(n_codebooks=30, random_state=0).fit_resample(X, y)
    >>> int(sum(y_new == 0)) == int(sum(y_new == 1))
    True
    """

    k_neighbors: Annotated[int, IntegerInterval(1)] = 5
    n_codebooks: Annotated[int, IntegerInterval(FEWEST)] = 10
    categorical_features: CategoricalFeatures = "auto"
    bounds: Bounds = None

    _paper = (
        "Nakamura, Kajiwara, Otsuka, Kimura (2013), LVQ-SMOTE: learning vector quantization based "
        "synthetic minority oversampling technique for biomedical data"
    )
    _no_base = f"there are fewer than {FEWEST} different codebook vectors"
    _on_lines = False
    _repeats_rows = True

    def _fit_class(self, task: Task) -> Any:
        scaled, deviation = in_deviations(rows_of(task.numeric, task.minority))
        vectors = self._quantized(scaled, task.rng)
        if len(vectors) < FEWEST:
            return self._fall_back(task)
        near = nearest_rows(vectors, scaled, self.k_neighbors)
        return Codebook(vectors * deviation, alike_pairs(vectors), near)

    def _quantized(
        self, scaled: npt.NDArray[np.float64], rng: np.random.Generator
    ) -> npt.NDArray[np.float64]:
        """Return the different vectors of the codebook."""
        if not scaled.any():
            return scaled[:1]
        different = np.unique(scaled, axis=0)
        if len(different) <= self.n_codebooks:
            return different
        means = KMeans(self.n_codebooks, n_init=1, random_state=int(rng.integers(2**31)))
        # Sums over several threads differ from run to run in their last digits.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return np.unique(means.fit(scaled).cluster_centers_, axis=0)

    def _base_weights(self, task: Task, fitted: Any) -> Any:
        return None if isinstance(fitted, Codebook) else super()._base_weights(task, fitted)

    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        if not isinstance(fitted, Codebook):
            return super()._draw(task, fitted, bases, rng)
        vectors, alike, near = fitted
        n_new = bases.size
        first = rng.integers(len(vectors), size=n_new)
        second = (first + rng.integers(1, len(vectors), size=n_new)) % len(vectors)
        other = alike[first, second, rng.integers(2, size=n_new)]
        moved = near[other, rng.integers(near.shape[1], size=n_new)]
        base = task.minority[moved]
        # A sample, and the two vectors that it is moved between, determine the synthetic one.
        different = np.unique((first * len(vectors) + other) * len(task.minority) + moved)
        self._tell_repeats(
            task,
            n_new - different.size,
            n_new,
            "there are no more ways to move a row. Raise n_codebooks or k_neighbors, or use "
            "another method.",
        )

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            return rows_of(task.numeric, base[part]) + (vectors[first[part]] - vectors[other[part]])

        parents = np.column_stack([base, np.full(n_new, -1)])
        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(parents, numbers, task.rows.codes[base])
