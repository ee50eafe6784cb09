"""Airflow's own REST API, called in this process with the caller's own credentials, so that its rules and its audit hold.

Never over the network: a server that waits for itself can run out of threads. And never many at once: Airflow's connection pool is
small, and its own endpoint fails when more wait for it than it holds.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from starlette.types import ASGIApp
from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_random_exponential

from dean_provider.errors import (
    AuthenticationError,
    DeanError,
    InvalidConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    ServiceFailureError,
    ServiceUnavailableError,
)

__all__ = ["AirflowAPI"]

_AT_ONCE = 8
_AT_ONCE_ON_SQLITE = 1
"""Airflow's endpoint writes from the event loop, so that of two writers on SQLite one waits for the loop and the other holds it."""

_ATTEMPTS = 4
"""Of what may be asked twice, when Airflow's database was busy: SQLite has one writer at a time, and Airflow answers 500 to the others."""

_SECONDS = 30.0
_LONGEST_DETAIL = 500


def _installed() -> tuple[ASGIApp, str]:
    from airflow.api_fastapi.app import API_ROOT_PATH, cached_app

    # With the server's own arguments, or Airflow makes another application.
    return cached_app(apps=os.environ.get("AIRFLOW_API_APPS", "all")), API_ROOT_PATH.rstrip("/")


def _at_once() -> int:
    from airflow import settings

    engine: Any = settings.engine
    return _AT_ONCE_ON_SQLITE if engine.dialect.name == "sqlite" else _AT_ONCE


class AirflowAPI:
    """:param application: Airflow's ASGI application and its path prefix.
    :param at_once: how many calls may go on at the same time; asked at the first one.
    :param sleep: waits between attempts.
    """

    def __init__(
        self,
        application: Callable[[], tuple[ASGIApp, str]] = _installed,
        at_once: Callable[[], int] = _at_once,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application = application
        self._at_once = at_once
        self._sleep = sleep
        self._turn: asyncio.Semaphore | None = None

    async def create_run(
        self, credentials: Mapping[str, str], dag_id: str, run_id: str, conf: Mapping[str, Any], note: str | None = None
    ) -> bool:
        """Create a run; ``False`` when there is one with this id already.

        :raises DeanError: why Airflow refuses.
        """
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf), "note": note}
        answer = await self._send(credentials, "POST", f"/dags/{quote(dag_id, safe='')}/dagRuns", body)
        if answer.status_code == 409:
            return False
        if answer.is_success:
            return True
        raise _refusal(answer, f"start DAG {dag_id}")

    async def conf_of_run(self, credentials: Mapping[str, str], dag_id: str, run_id: str) -> dict[str, Any] | None:
        """The conf of a run, if there is one with this id.

        :raises DeanError: why Airflow refuses.
        """
        answer = await self._send(credentials, "GET", f"/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}")
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise _refusal(answer, f"read run {run_id}")
        found = answer.json().get("conf")
        return found if isinstance(found, dict) else {}

    async def end_run(self, credentials: Mapping[str, str], dag_id: str, run_id: str) -> None:
        """Fail a run that goes on. One that is over, or gone, stays so.

        :raises DeanError: why Airflow refuses.
        """
        path = f"/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}"
        found = await self._send(credentials, "GET", path)
        if found.status_code == 404 or (found.is_success and found.json().get("state") in ("success", "failed")):
            return
        answer = await self._send(credentials, "PATCH", path, {"state": "failed"})
        if not answer.is_success and answer.status_code != 404:
            raise _refusal(answer, f"end run {run_id}")

    async def _send(self, credentials: Mapping[str, str], method: str, path: str, body: Any = None) -> httpx.Response:
        """Airflow's answer. Everything sent from here names what it is about, so that sending it again is sending it once."""
        attempts = AsyncRetrying(
            retry=retry_if_result(_busy),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(0.2, max=2.0),
            sleep=self._sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        answer: httpx.Response = await attempts(self._attempt, credentials, method, path, body)
        return answer

    async def _attempt(self, credentials: Mapping[str, str], method: str, path: str, body: Any) -> httpx.Response:
        application, prefix = self._application()
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        if self._turn is None:
            self._turn = asyncio.Semaphore(self._at_once())
        async with (
            self._turn,
            httpx.AsyncClient(transport=transport, base_url="http://airflow", headers=dict(credentials), timeout=_SECONDS) as client,
        ):
            try:
                return await asyncio.wait_for(client.request(method, f"{prefix}/api/v2{path}", json=body), _SECONDS)
            except asyncio.TimeoutError:
                raise ServiceUnavailableError("Airflow did not answer in time.", retry_after=2.0) from None


def _said(answer: httpx.Response) -> Any:
    """What Airflow says is wrong."""
    try:
        return answer.json().get("detail", "")
    except (ValueError, AttributeError):
        return ""


def _busy(answer: httpx.Response) -> bool:
    """Whether Airflow's database did not take it now."""
    said = _said(answer) if answer.status_code == 500 else None
    return isinstance(said, dict) and said.get("reason") == "Database error"


def _refusal(answer: httpx.Response, what: str) -> DeanError:
    """Airflow's answer in our words."""
    detail = str(_said(answer))[:_LONGEST_DETAIL]
    if _busy(answer):
        return ServiceUnavailableError(
            f"Airflow's database is too busy to {what}.",
            retry_after=2.0,
            details={"airflow_status": answer.status_code, "airflow_says": detail},
            suggestions=[
                "Ask again with the same Idempotency-Key.",
                "SQLite has one writer at a time: use PostgreSQL for more than trying out.",
            ],
        )
    details = {"airflow_status": answer.status_code, "airflow_says": detail}
    kinds: dict[int, type[DeanError]] = {
        400: InvalidConfigurationError,
        401: AuthenticationError,
        403: PermissionDeniedError,
        404: NotFoundError,
        422: InvalidConfigurationError,
    }
    kind = kinds.get(answer.status_code, ServiceUnavailableError if answer.status_code == 503 else ServiceFailureError)
    reason = f": {detail}" if detail and answer.status_code < 500 else ""
    return kind(f"Airflow refuses to {what}{reason}.".replace("..", "."), details=details)
