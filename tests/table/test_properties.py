"""Any table that can be thought of: out come the laws, or an error that was to be expected."""

import numpy as np
import pytest
from checks import assert_cleaned, assert_laws, columns_of, is_missing, same_bits
from hypothesis import given, note
from hypothesis import strategies as st
from makes import COLUMNS, FRAMES, can_miss
from samplers import HYBRIDS, VARIANTS, name_of
from scipy import sparse
from sklearn.base import clone

import skresample
from skresample.table.target import part_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*rows are used evenly, as in SMOTE:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning"),
    pytest.mark.filterwarnings("ignore:LeeSMOTE. of .* were rejected:UserWarning"),
    pytest.mark.filterwarnings("ignore:Number of distinct clusters"),
    pytest.mark.filterwarnings("ignore:sampling_strategy=.* is already reached"),
    pytest.mark.filterwarnings("ignore:.*would remove all rows of class:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*rows that class .* had:UserWarning"),
]
SPARE = [
    skresample.SMOTE(standardize=True),
    skresample.KMeansSMOTE(kmeans_estimator=2, standardize=True),
    skresample.SVMSMOTE(bounds="observed"),
    skresample.RandomOverSampler(shrinkage=2, bounds="observed"),
]
SAMPLERS = [*VARIANTS, *SPARE]
CLEANING = [*(cls() for cls in HYBRIDS), skresample.SMOTEENN(kind_sel="all", standardize=True)]
MISSING = [0.0, 0.05, 0.3, 0.95, 1.0]
WORDS = ["ash", "birch", "oak", "elm"]
DTYPES = ["i1", "u1", "i2", "i4", "i8", "u8", "f2", "f4", "f8", "?", "O", "O words"]


def samplers(some=SAMPLERS):
    """A sampler, with a seed."""
    chosen = st.sampled_from(range(len(some)))
    return st.builds(
        lambda i, seed: clone(some[i]).set_params(random_state=seed), chosen, st.integers(0, 99)
    )


@st.composite
def targets(draw):
    """Labels in any order, of two to four classes of any size."""
    sizes = draw(st.lists(st.integers(1, 25), min_size=2, max_size=4))
    names = draw(st.sampled_from([[0, 1, 2, 3], [3, -1, 7, 2], WORDS, [False, True]]))
    y = np.repeat(names[: len(sizes)], sizes[: len(names)])
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).permutation(y)


@st.composite
def strategies(draw, y):
    """What may be asked of the labels."""
    names, have = np.unique(y, return_counts=True)
    words = ["auto", "minority", "not minority", "not majority", "all"]
    kinds = [*words, "dict", *(["ratio"] if len(names) == 2 else [])]
    kind = draw(st.sampled_from(kinds))
    if kind == "ratio":
        return draw(st.sampled_from([0.3, 0.77, 1.0]))
    if kind != "dict":
        return kind
    more = draw(st.lists(st.integers(0, 40), min_size=len(names), max_size=len(names)))
    asked = zip(names.tolist(), have.tolist(), more, strict=True)
    return {name: n + extra for name, n, extra in asked if extra}


