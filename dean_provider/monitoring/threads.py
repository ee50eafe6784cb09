"""What blocks, done in a thread within a time. One that hangs is left alone, and nothing of its kind begins until it has ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Patient"]

T = TypeVar("T")


class Patient:
    """One thing at a time."""

    def __init__(self) -> None:
        self._busy = threading.Lock()

    async def run(self, work: Callable[[], T], seconds: float) -> T:
        """What ``work`` returns.

        :raises TimeoutError: when it takes longer, or an earlier one still does.
        """
        if not self._busy.acquire(blocking=False):
            raise TimeoutError("what was asked before still hangs")

        def held() -> T:
            try:
                return work()
            finally:
                self._busy.release()

        try:
            future = asyncio.get_running_loop().run_in_executor(None, held)
        except BaseException:
            self._busy.release()
            raise
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except asyncio.TimeoutError:
            future.add_done_callback(_heard)
            raise TimeoutError(f"no answer within {seconds:g} s") from None


def _heard(future: asyncio.Future[T]) -> None:
    """Nobody waits for it any more; what became of it is of no interest."""
    if not future.cancelled():
        future.exception()
