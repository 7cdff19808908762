"""Laws that every sampler keeps, for the tests of anybody's sampler."""

import copy
import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from importlib import import_module
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
from imblearn.over_sampling.base import BaseOverSampler as ImblearnBaseOverSampler
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.naive_bayes import GaussianNB
from sklearn.utils import get_tags

from skresample.samplers.base import BaseSampler

__all__ = ["check_sampler", "laws_of", "parametrize_with_laws"]

Ints = npt.NDArray[np.intp]
Law = Callable[[Any], None]
SIZES = (60, 35, 22)
# Who keeps a law, and the law: a function that takes a sampler and raises if it is broken.
LAWS: list[tuple[Callable[[Any], bool], Law]] = []


def check_sampler(sampler: Any) -> None:
    """Test a sampler by every law that applies to it.

    Parameters
    ----------
    sampler : sampler
        A sampler of this library, of a class derived from it, or of imbalanced-learn. It needs a
        ``random_state``, if it has this parameter.

    Raises
    ------
    Exception
        If the sampler breaks a law; a note names the law.

    Examples
    --------
    >>> from skresample import RandomOverSampler
    >>> from skresample.testing import check_sampler
    >>> check_sampler(RandomOverSampler(random_state=0))
    """
    for law in laws_of(sampler):
        law(sampler)


def laws_of(sampler: Any) -> list[Law]:
    """Return the laws that apply to a sampler: its class and its tags decide."""
    return [law for applies, law in LAWS if applies(sampler)]


def parametrize_with_laws(samplers: Iterable[Any]) -> Any:
    """Make a test for each sampler and law, as a decorator for pytest.

    Parameters
    ----------
    samplers : iterable of samplers
        What is tested, as by `check_sampler`.

    Returns
    -------
    decorator : pytest.MarkDecorator
        For a test function with the parameters ``sampler`` and ``law``.

    Examples
    --------
    >>> from skresample import SMOTE
    >>> from skresample.testing import parametrize_with_laws
    >>> @parametrize_with_laws([SMOTE(random_state=0)])
    ... def test_laws(sampler, law):
    ...     law(sampler)
    """
    import pytest

    cases = [
        pytest.param(sampler, law, id=f"{' '.join(str(sampler).split())}-{law.__name__}")
        for sampler in samplers
        for law in laws_of(sampler)
    ]
    return pytest.mark.parametrize(("sampler", "law"), cases)


# Who keeps which laws


def _any(sampler: Any) -> bool:
    return True


def _own(sampler: Any) -> bool:
    """Say whether a sampler is one of this library's, or derives from one."""
    return isinstance(sampler, BaseSampler)


def _removes(sampler: Any) -> bool:
    return _own(sampler) and get_tags(sampler).sampler_tags.removes_rows


def _oversampler(sampler: Any) -> bool:
    """Say whether all given rows come out, first."""
    return isinstance(sampler, ImblearnBaseOverSampler) and not _removes(sampler)


def _own_oversampler(sampler: Any) -> bool:
    return _own(sampler) and _oversampler(sampler)


def _law(applies: Callable[[Any], bool], *parameters: str) -> Callable[[Law], Law]:
    """Register a law, of samplers that have these parameters."""

    def register(check: Law) -> Law:
        @wraps(check)
        def law(sampler: Any) -> None:
            try:
                check(clone(sampler))
            except BaseException as error:
                error.add_note(f"{sampler!r} breaks the law {check.__name__}: {check.__doc__}")
                raise

        LAWS.append((lambda s: applies(s) and set(parameters) <= set(s.get_params()), law))
        return law

    return register


# Tables


