"""List the samplers; find, make and configure one by its name."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from rich.table import Table

from skresample.cli.options import literal
from skresample.cli.terminal import console, no_such, shown
from skresample.registry import FORMER_NAMES, all_samplers, default_sampler, default_samplers

__all__ = ["choose", "configure", "make_sampler", "make_samplers", "sampler_names", "samplers"]


def samplers() -> None:
    """List the samplers: what each does, and its paper."""
    table = Table("--sampler", show_lines=True)
    table.add_column("class", no_wrap=True)
    table.add_column("what it does, and its paper")
    classes = all_samplers()
    for name, class_name in sampler_names().items():
        cls = classes[class_name]
        summary = (inspect.getdoc(cls) or "").partition("\n")[0]
        table.add_row(name, class_name, f"{summary}\n{cls._paper}")
    console().print(table)


def sampler_names() -> dict[str, str]:
    """Return the class name of each sampler, by its name on the command line."""
    # Hyphens between the words of the class name, of which SMOTE is one.
    between = r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])|(?<=.)(?=SMOTE$)"
    return {re.sub(between, "-", name).lower(): name for name in all_samplers()}


def _plain(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()


def choose(given: str, names: Iterable[str], what: str) -> str:
    """Return the name that equals `given` but for upper case, hyphens and underscores."""
    plain = {_plain(name): name for name in names}
    if _plain(given) in plain:
        return plain[_plain(given)]
    raise no_such(what, given, plain.values())


def _class_name(given: str) -> str:
    """Return the class name of a sampler by its present or former name."""
    names = sampler_names()
    former = {old.lower(): new for old, new in FORMER_NAMES.items()}
    return former.get(_plain(given)) or names[choose(given, names, "sampler")]


def make_sampler(name: str, settings: list[str]) -> Any:
    """Return a sampler with the parameters that `compare` gives it, except for `settings`."""
    model = default_sampler(_class_name(name))
    configure([model], settings, reserved=("random_state", "sampling_strategy"))
    return model


def make_samplers(names: list[str], settings: list[str]) -> dict[str, Any]:
    """Return the samplers to compare by class name; the default ones without `names`."""
    models = {name: default_sampler(name) for name in map(_class_name, names)}
    models = models or default_samplers()
    configure(list(models.values()), settings, reserved=("random_state",))
    return models


def configure(models: list[Any], settings: list[str], *, reserved: tuple[str, ...]) -> None:
    """Set parameters, given as ``name=value``, of every model that has them.

    Parameters in `reserved` have options of their own. Unknown parameters are an error.
    """
    known = [set(model.get_params()) - set(reserved) for model in models]
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--param {shown(setting)} has no value: write it as NAME=VALUE.")
        having = [model for model, keys in zip(models, known, strict=True) if key in keys]
        if not having:
            of = " of " + ", ".join(type(model).__name__ for model in models)
            raise no_such("parameter", key, sorted(set().union(*known)), of)
        for model in having:
            model.set_params(**{key: literal(f"--param {key}", value)})
