"""``approve_patterns``: people decide whether the patterns of a trial are applied."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowSkipException

from dean_provider.contract.config import PatternPolicy
from dean_provider.handle import TrialHandle
from dean_provider.operators.recording import RecordingStep

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.execution_time.hitl import HITLUser

    from dean_provider.contract.events.fact import Fact

__all__ = ["ApprovePatternsOperator"]

MOST_COMMENT = 1000
NOT_ASKED = {"asked": False, "approved": True, "by": "", "comment": ""}


class ApprovePatternsOperator(RecordingStep, ApprovalOperator):
    """Ask people, in Airflow's list of required actions, whether the accepted patterns may be applied, and wait without a worker slot.

    The question shows each pattern with its measured effect and takes a comment along with the answer. Who refuses changes nothing of the
    trial: ``apply_patterns`` is skipped, the patterns stay stored, and outcome and digest are what they were. Nobody is asked when no
    pattern was accepted, or when the trial's pattern policy is ``apply``, unless ``always`` is set.

    :param trial: what ``start_evolution`` returned, or a trial's id. (templated)
    :param discovered: what ``discover_patterns`` returned. (templated)
    :param always: ask whenever patterns would be applied, and not only when the trial's policy is ``approve``.
    :param approvers: who may answer: ids of users as the auth manager in force has them, names with Airflow's simple one, numbers with
        FAB. Anybody who may edit the run when empty.
    :param approval_timeout: how long to wait; no answer is a no. Without one it waits for as long as it takes.
    :param kwargs: further arguments of Airflow's ``ApprovalOperator``, such as ``notifiers``, which are called when the question is asked.
    """

    template_fields: Collection[str] = (*ApprovalOperator.template_fields, "trial", "discovered")
    ui_color = "#f7ead9"

    def __init__(
        self,
        *,
        trial: Mapping[str, Any] | str | Any,
        discovered: Mapping[str, Any] | Any,
        always: bool = False,
        approvers: Sequence[str | HITLUser] = (),
        approval_timeout: timedelta | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("params", None)  # Airflow passes those of the DAG: the question has its own
        users = [{"id": user, "name": user} if isinstance(user, str) else user for user in approvers]
        super().__init__(
            subject=kwargs.pop("subject", "Apply the patterns of this trial?"),
            params={"comment": Param("", type="string", maxLength=MOST_COMMENT, title="Comment", description="Why; kept with the answer.")},
            assigned_users=users or None,
            response_timeout=approval_timeout,
            defaults=None if approval_timeout is None else self.REJECT,
            **kwargs,
        )
        self.trial = trial
        self.discovered = discovered
        self.always = always

    def execute(self, context: Context) -> Any:
        """Ask, unless there is nothing to ask."""
        handle = TrialHandle.of(self.trial)
        accepted = _accepted(self.discovered)
        if handle.pattern_policy not in (PatternPolicy.APPLY, PatternPolicy.APPROVE):
            raise AirflowSkipException(f"The trial's pattern policy is {handle.pattern_policy.value}.")
        if not accepted:
            raise AirflowSkipException("No pattern was accepted.")
        if handle.pattern_policy is PatternPolicy.APPLY and not self.always:
            self.log.info("By the trial's pattern policy nobody has to be asked.")
            return NOT_ASKED
        self.subject = f"Apply {len(accepted)} patterns of trial {handle.name or handle.trial_id}?"
        self.body = _question(handle, accepted)
        asyncio.run(self._tell(context, handle, self._asked(accepted)))
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on with the answer. Airflow's own approval would skip whatever comes next, the report too; here the next step reads it."""
        answer = HITLOperator.execute_complete(self, context=context, event=event)
        approved = answer["chosen_options"] == [self.APPROVE]
        user = answer.get("responded_by_user")
        given = {
            "asked": True,
            "approved": approved,
            "by": str(user["name"]) if user else "",
            "comment": str((answer.get("params_input") or {}).get("comment") or "")[:MOST_COMMENT],
        }
        self.log.info("%s by %s. %s", "Approved" if approved else "Refused", given["by"] or "nobody in time", given["comment"])
        handle = TrialHandle.of(self.trial)
        asyncio.run(self._tell(context, handle, *self._answered(_accepted(self.discovered), given)))
        return given

    async def _tell(self, context: Context, handle: TrialHandle, *facts: Fact) -> None:
        async with self.recording(handle.record, context) as recorder:
            await recorder.tell(*facts)

    def _asked(self, accepted: Sequence[Mapping[str, Any]]) -> Fact:
        from dean_provider.contract.events.pattern import ApprovalAsked

        return ApprovalAsked(subject=self.subject, pattern_ids=[item["pattern_id"] for item in accepted])

    @staticmethod
    def _answered(accepted: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> list[Fact]:
        from dean_provider.contract.events.pattern import ApprovalGiven, PatternRefused

        names = [item["pattern_id"] for item in accepted]
        approved, by, comment = given["approved"], given["by"], given["comment"]
        told: list[Fact] = [ApprovalGiven(approved=approved, by=by, pattern_ids=names, comment=comment)]
        if not approved:
            reason = f"{by or 'nobody answered in time, which'} refused{f': {comment}' if comment else ''}"
            told += [PatternRefused(pattern_id=name, reason=reason) for name in names]
        return told


def _accepted(discovered: Any) -> list[Mapping[str, Any]]:
    return [item for item in (discovered or {}).get("patterns", []) if item["status"] == "accepted"]


def _question(handle: TrialHandle, accepted: Sequence[Mapping[str, Any]]) -> str:
    """The patterns as a table in Markdown: what each says and what imposing it was measured to be worth."""
    rows = [f"| {_cell(item['description'] or item['pattern_id'])} | {_effect(item.get('effect'))} |" for item in accepted]
    return "\n".join(
        [
            f"Trial `{handle.trial_id}` ({_cell(handle.name)}, {_cell(handle.objective or '')}) found patterns that hold.",
            "Approving imposes them on copies of its final population, which costs tokens and changes neither its outcome nor its digest.",
            "",
            "| pattern | effect on fitness (95 % interval) |",
            "|---|---|",
            *rows,
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _effect(effect: Sequence[float] | None) -> str:
    return "not measured" if effect is None else f"{effect[0]:+.4g} ({effect[1]:+.4g} to {effect[2]:+.4g})"