def _blobs(sizes: tuple[int, ...] = SIZES, d: int = 3) -> tuple[Any, Ints]:
    """Return normal classes of these sizes, next to each other, in mixed order."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(y.size, d)) + 1.5 * y[:, np.newaxis], y


def _arrays(X: Any) -> Iterator[Any]:
    """Yield arrays of floats, whole numbers and booleans, in both orders of memory."""
    X = X.copy()
    X[3, 1] = -0.0
    large = (X * 2.0**50).astype(np.int64) + 2**60 + 1  # which floats do not hold
    for array in (
        *(X, X.astype(np.float32), X.astype(np.float16), X > 0.5),
        *(large, large.astype(np.uint64) + 2**63, np.clip(X * 20, -128, 127).astype(np.int8)),
        np.clip(X * 30 + 100, 0, 255).astype(np.uint8),
    ):
        yield from (array, np.asfortranarray(array))


def _sparse(X: Any) -> Iterator[Any]:
    """Yield sparse tables of each class."""
    makes, dtypes = ("csr_array", "csr_matrix", "csc_array", "csc_matrix"), (float, "f4", int, "u1")
    for make, dtype in zip(makes, dtypes, strict=True):
        yield getattr(sparse, make)(np.maximum(9 * X, 0).astype(dtype))


def _frames(X: Any, missing: bool = False) -> Iterator[Any]:
    """Yield a DataFrame of each library that is installed, with columns of several types."""
    whole = np.round(X * 10).astype(np.int64)
    columns: dict[str, Any] = {
        "number": np.where(missing & (X[:, -1] > 1), np.nan, X[:, 0]),
        "single": X[:, 1].astype(np.float32),
        "large": whole[:, 1] * 2**50 + 2**60 + 1,
        "small": np.clip(whole[:, 0] + 100, 0, 255).astype(np.uint8),
        "yes": X[:, -1] > 0.5,
        "day": np.datetime64("2024-01-01", "us") + whole[:, 0].astype("m8[D]"),
        "name": np.array(["ash", "elm", "oak"], dtype=object)[np.digitize(X[:, 1], [0, 2])],
    }
    for library, make in (("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "table")):
        try:
            yield getattr(import_module(library), make)(columns)
        except ImportError:
            continue


def _rows(table: Any) -> list[tuple[str, ...]]:
    """Return a table's rows as texts, which tell values apart to the bit."""
    if isinstance(table, list):
        values = table
    elif sparse.issparse(table) or isinstance(table, np.ndarray):
        values = (table.toarray() if sparse.issparse(table) else table).tolist()
    else:
        frame = nw.from_native(table, eager_only=True)
        values = list(zip(*(column.to_list() for column in frame.iter_columns()), strict=True))
    return [tuple(map(repr, row)) for row in values]


def _types(table: Any) -> tuple[Any, ...]:
    """Return what must stay of a table beside its rows."""
    if isinstance(table, list):
        return list, {(type(row), len(row), *map(type, row)) for row in table}
    if hasattr(table, "dtypes"):
        return type(table), list(map(str, table.columns)), list(table.dtypes)
    names = getattr(table, "schema", None)
    return type(table), names, getattr(table, "dtype", None), getattr(table, "format", None)


def _numbers(table: Any) -> npt.NDArray[np.float64]:
    return np.asarray(table.toarray() if sparse.issparse(table) else table, dtype=np.float64)


def _left_alone(sampler: Any, n: int) -> list[int]:
    """Return the given rows that a sampler says it has not moved."""
    moved = getattr(sampler, "is_moved_", np.zeros(n, dtype=bool))[:n]
    return np.flatnonzero(~moved).tolist()


def _counts(y: Any) -> list[int]:
    return np.bincount(np.asarray(y)).tolist()


def _assert_given_first(sampler: Any, X: Any, y: Any, X_out: Any, y_out: Any) -> None:
    given, out = _rows(X), _rows(X_out)
    assert len(out) == len(y_out) >= len(given), "rows are missing"
    assert all(out[i] == given[i] for i in _left_alone(sampler, len(given))), "given rows differ"
    assert list(y_out[: len(given)]) == list(y), "given labels differ"


def _refuses(sampler: Any, X: Any, y: Any, *words: str) -> None:
    """Assert that an error is raised, with these words."""
    said = "no error"
    try:
        with np.errstate(invalid="ignore"):  # where NaN is cast
            sampler.fit_resample(X, y)
    except (ValueError, TypeError) as error:
        said = str(error)
    assert all(word in said for word in words), f"{said!r} has not {words}"


# Laws of all samplers


@_law(_any)
def parameters_unchanged(sampler: Any) -> None:
    """Fitting changes no parameter, and ``clone`` and ``set_params`` keep them all."""
    before = copy.copy(sampler.get_params(deep=False))
    sampler.fit_resample(*_blobs())
    after = sampler.get_params(deep=False)
    assert before.keys() == after.keys()
    assert all(before[name] is after[name] for name in before)
    assert repr(clone(sampler)) == repr(sampler) == repr(sampler.set_params(**before))


