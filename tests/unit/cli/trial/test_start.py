"""Asking for trials: settings, idempotency, and waiting for the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dean_provider.errors import InvalidConfigurationError, ServiceUnavailableError


def test_settings_are_sent_as_what_they_are(signed_in, dean) -> None:
    given = ["seed=7", "name=007", "fitness_threshold=-0.5", 'labels={"team": "packing"}', "pattern_seeds=a, b", "token_budget=none"]
    given += ["trial.population_size=80", "from_the_future=[1]", "seed=8", "objective=true", "mutation_rate=NaN"]
    code, out, err = dean("trial", "start", *(word for pair in given for word in ("-c", pair)))
    assert code == 0, err
    assert signed_in.last("request_trial").config == {
        "seed": 8,
        "name": "007",
        "fitness_threshold": -0.5,
        "labels": {"team": "packing"},
        "pattern_seeds": ["a", "b"],
        "token_budget": None,
        "population_size": 80,
        "from_the_future": [1],
        "objective": "true",
        "mutation_rate": "NaN",
    }
    assert str(signed_in.keys[next(iter(signed_in.keys))].id) in out


def test_a_file_is_overruled_by_single_settings(signed_in, dean, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text("poll_seconds: 2\ntrial:\n  seed: 1\n  generations: 9\n")
    assert dean("trial", "start", "-f", str(file), "-c", "seed=2", "--dag-id", "mine", "--note", "by hand")[0] == 0
    asked = signed_in.last("request_trial")
    assert (asked.config, asked.dag_id, asked.note) == ({"poll_seconds": 2, "seed": 2, "generations": 9}, "mine", "by hand")


def test_every_problem_of_a_file_is_listed_and_nothing_asked(signed_in, dean, tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text("pol_seconds: 2\ntrial:\n  sed: 1\n")
    code, _, err = dean("trial", "start", "-f", str(file))
    assert code == 3
    assert "Did you mean poll_seconds?" in err
    assert "sed = 1 is not a setting of a trial" in err
    assert signed_in.asked == []


def test_a_pair_without_a_name_is_usage(signed_in, dean) -> None:
    assert dean("trial", "start", "-c", "seed")[0] == 2
    assert dean("trial", "start", "-c", "=3")[0] == 2


def test_what_the_gateway_refuses_is_listed(signed_in, dean) -> None:
    problems = [{"field": "seed", "value": -1, "rule": "must be at least 0", "origin": "conf"}]
    signed_in.failing["request_trial"] = InvalidConfigurationError("The configuration has 1 problem.", details={"problems": problems})
    code, _, err = dean("trial", "start", "-c", "seed=-1")
    assert code == 3
    assert "seed = -1 must be at least 0" in err


def test_the_same_key_is_the_same_trial(signed_in, dean) -> None:
    first = json.loads(dean("trial", "start", "--idempotency-key", "k", "--json")[1])
    again = json.loads(dean("trial", "start", "--idempotency-key", "k", "--json")[1])
    assert (first["created"], again["created"]) == (True, False)
    assert first["workflow"]["id"] == again["workflow"]["id"]
    assert "asked for before" in dean("trial", "start", "--idempotency-key", "k")[1]


def test_without_a_key_each_start_has_its_own(signed_in, dean) -> None:
    dean("trial", "start")
    dean("trial", "start")
    assert len(signed_in.keys) == 2


def test_a_lost_answer_is_asked_for_again_under_the_same_key(signed_in, dean) -> None:
    def lose() -> None:
        del signed_in.before["request_trial"]
        raise ServiceUnavailableError("Busy.")

    signed_in.before["request_trial"] = lose
    assert dean("trial", "start")[0] == 0
    keys = [headers["idempotency-key"] for _, _, headers in signed_in.asked]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize(("status", "code"), [("completed", 0), ("failed", 6), ("cancelled", 6)])
def test_waiting_ends_with_the_trial_and_tells_how(signed_in, dean, trial, status: str, code: int) -> None:
    ended = trial("new", status, 4, digest="cafe", error="out of luck" if status == "failed" else None)
    signed_in.before["read_trial"] = lambda: signed_in.add(ended)
    got, out, _ = dean("trial", "start", "--wait", "--json", "-c", "name=new")
    assert (got, json.loads(out)["status"]) == (code, status)
    got, out, _ = dean("trial", "start", "--wait", "-c", "name=new")
    assert got == code
    assert out.splitlines()[-1].startswith(f"new {status}")
