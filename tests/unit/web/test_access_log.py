"""Which requests are told at which level, wherever the application is mounted."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.middleware import Middleware
from structlog.testing import capture_logs

from dean_provider.contract.service import ServiceName
from dean_provider.web.access_log import AccessLog
from dean_provider.web.instruments import Instruments


@pytest.fixture(params=["", "/dean", "/af/dean"])
def ask(request: pytest.FixtureRequest):
    """Asks an application below that path; the lines told, by level and path."""
    app = FastAPI(middleware=[Middleware(AccessLog, instruments=Instruments(ServiceName.GATEWAY, "1"))])

    def answer(status: int = 200) -> PlainTextResponse:
        return PlainTextResponse("", status)

    for path in ("/health", "/metrics", "/api/v1/trials"):
        app.add_api_route(path, answer)
    whole = FastAPI()
    whole.mount(request.param, app)

    def get(path: str) -> list[tuple[str, str]]:
        async def run() -> None:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(whole), base_url="http://service") as client:
                await client.get(f"{request.param}{path}")

        with capture_logs() as told:
            asyncio.run(run())
        return [(line["log_level"], line["path"].removeprefix(request.param)) for line in told]

    return get


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_scrapes_and_health_checks_fill_no_log(ask, path: str) -> None:
    assert ask(path) == [("debug", path)]


@pytest.mark.parametrize("path", ["/health?status=503", "/metrics?status=401", "/api/v1/trials", "/nowhere"])
def test_whatever_else_is_asked_or_fails_is_told(ask, path: str) -> None:
    assert ask(path) == [("info", path.partition("?")[0])]
