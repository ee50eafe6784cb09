from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from dean_provider.contract.alert import IncidentStatus, ListAlerts
from dean_provider.contract.workflow import ListEvents
from dean_provider.monitoring.alerts.book import default_book
from dean_provider.monitoring.alerts.judging import inhibitor_of
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.record import record_source
from dean_provider.state import incidents, queries, record
from dean_provider.state.statements import table_of
from dean_provider.state.tables import WorkflowRow

HOT, WARM, COLD = 11.0, 9.0, 5.0


def _told(world) -> list[tuple[str, str]]:
    """Type of each event of an incident, with the incident."""
    with world.sessions() as session:
        workflow_id = record.system_workflow_id(session)
        if not incidents.list_incidents(session, ListAlerts(), dag_ids=None, now=world.now).incidents:
            return []
        events = queries.list_events(session, ListEvents(workflow_id=workflow_id, limit=1000)).events
    return [(event.event_type, event.details["incident_id"]) for event in events if event.event_type.startswith("alert.")]


def test_an_incident_is_raised_once_and_resolved_once(world, rule) -> None:
    process = world.process(rule(clear=8, clear_for=0, message="{value} in {room}", by=["room"], unit="°C"))
    for value in (HOT, HOT, WARM, HOT, COLD, COLD):
        world.heat(value, room="attic")
        process.look(world.history, world.now)
    (incident,) = world.incidents()
    assert (incident.message, incident.labels, incident.value, incident.threshold) == ("11 °C in attic", {"room": "attic"}, 11, 10)
    assert (incident.status, incident.resolved_at - incident.raised_at) == (IncidentStatus.RESOLVED, timedelta(seconds=40))
    assert [kind for kind, _ in _told(world)] == ["alert.raised", "alert.resolved"]


def test_each_set_of_labels_has_an_incident_of_its_own_and_the_rule_tells_its_worst(world, rule) -> None:
    process = world.process(rule(by=["room"]))
    world.tell(*(Sample.of("temperature", value, room=room) for room, value in (("a", 11), ("b", 3), ("c", 12))))
    process.look(world.history, world.now)
    assert {incident.labels["room"] for incident in world.incidents()} == {"a", "c"}
    state = world.states()["Hot"]
    assert (state["state"], state["value"]) == ("firing", 12)


def test_the_next_episode_is_another_incident(world, rule) -> None:
    process = world.process(rule(clear_for=0))
    for value in (HOT, COLD, HOT):
        world.heat(value)
        process.look(world.history, world.now)
    first, second = world.incidents()
    assert first.incident_id.removesuffix(".0") == second.incident_id.removesuffix(".1")
    assert (first.status, second.status) == (IncidentStatus.RESOLVED, IncidentStatus.FIRING)


def test_a_leader_goes_on_where_the_one_before_was(world, rule) -> None:
    slow = rule(**{"for": 20, "clear_for": 20})
    for value in (HOT, HOT, HOT, COLD, COLD, COLD):
        world.heat(value)
        world.process(slow).look(world.history, world.now)
    (incident,) = world.incidents()
    assert (incident.resolved_at - incident.raised_at).total_seconds() == 30


def test_what_nobody_watched_for_long_does_not_count(world, rule) -> None:
    process = world.process(rule(**{"for": 20}))
    world.heat(HOT)
    process.look(world.history, world.now)
    world.tell(Sample.of("temperature", HOT), seconds=600)
    process.look(world.history, world.now)
    assert world.incidents() == []
    assert world.states()["Hot"]["state"] == "pending"


def test_incidents_of_a_rule_that_is_gone_end(world, rule) -> None:
    world.heat(HOT)
    world.process(rule()).look(world.history, world.now)
    world.heat(HOT)
    world.process(rule(name="Other", above=100)).look(world.history, world.now)
    (incident,) = world.incidents()
    assert incident.status is IncidentStatus.RESOLVED
    assert set(world.states()) == {"Other"}


