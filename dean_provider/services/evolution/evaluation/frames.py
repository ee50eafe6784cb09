"""What a service and its worker processes say to each other: a JSON header and raw float64 bytes. Nothing is ever unpickled."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

__all__ = ["Closed", "receive", "send"]

_LENGTHS = struct.Struct("!II")
Header = dict[str, Any]


class Closed(ConnectionError):  # noqa: N818  an event, not an error
    """The other end left in order."""


def _remaining(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def send(channel: socket.socket, header: Header, payload: bytes = b"", deadline: float | None = None) -> None:
    """Send one frame.

    :param deadline: on the monotonic clock.
    :raises TimeoutError: the other end did not take it in time.
    :raises OSError: the other end is gone.
    """
    encoded = json.dumps(header).encode()
    channel.settimeout(_remaining(deadline))
    channel.sendall(_LENGTHS.pack(len(encoded), len(payload)) + encoded + payload)


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    buffer = bytearray(size)
    view, filled = memoryview(buffer), 0
    while filled < size:
        channel.settimeout(_remaining(deadline))
        count = channel.recv_into(view[filled:])
        if count == 0:
            raise Closed("the other end closed the channel")
        filled += count
    return bytes(buffer)


def receive(channel: socket.socket, deadline: float | None = None) -> tuple[Header, bytes]:
    """Receive one frame.

    :raises TimeoutError: it did not come in time.
    :raises OSError: the other end is gone (:class:`Closed` when it left in order).
    """
    first, second = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, deadline))
    header: Header = json.loads(_exactly(channel, first, deadline))
    return header, _exactly(channel, second, deadline)
