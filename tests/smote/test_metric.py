"""The parameter `metric`, in all samplers that have it."""

import inspect

import numpy as np
import pandas as pd
import pytest
from samplers import CLASSES, blobs
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, clone

import skresample
from skresample.smote import mwmote
from skresample.smote.base import InterpolatingOverSampler, Neighbors

HAVE_IT = [cls for cls in CLASSES if "metric" in inspect.signature(cls).parameters]
WEIGHTS = np.array([0.3, 3.0, 1.0])
X, Y = blobs((60, 25), d=3)
MINORITY = np.flatnonzero(Y == 1)

every_sampler = pytest.mark.parametrize("cls", HAVE_IT)


def weighted(a, b):
    return float(np.linalg.norm((a - b) * WEIGHTS))


class Halves(BaseEstimator):
    """Clusters by the sign of the last number, of dense and sparse tables."""

    def fit(self, X, y=None):
        last = X[:, [2]]
        self.labels_ = ((last.toarray() if sparse.issparse(X) else last).ravel() > 1).astype(int)
        return self

    def predict(self, X):
        return self.fit(X).labels_


class AllSupport(BaseEstimator):
    """A machine of which all rows are support vectors."""

    def fit(self, X, y):
        self.support_ = np.arange(len(y))
        return self

    def predict(self, X):
        raise NotImplementedError


def make(cls, **given):
    """Return a sampler, with estimators that do not compute distances."""
    stubs = {"kmeans_estimator": Halves(), "svm_estimator": AllSupport(), "standardize": False}
    had = inspect.signature(cls).parameters
    return cls(random_state=0, **{k: v for k, v in stubs.items() if k in had} | given)


def learned(sampler, X=X):
    return sampler.fit(X, Y)._fitted_class(1)[1]


def test_who_has_it():
    assert set(HAVE_IT) == {cls for cls in CLASSES if issubclass(cls, InterpolatingOverSampler)}
    assert len(HAVE_IT) >= 14
    assert skresample.SMOTEN not in HAVE_IT


