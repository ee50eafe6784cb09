"""What a form for a new trial needs, and the check of what was filled in: the same that starting it would make, but nothing starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dean_provider.config import VARIABLE, Resolved, options, resolve
from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import evolution, gateway
from dean_provider.contract.form import CheckTrial, FormSection, StartableDag, TrialCheck, TrialForm
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import ForkOrigin, Objective, ValidateTrial, Validation, ValidationProblem
from dean_provider.contract.workflow import TRIAL as TRIAL_TYPE
from dean_provider.contract.workflow import WorkflowDetail
from dean_provider.contract.workflow_types import workflow_type
from dean_provider.errors import DeanError, InvalidConfigurationError, NotFoundError
from dean_provider.form import CHOICES, SECTIONS, trial_schema
from dean_provider.plugins.api import variables
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.starting import trial_task
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]

_TAG = "dean"
_MOST_DAGS = 50
_SECONDS = 5.0
"""For the Evolution API: somebody fills in a form meanwhile, and is told that it was not asked."""


def routes(around: Surroundings) -> Table:
    forms = Forms(around)
    return {
        gateway.READ_TRIAL_FORM: Served(forms.read, Right.READ_SOME),
        gateway.CHECK_TRIAL: Served(forms.check, Right.READ_SOME),
    }


@dataclass(frozen=True)
class _Way:
    """How the Evolution API is asked for one caller.

    :param conn_id: over which connection; the installation's when None.
    :param told: the caller may know what is wrong with that connection.
    """

    conn_id: str | None
    told: bool

    def why(self, error: DeanError) -> str:
        """Why it was not asked, or gave no answer: hosts and names of connections are not everybody's."""
        return error.message if self.told else type(error).title