@_law(_any, "random_state")
def same_seed_same_rows(sampler: Any) -> None:
    """The same seed gives the same rows, to a clone, to a pickle and when fitted again."""
    X, y = _blobs()
    first = _rows(sampler.fit_resample(X, y)[0])
    for again in (sampler, clone(sampler), pickle.loads(pickle.dumps(sampler))):
        assert _rows(again.fit_resample(X, y)[0]) == first


@_law(_oversampler, "random_state")
def other_seed_other_rows(sampler: Any) -> None:
    """Another seed gives other rows, and no seed other ones each time."""
    X, y = _blobs()
    for seed, other in ((0, 1), (None, None)):
        first = _rows(sampler.set_params(random_state=seed).fit_resample(X, y)[0])
        assert _rows(sampler.set_params(random_state=other).fit_resample(X, y)[0]) != first
    state = np.random.RandomState(0)  # goes on
    first = _rows(sampler.set_params(random_state=state).fit_resample(X, y)[0])
    assert _rows(sampler.fit_resample(X, y)[0]) != first


@_law(_any, "random_state")
def global_seed_left_alone(sampler: Any) -> None:
    """NumPy's global random state is neither used nor changed."""
    X, y = _blobs()
    before = np.random.get_state()  # noqa: NPY002
    sampler.fit_resample(X, y)
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@_law(_any, "n_jobs")
def same_rows_for_any_n_jobs(sampler: Any) -> None:
    """The rows do not depend on ``n_jobs``, also where distances are tied."""
    rng = np.random.default_rng(0)
    for d in (3, 20):
        X = rng.integers(0, 3, size=(700, d)).astype(float)
        y = (rng.random(700) < 0.3).astype(int)
        one, *others = (
            _rows(sampler.set_params(n_jobs=n_jobs).fit_resample(X, y)[0])
            for n_jobs in (1, 2, -1, None)
        )
        assert all(rows == one for rows in others)


@_law(_any)
def input_unchanged(sampler: Any) -> None:
    """The input may be read-only, is never changed, and shares no memory with the output."""
    (X, y), (wide, _) = _blobs((40, 20)), _blobs((40, 20), d=20)
    equal = np.arange(60) % 2  # classes that need no new row
    single, whole = np.asfortranarray(X, np.float32), (wide * 9).astype(int)
    for table, labels in ((X.copy(), y), (single, y), (whole, y), (X.copy(), equal)):
        given, before = labels.tolist(), _rows(table)
        table.flags.writeable = labels.flags.writeable = False
        X_out, y_out = sampler.fit_resample(table, labels)
        X_out[:], y_out[:] = 7, 7
        if hasattr(sampler, "sample"):
            sampler.sample(3)[:] = 7
        assert _rows(table) == before
        assert labels.tolist() == given
    for table in _sparse(X) if get_tags(sampler).input_tags.sparse else ():
        before = _rows(table)
        for part in (table.data, table.indices, table.indptr):
            part.flags.writeable = False
        sampler.fit_resample(table, y)[0].data[:] = 7
        assert _rows(table) == before
    for table in _frames(X) if _own(sampler) else ():
        before = _rows(table)
        sampler.fit_resample(table, y)
        assert _rows(table) == before


@_law(_any)
def labels_of_any_type(sampler: Any) -> None:
    """Labels may be strings, booleans, objects or whole numbers, and keep their type."""
    X, y = _blobs((40, 25))
    words = np.array(["many", "few"])
    for of in (words, words.astype(object), np.array([False, True]), np.array([7, 3], np.int8)):
        labels = clone(sampler).fit_resample(X, of[y])[1]
        assert labels.dtype == of.dtype
        assert set(labels.tolist()) == set(of.tolist())
        if _oversampler(sampler):
            assert labels[:65].tolist() == of[y].tolist()
            assert set(labels[65:].tolist()) == {of[1]}


@_law(_any)
def errors_say_why(sampler: Any) -> None:
    """NaN in y, one class, lengths that differ and unknown labels are errors that say so."""
    X, y = _blobs((14, 6))
    _refuses(sampler, X, np.where(y == 1, np.nan, 0.0), "NaN")
    _refuses(sampler, X, np.zeros(20, dtype=int), "1 class")
    _refuses(sampler, X[:, 0], y, "2D")
    _refuses(sampler, X[:0], y[:0], "0 sample")
    if _own(sampler):
        _refuses(sampler, X, y[:-1], "has 20 rows and y has 19")
        _refuses(sampler, X, None, "requires y")
    if "sampling_strategy" in sampler.get_params() and not getattr(sampler, "smote", None):
        for wrong, word in (({99: 30}, "99"), ("some", "'sampling_strategy'"), (-1.0, "-1")):
            _refuses(clone(sampler).set_params(sampling_strategy=wrong), X, y, word)


