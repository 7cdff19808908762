"""Samplers that derive from imbalanced-learn's base classes, as other libraries write them."""

import pickle
from numbers import Real
from typing import ClassVar

import imblearn.over_sampling
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from imblearn.base import BaseSampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_target_type
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_feature_names, _check_n_features

from skresample import SMOTE, ResampledClassifier, TableEncoder, compare


class Jitter(BaseOverSampler):
    """Copies with noise: needs numbers, as most samplers of other libraries do."""

    _parameter_constraints: ClassVar[dict] = {
        **BaseOverSampler._parameter_constraints,
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, noise=0.1, *, sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy)
        self.noise = noise
        self.random_state = random_state

    def _fit_resample(self, X, y):
        rng = check_random_state(self.random_state)
        tables, labels = [X], [y]
        for label, n_new in self.sampling_strategy_.items():
            rows = rng.choice(np.flatnonzero(y == label), n_new)
            tables.append(X[rows] + self.noise * rng.normal(size=(n_new, X.shape[1])))
            labels.append(np.full(n_new, label, dtype=y.dtype))
        return np.concatenate(tables), np.concatenate(labels)


class Bootstrap(BaseSampler):
    """Copies of whole rows, of a table of any types; reports where its rows come from."""

    _sampling_type = "over-sampling"
    _parameter_constraints: ClassVar[dict] = {
        "sampling_strategy": BaseOverSampler._parameter_constraints["sampling_strategy"],
        "random_state": ["random_state"],
    }

    def __init__(self, sampling_strategy="auto", random_state=None):
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state

    def _check_X_y(self, X, y):
        y, one_vs_all = check_target_type(y, indicate_one_vs_all=True)
        _check_n_features(self, X, reset=True)
        _check_feature_names(self, X, reset=True)
        return X, y, one_vs_all

    def _fit_resample(self, X, y):
        rng = check_random_state(self.random_state)
        rows = [np.arange(len(y))]
        for label, n_new in self.sampling_strategy_.items():
            rows.append(rng.choice(np.flatnonzero(y == label), n_new))
        self.sample_indices_ = np.concatenate(rows)
        return _safe_indexing(X, self.sample_indices_), y[self.sample_indices_]


class Plain:
    """Has nothing but the methods that samplers need."""

    def __init__(self, fraction=1.0):
        self.fraction = fraction

    def get_params(self, deep=True):
        return {"fraction": self.fraction}

    def set_params(self, **params):
        self.__dict__.update(params)
        return self

    def fit_resample(self, X, y):
        rows = np.flatnonzero(y == "ill")
        X = np.asarray(X, dtype=float)
        return np.concatenate([X, X[rows] * self.fraction]), np.concatenate([y, y[rows]])


SAMPLERS = [Jitter(random_state=0), Bootstrap(random_state=0)]
X, CODES = make_classification(200, 5, weights=[0.85], flip_y=0, random_state=0)
Y = np.where(CODES == 1, "ill", "well")
N_NEW = int((CODES == 0).sum() - (CODES == 1).sum())
NUMBERS = pd.DataFrame(X[:, :3], columns=["a", "b", "c"])
MIXED = NUMBERS.assign(
    a=np.where(np.arange(200) % 7, X[:, 0], np.nan),
    town=np.where(X[:, 3] > 0, "Rome", "Oslo"),
    day=pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(200), "D"),
)
CODED = NUMBERS.assign(code=pd.Categorical(np.where(X[:, 3] > 0, 7, 3)))
TABLES = {
    "array": X,
    "pandas": NUMBERS,
    "polars": pl.from_pandas(NUMBERS),
    "pyarrow": pa.Table.from_pandas(NUMBERS),
    "mixed pandas": MIXED,
    "mixed polars": pl.from_pandas(MIXED),
    "mixed pyarrow": pa.Table.from_pandas(MIXED),
    "categories of integers": CODED,
    "masked": np.ma.masked_array(X, mask=X > 3),
}
of_every_sampler = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
encoded = pytest.mark.filterwarnings("ignore:.*gets the table from a TableEncoder:UserWarning")


@encoded
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("calibration", [None, "prior", "isotonic"])
@of_every_sampler
def test_fit_predict_and_pickle(sampler, calibration, table):
    model = ResampledClassifier(LogisticRegression(), sampler, calibration=calibration)
    model = clone(model).fit(table, Y)
    assert model.sampler_.sampling_strategy_ == {"ill": N_NEW}
    assert not hasattr(sampler, "sampling_strategy_")
    assert model.n_features_in_ == table.shape[1]
    probabilities = model.predict_proba(table)
    assert np.isfinite(probabilities).all()
    assert model.score(table, Y) > 0.7
    if calibration == "isotonic":
        assert probabilities[:, 0].mean() == pytest.approx((Y == "ill").mean(), abs=0.05)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(table), probabilities)


