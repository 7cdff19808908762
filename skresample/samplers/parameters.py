"""Parameters: what each takes, its default and its text stand in one place.

A sampler states its own parameters as annotated fields. `Parametrized` makes the ``__init__`` that
stores them, scikit-learn's ``_parameter_constraints`` and the sections of the docstring.
"""

import dataclasses
import inspect
import re
import textwrap
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, ClassVar, Self, dataclass_transform, get_args, get_origin

from imblearn.over_sampling.base import BaseOverSampler as ImblearnBaseOverSampler
from sklearn.utils._param_validation import HasMethods, StrOptions

from skresample._former import Versioned
from skresample.neighbors import METRICS
from skresample.samplers.constraints import N_JOBS, IntegerInterval

__all__ = [
    "Algorithm",
    "Bounds",
    "CategoricalFeatures",
    "KNeighbors",
    "KeepIndex",
    "MNeighbors",
    "Metric",
    "NJobs",
    "Parameter",
    "Parametrized",
    "RandomState",
    "SamplingStrategy",
    "Smote",
    "Standardize",
]


@dataclass(frozen=True)
class Parameter:
    """What a parameter that several samplers share takes, and its text.

    Attributes
    ----------
    constraints : list
        As scikit-learn's ``_parameter_constraints`` has them.
    type : str
        The types, as numpydoc writes them.
    text : str
        What the value does, then its effects.
    """

    constraints: list[Any]
    type: str
    text: str


SamplingStrategy = Annotated[
    Any,
    Parameter(
        ImblearnBaseOverSampler._parameter_constraints["sampling_strategy"],
        "float, str, dict or callable",
        """
How many samples each class has after resampling, as in imbalanced-learn:

- ``'auto'`` or ``'not majority'``: every class has as many as the majority class;
- ``'minority'``: only the smallest class is oversampled;
- ``'not minority'``: all classes but the smallest; ``'all'``: all classes;
- float in (0, 1], for two classes: the size of the minority class divided by the size of
  the majority class, rounded down. If the ratio is already reached, nothing is added, and
  a warning says so;
- dict: the number of samples per label;
- callable: takes ``y`` and returns such a dict.
""",
    ),
]
RandomState = Annotated[
    Any,
    Parameter(
        ["random_state"],
        "int, RandomState instance or None",
        """
Seed of all random draws. The same seed gives the same samples for any ``n_jobs``. Each
class has its own random stream.
""",
    ),
]
KNeighbors = Annotated[
    Any,
    Parameter(
        [IntegerInterval(1), HasMethods(["kneighbors"])],
        "int or estimator",
        """
Number of nearest neighbors within the class that a sample may be joined with. An
estimator with ``kneighbors``, such as :class:`sklearn.neighbors.NearestNeighbors`, finds
them instead. As in imbalanced-learn, its ``n_neighbors`` counts the sample itself. If the
class has fewer samples, all are used and a warning says so.
""",
    ),
]
MNeighbors = Annotated[
    Any,
    Parameter(
        [IntegerInterval(1), HasMethods(["kneighbors"])],
        "int or estimator",
        """
Number of nearest neighbors among all samples that decide whether a minority sample is
safe, in danger or noise. An estimator as for `k_neighbors`.
""",
    ),
]
NJobs = Annotated[
    int | None,
    Parameter(
        N_JOBS,
        "int",
        """
Number of threads for the neighbor search and for drawing. None is 1, unless
:func:`joblib.parallel_config` sets another number; -1 uses all processors. Searches that
scikit-learn does in OpenMP use all threads that OpenMP is given unless `n_jobs` is set.
""",
    ),
]
CategoricalFeatures = Annotated[
    Any,
    Parameter(
        ["array-like", str, callable, None],
        "{'auto', None}, array-like or callable",
        """
Which columns are categorical: column names, positions, a mask, or a callable that returns
one of these. ``'auto'`` selects the columns of strings, categories and booleans of a
DataFrame or an object array. None selects no column, so that booleans are numbers. A
tuple in a list names one-hot encoded columns: they stay numbers, and a synthetic sample
has one 1 among them, or none if some samples have none. Adjacent columns that sum to 1 in
every sample are recognized as one-hot encoded.
""",
    ),
]
Standardize = Annotated[
    bool,
    Parameter(
        ["boolean"],
        "bool",
        """
If True, distances are computed after each numerical feature is divided by its standard
deviation, so that they do not depend on units. Synthetic samples keep the units of `X`.
""",
    ),
]
Metric = Annotated[
    Any,
    Parameter(
        [StrOptions(METRICS), callable],
        "str or callable",
        """
The metric of distances: the name of a metric of scikit-learn, such as ``'manhattan'`` or
``'cosine'``, or a function of two samples that returns their distance. Metrics other than
Euclidean need numbers without missing values and are always searched exactly. An estimator
that finds neighbors has a metric of its own.
""",
    ),
]
Algorithm = Annotated[
    str,
    Parameter(
        [StrOptions({"auto", "exact", "approximate"})],
        "{'auto', 'exact', 'approximate'}",
        """
How nearest neighbors are searched. ``'approximate'`` finds neighbors at most a few
hundredths farther away than the nearest, and its time grows linearly with the samples
instead of quadratically. Small tables, sparse tables and tables with categorical features
or missing values are always searched exactly. ``'auto'`` is approximate from 5 * 10**10
products of queries, searched samples and features on, about a second of exact search.
""",
    ),
]
Bounds = Annotated[
    Any,
    Parameter(
        [StrOptions({"observed"}), Mapping, None],
        "{'observed', None} or mapping",
        """
Limits of the synthetic numbers: ``'observed'`` is the range of each column in `X`. A
mapping gives a pair (lowest, highest) per column name or position, with None for an open
end. Numbers beyond a limit are reflected at it.
""",
    ),
]
KeepIndex = Annotated[
    bool,
    Parameter(
        ["boolean"],
        "bool",
        """
If True, original samples keep their index labels in pandas. Synthetic samples get integer
labels that continue from the largest, or missing labels if the index is not of integers.
If False, the output has a new index, as in imbalanced-learn.
""",
    ),
]
Smote = Annotated[
    Any,
    Parameter(
        [HasMethods(["fit_resample"]), None],
        "sampler",
        """
The oversampler, with its own `sampling_strategy`: a sampler of this library or an
oversampler of imbalanced-learn. None is :class:`SMOTE`.
""",
    ),
]

