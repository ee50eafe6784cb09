from __future__ import annotations

import pytest

from dean_provider.contract.workflow_types import (
    PATTERN_PROPAGATION,
    TRIAL,
    WorkflowKind,
    register_workflow_type,
    workflow_type,
    workflow_types,
)


def test_the_trial_is_the_first_kind_and_propagation_the_second():
    assert workflow_types()[:2] == [TRIAL, PATTERN_PROPAGATION]
    assert workflow_type("trial") is TRIAL
    assert workflow_type("nobody's") is None


def test_a_name_is_one_kinds():
    assert register_workflow_type(TRIAL) is TRIAL
    with pytest.raises(ValueError, match="another workflow type 'trial'"):
        register_workflow_type(WorkflowKind("trial", "Something else"))
