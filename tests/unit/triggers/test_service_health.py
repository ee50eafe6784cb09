from __future__ import annotations

import asyncio
import json
import threading

import pytest

from dean_provider.contract.service import Check, Health, HealthStatus
from dean_provider.errors import AuthenticationError, ConnectionFailedError
from dean_provider.triggers import service_health as module
from dean_provider.triggers.service_health import ServiceHealthTrigger, await_health

HEALTHY = Health(status=HealthStatus.HEALTHY, version="1")
SICK = Health(status=HealthStatus.UNHEALTHY, checks={"database": Check(status=HealthStatus.UNHEALTHY, message="locked")})


@pytest.fixture
def waiting(virtual_time, evolution_hook, indexagent_hook):
    async def wait(indexagent, evolution, deadline=100.0):
        hooks = {"indexagent": indexagent_hook({"health": indexagent}), "evolution": evolution_hook({"health": evolution})}
        began = virtual_time.now
        found = await await_health(hooks, poll_seconds=5, deadline=began + deadline, timing=virtual_time.timing())
        return found, virtual_time.now - began

    return wait


async def test_healthy_services_are_not_waited_for(waiting):
    found, seconds = await waiting(HEALTHY, HEALTHY)
    assert all(item["ready"] for item in found.values())
    assert seconds == 0


async def test_degraded_serves(waiting):
    found, _ = await waiting(HEALTHY, Health(status=HealthStatus.DEGRADED, checks={"disk": Check(status=HealthStatus.DEGRADED)}))
    assert found["evolution"]["ready"]
    assert "disk" in found["evolution"]["text"]


async def test_waits_for_the_last_one(waiting):
    found, seconds = await waiting([ConnectionFailedError("refused"), SICK, HEALTHY], HEALTHY)
    assert found["indexagent"]["ready"]
    assert seconds == 10


async def test_says_what_is_wrong_when_time_is_up(waiting):
    found, seconds = await waiting(HEALTHY, SICK)
    assert seconds == 100
    assert "locked" in found["evolution"]["text"]


async def test_does_not_wait_for_wrong_credentials(waiting):
    found, seconds = await waiting(HEALTHY, AuthenticationError("The token is wrong."))
    assert seconds == 0
    assert found["evolution"]["hopeless"]


def test_arguments_are_json():
    _, arguments = ServiceHealthTrigger({"evolution": "c"}, 5.0, 99.0, "id").serialize()
    assert json.loads(json.dumps(arguments)) == arguments
    assert ServiceHealthTrigger(**arguments).serialize()[1] == arguments


async def test_cancelled_while_connections_are_looked_up_the_look_ups_go_on(monkeypatch, evolution_hook, indexagent_hook):
    """Airflow 3.2 does not survive a question to its supervisor whose asker went away."""
    hooks = {"indexagent": indexagent_hook({}), "evolution": evolution_hook({})}
    begun, both, looked_up = asyncio.Event(), asyncio.Event(), []

    async def slow():
        begun.set()
        await asyncio.sleep(0.05)
        looked_up.append(True)
        if len(looked_up) == len(hooks):
            both.set()

    for hook in hooks.values():
        hook.adialect = slow
    monkeypatch.setattr(module, "health_hooks", lambda *_: hooks)

    async def consume():
        return [event async for event in ServiceHealthTrigger({}, 5.0, None).run()]

    waiting = asyncio.create_task(consume())
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(both.wait(), 5)


async def test_the_clients_are_made_beside_the_loop(monkeypatch, evolution_hook):
    """What they need takes a second to import, and every trigger of the process shares the loop."""
    makers = []

    def make(*_):
        makers.append(threading.current_thread())
        return {"evolution": evolution_hook({"health": HEALTHY})}

    monkeypatch.setattr(module, "health_hooks", make)
    (event,) = [event async for event in ServiceHealthTrigger({}, 5.0, None).run()]
    assert event.payload["evolution"]["ready"]
    assert makers != [threading.current_thread()]