@every_sampler
class TestEverySampler:
    def test_is_euclidean_by_default(self, cls):
        assert cls().metric == "euclidean"

    def test_a_function_is_as_good_as_other_numbers(self, cls):
        ours = make(cls, metric=weighted)
        theirs = make(cls)
        pairing, wanted = learned(ours), learned(theirs, X * WEIGHTS)
        np.testing.assert_allclose(pairing.weights, wanted.weights, rtol=1e-6)
        np.testing.assert_array_equal(pairing.partners[0], wanted.partners[0])
        plain = learned(make(cls))
        assert not (
            np.array_equal(plain.partners[0], wanted.partners[0])
            and np.allclose(plain.weights, wanted.weights)
        )
        ours.fit_resample(X, Y)
        theirs.fit_resample(X * WEIGHTS, Y)
        np.testing.assert_array_equal(ours.parents_, theirs.parents_)

    def test_neighbors_against_brute_force(self, cls):
        apart = cdist(X, X, "cityblock")
        np.fill_diagonal(apart, np.inf)
        pairing = learned(make(cls, metric="cityblock"))
        if cls is skresample.ADASYN:
            nearest = apart[MINORITY].argsort(axis=1)[:, :5]
            np.testing.assert_array_equal(pairing.weights, (Y[nearest] == 0).mean(axis=1))
        if isinstance(pairing.partners, Neighbors) and cls not in (
            skresample.AssembledSMOTE,  # partners of the same part
            skresample.GeometricSMOTE,  # partners of the majority
            skresample.KMeansSMOTE,  # partners of the same cluster
            skresample.SafeLevelSMOTE,  # partners of level 0 are left out
        ):
            among = apart[np.ix_(MINORITY, MINORITY)]
            wanted = MINORITY[among.argsort(axis=1)[:, :5]]
            np.testing.assert_array_equal(pairing.partners.positions, wanted)

    def test_standardized(self, cls):
        units = X.std(axis=0)
        one = learned(make(cls, metric="manhattan", standardize=True), X * [1, 100, 1])
        other = learned(make(cls, metric="manhattan"), X / units)
        if cls is skresample.KMeansSMOTE:
            return  # the clusters of the stub depend on units
        np.testing.assert_allclose(one.weights, other.weights, rtol=1e-6)
        np.testing.assert_array_equal(one.partners[0], other.partners[0])

    def test_sparse(self, cls):
        table = np.where(X > 0, X, 0) + 0.01
        dense, thin = make(cls, metric="manhattan"), make(cls, metric="manhattan")
        one, other = learned(dense, table), learned(thin, sparse.csr_array(table))
        np.testing.assert_allclose(one.weights, other.weights, rtol=1e-6)
        np.testing.assert_array_equal(one.partners[0], other.partners[0])
        new, _ = thin.fit_resample(sparse.csr_array(table), Y)
        assert sparse.issparse(new)
        assert new.shape[0] == 120

    @pytest.mark.parametrize("metric", ["manhatten", "mahalanobis", "precomputed", None, 2])
    def test_other_names_are_refused(self, cls, metric):
        with pytest.raises(ValueError, match=f"'metric' parameter of {cls.__name__}.*manhattan"):
            make(cls, metric=metric).fit(X, Y)

    @pytest.mark.parametrize(
        "metric", [lambda a, b: object(), lambda a, b: "far", lambda a: 1.0, lambda a, b: a - b]
    )
    def test_functions_without_a_distance_are_refused(self, cls, metric):
        with pytest.raises(ValueError, match=r"metric=<function .* must take two rows and return"):
            make(cls, metric=metric).fit(X, Y)

    def test_names_that_do_not_compare_sparse_rows_are_refused(self, cls):
        with pytest.raises(ValueError, match=r"metric='chebyshev'.*a sparse table.*manhattan"):
            make(cls, metric="chebyshev").fit(sparse.csr_array(X), Y)

    @pytest.mark.parametrize("metric", ["cityblock", weighted])
    def test_categories_and_missing_values_are_refused(self, cls, metric):
        frame = pd.DataFrame(X, columns=list("abc"))
        holed = frame.assign(a=frame["a"].where(frame["a"] < 2))
        named = frame.assign(name=np.array(["u", "v"])[Y])
        for table in (holed, named):
            with pytest.raises(ValueError, match=r"leave metric='euclidean'.*impute"):
                make(cls, metric=metric).fit(table, Y)

    @pytest.mark.parametrize("metric", ["l2", "minkowski", "nan_euclidean"])
    def test_other_names_of_the_euclidean_one(self, cls, metric):
        one, other = learned(make(cls, metric=metric)), learned(make(cls))
        np.testing.assert_array_equal(one.partners[0], other.partners[0])
        holed = np.where(X > 2.5, np.nan, X)
        if cls is not skresample.KMeansSMOTE:  # the stub takes numbers only
            make(cls, metric=metric).fit(holed, Y)

    def test_approximate_search_says_that_it_is_exact(self, cls):
        sampler = make(cls, metric="cityblock", algorithm="approximate")
        with pytest.warns(UserWarning, match=r"has no effect with metric='cityblock'.*exactly"):
            found = learned(sampler)
        wanted = learned(make(cls, metric="cityblock"))
        np.testing.assert_array_equal(found.partners[0], wanted.partners[0])

    def test_is_a_parameter(self, cls):
        sampler = clone(make(cls, metric=weighted))
        assert sampler.get_params()["metric"] is weighted


def test_an_estimator_has_a_metric_of_its_own():
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=6, metric="cityblock")
    one = learned(skresample.SMOTE(k_neighbors=search, metric="cosine"))
    other = learned(skresample.SMOTE(metric="cityblock"))
    np.testing.assert_array_equal(one.partners.positions, other.partners.positions)


def test_k_means_has_no_other_metric():
    with pytest.raises(ValueError, match=r"metric='cosine'.*leave.*kmeans_estimator"):
        skresample.KMeansSMOTE(metric="cosine").fit(X, Y)
    with pytest.raises(ValueError, match="k-means finds clusters by Euclidean distances"):
        skresample.KMeansSMOTE(kmeans_estimator=3, metric="cosine").fit(X, Y)


def test_many_rows_of_mwmote_need_the_euclidean_metric(monkeypatch):
    monkeypatch.setattr(mwmote, "LINKED", 20)
    with pytest.raises(ValueError, match=r"metric='euclidean': use ProWSyn"):
        skresample.MWMOTE(metric="cityblock").fit(X, Y)


def test_rejection_looks_at_neighbors_by_the_metric():
    """In the first column the majority is far, in the second it is in the middle of the class."""
    X = np.array([[0.0, 0], [1, 10], [2, 0], [3, 10], *[[50 + i, 5] for i in range(8)]])
    y = np.repeat([1, 0], [4, 8])
    sampler = skresample.LeeSMOTE(
        k_neighbors=3, m_neighbors=1, standardize=False, sampling_strategy={1: 104}, random_state=0
    )

    def rejected(column):
        sampler.set_params(metric=lambda a, b: abs(a[column] - b[column]))
        new = sampler.fit_resample(X, y)[0][12:, 1]
        return (new > 2.5) & (new < 7.5)

    assert rejected(0).any()
    assert not rejected(1).any()
