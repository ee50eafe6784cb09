"""Work on threads of its own that never keeps the process from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import structlog

__all__ = ["LongCalls", "in_background"]

Result = TypeVar("Result")


def in_background(work: Callable[[], Result], name: str) -> Future[Result]:
    """Begin ``work`` on a daemon thread, in the log context of whoever asks."""
    future: Future[Result] = Future()
    context = structlog.contextvars.get_contextvars()

    def run() -> None:
        structlog.contextvars.bind_contextvars(**context)
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


class LongCalls:
    """Calls that may take minutes: apart from the short ones, so that they never starve them.

    :param limit: how many run at once; the others wait their turn without a thread.
    """

    def __init__(self, limit: int) -> None:
        self._room = asyncio.Semaphore(limit)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do ``work`` and hand back what it returns or raises."""
        async with self._room:
            return await asyncio.wrap_future(in_background(work, "long-call"))
