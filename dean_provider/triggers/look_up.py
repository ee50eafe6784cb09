"""Looking up a connection from a triggerer, whose supervisor Airflow asks for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dean_provider.hooks import ServiceHook

__all__ = ["looked_up"]

LOOK_UP_SECONDS = 20.0


async def looked_up(*hooks: ServiceHook) -> None:
    """Have connections looked up in tasks of their own, whether or not this one is cancelled meanwhile.

    In Airflow 3.2 a trigger cancelled while it talks to its supervisor leaves the answer in the pipe, and the triggerer's
    next question reads it. Failures show when the hook is used.
    """
    looking = {asyncio.ensure_future(hook.adialect()) for hook in hooks}
    for task in looking:
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
    await asyncio.wait(looking, timeout=LOOK_UP_SECONDS)
