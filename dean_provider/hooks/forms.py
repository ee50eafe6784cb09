"""The connection types in Airflow's forms. Plain data, read by every Airflow process: nothing is imported for it."""

from __future__ import annotations

from typing import Any

__all__ = ["connection_types"]

_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_WHOLE: dict[str, Any] = {"type": ["integer", "null"]}

_SERVICE_AUTH = ["auto", "none", "basic", "bearer", "key", "jwt"]
_GATEWAY_AUTH = ["auto", "jwt", "bearer", "login"]
_AIRFLOW_AUTH = ["auto", "none", "basic", "bearer", "login"]


def _field(label: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": schema}


def _choice(default: str, values: list[str]) -> dict[str, Any]:
    return {"type": "string", "default": default, "enum": values}


def _fields(auth: list[str]) -> dict[str, Any]:
    return {
        "dialect": _field("Dialect", "Wire form the service speaks; 'auto' asks it.", {"type": "string", "default": "auto"}),
        "auth": _field(
            "Authentication",
            "auto: basic with a login (for an Airflow: login), with a password alone bearer (for the gateway: jwt), else none. "
            "key: the password in a header of its own. jwt: service tokens signed with the password. "
            "login: exchange login and password for a token.",
            _choice("auto", auth),
        ),
        "key_header": _field("Key header", "Header that carries the password when authentication is 'key'. Default X-API-Key.", _TEXT),
        "verify": _field("Verify TLS", "true, false, or the path of the authority's certificates to trust.", _TEXT),
        "cert": _field("Client certificate", "Path of a file with the client's certificate and key.", _TEXT),
        "proxy": _field("Proxy", "URL of the proxy to the service.", {**_TEXT, "format": "password"}),
        "timeout": _field("Timeout", "Seconds one attempt may take. Default: [dean] request_timeout_seconds.", _NUMBER),
        "connect_timeout": _field("Connect timeout", "Seconds to wait for a connection. Default: [dean] connect_timeout_seconds.", _NUMBER),
        "deadline": _field("Deadline", "Seconds a call may take with repetitions. Default: [dean] request_deadline_seconds.", _NUMBER),
        "attempts": _field("Attempts", "How often a call is tried in all. Default 5; 1 never repeats.", _WHOLE),
    }


def _type(name: str, hook: str, title: str, auth: list[str], *, port: str) -> dict[str, Any]:
    return {
        "connection-type": name,
        "hook-class-name": hook,
        "hook-name": title,
        "ui-field-behaviour": {
            "hidden-fields": [],
            "relabeling": {"schema": "Scheme", "password": "Password, token or secret"},
            "placeholders": {"host": "127.0.0.1", "port": port, "schema": "http or https"},
        },
        "conn-fields": _fields(auth),
    }


def connection_types() -> list[dict[str, Any]]:
    """The ``connection-types`` of Airflow's provider info."""
    gateway = _type("dean_gateway", "dean_provider.hooks.gateway.GatewayHook", "DEAN gateway", _GATEWAY_AUTH, port="8080")
    gateway["ui-field-behaviour"]["placeholders"]["host"] = "empty: this Airflow's API server"
    return [
        _type("dean_indexagent", "dean_provider.hooks.indexagent.IndexAgentHook", "DEAN IndexAgent", _SERVICE_AUTH, port="8081"),
        _type("dean_evolution", "dean_provider.hooks.evolution.EvolutionAPIHook", "DEAN Evolution API", _SERVICE_AUTH, port="8090"),
        _type("dean_airflow", "dean_provider.hooks.airflow.AirflowHook", "DEAN Airflow", _AIRFLOW_AUTH, port="8080"),
        gateway,
    ]
