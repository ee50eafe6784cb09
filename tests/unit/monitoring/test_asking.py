"""A service is asked in time and within bounds, and what is wrong is said without its address."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager, suppress
from itertools import count
from types import SimpleNamespace

import pytest
from aiohttp import web

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.errors import ConfigurationError, ServiceUnavailableError
from dean_provider.hooks.connection import MUST_EXIST, Settings
from dean_provider.monitoring.asking import LARGEST_ANSWER, Inquirer, by_connection
from tests.unit.monitoring.conftest import HEALTH


async def test_a_service_that_is_well(service, inquire) -> None:
    found = await inquire().ask()
    (finding,) = found.findings
    assert (finding.status, finding.version, finding.answered, finding.breaker) == (ServiceStatus.HEALTHY, "1.2", True, "closed")
    assert finding.latency_seconds > 0
    assert [(one.name, one.value, one.service) for one in found.figures.samples] == [("jobs", 3, "one")]
    assert "Authorization" not in service.headers


async def test_figures_are_looked_for_where_services_keep_them(service, inquire) -> None:
    service.answers = {"/health": HEALTH, "/api/v1/metrics": {"total_jobs": 4}}
    inquirer = inquire()
    found = await inquirer.ask()
    assert [one.name for one in found.figures.samples] == ["evolution_total_jobs"]
    service.asked.clear()
    await inquirer.ask()
    assert service.asked == ["/health", "/api/v1/metrics"]


async def test_one_that_tells_no_figures_is_well_and_not_asked_for_them_every_time(service, inquire) -> None:
    service.answers = {"/health": HEALTH}
    inquirer = inquire()
    found = await inquirer.ask()
    assert (found.findings[0].status, found.figures.samples) == (ServiceStatus.HEALTHY, ())
    service.asked.clear()
    await inquirer.ask()
    assert service.asked == ["/health"]


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """100 MB, without saying so first."""
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError, RuntimeError):
        for _ in range(1600):
            await response.write(b"x" * 65_536)
    return response


async def crash(request: web.Request) -> web.StreamResponse:
    return web.Response(status=500, text="Traceback: password=hunter2 at http://secret.example")


async def elsewhere(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://169.254.169.254/"})


async def garbage(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"\x00\xff<html>")


@pytest.mark.parametrize(
    ("answer", "answered", "message"),
    [
        (hang, False, "no answer within 0.3 s"),
        (endless, False, "too large"),
        (crash, True, "(500)"),
        (elsewhere, True, "(302)"),
        (garbage, True, "does not say how it is"),
    ],
)
async def test_a_service_that_is_not_well(service, inquire, answer, answered, message) -> None:
    service.answers = {"/health": answer, "/metrics": "jobs 1\n"}
    (finding,) = (await inquire().ask()).findings
    assert (finding.status, finding.answered) == (ServiceStatus.UNHEALTHY, answered)
    assert message in finding.message
    assert "secret" not in finding.message
    assert "127.0.0.1" not in finding.message


@pytest.mark.parametrize("answer", [hang, endless, crash, garbage])
async def test_bad_figures_make_no_service_ill(service, inquire, answer) -> None:
    service.answers = {"/health": HEALTH, "/metrics": answer}
    found = await inquire().ask()
    assert (found.findings[0].status, found.figures.samples) == (ServiceStatus.HEALTHY, ())


async def test_one_that_keeps_failing_is_left_alone_for_a_while(service, inquire) -> None:
    service.answers = {"/health": crash}
    inquirer = inquire()
    for _ in range(3):
        assert (await inquirer.ask()).findings[0].asked
    service.asked.clear()
    (finding,) = (await inquirer.ask()).findings
    assert (finding.asked, finding.breaker, service.asked) == (False, "open", [])
    assert "3 times in a row" in finding.message


async def test_nobody_there(inquire) -> None:
    (finding,) = (await inquire(port=9).ask()).findings
    assert (finding.status, finding.answered) == (ServiceStatus.UNHEALTHY, False)
    assert finding.message == "The service could not be reached"


@pytest.fixture
async def connected(service, monkeypatch):
    """One that is found by a connection, looked up anew every time; what Airflow says of it, and whether its database answers."""
    settings = Settings(conn_id="one", base_url=f"http://127.0.0.1:{service.port}")
    missing = ConfigurationError("There is no connection.", details={"rule": MUST_EXIST})
    world = SimpleNamespace(says=settings, missing=missing, away=False, held=None)

    def look_up(_: str) -> Settings:
        if world.held is not None:
            world.held.wait(10)
        if isinstance(world.says, Exception):
            raise world.says
        return world.says

    @contextmanager
    def sessions():
        if world.away:
            raise ServiceUnavailableError("away")
        yield

    monkeypatch.setattr("dean_provider.monitoring.asking.look_up", look_up)
    world.inquirer = Inquirer("one", "evolution", by_connection("one", "one", 0.3, sessions), 0.3, {}, clock=count(100, 100).__next__)
    yield world
    await world.inquirer.aclose()


async def test_a_service_whose_connection_is_deleted_is_no_longer_known(connected) -> None:
    assert (await connected.inquirer.ask()).findings[0].status is ServiceStatus.HEALTHY
    connected.says = connected.missing
    (finding,) = (await connected.inquirer.ask()).findings
    assert (finding.status, finding.message) == (ServiceStatus.UNKNOWN, "there is no connection to it")


async def test_a_service_is_asked_where_it_was_while_the_database_is_away(connected) -> None:
    await connected.inquirer.ask()
    connected.says, connected.away = connected.missing, True
    assert (await connected.inquirer.ask()).findings[0].status is ServiceStatus.HEALTHY


async def test_a_service_is_asked_where_it_was_while_the_database_hangs(connected) -> None:
    await connected.inquirer.ask()
    connected.held = threading.Event()
    for _ in range(2):
        assert (await connected.inquirer.ask()).findings[0].status is ServiceStatus.HEALTHY
    connected.held.set()


async def test_a_service_that_was_never_looked_up_is_unknown_while_the_database_is_away(connected) -> None:
    connected.says, connected.away = connected.missing, True
    (finding,) = (await connected.inquirer.ask()).findings
    assert (finding.status, finding.message) == (ServiceStatus.UNKNOWN, "the connection to it cannot be looked up now")


async def test_paths_of_its_own(service, inquire) -> None:
    service.answers = {"/healthz": "ok", "/figures": json.dumps("jobs 5\n")}
    found = await inquire(health="/healthz", metrics="/figures").ask()
    assert found.findings[0].status is ServiceStatus.HEALTHY
    assert found.figures.samples[0].value == 5


def test_what_is_read_is_a_few_megabytes_at_most() -> None:
    assert LARGEST_ANSWER <= 4 * 2**20
