"""Ctrl-C, SIGTERM and a closed terminal all end a run in good order; asked again, at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dean_provider.local.supervisor import Supervisor

__all__ = ["interruptible"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible(supervisor: Supervisor) -> Iterator[None]:
    """Within, the first signal raises KeyboardInterrupt, unless the supervisor stops already: then it stops by force.

    Only in the main thread.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if not supervisor.interrupt():
            raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
