from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from dean_provider.hooks import AirflowHook, EvolutionAPIHook, GatewayHook, IndexAgentHook
from dean_provider.hooks.forms import connection_types
from dean_provider.hooks.options import AuthMode, ConnectionOptions

PROVIDERS_OWN = {"verify", "cert", "proxy"}


def test_is_what_airflow_takes() -> None:
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())

    jsonschema.validate(connection_types(), schema["properties"]["connection-types"])


@pytest.mark.parametrize("hook", [IndexAgentHook, EvolutionAPIHook, AirflowHook, GatewayHook])
def test_airflow_finds_each_hook_and_its_form(hook: Any) -> None:
    manager = ProvidersManagerTaskRuntime()
    info = manager.hooks[hook.conn_type]

    assert info is not None
    assert (info.hook_class_name, info.hook_name) == (f"{hook.__module__}.{hook.__name__}", hook.hook_name)
    assert (info.connection_id_attribute_name, info.connection_testable) == ("conn_id", True)


def test_every_field_is_an_option_and_every_default_works() -> None:
    for form in connection_types():
        fields = form["conn-fields"]
        assert set(fields) - PROVIDERS_OWN <= set(ConnectionOptions.model_fields)
        assert set(fields["auth"]["schema"]["enum"]) <= {mode.value for mode in AuthMode}
        defaults = {name: field["schema"]["default"] for name, field in fields.items() if "default" in field["schema"]}
        assert ConnectionOptions.model_validate(defaults) == ConnectionOptions()
        assert all(field["label"] and field["description"] for field in fields.values())
