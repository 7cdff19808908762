"""Modules that have moved are found for one version more, and old pickles are refused by name."""

import copy
import importlib
import importlib.util
import lzma
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from samplers import SAMPLERS, blobs, name_of
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

import skresample
from skresample import SMOTE, ResampledClassifier, TableEncoder, _former
from skresample.registry import FORMER_NAMES

# What version 0.1.0 wrote: every sampler, with its defaults and fitted, by name.
OLD = pickle.loads(lzma.decompress(Path(__file__).with_name("pickles_of_0.1.0.xz").read_bytes()))
# The names that users of version 0.1.0 found in its packages.
PUBLIC = {
    "hybrid": ["CCR", "SMOTEENN", "SMOTEIPF", "SMOTETomek"],
    "hybrid.enn": ["SMOTEENN"],
    "random": ["Perturbation", "RandomGenerator", "RandomOverSampler"],
    "random.generator": ["RandomGenerator"],
    "random.over_sampler": ["RandomOverSampler"],
    "random.perturbation": ["Perturbation"],
    "model": ["ResampledClassifier"],
    "encoding": ["TableEncoder"],
}


@pytest.fixture
def forgotten():
    """Forget which former modules were imported, before and after a test."""

    def forget():
        for name in [name for name in sys.modules if _former.present_name(name)]:
            del sys.modules[name]

    forget()
    yield
    forget()


@pytest.mark.usefixtures("forgotten")
class TestModules:
    @pytest.mark.parametrize("module", PUBLIC)
    def test_names_are_those_of_the_package(self, module):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            found = importlib.import_module(f"skresample.{module}")
        assert {warning.category for warning in told} == {FutureWarning}
        assert str(told[-1].message).startswith(f"skresample.{module} is now skresample")
        for name in PUBLIC[module]:
            assert getattr(found, name) is getattr(skresample, name)

    @pytest.mark.parametrize("former", _former.MOVED)
    def test_there_is_a_module_for_each(self, former):
        present = _former.present_name(f"skresample.{former}")
        assert importlib.util.find_spec(present) is not None
        with pytest.warns(FutureWarning) as told:
            importlib.import_module(f"skresample.{former}")
        assert f"is now {present}. The former name" in str(told[-1].message)

    def test_others_are_not_there(self):
        with pytest.raises(ModuleNotFoundError, match=r"skresample\.hybird"):
            importlib.import_module("skresample.hybird")
        with pytest.warns(FutureWarning), pytest.raises(ModuleNotFoundError, match="one"):
            importlib.import_module("skresample.hybrid.one")
        with warnings.catch_warnings(action="ignore"):
            hybrid = importlib.import_module("skresample.hybrid")
        with pytest.raises(AttributeError, match="'NoSuchSampler'"):
            _ = hybrid.NoSuchSampler
        with pytest.raises(AttributeError, match="'NoSuchSampler'"):
            _ = skresample.NoSuchSampler


class TestPickles:
    @pytest.mark.parametrize("name", OLD)
    @pytest.mark.filterwarnings("ignore::FutureWarning")
    @pytest.mark.filterwarnings("ignore:Trying to unpickle")  # scikit-learn's, of any version
    def test_of_the_last_version_are_refused_by_name(self, name):
        said = {"ResampledClassifier": "SMOTE"}.get(name, name.split()[0])  # what is in it
        what = rf"^This pickle of {said} was written by skresample 0\.1\.0, and .* fit it again"
        with pytest.raises(ValueError, match=what):
            pickle.loads(OLD[name])

    def test_all_samplers_of_the_last_version_are_tried(self):
        now = {FORMER_NAMES.get(name.split()[0], name.split()[0]) for name in OLD}
        assert now >= {"MarginalSampler", "SMOTEENN", "TableEncoder", "ResampledClassifier"}
        assert len(OLD) > 60

    @pytest.mark.parametrize("sampler", SAMPLERS, ids=name_of)
    def test_of_another_version_are_refused_before_they_are_read(self, sampler, monkeypatch):
        fitted = clone(sampler).fit(*blobs())
        monkeypatch.setattr(_former, "__version__", "0.9.1")
        later = pickle.dumps(fitted)
        monkeypatch.setattr(_former, "__version__", "0.9.0")
        assert pickle.loads(later).get_params() == sampler.get_params()
        monkeypatch.undo()
        broken = later.replace(b"_fit_streams", b"_\xffit_streams")  # no string
        name = type(sampler).__name__
        with pytest.raises(ValueError, match=rf"^This pickle of {name} was .* skresample 0\.9\.1"):
            pickle.loads(broken)

    def test_of_classifiers_and_encoders(self, monkeypatch):
        X, y = blobs()
        model = ResampledClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
        np.testing.assert_array_equal(
            pickle.loads(pickle.dumps(model)).predict(X), model.predict(X)
        )
        for estimator in (model, TableEncoder().fit(X, y)):
            monkeypatch.setattr(_former, "__version__", "0.9.1")
            later = pickle.dumps(estimator)
            monkeypatch.undo()
            name = type(estimator).__name__
            with pytest.raises(ValueError, match=rf"^This pickle of {name} was written by"):
                pickle.loads(later)

    def test_a_copy_is_as_the_original(self):
        fitted = SMOTE(random_state=0).fit(*blobs())
        for other in (copy.copy(fitted), copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
            assert vars(other).keys() == vars(fitted).keys()