@_law(_any)
def pipelines_resample_in_fit_only(sampler: Any) -> None:
    """In a pipeline of imbalanced-learn, only the data of ``fit`` is resampled."""
    X, y = _blobs((40, 25))
    model = make_pipeline(clone(sampler), GaussianNB()).fit(X, y)
    assert model.predict(X).shape == y.shape
    if "random_state" in sampler.get_params():
        by_hand = GaussianNB().fit(*sampler.fit_resample(X, y))
        assert np.array_equal(model[-1].theta_, by_hand.theta_)


@_law(_any)
def frames_keep_names_and_types(sampler: Any) -> None:
    """A DataFrame of pandas comes out with its columns and types, a Series with its name."""
    try:
        pd = import_module("pandas")
    except ImportError:
        return
    X, y = _blobs((40, 25))
    for names in (list("abc"), [5, 3, 4]) if _own(sampler) else (list("abc"),):
        frame = pd.DataFrame(X, columns=names, index=np.arange(65) + 9)
        frame[names[1]] = frame[names[1]].astype(np.float32 if _own(sampler) else float)
        X_out, y_out = sampler.fit_resample(frame, pd.Series(y, name="ill", index=frame.index))
        assert list(X_out) == names
        assert list(X_out.dtypes) == list(frame.dtypes)
        assert (y_out.name, y_out.dtype) == ("ill", y.dtype)
        assert X_out.index.equals(y_out.index)
        if _own_oversampler(sampler):  # imbalanced-learn's keep the index of what they select
            assert X_out.index.tolist() == list(range(len(y_out)))
        if hasattr(sampler, "sample"):
            assert sampler.sample(4).index.tolist() == [0, 1, 2, 3]


# Laws of oversamplers


@_law(_oversampler)
def given_rows_first(sampler: Any) -> None:
    """The given rows come first, in their order and bit for bit, but for those it says it moves."""
    X, y = _blobs()
    for array in _arrays(X) if _own(sampler) else (X, X.astype(np.float32)):
        X_out, y_out = sampler.fit_resample(array, y)
        assert _types(X_out) == _types(array)
        _assert_given_first(sampler, array, y, X_out, y_out)


@_law(_oversampler, "sampling_strategy")
def other_classes_unchanged(sampler: Any) -> None:
    """A class that is not oversampled gets no row."""
    X, y = _blobs()
    X_out, y_out = sampler.set_params(sampling_strategy={1: 50}).fit_resample(X, y)
    _assert_given_first(sampler, X, y, X_out, y_out)
    assert set(y_out[len(y) :]) == {1}


@_law(_own_oversampler)
def exact_counts(sampler: Any) -> None:
    """Each ``sampling_strategy`` gives exactly the counts that it says, class by class."""
    X, y = _blobs()
    for strategy, counts in (
        ("auto", [60, 60, 60]),
        ("not majority", [60, 60, 60]),
        ("minority", [60, 35, 60]),
        ("not minority", [60, 60, 22]),
        ("all", [60, 60, 60]),
        ({2: 47}, [60, 35, 47]),
        ({0: 61, 1: 35, 2: 100}, [61, 35, 100]),
        (lambda y: {1: int(np.sum(y == 0)) + 1}, [60, 61, 22]),
    ):
        X_out, y_out = sampler.set_params(sampling_strategy=strategy).fit_resample(X, y)
        assert _counts(y_out) == counts, strategy
        assert len(X_out) == sum(counts)
        new = np.subtract(counts, SIZES)
        assert y_out[len(y) :].tolist() == np.repeat([0, 1, 2], new).tolist()
        assert [sampler.sampling_strategy_.get(c, 0) for c in range(3)] == new.tolist()
    for ratio in (0.4, 0.5, 0.77, 1.0):
        X_out, y_out = sampler.set_params(sampling_strategy=ratio).fit_resample(*_blobs((90, 30)))
        assert _counts(y_out) == [90, int(ratio * 90)]


