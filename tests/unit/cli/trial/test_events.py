"""Events: in order, as they are recorded, as far as wanted, and as they come."""

from __future__ import annotations

import json

import pytest

from dean_provider.contract.events.envelope import Event


@pytest.fixture
def recorded(signed_in, trial, event):
    signed_in.add(trial("one", "completed"))
    signed_in.events[trial("one").id] = [event(trial("one"), number) for number in range(1, 8)]
    return signed_in


def test_json_lines_are_events_as_recorded(recorded, dean, trial) -> None:
    code, out, err = dean("trial", "events", "one", "--json")
    assert (code, err) == (0, "")
    assert [Event.model_validate_json(line) for line in out.splitlines()] == recorded.events[trial("one").id]


def test_plain_lines_say_what_happened(recorded, dean) -> None:
    line = dean("trial", "events", "one")[1].splitlines()[0]
    assert line.split()[0] == "1"
    assert "generation.completed" in line
    assert "await_evolution  generation=1  best_fitness=-1.23457" in line


def test_from_where_on_and_of_which_type(recorded, dean, trial, event) -> None:
    recorded.events[trial("one").id].append(event(trial("one"), 8, "trial.completed", digest="cafe"))
    numbers = [json.loads(line)["sequence"] for line in dean("trial", "events", "one", "--after", "5", "--json")[1].splitlines()]
    assert numbers == [6, 7, 8]
    out = dean("trial", "events", "one", "--type", "trial.completed")[1]
    assert "digest=cafe" in out
    assert len(out.splitlines()) == 1


def test_as_many_as_wanted_and_where_the_others_begin(recorded, dean) -> None:
    recorded.page_size = 2
    code, out, err = dean("trial", "events", "one", "--limit", "3")
    assert (code, len(out.splitlines())) == (0, 3)
    assert "--cursor 3" in err
    assert len(dean("trial", "events", "one", "--limit", "3", "--cursor", "3", "--json")[1].splitlines()) == 3
    assert len(dean("trial", "events", "one", "--all", "--json")[1].splitlines()) == 7
    assert dean("trial", "events", "one", "--limit", "3", "--json")[2] == ""


def test_following_shows_each_event_once_until_the_end(signed_in, dean, trial, event) -> None:
    events = signed_in.events[trial("one").id] = [event(trial("one"), 1)]

    def go_on() -> None:
        number = len(events) + 1
        events.append(event(trial("one"), number))
        signed_in.add(trial("one", "completed" if number == 6 else "running", sequence=number))

    signed_in.add(trial("one"))
    signed_in.before["read_trial"] = go_on
    code, out, _ = dean("trial", "events", "one", "--follow", "--every", "0.1", "--json")
    assert code == 0
    assert [json.loads(line)["sequence"] for line in out.splitlines()] == [1, 2, 3, 4, 5, 6]


def test_what_a_person_sees_of_a_terminal_event_fits_on_a_line(recorded, dean, monkeypatch, trial, event) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    recorded.events[trial("one").id] = [event(trial("one"), 1, "trial.failed", error="x" * 500)]
    line = dean("trial", "events", "one")[1].splitlines()[0]
    assert len(line) == 60
    assert line.endswith("…")


def test_nothing_to_show_is_said_and_what_may_have_been_meant(signed_in, dean, trial) -> None:
    signed_in.add(trial("one"))
    assert dean("trial", "events", "one") == (0, "No events.\n", "")
    code, out, err = dean("trial", "events", "one", "--type", "trial.fail", "--json")
    assert (code, out) == (0, "")
    assert "no events of type 'trial.fail'. Did you mean trial.failed?" in err
