from __future__ import annotations

import typing

import pytest
from pydantic import BaseModel, ValidationError

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.dag_run import TriggerDagRun
from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.endpoints import airflow, evolution, gateway, indexagent
from dean_provider.contract.pattern import PatternBody, StorePattern
from dean_provider.contract.population import CreateAgent
from dean_provider.contract.request import RequestModel
from dean_provider.contract.trial import ListTrials, StopTrial

OPERATIONS = [*evolution.OPERATIONS, *indexagent.OPERATIONS, *airflow.OPERATIONS, *gateway.OPERATIONS]


def models_in(annotation):
    """Models that a field's type names, itself or inside."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in typing.get_args(annotation):
        yield from models_in(part)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_model_of_a_request_refuses_what_no_database_keeps(operation):
    assert [model for model in models_in(operation.request) if not issubclass(model, RequestModel)] == []


def space(option):
    return {"traits": [{"kind": "choice", "name": "x", "options": ["a", option]}]}


@pytest.mark.parametrize(("bad", "words"), [("a\0b", "must not hold a NUL character"), ("a\ud800", "must not hold half a surrogate pair")])
@pytest.mark.parametrize(
    ("model", "given", "field"),
    [
        (StopTrial, lambda bad: {"trial_id": "t", "reason": bad}, "reason"),
        (ListTrials, lambda bad: {"name": bad}, "name"),
        (AllocateTokens, lambda bad: {"holder": bad, "tokens": 1}, "holder"),
        (TrialConfig, lambda bad: {"labels": {"x": bad}}, "labels"),
        (TrialConfig, lambda bad: {"objective_parameters": {"x": [1, {"y": bad}]}}, "objective_parameters"),
        (TrialConfig, lambda bad: {"objective_parameters": {"x": [{bad: 1}]}}, "objective_parameters"),
        (TriggerDagRun, lambda bad: {"dag_id": "d", "conf": {"x": bad}}, "conf"),
        (CreateAgent, lambda bad: {"agent_id": "a", "genome": [], "space": space(bad)}, "space.traits.0.choice.options"),
        (StorePattern, lambda bad: {"pattern": {"pattern_id": "p", "description": bad}}, "pattern.description"),
        (PatternBody, lambda bad: {"ranges": [{"trait": bad}]}, "ranges.0.trait"),
    ],
)
def test_text_that_no_database_keeps_is_refused_by_its_field(model, given, field, bad, words):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given(bad))
    problem = caught.value.errors()[0]
    assert ".".join(map(str, problem["loc"])).startswith(field)
    assert words in problem["msg"] or "unicode" in problem["msg"]
    model.model_validate(given("a🦕"))


def test_what_is_wrong_within_a_field_is_told_with_its_place():
    with pytest.raises(ValidationError, match=r"must not hold a NUL character \(in x\.1\.y\)"):
        TrialConfig(objective_parameters={"x": ["fine", {"y": "\0"}]})


def test_objective_parameters_are_bounded_in_bytes():
    fitting = {"x": "a" * (16 * 1024 - len('{"x":""}'))}
    assert TrialConfig(objective_parameters=fitting).objective_parameters == fitting
    with pytest.raises(ValidationError, match="at most 16384 bytes as JSON, and take 16385"):
        TrialConfig(objective_parameters={"x": fitting["x"] + "a"})
    with pytest.raises(ValidationError, match="at most 16384 bytes as JSON"):
        TrialConfig(objective_parameters={"x": "🦕" * 5000})


@pytest.mark.parametrize("labels", [{"X": "upper"}, {"x" * 64: "long"}, {"x": "y" * 129}, {"x": ""}, {f"x{n}": "y" for n in range(33)}])
def test_labels_are_bounded_wherever_they_are_sent(labels):
    for model, given in ((TrialConfig, {}), (CreateAgent, {"agent_id": "a", "genome": [], "space": space("b")})):
        with pytest.raises(ValidationError) as caught:
            model.model_validate({**given, "labels": labels})
        assert {problem["loc"][0] for problem in caught.value.errors()} == {"labels"}
