"""Airflow's API in this process, played by an application that answers what a test wants."""

from __future__ import annotations

import asyncio
import json

import pytest
from fastapi import FastAPI, Request, Response

from dean_provider.errors import (
    AuthenticationError,
    InvalidConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    ServiceFailureError,
    ServiceUnavailableError,
)
from dean_provider.plugins.api.airflow_api import AirflowAPI


class Airflow:
    """Records what it is asked; at most how many at once."""

    def __init__(self, status: int = 200, body: object = None, prefix: str = "", *, busy: int = 0) -> None:
        """:param busy: how often the database does not take it first, as Airflow says it."""
        self.slept: list[float] = []
        self.asked: list[tuple[str, str, object, str]] = []
        self.now = self.most = 0
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST", "PATCH"])
        async def answer(path: str, request: Request) -> Response:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0)
            content = await request.body()
            sent = json.loads(content) if content else None
            self.asked.append((request.method, f"/{path}", sent, request.headers.get("authorization", "")))
            self.now -= 1
            if len(self.asked) <= busy:
                said = {"detail": {"reason": "Database error", "statement": "hidden", "orig_error": "hidden"}}
                return Response(json.dumps(said), status_code=500, media_type="application/json")
            return Response(json.dumps(body or {}), status_code=status, media_type="application/json")

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        self.api = AirflowAPI(lambda: (app, prefix), lambda: 2, sleep)


async def test_the_conf_of_a_run_is_read_if_there_is_one() -> None:
    assert await Airflow(body={"conf": {"seed": 1}}).api.conf_of_run({}, "dag", "run") == {"seed": 1}
    assert await Airflow(body={"conf": None}).api.conf_of_run({}, "dag", "run") == {}
    assert await Airflow(404).api.conf_of_run({}, "dag", "run") is None
    with pytest.raises(PermissionDeniedError):
        await Airflow(403).api.conf_of_run({}, "dag", "run")


async def test_a_run_is_created_with_the_callers_own_credentials() -> None:
    airflow = Airflow(prefix="/af")
    assert await airflow.api.create_run({"authorization": "Bearer t"}, "a b", "run-1", {"seed": 1}, "why")
    assert airflow.asked == [
        (
            "POST",
            "/af/api/v2/dags/a b/dagRuns",
            {"dag_run_id": "run-1", "logical_date": None, "conf": {"seed": 1}, "note": "why"},
            "Bearer t",
        )
    ]


async def test_a_run_that_is_there_is_found() -> None:
    assert not await Airflow(409).api.create_run({}, "dag", "run", {})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidConfigurationError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (422, InvalidConfigurationError),
        (503, ServiceUnavailableError),
        (500, ServiceFailureError),
    ],
)
async def test_a_refusal_is_told_in_our_words(status, error) -> None:
    with pytest.raises(error) as caught:
        await Airflow(status, {"detail": "because"}).api.create_run({}, "dag", "run", {})
    assert caught.value.details["airflow_status"] == status
    assert ("because" in caught.value.message) is (status < 500)


async def test_a_busy_database_is_asked_again() -> None:
    airflow = Airflow(busy=2)
    assert await airflow.api.create_run({}, "dag", "run", {})
    assert len(airflow.asked) == 3
    assert all(0 <= seconds <= 2 for seconds in airflow.slept)


async def test_a_database_that_stays_busy_is_told_as_something_that_passes() -> None:
    airflow = Airflow(busy=100)
    with pytest.raises(ServiceUnavailableError, match="too busy to start DAG dag") as caught:
        await airflow.api.create_run({}, "dag", "run", {})
    assert caught.value.retry_after
    assert len(airflow.asked) == 4


async def test_any_other_failure_is_not_tried_again() -> None:
    airflow = Airflow(500, {"detail": "because"})
    with pytest.raises(ServiceFailureError):
        await airflow.api.end_run({}, "dag", "run")
    assert len(airflow.asked) == 2, "looked at once, changed once"


async def test_no_more_are_under_way_than_airflow_bears() -> None:
    airflow = Airflow()
    await asyncio.gather(*(airflow.api.create_run({}, "dag", f"r{number}", {}) for number in range(10)))
    assert len(airflow.asked) == 10
    assert airflow.most <= 2


@pytest.mark.parametrize(("state", "methods"), [("running", ["GET", "PATCH"]), ("queued", ["GET", "PATCH"]), ("success", ["GET"])])
async def test_a_run_that_is_over_is_left_alone(state, methods) -> None:
    airflow = Airflow(200, {"state": state})
    await airflow.api.end_run({}, "dag", "run")
    assert [method for method, *_ in airflow.asked] == methods


async def test_a_run_that_is_gone_has_ended() -> None:
    await Airflow(404).api.end_run({}, "dag", "run")
