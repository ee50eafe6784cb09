"""What blocks, done in a thread within a time. One that hangs is left alone, and nothing of its kind begins until it has ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent import futures
from typing import TypeVar

__all__ = ["Patient"]

T = TypeVar("T")


class Patient:
    """One thing at a time, in a thread of its own: what hangs takes none that others wait for, and keeps no process from ending."""

    def __init__(self) -> None:
        self._busy = threading.Lock()

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """What ``work`` returns.

        :raises TimeoutError: when it takes longer, or an earlier one still does.
        """
        future = asyncio.wrap_future(self._begun(work))
        future.add_done_callback(_heard)
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except asyncio.TimeoutError:
            raise _late(seconds) from None

    def wait(self, work: Callable[[], T], seconds: float) -> T:
        """:meth:`run` where there is no event loop. Blocks."""
        future = self._begun(work)
        try:
            return future.result(seconds)
        except futures.TimeoutError:
            if future.done():
                raise
            raise _late(seconds) from None

    def _begun(self, work: Callable[[], T]) -> futures.Future[T]:
        if not self._busy.acquire(blocking=False):
            raise TimeoutError("what was asked before still hangs")
        future: futures.Future[T] = futures.Future()

        def held() -> None:
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where it is waited for
                self._busy.release()
                future.set_exception(error)
            else:
                self._busy.release()
                future.set_result(found)

        try:
            threading.Thread(target=held, name="dean-patient", daemon=True).start()
        except BaseException:
            self._busy.release()
            raise
        return future


def _late(seconds: float) -> TimeoutError:
    return TimeoutError(f"no answer within {seconds:g} s")


def _heard(future: asyncio.Future[T]) -> None:
    """Perhaps nobody waits for it any more; what became of it is of no interest then."""
    if not future.cancelled():
        future.exception()
