"""The open channels of this process, one for each service and connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from dean_provider.hooks.channel import Channel
from dean_provider.hooks.connection import Settings, look_up

__all__ = ["channel_of", "forget"]

_channels: dict[tuple[str, str | None], Channel] = {}
_parents: list[object] = []
_lock = threading.Lock()


def channel_of(
    conn_id: str | None,
    *,
    default: Callable[[], str],
    service: str,
    exchanges_login: bool = False,
    resolve: Callable[[str], Settings] = look_up,
) -> Channel:
    """The channel to ``service`` over connection ``conn_id``; nothing is resolved or opened before the first call.

    :param default: tells the connection when there is no ``conn_id``; asked at the first call.
    :param resolve: resolves the connection; may block.
    """
    channel = _channels.get((service, conn_id))
    if channel is None:
        with _lock:
            channel = Channel(conn_id or default, service=service, exchanges_login=exchanges_login, resolve=resolve)
            channel = _channels.setdefault((service, conn_id), channel)
    return channel


def forget(conn_id: str | None = None) -> None:
    """Close and drop the channels of one connection, or all of them: what is called next resolves the connection anew."""
    with _lock:
        for key in [key for key, channel in _channels.items() if conn_id in (None, key[1], _resolved(channel))]:
            _channels.pop(key).close()


def _resolved(channel: Channel) -> str:
    return channel.line.settings.conn_id if channel.line else ""


def _start_afresh() -> None:
    """In a child process: neither use nor close what the parent has open (its sockets are still the parent's), nor wait for its locks."""
    global _channels, _lock
    _parents.append(_channels)
    _channels, _lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_start_afresh)
