"""Cancel, pause, resume: who is asked first, and what is said afterwards."""

from __future__ import annotations

import io
import json

import pytest

from dean_provider.errors import InvalidStateError, PermissionDeniedError, ServiceUnavailableError


class Person(io.StringIO):
    """Somebody at a keyboard."""

    def isatty(self) -> bool:
        return True


def test_cancelling_needs_a_yes(signed_in, dean, trial, monkeypatch) -> None:
    signed_in.add(trial("one"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    for words in ([], ["--json"]):
        code, _, _ = dean("trial", "cancel", "one", *words)
        assert code == 2
    monkeypatch.setattr("sys.stdin", Person("n\n"))
    code, out, err = dean("trial", "cancel", "one")
    assert code == 1
    assert out == ""
    assert "Stop one (" in err
    assert "Nothing was done." in err
    assert "cancel_trial" not in signed_in.operations()


def test_a_yes_cancels(signed_in, dean, trial, monkeypatch) -> None:
    signed_in.add(trial("one"))
    monkeypatch.setattr("sys.stdin", Person("y\n"))
    code, out, _ = dean("trial", "cancel", "one", "--reason", "too slow")
    assert code == 0
    assert out == f"one ({trial('one').id}) is cancelled, generation 2/4.\n"
    assert signed_in.last("cancel_trial").reason == "too slow"


@pytest.mark.parametrize(("word", "status"), [("cancel", "cancelled"), ("pause", "paused"), ("resume", "running")])
def test_as_json_it_is_the_trial(signed_in, dean, trial, word: str, status: str) -> None:
    signed_in.add(trial("one"))
    code, out, err = dean("trial", word, "one", "--json", *(["--yes"] if word == "cancel" else []))
    assert (code, json.loads(out)["status"], err) == (0, status, "")


def test_a_refusal_says_why(signed_in, dean, trial) -> None:
    signed_in.add(trial("one", "completed"))
    signed_in.failing["pause_trial"] = InvalidStateError("one has completed.", suggestions=["Start another trial."])
    code, _, err = dean("trial", "pause", "one")
    assert (code, err) == (1, "Error: one has completed.\n  → Start another trial.\n")
    signed_in.failing["pause_trial"] = PermissionDeniedError("You may not edit DAG dean_evolution_trial.")
    code, _, err = dean("trial", "pause", "one")
    assert code == 7
    assert "You may not edit DAG dean_evolution_trial." in err


def test_a_lost_answer_does_not_steer_twice(signed_in, dean, trial) -> None:
    def lose() -> None:
        del signed_in.before["pause_trial"]
        raise ServiceUnavailableError("Busy.")

    signed_in.add(trial("one"))
    signed_in.before["pause_trial"] = lose
    assert dean("trial", "pause", "one")[0] == 0
    keys = [headers["idempotency-key"] for name, _, headers in signed_in.asked if name == "pause_trial"]
    assert len(keys) == 2
    assert len(set(keys)) == 1
