"""A live Airflow with the reference services for the system tests, through the supervisor that also runs the demo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dean_provider.local.stack import Stack

DAGS = Path(__file__).parent / "dags"
OLDEST = "DEAN_TEST_OLDEST_PYTHON"
# New files are seen at once, not after five minutes.
TEST_SETTINGS = {"AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "2", "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "5"}

MakeStack = Callable[..., Stack]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated databases, made once for all stacks of the session."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="session")
def oldest_python() -> str:
    """Interpreter with the oldest supported Airflow."""
    python = os.environ.get(OLDEST, "")
    if not python or not Path(python).exists():
        pytest.skip(f"needs an environment with the oldest supported Airflow, named by {OLDEST}; `make test` makes one")
    return python


@pytest.fixture(scope="session")
def build_stack(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> MakeStack:
    """A stack on free ports that has not been started, with the DAGs of ``tests/system/dags``; options as for ``Stack``."""

    def build(**options: object) -> Stack:
        home = tmp_path_factory.mktemp("stack")
        if DAGS.is_dir():
            shutil.copytree(DAGS, home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
        env = {**TEST_SETTINGS, **options.pop("env", {})}
        return Stack(home, env=env, fresh=True, templates=templates, **options)

    return build


@pytest.fixture(scope="session")
def stack(build_stack: MakeStack) -> Iterator[Stack]:
    """The newest Airflow on SQLite, shared by the whole session: leave no component down and no run going."""
    with build_stack() as running:
        yield running


@pytest.fixture(scope="session")
def oldest_stack(build_stack: MakeStack, oldest_python: str) -> Iterator[Stack]:
    """The oldest supported Airflow on SQLite, shared by the whole session."""
    with build_stack(airflow_python=oldest_python) as running:
        yield running


@pytest.fixture
def make_stack(build_stack: MakeStack) -> Iterator[MakeStack]:
    """A running stack for one test alone, with options as for ``Stack``, stopped after the test."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(build_stack(**options))
