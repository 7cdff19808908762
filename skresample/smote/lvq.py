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
from skresample.smote.base import Pairing, PairingOverSampler
from skresample.table import Block

__all__ = ["LVQSMOTE"]

# A pair of codebook vectors, and another that shares none with it.
FEWEST = 4


class Codebook(NamedTuple):
    """What new rows are made from.

    Attributes
    ----------
    vectors : ndarray of shape (c, d)
        The codebook, in units of the table.
    alike : ndarray of shape (c, c, 2)
        For each two vectors, the two others whose difference is most like theirs.
    near : ndarray of shape (c, k)
        The rows of the class next to each vector, as positions in the class.
    """

    vectors: npt.NDArray[np.float64]
    alike: npt.NDArray[np.intp]
    near: npt.NDArray[np.intp]


class LVQSMOTE(PairingOverSampler):
    r"""What differs in one place of the class is carried to another.

    The class is summed up in a codebook of vectors :math:`c` :footcite:p:`nakamura2013lvq`. For
    a new row, two of them are drawn, a and b, and two others i and j are taken whose difference
    :math:`c_i - c_j` is nearest to :math:`c_a - c_b`: the class looks alike there. Of o, which is
    i or j, one of the k nearest rows :math:`x` of the class is moved to a,

    .. math:: x + (c_a - c_o) .

    Parameters
    ----------
    k_neighbors : int, default=5
        How many nearest rows of a codebook vector may be moved; where the class has fewer, all.
    n_codebooks : int, default=10
        How many codebook vectors, at least 4; where the class has fewer different rows, these
        are the codebook.

    See Also
    --------
    KMeansSMOTE : New rows inside clusters.
    GeometricSMOTE : New rows off the lines, too.

    Notes
    -----
    The paper learns the codebook by learning vector quantisation; here it is found by k-means
    among the rows of the class, in numbers over their standard deviations in it. In these, too,
    differences are compared and nearest rows found; a missing number counts as the mean, and
    categories do not count. Categories and holes are those of the row that is moved, which is
    the only parent: ``parents_`` has -1 for the other. Rows may leave the observed range (see
    `bounds`). There are at most :math:`c^2 k` different new rows, with c vectors of the
    codebook and the `k_neighbors` k: more are repeated, and a warning says so where many are.
    Where there are fewer than 4 different codebook vectors, rows are made as in
    SMOTE, and a warning says so.

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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.repeats_rows = True
        return tags

    def _fit_class(self, task: Task) -> Any:
        scaled, deviation = in_deviations(rows_of(task.numeric, task.minority))
        vectors = self._quantised(scaled, task.rng)
        if len(vectors) < FEWEST:
            return self._fall_back(task)
        near = nearest_rows(vectors, scaled, self.k_neighbors)
        return Codebook(vectors * deviation, alike_pairs(vectors), near)

    def _quantised(
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

    def _base_weights(self, task: Task, fitted: Any) -> npt.NDArray[np.floating] | None:
        if isinstance(fitted, Pairing):
            return super()._base_weights(task, fitted)
        return None

    def _draw(self, task: Task, fitted: Any, bases: Positions, rng: np.random.Generator) -> Block:
        if isinstance(fitted, Pairing):
            return super()._draw(task, fitted, bases, rng)
        vectors, alike, near = fitted
        n_new = bases.size
        first = rng.integers(len(vectors), size=n_new)
        second = (first + rng.integers(1, len(vectors), size=n_new)) % len(vectors)
        other = alike[first, second, rng.integers(2, size=n_new)]
        moved = near[other, rng.integers(near.shape[1], size=n_new)]
        base = task.minority[moved]
        # A row, and the two vectors that it is moved between, make the new row.
        made = np.unique((first * len(vectors) + other) * len(task.minority) + moved)
        self._tell_repeats(
            task,
            n_new - made.size,
            n_new,
            "there are no more ways to move a row. Raise n_codebooks or k_neighbors, or use "
            "another method.",
        )

        def draw(part: slice, rng: np.random.Generator) -> npt.NDArray[np.floating]:
            return rows_of(task.numeric, base[part]) + (vectors[first[part]] - vectors[other[part]])

        parents = np.column_stack([base, np.full(n_new, -1)])
        numbers = self._in_batches(task, draw, n_new, rng)
        return Block(parents, numbers, task.rows.codes[base])
