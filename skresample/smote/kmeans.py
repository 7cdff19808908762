"""KMeans-SMOTE."""

from collections.abc import Iterator
from numbers import Integral
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils._param_validation import HasMethods, StrOptions

from skresample._support import seeded_clone
from skresample.neighbors import Mixed, is_euclidean, mismatch_cost
from skresample.numerics.threads import limit_openmp
from skresample.samplers.base import Task, drop_in
from skresample.samplers.constraints import IntegerInterval, RealInterval
from skresample.samplers.parameters import KNeighbors, Standardize
from skresample.smote._clusters import k_prototypes
from skresample.smote.base import InterpolatingOverSampler, Neighbors, Pairing
from skresample.table import Rows

__all__ = ["KMeansSMOTE"]


@drop_in
class KMeansSMOTE(InterpolatingOverSampler):
    r"""SMOTE inside the clusters where the minority prevails, most in the sparse ones.

    All rows are clustered. A cluster with :math:`P` minority and :math:`N` majority rows
    is kept if :math:`(N + 1) / (P + 1) < (1 - t) / t`, with :math:`t` the balance
    threshold, and gets new rows in proportion to its sparsity, the mean distance between
    its minority rows to the power of an exponent :math:`e` over their number
    :footcite:p:`last2018kmeans`:

    .. math:: w = \bar d^{\,e} / P .

    Inside a cluster, SMOTE with the `k` nearest minority rows of the cluster.

    Parameters
    ----------
    k_neighbors : int or estimator, default=2
        How many nearest rows of the same class and cluster a new row may be drawn
        towards; in a smaller cluster, all. An estimator with ``kneighbors`` finds them
        instead; as in imbalanced-learn, its ``n_neighbors`` counts the row itself.
    kmeans_estimator : int or estimator, default=None
        Number of clusters, or an estimator with ``fit`` and ``predict`` that finds them.
        None for :class:`sklearn.cluster.MiniBatchKMeans` with its own default.
    cluster_balance_threshold : 'auto' or float in [0, 1), default='auto'
        The share of minority rows from which a cluster is kept. ``'auto'`` is one half:
        the paper's imbalance ratio threshold of 1. 0 keeps every cluster.
    density_exponent : 'auto' or float, default='auto'
        The exponent. ``'auto'`` is the number of features, as in the paper.

    Attributes
    ----------
    kmeans_estimator_ : estimator or None
        The fitted clustering; None where k-prototypes found the clusters.

    See Also
    --------
    SMOTE : Without clusters.

    Notes
    -----
    A cluster with one minority row has no pair to draw between and is left out. Where no
    cluster is kept, all rows of the class are used evenly, as in SMOTE, and a warning
    says so. In a cluster with hundreds of its rows, the mean distance is over 100,000
    pairs of them, and so wrong by about a thousandth. Where the minority rows of every
    kept cluster coincide, their sparsity is zero, and the kept clusters get rows by their
    number of minority rows. The clustering is the same for all classes; a third class
    counts as majority. A table with categories or missing values is clustered by
    k-prototypes :footcite:p:`huang1998kprototypes`.

    References
    ----------
    .. footbibliography::

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> from skresample import KMeansSMOTE
    >>> X, y = make_blobs([100, 800, 100], centers=[[-10, 0], [0, 0], [10, 0]], random_state=0)
    >>> X_new, y_new = KMeansSMOTE(random_state=0).fit_resample(X, y == 0)
    >>> int(sum(y_new)), len(y_new)
    (900, 1800)
    """

    k_neighbors: KNeighbors = 2
    kmeans_estimator: Annotated[Any, IntegerInterval(1), HasMethods(["fit", "predict"]), None] = (
        None
    )
    cluster_balance_threshold: Annotated[
        Any, StrOptions({"auto"}), RealInterval(0, 1, closed="left")
    ] = "auto"
    density_exponent: Annotated[Any, StrOptions({"auto"}), RealInterval(0, None, closed="left")] = (
        "auto"
    )
    standardize: Standardize = False

    _paper = (
        "Douzas, Bacao, Last (2018), Improving imbalanced learning through a heuristic "
        "oversampling method based on k-means and SMOTE"
    )
    _no_base = "no cluster has enough rows of the class (see cluster_balance_threshold)"

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        super()._fit_table(rows, rng)
        given = self.kmeans_estimator
        if not hasattr(given, "fit") and not is_euclidean(self.metric):
            raise ValueError(
                f"KMeansSMOTE: k-means finds clusters by Euclidean distances, not by metric="
                f"{self.metric!r}: leave metric='euclidean', or give an estimator that finds "
                "clusters as kmeans_estimator."
            )
        numeric = self._numeric(rows)
        if rows.columns.has_missing or rows.columns.categories.size:
            if given is not None and not isinstance(given, Integral):
                raise ValueError(
                    f"kmeans_estimator={given!r} clusters numbers, and X has categories or missing "
                    "values: give a number of clusters, which k-prototypes then finds."
                )
            dense = numeric.toarray() if sparse.issparse(numeric) else numeric
            table = Mixed(dense, rows.codes, mismatch_cost(numeric))
            self.kmeans_estimator_ = None
            self._clusters = k_prototypes(table, min(int(given or 8), len(rows)), rng)
            return
        estimator = MiniBatchKMeans() if given is None or isinstance(given, Integral) else given
        estimator = seeded_clone(estimator, int(rng.integers(2**31)))
        if isinstance(given, Integral):
            estimator.set_params(n_clusters=given)
        if (estimator.get_params().get("n_clusters") or 0) > len(rows):
            estimator.set_params(n_clusters=len(rows))
        if sparse.issparse(numeric) and not numeric.data.flags.writeable:
            numeric = numeric.copy()  # as of a memory map, which scikit-learn's k-means refuses
        with limit_openmp():
            self.kmeans_estimator_ = estimator.fit(numeric)
            labels = getattr(self.kmeans_estimator_, "labels_", None)
            self._clusters = estimator.predict(numeric) if labels is None else np.asarray(labels)

    def _pair(self, task: Task) -> Pairing:
        k, search = self._neighbors("k_neighbors")
        k = min(k, len(task.minority))  # no cluster has more of the class
        auto = self.density_exponent == "auto"
        exponent = self.n_features_in_ if auto else self.density_exponent
        space = self._space(task)
        partners = np.full((len(task.minority), k), -1, dtype=np.intp)
        log_weights = np.full(len(task.minority), -np.inf)
        kept = np.zeros(len(task.minority), dtype=bool)
        for members in self._prevalent(task):
            rows = task.minority[members]
            found = self._kneighbors(space, k, rows, rows, search)
            partners[members, : found.shape[1]] = found
            spread = space.mean_distance(rows, task.rng)
            with np.errstate(divide="ignore"):
                log_sparsity = (exponent and exponent * np.log(spread)) - np.log(len(rows))
            log_weights[members] = log_sparsity - np.log(len(rows))
            kept |= members
        peak = log_weights.max()
        weights = np.exp(log_weights - peak) if peak > -np.inf else kept.astype(float)
        return Pairing(weights, Neighbors(partners))

    def _prevalent(self, task: Task) -> Iterator[npt.NDArray[np.bool_]]:
        """Yield, for each cluster where the class prevails, which of its rows are inside."""
        threshold = self.cluster_balance_threshold
        least = 0.5 if threshold == "auto" else threshold
        clusters = self._clusters[task.minority]
        for cluster in np.unique(clusters):
            members = clusters == cluster
            n_minority = np.count_nonzero(members)
            n_majority = np.count_nonzero(self._clusters == cluster) - n_minority
            if n_minority >= 2 and least * (n_majority + 1) < (1 - least) * (n_minority + 1):
                yield members
