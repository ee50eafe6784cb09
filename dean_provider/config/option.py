"""Every setting as an :class:`Option`: one flat list, read from the models, that the layers, the documents and the provider info share.

A trial's fields and the provider's own settings have disjoint names, so one name is enough to say which is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from dean_provider.config.settings import ProviderSettings
from dean_provider.contract.config import TrialConfig

__all__ = ["SECTION", "Kind", "Option", "options", "trial_options"]

SECTION = "dean"
TRIAL_PREFIX = "trial_"

EXAMPLES: dict[str, Any] = {
    "objective_parameters": {"dimension": 10},
    "token_budget": 100_000,
    "fitness_threshold": -0.03,
    "stagnation_generations": 20,
    "seed": 42,
    "repository": "https://example.org/agents.git",
    "pattern_seeds": ["pattern-1", "pattern-2"],
    "labels": {"team": "packing"},
}


class Kind(str, Enum):
    """How a value is written."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    LIST = "list"
    MAPPING = "mapping"


KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.WHOLE,
    "number": Kind.NUMBER,
    "boolean": Kind.TRUTH,
    "array": Kind.LIST,
    "object": Kind.MAPPING,
}


@dataclass(frozen=True)
class Option:
    """One setting.

    :param name: its name, unique over trial fields and provider settings.
    :param trial: whether it is a field of :class:`TrialConfig`.
    :param kind: how a value is written.
    :param nullable: whether ``null`` (``none`` in text) is a value.
    :param default: the default in code, in JSON form.
    :param example: a value that works, in JSON form.
    :param schema: its part of the model's JSON schema, references resolved and ``null`` taken out.
    :param secret: whether values are masked wherever they are shown.
    :param installation: whether it belongs to the installation, so that a single run cannot set it.
    """

    name: str
    trial: bool
    kind: Kind
    nullable: bool
    default: Any
    example: Any
    description: str
    schema: dict[str, Any]
    secret: bool = False
    installation: bool = False

    @property
    def airflow_name(self) -> str:
        """The option's name in airflow.cfg's section [dean]."""
        return f"{TRIAL_PREFIX}{self.name}" if self.trial else self.name

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return f"AIRFLOW__{SECTION.upper()}__{self.airflow_name.upper()}"

    @property
    def allowed(self) -> str:
        """The values allowed, in words: ``2 to 10000``, ``stop or leave``, a pattern; empty if its kind says all."""
        if "enum" in self.schema:
            return " or ".join(", ".join(self.schema["enum"]).rsplit(", ", 1))
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        if low is not None and high is not None:
            return f"{low:g} to {high:.16g}"
        return str(self.schema.get("pattern", ""))


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema without ``$ref`` and without the branch for ``null``, and whether there was one."""
    branches = [branch for branch in schema.get("anyOf", []) if branch.get("type") != "null"]
    nullable = len(branches) < len(schema.get("anyOf", []))
    flat = {**schema, **(branches[0] if branches else {})}
    if "$ref" in flat:
        flat = {**definitions[flat["$ref"].rsplit("/", 1)[1]], **flat}
    return {key: value for key, value in flat.items() if key not in ("anyOf", "$ref", "title")}, nullable


def _options_of(model: type[ProviderSettings | TrialConfig], *, trial: bool) -> dict[str, Option]:
    document = model.model_json_schema()
    defaults = model().model_dump(mode="json", exclude={"trial"})
    found = {}
    for name, default in defaults.items():
        schema, nullable = _resolved(document["properties"][name], document.get("$defs", {}))
        example = next(iter(schema.get("examples", ())), EXAMPLES.get(name, default))
        found[name] = Option(
            name=name,
            trial=trial,
            kind=KINDS[schema["type"]],
            nullable=nullable,
            default=default,
            example=example,
            description=schema["description"],
            schema=schema,
            secret=schema.get("format") == "password",
            installation=bool(schema.get("installation")),
        )
    return found


@cache
def trial_options() -> dict[str, Option]:
    """The fields of a trial by name."""
    return _options_of(TrialConfig, trial=True)


@cache
def options() -> dict[str, Option]:
    """Every setting by name: the provider's own first, then the fields of a trial."""
    return {**_options_of(ProviderSettings, trial=False), **trial_options()}
