from __future__ import annotations

import pytest
import structlog
from fastapi import FastAPI

from dean_provider.contract.endpoints import indexagent
from dean_provider.testing.mock_services import MockService


@pytest.fixture
def unconfigured():
    before = structlog.get_config(), structlog.is_configured()
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    if before[1]:
        structlog.configure(**before[0])


@pytest.mark.usefixtures("unconfigured")
def test_a_crash_is_logged_without_what_its_variables_hold(capsys):
    service = MockService(FastAPI(), indexagent.REFERENCE)
    service.start()
    service.stop()

    def crash(password):
        raise RuntimeError(f"crashed with {len(password)} letters")

    try:
        crash("swordfish")
    except RuntimeError:
        structlog.get_logger().exception("request crashed")
    shown = capsys.readouterr().out
    assert "RuntimeError: crashed with 9 letters" in shown
    assert "swordfish" not in shown.replace('crash("swordfish")', "")


@pytest.mark.usefixtures("unconfigured")
def test_a_callers_own_configuration_stays(capsys):
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    service = MockService(FastAPI(), indexagent.REFERENCE)
    service.start()
    service.stop()
    structlog.get_logger().info("mine")
    assert capsys.readouterr().out.splitlines()[-1] == '{"event": "mine"}'
