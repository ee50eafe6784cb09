"""``validate_trial``: put the configuration together, refuse what cannot work, and name the trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dean_provider.contract.keys import FORK, REPLAY
from dean_provider.form import given_in_form
from dean_provider.handle import TrialPlan
from dean_provider.operators.base import TrialOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.config import ProviderSettings
    from dean_provider.contract.config import TrialConfig
    from dean_provider.contract.trial import Trial
    from dean_provider.handle import RecordRef

__all__ = ["ValidateTrialOperator"]

LONGEST_NAME = 250
SETTINGS = ("evolution_conn_id", "indexagent_conn_id", "poll_seconds", "failure_tolerance")


class ValidateTrialOperator(TrialOperator):
    """Resolve the layered configuration into one trial's, and fail at once with every problem it has.

    Layers, the later the stronger: defaults in code, the YAML file, environment and airflow.cfg, ``trial``, the run's form or conf.
    The trial gets its id, its population's id and, when it has none, its seed here, all derived from the installation, the run
    and the task that will start it, so that every try names the same trial. When the trial exists already, because the run
    was cleared, its stored configuration will win; what differs is logged.

    With ``fork`` (see :class:`~dean_provider.contract.origin.ForkOf`) among the settings the trial goes on from a generation of another
    one, whose configuration it has but for what is given; with ``replay`` it is another one run again exactly as recorded.

    :param trial: settings of this trial; see :class:`~dean_provider.contract.config.TrialConfig`, and of the provider, such as
        ``evolution_conn_id``. (templated)
    :param form: take the DAG's params too, as made by :func:`~dean_provider.form.trial_params`. Everything in the run's conf must
        then be a setting or a param of the DAG.
    :param params_key: take the settings in this param of the DAG too, for a DAG with several trials.
    :param start_task_id: full id of the task that starts the trial; ``start_evolution`` in the same group unless given.
    """

    template_fields: Sequence[str] = ("trial",)
    template_fields_renderers = {"trial": "json"}  # noqa: RUF012 - Airflow's own form

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | None = None,
        form: bool = False,
        params_key: str | None = None,
        start_task_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trial = dict(trial or {})
        self.form = form
        self.params_key = params_key
        self.start_task_id = start_task_id
        self.shown = dict(self.trial) if form else {}

    async def act(self, context: Context) -> dict[str, Any]:
        from dean_provider.contract.events.trial import TrialRequested, TrialValidated
        from dean_provider.recording.asked import asked_for

        layers = self._layers(context)
        async with self.recording(await self._record(context), context, begins=True) as recorder:
            recorder.announce(TrialRequested(name=_name(layers), asked=asked_for(*layers)))
            plan = await self._checked(context, layers)
            await recorder.tell(
                TrialValidated(
                    trial_id=plan.trial_id,
                    population_id=plan.population_id,
                    config=plan.config.model_dump(mode="json"),
                    connections={"evolution": plan.evolution_conn_id, "indexagent": plan.indexagent_conn_id},
                )
            )
            return plan.model_copy(update={"record": recorder.ref if recorder.on else None}).to_xcom()

    async def _checked(self, context: Context, layers: list[dict[str, Any]]) -> TrialPlan:
        from dean_provider.config import resolve

        if any(layer.get(key) is not None for layer in layers for key in (FORK, REPLAY)):
            plan = await self._from_another(context, layers)
        else:
            plan = self._plan(context, resolve({key: value for layer in layers for key, value in layer.items()}).settings)
        self.log.info("Trial %s (%s): %s", plan.trial_id, plan.config.name, plan.config.model_dump_json(exclude_defaults=True))
        self._tell_where_to_look(context)
        return await self._as_started(context, plan)

    async def _record(self, context: Context) -> RecordRef | None:
        """Where this trial is recorded. Nowhere, when it cannot even be named: then it fails for the same reason."""
        from dean_provider.config import resolve
        from dean_provider.errors import DeanError
        from dean_provider.handle import RecordRef
        from dean_provider.recording.tasks import is_set_up

        ti: Any = context["ti"]
        try:
            settings = resolve().settings
            workflow_id = UUID(self._named(context, settings))
        except DeanError:
            return None
        if not await is_set_up(settings.gateway_conn_id, self.log):
            return None
        return RecordRef(
            workflow_id=workflow_id,
            conn_id=settings.gateway_conn_id,
            dag_id=ti.dag_id,
            run_id=ti.run_id,
            task_group=self._start_task(context).rpartition(".")[0],
            map_index=-1 if ti.map_index is None else ti.map_index,
            start_task_id=self._start_task(context),
        )

    def _start_task(self, context: Context) -> str:
        from dean_provider.operators.identity import start_task_beside

        ti: Any = context["ti"]
        return self.start_task_id or start_task_beside(ti.task_id)

    def _tell_where_to_look(self, context: Context) -> None:
        from dean_provider.hooks.correlation import HEADER, run_prefix

        ti: Any = context["ti"]
        self.log.info("Every call of this run carries an %s that begins with %s.", HEADER, run_prefix(ti.dag_id, ti.run_id))

    def _layers(self, context: Context) -> list[dict[str, Any]]:
        """What was given for this run, the strongest last."""
        params: Mapping[str, Any] = context["params"]
        layers = [dict(self.trial)]
        if self.form:
            layers.append(given_in_form(params, self.shown, ignore=set(context["dag"].params)))
        if self.params_key is not None:
            layers.append(dict(params.get(self.params_key) or {}))
        return layers

    async def _from_another(self, context: Context, layers: list[dict[str, Any]]) -> TrialPlan:
        """The plan of a fork or a replay.

        :raises UnsupportedOperationError: a service has no forks.
        """
        from dean_provider.config import resolve
        from dean_provider.operators.origin import Asked, fork_behind, forked_settings, original_of, parent_of, replayed_settings

        asked = Asked.of(*layers)
        settings = resolve(asked.provider).settings
        fork = asked.fork
        if asked.replay is not None:
            told = asked.replay.config is not None and asked.replay.digest is not None
            original = None if told else await self._read(context, settings, asked.replay.trial_id)
            plan = self._plan(context, resolve(replayed_settings(asked, asked.replay, original)).settings)
            plan = plan.model_copy(update={"original": original_of(asked.replay, original)})
            fork = fork_behind(asked.replay, original)
        if fork is None:
            return plan
        await self._require_forks(context, settings)
        trial = await self._read(context, settings, fork.trial_id)
        parent = parent_of(fork, trial)
        if asked.fork is not None:
            plan = self._plan(context, resolve(forked_settings(asked, fork, trial)).settings)
        self.log.info("A fork of trial %s, with which it shares the generations 0 to %d.", parent.trial_id, parent.generation)
        return plan.model_copy(update={"parent": parent})

    def _named(self, context: Context, settings: ProviderSettings) -> str:
        """The trial's id."""
        from dean_provider.operators.identity import trial_id
        from dean_provider.operators.namespace import installation_namespace

        ti: Any = context["ti"]
        return trial_id(
            installation_namespace(settings.namespace),
            dag_id=ti.dag_id,
            run_id=ti.run_id,
            task_id=self._start_task(context),
            map_index=-1 if ti.map_index is None else ti.map_index,
        )

    def _plan(self, context: Context, settings: ProviderSettings) -> TrialPlan:
        from dean_provider.operators.identity import population_id, seed_of

        name = self._named(context, settings)
        config = settings.trial
        if config.seed is None:
            config = config.model_copy(update={"seed": seed_of(name)})
        chosen = {setting: getattr(settings, setting) for setting in SETTINGS}
        return TrialPlan(trial_id=name, population_id=population_id(name), config=config, **chosen)

    async def _read(self, context: Context, settings: ProviderSettings, trial_id: str) -> Trial:
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef

        return await self.evolution(settings.evolution_conn_id, context).acall(evolution.READ_TRIAL, TrialRef(trial_id=trial_id))

    async def _require_forks(self, context: Context, settings: ProviderSettings) -> None:
        from dean_provider.contract.endpoints import indexagent
        from dean_provider.errors import UnsupportedOperationError

        dialect = await self.evolution(settings.evolution_conn_id, context).adialect()
        agents = self.indexagent(settings.indexagent_conn_id, context)
        without = [] if dialect.traits.forks else ["Evolution API"]
        without += [] if await self.supports(agents, indexagent.FORK_POPULATION) else ["IndexAgent"]
        if without:
            raise UnsupportedOperationError(
                f"This {' and this '.join(without)} cannot fork.",
                details={"field": FORK, "rule": "both services must have forks"},
                suggestions=["Use services that can, for example the reference services, or start a trial of its own."],
            )

    async def _as_started(self, context: Context, plan: TrialPlan) -> TrialPlan:
        """The plan with the configuration that a trial of an earlier try was started with, once it is said how they differ.

        What has drifted since could not even be valid any more. A service that cannot be asked now is no reason to fail:
        ``start_evolution`` will ask again.
        """
        from dean_provider.contract.endpoints import evolution
        from dean_provider.contract.trial import TrialRef
        from dean_provider.errors import DeanError, NotFoundError

        ti: Any = context["ti"]
        if ti.try_number <= 1:
            return plan
        try:
            hook = self.evolution(plan.evolution_conn_id, context)
            trial = await hook.acall(evolution.READ_TRIAL, TrialRef(trial_id=plan.trial_id))
        except NotFoundError:
            return plan
        except DeanError as error:
            self.log.info("Whether the trial exists already cannot be said now: %s", error)
            return plan
        if trial.config is None:
            return plan
        warn_of_drift(self.log, trial.config, plan.config)
        stored: dict[str, Any] = {"config": trial.config}
        if plan.parent is not None and trial.parent is not None:
            stored["parent"] = plan.parent.model_copy(update={"generation": trial.parent.generation})
        return plan.model_copy(update=stored)


def _name(layers: Sequence[Mapping[str, Any]]) -> str:
    """What the trial was to be called, as far as that was said."""
    given = next((layer["name"] for layer in reversed(layers) if isinstance(layer.get("name"), str)), "")
    return given[:LONGEST_NAME]


def warn_of_drift(log: Any, stored: TrialConfig, asked: TrialConfig) -> None:
    """Log in what ``asked`` differs from what the trial was started with."""
    from dean_provider.contract.config import config_differences

    for field, (before, now) in config_differences(stored, asked).items():
        log.warning("The trial runs with %s = %r, as it was started; the configuration now says %r, which is ignored.", field, before, now)
