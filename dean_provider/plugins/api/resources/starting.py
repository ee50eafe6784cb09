"""Trials begin: anew, from a generation of another, or once more exactly as recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import TrialForked
from dean_provider.contract.keys import FORK, REPLAY
from dean_provider.contract.origin import ForkOf, ReplayOf
from dean_provider.contract.steering import ForkTrial, ReplayTrial, Requested, RequestTrial
from dean_provider.contract.workflow import TRIAL, WorkflowDetail, WorkflowStatus
from dean_provider.errors import InvalidConfigurationError, InvalidStateError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import record
from dean_provider.plugins.api.replays import REPLAY as REPLAYED
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.starting import Start, begin, begun, check_settings, trial_task
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.recording.asked import asked_for

__all__ = ["routes"]

_FORM_DAG = "dean_evolution_trial"
"""Takes a trial's settings as its conf. A DAG of one's own may take them under a name only its author knows."""


def routes(around: Surroundings) -> Table:
    starting = Starting(around)
    return {
        gateway.REQUEST_TRIAL: Served(starting.request, Right.START),
        gateway.FORK_TRIAL: Served(starting.fork, Right.START_AGAIN, only=TRIAL),
        gateway.REPLAY_TRIAL: Served(starting.replay, Right.START_AGAIN, only=TRIAL),
    }


class Starting:
    """:param around: what trials are started with."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    async def request(self, request: RequestTrial, call: Call) -> Requested:
        """:raises InvalidConfigurationError: with every problem of the settings, or what Airflow says about the run's conf."""

        def look() -> Any:
            task = trial_task(call, request.dag_id)
            check_settings(request.config, task)
            return task

        task = await self.around.room.cheap.run(look)
        start = Start(
            dag_id=request.dag_id,
            kind="request",
            conf=request.config,
            asked={"dag_id": request.dag_id, "config": asked_for(request.config)},
            note=request.note,
            name=_name(request.config),
        )
        return await begin(self.around, start, call, task)

    async def fork(self, request: ForkTrial, call: Call) -> Requested:
        """:raises InvalidStateError: when nothing is recorded that could be shared."""
        parent = call.subject
        dag_id, kind = await self._dag_for(parent, call), f"fork {parent.id}"
        asked = request.generation
        if asked is None and (conf := await begun(self.around, dag_id, kind, call)) is not None:
            asked = _generation_in(conf)  # the parent may have gone on since
        generation = _shared(asked, parent)
        fork = ForkOf(trial_id=_remote(parent), generation=generation, workflow_id=parent.id, config=request.config)
        start = Start(
            dag_id=dag_id,
            kind=kind,
            conf={FORK: fork.model_dump(mode="json", exclude_none=True), **await self._connections(call)},
            asked={"fork_of": str(parent.id), "generation": generation, "config": asked_for(request.config)},
            source="fork",
            note=request.note,
            name=_name(request.config) or parent.name,
            facts=lambda child: [TrialForked(parent_id=str(parent.id), child_id=str(child), generation=generation)],
        )
        requested = await begin(self.around, start, call)
        fact = TrialForked(parent_id=str(parent.id), child_id=str(requested.workflow.id), generation=generation)
        await self.around.room.cheap.run(lambda: record(call, parent.id, [ReportedFact.of(fact)]))
        return requested

    async def replay(self, request: ReplayTrial, call: Call) -> Requested:
        """:raises InvalidStateError: when the trial has not completed, so that there is nothing to compare with."""
        original = call.subject
        if original.status is not WorkflowStatus.COMPLETED or not original.digest:
            raise InvalidStateError(
                f"Trial {original.id} is {original.status.value}; only a completed trial with a digest can be replayed.",
                details={"status": original.status.value},
            )
        replay = ReplayOf(
            trial_id=_remote(original),
            workflow_id=original.id,
            config=original.configuration or None,
            fork=await self._fork_behind(original, call),
            generation=original.generation,
            digest=original.digest,
        )
        start = Start(
            dag_id=await self._dag_for(original, call),
            kind=f"replay {original.id}",
            conf={REPLAY: replay.model_dump(mode="json", exclude_none=True), **await self._connections(call)},
            asked={"replay_of": str(original.id)},
            source=REPLAYED,
            note=request.note,
            name=original.name,
        )
        return await begin(self.around, start, call)

    async def _fork_behind(self, original: WorkflowDetail, call: Call) -> ForkOf | None:
        """What the original shared with its own parent."""
        if original.parent_id is None or original.parent_generation is None:
            return None
        parent_id = original.parent_id
        parent = await self.around.room.cheap.run(lambda: call.read_workflow(parent_id))
        return ForkOf(trial_id=_remote(parent), generation=original.parent_generation, workflow_id=parent_id)

    async def _dag_for(self, trial: WorkflowDetail, call: Call) -> str:
        """The trial's own DAG where it takes settings as its conf, else the one that comes with this package."""

        def look() -> str:
            own = trial.dag_id or _FORM_DAG
            try:
                return own if trial_task(call, own).form else _FORM_DAG
            except InvalidConfigurationError:  # several trials in one DAG
                return _FORM_DAG

        return await self.around.room.cheap.run(look)

    async def _connections(self, call: Call) -> dict[str, str]:
        """The other trial's connections, where they are not the configured ones: its services alone know it."""
        found = await self.around.connections(call)
        configured = self.around.settings
        named = {"evolution_conn_id": found.get("evolution"), "indexagent_conn_id": found.get("indexagent")}
        return {name: conn_id for name, conn_id in named.items() if conn_id and conn_id != getattr(configured, name)}


def _name(config: dict[str, Any]) -> str:
    name = config.get("name")
    return name[:250] if isinstance(name, str) else ""


def _generation_in(conf: Mapping[str, Any]) -> int | None:
    fork = conf.get(FORK)
    found = fork.get("generation") if isinstance(fork, dict) else None
    return found if isinstance(found, int) else None


def _remote(trial: WorkflowDetail) -> str:
    if trial.trial_id is None:
        raise InvalidStateError(f"Trial {trial.id} has not started yet.", suggestions=["Try again when it runs."])
    return trial.trial_id


def _shared(asked: int | None, parent: WorkflowDetail) -> int:
    if parent.generation < 0:
        raise InvalidStateError(
            f"Trial {parent.id} has no recorded generation yet.", suggestions=["Fork it when generation 0 is recorded."]
        )
    if asked is not None and asked > parent.generation:
        raise InvalidConfigurationError(
            f"Trial {parent.id} is recorded up to generation {parent.generation}.",
            details={"problems": [{"field": "generation", "value": asked, "rule": f"at most {parent.generation}"}]},
        )
    return parent.generation if asked is None else asked
