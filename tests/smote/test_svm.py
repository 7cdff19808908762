"""SVM-SMOTE: what the paper says, on data small enough to check by hand."""

import numpy as np
import pytest
from samplers import blobs, group_of, groups, nearest_rows, steps_of
from scipy import sparse, stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from skresample import SVMSMOTE

SAFE, DANGER, NOISE, REST = (4, 1), (2, 3), (1, 4), (0, 30)


class Machine(ClassifierMixin, BaseEstimator):
    """A machine whose support vectors are all rows, or those that are told."""

    def __init__(self, support=None):
        self.support = support

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.support_ = np.arange(len(X)) if self.support is None else np.asarray(self.support)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def fit_resample(X, y, n_new, **parameters):
    """Return the new rows of class 1 and their parents."""
    wanted = {1: int(np.sum(y == 1)) + n_new}
    parameters = {
        "k_neighbors": 2,
        "m_neighbors": 4,
        "svm_estimator": Machine(),
        "random_state": 0,
        **parameters,
    }
    sampler = SVMSMOTE(sampling_strategy=wanted, **parameters)
    X_out, _ = sampler.fit_resample(X, y)
    return X_out[len(X) :], sampler.parents_


class TestBases:
    sizes = (SAFE, DANGER, NOISE, REST)

    def test_noise_is_none(self):
        X, y = groups(*self.sizes)
        _, parents = fit_resample(X, y, 60)
        bases, counts = np.unique(parents[:, 0], return_counts=True)
        assert bases.tolist() == [0, 1, 2, 3, 5, 6]
        assert set(counts) == {10}

    def test_only_support_vectors(self):
        X, y = groups(*self.sizes)
        _, parents = fit_resample(X, y, 60, svm_estimator=Machine([1, 3, 4, 6, 10]))
        assert set(parents[:, 0]) == {1, 3, 6}  # the others are majority or noise

    def test_support_vectors_of_a_machine(self):
        X, y = blobs((90, 40))
        machine = SVC(kernel="linear", C=0.1)
        _, parents = fit_resample(X, y, 500, svm_estimator=machine, m_neighbors=10)
        support = set(machine.fit(X, y).support_[y[machine.support_] == 1])
        assert set(parents[:, 0]) <= support
        assert len(set(parents[:, 0])) > len(support) / 2
        assert len(support) < 40

    def test_partners_are_nearest_minority_rows(self):
        X, y = blobs((90, 40))
        _, parents = fit_resample(X, y, 2000, k_neighbors=3)
        for base in np.unique(parents[:, 0]):
            nearest = nearest_rows(X, base, np.flatnonzero(y == 1), 3)
            assert set(parents[parents[:, 0] == base, 1]) == set(nearest)


class TestSteps:
    sizes = (SAFE, DANGER, REST)

    @pytest.mark.parametrize("out_step", [0.5, 0.3, 2.0])
    def test_outward_where_safe_inward_where_not(self, out_step):
        X, y = groups(*self.sizes)
        X_new, parents = fit_resample(X, y, 6000, out_step=out_step)
        step = steps_of(X, X_new, parents)
        safe = group_of(parents[:, 0], self.sizes) == 0
        assert stats.kstest(-step[safe], "uniform", args=(0, out_step)).pvalue > 1e-3
        assert stats.kstest(step[~safe], "uniform").pvalue > 1e-3

    def test_outward_is_away_from_the_partner(self):
        X, y = groups((2, 0), (0, 10))
        X[1] = 10.0
        X_new, parents = fit_resample(X, y, 100, k_neighbors=1, m_neighbors=1)
        from_low = X_new[parents[:, 0] == 0, 0]
        from_high = X_new[parents[:, 0] == 1, 0]
        assert -5 < from_low.min() < -4
        assert from_low.max() <= 0
        assert from_high.min() >= 10
        assert 14 < from_high.max() < 15

    def test_half_is_in_danger(self):
        sizes = ((3, 2), REST)
        X, y = groups(*sizes)
        X_new, parents = fit_resample(X, y, 100)
        assert steps_of(X, X_new, parents).min() >= 0

    def test_no_outward_step(self):
        X, y = groups(SAFE, REST)
        X_new, parents = fit_resample(X, y, 20, out_step=0)
        np.testing.assert_array_equal(X_new, X[parents[:, 0]])


