"""Work on threads of its own that never keeps the process from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import structlog

__all__ = ["LongCalls", "in_background"]

Result = TypeVar("Result")


def in_background(work: Callable[[], Result], name: str) -> Future[Result]:
    """Begin ``work`` on a daemon thread, in the log context of whoever asks."""
    future: Future[Result] = Future()
    context = structlog.contextvars.get_contextvars()

    def run() -> None:
        structlog.contextvars.bind_contextvars(**context)
        future.set_running_or_notify_cancel()
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

    Whoever asks again for what is being done, as after a lost answer, joins the one who asked first and takes no room. What was begun
    is finished even when everybody who asked has gone: the next one finds it.

    :param limit: how many run at once; the others wait their turn without a thread.
    """

    def __init__(self, limit: int) -> None:
        self._room = asyncio.Semaphore(limit)
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def run(self, key: str, work: Callable[[], Result]) -> Result:
        """Do ``work``, or wait for the same of somebody else, and hand back what it returns or raises.

        :param key: the same for the same work.
        """
        task: asyncio.Task[Result] | None = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._do(work))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def _done(self, key: str, task: asyncio.Task[Any]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # perhaps nobody waits for it any more

    async def _do(self, work: Callable[[], Result]) -> Result:
        async with self._room:
            return await asyncio.wrap_future(in_background(work, "long-call"))