@_law(_own_oversampler)
def containers_kept(sampler: Any) -> None:
    """Arrays, lists, sparse tables and DataFrames come out as they came in."""
    X, y = _blobs()
    for table in (*_sparse(X), *_frames(X), *_frames(X, missing=True), X.tolist()):
        X_out, y_out = sampler.fit_resample(table, y)
        assert _types(X_out) == _types(table)
        assert _counts(y_out) == [60, 60, 60]
        _assert_given_first(sampler, table, y, X_out, y_out)
    assert sampler.fit_resample(X, y.tolist())[1][: len(y)] == y.tolist()
    one_hot = np.eye(3, dtype=int)[y]
    labels = sampler.fit_resample(X, one_hot)[1]
    assert np.array_equal(labels[: len(y)], one_hot)
    assert labels.sum(axis=0).tolist() == [60, 60, 60]
    assert (labels.sum(axis=1) == 1).all()


@_law(_own_oversampler)
def provenance(sampler: Any) -> None:
    """``is_synthetic_``, ``sample_indices_`` and ``parents_`` say where each row is from."""
    for X, y in (_blobs(), _blobs((30, 30))):
        X_out, y_out = sampler.fit_resample(X, y)
        n, n_out = len(y), len(y_out)
        assert n_out > n or _rows(X_out) == _rows(X)
        assert sampler.is_synthetic_.tolist() == [False] * n + [True] * (n_out - n)
        assert sampler.sample_indices_[:n].tolist() == list(range(n))
        copied = sampler.sample_indices_[n:, np.newaxis]  # -1, or of a copy its original
        assert ((copied == -1) | (copied == sampler.parents_)).all()
        assert sampler.parents_.dtype.kind == "i"
        assert len(sampler.parents_) == n_out - n
        assert np.isin(sampler.parents_, np.arange(-1, n)).all()


@_law(_own_oversampler)
def values_of_their_column(sampler: Any) -> None:
    """No category is invented, and constant columns and one-hot groups stay what they are."""
    X, y = _blobs((60, 25))
    for frame in _frames(X):
        out = nw.from_native(sampler.fit_resample(frame, y)[0], eager_only=True)
        given = nw.from_native(frame, eager_only=True)
        assert set(out["name"].to_list()) == set(given["name"].to_list())
        assert {str(day)[10:] for day in out["day"].to_list()} == {" 00:00:00"}
    level = np.eye(3)[np.digitize(X[:, 1], [0, 2])]
    for constant in (0.1, 1 / 3, -7.3e11, 1e-300, 0.0):
        table = np.column_stack([X, np.full(len(y), constant), level])
        for given in (table, table.astype(np.float32), sparse.csr_array(table)):
            new = _numbers(sampler.fit_resample(given, y)[0])
            assert (new[:, 3] == _numbers(given)[0, 3]).all()
            assert (np.sort(new[:, 4:], axis=1) == [0, 0, 1]).all()


@_law(_own_oversampler)
def missing_where_the_parent_is(sampler: Any) -> None:
    """A new value is missing where that of its first parent is, and finite elsewhere."""
    X, y = _blobs()
    X[np.random.default_rng(0).random(X.shape) < 0.3] = np.nan
    for table in (X, X.astype(np.float32)):
        X_out, y_out = sampler.fit_resample(table, y)
        assert _counts(y_out) == [60, 60, 60]
        _assert_given_first(sampler, table, y, X_out, y_out)
        new, parents = X_out[len(y) :], sampler.parents_[:, 0]
        known = parents >= 0
        assert np.array_equal(np.isnan(new[known]), np.isnan(X[parents[known]]))
        assert not np.isinf(new).any()
    X[:, 1] = np.nan
    assert np.isnan(sampler.fit_resample(X, y)[0][:, 1]).all()


@_law(_own_oversampler)
def repeated_rows(sampler: Any) -> None:
    """Classes whose rows are all or half the same, single columns and large numbers are no trap."""
    X, y = _blobs((40, 12))
    same = np.where((y == 1)[:, np.newaxis], [0.1, 1.1, 12345.678], X)
    half, all_same = X.copy(), np.full(X.shape, 0.3)
    half[np.flatnonzero(y == 1)[:6]] = 1.1
    for table in (same, half, all_same, X[:, :1]):
        for make in (np.asarray, sparse.csr_array):
            X_out, y_out = sampler.fit_resample(make(table), y)
            assert _counts(y_out) == [40, 40]
            assert X_out.shape == (80, table.shape[1])
            assert np.isfinite(_numbers(X_out)).all()
    assert np.abs(sampler.fit_resample(X + 1e9, y)[0] - 1e9).max() < 20
    assert (sampler.fit_resample(all_same, y)[0] == 0.3).all()


