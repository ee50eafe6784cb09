"""How operators and sensors compose a trial: :func:`trial_task_group` for DAGs of one's own, :func:`trial_dag` for a whole DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, TaskGroup, TriggerRule
from airflow.sdk.definitions.param import ParamsDict

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.keys import FORK, REPLAY
from dean_provider.form import trial_params
from dean_provider.operators import (
    ApplyPatternsOperator,
    ApprovePatternsOperator,
    CompensateOperator,
    DiscoverPatternsOperator,
    InitializePopulationOperator,
    PublishReportOperator,
    StartEvolutionOperator,
    ValidateTrialOperator,
)
from dean_provider.sensors import ServiceHealthSensor, TrialSensor

if TYPE_CHECKING:
    from airflow.sdk import XComArg

__all__ = ["DEFAULT_ARGS", "TrialGroup", "trial_dag", "trial_task_group"]

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "dean",
    "retries": 3,
    "retry_delay": timedelta(seconds=5),
    # A multiplier since Airflow 3.2: True would mean once the delay, always.
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=5),
}
"""Arguments of every task of a trial; those of the caller win. A mistake is never retried, so the delays are for services that recover."""


class TrialGroup(TaskGroup):
    """The tasks of one trial. :attr:`outcome` is what its last task returns: scores, digest, report and the like."""

    outcome: Any
    handle: Any


def trial_task_group(
    group_id: str = "trial",
    *,
    trial: Mapping[str, Any] | None = None,
    params_key: str | None = None,
    report_uri: str | None = None,
    deferrable: bool = True,
    health_timeout: float = 300,
    approve_patterns: bool = False,
    approvers: Sequence[str] = (),
    approval_timeout: timedelta | None = None,
    default_args: Mapping[str, Any] | None = None,
    **group_args: Any,
) -> TrialGroup:
    """A trial as a task group, for a DAG of one's own; also inside a mapped group, and several times in one DAG.

    :param group_id: id of the group; the trial's identity depends on it.
    :param trial: settings of the trial; values may be templates.
    :param params_key: name of a DAG param with further settings, which win over ``trial``.
    :param report_uri: folder of the report; as configured unless given. May be a template.
    :param deferrable: wait in the triggerer, without worker slots.
    :param health_timeout: seconds to wait for the services to be healthy.
    :param approve_patterns: ask people before patterns are applied, and not only when the trial's pattern policy is ``approve``.
    :param approvers: ids of the users who may answer; anybody who may edit the run when empty.
    :param approval_timeout: how long to wait for an answer; none is a no. Without one it waits for as long as it takes.
    :param default_args: arguments for every task of the group, over :data:`DEFAULT_ARGS`.
    :param group_args: further arguments of :class:`airflow.sdk.TaskGroup`.
    :raises InvalidConfigurationError: when ``trial`` names what is no setting.
    """
    _check_names(trial, f"The trial of trial_task_group {group_id!r}")
    arguments = {**DEFAULT_ARGS, **(default_args or {})}
    group: TrialGroup = TrialGroup(group_id, default_args=arguments, **group_args)  # type: ignore[arg-type]
    with group:
        group.handle, group.outcome = _compose(
            ValidateTrialOperator(
                task_id="validate_trial",
                trial=trial,
                params_key=params_key,
                start_task_id=group.child_id("start_evolution"),  # type: ignore[no-untyped-call]
            ),
            report_uri=report_uri,
            deferrable=deferrable,
            health_timeout=health_timeout,
            approval={"always": approve_patterns, "approvers": approvers, "approval_timeout": approval_timeout},
        )
    return group


def trial_dag(
    dag_id: str,
    *,
    schedule: Any = None,
    trial: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    report_uri: str | None = None,
    deferrable: bool = True,
    health_timeout: float = 300,
    approve_patterns: bool = False,
    approvers: Sequence[str] = (),
    approval_timeout: timedelta | None = None,
    default_args: Mapping[str, Any] | None = None,
    **dag_args: Any,
) -> DAG:
    """A DAG that runs one trial, with a form made from the trial's settings.

    It has no ``dagrun_timeout``: when that strikes, Airflow skips teardowns, and with them the compensation. The trial's own limits end it.

    :param dag_id: id of the DAG.
    :param schedule: when it runs, as :class:`airflow.sdk.DAG` takes it; ``None`` only when somebody triggers it.
    :param trial: values the form shows instead of the defaults.
    :param params: further params of the DAG.
    :param report_uri: folder of the report; as configured unless given. May be a template.
    :param deferrable: wait in the triggerer, without worker slots.
    :param health_timeout: seconds to wait for the services to be healthy.
    :param approve_patterns: ask people before patterns are applied, and not only when the trial's pattern policy is ``approve``.
    :param approvers: ids of the users who may answer; anybody who may edit the run when empty.
    :param approval_timeout: how long to wait for an answer; none is a no. Without one it waits for as long as it takes.
    :param default_args: arguments for every task, over :data:`DEFAULT_ARGS`.
    :param dag_args: further arguments of :class:`airflow.sdk.DAG`: tags and so on.
    :raises InvalidConfigurationError: when ``trial`` names what is no setting.
    """
    _check_names(trial, f"The trial of trial_dag {dag_id!r}")
    dag_args.setdefault("catchup", False)
    dag_args.setdefault("tags", ["dean", "evolution"])
    dag_args.setdefault("doc_md", DOC)
    with DAG(
        dag_id,
        schedule=schedule,
        params={**trial_params(trial), **(params or {})},
        default_args={**DEFAULT_ARGS, **(default_args or {})},
        **dag_args,
    ) as dag:
        _compose(
            ValidateTrialOperator(task_id="validate_trial", trial=trial, form=True, start_task_id="start_evolution"),
            report_uri=report_uri,
            deferrable=deferrable,
            health_timeout=health_timeout,
            approval={"always": approve_patterns, "approvers": approvers, "approval_timeout": approval_timeout},
        )
    # Airflow gives each task a copy of the DAG's, and in a run it puts a task's over the DAG's all the same. With each written down once
    # instead of eleven times the DAG is a fifth as long, and serialized in a thirtieth of the time.
    for task in dag.tasks:
        task.params = ParamsDict.filter_params_by_source(ParamsDict(task.params), source="task")
    return dag


def _check_names(trial: Mapping[str, Any] | None, subject: str) -> None:
    """Refuse names that no run would take while the DAG file is read, and not only when its first run has begun."""
    settings = {name: value for name, value in (trial or {}).items() if name not in (FORK, REPLAY)}
    if set(settings) - set(TrialConfig.model_fields):
        from dean_provider.config import check_names

        check_names(settings, subject)


DOC = """
### An evolution trial
A population of agents is evolved on the Evolution API and IndexAgent; Airflow starts, watches, verifies and reports it.

