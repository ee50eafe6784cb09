"""The rules and routes that hold: those of the package, changed and added to by the operator's file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dean_provider.config.document import Document, read_document
from dean_provider.config.masking import printable
from dean_provider.config.problem import ConfigProblem, invalid
from dean_provider.config.rules import sentence
from dean_provider.monitoring.alerts.routing import NotifierChoice, Route
from dean_provider.monitoring.alerts.rule import Rule

__all__ = ["OPTION", "RuleBook", "default_book", "read_book"]

OPTION = "alert_rules_file"
DEFAULTS = Path(__file__).with_name("rules.yaml")
_MOST_RULES, _MOST_ROUTES = 300, 100
_CENTRAL = {"name", "metric", "above", "below", "at_least", "at_most", "take", "over"}
_SECTIONS = ("rules", "routes", "notifiers")


@dataclass(frozen=True)
class RuleBook:
    """:param rules: by name, in order; also those that are disabled.
    :param changed: names of rules that the operator's file gives or changes.
    """

    rules: Mapping[str, Rule]
    changed: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = ()
    notifiers: Mapping[str, NotifierChoice] = field(default_factory=dict)

    @property
    def enabled(self) -> list[Rule]:
        """Rules that are looked at."""
        return [rule for rule in self.rules.values() if rule.enabled]


@cache
def default_book() -> RuleBook:
    """The rules of the package."""
    given = read_document(DEFAULTS, OPTION).values["rules"]
    return RuleBook({name: Rule.model_validate({**fields, "name": name}) for name, fields in given.items()})


def read_book(path: Path | None) -> RuleBook:
    """The rules of the package with what the file at ``path`` says.

    :raises InvalidConfigurationError: listing every problem of the file.
    """
    if path is None:
        return default_book()
    reader = _Reader(path, read_document(path, OPTION))
    book = reader.book()
    if reader.problems:
        raise invalid(reader.problems, subject=str(path))
    return book


class _Reader:
    def __init__(self, path: Path, document: Document) -> None:
        self.path = path
        self.document = document
        self.problems: list[ConfigProblem] = []

    def book(self) -> RuleBook:
        for name in self.document.values:
            if name not in _SECTIONS:
                self._problem((name,), None, f"is no section: {', '.join(_SECTIONS)} are", _near(name, _SECTIONS))
        given, defaults = self._mapping("rules"), default_book()
        rules = dict(defaults.rules)
        for name, fields in given.items():
            rule = self._rule(name, fields, defaults.rules.get(name))
            if rule is not None:
                rules[name] = rule
        if len(rules) > _MOST_RULES:
            self._problem(("rules",), len(rules), f"must be at most {_MOST_RULES} together with those of the package")
        for name, rule in rules.items():
            for inhibitor in rule.inhibited_by:
                if inhibitor.rule not in rules and inhibitor.rule not in given:
                    self._problem(("rules", name, "inhibited_by"), inhibitor.rule, "is no rule", _near(inhibitor.rule, rules))
        notifiers = {name: made for name, fields in self._mapping("notifiers").items() if (made := self._notifier(name, fields))}
        return RuleBook(rules, frozenset(given), tuple(self._routes(rules)), notifiers)

    def _mapping(self, section: str) -> dict[str, Any]:
        found = self.document.values.get(section)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self._problem((section,), None, "must be a mapping of names to values")
            return {}
        return found

    def _rule(self, name: str, fields: Any, default: Rule | None) -> Rule | None:
        base = {} if default is None else default.model_dump(by_alias=True, exclude_unset=True, mode="json")
        given = {"enabled": fields} if isinstance(fields, bool) else fields
        if not isinstance(given, dict):
            self._problem(("rules", name), None, "must be a mapping of a rule's fields to values, or false")
            return None
        near = _near(name, default_book().rules)
        if default is None and near and "metric" not in given:
            self._problem(("rules", name), None, "is no rule of the package, and as a rule of its own it names no metric", near)
            return None
        if {"above", "below", "at_least", "at_most"} & set(given):
            base = {key: value for key, value in base.items() if key not in ("above", "below", "at_least", "at_most", "clear")}
        made: Rule | None = self._made(Rule, {**base, **given, "name": name}, ("rules", name))
        return made

    def _notifier(self, name: str, fields: Any) -> NotifierChoice | None:
        made: NotifierChoice | None = self._made(NotifierChoice, fields, ("notifiers", name))
        return made

    def _routes(self, rules: Mapping[str, Rule]) -> Iterator[Route]:
        found = self.document.values.get("routes") or []
        if not isinstance(found, list) or len(found) > _MOST_ROUTES:
            self._problem(("routes",), None, f"must be a list of at most {_MOST_ROUTES} routes")
            return
        names: set[str] = set()
        for number, fields in enumerate(found):
            keys = ("routes", str(number))
            route = self._made(Route, fields, keys)
            if route is None:
                continue
            if route.name in names:
                self._problem((*keys, "name"), route.name, "is given twice")
            names.add(route.name)
            known = self._mapping("notifiers")
            if route.notifier not in known:
                self._problem((*keys, "notifier"), route.notifier, "is no notifier of this file", _near(route.notifier, known))
            for name in route.rules:
                if name not in rules:
                    self._problem((*keys, "rules"), name, "is no rule", _near(name, rules))
            yield route

    def _made(self, model: type[BaseModel], fields: Any, keys: tuple[str, ...]) -> Any:
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details:
                self._broken(model, detail, keys)
            if model is Rule and isinstance(fields, dict):
                self._between(fields, details, keys)
            return None

    def _between(self, fields: dict[str, Any], details: list[ErrorDetails], keys: tuple[str, ...]) -> None:
        """Broken rules between those fields that are right by themselves: pydantic looks at them only when all are."""
        wrong = {detail["loc"][0] for detail in details if detail["loc"]}
        rest = {name: value for name, value in fields.items() if name not in wrong}
        if not wrong or wrong & _CENTRAL:
            return
        try:
            Rule.model_validate({"severity": "info", "summary": "?", **rest})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if detail["type"] == "dependencies":
                    self._broken(Rule, detail, keys)

    def _broken(self, model: type[BaseModel], detail: ErrorDetails, keys: tuple[str, ...]) -> None:
        inner = tuple(str(part) for part in detail["loc"])
        if detail["type"] == "dependencies":
            for one in detail["ctx"]["problems"]:
                self._problem((*keys, *inner, one["field"]), None, one["rule"], one["suggestion"])
        elif detail["type"] == "extra_forbidden":
            names = [one.alias or name for name, one in model.model_fields.items()]
            self._problem((*keys, *inner), None, "is no field here", _near(inner[-1], names))
        elif detail["type"] == "missing":
            self._problem((*keys, *inner), None, "must be given")
        else:
            self._problem((*keys, *inner), detail["input"], sentence(detail))

    def _problem(self, keys: tuple[str, ...], value: Any, rule: str, suggestion: str = "") -> None:
        line = self.document.line(keys)
        shown = value if isinstance(value, (int, float)) else None if value is None or "arguments" in keys else printable(str(value)[:100])
        origin = f"file {self.path}{f' line {line}' if line else ''}"
        self.problems.append(ConfigProblem(".".join(printable(key) for key in keys), shown, rule, origin, suggestion))


def _near(name: str, known: Any) -> str:
    found = difflib.get_close_matches(name, list(known), 1)
    return f"Did you mean {found[0]}?" if found else ""
