"""A connection as the hooks use it: the HTTP provider's meaning of it plus our own options, resolved once.

Both transports are built from :class:`Settings`, so that an option can never hold for one of them and be ignored by the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dean_provider import __version__
from dean_provider.errors import ConfigurationError
from dean_provider.hooks.masking import without_userinfo
from dean_provider.hooks.options import ConnectionOptions, options_of
from dean_provider.hooks.reading import Reading, read, unusable

if TYPE_CHECKING:
    from airflow.sdk import Connection

__all__ = ["MUST_EXIST", "Defaults", "Settings", "installation_defaults", "look_up", "settings_of"]

MUST_EXIST = "must exist"
"""The rule that is broken, in an error's details, when there is no connection of that name."""

_COUNT = re.compile("[0-9]{1,3}")
_MOST_REDIRECTS = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECRET_NAME = re.compile(r"auth|cookie|key|passw|secret|token|proxy|proxies", re.IGNORECASE)


@dataclass(frozen=True)
class Defaults:
    """What holds where a connection says nothing: seconds, and the Redis that circuit breakers share."""

    timeout: float = 30.0
    connect_timeout: float = 5.0
    deadline: float = 120.0
    redis_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """All that calls over one connection need to know.

    :param base_url: scheme, host, port and path below which the service lies; no login, no trailing slash.
    :param headers: headers of every call, authentication aside.
    :param basic: the Authorization header the HTTP provider makes of login and password.
    :param verify: whether to verify certificates, or the file or folder of authorities to trust.
    :param cert: client certificate: one file, or certificate and key.
    :param proxy: the proxy for this service, login included.
    :param signed_by_airflow: tokens are signed with Airflow's own API secret instead of the password.
    :param relocatable: the address came from a DNS SRV record and may be another one next time.
    :param secrets: texts that nobody must see.
    """

    conn_id: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    basic: str | None = field(default=None, repr=False)
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    proxy: str | None = field(default=None, repr=False)
    follow_redirects: bool = True
    max_redirects: int = 30
    timeout: float = 30.0
    connect_timeout: float = 5.0
    deadline: float = 120.0
    options: ConnectionOptions = field(default_factory=ConnectionOptions)
    redis_url: str | None = field(default=None, repr=False)
    signed_by_airflow: bool = False
    relocatable: bool = False
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def installation_defaults() -> Defaults:
    """The section [dean] of this installation."""
    from dean_provider.config import resolve

    settings = resolve().settings
    return Defaults(
        timeout=settings.request_timeout_seconds,
        connect_timeout=settings.connect_timeout_seconds,
        deadline=settings.request_deadline_seconds,
        redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None,
    )


def look_up(conn_id: str) -> Settings:
    """Resolve connection ``conn_id``. Talks to the task's supervisor and reads files: never call it on an event loop.

    :raises ConfigurationError: when there is no such connection or it cannot be used.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"There is no connection {conn_id!r}.",
            details={"connection": conn_id, "rule": MUST_EXIST},
            suggestions=[f"Create it with 'airflow connections add {conn_id}' or in the UI."],
        ) from None
    return settings_of(connection, installation_defaults())


def settings_of(connection: Connection, defaults: Defaults | None = None) -> Settings:
    """What ``connection`` means.

    :raises InvalidConfigurationError: when it cannot be used, saying why.
    """
    from requests.utils import select_proxy

    defaults, conn_id, extra = defaults or Defaults(), connection.conn_id, connection.extra_dejson
    options, foreign = options_of(extra, conn_id=conn_id)
    reading = read(connection, foreign)
    session, address = reading.session, urlsplit(reading.url)
    surroundings = session.merge_environment_settings(reading.url, session.proxies or {}, False, session.verify, session.cert)
    proxy = select_proxy(reading.url, surroundings["proxies"])
    timeout = options.timeout or defaults.timeout
    settings = Settings(
        conn_id=conn_id,
        base_url=without_userinfo(reading.url).rstrip("/"),
        headers=_headers(reading, options, conn_id),
        login=connection.login or unquote(address.username or "") or None,
        password=connection.password or unquote(address.password or "") or None,
        basic=_basic(reading, conn_id),
        verify=_existing(surroundings["verify"], "verify", conn_id),
        cert=_certificate(session.cert, conn_id),
        proxy=proxy,
        follow_redirects=reading.follow_redirects,
        max_redirects=_redirects(session.max_redirects, conn_id),
        timeout=timeout,
        connect_timeout=min(options.connect_timeout or defaults.connect_timeout, timeout),
        deadline=options.deadline or max(defaults.deadline, timeout),
        options=options,
        redis_url=defaults.redis_url,
        relocatable=reading.relocatable,
        secrets=frozenset(_secrets(connection, {**foreign, **options.headers}, reading, proxy, defaults)),
    )
    session.close()
    return settings


def _headers(reading: Reading, options: ConnectionOptions, conn_id: str) -> dict[str, str]:
    given = {**reading.headers, **options.headers}
    for name, value in given.items():
        if isinstance(value, dict | list):
            raise unusable(
                conn_id, f"extra.{name}", f"the header {name!r} is no text", "Every key of the extra we do not know is a header."
            )
        if _CONTROL.search(f"{name}{value}"):
            raise unusable(conn_id, f"extra.{name}", "a header holds a control character", "Remove line breaks from it.")
    ours = {"User-Agent": f"dean-provider/{__version__}", "Accept": "application/json, */*", "Accept-Encoding": "gzip, deflate"}
    taken = {name.lower() for name in given}
    return {
        **{name: value for name, value in ours.items() if name.lower() not in taken},
        **{name: str(value) for name, value in given.items()},
    }


def _basic(reading: Reading, conn_id: str) -> str | None:
    try:
        return reading.authorization
    except UnicodeEncodeError:
        raise unusable(conn_id, "login", "basic authentication cannot carry this login or password", "Use Latin-1 characters.") from None


def _redirects(given: Any, conn_id: str) -> int:
    """Forms send numbers as text."""
    text = str(given).strip()
    if not _COUNT.fullmatch(text) or int(text) > _MOST_REDIRECTS:
        rule = f"max_redirects is no whole number from 0 to {_MOST_REDIRECTS}"
        raise unusable(conn_id, "extra.max_redirects", rule, "Leave it out for 30, or set allow_redirects to false to follow none.")
    return int(text)


def _existing(path: Any, name: str, conn_id: str) -> Any:
    if isinstance(path, str) and not Path(path).exists():
        raise unusable(conn_id, f"extra.{name}", f"there is no {path!r} on this machine", "Give a path that exists where tasks run.")
    return path


def _certificate(cert: Any, conn_id: str) -> str | tuple[str, str] | None:
    if not cert:
        return None
    files = [str(_existing(path, "cert", conn_id)) for path in ([cert] if isinstance(cert, str) else cert)]
    return files[0] if len(files) == 1 else (files[0], files[1])


def _secrets(connection: Connection, headers: dict[str, Any], reading: Reading, proxy: str | None, defaults: Defaults) -> Iterator[str]:
    """Everything that must not be seen, as it is and as it is quoted in a URL."""
    basic = reading.authorization
    inline = [urlsplit(url).password for url in (reading.url, proxy, defaults.redis_url) if url]
    values = [value for name, value in headers.items() if isinstance(value, str) and "://" not in value and _SECRET_NAME.search(name)]
    for secret in [connection.password, basic.partition(" ")[2] if basic else None, *inline, *values]:
        if secret:
            yield from {secret, unquote(secret)}
