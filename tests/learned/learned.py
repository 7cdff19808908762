"""What each sampler learns from small tables, kept so that it can be compared bit for bit.

``python learned.py write PATH`` keeps what the samplers learn, and ``python learned.py check PATH``
says how what they learn now differs from what was kept.

Keys are paths, ``sampler/table/class/field/...``: they name no module, no class and no private
attribute. Arrays of more than `MOST` numbers are kept as their shape and a digest.
"""

import dataclasses
import hashlib
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from numbers import Number
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator

from skresample.utils import all_samplers

__all__ = ["NAMES", "RENAMED", "SETTINGS", "TABLES", "VARIANTS", "differences", "learn", "load"]

Arrays = dict[str, npt.NDArray[Any]]

# Key parts that were renamed since, "old": "new", for stored keys. Either may be several parts,
# "a/b", and a new one may be empty, where a level of nesting has gone.
RENAMED: dict[str, str] = {
    "input_indices_": "sample_indices_",
    "kernels/centres": "kernels/centers",
    "encoding/levels": "encoding/level_values",
    "generator/places": "generator/levels",
    "weights/straight": "weights/skip",
    "anew/groups": "groups",
    "anew/probability": "probability",
    "categories/share": "categories/probability",
    "categories/places": "categories/indices",
    "space/centre": "space/center",
    "RandomGenerator": "MarginalSampler",
    "RandomGenerator-empirical": "MarginalSampler-empirical",
    "RandomGenerator-gaussian": "MarginalSampler-gaussian",
}

# Larger arrays are kept as a digest.
MOST = 2_000

# What does not follow the defaults, to be quick. Parameters that a class has not are left out.
SETTINGS: dict[str, dict[str, Any]] = {
    "ARFOverSampler": {"n_estimators": 3, "max_iter": 2},
    "VAEOverSampler": {"max_iter": 5, "hidden_layer_sizes": 8},
}

# Other settings, of which much else is learnt: the name of the class, and its parameters.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "BorderlineSMOTE-2": ("BorderlineSMOTE", {"kind": "borderline-2"}),
    "CCR-far": ("CCR", {"energy": 9}),
    "GeometricSMOTE-majority": ("GeometricSMOTE", {"selection_strategy": "majority"}),
    "GeometricSMOTE-minority": ("GeometricSMOTE", {"selection_strategy": "minority"}),
    "KDEOverSampler-adaptive": ("KDEOverSampler", {"marginals": "normal_score", "adaptive": True}),
    "KDEOverSampler-full": ("KDEOverSampler", {"covariance": "full", "kernel": "gaussian"}),
    "Perturbation-correlated": ("Perturbation", {"method": "correlated_noise", "scale": 1}),
    "Perturbation-groups": ("Perturbation", {"method": "microaggregation"}),
    "Perturbation-means": (
        "Perturbation",
        {"method": "microaggregation", "preserve_variance": False},
    ),
    "PolynomialFitSMOTE-bus": ("PolynomialFitSMOTE", {"topology": "bus"}),
    "PolynomialFitSMOTE-mesh": ("PolynomialFitSMOTE", {"topology": "mesh"}),
    "PolynomialFitSMOTE-polynomial": ("PolynomialFitSMOTE", {"topology": "polynomial"}),
    "MarginalSampler-empirical": ("MarginalSampler", {"distributions": "empirical"}),
    "MarginalSampler-gaussian": ("MarginalSampler", {"dependence": "gaussian"}),
    "RandomOverSampler-smooth": ("RandomOverSampler", {"shrinkage": 1}),
    "SMOTEIPF-consensus": ("SMOTEIPF", {"voting": "consensus"}),
    "VAEOverSampler-prior": ("VAEOverSampler", {"latent": "prior"}),
    **{
        f"{name}-standardized": (name, {"standardize": True})
        for name in (
            "ADASYN",
            "CCR",
            "KMeansSMOTE",
            "MWMOTE",
            "MultivariateGaussianSMOTE",
            "SMOTE",
            "SMOTEENN",
            "SMOTENC",
            "SMOTETomek",
            "SVMSMOTE",
        )
    },
}

# All but what needs an extra.
NAMES = sorted({*all_samplers(), *VARIANTS} - {"GANOverSampler"})