def test_what_happens_while_the_database_is_away_is_written_down_with_its_time_once_it_is_back(world, rule) -> None:
    process = world.process(rule(clear_for=0))
    world.heat(COLD)
    process.look(world.history, world.now)
    world.away = True
    for value in (HOT, HOT, COLD):
        world.heat(value)
        process.look(world.history, world.now)
    world.away = False
    world.heat(COLD)
    process.look(world.history, world.now)
    (incident,) = world.incidents()
    assert (incident.resolved_at - incident.raised_at).total_seconds() == 20
    assert (world.now - incident.resolved_at).total_seconds() == 10


@pytest.mark.parametrize("when", ["reading", "writing"])
def test_what_happens_while_the_database_hangs_is_written_down_once_with_its_time_once_it_answers(world, rule, monkeypatch, when) -> None:
    monkeypatch.setattr("dean_provider.monitoring.alerts.evaluator._SECONDS", 0.05)
    process = world.process(rule(clear_for=0))
    world.heat(COLD)
    process.look(world.history, world.now)
    if when == "writing":
        write = process._write
        monkeypatch.setattr(process, "_write", lambda *args: (world.answers.clear(), write(*args)))
    else:
        world.answers.clear()
    for value in (HOT, HOT, COLD, HOT):
        world.heat(value)
        process.look(world.history, world.now)
    monkeypatch.undo()
    world.answers.set()
    while process._patient._busy.locked():
        pass
    for _ in range(2):
        world.heat(HOT)
        process.look(world.history, world.now)
    first, second = world.incidents()
    assert (first.resolved_at - first.raised_at).total_seconds() == 20
    assert (world.now - second.raised_at).total_seconds() == 20
    assert (second.status, len(_told(world))) == (IncidentStatus.FIRING, 3)


def test_an_incident_of_a_trial_says_whose(world, rule) -> None:
    trial = UUID(int=7)
    process = world.process(rule(by=["workflow_id", "dag_id"]))
    world.heat(HOT, workflow_id=str(trial), dag_id="mine")
    process.look(world.history, world.now)
    (incident,) = world.incidents()
    assert incident.workflow_id == trial
    world.tell(Sample.of("temperature", HOT, workflow_id="?", dag_id="mine"))
    process.look(world.history, world.now)
    with world.sessions() as session:
        assert incidents.list_incidents(session, ListAlerts(), dag_ids={"others"}, now=world.now).incidents == []


def test_whatever_a_service_calls_its_rooms_the_other_incidents_are_written(world, rule) -> None:
    process = world.process(rule(by=["room"]))
    for _ in range(2):
        world.tell(
            *(Sample.of("temperature", 11, room=room) for room in ("x" * 5000, "a\0b", "half \ud800", "plain")),
            Sample.of("temperature", float("inf"), room="endless"),
        )
        process.look(world.history, world.now)
    assert {incident.labels["room"] for incident in world.incidents()} == {"x" * 250, "ab", "half ?", "plain"}
    assert {incident.status for incident in world.incidents()} == {IncidentStatus.FIRING}


def _open(world) -> set[tuple[str, str]]:
    return {(one.rule, one.labels.get("service", "")) for one in world.incidents() if one.status is IncidentStatus.FIRING}


def test_a_service_that_is_gone_is_no_longer_down_and_explains_no_stalled_trial(world) -> None:
    rules = default_book().rules
    process = world.process(*(rules[name] for name in ("EvolutionDown", "IndexAgentDown", "ServiceDown", "RedisDown", "TrialStalled")))
    services = [("evolution", "evolution"), ("tests", "evolution"), ("indexagent", "indexagent"), ("shop", "other"), ("redis", "redis")]
    trial = Sample.of("dean_trial_idle_seconds", 3600, dag_id="mine", name="one", workflow_id=str(UUID(int=7)))

    def rounds(*down: tuple[str, str]) -> None:
        for _ in range(20):
            world.tell(trial, *(Sample.of("dean_service_up", 0, name, kind=kind) for name, kind in down))
            process.look(world.history, world.now)

    def explained() -> bool:
        everything = world.incidents()
        (stalled,) = (one for one in everything if one.rule == "TrialStalled")
        return inhibitor_of(stalled, rules, [one for one in everything if one.status is IncidentStatus.FIRING]) is not None

    rounds(*services)
    assert {name for _, name in _open(world)} == {name for name, _ in services} | {""}
    assert explained()
    rounds(("tests", "evolution"))
    assert _open(world) == {("EvolutionDown", "tests"), ("TrialStalled", "")}
    assert not explained()
    rounds()
    assert _open(world) == {("TrialStalled", "")}


