from __future__ import annotations

from dean_provider.contract.propagation import PropagationConfig
from dean_provider.propagation import propagation_dag, propagation_params

STEPS = ["plan_propagation", "discover_patterns", "select_patterns", "try_patterns", "expand_patterns", "settle_propagation", "compensate"]


def test_the_steps_in_their_order_with_a_teardown_that_answers_for_them():
    dag = propagation_dag("d")
    assert [task.task_id for task in dag.topological_sort()] == STEPS
    compensate = dag.get_task("compensate")
    assert compensate.is_teardown
    assert compensate.on_failure_fail_dagrun
    assert list(compensate.answers_for) == STEPS[:-1]
    assert dag.dagrun_timeout is None
    dag.validate()


def test_the_form_asks_for_every_setting_that_is_not_given():
    assert set(propagation_params()) == set(PropagationConfig.model_fields)
    dag = propagation_dag("d", config={"target_trial_id": "t"})
    assert set(dag.params) == set(PropagationConfig.model_fields) - {"target_trial_id"}
    assert dag.params.get_param("test_share").schema["maximum"] == 1
