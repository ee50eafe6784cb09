"""One thing for each event loop, made on first use and closed when the loop ends.

Sessions and Redis connections belong to the loop they were made on. In Airflow several loops come and go: the triggerer has one for all
triggers, ``asyncio.run`` in a task makes another. Ending a loop properly (as ``asyncio.run`` does) closes its asynchronous generators; each
thing is therefore held by one, so that nobody has to remember to close it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar

__all__ = ["LoopBound"]

T = TypeVar("T")


class LoopBound(Generic[T]):
    """Keeps what ``make`` makes, once for each running loop of this process.

    :param make: makes one; runs on the loop.
    :param close: closes one; runs on the loop it was made on.
    """

    def __init__(self, make: Callable[[], Awaitable[T]], close: Callable[[T], Awaitable[None]]) -> None:
        self._make = make
        self._close = close
        self._pid = os.getpid()
        self._held: dict[asyncio.AbstractEventLoop, tuple[T, AsyncGenerator[T, None]]] = {}
        self._inherited: list[object] = []

    async def get(self) -> T:
        """The running loop's one."""
        self._leave_parents()
        loop = asyncio.get_running_loop()
        if loop in self._held:
            return self._held[loop][0]
        for ended in [other for other in self._held if other.is_closed()]:
            del self._held[ended]
        made = await self._make()
        if loop in self._held:  # another coroutine was faster
            await self._close(made)
            return self._held[loop][0]
        keeper = self._keep(loop, made)
        self._held[loop] = (await keeper.__anext__(), keeper)
        return made

    async def discard(self) -> None:
        """Close the running loop's one, if there is one; the next :meth:`get` makes another."""
        self._leave_parents()
        held = self._held.pop(asyncio.get_running_loop(), None)
        if held is not None:
            await held[1].aclose()

    async def _keep(self, loop: asyncio.AbstractEventLoop, thing: T) -> AsyncGenerator[T, None]:
        try:
            yield thing
        finally:
            if self._held.get(loop, (None,))[0] is thing:
                del self._held[loop]
            await self._close(thing)

    def _leave_parents(self) -> None:
        """After a fork, what the parent made is neither used nor closed: its sockets and its poll are still the parent's."""
        if self._pid != os.getpid():
            self._inherited.append(self._held)
            self._held, self._pid = {}, os.getpid()
