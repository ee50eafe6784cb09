"""Telling people: messages that are due are claimed in the database, handed to a notifier in a thread, and settled.

A process that dies while a message is on its way leaves a claim behind. Whether the message was delivered nobody knows then; by default it
is not sent again, so that nobody is told twice, and the incident says so.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from structlog import get_logger

from dean_provider.contract.alert import Incident, IncidentStatus
from dean_provider.hooks.masking import redacted
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.monitoring.alerts.due import Message, due, stuck
from dean_provider.monitoring.alerts.judging import inhibitor_of
from dean_provider.monitoring.alerts.notifiers import Send
from dean_provider.monitoring.alerts.rules_file import RulesFile
from dean_provider.monitoring.alerts.wording import context_of
from dean_provider.state import incidents, notifications
from dean_provider.state.stream import Sessions

__all__ = ["MOST_AT_ONCE", "MOST_OF_A_ROUTE", "Notifying"]

MOST_AT_ONCE = 8
"""Messages on their way at the same time; others wait for their turn. One that takes longer than it may keeps only its own route."""
MOST_OF_A_ROUTE = 4
"""Of one route, also when they never end."""
_BACK = timedelta(days=1)
_LONGEST = 300
_LATE = "the notifier has not returned within its timeout"
_PUT_OFF = f"not sent: the notifier has not returned from {MOST_OF_A_ROUTE} messages before this one"
_ADDRESS = re.compile(r"\w+://\S+")
_log = get_logger(__name__)
Settled = tuple[Message, str, datetime]


@dataclass(frozen=True)
class _Sending:
    """A message on its way.

    :param late_at: when it has taken longer than its notifier may.
    """

    message: Message
    late_at: datetime


class Notifying:
    """:param send: what sends over a notifier of the file, by its name.
    :param holder: this process among all.
    :param gone: whether a process is known to have ended.
    """

    def __init__(
        self,
        sessions: Sessions,
        file: RulesFile,
        send: Callable[[RuleBook, str], Send],
        *,
        holder: str,
        gone: Callable[[str], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._file = file
        self._send = send
        self._holder = holder
        self._gone = gone
        self._now = now
        self._lock = threading.Lock()
        self._under_way: dict[threading.Thread, _Sending] = {}
        self._unsettled: list[Settled] = []
        self._known: list[notifications.Notification] = []

    def tell(self, now: datetime) -> None:
        """Send what is due now, each message in a thread of its own. Blocks for as long as the database takes.

        :raises Exception: the database's; nothing is sent then that was not claimed.
        """
        book = self._file.book()
        self.settle_rest()
        if not book.routes:
            return
        self._say_late(now)
        waiting = 0
        for message in self._due(book, now):
            sending = self._sending()
            of_route = [one for one in sending if one.message.route.name == message.route.name]
            if len(of_route) >= MOST_OF_A_ROUTE and all(one.late_at <= now for one in of_route):
                self._put_off(message, now)
            elif len(of_route) >= MOST_OF_A_ROUTE or sum(one.late_at > now for one in sending) >= MOST_AT_ONCE:
                waiting += 1
            elif (taken := self._claimed(message, now)) is not None:
                self._start(taken, book, now)
        if waiting:
            _log.info("messages wait for their turn: others are on their way", waiting=waiting)

    def wait(self, seconds: float) -> None:
        """Until every message on its way has ended, at most so long. Blocks."""
        until = time.monotonic() + seconds
        with self._lock:
            threads = list(self._under_way)
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _due(self, book: RuleBook, now: datetime) -> list[Message]:
        with self._sessions() as session:
            ids = notifications.untold(session, now=now, back=_BACK)
            found = incidents.read_incidents(session, ids, now=now)
            known = notifications.notifications_of(session, ids)
            seconds = {route.name: book.notifiers[route.notifier].timeout for route in book.routes}
            notifications.interrupt(session, stuck(seconds, known, now, holder=self._holder, gone=self._gone), holder=self._holder)
        opened = [one for one in found if one.status is not IncidentStatus.RESOLVED]
        self._known = known
        return due(book.routes, [_explained(one, book, opened) for one in found], {one.key: one for one in known}, now)

    def _claimed(self, message: Message, now: datetime) -> Message | None:
        with self._sessions() as session:
            taken = set(notifications.claim(session, message.keys, self._known, holder=self._holder, now=now))
        mine = tuple(one for one in message.incidents if one.incident_id in taken)
        return Message(message.route, message.kind, mine, message.group) if mine else None

    def _put_off(self, message: Message, now: datetime) -> None:
        """Say with the incidents that the notifier hangs. It does not count as an attempt: the message goes out once the notifier moves."""
        with self._sessions() as session:
            notifications.put_off(session, message.keys, self._known, _PUT_OFF, holder=self._holder, now=now)
        _log.warning("a notifier hangs; a message was not sent", route=message.route.name, kind=message.kind)

    def _say_late(self, now: datetime) -> None:
        """Say with the incidents which messages have been on their way for longer than they may."""
        late = [one for one in self._sending() if one.late_at <= now]
        if not late:
            return
        with self._sessions() as session:
            for one in late:
                notifications.remark(session, one.message.keys, _LATE, holder=self._holder)

    def _start(self, message: Message, book: RuleBook, now: datetime) -> None:
        thread = threading.Thread(target=self._deliver, args=(message, book), name=f"dean-alert-{message.route.name}", daemon=True)
        late_at = now + timedelta(seconds=book.notifiers[message.route.notifier].timeout)
        with self._lock:
            self._under_way[thread] = _Sending(message, late_at)
        thread.start()

    def _deliver(self, message: Message, book: RuleBook) -> None:
        try:
            self._settle((message, self._handed_over(message, book), self._now()))
        finally:
            with self._lock:
                del self._under_way[threading.current_thread()]

    def _handed_over(self, message: Message, book: RuleBook) -> str:
        """Why that failed; empty if it did not."""
        try:
            self._send(book, message.route.notifier)(context_of(message, book.rules))
        except Exception as failure:  # noqa: BLE001 - whatever a notifier raises is shown with the incident
            error = _shown(failure, book.notifiers[message.route.notifier].arguments)
            _log.warning("a notification could not be sent", route=message.route.name, kind=message.kind, error=error)
            return error
        _log.info("a notification was sent", route=message.route.name, kind=message.kind, incidents=len(message.incidents))
        return ""

    def _settle(self, one: Settled) -> None:
        """Write down what became of a message; kept for the next round while that cannot be done."""
        message, error, at = one
        try:
            with self._sessions() as session:
                notifications.settle(session, message.keys, holder=self._holder, now=at, error=error)
        except Exception as failure:  # noqa: BLE001 - the database may be away
            _log.warning("what became of a notification cannot be written down now", error=type(failure).__name__)
            with self._lock:
                self._unsettled.append(one)

    def settle_rest(self) -> None:
        """Write down what became of messages when that could not be done before. Blocks."""
        with self._lock:
            rest, self._unsettled = self._unsettled, []
        for one in rest:
            self._settle(one)

    def _sending(self) -> list[_Sending]:
        with self._lock:
            return list(self._under_way.values())


def _shown(error: Exception, arguments: Mapping[str, Any]) -> str:
    """Why it was not delivered, without addresses and what else the notifier was made with: either may hold a secret."""
    given = [value for value in arguments.values() if isinstance(value, str) and "{{" not in value]
    text = redacted(_ADDRESS.sub("(address)", str(error)), given)
    return f"{type(error).__name__}: {' '.join(text.split())}"[:_LONGEST]


def _explained(incident: Incident, book: RuleBook, opened: list[Incident]) -> Incident:
    inhibitor = inhibitor_of(incident, book.rules, opened) if incident.status is not IncidentStatus.RESOLVED else None
    return incident.model_copy(update={"inhibited_by": inhibitor.incident_id}) if inhibitor else incident
