"""How a trial begins from here: as a run of a DAG, created by Airflow's own API, recorded so that it can be read at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from dean_provider.config import VARIABLE, resolve
from dean_provider.contract.config import TrialConfig
from dean_provider.contract.events import Fact, ReportedFact
from dean_provider.contract.events.trial import TrialRequested
from dean_provider.contract.steering import Requested
from dean_provider.contract.workflow import Origin, Workflow
from dean_provider.errors import InvalidConfigurationError, NotFoundError
from dean_provider.operators.identity import trial_id
from dean_provider.plugins.api import variables
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.ownership import namespace_of
from dean_provider.plugins.api.recording import record
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["Start", "TrialTask", "begin", "begun", "check_settings", "trial_task"]

_START = "StartEvolutionOperator"


@dataclass(frozen=True)
class TrialTask:
    """The task of a DAG that starts its trial.

    :param form: the DAG takes a trial's settings as its own params.
    :param values: settings of a trial that the DAG's params show in place of the defaults in code.
    """

    task_id: str
    form: bool
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def group(self) -> str:
        return self.task_id.rpartition(".")[0]


@dataclass(frozen=True)
class Start:
    """What is to begin.

    :param kind: tells requests of different kinds with the same idempotency key apart.
    :param conf: of the DAG run.
    :param asked: what goes on record as asked for.
    :param facts: what else is recorded of the new trial, given its id.
    """

    dag_id: str
    kind: str
    conf: Mapping[str, Any]
    asked: Mapping[str, Any]
    source: str = "api"
    note: str | None = None
    name: str = ""
    facts: Callable[[UUID], Sequence[Fact]] = lambda _: ()


async def begin(around: Surroundings, start: Start, call: Call, task: TrialTask | None = None) -> Requested:
    """Create the run and record the request, or find both when they were asked for with the same idempotency key.

    :raises DeanError: why Airflow refuses, or why the record does.
    """
    room = around.room.cheap
    starter = await room.run(lambda: trial_task(call, start.dag_id)) if task is None else task
    run_id = run_id_of(start.dag_id, start.kind, call)
    namespace = await room.run(lambda: namespace_of(around.settings))
    workflow_id = UUID(trial_id(namespace, dag_id=start.dag_id, run_id=run_id, task_id=starter.task_id))
    created = await around.airflow.create_run(call.credentials, start.dag_id, run_id, start.conf, start.note)
    origin = Origin(dag_id=start.dag_id, run_id=run_id, task_group=starter.group)
    fact = TrialRequested(name=start.name, source=start.source, asked=dict(start.asked))
    told = [ReportedFact.of(fact, key="requested:gateway"), *map(ReportedFact.of, start.facts(workflow_id))]
    _, trial = await room.run(lambda: record(call, workflow_id, told, origin=origin))
    return Requested(workflow=Workflow.model_validate(trial.model_dump()), created=created)


async def begun(around: Surroundings, dag_id: str, kind: str, call: Call) -> Mapping[str, Any] | None:
    """Conf of the run that the caller began before with the same idempotency key, if they did.

    :raises DeanError: why Airflow refuses.
    """
    return await around.airflow.conf_of_run(call.credentials, dag_id, run_id_of(dag_id, kind, call)) if call.key else None


def run_id_of(dag_id: str, kind: str, call: Call) -> str:
    """The same for the same caller, DAG, kind and idempotency key; a new one without a key."""
    identity = "\0".join((call.caller.name, dag_id, kind, call.key or uuid4().hex))
    return f"dean__{hashlib.sha256(identity.encode()).hexdigest()[:32]}"


def trial_task(call: Call, dag_id: str) -> TrialTask:
    """The one task of ``dag_id`` that starts a trial. Blocks.

    :raises NotFoundError: there is no such DAG.
    :raises InvalidConfigurationError: when it starts none, or more than one.
    """
    from airflow.models.serialized_dag import SerializedDagModel

    with call.sessions() as session:
        row = SerializedDagModel.get(dag_id, session=session)
        if row is None:
            raise NotFoundError(f"There is no DAG {dag_id}.", details={"dag_id": dag_id})
        dag = row.dag
    starts = [task for task in dag.task_dict.values() if task.task_type == _START]
    if len(starts) != 1 or _mapped(starts[0]):
        raise InvalidConfigurationError(
            f"DAG {dag_id} starts {'no trial' if not starts else 'more than one trial'}.",
            details={"field": "dag_id", "value": dag_id, "rule": "a DAG that starts exactly one trial"},
            suggestions=["Use Airflow's own API to run it; what its trials do is recorded all the same."] if starts else [],
        )
    form = "objective" in dag.params and "population_size" in dag.params
    return TrialTask(starts[0].task_id, form=form, values=_own_values(dag.params.dump()) if form else {})


def _own_values(params: Mapping[str, Any]) -> dict[str, Any]:
    defaults = TrialConfig().model_dump(mode="json")
    return {name: params[name] for name, default in defaults.items() if name in params and params[name] != default}


def _mapped(task: Any) -> bool:
    return bool(task.is_mapped) or next(iter(task.iter_mapped_task_groups()), None) is not None


def check_settings(config: Mapping[str, Any], task: TrialTask) -> None:
    """Refuse at once what the run's first task would refuse. Blocks.

    :raises InvalidConfigurationError: with every problem.
    """
    if task.form:
        resolve(config, stored=lambda: variables.read(VARIABLE))
