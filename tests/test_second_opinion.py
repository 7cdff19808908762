"""imbalanced-learn as a second opinion: the same distribution, and one import to change.

All tests compare two samples and reject at the level LEVEL. With the seeds as they are a
right implementation passes for good; the samples are large enough for a wrong one (steps
of another length, one partner too few, half of the bases) to have a p-value of zero.
"""

import inspect
import warnings
from typing import ClassVar

import imblearn.combine
import imblearn.over_sampling
import imblearn_extra.gsmote
import numpy as np
import pytest
from imblearn_extra.clover.over_sampling import ClusterOverSampler
from samplers import CLASSES, SAMPLERS, blobs, name_of
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification, make_moons

import skresample

LEVEL = 1e-3
N_NEW = 6000


def normal():
    return blobs((60, 30), d=3)


def moons():
    X, y = make_moons((60, 25), noise=0.1, random_state=0)
    return X, y


def classification():
    return make_classification(
        n_samples=200, n_features=8, n_informative=5, weights=[0.8], random_state=0
    )


TABLES = [normal, moons, classification]
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)


def new_rows(sampler, X, y):
    m = int(np.sum(y == 1))
    sampler.set_params(sampling_strategy={1: m + N_NEW}, random_state=0)
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :]


def both(name, X, y, **parameters):
    """Return the new rows of the two libraries."""
    ours = new_rows(getattr(skresample, name)(**parameters), X, y)
    theirs = new_rows(getattr(imblearn.over_sampling, name)(**parameters), X, y)
    return ours, theirs


def recover(P, X_new, k):
    """Return base, partner and step of rows that lie between rows and their k nearest.

    Where each of two rows is near to the other, which of them is the base cannot be told:
    the step is then that from the first of them on, and the last array is False.
    """
    m = len(P)
    distances = np.linalg.norm(P[:, np.newaxis] - P, axis=2)
    np.fill_diagonal(distances, np.inf)
    near = np.zeros((m, m), dtype=bool)
    np.put_along_axis(near, np.argsort(distances, axis=1)[:, :k], True, axis=1)
    base, partner = np.nonzero(near & ~(near.T & np.tri(m, dtype=bool)))
    way = P[partner] - P[base]
    offset = X_new[:, np.newaxis] - P[base]
    step = (offset * way).sum(axis=2) / (way * way).sum(axis=1)
    miss = np.abs(offset - step[:, :, np.newaxis] * way).max(axis=2)
    miss[(step < -1e-9) | (step > 1 + 1e-9)] = np.inf
    line = miss.argmin(axis=1)
    assert miss.min(axis=1).max() < 1e-9
    step = np.take_along_axis(step, line[:, np.newaxis], axis=1)[:, 0]
    base, partner = base[line], partner[line]
    return base, partner, step, ~near[partner, base]


def compare_counts(ours, theirs):
    """Return the p-value of two samples of labels having one distribution."""
    labels = np.unique(np.concatenate([ours, theirs]), axis=0)
    counts = [
        [np.all(sample == label, axis=-1).sum() for label in labels] for sample in (ours, theirs)
    ]
    return stats.chi2_contingency(counts).pvalue


