"""Conversations that say more than an operation: further headers, and reading only what has changed."""

from __future__ import annotations

from typing import Any

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.service import Empty
from dean_provider.errors import InvalidResponseError
from dean_provider.hooks import EvolutionAPIHook
from dean_provider.hooks.conversation import Versioned, operate, read_again
from dean_provider.hooks.steps import arun, run

HEALTHY = {"status": "healthy", "service": "evolution"}


class Conversation:
    """Has steps done on a hook's channel, one way or the other."""

    def __init__(self, hook: Any) -> None:
        self.hook = hook

    def run(self, steps: Any) -> Any:
        return run(steps, self.hook.channel)

    async def arun(self, steps: Any) -> Any:
        return await arun(steps, self.hook.channel)


def test_headers_are_sent_with_an_operation(make_hook, server, reply, caller) -> None:
    server.script = [reply(body=HEALTHY)]
    hook = make_hook(EvolutionAPIHook, server)
    steps = operate(hook.channel, evolution.HEALTH, Empty(), hook.manner(), headers={"Idempotency-Key": "k"})
    assert caller.do(Conversation(hook), "run", "arun", steps).service == "evolution"
    assert server.asked[0].headers["idempotency-key"] == "k"


def test_only_what_has_changed_is_read_again(make_hook, server, reply, caller) -> None:
    server.script = [reply(body=HEALTHY, headers={"ETag": '"1"'}), reply(304), reply(body=HEALTHY, headers={"ETag": '"2"'})]
    hook = make_hook(EvolutionAPIHook, server)

    def read(etag: str | None) -> Versioned[Any]:
        steps = read_again(hook.channel, evolution.HEALTH, Empty(), hook.manner(), etag)
        return caller.do(Conversation(hook), "run", "arun", steps)

    first = read(None)
    assert (first.answer.service, first.etag) == ("evolution", '"1"')
    assert read(first.etag) == Versioned(None, '"1"')
    assert read(first.etag).etag == '"2"'
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"1"', '"1"']


def test_unchanged_is_no_answer_to_who_did_not_ask_for_it(make_hook, server, reply, caller) -> None:
    server.script = [reply(304)]
    with pytest.raises(InvalidResponseError):
        caller.call(make_hook(EvolutionAPIHook, server), evolution.HEALTH, Empty())
