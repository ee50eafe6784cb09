"""``publish_report``: the report, the outcome for whoever comes after, and the asset event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import AssetAlias
from airflow.sdk.exceptions import AirflowFailException

from dean_provider.assets import TRIALS_ALIAS, create_asset
from dean_provider.contract.config import OnKill
from dean_provider.handle import TrialHandle
from dean_provider.links import REPORT_KEY, ReportLink, TrialLink
from dean_provider.operators.base import TrialOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from dean_provider.contract.trial import Trial
    from dean_provider.contract.workflow import Head
    from dean_provider.handle import Original
    from dean_provider.operators.gathering import Gathering
    from dean_provider.recording.recorder import Recorder
    from dean_provider.report import ReportData

__all__ = ["PublishReportOperator"]

LONGEST_URI = 250
RECORD_SECONDS = 60.0
"""How long publishing waits for a record that is behind to be completed; a later step does the rest."""

WITHOUT_FOLDERS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss"})
"""Stores of objects, where making a folder asks for the bucket and makes it when it cannot be seen: more than writing may be allowed to."""


class PublishReportOperator(TrialOperator):
    """Write the trial's report, return its outcome, and tell Airflow that ``dean://trials/<name>`` has a new one.

    The outcome is verified once on instances it never saw. In a trial's group this runs whatever became of the optional
    pattern steps. When the trial itself did not succeed, the report of how far it came is written all the same and the task
    fails, so that the run fails too; there is no asset event then. While a service is away the task fails and is tried again; on its last
    try what the outcome does not need (history, patterns, lineage) is left out of the report, which says so.

    :param trial: what ``start_evolution`` returned, or a trial's id. (templated)
    :param discovered: what ``discover_patterns`` returned, if it ran. (templated)
    :param approval: what ``approve_patterns`` returned, if it ran. (templated)
    :param applied: what ``apply_patterns`` returned, if it ran. (templated)
    :param report_uri: folder of the reports, a path or a URI Airflow's object storage understands; ``[dean] report_uri`` unless
        given. The report becomes ``<name>/<trial_id>.html`` below it. (templated)
    :param awaits: task ids, in the same run and with the same map index, without whose success the trial counts as failed.
    """

    template_fields: Sequence[str] = ("trial", "discovered", "approval", "applied", "report_uri")
    operator_extra_links = (ReportLink(), TrialLink())

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | str | Any,
        discovered: Mapping[str, Any] | Any = None,
        approval: Mapping[str, Any] | Any = None,
        applied: Mapping[str, Any] | Any = None,
        report_uri: str | None = None,
        awaits: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["outlets"] = [*kwargs.pop("outlets", []), AssetAlias(TRIALS_ALIAS)]
        super().__init__(**kwargs)
        self.trial = trial
        self.discovered = discovered
        self.approval = approval
        self.applied = applied
        self.report_uri = report_uri
        self.awaits = tuple(awaits)

    async def act(self, context: Context) -> dict[str, Any]:
        handle = TrialHandle.of(self.trial)
        async with self.recording(handle.record, context) as recorder:
            return await self._publish(context, handle, recorder)

    async def _publish(self, context: Context, handle: TrialHandle, recorder: Recorder) -> dict[str, Any]:
        from dean_provider.operators.gathering import Gathering
        from dean_provider.recording.failure import is_last_try
        from dean_provider.recording.followed import record_end
        from dean_provider.report import render
        from dean_provider.triggers.trial import stop_trial

        gathering = Gathering(
            self.evolution(handle.evolution_conn_id, context),
            self.indexagent(handle.indexagent_conn_id, context),
            handle.trial_id,
            last_try=is_last_try(context),
        )
        trial = await gathering.trial()
        unsuccessful = self._unsuccessful(context, trial)
        if not unsuccessful and not trial.status.ended and handle.on_kill is OnKill.STOP:
            # Its wait was marked success, and the trigger has not come to stop it yet.
            how = await stop_trial(self.evolution(handle.evolution_conn_id, context), handle.trial_id, "what was reached is published")
            self.log.info("Nobody waits for trial %s any more; it was told to stop: %s.", handle.trial_id, how)
            trial = await gathering.trial()
        service = self.evolution(handle.evolution_conn_id, context)
        await record_end(recorder, service, trial, seconds=RECORD_SECONDS, reason=unsuccessful, behind=bool(unsuccessful))
        data = await self._data(context, gathering, trial, handle.original)
        data.run.update(self._head(recorder))
        data.connections.update(evolution_conn_id=handle.evolution_conn_id, indexagent_conn_id=handle.indexagent_conn_id)
        data.credential = await service.acredential()
        name = (trial.config.name if trial.config else handle.name) or "trial"
        location = await asyncio.to_thread(self._write, f"{name}/{handle.trial_id}.html", render(data))
        self.log.info("Report: %s", location)
        context["ti"].xcom_push(key=REPORT_KEY, value=location)
        await self._tell(recorder, data, location)
        if unsuccessful:
            raise AirflowFailException(f"{unsuccessful} The report of how far it came is at {location}.")
        outcome = self._outcome(data, name, location)
        if recorder.ref is not None and recorder.head is not None:
            outcome["record"] = {"workflow_id": str(recorder.ref.workflow_id), "head": _written(recorder.head)}
        if handle.original is not None:
            outcome["replay"] = self._compared(handle.original, data)
        event = {key: outcome[key] for key in ("trial_id", "digest", "status", "scores", "report")}
        context["outlet_events"][AssetAlias(TRIALS_ALIAS)].add(create_asset(name=name), extra=event)
        return outcome

    async def _tell(self, recorder: Recorder, data: ReportData, location: str) -> None:
        from dean_provider.contract.events.trial import ReportPublished

        checked = data.verification
        published = ReportPublished(
            uri=location if len(location) <= LONGEST_URI else None,
            digest=data.trial.digest,
            scores=checked.scores if checked else data.trial.scores,
            baselines=checked.baselines if checked else {},
        )
        if await recorder.tell(published):
            for name, value in self._head(recorder).items():
                self.log.info("%s: %s", name.capitalize(), value)

    @staticmethod
    def _head(recorder: Recorder) -> dict[str, str]:
        """Where the trial is recorded and how far, for whoever checks later that nothing was cut off."""
        if recorder.ref is None or recorder.head is None:
            return {}
        return {"record": str(recorder.ref.workflow_id), "record head": _written(recorder.head)}

    def _unsuccessful(self, context: Context, trial: Trial) -> str:
        """Why the trial counts as failed, in a sentence; empty when it does not."""
        if not self.awaits:
            return "" if trial.status.value == "completed" else f"Trial {trial.trial_id} is {trial.status.value}."
        failed = self.failed_among(context, self.awaits)
        return f"Trial {trial.trial_id} is {trial.status.value}, and {', '.join(failed)} did not succeed." if failed else ""

    async def _data(self, context: Context, gathering: Gathering, trial: Trial, original: Original | None) -> ReportData:
        from dean_provider.contract.pattern import AppliedPatterns
        from dean_provider.report import ReportData

        named = [item["pattern_id"] for item in (self.discovered or {}).get("patterns", [])]
        generations, verification, patterns, lineage = await gathering.parts(
            trial, named, compared_at=None if original is None else original.generation
        )
        return ReportData(
            trial=trial,
            generations=generations,
            verification=verification,
            patterns=patterns,
            applied=AppliedPatterns.model_validate(self.applied) if self.applied else None,
            lineage=lineage,
            run=self._run(context),
            notes=[*gathering.notes, *_answer(self.approval)],
        )

    @staticmethod
    def _run(context: Context) -> dict[str, str]:
        from airflow.version import version as airflow_version

        from dean_provider import __version__

        ti: Any = context["ti"]
        return {
            "dag_id": ti.dag_id,
            "run_id": ti.run_id,
            "url": str(getattr(ti, "log_url", "") or ""),
            "apache-airflow": airflow_version,
            "dean-provider": __version__,
        }

    def _write(self, below: str, html: str) -> str:
        from airflow.sdk import ObjectStoragePath

        path = ObjectStoragePath(self.report_uri or _configured_folder()) / below
        if path.protocol not in WITHOUT_FOLDERS:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
        return str(path)

    def _compared(self, original: Original, data: ReportData) -> dict[str, Any]:
        """Whether a replay came to what was recorded, as far as the record goes."""
        known = {row.generation: row.digest for row in data.generations}
        if data.trial.digest:
            known[data.trial.current_generation] = data.trial.digest
        found = known.get(original.generation)
        agrees = found == original.digest
        say = self.log.info if agrees else self.log.warning
        verdict = "agrees with" if agrees else "differs from"
        say("The digest up to generation %d %s what trial %s recorded.", original.generation, verdict, original.trial_id)
        return {"trial_id": original.trial_id, "generation": original.generation, "digest": original.digest, "agrees": agrees}

    @staticmethod
    def _outcome(data: ReportData, name: str, location: str) -> dict[str, Any]:
        trial, verification = data.trial, data.verification
        best = verification.scores if verification else trial.scores
        return {
            "trial_id": trial.trial_id,
            "parent": trial.parent.model_dump() if trial.parent else None,
            "name": name,
            "status": trial.status.value,
            "termination_reason": trial.termination_reason.value if trial.termination_reason else None,
            "generations": trial.current_generation,
            "best_fitness": trial.best_fitness,
            "best_agent_id": trial.best_agent_id,
            "scores": best.model_dump(mode="json") if best else None,
            "baselines": {key: item.model_dump(mode="json") for key, item in verification.baselines.items()} if verification else {},
            "metric": trial.objective.metric if trial.objective else None,
            "unit": trial.objective.unit if trial.objective else None,
            "tokens_used": trial.tokens_used,
            "seed": trial.config.seed if trial.config else None,
            "digest": trial.digest,
            "report": location,
        }


def _answer(approval: Mapping[str, Any] | None) -> list[str]:
    """What people said of the patterns, if they were asked."""
    if not approval or not approval.get("asked"):
        return []
    verdict = "approved the patterns" if approval["approved"] else "refused the patterns, so they were not applied"
    comment = f": {approval['comment']}" if approval.get("comment") else "."
    return [f"{approval.get('by') or 'Nobody answered in time, which'} {verdict}{comment}"]


def _written(head: Head) -> str:
    """The end of a record as ``dean audit verify --head`` takes it."""
    return f"{head.sequence}:{head.hash}"


def _configured_folder() -> str:
    from dean_provider.config import resolve
    from dean_provider.config.folders import report_folder

    return report_folder(resolve().settings)
