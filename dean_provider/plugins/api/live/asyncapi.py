"""The sockets' own description: an AsyncAPI document, made from the contract as the OpenAPI document is made from the routes."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dean_provider import __version__
from dean_provider.contract.events import fact_types
from dean_provider.contract.events.names import EVENT_NAMES
from dean_provider.contract.live import PROTOCOL, Closing, Heartbeat, Hello, LiveEvent, Missed, Resume
from dean_provider.plugins.api.live.assembly import SOCKETS

__all__ = ["asyncapi"]

_Mode = tuple[type[BaseModel], Literal["validation", "serialization"]]
_FROM_SERVER: tuple[type[BaseModel], ...] = (Hello, Heartbeat, Missed, Closing)
_FROM_CLIENT: tuple[type[BaseModel], ...] = (Resume, Heartbeat)
_ABOUT = {"live_events": "Every event that the reader may see.", "live_trial": "Events of one trial."}
_DESCRIPTION = f"""\
Events of evolution trials as they are recorded. Ask for a ticket with `POST /dean/api/v1/live/tickets`, open the socket it names within
half a minute and offer two subprotocols: `{PROTOCOL}` and the ticket. The client sends a resume at once, with what it has or empty; the
server says hello and sends what came after. Events of one execution come in order, without gap or repeat; of the installation's own
execution everybody is sent those they may read."""


def _ref(*parts: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)}


@cache
def _described() -> dict[str, Any]:
    facts = fact_types()
    sent: list[type[BaseModel]] = [*_FROM_SERVER, LiveEvent, *facts.values()]
    inputs: list[_Mode] = [(model, "serialization") for model in sent]
    named, definitions = models_json_schema([*inputs, (Resume, "validation")], ref_template="#/components/schemas/{model}")
    schemas = definitions["$defs"]
    messages = {model.__name__.lower(): _message(model, named[model, "serialization"]) for model in _FROM_SERVER}
    messages["resume"] = _message(Resume, named[Resume, "validation"])
    live_event = named[LiveEvent, "serialization"]
    for event_type, name in sorted(EVENT_NAMES.items(), key=lambda item: item[1]):
        fact = facts[event_type]
        payload = {
            "allOf": [
                live_event,
                {"properties": {"event": {"const": name}, "event_type": {"const": event_type}, "data": named[fact, "serialization"]}},
            ]
        }
        messages[name] = {"name": name, "summary": _summary(fact), "contentType": "application/json", "payload": payload}
    channels = {name: _channel(name, path, messages) for name, (path, _) in SOCKETS.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "DEAN live updates", "version": __version__, "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": _operations(messages),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "ticket": {
                    "type": "httpApiKey",
                    "in": "header",
                    "name": "Sec-WebSocket-Protocol",
                    "description": f"`{PROTOCOL}, <ticket>`; the ticket is good for one socket, once, for half a minute.",
                }
            },
        },
    }


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _message(model: type[BaseModel], payload: Any) -> dict[str, Any]:
    return {"name": model.__name__.lower(), "summary": _summary(model), "contentType": "application/json", "payload": payload}


def _channel(name: str, path: str, messages: dict[str, Any]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": path,
        "summary": _ABOUT[name],
        "messages": {message: _ref("components", "messages", message) for message in messages},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }
    if "{workflow_id}" in path:
        channel["parameters"] = {"workflow_id": {"description": "The trial's execution, a UUID."}}
    return channel


def _operations(messages: dict[str, Any]) -> dict[str, Any]:
    """From the server's side: it sends, and receives."""
    from_client = {model.__name__.lower() for model in _FROM_CLIENT}
    operations = {}
    for name in SOCKETS:
        for action, chosen in (("send", [one for one in messages if one != "resume"]), ("receive", sorted(from_client))):
            operations[f"{action}_{name}"] = {
                "action": action,
                "channel": _ref("channels", name),
                "messages": [_ref("channels", name, "messages", message) for message in chosen],
            }
    return operations


def asyncapi(host: str = "localhost:8080", path: str = "/dean", *, secure: bool = False) -> dict[str, Any]:
    """The document, for a server at ``host``.

    :param path: where the gateway is mounted.
    """
    server = {
        "host": host,
        "pathname": path,
        "protocol": "wss" if secure else "ws",
        "security": [_ref("components", "securitySchemes", "ticket")],
    }
    return {**_described(), "servers": {"airflow": server}}