# Signatures begin and end with what all samplers share; their own parameters are in between.
FIRST = ("sampling_strategy", "random_state")
LAST = (
    "n_jobs",
    "categorical_features",
    "standardize",
    "metric",
    "algorithm",
    "bounds",
    "keep_index",
)
# A heading of a numpydoc section, and the first line of an entry in one.
HEADING = re.compile(r"^( *)(\S.*)\n\1(-{3,})$", re.M)


@dataclass_transform(kw_only_default=True, field_specifiers=(dataclasses.field,))
class Parametrized(Versioned):
    """Base class of estimators whose parameters are annotated fields.

    ``name: Annotated[type, *constraints] = default`` is a parameter, or ``name: Shared = default``
    with one of the shared ones. A subclass may also write its own ``__init__``.
    """

    _parameter_constraints: ClassVar[dict] = {}

    _renamed: ClassVar[dict[str, str]] = {}
    """Old names of parameters, which go on for one version, and the new ones."""

    _attribute_texts: ClassVar[str] = ""
    """Attributes that all subclasses have, for their docstrings."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fields: dict[str, Field] = {}
        constraints: dict[str, list[Any]] = {}
        for base in reversed(cls.__mro__):
            own = _fields(base)
            fields |= own
            constraints |= {name: _constraints(annotation) for name, (annotation, _) in own.items()}
            constraints |= base.__dict__.get("_parameter_constraints", {})
        cls._parameter_constraints = constraints
        # A class that states no parameter inherits an `__init__` that somebody has written.
        if "__init__" not in cls.__dict__ and (_fields(cls) or _is_made(cls.__init__)):
            cls.__init__ = _init(cls, _ordered(fields))  # type: ignore[method-assign]
        if cls.__doc__ and "__doc__" in cls.__dict__:
            _fill_doc(cls)

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the estimator, as in scikit-learn.

        Parameters
        ----------
        **params : dict
            Values by name.

        Returns
        -------
        self : object
            The estimator.
        """
        super().set_params(**_with_new_names(type(self), params))  # type: ignore[misc]
        return self


Field = tuple[Any, Any]  # an annotation and a default, which may be a dataclasses.Field


def _fields(cls: type) -> dict[str, Field]:
    """Return the parameters that a class states itself."""
    if not issubclass(cls, Parametrized):
        return {}
    stated = cls.__dict__.get("_own_fields")
    if stated is None:
        stated = {
            name: (annotation, cls.__dict__.get(name, dataclasses.MISSING))
            for name, annotation in inspect.get_annotations(cls).items()
            if get_origin(annotation) is not ClassVar and not name.startswith("_")
        }
        for name, (_, value) in stated.items():
            if isinstance(value, dataclasses.Field) and value.default is not dataclasses.MISSING:
                setattr(cls, name, value.default)
        cls._own_fields = stated  # type: ignore[attr-defined]
    return stated


def _ordered(fields: dict[str, Field]) -> dict[str, Field]:
    """Return fields in the order of a signature."""
    positional = [name for name, (_, value) in fields.items() if _is_positional(value)]
    own = [name for name in fields if name not in (*positional, *FIRST, *LAST)]
    names = dict.fromkeys([*positional, *FIRST, *own, *LAST])
    return {name: fields[name] for name in names if name in fields}


def _is_positional(value: Any) -> bool:
    return isinstance(value, dataclasses.Field) and value.kw_only is False


