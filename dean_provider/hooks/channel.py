"""Everything kept open for one connection in one process: what it means, who we are, the breaker, the dialect, the sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from dean_provider.contract.endpoints import Dialect
from dean_provider.hooks.auth import Credentials, credentials_of
from dean_provider.hooks.breaker import CircuitBreaker
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.connection import Settings, look_up
from dean_provider.hooks.masking import mask

if TYPE_CHECKING:
    from dean_provider.hooks.transport_async import AsyncTransport
    from dean_provider.hooks.transport_sync import SyncTransport

__all__ = ["Channel", "Line"]


class Line:
    """What was built from one resolution of a connection. Never changed; a connection that has changed gets another line."""

    def __init__(self, settings: Settings, credentials: Credentials, breaker: CircuitBreaker) -> None:
        self.settings = settings
        self.credentials = credentials
        self.breaker = breaker

    @cached_property
    def sync(self) -> SyncTransport:
        """Sessions of ``requests``."""
        from dean_provider.hooks.transport_sync import SyncTransport

        return SyncTransport(self.settings)

    @cached_property
    def asynchronous(self) -> AsyncTransport:
        """Sessions of ``aiohttp``."""
        from dean_provider.hooks.transport_async import AsyncTransport

        return AsyncTransport(self.settings)

    async def retire(self) -> None:
        """Close the running loop's session once nobody is using it."""
        if "asynchronous" in self.__dict__:
            await self.asynchronous.retire()


class Channel:
    """The way to the service behind one connection, shared by every hook of this process that names it.

    :param conn_id: the connection, or what tells it: asked when the connection is resolved, and may block.
    :param service: names the circuit breaker.
    :param exchanges_login: whether the service gives tokens for login and password.
    :param resolve: resolves the connection; may block.
    :param conceal: told every secret, to keep it out of the logs; may block.
    """

    def __init__(
        self,
        conn_id: str | Callable[[], str],
        *,
        service: str,
        exchanges_login: bool = False,
        resolve: Callable[[str], Settings] = look_up,
        conceal: Callable[[str], None] = mask,
        clock: Clock | None = None,
    ) -> None:
        self._conn_id = conn_id
        self.service = service
        self.conceal = conceal
        self.clock = clock or Clock()
        self.line: Line | None = None
        self.version = 0
        self.dialect: Dialect | None = None
        self._exchanges_login = exchanges_login
        self._resolve = resolve
        self._lock = threading.Lock()

    @property
    def conn_id(self) -> str:
        """The connection. May block until it has been resolved."""
        if not isinstance(self._conn_id, str):
            self._conn_id = self._conn_id()
        return self._conn_id

    def look_up(self, than: int = 0) -> Line:
        """Resolve the connection, unless somebody has since version ``than``. Blocks: never call it on an event loop.

        What has not changed stays open.

        :raises ConfigurationError: when there is no such connection or it cannot be used.
        """
        with self._lock:
            if self.line is not None and self.version > than:
                return self.line
            settings = self._resolve(self.conn_id)
            self.version += 1
            if self.line is None or settings != self.line.settings:
                for secret in settings.secrets:
                    self.conceal(secret)
                self._replace(settings)
            return self.line  # type: ignore[return-value]

    def close(self) -> None:
        """Close this thread's session; what belongs to event loops closes with them."""
        if self.line is not None and "sync" in self.line.__dict__:
            self.line.sync.close()

    async def aclose(self) -> None:
        """Close the running loop's session."""
        if self.line is not None and "asynchronous" in self.line.__dict__:
            await self.line.asynchronous.close()

    def _replace(self, settings: Settings) -> None:
        before = self.line
        if before is None or _wire(before.settings) != _wire(settings):
            self.dialect = None
        breaker = before.breaker if before and _circuit(before.settings) == _circuit(settings) else self._breaker(settings)
        self.line = Line(settings, credentials_of(settings, exchanges_login=self._exchanges_login), breaker)

    def _breaker(self, settings: Settings) -> CircuitBreaker:
        shared = None
        if settings.redis_url:
            from dean_provider.hooks.shared_state import SharedState

            shared = SharedState(settings.redis_url)
        return CircuitBreaker(
            f"{self.service} at {settings.base_url}",
            threshold=settings.options.breaker_threshold,
            reset_seconds=settings.options.breaker_reset_seconds,
            shared=shared,
            clock=self.clock,
        )


def _wire(settings: Settings) -> tuple[object, ...]:
    return settings.base_url, settings.options.dialect


def _circuit(settings: Settings) -> tuple[object, ...]:
    options = settings.options
    return settings.base_url, settings.redis_url, options.breaker_threshold, options.breaker_reset_seconds
