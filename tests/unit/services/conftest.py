from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from functools import partialmethod
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.settings import EvolutionSettings
from dean_provider.services.indexagent.app import create_app
from dean_provider.services.indexagent.settings import IndexAgentSettings
from dean_provider.services.store import Database, migrate

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class LocalClient:
    """Asks an application in this process; nothing behind its routes is started."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        content = more.get("content")
        if content is not None and not isinstance(content, bytes):
            more["content"] = _chunks(content)

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")


async def _chunks(parts: Any) -> Any:
    for part in parts:
        yield part


@pytest.fixture
def client_of() -> type[LocalClient]:
    return LocalClient


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], str]:
    """Puts a service's empty database into a folder, and gives its URL."""
    folder = tmp_path_factory.mktemp("migrated")

    def put(service: str, into: Path) -> str:
        empty = folder / f"{service}.db"
        if not empty.exists():
            database = Database(f"sqlite:///{empty}")
            migrate(database, f"dean_provider.services.{service}")
            database.close()
        return f"sqlite:///{shutil.copy(empty, into)}"

    return put


@pytest.fixture
def _bound_once(bind_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dean_provider.services.web.app.bind", bind_once)


@pytest.fixture
def indexagent(tmp_path: Path, migrated: Callable[[str, Path], str], _bound_once: None) -> Iterator[Callable[..., LocalClient]]:
    """Makes a client of an IndexAgent in this process."""
    url = migrated("indexagent", tmp_path)
    with ExitStack() as stack:

        def make(**settings: Any) -> LocalClient:
            app = create_app(IndexAgentSettings(database_url=url, **settings), now=lambda: NOW)
            stack.callback(app.state.close)
            return LocalClient(app)

        yield make


@pytest.fixture
def evolution_app(tmp_path: Path, migrated: Callable[[str, Path], str], _bound_once: None) -> Iterator[EvolutionService]:
    """The Evolution API's parts with its tables, but nothing running."""
    url = migrated("evolution", tmp_path)
    service = EvolutionService(EvolutionSettings(database_url=url, workers=1, indexagent_url="http://127.0.0.1:9"), now=lambda: NOW)
    yield service
    service.indexagent.close()
    service.database.close()


@pytest.fixture
def evolution(evolution_app: EvolutionService) -> LocalClient:
    """A client of it."""
    return LocalClient(evolution_app.app)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/any.db")
    yield made
    made.close()
