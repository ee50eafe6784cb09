from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk.exceptions import AirflowSkipException

from dean_provider.operators import ApplyPatternsOperator, ApprovePatternsOperator
from dean_provider.recording.tasks import recorder_for

FOUND = {
    "tests": 40,
    "patterns": [
        {"pattern_id": "p-1", "description": "x[0] at most 0.2 | really", "status": "accepted", "effect": [0.5, 0.25, 0.75]},
        {"pattern_id": "p-2", "description": "", "status": "accepted", "effect": None},
        {"pattern_id": "p-3", "description": "x[1]", "status": "refused", "effect": [0.0, -1.0, 1.0]},
    ],
}


class Parked(BaseException):
    """Stands for how this Airflow's operator goes to wait."""


@pytest.fixture
def told(monkeypatch):
    """What was told to the recorder."""
    facts: list[Any] = []

    def recorder(ref, *_args, **more):
        made = recorder_for(None, *_args, **more)

        async def tell(*told):
            facts.extend(told)

        made.tell = tell
        return made

    monkeypatch.setattr("dean_provider.recording.tasks.recorder_for", recorder)
    return facts


@pytest.fixture
def asked(monkeypatch):
    """What Airflow was asked to show, when the task has gone to wait."""
    shown: list[dict[str, Any]] = []

    def park(self, *_args, **_kwargs):
        raise Parked

    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **details: shown.append(details))
    monkeypatch.setattr(hitl.HITLOperator, "defer", park)
    if hasattr(hitl, "TaskAwaitingInput"):
        monkeypatch.setattr(hitl, "TaskAwaitingInput", lambda **_: Parked())
    return shown


@pytest.fixture
def approve(handle, make_context):
    def make(policy="approve", found=FOUND, **kwargs):
        operator = ApprovePatternsOperator(task_id="approve_patterns", trial=handle(pattern_policy=policy), discovered=found, **kwargs)
        context = make_context("approve_patterns")
        context["ti"].id = "00000000-0000-0000-0000-000000000001"
        return operator, {**context, "task_instance": context["ti"], "task": operator}

    return make


def answer(option, by="ann", comment=""):
    user = {"id": "1", "name": by} if by else None
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return {"chosen_options": [option], "params_input": {"comment": comment}, "responded_at": at, "responded_by_user": user}


@pytest.mark.parametrize(("policy", "found"), [("off", FOUND), ("discover", FOUND), ("approve", {"patterns": []}), ("approve", None)])
def test_where_nothing_would_be_applied_nobody_is_asked(approve, asked, told, policy, found):
    operator, context = approve(policy, found)
    with pytest.raises(AirflowSkipException):
        operator.execute(context)
    assert not asked


def test_the_policy_apply_asks_nobody_unless_the_author_always_does(approve, asked, told):
    operator, context = approve("apply")
    assert operator.execute(context) == {"asked": False, "approved": True, "by": "", "comment": ""}
    operator, context = approve("apply", always=True)
    with pytest.raises(Parked):
        operator.execute(context)
    assert len(asked) == 1


def test_the_question_shows_what_each_pattern_is_worth(approve, asked, told):
    operator, context = approve(approvers=["ann", {"id": "7", "name": "bob"}], approval_timeout=timedelta(hours=1))
    with pytest.raises(Parked):
        operator.execute(context)
    (shown,) = asked
    assert shown["subject"] == "Apply 2 patterns of trial bin-packing?"
    assert "| x[0] at most 0.2 \\| really | +0.5 (+0.25 to +0.75) |" in shown["body"]
    assert "| p-2 | not measured |" in shown["body"]
    assert "x[1]" not in shown["body"]
    assert shown["assigned_users"] == [{"id": "ann", "name": "ann"}, {"id": "7", "name": "bob"}]
    assert shown["defaults"] == ["Reject"], "no answer is a no"
    assert list(shown["params"]) == ["comment"]
    (fact,) = told
    assert (fact.event_type, fact.pattern_ids) == ("approval.asked", ["p-1", "p-2"])


def test_a_yes_goes_on(approve, asked, told):
    operator, context = approve()
    assert operator.execute_complete(context, answer("Approve", comment="fine")) == {
        "asked": True, "approved": True, "by": "ann", "comment": "fine",
    }  # fmt: skip
    (fact,) = told
    assert (fact.approved, fact.by, fact.comment) == (True, "ann", "fine")


@pytest.mark.parametrize(("by", "reason"), [("ann", "ann refused: too small"), ("", "nobody answered in time, which refused: too small")])
def test_a_no_is_recorded_for_every_pattern(approve, asked, told, monkeypatch, by, reason):
    operator, context = approve()
    monkeypatch.setattr(hitl.ApprovalOperator, "skip", lambda *_, **__: pytest.fail("the report comes next, and must not be skipped"))
    operator.downstream_task_ids = {"apply_patterns", "publish_report"}
    given = operator.execute_complete(context, answer("Reject", by, "too small"))
    assert (given["approved"], given["by"]) == (False, by)
    assert [fact.event_type for fact in told] == ["approval.given", "pattern.refused", "pattern.refused"]
    assert {fact.reason for fact in told[1:]} == {reason}


@pytest.mark.parametrize(
    ("policy", "approval", "applies"),
    [
        ("approve", None, False),
        ("approve", {"approved": False}, False),
        ("approve", {"approved": True}, True),
        ("apply", None, True),
        ("apply", {"approved": False}, False),
    ],
)
def test_nothing_is_applied_that_was_to_be_approved_and_was_not(run, handle, make_context, services, policy, approval, applies):
    from dean_provider.contract.pattern import AppliedPatterns

    applied = AppliedPatterns(
        trial_id="t-1", pattern_ids=["p-1"], population_id="q", agents=60, mean_fitness_before=0, mean_fitness_after=1,
        best_fitness_before=0, best_fitness_after=1, tokens_used=60,
    )  # fmt: skip
    evolution, _ = services({"apply_patterns": applied})
    operator = ApplyPatternsOperator(task_id="apply", trial=handle(pattern_policy=policy), discovered=FOUND, approval=approval)
    if applies:
        assert run(operator, make_context("apply_patterns"))["agents"] == 60
    else:
        with pytest.raises(AirflowSkipException, match="Nobody has approved"):
            run(operator, make_context("apply_patterns"))
    assert bool(evolution.asked) is applies
