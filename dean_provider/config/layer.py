"""One layer of the configuration: the settings somebody gave in one place, by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from dean_provider.config.masking import MASK, holds_login, printable, shown
from dean_provider.config.option import options, trial_options
from dean_provider.config.problem import ConfigProblem

__all__ = ["Given", "Layer", "layer_of", "unknown"]

TRIAL = "trial"
DEEPEST = 16
MOST_VALUES = 10_000
LONGEST_TEXT = 65_536
SECRET = re.compile(r"pass(word|wd|phrase)?|secret|token|credential|key|auth|private|dsn|url", re.IGNORECASE)
NO_LOGIN = "A trial's settings are recorded and shown: let the service that reads the address hold the login."
NUMBER = re.compile(r"[+-]?[\d_.]{1,12}")

Origin = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True)
class Given:
    """:param value: in JSON form. :param origin: where it was given, in words."""

    value: Any
    origin: str


@dataclass
class Layer:
    """:param given: the settings given here, by name. :param problems: what could not be taken."""

    given: dict[str, Given] = field(default_factory=dict)
    problems: list[ConfigProblem] = field(default_factory=list)

    def take(self, name: str, value: Any, origin: str) -> None:
        """Note that ``name`` was given, unless it was already, or the value is one that no configuration can hold or no record may."""
        if name in self.given:
            self.problems.append(ConfigProblem(name, shown(value), "is given twice", origin, f"Remove one of the two values of {name}."))
        elif rule := _unfit(value):
            self.problems.append(ConfigProblem(name, shown(value, secret=options()[name].secret), rule, origin))
        elif options()[name].trial and any(holds_login(text) for text in _texts(value)):
            self.problems.append(ConfigProblem(name, shown(value), "may hold no login in an address", origin, NO_LOGIN))
        else:
            self.given[name] = Given(value, origin)

    def refuse(self, problem: ConfigProblem) -> None:
        self.problems.append(problem)


def layer_of(values: Mapping[Any, Any], origin: Origin) -> Layer:
    """Read a mapping of settings. A trial's field is written by itself, as ``trial.<field>`` or inside ``trial``.

    :param values: arbitrary JSON; what is no setting becomes a problem.
    :param origin: tells where the value at a path of keys was given.
    """
    layer = Layer()
    for key, value in values.items():
        path = (str(key),)
        of_trial, name = path[0].startswith(f"{TRIAL}."), path[0].removeprefix(f"{TRIAL}.")
        if key == TRIAL and isinstance(value, Mapping):
            _take_trial(layer, value, origin)
        elif key == TRIAL:
            layer.refuse(ConfigProblem(TRIAL, shown(value), "must be a mapping of names to values", origin(path)))
        else:
            _take(layer, name, value, origin(path), of_trial=of_trial)
    return layer


def _take_trial(layer: Layer, values: Mapping[Any, Any], origin: Origin) -> None:
    for key, value in values.items():
        path = (TRIAL, str(key))
        _take(layer, path[1], value, origin(path), of_trial=True)


def _take(layer: Layer, name: str, value: Any, origin: str, *, of_trial: bool) -> None:
    known = trial_options() if of_trial else options()
    if name in known:
        layer.take(name, value, origin)
    elif of_trial:
        layer.refuse(_unknown_of_trial(name, value, origin))
    else:
        layer.refuse(unknown(name, value, origin, known))


def _unknown_of_trial(name: str, value: Any, origin: str) -> ConfigProblem:
    problem = unknown(name, value, origin, trial_options())
    hint = f"Write {name} outside of {TRIAL}." if name in options() else problem.suggestion
    return replace(problem, rule="is not a setting of a trial", suggestion=hint)


def unknown(name: str, value: Any, origin: str, candidates: Iterable[str]) -> ConfigProblem:
    """The problem of a setting that does not exist. Its value is hidden where the name is, or resembles, a secret's."""
    name = printable(name[:LONGEST_TEXT])
    close = get_close_matches(name[:100], list(candidates), n=1, cutoff=0.6)
    secrets = tuple(option.name for option in options().values() if option.secret)
    secret = SECRET.search(name) is not None or any(each.lower().endswith(secrets) for each in close)
    hidden = secret and not NUMBER.fullmatch(str(value))
    hint = f"Did you mean {close[0]}?" if close else "`dean config show` lists every setting."
    return ConfigProblem(name if len(name) <= 100 else f"{name[:99]}…", MASK if hidden else shown(value), "is not a setting", origin, hint)


def _unfit(value: Any) -> str | None:
    """The rule a value breaks that could not even be checked, stored or sent: too deep, too much of it, or no JSON."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            return f"may be nested at most {DEEPEST} levels deep"
        if seen > MOST_VALUES:
            return f"may hold at most {MOST_VALUES} values"
        if isinstance(item, float) and not math.isfinite(item):
            return "must be a finite number"
        if isinstance(item, str) and (rule := _unfit_text(item)):
            return rule
        waiting.extend((child, depth + 1) for child in _children(item))
    return None


def _children(item: Any) -> Iterable[Any]:
    if isinstance(item, Mapping):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, (list, tuple)) else ()


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        waiting.extend(_children(item))


def _unfit_text(text: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        return f"must have at most {LONGEST_TEXT} characters"
    return None if text.isascii() or text.encode("utf-8", "ignore").decode() == text else "must be valid Unicode text"