async def test_a_stalled_trial_stays_so_however_many_begin_after_it(world, run_trials) -> None:
    source = record_source(world.sessions, 5.0, lambda: world.now)
    process = world.process(default_book().rules["TrialStalled"], default_book().rules["TrialBudgetHalf"])

    async def rounds() -> list[tuple[str, str, IncidentStatus]]:
        for _ in range(10):
            found = await source.ask()
            world.tell(*found.figures.samples, unlisted=found.unlisted)
            process.look(world.history, world.now)
        return [(one.rule, one.labels["name"], one.status) for one in world.incidents() if one.rule == "TrialStalled"]

    with world.sessions() as session:
        run_trials(session, range(1, 2), world.now - timedelta(hours=1))
    assert await rounds() == [("TrialStalled", "t1", IncidentStatus.FIRING)]
    with world.sessions() as session:
        run_trials(session, range(2, 80), world.now)
    assert await rounds() == [("TrialStalled", "t1", IncidentStatus.FIRING)]
    assert len(world.history.select("dean_trial_idle_seconds", live=True)) == 50
    assert sum(one.rule == "TrialBudgetHalf" for one in world.incidents()) == 79
    with world.sessions() as session:
        session.execute(update(table_of(WorkflowRow)).values(status="completed"))
    assert await rounds() == [("TrialStalled", "t1", IncidentStatus.RESOLVED)]


async def test_trials_with_an_open_incident_are_looked_at_before_those_that_are_idle_for_longer(world, run_trials) -> None:
    source = record_source(world.sessions, 5.0, lambda: world.now)
    process = world.process(default_book().rules["TrialStalled"])
    with world.sessions() as session:
        run_trials(session, range(1, 2), world.now - timedelta(hours=1))
    for _ in range(10):
        found = await source.ask()
        world.tell(*found.figures.samples, unlisted=found.unlisted)
        process.look(world.history, world.now)
    with world.sessions() as session:
        run_trials(session, range(2, 602), world.now - timedelta(hours=2))
    names = [one.label("name") for one in (await source.ask()).unlisted]
    assert "t1" in names


LEADERS = st.lists(st.tuples(st.sampled_from([HOT, WARM, COLD, None]), st.sets(st.integers(0, 2)), st.booleans()), max_size=25)


@given(LEADERS, st.sampled_from([0, 20]), st.sampled_from([0, 20]))
def test_whoever_leads_and_however_many_do_each_incident_has_one_beginning_and_one_end(new_world, rule, rounds, lasting, back) -> None:
    with new_world() as world:
        hot = rule(clear=8, clear_for=back, **{"for": lasting})
        processes = [world.process(hot) for _ in range(3)]
        for value, leaders, fresh in rounds:
            world.heat(value)
            if fresh:
                processes[0] = world.process(hot)
            for number in sorted(leaders):
                processes[number].look(world.history, world.now)
        told = _told(world)
    assert len(set(told)) == len(told)
    kinds = [kind for kind, _ in told]
    assert kinds == ["alert.raised", "alert.resolved"] * (len(kinds) // 2) + ["alert.raised"] * (len(kinds) % 2)
    assert [incident for kind, incident in told if kind == "alert.resolved"] == [i for k, i in told if k == "alert.raised"][
        : len(told) // 2
    ]
