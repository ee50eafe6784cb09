from __future__ import annotations

import asyncio
import threading

import pytest

from dean_provider.errors import ServiceUnavailableError
from dean_provider.plugins.api.workers import Workers


async def test_no_more_are_at_work_than_there_are_threads_and_who_finds_no_room_is_turned_away() -> None:
    workers, gate = Workers(2, 1, purpose="things", retry_after=3.0), threading.Event()
    tasks = [asyncio.create_task(workers.run(gate.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    assert workers.waiting == 3
    with pytest.raises(ServiceUnavailableError) as caught:
        await workers.run(gate.wait)
    assert caught.value.retry_after == 3.0
    gate.set()
    assert await asyncio.gather(*tasks) == [True] * 3
    assert workers.waiting == 0
    assert await workers.run(lambda: 5) == 5


async def test_what_fails_leaves_its_place() -> None:
    workers = Workers(1, 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0)
    assert workers.waiting == 0