@pytest.mark.parametrize("sizes", [(SAFE, REST), (DANGER, REST), (SAFE, DANGER, NOISE, REST)])
@pytest.mark.parametrize("n_new", [1, 2, 3, 7, 50])
def test_exact_counts_whatever_is_safe_or_in_danger(sizes, n_new):
    X, y = groups(*sizes)
    X_new, parents = fit_resample(X, y, n_new, k_neighbors=1)
    assert len(X_new) == len(parents) == n_new


def test_all_noise_says_so_and_uses_all():
    X, y = groups(NOISE, NOISE, NOISE, REST)
    sampler = SVMSMOTE(k_neighbors=2, m_neighbors=4, svm_estimator=Machine(), random_state=0)
    with pytest.warns(UserWarning, match="no support vector") as said:
        X_out, y_out = sampler.fit_resample(X, y)
    assert len(said) == 1
    for words in ("SVMSMOTE", "class 1", "used evenly, as in SMOTE"):
        assert words in str(said[0].message)
    assert np.bincount(y_out).tolist() == [42, 42]
    counts = np.bincount(sampler.parents_[:, 0])[[0, 5, 10]]
    assert counts.tolist() == [13, 13, 13]
    assert steps_of(X, X_out[len(X) :], sampler.parents_).min() >= 0


def test_no_minority_support_vector_says_so():
    X, y = groups(SAFE, REST)
    sampler = SVMSMOTE(k_neighbors=2, m_neighbors=4, svm_estimator=Machine([4]), random_state=0)
    with pytest.warns(UserWarning, match="no support vector"):
        _, y_out = sampler.fit_resample(X, y)
    assert np.bincount(y_out).tolist() == [31, 31]


class TestMachine:
    @pytest.fixture
    def counting(self, monkeypatch):
        """Count the fits of all machines, clones included."""
        fits = []
        fit = SVC.fit

        def counted(self, X, y, *args):
            fits.append(np.asarray(y))
            return fit(self, X, y, *args)

        monkeypatch.setattr(SVC, "fit", counted)
        return fits

    def test_fitted_once_per_class(self, counting):
        X, y = blobs((60, 30, 20))
        SVMSMOTE(random_state=0).fit_resample(X, y)
        assert len(counting) == 2
        for target, label in zip(counting, (1, 2), strict=True):
            assert (y == label).tolist() in (target.tolist(), (~target.astype(bool)).tolist())

    def test_not_fitted_for_classes_that_need_no_rows(self, counting):
        X, y = blobs((60, 30, 20))
        SVMSMOTE(sampling_strategy={2: 30}, random_state=0).fit_resample(X, y)
        assert len(counting) == 1

    def test_one_without_support_vectors(self):
        """A RuntimeError, as in imbalanced-learn, and a ValueError, as any other here."""
        sampler = SVMSMOTE(svm_estimator=LogisticRegression())
        for error in (RuntimeError, ValueError):
            with pytest.raises(error, match=r"svm_estimator=.*has no support_"):
                sampler.fit(*blobs())

    def test_given_machine_is_not_fitted_itself(self):
        machine = SVC(C=0.5)
        sampler = SVMSMOTE(svm_estimator=machine, random_state=0).fit(*blobs())
        assert not hasattr(machine, "support_")
        assert sampler.svm_estimator_.C == 0.5
        assert hasattr(sampler.svm_estimator_, "support_")


class TestManyRows:
    def test_the_default_machine_is_fitted_to_some(self, monkeypatch):
        rng = np.random.default_rng(0)
        y = np.repeat([0, 1], [900, 300])
        X = rng.normal(size=(1200, 2)) + 1.2 * y[:, np.newaxis]
        exact = SVMSMOTE(random_state=0).fit(X, y)
        monkeypatch.setattr("skresample.smote.svm.MOST_ROWS", 400)
        some = SVMSMOTE(random_state=0).fit(X, y)
        assert some.svm_estimator_.shape_fit_ == (400, 2)
        assert some.svm_estimator_.n_support_.sum() < exact.svm_estimator_.n_support_.sum()
        bases = [sampler._fitted_class(1)[1].weights > 0 for sampler in (exact, some)]
        assert (bases[0] == bases[1]).mean() > 0.9
        whole = SVMSMOTE(svm_estimator=SVC(), random_state=0).fit(X, y)
        assert whole.svm_estimator_.shape_fit_ == (1200, 2)

    def test_of_a_sparse_table(self, monkeypatch):
        X, y = blobs((90, 30))
        monkeypatch.setattr("skresample.smote.svm.MOST_ROWS", 60)
        _, y_new = SVMSMOTE(random_state=0).fit_resample(sparse.csr_array(X), y)
        assert np.bincount(y_new).tolist() == [90, 90]
