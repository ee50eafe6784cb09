from __future__ import annotations

import structlog
from fastapi import FastAPI

from dean_provider.contract.endpoints import indexagent
from dean_provider.testing.mock_services import MockService


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


def test_a_callers_own_configuration_stays(capsys):
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    service = MockService(FastAPI(), indexagent.REFERENCE)
    service.start()
    service.stop()
    structlog.get_logger().info("mine")
    assert capsys.readouterr().out.splitlines()[-1] == '{"event": "mine"}'
