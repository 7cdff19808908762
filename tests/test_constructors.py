"""Constructors that are made from annotated fields are as those that are written."""

import inspect
import pickle
import pydoc

import pytest
from samplers import Bootstrap
from sklearn.base import clone

import skresample
from skresample.registry import all_samplers
from skresample.samplers.base import BaseSampler
from skresample.smote.base import InterpolatingOverSampler
from skresample.testing import parametrize_with_laws

CLASSES = {**all_samplers(), "GeneratorSampler": skresample.GeneratorSampler}
# As in imbalanced-learn, and what a sampler cannot do without.
POSITIONAL = {
    "SMOTEN": ["categorical_encoder"],
    "SMOTENC": ["categorical_features"],
    "GeneratorSampler": ["generator"],
}
every_class = pytest.mark.parametrize("name", CLASSES)


def made(name, **params):
    needed = {"generator": Bootstrap()} if name == "GeneratorSampler" else {}
    return CLASSES[name](**needed, **params)


@every_class
def test_signature(name):
    parameters = inspect.signature(CLASSES[name]).parameters
    assert parameters == {
        key: value
        for key, value in inspect.signature(CLASSES[name].__init__).parameters.items()
        if key != "self"
    }
    places = [key for key, value in parameters.items() if value.kind is not value.KEYWORD_ONLY]
    assert places == POSITIONAL.get(name, [])
    assert list(parameters)[-1] in ("n_jobs", "keep_index", "bounds", "algorithm", "standardize")
    sampler = made(name)
    assert set(sampler.get_params(deep=False)) == set(parameters) == set(vars(sampler))
    for key, value in parameters.items():
        assert value.annotation is not inspect.Parameter.empty
        if key != "generator":
            assert getattr(sampler, key) == value.default


@every_class
def test_help_says_what_each_parameter_does(name):
    text = pydoc.plain(pydoc.render_doc(CLASSES[name]))
    for key in inspect.signature(CLASSES[name]).parameters:
        assert f" {key} : " in text
    assert f"{name}({', '.join(POSITIONAL.get(name, ['*']))}" in text


@every_class
def test_wrong_names_are_refused_as_by_any_function(name):
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'n_neighbours'"):
        made(name, n_neighbours=3)
    with pytest.raises(ValueError, match=r"Invalid parameter 'n_neighbours' for estimator"):
        made(name).set_params(n_neighbours=3)


@every_class
def test_clone_repr_and_pickle(name):
    sampler = made(name, keep_index=True, n_jobs=2)
    assert "keep_index=True" in repr(sampler)
    assert "sampling_strategy" not in repr(sampler)  # as it is the default
    copies = [clone(sampler), pickle.loads(pickle.dumps(sampler))]
    copies.append(made(name).set_params(**sampler.get_params(deep=False)))
    for copy in copies:
        assert type(copy) is type(sampler)
        assert copy.get_params() == sampler.get_params()
        assert repr(copy) == repr(sampler)


@pytest.mark.exhaustive  # mypy reads the whole package
def test_type_checkers(tmp_path):
    api = pytest.importorskip("mypy.api")
    lines = [f"from skresample import {', '.join(CLASSES)}"]
    for name in CLASSES:
        given = "object(), " if name == "GeneratorSampler" else ""
        lines += [f"reveal_type({name}({given}n_jobs=2))", f"{name}({given}n_neighbours=3)"]
    lines.append("reveal_type(SMOTE(k_neighbors=3).standardize)")
    path = tmp_path / "user.py"
    path.write_text("\n".join(lines))
    told, errors, _ = api.run(["--cache-dir", str(tmp_path), "--follow-imports=silent", str(path)])
    assert not errors
    for name, cls in CLASSES.items():
        assert f'Revealed type is "{cls.__module__}.{name}"' in told
        assert f'Unexpected keyword argument "n_neighbours" for "{name}"' in told
    assert any(f'Revealed type is "{word}"' in told for word in ("bool", "builtins.bool"))
    assert told.count(": error: ") == len(CLASSES)


class Written(InterpolatingOverSampler):
    """A sampler with an ``__init__`` in scikit-learn's usual style."""

    def __init__(
        self,
        *,
        sampling_strategy="auto",
        random_state=None,
        k_neighbors=5,
        n_jobs=None,
        keep_index=False,
    ):
        self.sampling_strategy = sampling_strategy
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.n_jobs = n_jobs
        self.keep_index = keep_index


@parametrize_with_laws([Written(random_state=0), Written(k_neighbors=2, random_state=0)])
@pytest.mark.filterwarnings("ignore:.*there are .* to choose from:UserWarning")
def test_an_init_of_its_own(sampler, law):
    law(sampler)


def test_an_init_of_its_own_has_its_own_parameters():
    assert list(Written().get_params()) == sorted(inspect.signature(Written).parameters)
    assert issubclass(Written, BaseSampler)
    with pytest.raises(TypeError, match="algorithm"):
        Written(algorithm="exact")
