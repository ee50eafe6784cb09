from __future__ import annotations

import json

import pytest

from dean_provider.contract.config import OnKill, TrialConfig
from dean_provider.errors import InvalidConfigurationError
from dean_provider.handle import TrialHandle, TrialPlan

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
