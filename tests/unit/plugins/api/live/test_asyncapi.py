"""The document that describes the sockets is a good one, and says what is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dean_provider.contract.events.names import EVENT_NAMES
from dean_provider.contract.live import Closing, Heartbeat, Hello, Missed
from dean_provider.plugins.api.live.asyncapi import asyncapi

SCHEMA = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text("utf-8"))


def test_it_is_an_asyncapi_document() -> None:
    validator = jsonschema.Draft7Validator(SCHEMA)
    document = asyncapi()
    assert list(validator.iter_errors(document)) == []
    assert list(validator.iter_errors({**document, "channels": {"x": {"address": 1}}}))


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [one for part in value.values() for one in references(part)]
        return [one for part in value for one in references(part)] if isinstance(value, list) else []

    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_it_names_every_event() -> None:
    assert set(EVENT_NAMES.values()) < set(asyncapi()["components"]["messages"])


@pytest.mark.parametrize("model", [Hello, Missed, Heartbeat, Closing])
def test_it_describes_every_message(model: Any) -> None:
    assert model.__name__.lower() in asyncapi()["channels"]["live_events"]["messages"]


def test_what_is_sent_is_as_it_says(sockets: Any) -> None:
    trial = sockets.gateway.trial()
    document = asyncapi()
    with sockets.open() as socket:
        sockets.tell(trial, 0)
        (event,) = socket.events(1)
    for name, message in (("hello", socket.hello), ("evolution.generation.complete", event)):
        payload = document["components"]["messages"][name]["payload"]
        jsonschema.Draft202012Validator({**payload, "components": document["components"]}).validate(message)


def test_it_is_served_to_whoever_is_signed_in(sockets: Any) -> None:
    client = sockets.gateway.client
    assert client.get("/asyncapi.json").status_code == 401
    served = client.get("/asyncapi.json", headers={"x-caller": "user:viewer"}).json()
    assert served["servers"]["airflow"]["host"] == "testserver"
