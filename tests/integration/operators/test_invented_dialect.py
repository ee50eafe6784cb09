"""Services of a dialect nobody has: a whole trial goes through the unchanged operators by describing the dialect alone.

Ids are the service's own numbers, travel in the query string and have another name; there is no history, no stop, no population, no
validation, no verification, no pattern and no lineage.
"""

from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, HTTPException

from dean_provider.contract.endpoints import Dialect, Route, evolution, indexagent
from dean_provider.contract.endpoints import dialect as registry
from dean_provider.contract.endpoints.dialect import Traits, register_dialect
from dean_provider.contract.service import ServiceName
from dean_provider.factory import trial_dag
from dean_provider.hooks import forget
from dean_provider.services.web.listening import address, listen

pytestmark = pytest.mark.integration


def health(answer: Any, _request: Any) -> Any:
    return {"status": "healthy" if answer["ok"] else "unhealthy"}


def cycle(answer: dict[str, Any], _request: Any) -> dict[str, Any]:
    """An answer about a cycle in our form, as far as it tells."""
    done = answer["step"] >= answer["steps"]
    return {
        "trial_id": str(answer["cycleId"]),
        "status": "completed" if done else "running",
        "current_generation": answer["step"],
        "generations": answer["steps"],
        "best_fitness": answer["best"],
    }


INVENTED = (
    Dialect(
        name="invented",
        service=ServiceName.EVOLUTION,
        traits=Traits(caller_chosen_ids=False, sticky_stop=False, enforces_limits=False, digest=False),
        routes={
            evolution.HEALTH.name: Route("GET", "/ok", decode=health),
            evolution.START_TRIAL.name: Route(
                "POST",
                "/cycles",
                encode=lambda fields: {"steps": fields["config"]["generations"], "agents": fields["config"]["population_size"]},
                decode=cycle,
            ),
            evolution.READ_TRIAL.name: Route("GET", "/cycle", send={"trial_id": "cycleId"}, decode=cycle),
        },
    ),
    Dialect(
        name="invented",
        service=ServiceName.INDEXAGENT,
        traits=Traits(caller_chosen_ids=False),
        routes={indexagent.HEALTH.name: Route("GET", "/ok", decode=health)},
    ),
)


def invented_service() -> FastAPI:
    app, numbers = FastAPI(), itertools.count(17)
    cycles: dict[int, dict[str, Any]] = {}

    @app.get("/ok")
    def ok() -> dict[str, bool]:
        return {"ok": True}

    @app.post("/cycles")
    def start(body: dict[str, int]) -> dict[str, Any]:
        made = {"cycleId": next(numbers), "step": 0, "steps": body["steps"], "best": 0.0}
        cycles[made["cycleId"]] = made
        return made

    @app.get("/cycle")
    def read(cycleId: int) -> dict[str, Any]:  # noqa: N803 - the dialect's own name
        if cycleId not in cycles:
            raise HTTPException(404)
        found = cycles[cycleId]
        found["step"] = min(found["step"] + 1, found["steps"])
        found["best"] = float(found["step"])
        return found

    return app


@pytest.fixture
def url(monkeypatch):
    """The invented services, running, and their dialects, known."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    for invented in INVENTED:
        register_dialect(invented)
    socket = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(invented_service(), log_config=None, access_log=False, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield address(socket)
    server.should_exit = True
    thread.join()
    forget()


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_whole_trial_in_a_dialect_nobody_has(url, connect, make_run, deferrable):
    connect("evolution", url, dialect="invented")
    connect("indexagent", url, dialect="invented")
    run = make_run(trial_dag("d", deferrable=deferrable), "r", {"generations": 4, "population_size": 7, "name": "foreign"}).go()
    assert run.states == {
        "validate_trial": "success",
        "check_services": "success",
        "initialize_population": "success",
        "start_evolution": "success",
        "await_evolution": "success",
        "discover_patterns": "skipped",
        "approve_patterns": "skipped",
        "apply_patterns": "skipped",
        "publish_report": "success",
        "compensate": "success",
    }, run.errors
    assert run.results["start_evolution"]["trial_id"] == "17"
    assert run.results["await_evolution"]["generation"] == 4
    outcome = run.results["publish_report"]
    assert (outcome["trial_id"], outcome["name"], outcome["best_fitness"], outcome["digest"]) == ("17", "foreign", 4.0, None)
    report = Path(outcome["report"].removeprefix("file://"))
    assert report.name == "17.html"
    assert "no such operation" in report.read_text()
