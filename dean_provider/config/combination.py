"""Layers checked, first each value by itself and then all of them together, and made into settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dean_provider.config.layer import Given, Layer
from dean_provider.config.masking import shown, without_logins
from dean_provider.config.option import Option, options
from dean_provider.config.problem import ConfigProblem, invalid
from dean_provider.config.rules import broken_rules, dependencies
from dean_provider.config.settings import ProviderSettings
from dean_provider.config.text import to_text
from dean_provider.contract.config import TrialConfig

__all__ = ["DEFAULT_ORIGIN", "Resolved", "combined"]

DEFAULT_ORIGIN = "default"
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Resolved:
    """:param settings: what holds. :param origins: for every setting by name, where its value came from."""

    settings: ProviderSettings
    origins: dict[str, str]

    def display(self) -> dict[str, Any]:
        """Every setting by name in JSON form; secrets, and logins in addresses, masked."""
        values = {**self.settings.model_dump(mode="json", exclude={"trial"}), **self.settings.trial.model_dump(mode="json")}
        return {
            name: shown(getattr(self.settings, name)) if options()[name].secret else without_logins(value) for name, value in values.items()
        }


def combined(layers: Sequence[Layer], *, subject: str = "The configuration") -> Resolved:
    """The settings that ``layers``, lowest first, amount to.

    A value that breaks a rule by itself is reported wherever it stands, even below a good one, and then left out, so that the
    rules between the other values can still be checked.

    :raises InvalidConfigurationError: with every problem found.
    """
    problems = [problem for layer in layers for problem in (*layer.problems, *_broken(layer))]
    merged = {name: given for layer in layers for name, given in layer.given.items()}
    unusable = {problem.field.partition(".")[0] for problem in problems}
    usable = {name: given for name, given in merged.items() if name not in unusable}
    trial, between_trial = _build(TrialConfig, _values(usable, trial=True))
    settings, between = _build(ProviderSettings, {**_values(usable, trial=False), "trial": trial or TrialConfig()})
    problems += [_dependency(rule, usable) for rule in (*between, *between_trial) if not unusable & {rule["field"], *rule["depends_on"]}]
    if problems or settings is None:
        raise invalid(problems, subject=subject)
    return Resolved(settings, {name: _origin(name, usable) for name in options()})


def _values(given: Mapping[str, Given], *, trial: bool) -> dict[str, Any]:
    return {name: item.value for name, item in given.items() if options()[name].trial is trial}


def _broken(layer: Layer) -> list[ConfigProblem]:
    """The values of the layer that break a rule by themselves."""
    found = []
    for trial, model in ((False, ProviderSettings), (True, TrialConfig)):
        for name, path, value, rule in broken_rules(model, _values(layer.given, trial=trial), options()):
            option = options()[name]
            found.append(ConfigProblem(path, shown(value, secret=option.secret), rule, layer.given[name].origin, _advice(option, value)))
    return found


def _build(model: type[Model], values: Mapping[str, Any]) -> tuple[Model | None, list[dict[str, Any]]]:
    """The model of values that are right by themselves, or the rules between them that are broken."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, dependencies(error)


def _dependency(rule: Mapping[str, Any], given: Mapping[str, Given]) -> ConfigProblem:
    """The problem of a rule between fields. Whoever left a field alone must still see which value it clashes with, and whence."""
    name = rule["field"]
    others = ", ".join(f"{other}: {_origin(other, given)}" for other in rule["depends_on"] if other in given)
    value = given[name].value if name in given else options()[name].default
    return ConfigProblem(name, shown(value), rule["rule"], _origin(name, given) + (f"; {others}" if others else ""), rule["suggestion"])


def _origin(name: str, given: Mapping[str, Given]) -> str:
    return given[name].origin if name in given else DEFAULT_ORIGIN


def _advice(option: Option, value: Any) -> str:
    choices = option.schema.get("enum", [])
    close = get_close_matches(value.lower(), choices, n=1) if isinstance(value, str) and len(value) < 100 else []
    if close:
        return f"Did you mean {close[0]}?"
    example = "" if option.example in (None, "", {}, []) or choices else f"For example {option.name}: {to_text(option.example)}. "
    return f"{example}{option.description}"
