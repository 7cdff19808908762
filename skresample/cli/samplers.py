"""List the samplers; find, make and configure one by its name."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from rich.table import Table

from skresample._messages import did_you_mean
from skresample.cli.options import literal
from skresample.cli.terminal import console, shown
from skresample.registry import FORMER_NAMES, all_samplers, default_sampler, default_samplers

__all__ = ["choose", "configure", "make_sampler", "make_samplers", "sampler_names", "samplers"]


def samplers() -> None:
    """List the samplers, what they do and their papers."""
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
    return {_command_name(name): name for name in all_samplers()}


def _command_name(class_name: str) -> str:
    """Put hyphens between the words of a class name, of which SMOTE is one."""
    between = r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])|(?<=.)(?=SMOTE$)"
    return re.sub(between, "-", class_name).lower()


def choose(given: str, names: Iterable[str], what: str) -> str:
    """Return the name that is meant: upper case, hyphens and underscores do not matter."""
    plain = {re.sub("[-_ ]", "", name).lower(): name for name in names}
    wanted = re.sub("[-_ ]", "", given).lower()
    if wanted in plain:
        return plain[wanted]
    raise ValueError(
        f"There is no {what} {shown(given)}.{did_you_mean(given, plain.values())} There are: "
        f"{', '.join(plain.values())}."
    )


def _class_name(given: str) -> str:
    """Return the class name of the sampler that is meant, by its present or former name."""
    names = sampler_names()
    former = {old.lower(): new for old, new in FORMER_NAMES.items()}
    return former.get(re.sub("[-_ ]", "", given).lower()) or names[choose(given, names, "sampler")]


def make_sampler(name: str, settings: list[str]) -> Any:
    """Return the sampler of a name as `compare` has it, but for the given parameters."""
    model = default_sampler(_class_name(name))
    configure([model], settings, reserved=("random_state", "sampling_strategy"))
    return model


def make_samplers(names: list[str], settings: list[str]) -> dict[str, Any]:
    """Return the samplers to compare by class name: those named, or the default ones."""
    chosen = list(map(_class_name, names))
    models = {name: default_sampler(name) for name in chosen} or default_samplers()
    configure(list(models.values()), settings, reserved=("random_state",))
    return models


def configure(models: list[Any], settings: list[str], *, reserved: tuple[str, ...]) -> None:
    """Set parameters, given as ``name=value``, of every model that has them.

    Parameters in `reserved` have options of their own. A parameter that no model has is an error.
    """
    known = [set(model.get_params()) - set(reserved) for model in models]
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--param {shown(setting)} has no value: write it as NAME=VALUE.")
        having = [model for model, keys in zip(models, known, strict=True) if key in keys]
        if not having:
            names = sorted(set().union(*known))
            raise ValueError(
                f"{', '.join(type(model).__name__ for model in models)}: there is no parameter "
                f"{shown(key)}.{did_you_mean(key, names)} There are: {', '.join(names)}."
            )
        for model in having:
            model.set_params(**{key: literal(f"--param {key}", value)})
