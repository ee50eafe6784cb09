from __future__ import annotations

import pytest
from pydantic import ValidationError

from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.pattern import DetectPatterns

OPERATIONS = [*evolution.OPERATIONS, *indexagent.OPERATIONS]


def unbounded(schema, path=""):
    """Integers of a JSON schema that have no largest value."""
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from unbounded(part, f"{path}.{number}")
    elif isinstance(schema, dict):
        if schema.get("type") == "integer" and not {"maximum", "exclusiveMaximum"} & schema.keys():
            yield path
        for name, part in schema.items():
            yield from unbounded(part, f"{path}.{name}")


def endless(schema, path=""):
    """Texts and lists of a JSON schema that may be as long as anybody likes."""
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from endless(part, f"{path}.{number}")
    elif isinstance(schema, dict):
        if schema.get("type") == "string" and not {"maxLength", "pattern", "enum", "const", "format"} & schema.keys():
            yield path
        if schema.get("type") == "array" and "maxItems" not in schema:
            yield path
        for name, part in schema.items():
            yield from endless(part, f"{path}.{name}")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_text_and_list_of_a_request_is_bounded(operation):
    assert list(endless(operation.request.model_json_schema())) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_whole_number_of_a_request_is_one_a_database_can_keep(operation):
    assert list(unbounded(operation.request.model_json_schema())) == []


@pytest.mark.parametrize("field", ["start", "end"])
def test_a_generation_beyond_all_databases_is_refused(field):
    with pytest.raises(ValidationError):
        DetectPatterns(population_id="p", **{field: 10**20})
