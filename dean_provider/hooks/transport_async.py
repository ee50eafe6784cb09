"""Requests sent by ``aiohttp``, over one session for each event loop that stays open."""

from __future__ import annotations

import asyncio
import resource
import ssl
import sys
from pathlib import Path
from typing import Any

import aiohttp
from asgiref.sync import sync_to_async
from yarl import URL

from dean_provider.errors import DeanError
from dean_provider.hooks.connection import Settings
from dean_provider.hooks.failures import broken, exhausted, not_connected, timed_out, too_large, unsendable
from dean_provider.hooks.loopbound import LoopBound
from dean_provider.hooks.message import Answer, Outgoing

__all__ = ["AsyncTransport", "tls_context"]

_FEWEST = 100
_RESERVED = 256
_OWN_HEADERS = frozenset({"User-Agent", "Accept", "Accept-Encoding", "Content-Type"})


class AsyncTransport:
    """Sends requests over one kept session for each event loop of this process.

    Redirects are not followed here, and no cookies are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._proxy = URL(settings.proxy) if settings.proxy else None
        self._sessions = LoopBound(self._make, aiohttp.ClientSession.close)
        self._places = LoopBound(_places, _gone)
        self._last_timeout = aiohttp.ClientTimeout()
        self._in_flight = 0
        self._retired = False

    async def session(self) -> aiohttp.ClientSession:
        """The running loop's session."""
        return await self._sessions.get()

    async def send(self, request: Outgoing) -> Answer:
        """Send ``request`` and read its whole answer.

        :raises NetworkError: when no complete answer came.
        :raises ConnectionsExhaustedError: when this process had no connection left for it in its time.
        :raises ConfigurationError: when it cannot be sent, or the service's certificate is not trusted.
        """
        self._in_flight += 1
        try:
            places = await self._places.get()
            seconds = await _taken(places, request)
            try:
                return await self._answer(request, seconds)
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
                raise _failure(request, error) from None
            finally:
                places.release()
        finally:
            self._in_flight -= 1
            if self._retired and not self._in_flight:
                await self._sessions.discard()

    async def _answer(self, request: Outgoing, seconds: float) -> Answer:
        session = await self._sessions.get()
        async with session.request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body,
            timeout=self._timeout(seconds),
            proxy=self._proxy,
            allow_redirects=False,
        ) as response:
            body = await self._read(request, response)
            return Answer(response.status, response.headers, body)

    async def retire(self) -> None:
        """Close the running loop's session once nobody is using it."""
        self._retired = True
        if not self._in_flight:
            await self._sessions.discard()

    async def close(self) -> None:
        """Close the running loop's session; the next request opens another."""
        await self._sessions.discard()

    async def _make(self) -> aiohttp.ClientSession:
        secure = self._settings.base_url.startswith("https") or (self._settings.proxy or "").startswith("https")
        tls: ssl.SSLContext | bool = await sync_to_async(tls_context)(self._settings) if secure else True
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OWN_HEADERS,
            trust_env=False,
        )
        # It would repeat a request by itself when a connection breaks, unseen by the policy that says when and how often.
        session._retry_connection = False  # noqa: SLF001
        return session

    def _timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        if self._last_timeout.total != seconds:
            self._last_timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(self._settings.connect_timeout, seconds))
        return self._last_timeout

    async def _read(self, request: Outgoing, response: aiohttp.ClientResponse) -> bytes:
        bound = self._settings.options.max_response_bytes
        if (response.content_length or 0) > bound:
            raise _refused(response, request, bound)
        if response.content_length is not None and "Content-Encoding" not in response.headers:
            return await response.read()
        parts: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            parts.append(chunk)
            size += len(chunk)
            if size > bound:
                raise _refused(response, request, bound)
        return parts[0] if len(parts) == 1 else b"".join(parts)


def most_connections() -> int:
    """How many connections a session may have at a time: as many as the process may open files, less what the rest of it needs.

    Every deferred trial holds one while it waits for news, and a triggerer has a thousand of them by default.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if files == resource.RLIM_INFINITY else max(_FEWEST, files - _RESERVED)


async def _places() -> asyncio.Semaphore:
    return asyncio.Semaphore(most_connections())


async def _gone(_: asyncio.Semaphore) -> None:
    """Nothing is held open by it."""


async def _taken(places: asyncio.Semaphore, request: Outgoing) -> float:
    """Take a place in turn, and give the seconds that are left to ``request`` then.

    :raises ConnectionsExhaustedError: when there are none.
    """
    if not places.locked():
        await places.acquire()
        return request.seconds
    loop = asyncio.get_running_loop()
    ends = loop.time() + request.seconds
    turn = loop.create_task(places.acquire())
    try:
        await asyncio.wait({turn}, timeout=request.seconds)
        left = ends - loop.time()
        if turn.done() and left > 0:
            return left
    except asyncio.CancelledError:
        _given_back(places, turn)
        raise
    _given_back(places, turn)
    raise exhausted(request, f"all {most_connections()} were in use for {request.seconds:g} s")


def _given_back(places: asyncio.Semaphore, turn: asyncio.Task[Any]) -> None:
    if turn.done():
        places.release()
    else:
        turn.cancel()


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Whom to trust and who we are, as ``requests`` would take the same options. Reads files: never call it on an event loop."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    trusted = DEFAULT_CA_BUNDLE_PATH if settings.verify is True else settings.verify
    folder = isinstance(trusted, str) and Path(trusted).is_dir()
    context = ssl.create_default_context(cafile=None if folder else trusted or None, capath=trusted if folder else None)  # type: ignore[arg-type]
    if settings.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.cert:
        files = (settings.cert, None) if isinstance(settings.cert, str) else settings.cert
        context.load_cert_chain(*files)
    return context


def _refused(response: aiohttp.ClientResponse, request: Outgoing, bound: int) -> DeanError:
    """Closes the connection instead of draining it."""
    response.close()
    return too_large(request, bound)


def _failure(request: Outgoing, error: Exception) -> DeanError:
    unconnected = (
        aiohttp.ConnectionTimeoutError,
        aiohttp.ClientConnectorError,
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ClientHttpProxyError,
    )
    if isinstance(error, unconnected):
        return not_connected(request, error)
    if isinstance(error, asyncio.TimeoutError):
        return timed_out(request)
    if isinstance(error, aiohttp.ClientError | OSError) and not isinstance(error, aiohttp.InvalidURL):
        return broken(request, error)
    return unsendable(request, error)
