from __future__ import annotations

import asyncio
import threading

import pytest

from dean_provider.services.evolution.background import LongCalls


def test_the_same_work_is_joined_and_takes_no_more_room():
    made, go = [], threading.Event()

    def work():
        made.append(1)
        go.wait(10)
        return "answer"

    async def scene():
        calls = LongCalls(2)
        same = [asyncio.create_task(calls.run("a", work)) for _ in range(5)]
        other = asyncio.create_task(calls.run("b", lambda: "other"))
        assert await asyncio.wait_for(other, 5) == "other"
        go.set()
        assert await asyncio.gather(*same) == ["answer"] * 5
        assert calls._running == {}

    asyncio.run(scene())
    assert made == [1]


def test_what_was_begun_is_finished_when_the_caller_has_gone():
    begun, go, made = threading.Event(), threading.Event(), []

    def work():
        begun.set()
        go.wait(10)
        made.append(1)
        return "answer"

    async def scene():
        calls = LongCalls(1)
        first = asyncio.create_task(calls.run("a", work))
        await asyncio.to_thread(begun.wait, 5)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        again = asyncio.create_task(calls.run("a", work))
        await asyncio.sleep(0)
        go.set()
        assert await again == "answer"

    asyncio.run(scene())
    assert made == [1]


def test_a_failure_is_everybodys_and_is_not_kept():
    answers = iter([ValueError("no"), "answer"])

    def work():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def scene():
        calls = LongCalls(1)
        found = await asyncio.gather(*(calls.run("a", work) for _ in range(2)), return_exceptions=True)
        assert [str(one) for one in found] == ["no", "no"]
        assert await calls.run("a", work) == "answer"

    asyncio.run(scene())
