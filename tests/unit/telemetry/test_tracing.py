"""Spans below Airflow's, and through the services."""

from __future__ import annotations

import logging

import pytest
from opentelemetry import trace
from structlog.contextvars import get_contextvars

from dean_provider.telemetry import tracing
from dean_provider.telemetry.work import known_of, working


def test_a_step_is_a_part_of_the_tasks_trace_and_says_which_trial(spans) -> None:
    with (
        trace.get_tracer("airflow").start_as_current_span("task_run") as task,
        working("StartOperator", trial_id="t1", run_id="r", dag_id=None),
    ):
        assert get_contextvars() == {"trial_id": "t1", "run_id": "r"}
    step = next(one for one in spans.get_finished_spans() if one.name == "dean.StartOperator")
    assert step.parent.span_id == task.get_span_context().span_id
    assert step.attributes == {"dean.trial_id": "t1", "dean.run_id": "r"}
    assert get_contextvars() == {}


def test_what_fails_is_noted(spans) -> None:
    with pytest.raises(ZeroDivisionError), tracing.span("dean.record"):
        raise ZeroDivisionError
    (made,) = spans.get_finished_spans()
    assert not made.status.is_ok
    assert made.events[0].name == "exception"


def test_a_trace_goes_on_where_the_caller_says(spans) -> None:
    call = tracing.begin("dean.call evolution.health")
    headers = tracing.carried(call)
    tracing.end(call)
    with tracing.continued(headers, "dean.request"):
        pass
    sent, received = spans.get_finished_spans()
    assert received.parent.span_id == sent.context.span_id
    assert received.context.trace_id == sent.context.trace_id


@pytest.mark.parametrize("header", ["", "garbage", "00-0-0-0"])
def test_a_header_that_is_none_begins_a_trace(spans, header) -> None:
    with tracing.continued({"traceparent": header}, "dean.request"):
        pass
    assert spans.get_finished_spans()[0].parent is None


def test_without_anybody_who_traces_nothing_is_sent() -> None:
    made = tracing.begin("dean.call")
    assert tracing.carried(made) == {}
    tracing.end(made, ValueError())


def test_what_a_step_knows_comes_from_the_steps_before() -> None:
    step = type("Step", (), {"plan": {"trial_id": "planned", "record": {"workflow_id": "w"}}, "trial": {"trial_id": "started"}})()
    known = known_of(step, {"dag_id": "d", "run_id": "r"}, "c")
    assert known == {"dag_id": "d", "run_id": "r", "correlation_id": "c", "trial_id": "started", "workflow_id": "w"}
    assert known_of(logging, {}, None)["dag_id"] is None
