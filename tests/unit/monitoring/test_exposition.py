"""Figures in every form services tell them in, bounded whatever they send."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.exposition import MOST_SAMPLES, figures_of

TEXT = """# HELP evolution_active_jobs Jobs that run.
# TYPE evolution_active_jobs gauge
evolution_active_jobs 3
# TYPE calls counter
calls_total{status="200",service="inner"} 7
calls_created{status="200"} 1e9
# TYPE seconds histogram
seconds_bucket{le="1"} 2
seconds_bucket{le="+Inf"} 3
seconds_sum 4.5
seconds_count 3
"""


def values(body: bytes) -> dict[str, float]:
    return {sample.name: sample.value for sample in figures_of(body, "evolution", "evolution").samples}


@pytest.mark.parametrize("body", [TEXT.encode(), json.dumps(TEXT).encode()], ids=["text", "text in a JSON string"])
def test_prometheus_text(body) -> None:
    figures = figures_of(body, "evolution", "evolution")
    assert values(body) == {"evolution_active_jobs": 3, "calls_total": 7, "seconds_sum": 4.5, "seconds_count": 3}
    calls = next(sample for sample in figures.samples if sample.name == "calls_total")
    assert calls.labels == (("exported_service", "inner"), ("status", "200"))
    assert figures.families["calls_total"].type is MetricType.COUNTER
    assert figures.families["evolution_active_jobs"].help == "Jobs that run."


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"agents_created": 4, "avg_query_time_ms": 1.5}, {"x_agents_created": 4, "x_avg_query_time_ms": 1.5}),
        ({"agents": {"active": 2}, "timestamp": "now", "well": True}, {"x_agents_active": 2, "x_well": 1}),
        ({"metrics": {"average fitness": 0.5}}, {"x_metrics_average_fitness": 0.5}),
        ({}, {}),
    ],
)
def test_json(document, told) -> None:
    figures = figures_of(json.dumps(document).encode(), "indexagent", "x")
    assert {sample.name: sample.value for sample in figures.samples} == told


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"\xff\xfe", b"{", b"what is this", b"[" * 100_000, b"a 1\n" * 20_002])
def test_what_is_no_such_thing_is_refused(body) -> None:
    with pytest.raises(ValueError):
        figures_of(body, "one", "one")


def test_figures_for_each_of_any_number_are_left_out() -> None:
    assert values(b'tokens{agent_id="a"} 1\ntokens{zone="b"} 2\n') == {"tokens": 2}


def test_our_own_names_cannot_be_claimed() -> None:
    assert values(b"dean_service_up 1\nother 2\n") == {"other": 2}


def test_of_too_many_the_first_are_kept_and_the_rest_counted() -> None:
    text = "".join(f'many{{n="{number}"}} 1\n' for number in range(MOST_SAMPLES + 50))
    figures = figures_of(text.encode(), "one", "one")
    assert (len(figures.samples), figures.dropped) == (MOST_SAMPLES, 50)


@given(st.binary(max_size=300))
def test_nothing_sent_does_anything_else_than_be_read_or_refused(body) -> None:
    try:
        figures = figures_of(body, "one", "one")
    except ValueError:
        return
    assert len(figures.samples) <= MOST_SAMPLES
