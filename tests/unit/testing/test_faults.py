from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.problem import Problem, to_error
from dean_provider.errors import ConflictError, RateLimitedError, ServiceUnavailableError
from dean_provider.testing import Fault, Faults
from dean_provider.testing.faults import FaultyApp


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def app(faults):
    return FaultyApp(PlainTextResponse("healthy"), evolution.REFERENCE, faults)


@pytest.fixture
async def client(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as made:
        yield made


async def test_without_a_script_the_service_answers(client, app):
    assert (await client.get("/api/v1/trials/t")).text == "healthy"
    await client.post("/api/v1/trials/validate")
    await client.post("/api/v1/trials")
    await client.get("/nowhere")
    assert app.calls == {"read_trial": 1, "validate_trial": 1, "start_trial": 1, "": 1}


async def test_a_fault_befalls_its_operation_so_often(client, faults):
    faults.add(Fault("read_trial", status=503, retry_after=2, times=2, skip=1))
    statuses = [(await client.get("/api/v1/trials/t")).status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    assert (await client.get("/api/v1/trials")).status_code == 200


async def test_a_scripted_failure_is_a_problem_document(client, faults):
    faults.add(Fault(status=503, retry_after=2))
    answer = await client.get("/health")
    assert answer.headers["retry-after"] == "2"
    assert isinstance(to_error(Problem.model_validate_json(answer.content)), ServiceUnavailableError)
    faults.add(Fault(error=ConflictError("taken")))
    answer = await client.get("/health")
    assert answer.status_code == 409
    assert to_error(Problem.model_validate_json(answer.content)).message == "taken"
    faults.add(Fault(status=429))
    assert isinstance(to_error(Problem.model_validate_json((await client.get("/health")).content)), RateLimitedError)


@pytest.mark.parametrize(("body", "text"), [({"a": 1}, '{"a": 1}'), ("<html>", "<html>"), (b"\xff", None)])
async def test_any_other_answer_may_be_scripted(client, faults, body, text):
    faults.add(Fault(body=body, status=418, headers={"X-Tea": "pot"}))
    answer = await client.get("/health")
    assert (answer.status_code, answer.headers["x-tea"]) == (418, "pot")
    assert text is None or answer.text == text


async def test_faults_follow_one_another_and_can_be_cleared(client, faults):
    faults.add(Fault(status=500)).add(Fault(status=502)).add(Fault(status=504, times=None))
    assert [(await client.get("/health")).status_code for _ in range(4)] == [500, 502, 504, 504]
    faults.clear()
    assert (await client.get("/health")).status_code == 200
