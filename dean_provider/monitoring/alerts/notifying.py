"""Telling people: messages that are due are claimed in the database, handed to a notifier in a thread, and settled.

A process that dies while a message is on its way leaves a claim behind. Whether the message was delivered nobody knows then; by default it
is not sent again, so that nobody is told twice, and the incident says so.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
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

__all__ = ["MOST_AT_ONCE", "Notifying"]

MOST_AT_ONCE = 8
"""Messages on their way at the same time; others wait for their turn."""
_BACK = timedelta(days=1)
_LONGEST = 300
_ADDRESS = re.compile(r"\w+://\S+")
_log = get_logger(__name__)
Settled = tuple[Message, str, datetime]


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
        self._under_way: set[threading.Thread] = set()
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
        for message in self._due(book, now):
            if len(self._alive()) >= MOST_AT_ONCE:
                _log.warning("messages wait for their turn: others are on their way", under_way=MOST_AT_ONCE)
                return
            taken = self._claimed(message, now)
            if taken is not None:
                self._start(taken, book)

    def wait(self, seconds: float) -> None:
        """Until every message on its way has ended, at most so long. Blocks."""
        until = time.monotonic() + seconds
        for thread in self._alive():
            thread.join(max(0.0, until - time.monotonic()))

    def _due(self, book: RuleBook, now: datetime) -> list[Message]:
        with self._sessions() as session:
            ids = notifications.untold(session, now=now, back=_BACK)
            found = incidents.read_incidents(session, ids, now=now)
            known = notifications.notifications_of(session, ids)
            seconds = {route.name: book.notifiers[route.notifier].timeout for route in book.routes}
            notifications.interrupt(session, stuck(seconds, known, now, holder=self._holder, gone=self._gone))
        opened = [one for one in found if one.status is not IncidentStatus.RESOLVED]
        self._known = known
        return due(book.routes, [_explained(one, book, opened) for one in found], {one.key: one for one in known}, now)

    def _claimed(self, message: Message, now: datetime) -> Message | None:
        with self._sessions() as session:
            taken = set(notifications.claim(session, message.keys, self._known, holder=self._holder, now=now))
        mine = tuple(one for one in message.incidents if one.incident_id in taken)
        return Message(message.route, message.kind, mine, message.group) if mine else None

    def _start(self, message: Message, book: RuleBook) -> None:
        thread = threading.Thread(target=self._deliver, args=(message, book), name=f"dean-alert-{message.route.name}", daemon=True)
        with self._lock:
            self._under_way.add(thread)
        thread.start()

    def _deliver(self, message: Message, book: RuleBook) -> None:
        error = ""
        try:
            self._send(book, message.route.notifier)(context_of(message, book.rules))
        except Exception as failure:  # noqa: BLE001 - whatever a notifier raises is shown with the incident
            error = _shown(failure, book.notifiers[message.route.notifier].arguments)
            _log.warning("a notification could not be sent", route=message.route.name, kind=message.kind, error=error)
        else:
            _log.info("a notification was sent", route=message.route.name, kind=message.kind, incidents=len(message.incidents))
        self._settle((message, error, self._now()))
        with self._lock:
            self._under_way.discard(threading.current_thread())

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

    def _alive(self) -> list[threading.Thread]:
        with self._lock:
            return [thread for thread in self._under_way if thread.is_alive()]


def _shown(error: Exception, arguments: Mapping[str, Any]) -> str:
    """Why it was not delivered, without addresses and what else the notifier was made with: either may hold a secret."""
    given = [value for value in arguments.values() if isinstance(value, str) and "{{" not in value]
    text = redacted(_ADDRESS.sub("(address)", str(error)), given)
    return f"{type(error).__name__}: {' '.join(text.split())}"[:_LONGEST]


def _explained(incident: Incident, book: RuleBook, opened: list[Incident]) -> Incident:
    inhibitor = inhibitor_of(incident, book.rules, opened) if incident.status is not IncidentStatus.RESOLVED else None
    return incident.model_copy(update={"inhibited_by": inhibitor.incident_id}) if inhibitor else incident
