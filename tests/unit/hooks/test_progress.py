from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from dean_provider.contract.endpoints import Dialect, evolution
from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.hooks import EvolutionAPIHook
from dean_provider.hooks.progress import observed_generation

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def without_history(make_hook: Any, server: Any) -> Any:
    """A hook on a service that only tells how a trial stands."""
    hook = make_hook(EvolutionAPIHook, server)
    routes = {name: route for name, route in evolution.REFERENCE.routes.items() if name != "list_generations"}
    hook.channel.look_up()
    hook.channel.dialect = Dialect("bare", evolution.REFERENCE.service, routes)
    return hook


def stands(reply: Any, generation: int, **more: Any) -> Any:
    return reply(body={"trial_id": "t", "status": "running", "current_generation": generation, "best_fitness": generation / 10, **more})


def test_is_the_services_own_history_where_it_keeps_one(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    hook = make_hook(EvolutionAPIHook, server)
    server.script = [reply(body={"trial": {"trial_id": "t", "status": "running"}, "generations": []})]

    page = caller.do(hook, "progress", "aprogress", "t", 3, wait_seconds=20, limit=7)

    assert page.trial.status is TrialStatus.RUNNING
    assert server.asked[0].target == "/api/v1/trials/t/generations?start=3&limit=7&wait_seconds=20.0"


def test_waiting_is_no_time_out(caller: Any, server: Any, make_hook: Any, reply: Any) -> None:
    """The service may hold the answer back as long as it was asked to, beyond what other calls may take."""
    hook = make_hook(EvolutionAPIHook, server, {"timeout": 0.05})
    server.script = [reply(fault="hang")]

    with pytest.raises(Exception, match=r"within 0\.15 s"):
        caller.do(hook, "progress", "aprogress", "t", wait_seconds=0.1)


def test_is_made_up_from_the_trial_where_there_is_no_history(caller: Any, server: Any, without_history: Any, reply: Any) -> None:
    server.script = [stands(reply, 4, diversity=0.3, tokens_used=50, elapsed_seconds=2.5)]

    page = caller.do(without_history, "progress", "aprogress", "t", 2)

    (seen,) = page.generations
    assert (seen.generation, seen.best_fitness, seen.diversity, seen.tokens_used, seen.elapsed_seconds) == (4, 0.4, 0.3, 50, 2.5)
    assert (seen.mean_fitness, seen.worst_fitness, seen.digest, seen.evaluations) == (0.4, 0.4, "", 0)


def test_waits_for_a_generation_not_yet_seen(caller: Any, server: Any, without_history: Any, reply: Any, fake_clock: Any) -> None:
    server.script = [stands(reply, 1), stands(reply, 1), stands(reply, 2)]

    page = caller.do(without_history, "progress", "aprogress", "t", 2, wait_seconds=10)

    assert [seen.generation for seen in page.generations] == [2]
    assert fake_clock.pauses == [1, 1]


def test_waits_no_longer_than_asked(caller: Any, server: Any, without_history: Any, reply: Any, fake_clock: Any) -> None:
    server.otherwise = lambda _: stands(reply, 1)

    assert caller.do(without_history, "progress", "aprogress", "t", 2, wait_seconds=2.5).generations == []
    assert fake_clock.pauses == [1, 1, 0.5]
    assert caller.do(without_history, "progress", "aprogress", "t", 2).generations == []
    assert len(fake_clock.pauses) == 3


def test_does_not_wait_for_a_trial_that_has_ended(caller: Any, server: Any, without_history: Any, reply: Any, fake_clock: Any) -> None:
    server.otherwise = lambda _: stands(reply, 1, status="completed")

    page = caller.do(without_history, "progress", "aprogress", "t", 2, wait_seconds=60)

    assert (page.trial.status, page.generations, fake_clock.pauses) == (TrialStatus.COMPLETED, [], [])


@pytest.mark.parametrize("trial", [{"current_generation": -1, "best_fitness": 1.0}, {"current_generation": 3}])
def test_nothing_is_invented(trial: dict[str, Any]) -> None:
    assert observed_generation(Trial(trial_id="t", status=TrialStatus.RUNNING, **trial), NOW) is None


@pytest.mark.parametrize(("told", "meant"), [(None, 0.0), (-0.1, 0.0), (1.7, 1.0), (0.4, 0.4)])
def test_diversity_stays_between_nothing_and_all(told: float | None, meant: float) -> None:
    trial = Trial(trial_id="t", status=TrialStatus.RUNNING, current_generation=0, best_fitness=1, diversity=told)

    seen = observed_generation(trial, NOW)

    assert seen is not None
    assert seen.diversity == meant
    assert seen.completed_at == NOW
