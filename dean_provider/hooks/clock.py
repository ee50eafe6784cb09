"""Time and chance as the hooks use them, in one value that a test replaces."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

__all__ = ["Clock"]


@dataclass(frozen=True)
class Clock:
    """Where time and randomness come from.

    :param monotonic: seconds that never go back; deadlines are kept in them.
    :param now: seconds since the epoch; tokens and HTTP dates are kept in them.
    :param sleep: waits in synchronous code.
    :param asleep: waits in asynchronous code.
    :param uniform: a random number between two bounds.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform
