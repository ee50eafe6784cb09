from __future__ import annotations

import threading
from typing import Any

import pytest

from dean_provider.contract.events import Actor, ActorKind, ReportedFact
from dean_provider.contract.events.installation import AlertAcknowledged
from dean_provider.errors import InvalidConfigurationError
from dean_provider.monitoring.alerts.book import read_book
from dean_provider.monitoring.alerts.notifiers import maker_of
from dean_provider.monitoring.alerts.notifying import Notifying
from dean_provider.monitoring.alerts.routing import NotifierChoice
from dean_provider.monitoring.reading import Sample
from dean_provider.state import notifications
from dean_provider.state.record import append_system

FILE = """
rules:
  Hot:
    {severity: critical, summary: Hot., message: "{value} in {room}", advice: Cool it., metric: temperature, by: [room], above: 10,
     clear_for: 0s}
notifiers:
  pager: {class: acme.Pager, arguments: {token: s3cret-token}}
routes:
  - {name: pages, notifier: pager, wait: 0s, repeat: never}
"""


class Pager:
    """What was sent, and what a test wants to happen while it is."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.fails: Exception | None = None
        self.hold: threading.Event | None = None

    def __call__(self, context: dict[str, Any]) -> None:
        if self.hold is not None:
            self.hold.wait(60)
        if self.fails is not None:
            raise self.fails
        self.sent.append(context)


class _File:
    digest = ""
    problems: tuple[str, ...] = ()

    def __init__(self, book: Any) -> None:
        self._book = book

    def book(self) -> Any:
        return self._book


@pytest.fixture
def pager() -> Pager:
    return Pager()


@pytest.fixture
def hot(world, written, pager):
    """Lets it be so hot, looks, and tells as one of several processes."""
    book = read_book(written(FILE))
    evaluator = world.process(book.rules["Hot"])
    processes: dict[str, Notifying] = {}
    gone: set[str] = set()

    def run(value: float | None, holder: str = "one", *, wait: bool = True) -> Notifying:
        made = processes.setdefault(
            holder,
            Notifying(world.sessions, _File(book), lambda *_: pager, holder=holder, gone=gone.__contains__, now=lambda: world.now),  # type: ignore[arg-type]
        )
        if value is not None:
            world.heat(value, room="attic")
            evaluator.look(world.history, world.now)
        made.tell(world.now)
        if wait:
            made.wait(10)
        return made

    run.gone = gone  # type: ignore[attr-defined]
    return run


def test_somebody_is_told_of_a_beginning_and_of_an_end_once_whoever_leads(world, hot, pager) -> None:
    for value, holder in ((11, "one"), (12, "two"), (11, "one"), (5, "two"), (5, "one")):
        hot(value, holder)
    assert [context["alert"]["status"] for context in pager.sent] == ["firing", "resolved"]
    begun = pager.sent[0]
    assert begun["alert_subject"] == "[firing] critical: 11 in attic"
    assert begun["alert_text"].startswith("critical Hot: 11 in attic (since 2026-01-01 00:00:10 UTC; Hot.")
    assert begun["alert_text"].endswith("\nCool it.")
    assert begun["alert"]["group"] == {"rule": "Hot"}
    (incident,) = world.incidents()
    assert incident.notified_at is not None
    assert incident.notification_problem == ""


def test_two_that_decide_at_the_same_time_send_one_message(world, hot, pager) -> None:
    one = hot(11, "one", wait=False)
    one.wait(10)
    two = hot(None, "two")
    two._known = []  # it decided before the other had claimed
    with world.sessions() as session:
        key = (world.incidents()[0].incident_id, "pages", "raised")
        assert notifications.claim(session, [key], [], holder="two", now=world.now) == []
    assert len(pager.sent) == 1


def test_what_fails_is_tried_again_and_shown_without_secrets(world, hot, pager) -> None:
    pager.fails = RuntimeError("no route to https://hooks.example/T0/s3cret for s3cret-token")
    hot(11)
    (incident,) = world.incidents()
    assert incident.notification_problem == "pages: RuntimeError: no route to (address) for ***"
    pager.fails = None
    for _ in range(4):
        hot(11)
    assert len(pager.sent) == 1
    assert world.incidents()[0].notification_problem == ""


def test_what_a_process_was_sending_when_it_died_is_not_sent_again_and_said(world, hot, pager) -> None:
    pager.hold = threading.Event()
    first = hot(11, "one", wait=False)
    hot.gone.add("one")
    hot(11, "two")
    (incident,) = world.incidents()
    assert incident.notification_problem == "pages: the process that was sending it ended; it may have been delivered"
    pager.hold.set()
    first.wait(10)
    hot(11, "two")
    assert len(pager.sent) == 1


def test_nobody_is_told_of_what_somebody_sees_to(world, hot, pager) -> None:
    pager.fails = RuntimeError("not now")
    hot(11)
    (incident,) = world.incidents()
    fact = AlertAcknowledged(incident_id=incident.incident_id, rule="Hot")
    with world.sessions() as session:
        append_system(session, [ReportedFact.of(fact)], actor=Actor(kind=ActorKind.USER, name="ann"))
    pager.fails = None
    for _ in range(10):
        hot(11)
    assert pager.sent == []


MANY = """
rules:
  Hot: {severity: critical, summary: Hot., metric: temperature, by: [room], above: 10}
notifiers:
  deaf: {class: acme.Deaf, timeout: 30s}
  chat: {class: acme.Chat}
routes:
  - {name: first, notifier: deaf, wait: 0s, group_by: [room]}
  - {name: second, notifier: deaf, wait: 0s, group_by: [room]}
  - {name: chat, notifier: chat, wait: 0s, group_by: [room], repeat: never}
"""


def test_a_notifier_that_hangs_keeps_no_other_route_from_telling_and_the_incidents_say_so(world, written) -> None:
    book, deaf, chat = read_book(written(MANY)), Pager(), Pager()
    deaf.hold = threading.Event()
    evaluator, senders = world.process(book.rules["Hot"]), {"deaf": deaf, "chat": chat}
    process = Notifying(
        world.sessions,
        _File(book),  # type: ignore[arg-type]
        lambda _, name: senders[name],
        holder="one",
        gone=lambda _: False,
        now=lambda: world.now,
    )

    def round_of(seconds: float) -> list[str]:
        world.tell(*(Sample.of("temperature", 11, room=room) for room in "abcde"), seconds=seconds)
        evaluator.look(world.history, world.now)
        process.tell(world.now)
        for thread in threading.enumerate():
            if thread.name == "dean-alert-chat":
                thread.join(10)
        return sorted(incident.notification_problem for incident in world.incidents())

    assert round_of(10) == [""] * 5
    assert chat.sent == []
    round_of(30)
    problems = round_of(10)
    assert len(chat.sent) == 5
    late = "second: the notifier has not returned within its timeout"
    assert problems == ["second: not sent: the notifier has not returned from 4 messages before this one", *[late] * 4]
    problems = round_of(300)
    assert problems[-1] == "second: the notifier has not returned; it may have been delivered"
    assert sum(thread.name.startswith("dean-alert-") for thread in threading.enumerate()) == 8
    deaf.hold.set()
    process.wait(10)
    round_of(30)
    process.wait(10)
    assert len(deaf.sent) == 10
    assert {incident.notification_problem for incident in world.incidents()} == {""}


def test_while_the_database_is_away_nothing_is_sent_and_what_was_is_settled_later(world, hot, pager) -> None:
    pager.hold = threading.Event()
    process = hot(11, wait=False)
    world.away = True
    pager.hold.set()
    process.wait(10)
    with pytest.raises(ConnectionError):
        hot(None)
    world.away = False
    hot(11)
    assert len(pager.sent) == 1
    assert world.incidents()[0].notified_at is not None


def test_only_notifiers_of_providers_or_allowed_ones_are_imported() -> None:
    choice = NotifierChoice.model_validate({"class": "os.system"})
    with pytest.raises(InvalidConfigurationError, match=r"os\.system is no notifier of an installed provider"):
        maker_of(choice, lambda: {"airflow.providers.http.notifications.HttpNotifier"})
    with pytest.raises(InvalidConfigurationError, match="is no notifier"):
        maker_of(choice, lambda: {"os.system"})


def test_a_notifiers_templates_are_filled_in_for_each_message(monkeypatch) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    said: list[tuple[str, str]] = []
    monkeypatch.setattr(SmtpNotifier, "notify", lambda self, _: said.append((self.subject, self.html_content)))
    path = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
    arguments = {
        "to": "a@example.org",
        "subject": "{{ alert_subject }}",
        "html_content": "{{ alert.incidents | length }}: {{ alert_text }}",
    }
    send = maker_of(NotifierChoice.model_validate({"class": path, "arguments": arguments}), lambda: {path})
    for subject in ("one", "two"):
        send({"alert_subject": subject, "alert_text": "t", "alert": {"incidents": [1]}})
    assert said == [("one", "1: t"), ("two", "1: t")]
