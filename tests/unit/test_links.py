"""Where a task's links lead."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from dean_provider.handle import RecordRef, TrialHandle
from dean_provider.links import REPORT_KEY, ReportLink, TrialLink

WORKFLOW = UUID(int=7)
SERVED = f"dean/api/v1/trials/{WORKFLOW}/report"


@pytest.fixture
def recorded() -> dict[str, Any]:
    ref = RecordRef(workflow_id=WORKFLOW, conn_id="dean_gateway_default", dag_id="d", run_id="r")
    return TrialHandle(trial_id="t-1", record=ref).to_xcom()


@pytest.mark.parametrize("form", [lambda one: {"trial": one}, lambda one: {"trial": json.dumps(one)}, lambda one: {"plan": one}])
def test_a_trial_that_is_recorded_is_shown_below_whatever_path_airflow_has(recorded: Any, form: Any) -> None:
    assert TrialLink().get_link(SimpleNamespace(**form(recorded)), ti_key=None) == f"plugin/dean/trials/{WORKFLOW}"


@pytest.mark.parametrize("given", [{}, {"trial": "an-id"}, {"trial": 3}, {"plan": None}])
def test_there_is_no_link_to_a_trial_that_is_not_recorded(given: Any) -> None:
    assert TrialLink().get_link(SimpleNamespace(**given), ti_key=None) == ""


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://reports.example/r.html", "https://reports.example/r.html"),
        ("file:///r.html", SERVED),
        ("s3://bucket/r.html", SERVED),
        (None, ""),
    ],
)
def test_the_report_is_where_a_browser_can_go(monkeypatch: Any, recorded: Any, written: str | None, link: str) -> None:
    from airflow.sdk.execution_time.xcom import XCom

    monkeypatch.setattr(XCom, "get_value", lambda ti_key, key: written if key == REPORT_KEY else None)
    assert ReportLink().get_link(SimpleNamespace(trial=recorded), ti_key=None) == link


def test_without_a_record_a_report_in_a_folder_has_no_link(monkeypatch: Any) -> None:
    from airflow.sdk.execution_time.xcom import XCom

    monkeypatch.setattr(XCom, "get_value", lambda ti_key, key: "file:///r.html")
    assert ReportLink().get_link(SimpleNamespace(trial="t-1"), ti_key=None) == ""
