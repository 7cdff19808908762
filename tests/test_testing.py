"""The public laws: every one can fail, and they hold for samplers of other libraries."""

import subprocess
import sys

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import law_table
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skresample import SMOTE, SMOTEENN, RandomOverSampler
from skresample.testing import LAWS, check_sampler, laws_of, parametrize_with_laws

NAMES = {law.__name__: law for _, law in LAWS}
BROKEN = []


def breaks(*laws):
    """Collect a sampler that breaks some laws."""

    def register(cls):
        BROKEN.extend((law, cls) for law in laws)
        return cls

    return register


class Broken(RandomOverSampler):
    """A sampler that does something wrong to what comes out."""

    def fit_resample(self, X, y):
        return self.wrong(X, y, *super().fit_resample(X, y))


def of_floats(X_out):
    return isinstance(X_out, np.ndarray) and X_out.dtype.kind == "f"


@breaks("parameters_unchanged")
class ChangesItsParameter(Broken):
    def wrong(self, X, y, X_out, y_out):
        self.keep_index = 1
        return X_out, y_out


@breaks("same_seed_same_rows", "pipelines_resample_in_fit_only")
class IgnoresItsSeed(Broken):
    def wrong(self, X, y, X_out, y_out):
        X_out[len(X) :] += np.random.default_rng().random(X_out[len(X) :].shape)
        return X_out, y_out


@breaks("other_seed_other_rows")
class HasOneSeed(RandomOverSampler):
    def fit_resample(self, X, y):
        return RandomOverSampler(random_state=0).fit_resample(X, y)


@breaks("global_seed_left_alone")
class UsesTheGlobalSeed(Broken):
    def wrong(self, X, y, X_out, y_out):
        np.random.random()  # noqa: NPY002
        return X_out, y_out


@breaks("same_rows_for_any_n_jobs")
class DependsOnThreads(Broken):
    def wrong(self, X, y, X_out, y_out):
        X_out[len(X) :] += 0 if self.n_jobs == 1 else 1e-12
        return X_out, y_out


@breaks("input_unchanged")
class ReturnsWhatItGot(Broken):
    def wrong(self, X, y, X_out, y_out):
        return (X_out, y_out) if len(X_out) > len(X) else (X, y)


@breaks("input_unchanged")
class WritesIntoSparseData(SMOTE):
    def fit_resample(self, X, y):
        if sparse.issparse(X):
            X.data[:1] = 99
        return super().fit_resample(X, y)


@breaks("labels_of_any_type")
class ReturnsObjects(Broken):
    def wrong(self, X, y, X_out, y_out):
        return X_out, np.asarray(y_out, dtype=object)


@breaks("errors_say_why")
class TakesMissingLabels(RandomOverSampler):
    def fit_resample(self, X, y):
        missing = isinstance(y, np.ndarray) and y.dtype.kind == "f" and np.isnan(y).any()
        return (X, y) if missing else super().fit_resample(X, y)


@breaks("errors_say_why")
class SaysNothing(RandomOverSampler):
    def fit_resample(self, X, y):
        try:
            return super().fit_resample(X, y)
        except ValueError:
            raise ValueError("failed") from None


@breaks("frames_keep_names_and_types")
class DropsTheName(Broken):
    def wrong(self, X, y, X_out, y_out):
        return X_out, y_out.rename(None) if isinstance(y_out, pd.Series) else y_out


@breaks("frames_keep_names_and_types")
class ReturnsDoubles(Broken):
    def wrong(self, X, y, X_out, y_out):
        return X_out.astype(float) if isinstance(X_out, pd.DataFrame) else X_out, y_out


@breaks("given_rows_first")
class Reorders(Broken):
    def wrong(self, X, y, X_out, y_out):
        return X_out[::-1], y_out[::-1]


@breaks("given_rows_first", "containers_kept")
class LosesDigits(Broken):
    """Such as a sampler that computes in double precision, whatever it gets."""

    def wrong(self, X, y, X_out, y_out):
        if isinstance(X_out, np.ndarray):
            return X_out.astype(float).astype(X_out.dtype), y_out
        return X_out.astype(float) if sparse.issparse(X_out) else X_out, y_out


@breaks("other_classes_unchanged")
class OversamplesAll(Broken):
    def wrong(self, X, y, X_out, y_out):
        return np.concatenate([X_out, X]), np.concatenate([y_out, y])


@breaks("exact_counts")
class AddsOneTooMany(Broken):
    def wrong(self, X, y, X_out, y_out):
        return np.concatenate([X_out, X_out[-1:]]), np.concatenate([y_out, y_out[-1:]])


@breaks("containers_kept")
class ReturnsArrays(Broken):
    def wrong(self, X, y, X_out, y_out):
        return np.array(X_out) if isinstance(X, list) else X_out, y_out


@breaks("provenance")
class MarksTheFirstAsSynthetic(Broken):
    def wrong(self, X, y, X_out, y_out):
        self.is_synthetic_ = ~self.is_synthetic_
        return X_out, y_out


@breaks("provenance")
class NamesParentsOfTheOutput(Broken):
    def wrong(self, X, y, X_out, y_out):
        self.parents_ = self.parents_ + len(X)
        return X_out, y_out