@st.composite
def frames(draw, library, n):
    """A frame of one to six columns of any kind, with missing and repeated values."""
    kinds = st.sampled_from(list(COLUMNS[library]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns = {}
    for j, kind in enumerate(draw(st.lists(kinds, min_size=1, max_size=6))):
        missing = draw(st.sampled_from(MISSING)) if can_miss(library, kind) else 0.0
        columns[f"{j} {kind}"] = COLUMNS[library][kind](rng, n, missing)
    return FRAMES[library](columns)


@st.composite
def arrays(draw, n):
    """An array of any dtype, or a sparse matrix."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    d, dtype = draw(st.integers(1, 6)), draw(st.sampled_from(DTYPES))
    X = rng.integers(0, draw(st.sampled_from([1, 2, 5, 100])), (n, d)).astype(dtype.split()[0])
    if dtype[0] == "f":
        X = X * rng.choice([-0.0, 1.0, 0.1, 7.3], d).astype(dtype)
    if dtype[0] in "fO":
        X[rng.random(X.shape) < draw(st.sampled_from(MISSING))] = np.nan
    if "words" in dtype:
        X[:, draw(st.integers(0, d - 1))] = rng.choice(WORDS, n)
    order = draw(st.sampled_from("CF"))
    make = draw(st.sampled_from([None, None, "csr_array", "csc_array", "csr_matrix"]))
    if make is None or dtype[0] == "O" or dtype == "f2":
        return np.asarray(X, order=order)
    X = np.nan_to_num(X) if dtype[0] == "f" else X
    return getattr(sparse, make)(X * (rng.random(X.shape) < 0.5))


def is_refused(sampler, y, strategy):
    """Return whether a class of a single row is to grow, so that no two rows are joined."""
    names, have = np.unique(y, return_counts=True)
    most = int(have.max())
    if isinstance(strategy, dict):
        growing = [n for name, n in zip(names.tolist(), have, strict=True) if name in strategy]
    else:
        smallest = np.arange(len(have)) == have.argmin()  # of equally small ones the first
        others = {"minority": smallest, "not minority": ~smallest}
        growing = have[others.get(strategy, True) & (have < most)]
        if isinstance(strategy, float):
            growing = growing if have.min() < part_of(strategy, most) else []
    return getattr(sampler, "_min_rows", 2) > 1 and 1 in growing


def check(sampler, X, y, strategy, laws=assert_laws):
    """Resample, and judge the result or the error."""
    sampler.set_params(sampling_strategy=strategy)
    note(f"{sampler} on {y.tolist()}")
    before = columns_of(X)
    if is_refused(sampler, y, strategy):
        with pytest.raises(ValueError, match=r"has 1 row\b.*RandomOverSampler"):
            sampler.fit_resample(X, y)
        return
    X_out, y_out = sampler.fit_resample(X, y)
    laws(sampler, X, y, X_out, y_out)
    for left, right in zip(before, columns_of(X), strict=True):
        assert same_bits(left, right)
    again, _ = clone(sampler).fit_resample(X, y)
    for left, right in zip(columns_of(X_out), columns_of(again), strict=True):
        assert same_bits(left, right)


class TestAnyTable:
    @pytest.mark.parametrize("library", COLUMNS)
    @given(data=st.data())
    def test_frames(self, library, data):
        y = data.draw(targets())
        X = data.draw(frames(library, len(y)))
        check(data.draw(samplers()), X, y, data.draw(strategies(y)))

    @given(data=st.data())
    def test_arrays(self, data):
        y = data.draw(targets())
        X = data.draw(arrays(len(y)))
        check(data.draw(samplers()), X, y, data.draw(strategies(y)))

    @pytest.mark.parametrize("library", COLUMNS)
    @given(data=st.data())
    def test_frames_that_are_cleaned(self, library, data):
        y = data.draw(targets())
        X = data.draw(frames(library, len(y)))
        sampler = data.draw(samplers(CLEANING))
        check(sampler, X, y, data.draw(strategies(y)), assert_cleaned)

    @given(data=st.data())
    def test_arrays_that_are_cleaned(self, data):
        y = data.draw(targets())
        X = data.draw(arrays(len(y)))
        sampler = data.draw(samplers(CLEANING))
        check(sampler, X, y, data.draw(strategies(y)), assert_cleaned)

    @given(data=st.data())
    def test_numbers_of_any_size(self, data):
        """Values that are drawn one by one: huge, tiny, of either sign, whole or not."""
        y = np.array([0] * 7 + [1] * 4)
        numbers = st.floats(-1e150, 1e150) | st.just(np.nan) | st.integers(-9, 9).map(float)
        rows = st.lists(numbers, min_size=2, max_size=2)
        X = np.array(data.draw(st.lists(rows, min_size=11, max_size=11)))
        sampler = data.draw(samplers().filter(lambda s: "standard" not in name_of(s)))
        if isinstance(sampler, (skresample.SVMSMOTE, skresample.KMeansSMOTE)):
            X = np.clip(X, -1e9, 1e9)  # scikit-learn's machine and k-means square them
        if getattr(sampler, "shrinkage", None):
            X = np.clip(X, -1e100, 1e100)
        check(sampler, X, y, "auto")

    @pytest.mark.parametrize("library", COLUMNS)
    @given(data=st.data())
    def test_infinite_values_are_refused_by_name(self, library, data):
        y = np.array([0] * 12 + [1] * 7)
        sampler = data.draw(samplers())
        frame = data.draw(frames(library, len(y)))
        values = np.arange(19.0)
        values[data.draw(st.integers(0, 18))] = data.draw(st.sampled_from([np.inf, -np.inf]))
        names = list(getattr(frame, "column_names", frame.columns))
        columns = {name: frame[name] for name in names} | {"the culprit": values}
        X = FRAMES[library](columns)
        if not sampler._computes or isinstance(sampler, skresample.SMOTEN):
            X_out, _ = sampler.fit_resample(X, y)
            new = columns_of(X_out)[-1]
            assert set(new) == set(values.tolist()) or not any(map(is_missing, new))
            return
        with pytest.raises(ValueError, match="infinity in column 'the culprit'"):
            sampler.fit_resample(X, y)
