"""The reference services in threads of this process, on free ports, with a script in front of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from typing_extensions import Self

from dean_provider.contract.endpoints import evolution as evolution_operations
from dean_provider.contract.endpoints import indexagent as indexagent_operations
from dean_provider.contract.endpoints.dialect import Dialect
from dean_provider.errors import ConfigurationError
from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.indexagent.app import create_app
from dean_provider.services.indexagent.settings import IndexAgentSettings
from dean_provider.services.web.listening import address, listen
from dean_provider.services.web.settings import sqlite_url
from dean_provider.testing.faults import Faults, FaultyApp

__all__ = ["MockService", "MockServices"]

_START_SECONDS = 60.0


def _log_plainly() -> None:
    """Show a crash as its trace alone: structlog's own choice for terminals also prints every local variable, headers included."""
    if not structlog.is_configured():
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


class MockService:
    """One service behind its script.

    :ivar faults: the script.
    :ivar url: where it answers.
    """

    def __init__(self, app: FastAPI, dialect: Dialect, host: str = "127.0.0.1", port: int = 0) -> None:
        self.faults = Faults()
        self._faulty = FaultyApp(app, dialect, self.faults)
        self._socket = listen(host, port)
        self.url = address(self._socket)
        config = uvicorn.Config(self._faulty, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name=f"mock-{dialect.service.value}")

    @property
    def calls(self) -> Counter[str]:
        """Calls so far by operation, those a fault befell included."""
        return self._faulty.calls

    def start(self) -> None:
        """Serve.

        :raises ConfigurationError: it did not start.
        """
        _log_plainly()
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS * 50)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            waited.wait(0.02)
        raise ConfigurationError("The mock service did not start; its log says why.")

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join()


class MockServices:
    """Both services, as a context manager.

    :param folder: where their databases are kept.
    :param indexagent: settings of IndexAgent beyond the defaults.
    :param evolution: settings of the Evolution API beyond the defaults.
    """

    def __init__(
        self, folder: Path | str, *, indexagent: Mapping[str, Any] | None = None, evolution: Mapping[str, Any] | None = None
    ) -> None:
        folder = Path(folder)
        first: dict[str, Any] = {"database_url": sqlite_url(folder / "indexagent.db"), **(indexagent or {})}
        self.indexagent = MockService(create_app(IndexAgentSettings(**first)), indexagent_operations.REFERENCE)
        second: dict[str, Any] = {
            "database_url": sqlite_url(folder / "evolution.db"),
            "indexagent_url": self.indexagent.url,
            "workers": 1,
            **(evolution or {}),
        }
        self._service = EvolutionService(EvolutionSettings(**second))
        self.evolution = MockService(self._service.app, evolution_operations.REFERENCE)

    def __enter__(self) -> Self:
        self.indexagent.start()
        try:
            self.evolution.start()
        except BaseException:
            self.indexagent.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._service.stop_waiting()
        self.evolution.stop()
        self.indexagent.stop()
