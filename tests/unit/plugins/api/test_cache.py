"""Dear answers that were made before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.contract.population import Agent, AgentPage
from dean_provider.errors import ConnectionFailedError
from dean_provider.plugins.api.cache import LocalCache, SharedCache, make_cache, named


async def test_what_is_kept_is_given_again_until_its_time_is_up() -> None:
    now = [0.0]
    cache = LocalCache(clock=lambda: now[0])
    await cache.put("a", b"one", 5)
    now[0] = 4.9
    assert await cache.get("a") == b"one"
    now[0] = 5.0
    assert await cache.get("a") is None
    assert cache.held == 0


async def test_what_was_not_asked_for_the_longest_goes_first_when_there_is_no_room() -> None:
    cache = LocalCache(most=10)
    for name in ("a", "b"):
        await cache.put(name, b"12345", 60)
    await cache.get("a")
    await cache.put("c", b"123", 60)
    assert [await cache.get(name) for name in ("a", "b", "c")] == [b"12345", None, b"123"]
    await cache.put("d", b"x" * 11, 60)
    assert await cache.get("d") is None
    assert cache.held == 8


async def test_what_is_kept_anew_counts_once() -> None:
    cache = LocalCache(most=10)
    for body in (b"12345", b"123"):
        await cache.put("a", body, 60)
    assert (await cache.get("a"), cache.held) == (b"123", 3)


def test_names_tell_parts_apart() -> None:
    assert named("a", "bc") != named("ab", "c")


async def test_a_redis_that_is_away_is_left_alone_for_a_while(tmp_path: Any) -> None:
    now, asked = [100.0], []
    cache = SharedCache(f"unix://{tmp_path}/nobody.sock", clock=lambda: now[0])
    connect = cache._clients.get

    async def counted() -> Any:
        asked.append(now[0])
        return await connect()

    cache._clients.get = counted  # type: ignore[method-assign]
    await cache.put("a", b"one", 5)
    assert await cache.get("a") is None
    assert len(asked) == 1
    now[0] += 31
    assert await cache.get("a") is None
    assert len(asked) == 2
    await cache._clients.discard()


def test_without_redis_each_process_keeps_its_own() -> None:
    assert isinstance(make_cache(None), LocalCache)
    assert isinstance(make_cache("redis://127.0.0.1:1"), SharedCache)


def _generation(number: int) -> ReportedFact:
    figures = {"best_fitness": 1.0, "mean_fitness": 0.5, "worst_fitness": 0.0, "diversity": 0.5, "best_agent_id": "a", "evaluations": 1}
    more = {"tokens_used": 1, "completed_at": "2026-01-01T00:00:00Z", "elapsed_seconds": 1.0}
    return ReportedFact.of(GenerationCompleted.model_validate({"generation": {"generation": number, **figures, **more}}))


def _page(name: str) -> AgentPage:
    return AgentPage(agents=[Agent(agent_id=name, genome=[0.0])])


def test_agents_are_fetched_once_for_one_state_of_the_record(make_gateway: Any) -> None:
    gateway = make_gateway(indexagent={"list_agents": [_page("one"), _page("two")]})
    trial = gateway.trial()
    path = f"/trials/{trial}/agents"
    first, again = gateway.get(path), gateway.get(path)
    assert [one.json()["agents"][0]["agent_id"] for one in (first, again)] == ["one", "one"]
    assert gateway.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    gateway.tell(trial, _generation(0))
    assert gateway.get(path).json()["agents"][0]["agent_id"] == "two"
    assert len(gateway.indexagent.requests("list_agents")) == 2


def test_who_may_not_read_a_trial_gets_nothing_that_was_made_for_others(make_gateway: Any) -> None:
    gateway = make_gateway(indexagent={"list_agents": _page("one")})
    trial = gateway.trial()
    assert gateway.get(f"/trials/{trial}/agents").status_code == 200
    assert gateway.get(f"/trials/{trial}/agents", caller="user:viewer:others").status_code == 403
    assert gateway.get(f"/trials/{UUID(int=5)}/agents").status_code == 404


def test_figures_are_as_new_as_the_record(gateway: Any) -> None:
    trial = gateway.trial()
    for number in range(3):
        gateway.tell(trial, _generation(number))
        assert gateway.get(f"/trials/{trial}/generations").json()["generations"] == number + 1
    assert gateway.get(f"/trials/{trial}/generations?fields=generations").json() == {"generations": 3}


def test_failures_are_not_kept(make_gateway: Any) -> None:
    gateway = make_gateway(indexagent={"list_agents": [ConnectionFailedError("refused"), _page("one")]})
    trial = gateway.trial()
    assert gateway.get(f"/trials/{trial}/agents").status_code == 502
    assert gateway.get(f"/trials/{trial}/agents").status_code == 200


@pytest.mark.parametrize("asked", ["?limit=1", "?generation=0", "?fields=agent_id"])
def test_another_question_is_another_answer(make_gateway: Any, asked: str) -> None:
    gateway = make_gateway(indexagent={"list_agents": [_page("one"), _page("two")]})
    trial = gateway.trial()
    gateway.get(f"/trials/{trial}/agents")
    assert gateway.get(f"/trials/{trial}/agents{asked}").json()["agents"][0]["agent_id"] == "two"
