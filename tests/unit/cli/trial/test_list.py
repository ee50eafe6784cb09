"""Lists of trials: filters, pages, and both forms."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from dean_provider.cli.trial.list import STATUSES
from dean_provider.contract.workflow import WorkflowPage, WorkflowStatus


def test_trials_are_listed_plainly_in_a_pipe(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"), trial("two", "failed", -1))
    code, out, err = dean("trial", "list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["id", "name", "status"]
    assert lines[1].split()[:5] == [str(trial("one").id), "one", "running", "2/4", "-1.5"]
    assert lines[2].split()[:4] == [str(trial("two").id), "two", "failed", "-/4"]
    assert "\x1b" not in out


def test_no_trials(signed_in, dean) -> None:
    assert dean("trial", "list")[:2] == (0, "No trials.\n")
    assert json.loads(dean("trial", "list", "--json")[1]) == {"workflows": [], "next_cursor": None}


def test_every_filter_reaches_the_gateway(signed_in, dean, trial) -> None:
    signed_in.add(trial("parent"))
    words = [
        *("--status", "running", "--dag-id", "d", "--run-id", "r", "--objective", "sphere", "--name", "n", "--owner", "ada"),
        *(
            "--parent",
            "parent",
            "--label",
            "team=packing",
            "--search",
            "x",
            "--since",
            "2026-01-31T12:00+01:00",
            "--until",
            "2026-02-01T00:00Z",
        ),
    ]
    assert dean("trial", "list", *words)[0] == 0
    asked = signed_in.last("list_trials")
    assert (asked.status, asked.dag_id, asked.run_id, asked.objective) == (WorkflowStatus.RUNNING, "d", "r", "sphere")
    assert (asked.name, asked.owner, asked.parent_id, asked.label, asked.search) == ("n", "ada", trial("parent").id, "team=packing", "x")
    assert asked.created_after == datetime(2026, 1, 31, 11, tzinfo=timezone.utc)
    assert asked.created_before == datetime(2026, 2, 1, tzinfo=timezone.utc)
    assert asked.limit == 20


def test_how_long_ago(signed_in, dean) -> None:
    before = datetime.now(timezone.utc)
    assert dean("trial", "list", "--since", "2h")[0] == 0
    asked = signed_in.last("list_trials").created_after
    assert timedelta(0) <= asked - (before - timedelta(hours=2)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-01Z", "2026-02-01T12", "999999w", "-2h", ""])
def test_what_is_no_moment_is_usage(signed_in, dean, text: str) -> None:
    code, _, err = dean("trial", "list", "--since", text)
    assert code == 2
    assert "neither a moment" in err


def test_a_filter_that_cannot_be_is_named(signed_in, dean) -> None:
    code, out, _ = dean("trial", "list", "--search", "x" * 201, "--json")
    assert code == 3
    assert json.loads(out)["details"]["problems"] == [{"field": "search", "rule": "must have at most 200 characters"}]
    assert signed_in.asked == []


@pytest.mark.parametrize("text", ["team", "=red", ""])
def test_what_is_no_label_is_usage(signed_in, dean, text: str) -> None:
    code, _, err = dean("trial", "list", "--label", text)
    assert code == 2
    assert f"{text!r} is not of the form KEY=VALUE" in err


def test_a_limit_ends_in_a_cursor_and_all_ends_in_none(signed_in, dean, trial) -> None:
    signed_in.add(*(trial(f"t{number}") for number in range(7)))
    signed_in.page_size = 3
    code, out, err = dean("trial", "list", "--limit", "5")
    assert (code, len(out.splitlines())) == (0, 6)
    assert "--cursor 5" in err
    page = json.loads(dean("trial", "list", "--limit", "5", "--cursor", "5", "--json")[1])
    assert ([each["name"] for each in page["workflows"]], page["next_cursor"]) == (["t5", "t6"], None)
    everything = json.loads(dean("trial", "list", "--all", "--json")[1])
    assert [each["name"] for each in everything["workflows"]] == [f"t{number}" for number in range(7)]
    assert everything["next_cursor"] is None


def test_json_is_the_contracts_page(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    page = WorkflowPage.model_validate_json(dean("trial", "list", "--json")[1])
    assert page.workflows[0].id == trial("one").id


@pytest.mark.parametrize("status", WorkflowStatus)
def test_every_status_can_be_asked_for(status: WorkflowStatus) -> None:
    assert status.value in STATUSES
    assert len(STATUSES) == len(WorkflowStatus)
