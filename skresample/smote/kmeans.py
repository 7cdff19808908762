"""KMeans-SMOTE."""

from collections.abc import Iterator
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

Clusters = [IntegerInterval(1), HasMethods(["fit", "predict"]), None]
Threshold = [StrOptions({"auto"}), RealInterval(0, 1, closed="left")]
Exponent = [StrOptions({"auto"}), RealInterval(0, None, closed="left")]


@drop_in
class KMeansSMOTE(InterpolatingOverSampler):
    r"""SMOTE within clusters where the minority class prevails.

    All samples are clustered. A cluster with :math:`P` minority and :math:`N` majority samples is
    kept if :math:`(N + 1) / (P + 1) < (1 - t) / t`, with :math:`t` the balance threshold. Its
    number of synthetic samples is proportional to its sparsity :footcite:p:`last2018kmeans`,

    .. math:: w = \bar d^{\,e} / P ,

    with :math:`\bar d` the mean distance between its minority samples and :math:`e` an exponent.
    Samples are joined with their nearest minority neighbors in the cluster.

    Parameters
    ----------
    k_neighbors : int or estimator, default=2
        Number of nearest minority neighbors in the cluster that a sample may be joined with;
        in a smaller cluster, all. An estimator with ``kneighbors`` finds them instead. As in
        imbalanced-learn, its ``n_neighbors`` counts the sample itself.
    kmeans_estimator : int or estimator, default=None
        Number of clusters, or an estimator with ``fit`` and ``predict`` that finds them. None
        is :class:`sklearn.cluster.MiniBatchKMeans` with 8 clusters. With a `metric` other than
        Euclidean, an estimator is required.
    cluster_balance_threshold : 'auto' or float in [0, 1), default='auto'
        The least proportion of minority samples in a cluster that is kept. ``'auto'`` is one
        half, the paper's imbalance ratio threshold of 1. 0 keeps every cluster.
    density_exponent : 'auto' or float, default='auto'
        The exponent. ``'auto'`` is the number of features, as in the paper.

    Attributes
    ----------
    kmeans_estimator_ : estimator or None
        The fitted clustering; None if k-prototypes found the clusters.

    See Also
    --------
    SMOTE : Without clusters.

    Notes
    -----
    A cluster with one minority sample is left out. If no cluster is kept, all samples of the class
    are bases evenly, as in SMOTE, and a warning says so. In a cluster with hundreds of minority
    samples, the mean distance is estimated from 100,000 pairs, within about 0.1 %. If the sparsity
    of all kept clusters is 0, weights follow their numbers of minority samples. The clusters are
    the same for all classes, and a third class counts as majority. k-prototypes clusters tables
    with categorical features or missing values :footcite:p:`huang1998kprototypes`.

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
    kmeans_estimator: Annotated[Any, *Clusters] = None
    cluster_balance_threshold: Annotated[Any, *Threshold] = "auto"
    density_exponent: Annotated[Any, *Exponent] = "auto"
    standardize: Standardize = False

    _paper = (
        "Douzas, Bacao, Last (2018), Improving imbalanced learning through a heuristic "
        "oversampling method based on k-means and SMOTE"
    )
    _no_base = "no cluster has enough rows of the class (see cluster_balance_threshold)"

    def _fit_table(self, rows: Rows, rng: np.random.Generator) -> None:
        super()._fit_table(rows, rng)
        given, numeric = self.kmeans_estimator, self._numeric(rows)
        finds = hasattr(given, "fit")
        if not finds and not is_euclidean(self.metric):
            raise ValueError(
                f"KMeansSMOTE: k-means finds clusters by Euclidean distances, not by metric="
                f"{self.metric!r}: leave metric='euclidean', or give an estimator that finds "
                "clusters as kmeans_estimator."
            )
        if rows.columns.has_missing or rows.columns.categories.size:
            if finds:
                raise ValueError(
                    f"kmeans_estimator={given!r} clusters numbers, and X has categories or missing "
                    "values: give a number of clusters, which k-prototypes then finds."
                )
            dense = numeric.toarray() if sparse.issparse(numeric) else numeric
            table = Mixed(dense, rows.codes, mismatch_cost(numeric))
            self.kmeans_estimator_ = None
            self._clusters = k_prototypes(table, min(int(given or 8), len(rows)), rng)
            return
        estimator = seeded_clone(
            given if finds else MiniBatchKMeans(given or 8), int(rng.integers(2**31))
        )
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
        m, space = len(task.minority), self._space(task)
        auto = self.density_exponent == "auto"
        exponent = self.n_features_in_ if auto else self.density_exponent
        partners = np.full((m, min(k, m)), -1)
        log_weights, kept = np.full(m, -np.inf), np.zeros(m, dtype=bool)
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
        weights = np.exp(log_weights - peak) if peak > -np.inf else kept
        return Pairing(weights, Neighbors(partners))

    def _prevalent(self, task: Task) -> Iterator[npt.NDArray[np.bool_]]:
        """Yield, for each cluster that is kept, which minority samples are in it."""
        threshold = self.cluster_balance_threshold
        least = 0.5 if threshold == "auto" else threshold
        clusters = self._clusters[task.minority]
        for cluster in np.unique(clusters):
            members = clusters == cluster
            n_minority = np.count_nonzero(members)
            n_majority = np.count_nonzero(self._clusters == cluster) - n_minority
            if n_minority >= 2 and least * (n_majority + 1) < (1 - least) * (n_minority + 1):
                yield members
