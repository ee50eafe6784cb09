from __future__ import annotations

import asyncio

from dean_provider.plugins.api.jobs import Job, running


async def test_a_job_that_fails_has_another_round_and_harms_nobody() -> None:
    rounds: list[str] = []
    enough = asyncio.Event()
    slept: list[float] = []

    async def bad() -> None:
        rounds.append("bad")
        raise ZeroDivisionError

    async def good() -> None:
        rounds.append("good")

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if min(rounds.count("bad"), rounds.count("good")) >= 3:
            enough.set()
        await asyncio.sleep(0)

    async with running([Job("bad", bad, 5.0), Job("good", good, 7.0)], sleep):
        await enough.wait()
    assert set(slept) == {5.0, 7.0}
    ended = list(rounds)
    await asyncio.sleep(0)
    assert rounds == ended


async def test_a_round_that_goes_on_is_ended_with_the_server() -> None:
    ended = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running([Job("endless", endless, 1.0)]):
        await asyncio.sleep(0)
    assert ended.is_set()
