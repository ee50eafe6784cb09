"""The trigger form: DAG params made from ``TrialConfig``, so that every way of starting a run has the same checked fields.

Airflow's form sends every field, defaults included. A value that equals what the form showed therefore counts as not given,
so that the configuration's other layers still speak.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from airflow.sdk import Param

from dean_provider.contract.config import TrialConfig

__all__ = ["CHOICES", "SECTIONS", "given_in_form", "trial_params", "trial_schema"]

SECTIONS: dict[str, tuple[str, ...]] = {
    "Trial": ("name", "objective", "objective_parameters", "seed", "repository", "labels"),
    "Evolution": (
        "population_size",
        "generations",
        "selection_method",
        "tournament_size",
        "elite_size",
        "crossover_rate",
        "mutation_rate",
    ),
    "Diversity": ("diversity_threshold", "intervention_rate", "intervention_target"),
    "Limits": ("token_budget", "max_time_seconds", "fitness_threshold", "stagnation_generations"),
    "Patterns": ("pattern_policy", "pattern_seeds", "pattern_seed_share"),
    "Execution": ("evaluation", "on_kill"),
}

CHOICES: dict[str, dict[str, str]] = {
    "selection_method": {
        "tournament": "Tournament: the fittest of a few drawn at random",
        "roulette": "Roulette: in proportion to fitness",
        "rank": "Rank: in proportion to the rank by fitness",
        "elitist": "Elitist: any of the fittest half",
    },
    "pattern_policy": {
        "off": "Off",
        "discover": "Discover patterns",
        "approve": "Discover patterns, and ask before applying those that hold",
        "apply": "Discover patterns and apply those that hold",
    },
    "evaluation": {"service": "In the Evolution API"},
    "on_kill": {"stop": "Stop the trial", "leave": "Leave the trial running"},
}

KEPT = (
    "type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "items",
    "minItems", "maxItems", "minProperties", "maxProperties", "additionalProperties", "propertyNames", "patternProperties",
)  # fmt: skip


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """``schema`` with every reference replaced by what it refers to: Airflow checks each param by itself."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        schema = {**definitions[reference.rpartition("/")[2]], **{key: value for key, value in schema.items() if key != "$ref"}}
    return {key: _inlined(value, definitions) for key, value in schema.items()}


def _with_optional_type(schema: dict[str, Any]) -> dict[str, Any]:
    """An optional field in the form Airflow's widgets know: ``type: [null, …]`` instead of ``anyOf``."""
    variants = schema.get("anyOf")
    if not variants:
        return schema
    others = [variant for variant in variants if variant.get("type") != "null"]
    if len(others) != 1:
        raise TypeError(f"a field of the form must have one type besides null: {schema}")
    (only,) = others
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **only, "type": ["null", only["type"]]}


def _field_schema(name: str, schema: dict[str, Any], section: str) -> dict[str, Any]:
    schema = _with_optional_type(schema)
    kept = {key: schema[key] for key in KEPT if key in schema}
    if labels := CHOICES.get(name):
        kept["values_display"] = {value: labels[value] for value in kept["enum"]}
    return {**kept, "title": _title(name), "section": section}


def _defaults() -> dict[str, Any]:
    return TrialConfig().model_dump(mode="json")


def trial_schema() -> dict[str, Any]:
    """JSON schema of :class:`~dean_provider.contract.config.TrialConfig` with every reference resolved and a title for each field."""
    schema = TrialConfig.model_json_schema()
    definitions = schema.pop("$defs", {})
    fields = {name: {**_inlined(field, definitions), "title": _title(name)} for name, field in schema["properties"].items()}
    return {**schema, "properties": fields}


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def trial_params(trial: Mapping[str, Any] | None = None) -> dict[str, Param]:
    """A DAG's params for a trial, one for each field of :class:`~dean_provider.contract.config.TrialConfig`.

    :param trial: values the form should show instead of the defaults in code; what is no field of a trial is left out.
    """
    schema = TrialConfig.model_json_schema()
    definitions = schema.get("$defs", {})
    values = {**_defaults(), **{key: value for key, value in (trial or {}).items() if key in schema["properties"]}}
    params = {}
    for section, names in SECTIONS.items():
        for name in names:
            field = _inlined(schema["properties"][name], definitions)
            params[name] = Param(values[name], description=field.get("description"), schema=_field_schema(name, field, section))
    return params


def given_in_form(params: Mapping[str, Any], shown: Mapping[str, Any], *, ignore: Collection[str] = ()) -> dict[str, Any]:
    """What a person gave in ``params``: everything that is not as the form showed it.

    :param params: the run's params, defaults and conf together.
    :param shown: values the form was made with, over the defaults in code.
    :param ignore: params that are no settings of a trial and were declared by the DAG for itself.
    """
    before = {**_defaults(), **shown}
    given = {name: value for name, value in params.items() if name not in before or value != before[name]}
    return {name: value for name, value in given.items() if name in before or name not in ignore}