def _constraints(annotation: Any) -> list[Any]:
    """Return scikit-learn's constraints of a field."""
    if annotation is bool:
        return ["boolean"]
    if get_origin(annotation) is not Annotated:
        return ["no_validation"]
    constraints = get_args(annotation)[1:]
    shared = [c for c in constraints if isinstance(c, Parameter)]
    return shared[-1].constraints if shared else list(constraints)


def _init(cls: type, fields: dict[str, Field]) -> Callable[..., None]:
    """Return an ``__init__`` that stores parameters, and takes their old names."""
    stated = []
    for name, (annotation, value) in fields.items():
        plain = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
        default = value.default if isinstance(value, dataclasses.Field) else value
        keyword = not _is_positional(value)
        stated.append((name, plain, dataclasses.field(default=default, kw_only=keyword)))
    made: Any = vars(dataclasses.make_dataclass(cls.__name__, stated))["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    made.__doc__ = None
    made._made = True
    if not cls._renamed:  # type: ignore[attr-defined]
        return made

    @wraps(made)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **_with_new_names(cls, kwargs))

    return init


def _is_made(init: Any) -> bool:
    """Return whether an ``__init__`` was made by `_init`."""
    return hasattr(inspect.unwrap(init), "_made")


def _with_new_names(cls: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Replace old names of parameters, with a warning."""
    for old in cls._renamed.keys() & params.keys():
        new = cls._renamed[old]
        if new in params:
            raise TypeError(
                f"{cls.__name__}: {old!r} is the old name of {new!r}: pass only {new!r}."
            )
        warnings.warn(
            f"{cls.__name__}: the parameter {old!r} is now called {new!r}. The old name will be "
            f"removed in the next version: pass {new}={params[old]!r}.",
            FutureWarning,
            stacklevel=4,
        )
        params = {new if name == old else name: value for name, value in params.items()}
    return params


def _fill_doc(cls: Any) -> None:
    """Complete the sections Parameters and Attributes of a class's docstring."""
    doc = inspect.cleandoc(cls.__doc__)
    own = _entries(_section(doc, "Parameters"))
    inherited: dict[str, str] = {}
    for base in reversed(cls.__mro__[1:]):
        if issubclass(base, Parametrized):
            inherited |= _entries(_section(inspect.cleandoc(base.__doc__ or ""), "Parameters"))
    parameters = []
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        entry = own.pop(name, None) or _shared_entry(cls, name, parameter.default)
        entry = entry or inherited.get(name, "")
        if entry and entry not in parameters:
            parameters.append(entry)
    attributes = {
        **_entries(_section(doc, "Attributes")),
        **{
            name: entry
            for base in reversed(cls.__mro__)
            for name, entry in _entries(base.__dict__.get("_attribute_texts", "").strip()).items()
        },
    }
    doc = _with_section(doc, "Parameters", parameters)
    cls.__doc__ = _with_section(doc, "Attributes", list(dict.fromkeys(attributes.values())))


def _shared_entry(cls: Any, name: str, default: Any) -> str:
    """Return the entry of a shared parameter, empty for any other."""
    for base in cls.__mro__:
        if name not in _fields(base):
            continue
        shared = [a for a in get_args(_fields(base)[name][0])[1:] if isinstance(a, Parameter)]
        if shared:
            text = textwrap.indent(shared[-1].text.strip(), "    ")
            return f"{name} : {shared[-1].type}, default={default!r}\n{text}"
        return ""
    return ""


def _section(doc: str, title: str) -> str:
    """Return the text of a section of a docstring, empty where there is none."""
    headings = list(HEADING.finditer(doc))
    for heading, following in zip(headings, [*headings[1:], None], strict=False):
        if heading.group(2) == title:
            return doc[heading.end() : following.start() if following else len(doc)].strip("\n")
    return ""


def _entries(section: str) -> dict[str, str]:
    """Return the entries of a section by each of the names that they are of."""
    parts = re.split(r"^(?=\S)", section, flags=re.M)
    entries = {}
    for part in filter(str.strip, parts):
        for name in part.partition(" : ")[0].split(","):
            entries[name.strip().lstrip("*")] = part.rstrip()
    return entries


def _with_section(doc: str, title: str, entries: list[str]) -> str:
    """Return a docstring with these entries in a section, in numpydoc's order of sections."""
    if not entries:
        return doc
    text = f"{title}\n{'-' * len(title)}\n" + "\n".join(entries) + "\n"
    headings = {m.group(2): m for m in HEADING.finditer(doc)}
    old = _section(doc, title)
    if title in headings:
        start = headings[title].start()
        end = doc.index(old, headings[title].end()) + len(old) if old else headings[title].end()
        rest = doc[end:].lstrip("\n")
        return doc[:start] + text + ("\n" + rest if rest else "")
    after = [m.start() for name, m in headings.items() if name != "Parameters"]
    place = min(after, default=len(doc))
    head, tail = doc[:place].rstrip("\n"), doc[place:]
    return f"{head}\n\n{text}" + (f"\n{tail}" if tail else "")