@breaks("values_of_their_column")
class InventsCategories(Broken):
    def wrong(self, X, y, X_out, y_out):
        if isinstance(X_out, pd.DataFrame):
            new = np.arange(len(X_out)) >= len(X)
            X_out = X_out.assign(**{list(X_out)[-1]: X_out.iloc[:, -1].mask(new, "fir")})
        return X_out, y_out


@breaks("values_of_their_column")
class MovesConstants(Broken):
    def wrong(self, X, y, X_out, y_out):
        if of_floats(X_out):
            X_out[len(X) :] *= 1 + 1e-15
        return X_out, y_out


@breaks("missing_where_the_parent_is")
class FillsIn(Broken):
    def wrong(self, X, y, X_out, y_out):
        X_out[len(X) :] = np.nan_to_num(X_out[len(X) :])
        return X_out, y_out


@breaks("repeated_rows")
class DividesByTheSpread(Broken):
    def wrong(self, X, y, X_out, y_out):
        if of_floats(X_out):
            with np.errstate(invalid="ignore"):
                X_out[len(X) :] *= np.ptp(X_out[len(X) :]) / np.ptp(X_out[len(X) :])
        return X_out, y_out


@breaks("few_rows")
class NeedsFiveRows(RandomOverSampler):
    def fit_resample(self, X, y):
        if min(np.bincount(y)) < 5:
            raise ValueError("too few rows")
        return super().fit_resample(X, y)


@breaks("streams_per_class")
class SharesAStream(Broken):
    def wrong(self, X, y, X_out, y_out):
        X_out[len(X) :] += len(X_out)
        return X_out, y_out


@breaks("sample_draws_the_same")
class SamplesOthers(RandomOverSampler):
    def sample(self, n_samples, *, label=None, random_state=None):
        return super().sample(n_samples, label=label, random_state=1)


@breaks("remaining_rows_traced")
class TracesWrongly(SMOTEENN):
    def fit_resample(self, X, y):
        out = super().fit_resample(X, y)
        self.sample_indices_ = self.sample_indices_[::-1]
        return out


@breaks("remaining_rows_traced")
class MiscountsTheRemoved(SMOTEENN):
    def fit_resample(self, X, y):
        out = super().fit_resample(X, y)
        self.n_removed_ = dict.fromkeys(self.n_removed_, 0)
        return out


@pytest.mark.parametrize(
    ("name", "cls"), BROKEN, ids=lambda value: getattr(value, "__name__", value)
)
@pytest.mark.filterwarnings("ignore:.*had after oversampling:UserWarning")
def test_law_fails(name, cls):
    """Of the sampler that breaks it, not of that which it derives from."""
    sampler = cls(random_state=0)
    base = next(base for base in cls.__mro__ if base.__module__.startswith("skresample."))
    assert NAMES[name] in laws_of(sampler)
    NAMES[name](base(random_state=0))
    with pytest.raises((AssertionError, ValueError)) as caught:
        NAMES[name](sampler)
    assert any(f"breaks the law {name}: " in note for note in caught.value.__notes__)
    with pytest.raises((AssertionError, TypeError, ValueError)):
        check_sampler(sampler)


def test_every_law_can_fail():
    assert {name for name, _ in BROKEN} == set(NAMES)


def test_the_user_guide_lists_the_laws():
    assert law_table.PAGE.read_text(encoding="utf-8") == law_table.table()


def test_every_law_says_what_it_asks_in_a_sentence():
    for law in NAMES.values():
        assert law.__doc__.endswith(".")
        assert "\n" not in law.__doc__


THEIRS = [
    imblearn.over_sampling.RandomOverSampler(random_state=0),
    imblearn.over_sampling.SMOTE(random_state=0),
    imblearn.over_sampling.BorderlineSMOTE(random_state=0),
    imblearn.under_sampling.RandomUnderSampler(random_state=0),
    imblearn.under_sampling.TomekLinks(),
    imblearn.combine.SMOTEENN(random_state=0),
]


@parametrize_with_laws(THEIRS)
def test_samplers_of_imbalanced_learn(sampler, law):
    law(sampler)


def test_what_imbalanced_learn_promises_is_less():
    ours, theirs = map(laws_of, (SMOTE(), imblearn.over_sampling.SMOTE()))
    assert set(theirs) < set(ours)
    assert NAMES["given_rows_first"] in theirs
    assert NAMES["given_rows_first"] not in laws_of(imblearn.combine.SMOTEENN())


def test_names_of_tests_are_readable():
    mark = parametrize_with_laws([SMOTE(k_neighbors=3)]).mark
    assert mark.args[0] == ("sampler", "law")
    assert mark.args[1][0].id == "SMOTE(k_neighbors=3)-parameters_unchanged"


def test_a_sampler_is_left_as_it_is():
    sampler = RandomOverSampler(random_state=0)
    before = dict(vars(sampler))
    check_sampler(sampler)
    assert vars(sampler) == before


def test_pytest_is_needed_only_for_the_decorator():
    code = "import sys; sys.modules['pytest'] = None; import skresample.testing"
    subprocess.run([sys.executable, "-c", code], check=True)
