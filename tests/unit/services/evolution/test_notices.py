from __future__ import annotations

import asyncio
import threading

import pytest

from dean_provider.errors import RateLimitedError
from dean_provider.services.evolution.notices import Notices


async def hears(event):
    await asyncio.wait_for(event.wait(), 5)


async def test_news_from_any_thread_wakes_those_who_wait_for_that_trial():
    notices = Notices(10)
    notices.open()
    with notices.subscribed("a") as mine, notices.subscribed("a") as also, notices.subscribed("b") as other:
        threading.Thread(target=notices.publish, args=("a",)).start()
        await hears(mine)
        await hears(also)
        assert not other.is_set()
        assert notices.waiting == 3
    assert notices.waiting == 0


async def test_news_between_subscribing_and_waiting_is_not_missed():
    notices = Notices(10)
    notices.open()
    with notices.subscribed("a") as event:
        notices.publish("a")
        await hears(event)


async def test_closing_sends_everybody_home():
    notices = Notices(10)
    notices.open()
    with notices.subscribed("a") as one, notices.subscribed("b") as two:
        notices.close()
        await hears(one)
        await hears(two)
    assert notices.closed


async def test_no_more_wait_than_may():
    notices = Notices(2)
    notices.open()
    with notices.subscribed("a"), notices.subscribed("b"):
        with pytest.raises(RateLimitedError) as caught, notices.subscribed("c"):
            pass
        assert caught.value.retry_after == 5
    with notices.subscribed("c"):
        pass


def test_news_before_anybody_listens_is_harmless():
    Notices(1).publish("a")
