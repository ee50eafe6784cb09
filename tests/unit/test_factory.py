from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from airflow.sdk import DAG, TriggerRule, task_group
from airflow.sdk.definitions.param import process_params

from dean_provider.errors import InvalidConfigurationError
from dean_provider.factory import trial_dag, trial_task_group
from dean_provider.operators import ValidateTrialOperator

STEPS = [
    "validate_trial",
    "check_services",
    "initialize_population",
    "start_evolution",
    "await_evolution",
    "discover_patterns",
    "approve_patterns",
    "apply_patterns",
    "publish_report",
    "compensate",
]


def own_dag(**options):
    return DAG("own", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), **options)


def serialized(dag):
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    return Serialization.from_dict(Serialization.to_dict(dag))


def check(dag):
    dag.validate()
    dag.check_cycle()
    return serialized(dag)


def test_the_steps_of_a_trial_in_their_order():
    dag = trial_dag("d")
    assert [task.task_id for task in dag.topological_sort()] == STEPS
    check(dag)


def test_every_task_is_tried_again_with_growing_delays():
    for task in serialized(trial_dag("d")).tasks:
        assert task.retries >= 3
        assert task.retry_exponential_backoff == 2.0, "True would be taken for a factor of one"
        assert timedelta(0) < task.retry_delay < task.max_retry_delay


def test_the_compensation_runs_after_failures_and_hides_none():
    """Its own failure fails the run, and it answers for every task but the optional ones."""
    dag = trial_dag("d")
    compensate = dag.get_task("compensate")
    assert compensate.is_teardown
    assert compensate.on_failure_fail_dagrun
    assert compensate.trigger_rule == TriggerRule.ALL_DONE_SETUP_SUCCESS
    assert {task.task_id for task in dag.tasks if task.is_setup} == {"initialize_population", "start_evolution"}
    assert compensate.upstream_task_ids >= {"initialize_population", "start_evolution", "publish_report"}
    assert set(compensate.answers_for) == set(STEPS) - {"discover_patterns", "approve_patterns", "apply_patterns", "compensate"}


def test_the_report_does_not_depend_on_the_optional_steps():
    publish = trial_dag("d").get_task("publish_report")
    assert publish.trigger_rule == TriggerRule.ALL_DONE
    assert publish.awaits == ("await_evolution",)
    assert publish.upstream_task_ids >= {"await_evolution", "apply_patterns", "discover_patterns"}


def test_no_dagrun_timeout_because_it_skips_teardowns():
    assert trial_dag("d").dagrun_timeout is None


def test_waiting_needs_no_slot_unless_asked_to():
    for deferrable in (True, False):
        dag = trial_dag("d", deferrable=deferrable)
        assert [dag.get_task(name).deferrable for name in ("check_services", "await_evolution")] == [deferrable] * 2


def test_the_callers_arguments_win():
    dag = trial_dag("d", default_args={"retries": 5, "owner": "me"}, tags=["mine"], schedule="@daily", params={"team": "blue"})
    assert {task.retries for task in dag.tasks} == {5}
    assert dag.owner == "me"
    assert set(dag.tags) == {"mine"}
    assert dag.schedule == "@daily"
    assert dag.params["team"] == "blue"
    assert dag.params["population_size"] == 60


def test_the_forms_fields_are_written_down_once_and_there_in_every_task():
    dag = trial_dag("d", params={"team": "blue"})
    assert set(serialized(dag).params) == set(dag.params)
    assert {name for task in serialized(dag).tasks for name in task.params} == {"comment"}
    for task in dag.tasks:
        given = process_params(dag, task, {"seed": 7}, suppress_exception=False)
        assert (given["team"], given["population_size"], given["seed"]) == ("blue", 60, 7)


def test_a_groups_identity_comes_from_its_full_id():
    with own_dag() as dag:
        trial_task_group("one")
        trial_task_group("two", trial={"generations": 5})
    starts = {task.start_task_id for task in dag.tasks if isinstance(task, ValidateTrialOperator)}
    assert starts == {"one.start_evolution", "two.start_evolution"}
    assert {task.awaits for task in dag.tasks if hasattr(task, "awaits")} == {("one.await_evolution",), ("two.await_evolution",)}
    check(dag)


def test_a_group_hands_its_outcome_on():
    from airflow.sdk import task

    with own_dag() as dag:
        trial = trial_task_group("packing")

        @task
        def tell(outcome):
            return outcome

        tell(trial.outcome)
    assert dag.get_task("tell").upstream_task_ids == {"packing.publish_report"}
    check(dag)


def test_groups_may_be_nested_and_mapped():
    with own_dag() as dag:

        @task_group
        def tuned(rate):
            trial_task_group("trial", trial={"mutation_rate": rate})

        tuned.expand(rate=[0.05, 0.1])
    assert "tuned.trial.start_evolution" in dag.task_ids
    (validate,) = [task for task in dag.tasks if isinstance(task, ValidateTrialOperator)]
    assert validate.start_task_id == "tuned.trial.start_evolution"
    check(dag)


@pytest.mark.parametrize("make", [trial_dag, trial_task_group])
def test_a_misspelt_setting_is_refused_while_the_dag_file_is_read(make):
    with own_dag(), pytest.raises(InvalidConfigurationError, match=r"'mine'.*populationsize is not a setting.*population_size\?") as caught:
        make("mine", trial={"populationsize": 5, "generations": "{{ params.generations }}", "trial": {"sed": 1}, "namespace": "n"})
    assert {problem["field"] for problem in caught.value.details["problems"]} == {"populationsize", "sed", "namespace"}


def test_settings_of_the_provider_and_templates_are_no_mistake():
    trial = {"poll_seconds": "{{ params.pace }}", "trial": {"seed": 1}, "generations": object()}
    with own_dag():
        trial_task_group("mine", trial=trial)


@pytest.mark.parametrize("prefix", [True, False])
def test_a_group_without_prefix_knows_its_tasks_too(prefix):
    with own_dag() as dag:
        trial_task_group("trial", prefix_group_id=prefix)
    (publish,) = [task for task in dag.tasks if hasattr(task, "awaits")]
    assert publish.awaits[0] in dag.task_ids