# What belongs to no table, or is not learnt.
SKIPPED = (np.random.Generator, np.random.BitGenerator, np.random.RandomState, ModuleType)
# Attributes of a fitted sampler that say nothing of what it has learnt.
NOT_LEARNT = {"feature_names_in_"}


def tables() -> dict[str, tuple[Any, npt.NDArray[Any]]]:
    """Return the tables, (X, y) by name; few decimals, so that no mathematical library matters."""
    rng = np.random.default_rng(20)
    y = np.repeat([0, 1, 2], [33, 16, 11])
    X = (rng.normal(size=(60, 3)) + [1.5, 1.0, 0.0] * (y > 0)[:, np.newaxis]).round(2)
    X[y == 2] += [0, -2.5, 1]
    order = rng.permutation(60)
    blobs = X[order].round(2), y[order]

    rng = np.random.default_rng(21)
    y = (np.arange(80) % 4 == 0).astype(int)
    ties = rng.integers(0, 5, size=(80, 5)) + 2.0 * y[:, np.newaxis]
    ties[:, 1] = rng.normal(size=80).round(1)
    ties[:, 3] = 7.0
    ties[40:44] = ties[36:40]

    rng = np.random.default_rng(22)
    label = np.where(np.arange(70) % 7 < 2, "few", "many")
    few = label == "few"
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, size=70) - 8 * few,
            "size": (rng.random(70) * 10 + 3 * few).round(2),
            "count": rng.integers(0, 4, size=70) * 1.0,
            "job": pd.Categorical(rng.choice(["cook", "nurse", "smith"], size=70)),
            "town": rng.choice(["A", "B", "C", "D"], size=70, p=[0.4, 0.3, 0.2, 0.1]).tolist(),
            "member": rng.random(70) < 0.3,
        }
    )
    for name, n in {"size": 6, "count": 4, "job": 5}.items():
        frame.loc[rng.choice(70, n, replace=False), name] = None

    rng = np.random.default_rng(23)
    y_words = np.repeat([1, 0], [18, 42])
    words = np.empty((60, 4), dtype=object)
    for j, letters in enumerate(["ab", "abc", "abcde", "abcdefgh"]):
        words[:, j] = [letters[i] for i in rng.integers(len(letters), size=60)]
    words[:12, 1] = "a"

    rng = np.random.default_rng(24)
    y_sparse = (np.arange(60) % 5 == 0).astype(int)
    dense = (rng.random((60, 8)) * 4 + y_sparse[:, np.newaxis]).round(2)
    dense[rng.random((60, 8)) < 0.65] = 0.0

    rng = np.random.default_rng(25)
    y_wide = np.repeat([0, 1], [30, 12])
    wide = (rng.normal(size=(42, 20)) + 0.5 * y_wide[:, np.newaxis]).round(2)

    return {
        "blobs": blobs,
        "ties": (ties, y),
        "mixed": (frame, label),
        "words": (words, y_words),
        "sparse": (sparse.csr_matrix(dense), y_sparse),
        "wide": (wide, y_wide),
    }


TABLES = tables()


def build(name: str, n_jobs: int = 1, **also: Any) -> Any:
    """Return an unfitted sampler by its name, or that of a variant.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    n_jobs : int, default=1
        Number of threads.
    **also
        Other parameters.

    Returns
    -------
    sampler : estimator
        With those of the parameters that it has.
    """
    of, params = VARIANTS.get(name, (name, {}))
    cls = all_samplers()[of]
    common = {"random_state": 0, "standardize": False, "n_jobs": n_jobs}
    given = {**common, **SETTINGS.get(of, {}), **params, **also}
    return cls(**{key: given[key] for key in cls().get_params(deep=False) if key in given})