class Forms:
    """:param around: what is asked."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    async def read(self, _: Empty, call: Call) -> TrialForm:
        """:raises InvalidConfigurationError: when the layers of the configuration cannot work by themselves."""

        def look() -> tuple[TrialForm, _Way]:
            resolved = _resolved({})
            form = TrialForm(
                json_schema=trial_schema(),
                sections=[FormSection(title=title, fields=list(fields)) for title, fields in SECTIONS.items()],
                choices=CHOICES,
                examples={name: option.example for name, option in options().items() if option.trial and option.example is not None},
                values=resolved.settings.trial.model_dump(mode="json"),
                origins={name: resolved.origins[name] for name in TrialConfig.model_fields},
                dags=_startable(call),
            )
            return form, _Way(None, call.authority.reads_connection(resolved.settings.evolution_conn_id))

        form, way = await self.around.room.cheap.run(look)
        objectives, problem = await self._objectives(call, way)
        return form.model_copy(update={"objectives": objectives, "objectives_problem": problem})

    async def _objectives(self, call: Call, way: _Way) -> tuple[list[Objective], str]:
        try:
            hook = self.around.evolution(way.conn_id, call.request_id)
            return (await hook.acall(evolution.LIST_OBJECTIVES, Empty(), deadline=_SECONDS)).objectives, ""
        except DeanError as error:
            return [], way.why(error)

    async def check(self, request: CheckTrial, call: Call) -> TrialCheck:
        """Over a connection that the caller names, the Evolution API is asked only for those who may start what they check.

        :raises NotFoundError: there is no such DAG, or no such trial that the caller may read.
        """

        def look() -> tuple[Resolved | None, _Way, WorkflowDetail | None, list[ValidationProblem]]:
            parent = _parent(request, call)
            given = {**_below(request, call, parent), **request.config}
            try:
                resolved = _resolved(given)
                return resolved, self._way(resolved, parent, request, call), parent, []
            except InvalidConfigurationError as error:
                return None, _Way(None, told=False), parent, [_problem(one) for one in error.details["problems"]]

        resolved, way, parent, problems = await self.around.room.cheap.run(look)
        if resolved is None:
            return TrialCheck(valid=False, problems=problems)
        config = resolved.settings.trial
        found, unasked = await self._asked(config, way, parent, request, call)
        return TrialCheck(
            valid=found is None or found.valid,
            problems=found.problems if found else [],
            config=config.model_dump(mode="json"),
            estimated_tokens=found.estimated_tokens if found else None,
            objective=found.objective if found else None,
            unasked=unasked,
        )

    def _way(self, resolved: Resolved, parent: WorkflowDetail | None, request: CheckTrial, call: Call) -> _Way:
        dag_id = (parent.dag_id or "") if parent is not None else request.dag_id
        named = resolved.settings.evolution_conn_id if call.authority.starts(dag_id) else None
        return _Way(named, call.authority.reads_connection(named or self.around.settings.evolution_conn_id))

    async def _asked(
        self, config: TrialConfig, way: _Way, parent: WorkflowDetail | None, request: CheckTrial, call: Call
    ) -> tuple[Validation | None, str]:
        """What the Evolution API says, or why it was not asked."""
        fork = None
        if parent is not None and parent.trial_id is not None:
            generation = parent.generation if request.generation is None else request.generation
            fork = ForkOrigin(trial_id=parent.trial_id, generation=max(0, generation))
        try:
            hook = self.around.evolution(way.conn_id, call.request_id)
            return await hook.acall(evolution.VALIDATE_TRIAL, ValidateTrial(config=config, fork=fork), deadline=_SECONDS), ""
        except InvalidConfigurationError as error:
            if "status" not in error.details:  # what is wrong with the connection is no answer
                return None, way.why(error)
            listed = error.details.get("problems") or [{"field": "", "rule": error.message}]
            return Validation(valid=False, problems=[_problem(one) for one in listed]), ""
        except DeanError as error:
            return None, way.why(error)


def _resolved(given: Mapping[str, Any]) -> Resolved:
    return resolve(given, stored=lambda: variables.read(VARIABLE))


def _problem(found: Mapping[str, Any]) -> ValidationProblem:
    suggestion = str(found.get("suggestion") or "")
    return ValidationProblem(
        field=str(found.get("field", "")), value=found.get("value"), rule=str(found.get("rule", "")), suggestion=suggestion
    )


def _parent(request: CheckTrial, call: Call) -> WorkflowDetail | None:
    """The trial to be forked. One the caller may not read is as good as none."""
    if request.parent_id is None:
        return None
    found = call.read_workflow(request.parent_id)
    if found.workflow_type != TRIAL_TYPE or not found.dag_id or not call.authority.reads(found.dag_id):
        raise NotFoundError(f"There is no trial {request.parent_id}.", details={"workflow_id": str(request.parent_id)})
    return found


def _below(request: CheckTrial, call: Call, parent: WorkflowDetail | None) -> dict[str, Any]:
    """What holds before the caller's own settings: the parent's, or what the DAG itself sets."""
    if parent is not None:
        return {name: value for name, value in parent.configuration.items() if name in TrialConfig.model_fields}
    if not call.authority.reads(request.dag_id):
        raise NotFoundError(f"There is no DAG {request.dag_id}.", details={"dag_id": request.dag_id})
    return dict(trial_task(call, request.dag_id).values)


def _startable(call: Call) -> list[StartableDag]:
    """DAGs the caller may read that start one trial each with the settings of a form: the packaged ones, and those tagged ``dean``."""
    from airflow.models.dag import DagModel, DagTag
    from sqlalchemy import or_, select

    kind = workflow_type(TRIAL_TYPE)
    with call.sessions() as session:
        mine = call.authority.dag_ids(session)
        tagged = select(DagTag.dag_id).where(DagTag.name == _TAG)
        wanted = or_(DagModel.dag_id.in_(kind.dag_ids if kind else ()), DagModel.dag_id.in_(tagged))
        columns = select(DagModel.dag_id, DagModel.description, DagModel.is_paused).where(wanted, DagModel.is_stale.is_(False))
        rows = [tuple(row) for row in session.execute(columns.order_by(DagModel.dag_id).limit(_MOST_DAGS)) if row.dag_id in mine]
    found = []
    for dag_id, description, paused in rows:
        try:
            task = trial_task(call, dag_id)
        except (NotFoundError, InvalidConfigurationError):
            continue
        if task.form:
            allowed = call.authority.starts(dag_id)
            reason = "" if allowed else f"your role may not create runs of DAG {dag_id}"
            found.append(
                StartableDag(
                    dag_id=dag_id,
                    description=description or "",
                    paused=bool(paused),
                    allowed=allowed,
                    reason=reason,
                    values=dict(task.values),
                )
            )
    return found