@_law(_own_oversampler)
def few_rows(sampler: Any) -> None:
    """Classes of two rows and more work; fewer than the method needs are an error that says so."""
    for sizes in (*((40, m) for m in range(2, 7)), (5, 3)):
        X, y = _blobs(sizes)
        for make in (np.asarray, sparse.csr_matrix):
            X_out, y_out = sampler.fit_resample(make(X), y)
            assert _counts(y_out) == [sizes[0]] * 2
            assert np.isfinite(_numbers(X_out)).all()
    if sampler._min_rows > 1:
        _refuses(sampler, *_blobs((40, 1)), "class 1 has 1 row")
    else:
        assert _counts(sampler.fit_resample(*_blobs((40, 1)))[1]) == [40, 40]
    X, y = _blobs((40, 20, 1))
    sampler.set_params(sampling_strategy={1: 30})
    assert _counts(sampler.fit_resample(X, y)[1]) == [40, 30, 1]


@_law(_own_oversampler)
def streams_per_class(sampler: Any) -> None:
    """What one class gets does not depend on how many rows another gets."""
    X, y = _blobs()
    both, labels = sampler.set_params(sampling_strategy={1: 50, 2: 40}).fit_resample(X, y)
    alone, _ = sampler.set_params(sampling_strategy={2: 40}).fit_resample(X, y)
    n = len(y)
    assert _rows(both[n:][labels[n:] == 2]) == _rows(alone[n:])


@_law(_own_oversampler)
def sample_draws_the_same(sampler: Any) -> None:
    """``fit`` and ``sample`` give the rows that ``fit_resample`` adds; seeded draws repeat."""
    X, y = _blobs()
    _, csr, csc, _ = _sparse(X)
    for table in (X, X.astype(np.float32), (9 * X).astype(int), csr, csc, *_frames(X), X.tolist()):
        added, _ = clone(sampler).fit_resample(table, y)
        fitted = clone(sampler).fit(table, y)
        second, first = fitted.sample(38, label=2), fitted.sample(25, label=1)
        assert _types(first) == _types(table)
        assert _rows(first) + _rows(second) == _rows(added)[len(y) :]
        none = fitted.sample(0)
        assert _rows(none) == []
        assert type(none) is list or _types(none) == _types(table)
    sampler.fit_resample(X, y)
    assert not hasattr(sampler.fit(X, y), "parents_")
    other = pickle.loads(pickle.dumps(sampler))
    seeded = _rows(other.sample(9, random_state=0))
    other.sample(5, label=0)
    assert _rows(other.sample(9)) == _rows(sampler.sample(9, label=2)) != _rows(sampler.sample(9))
    assert (
        _rows(other.sample(9, random_state=0)) == seeded != _rows(other.sample(9, random_state=1))
    )


# Laws of samplers that remove rows


@_law(_removes)
def remaining_rows_traced(sampler: Any) -> None:
    """Rows that are left are unchanged and in order, and counts and provenance are theirs."""
    X, y = _blobs((150, 60))
    for table in (X, *_sparse(X), X.tolist(), *_frames(X)):
        X_out, y_out = sampler.fit_resample(table, y)
        assert _types(X_out) == _types(table)
        known, given, out = ~sampler.is_synthetic_, _rows(table), _rows(X_out)
        of = sampler.sample_indices_[known]
        assert len(out) == len(y_out) == known.size
        assert (np.diff(of) > 0).all()
        moved = getattr(sampler, "is_moved_", np.zeros(known.size, dtype=bool))
        for i, source in zip(np.flatnonzero(known).tolist(), of.tolist(), strict=True):
            assert moved[i] or out[i] == given[source]
            assert y_out[i] == y[source]
        assert (sampler.sample_indices_[~known] == -1).all()
        assert len(sampler.parents_) == np.count_nonzero(~known)
        added = sampler.sampling_strategy_ if known.size > known.sum() else {}
        before = np.bincount(y) + [added.get(c, 0) for c in range(2)]
        left = before - [sampler.n_removed_[c] for c in range(2)]
        assert _counts(y_out) == left.tolist()
