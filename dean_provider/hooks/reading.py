"""How the HTTP provider reads a connection: its own hook makes the session, we look at what it made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dean_provider.errors import InvalidConfigurationError

if TYPE_CHECKING:
    import requests
    from airflow.sdk import Connection

__all__ = ["Reading", "read", "unusable"]

_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})
_TRUTHS = frozenset({"verify", "verify_ssl", "allow_redirects", "trust_env", "stream", "srv_lookup"})


@dataclass(frozen=True)
class Reading:
    """What :class:`airflow.providers.http.hooks.http.HttpHook` makes of a connection.

    :param session: its session, with headers, authentication, TLS, proxies and redirects set.
    :param url: the service's address, login included if the host held one.
    :param follow_redirects: whether it would.
    :param relocatable: whether the address came from a DNS SRV record.
    """

    session: requests.Session
    url: str
    follow_redirects: bool
    relocatable: bool

    @property
    def headers(self) -> dict[str, Any]:
        """Headers the connection asks for: every key of the extra that the provider does not know."""
        from requests.utils import default_headers

        usual = default_headers()
        return {key: value for key, value in self.session.headers.items() if usual.get(key) != value and key != "srv_lookup"}

    @property
    def authorization(self) -> str | None:
        """The Authorization header, written by the very object the provider attaches to its session.

        :raises UnicodeEncodeError: for a login or password that basic authentication cannot carry.
        """
        from requests.auth import HTTPBasicAuth

        auth, address = self.session.auth, urlsplit(self.url)
        if auth is None and address.username is not None:
            auth = HTTPBasicAuth(unquote(address.username), unquote(address.password or ""))
        if not callable(auth):
            return None
        request: Any = SimpleNamespace(headers={})
        auth(request)
        value = request.headers.get("Authorization")
        return value.decode("latin-1") if isinstance(value, bytes) else value


def read(connection: Connection, extra: dict[str, Any]) -> Reading:
    """Have the HTTP provider read ``connection`` with ``extra`` in place of its own.

    :raises InvalidConfigurationError: when it cannot.
    """
    from airflow.providers.http.hooks.http import HttpHook
    from airflow.sdk import Connection

    if not connection.host:
        raise unusable(connection.conn_id, "host", "it has no host", "Set the host of the service.")
    plain_extra = _normalised(extra)
    plain = Connection(
        conn_id=connection.conn_id,
        conn_type="http",
        host=connection.host,
        schema=connection.schema,
        port=connection.port,
        login=connection.login,
        password=connection.password or "",
        extra=json.dumps(plain_extra) if plain_extra else None,
    )

    class Reader(HttpHook):
        def get_connection(self, conn_id: str) -> Connection:  # type: ignore[override]  # noqa: ARG002
            return plain

    try:
        reader = Reader(http_conn_id=connection.conn_id)
        session = reader.get_conn()
        url = reader.url_from_endpoint("")
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except Exception as error:  # noqa: BLE001 - whatever the provider cannot read is a connection that cannot be used
        raise unusable(connection.conn_id, "connection", _first_line(error), "Compare it with an HTTP connection that works.") from None
    if not usable:
        raise unusable(connection.conn_id, "host", "its address is no http or https URL", "Set schema to http or https, and a host.")
    return Reading(
        session=session,
        url=url,
        follow_redirects=plain_extra.get("allow_redirects", True) is not False,
        relocatable=plain_extra.get("srv_lookup") is True,
    )


def unusable(conn_id: str, field: str, why: str, suggestion: str) -> InvalidConfigurationError:
    """The error for a connection that cannot be used."""
    return InvalidConfigurationError(
        f"Connection {conn_id!r} cannot be used: {why}.",
        details={"connection": conn_id, "problems": [{"field": field, "rule": why, "suggestion": suggestion}]},
        suggestions=[suggestion],
    )


def _normalised(extra: dict[str, Any]) -> dict[str, Any]:
    """Forms send truth values as text, and one proxy for all schemes."""
    told = {key: _truth(value) if key in _TRUTHS else value for key, value in extra.items()}
    for key in ("proxies", "proxy"):
        if isinstance(told.get(key), str):
            told[key] = {"http": told[key], "https": told[key]}
    return told


def _truth(value: Any) -> Any:
    text = str(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else value


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
