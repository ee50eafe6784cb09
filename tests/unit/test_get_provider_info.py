"""Airflow can read what the provider says of itself, and everything named there exists."""

from __future__ import annotations

import importlib
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest

from dean_provider import __version__
from dean_provider.get_provider_info import get_provider_info

INFO = get_provider_info()


def _resolve(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _named_classes() -> list[str]:
    paths = [entry["hook-class-name"] for entry in INFO["connection-types"]]
    paths += INFO["extra-links"] + INFO["cli"] + INFO.get("db-managers", []) + INFO.get("notifications", [])
    paths += [entry[key] for entry in INFO["asset-uris"] for key in ("handler", "factory") if entry.get(key)]
    return paths


def test_valid_against_airflows_schema() -> None:
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(INFO, schema)


def test_named_after_the_distribution_with_its_version() -> None:
    assert INFO["package-name"] == distribution("dean-provider").metadata["Name"]
    assert INFO["versions"][0] == __version__ == distribution("dean-provider").version


@pytest.mark.parametrize("path", _named_classes())
def test_every_named_object_exists(path: str) -> None:
    assert callable(_resolve(path))


@pytest.mark.parametrize("kind", ["operators", "sensors", "hooks", "triggers"])
def test_every_listed_module_exists(kind: str) -> None:
    modules = [name for entry in INFO[kind] for name in entry["python-modules"]]
    assert modules
    for name in modules:
        importlib.import_module(name)


def test_complete() -> None:
    assert {"connection-types", "config", "cli", "triggers", "asset-uris", "extra-links", "integrations"} <= set(INFO)
    assert INFO["asset-uris"][0]["schemes"] == ["dean"]
