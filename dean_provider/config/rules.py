"""pydantic's findings as plain rules that name what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dean_provider.config.masking import printable
from dean_provider.config.option import Kind, Option

__all__ = ["broken_rules", "dependencies", "sentence"]

DEPENDENCIES = "dependencies"

MUST_BE = {
    Kind.TEXT: "must be text",
    Kind.WHOLE: "must be a whole number",
    Kind.NUMBER: "must be a number",
    Kind.TRUTH: "must be true or false",
    Kind.LIST: "must be a list",
    Kind.MAPPING: "must be a mapping of names to values",
}

RULES = {
    "greater_than_equal": "must be at least {ge:.16g}",
    "greater_than": "must be above {gt:.16g}",
    "less_than_equal": "must be at most {le:.16g}",
    "less_than": "must be below {lt:.16g}",
    "finite_number": "must be a finite number",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "string_unicode": "must be valid Unicode text",
    "enum": "must be one of {expected}",
    "uuid_parsing": "must be a UUID, such as 3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60",
    "uuid_type": "must be a UUID, such as 3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60",
}


def broken_rules(model: type[BaseModel], values: Mapping[str, Any], known: Mapping[str, Option]) -> list[tuple[str, str, Any, str]]:
    """What is wrong with each value by itself: ``(name, path into it, value, rule)``; rules between fields are not looked at."""
    found = [(name, name, values[name], MUST_BE[known[name].kind]) for name in values if _is_stray_truth(values[name], known[name])]
    stray = {name for name, *_ in found}
    try:
        model.model_validate({name: value for name, value in values.items() if name not in stray})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] != DEPENDENCIES:
                name = str(detail["loc"][0])
                found.append((name, _path(detail), detail["input"], _rule(detail, known[name])))
    return found


def dependencies(error: ValidationError) -> list[dict[str, Any]]:
    """The broken rules between fields that ``error`` carries."""
    return [problem for detail in error.errors() if detail["type"] == DEPENDENCIES for problem in detail["ctx"]["problems"]]


def _is_stray_truth(value: Any, option: Option) -> bool:
    """Whether ``value`` is true or false where a number is wanted: pydantic would take it for 1 or 0."""
    return isinstance(value, bool) and option.kind in (Kind.WHOLE, Kind.NUMBER)


def _path(detail: ErrorDetails) -> str:
    return ".".join(printable(str(part)) for part in detail["loc"] if part != "[key]")


def _rule(detail: ErrorDetails, option: Option) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    inside = len(detail["loc"]) > 1
    if detail["loc"][-1] == "[key]":
        return f"has a name that {_sentence(kind, context, detail)}"
    if inside:
        return _sentence(kind, context, detail)
    if kind in ("too_long", "too_short"):
        bound = f"at most {context['max_length']}" if kind == "too_long" else f"at least {context['min_length']}"
        return f"must have {bound} entries"
    if kind.endswith(("_type", "_parsing", "_parsing_size", "_from_float")) and not kind.startswith("uuid"):
        return MUST_BE[option.kind]
    rule = _sentence(kind, context, detail)
    bounded = kind in ("greater_than_equal", "less_than_equal") and option.allowed
    return f"{rule} (allowed: {option.allowed})" if bounded else rule


def sentence(detail: ErrorDetails) -> str:
    """What must hold, in words."""
    return _sentence(detail["type"], detail.get("ctx", {}), detail)


def _sentence(kind: str, context: Mapping[str, Any], detail: ErrorDetails) -> str:
    if kind in RULES:
        return RULES[kind].format(**{**context, "expected": str(context.get("expected", "")).replace("'", "")})
    if kind == "string_type":
        return MUST_BE[Kind.TEXT]
    return printable(detail["msg"][:1].lower() + detail["msg"][1:])
