"""``dean audit …`` on a record of the test's own."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from dean_provider.cli.exits import ExitCode
from dean_provider.cli.main import main
from dean_provider.contract.events.trial import TrialCompleted, TrialStarted
from dean_provider.state import signing
from dean_provider.state.tables import EventRow, WorkflowRow

STARTED = TrialStarted(trial_id="t")
COMPLETED = TrialCompleted(generation=1)


def _json(capsys, *words):
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def _change(recorded, statement):
    with recorded.sessions() as session:
        session.execute(statement)


def _head(recorded, number):
    with recorded.sessions() as session:
        row = session.execute(select(WorkflowRow.sequence, WorkflowRow.head_hash).where(WorkflowRow.id == UUID(int=number))).one()
    return f"{row.sequence}:{row.head_hash}"


def test_a_sound_record_is_found_sound(recorded, capsys) -> None:
    recorded(1, STARTED, COMPLETED)
    recorded(2, STARTED)
    code, found = _json(capsys, "audit", "verify")
    assert (code, found["workflows"], found["events"], found["faults"]) == (0, 2, 5, [])
    assert found["heads"][str(UUID(int=1))] == _head(recorded, 1)
    assert main(["audit", "verify"]) == 0
    assert "2 workflows, 5 events, 0 of them signed: 0 with faults." in capsys.readouterr().out


def test_the_first_bad_event_is_named_and_the_exit_code_tells(recorded, capsys) -> None:
    recorded(1, STARTED, COMPLETED)
    recorded(2, STARTED)
    _change(recorded, update(EventRow).where(EventRow.workflow_id == UUID(int=1), EventRow.sequence == 2).values(canonical="{}"))
    code, found = _json(capsys, "audit", "verify")
    (fault,) = found["faults"]
    assert code == ExitCode.DIFFERENT
    assert (fault["workflow_id"], fault["sequence"], fault["kind"]) == (str(UUID(int=1)), 2, "content changed")
    assert main(["audit", "verify", "--workflow", str(UUID(int=2))]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", "--workflow", str(UUID(int=1))]) == ExitCode.DIFFERENT
    assert "content changed" in capsys.readouterr().out


def test_a_head_that_was_noted_finds_a_cut_tail(recorded, capsys) -> None:
    workflow = recorded(1, STARTED, COMPLETED)
    noted = _head(recorded, 1)
    _change(recorded, delete(EventRow).where(EventRow.sequence == 3))
    with recorded.sessions() as session:
        last = session.execute(select(EventRow.hash).where(EventRow.sequence == 2)).scalar_one()
    _change(recorded, update(WorkflowRow).values(sequence=2, head_hash=last))
    assert _json(capsys, "audit", "verify", "--workflow", str(workflow))[0] == 0
    code, found = _json(capsys, "audit", "verify", "--workflow", str(workflow), "--head", noted)
    assert (code, found["faults"][0]["kind"]) == (ExitCode.DIFFERENT, "tail missing")


def test_with_a_key_executions_that_nobody_signed_are_named_unless_they_may_be_there(recorded, capsys, monkeypatch, tmp_path) -> None:
    workflow = recorded(1, STARTED, COMPLETED)
    file = tmp_path / "e.jsonl"
    assert main(["audit", "export", str(file)]) == 0
    monkeypatch.setattr(signing, "installed_keys", lambda: signing.Keys(["k" * 32]))
    capsys.readouterr()
    code, found = _json(capsys, "audit", "verify")
    (fault,) = found["faults"]
    assert (code, fault["workflow_id"], fault["kind"], fault["sequence"]) == (ExitCode.DIFFERENT, str(workflow), "not signed", 1)
    assert (found["signed"], found["unsigned_workflows"], found["heads"]) == (0, 1, {})
    assert main(["audit", "verify"]) == ExitCode.DIFFERENT
    assert "--allow-unsigned believes" in capsys.readouterr().out
    code, found = _json(capsys, "audit", "verify", "--allow-unsigned")
    assert (code, found["faults"], found["unsigned_workflows"]) == (0, [], 1)
    for words in (["verify", "--file", str(file)], ["import", str(file)]):
        assert main(["audit", *words]) == ExitCode.FAILURE
        assert "--allow-unsigned" in capsys.readouterr().err
        assert main(["audit", *words, "--allow-unsigned"]) == 0
        capsys.readouterr()


@pytest.mark.parametrize(
    "words",
    [
        ["--head", "3:ab"],
        ["--head", "3:ab", "--workflow", str(UUID(int=1)), "--workflow", str(UUID(int=2))],
        ["--head", "x", "--workflow", str(UUID(int=1))],
        ["--file", "/x", "--from-snapshot"],
        ["--workflow", "x"],
    ],
)
def test_what_makes_no_sense_together_is_refused(recorded, capsys, words) -> None:
    assert main(["audit", "verify", *words]) == ExitCode.USAGE


def test_what_is_exported_can_be_verified_and_taken_back(recorded, capsys, tmp_path) -> None:
    recorded(1, STARTED, COMPLETED)
    recorded(2, STARTED)
    file = tmp_path / "e.jsonl"
    code, written = _json(capsys, "audit", "export", str(file), "--workflow", str(UUID(int=1)))
    assert (code, written["workflows"], written["events"]) == (0, 1, 3)
    assert _json(capsys, "audit", "verify", "--file", str(file)) == (
        0,
        {
            "workflows": 1,
            "events": 3,
            "exported_at": json.loads(file.read_text().splitlines()[0])["exported_at"].replace("Z", "+00:00"),
            "faults": [],
        },
    )
    for row in (EventRow, WorkflowRow):
        _change(recorded, delete(row))
    code, taken = _json(capsys, "audit", "import", f"file://{file}")
    assert (code, taken) == (0, {"workflows": [str(UUID(int=1))], "events": 3, "known": 0})
    assert main(["audit", "import", str(file)]) == 0
    assert "Took 0 events of 0 workflows; 3 were here already." in capsys.readouterr().out
    assert main(["audit", "export", str(file)]) == ExitCode.FAILURE
    assert "already" in capsys.readouterr().err


def test_a_file_that_was_changed_is_refused(recorded, capsys, tmp_path) -> None:
    recorded(1, STARTED)
    file = tmp_path / "e.jsonl"
    assert main(["audit", "export", str(file)]) == 0
    file.write_text(file.read_text().replace('"trial_id":"t"', '"trial_id":"u"'))
    for words in (["verify", "--file", str(file)], ["import", str(file)]):
        assert main(["audit", *words]) == ExitCode.FAILURE
        assert "not as it was written" in capsys.readouterr().err
    assert main(["audit", "import", str(tmp_path / "nothing")]) == ExitCode.FAILURE
    assert main(["audit", "import", "nowhere://x"]) == ExitCode.USAGE
