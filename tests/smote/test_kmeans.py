"""KMeans-SMOTE: what the paper says, on data small enough to check by hand."""

import numpy as np
import pytest
from samplers import blobs, steps_of
from scipy import stats
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.neighbors import NearestNeighbors

from skresample import KMeansSMOTE


class Hundreds(ClusterMixin, BaseEstimator):
    """Clusters by the hundred that the first feature is in."""

    def fit(self, X, y=None):
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0].astype(int) // 100


def table(*clusters):
    """Return two features from (minority, majority) places in each hundred."""
    X, y = [], []
    for number, places in enumerate(clusters):
        for label, offsets in zip((1, 0), places, strict=True):
            X += [100 * number + offset for offset in offsets]
            y += [label] * len(offsets)
    return np.column_stack([X, np.zeros(len(X))]).astype(float), np.array(y)


def fit_resample(X, y, n_new, **parameters):
    """Return the new rows of class 1 and their parents."""
    wanted = {1: int(np.sum(y == 1)) + n_new}
    parameters = {"kmeans_estimator": Hundreds(), "random_state": 0, **parameters}
    sampler = KMeansSMOTE(sampling_strategy=wanted, **parameters)
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :], sampler.parents_


def cluster_of(X, positions):
    return Hundreds().predict(X[positions])


REST = ((), range(40))


class TestFilter:
    @pytest.mark.parametrize(
        ("n_minority", "n_majority", "threshold", "kept"),
        [
            (3, 2, "auto", True),  # 3/4 < 1
            (3, 3, "auto", False),  # 4/4
            (3, 4, "auto", False),
            (2, 0, "auto", True),
            (3, 14, 0.2, True),  # 15/4 < 4
            (3, 15, 0.2, False),  # 16/4
            (7, 0, 0.9, False),  # 1/8 > 1/9
            (9, 0, 0.9, True),  # 1/10 < 1/9
            (2, 40, 0.0, True),  # every cluster
            (1, 0, "auto", False),  # no pair to draw between
        ],
    )
    def test_by_hand(self, n_minority, n_majority, threshold, kept):
        sure = range(0, 60, 3)
        X, y = table((sure, ()), (range(n_minority), range(50, 50 + n_majority)), REST)
        _, parents = fit_resample(
            X, y, 300, cluster_balance_threshold=threshold, density_exponent=0
        )
        assert set(cluster_of(X, parents[:, 0])) == ({0, 1} if kept else {0})


class TestWeights:
    # Mean distances 2 and 4, of 2 and 3 minority rows, with 2 features.
    clusters = (((10, 12), (90,)), ((20, 23, 26), (90,)), REST)

    @pytest.mark.parametrize(
        ("exponent", "n_new", "counts"),
        [
            ("auto", 66, [18, 48]),  # 2²/2 : 4²/3
            (2, 66, [18, 48]),
            (1, 42, [18, 24]),  # 2/2 : 4/3
            (0, 30, [18, 12]),  # 1/2 : 1/3
            (0.5, 1000, [514, 486]),  # √2/2 : √4/3
        ],
    )
    def test_by_hand(self, exponent, n_new, counts):
        X, y = table(*self.clusters)
        _, parents = fit_resample(X, y, n_new, density_exponent=exponent)
        made = np.bincount(cluster_of(X, parents[:, 0]), minlength=2)
        assert made.sum() == n_new
        # Within a cluster all rows are bases evenly, each rounded.
        assert np.abs(made - counts).max() <= (0 if exponent != 0.5 else 3)
        per_row = np.bincount(parents[:, 0], minlength=len(y))
        for rows in (slice(0, 2), slice(3, 6)):
            assert np.ptp(per_row[rows]) <= (0 if exponent != 0.5 else 1)

    def test_auto_exponent_is_the_number_of_features(self):
        X, y = table(*self.clusters)
        X = np.column_stack([X, np.zeros(len(X))])
        auto = fit_resample(X, y, 100)
        three = fit_resample(X, y, 100, density_exponent=3)
        np.testing.assert_array_equal(auto[1], three[1])
        made = np.bincount(cluster_of(X, auto[1][:, 0]), minlength=2)
        np.testing.assert_allclose(made, 100 * np.array([4, 64 / 3]) / (4 + 64 / 3), atol=2)

    @pytest.mark.parametrize("shift", [0.0, 2.0**30])
    def test_far_from_the_origin_in_another_feature(self, shift):
        X, y = table(*self.clusters)
        X[:, 1] += shift
        _, parents = fit_resample(X, y, 66)
        assert np.bincount(cluster_of(X, parents[:, 0])).tolist() == [18, 48]

    def test_majority_rows_do_not_count_for_the_distance(self):
        X, y = table(*self.clusters)
        X[y == 0, 1] = 1e5
        _, parents = fit_resample(X, y, 66)
        assert np.bincount(cluster_of(X, parents[:, 0])).tolist() == [18, 48]

    @pytest.mark.parametrize("d", [300, 2000])
    def test_many_features_do_not_overflow(self, d):
        X, y = table(*self.clusters)
        X = np.hstack([X, np.zeros((len(X), d))])
        for scale in (1e-3, 1, 1e3):
            scaled = X.copy()
            scaled[:, 1] = X[:, 0] % 100 * scale
            X_new, parents = fit_resample(scaled, y, 66)
            assert np.isfinite(X_new).all()
            assert set(cluster_of(X, parents[:, 0])) == {1}  # 2^300 times as heavy

    @pytest.mark.parametrize("place", [10, 10.1])
    def test_coinciding_rows_have_no_sparsity(self, place):
        X, y = table(((place,) * 4, ()), ((20, 23, 26), ()), REST)
        X_new, parents = fit_resample(X, y, 60)
        assert set(cluster_of(X, parents[:, 0])) == {1}
        assert np.isfinite(X_new).all()

    def test_all_clusters_of_coinciding_rows_share_by_their_rows(self):
        X, y = table(((10,) * 4, ()), ((20,) * 2, ()), REST)
        X_new, parents = fit_resample(X, y, 60)
        assert np.bincount(cluster_of(X, parents[:, 0])).tolist() == [40, 20]
        np.testing.assert_array_equal(X_new, X[parents[:, 0]])

    @pytest.mark.parametrize("n_new", [1, 2, 7, 13, 64, 99])
    @pytest.mark.parametrize("exponent", ["auto", 0.3])
    def test_totals_are_exact(self, n_new, exponent):
        X, y = table(*self.clusters[:2], ((5, 6, 8, 30, 31), ()), ((5, 55), ()), REST)
        for seed in range(3):
            X_new, parents = fit_resample(X, y, n_new, density_exponent=exponent, random_state=seed)
            assert len(X_new) == len(parents) == n_new