def learn(name: str, table: str, n_jobs: int = 1) -> Arrays:
    """Fit a sampler to a table, and return all that it has learnt.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    table : str
        One of `TABLES`.
    n_jobs : int, default=1
        Number of threads.

    Returns
    -------
    arrays : dict of str to ndarray
        By path, such as ``1/partners`` for the class with the code 1. Of a sampler that removes
        rows, what is left of the table without any new row; of one that moves rows, where they
        come to lie. Only ``raises``, the name of the error, where the table is refused.
    """
    X, y = TABLES[table]
    # Copies, so that no sampler can change what the next one gets.
    X, y = X.copy(), y.copy()
    sampler = build(name, n_jobs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if removes_rows(sampler):
                makes_none = "all" if not sampler.__sklearn_tags__().sampler_tags.adds_rows else {}
                sampler = build(name, n_jobs, sampling_strategy=makes_none)
                found = dict(walk("kept", plain(sampler.fit_resample(X, y)[0])))
                return {**found, **dict(told(sampler))}
            sampler.fit(X, y)
            found = dict(told(sampler))
            for code, fitted in fitted_classes(sampler).items():
                found.update(walk(str(code), fitted))
            if moves_rows(sampler):
                moved = build(name, n_jobs)
                out = plain(moved.fit_resample(X, y)[0])
                found.update(walk("moved", [column[: len(y)] for column in out]))
                found.update(walk("is_moved_", moved.is_moved_[: len(y)]))
        except ValueError as error:
            return {"raises": np.array(type(error).__name__)}
    return found


def fitted_classes(sampler: Any) -> dict[int, Any]:
    """Return what a fitted over-sampler has learnt from each class, by the class's code."""
    return {code: fitted for code, (_, fitted) in sampler._fitted_classes.items()}


def removes_rows(sampler: Any) -> bool:
    """Say whether rows are removed when it resamples, so that nothing is learnt before."""
    return sampler.__sklearn_tags__().sampler_tags.removes_rows


def moves_rows(sampler: Any) -> bool:
    """Say whether given rows may come out changed."""
    return sampler.__sklearn_tags__().sampler_tags.moves_rows


def told(sampler: Any) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Yield the public attributes that fitting sets, estimators left out."""
    cls = type(sampler)
    properties = [n for n in dir(cls) if isinstance(inspect.getattr_static(cls, n), property)]
    for name in sorted({*vars(sampler), *properties} - NOT_LEARNT):
        if name in RENAMED or not name.endswith("_") or name.startswith("_"):
            continue  # old names warn
        if hasattr(sampler, name):
            yield from walk(name, getattr(sampler, name))


def plain(X: Any) -> list[npt.NDArray[Any]]:
    """Return the columns of a table as arrays."""
    if sparse.issparse(X):
        X = X.toarray()
    if isinstance(X, pd.DataFrame):
        return [X.iloc[:, j].to_numpy() for j in range(X.shape[1])]
    return list(np.asarray(X).T)


def walk(
    path: str, value: Any, inside: tuple[int, ...] = ()
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Yield every array within an object.

    Parameters
    ----------
    path : str
        That of the object.
    value : object
        Named tuples, dataclasses and other objects, mappings, lists, tuples, sparse matrices,
        arrays, numbers and strings are looked into. None, random generators, functions and
        estimators are passed over.
    inside : tuple of int
        Identities of the objects that this one is in.

    Yields
    ------
    path : str
        That of the array: names of fields, keys and positions.
    array : ndarray
        Of floats, integers, booleans or strings.

    Raises
    ------
    TypeError
        If there is an object that cannot be looked into: nothing is left out in silence.
    """
    if value is None or isinstance(value, (SKIPPED, BaseEstimator, type, partial)):
        return
    if inspect.isroutine(value) or id(value) in inside:
        return
    if isinstance(value, (np.ndarray, np.generic, Number, str, bytes)):
        yield path, simple(np.asarray(value))
        return
    parts: Mapping[Any, Any]
    if sparse.issparse(value):
        rows = value.tocsr(copy=True)
        rows.sum_duplicates()
        parts = {k: getattr(rows, k) for k in ("data", "indices", "indptr", "shape")}
    elif isinstance(value, (pd.Series, pd.Index)):
        parts = {"values": value.to_numpy()}
    elif isinstance(value, pd.DataFrame):
        parts = dict(enumerate(plain(value)))
    elif hasattr(value, "_asdict"):
        parts = value._asdict()
        if len(parts) == 1:  # such as the partners of a pairing
            yield from walk(path, value[0], (*inside, id(value)))
            return
    elif dataclasses.is_dataclass(value):
        parts = public({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    elif isinstance(value, Mapping):
        parts = value
    elif isinstance(value, (set, frozenset)):
        parts = dict(enumerate(sorted(value, key=str)))
    elif isinstance(value, (list, tuple, range)):
        if value and all(isinstance(v, (Number, np.generic)) for v in value):
            yield path, simple(np.asarray(value))  # of one key, not of many
            return
        parts = dict(enumerate(value))
    else:
        parts = public(attributes(value))
    for key, part in parts.items():
        yield from walk(f"{path}/{key}", part, (*inside, id(value)))


def attributes(value: Any) -> dict[str, Any]:
    """Return what an object holds, but for what it works out when it is asked for."""
    cls = type(value)
    slots = [name for base in cls.__mro__ for name in base.__dict__.get("__slots__", ())]
    if not hasattr(value, "__dict__") and not slots:
        raise TypeError(f"{cls.__module__}.{cls.__name__} cannot be looked into")
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    held.update(getattr(value, "__dict__", {}))
    lazy = {n for n in held if isinstance(inspect.getattr_static(cls, n, None), cached_property)}
    return {name: held[name] for name in held if name not in lazy}


def public(held: dict[str, Any]) -> dict[str, Any]:
    """Return the public attributes; private ones, under plain names, if there are no others."""
    chosen = {name: part for name, part in held.items() if not name.startswith("_")}
    return chosen or {name.strip("_"): part for name, part in held.items()}


def simple(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array as 64-bit floats or integers, booleans or strings."""
    widest = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}
    if array.dtype.kind in widest:
        return array.astype(widest[array.dtype.kind])
    words = ["None" if pd.isna(v) is True else str(v) for v in array.ravel().tolist()]
    return np.array(words, dtype=np.str_).reshape(array.shape)


def digested(arrays: Arrays) -> Arrays:
    """Return arrays with a shape and a digest in place of large ones.

    Parameters
    ----------
    arrays : dict of str to ndarray
        Of `learn`.

    Returns
    -------
    arrays : dict of str to ndarray
        With the keys ``path/shape`` and ``path/sha256`` in place of the path of a large array.
        What is equal has equal digests, zeros of both signs too.
    """
    kept: Arrays = {}
    for key, array in arrays.items():
        if array.size <= MOST:
            kept[key] = array
            continue
        if array.dtype.kind == "f":
            array = np.where(np.isnan(array), np.nan, array + 0.0)
        native = np.ascontiguousarray(array)
        little = native.astype(native.dtype.newbyteorder("<"))
        kept[f"{key}/shape"] = np.array(array.shape)
        kept[f"{key}/sha256"] = np.array(hashlib.sha256(little.tobytes()).hexdigest())
    return kept


def learn_all(name: str, n_jobs: int = 1) -> Arrays:
    """Return what a sampler learns from all tables, as it is kept.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    n_jobs : int, default=1
        Number of threads.

    Returns
    -------
    arrays : dict of str to ndarray
        By ``name/table/path``.
    """
    found: Arrays = {}
    for table in TABLES:
        learnt = digested(learn(name, table, n_jobs))
        found.update({f"{name}/{table}/{key}": array for key, array in learnt.items()})
    return found


def save(path: str | Path, arrays: Arrays) -> None:
    """Write arrays, those of a kind in one, since thousands of small files take much room.

    Parameters
    ----------
    path : str or Path
        Of an ``.npz`` file.
    arrays : dict of str to ndarray
        Of floats, integers, booleans and strings.
    """
    keys = sorted(arrays)
    by_kind: dict[str, list[npt.NDArray[Any]]] = {kind: [] for kind in "fibU"}
    for key in keys:
        by_kind[arrays[key].dtype.kind].append(arrays[key].ravel())
    empty = {"f": np.float64, "i": np.int64, "b": np.bool_, "U": np.str_}
    flat: dict[str, Any] = {
        kind: np.concatenate([np.empty(0, empty[kind]), *parts]) for kind, parts in by_kind.items()
    }
    flat["keys"] = np.array("\n".join(keys))
    flat["kinds"] = np.array("".join(arrays[key].dtype.kind for key in keys))
    flat["shapes"] = np.array("\n".join(" ".join(map(str, arrays[key].shape)) for key in keys))
    np.savez_compressed(path, **flat)


def load(path: str | Path) -> Arrays:
    """Read what was kept.

    Parameters
    ----------
    path : str or Path
        Of a file that `save` wrote.

    Returns
    -------
    arrays : dict of str to ndarray
        By their keys, with `RENAMED` applied.
    """
    with np.load(path) as stored:
        flat = {kind: stored[kind] for kind in "fibU"}
        keys = str(stored["keys"]).split("\n")
        kinds, shapes = str(stored["kinds"]), str(stored["shapes"]).split("\n")
    start = dict.fromkeys(flat, 0)
    arrays: Arrays = {}
    for key, kind, text in zip(keys, kinds, shapes, strict=True):
        shape = tuple(map(int, text.split()))
        stop = start[kind] + int(np.prod(shape))
        arrays[renamed(key)] = flat[kind][start[kind] : stop].reshape(shape)
        start[kind] = stop
    return arrays


def renamed(key: str) -> str:
    """Return what a stored key is called now."""
    for old, new in RENAMED.items():
        key = f"/{key}/".replace(f"/{old}/", f"/{new}/" if new else "/").strip("/")
    return key


def exactly(key: str, stored: npt.NDArray[Any], now: npt.NDArray[Any]) -> bool:
    """Say whether two arrays are of the same kind and shape and hold the same values."""
    kind = stored.dtype.kind
    return kind == now.dtype.kind and np.array_equal(stored, now, equal_nan=kind == "f")


def differences(
    stored: Arrays,
    now: Arrays,
    same: Callable[[str, npt.NDArray[Any], npt.NDArray[Any]], bool] = exactly,
) -> list[str]:
    """Say how what is learnt now differs from what was kept.

    Parameters
    ----------
    stored, now : dict of str to ndarray
        By key.
    same : callable, default=exactly
        Says of a key and its two arrays whether they count as equal.

    Returns
    -------
    lines : list of str
        One for every key that is missing, new, or of another array.
    """
    lines = []
    for key in sorted({*stored, *now}):
        if key not in now:
            lines.append(f"missing {key}")
        elif key not in stored:
            lines.append(f"new     {key}")
        elif not same(key, stored[key], now[key]):
            lines.append(f"differs {key}: {difference(stored[key], now[key])}")
    return lines


def difference(stored: npt.NDArray[Any], now: npt.NDArray[Any]) -> str:
    """Say in a few words how two arrays differ."""
    if stored.dtype.kind != now.dtype.kind:
        return f"dtype kind {stored.dtype.kind} -> {now.dtype.kind}"
    if stored.shape != now.shape:
        return f"shape {stored.shape} -> {now.shape}"
    if not stored.ndim:
        return f"{stored[()]} -> {now[()]}"
    other = stored != now
    if stored.dtype.kind == "f":
        other &= ~(np.isnan(stored) & np.isnan(now))
        with np.errstate(invalid="ignore"):  # of infinities
            apart = np.abs(stored - now)
        most = np.max(apart, initial=0.0, where=~np.isnan(apart))
        return f"{np.count_nonzero(other)} of {stored.size}, by at most {most:.3g}"
    return f"{np.count_nonzero(other)} of {stored.size}"


def main(arguments: list[str]) -> int:
    """Write what is learnt, or compare it with what was written.

    Parameters
    ----------
    arguments : list of str
        ``write PATH`` or ``check PATH``; a third one is the number of threads, 1 by default.

    Returns
    -------
    status : int
        1 where there is any difference, 2 for other arguments, else 0.
    """
    if len(arguments) not in (2, 3) or arguments[0] not in ("write", "check"):
        print("usage: python learned.py write|check PATH [N_JOBS]", file=sys.stderr)
        return 2
    command, path, *rest = arguments
    n_jobs = int(rest[0]) if rest else 1
    if command == "write":
        found: Arrays = {}
        for name in NAMES:
            found.update(learn_all(name, n_jobs))
        save(path, found)
        print(f"{len(found)} keys of {len(NAMES)} samplers and settings, {len(TABLES)} tables")
        return 0
    stored = load(path)
    n_lines, now = 0, {}
    names = {*NAMES, *(key.partition("/")[0] for key in stored)}
    for name in sorted(names):
        try:
            now = learn_all(name, n_jobs)
        except Exception as error:
            lines = [f"fails   {name}: {type(error).__name__}: {error}"]
        else:
            kept = {k: array for k, array in stored.items() if k.startswith(f"{name}/")}
            lines = differences(kept, now)
        n_lines += len(lines)
        print("\n".join(lines), end="\n" if lines else "")
    print(f"{n_lines} differences in {len(stored)} keys")
    return int(n_lines > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
