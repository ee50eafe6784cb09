"""``dean state …`` on a record of the test's own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from uuid import UUID

from sqlalchemy import func, select, update

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.main import main
from dean_provider.contract.events.trial import TrialCompleted, TrialStarted
from dean_provider.state.tables import WorkflowRow

STARTED = TrialStarted(trial_id="t")
COMPLETED = TrialCompleted(generation=1)
OLD = datetime.now(timezone.utc) - timedelta(days=100)


def _json(capsys, *words):
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def _workflows(recorded):
    with recorded.sessions() as session:
        return session.execute(select(func.count()).select_from(WorkflowRow)).scalar_one()


def test_a_rebuild_says_what_was_wrong(recorded, capsys) -> None:
    recorded(1, STARTED, COMPLETED)
    recorded(2, STARTED)
    with recorded.sessions() as session:
        session.execute(update(WorkflowRow).where(WorkflowRow.id == UUID(int=2)).values(status="completed"))
    code, done = _json(capsys, "state", "rebuild")
    assert (code, done["workflows"], done["events"]) == (0, 2, 5)
    assert [(one["workflow_id"], one["columns"]) for one in done["changed"]] == [(str(UUID(int=2)), ["status"])]
    assert main(["state", "rebuild", "--workflow", str(UUID(int=2))]) == 0
    assert "1 workflows, 2 events: 0 had rows" in capsys.readouterr().out


def test_a_row_that_knows_another_end_is_left_unless_forced_and_the_others_are_made_again(recorded, capsys) -> None:
    workflow = recorded(1, STARTED)
    recorded(2, STARTED)
    with recorded.sessions() as session:
        session.execute(update(WorkflowRow).where(WorkflowRow.id == workflow).values(sequence=9, head_hash="x"))
        session.execute(update(WorkflowRow).where(WorkflowRow.id != workflow).values(status="failed"))
    code, done = _json(capsys, "state", "rebuild")
    assert (code, done["workflows"], [one["columns"] for one in done["changed"]]) == (ExitCode.DIFFERENT, 1, [["status"]])
    assert [one["workflow_id"] for one in done["left"]] == [str(workflow)]
    assert main(["state", "rebuild"]) == ExitCode.DIFFERENT
    assert f"dean audit verify --workflow {workflow}" in capsys.readouterr().err
    assert main(["state", "rebuild", "--force"]) == 0


def test_a_workflow_is_shown_as_it_was(recorded, capsys) -> None:
    workflow = recorded(1, STARTED, COMPLETED)
    for words, status in ((["--at", "2"], "running"), ([], "completed")):
        assert _json(capsys, "state", "show", str(workflow), *words)[1]["status"] == status
    assert main(["state", "show", str(workflow)]) == 0
    assert "completed" in capsys.readouterr().out
    assert main(["state", "show", str(UUID(int=9))]) == ExitCode.FAILURE


def test_old_workflows_are_deleted_after_an_export(recorded, capsys, tmp_path) -> None:
    old = recorded(1, STARTED, COMPLETED, now=OLD)
    recorded(2, STARTED, now=OLD)
    recorded(3, STARTED, COMPLETED, now=datetime.now(timezone.utc))
    words = ["state", "prune", "--older-than", "90d"]
    code, found = _json(capsys, *words, "--dry-run")
    assert (code, found) == (0, {"workflows": [str(old)], "events": 3, "deleted": False})
    file = tmp_path / "old.jsonl"
    assert main([*words, "--export", str(file)]) == ExitCode.USAGE
    assert not file.exists()
    code, done = _json(capsys, *words, "--export", str(file), "--yes")
    assert (code, done["workflows"], done["events"], done["kept"]) == (0, [str(old)], 3, [])
    assert file.exists()
    assert _workflows(recorded) == 3  # with the installation's own
    assert main(["audit", "import", str(file)]) == 0
    assert _workflows(recorded) == 4


def test_nothing_is_deleted_without_an_export_and_nothing_that_runs(recorded, capsys) -> None:
    recorded(1, STARTED, COMPLETED, now=OLD)
    assert main(["state", "prune", "--older-than", "90d", "--yes"]) == ExitCode.USAGE
    assert main(["state", "prune", "--older-than", "90d", "--export", "/x", "--status", "running"]) == ExitCode.USAGE
    assert main(["state", "prune", "--older-than", "200d", "--export", "/x", "--yes"]) == 0
    assert "nothing to delete" in capsys.readouterr().out
    assert _workflows(recorded) == 1