class TestEncodedTable:
    """A sampler that cannot resample a table gets it encoded."""

    @pytest.mark.parametrize(
        ("table", "reason"),
        [
            ("mixed pandas", r"cannot be fitted .* \(categories in 'town'; dates .* in 'day'"),
            ("mixed polars", r"missing values in 'a'\)\. In synthetic"),
            ("categories of integers", "it converts categories spelled as numbers"),
            ("masked", "it computes with masked values"),
        ],
    )
    def test_same_as_an_encoder_put_in_front_by_hand(self, table, reason):
        table = TABLES[table]
        model = ResampledClassifier(LogisticRegression(), Jitter(random_state=0))
        with pytest.warns(UserWarning, match=rf"Jitter gets the table from a .*{reason}"):
            found = clone(model).fit(table, Y)
        by_hand = make_pipeline(TableEncoder(), model).fit(table, Y)
        assert isinstance(found.encoder_, TableEncoder)
        np.testing.assert_allclose(found.predict_proba(table), by_hand.predict_proba(table))

    def test_samplers_of_any_table_get_it_as_it_is(self, recwarn):
        theirs = imblearn.over_sampling.SMOTENC([3, 4], random_state=0)
        complete = MIXED.drop(columns=["a", "day"]).assign(other=MIXED["town"] == "Rome")
        theirs.set_params(categorical_features=[2, 3])
        boosting = HistGradientBoostingClassifier(max_iter=2, categorical_features=["town"])
        for sampler in (theirs, Bootstrap(random_state=0)):
            model = ResampledClassifier(boosting, sampler).fit(
                complete.astype({"town": "category"}), Y
            )
            assert model.encoder_ is None
        assert not [w for w in recwarn if "TableEncoder" in str(w.message)]

    @encoded
    def test_validation_data_is_encoded_too(self):
        boosting = HistGradientBoostingClassifier(max_iter=20, early_stopping=True, random_state=0)
        model = ResampledClassifier(boosting, Jitter(random_state=0)).fit(MIXED, Y)
        assert model.encoder_ is not None
        assert len(model.estimator_[-1].validation_score_) > 1
        boosting.set_params(early_stopping=False)
        model = ResampledClassifier(boosting, Bootstrap(random_state=0))
        weight = np.arange(200) % 3
        carried = model.fit(MIXED, Y, weight).sampler_.sample_indices_
        assert len(carried) > np.count_nonzero(weight)

    def test_an_error_that_is_not_of_the_table_is_passed_on(self):
        with pytest.raises(ValueError, match="The 'noise' parameter of Jitter"):
            ResampledClassifier(LogisticRegression(), Jitter(noise=-1)).fit(MIXED, Y)

    @encoded
    def test_a_table_that_one_of_two_folds_makes_special(self):
        holes = NUMBERS.assign(a=np.where(np.arange(200) < 5, np.nan, NUMBERS["a"]))
        model = ResampledClassifier(LogisticRegression(), Jitter(random_state=0))
        scores = cross_validate(
            make_pipeline(TableEncoder(), model), holes, Y, cv=3, error_score="raise"
        )
        assert (scores["test_score"] > 0.7).all()


def test_weights_need_sample_indices():
    weights = np.ones(200)
    ResampledClassifier(LogisticRegression(), Bootstrap(random_state=0)).fit(X, Y, weights)
    with pytest.raises(ValueError, match="Jitter does not report where its rows come from"):
        ResampledClassifier(LogisticRegression(), Jitter()).fit(X, Y, weights)


@pytest.mark.parametrize(
    "labels", [pd.cut(np.where(CODES == 1, 30, 10), [0, 18, 65]), pd.Series(Y), pl.Series(Y)]
)
@of_every_sampler
def test_labels_and_strategies_by_label(sampler, labels):
    few = list(np.asarray(labels))[int(np.argmax(CODES))]
    n_few = int((CODES == 1).sum())
    model = ResampledClassifier(LogisticRegression(), clone(sampler))
    model.set_params(sampler__sampling_strategy={few: n_few + 9}).fit(X, labels)
    assert model.sampler_.sampling_strategy_ == {few: 9}
    assert set(model.predict(X)) == set(np.asarray(labels))


@encoded
@pytest.mark.parametrize("table", ["array", "mixed pandas", "mixed polars"])
def test_inside_searches_thresholds_and_calibration(table):
    table = TABLES[table]
    model = ResampledClassifier(LogisticRegression(), Jitter(random_state=0))
    grid = [{"sampler__noise": [0.1, 2.0]}, {"sampler": [None, *SAMPLERS]}]
    search = GridSearchCV(model, grid, cv=3, scoring="average_precision", error_score="raise")
    assert len(search.fit(table, Y == "ill").cv_results_["params"]) == 5
    for around in (TunedThresholdClassifierCV(model, cv=3), CalibratedClassifierCV(model, cv=3)):
        assert around.fit(table, Y).predict_proba(table).shape == (200, 2)


def test_behind_a_scaler():
    inner = ResampledClassifier(LogisticRegression(), Jitter(random_state=0))
    scores = cross_validate(make_pipeline(StandardScaler(), inner), X, Y, error_score="raise")
    assert scores["test_score"].mean() > 0.8


@encoded
@pytest.mark.parametrize("table", ["array", "mixed pandas", "mixed polars"])
def test_compared_with_others(table):
    samplers = {"jitter": SAMPLERS[0], "more": Jitter(3.0, random_state=0), "copies": SAMPLERS[1]}
    result = compare(
        TABLES[table],
        Y,
        samplers=samplers | {"SMOTE": SMOTE(random_state=0)},
        estimators=[LogisticRegression(max_iter=1000), HistGradientBoostingClassifier(max_iter=5)],
        cv=2,
        random_state=0,
        n_jobs=1,
    )
    for name in [*samplers, "SMOTE"]:
        assert np.isfinite(result.scores[:, result.methods.index(name)]).all()
    noted = "gets the table from a TableEncoder" in str(result)
    assert noted == (table != "array")
    alone = compare(X, Y, samplers=SAMPLERS[0], estimators=LogisticRegression(), cv=2, n_jobs=1)
    assert "Jitter" in alone.methods


@encoded
@pytest.mark.parametrize("table", ["array", "mixed pandas"])
def test_without_a_base_class(table):
    model = ResampledClassifier(LogisticRegression(), Plain())
    grid = {"sampler__fraction": [0.5, 1.0]}
    search = GridSearchCV(model, grid, cv=3, error_score="raise").fit(TABLES[table], Y)
    assert search.best_estimator_.predict_proba(TABLES[table]).shape == (200, 2)
