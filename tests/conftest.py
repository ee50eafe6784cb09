"""What every test stands on: no setting of the user's own Airflow reaches it, and skips are named."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

HOME = Path(tempfile.mkdtemp(prefix="dean-tests-"))


def _isolate() -> None:
    """Point Airflow at a throw-away home before anything imports it."""
    for name in [name for name in os.environ if name.startswith(("AIRFLOW", "DEAN_")) and not name.startswith("DEAN_TEST_")]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(
        AIRFLOW_HOME=str(HOME),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(HOME / "dags"),
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{HOME}/airflow.db",
    )


_isolate()

# What Airflow and the tests' libraries make as they are imported stays: walking it again and again takes a seventh of the tests' time.
gc.set_threshold(50_000, 50, 100)

# A deadline per example would fail on a busy machine for no fault of the code. `make fuzz` looks longer. A test that is dear or cheap takes
# a share or a multiple of `settings.default.max_examples`, so that every test scales.
settings.register_profile("short", deadline=None, max_examples=30)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile("long" if os.environ.get("DEAN_TEST_LONG") else "short")


_configure = structlog.configure


def _configure_without_caching(*args: Any, **more: Any) -> None:
    """A logger of a module that kept what it saw first would write to the stream of one test, in its form, for every later one."""
    _configure(*args, **{**more, "cache_logger_on_first_use": False})


structlog.configure = _configure_without_caching
# On the renderer that every reset gives back: a traceback in colours, with every variable, takes longer than the test that asks for it.
structlog.get_config()["processors"][-1].exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Each test begins with structlog as it is by default, and what it, or an import in it, does to logging ends with it."""
    structlog.reset_defaults()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of the tests, the same in all its processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


# Fixtures of the session that take a share of a processor for as long as they are there.
DEAR = ("stack",)
_dear_under_way: dict[str, Any] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """End what is dear with the file whose successor does not need it, not with the session."""
    yield
    for name in set(DEAR) & set(getattr(item, "fixturenames", ())):
        _dear_under_way[name] = item._fixtureinfo.name2fixturedefs[name][-1]
    if nextitem is not None and nextitem.path != item.path:
        for name in set(_dear_under_way) - set(getattr(nextitem, "fixturenames", ())):
            _dear_under_way.pop(name).finish(item._request)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refuse-skips", action="store_true", help="A skipped test fails the run: everything it needs is installed here.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and config.getoption("--refuse-skips"):
        terminalreporter.section("skips are refused here")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, what takes longest and mostly waits begins first; on its own, what is quick."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: ("system" not in item.keywords, "integration" not in item.keywords))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share what is dear to start run in one process: the same live Airflow, the same folder of services, the same file.

    A live Airflow mostly waits, but one for each process would make each other late: half of the processes take what needs none.
    """
    from xdist.scheduler import LoadScopeScheduling

    def live(unit: Any) -> bool:
        return any(nodeid.startswith("tests/system/") for nodeid in unit)

    class Sharing(LoadScopeScheduling):
        def _assign_work_unit(self, node: Any) -> None:
            under_way = sum(
                live(unit) and not all(unit.values())
                for other, units in self.assigned_work.items()
                if other is not node
                for unit in units.values()
            )
            wanted = under_way < (self.numnodes + 1) // 2
            first = next((scope for scope, unit in self.workqueue.items() if live(unit) is wanted), None)
            if first is not None:
                self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

        def _split_scope(self, nodeid: str) -> str:
            path, _, name = nodeid.partition("::")
            if path.startswith("tests/system/"):
                _, _, parameter = name.partition("[")
                return parameter or nodeid
            return path.rpartition("/")[0] if path.startswith("tests/integration/") else path

    config.option.loadscopereorder = False
    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and session.config.getoption("--refuse-skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shutil.rmtree(HOME, ignore_errors=True)
    gc.collect()
    gc.freeze()  # pytest is about to walk through everything five times; what went wrong in what is left has been told now