| task | what it does |
|---|---|
| `validate_trial` | puts the configuration together and refuses what cannot work, every problem at once |
| `check_services` | waits until both services are healthy |
| `initialize_population` | has IndexAgent draw generation 0 |
| `start_evolution` | starts the trial, or finds it: a retry or a clear never starts a second one |
| `await_evolution` | waits without a worker slot; marked failed, success or skipped, it stops the trial; cleared, it re-attaches |
| `discover_patterns`, `apply_patterns` | what the fittest have in common and what it is worth; optional, never in the way of the outcome |
| `approve_patterns` | asks people first, where the pattern policy says so |
| `publish_report` | verifies the outcome on unseen instances, writes the report, emits `dean://trials/<name>` |
| `compensate` | stops what was left under way; fails when the run did |
"""


def _compose(
    validate: ValidateTrialOperator,
    *,
    report_uri: str | None,
    deferrable: bool,
    health_timeout: float,
    approval: Mapping[str, Any],
) -> tuple[XComArg, XComArg]:
    """The steps after ``validate``, in the group or DAG that is current. Returns the trial's handle and its outcome."""
    plan = validate.output
    check = ServiceHealthSensor(task_id="check_services", plan=plan, timeout=health_timeout, deferrable=deferrable)
    initialize = InitializePopulationOperator(task_id="initialize_population", plan=plan)
    start = StartEvolutionOperator(task_id="start_evolution", plan=plan, population=initialize.output)
    await_evolution = TrialSensor(task_id="await_evolution", trial=start.output, deferrable=deferrable)
    discover = DiscoverPatternsOperator(task_id="discover_patterns", trial=start.output)
    approve = ApprovePatternsOperator(
        task_id="approve_patterns",
        trial=start.output,
        discovered=discover.output,
        execution_timeout=None,  # Airflow would take one of default_args for how long to wait for an answer
        **approval,
    )
    apply = ApplyPatternsOperator(task_id="apply_patterns", trial=start.output, discovered=discover.output, approval=approve.output)
    publish = PublishReportOperator(
        task_id="publish_report",
        # As a template, not as an XComArg: Airflow refuses a task that directly follows a setup and runs whatever becomes of others.
        trial=f"{{{{ ti.xcom_pull(task_ids='{start.task_id}', map_indexes=ti.map_index) | tojson }}}}",
        discovered=discover.output,
        approval=approve.output,
        applied=apply.output,
        report_uri=report_uri,
        awaits=[await_evolution.task_id],
        # Whatever becomes of the optional steps; the operator itself fails when the trial did.
        trigger_rule=TriggerRule.ALL_DONE,
    )
    required = (validate, check, initialize, start, await_evolution, publish)
    compensate = CompensateOperator(task_id="compensate", plan=plan, trial=start.output, answers_for=[task.task_id for task in required])
    validate >> check >> initialize >> start >> await_evolution >> discover >> approve >> apply >> publish
    await_evolution >> publish
    publish >> compensate.as_teardown(setups=[initialize, start], on_failure_fail_dagrun=True)
    return start.output, publish.output
