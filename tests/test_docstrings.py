"""Docstrings say of parameters what signatures say, and follow numpydoc where users read them."""

import inspect
import pkgutil
from importlib import import_module

import pytest

import skresample

docscrape = pytest.importorskip("numpydoc.docscrape")
validate = pytest.importorskip("numpydoc.validate")

# As in docs/conf.py, where the reasons are.
NOT_ASKED_FOR = {"ES01", "EX01", "SA01", "RT02", "YD01", "GL01", "GL02"}


def members(cls, name):
    """Yield a class and its public methods."""
    yield name, cls
    for member, method in inspect.getmembers(cls, callable):
        if member[0] != "_" and getattr(method, "__module__", "").startswith("skresample."):
            yield f"{name}.{member}", method


def exported():
    """Return what users call, by name."""
    found = {}
    for name in skresample.__all__:
        thing = getattr(skresample, name)
        if isinstance(thing, type):
            found |= dict(members(thing, name))
        elif callable(thing):
            found[name] = thing
    return found


def everything():
    """Return what modules share, by name."""
    found = {}
    for module in pkgutil.walk_packages(skresample.__path__, "skresample."):
        try:
            loaded = import_module(module.name)
        except ImportError:  # of an extra
            continue
        for name in getattr(loaded, "__all__", ()):
            thing = getattr(loaded, name)
            if getattr(thing, "__module__", "") != module.name:
                continue
            full = f"{module.name.removeprefix('skresample.')}.{name}"
            if isinstance(thing, type):
                found |= dict(members(thing, full))
            elif callable(thing):
                found[full] = thing
    return found


EXPORTED, EVERYTHING = exported(), everything()


def documented(thing):
    """Return the parameters of a docstring and what is said of each."""
    parsed = docscrape.NumpyDocString(inspect.getdoc(thing) or "")
    return {
        name.strip(): parameter.type
        for parameter in parsed["Parameters"]
        for name in parameter.name.split(",")
    }


def signature(thing):
    """Return the parameters of a signature."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(thing).parameters
    return {stars.get(p.kind, "") + name: p for name, p in parameters.items() if name != "self"}


@pytest.mark.parametrize("name", EXPORTED)
def test_parameters_in_their_order(name):
    assert list(documented(EXPORTED[name])) == list(signature(EXPORTED[name]))


@pytest.mark.parametrize("name", EVERYTHING)
def test_parameters_and_defaults(name):
    told = documented(EVERYTHING[name])
    if not told:
        return  # what a base class or a named tuple says of its attributes
    given = signature(EVERYTHING[name])
    assert set(told) == set(given)
    for parameter, text in told.items():
        default = given[parameter].default
        _, said, value = text.partition("default=")
        if default is inspect.Parameter.empty:
            assert not said, parameter
        elif value or not name.startswith("compare.report"):  # a field made by a factory
            assert value in (repr(default), str(default)), parameter


@pytest.mark.parametrize("name", EXPORTED)
def test_numpydoc(name):
    thing = EXPORTED[name]
    found = validate.validate(f"{thing.__module__}.{thing.__qualname__}")["errors"]
    assert [error for error in found if error[0] not in NOT_ASKED_FOR] == []
