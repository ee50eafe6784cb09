"""Whatever is wrong with the gateway, Airflow's API server starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from dean_provider.errors import InvalidConfigurationError
from dean_provider.plugins.api.safe import gateway_app, safe_app


async def _get(app: FastAPI, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    "error", [InvalidConfigurationError("redis_url = redis://u:secret@h"), ImportError("secret"), RuntimeError("secret")]
)
async def test_an_application_that_cannot_be_built_is_replaced_by_one_that_says_so_to_nobody_in_particular(error) -> None:
    def build() -> FastAPI:
        raise error

    app = safe_app(build)
    for path in ("/", "/api/v1/trials", "/docs"):
        answer = await _get(app, path)
        assert (answer.status_code, answer.json()["error_code"]) == (503, "service_unavailable")
        assert "secret" not in answer.text
        assert int(answer.headers["retry-after"]) == 60


@pytest.mark.parametrize("phase", ["start", "end"])
async def test_a_lifespan_that_fails_stops_nobody(phase) -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if phase == "start":
            raise RuntimeError
        yield
        raise RuntimeError

    app = safe_app(lambda: FastAPI(lifespan=lifespan))
    async with app.router.lifespan_context(app):
        assert (await _get(app, "/nothing")).status_code == 404


async def test_a_configuration_that_cannot_work_is_no_reason_not_to_start(monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW__DEAN__GATEWAY_THREADS", "many")
    assert (await _get(gateway_app(), "/api/v1/health")).status_code == 503
