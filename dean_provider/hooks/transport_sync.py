"""Requests sent by ``requests``, over sessions that stay open."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError

from dean_provider.errors import DeanError
from dean_provider.hooks.bounded import BoundedAdapter, reading_until
from dean_provider.hooks.connection import Settings
from dean_provider.hooks.failures import broken, not_connected, timed_out, too_large, unsendable
from dean_provider.hooks.message import Answer, Outgoing

__all__ = ["SyncTransport"]

_CHUNK = 65_536


class SyncTransport:
    """Sends requests over one kept session for each thread of this process.

    Requests go straight to the session's adapter: what a session adds (redirects, cookies, the environment's proxies and authorities) was
    settled when the connection was resolved, or is not wanted.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = threading.local()

    @property
    def session(self) -> requests.Session:
        """This thread's session."""
        if getattr(self._kept, "pid", None) != os.getpid():
            self._kept.session, self._kept.pid = self._make(), os.getpid()
        session: requests.Session = self._kept.session
        return session

    def send(self, request: Outgoing) -> Answer:
        """Send ``request`` and read its whole answer.

        :raises NetworkError: when no complete answer came.
        :raises ConfigurationError: when it cannot be sent, or the service's certificate is not trusted.
        """
        ends = time.monotonic() + request.seconds
        try:
            with reading_until(ends):
                response = self.session.get_adapter(request.url).send(_prepared(request), **self._options(request.seconds))
                try:
                    body = self._read(request, response, ends)
                finally:
                    response.close()
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failure(request, error) from None
        return Answer(response.status_code, response.headers, body)

    def close(self) -> None:
        """Close this thread's session."""
        if getattr(self._kept, "pid", None) == os.getpid():
            self._kept.session.close()
        self._kept = threading.local()

    def _make(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.headers.clear()
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = BoundedAdapter(idle=120, count=20, interval=30)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _options(self, seconds: float) -> dict[str, Any]:
        settings = self._settings
        return {
            "stream": True,
            "timeout": (min(settings.connect_timeout, seconds), seconds),
            "verify": settings.verify,
            "cert": settings.cert,
            "proxies": {"http": settings.proxy, "https": settings.proxy} if settings.proxy else {},
        }

    def _read(self, request: Outgoing, response: requests.Response, ends: float) -> bytes:
        bound = self._settings.options.max_response_bytes
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > bound:
            raise too_large(request, bound)
        parts: list[bytes] = []
        size = 0
        for chunk in _chunks(response):
            parts.append(chunk)
            size += len(chunk)
            if size > bound:
                raise too_large(request, bound)
            if time.monotonic() > ends:
                raise timed_out(request)
        return b"".join(parts)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives: a trickle comes in small pieces, so that size and time are checked between them."""
    raw: Any = response.raw
    read = getattr(raw, "read1", raw.read)  # urllib3 1 has no read1
    while chunk := read(_CHUNK, decode_content=True):
        yield chunk


def _prepared(request: Outgoing) -> requests.PreparedRequest:
    """The request as ``requests`` sends it. URL and headers are final already; preparing them again costs more than sending."""
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = request.method, request.url, request.body
    prepared.headers = CaseInsensitiveDict(request.headers)
    if request.body is not None or request.method not in ("GET", "HEAD"):
        prepared.headers["Content-Length"] = str(len(request.body or b""))
    return prepared


def _failure(request: Outgoing, error: Exception) -> DeanError:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return not_connected(request, error)
    if isinstance(error, requests.exceptions.Timeout | ReadTimeoutError | TimeoutError):
        return timed_out(request)
    if isinstance(error, requests.exceptions.ConnectionError):
        reason = getattr(error.args[0], "reason", None) if error.args else None
        return not_connected(request, error) if isinstance(reason, NewConnectionError) else broken(request, error)
    if isinstance(error, requests.exceptions.ChunkedEncodingError | ProtocolError | DecodeError | HTTPError | ConnectionError):
        return broken(request, error)
    return unsendable(request, error)
