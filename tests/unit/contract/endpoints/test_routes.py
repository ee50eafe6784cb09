"""Operations are described once; a dialect only spells them."""

from __future__ import annotations

import string

import pytest
from pydantic import BaseModel

from dean_provider.contract.endpoints import Dialect, Operation, Route, dialect_named, dialects, evolution, indexagent
from dean_provider.contract.endpoints.dialect import Traits
from dean_provider.contract.service import Empty, ServiceName
from dean_provider.contract.trial import ListGenerations, StopTrial, Trial, TrialRef
from dean_provider.errors import InvalidConfigurationError, InvalidResponseError, UnsupportedOperationError

PAIRS = [(indexagent.REFERENCE, op) for op in indexagent.OPERATIONS] + [(evolution.REFERENCE, op) for op in evolution.OPERATIONS]


@pytest.mark.parametrize(("dialect", "operation"), PAIRS, ids=lambda value: value.name)
def test_the_reference_dialect_is_complete(dialect: Dialect, operation: Operation) -> None:
    route = dialect.route(operation)
    placeholders = {name for _, name, _, _ in string.Formatter().parse(route.path) if name}
    assert placeholders <= set(operation.request.model_fields)
    assert route.path in ("/health", "/metrics") or route.path.startswith("/api/v1/")


def test_no_two_operations_share_a_name_or_a_spelling() -> None:
    for module in (indexagent, evolution):
        assert len({op.name for op in module.OPERATIONS}) == len(module.OPERATIONS)
        spelled = [(route.method, route.path) for route in module.REFERENCE.routes.values()]
        assert len(set(spelled)) == len(spelled)


def test_path_fields_are_quoted_and_not_sent_twice() -> None:
    class Ref(BaseModel):
        holder: str
        tokens: int

    request = Route("PUT", "/holders/{holder}").build(Ref(holder="a/../b?c", tokens=3))
    assert request.path == "/holders/a%2F..%2Fb%3Fc"
    assert request.body == {"tokens": 3}


def test_a_long_poll_is_given_the_time_it_asks_for() -> None:
    wire = evolution.REFERENCE.route(evolution.LIST_GENERATIONS).build(ListGenerations(trial_id="t", wait_seconds=20))
    assert wire.extra_seconds == 20
    assert wire.query["wait_seconds"] == "20.0"


def test_a_list_in_the_query_is_repeated() -> None:
    class Ref(BaseModel):
        tags: list[str]
        held: bool

    request = Route("GET", "/trials").build(Ref(tags=["a", "b"], held=False))
    assert request.query == {"tags": ["a", "b"], "held": "false"}


def test_a_dialect_may_move_and_rename_fields() -> None:
    route = Route(
        "POST",
        "/evolution/halt",
        query=frozenset({"trial_id"}),
        send={"trial_id": "job"},
        receive={"job_id": "trial_id"},
        decode=lambda payload, request: {**payload, "status": payload["state"].lower()},
    )
    wire = route.build(StopTrial(trial_id="t-1", reason="enough"))
    assert (wire.query, wire.body) == ({"job": "t-1"}, {"reason": "enough"})
    trial = route.parse(evolution.STOP_TRIAL, TrialRef(trial_id="t-1"), {"job_id": "t-1", "state": "STOPPED"})
    assert isinstance(trial, Trial)
    assert (trial.trial_id, trial.status.value) == ("t-1", "stopped")


@pytest.mark.parametrize("payload", [None, [], "text", {"trial_id": "x", "status": "flying"}, {"status": "running"}])
def test_garbage_is_named_as_such(payload: object) -> None:
    with pytest.raises(InvalidResponseError, match="read_trial"):
        evolution.REFERENCE.route(evolution.READ_TRIAL).parse(evolution.READ_TRIAL, TrialRef(trial_id="x"), payload)


def test_a_missing_operation_is_refused_by_name() -> None:
    bare = Dialect("bare", ServiceName.EVOLUTION, {"health": Route("GET", "/health")}, Traits(digest=False))
    assert bare.supports(evolution.HEALTH)
    with pytest.raises(UnsupportedOperationError, match=r"'bare'.*'stop_trial'"):
        bare.route(evolution.STOP_TRIAL)


def test_an_unknown_dialect_lists_the_known_ones() -> None:
    with pytest.raises(InvalidConfigurationError, match="klingon") as caught:
        dialect_named(ServiceName.EVOLUTION, "klingon")
    assert "reference" in caught.value.suggestions[0]


def test_only_its_own_service_answers_a_probe() -> None:
    for dialect in (*dialects(ServiceName.EVOLUTION), *dialects(ServiceName.INDEXAGENT)):
        assert dialect.probe is not None
        assert not dialect.probe.accepts(200, {"status": "healthy"})
        assert not dialect.probe.accepts(404, None)


def test_text_answers_are_kept_as_they_are() -> None:
    route = evolution.REFERENCE.route(evolution.METRICS)
    assert route.parse(evolution.METRICS, Empty(), "# HELP x\n").text == "# HELP x\n"
