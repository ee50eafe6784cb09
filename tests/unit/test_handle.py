from __future__ import annotations

import json
from uuid import UUID

import pytest

from dean_provider.contract.config import MAX_PARAMETERS_BYTES, OnKill, TrialConfig
from dean_provider.errors import InvalidConfigurationError
from dean_provider.handle import Parent, RecordRef, TrialHandle, TrialPlan

PLAN = TrialPlan(trial_id="t-1", population_id="p-1", evolution_conn_id="e", config=TrialConfig())


def test_survives_xcom_and_templates():
    handle = TrialHandle.started(PLAN, trial_id="t-1", population_id="p-1", config=PLAN.config)
    xcom = handle.to_xcom()
    assert json.loads(json.dumps(xcom)) == xcom
    assert TrialHandle.of(xcom) == handle
    assert TrialHandle.of(json.dumps(xcom)) == handle
    assert handle.evolution_conn_id == "e"


def test_who_has_only_an_id_never_stops_the_trial():
    assert TrialHandle.of("t-1").on_kill is OnKill.LEAVE
    assert TrialHandle.of({"trial_id": "t-1"}).on_kill is OnKill.STOP


@pytest.mark.parametrize("value", [None, 7, "", "null", "{}", '{"trial_id": 7}', {"trial_id": "x" * 200}])
def test_anything_else_is_refused(value):
    with pytest.raises(InvalidConfigurationError, match="neither a trial's id"):
        TrialHandle.of(value)


def largest(character):
    """A plan with everything as long as it may be, of that character where any will do."""
    parameter = character * ((MAX_PARAMETERS_BYTES - len('{"a":""}')) // (len(json.dumps(character, ensure_ascii=False).encode()) - 2))
    config = TrialConfig(
        name="n" * 64,
        objective="o" * 64,
        objective_parameters={"a": parameter},
        repository=character * 512,
        pattern_seeds=(character * 64,) * 100,
        labels={f"{number:063}": character * 128 for number in range(32)},
    )
    names = {"conn_id": "c" * 200, "dag_id": "d" * 250, "run_id": "r" * 250, "task_group": "t" * 230, "start_task_id": "t" * 250}
    record = RecordRef(workflow_id=UUID(int=1), **names)
    parent = Parent(trial_id="t" * 128, generation=10**9, population_id="p" * 128, workflow_id=UUID(int=1))
    ids = {"trial_id": "t" * 128, "population_id": "p" * 128, "evolution_conn_id": "c" * 200, "indexagent_conn_id": "c" * 200}
    return TrialPlan(**ids, config=config, record=record, parent=parent)


def size(handed):
    return len(json.dumps(handed.to_xcom()))


@pytest.mark.parametrize(
    ("character", "bound"), [("x", 34_000), ("\u00e9", 190_000), ("\U0001f600", 190_000), ('"', 190_000), ("\x01", 190_000)]
)
def test_what_travels_is_as_small_as_documented(character, bound):
    plan = largest(character)
    assert size(plan) < bound
    assert size(TrialHandle.started(plan, trial_id="t" * 128, population_id="p" * 128, config=plan.config)) < 3000
    assert size(PLAN) < 1000
