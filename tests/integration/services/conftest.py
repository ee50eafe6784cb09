from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from dean_provider.testing import MockServices


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Services in threads of this process would log to its stdout."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockServices]:
    folder: Path = tmp_path_factory.mktemp("services")
    code = folder / "code"
    code.mkdir()
    (code / "greeting.py").write_text("def greet(name):\n    return f'hello {name}'\n")
    (folder / "secret.txt").write_text("greet nobody")
    (code / "way_out").symlink_to(folder / "secret.txt")
    settings = {"repositories": f"demo={code}"}
    with MockServices(folder, indexagent=settings, evolution={"workers": 2, "heartbeat_seconds": 0.2}) as running:
        yield running


@pytest.fixture
def caller(services: MockServices, caller_of: Callable[[str, str], Any]) -> Any:
    services.evolution.faults.clear()
    services.indexagent.faults.clear()
    return caller_of(services.indexagent.url, services.evolution.url)
