"""An adapter of ``requests`` whose reading ends at a point in time.

The timeout of ``requests`` bounds each wait for a piece of the answer; an answer that comes in small pieces may take for ever, its headers
too. Here each wait is for what remains of the time.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from http.client import HTTPResponse
from typing import Any

from requests_toolbelt.adapters.socket_options import TCPKeepAliveAdapter  # type: ignore[import-untyped]

__all__ = ["BoundedAdapter", "reading_until"]

_ends: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def reading_until(ends: float) -> Iterator[None]:
    """Whatever this thread reads over a :class:`BoundedAdapter` ends at ``ends`` (of :func:`time.monotonic`), with a ``TimeoutError``."""
    token = _ends.set(ends)
    try:
        yield
    finally:
        _ends.reset(token)


class _Reading(io.RawIOBase):
    """What comes from a socket."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        ends = _ends.get()
        if ends is not None:
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Socket:
    """As much of a socket as an answer needs."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._sock))


class _Response(HTTPResponse):
    """An answer that is read within the time."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Socket(sock), *args, **kwargs)  # type: ignore[arg-type]


@cache
def _bounded(pool: Any) -> Any:
    """The connection pool ``pool``, plain, TLS or SOCKS, with answers that are read within the time."""
    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"response_class": _Response})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _bound(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {scheme: _bounded(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}
    return manager


class BoundedAdapter(TCPKeepAliveAdapter):  # type: ignore[misc]
    """Connections that are kept alive, directly and through proxies, and read within the time."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        return manager if known else _bound(manager)