class TestNeighbors:
    def test_of_the_same_cluster(self):
        X, y = table(((90, 97, 99), ()), ((1, 3, 40), ()), REST)  # nearest across the border
        X_new, parents = fit_resample(X, y, 200, k_neighbors=1)
        assert set(map(tuple, parents.tolist())) == {(0, 1), (1, 2), (2, 1), (3, 4), (4, 3), (5, 4)}
        assert stats.kstest(steps_of(X, X_new, parents), "uniform").pvalue > 1e-3

    def test_as_many_as_the_cluster_has(self):
        X, y = table(((10, 12), ()), ((20, 23, 26, 40), ()), REST)
        _, parents = fit_resample(X, y, 300, k_neighbors=3, density_exponent=0)
        for cluster, n_pairs in ((0, 2), (1, 12)):
            inside = parents[cluster_of(X, parents[:, 0]) == cluster]
            assert (cluster_of(X, inside[:, 1]) == cluster).all()
            assert len(set(map(tuple, inside.tolist()))) == n_pairs

    def test_estimator_counts_the_row_itself(self):
        X, y = table(((10, 12, 15, 19), ()), REST)
        by_number = fit_resample(X, y, 50, k_neighbors=2)
        by_estimator = fit_resample(X, y, 50, k_neighbors=NearestNeighbors(n_neighbors=3))
        np.testing.assert_array_equal(by_estimator[0], by_number[0])


class TestNoCluster:
    def test_says_so_and_uses_all(self):
        X, y = table(((10, 12), (50, 51, 52)), ((10,), ()), REST)
        sampler = KMeansSMOTE(kmeans_estimator=Hundreds(), random_state=0)
        with pytest.warns(UserWarning, match="no cluster has enough rows") as said:
            _, y_out = sampler.fit_resample(X, y)
        assert len(said) == 1
        for words in ("KMeansSMOTE", "class 1", "cluster_balance_threshold", "used evenly"):
            assert words in str(said[0].message)
        assert np.bincount(y_out).tolist() == [43, 43]
        counts = np.bincount(sampler.parents_[:, 0])[[0, 1, 5]]
        assert set(counts) <= {13, 14}

    def test_lower_threshold_finds_one(self):
        X, y = table(((10, 12), (50, 51, 52)), REST)
        _, parents = fit_resample(X, y, 10, cluster_balance_threshold=0.4)  # 4/3 < 3/2
        assert set(parents[:, 0]) == {0, 1}


class TestEstimator:
    def test_blobs_are_found(self):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(320, 2)) + np.repeat([[0, 0], [50, 0], [0, 50], [50, 50]], 80, axis=0)
        y = np.zeros(320, dtype=int)
        y[:60], y[80:85] = 1, 1  # the first blob is mostly minority, the second hardly
        sampler = KMeansSMOTE(kmeans_estimator=4, random_state=0)
        sampler.fit_resample(X, y)
        assert set(sampler.parents_[:, 0]) == set(range(60))
        assert sampler.kmeans_estimator_.n_clusters == 4

    def test_default_is_mini_batch_k_means_seeded_by_the_sampler(self):
        X, y = blobs((120, 60))
        first = KMeansSMOTE(random_state=0).fit(X, y).kmeans_estimator_
        again = KMeansSMOTE(random_state=0).fit(X, y).kmeans_estimator_
        other = KMeansSMOTE(random_state=1).fit(X, y).kmeans_estimator_
        assert type(first) is MiniBatchKMeans
        assert first.n_clusters == MiniBatchKMeans().n_clusters
        np.testing.assert_array_equal(first.cluster_centers_, again.cluster_centers_)
        assert not np.array_equal(first.cluster_centers_, other.cluster_centers_)

    def test_given_estimator_is_not_fitted_itself_and_keeps_its_seed(self):
        X, y = blobs((120, 60))
        given = KMeans(n_clusters=5, n_init=2, random_state=3)
        sampler = KMeansSMOTE(kmeans_estimator=given, random_state=0).fit(X, y)
        assert not hasattr(given, "cluster_centers_")
        assert type(sampler.kmeans_estimator_) is KMeans
        assert sampler.kmeans_estimator_.random_state == 3
        assert given.get_params() == KMeans(n_clusters=5, n_init=2, random_state=3).get_params()

    def test_clusters_are_of_all_rows(self):
        X, y = blobs((120, 60))
        sampler = KMeansSMOTE(kmeans_estimator=KMeans(3, random_state=0), random_state=0)
        sampler.fit(X, y)
        assert len(sampler.kmeans_estimator_.labels_) == 180

    @pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning")
    def test_more_clusters_than_rows(self):
        X, y = blobs((5, 4))
        _, y_out = KMeansSMOTE(kmeans_estimator=50, random_state=0).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [5, 5]
