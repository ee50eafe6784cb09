"""What the gateway's connection means: where it says nothing, the gateway is Airflow's own API server, and tokens are ours to sign."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from dean_provider.contract.endpoints.gateway import REFERENCE
from dean_provider.errors import ConfigurationError
from dean_provider.hooks.api_server import api_server
from dean_provider.hooks.connection import MUST_EXIST, Defaults, Settings, settings_of
from dean_provider.hooks.gateway import AUDIENCE
from dean_provider.hooks.options import AuthMode

__all__ = ["Installation", "gateway_settings", "installation", "look_up_gateway"]

SECONDS = 5.0
"""For one call, repetitions included, unless the connection says otherwise: who records must never hold up what is recorded."""

CONNECT_SECONDS = 2.0
_OWN = {
    "attempts": 2,
    "backoff_seconds": 0.2,
    "breaker_threshold": 3,
    "breaker_reset_seconds": 15.0,
    "jwt_lifetime_seconds": 600,
    "max_response_bytes": 8 * 2**20,
}
"""Where they differ from what holds for services."""


@dataclass(frozen=True)
class Installation:
    """What section [dean] says about the gateway.

    :param address: of Airflow's API server.
    :param signed_by_airflow: tokens are signed with Airflow's own API secret.
    :param redis_url: where circuit breakers are shared.
    """

    address: str
    signed_by_airflow: bool = False
    redis_url: str | None = None


def installation() -> Installation:
    """That of this Airflow."""
    from dean_provider.config import resolve

    settings = resolve().settings
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    return Installation(api_server(settings.api_url), settings.use_api_secret, redis_url)


def look_up_gateway(conn_id: str) -> Settings:
    """Resolve connection ``conn_id`` to the gateway. Talks to the task's supervisor: never call it on an event loop.

    :raises ConfigurationError: when there is no such connection, and without it no secret; or when it cannot be used.
    """
    here = installation()
    try:
        connection = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        if not here.signed_by_airflow:
            raise _missing(conn_id) from None
        connection = Connection(conn_id=conn_id, conn_type="dean_gateway")
    return gateway_settings(connection, here)


def gateway_settings(connection: Connection, here: Installation) -> Settings:
    """What ``connection`` means: its own words, else ours for the gateway.

    :raises InvalidConfigurationError: when it cannot be used, saying why.
    """
    extra = connection.extra_dejson
    if not connection.host:
        connection = Connection(
            conn_id=connection.conn_id,
            conn_type=connection.conn_type,
            host=here.address,
            login=connection.login,
            password=connection.password,
            extra=json.dumps(extra) if extra else None,
        )
    settings = settings_of(connection, Defaults(SECONDS, CONNECT_SECONDS, SECONDS, here.redis_url))
    return replace(settings, options=settings.options.model_copy(update=_ours(settings)), signed_by_airflow=here.signed_by_airflow)


def _ours(settings: Settings) -> dict[str, Any]:
    """Our values of the options about which the connection says nothing."""
    options = settings.options
    ours = {name: value for name, value in _OWN.items() if name not in options.model_fields_set}
    auth = options.auth
    if auth is AuthMode.AUTO:
        auth = AuthMode.LOGIN if settings.login else AuthMode.JWT
    dialect = REFERENCE.name if options.dialect == "auto" else options.dialect
    return {**ours, "auth": auth, "dialect": dialect, "jwt_claims": {"aud": AUDIENCE, **options.jwt_claims}}


def _missing(conn_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"There is no connection {conn_id!r} to the gateway.",
        details={"connection": conn_id, "rule": MUST_EXIST},
        suggestions=[
            f"Create it with a secret: airflow connections add {conn_id} --conn-type dean_gateway --conn-password <32 characters or more>",
            "Or set [dean] use_api_secret.",
        ],
    )