class TestSMOTE:
    @every_table
    @pytest.mark.parametrize("k", [5, 2])
    def test_coordinates(self, table, k):
        X, y = table()
        ours, theirs = both("SMOTE", X, y, k_neighbors=k)
        for column in range(X.shape[1]):
            assert stats.ks_2samp(ours[:, column], theirs[:, column]).pvalue > LEVEL

    @every_table
    @pytest.mark.parametrize("k", [5, 2])
    def test_bases_partners_and_steps(self, table, k):
        X, y = table()
        ours, theirs = (recover(X[y == 1], new, k) for new in both("SMOTE", X, y, k_neighbors=k))
        (base, partner, step, known), (base_2, partner_2, step_2, known_2) = ours, theirs
        assert known.sum() > 500
        assert stats.ks_2samp(step[known], step_2[known_2]).pvalue > LEVEL
        assert stats.kstest(step[known], "uniform").pvalue > LEVEL
        assert stats.kstest(step[~known], "uniform").pvalue > LEVEL
        assert stats.binomtest(int(known.sum()), N_NEW, known_2.mean()).pvalue > LEVEL
        ours, theirs = base[known, np.newaxis], base_2[known_2, np.newaxis]
        assert compare_counts(ours, theirs) > LEVEL
        pairs, pairs_2 = np.column_stack([base, partner]), np.column_stack([base_2, partner_2])
        assert compare_counts(pairs, pairs_2) > LEVEL

    @every_table
    def test_parents_are_those_that_the_rows_show(self, table):
        X, y = table()
        sampler = skresample.SMOTE()
        new = new_rows(sampler, X, y)
        base, partner, step, known = recover(X[y == 1], new, 5)
        parents = np.searchsorted(np.flatnonzero(y == 1), sampler.parents_)
        inside = (step > 1e-9) & (step < 1 - 1e-9)  # on a parent all its lines meet
        shown = np.column_stack([base, partner])
        np.testing.assert_array_equal(parents[known & inside], shown[known & inside])
        np.testing.assert_array_equal(np.sort(parents[inside]), np.sort(shown[inside]))

    @pytest.mark.parametrize("fault", ["half the bases", "short steps", "one partner too few"])
    def test_a_wrong_sampler_would_fail(self, fault):
        """The thresholds above are sharp enough for the faults that they are there for."""
        X, y = normal()
        P = X[y == 1]
        rng = np.random.default_rng(0)
        nearest = np.argsort(np.linalg.norm(P[:, np.newaxis] - P, axis=2), axis=1)[:, 1:6]
        base = rng.integers(len(P) // (2 if fault == "half the bases" else 1), size=N_NEW)
        slot = rng.integers(4 if fault == "one partner too few" else 5, size=N_NEW)
        step = rng.random((N_NEW, 1)) * (0.9 if fault == "short steps" else 1)
        wrong = P[base] + step * (P[nearest[base, slot]] - P[base])
        right = new_rows(imblearn.over_sampling.SMOTE(), X, y)
        base, partner, step, known = recover(P, wrong, 5)
        base_2, partner_2, step_2, known_2 = recover(P, right, 5)
        if fault == "half the bases":
            ours, theirs = base[known, np.newaxis], base_2[known_2, np.newaxis]
            assert compare_counts(ours, theirs) < LEVEL / 100
        elif fault == "short steps":
            assert stats.ks_2samp(step[known], step_2[known_2]).pvalue < LEVEL / 100
        else:
            pairs, pairs_2 = np.column_stack([base, partner]), np.column_stack([base_2, partner_2])
            assert compare_counts(pairs, pairs_2) < LEVEL / 100


class TestRandomOverSampler:
    @every_table
    def test_rows(self, table):
        X, y = table()
        ours, theirs = both("RandomOverSampler", X, y)
        assert compare_counts(ours, theirs) > LEVEL

    @every_table
    def test_coordinates_with_shrinkage(self, table):
        X, y = table()
        ours, theirs = both("RandomOverSampler", X, y, shrinkage=1.0)
        # imbalanced-learn divides by n and not by n - 1: the noise differs by 1/(2 n), too
        # little to be seen here.
        for column in range(X.shape[1]):
            assert stats.ks_2samp(ours[:, column], theirs[:, column]).pvalue > LEVEL


class TestOtherMethods:
    """Where the libraries read the paper alike, so that the rows must look alike."""

    @every_table
    @pytest.mark.parametrize("name", ["ADASYN", "BorderlineSMOTE"])
    def test_coordinates(self, name, table):
        X, y = table()
        ours, theirs = both(name, X, y)
        for column in range(X.shape[1]):
            assert stats.ks_2samp(ours[:, column], theirs[:, column]).pvalue > LEVEL


class TestGeometricSMOTE:
    """Its authors' own, of imbalanced-learn-extra."""

    GIVEN: ClassVar = [
        {"selection_strategy": strategy, "truncation_factor": t, "deformation_factor": a}
        for strategy in ("minority", "majority", "combined")
        for t, a in ((1.0, 0.0), (0.4, 0.5), (-0.6, 0.2))
    ]

    @staticmethod
    def p_values(X, y, ours, theirs):
        """Compare coordinates, projections, and distances to the nearest rows of each class."""
        ways = np.vstack(
            [np.eye(X.shape[1]), np.random.default_rng(0).normal(size=(3, X.shape[1]))]
        )
        looks = [(ours @ way, theirs @ way) for way in ways]
        for few in (y == 1, y == 0):
            near = [np.sort(cdist(new, X[few]), axis=1) for new in (ours, theirs)]
            looks += [tuple(distances[:, i] for distances in near) for i in range(3)]
            looks.append(tuple(distances[:, 0] / distances[:, 1] for distances in near))
        return [stats.ks_2samp(*look).pvalue for look in looks]

    @every_table
    @pytest.mark.parametrize("given", GIVEN, ids=lambda given: "-".join(map(str, given.values())))
    def test_the_same_distribution(self, table, given):
        X, y = table()
        ours = new_rows(skresample.GeometricSMOTE(standardize=False, **given), X, y)
        theirs = new_rows(imblearn_extra.gsmote.GeometricSMOTE(**given), X, y)
        assert min(self.p_values(X, y, ours, theirs)) > LEVEL / 10

    @pytest.mark.parametrize(
        "wrong", [{"truncation_factor": 0.5}, {"deformation_factor": 0.2}, {"k_neighbors": 4}]
    )
    def test_another_one_would_fail(self, wrong, monkeypatch):
        monkeypatch.setitem(globals(), "N_NEW", 3 * N_NEW)
        X, y = normal()
        given = {"selection_strategy": "minority"}
        ours = new_rows(skresample.GeometricSMOTE(standardize=False, **given, **wrong), X, y)
        theirs = new_rows(imblearn_extra.gsmote.GeometricSMOTE(**given), X, y)
        assert min(self.p_values(X, y, ours, theirs)) < LEVEL / 10


PEERS = [cls for cls in CLASSES if hasattr(imblearn.over_sampling, cls.__name__)]


class TestChangeOneImport:
    @pytest.mark.parametrize("cls", PEERS, ids=lambda cls: cls.__name__)
    def test_same_parameters_with_the_same_defaults(self, cls):
        peer = getattr(imblearn.over_sampling, cls.__name__)
        theirs, ours = (inspect.signature(one).parameters for one in (peer, cls))
        for name, parameter in theirs.items():
            assert name in ours
            assert ours[name].default == parameter.default or name == "categorical_features"
            assert ours[name].kind == parameter.kind
        defaults = {name: ours[name].default for name in theirs}
        X, y = blobs()
        X_out, y_out = cls(**defaults).fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [90, 90]
        assert X_out.shape == (180, 3)

    def test_all_that_are_there_are_compared(self):
        assert {cls.__name__ for cls in PEERS} >= {
            "ADASYN",
            "SMOTE",
            "SMOTEN",
            "SMOTENC",
            "SVMSMOTE",
            "BorderlineSMOTE",
            "KMeansSMOTE",
            "RandomOverSampler",
        }

    @pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
    def test_in_a_sampler_that_works_by_clusters(self, sampler):
        """It says in ``sampling_strategy_`` how many rows it wants of one class of a cluster."""
        X, y = blobs((120, 40, 30))
        clusters = KMeans(4, n_init=1, random_state=0)
        counts = []
        for one in (sampler, imblearn.over_sampling.SMOTE(random_state=0)):
            by_clusters = ClusterOverSampler(clone(one), clusters, random_state=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # what is said of few rows
                _, y_out = by_clusters.fit_resample(X, y)
            counts.append(np.bincount(y_out).tolist())
        assert counts[0] == counts[1]  # with shares of clusters rounded

    @pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
    def test_counts_that_a_caller_has_set(self, sampler):
        X, y = blobs((60, 30, 20))
        sampler = clone(sampler)
        sampler.sampling_strategy_ = {1: 7, 2: 3}
        _, y_out = sampler._fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [60, 37, 23]
        _, y_out = sampler.fit_resample(X, y)
        assert np.bincount(y_out).tolist() == [60, 60, 60]
        for wrong in ({3: 1}, {1: -1}, {1: 0.5}):
            sampler.sampling_strategy_ = wrong
            with pytest.raises(ValueError, match="sampling_strategy_ asks for"):
                sampler._fit_resample(X, y)

    def test_instances_of_their_classes(self):
        """SMOTETomek and SMOTEENN take nothing but an instance of imbalanced-learn's SMOTE."""
        X, y = make_classification(200, weights=[0.8], random_state=0)
        for combined in (imblearn.combine.SMOTETomek, imblearn.combine.SMOTEENN):
            sampler = combined(smote=skresample.SMOTE(random_state=0)).fit(X, y)
            X_out, y_out = sampler.fit_resample(X, y)
            assert len(X_out) == len(y_out) > len(y)
            assert isinstance(sampler.smote_, skresample.SMOTE)
