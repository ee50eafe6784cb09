"""Query parameters in OpenAPI one by one, as they are sent, where FastAPI describes the model they are read into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["flat_parameters"]

_MODEL = "#/components/schemas/"


def flat_parameters(schema: dict[str, Any]) -> None:
    """Put the fields of a model in the place of the parameter that stands for it, in every operation of ``schema``."""
    models = schema["components"]["schemas"]
    for operation in (one for methods in schema["paths"].values() for one in methods.values()):
        if "parameters" in operation:
            operation["parameters"] = [flat for given in operation["parameters"] for flat in _flat(given, models)]


def _flat(given: dict[str, Any], models: dict[str, Any]) -> Iterator[dict[str, Any]]:
    model = models.get(given["schema"].get("$ref", "").removeprefix(_MODEL), {})
    if given["in"] != "query" or model.get("type") != "object":
        yield given
        return
    required = model.get("required", [])
    for name, field in model["properties"].items():
        described = {"description": field["description"]} if "description" in field else {}
        yield {"name": name, "in": "query", "required": name in required, "schema": field, **described}
